/* Hazards that become one: memory that grew by joins and moves equals memory rebuilt in the order of joining, at random. */
#include "hazard_fixture.h"

#include "domain/hazard_extent.h"
#include "domain/hazard_join.h"
#include "domain/hazard_keys.h"
#include "domain/lifecycle_derive.h"
#include "domain/lifecycle_join.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HOTLINE TEXT("H12345")
#define GRID TEXT("GRID")

enum { REPORTS = 400, PLACES = 12, ROUNDS = 12 };

static const HazardClass FLOOD = {.code = {"E06", 3},
                                  .family = {"E02", 3},
                                  .group = 'E',
                                  .scope = SCOPE_AREA,
                                  .radius_m = 200,
                                  .cap_m = 300,
                                  .recurrence_days = 7,
                                  .colour = 2};

/* Every third place is one of an area. */
static const HazardClass *class_of(int place)
{
    return place % 3 == 0 ? &FLOOD : &FIXTURE_LIFT;
}

/* A report, and when it joined the hazard where it is now. */
typedef struct Joined {
    int64_t report_id;
    int64_t order;
    int place;
    double day;
} Joined;

typedef struct World {
    Fixture fixture;
    Joined reports[REPORTS + 1];
    int64_t next_order;
    uint32_t seed;
} World;

static uint32_t draw(World *world, uint32_t below)
{
    world->seed = world->seed * 1664525u + 1013904223u;
    return (world->seed >> 8) % below;
}

static Evidence *evidence_of(const Joined *report)
{
    static const char *const ESTATES[PLACES] = {"甲园", "乙园", "丙园", "丁园", "戊园", "己园",
                                                "庚园", "辛园", "壬园", "癸园", "子园", "丑园"};
    Evidence *evidence = fixture_evidence(
        report->report_id, report->report_id % 3 == 0 ? GRID : HOTLINE, class_of(report->place));
    evidence->address.estate = text_from(ESTATES[report->place]);
    evidence->event_at = FIXTURE_START + (int64_t)(report->day * (double)FIXTURE_DAY);
    evidence->text_length = (size_t)(report->report_id * 7 % 40);
    evidence->has_point = report->report_id % 5 == 0 || report->place % 3 == 0;
    evidence->precision = report->report_id % 7 == 0 ? 'D' : 'B';
    double away = (double)(report->report_id % 29) * 0.00007; /* degrees */
    evidence->point = (GeoPoint){.lon = 121.0 + report->place * 0.01 + away, .lat = 31.0};
    return evidence;
}

static HazardMember member_of(const Joined *report)
{
    HazardMember member =
        fixture_member(report->report_id, report->day, (uint64_t)report->report_id % 50,
                       report->report_id % 3 == 0 ? GRID : HOTLINE);
    member.category = class_of(report->place);
    return member;
}

static int by_order(const void *a, const void *b)
{
    const Joined *x = a;
    const Joined *y = b;
    return (x->order > y->order) - (x->order < y->order);
}

/* What stands in the tables, read back as decide_load does. */
static HazardStore *rebuilt(const World *world, const HazardStore *grown)
{
    HazardStore *store = hazard_store_new(NULL);
    Joined *sorted = malloc(sizeof world->reports);
    size_t count = 0;
    for (int64_t id = 1; id < world->fixture.counters.next_hazard; id++) {
        const Hazard *is = hazard_store_get(grown, id);
        Hazard *hazard = hazard_store_create(store, id);
        hazard->provisional_of = is->provisional_of;
        hazard->merged_into = is->merged_into;
        hazard->bucket = is->bucket;
    }
    for (size_t i = 1; i <= REPORTS; i++)
        if (world->reports[i].report_id != 0)
            sorted[count++] = world->reports[i];
    qsort(sorted, count, sizeof *sorted, by_order);
    for (size_t i = 0; i < count; i++) {
        HazardMember member = member_of(&sorted[i]);
        int64_t id = hazard_store_of_report(grown, sorted[i].report_id);
        hazard_store_add(store, hazard_store_edit(store, id), &member, evidence_of(&sorted[i]),
                         world->fixture.model);
    }
    free(sorted);
    return store;
}

