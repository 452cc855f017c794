/*
 * A revision names the place (linkage.md 2, V7): out of the bucket, in place, or a person is asked; and memory is what it would
 * be if it were read anew. On the shipped model, through placing and revising as the matcher does it.
 */
#include "town_fixture.h"

#include "domain/hazard_keys.h"
#include "domain/revising.h"

/* Beside what memory holds (town->told): what was said since, and the last revision's requests for a person. */
static struct {
    Report rows[REPORTS_MAX + 1]; /* by report id */
    size_t reviews;
    int64_t review_of;
} said;

static int said_set_up(void **state)
{
    memset(&said, 0, sizeof said);
    return town_set_up(state);
}

static Evidence *evidence_in(const Report *report, int64_t report_id)
{
    EvidenceOrigin origin = {TEXT("H12345"), TEXT("9901"), report_id, report->occurred_at};
    return evidence_new(report, &origin, town->city->model, town->city->scratch);
}

/* The report as it stands. */
static const Report *row_of(int64_t report_id)
{
    return said.rows[report_id].occurred_at != 0 ? &said.rows[report_id]
                                                 : &town->told[report_id].report;
}

static void note_reviews(const CaseEvents *events)
{
    said.reviews = 0;
    for (size_t i = 0; i < events->count; i++)
        if (strcmp(events->items[i].kind, "review_requested") == 0 &&
            strcmp(events->items[i].reason, "revised") == 0) {
            said.reviews++;
            if (text_is_absent(events->items[i].after) ||
                !text_to_int64(events->items[i].after, &said.review_of))
                said.review_of = 0;
        }
}

/* The report says something else; whether that was taken over. */
static bool revise(int64_t report_id, const Report *now)
{
    City *city = town->city;
    Told *told = &town->told[report_id];
    Lifecycle lifecycle = lifecycle_on(hazard_store_new(city->store));
    Placing placing = {.lifecycle = &lifecycle, .scratch = city->scratch};
    Evidence *before = evidence_in(row_of(report_id), report_id);
    Evidence *evidence = evidence_in(now, report_id);
    bool taken = revising_differs(before, evidence) &&
                 revising_report(&placing, evidence, evidence->event_at, &city->last);
    said.rows[report_id] = *now;
    if (taken) {
        told->report = *now;
        told->independence = evidence->independence;
    }
    if (placing.decision_id != 0)
        told->decision_id = placing.decision_id;
    for (size_t i = 0; i < placing.replaced_count; i++)
        town->told[placing.replaced[i].report_id].decision_id = placing.replaced[i].decision_id;
    note_reviews(&lifecycle.events);
    evidence_free(before);
    evidence_free(evidence);
    hazard_store_merge(lifecycle.store);
    return taken;
}

static bool revise_address(int64_t report_id, const char *address)
{
    Report now = *row_of(report_id);
    now.address = text_from(address);
    return revise(report_id, &now);
}

static void leaves_its_bucket_for_the_hazard_it_names(void **state)
{
    (void)state;
    int64_t lift = tell_call(1, 1, "锦绣花园3幢2单元");
    tell_call(2, 1, "锦绣花园9幢1单元");
    int64_t vague = tell_call(3, 1.5, "锦绣花园");
    int64_t stays = tell_call(4, 1.6, "锦绣花园");
    int64_t bucket_id = hazard_of(vague)->id;
    assert_true(revise_address(vague, "锦绣花园3幢2单元"));
    assert_int_equal(town->city->last.outcome, OUTCOME_MOVED);
    assert_int_equal(town->city->last.from_id, bucket_id);
    assert_true(town->city->last.revised);
    assert_int_equal(hazard_of(vague)->id, hazard_of(lift)->id);
    assert_int_equal(hazard_of(stays)->id, bucket_id);
}

static void opens_a_hazard_and_calls_the_others(void **state)
{
    (void)state;
    int64_t first = tell_call(1, 1, "锦绣花园");
    int64_t second = tell_call(2, 1.1, "锦绣花园");
    assert_true(revise_address(second, "锦绣花园3幢2单元"));
    assert_int_equal(town->city->last.outcome, OUTCOME_NEW);
    assert_false(hazard_of(second)->bucket);
    assert_int_equal(hazard_of(first)->id, hazard_of(second)->id);
    assert_int_equal(lifecycle_episodes(hazard_of(first)), 1);
}

static void the_last_of_a_bucket_ends_it(void **state)
{
    (void)state;
    int64_t only = tell_call(1, 1, "锦绣花园");
    int64_t bucket_id = hazard_of(only)->id;
    assert_true(revise_address(only, "锦绣花园3幢2单元"));
    assert_int_not_equal(hazard_of(only)->id, bucket_id);
    assert_int_equal(hazard_store_get(town->city->store, bucket_id)->merged_into,
                     hazard_of(only)->id);
    assert_int_equal(hazard_of(tell_call(2, 2, "锦绣花园3幢2单元"))->id, hazard_of(only)->id);
}

