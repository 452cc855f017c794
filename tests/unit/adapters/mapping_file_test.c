#include "scratch.h"

#include "adapters/mapping_file.h"
#include "adapters/region_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* What the language means is in tests/golden/mapping; here: files, folders, digests. */
typedef struct Fixture {
    char folder[1024];
    Arena *arena;
    MappingFindings findings;
} Fixture;

#define GOOD                                                                                       \
    "format = 1; source = \"T\"; topics = [\"t.a\", \"t.b\"];\n"                                   \
    "region : { default = \"9901\"; };\n"                                                          \
    "kinds = ( { kind = \"ignore\"; reason = \"x\"; when = ( (\"/a\", \"present\") ); unless = "   \
    "\"danger\"; },\n"                                                                             \
    "          { kind = \"report\"; } );\n"                                                        \
    "fields : { record_no = { first = [\"/no\"]; };\n"                                             \
    "           category = { first = [\"/c\"]; codes = \"class\"; }; };\n"                         \
    "codes : { class = { file = \"class.csv\"; }; };\n"                                            \
    "tests = \"cases\";\n"
#define COMMENTED "# other\n" GOOD

static Text path_of(const Fixture *fixture, const char *name)
{
    return text_format(fixture->arena, "%s/%s", fixture->folder, name);
}

static void write_file(const Fixture *fixture, const char *name, const char *content)
{
    FILE *file = fopen(path_of(fixture, name).data, "wb");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
    static Fixture fixture;
    fixture = (Fixture){0};
    if (!scratch_template(fixture.folder, sizeof(fixture.folder), "mapping") ||
        mkdtemp(fixture.folder) == NULL)
        return -1;
    fixture.arena = arena_new(64 * 1024);
    fixture.findings = (MappingFindings){.arena = fixture.arena};
    write_file(&fixture, "good.cfg", GOOD);
    write_file(&fixture, "class.csv", "from,to,confidence,name\n01,A02,,\n");
    write_file(&fixture, "danger.txt", "燃气\n");
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const NAMES[] = {"good.cfg", "class.csv",    "danger.txt", "b.cfg",
                                        "part.inc", "keywords.csv", "inner.inc"};
    Fixture *fixture = *state;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        unlink(path_of(fixture, NAMES[i]).data);
    int removed = rmdir(fixture->folder);
    arena_free(fixture->arena);
    return removed;
}

static const Mapping *load(Fixture *fixture, const char *name)
{
    MappingFileOptions options = {.words_folder = fixture->folder};
    return mapping_file_load(path_of(fixture, name).data, &options, fixture->arena,
                             &fixture->findings);
}

static void reads_a_mapping_with_its_tables_and_words(void **state)
{
    Fixture *fixture = *state;
    const Mapping *mapping = load(fixture, "good.cfg");
    assert_int_equal(fixture->findings.count, 0);
    assert_non_null(mapping);
    assert_true(text_is(mapping_name(mapping), "good"));
    assert_true(text_is(mapping_source(mapping), "T"));
    assert_int_equal(mapping_topics(mapping).count, 2);
    assert_true(text_is(mapping_topics(mapping).items[1], "t.b"));
    assert_true(text_is(mapping_default_region(mapping), "9901"));
    assert_true(text_equal(mapping_file_tests(mapping, fixture->arena), path_of(fixture, "cases")));
}

static void the_digest_covers_tables_and_words(void **state)
{
    Fixture *fixture = *state;
    Text first = mapping_version(load(fixture, "good.cfg"));
    assert_true(text_starts(first, TEXT("good@")));
    assert_int_equal(first.size, 5 + 12);
    assert_true(text_equal(first, mapping_version(load(fixture, "good.cfg"))));
    write_file(fixture, "class.csv", "from,to,confidence,name\n01,A01,,\n");
    Text second = mapping_version(load(fixture, "good.cfg"));
    assert_false(text_equal(first, second));
    write_file(fixture, "danger.txt", "触电\n");
    assert_false(text_equal(second, mapping_version(load(fixture, "good.cfg"))));
}

