#include "domain/mapping_coverage.h"
#include "domain/region.h"

#include "adapters/mapping_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/* What counts as a field, and as read; the findings as users see them are in tests/golden/check. */

#define TOP                                                                                        \
    "format = 1; source = \"T\"; topics = [\"t\"];\n"                                              \
    "region : { first = [\"/area\"]; default = \"9901\"; };\n"
#define REPORTS "kinds = ( { kind = \"report\"; } );\n"

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
    return region_table_add(fixture.regions, TEXT("9901"), TEXT("9901")) &&
                   region_table_add(fixture.regions, TEXT("9902"), TEXT("9902"))
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    arena_free(((Fixture *)*state)->arena);
    return 0;
}

static MappingCoverage *cover(Fixture *fixture, const char *file, const char *input)
{
    MappingFindings findings = {.arena = fixture->arena};
    MappingFileOptions options = {.regions = fixture->regions};
    const Mapping *mapping =
        mapping_file_load_text("t.cfg", text_from(file), &options, fixture->arena, &findings);
    for (size_t i = 0; i < findings.count; i++) {
        Text line = mapping_finding_text(fixture->arena, &findings.items[i]);
        print_message("%.*s\n", TEXT_ARGS(line));
    }
    assert_non_null(mapping);
    MappingCoverage *coverage = mapping_coverage_new(mapping, fixture->regions, fixture->arena);
    mapping_coverage_add(coverage, text_from(input));
    return coverage;
}

static void
check_figures(Fixture *fixture, const char *file, const char *input, size_t read, size_t fields)
{
    CoverageFigures figures = mapping_coverage_figures(cover(fixture, file, input));
    assert_int_equal(figures.read, read);
    assert_int_equal(figures.fields, fields);
}

static void a_field_is_a_value_counted_once_for_all_elements(void **state)
{
    static const char FILE[] = TOP REPORTS "fields : { record_no = { first = [\"/no\"]; }; };\n";
    check_figures(*state, FILE, "{\"no\":\"1\",\"area\":\"990101\"}", 2, 2);
    check_figures(*state, FILE, "{\"no\":\"1\",\"area\":null,\"x\":{\"y\":1,\"z\":[]}}", 2, 3);
    check_figures(*state, FILE, "{\"no\":\"1\",\"l\":[{\"a\":1},{\"a\":2,\"b\":true}]}", 1, 3);
    check_figures(*state, FILE, "{\"no\":\"1\",\"l\":[[1,2],[3]]}", 1, 2);
    check_figures(*state, FILE, "no JSON at all", 0, 0);
}

static void extra_persons_and_points_take_in_what_stands_below(void **state)
{
    static const char FILE[] = TOP REPORTS
        "point : { system = \"WGS-84\"; };\n"
        "extra = [\"/more\"]; personal = ( (\"/who\", \"drop\") );\n"
        "fields : { record_no = { first = [\"/no\"]; }; point = { first = [\"/p\"]; };\n"
        "  title = { first = [\"/t\"]; }; };\n";
    check_figures(*state, FILE, "{\"no\":\"1\",\"more\":{\"a\":[1,{\"b\":2}]}}", 3, 3);
    check_figures(*state, FILE, "{\"no\":\"1\",\"who\":{\"n\":\"x\",\"t\":\"y\"}}", 3, 3);
    check_figures(*state, FILE, "{\"no\":\"1\",\"p\":[113.2,23.1]}", 2, 2);
    /* a text is wanted: what stands in the object is not read */
    check_figures(*state, FILE, "{\"no\":\"1\",\"t\":{\"a\":1}}", 1, 2);
}

static void conditions_and_keys_of_choice_are_read(void **state)
{
    static const char FILE[] =
        TOP "kinds = ( { kind = \"report\"; when = ( (\"/op\", \"in\", [\"I\"]) ); } );\n"
            "fields : { record_no = { first = [\"/no\"]; };\n"
            "  lead_org = { first = [\"/list/[main=1]/dept\"]; };\n"
            "  title = { first = [\"/parts/0/t\"]; when = ( (\"/w\", \"present\") ); }; };\n";
    check_figures(*state, FILE, "{\"no\":\"1\",\"op\":\"I\",\"w\":1}", 3, 3);
    check_figures(*state, FILE, "{\"list\":[{\"main\":1,\"dept\":\"x\",\"at\":\"y\"}]}", 2, 3);
    check_figures(*state, FILE, "{\"parts\":[{\"t\":\"x\"},{\"t\":\"y\",\"u\":1}]}", 1, 2);
}

