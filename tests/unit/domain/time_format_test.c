#include "domain/time_format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { CHINA = 480 };

/* 2026-02-01 08:30:00 +08:00 */
static const int64_t MORNING_US = INT64_C(1769905800000000);

typedef struct Case {
    const char *format;
    const char *text;
    int64_t time_us; /* INT64_MIN: no time */
} Case;

static int64_t parse(Arena *arena, const char *pattern, const char *text)
{
    const TimeFormat *format;
    Error error = {0};
    int64_t time_us;
    if (!time_format_compile(arena, text_from(pattern), &format, &error))
        fail_msg("\"%s\": %s", pattern, error.text);
    return time_format_parse(format, text_from(text), CHINA, &time_us) ? time_us : INT64_MIN;
}

static void check(const Case *cases, size_t count)
{
    Arena *arena = arena_new(4096);
    for (size_t i = 0; i < count; i++) {
        int64_t found = parse(arena, cases[i].format, cases[i].text);
        if (found != cases[i].time_us)
            fail_msg("\"%s\" of \"%s\" gives %lld", cases[i].format, cases[i].text,
                     (long long)found);
    }
    arena_free(arena);
}

static void reads_every_form_of_one_instant(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"yyyy-MM-dd HH:mm:ss", "2026-02-01 08:30:00", MORNING_US},
        {"yyyy-MM-dd HH:mm", "2026-02-01 08:30", MORNING_US},
        {"yyyy/M/d H:m:s", "2026/2/1 8:30:0", MORNING_US},
        {"yyyy/M/d H:m:s", "2026/02/01 08:30:00", MORNING_US},
        {"yyyy-MM-ddTHH:mm:ss", "2026-02-01T08:30:00", MORNING_US},
        {"yyyy-MM-dd'T'HH:mm:ssX", "2026-02-01T00:30:00Z", MORNING_US},
        {"yyyy-MM-dd'T'HH:mm:ssX", "2026-02-01T09:30:00+09:00", MORNING_US},
        {"yyyy-MM-dd HH:mm:ssX", "2026-02-01 00:30:00+0000", MORNING_US},
        {"yyyyMMddHHmmss", "20260201083000", MORNING_US},
        {"yyMMddHHmm", "2602010830", MORNING_US},
        {"MMM d, yyyy K:m:s a", "Feb 1, 2026 8:30:0 AM", MORNING_US},
        {"yyyy年M月d日 HH:mm", "2026年2月1日 08:30", MORNING_US},
        {"epoch", "1769905800", MORNING_US},
        {"epoch", "1769905800000", MORNING_US},
    };
    check(CASES, sizeof(CASES) / sizeof(CASES[0]));
}

static void keeps_fractions_of_a_second(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"yyyy-MM-dd HH:mm:ss", "2026-02-01 08:30:00.0", MORNING_US},
        {"yyyy-MM-dd HH:mm:ss", "2026-02-01 08:30:00.123", MORNING_US + 123000},
        {"yyyy-MM-dd HH:mm:ss", "2026-02-01 08:30:00.123456789", MORNING_US + 123456},
        {"yyyy-MM-dd HH:mm:ss.SSS", "2026-02-01 08:30:00.250", MORNING_US + 250000},
        {"yyyyMMddHHmmssSSS", "20260201083000250", MORNING_US + 250000},
        {"epoch", "1769905800250", MORNING_US + 250000},
    };
    check(CASES, sizeof(CASES) / sizeof(CASES[0]));
}

static void tells_noon_from_midnight_on_a_12_hour_clock(void **state)
{
    (void)state;
    const int64_t hour_us = INT64_C(3600) * 1000000;
    const Case cases[] = {
        {"yyyy-MM-dd hh:mm a", "2026-02-01 12:30 AM", MORNING_US - 8 * hour_us},
        {"yyyy-MM-dd hh:mm a", "2026-02-01 12:30 PM", MORNING_US + 4 * hour_us},
        {"yyyy-MM-dd K:mm a", "2026-02-01 0:30 pm", MORNING_US + 4 * hour_us},
        {"yyyy-MM-dd hh:mm a", "2026-02-01 08:30 PM", MORNING_US + 12 * hour_us},
        {"yyyy-MM-dd hh:mm a", "2026-02-01 13:30 PM", INT64_MIN},
    };
    check(cases, sizeof(cases) / sizeof(cases[0]));
}

