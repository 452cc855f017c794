/* Levels by rule: linkage.md, "Escalation"; scenario 1 of the domain page among them. */
#include "hazard_fixture.h"

#include "domain/escalation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HOTLINE TEXT("H12345")
#define GRID TEXT("GRID")
#define FIRE TEXT("FIRE119")

static Escalation judge(Fixture *fixture, int64_t hazard_id)
{
    const Hazard *hazard = hazard_store_get(fixture->lifecycle.store, hazard_id);
    return escalation_judge(model_escalation(fixture->model), hazard, hazard->cases[0].case_id,
                            fixture->arena);
}

static void assert_level(Escalation judged, int level, double day, const char *rule)
{
    assert_int_equal(judged.level, level);
    assert_int_equal(judged.since, FIXTURE_START + (int64_t)(day * (double)FIXTURE_DAY));
    assert_string_equal(judged.rule, rule);
}

static void one_report_has_the_colour_of_its_class(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 3, 7, HOTLINE), HOTLINE);
    assert_level(judge(&fixture, id), 2, 3, "colour");
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

/* Two reports of one lift, from two sources. */
static Escalation judge_two_sources(uint64_t reporter, uint64_t other)
{
    Fixture fixture = fixture_new();
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 3, reporter, HOTLINE), HOTLINE);
    fixture_join(&fixture, id, fixture_member(2, 9, other, GRID), GRID);
    Escalation judged = judge(&fixture, id);
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
    return judged;
}

static void a_second_source_with_another_reporter_raises_one_step(void **state)
{
    (void)state;
    assert_level(judge_two_sources(7, 8), 1, 9, "sources");
}

/* Who tells two departments is still one. */
static void a_second_source_with_the_same_reporter_raises_nothing(void **state)
{
    (void)state;
    assert_level(judge_two_sources(7, 7), 2, 3, "colour");
}

static void repeats_of_one_caller_are_one_witness(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = 0;
    for (int64_t report = 1; report <= 6; report++)
        id =
            fixture_join(&fixture, id, fixture_member(report, (double)report, 7, HOTLINE), HOTLINE);
    assert_level(judge(&fixture, id), 2, 1, "colour");
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

static HazardMember rotated(int64_t report_id, double day, uint64_t hash, uint64_t before)
{
    HazardMember member = fixture_member(report_id, day, hash, HOTLINE);
    member.reporter.before = before;
    member.category = &FIXTURE_LAMP;
    return member;
}

static Escalation judge_all(const HazardMember *members, size_t count)
{
    Fixture fixture = fixture_new();
    int64_t id = 0;
    fixture_begin(&fixture);
    for (size_t i = 0; i < count; i++)
        id = fixture_join(&fixture, id, members[i], HOTLINE);
    Escalation judged = judge(&fixture, id);
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
    return judged;
}

/* Old key, both, new key alone, twice over: two persons; lamps are yellow and stay so. */
static void a_rotation_makes_no_witnesses(void **state)
{
    (void)state;
    const HazardMember members[] = {
        rotated(1, 1, 11, 0),  rotated(2, 2, 12, 0),  rotated(3, 3, 21, 11),
        rotated(4, 4, 22, 12), rotated(5, 5, 21, 11), rotated(6, 6, 21, 0),
        rotated(7, 7, 22, 0),  rotated(8, 8, 31, 21), rotated(9, 9, 31, 0),
    };
    assert_level(judge_all(members, 9), 3, 1, "colour");
    const HazardMember others[] = {
        members[0],          members[1], members[2], members[3], rotated(5, 5, 23, 13),
        rotated(6, 6, 13, 0)};
    assert_level(judge_all(others, 6), 2, 5, "reports"); /* the third person, and again */
}

/*
 * The one who joins both hashes has left the window: then they are two. Three persons in the window of day 100: x (by
 * the new key alone), another, and another.
 */
static void who_leaves_the_window_hands_his_place_on(void **state)
{
    (void)state;
    const HazardMember members[] = {
        rotated(1, 0, 11, 0),  rotated(2, 5, 21, 11), rotated(3, 20, 21, 0),
        rotated(4, 30, 41, 0), rotated(5, 93, 21, 0), rotated(6, 100, 51, 0),
    };
    assert_level(judge_all(members, 5), 3, 0, "colour");
    assert_level(judge_all(members, 6), 2, 100, "reports");
}

static void copies_and_follow_ups_are_no_witnesses(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 1, 7, HOTLINE), HOTLINE);
    for (int64_t report = 2; report <= 6; report++) {
        HazardMember copy = fixture_member(report, (double)report, (uint64_t)report + 20, GRID);
        copy.independence = report % 2 == 0 ? TRANSFERRED : FOLLOW_UP;
        fixture_join(&fixture, id, copy, GRID);
    }
    assert_level(judge(&fixture, id), 2, 1, "colour");
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

