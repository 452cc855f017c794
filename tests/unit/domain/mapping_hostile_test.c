#include "mapping_fixture.h"

/*
 * Records that somebody made to do harm, or that a broken program wrote: each becomes a report, a flagged report or a
 * dead letter with a reason. A step that searched its text again and again would not come to an end here.
 */
enum { LARGE = 5 * 1024 * 1024, LONG = 512 * 1024 };

/* `unit` again and again between head and tail, up to `size` bytes. */
static Text
repeated(Arena *arena, size_t size, const char *head, const char *unit, const char *tail)
{
    TextBuilder out = builder_new(arena);
    builder_string(&out, head);
    while (out.size < size)
        builder_string(&out, unit);
    builder_string(&out, tail);
    return builder_view(&out);
}

/* Every step of the language over /body: html, narrow, upper, between, extract twice, scrub, cut. */
static void use_all_steps(Fixture *fixture)
{
    static Text after[] = {TEXT("NO"), TEXT("编号")};
    static MappingExtract number;
    number = (MappingExtract){.after = {after, 2}, .within = 4, .length_min = 5, .length_max = 14};
    for (int c = '0'; c <= 'Z'; c++)
        number.chars[c] = c <= '9' || c >= 'A';
    fixture->mapping.fields[1].clean = CLEAN_HTML | CLEAN_NARROW | CLEAN_UPPER | CLEAN_TRIM;
    fixture->mapping.fields[2].required = false;
    fixture->mapping.fields[3].pointers = pointers_of(fixture->process, "/body");
    MappingField *quoted = add_field(fixture, "quoted_nos", "/body");
    quoted->select = SELECT_ALL;
    quoted->dedupe = true;
    quoted->extract = &number;
    add_field(fixture, "lift_plate", "/body")->extract = &number;
    add_field(fixture, "usc_code", "/body")->as = AS_USC;
    MappingField *title = add_field(fixture, "title", "/body");
    title->between_from = TEXT("【");
    title->between_to = TEXT("】");
}

static void assert_body_is_read(Fixture *fixture, const char *unit, size_t size, const char *flag)
{
    Arena *made = arena_new(1024);
    Text bytes =
        repeated(made, size, "{\"no\":\"R1\",\"area\":\"990101\",\"body\":\"", unit, "\"}");
    const MappedRecord *record = apply(fixture, bytes);
    assert_int_equal(record->kind, RECORD_REPORT);
    assert_true(text_is(record->report.record_no, "R1"));
    assert_true(report_has_flag(&record->report, text_from(flag)));
    /* nothing but repaired bytes and what the report is made of */
    assert_true(arena_used(fixture->message) < 4 * bytes.size);
    arena_reset(fixture->message);
    arena_free(made);
}

static void a_body_of_five_megabytes_is_cut(void **state)
{
    use_all_steps(*state);
    assert_body_is_read(*state, "井盖破损", LARGE, "text_cut");
    assert_body_is_read(*state, "\xFF\xFE", LARGE, "encoding_repaired");
}

/* Beginnings of something that never comes, and more of one thing than anybody writes. */
static void no_step_searches_its_text_again_and_again(void **state)
{
    static const struct {
        const char *unit, *flag;
    } CASES[] = {
        {"ＡＢ１２", "narrowed"},
        {"<a", "text_cut"},
        {"<p>x", "text_cut"},
        {"&amp", "text_cut"},
        {"NO", "text_cut"},
        {"编号", "text_cut"},
        {"编号12345 ", "text_cut"},
        {"19900000001 ", "text_cut"},
        {"1990000", "text_cut"},
        {"1*", "text_cut"},
        {"1 ", "text_cut"},
        {"【", "text_cut"},
        {"我叫", "text_cut"},
        {"张先生", "text_cut"},
        {"\\u0000", "nul_removed"},
        {"\\ud800", "encoding_repaired"},
        {"\\u001b", "control_removed"},
    };
    use_all_steps(*state);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        assert_body_is_read(*state, CASES[i].unit, LONG, CASES[i].flag);
}

static void deep_nesting_is_refused_where_it_begins(void **state)
{
    Fixture *fixture = *state;
    char text[20100] = "{\"no\":\"R1\",\"x\":";
    size_t start = strlen(text);
    memset(text + start, '[', 10000);
    memset(text + start + 10000, ']', 10000);
    strcpy(text + start + 20000, "}");
    const MappedRecord *record = apply(fixture, text_from(text));
    assert_note(record, "", "syntax");
    assert_true(text_is(record->note.message, "line 1, column 79: nested deeper than 64 levels"));
    record = apply(fixture, repeated(fixture->process, LARGE, "", "[", ""));
    assert_true(text_is(record->note.message, "line 1, column 65: nested deeper than 64 levels"));
}

static void brackets_without_end_are_refused_by_number(void **state)
{
    static const char *const UNITS[] = {",1", ",[]", ",{}", ",\"\""};
    Fixture *fixture = *state;
    for (size_t i = 0; i < sizeof(UNITS) / sizeof(UNITS[0]); i++) {
        Text bytes = repeated(fixture->process, LARGE, "{\"no\":\"R1\",\"trapped\":0,\"x\":[0",
                              UNITS[i], "]}");
        const MappedRecord *record = apply(fixture, bytes);
        assert_note(record, "", "syntax");
        assert_true(text_ends(record->note.message,
                              TEXT(": more than 500000 values, an object counting as 4")));
    }
}

