#include "mapping_fixture.h"

#include "domain/mapping_flag.h"
#include "domain/mapping_source.h"

/* The steps before any field: what the tree looks like after them, and whose fault it is when they fail. */

static void use_each(Fixture *fixture, const char *each)
{
    fixture->mapping.has_each = true;
    fixture->mapping.each = pointer_of(fixture->process, each);
}

static void use_unwrap(Fixture *fixture, const char *const *pointers, size_t count)
{
    fixture->mapping.unwrap = ARENA_ARRAY(fixture->process, MappingPointer, count);
    fixture->mapping.unwrap_count = count;
    for (size_t i = 0; i < count; i++)
        fixture->mapping.unwrap[i] = pointer_of(fixture->process, pointers[i]);
}

static MappingSource open_source(Fixture *fixture, const char *text)
{
    MappingSource source;
    Error error = {0};
    if (!mapping_source_open(&fixture->mapping, text_from(text), fixture->message, &source, &error))
        fail_msg("%s: %s", text, error.text);
    return source;
}

static void assert_tree(Fixture *fixture, const char *text, const char *want)
{
    MappingSource source = open_source(fixture, text);
    Text found = js_dump(source.root, fixture->message);
    if (!text_is(found, want))
        fail_msg("%s became %.*s", text, TEXT_ARGS(found));
    mapping_source_close(&source);
}

static void unwraps_wherever_the_pointer_leads(void **state)
{
    Fixture *fixture = *state;
    static const char *const POINTERS[] = {"",     "/a",   "/list/*/c", "/where/[k=x]/v",
                                           "/n/0", "/a/in"};
    use_unwrap(fixture, POINTERS, 6);
    assert_tree(fixture, "\"{\\\"a\\\":1}\"", "{\"a\":1}");
    assert_tree(fixture, "{\"a\":\"{\\\"in\\\":\\\"[1,2]\\\"}\"}", "{\"a\":{\"in\":[1,2]}}");
    assert_tree(fixture, "{\"list\":[{\"c\":\"1\"},{\"c\":\"\"},{},7,{\"c\":\"\\\"x\\\"\"}]}",
                "{\"list\":[{\"c\":1},{\"c\":\"\"},{},7,{\"c\":\"x\"}]}");
    assert_tree(fixture, "{\"where\":[{\"k\":\"y\",\"v\":\"1\"},{\"k\":\"x\",\"v\":\"2\"}]}",
                "{\"where\":[{\"k\":\"y\",\"v\":\"1\"},{\"k\":\"x\",\"v\":2}]}");
    assert_tree(fixture, "{\"n\":[\"[]\",\"[]\"]}", "{\"n\":[[],\"[]\"]}");
    assert_tree(fixture, "{\"a\":null,\"list\":{},\"n\":5}", "{\"a\":null,\"list\":{},\"n\":5}");
}

static void repairs_inside_a_text_are_told_like_any_other(void **state)
{
    Fixture *fixture = *state;
    static const char *const POINTERS[] = {"/a"};
    static const struct {
        const char *text;
        unsigned flags;
    } CASES[] = {
        {"{\"a\":\"{}\"}", 0},
        {"{\"a\":\"{\\\"b\\\":\\\"\\\\ud800\\\"}\"}", 1u << FLAG_ENCODING_REPAIRED},
        {"{\"a\":\"{\\\"b\\\":1,\\\"b\\\":2}\"}", 1u << FLAG_KEY_REPEATED},
        {"{\"a\":\"{\\\"b\\\":1}\\u0000\"}", 1u << FLAG_NUL_REMOVED},
        {"{\"a\":\"\\ud800\",\"a\":\"{}\"}",
         1u << FLAG_KEY_REPEATED | 1u << FLAG_ENCODING_REPAIRED},
    };
    use_unwrap(fixture, POINTERS, 1);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        MappingSource source = open_source(fixture, CASES[i].text);
        assert_int_equal(source.flags, CASES[i].flags);
        mapping_source_close(&source);
    }
}

static void a_text_without_json_names_its_place(void **state)
{
    Fixture *fixture = *state;
    static const char *const POINTERS[] = {"/list/*/a~1b"};
    use_unwrap(fixture, POINTERS, 1);
    const MappedRecord *record =
        apply(fixture, TEXT("{\"list\":[{\"a/b\":\"1\"},{\"a/b\":\"SECRET\"}]}"));
    assert_note(record, "/list/1/a~1b", "unwrap");
    assert_true(text_is(record->note.stage, "decode"));
    assert_true(
        text_is(record->note.message, "the text holds no JSON: line 1, column 6: not JSON"));
}

