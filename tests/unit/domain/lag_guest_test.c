/*
 * History waits for what is live. Times in ms since 2026-11-26.
 */
#include "domain/lag_verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BEGIN_MS INT64_C(1795651200000)

enum { CYCLE_MS = 5000, PATIENCE_MS = 20000 };

/* 100 records of a guest that does not move. */
static LagJudgement look_at(LagWindow *window, int64_t at_ms, bool gives_way, Arena *arena)
{
    const LagRules rules = lag_rules_default();
    const LagCircumstances circumstances = {.ownership = LAG_OWNED,
                                            .gives_way = gives_way,
                                            .state_since_ms = LAG_UNKNOWN,
                                            .database_down_since_ms = LAG_UNKNOWN,
                                            .retention_ms = LAG_UNKNOWN};
    const LagSample sample = {.at_ms = BEGIN_MS + at_ms,
                              .committed = 10,
                              .low = 0,
                              .end = 110,
                              .head_ms = BEGIN_MS,
                              .progress_ms = LAG_UNKNOWN};
    LagJudgement judgement;
    lag_judge(window, &sample, &circumstances, &rules, arena, &judgement);
    return judgement;
}

static void a_guest_that_gives_way_is_well_and_has_its_patience_behind_it(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    LagWindow window;
    LagJudgement judgement;
    int64_t at_ms = 0;
    lag_window_init(&window);
    for (; at_ms < 600000; at_ms += CYCLE_MS) {
        judgement = look_at(&window, at_ms, true, arena);
        assert_int_equal(judgement.verdict, LAG_OK);
        assert_int_equal(judgement.messages, 100);
        assert_true(text_starts(judgement.evidence,
                                TEXT("it gives way to what is live; 100 records wait")));
    }
    int64_t open_ms = at_ms - CYCLE_MS;
    for (; at_ms < open_ms + PATIENCE_MS; at_ms += CYCLE_MS) {
        judgement = look_at(&window, at_ms, false, arena);
        assert_int_equal(judgement.verdict,
                         LAG_SLOW); /* as any other that is late and does not move */
    }
    judgement = look_at(&window, at_ms, false, arena);
    assert_int_equal(judgement.verdict, LAG_STALLED);
    judgement = look_at(&window, at_ms + CYCLE_MS, true, arena);
    assert_int_equal(judgement.verdict, LAG_OK);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_guest_that_gives_way_is_well_and_has_its_patience_behind_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