static void a_hundred_thousand_members_are_a_report(void **state)
{
    Fixture *fixture = *state;
    TextBuilder text = builder_new(fixture->process);
    builder_string(&text, "{\"area\":\"990101\",\"trapped\":0");
    for (int i = 0; i < 100000; i++)
        builder_format(&text, ",\"k%d\":\"v%d\"", i, i);
    builder_string(&text, ",\"no\":\"R1\"}");
    const MappedRecord *record = apply(fixture, builder_view(&text));
    assert_int_equal(record->kind, RECORD_REPORT);
    assert_flags(&record->report, NULL, 0);
}

static void a_name_that_stands_twice_is_told(void **state)
{
    static const char *const FLAGS[] = {"key_repeated"};
    const MappedRecord *record =
        apply(*state, TEXT("{\"no\":\"R1\",\"area\":\"990101\",\"trapped\":1,\"trapped\":2}"));
    assert_int_equal(record->report.trapped, 2);
    assert_flags(&record->report, FLAGS, 1);
}

static void two_thousand_digits_are_a_text_but_no_number(void **state)
{
    static const char *const FLAGS[] = {"number_out_of_range"};
    Fixture *fixture = *state;
    char digits[2001];
    memset(digits, '7', 2000);
    digits[2000] = '\0';
    Text number =
        text_format(fixture->process, "{\"area\":\"990101\",\"trapped\":0,\"no\":%s}", digits);
    const MappedRecord *record = apply(fixture, number);
    assert_note(record, "/no", "type");
    fixture->mapping.fields[2].required = false;
    number =
        text_format(fixture->process, "{\"area\":\"990101\",\"no\":\"R1\",\"trapped\":%s}", digits);
    record = apply(fixture, number);
    assert_int_equal(record->report.trapped, INTEGER_ABSENT);
    assert_flags(&record->report, FLAGS, 1);
}

/* A large value beside many items would be cleaned, searched and scrubbed for each of them. */
static void what_items_share_is_not_read_without_end(void **state)
{
    Fixture *fixture = *state;
    enum { ITEMS = 2000 };
    fixture->mapping.has_each = true;
    fixture->mapping.each = pointer_of(fixture->process, "/items");
    fixture->mapping.fields[0].pointers = pointers_of(fixture->process, "/items/*/no");
    fixture->mapping.fields[2].required = false;
    add_field(fixture, "device_id", "/device");
    TextBuilder text = builder_new(fixture->process);
    builder_text(&text, repeated(fixture->process, LARGE, "{\"area\":\"990101\",\"device\":\"",
                                 "烟感", "\""));
    builder_string(&text, ",\"items\":[{\"no\":\"A\"}");
    for (int i = 1; i < ITEMS; i++)
        builder_string(&text, ",{\"no\":\"A\"}");
    builder_string(&text, "]}");
    apply_all(fixture, builder_view(&text));
    assert_int_equal(fixture->count, ITEMS);
    assert_int_equal(fixture->records[0].kind, RECORD_REPORT);
    assert_note(&fixture->records[ITEMS - 1], "/items/1999", "too_large");
    assert_true(
        text_is(fixture->records[ITEMS - 1].note.message,
                "the values outside the items are too large to be read for each of 2000 items"));
}

/* The same with an array that a pointer walks through, and with `extra`. */
static void searching_and_keeping_what_items_share_counts_too(void **state)
{
    Fixture *fixture = *state;
    enum { ITEMS = 3000, ELEMENTS = 80000 };
    fixture->mapping.has_each = true;
    fixture->mapping.each = pointer_of(fixture->process, "/items");
    fixture->mapping.fields[0].pointers = pointers_of(fixture->process, "/items/*/no");
    fixture->mapping.fields[1].pointers = pointers_of(fixture->process, "/list/[k=v]/x");
    fixture->mapping.fields[2].required = false;
    TextBuilder text = builder_new(fixture->process);
    builder_string(&text, "{\"area\":\"990101\",\"list\":[{\"k\":\"w\"}");
    for (int i = 1; i < ELEMENTS; i++)
        builder_string(&text, ",{}");
    builder_string(&text, "],\"items\":[{\"no\":\"A\"}");
    for (int i = 1; i < ITEMS; i++)
        builder_string(&text, ",{\"no\":\"A\"}");
    builder_string(&text, "]}");
    apply_all(fixture, builder_view(&text));
    assert_int_equal(fixture->records[0].kind, RECORD_REPORT);
    assert_note(&fixture->records[ITEMS - 1], "/items/2999", "too_large");

    fixture->mapping.fields[1].pointers = pointers_of(fixture->process, "/body");
    fixture->mapping.extra = pointers_of(fixture->process, "/list");
    fixture->mapping.extra_count = 1;
    apply_all(fixture, builder_view(&text));
    assert_int_equal(fixture->records[0].report.extra_count, 1);
    assert_note(&fixture->records[ITEMS - 1], "/items/2999", "too_large");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_body_of_five_megabytes_is_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_step_searches_its_text_again_and_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(deep_nesting_is_refused_where_it_begins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(brackets_without_end_are_refused_by_number, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_hundred_thousand_members_are_a_report, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_name_that_stands_twice_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_thousand_digits_are_a_text_but_no_number, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_items_share_is_not_read_without_end, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(searching_and_keeping_what_items_share_counts_too, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
