/* Office hours, emergency duty and days around moved holidays; each expectation counted by hand from a wall calendar. */
#include "domain/datetime.h"
#include "domain/working_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { ZONE = 8 * 60 };
#define HOUR_US (INT64_C(3600) * DATETIME_SECOND_US)

static const WorkingHours OFFICE = {.intervals = {{510, 720}, {810, 1080}}, .count = 2};
static const WorkingHours AROUND_THE_CLOCK = {.intervals = {{0, 1440}}, .count = 1};
static const WorkingHours DAYTIME = {.intervals = {{420, 1200}}, .count = 1};
/* National Day of 2026 and the weekends worked for it, and a day of 2025. */
static const MovedDay MOVED[] = {{20250101, false, {"元旦", 6}},   {20260920, true, {"国庆节", 9}},
                                 {20261001, false, {"国庆节", 9}}, {20261002, false, {"国庆节", 9}},
                                 {20261003, false, {"国庆节", 9}}, {20261004, false, {"国庆节", 9}},
                                 {20261005, false, {"国庆节", 9}}, {20261006, false, {"国庆节", 9}},
                                 {20261007, false, {"国庆节", 9}}, {20261010, true, {"国庆节", 9}}};

static int set_up(void **state)
{
    Arena *arena = arena_new(64 * 1024);
    *state = arena;
    return 0;
}

static int tear_down(void **state)
{
    arena_free(*state);
    return 0;
}

static WorkingCalendar *calendar_of(Arena *arena)
{
    return working_calendar_new(arena, &OFFICE, &AROUND_THE_CLOCK, MOVED,
                                sizeof MOVED / sizeof MOVED[0]);
}

/* "2026-09-30 17:00:00" by a Chinese clock. */
static int64_t at(const char *local)
{
    char iso[40];
    int64_t us = 0;
    snprintf(iso, sizeof iso, "%s+08:00", local);
    assert_true(datetime_from_iso(text_from(iso), &us));
    return us;
}

typedef struct Case {
    WorkingUnit unit;
    const char *start;
    int32_t amount;
    const char *due;
} Case;

static void check(const WorkingCalendar *calendar, const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const Case *want = &cases[i];
        char got[DATETIME_ISO_SIZE];
        char due[DATETIME_ISO_SIZE];
        int64_t end = working_time_add(calendar, want->unit, at(want->start), want->amount, NULL);
        datetime_to_iso(end + ZONE * 60 * DATETIME_SECOND_US, got);
        datetime_to_iso(at(want->due) + ZONE * 60 * DATETIME_SECOND_US, due);
        if (end != at(want->due))
            fail_msg("%d %s from %s: %s, not %s", want->amount, working_unit_name(want->unit),
                     want->start, got, due);
    }
}

static void hours_run_while_offices_are_open(void **state)
{
    static const Case CASES[] = {
        {WORKING_UNIT_WORKING_HOUR, "2026-09-28 09:00:00", 2, "2026-09-28 11:00:00"},
        {WORKING_UNIT_WORKING_HOUR, "2026-09-28 11:00:00", 2, "2026-09-28 14:30:00"},
        /* ends with an interval, not with the beginning of the next */
        {WORKING_UNIT_WORKING_HOUR, "2026-09-28 08:00:00", 8, "2026-09-28 18:00:00"},
        {WORKING_UNIT_WORKING_HOUR, "2026-09-28 11:00:00", 1, "2026-09-28 12:00:00"},
        {WORKING_UNIT_WORKING_HOUR, "2026-09-28 12:00:00", 1, "2026-09-28 14:30:00"},
        /* night and holidays do not count: Wednesday evening to Thursday the 8th */
        {WORKING_UNIT_WORKING_HOUR, "2026-09-30 17:00:00", 4, "2026-10-08 11:30:00"},
        {WORKING_UNIT_WORKING_HOUR, "2026-10-03 03:12:45", 1, "2026-10-08 09:30:00"},
        /* a Saturday worked for it */
        {WORKING_UNIT_WORKING_HOUR, "2026-10-09 17:30:00", 1, "2026-10-10 09:00:00"},
        {WORKING_UNIT_WORKING_HOUR, "2026-10-10 17:30:00", 1, "2026-10-12 09:00:00"},
    };
    check(calendar_of(*state), CASES, sizeof CASES / sizeof CASES[0]);
}

