/* The shipped model: what the pages say stands in it, and mistakes are named by file and line. */
#include "scratch.h"

#include "domain/category.h"
#include "domain/model.h"
#include "domain/model_data.h"

#include "adapters/model_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char SHIPPED[] = "deploy/model/onecase.cfg";

static int load(void **state)
{
    Model *model = NULL;
    Error error = {0};
    if (!model_file_load(SHIPPED, &model, &error)) {
        print_error("%s\n", error.text);
        return -1;
    }
    *state = model;
    return 0;
}

static int unload(void **state)
{
    model_free(*state);
    return 0;
}

static void holds_thresholds_and_rules(void **state)
{
    const Model *model = *state;
    assert_int_equal(model_link_mb(model), 4000);
    assert_int_equal(model_review_mb(model), 2000);
    assert_int_equal(model_possible_mb(model), -2000);
    assert_int_equal(model->weights.prior, -19000);
    const EscalationRules *rules = model_escalation(model);
    assert_int_equal(rules->window_days, 90);
    assert_int_equal(rules->step_reports, 3);
    assert_int_equal(rules->step_sources, 2);
    assert_int_equal(rules->step_reporters, 2);
    assert_int_equal(rules->red_reports, 5);
    assert_true(rules->red_when_people_hurt);
}

static void holds_every_leaf(void **state)
{
    const Model *model = *state;
    size_t count;
    const Category *leaves = category_all(&count);
    assert_int_equal(count, 53); /* 52 of domain.md 7.1 and D06 */
    assert_int_equal(model->class_count, count);
    for (size_t i = 0; i < count; i++) {
        const HazardClass *category = model_class(model, text_from(leaves[i].code));
        assert_true(text_is(category->code, leaves[i].code));
        assert_int_equal(category->group, leaves[i].code[0]);
    }
    assert_true(text_is(model_class(model, TEXT("Z99"))->code, "J03"));
    assert_true(text_is(model_class(model, TEXT_ABSENT)->code, "J03"));
}

static void gives_each_leaf_its_scope(void **state)
{
    /* linkage.md 1, "Scopes" */
    static const struct {
        Scope scope;
        const char *codes;
    } CASES[] = {
        {SCOPE_AREA, "B01 B05 C01 D06 E06 E08 G02 G03 I01 I02 I03"},
        {SCOPE_ASSET, "A01 A02 A03 A04 A05 C02 C06"},
        {SCOPE_BUILDING, "C03 C05 C07 D01 D02 F01 F02"},
        {SCOPE_UNIT, "F05"},
        {SCOPE_PARTY, "B03 D05 H01 H02 H03 H04"},
        {SCOPE_POINT,
         "B02 B04 B06 C04 D03 D04 E01 E02 E03 E04 E05 E07 F03 F04 F06 G01 G04 I04 J01 J02 J03"},
    };
    size_t leaves = 0;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        for (const char *code = CASES[i].codes;; code += 4, leaves++) {
            assert_int_equal(model_class(*state, (Text){code, 3})->scope, CASES[i].scope);
            if (code[3] == '\0') {
                leaves++;
                break;
            }
        }
    assert_int_equal(leaves, 53);
}

static void marks_the_burst_classes(void **state)
{
    static const char BURST[] = "B01 B05 C01 C02 D06 E02 E06 E08 G02 I02"; /* linkage.md 1 */
    const Model *model = *state;
    for (size_t i = 0; i < model->class_count; i++) {
        const HazardClass *category = &model->classes[i];
        assert_int_equal(category->burst, text_contains(text_from(BURST), category->code));
    }
}

static void groups_the_families(void **state)
{
    static const char *const FAMILIES[] = {"A01 A02", "B01 B03", "C01 C02", "E02 E06 G02",
                                           "F01 F03"};
    const Model *model = *state;
    for (size_t i = 0; i < model->class_count; i++) {
        const HazardClass *category = &model->classes[i];
        Text want = category->code;
        for (size_t j = 0; j < sizeof FAMILIES / sizeof FAMILIES[0]; j++)
            if (text_contains(text_from(FAMILIES[j]), category->code))
                want = (Text){FAMILIES[j], 3};
        assert_true(text_equal(category->family, want));
    }
}