static void still_vague_nothing_happens(void **state)
{
    (void)state;
    int64_t vague = tell_call(1, 1, "锦绣花园");
    int64_t decided = town->city->counters.next_decision;
    assert_false(revise_address(vague, "锦绣花园2期"));
    assert_true(hazard_of(vague)->bucket);
    assert_int_equal(town->city->counters.next_decision, decided);
}

static void alone_it_is_found_where_it_says_now(void **state)
{
    (void)state;
    int64_t lift = tell_call(1, 1, "锦绣花园13幢2单元");
    assert_true(revise_address(lift, "锦绣花园3幢2单元"));
    assert_int_equal(hazard_of(tell_call(2, 2, "锦绣花园3幢2单元"))->id, hazard_of(lift)->id);
    assert_int_not_equal(hazard_of(tell_call(3, 2, "锦绣花园13幢2单元"))->id, hazard_of(lift)->id);
}

static void alone_it_joins_where_it_belongs(void **state)
{
    (void)state;
    int64_t lift = tell_call(1, 1, "锦绣花园3幢2单元");
    int64_t other = tell_call(2, 1.2, "锦绣花园13幢2单元");
    assert_true(revise_address(other, "锦绣花园3幢2单元"));
    assert_int_equal(hazard_of(other)->id, hazard_of(lift)->id);
    assert_int_equal(hazard_of(lift)->member_count, 2);
}

static void its_class_is_the_class_of_its_hazard(void **state)
{
    (void)state;
    int64_t lift = tell_call(1, 1, "锦绣花园3幢2单元");
    Report now = *row_of(lift);
    now.category = TEXT("A01");
    now.title = TEXT("电梯困人");
    now.body = TEXT("电梯突然停运，有人被困在轿厢里面出不来，请马上派人救援");
    assert_true(revise(lift, &now));
    assert_true(text_is(hazard_of(lift)->category->code, "A01"));
    assert_int_equal(hazard_of(lift)->cases[0].escalation.level, hazard_of(lift)->category->colour);
}

static void one_of_several_stays_and_a_person_is_asked(void **state)
{
    (void)state;
    tell_call(1, 1, "锦绣花园3幢2单元");
    int64_t second = tell_call(2, 1.2, "锦绣花园3幢2单元");
    int64_t elsewhere = tell_call(3, 1.3, "锦绣花园8幢1单元");
    int64_t hazard_id = hazard_of(second)->id;
    assert_false(revise_address(second, "锦绣花园8幢1单元"));
    assert_int_equal(hazard_of(second)->id, hazard_id);
    assert_int_equal(said.reviews, 1);
    assert_int_equal(said.review_of, hazard_of(elsewhere)->id);
    assert_false(revise_address(second, "听雨新村7幢1单元")); /* nobody else is there */
    assert_int_equal(said.reviews, 1);
    assert_int_equal(said.review_of, 0);
    assert_false(revise_address(second, "锦绣花园3幢2单元7层")); /* it fits */
    assert_int_equal(said.reviews, 0);
}

static void an_alarm_stays_where_its_device_is(void **state)
{
    (void)state;
    Report alarm = call(1, 1, "锦绣花园3幢2单元");
    alarm.device_id = TEXT("D-1");
    int64_t id = tell(&alarm, "H12345");
    assert_false(revise_address(id, "锦绣花园8幢1单元"));
    assert_int_equal(hazard_of(tell_call(2, 1.1, "锦绣花园3幢2单元"))->id, hazard_of(id)->id);
}

static void what_is_told_otherwise_and_means_the_same_is_no_difference(void **state)
{
    (void)state;
    Report report = call(1, 1, "锦绣花园3幢2单元");
    Evidence *before = evidence_in(&report, 1);
    report.address = TEXT("锦绣花园3号楼2单元");
    report.title = TEXT("电梯坏了");
    report.reporter = TEXT("1:77");
    Evidence *after = evidence_in(&report, 1);
    assert_false(revising_differs(before, after));
    evidence_free(after);
    report.lift_plate = TEXT("54321");
    after = evidence_in(&report, 1);
    assert_true(revising_differs(before, after));
    evidence_free(after);
    evidence_free(before);
}

/* ---- memory rebuilt equals memory grown ---- */