static void three_independent_reports_in_the_window_raise_one_step(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = fixture_join(&fixture, 0, fixture_member(1, 0, 1, HOTLINE), HOTLINE);
    fixture_join(&fixture, id, fixture_member(2, 50, 2, HOTLINE), HOTLINE);
    fixture_join(&fixture, id, fixture_member(3, 91, 3, HOTLINE), HOTLINE);
    assert_level(judge(&fixture, id), 2, 0, "colour"); /* the first lies 91 days back */
    fixture_join(&fixture, id, fixture_member(4, 100, 4, HOTLINE), HOTLINE);
    assert_level(judge(&fixture, id), 1, 100, "reports");
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

static void five_independent_reports_are_red_whatever_the_colour(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    int64_t id = 0;
    for (int64_t report = 1; report <= 5; report++) {
        HazardMember lamp = fixture_member(report, (double)report, (uint64_t)report, HOTLINE);
        lamp.category = &FIXTURE_LAMP;
        id = fixture_join(&fixture, id, lamp, HOTLINE);
    }
    assert_level(judge(&fixture, id), 1, 5, "red_reports");
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

static void people_trapped_are_red_at_once(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    HazardMember trapped = fixture_member(1, 4, 7, FIRE);
    trapped.trapped = 2;
    int64_t id = fixture_join(&fixture, 0, trapped, FIRE);
    assert_level(judge(&fixture, id), 1, 4, "people");
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

/* Red since is the event time of the report that raised it, whatever the order of arrival. */
static void red_since_does_not_depend_on_the_order_of_arrival(void **state)
{
    (void)state;
    static const int ORDERS[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}};
    for (size_t order = 0; order < 3; order++) {
        Fixture fixture = fixture_new();
        fixture_begin(&fixture);
        HazardMember members[] = {fixture_member(0, 1, 1, HOTLINE),
                                  fixture_member(0, 8, 1, HOTLINE), fixture_member(0, 20, 2, GRID),
                                  fixture_member(0, 80, 3, FIRE)};
        Text sources[] = {HOTLINE, HOTLINE, GRID, FIRE};
        members[3].trapped = 3;
        members[3].category = &FIXTURE_TRAPPED;
        int64_t id = 0;
        for (int i = 0; i < 4; i++) {
            int at = ORDERS[order][i];
            members[at].report_id = i + 1;
            id = fixture_join(&fixture, id, members[at], sources[at]);
        }
        assert_int_equal(hazard_store_get(fixture.lifecycle.store, id)->case_count, 1);
        assert_level(judge(&fixture, id), 1, 20, "sources");
        hazard_store_free(fixture.lifecycle.store);
        fixture_done(&fixture);
    }
}

/* ---- against the page, read word by word ---- */

enum { CROWD = 60, CROWDS = 300 };

static bool is_witness(const HazardMember *member)
{
    return member->independence == INDEPENDENT || member->independence == SAME_REPORTER;
}

static bool comes_before(const HazardMember *a, const HazardMember *b)
{
    return a->event_at < b->event_at || (a->event_at == b->event_at && a->report_id < b->report_id);
}

static bool shares_hash(const HazardMember *a, const HazardMember *b)
{
    const uint64_t of_a[] = {a->reporter.hash, a->reporter.before};
    for (size_t i = 0; i < 2; i++)
        if (of_a[i] != 0 && (of_a[i] == b->reporter.hash || of_a[i] == b->reporter.before))
            return true;
    return false;
}

/* Distinct reporters among the witnesses of the 90 days up to `end`: those who share no hash with one before them. */
static int32_t distinct(const HazardMember *members, size_t count, const HazardMember *end)
{
    int32_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (comes_before(end, &members[i]) || !is_witness(&members[i]) ||
            members[i].event_at < end->event_at - 90 * FIXTURE_DAY)
            continue;
        bool again = false;
        for (size_t k = 0; k < count; k++)
            again = again || (comes_before(&members[k], &members[i]) &&
                              members[k].event_at >= end->event_at - 90 * FIXTURE_DAY &&
                              is_witness(&members[k]) && shares_hash(&members[k], &members[i]));
        found += !again;
    }
    return found;
}

/* The earliest event at which five witnesses, or people hurt, make it red; INT64_MAX: never (lamps are yellow, 3). */
static int64_t red_since(const HazardMember *members, size_t count)
{
    int64_t since = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        bool red = members[i].trapped > 0 || distinct(members, count, &members[i]) >= 5;
        if (red && members[i].event_at < since)
            since = members[i].event_at;
    }
    return since;
}

/* xorshift64 by G. Marsaglia: the same crowds on every machine. */
static uint64_t draw(uint64_t *state, uint64_t below)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state % below;
}

