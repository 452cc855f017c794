/*
 * Looks at one partition, one behind the other, and what has to be said after each. Times in seconds since 2026-11-26.
 */
#include "domain/lag_verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define BEGIN_MS INT64_C(1795651200000)

enum { NONE = -1, NEVER = -1, DAY = 86400 };

typedef struct Look {
    int at;
    int committed; /* NEVER */
    int end;
    int head; /* when the next record was sent; NONE */
    LagOwnership ownership;
    LagProcess process;
    LagVerdict verdict;
} Look;

static int64_t ms(int seconds)
{
    return seconds == NONE ? LAG_UNKNOWN : BEGIN_MS + (int64_t)seconds * 1000;
}

static LagCircumstances calm(void)
{
    return (LagCircumstances){.ownership = LAG_OWNED,
                              .state_since_ms = LAG_UNKNOWN,
                              .database_down_since_ms = LAG_UNKNOWN,
                              .retention_ms = LAG_UNKNOWN};
}

static LagSample sample_of(const Look *look)
{
    return (LagSample){.at_ms = ms(look->at),
                       .committed = look->committed == NEVER ? LAG_UNKNOWN : look->committed,
                       .low = 0,
                       .end = look->end,
                       .head_ms = ms(look->head),
                       .progress_ms = LAG_UNKNOWN};
}

static LagJudgement
judge(LagWindow *window, const Look *look, LagCircumstances circumstances, Arena *arena)
{
    const LagRules rules = lag_rules_default();
    const LagSample sample = sample_of(look);
    LagJudgement judgement;
    circumstances.ownership = look->ownership;
    circumstances.process = look->process;
    lag_judge(window, &sample, &circumstances, &rules, arena, &judgement);
    return judgement;
}

/* All looks, each with its verdict; the judgement of the last one. */
static LagJudgement
follow(const Look *looks, size_t count, LagCircumstances circumstances, Arena *arena)
{
    LagWindow window;
    LagJudgement judgement = {0};
    lag_window_init(&window);
    for (size_t i = 0; i < count; i++) {
        judgement = judge(&window, &looks[i], circumstances, arena);
        if (judgement.verdict != looks[i].verdict)
            fail_msg("at %d s: %s (%.*s), expected %s", looks[i].at,
                     lag_verdict_name(judgement.verdict), TEXT_ARGS(judgement.evidence),
                     lag_verdict_name(looks[i].verdict));
    }
    return judgement;
}

#define FOLLOW(looks, circumstances, arena)                                                        \
    follow((looks), sizeof(looks) / sizeof((looks)[0]), (circumstances), (arena))

