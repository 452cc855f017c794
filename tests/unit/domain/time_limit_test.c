/* Which row of the limits holds: category before level before season before region. */
#include "domain/datetime.h"
#include "domain/time_limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define GRANT(name, leaf, count, of, ...)                                                          \
    {                                                                                              \
        .id = {(name), sizeof(name) - 1}, .category = {(leaf), sizeof(leaf) - 1},                  \
        .amount = (count), .unit = (of), __VA_ARGS__                                               \
    }
#define ROW(name, leaf, ...) GRANT(name, leaf, 1, WORKING_UNIT_NATURAL_HOUR, __VA_ARGS__)
#define REGION(name) .region = {(name), sizeof(name) - 1}

static const TimeLimit ROWS[] = {
    GRANT("all", "*", 5, WORKING_UNIT_WORKING_DAY),
    ROW("all-red", "*", .level = 1),
    ROW("group", "E"),
    ROW("leaf", "E08"),
    ROW("leaf-red", "E08", .level = 1),
    ROW("leaf-winter", "E08", .season_from = 1115, .season_to = 315),
    ROW("leaf-region", "E08", REGION("9902")),
    ROW("leaf-winter-region", "E08", .season_from = 1115, .season_to = 315, REGION("9902")),
    ROW("leaf-red-region", "E08", .level = 1, REGION("9902")),
    ROW("old", "E01", .valid_to = 20260630),
    ROW("new", "E01", .valid_from = 20260701),
    ROW("flood", "E02", .season_from = 415, .season_to = 1015),
};
enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };

typedef struct Fixture {
    Arena *arena;
    TimeLimits *limits;
} Fixture;

static Fixture fixture;

static int set_up(void **state)
{
    static const WorkingHours OFFICE = {.intervals = {{510, 720}, {810, 1080}}, .count = 2};
    static const WorkingHours DAY = {.intervals = {{0, 1440}}, .count = 1};
    static const MovedDay MOVED[] = {{20260101, false, {"元旦", 6}}};
    fixture.arena = arena_new(64 * 1024);
    fixture.limits =
        time_limits_new(fixture.arena, working_calendar_new(fixture.arena, &OFFICE, &DAY, MOVED, 1),
                        ROWS, ROW_COUNT);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    arena_free(((Fixture *)*state)->arena);
    return 0;
}

static int64_t at(const char *iso)
{
    int64_t us = 0;
    assert_true(datetime_from_iso(text_from(iso), &us));
    return us;
}

static void the_most_specific_row_holds(void **state)
{
    static const struct {
        const char *category;
        int16_t level;
        const char *region, *start, *rule;
    } CASES[] = {
        {"A02", 2, "9901", "2026-07-01T10:00:00+08:00", "all"},
        {"A02", 1, "9901", "2026-07-01T10:00:00+08:00", "all-red"},
        /* a group before all, whatever the level */
        {"E05", 1, "9901", "2026-07-01T10:00:00+08:00", "group"},
        {"E08", 2, "9901", "2026-07-01T10:00:00+08:00", "leaf"},
        {"E08", 1, "9901", "2026-07-01T10:00:00+08:00", "leaf-red"},
        {"E08", 2, "9902", "2026-07-01T10:00:00+08:00", "leaf-region"},
        /* a season over the end of the year; its days at +08:00 */
        {"E08", 2, "9901", "2026-11-14T23:59:59+08:00", "leaf"},
        {"E08", 2, "9901", "2026-11-15T00:00:00+08:00", "leaf-winter"},
        {"E08", 2, "9901", "2026-01-20T10:00:00+08:00", "leaf-winter"},
        {"E08", 2, "9901", "2026-03-15T23:59:59+08:00", "leaf-winter"},
        {"E08", 2, "9901", "2026-03-16T00:00:00+08:00", "leaf"},
        /* season before region, level before both */
        {"E08", 2, "9902", "2026-01-20T10:00:00+08:00", "leaf-winter-region"},
        {"E08", 1, "9902", "2026-01-20T10:00:00+08:00", "leaf-red-region"},
        {"E01", 2, "9901", "2026-06-30T23:59:59+08:00", "old"},
        {"E01", 2, "9901", "2026-07-01T00:00:00+08:00", "new"},
        {"E02", 2, "9901", "2026-04-15T00:00:00+08:00", "flood"},
        {"E02", 2, "9901", "2026-10-16T00:00:00+08:00", "group"},
    };
    Fixture *its = *state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        TimeLimitQuery query = {text_from(CASES[i].category), CASES[i].level,
                                text_from(CASES[i].region), at(CASES[i].start)};
        TimeLimitDue due;
        assert_true(time_limit_due(its->limits, &query, &due));
        if (!text_is(due.rule, CASES[i].rule))
            fail_msg("%s %d %s %s: %.*s, not %s", CASES[i].category, CASES[i].level,
                     CASES[i].region, CASES[i].start, TEXT_ARGS(due.rule), CASES[i].rule);
    }
}

