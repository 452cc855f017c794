#include "domain/region.h"

#include "adapters/mapping_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/* What conditions imply of each other, case by case; the wording of findings is in tests/golden/mapping/lint_*. */

static const char HEAD[] = "format = 1; source = \"T\"; topics = [\"t\"]; empty = [\"无\"];\n"
                           "region : { default = \"9901\"; };\n"
                           "fields : { record_no = { first = [\"/no\"]; }; };\n";

typedef struct Pair {
    const char *before; /* conditions of the first entry */
    const char *kind;   /* and of the second */
    bool shadowed;      /* whether the second is never reached */
} Pair;

static const Pair PAIRS[] = {
    {"", "", true},
    {"", "(\"/a\", \"present\")", true},
    {"(\"/a\", \"present\")", "", false},
    {"(\"/a\", \"present\")", "(\"/a\", \"present\")", true},
    {"(\"/a\", \"present\")", "(\"/b\", \"present\")", false},
    {"(\"/a\", \"present\")", "(\"/b\", \"absent\"), (\"/a\", \"present\")", true},
    {"(\"/b\", \"absent\"), (\"/a\", \"present\")", "(\"/a\", \"present\")", false},
    {"(\"/a\", \"absent\")", "(\"/a\", \"present\")", false},
    /* in */
    {"(\"/a\", \"in\", [\"1\", \"2\"])", "(\"/a\", \"in\", [\"2\"])", true},
    {"(\"/a\", \"in\", [\"2\"])", "(\"/a\", \"in\", [\"1\", \"2\"])", false},
    {"(\"/a\", \"in\", [\"1\"])", "(\"/a\", \"in\", [\"2\"])", false},
    {"(\"/a\", \"present\")", "(\"/a\", \"in\", [\"1\"])", true},
    {"(\"/a\", \"present\")", "(\"/a\", \"in\", [\"1\", \"无\"])", false},
    {"(\"/a\", \"present\")", "(\"/a\", \"in\", [\" \"])", false},
    /* not_in */
    {"(\"/a\", \"not_in\", [\"1\"])", "(\"/a\", \"in\", [\"2\"])", true},
    {"(\"/a\", \"not_in\", [\"1\"])", "(\"/a\", \"in\", [\"1\", \"2\"])", false},
    {"(\"/l/*\", \"not_in\", [\"1\"])", "(\"/l/*\", \"in\", [\"2\"])", false},
    {"(\"/a\", \"not_in\", [\"1\"])", "(\"/a\", \"not_in\", [\"1\", \"2\"])", true},
    {"(\"/a\", \"not_in\", [\"1\", \"2\"])", "(\"/a\", \"not_in\", [\"1\"])", false},
    /* contains and starts */
    {"(\"/a\", \"contains\", [\"演练\"])", "(\"/a\", \"contains\", [\"消防演练\"])", true},
    {"(\"/a\", \"contains\", [\"消防演练\"])", "(\"/a\", \"contains\", [\"演练\"])", false},
    {"(\"/a\", \"contains\", [\"S\"])", "(\"/a\", \"starts\", [\"FS20\"])", true},
    {"(\"/a\", \"starts\", [\"FS\"])", "(\"/a\", \"starts\", [\"FS20\", \"FS21\"])", true},
    {"(\"/a\", \"starts\", [\"FS20\"])", "(\"/a\", \"starts\", [\"FS\"])", false},
    {"(\"/a\", \"starts\", [\"FS\"])", "(\"/a\", \"contains\", [\"FS\"])", false},
    {"(\"/a\", \"starts\", [\"FS\"])", "(\"/a\", \"in\", [\"FS1\"])", true},
    {"(\"/a\", \"contains\", [\"x\"])", "(\"/a\", \"in\", [\"axb\"])", true},
};

typedef struct Fixture {
    Arena *arena;
    RegionTable *regions;
} Fixture;

static int set_up(void **state)
{
    static Fixture fixture;
    fixture.arena = arena_new(65536);
    fixture.regions = region_table_new(fixture.arena);
    *state = &fixture;
    return region_table_add(fixture.regions, TEXT("9901"), TEXT("9901")) ? 0 : -1;
}

static int tear_down(void **state)
{
    arena_free(((Fixture *)*state)->arena);
    return 0;
}

/* The findings of the rule in a file of HEAD and these kinds. */
static size_t count_findings(Fixture *fixture, Text kinds, FindingRule rule)
{
    MappingFindings findings = {.arena = fixture->arena};
    MappingFileOptions options = {.regions = fixture->regions};
    Text file = text_format(fixture->arena, "%skinds = ( %.*s );\n", HEAD, TEXT_ARGS(kinds));
    mapping_file_load_text("t.cfg", file, &options, fixture->arena, &findings);
    size_t count = 0;
    for (size_t i = 0; i < findings.count; i++) {
        assert_true(findings.items[i].rule == rule);
        count++;
    }
    return count;
}

static void a_kind_is_shadowed_by_what_its_conditions_imply(void **state)
{
    Fixture *fixture = *state;
    for (size_t i = 0; i < sizeof(PAIRS) / sizeof(PAIRS[0]); i++) {
        Text kinds = text_format(fixture->arena,
                                 "{ kind = \"update\"; when = ( %s ); },\n"
                                 "{ kind = \"report\"; when = ( %s ); }",
                                 PAIRS[i].before, PAIRS[i].kind);
        size_t found = count_findings(fixture, kinds, FINDING_KIND_UNREACHABLE);
        if (found != PAIRS[i].shadowed)
            print_message("%s | %s\n", PAIRS[i].before, PAIRS[i].kind);
        assert_int_equal(found, PAIRS[i].shadowed);
    }
}