static void knows_radius_spacing_and_recurrence(void **state)
{
    static const struct {
        const char *code;
        int radius, first, spacing, cap, recurrence, colour;
    } CASES[] = {
        {"A01", 60, 0, 0, 0, 90, 1},     {"A02", 60, 0, 0, 0, 90, 2},
        {"B01", 200, 0, 0, 300, 7, 1},   {"B05", 500, 0, 0, 300, 3, 1},
        {"C01", 100, 500, 0, 300, 1, 1}, {"C06", 30, 0, 60, 0, 60, 3},
        {"D06", 200, 0, 0, 800, 3, 3},   {"E01", 25, 0, 20, 0, 30, 2},
        {"E05", 40, 0, 30, 0, 30, 3},    {"E06", 200, 0, 0, 300, 7, 2},
        {"G02", 200, 0, 0, 400, 30, 2},  {"J03", 0, 0, 0, 0, 30, 4},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const HazardClass *category = model_class(*state, text_from(CASES[i].code));
        assert_int_equal(category->radius_m, CASES[i].radius);
        assert_int_equal(category->first_radius_m, CASES[i].first);
        assert_int_equal(category->spacing_m, CASES[i].spacing);
        assert_int_equal(category->cap_m, CASES[i].cap);
        assert_int_equal(category->recurrence_days, CASES[i].recurrence);
        assert_int_equal(category->colour, CASES[i].colour);
    }
}

static void debounces_fire_alarms_alone(void **state)
{
    const Model *model = *state;
    for (size_t i = 0; i < model->class_count; i++)
        assert_int_equal(model->classes[i].debounce_minutes,
                         text_is(model->classes[i].code, "C02") ? 10 : 0);
}

static void never_joins_cause_and_incident(void **state)
{
    const Model *model = *state;
    static const char *const PAIRS[][3] = {{"C03", "C01", "precursor"},
                                           {"D01", "C01", "precursor"},
                                           {"D03", "G01", "precursor"},
                                           {"B01", "C01", "same_event"},
                                           {"B01", "E06", "same_event"}};
    for (size_t i = 0; i < sizeof PAIRS / sizeof PAIRS[0]; i++) {
        const HazardClass *a = model_class(model, text_from(PAIRS[i][0]));
        const HazardClass *b = model_class(model, text_from(PAIRS[i][1]));
        const ClassPair *pair = model_pair(model, b, a);
        assert_non_null(pair);
        assert_ptr_equal(pair, model_pair(model, a, b));
        assert_true(pair->joining == JOINING_NEVER);
        assert_string_equal(pair->relation, PAIRS[i][2]);
    }
}

static void shares_tiles_among_classes_that_may_be_joined(void **state)
{
    const Model *model = *state;
    for (size_t i = 0; i < model->class_count; i++) {
        const HazardClass *a = &model->classes[i];
        int32_t radius = a->first_radius_m > a->radius_m ? a->first_radius_m : a->radius_m;
        assert_true(a->tile_m >= radius + 113); /* sqrt(80^2 + 80^2) */
        assert_true(a->tile_far_m == 0 || a->tile_far_m >= a->tile_m);
        assert_true(a->area_family || a->scope != SCOPE_AREA);
        for (size_t j = 0; j < model->class_count; j++) {
            const HazardClass *b = &model->classes[j];
            if (!text_equal(a->family, b->family) && model_pair(model, a, b) == NULL)
                continue;
            assert_int_equal(a->tile_far_m, b->tile_far_m);
            if (!text_equal(a->family, b->family)) {
                assert_true(a->tile_far_m > 0);
                continue;
            }
            assert_int_equal(a->tile_m, b->tile_m);
            assert_int_equal(a->area_family, b->area_family);
        }
    }
}

static void is_named_by_its_content(void **state)
{
    Text version = model_version(*state);
    assert_true(text_starts(version, TEXT("onecase@")));
    assert_int_equal(version.size, strlen("onecase@") + 12);
    Model *again = NULL;
    Error error = {0};
    assert_true(model_file_load(SHIPPED, &again, &error));
    assert_true(text_equal(version, model_version(again)));
    model_free(again);
}

/* A copy of the shipped model in a folder of its own. */
typedef struct Copy {
    char folder[1024];
    char path[1100];
} Copy;

static char *slurp(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *content = calloc(1, 1 << 20);
    assert_non_null(content);
    *size = fread(content, 1, (1 << 20) - 1, file);
    fclose(file);
    return content;
}

static void spill(const char *path, const char *content, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, size, file), size);
    fclose(file);
}

static const char *const FILES[] = {"onecase.cfg",        "idf.csv",          "words/noise.txt",
                                    "words/keywords.csv", "working_days.csv", "time_limits.csv"};

