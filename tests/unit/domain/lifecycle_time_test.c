/* What time does to a case: limits, being overdue, the window after a closing, and timers that fire once. */
#include "hazard_fixture.h"

#include "domain/lifecycle_time.h"
#include "domain/time_limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HOTLINE TEXT("H12345")
#define GRID TEXT("GRID")

static const int64_t HOUR = INT64_C(3600) * 1000000;

static int64_t at_day(double day)
{
    return FIXTURE_START + (int64_t)(day * (double)FIXTURE_DAY);
}

/* A lift is to be dealt with in 48 hours, in 4 when it is red; a lamp in 72; nothing else has a limit. */
static Fixture with_limits(void)
{
    static const WorkingHours DAY = {.intervals = {{0, 1440}}, .count = 1};
    static const MovedDay MOVED[] = {{20260101, false, {"元旦", 6}}};
    static const TimeLimit ROWS[] = {
        {.id = {"lift", 4},
         .category = {"A02", 3},
         .amount = 48,
         .unit = WORKING_UNIT_NATURAL_HOUR},
        {.id = {"lift-red", 8},
         .category = {"A02", 3},
         .level = 1,
         .amount = 4,
         .unit = WORKING_UNIT_NATURAL_HOUR},
        {.id = {"lamp", 4},
         .category = {"E05", 3},
         .amount = 72,
         .unit = WORKING_UNIT_NATURAL_HOUR},
    };
    Fixture fixture = fixture_new();
    fixture.model->time_limits =
        time_limits_new(fixture.arena, working_calendar_new(fixture.arena, &DAY, &DAY, MOVED, 1),
                        ROWS, sizeof ROWS / sizeof ROWS[0]);
    fixture.model->escalation.overdue_steps = 1;
    fixture.model->escalation.overdue_worst = 2;
    return fixture;
}

static HazardCase *case_of(Fixture *fixture, int64_t id)
{
    return &hazard_store_edit(fixture->lifecycle.store, id)->cases[0];
}

static const CaseEvent *last_event(const Fixture *fixture, const char *kind)
{
    const CaseEvent *found = NULL;
    for (size_t i = 0; i < fixture->lifecycle.events.count; i++)
        if (text_is(text_from(fixture->lifecycle.events.items[i].kind), kind))
            found = &fixture->lifecycle.events.items[i];
    return found;
}

static HazardMember lamp(int64_t report_id, double day)
{
    HazardMember member = fixture_member(report_id, day, 7, HOTLINE);
    member.category = &FIXTURE_LAMP;
    return member;
}

static void update(Fixture *fixture, int64_t report_id, MemberChange change)
{
    change.trapped = change.injured = change.dead = -1;
    assert_true(lifecycle_update(&fixture->lifecycle, report_id, &change));
}

static void close_at(Fixture *fixture, int64_t report_id, double day)
{
    update(fixture, report_id, (MemberChange){.status = 60, .status_at = at_day(day)});
}

/* Stream time goes on, and the timer that was armed last fires; whether it did. */
static bool fire(Fixture *fixture, double day)
{
    CaseTimers *armed = &fixture->lifecycle.armed;
    int64_t rescore_id = 0;
    fixture->lifecycle.now = at_day(day);
    assert_true(armed->count > 0);
    CaseTimer timer = armed->items[armed->count - 1];
    return timer.at <= fixture->lifecycle.now &&
           lifecycle_fire(&fixture->lifecycle, &timer, &rescore_id);
}

static void end(Fixture *fixture)
{
    hazard_store_free(fixture->lifecycle.store);
    fixture_done(fixture);
}

static void a_case_is_due_by_its_class_and_level(void **state)
{
    Fixture fixture = with_limits();
    (void)state;
    fixture_begin(&fixture);
    HazardMember first = fixture_member(1, 100, 7, HOTLINE);
    first.known_at += HOUR; /* it happened before anybody knew */
    int64_t id = fixture_join(&fixture, 0, first, HOTLINE);
    assert_int_equal(case_of(&fixture, id)->due_at, at_day(102) + HOUR);
    assert_true(text_is(lifecycle_due_rule(fixture.model, case_of(&fixture, id)), "lift"));
    assert_int_equal(lifecycle_timer_at(case_of(&fixture, id)), at_day(102) + HOUR);
    update(&fixture, 1, (MemberChange){.level = 1});
    assert_int_equal(case_of(&fixture, id)->due_at, at_day(100) + 5 * HOUR);
    assert_true(text_is(lifecycle_due_rule(fixture.model, case_of(&fixture, id)), "lift-red"));
    assert_null(last_event(&fixture, "changed")); /* no department has moved it */
    end(&fixture);
}

