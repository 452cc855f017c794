/* Which case of the hazard, closing, reopening, recurrence; the overlay that a batch may drop. */
#include "hazard_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HOTLINE TEXT("H12345")
#define GRID TEXT("GRID")

static int64_t at_day(double day)
{
    return FIXTURE_START + (int64_t)(day * (double)FIXTURE_DAY);
}

static void set_status(Fixture *fixture, int64_t report_id, int16_t status, double day)
{
    MemberChange change = {
        .status = status, .status_at = at_day(day), .trapped = -1, .injured = -1, .dead = -1};
    assert_true(lifecycle_update(&fixture->lifecycle, report_id, &change));
}

static const Hazard *hazard_of(const Fixture *fixture, int64_t id)
{
    return hazard_store_get(fixture->lifecycle.store, id);
}

static void the_first_report_opens_a_numbered_case(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 3, 7, HOTLINE), HOTLINE);
    const Hazard *hazard = hazard_of(&fixture, id);
    assert_int_equal(hazard->case_count, 1);
    assert_true(
        text_is(lifecycle_case_no(TEXT("9901"), &hazard->cases[0], fixture.arena), /* stream date */
                "AJ9901-20260411-0001"));
    HazardCase read = {0};
    lifecycle_read_case_no(TEXT("AJ9901-20260411-10001"), &read);
    assert_int_equal(read.day, 20260411);
    assert_int_equal(read.sequence, 10001);
    assert_int_equal(hazard->cases[0].opened_at, at_day(3)); /* event time */
    assert_int_equal(hazard->cases[0].status, 10);
    assert_int_equal(fixture_count_events(&fixture, "opened"), 1);
    assert_int_equal(fixture_count_events(&fixture, "report_linked"), 0);
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

static void a_case_closes_when_all_its_reports_are_final(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 3, 7, HOTLINE), HOTLINE);
    fixture_join(&fixture, id, fixture_member(2, 4, 8, GRID), GRID);
    set_status(&fixture, 1, 60, 6);
    assert_int_equal(hazard_of(&fixture, id)->cases[0].closed_at, INT64_MIN);
    assert_int_equal(fixture_count_events(&fixture, "closed"), 0);
    set_status(&fixture, 2, 60, 5);
    assert_int_equal(hazard_of(&fixture, id)->cases[0].closed_at, at_day(6)); /* the last of them */
    const CaseEvents *events = &fixture.lifecycle.events;
    assert_string_equal(events->items[events->count - 1].kind, "closed");
    assert_int_equal(events->items[events->count - 1].event_at, at_day(6));
    assert_int_equal(hazard_of(&fixture, id)->cases[0].status, 60);
    assert_int_equal(fixture_count_events(&fixture, "closed"), 1);
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

static void the_case_follows_its_slowest_report(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 3, 7, HOTLINE), HOTLINE);
    fixture_join(&fixture, id, fixture_member(2, 4, 8, GRID), GRID);
    set_status(&fixture, 1, 40, 5);
    assert_int_equal(hazard_of(&fixture, id)->cases[0].status, 10);
    set_status(&fixture, 2, 30, 6);
    assert_int_equal(hazard_of(&fixture, id)->cases[0].status, 30);
    set_status(&fixture, 2, 60, 7);
    assert_int_equal(hazard_of(&fixture, id)->cases[0].status, 40);
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

/* A visit to the caller weeks after, a field that was mended: the record comes again with the status it had. */
static void a_closing_said_again_does_not_move(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 3, 7, HOTLINE), HOTLINE);
    set_status(&fixture, 1, 60, 6);
    set_status(&fixture, 1, 60, 40);
    assert_int_equal(hazard_of(&fixture, id)->cases[0].closed_at, at_day(6));
    fixture_join(&fixture, id, fixture_member(2, 20, 8, HOTLINE),
                 HOTLINE); /* the repair did not hold */
    assert_int_equal(hazard_of(&fixture, id)->cases[0].reopened_count, 1);
    assert_int_equal(fixture_count_events(&fixture, "closed"), 1);
    assert_int_equal(fixture_count_events(&fixture, "status_changed"), 0);
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

