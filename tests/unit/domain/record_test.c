#include "domain/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void knows_its_kinds(void **state)
{
    (void)state;
    static const struct {
        RecordKind kind;
        const char *name;
        bool carries;
    } CASES[] = {
        {RECORD_REPORT, "report", true},         {RECORD_UPDATE, "update", true},
        {RECORD_ASSIGNMENT, "assignment", true}, {RECORD_INSPECTION, "inspection", true},
        {RECORD_IGNORED, "ignored", false},      {RECORD_DEAD, "dead", false},
        {RECORD_COMMAND, "command", false},      {RECORD_TICK, "tick", false},
    };
    assert_int_equal(sizeof CASES / sizeof CASES[0], RECORD_KINDS);
    for (size_t i = 0; i < RECORD_KINDS; i++) {
        RecordKind kind = RECORD_KINDS;
        assert_string_equal(record_kind_name(CASES[i].kind), CASES[i].name);
        assert_true(record_kind_from(text_from(CASES[i].name), &kind));
        assert_int_equal(kind, CASES[i].kind);
        assert_int_equal(record_kind_carries_report(kind), CASES[i].carries);
    }
    RecordKind kind;
    assert_false(record_kind_from(TEXT("Report"), &kind));
    assert_false(record_kind_from(TEXT_ABSENT, &kind));
}

static void prints_and_parses_an_origin(void **state)
{
    (void)state;
    Arena *arena = arena_new(512);
    Origin origin = {.topic = TEXT("hotline.workorder"), .partition = 3, .offset = 1841, .item = 2};
    Text text = record_origin_text(arena, &origin);
    assert_true(text_is(text, "hotline.workorder/3/1841#2"));
    Origin back;
    assert_true(record_origin_parse(text, &back));
    assert_int_equal(record_origin_compare(&origin, &back), 0);
    assert_true(record_origin_parse(TEXT("t/2147483647/9007199254740991#2147483646"), &back));
    assert_true(
        text_is(record_origin_text(arena, &back), "t/2147483647/9007199254740991#2147483646"));
    arena_free(arena);
}

/* Also no second spelling of the same origin: identities are compared as text. */
static void refuses_a_malformed_origin(void **state)
{
    (void)state;
    static const char *const WRONG[] = {
        "",
        "t",
        "t/1/2",
        "t/1#2",
        "/1/2#3",
        "t/1/2#",
        "t/1/#3",
        "t//2#3",
        "t/-1/2#3",
        "t/1/2#-3",
        "t/01/2#3",
        "t/1/02#3",
        "t/1/2#03",
        "t/1/2#3 ",
        "a/t/1/2#3",
        "t/1/9223372036854775808#0",
        "t/1/9007199254740992#0",
        "t\n/1/2#3",
        "\xe4\xb8\xbb/1/2#3",
        "t/2147483648/1#0",
        "t/1/2#2147483647",
        "a_topic_of_kafka_has_a_name_of_at_most_249_bytes_"
        "a_topic_of_kafka_has_a_name_of_at_most_249_bytes_"
        "a_topic_of_kafka_has_a_name_of_at_most_249_bytes_"
        "a_topic_of_kafka_has_a_name_of_at_most_249_bytes_"
        "a_topic_of_kafka_has_a_name_of_at_most_249_bytes_and_more/0/1#0",
        "t/+1/2#3",
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        Origin origin;
        if (record_origin_parse(text_from(WRONG[i]), &origin)) {
            fail_msg("\"%s\" was taken for an origin", WRONG[i]);
        }
    }
}