static void conditions_that_contradict_each_other_are_never_met(void **state)
{
    static const struct {
        const char *when;
        bool never;
    } CASES[] = {
        {"(\"/a\", \"present\"), (\"/a\", \"absent\")", true},
        {"(\"/a\", \"present\"), (\"/b\", \"absent\")", false},
        {"(\"/a\", \"in\", [\"1\"]), (\"/a\", \"in\", [\"2\"])", true},
        {"(\"/a\", \"in\", [\"1\", \"2\"]), (\"/a\", \"in\", [\"2\", \"3\"])", false},
        {"(\"/l/*\", \"in\", [\"1\"]), (\"/l/*\", \"in\", [\"2\"])", false},
        {"(\"/a\", \"in\", [\"1\"]), (\"/a\", \"not_in\", [\"1\", \"2\"])", true},
        {"(\"/a\", \"in\", [\"1\", \"3\"]), (\"/a\", \"not_in\", [\"1\", \"2\"])", false},
    };
    Fixture *fixture = *state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        Text kinds =
            text_format(fixture->arena, "{ kind = \"report\"; when = ( %s ); }", CASES[i].when);
        assert_int_equal(count_findings(fixture, kinds, FINDING_KIND_UNREACHABLE), CASES[i].never);
    }
}

static void two_kinds_that_leave_nothing_hide_the_third(void **state)
{
    static const struct {
        const char *kinds;
        bool hidden;
    } CASES[] = {
        {"{ kind = \"update\"; when = ( (\"/a\", \"present\") ); },"
         "{ kind = \"report\"; when = ( (\"/a\", \"absent\") ); }, { kind = \"inspection\"; }",
         true},
        {"{ kind = \"update\"; when = ( (\"/a\", \"not_in\", [\"1\"]) ); },"
         "{ kind = \"report\"; when = ( (\"/a\", \"in\", [\"1\", \"2\"]) ); },"
         "{ kind = \"inspection\"; when = ( (\"/b\", \"present\") ); }",
         true},
        {"{ kind = \"update\"; when = ( (\"/a\", \"not_in\", [\"1\", \"2\"]) ); },"
         "{ kind = \"report\"; when = ( (\"/a\", \"in\", [\"1\"]) ); }, { kind = \"inspection\"; }",
         false},
        {"{ kind = \"update\"; when = ( (\"/a\", \"present\") ); },"
         "{ kind = \"report\"; when = ( (\"/b\", \"absent\") ); }, { kind = \"inspection\"; }",
         false},
    };
    Fixture *fixture = *state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        assert_int_equal(
            count_findings(fixture, text_from(CASES[i].kinds), FINDING_KIND_UNREACHABLE),
            CASES[i].hidden);
}

static void a_kind_that_could_not_be_read_hides_nothing(void **state)
{
    Fixture *fixture = *state;
    static const char KINDS[] = "{ kind = \"update\"; when = ( (\"/a\", \"like\", [\"1\"]) ); },"
                                "{ kind = \"report\"; }";
    assert_int_equal(count_findings(fixture, text_from(KINDS), FINDING_UNKNOWN_WORD), 1);
}

static void the_time_in_the_number_is_as_long_as_its_format(void **state)
{
    static const struct {
        const char *format;
        int length;
        bool fits;
    } CASES[] = {
        {"yyyyMMdd", 8, true},          {"yyyyMMdd", 6, false},  {"yyyyMMdd", 9, false},
        {"yyMMddHHmm", 10, true},       {"yyyy-M-d", 8, true},   {"yyyy-M-d", 10, true},
        {"yyyy-M-d", 7, false},         {"yyyy-M-d", 11, false}, {"yyyyMMdd'x'HH", 11, true},
        {"yyyyMMddHHmmss", 14, true},   {"epoch", 10, true},     {"epoch", 13, true},
        {"yyyyMMddHHmmssSSS", 17, true}};
    Fixture *fixture = *state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        Text kinds = text_format(fixture->arena,
                                 "{ kind = \"report\"; } );\n"
                                 "time : { formats = [\"epoch\"]; check = { digits_of = \"/no\"; "
                                 "at = [0, %d]; format = \"%s\"; }; };\n"
                                 "noise = ( \"x\"",
                                 CASES[i].length, CASES[i].format);
        MappingFindings findings = {.arena = fixture->arena};
        MappingFileOptions options = {.regions = fixture->regions};
        Text file = text_format(fixture->arena, "%skinds = ( %.*s );\n", HEAD, TEXT_ARGS(kinds));
        mapping_file_load_text("t.cfg", file, &options, fixture->arena, &findings);
        /* nothing is there to compare with: that one is always found */
        assert_int_equal(findings.items[0].rule, FINDING_CHECK_IDLE);
        assert_int_equal(findings.count, CASES[i].fits ? 1 : 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kind_is_shadowed_by_what_its_conditions_imply),
        cmocka_unit_test(conditions_that_contradict_each_other_are_never_met),
        cmocka_unit_test(two_kinds_that_leave_nothing_hide_the_third),
        cmocka_unit_test(a_kind_that_could_not_be_read_hides_nothing),
        cmocka_unit_test(the_time_in_the_number_is_as_long_as_its_format),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