static void knows_what_tells_the_halves_of_the_day(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        bool lacks;
        bool minutes;
    } CASES[] = {{"yyyy-MM-dd hh:mm", true, true},    {"yyyy-MM-dd K", true, false},
                 {"yyyy-MM-dd hh:mm a", false, true}, {"yyyyMMddHHmm", false, true},
                 {"yyyyMMddHH", false, false},        {"epoch", false, true},
                 {"epoch-days", false, false}};
    Arena *arena = arena_new(4096);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const TimeFormat *format;
        Error error = {0};
        assert_true(time_format_compile(arena, text_from(CASES[i].pattern), &format, &error));
        assert_int_equal(time_format_lacks_half_day(format), CASES[i].lacks);
        assert_int_equal(time_format_has_minutes(format), CASES[i].minutes);
    }
    arena_free(arena);
}

static void reads_a_12_hour_clock_as_it_stands_where_nothing_tells_the_half(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"yyyy-MM-dd hh:mm", "2026-02-01 08:30", MORNING_US},
        {"yyyy-MM-dd hh:mm", "2026-02-01 12:30", MORNING_US + INT64_C(4) * 3600 * 1000000},
        {"yyyy-MM-dd hh:mm", "2026-02-01 13:30", INT64_MIN},
    };
    check(CASES, sizeof(CASES) / sizeof(CASES[0]));
}

static void tells_the_unit_of_a_number_by_its_size(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"epoch", "99999999999", INT64_C(99999999999) * 1000000},
        {"epoch", "100000000000", INT64_C(100000000000) * 1000},
        {"epoch", "0", 0},
        {"epoch", "-1", INT64_MIN},
        {"epoch", "1769905800.5", INT64_MIN},
        {"epoch", "99999999999999", INT64_C(99999999999999) * 1000},
        {"epoch", "100000000000000", INT64_C(100000000000000)},
        {"epoch", "99999999999999999", INT64_C(99999999999999999)},
        {"epoch", "100000000000000000", INT64_C(100000000000000)},
        {"epoch", "9223372036854775807", INT64_C(9223372036854775)},
        {"epoch", "9223372036854775808", INT64_MIN},
        {"epoch", "000000000000000000000", 0},
        {"epoch-days", "0", -INT64_C(8) * 3600 * 1000000},
        {"epoch-days", "20485", INT64_C(1769875200) * 1000000},
        {"epoch-days", "2932896", (INT64_C(2932896) * 24 - 8) * 3600 * 1000000},
        {"epoch-days", "2932897", INT64_MIN},
        {"epoch-days", "00020485", INT64_MIN},
        {"epoch-days", "-1", INT64_MIN},
        {"epoch-days", "", INT64_MIN},
        {"epoch", "", INT64_MIN},
    };
    check(CASES, sizeof(CASES) / sizeof(CASES[0]));
}

static void refuses_what_does_not_fit(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"yyyy-MM-dd", "2026-2-1", INT64_MIN},
        {"yyyy-MM-dd", "2026-02-30", INT64_MIN},
        {"yyyy-MM-dd", "2026-13-01", INT64_MIN},
        {"yyyy-MM-dd", "2026-02-01 ", INT64_MIN},
        {"yyyy-MM-dd", "26-02-01", INT64_MIN},
        {"yyyy-MM-dd HH:mm", "2026-02-01 24:00", INT64_MIN},
        {"yyyy-MM-dd HH:mm", "2026-02-01 08:60", INT64_MIN},
        {"yyyy-MM-dd HH:mm:ss", "2026-02-01 08:30:00.", INT64_MIN},
        {"MMM d, yyyy", "Fbe 1, 2026", INT64_MIN},
        {"yyyy-MM-ddX", "2026-02-01+15:00", INT64_MIN},
    };
    check(CASES, sizeof(CASES) / sizeof(CASES[0]));
}