static void assert_says(Text text, const char *part)
{
    if (!text_contains(text, text_from(part)))
        fail_msg("\"%.*s\" does not say \"%s\"", TEXT_ARGS(text), part);
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

static void an_idle_partition_is_ok_however_old_its_last_commit(void **state)
{
    const Look looks[] = {
        {0, 100, 100, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {600, 100, 100, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {7 * DAY, 100, 100, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
    };
    LagJudgement judgement = FOLLOW(looks, calm(), *state);
    assert_int_equal(judgement.since_ms, ms(0));
    assert_int_equal(judgement.late_ms, 0);
    assert_int_equal(judgement.messages, 0);
    assert_true(judgement.catch_up_s == 0);
    assert_says(judgement.evidence, "nothing waits");
}

static void a_busy_partition_with_a_small_backlog_is_ok(void **state)
{
    const Look looks[] = {
        {0, 100, 150, 0, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {5, 600, 650, 4, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {10, 1100, 1150, 9, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
    };
    LagJudgement judgement = FOLLOW(looks, calm(), *state);
    assert_int_equal(judgement.messages, 50);
    assert_int_equal(judgement.late_ms, 1000);
    assert_true(judgement.in_per_s == 100);
    assert_true(judgement.out_per_s == 100);
    assert_true(judgement.catch_up_s == LAG_UNKNOWN);
    assert_int_equal(judgement.progress_ms, ms(10));
}

static void late_and_shrinking_is_catching_up_with_the_time_it_takes(void **state)
{
    const Look looks[] = {
        {0, 0, 10000, -600, LAG_OWNED, LAG_PROCESS_WELL, LAG_CATCHING_UP},
        {10, 1000, 10100, -540, LAG_OWNED, LAG_PROCESS_WELL, LAG_CATCHING_UP},
    };
    LagJudgement judgement = FOLLOW(looks, calm(), *state);
    assert_true(judgement.in_per_s == 10);
    assert_true(judgement.out_per_s == 100);
    assert_true(judgement.catch_up_s > 101 && judgement.catch_up_s < 101.2);
    assert_says(judgement.evidence, "done in about 1 min 41 s");
}

static void late_and_not_shrinking_is_slow_since_it_became_late(void **state)
{
    const Look looks[] = {
        {0, 0, 0, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {20, 500, 2000, 5, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {60, 1500, 6000, 15, LAG_OWNED, LAG_PROCESS_WELL, LAG_SLOW},
        {65, 1600, 6500, 16, LAG_OWNED, LAG_PROCESS_WELL, LAG_SLOW},
    };
    LagJudgement judgement = FOLLOW(looks, calm(), *state);
    assert_int_equal(judgement.since_ms, ms(45));
    assert_says(judgement.evidence, "4900 records wait, the next one is 49 s old");
}

static void a_backlog_that_stays_the_same_is_slow_and_does_not_flap(void **state)
{
    const Look looks[] = {
        {0, 0, 6000, -60, LAG_OWNED, LAG_PROCESS_WELL,
         LAG_CATCHING_UP}, /* one look tells no trend */
        {5, 500, 6490, -55, LAG_OWNED, LAG_PROCESS_WELL, LAG_SLOW},
        {10, 1000, 6995, -50, LAG_OWNED, LAG_PROCESS_WELL, LAG_SLOW},
        {15, 1510, 7500, -45, LAG_OWNED, LAG_PROCESS_WELL, LAG_SLOW},
    };
    FOLLOW(looks, calm(), *state);
}

static void no_progress_while_records_wait_is_stalled_since_it_last_moved(void **state)
{
    const Look looks[] = {
        {0, 100, 100, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {5, 110, 120, 4, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {15, 110, 130, 4, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {25, 110, 140, 4, LAG_OWNED, LAG_PROCESS_WELL, LAG_STALLED},
        {30, 111, 150, 5, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
    };
    LagJudgement stalled = follow(looks, 4, calm(), *state);
    assert_int_equal(stalled.since_ms, ms(5));
    assert_says(stalled.evidence, "no progress for 20 s; 30 records wait");
    FOLLOW(looks, calm(), *state);
}

static void idleness_before_the_first_record_is_no_stall(void **state)
{
    const Look looks[] = {
        {0, 100, 100, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {3600, 100, 100, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {3605, 100, 101, 3604, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {3610, 101, 101, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
    };
    FOLLOW(looks, calm(), *state);
}

static void a_partition_nobody_has_is_stopped_also_when_nothing_waits(void **state)
{
    const Look looks[] = {
        {0, 100, 100, NONE, LAG_OWNED, LAG_PROCESS_UNKNOWN, LAG_OK},
        {5, 100, 100, NONE, LAG_NOT_OWNED, LAG_PROCESS_UNKNOWN, LAG_OK}, /* may be a rebalance */
        {10, 100, 100, NONE, LAG_NOT_OWNED, LAG_PROCESS_UNKNOWN, LAG_OK},
        {15, 100, 100, NONE, LAG_NOT_OWNED, LAG_PROCESS_UNKNOWN, LAG_STOPPED},
        {20, 100, 105, 16, LAG_NOT_OWNED, LAG_PROCESS_UNKNOWN, LAG_STOPPED},
    };
    LagJudgement judgement = FOLLOW(looks, calm(), *state);
    assert_int_equal(judgement.since_ms, ms(5));
    assert_says(judgement.evidence, "nobody reads it; 5 records wait");
}

static void a_rebalance_is_no_stop_and_its_new_owner_has_the_whole_patience(void **state)
{
    const Look looks[] = {
        {0, 100, 200, -1, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {5, 100, 300, -1, LAG_NOT_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {10, 100, 400, -1, LAG_NOT_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {12, 100, 450, -1, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {25, 100, 500, -1, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {32, 100, 500, -1, LAG_OWNED, LAG_PROCESS_WELL, LAG_STALLED},
    };
    FOLLOW(looks, calm(), *state);
}

static void a_process_that_is_gone_is_stopped_as_soon_as_the_group_knows(void **state)
{
    const Look looks[] = {
        {0, 100, 100, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {5, 100, 100, NONE, LAG_OWNED, LAG_PROCESS_GONE, LAG_OK},
        {10, 100, 100, NONE, LAG_NOT_OWNED, LAG_PROCESS_GONE, LAG_STOPPED},
    };
    LagJudgement judgement = FOLLOW(looks, calm(), *state);
    assert_says(judgement.evidence, "its process is gone");
}

static void a_process_that_hangs_is_stalled_before_and_after_the_group_gave_it_up(void **state)
{
    const Look looks[] = {
        {0, 100, 100, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {5, 110, 110, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {10, 110, 110, NONE, LAG_OWNED, LAG_PROCESS_HANGS,
         LAG_OK}, /* moved 5 s ago: another may have it */
        {15, 110, 112, 12, LAG_OWNED, LAG_PROCESS_HANGS, LAG_STALLED},
        {20, 110, 112, 12, LAG_NOT_OWNED, LAG_PROCESS_HANGS, LAG_STALLED},
        {60, 110, 112, 12, LAG_NOT_OWNED, LAG_PROCESS_HANGS, LAG_STALLED},
    };
    LagJudgement judgement = FOLLOW(looks, calm(), *state);
    assert_int_equal(judgement.since_ms, ms(15));
}

static void one_process_that_hangs_is_no_matter_while_another_makes_progress(void **state)
{
    const Look looks[] = {
        {0, 100, 100, NONE, LAG_OWNED, LAG_PROCESS_HANGS, LAG_STALLED},
        {5, 110, 110, NONE, LAG_OWNED, LAG_PROCESS_HANGS, LAG_OK},
        {10, 120, 120, NONE, LAG_OWNED, LAG_PROCESS_HANGS, LAG_OK},
    };
    FOLLOW(looks, calm(), *state);
}

static void ownership_that_is_not_known_is_never_called_stopped(void **state)
{
    const Look looks[] = {
        {0, 100, 100, NONE, LAG_OWNER_UNKNOWN, LAG_PROCESS_UNKNOWN, LAG_OK},
        {60, 100, 100, NONE, LAG_OWNER_UNKNOWN, LAG_PROCESS_UNKNOWN, LAG_OK},
        {65, 100, 110, 61, LAG_OWNER_UNKNOWN, LAG_PROCESS_UNKNOWN, LAG_OK},
        {85, 100, 110, 61, LAG_OWNER_UNKNOWN, LAG_PROCESS_UNKNOWN, LAG_STALLED},
    };
    FOLLOW(looks, calm(), *state);
}

static void an_offset_set_back_is_told_until_it_is_read_again_and_ten_minutes_longer(void **state)
{
    const Look looks[] = {
        {0, 500, 500, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {5, 100, 500, -300, LAG_OWNED, LAG_PROCESS_WELL, LAG_REWOUND},
        {10, 300, 500, -100, LAG_OWNED, LAG_PROCESS_WELL, LAG_REWOUND},
        {15, 500, 500, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_REWOUND},
        {604, 500, 500, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_REWOUND},
        {606, 500, 500, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
    };
    LagJudgement judgement = follow(looks, 3, calm(), *state);
    assert_int_equal(judgement.since_ms, ms(5));
    assert_says(judgement.evidence, "had read up to offset 500 and is at 300");
    assert_says(judgement.also, "CATCHING_UP: ");
    FOLLOW(looks, calm(), *state);
}

static void kafkas_copy_that_is_behind_is_no_rewind(void **state)
{
    LagWindow window;
    lag_window_init(&window);
    LagCircumstances circumstances = calm();
    circumstances.needs_database = true;
    const Look before = {0, 500, 500, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK};
    const Look during = {5, 480, 505, 1, LAG_OWNED, LAG_PROCESS_WELL, LAG_DATABASE_DOWN};
    const Look after = {10, 500, 505, 2, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK};
    assert_int_equal(judge(&window, &before, circumstances, *state).verdict, LAG_OK);
    circumstances.database_down_since_ms = ms(3);
    LagJudgement down = judge(&window, &during, circumstances, *state);
    assert_int_equal(down.verdict, LAG_DATABASE_DOWN);
    assert_int_equal(down.since_ms, ms(3));
    assert_int_equal(down.messages, 25);
    circumstances.database_down_since_ms = LAG_UNKNOWN;
    assert_int_equal(judge(&window, &after, circumstances, *state).verdict, LAG_OK);
}

static void retention_that_comes_near_is_at_risk_with_the_lesser_trouble_beside(void **state)
{
    LagCircumstances circumstances = calm();
    circumstances.retention_ms = INT64_C(1000) * DAY * 3;
    const Look looks[] = {
        {0, 10, 50, -DAY, LAG_OWNED, LAG_PROCESS_WELL, LAG_CATCHING_UP},
        {100, 10, 50, -DAY, LAG_OWNED, LAG_PROCESS_WELL, LAG_STALLED},
        {DAY + 60, 10, 50, -DAY, LAG_OWNED, LAG_PROCESS_WELL, LAG_AT_RISK},
        {3 * DAY, 10, 50, -DAY, LAG_OWNED, LAG_PROCESS_WELL, LAG_AT_RISK},
    };
    LagJudgement judgement = follow(looks, 3, circumstances, *state);
    assert_int_equal(judgement.retention_left_ms, INT64_C(1000) * (DAY - 60));
    assert_says(judgement.also, "STALLED: no progress for");
    judgement = FOLLOW(looks, circumstances, *state);
    assert_int_equal(judgement.retention_left_ms, 0);
}

static void a_short_retention_is_at_risk_from_its_half_on(void **state)
{
    LagCircumstances circumstances = calm();
    circumstances.retention_ms = 60000;
    const Look looks[] = {
        {0, 10, 50, -20, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {5, 15, 50, -26, LAG_OWNED, LAG_PROCESS_WELL, LAG_AT_RISK},
    };
    FOLLOW(looks, circumstances, *state);
}

static void catching_up_that_takes_longer_than_retention_is_at_risk(void **state)
{
    LagCircumstances circumstances = calm();
    circumstances.retention_ms = INT64_C(1000) * 10 * DAY;
    const Look looks[] = {
        {0, 0, 100000000, -DAY, LAG_OWNED, LAG_PROCESS_WELL, LAG_CATCHING_UP},
        {100, 1000, 100000000, -DAY, LAG_OWNED, LAG_PROCESS_WELL, LAG_AT_RISK},
    };
    FOLLOW(looks, circumstances, *state);
}

static void offsets_taken_unread_are_lost(void **state)
{
    LagWindow window;
    const LagRules rules = lag_rules_default();
    const LagCircumstances circumstances = calm();
    LagSample sample = {ms(0), 100, 300, 500, ms(-5), LAG_UNKNOWN};
    LagJudgement judgement;
    lag_window_init(&window);
    lag_judge(&window, &sample, &circumstances, &rules, *state, &judgement);
    assert_int_equal(judgement.verdict, LAG_LOST);
    assert_says(judgement.evidence, "200 offsets, 100 to 299");
    assert_int_equal(judgement.messages, 200);

    /* Gone on behind the gap, and elsewhere than before: no rewind. */
    sample = (LagSample){ms(5), 300, 300, 500, ms(-5), LAG_UNKNOWN};
    lag_judge(&window, &sample, &circumstances, &rules, *state, &judgement);
    assert_int_equal(judgement.verdict, LAG_OK);
}

static void an_offset_behind_the_end_is_lost_and_beginning_anew_is_no_rewind(void **state)
{
    const Look looks[] = {
        {0, 500, 500, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {5, 500, 20, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_LOST},
        {10, 0, 20, 4, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {15, 20, 20, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
    };
    FOLLOW(looks, calm(), *state);
}

static void what_the_program_says_of_itself_stands_with_its_reason_and_time(void **state)
{
    static const struct {
        LagState said;
        LagVerdict verdict;
    } CASES[] = {{LAG_STATE_REFUSING, LAG_REFUSING},
                 {LAG_STATE_WAITING, LAG_STALLED},
                 {LAG_STATE_LOST, LAG_LOST}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        LagCircumstances circumstances = calm();
        circumstances.state = CASES[i].said;
        circumstances.state_since_ms = ms(-90);
        circumstances.state_reason = TEXT("100 records in a row");
        const Look look = {0, 10, 200, -100, LAG_OWNED, LAG_PROCESS_WELL, CASES[i].verdict};
        LagJudgement judgement = follow(&look, 1, circumstances, *state);
        assert_int_equal(judgement.since_ms, ms(-90));
        assert_says(judgement.evidence, "100 records in a row");
        assert_says(judgement.also, i == 1 ? "CATCHING_UP" : "");
    }
}

static void the_database_outranks_all_for_those_who_need_it_alone(void **state)
{
    LagCircumstances circumstances = calm();
    circumstances.database_down_since_ms = ms(-2);
    const Look look = {0, 10, 10, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK};
    follow(&look, 1, circumstances, *state);
    circumstances.needs_database = true;
    const Look down = {0, 10, 10, NONE, LAG_NOT_OWNED, LAG_PROCESS_GONE, LAG_DATABASE_DOWN};
    LagJudgement judgement = follow(&down, 1, circumstances, *state);
    assert_says(judgement.also, "STOPPED: nobody reads it");
}

static void a_group_that_has_read_nothing_yet_has_all_of_it_before_it(void **state)
{
    const Look looks[] = {
        {0, NEVER, 40, -5, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
        {5, 40, 40, NONE, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK},
    };
    LagJudgement first = follow(looks, 1, calm(), *state);
    assert_int_equal(first.messages, 40);
    assert_int_equal(first.late_ms, 5000);
    LagJudgement judgement = FOLLOW(looks, calm(), *state);
    assert_true(judgement.out_per_s == 8);
}

static void a_stamp_from_the_future_is_no_negative_age(void **state)
{
    const Look look = {0, 1, 2, 30, LAG_OWNED, LAG_PROCESS_WELL, LAG_OK};
    assert_int_equal(follow(&look, 1, calm(), *state).late_ms, 0);
}

/* A cycle of half a second for ten minutes: the ring still spans the window, and rates look that far back. */
static void rates_look_over_the_whole_window_whatever_the_cycle(void **state)
{
    LagWindow window;
    const LagRules rules = lag_rules_default();
    const LagCircumstances circumstances = calm();
    LagJudgement judgement = {0};
    lag_window_init(&window);
    for (int i = 0; i <= 1200; i++) {
        int64_t rate = i < 1080 ? 0 : 10; /* a tenth of a second's worth in the last minute */
        LagSample sample = {BEGIN_MS + i * 500, 0, 0, rate * (i - 1080), LAG_UNKNOWN, LAG_UNKNOWN};
        sample.committed = sample.end;
        lag_judge(&window, &sample, &circumstances, &rules, *state, &judgement);
    }
    /* 1,200 records in the last 60 s of a window of 120 s, within the spacing of looks */
    assert_true(judgement.in_per_s > 9 && judgement.in_per_s < 11);
    assert_true(judgement.out_per_s == judgement.in_per_s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, drop_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_idle_partition_is_ok_however_old_its_last_commit),
        TEST(a_busy_partition_with_a_small_backlog_is_ok),
        TEST(late_and_shrinking_is_catching_up_with_the_time_it_takes),
        TEST(late_and_not_shrinking_is_slow_since_it_became_late),
        TEST(a_backlog_that_stays_the_same_is_slow_and_does_not_flap),
        TEST(no_progress_while_records_wait_is_stalled_since_it_last_moved),
        TEST(idleness_before_the_first_record_is_no_stall),
        TEST(a_partition_nobody_has_is_stopped_also_when_nothing_waits),
        TEST(a_rebalance_is_no_stop_and_its_new_owner_has_the_whole_patience),
        TEST(a_process_that_is_gone_is_stopped_as_soon_as_the_group_knows),
        TEST(a_process_that_hangs_is_stalled_before_and_after_the_group_gave_it_up),
        TEST(one_process_that_hangs_is_no_matter_while_another_makes_progress),
        TEST(ownership_that_is_not_known_is_never_called_stopped),
        TEST(an_offset_set_back_is_told_until_it_is_read_again_and_ten_minutes_longer),
        TEST(kafkas_copy_that_is_behind_is_no_rewind),
        TEST(retention_that_comes_near_is_at_risk_with_the_lesser_trouble_beside),
        TEST(a_short_retention_is_at_risk_from_its_half_on),
        TEST(catching_up_that_takes_longer_than_retention_is_at_risk),
        TEST(offsets_taken_unread_are_lost),
        TEST(an_offset_behind_the_end_is_lost_and_beginning_anew_is_no_rewind),
        TEST(what_the_program_says_of_itself_stands_with_its_reason_and_time),
        TEST(the_database_outranks_all_for_those_who_need_it_alone),
        TEST(a_group_that_has_read_nothing_yet_has_all_of_it_before_it),
        TEST(a_stamp_from_the_future_is_no_negative_age),
        TEST(rates_look_over_the_whole_window_whatever_the_cycle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
