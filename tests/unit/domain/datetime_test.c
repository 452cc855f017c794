#include "domain/datetime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CHINA (8 * 60)

static void reads_and_writes_iso_times(void **state)
{
    (void)state;
    /* seconds by `date -u -d ... +%s` */
    static const struct {
        const char *text;
        int64_t us;
        const char *iso;
    } CASES[] = {
        {"1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000Z"},
        {"2026-02-01T00:30:00.000Z", INT64_C(1769905800000000), "2026-02-01T00:30:00.000Z"},
        {"2026-02-01T08:30:00+08:00", INT64_C(1769905800000000), "2026-02-01T00:30:00.000Z"},
        {"2026-02-01 08:30:00.5+08:00", INT64_C(1769905800500000), "2026-02-01T00:30:00.500Z"},
        {"2026-01-31T19:00:00-05:30", INT64_C(1769905800000000), "2026-02-01T00:30:00.000Z"},
        {"2024-02-29T12:00:00.123456789Z", INT64_C(1709208000123456), "2024-02-29T12:00:00.123Z"},
        {"2000-02-29T00:00:00Z", INT64_C(951782400000000), "2000-02-29T00:00:00.000Z"},
        {"1969-12-31T23:59:59.999Z", -1000, "1969-12-31T23:59:59.999Z"},
        {"1900-03-01T00:00:00Z", INT64_C(-2203891200000000), "1900-03-01T00:00:00.000Z"},
        {"0001-01-01T00:00:00Z", INT64_C(-62135596800000000), "0001-01-01T00:00:00.000Z"},
        {"9999-12-31T23:59:59.999999Z", INT64_C(253402300799999999), "9999-12-31T23:59:59.999Z"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        int64_t us = 1;
        char iso[DATETIME_ISO_SIZE];
        if (!datetime_from_iso(text_from(CASES[i].text), &us) || us != CASES[i].us) {
            fail_msg("%s gave %lld", CASES[i].text, (long long)us);
        }
        datetime_to_iso(us, iso);
        assert_string_equal(iso, CASES[i].iso);
    }
}

static void refuses_what_is_no_time(void **state)
{
    (void)state;
    static const char *const WRONG[] = {
        "",
        "2026-02-01",
        "2026-02-01T00:30:00",
        "2026-02-01T00:30Z",
        "2026-2-1T00:30:00Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T23:60:00Z",
        "2026-01-01T23:59:60Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00.1234567890Z",
        "2026-01-01T00:00:00+0800",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00z",
        "2026-01-01T00:00:00Z ",
        "0000-01-01T00:00:00Z",
        "+2026-01-01T00:00:00Z",
        "2026/01/01T00:00:00Z",
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        int64_t us;
        if (datetime_from_iso(text_from(WRONG[i]), &us)) {
            fail_msg("%s was taken for a time", WRONG[i]);
        }
    }
}

/* Every day of 800 years, against a calendar that only knows how long months are. */
static void agrees_with_a_calendar_counted_day_by_day(void **state)
{
    (void)state;
    static const int32_t DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    Datetime walk = {.year = 1600, .month = 1, .day = 1, .hour = 7, .minute = 8, .second = 9};
    int64_t expected;
    assert_true(datetime_from_civil(&walk, 0, &expected));
    while (walk.year < 2400) {
        int64_t us;
        assert_true(datetime_from_civil(&walk, 0, &us));
        assert_true(us == expected);
        Datetime back = datetime_to_civil(us, 0);
        assert_memory_equal(&back, &walk, sizeof back);
        expected += DATETIME_DAY_US;
        bool leap = (walk.year % 4 == 0 && walk.year % 100 != 0) || walk.year % 400 == 0;
        int32_t last = walk.month == 2 && leap ? 29 : DAYS[walk.month - 1];
        if (++walk.day > last) {
            walk.day = 1;
            if (++walk.month > 12) {
                walk.month = 1;
                walk.year++;
            }
        }
    }
}

static void shifts_by_the_zone(void **state)
{
    (void)state;
    Datetime noon = {.year = 2026, .month = 2, .day = 1, .hour = 8, .minute = 30, .micros = 7};
    int64_t us;
    assert_true(datetime_from_civil(&noon, CHINA, &us));
    assert_true(us == INT64_C(1769905800000007));
    Datetime back = datetime_to_civil(us, CHINA);
    assert_memory_equal(&back, &noon, sizeof back);
    assert_false(datetime_from_civil(&noon, 24 * 60, &us));
}

static void names_the_day_in_a_zone(void **state)
{
    (void)state;
    int64_t us;
    assert_true(datetime_from_iso(TEXT("2025-12-31T16:00:00Z"), &us));
    assert_int_equal(datetime_day(us, CHINA), 20260101);
    assert_int_equal(datetime_day(us - 1, CHINA), 20251231);
    assert_int_equal(datetime_day(us, 0), 20251231);
    assert_int_equal(datetime_day(-1, 0), 19691231);
}

static void clamps_moments_beyond_the_calendar(void **state)
{
    (void)state;
    char iso[DATETIME_ISO_SIZE];
    datetime_to_iso(INT64_MAX, iso);
    assert_string_equal(iso, "9999-12-31T23:59:59.999Z");
    datetime_to_iso(INT64_MIN, iso);
    assert_string_equal(iso, "0001-01-01T00:00:00.000Z");
    assert_int_equal(datetime_day(INT64_MAX, CHINA), 99991231);
    assert_int_equal(datetime_day(INT64_MIN, -CHINA), 10101);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes_iso_times),
        cmocka_unit_test(refuses_what_is_no_time),
        cmocka_unit_test(agrees_with_a_calendar_counted_day_by_day),
        cmocka_unit_test(shifts_by_the_zone),
        cmocka_unit_test(names_the_day_in_a_zone),
        cmocka_unit_test(clamps_moments_beyond_the_calendar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