/* Old reports that are loaded later: their departments did not learn of them on the day of loading. */
static void known_more_than_thirty_days_late_is_not_believed(void **state)
{
    (void)state;
    for (int32_t late = 30; late <= 31; late++) {
        Fixture fixture = with_limits();
        fixture_begin(&fixture);
        HazardMember first = fixture_member(1, 100, 7, HOTLINE);
        first.known_at += late * FIXTURE_DAY;
        int64_t id = fixture_join(&fixture, 0, first, HOTLINE);
        assert_int_equal(case_of(&fixture, id)->due_at, at_day(late == 30 ? 132 : 102));
        end(&fixture);
    }
}

static void a_department_sets_when_its_report_is_due(void **state)
{
    Fixture fixture = with_limits();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 100, 7, HOTLINE), HOTLINE);
    update(&fixture, 1, (MemberChange){.due_at = at_day(105)});
    assert_int_equal(case_of(&fixture, id)->due_at, at_day(105));
    assert_int_equal(case_of(&fixture, id)->due_rule, DUE_DEPARTMENT);
    assert_string_equal(last_event(&fixture, "changed")->reason, "due");
    fixture_join(&fixture, id, fixture_member(2, 101, 8, GRID), GRID);
    update(&fixture, 2, (MemberChange){.due_at = at_day(103)});
    assert_int_equal(case_of(&fixture, id)->due_at, at_day(103)); /* the earliest that is open */
    close_at(&fixture, 2, 102);
    assert_int_equal(case_of(&fixture, id)->due_at, at_day(105));
    end(&fixture);
}

static void overdue_is_told_once_and_raises_one_step_but_not_to_red(void **state)
{
    Fixture fixture = with_limits();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, lamp(1, 100), HOTLINE);
    assert_int_equal(lifecycle_level(fixture.model, case_of(&fixture, id)).level, 3);
    assert_false(fire(&fixture, 102.9));
    assert_true(fire(&fixture, 103.5)); /* looked at late: it is overdue since it was due */
    assert_true(case_of(&fixture, id)->overdue);
    assert_int_equal(last_event(&fixture, "overdue")->event_at, at_day(103));
    assert_string_equal(last_event(&fixture, "overdue")->reason, "limit");
    assert_string_equal(last_event(&fixture, "escalated")->reason, "overdue");
    assert_true(text_is(last_event(&fixture, "escalated")->before, "3"));
    assert_true(text_is(last_event(&fixture, "escalated")->after, "2"));
    Escalation level = lifecycle_level(fixture.model, case_of(&fixture, id));
    assert_int_equal(level.level, 2);
    assert_int_equal(level.since, at_day(103));
    assert_false(fire(&fixture, 104)); /* the same timer again */
    assert_int_equal(fixture_count_events(&fixture, "overdue"), 1);
    assert_int_equal(lifecycle_timer_at(case_of(&fixture, id)), TIME_ABSENT);

    int64_t lift = fixture_join(&fixture, 0, fixture_member(2, 104, 8, HOTLINE), HOTLINE);
    assert_true(fire(&fixture, 106));
    assert_true(case_of(&fixture, lift)->overdue);
    assert_int_equal(lifecycle_level(fixture.model, case_of(&fixture, lift)).level, 2);
    assert_int_equal(fixture_count_events(&fixture, "escalated"), 1); /* orange as before */
    end(&fixture);
}

static void a_closing_in_time_that_is_told_late_takes_it_back(void **state)
{
    Fixture fixture = with_limits();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, lamp(1, 100), HOTLINE);
    assert_true(fire(&fixture, 103));
    close_at(&fixture, 1, 102);
    assert_false(case_of(&fixture, id)->overdue);
    assert_int_equal(lifecycle_level(fixture.model, case_of(&fixture, id)).level, 3);
    assert_true(text_is(last_event(&fixture, "escalated")->after, "3"));

    int64_t late = fixture_join(&fixture, 0, lamp(2, 103), HOTLINE);
    assert_true(fire(&fixture, 106));
    close_at(&fixture, 2, 106.5);
    assert_true(case_of(&fixture, late)->overdue); /* it was */
    assert_int_equal(lifecycle_level(fixture.model, case_of(&fixture, late)).level, 2);
    end(&fixture);
}