static void assert_same_hazard(const Hazard *a, const Hazard *b)
{
    assert_int_equal(a->member_count, b->member_count);
    assert_int_equal(a->representative_count, b->representative_count);
    for (size_t i = 0; i < a->member_count; i++)
        assert_int_equal(a->members[i].report_id, b->members[i].report_id);
    for (size_t i = 0; i < a->representative_count; i++)
        assert_int_equal(evidence_packed_report_id(hazard_representative(a, i)),
                         evidence_packed_report_id(hazard_representative(b, i)));
    assert_int_equal(hazard_extent_m(a), hazard_extent_m(b));
    for (int day = 0; day < 100 && a->member_count > 0; day += 9) {
        int64_t at = FIXTURE_START + day * FIXTURE_DAY;
        assert_int_equal(hazard_nearest_gap(a, at), hazard_nearest_gap(b, at));
    }
}

static void assert_same_index(const HazardStore *a, const HazardStore *b, World *world)
{
    BlockingKey keys[BLOCKING_KEYS_MAX];
    for (size_t r = 1; r <= REPORTS; r++) {
        if (world->reports[r].report_id == 0)
            continue;
        Evidence *evidence = evidence_of(&world->reports[r]);
        size_t count = blocking_index_keys(evidence, world->fixture.model, keys);
        for (size_t k = 0; k < count; k++) {
            HazardIds x;
            HazardIds y;
            ArenaMark mark = arena_mark(world->fixture.arena);
            bool more_x = hazard_store_find(a, keys[k].hash, 40, world->fixture.arena, &x);
            bool more_y = hazard_store_find(b, keys[k].hash, 40, world->fixture.arena, &y);
            assert_int_equal(more_x, more_y);
            assert_int_equal(x.count, y.count);
            assert_memory_equal(x.items, y.items, x.count * sizeof(uint32_t));
            arena_rewind(world->fixture.arena, mark);
        }
        free(evidence);
    }
}

/* Each member is in a case of its hazard that goes on, and each such case has members. */
static void assert_cases_fit(const Hazard *hazard)
{
    for (size_t i = 0; i < hazard->member_count; i++) {
        const HazardCase *of = hazard_case(hazard, hazard->members[i].case_id);
        assert_non_null(of);
        assert_int_equal(of->merged_into, 0);
        assert_true(of->opened_at <= hazard->members[i].event_at);
    }
    for (size_t i = 0; i < hazard->case_count; i++) {
        const HazardCase *of = &hazard->cases[i];
        assert_int_equal(hazard_count(hazard, of->case_id).reports > 0, of->merged_into == 0);
        assert_true(i == 0 || hazard->cases[i - 1].case_id < of->case_id);
        if (of->merged_into != 0)
            assert_non_null(hazard_case(hazard, of->merged_into));
    }
}

static void assert_as_rebuilt(World *world, const HazardStore *grown)
{
    HazardStore *store = rebuilt(world, grown);
    for (int64_t id = 1; id < world->fixture.counters.next_hazard; id++) {
        assert_same_hazard(hazard_store_get(grown, id), hazard_store_get(store, id));
        assert_cases_fit(hazard_store_get(grown, id));
    }
    for (size_t i = 1; i <= REPORTS; i++)
        if (world->reports[i].report_id != 0)
            assert_int_equal(hazard_store_of_report(grown, world->reports[i].report_id),
                             hazard_store_of_report(store, world->reports[i].report_id));
    assert_same_index(grown, store, world);
    hazard_store_free(store);
}

static int64_t any_hazard(World *world)
{
    HazardStore *store = world->fixture.lifecycle.store;
    for (;;) {
        int64_t id = 1 + (int64_t)draw(world, (uint32_t)world->fixture.counters.next_hazard - 1);
        if (hazard_store_get(store, id)->merged_into == 0)
            return id;
    }
}

static void add_report(World *world, int64_t report_id)
{
    Lifecycle *lifecycle = &world->fixture.lifecycle;
    Joined *report = &world->reports[report_id];
    *report =
        (Joined){report_id, world->next_order++, (int)draw(world, PLACES), (double)draw(world, 90)};
    int64_t to =
        world->fixture.counters.next_hazard > 1 && draw(world, 3) != 0 ? any_hazard(world) : 0;
    if (to != 0 && hazard_store_get(lifecycle->store, to)->bucket &&
        hazard_store_get(lifecycle->store, to)->member_count == HAZARD_BUCKET_MAX)
        to = 0;
    Hazard *hazard = to != 0 ? hazard_store_edit(lifecycle->store, to) : NULL;
    if (hazard == NULL) {
        int64_t twin =
            world->fixture.counters.next_hazard > 1 && draw(world, 3) == 0 ? any_hazard(world) : 0;
        hazard = lifecycle_open_hazard(lifecycle, twin);
        hazard->bucket = draw(world, 4) == 0;
    }
    HazardMember member = member_of(report);
    lifecycle_attach(lifecycle, hazard, &member, evidence_of(report));
}