static void says_when_and_by_what_it_is_due(void **state)
{
    Fixture *its = *state;
    TimeLimitQuery query = {TEXT("A02"), 3, TEXT("9901"), at("2026-07-03T16:00:00+08:00")};
    TimeLimitDue due;
    assert_true(time_limit_due(its->limits, &query, &due));
    assert_int_equal(due.due_at_us, at("2026-07-10T18:00:00+08:00"));
    assert_int_equal(due.amount, 5);
    assert_int_equal(due.unit, WORKING_UNIT_WORKING_DAY);
    assert_false(due.guessed);
    query.start_us = at("2026-12-30T16:00:00+08:00");
    assert_true(time_limit_due(its->limits, &query, &due));
    assert_true(due.guessed);
}

static void nothing_is_due_where_no_row_applies(void **state)
{
    static const TimeLimit RED_ONLY[] = {ROW("red", "B01", .level = 1)};
    Fixture *its = *state;
    const WorkingCalendar *calendar = time_limits_calendar(its->limits);
    TimeLimitQuery query = {TEXT("B01"), 2, TEXT("9901"), at("2026-07-03T16:00:00+08:00")};
    TimeLimitDue due;
    assert_false(time_limit_due(time_limits_new(its->arena, calendar, RED_ONLY, 1), &query, &due));
    assert_false(time_limit_due(time_limits_new(its->arena, calendar, NULL, 0), &query, &due));
    query.level = 1;
    assert_true(time_limit_due(time_limits_new(its->arena, calendar, RED_ONLY, 1), &query, &due));
}

static void rows_of_one_specificity_clash_when_both_could_hold(void **state)
{
    static const TimeLimit SUMMER = ROW("a", "G02", .season_from = 415, .season_to = 1015);
    static const struct {
        TimeLimit row;
        bool clashes;
    } CASES[] = {
        {ROW("b", "G02", .season_from = 1015, .season_to = 1101), true},
        {ROW("b", "G02", .season_from = 1016, .season_to = 414), false},
        {ROW("b", "G02", .season_from = 1201, .season_to = 415), true},
        {ROW("b", "G02", .season_from = 601, .season_to = 602), true},
        {ROW("b", "G02", .season_from = 101, .season_to = 1231), true},
        {ROW("b", "G02"), false},
        {ROW("b", "G03", .season_from = 415, .season_to = 1015), false},
        {ROW("b", "G02", .level = 1, .season_from = 415, .season_to = 1015), false},
        {ROW("b", "G02", .season_from = 415, .season_to = 1015, REGION("9901")), false},
        {ROW("b", "G02", .season_from = 415, .season_to = 1015, .valid_from = 20260101), true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        assert_int_equal(time_limit_clash(&CASES[i].row, &SUMMER, 1) != NULL, CASES[i].clashes);
}

static void rows_that_follow_each_other_do_not_clash(void **state)
{
    static const TimeLimit OLD = ROW("old", "E01", .valid_to = 20260630);
    static const TimeLimit NEW = ROW("new", "E01", .valid_from = 20260701);
    static const TimeLimit BOTH = ROW("both", "E01", .valid_from = 20260630);
    (void)state;
    assert_null(time_limit_clash(&NEW, &OLD, 1));
    assert_null(time_limit_clash(&OLD, &NEW, 1));
    assert_ptr_equal(time_limit_clash(&BOTH, &OLD, 1), &OLD);
    assert_ptr_equal(time_limit_clash(&OLD, &BOTH, 1), &BOTH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_specific_row_holds),
        cmocka_unit_test(says_when_and_by_what_it_is_due),
        cmocka_unit_test(nothing_is_due_where_no_row_applies),
        cmocka_unit_test(rows_of_one_specificity_clash_when_both_could_hold),
        cmocka_unit_test(rows_that_follow_each_other_do_not_clash),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