static void a_closing_at_the_very_due_time_is_in_time(void **state)
{
    Fixture fixture = with_limits();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, lamp(1, 100), HOTLINE);
    assert_true(fire(&fixture, 103));
    close_at(&fixture, 1, 103);
    assert_false(case_of(&fixture, id)->overdue);
    end(&fixture);
}

static void more_time_takes_it_back_and_is_due_again(void **state)
{
    Fixture fixture = with_limits();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, lamp(1, 100), HOTLINE);
    assert_true(fire(&fixture, 103));
    update(&fixture, 1, (MemberChange){.due_at = at_day(110)});
    assert_false(case_of(&fixture, id)->overdue);
    assert_int_equal(lifecycle_timer_at(case_of(&fixture, id)), at_day(110));
    assert_true(fire(&fixture, 110));
    assert_string_equal(last_event(&fixture, "overdue")->reason, "department");
    assert_int_equal(fixture_count_events(&fixture, "overdue"), 2);
    end(&fixture);
}

static void what_is_told_when_it_is_over_is_looked_at_an_hour_later(void **state)
{
    Fixture fixture = with_limits();
    (void)state;
    fixture_begin(&fixture); /* at day 100 */
    int64_t id = fixture_join(&fixture, 0, lamp(1, 20), HOTLINE);
    assert_int_equal(lifecycle_timer_at(case_of(&fixture, id)), at_day(100) + HOUR);
    fixture.lifecycle.now += HOUR / 2;
    fixture_join(&fixture, id, lamp(2, 21), HOTLINE);
    assert_int_equal(lifecycle_timer_at(case_of(&fixture, id)), at_day(100) + HOUR); /* it stays */
    close_at(&fixture, 1, 22);
    close_at(&fixture, 2, 22);
    assert_int_equal(fixture_count_events(&fixture, "overdue"), 0);
    end(&fixture);
}

static void a_closing_that_held_for_the_window_was_effective(void **state)
{
    Fixture fixture = with_limits();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, lamp(1, 100), HOTLINE);
    assert_int_equal(case_of(&fixture, id)->effective, EFFECTIVE_NO); /* an open case is not */
    close_at(&fixture, 1, 101);
    assert_int_equal(case_of(&fixture, id)->effective, EFFECTIVE_UNKNOWN);
    assert_int_equal(lifecycle_timer_at(case_of(&fixture, id)), at_day(131)); /* 30 days */
    assert_true(fire(&fixture, 131));
    assert_int_equal(case_of(&fixture, id)->effective, EFFECTIVE_YES);
    assert_string_equal(last_event(&fixture, "effective")->reason, "no_repeat");
    assert_int_equal(last_event(&fixture, "effective")->event_at, at_day(131));
    end(&fixture);
}

static void a_repeat_in_the_window_begins_anew(void **state)
{
    Fixture fixture = with_limits();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, lamp(1, 100), HOTLINE);
    close_at(&fixture, 1, 101);
    CaseTimer window = fixture.lifecycle.armed.items[fixture.lifecycle.armed.count - 1];
    fixture.lifecycle.now = at_day(111);
    fixture_join(&fixture, id, lamp(2, 111), HOTLINE);
    assert_int_equal(case_of(&fixture, id)->effective, EFFECTIVE_NO);
    assert_int_equal(case_of(&fixture, id)->due_at, at_day(114)); /* from the repeat on */
    int64_t rescore_id = 0;
    fixture.lifecycle.now = at_day(131);
    assert_false(
        lifecycle_fire(&fixture.lifecycle, &window, &rescore_id)); /* it was set otherwise */
    assert_int_equal(fixture_count_events(&fixture, "effective"), 0);
    end(&fixture);
}

static void a_recheck_decides_before_the_window_does(void **state)
{
    Fixture fixture = with_limits();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, lamp(1, 100), HOTLINE);
    close_at(&fixture, 1, 101);
    update(&fixture, 1, (MemberChange){.recheck = 1});
    assert_int_equal(case_of(&fixture, id)->effective, EFFECTIVE_YES);
    assert_string_equal(last_event(&fixture, "effective")->reason, "rechecked");
    assert_int_equal(lifecycle_timer_at(case_of(&fixture, id)), TIME_ABSENT);

    int64_t sham = fixture_join(&fixture, 0, lamp(2, 103), HOTLINE);
    close_at(&fixture, 2, 104);
    update(&fixture, 2, (MemberChange){.recheck = 2});
    assert_int_equal(case_of(&fixture, sham)->effective, EFFECTIVE_NO);
    assert_int_equal(lifecycle_timer_at(case_of(&fixture, sham)), TIME_ABSENT);
    update(&fixture, 2, (MemberChange){.status = 65, .status_at = at_day(105)});
    close_at(&fixture, 2, 106); /* done at last: judged for itself */
    assert_int_equal(case_of(&fixture, sham)->effective, EFFECTIVE_UNKNOWN);
    assert_true(fire(&fixture, 136));
    assert_int_equal(case_of(&fixture, sham)->effective, EFFECTIVE_YES);
    end(&fixture);
}