static void days_begin_the_day_after_and_end_with_office_hours(void **state)
{
    static const Case CASES[] = {
        {WORKING_UNIT_WORKING_DAY, "2026-09-28 00:00:00", 1, "2026-09-29 18:00:00"},
        {WORKING_UNIT_WORKING_DAY, "2026-09-28 23:59:59", 1, "2026-09-29 18:00:00"},
        {WORKING_UNIT_WORKING_DAY, "2026-09-30 09:00:00", 1, "2026-10-08 18:00:00"},
        {WORKING_UNIT_WORKING_DAY, "2026-10-03 09:00:00", 1, "2026-10-08 18:00:00"},
        {WORKING_UNIT_WORKING_DAY, "2026-10-08 09:00:00", 3, "2026-10-12 18:00:00"},
        {WORKING_UNIT_WORKING_DAY, "2026-09-18 09:00:00", 1, "2026-09-20 18:00:00"},
        {WORKING_UNIT_NATURAL_DAY, "2026-09-30 09:00:00", 1, "2026-10-02 00:00:00"},
        {WORKING_UNIT_NATURAL_DAY, "2026-12-31 23:59:59", 3, "2027-01-04 00:00:00"},
    };
    check(calendar_of(*state), CASES, sizeof CASES / sizeof CASES[0]);
}

static void emergency_duty_knows_no_holidays(void **state)
{
    static const Case CLOCK[] = {
        {WORKING_UNIT_URGENT_HOUR, "2026-09-30 23:30:00", 4, "2026-10-01 03:30:00"},
        {WORKING_UNIT_URGENT_HOUR, "2026-09-30 20:00:00", 4, "2026-10-01 00:00:00"},
        {WORKING_UNIT_NATURAL_HOUR, "2026-09-30 23:30:00", 24, "2026-10-01 23:30:00"},
        {WORKING_UNIT_MINUTE, "2026-09-30 23:45:00", 30, "2026-10-01 00:15:00"},
    };
    static const Case BY_DAY[] = {
        {WORKING_UNIT_URGENT_HOUR, "2026-10-03 19:00:00", 2, "2026-10-04 08:00:00"},
        {WORKING_UNIT_URGENT_HOUR, "2026-10-03 21:00:00", 13, "2026-10-04 20:00:00"},
    };
    check(calendar_of(*state), CLOCK, sizeof CLOCK / sizeof CLOCK[0]);
    check(working_calendar_new(*state, &OFFICE, &DAYTIME, MOVED, sizeof MOVED / sizeof MOVED[0]),
          BY_DAY, sizeof BY_DAY / sizeof BY_DAY[0]);
}

static void says_when_nobody_has_announced_the_holidays(void **state)
{
    static const struct {
        WorkingUnit unit;
        const char *start;
        int32_t amount;
        const char *due;
        bool guessed;
    } CASES[] = {
        {WORKING_UNIT_WORKING_DAY, "2026-12-30 09:00:00", 1, "2026-12-31 18:00:00", false},
        {WORKING_UNIT_WORKING_DAY, "2026-12-31 09:00:00", 1, "2027-01-01 18:00:00", true},
        {WORKING_UNIT_WORKING_DAY, "2026-12-31 09:00:00", 2, "2027-01-04 18:00:00", true},
        {WORKING_UNIT_WORKING_DAY, "2024-12-27 09:00:00", 1, "2024-12-30 18:00:00", true},
        {WORKING_UNIT_WORKING_DAY, "2024-12-31 09:00:00", 1, "2025-01-02 18:00:00", true},
        {WORKING_UNIT_WORKING_HOUR, "2031-06-06 17:00:00", 2, "2031-06-09 09:30:00", true},
        {WORKING_UNIT_WORKING_HOUR, "1999-06-04 17:00:00", 2, "1999-06-07 09:30:00", true},
        {WORKING_UNIT_URGENT_HOUR, "2031-06-06 17:00:00", 2, "2031-06-06 19:00:00", false},
        {WORKING_UNIT_NATURAL_DAY, "2031-06-06 17:00:00", 2, "2031-06-09 00:00:00", false},
    };
    WorkingCalendar *calendar = calendar_of(*state);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        bool guessed = !CASES[i].guessed;
        assert_int_equal(working_time_add(calendar, CASES[i].unit, at(CASES[i].start),
                                          CASES[i].amount, &guessed),
                         at(CASES[i].due));
        assert_int_equal(guessed, CASES[i].guessed);
    }
}

