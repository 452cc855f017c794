/*
 * Looks that are far apart: a watcher that was started anew, or that could not ask Kafka for a while. What happened between two looks is
 * taken from time stamps, and never for a stall.
 */
#include "domain/lag_verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define BEGIN_MS INT64_C(1795651200000)

enum { NONE = -1, HOUR = 3600 };

static int64_t ms(int seconds)
{
    return BEGIN_MS + (int64_t)seconds * 1000;
}

static int make_arena(void **state)
{
    *state = arena_new(4096);
    return 0;
}

static int drop_arena(void **state)
{
    arena_free(*state);
    return 0;
}

static LagCircumstances calm(void)
{
    return (LagCircumstances){.ownership = LAG_OWNED,
                              .state_since_ms = LAG_UNKNOWN,
                              .database_down_since_ms = LAG_UNKNOWN,
                              .retention_ms = LAG_UNKNOWN};
}

/* Ten are committed of `end`, the next one was sent at `head`. */
static LagJudgement look(LagWindow *window, int at, int64_t end, int head, Arena *arena)
{
    const LagRules rules = lag_rules_default();
    const LagCircumstances circumstances = calm();
    const LagSample sample = {ms(at),     10, 0, end, head == NONE ? LAG_UNKNOWN : ms(head),
                              LAG_UNKNOWN};
    LagJudgement judgement;
    lag_judge(window, &sample, &circumstances, &rules, arena, &judgement);
    return judgement;
}

static LagWindow idle_at(int at, Arena *arena)
{
    LagWindow window;
    lag_window_init(&window);
    assert_int_equal(look(&window, at, 10, NONE, arena).verdict, LAG_OK);
    return window;
}

static void a_watcher_started_anew_counts_a_stall_from_what_others_wrote_down(void **state)
{
    LagWindow window;
    const LagRules rules = lag_rules_default();
    const LagCircumstances circumstances = calm();
    const LagSample sample = {ms(0), 100, 0, 500, ms(-300), ms(-600)};
    LagJudgement judgement;
    lag_window_init(&window);
    lag_judge(&window, &sample, &circumstances, &rules, *state, &judgement);
    assert_int_equal(judgement.verdict, LAG_STALLED);
    assert_int_equal(judgement.since_ms, ms(-300));
    assert_int_equal(judgement.progress_ms, ms(-600));
}

static void what_came_just_before_a_look_that_is_late_is_no_stall(void **state)
{
    LagWindow window = idle_at(0, *state);
    assert_int_equal(look(&window, HOUR, 12, HOUR - 1, *state).verdict, LAG_OK);
    assert_int_equal(look(&window, HOUR + 15, 12, HOUR - 1, *state).verdict, LAG_OK);
    LagJudgement stuck = look(&window, HOUR + 20, 12, HOUR - 1, *state);
    assert_int_equal(stuck.verdict, LAG_STALLED);
    assert_int_equal(stuck.since_ms, ms(HOUR - 1));
}

static void what_has_waited_since_long_before_a_look_that_is_late_is_stalled(void **state)
{
    LagWindow window = idle_at(0, *state);
    LagJudgement stuck = look(&window, HOUR, 12, 600, *state);
    assert_int_equal(stuck.verdict, LAG_STALLED);
    assert_int_equal(stuck.since_ms, ms(600));
}

/* A sender's clock, or history: the record was not there at the look before, whatever it says. */
static void a_stamp_older_than_the_look_before_counts_from_that_look(void **state)
{
    LagWindow window = idle_at(0, *state);
    assert_int_equal(look(&window, 5, 12, -HOUR, *state).verdict, LAG_OK);
    assert_int_equal(look(&window, 20, 12, -HOUR, *state).since_ms, ms(0));
}

static void a_stamp_from_the_future_counts_from_when_it_was_first_seen(void **state)
{
    LagWindow window = idle_at(0, *state);
    assert_int_equal(look(&window, 5, 12, HOUR, *state).verdict, LAG_OK);
    LagJudgement stuck = look(&window, 25, 12, HOUR, *state);
    assert_int_equal(stuck.verdict, LAG_STALLED);
    assert_int_equal(stuck.since_ms, ms(5));
}

/* Twenty a second, each with a stamp an hour old, of which four are being read at each look. */
static void old_stamps_that_are_read_at_once_are_no_lag(void **state)
{
    LagWindow window = idle_at(0, *state);
    const LagRules rules = lag_rules_default();
    const LagCircumstances circumstances = calm();
    LagJudgement judgement;
    for (int at = 5; at < 300; at += 5) {
        LagSample sample = {ms(at), 10 + at * 20, 0, 14 + at * 20, ms(at - HOUR), LAG_UNKNOWN};
        lag_judge(&window, &sample, &circumstances, &rules, *state, &judgement);
        assert_int_equal(judgement.verdict, LAG_OK);
        assert_int_equal(judgement.late_ms, HOUR * 1000);
    }
}

/* A look is forgotten before its report is: nothing that is told may lie with it. */
static void a_reason_is_told_from_the_arena_of_the_judgement(void **state)
{
    static const LagState STATES[] = {LAG_STATE_REFUSING, LAG_STATE_WAITING, LAG_STATE_LOST};
    const LagRules rules = lag_rules_default();
    for (size_t i = 0; i < sizeof(STATES) / sizeof(STATES[0]); i++) {
        char reason[] = "refused";
        LagCircumstances circumstances = calm();
        circumstances.state = STATES[i];
        circumstances.state_reason = text_from(reason);
        const LagSample sample = {ms(0), 10, 0, 12, ms(0), LAG_UNKNOWN};
        LagWindow window;
        LagJudgement judgement;
        lag_window_init(&window);
        lag_judge(&window, &sample, &circumstances, &rules, *state, &judgement);
        reason[0] = 'X';
        assert_true(text_is(judgement.evidence, "refused"));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, drop_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_watcher_started_anew_counts_a_stall_from_what_others_wrote_down),
        TEST(what_came_just_before_a_look_that_is_late_is_no_stall),
        TEST(what_has_waited_since_long_before_a_look_that_is_late_is_stalled),
        TEST(a_stamp_older_than_the_look_before_counts_from_that_look),
        TEST(a_stamp_from_the_future_counts_from_when_it_was_first_seen),
        TEST(old_stamps_that_are_read_at_once_are_no_lag),
        TEST(a_reason_is_told_from_the_arena_of_the_judgement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