static void orders_origins_as_numbers(void **state)
{
    (void)state;
    static const char *const SORTED[] = {"a/0/9#0",  "a/0/9#1",  "a/0/10#0", "a/2/0#0",
                                         "a/10/0#0", "ab/0/0#0", "b/0/0#0"};
    for (size_t i = 0; i < 7; i++) {
        for (size_t j = 0; j < 7; j++) {
            Origin a;
            Origin b;
            assert_true(record_origin_parse(text_from(SORTED[i]), &a));
            assert_true(record_origin_parse(text_from(SORTED[j]), &b));
            int order = record_origin_compare(&a, &b);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
}

static const RecordHeader *header(const RecordHeader *headers, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (text_is(headers[i].name, name)) {
            return &headers[i];
        }
    }
    fail_msg("no header %s", name);
    return NULL;
}

static void writes_a_head_as_cloud_event(void **state)
{
    (void)state;
    static const char *const WANT[][2] = {
        {"ce_specversion", "1.0"},
        {"ce_id", "fire.incident/0/17#0"},
        {"ce_type", "onecase.update"},
        {"ce_source", "FIRE119"},
        {"content-type", "application/json"},
        {"oc-items", "1"},
        {"oc-skipped", "5"},
        {"oc-mapping", "fire@0123456789ab"},
        {"oc-attempt", "2"},
        {"oc-backfill", "true"},
        {"oc-forwarded", "9902"},
    };
    RecordHead head = {.kind = RECORD_UPDATE,
                       .origin = {.topic = TEXT("fire.incident"), .offset = 17},
                       .source = TEXT("FIRE119"),
                       .mapping = TEXT("fire@0123456789ab"),
                       .items = 1,
                       .skipped = 5,
                       .attempt = 2,
                       .backfill = true,
                       .forwarded = TEXT("9902")};
    Arena *arena = arena_new(512);
    RecordHeader headers[RECORD_HEADERS_MAX];
    size_t count = record_head_write(&head, arena, headers);
    assert_int_equal(count, sizeof WANT / sizeof WANT[0]);
    for (size_t i = 0; i < count; i++) {
        assert_true(text_is(header(headers, count, WANT[i][0])->value, WANT[i][1]));
    }
    RecordHead back;
    Error error = {0};
    assert_true(record_head_read(headers, count, &back, &error));
    assert_int_equal(back.kind, RECORD_UPDATE);
    assert_int_equal(record_origin_compare(&back.origin, &head.origin), 0);
    assert_true(text_equal(back.source, head.source));
    assert_true(text_equal(back.mapping, head.mapping));
    assert_int_equal(back.items, 1);
    assert_int_equal(back.skipped, 5);
    assert_int_equal(back.attempt, 2);
    assert_true(back.backfill);
    assert_true(text_is(back.forwarded, "9902"));
    arena_free(arena);
}

static void fills_defaults_and_ignores_what_it_does_not_know(void **state)
{
    (void)state;
    const RecordHeader headers[] = {
        {TEXT("traceparent"), TEXT("00-x")},
        {TEXT("ce_source"), TEXT("GRID")},
        {TEXT("ce_id"), TEXT("grid.event/1/2#0")},
        {TEXT("ce_type"), TEXT("onecase.report")},
    };
    RecordHead head;
    Error error = {0};
    assert_true(record_head_read(headers, 4, &head, &error));
    assert_int_equal(head.items, 1);
    assert_int_equal(head.attempt, 1);
    assert_int_equal(head.skipped, 0);
    assert_false(head.backfill);
    assert_true(text_is_absent(head.mapping));
    assert_true(text_is_absent(head.forwarded));
}

static void rejects_a_missing_or_malformed_header(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *text;
    } CASES[] = {
        {"ce_type", NULL, "header \"ce_type\" is missing"},
        {"ce_id", NULL, "header \"ce_id\" is missing"},
        {"ce_source", NULL, "header \"ce_source\" is missing"},
        {"ce_type", "onecase.riot", "header \"ce_type\" is malformed"},
        {"ce_type", "report", "header \"ce_type\" is malformed"},
        {"ce_id", "here", "header \"ce_id\" is malformed"},
        {"ce_source", "", "header \"ce_source\" is malformed"},
        {"oc-items", "0", "header \"oc-items\" is malformed"},
        {"ce_source", "a b", "header \"ce_source\" is malformed"},
        {"ce_source", "a/b", "header \"ce_source\" is malformed"},
        {"oc-skipped", "-1", "header \"oc-skipped\" is malformed"},
        {"oc-skipped", "3", "header \"oc-skipped\" is malformed"},
        {"oc-attempt", "x", "header \"oc-attempt\" is malformed"},
        {"oc-backfill", "maybe", "header \"oc-backfill\" is malformed"},
        {"oc-forwarded", "", "header \"oc-forwarded\" is malformed"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        RecordHeader headers[] = {
            {TEXT("ce_type"), TEXT("onecase.report")}, {TEXT("ce_id"), TEXT("grid.event/1/2#0")},
            {TEXT("ce_source"), TEXT("GRID")},         {TEXT("oc-items"), TEXT("1")},
            {TEXT("oc-skipped"), TEXT("0")},           {TEXT("oc-attempt"), TEXT("1")},
            {TEXT("oc-backfill"), TEXT("false")},      {TEXT("oc-forwarded"), TEXT("9902")},
        };
        for (size_t j = 0; j < 8; j++) {
            if (text_is(headers[j].name, CASES[i].name)) {
                headers[j].value = text_from(CASES[i].value);
                headers[j].name = CASES[i].value == NULL ? TEXT("other") : headers[j].name;
            }
        }
        RecordHead head;
        Error error = {0};
        assert_false(record_head_read(headers, 8, &head, &error));
        assert_int_equal(error.verdict, ERROR_REJECT);
        assert_string_equal(error.rule, "header");
        assert_string_equal(error.pointer, CASES[i].name);
        assert_string_equal(error.text, CASES[i].text);
    }
}

static void writes_and_reads_notes(void **state)
{
    (void)state;
    Arena *arena = arena_new(512);
    RecordNote note = {.reason = TEXT("consultation"),
                       .record_no = TEXT("FS1"),
                       .stage = TEXT("map"),
                       .pointer = TEXT("/a~1b"),
                       .rule = TEXT("required"),
                       .message = TEXT("field \"record_no\" is missing"),
                       .sha256 = TEXT("00ff")};
    TextBuilder ignored = builder_new(arena);
    record_note_write(&note, RECORD_IGNORED, &ignored);
    assert_string_equal(ignored.data, "{\"reason\":\"consultation\",\"record_no\":\"FS1\"}");
    TextBuilder dead = builder_new(arena);
    record_note_write(&note, RECORD_DEAD, &dead);
    assert_string_equal(dead.data, "{\"stage\":\"map\",\"pointer\":\"/a~1b\",\"rule\":\"required\","
                                   "\"message\":\"field \\\"record_no\\\" is missing\","
                                   "\"sha256\":\"00ff\"}");
    RecordNote back;
    Error error = {0};
    assert_true(record_note_read(builder_view(&dead), arena, &back, &error));
    assert_true(text_equal(back.stage, note.stage));
    assert_true(text_equal(back.pointer, note.pointer));
    assert_true(text_equal(back.rule, note.rule));
    assert_true(text_equal(back.message, note.message));
    assert_true(text_equal(back.sha256, note.sha256));
    assert_true(text_is_absent(back.reason));
    assert_true(record_note_read(TEXT("{\"reason\":\"r\",\"later\":1}"), arena, &back, &error));
    assert_true(text_is(back.reason, "r"));
    assert_true(text_is_absent(back.record_no));
    arena_free(arena);
}

static void rejects_a_note_that_is_no_object(void **state)
{
    (void)state;
    static const char *const WRONG[] = {"", "[]", "null", "\"reason\"", "{\"reason\":"};
    Arena *arena = arena_new(512);
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        RecordNote note;
        Error error = {0};
        assert_false(record_note_read(text_from(WRONG[i]), arena, &note, &error));
        assert_int_equal(error.verdict, ERROR_REJECT);
        assert_string_equal(error.rule, "syntax");
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_its_kinds),
        cmocka_unit_test(prints_and_parses_an_origin),
        cmocka_unit_test(refuses_a_malformed_origin),
        cmocka_unit_test(orders_origins_as_numbers),
        cmocka_unit_test(writes_a_head_as_cloud_event),
        cmocka_unit_test(fills_defaults_and_ignores_what_it_does_not_know),
        cmocka_unit_test(rejects_a_missing_or_malformed_header),
        cmocka_unit_test(writes_and_reads_notes),
        cmocka_unit_test(rejects_a_note_that_is_no_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