/* Two reports of a case: where one of them failed, the other's pass does not prove the closing that follows. */
static void of_two_rechecks_the_failed_one_counts(void **state)
{
    Fixture fixture = with_limits();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, lamp(1, 100), HOTLINE);
    fixture_join(&fixture, id, lamp(2, 101), GRID);
    update(&fixture, 1, (MemberChange){.recheck = 1});
    update(&fixture, 2, (MemberChange){.recheck = 2});
    close_at(&fixture, 1, 102);
    close_at(&fixture, 2, 102);
    assert_int_equal(case_of(&fixture, id)->effective, EFFECTIVE_UNKNOWN);
    assert_int_equal(fixture_count_events(&fixture, "effective"), 0);
    end(&fixture);
}

static void a_recheck_of_one_closing_says_nothing_of_the_next(void **state)
{
    Fixture fixture = with_limits();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, lamp(1, 100), HOTLINE);
    update(&fixture, 1, (MemberChange){.recheck = 1}); /* looked at, and then closed */
    assert_int_equal(case_of(&fixture, id)->effective, EFFECTIVE_NO);
    close_at(&fixture, 1, 101);
    assert_int_equal(case_of(&fixture, id)->effective, EFFECTIVE_YES);
    fixture_join(&fixture, id, lamp(2, 103), HOTLINE);
    close_at(&fixture, 2, 104);
    assert_int_equal(case_of(&fixture, id)->effective, EFFECTIVE_UNKNOWN);
    assert_int_equal(fixture_count_events(&fixture, "effective"), 1);
    update(&fixture, 2, (MemberChange){.recheck = 1});
    assert_int_equal(case_of(&fixture, id)->effective, EFFECTIVE_YES);
    assert_int_equal(fixture_count_events(&fixture, "effective"), 2);
    end(&fixture);
}

static void a_twin_is_asked_once_a_day_later(void **state)
{
    Fixture fixture = with_limits();
    (void)state;
    fixture_begin(&fixture);
    int64_t body = fixture_join(&fixture, 0, lamp(1, 100), HOTLINE);
    Hazard *twin = lifecycle_open_hazard(&fixture.lifecycle, body);
    HazardMember member = lamp(2, 100);
    lifecycle_attach(&fixture.lifecycle, twin, &member,
                     fixture_evidence(2, HOTLINE, &FIXTURE_LAMP));
    int64_t id = twin->id;
    CaseTimer timer = fixture.lifecycle.armed.items[fixture.lifecycle.armed.count - 1];
    int64_t rescore_id = 0;
    assert_int_equal(timer.at, at_day(101));
    fixture.lifecycle.now = at_day(101);
    assert_true(lifecycle_fire(&fixture.lifecycle, &timer, &rescore_id));
    assert_int_equal(rescore_id, id);
    assert_false(lifecycle_fire(&fixture.lifecycle, &timer, &rescore_id));
    assert_int_equal(rescore_id, 0);
    assert_int_equal(lifecycle_timer_at(case_of(&fixture, id)), at_day(103)); /* when it is due */
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_is_due_by_its_class_and_level),
        cmocka_unit_test(known_more_than_thirty_days_late_is_not_believed),
        cmocka_unit_test(a_department_sets_when_its_report_is_due),
        cmocka_unit_test(overdue_is_told_once_and_raises_one_step_but_not_to_red),
        cmocka_unit_test(a_closing_in_time_that_is_told_late_takes_it_back),
        cmocka_unit_test(a_closing_at_the_very_due_time_is_in_time),
        cmocka_unit_test(more_time_takes_it_back_and_is_due_again),
        cmocka_unit_test(what_is_told_when_it_is_over_is_looked_at_an_hour_later),
        cmocka_unit_test(a_closing_that_held_for_the_window_was_effective),
        cmocka_unit_test(a_repeat_in_the_window_begins_anew),
        cmocka_unit_test(a_recheck_decides_before_the_window_does),
        cmocka_unit_test(of_two_rechecks_the_failed_one_counts),
        cmocka_unit_test(a_recheck_of_one_closing_says_nothing_of_the_next),
        cmocka_unit_test(a_twin_is_asked_once_a_day_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