static void assert_keys_alike(const Hazard *a, const Hazard *b)
{
    HazardKeys *x = hazard_keys_of(a, town->city->model);
    HazardKeys *y = hazard_keys_of(b, town->city->model);
    assert_int_equal(hazard_keys_count(x), hazard_keys_count(y));
    for (size_t i = 0; i < hazard_keys_count(x); i++)
        assert_true(hazard_keys_at(x, i) == hazard_keys_at(y, i));
    hazard_keys_free(x);
    hazard_keys_free(y);
}

static void assert_alike(const Hazard *a, const Hazard *b)
{
    assert_int_equal(a->member_count, b->member_count);
    assert_int_equal(a->representative_count, b->representative_count);
    if (a->member_count > 0)
        assert_ptr_equal(a->category, b->category);
    for (size_t i = 0; i < a->representative_count; i++) {
        const EvidencePacked *x = hazard_representative(a, i);
        const EvidencePacked *y = hazard_representative(b, i);
        assert_int_equal(evidence_packed_report_id(x), evidence_packed_report_id(y));
        assert_int_equal(evidence_packed_size(x), evidence_packed_size(y));
    }
    assert_keys_alike(a, b);
}

/* Whatever is asked next, both answer alike. */
static void assert_decide_alike(const HazardStore *store)
{
    City *city = town->city;
    for (int64_t id = 1; id < city->counters.next_report; id += 3) {
        Decision x;
        Decision y;
        Evidence *evidence = evidence_in(row_of(id), id);
        linkage_decide(city->model, city->store, evidence, city->scratch, city->arena, &x);
        linkage_decide(city->model, store, evidence, city->scratch, city->arena, &y);
        assert_int_equal(x.outcome, y.outcome);
        assert_int_equal(x.hazard_id, y.hazard_id);
        assert_int_equal(x.final_mb, y.final_mb);
        assert_int_equal(x.candidates, y.candidates);
        evidence_free(evidence);
    }
}

static void assert_rebuilt(void)
{
    HazardStore *store = town_rebuilt();
    for (int64_t id = 1; id < town->city->counters.next_hazard; id++)
        assert_alike(hazard_store_get(town->city->store, id), hazard_store_get(store, id));
    assert_decide_alike(store);
    hazard_store_free(store);
}

static Report changed(const Report *row, uint32_t dice, const char *address)
{
    Report now = *row;
    if (dice % 4 != 0)
        now.address = text_from(address);
    if (dice % 5 == 0)
        now.reporter = text_format(town->city->arena, "1:%032d", (int)dice % 40);
    if (dice % 6 == 0)
        now.category = dice % 12 == 0 ? TEXT("A01") : TEXT("C03");
    return now;
}

/* Half of them name their estate alone. */
static const char *any_place(uint32_t dice)
{
    static const char *const ESTATES[] = {"锦绣花园", "听雨新村", "荷风苑", ""};
    const char *estate = ESTATES[dice % 4];
    if (dice % 8 < 4)
        return estate;
    return text_format(town->city->arena, "%s%d幢%d单元", estate, (int)(dice >> 4) % 9 + 1,
                       (int)(dice >> 8) % 2 + 1)
        .data;
}

static void grows_as_it_would_be_rebuilt(void **state)
{
    (void)state;
    uint32_t seed = 7;
    size_t taken = 0;
    for (int i = 1; i <= 290; i++) {
        seed = seed * 1664525u + 1013904223u;
        const char *place = any_place(seed >> 8);
        Report report = call(i, i * 0.3, place);
        report.reporter = text_format(town->city->arena, "1:%032d", (int)(seed >> 12) % 40);
        if (i < 20 || (seed >> 20) % 2 == 0) {
            tell(&report, "H12345");
        } else {
            int64_t id = 1 + (int64_t)(seed >> 10) % (town->city->counters.next_report - 1);
            report = changed(row_of(id), seed >> 16, place);
            taken += revise(id, &report);
        }
        if (i % 29 == 0)
            assert_rebuilt();
    }
    assert_in_range(taken, 20, 200);
}

#define TOWN_TEST(test_) cmocka_unit_test_setup_teardown(test_, said_set_up, town_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOWN_TEST(leaves_its_bucket_for_the_hazard_it_names),
        TOWN_TEST(opens_a_hazard_and_calls_the_others),
        TOWN_TEST(the_last_of_a_bucket_ends_it),
        TOWN_TEST(still_vague_nothing_happens),
        TOWN_TEST(alone_it_is_found_where_it_says_now),
        TOWN_TEST(alone_it_joins_where_it_belongs),
        TOWN_TEST(its_class_is_the_class_of_its_hazard),
        TOWN_TEST(one_of_several_stays_and_a_person_is_asked),
        TOWN_TEST(an_alarm_stays_where_its_device_is),
        TOWN_TEST(what_is_told_otherwise_and_means_the_same_is_no_difference),
        TOWN_TEST(grows_as_it_would_be_rebuilt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