static void join_some(World *world)
{
    HazardStore *store = world->fixture.lifecycle.store;
    int64_t body = any_hazard(world);
    int64_t part = any_hazard(world);
    const Hazard *whole = hazard_store_get(store, part);
    if (body == part || !hazard_is_whole(whole) || hazard_store_get(store, body)->bucket)
        return;
    JoinCause cause = {.reason = "rescored",
                       .report_id = whole->members[0].report_id,
                       .event_at = whole->members[0].event_at,
                       .first_decision = world->next_order};
    for (size_t i = 0; i < whole->representative_count; i++)
        world->reports[evidence_packed_report_id(hazard_representative(whole, i))].order =
            world->next_order++;
    lifecycle_join(&world->fixture.lifecycle, body, part, &cause);
}

static void move_some(World *world)
{
    HazardStore *store = world->fixture.lifecycle.store;
    int64_t from = any_hazard(world);
    int64_t to = any_hazard(world);
    const Hazard *bucket = hazard_store_get(store, from);
    if (from == to || !bucket->bucket || hazard_store_get(store, to)->bucket)
        return;
    int64_t report_id = bucket->members[draw(world, bucket->member_count)].report_id;
    JoinCause cause = {.reason = "located",
                       .report_id = report_id,
                       .event_at = bucket->members[0].event_at,
                       .first_decision = world->next_order};
    world->reports[report_id].order = world->next_order++;
    lifecycle_move(&world->fixture.lifecycle, report_id, to, &cause);
}

/* What was closed and came back, told of another place: known to be the same hazard later. */
static void an_episode_that_followed_within_the_window_reopened_the_first(void **state)
{
    Fixture fixture = fixture_new();
    (void)state;
    fixture_begin(&fixture);
    Lifecycle *lifecycle = &fixture.lifecycle;
    int64_t body = fixture_join(&fixture, 0, fixture_member(1, 3, 7, HOTLINE), HOTLINE);
    MemberChange done = {.status = 60,
                         .status_at = FIXTURE_START + 6 * FIXTURE_DAY,
                         .trapped = -1,
                         .injured = -1,
                         .dead = -1};
    assert_true(lifecycle_update(lifecycle, 1, &done));
    int64_t part = fixture_join(&fixture, 0, fixture_member(2, 20, 8, GRID), GRID);
    JoinCause cause = {.reason = "rescored",
                       .report_id = 2,
                       .event_at = FIXTURE_START + 21 * FIXTURE_DAY,
                       .first_decision = 9};
    Hazard *joined = lifecycle_join(lifecycle, body, part, &cause);
    assert_int_equal(lifecycle_episodes(joined), 1);
    assert_int_equal(joined->cases[0].reopened_count, 1);
    assert_int_equal(joined->cases[0].closed_at, INT64_MIN);
    assert_int_equal(fixture_count_events(&fixture, "reopened"), 1);
    size_t at = 0;
    while (!text_is(text_from(lifecycle->events.items[at].kind), "reopened"))
        at++;
    const CaseEvent *event = &lifecycle->events.items[at];
    assert_int_equal(event->case_id, joined->cases[0].case_id);
    assert_int_equal(event->report_id, 2);
    assert_int_equal(event->event_at, FIXTURE_START + 20 * FIXTURE_DAY);
    assert_string_equal(event->reason, "repeat_in_window");
    hazard_store_free(lifecycle->store);
    fixture_done(&fixture);
}

static void grows_as_it_would_be_rebuilt(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        World *world = calloc(1, sizeof *world);
        world->fixture = fixture_new();
        world->next_order = 1;
        world->seed = round * 7919 + 5;
        for (int64_t id = 1; id <= REPORTS;) {
            fixture_begin(&world->fixture);
            for (int i = 0; i < 20 && id <= REPORTS; i++, id++) {
                add_report(world, id);
                if (draw(world, 3) == 0)
                    join_some(world);
                if (draw(world, 2) == 0)
                    move_some(world);
            }
            if (id % 100 == 1)
                assert_as_rebuilt(world, world->fixture.lifecycle.store);
            hazard_store_merge(world->fixture.lifecycle.store);
            if (id % 100 == 1)
                assert_as_rebuilt(world, world->fixture.base);
        }
        fixture_done(&world->fixture);
        free(world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_episode_that_followed_within_the_window_reopened_the_first),
        cmocka_unit_test(grows_as_it_would_be_rebuilt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