static void refuses_formats_that_name_no_time(void **state)
{
    (void)state;
    static const char *const PATTERNS[] = {"",
                                           "yyy-MM-dd",
                                           "y-MM-dd",
                                           "yyyy-MM",
                                           "MM-dd",
                                           "yyyy-MM-dd a",
                                           "yyyy-MM-dd HH:mm a",
                                           "yyyy-MM-dd HH hh a",
                                           "yyyy-MM-dd Q",
                                           "yyyy-MM-dd 'open",
                                           "HH:mm"};
    Arena *arena = arena_new(4096);
    for (size_t i = 0; i < sizeof(PATTERNS) / sizeof(PATTERNS[0]); i++) {
        const TimeFormat *format;
        Error error = {0};
        if (time_format_compile(arena, text_from(PATTERNS[i]), &format, &error))
            fail_msg("\"%s\" was taken", PATTERNS[i]);
        assert_int_equal(error.verdict, ERROR_REJECT);
    }
    arena_free(arena);
}

static void cuts_a_time_to_the_unit_of_the_format(void **state)
{
    (void)state;
    const int64_t second_us = 1000000;
    /* 2026-02-01 08:31:07.654321 in China */
    const int64_t time_us = MORNING_US + 67 * second_us + 654321;
    const Case cases[] = {
        {"yyyyMMdd", "", MORNING_US - (8 * 3600 + 1800) * second_us},
        {"yyyyMMddHH", "", MORNING_US - 1800 * second_us},
        {"yyMMddHHmm", "", MORNING_US + 60 * second_us},
        {"yyyyMMddHHmmss", "", MORNING_US + 67 * second_us},
        {"yyyyMMddHHmmssSSS", "", MORNING_US + 67 * second_us + 654000},
        {"MMM d, yyyy K:m a", "", MORNING_US + 60 * second_us},
        {"epoch", "", MORNING_US + 67 * second_us},
        {"epoch-days", "", MORNING_US - (8 * 3600 + 1800) * second_us},
    };
    Arena *arena = arena_new(4096);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const TimeFormat *format;
        Error error = {0};
        assert_true(time_format_compile(arena, text_from(cases[i].format), &format, &error));
        if (time_format_cut(format, time_us, 480) != cases[i].time_us)
            fail_msg("%s", cases[i].format);
    }
    const TimeFormat *format;
    Error error = {0};
    assert_true(time_format_compile(arena, TEXT("yyyyMMdd"), &format, &error));
    /* 1969-12-31 23:00 in China: before 1970 a day begins at midnight too */
    assert_int_equal(time_format_cut(format, -9 * 3600 * second_us, 480), -32 * 3600 * second_us);
    arena_free(arena);
}

static void reads_offsets_from_utc(void **state)
{
    (void)state;
    int32_t minutes;
    assert_true(time_format_zone(TEXT("+08:00"), &minutes));
    assert_int_equal(minutes, 480);
    assert_true(time_format_zone(TEXT("-0330"), &minutes));
    assert_int_equal(minutes, -210);
    assert_false(time_format_zone(TEXT("08:00"), &minutes));
    assert_false(time_format_zone(TEXT("+8"), &minutes));
    assert_false(time_format_zone(TEXT("+08:60"), &minutes));
    assert_false(time_format_zone(TEXT(""), &minutes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_form_of_one_instant),
        cmocka_unit_test(keeps_fractions_of_a_second),
        cmocka_unit_test(tells_noon_from_midnight_on_a_12_hour_clock),
        cmocka_unit_test(knows_what_tells_the_halves_of_the_day),
        cmocka_unit_test(reads_a_12_hour_clock_as_it_stands_where_nothing_tells_the_half),
        cmocka_unit_test(tells_the_unit_of_a_number_by_its_size),
        cmocka_unit_test(refuses_what_does_not_fit),
        cmocka_unit_test(refuses_formats_that_name_no_time),
        cmocka_unit_test(cuts_a_time_to_the_unit_of_the_format),
        cmocka_unit_test(reads_offsets_from_utc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