static void a_repeat_within_the_window_reopens(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 3, 7, HOTLINE), HOTLINE);
    set_status(&fixture, 1, 60, 6);
    fixture_join(&fixture, id, fixture_member(2, 96, 8, HOTLINE), HOTLINE); /* 90 days later */
    const Hazard *hazard = hazard_of(&fixture, id);
    assert_int_equal(hazard->case_count, 1);
    assert_int_equal(hazard->cases[0].reopened_count, 1);
    assert_int_equal(hazard->cases[0].closed_at, INT64_MIN);
    assert_int_equal(hazard->cases[0].status, 65);
    assert_int_equal(fixture_count_events(&fixture, "reopened"), 1);
    assert_int_equal(fixture_count_events(&fixture, "status_changed"), 0);
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

static void a_repeat_after_the_window_is_the_next_episode(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 3, 7, HOTLINE), HOTLINE);
    set_status(&fixture, 1, 60, 6);
    fixture_join(&fixture, id, fixture_member(2, 96.5, 8, HOTLINE), HOTLINE);
    const Hazard *hazard = hazard_of(&fixture, id);
    assert_int_equal(hazard->case_count, 2);
    assert_int_equal(hazard->cases[1].recurrence_no, 2);
    assert_int_equal(hazard->cases[0].reopened_count, 0);
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

static void a_late_report_never_reopens(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 3, 7, HOTLINE), HOTLINE);
    set_status(&fixture, 1, 60, 6);
    fixture_join(&fixture, id, fixture_member(2, 5, 8, GRID), GRID); /* before the closing */
    const Hazard *hazard = hazard_of(&fixture, id);
    assert_int_equal(hazard->case_count, 1);
    assert_int_equal(hazard->cases[0].closed_at, at_day(6));
    assert_int_equal(hazard->cases[0].reopened_count, 0);
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

static void an_earlier_event_extends_the_case_backwards(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 30, 7, HOTLINE), HOTLINE);
    fixture_join(&fixture, id, fixture_member(2, 10, 8, GRID), GRID);
    const Hazard *hazard = hazard_of(&fixture, id);
    assert_int_equal(hazard->case_count, 1);
    assert_int_equal(hazard->cases[0].opened_at, at_day(10));
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

static void a_department_that_takes_its_closing_back_opens_the_case(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 3, 7, HOTLINE), HOTLINE);
    set_status(&fixture, 1, 60, 6);
    set_status(&fixture, 1, 30, 7);
    assert_int_equal(hazard_of(&fixture, id)->cases[0].closed_at, INT64_MIN);
    assert_int_equal(hazard_of(&fixture, id)->cases[0].status, 30);
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

static void a_closing_taken_back_after_the_next_episode_began_stays(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 3, 7, HOTLINE), HOTLINE);
    set_status(&fixture, 1, 60, 6);
    fixture_join(&fixture, id, fixture_member(2, 100, 8, HOTLINE), HOTLINE);
    set_status(&fixture, 1, 30, 101);
    const Hazard *hazard = hazard_of(&fixture, id);
    assert_int_equal(hazard->cases[0].closed_at, at_day(6));
    assert_int_equal(hazard->cases[0].status, 60);
    assert_int_equal(hazard->cases[1].closed_at, INT64_MIN);
    fixture_join(&fixture, id, fixture_member(3, 102, 9, GRID), GRID);
    assert_int_equal(hazard_member(hazard_of(&fixture, id), 3)->case_id, hazard->cases[1].case_id);
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

static void between_two_cases_the_later_one_is_extended(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 3, 7, HOTLINE), HOTLINE);
    set_status(&fixture, 1, 60, 6);
    fixture_join(&fixture, id, fixture_member(2, 100, 8, HOTLINE), HOTLINE);
    set_status(&fixture, 2, 60, 103);
    fixture_join(&fixture, id, fixture_member(3, 98, 9, GRID), GRID); /* known late */
    const Hazard *hazard = hazard_of(&fixture, id);
    assert_int_equal(hazard->case_count, 2);
    assert_int_equal(hazard->cases[0].closed_at, at_day(6));
    assert_int_equal(hazard->cases[1].opened_at, at_day(98));
    assert_int_equal(hazard->cases[1].closed_at, at_day(103));
    assert_int_equal(hazard_member(hazard, 3)->case_id, hazard->cases[1].case_id);
    assert_int_equal(fixture_count_events(&fixture, "reopened"), 0);
    fixture_join(&fixture, id, fixture_member(4, 1, 10, GRID), GRID); /* before all */
    assert_int_equal(hazard_of(&fixture, id)->cases[0].opened_at, at_day(1));
    assert_int_equal(hazard_of(&fixture, id)->cases[0].closed_at, at_day(6));
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