static void the_digest_covers_keywords(void **state)
{
    Fixture *fixture = *state;
    write_file(fixture, "keywords.csv", "phrase,class,confidence\n漏气,B01,90\n");
    write_file(fixture, "b.cfg",
               "format = 1; source = \"T\"; topics = [\"t\"]; region : { default = \"9901\"; };\n"
               "kinds = ( { kind = \"report\"; } );\n"
               "fields : { record_no = { first = [\"/no\"]; };\n"
               "           category = { first = [\"/c\"]; codes = \"class\"; }; };\n"
               "codes : { class = { rows = (); keywords = \"shared\"; }; };\n");
    const Mapping *mapping = load(fixture, "b.cfg");
    assert_int_equal(fixture->findings.count, 0);
    assert_non_null(mapping);
    write_file(fixture, "keywords.csv", "phrase,class,confidence\n漏气,B01,91\n");
    assert_false(text_equal(mapping_version(mapping), mapping_version(load(fixture, "b.cfg"))));
}

static void a_text_is_loaded_as_its_file_would_be(void **state)
{
    Fixture *fixture = *state;
    MappingFileOptions options = {.words_folder = fixture->folder};
    const Mapping *mapping = mapping_file_load_text(path_of(fixture, "good.cfg").data, TEXT(GOOD),
                                                    &options, fixture->arena, &fixture->findings);
    assert_int_equal(fixture->findings.count, 0);
    assert_true(text_equal(mapping_version(mapping), mapping_version(load(fixture, "good.cfg"))));
    assert_true(text_equal(mapping_file_path(mapping), path_of(fixture, "good.cfg")));
}

static void notes_what_cannot_be_read(void **state)
{
    Fixture *fixture = *state;
    assert_null(load(fixture, "nowhere.cfg"));
    assert_int_equal(fixture->findings.errors, 1);
    assert_true(text_ends(mapping_finding_text(fixture->arena, &fixture->findings.items[0]),
                          TEXT("/nowhere.cfg: cannot be read: No such file or directory")));
    unlink(path_of(fixture, "class.csv").data);
    assert_null(load(fixture, "good.cfg"));
    assert_int_equal(fixture->findings.errors, 2);
    assert_int_equal(fixture->findings.items[1].line, 7);
}

static void includes_lie_beside_the_mapping(void **state)
{
    Fixture *fixture = *state;
    write_file(fixture, "part.inc", GOOD);
    write_file(fixture, "b.cfg", "@include \"part.inc\"\n");
    const Mapping *mapping = load(fixture, "b.cfg");
    assert_non_null(mapping);
    write_file(fixture, "part.inc", GOOD);
    assert_true(text_equal(mapping_version(mapping), mapping_version(load(fixture, "b.cfg"))));
    write_file(fixture, "part.inc", COMMENTED);
    assert_false(text_equal(mapping_version(mapping), mapping_version(load(fixture, "b.cfg"))));
    write_file(fixture, "part.inc", "format = ;\n");
    assert_null(load(fixture, "b.cfg"));
    assert_true(text_ends(mapping_finding_text(fixture->arena, &fixture->findings.items[0]),
                          TEXT("part.inc:1: syntax error")));
}

static void names_the_files_it_was_made_of(void **state)
{
    Fixture *fixture = *state;
    TextList parts = mapping_file_parts(load(fixture, "good.cfg"), fixture->arena);
    assert_int_equal(parts.count, 1);
    assert_true(text_equal(parts.items[0], path_of(fixture, "class.csv")));
    write_file(fixture, "inner.inc", GOOD);
    write_file(fixture, "part.inc", "@include \"inner.inc\"\n");
    write_file(fixture, "b.cfg", "@include \"part.inc\"\n");
    parts = mapping_file_parts(load(fixture, "b.cfg"), fixture->arena);
    assert_int_equal(parts.count, 3);
    assert_true(text_equal(parts.items[0], path_of(fixture, "part.inc")));
    assert_true(text_equal(parts.items[1], path_of(fixture, "inner.inc")));
    assert_true(text_equal(parts.items[2], path_of(fixture, "class.csv")));
}