static Copy copy_model(void)
{
    Copy copy;
    char from[128];
    char to[2048];
    assert_true(scratch_template(copy.folder, sizeof copy.folder, "model"));
    assert_non_null(mkdtemp(copy.folder));
    snprintf(to, sizeof to, "%s/words", copy.folder);
    assert_int_equal(mkdir(to, 0700), 0);
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        size_t size;
        snprintf(from, sizeof from, "deploy/model/%s", FILES[i]);
        snprintf(to, sizeof to, "%s/%s", copy.folder, FILES[i]);
        char *content = slurp(from, &size);
        spill(to, content, size);
        free(content);
    }
    snprintf(copy.path, sizeof copy.path, "%s/onecase.cfg", copy.folder);
    return copy;
}

static void remove_copy(const Copy *copy)
{
    char path[2048];
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", copy->folder, FILES[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/words", copy->folder);
    rmdir(path);
    rmdir(copy->folder);
}

/* Replaces the first `old` by `new` in a file of the copy; returns the line it stands on. */
static int edit(const Copy *copy, const char *name, const char *old, const char *new)
{
    char path[2048];
    size_t size;
    snprintf(path, sizeof path, "%s/%s", copy->folder, name);
    char *content = slurp(path, &size);
    char *at = strstr(content, old);
    assert_non_null(at);
    int line = 1;
    for (const char *c = content; c < at; c++)
        line += *c == '\n';
    char *changed = calloc(1, size + strlen(new) + 1);
    assert_non_null(changed);
    memcpy(changed, content, (size_t)(at - content));
    snprintf(changed + (at - content), size + strlen(new) + 1 - (size_t)(at - content), "%s%s", new,
             at + strlen(old));
    spill(path, changed, strlen(changed));
    free(changed);
    free(content);
    return line;
}