static HazardMember random_member(int64_t report_id, uint64_t *random)
{
    Text sources[] = {HOTLINE, GRID, FIRE};
    int32_t day = (int32_t)draw(random, 400);
    uint64_t reporter = draw(random, 9);
    HazardMember member = fixture_member(report_id, day, reporter, sources[draw(random, 3)]);
    uint64_t before = draw(random, 3) == 0 ? draw(random, 9) : 0;
    member.reporter.before = before != reporter ? before : 0;
    member.category = &FIXTURE_LAMP;
    member.independence = draw(random, 3) == 0 ? TRANSFERRED : INDEPENDENT;
    member.trapped = draw(random, 150) == 0;
    return member;
}

/* Any arrival order; and what is judged step by step equals what is judged at once, as memory rebuilt has it. */
static void follows_the_page_for_any_crowd(void **state)
{
    (void)state;
    uint64_t random = 20260101;
    int32_t reds = 0;
    int32_t calm = 0;
    for (int crowd = 0; crowd < CROWDS; crowd++) {
        Fixture fixture = fixture_new();
        HazardMember members[CROWD];
        size_t count = 1 + draw(&random, crowd % 2 == 0 ? 12 : CROWD);
        int64_t id = 0;
        fixture_begin(&fixture);
        for (size_t i = 0; i < count; i++) {
            members[i] = random_member((int64_t)i + 1, &random);
            id = fixture_join(&fixture, id, members[i], HOTLINE);
            const Hazard *hazard = hazard_store_get(fixture.lifecycle.store, id);
            Escalation judged = judge(&fixture, id);
            assert_int_equal(hazard->case_count, 1);
            assert_memory_equal(&judged.since, &hazard->cases[0].escalation.since,
                                sizeof judged.since);
            assert_int_equal(judged.level, hazard->cases[0].escalation.level);
            assert_int_equal(judged.report_id, hazard->cases[0].escalation.report_id);
            assert_int_equal(judged.reports, hazard->cases[0].escalation.reports);
            int64_t since = red_since(members, i + 1);
            assert_int_equal(judged.level == 1, since != INT64_MAX);
            if (judged.level == 1)
                assert_int_equal(judged.since, since);
            else
                assert_int_equal(judged.reports,
                                 distinct(members, i + 1, hazard_member(hazard, judged.report_id)));
            reds += judged.level == 1;
            calm += judged.level != 1;
        }
        hazard_store_free(fixture.lifecycle.store);
        fixture_done(&fixture);
    }
    assert_true(reds > 1000 && calm > 500);
}

/* A serial caller, or a thousand copies, cost no more than they say. */
static void one_caller_may_call_ten_thousand_times(void **state)
{
    (void)state;
    Fixture fixture = fixture_new();
    fixture_begin(&fixture);
    int64_t id = 0;
    for (int64_t report = 1; report <= 10000; report++) {
        Hazard *hazard = id != 0 ? hazard_store_edit(fixture.lifecycle.store, id)
                                 : lifecycle_open_hazard(&fixture.lifecycle, 0);
        HazardMember member = fixture_member(report, (double)report / 200, 7, HOTLINE);
        member.case_id = 1;
        hazard_store_add(fixture.lifecycle.store, hazard, &member,
                         fixture_evidence(report, HOTLINE, &FIXTURE_LIFT), fixture.model);
        id = hazard->id;
    }
    const Hazard *hazard = hazard_store_get(fixture.lifecycle.store, id);
    for (int again = 0; again < 100;
         again++) { /* windows counted each anew took a minute for one */
        Escalation judged =
            escalation_judge(model_escalation(fixture.model), hazard, 1, fixture.arena);
        assert_int_equal(judged.level, 2);
    }
    hazard_store_free(fixture.lifecycle.store);
    fixture_done(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_report_has_the_colour_of_its_class),
        cmocka_unit_test(a_second_source_with_another_reporter_raises_one_step),
        cmocka_unit_test(a_second_source_with_the_same_reporter_raises_nothing),
        cmocka_unit_test(repeats_of_one_caller_are_one_witness),
        cmocka_unit_test(a_rotation_makes_no_witnesses),
        cmocka_unit_test(who_leaves_the_window_hands_his_place_on),
        cmocka_unit_test(copies_and_follow_ups_are_no_witnesses),
        cmocka_unit_test(three_independent_reports_in_the_window_raise_one_step),
        cmocka_unit_test(five_independent_reports_are_red_whatever_the_colour),
        cmocka_unit_test(people_trapped_are_red_at_once),
        cmocka_unit_test(red_since_does_not_depend_on_the_order_of_arrival),
        cmocka_unit_test(follows_the_page_for_any_crowd),
        cmocka_unit_test(one_caller_may_call_ten_thousand_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
