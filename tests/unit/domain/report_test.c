#include "domain/datetime.h"
#include "domain/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE_US (60 * DATETIME_SECOND_US)

static const char FULL[] =
    "{\"record_no\":\"FS20260201001\",\"revision\":3,\"quoted_nos\":[\"FS1\",\"FS2\"],"
    "\"occurred_at\":\"2026-02-01T00:30:00.000Z\",\"title\":\"电梯\\\"困人\\\"\","
    "\"area_code\":\"990101\",\"point\":[116.3975,39.9087],\"point_system\":\"GCJ-02\","
    "\"point_precision\":\"C\",\"category\":\"A02\",\"category_confidence\":90,\"level\":1,"
    "\"verified\":false,\"test_flag\":true,\"trapped\":2,"
    "\"reporter\":\"1:0123456789abcdef0123456789abcdef\",\"reporter_kind\":\"citizen\","
    "\"flags\":[\"area_default\",\"swapped\"],\"extra\":{\"/a/b\":[1,2.50,null],\"/c\":\"x\"}}";

/* The targets of mapping.md, and the six that the engine sets beside them. */
static void knows_every_field_of_the_page(void **state)
{
    (void)state;
    static const char PAGE[] =
        "record_no part_no assignment_no revision origin_no quoted_nos occurred_at found_at "
        "reported_at recorded_at changed_at title body address place_name street_code "
        "community_code grid_code point category level urgency status channel finder_kind "
        "finder_post lead_org assist_orgs due_at urged urge verified result measures reply "
        "return_reason recheck_result tracker_post satisfaction "
        "party_name usc_code lift_plate equipment_code component_code device_id "
        "uniform_address_id on_off test_flag trapped injured dead reporter reporter_kind";
    static const char *const DERIVED[] = {
        "origin_source",       "area_code",     "category_source", "category_system",
        "category_confidence", "status_source", "reporter_before", "noise"};
    size_t mappable = 0;
    Text page = text_from(PAGE);
    for (size_t at = 0; at < page.size;) {
        size_t end = text_find(page, TEXT(" "), at);
        end = end == SIZE_MAX ? page.size : end;
        const ReportField *field = report_field(text_slice(page, at, end - at));
        assert_non_null(field);
        assert_true(field->mappable);
        mappable++;
        at = end + 1;
    }
    for (size_t i = 0; i < 8; i++) {
        assert_non_null(report_field(text_from(DERIVED[i])));
        assert_false(report_field(text_from(DERIVED[i]))->mappable);
    }
    size_t count;
    const ReportField *fields = report_fields(&count);
    assert_int_equal(count, mappable + 8);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(report_field(text_from(fields[i].name)), &fields[i]);
        assert_true(i == 0 || fields[i].offset > fields[i - 1].offset);
        assert_true(strlen(fields[i].help) > 0 && strlen(fields[i].help_zh) > 0);
    }
    assert_null(report_field(TEXT("tel")));
    assert_null(report_field(TEXT("flags")));
}

static void starts_with_everything_absent(void **state)
{
    (void)state;
    Report report;
    memset(&report, 0x5A, sizeof report);
    report_init(&report);
    size_t count;
    const ReportField *fields = report_fields(&count);
    for (size_t i = 0; i < count; i++) {
        assert_false(report_has(&report, &fields[i]));
    }
    Arena *arena = arena_new(512);
    TextBuilder out = builder_new(arena);
    report_write(&report, &out);
    assert_string_equal(out.data, "{}");
    arena_free(arena);
}