static void an_update_of_a_report_without_hazard_changes_nothing(void **state)
{
    Fixture fixture = fixture_new();
    MemberChange change = {.status = 60, .trapped = -1, .injured = -1, .dead = -1};
    (void)state;
    fixture_begin(&fixture);
    assert_false(lifecycle_update(&fixture.lifecycle, 99, &change));
    assert_int_equal(fixture.lifecycle.events.count, 0);
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

static void a_dropped_batch_leaves_no_trace(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 3, 7, HOTLINE), HOTLINE);
    hazard_store_merge(fixture.lifecycle.store);

    fixture_begin(&fixture);
    fixture_join(&fixture, id, fixture_member(2, 4, 8, GRID), GRID);
    fixture_join(&fixture, 0, fixture_member(3, 4, 9, GRID), GRID);
    assert_int_equal(hazard_of(&fixture, id)->member_count, 2);
    assert_int_equal(hazard_store_of_report(fixture.lifecycle.store, 2), id);
    hazard_store_free(fixture.lifecycle.store);

    assert_int_equal(hazard_store_get(fixture.base, id)->member_count, 1);
    assert_int_equal(hazard_store_of_report(fixture.base, 2), 0);
    assert_int_equal(hazard_store_count(fixture.base), 1);
    fixture_done(&fixture);
}