static void lists_the_mappings_of_a_folder_by_name(void **state)
{
    Fixture *fixture = *state;
    write_file(fixture, "b.cfg", "");
    TextList paths;
    Error error = {0};
    assert_true(mapping_file_list(fixture->folder, fixture->arena, &paths, &error));
    assert_int_equal(paths.count, 2);
    assert_true(text_equal(paths.items[0], path_of(fixture, "b.cfg")));
    assert_true(text_equal(paths.items[1], path_of(fixture, "good.cfg")));
    assert_false(mapping_file_list("/nowhere/at/all", fixture->arena, &paths, &error));
    assert_int_equal(error.verdict, ERROR_FATAL);
}

static void loads_the_good_and_notes_the_bad(void **state)
{
    Fixture *fixture = *state;
    write_file(fixture, "b.cfg", "format = 2;\n");
    TextList paths;
    Error error = {0};
    assert_true(mapping_file_list(fixture->folder, fixture->arena, &paths, &error));
    const Mapping *mappings[2];
    MappingFileOptions options = {.words_folder = fixture->folder};
    assert_false(
        mapping_file_load_all(paths, &options, fixture->arena, mappings, &fixture->findings));
    assert_null(mappings[0]);
    assert_non_null(mappings[1]);
}

static void reads_regions_and_refuses_what_is_none(void **state)
{
    static const struct {
        const char *content;
        const char *message; /* behind the path */
    } BAD[] = {
        {"prefixes = ( (9901, \"9901\") );",
         ":1: a row must be (\"prefix\", \"region\"), both in quotes"},
        {"prefixes = ( (\"99x\", \"9901\") );",
         ":1: \"99x\" must be 1 to 6 digits that stand once, \"9901\" 1 to 32 letters, digits, "
         "\"_\" or \"-\""},
        {"\nprefix = ();", ":2: unknown key \"prefix\""},
        {"prefixes = ();", ": \"prefixes\" must be a list of pairs"},
        {"prefixes = (", ":1: syntax error"},
    };
    Fixture *fixture = *state;
    const RegionTable *table;
    Error error = {0};
    write_file(fixture, "b.cfg", "prefixes = ( (\"9901\", \"9901\"), (\"990101\", \"x\") );\n");
    Text path = path_of(fixture, "b.cfg");
    assert_true(region_file_load(path.data, fixture->arena, &table, &error));
    assert_true(text_is(region_lookup(table, TEXT("990101")), "x"));
    assert_true(text_is(region_lookup(table, TEXT("990102")), "9901"));
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        Error refused = {0};
        write_file(fixture, "b.cfg", BAD[i].content);
        assert_false(region_file_load(path.data, fixture->arena, &table, &refused));
        assert_int_equal(refused.verdict, ERROR_FATAL);
        assert_string_equal(refused.text + path.size, BAD[i].message);
    }
    Error missing = {0};
    assert_false(region_file_load("/nowhere.cfg", fixture->arena, &table, &missing));
    assert_string_equal(missing.text, "cannot read \"/nowhere.cfg\": No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_a_mapping_with_its_tables_and_words, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_digest_covers_tables_and_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_digest_covers_keywords, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_text_is_loaded_as_its_file_would_be, set_up, tear_down),
        cmocka_unit_test_setup_teardown(notes_what_cannot_be_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(includes_lie_beside_the_mapping, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_the_files_it_was_made_of, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists_the_mappings_of_a_folder_by_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(loads_the_good_and_notes_the_bad, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_regions_and_refuses_what_is_none, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