static void reaches_fields_by_name(void **state)
{
    (void)state;
    Report report;
    report_init(&report);
    Text one = TEXT("FS1");
    *report_text(&report, report_field(TEXT("lift_plate"))) = TEXT("L1");
    *report_integer(&report, report_field(TEXT("trapped"))) = 2;
    *report_integer(&report, report_field(TEXT("due_at"))) = 0;
    *report_flag(&report, report_field(TEXT("verified"))) = 0;
    *report_list(&report, report_field(TEXT("quoted_nos"))) = (TextList){&one, 1};
    assert_true(text_is(report.lift_plate, "L1"));
    assert_int_equal(report.trapped, 2);
    assert_int_equal(report.due_at, 0);
    assert_int_equal(report.verified, 0);
    assert_int_equal(report.quoted_nos.count, 1);
    assert_true(report_has(&report, report_field(TEXT("due_at"))));
    assert_true(report_has(&report, report_field(TEXT("verified"))));
    assert_false(report_has(&report, report_field(TEXT("test_flag"))));
}

static void keeps_flags_sorted_and_single(void **state)
{
    (void)state;
    Arena *arena = arena_new(512);
    Report report;
    report_init(&report);
    static const char *const ADDED[] = {"m", "z", "a", "m", "b", "z"};
    for (size_t i = 0; i < 6; i++) {
        report_add_flag(&report, arena, text_from(ADDED[i]));
    }
    assert_int_equal(report.flags.count, 4);
    assert_true(text_is(report.flags.items[0], "a"));
    assert_true(text_is(report.flags.items[1], "b"));
    assert_true(text_is(report.flags.items[2], "m"));
    assert_true(text_is(report.flags.items[3], "z"));
    assert_true(report_has_flag(&report, TEXT("m")));
    assert_false(report_has_flag(&report, TEXT("c")));
    arena_free(arena);
}

static void reads_every_type(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    Report report;
    Error error = {0};
    assert_true(report_read(text_from(FULL), arena, &report, &error));
    assert_true(text_is(report.record_no, "FS20260201001"));
    assert_int_equal(report.revision, 3);
    assert_int_equal(report.quoted_nos.count, 2);
    assert_true(text_is(report.quoted_nos.items[1], "FS2"));
    assert_true(report.occurred_at == INT64_C(1769905800000000));
    assert_true(text_is(report.title, "电梯\"困人\""));
    assert_true(report.point.wgs84.lon == 116.3975 && report.point.wgs84.lat == 39.9087);
    assert_int_equal(report.point.wgs84.datum, GEO_WGS84);
    assert_int_equal(report.point.given, GEO_GCJ02);
    assert_int_equal(report.point.precision, 'C');
    assert_int_equal(report.verified, 0);
    assert_int_equal(report.test_flag, 1);
    assert_int_equal(report.trapped, 2);
    assert_true(report.injured == INTEGER_ABSENT);
    assert_true(text_is_absent(report.body));
    assert_int_equal(report.flags.count, 2);
    assert_int_equal(report.extra_count, 2);
    assert_true(text_is(report.extra[0].pointer, "/a/b"));
    assert_true(text_is(report.extra[0].value, "[1,2.50,null]"));
    arena_free(arena);
}

static void writes_what_it_read(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    Report report;
    Error error = {0};
    assert_true(report_read(text_from(FULL), arena, &report, &error));
    TextBuilder out = builder_new(arena);
    report_write(&report, &out);
    assert_string_equal(out.data, FULL);
    arena_free(arena);
}

static void takes_null_and_unknown_members_as_absent(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    Report report;
    Error error = {0};
    assert_true(report_read(TEXT("{\"title\":null,\"point\":null,\"flags\":null,\"extra\":null,"
                                 "\"newer\":{\"a\":1},\"body\":\"\"}"),
                            arena, &report, &error));
    assert_true(text_is_absent(report.title));
    assert_false(text_is_absent(report.body));
    assert_int_equal(report.point.precision, 0);
    assert_int_equal(report.flags.count, 0);
    assert_int_equal(report.extra_count, 0);
    arena_free(arena);
}