/* One bad text among the items is that item's fault. */
static void a_fault_of_an_item_is_its_own(void **state)
{
    Fixture *fixture = *state;
    static const char *const POINTERS[] = {"/items/*/c", "/items/*"};
    use_unwrap(fixture, POINTERS, 2);
    use_each(fixture, "/items");
    fixture->mapping.fields[0].pointers = pointers_of(fixture->process, "/items/*/c/no");
    fixture->mapping.fields[2].required = false;
    apply_all(fixture, TEXT("{\"items\":[{\"c\":\"{\\\"no\\\":\\\"A\\\"}\"},{\"c\":\"{\"},"
                            "\"{\\\"c\\\":{\\\"no\\\":\\\"B\\\"}}\",\"no\",7,{\"c\":{}}]}"));
    assert_int_equal(fixture->count, 6);
    assert_true(text_is(fixture->records[0].report.record_no, "A"));
    assert_note(&fixture->records[1], "/items/1/c", "unwrap");
    assert_true(text_is(fixture->records[2].report.record_no, "B"));
    assert_int_equal(fixture->records[2].report.part_no, 2);
    assert_note(&fixture->records[3], "/items/3", "unwrap");
    assert_note(&fixture->records[4], "/items/4", "each");
    assert_note(&fixture->records[5], "/items/5/c/no", "required");
    assert_true(fixture->records[1].note.sha256.data == fixture->records[5].note.sha256.data);

    apply_all(fixture, TEXT("{\"items\":{\"c\":\"{\\\"no\\\":\\\"C\\\"}\"}}"));
    assert_int_equal(fixture->count, 1);
    assert_true(text_is(fixture->records[0].report.record_no, "C"));
    apply_all(fixture, TEXT("{\"items\":{\"c\":\"no\"}}"));
    assert_note(&fixture->records[0], "/items/0/c", "unwrap");
}

static void knows_which_pointers_stand_for_the_item(void **state)
{
    Fixture *fixture = *state;
    static const struct {
        const char *each, *pointer;
        bool inside;
        const char *place; /* of item 12 */
    } CASES[] = {
        {"/items", "/items/*/id", true, "/items/12/id"},
        {"/items", "/items/*", true, "/items/12"},
        {"/items", "/items/*/a/*/b", true, "/items/12/a/*/b"},
        {"/items", "/items/3/id", false, "/items/3/id"},
        {"/items", "/items", false, "/items"},
        {"/items", "/items2/*/id", false, "/items2/*/id"},
        {"/items", "/x/*", false, "/x/*"},
        {"", "/*/id", true, "/12/id"},
        {"", "/id", false, "/id"},
        {"", "", false, ""},
        {"/a~1b/c", "/a~1b/c/*/id", true, "/a~1b/c/12/id"},
        {"/d/[k=v]/l", "/d/[k=v]/l/*/id", true, "/d/[k=v]/l/12/id"},
        {"/d/[k=v]/l", "/d/[k=w]/l/*/id", false, "/d/[k=w]/l/*/id"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        use_each(fixture, CASES[i].each);
        MappingPointer pointer = pointer_of(fixture->process, CASES[i].pointer);
        Text place = mapping_source_place(&fixture->mapping, &pointer, 12, fixture->message);
        if (mapping_source_in_item(&fixture->mapping, &pointer) != CASES[i].inside ||
            !text_is(place, CASES[i].place))
            fail_msg("each \"%s\", pointer \"%s\": %.*s", CASES[i].each, CASES[i].pointer,
                     TEXT_ARGS(place));
    }
    fixture->mapping.has_each = false;
    MappingPointer pointer = pointer_of(fixture->process, "/*/id");
    assert_false(mapping_source_in_item(&fixture->mapping, &pointer));
    assert_true(text_is(mapping_source_item_place(&fixture->mapping, 3, fixture->message), ""));
}

static void a_message_may_carry_five_thousand_items_and_no_more(void **state)
{
    Fixture *fixture = *state;
    TextBuilder text = builder_new(fixture->message);
    use_each(fixture, "");
    builder_string(&text, "[{}");
    for (int i = 1; i < MAPPING_ITEMS_MAX; i++)
        builder_string(&text, ",{}");
    builder_char(&text, ']');
    MappingSource source = open_source(fixture, text.data);
    assert_int_equal(source.item_count, MAPPING_ITEMS_MAX);
    mapping_source_close(&source);
    builder_truncate(&text, text.size - 1);
    builder_string(&text, ",{}]");
    assert_note(apply(fixture, builder_view(&text)), "", "each");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(unwraps_wherever_the_pointer_leads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(repairs_inside_a_text_are_told_like_any_other, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_text_without_json_names_its_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_fault_of_an_item_is_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_which_pointers_stand_for_the_item, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_message_may_carry_five_thousand_items_and_no_more, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