static void a_merged_batch_is_found_by_its_keys(void **state)
{
    Fixture fixture = fixture_new();
    BlockingKey keys[BLOCKING_KEYS_MAX];
    HazardIds found;
    (void)state;
    for (int64_t report = 1; report <= 3; report++) {
        fixture_begin(&fixture);
        fixture_join(&fixture, 0, fixture_member(report, 3, 7, HOTLINE), HOTLINE);
        hazard_store_merge(fixture.lifecycle.store);
    }
    fixture_begin(&fixture);
    fixture_join(&fixture, 0, fixture_member(4, 3, 7, HOTLINE), HOTLINE);
    Evidence *evidence = fixture_evidence(5, HOTLINE, &FIXTURE_LIFT);
    size_t count = blocking_index_keys(evidence, fixture.model, keys);
    size_t shared = 0;
    const HazardStore *store = fixture.lifecycle.store;
    for (size_t i = 0; i < count; i++) {
        assert_false(hazard_store_find(store, keys[i].hash, 4, fixture.arena, &found));
        if (found.count != 4)
            continue;
        shared++;
        for (int64_t id = 1; id <= 4; id++)
            assert_int_equal(hazard_index_id(found.items[id - 1]), id);
        assert_true(hazard_store_find(store, keys[i].hash, 2, fixture.arena, &found));
        assert_int_equal(found.count, 2);
        assert_int_equal(hazard_index_id(found.items[0]), 3); /* the latest */
        assert_int_equal(hazard_index_id(found.items[1]), 4);
    }
    assert_true(shared > 0);
    free(evidence);
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

static void a_large_hazard_keeps_eight_representatives_and_its_anchor(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = 0;
    for (int64_t report = 1; report <= 30; report++)
        id = fixture_join(&fixture, id, fixture_member(report, 3, (uint64_t)report, HOTLINE),
                          report == 12 ? GRID : HOTLINE);
    const Hazard *hazard = hazard_of(&fixture, id);
    bool grid = false;
    EvidenceView view;
    for (size_t i = 0; i < hazard->representative_count; i++)
        grid = grid || text_equal(hazard_evidence(hazard, i, &view)->source, GRID);
    assert_int_equal(hazard->representative_count, HAZARD_REPRESENTATIVES_MAX);
    assert_int_equal(hazard_evidence(hazard, 0, &view)->report_id, 1);
    assert_int_equal(hazard_evidence(hazard, 7, &view)->report_id, 30);
    assert_true(grid); /* the only one of its source stays */
    assert_int_equal(hazard->member_count, 30);
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

static void what_follows_a_report_does_not_hold_its_case_open(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 3, 7, HOTLINE), HOTLINE);
    HazardMember urge = fixture_member(2, 4, 7, HOTLINE);
    urge.independence = FOLLOW_UP;
    fixture_join(&fixture, id, urge, HOTLINE);
    set_status(&fixture, 2, 60, 4.5);
    assert_int_equal(hazard_of(&fixture, id)->cases[0].status, 10); /* nor does it close it */
    HazardMember copy = fixture_member(3, 4, 0, GRID);
    copy.independence = TRANSFERRED; /* another desk works on it */
    fixture_join(&fixture, id, copy, GRID);
    urge.report_id = 5;
    fixture_join(&fixture, id, urge, HOTLINE);
    set_status(&fixture, 1, 60, 6);
    assert_int_equal(hazard_of(&fixture, id)->cases[0].closed_at, TIME_ABSENT);
    set_status(&fixture, 3, 60, 7);
    assert_int_equal(hazard_of(&fixture, id)->cases[0].status, 60);
    assert_int_equal(hazard_of(&fixture, id)->cases[0].closed_at, at_day(7));

    HazardMember again = fixture_member(6, 8, 7, HOTLINE);
    again.independence = FOLLOW_UP;
    fixture_join(&fixture, id, again, HOTLINE);
    assert_int_equal(hazard_of(&fixture, id)->cases[0].status, 65); /* after the closing it leads */
    set_status(&fixture, 6, 60, 9);
    assert_int_equal(hazard_of(&fixture, id)->cases[0].closed_at, at_day(9));
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

static void more_people_are_news_of_a_red_case_too(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    HazardMember first = fixture_member(1, 3, 7, HOTLINE);
    first.trapped = 1;
    int64_t id = fixture_join(&fixture, 0, first, HOTLINE);
    assert_int_equal(hazard_of(&fixture, id)->cases[0].escalation.level, 1);
    size_t before = fixture.lifecycle.events.count;
    MemberChange change = {.status_at = at_day(3.5), .trapped = 3, .injured = -1, .dead = 0};
    assert_true(lifecycle_update(&fixture.lifecycle, 1, &change));
    assert_int_equal(fixture.lifecycle.events.count, before + 1);
    const CaseEvent *event = &fixture.lifecycle.events.items[before];
    assert_string_equal(event->kind, "changed");
    assert_string_equal(event->reason, "people");
    assert_true(text_is(event->before, "1/0/0"));
    assert_true(text_is(event->after, "3/0/0"));
    assert_int_equal(event->event_at, at_day(3.5));
    assert_true(lifecycle_update(&fixture.lifecycle, 1, &change)); /* said once more it is none */
    assert_int_equal(fixture.lifecycle.events.count, before + 1);
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_report_opens_a_numbered_case),
        cmocka_unit_test(what_follows_a_report_does_not_hold_its_case_open),
        cmocka_unit_test(more_people_are_news_of_a_red_case_too),
        cmocka_unit_test(a_case_closes_when_all_its_reports_are_final),
        cmocka_unit_test(the_case_follows_its_slowest_report),
        cmocka_unit_test(a_closing_said_again_does_not_move),
        cmocka_unit_test(a_repeat_within_the_window_reopens),
        cmocka_unit_test(a_repeat_after_the_window_is_the_next_episode),
        cmocka_unit_test(a_late_report_never_reopens),
        cmocka_unit_test(an_earlier_event_extends_the_case_backwards),
        cmocka_unit_test(a_department_that_takes_its_closing_back_opens_the_case),
        cmocka_unit_test(a_closing_taken_back_after_the_next_episode_began_stays),
        cmocka_unit_test(between_two_cases_the_later_one_is_extended),
        cmocka_unit_test(an_update_of_a_report_without_hazard_changes_nothing),
        cmocka_unit_test(a_dropped_batch_leaves_no_trace),
        cmocka_unit_test(a_merged_batch_is_found_by_its_keys),
        cmocka_unit_test(a_large_hazard_keeps_eight_representatives_and_its_anchor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