static void rejects_a_value_of_another_type(void **state)
{
    (void)state;
    static const struct {
        const char *json, *pointer, *text;
    } CASES[] = {
        {"{\"title\":7}", "/title", "field \"title\": expected text"},
        {"{\"revision\":\"3\"}", "/revision", "field \"revision\": expected an integer"},
        {"{\"trapped\":1.5}", "/trapped", "field \"trapped\": expected an integer"},
        {"{\"trapped\":9223372036854775808}", "/trapped", "field \"trapped\": expected an integer"},
        {"{\"trapped\":-9223372036854775808}", "/trapped",
         "field \"trapped\": expected an integer"},
        {"{\"due_at\":\"tomorrow\"}", "/due_at", "field \"due_at\": expected a time in ISO 8601"},
        {"{\"due_at\":1769905800}", "/due_at", "field \"due_at\": expected a time in ISO 8601"},
        {"{\"verified\":1}", "/verified", "field \"verified\": expected true or false"},
        {"{\"quoted_nos\":\"a\"}", "/quoted_nos", "field \"quoted_nos\": expected a list of text"},
        {"{\"quoted_nos\":[\"a\",1]}", "/quoted_nos",
         "field \"quoted_nos\": expected a list of text"},
        {"{\"point\":[116.4]}", "/point",
         "field \"point\": expected [longitude, latitude] in degrees"},
        {"{\"point\":[116.4,95.0],\"point_system\":\"GCJ-02\",\"point_precision\":\"C\"}", "/point",
         "field \"point\": expected [longitude, latitude] in degrees"},
        {"{\"point\":[116.4,39.9],\"point_precision\":\"C\"}", "/point_system",
         "field \"point_system\": expected the name of a coordinate system"},
        {"{\"point\":[116.4,39.9],\"point_system\":\"GCJ-02\",\"point_precision\":\"Q\"}",
         "/point_precision", "field \"point_precision\": expected a letter from A to E"},
        {"{\"reporter\":\"19900001234\"}", "/reporter",
         "field \"reporter\": expected a key number and 32 hex digits"},
        {"{\"reporter\":\"1:0123456789ABCDEF0123456789abcdef\"}", "/reporter",
         "field \"reporter\": expected a key number and 32 hex digits"},
        {"{\"reporter_before\":\"19900001234\"}", "/reporter_before",
         "field \"reporter_before\": expected a key number and 32 hex digits"},
        {"{\"noise\":\"a\"}", "/noise", "field \"noise\": expected a list of text"},
        {"{\"flags\":[1]}", "/flags", "field \"flags\": expected a list of text"},
        {"{\"extra\":[]}", "/extra", "field \"extra\": expected an object"},
    };
    Arena *arena = arena_new(4096);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Report report;
        Error error = {0};
        if (report_read(text_from(CASES[i].json), arena, &report, &error)) {
            fail_msg("%s was accepted", CASES[i].json);
        }
        assert_int_equal(error.verdict, ERROR_REJECT);
        assert_string_equal(error.rule, "type");
        assert_string_equal(error.pointer, CASES[i].pointer);
        assert_string_equal(error.text, CASES[i].text);
    }
    arena_free(arena);
}

static void rejects_what_is_no_object(void **state)
{
    (void)state;
    static const char *const WRONG[] = {"", "[]", "1", "{\"title\":}"};
    Arena *arena = arena_new(512);
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        Report report;
        Error error = {0};
        assert_false(report_read(text_from(WRONG[i]), arena, &report, &error));
        assert_int_equal(error.verdict, ERROR_REJECT);
        assert_string_equal(error.rule, "syntax");
    }
    arena_free(arena);
}

/*
 * domain.md 6.3: more than 10 minutes ahead or 400 days behind is suspicious; the next time is tried. History is old by
 * nature, but does not come from the future.
 */