static void what_lies_between_is_what_was_added(void **state)
{
    WorkingCalendar *calendar = calendar_of(*state);
    static const int32_t AMOUNTS[] = {1, 2, 7, 8, 9, 40, 365};
    for (int64_t start = at("2024-12-20 00:00:00"); start < at("2027-01-20 00:00:00");
         start += 7 * HOUR_US + 13 * 60 * DATETIME_SECOND_US + 1)
        for (int unit = 0; unit < WORKING_UNITS; unit++)
            for (size_t i = 0; i < sizeof AMOUNTS / sizeof AMOUNTS[0]; i++) {
                WorkingUnit kind = (WorkingUnit)unit;
                int32_t amount = AMOUNTS[i];
                int64_t due = working_time_add(calendar, kind, start, amount, NULL);
                bool days = kind == WORKING_UNIT_WORKING_DAY || kind == WORKING_UNIT_NATURAL_DAY;
                int64_t one = days                          ? 1
                              : kind == WORKING_UNIT_MINUTE ? 60 * DATETIME_SECOND_US
                                                            : HOUR_US;
                assert_int_equal(working_time_between(calendar, kind, start, due), amount * one);
                assert_int_equal(working_time_between(calendar, kind, start, due - 1),
                                 amount * one - 1);
                assert_int_equal(working_time_between(calendar, kind, due, start), -amount * one);
            }
}

static void reads_intervals_of_a_day(void **state)
{
    static const struct {
        const char *text;
        bool fits;
    } CASES[] = {{"08:30-12:00", true},   {"00:00-24:00", true},
                 {"08:30-08:30", false},  {"12:00-08:30", false},
                 {"08:30-24:01", false},  {"08:60-12:00", false},
                 {"8:30-12:00", false},   {"08:30–12:00", false},
                 {"08:30-12:00 ", false}, {"", false}};
    WorkingInterval interval;
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        assert_int_equal(working_interval_from(text_from(CASES[i].text), &interval), CASES[i].fits);
    assert_true(working_interval_from(TEXT("08:30-12:00"), &interval));
    assert_int_equal(interval.from_min, 510);
    assert_int_equal(interval.to_min, 720);
}

static void units_have_names(void **state)
{
    WorkingUnit unit;
    (void)state;
    for (int i = 0; i < WORKING_UNITS; i++) {
        assert_true(working_unit_from(text_from(working_unit_name((WorkingUnit)i)), &unit));
        assert_int_equal(unit, i);
    }
    assert_false(working_unit_from(TEXT("fortnight"), &unit));
    assert_string_equal(working_unit_name_zh(WORKING_UNIT_URGENT_HOUR), "紧急工作时");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_run_while_offices_are_open),
        cmocka_unit_test(days_begin_the_day_after_and_end_with_office_hours),
        cmocka_unit_test(emergency_duty_knows_no_holidays),
        cmocka_unit_test(says_when_nobody_has_announced_the_holidays),
        cmocka_unit_test(what_lies_between_is_what_was_added),
        cmocka_unit_test(reads_intervals_of_a_day),
        cmocka_unit_test(units_have_names),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