static void one_object_stands_for_the_array_of_items(void **state)
{
    static const char FILE[] = TOP REPORTS
        "each = \"/items\"; fields : { record_no = { first = [\"/items/*/id\"]; }; };\n";
    check_figures(*state, FILE, "{\"items\":[{\"id\":\"1\"},{\"id\":\"2\",\"x\":3}]}", 1, 2);
    check_figures(*state, FILE, "{\"items\":{\"id\":\"1\"}}", 1, 1);
}

static bool finds(Fixture *fixture, const MappingCoverage *coverage, FindingRule rule)
{
    MappingFindings findings = {.arena = fixture->arena};
    mapping_coverage_lint(coverage, &findings);
    for (size_t i = 0; i < findings.count; i++)
        if (findings.items[i].rule == rule)
            return true;
    return false;
}

static void a_kind_without_area_is_told_when_the_feed_has_several_regions(void **state)
{
    static const char FILE[] =
        TOP "kinds = ( { kind = \"update\"; when = ( (\"/op\", \"in\", [\"U\"]) ); },\n"
            "          { kind = \"report\"; } );\n"
            "fields : { record_no = { first = [\"/no\"]; }; };\n";
    Fixture *fixture = *state;
    MappingCoverage *coverage = cover(fixture, FILE, "{\"no\":\"1\",\"op\":\"U\"}");
    mapping_coverage_add(coverage, TEXT("{\"no\":\"1\",\"area\":\"990101\"}"));
    assert_false(finds(fixture, coverage, FINDING_REGION_UNRESOLVED));
    mapping_coverage_add(coverage, TEXT("{\"no\":\"2\",\"area\":\"990201\"}"));
    assert_true(finds(fixture, coverage, FINDING_REGION_UNRESOLVED));
    mapping_coverage_add(coverage, TEXT("{\"no\":\"2\",\"area\":\"990201\",\"op\":\"U\"}"));
    assert_false(finds(fixture, coverage, FINDING_REGION_UNRESOLVED));
    assert_false(finds(fixture, coverage, FINDING_KIND_UNTESTED));
}

static void without_inputs_nothing_is_said(void **state)
{
    Fixture *fixture = *state;
    MappingFindings findings = {.arena = fixture->arena};
    MappingFileOptions options = {.regions = fixture->regions};
    const Mapping *mapping = mapping_file_load_text(
        "t.cfg", TEXT(TOP REPORTS "fields : { record_no = { first = [\"/no\"]; }; };\n"), &options,
        fixture->arena, &findings);
    mapping_coverage_lint(mapping_coverage_new(mapping, fixture->regions, fixture->arena),
                          &findings);
    assert_int_equal(findings.count, 0);
}

static void a_crowd_of_members_is_cut_short(void **state)
{
    enum { MEMBERS = 3000 };
    Fixture *fixture = *state;
    TextBuilder input = builder_new(fixture->arena);
    builder_string(&input, "{\"no\":\"1\"");
    for (int i = 0; i < MEMBERS; i++)
        builder_format(&input, ",\"m%d\":%d", i, i);
    builder_char(&input, '}');
    static const char FILE[] = TOP REPORTS "fields : { record_no = { first = [\"/no\"]; }; };\n";
    CoverageFigures figures = mapping_coverage_figures(cover(fixture, FILE, input.data));
    assert_int_equal(figures.fields, 1000);
    assert_int_equal(figures.read, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_is_a_value_counted_once_for_all_elements),
        cmocka_unit_test(extra_persons_and_points_take_in_what_stands_below),
        cmocka_unit_test(conditions_and_keys_of_choice_are_read),
        cmocka_unit_test(one_object_stands_for_the_array_of_items),
        cmocka_unit_test(a_kind_without_area_is_told_when_the_feed_has_several_regions),
        cmocka_unit_test(without_inputs_nothing_is_said),
        cmocka_unit_test(a_crowd_of_members_is_cut_short),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