static void chooses_the_event_time(void **state)
{
    (void)state;
    const int64_t received = INT64_C(1769905800000000);
    const int64_t none = TIME_ABSENT;
    const int64_t future = received + 10 * MINUTE_US;
    const int64_t ancient = received - 400 * DATETIME_DAY_US;
    const struct {
        int64_t occurred, found, reported, recorded, want;
        bool suspect;
        bool backfill;
    } cases[] = {
        {none, none, none, none, received, false, false},
        {received - 4, received - 3, received - 2, received - 1, received - 4, false, false},
        {none, received - 3, received - 2, received - 1, received - 3, false, false},
        {none, none, received - 2, received - 1, received - 2, false, false},
        {none, none, none, received - 1, received - 1, false, false},
        {future, none, none, none, future, false, false},
        {future + 1, none, none, none, received, true, false},
        {ancient, none, none, none, ancient, false, false},
        {ancient - 1, none, none, none, received, true, false},
        {future + 1, ancient - 1, received - 2, none, received - 2, true, false},
        {received - 4, future + 1, none, none, received - 4, false, false},
        {ancient - 1, received - 3, none, none, ancient - 1, false, true},
        {INT64_C(-62135596800000000), none, none, none, INT64_C(-62135596800000000), false, true},
        {future, none, none, none, future, false, true},
        {future + 1, ancient - 1, received - 2, none, ancient - 1, true, true},
        {future + 1, none, none, none, received, true, true},
        {none, none, none, none, received, false, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Report report;
        report_init(&report);
        report.occurred_at = cases[i].occurred;
        report.found_at = cases[i].found;
        report.reported_at = cases[i].reported;
        report.recorded_at = cases[i].recorded;
        bool suspect = !cases[i].suspect;
        ReportArrival arrival = {received, cases[i].backfill};
        assert_true(report_event_time(&report, arrival, &suspect) == cases[i].want);
        assert_int_equal(suspect, cases[i].suspect);
        assert_true(report_event_time(&report, arrival, NULL) == cases[i].want);
    }
}

/* changed, recorded, reported: the first that is believable; a status from 2099 is none. */
static void chooses_the_time_of_a_status(void **state)
{
    (void)state;
    const int64_t received = INT64_C(1790000000000000);
    const int64_t day = INT64_C(86400000000);
    const struct {
        int64_t changed, recorded, reported, want;
    } cases[] = {
        {received - 1, received - 2, received - 3, received - 1},
        {TIME_ABSENT, received - 2, received - 3, received - 2},
        {TIME_ABSENT, TIME_ABSENT, received - 3, received - 3},
        {TIME_ABSENT, TIME_ABSENT, TIME_ABSENT, 7},
        {received + day, received - 2, TIME_ABSENT, received - 2},
        {received + day, received + day, received - 3, received - 3},
        {received + day, TIME_ABSENT, TIME_ABSENT, 7},
        {received - 401 * day, received - 2, TIME_ABSENT, received - 2},
        {INT64_MAX - 1, TIME_ABSENT, TIME_ABSENT, 7},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Report report;
        report_init(&report);
        report.changed_at = cases[i].changed;
        report.recorded_at = cases[i].recorded;
        report.reported_at = cases[i].reported;
        assert_true(report_status_time(&report, (ReportArrival){received, false}, 7) ==
                    cases[i].want);
    }
}

static void takes_old_changes_of_history(void **state)
{
    (void)state;
    const int64_t received = INT64_C(1790000000000000);
    const int64_t ancient = received - 401 * DATETIME_DAY_US;
    const int64_t future = received + DATETIME_DAY_US;
    const ReportArrival live = {received, false};
    const ReportArrival history = {received, true};
    Report report;
    report_init(&report);
    report.recorded_at = received - 1;
    report.changed_at = ancient;
    assert_true(report_changed_time(&report, live) == TIME_ABSENT);
    assert_true(report_changed_time(&report, history) == ancient);
    assert_true(report_status_time(&report, live, 7) == received - 1);
    assert_true(report_status_time(&report, history, 7) == ancient);
    report.changed_at = future;
    assert_true(report_changed_time(&report, history) == TIME_ABSENT);
    assert_true(report_status_time(&report, history, 7) == received - 1);
    report.changed_at = TIME_ABSENT;
    assert_true(report_changed_time(&report, history) == TIME_ABSENT);
}

static void replaces_what_a_change_brings_and_no_more(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    Report report;
    Report change;
    Error error = {0};
    assert_true(
        report_read(TEXT("{\"record_no\":\"A1\",\"title\":\"t\",\"status\":10,\"trapped\":2,"
                         "\"verified\":true,\"point\":[116.4,39.9],\"point_system\":\"GCJ-02\","
                         "\"point_precision\":\"C\",\"quoted_nos\":[\"B1\"],\"flags\":[\"x\"],"
                         "\"extra\":{\"/a\":1}}"),
                    arena, &report, &error));
    assert_true(report_read(TEXT("{\"record_no\":\"A1\",\"status\":60,\"verified\":false,"
                                 "\"quoted_nos\":[\"B2\",\"B3\"]}"),
                            arena, &change, &error));
    report_replace(&report, &change);
    TextBuilder out = builder_new(arena);
    report_write(&report, &out);
    assert_true(
        text_is(builder_view(&out),
                "{\"record_no\":\"A1\",\"quoted_nos\":[\"B2\",\"B3\"],\"title\":\"t\","
                "\"point\":[116.4,39.9],\"point_system\":\"GCJ-02\",\"point_precision\":\"C\","
                "\"status\":60,\"verified\":false,\"trapped\":2,\"flags\":[\"x\"],"
                "\"extra\":{\"/a\":1}}"));
    arena_free(arena);
}

#define HASH_A "1:0123456789abcdef0123456789abcdef"
#define HASH_B "2:fedcba9876543210fedcba9876543210"

/* The hash under the old key is the reporter's, the noise is the text's: neither outlives what it belongs to. */
static void what_goes_with_a_field_goes_when_it_is_replaced(void **state)
{
    (void)state;
    static const struct {
        const char *change;
        const char *before;
        size_t noise;
    } CASES[] = {
        {"{\"record_no\":\"A1\",\"status\":20}", HASH_A, 1},
        {"{\"record_no\":\"A1\",\"reporter\":\"" HASH_B "\"}", NULL, 1},
        {"{\"record_no\":\"A1\",\"reporter\":\"" HASH_B "\",\"reporter_before\":\"" HASH_A "\"}",
         HASH_A, 1},
        {"{\"record_no\":\"A1\",\"title\":\"t\"}", HASH_A, 0},
        {"{\"record_no\":\"A1\",\"body\":\"b\"}", HASH_A, 0},
        {"{\"record_no\":\"A1\",\"body\":\"b\",\"noise\":[\"x\",\"y\"]}", HASH_A, 2},
    };
    Arena *arena = arena_new(4096);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Report report;
        Report change;
        Error error = {0};
        assert_true(
            report_read(TEXT("{\"record_no\":\"A1\",\"title\":\"old\",\"reporter\":\"" HASH_B
                             "\",\"reporter_before\":\"" HASH_A "\",\"noise\":[\"old\"]}"),
                        arena, &report, &error));
        assert_true(report_read(text_from(CASES[i].change), arena, &change, &error));
        report_replace(&report, &change);
        if (CASES[i].before == NULL)
            assert_true(text_is_absent(report.reporter_before));
        else
            assert_true(text_is(report.reporter_before, CASES[i].before));
        assert_int_equal(report.noise.count, CASES[i].noise);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_every_field_of_the_page),
        cmocka_unit_test(starts_with_everything_absent),
        cmocka_unit_test(reaches_fields_by_name),
        cmocka_unit_test(keeps_flags_sorted_and_single),
        cmocka_unit_test(reads_every_type),
        cmocka_unit_test(writes_what_it_read),
        cmocka_unit_test(takes_null_and_unknown_members_as_absent),
        cmocka_unit_test(rejects_a_value_of_another_type),
        cmocka_unit_test(rejects_what_is_no_object),
        cmocka_unit_test(chooses_the_event_time),
        cmocka_unit_test(chooses_the_time_of_a_status),
        cmocka_unit_test(takes_old_changes_of_history),
        cmocka_unit_test(replaces_what_a_change_brings_and_no_more),
        cmocka_unit_test(what_goes_with_a_field_goes_when_it_is_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
