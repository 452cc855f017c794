#include "mapping_fixture.h"

/* What golden cases cannot show: tombstones, life times, keys, and that messages hold no value. */

static void a_tombstone_is_dead_by_rule_empty(void **state)
{
    const MappedRecord *record = apply(*state, TEXT_ABSENT);
    assert_int_equal(record->kind, RECORD_DEAD);
    assert_true(text_is(record->note.stage, "decode"));
    assert_true(text_is(record->note.rule, "empty"));
    assert_true(text_is(record->region, "9901"));
    /* SHA-256 of nothing */
    assert_true(text_is(record->note.sha256,
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    record = apply(*state, TEXT(" \n"));
    assert_true(text_is(record->note.rule, "empty"));
}

static void a_tombstone_is_ignored_where_the_mapping_says_so(void **state)
{
    Fixture *fixture = *state;
    fixture->mapping.tombstones_ignored = true;
    const MappedRecord *record = apply(fixture, TEXT_ABSENT);
    assert_int_equal(record->kind, RECORD_IGNORED);
    assert_true(text_is(record->note.reason, "tombstone"));
    assert_true(text_is(record->region, "9901"));
    fixture->mapping.has_each = true;
    fixture->mapping.each = pointer_of(fixture->process, "/items");
    assert_int_equal(apply(fixture, TEXT_ABSENT)->kind, RECORD_IGNORED);
    /* a value of no bytes is there, and empty; so is null */
    assert_note(apply(fixture, TEXT("")), "", "empty");
    assert_note(apply(fixture, TEXT("null")), "", "empty");
}

static void a_report_outlives_bytes_and_document(void **state)
{
    const MappedRecord *record = apply(
        *state, TEXT("{\"no\":\"R1\",\"body\":\"井盖\",\"trapped\":\"2\",\"area\":\"990101\"}"));
    assert_int_equal(record->kind, RECORD_REPORT);
    assert_true(text_is(record->report.record_no, "R1"));
    assert_true(text_is(record->report.body, "井盖"));
    assert_int_equal(record->report.trapped, 2);
    assert_true(text_is(record->report.area_code, "990101"));
    assert_true(text_is(record->region, "9901"));
}

static void messages_never_quote_a_value(void **state)
{
    static const char *const INPUTS[] = {
        "{\"no\":\"R1\",\"trapped\":\"SECRET\",\"area\":\"990101\"}",
        "{\"no\":\"R1\",\"body\":\"SECRET\"}", "{\"SECRET", "[\"SECRET\"]", "SECRET"};
    for (size_t i = 0; i < sizeof(INPUTS) / sizeof(INPUTS[0]); i++) {
        const MappedRecord *record = apply(*state, text_from(INPUTS[i]));
        assert_int_equal(record->kind, RECORD_DEAD);
        assert_int_equal(record->note.sha256.size, 64);
        assert_true(record->note.message.size > 0);
        assert_false(text_contains(record->note.message, TEXT("SECRET")));
        assert_false(text_contains(record->note.pointer, TEXT("SECRET")));
    }
}

static void a_reporter_is_key_number_and_half_a_mac(void **state)
{
    const MappedRecord *record =
        apply(*state, TEXT("{\"no\":\"R1\",\"trapped\":0,\"tel\":\"19900000001\"}"));
    /* printf 19900000001 | openssl dgst -sha256 -hmac key */
    assert_true(text_is(record->report.reporter, "7:74f807eb47495d7de9287e96df0c473a"));
    assert_true(text_is(record->report.reporter_kind, "citizen"));
}

static void the_same_input_gives_the_same_record(void **state)
{
    Fixture *fixture = *state;
    Text input = TEXT("{\"no\":\"R1\",\"trapped\":1,\"body\":\"电话19900000001\",\"tel\":\"x\"}");
    TextBuilder first = builder_new(fixture->process);
    report_write(&apply(fixture, input)->report, &first);
    for (int i = 0; i < 20; i++) {
        TextBuilder again = builder_new(fixture->message);
        report_write(&apply(fixture, input)->report, &again);
        assert_true(text_equal(builder_view(&first), builder_view(&again)));
        arena_reset(fixture->message);
    }
}

static void survives_every_truncation_and_every_broken_byte(void **state)
{
    Fixture *fixture = *state;
    Text whole = TEXT("{\"no\":\"R1\",\"body\":\"井\\u0000盖 19900000001\",\"trapped\":1.0,"
                      "\"tel\":[1],\"area\":{\"x\":\"990101\"}}");
    for (size_t size = 0; size < whole.size; size++) {
        const MappedRecord *record = apply(fixture, text_slice(whole, 0, size));
        assert_int_equal(record->kind, RECORD_DEAD);
        arena_reset(fixture->message);
    }
    for (size_t at = 0; at < whole.size; at++) {
        char *bytes = text_string(fixture->message, whole);
        bytes[at] = (char)0xFF;
        const MappedRecord *record = apply(fixture, (Text){bytes, whole.size});
        assert_true(record->kind == RECORD_DEAD || record->kind == RECORD_REPORT);
        assert_true(text_is(record->region, "9901"));
        arena_reset(fixture->message);
    }
}

/* Around a rotation the hash under the key before stands beside the new one. */
static void a_reporter_is_known_under_both_keys(void **state)
{
    Fixture *fixture = *state;
    fixture->context.key_before = (MappingKey){TEXT("old key"), 6};
    const MappedRecord *record =
        apply(fixture, TEXT("{\"no\":\"R1\",\"trapped\":0,\"tel\":\"19900000001\"}"));
    assert_true(text_is(record->report.reporter, "7:74f807eb47495d7de9287e96df0c473a"));
    /* printf 19900000001 | openssl dgst -sha256 -hmac 'old key' */
    assert_true(text_is(record->report.reporter_before, "6:b9bbb5707c709ceddb1c894233a5a79a"));
    record = apply(fixture, TEXT("{\"no\":\"R1\",\"trapped\":0}"));
    assert_true(text_is_absent(record->report.reporter_before));
}

/* A hash without a secret could be turned back by trying all numbers. */
static void without_a_key_nobody_is_hashed(void **state)
{
    Fixture *fixture = *state;
    fixture->context.key = (MappingKey){TEXT_ABSENT, 0};
    const MappedRecord *record =
        apply(fixture, TEXT("{\"no\":\"R1\",\"trapped\":0,\"tel\":\"19900000001\"}"));
    assert_int_equal(record->kind, RECORD_REPORT);
    assert_true(text_is_absent(record->report.reporter));
    assert_true(text_is_absent(record->report.reporter_before));
}

static void history_may_be_old_but_not_of_tomorrow(void **state)
{
    Fixture *fixture = *state;
    static const char *const SUSPECT[] = {"time_suspect"};
    const TimeFormat *formats[] = {format_of(fixture->process, "epoch")};
    fixture->mapping.time_formats = formats;
    fixture->mapping.time_format_count = 1;
    add_field(fixture, "reported_at", "/at")->as = AS_TIME;
    fixture->mapping.region_count = 0;
    const int64_t second_us = 1000000;
    const int64_t at_us = INT64_C(1769905800) * second_us;
    const int64_t ancient_us = INT64_C(400) * 86400 * second_us;
    const struct {
        int64_t stamp_us;
        bool backfill;
        bool suspect;
    } cases[] = {
        {at_us, false, false},
        {at_us - 600 * second_us, false, false},
        {at_us - 600 * second_us - 1, false, true},
        {at_us - 600 * second_us - 1, true, true},
        {at_us + ancient_us, false, false},
        {at_us + ancient_us + 1, false, true},
        {at_us + ancient_us + 1, true, false},
        {0, false, false},
        {-1, false, false},
        {1, false, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        fixture->input =
            (MappingInput){.timestamp_us = cases[i].stamp_us, .backfill = cases[i].backfill};
        const MappedRecord *record =
            apply(fixture, TEXT("{\"no\":\"R1\",\"trapped\":0,\"at\":1769905800}"));
        assert_int_equal(record->report.reported_at, at_us);
        assert_flags(&record->report, SUSPECT, cases[i].suspect);
    }
}

/* More than the few values a feed usually has of persons: none of them may slip through. */
static void extra_holds_no_person_however_many(void **state)
{
    Fixture *fixture = *state;
    enum { PERSONS = 700 };
    MappingPersonalRule rules[] = {
        {pointer_of(fixture->process, "/list/*/name"), PERSONAL_DROP},
        {pointer_of(fixture->process, "/list/*/here"), PERSONAL_DROP},
        {pointer_of(fixture->process, "/list/*/tel"), PERSONAL_MASK},
    };
    fixture->mapping.personal = rules;
    fixture->mapping.personal_count = 3;
    fixture->mapping.extra = pointers_of(fixture->process, "/list");
    fixture->mapping.extra_count = 1;
    TextBuilder text = builder_new(fixture->message);
    builder_string(&text, "{\"no\":\"R1\",\"trapped\":0,\"here\":true,\"list\":[");
    for (int i = 0; i < PERSONS; i++)
        builder_format(&text,
                       "%s{\"name\":\"张%d\",\"here\":true,\"tel\":\"1990000%04d\",\"floor\":%d}",
                       i > 0 ? "," : "", i, i, i);
    builder_string(&text, "]}");
    const MappedRecord *record = apply(fixture, builder_view(&text));
    assert_int_equal(record->report.extra_count, 1);
    Text value = record->report.extra[0].value;
    assert_false(text_contains(value, TEXT("张")));
    assert_false(text_contains(value, TEXT("here")));
    assert_false(text_contains(value, TEXT("1990000")));
    assert_true(text_starts(value, TEXT("[{\"tel\":\"199****0000\",\"floor\":0},")));
    assert_true(text_ends(value, TEXT("{\"tel\":\"199****0699\",\"floor\":699}]")));
}

/* Title and body come first wherever the class stands in the file; words count where the code says little. */
static void words_tell_a_class_that_the_code_does_not(void **state)
{
    Fixture *fixture = *state;
    const Keyword keywords[] = {{TEXT("井盖"), TEXT("E01"), 70, 1},
                                {TEXT("电梯"), TEXT("A02"), 40, 2}};
    CodeRow rows[] = {{TEXT("01"), TEXT("C01"), 90, 1},
                      {TEXT("02"), TEXT("C05"), 59, 2},
                      {TEXT("03"), TEXT("C05"), 60, 3}};
    CodeTable table = {.rows = rows, .count = 3};
    table.keywords = keyword_list_new(fixture->process, TEXT("shared"), keywords, 2);
    code_table_index(&table, fixture->process);
    MappingField body = fixture->mapping.fields[1];
    fixture->mapping.fields[1] = *add_field(fixture, "category", "/code");
    fixture->mapping.fields[1].codes = &table;
    fixture->mapping.fields[4] = body;
    fixture->mapping.region_count = 0;
    static const struct {
        const char *text;
        const char *category; /* NULL: none */
        int64_t confidence;
        const char *flags[2];
        size_t flag_count;
    } CASES[] = {
        {"{\"code\":\"01\",\"body\":\"井盖\"}", "C01", 90, {NULL}, 0},
        {"{\"code\":\"02\",\"body\":\"井盖\"}", "E01", 70, {"class_by_words"}, 1},
        {"{\"code\":\"02\",\"body\":\"电梯\"}", "C05", 59, {NULL}, 0},
        {"{\"code\":\"03\",\"body\":\"井盖\"}", "C05", 60, {NULL}, 0},
        {"{\"code\":\"09\",\"body\":\"电梯\"}", "A02", 40, {"class_by_words", "code_unknown"}, 2},
        {"{\"code\":\"09\",\"body\":\"路灯\"}", "J03", 0, {"code_unknown"}, 1},
        {"{\"body\":\"电梯和井盖\"}", "E01", 70, {"class_by_words"}, 1},
        {"{\"body\":\"路灯\"}", NULL, 0, {NULL}, 0},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        Text rest = text_slice(text_from(CASES[i].text), 1, SIZE_MAX);
        const Report *report =
            &apply(fixture, text_format(fixture->message, "{\"no\":\"R1\",\"trapped\":0,%.*s",
                                        TEXT_ARGS(rest)))
                 ->report;
        assert_true(CASES[i].category == NULL ? text_is_absent(report->category)
                                              : text_is(report->category, CASES[i].category));
        if (CASES[i].category != NULL)
            assert_int_equal(report->category_confidence, CASES[i].confidence);
        assert_flags(report, CASES[i].flags, CASES[i].flag_count);
    }
}

/* Whatever a department sends as a class, its report is not lost for it. */
static void a_required_class_without_a_row_is_to_be_classified(void **state)
{
    Fixture *fixture = *state;
    CodeTable table = {.unknown = CODE_UNKNOWN_KEEP};
    code_table_index(&table, fixture->process);
    MappingField *category = add_field(fixture, "category", "/code");
    category->codes = &table;
    category->required = true;
    const MappedRecord *record =
        apply(fixture, TEXT("{\"no\":\"R1\",\"trapped\":0,\"area\":\"990101\",\"code\":\"X\"}"));
    static const char *const FLAGS[] = {"code_unknown"};
    assert_int_equal(record->kind, RECORD_REPORT);
    assert_true(text_is(record->report.category, "J03"));
    assert_int_equal(record->report.category_confidence, 0);
    assert_true(text_is(record->report.category_source, "X"));
    assert_flags(&record->report, FLAGS, 1);
    record = apply(fixture, TEXT("{\"no\":\"R1\",\"trapped\":0}"));
    assert_note(record, "/code", "required");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_tombstone_is_dead_by_rule_empty, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_tombstone_is_ignored_where_the_mapping_says_so, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_report_outlives_bytes_and_document, set_up, tear_down),
        cmocka_unit_test_setup_teardown(messages_never_quote_a_value, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reporter_is_key_number_and_half_a_mac, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reporter_is_known_under_both_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_key_nobody_is_hashed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(history_may_be_old_but_not_of_tomorrow, set_up, tear_down),
        cmocka_unit_test_setup_teardown(extra_holds_no_person_however_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_tell_a_class_that_the_code_does_not, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_required_class_without_a_row_is_to_be_classified, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_same_input_gives_the_same_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(survives_every_truncation_and_every_broken_byte, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