static void tells_file_and_line_of_each_mistake(void **state)
{
    (void)state;
    static const struct {
        const char *file, *old, *new, *message;
    } CASES[] = {
        {"onecase.cfg", "P2 = 19900", "P2 = 1990000", "P2"},
        {"onecase.cfg", "P1 = 20900", "P1 = \"much\"", "\"P1\" must be an integer"},
        {"onecase.cfg", "X2 = -6500;", "X2 = -6500; X3 = 1;", "unknown key \"X3\""},
        {"onecase.cfg", "(\"F05\", \"F05\", \"F02\", \"unit\"",
         "(\"F05\", \"F05\", \"F02\", \"flat\"", "unknown scope \"flat\""},
        {"onecase.cfg", "(\"D03\", \"G01\"", "(\"D03\", \"G09\"", "unknown leaf \"G09\""},
        {"onecase.cfg", "(604800, 1300", "(86400, 1300", "must ascend"},
        {"onecase.cfg", "quoted = {", "quoted = {{", ""},
        {"words/keywords.csv", "井盖,E01,90", "井盖,E99,90", "unknown leaf \"E99\""},
        {"words/keywords.csv", "井盖,E01,90", "井盖,E01,900", "confidence must be 1 to 100"},
        {"words/keywords.csv", "外墙,F01,70", "井盖,F01,70", "\"井盖\" stands twice"},
        {"onecase.cfg", "\"same_event\", \"never\"", "\"same_event\", \"rarely\"",
         "allowed, never or apart"},
        {"onecase.cfg", "doubt = 6", "doubt = 600", "doubt"},
        {"onecase.cfg", "(\"C02\", 10)", "(\"C02\", 0)", "0 is outside 1..1440"},
        {"onecase.cfg", "(\"C02\", 10)", "(\"C92\", 10)", "unknown leaf \"C92\""},
        {"idf.csv", "电梯,", "电梯,x", "one or two characters"},
        {"onecase.cfg", "\"08:30-12:00\"", "\"08:30-12:60\"", "no interval of a day"},
        {"onecase.cfg", "\"13:30-18:00\"", "\"11:30-18:00\"", "must begin after"},
        {"working_days.csv", "2026-10-10,workday", "2026-10-32,workday", "such as 2026-10-01"},
        {"working_days.csv", "2026-10-10,workday", "2026-10-07,workday", "days must ascend"},
        {"working_days.csv", "2026-10-10,workday", "2028-10-10,workday",
         "days of 2027 are missing"},
        {"working_days.csv", "2026-10-10,workday", "2026-10-10,work", "found \"work\""},
        {"working_days.csv", "date,kind,name", "date,what,name", "must be \"kind\""},
        {"time_limits.csv", "A01,A01,*", "A01,A09,*", "found \"A09\""},
        {"time_limits.csv", "A01,A01,*", "A01,A01,5", "level must be 1 (red) to 4 (blue)"},
        {"time_limits.csv", "11-15..03-15,,8", "11-15..02-30,,8", "season must be MM-DD..MM-DD"},
        {"time_limits.csv", "1,urgent_hour,,\nA02,", "0,urgent_hour,,\nA02,", "amount must be 1"},
        {"time_limits.csv", "1,urgent_hour,,\nA02,", "1,hour,,\nA02,", "found \"hour\""},
        {"time_limits.csv", "1,urgent_hour,,\nA02,", "1,minute,,2026-13-01\nA02,", "valid_to"},
        {"time_limits.csv", "A02-red,A02,1", "A02-red,A02,*", "exactly as specific as \"A02\""},
        {"time_limits.csv", "A02-red,A02,1", "A02,A02,1", "stands on line"},
        {"time_limits.csv", "A02-red,A02,1", "department,A02,1", "id must be there"},
        {"time_limits.csv", "A02-red,A02,1", ",A02,1", "id must be there"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Copy copy = copy_model();
        int line = edit(&copy, CASES[i].file, CASES[i].old, CASES[i].new);
        Model *model = NULL;
        Error error = {0};
        char where[1200];
        snprintf(where, sizeof where, "%s/%s:%d: ", copy.folder, CASES[i].file, line);
        assert_false(model_file_load(copy.path, &model, &error));
        assert_null(model);
        assert_int_equal(error.verdict, ERROR_FATAL);
        if (strstr(error.text, where) == NULL || strstr(error.text, CASES[i].message) == NULL)
            fail_msg("want \"%s\" with \"%s\", got: %s", where, CASES[i].message, error.text);
        remove_copy(&copy);
    }
}

static void tells_all_mistakes_in_one_run(void **state)
{
    (void)state;
    Copy copy = copy_model();
    edit(&copy, "onecase.cfg", "P2 = 19900", "P2 = 1990000");
    edit(&copy, "words/keywords.csv", "井盖,E01,90", "井盖,E99,90");
    Arena *arena = arena_new(4096);
    MappingFindings findings = {.arena = arena};
    assert_null(model_file_read(copy.path, &findings));
    assert_int_equal(findings.errors, 2);
    arena_free(arena);
    remove_copy(&copy);
}

static void changes_its_version_with_any_file(void **state)
{
    Text shipped = model_version(*state);
    static const char *const EDITS[][3] = {
        {"onecase.cfg", "P2 = 19900", "P2 = 19901"},
        {"words/noise.txt", "谢谢", "谢了"},
        {"words/keywords.csv", "井盖,E01,90", "井盖,E01,91"},
        {"working_days.csv", "2026-10-10,workday", "2026-10-11,workday"},
        {"time_limits.csv", "A01,A01,*,,,1,", "A01,A01,*,,,2,"},
        {"idf.csv", "*,", "*,1"}};
    for (size_t i = 0; i < sizeof EDITS / sizeof EDITS[0]; i++) {
        Copy copy = copy_model();
        Model *model = NULL;
        Error error = {0};
        if (strcmp(EDITS[i][0], "idf.csv") == 0)
            edit(&copy, EDITS[i][0], "gram,weight\n", "gram,weight\n鱻,100\n");
        else
            edit(&copy, EDITS[i][0], EDITS[i][1], EDITS[i][2]);
        if (!model_file_load(copy.path, &model, &error))
            fail_msg("%s", error.text);
        assert_false(text_equal(shipped, model_version(model)));
        model_free(model);
        remove_copy(&copy);
    }
}

static void refuses_what_is_not_there(void **state)
{
    (void)state;
    Model *model = NULL;
    Error error = {0};
    assert_false(model_file_load("deploy/model/none.cfg", &model, &error));
    assert_non_null(strstr(error.text, "deploy/model/none.cfg"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_thresholds_and_rules),
        cmocka_unit_test(holds_every_leaf),
        cmocka_unit_test(gives_each_leaf_its_scope),
        cmocka_unit_test(marks_the_burst_classes),
        cmocka_unit_test(groups_the_families),
        cmocka_unit_test(knows_radius_spacing_and_recurrence),
        cmocka_unit_test(debounces_fire_alarms_alone),
        cmocka_unit_test(never_joins_cause_and_incident),
        cmocka_unit_test(shares_tiles_among_classes_that_may_be_joined),
        cmocka_unit_test(is_named_by_its_content),
        cmocka_unit_test(tells_file_and_line_of_each_mistake),
        cmocka_unit_test(tells_all_mistakes_in_one_run),
        cmocka_unit_test(changes_its_version_with_any_file),
        cmocka_unit_test(refuses_what_is_not_there),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
