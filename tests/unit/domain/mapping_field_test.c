#include "base/text_builder.h"

#include "domain/mapping_trace.h"
#include "domain/region.h"

#include "adapters/mapping_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* What is said of a field with alternatives: golden cases show its value, these which alternative gave it. */
enum { ARENA_BLOCK = 256 * 1024 };

static const char HEAD[] = "format = 1; source = \"T\"; topics = [\"t\"]; empty = [\"-\"];\n"
                           "region : { default = \"9901\"; };\n"
                           "kinds = ( { kind = \"report\"; } );\n"
                           "fields : { record_no = { first = [\"/no\"]; };\n"
                           "%s };\n";

typedef struct Case {
    const char *name;
    const char *field; /* from line 5 on */
    const char *members;
    const char *places;
    const char *steps;
    const char *flags;
    int line;
    bool there;
} Case;

#define TITLES "title = ( { first = [\"/a\"]; clean = [\"upper\"]; },\n{ first = [\"/b\"]; } );"
#define COUNTS "injured = ( { first = [\"/a\"]; },\n{ first = [\"/b\"]; default = \"0\"; } );"
#define CONDITIONS                                                                                 \
    "title = ( { first = [\"/a\"]; when = ( (\"/c\", \"present\") ); },\n"                         \
    "{ first = [\"/b\"]; when = ( (\"/d\", \"present\") ); } );"

static const Case CASES[] = {
    {"the first", TITLES, "\"a\":\"x\",\"b\":\"y\"", "/a", "upper", "", 5, true},
    {"the second", TITLES, "\"a\":\"-\",\"b\":\"y\"", "/b", "alternative 2", "", 6, true},
    {"neither", TITLES, "\"c\":\"y\"", "", "absent", "", 5, false},
    {"the first is left out", CONDITIONS, "\"a\":\"x\",\"b\":\"y\",\"d\":1", "/b", "alternative 2",
     "", 6, true},
    {"the second is left out", CONDITIONS, "\"b\":\"y\",\"c\":1", "", "absent", "", 5, false},
    {"both are left out", CONDITIONS, "\"a\":\"x\",\"b\":\"y\"", "", "when does not hold", "", 5,
     false},
    {"the flag of one and the value of the other", COUNTS, "\"a\":\"3人\",\"b\":5", "/b",
     "alternative 2, integer", "number_unreadable", 6, true},
    {"unreadable and then nothing", COUNTS, "\"a\":\"3人\"", "", "unreadable", "number_unreadable",
     5, false},
    {"unreadable in the last", COUNTS, "\"b\":\"3人\"", "/b", "alternative 2, unreadable",
     "number_unreadable", 5, false},
    {"the default of the last", COUNTS, "\"c\":1", "", "default, integer", "", 6, true},
    {"a part of the text", "title = { first = [\"/a\"]; at = [1, 2]; };", "\"a\":\"甲乙丙丁\"",
     "/a", "at 1, 2", "", 5, true},
};

static void join(TextBuilder *out, Text text)
{
    builder_string(out, out->size > 0 ? ", " : "");
    builder_text(out, text);
}

static void expect(const Case *item, const TraceField *field, Arena *arena)
{
    TextBuilder places = builder_new(arena);
    TextBuilder steps = builder_new(arena);
    TextBuilder flags = builder_new(arena);
    for (size_t i = 0; i < field->place_count; i++)
        join(&places, field->places[i]);
    for (size_t i = 0; i < field->step_count; i++)
        join(&steps, field->steps[i]);
    for (size_t i = 0; i < field->flag_count; i++)
        join(&flags, text_from(mapping_flag(field->flags[i])->name));
    if (!text_is(builder_view(&places), item->places) ||
        !text_is(builder_view(&steps), item->steps) ||
        !text_is(builder_view(&flags), item->flags) || field->line != item->line ||
        field->stored != item->there)
        fail_msg("%s: found \"%.*s | %.*s | %.*s\" of line %d, %s", item->name,
                 TEXT_ARGS(builder_view(&places)), TEXT_ARGS(builder_view(&steps)),
                 TEXT_ARGS(builder_view(&flags)), field->line,
                 field->stored ? "there" : "not there");
}

static void the_alternative_that_gave_the_value_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        Arena *arena = arena_new(ARENA_BLOCK);
        MappingFindings findings = {.arena = arena};
        const MappingFileOptions options = {0};
        MappingTrace trace = {0};
        Text file = text_format(arena, HEAD, CASES[i].field);
        const Mapping *mapping =
            mapping_file_load_text("trace.cfg", file, &options, arena, &findings);
        for (size_t j = 0; mapping == NULL && j < findings.count; j++)
            print_error("%.*s\n", TEXT_ARGS(mapping_finding_text(arena, &findings.items[j])));
        assert_non_null(mapping);
        const MappingContext context = {.regions = region_table_new(arena), .trace = &trace};
        const MappingInput input = {.bytes =
                                        text_format(arena, "{\"no\":\"R1\",%s}", CASES[i].members)};
        MappedRecord *records;
        size_t count;
        mapping_apply(mapping, &context, &input, arena, &records, &count);
        assert_int_equal(records->kind, RECORD_REPORT);
        assert_int_equal(trace.records->field_count, 2); /* one for each target */
        expect(&CASES[i], &trace.records->fields[1], arena);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_alternative_that_gave_the_value_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
