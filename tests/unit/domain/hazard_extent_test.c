/* How far an area hazard reaches: from when it is known, the percentile, the cap, the anchor that never moves. */
#include "hazard_fixture.h"

#include "domain/hazard_extent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HOTLINE TEXT("H12345")

static const HazardClass GAS = {.code = {"B01", 3},
                                .family = {"B01", 3},
                                .group = 'B',
                                .scope = SCOPE_AREA,
                                .radius_m = 200,
                                .cap_m = 300,
                                .recurrence_days = 7,
                                .colour = 2,
                                .burst = true};

static const double METRE = 1 / 111195.08; /* degrees of latitude */

/* A hazard in a store of its own, and whose reports come next. */
typedef struct Smell {
    Fixture fixture;
    HazardStore *store;
    Hazard *hazard;
    int64_t next_report;
} Smell;

static int set_up(void **state)
{
    Smell *smell = test_calloc(1, sizeof *smell);
    smell->fixture = fixture_new();
    smell->store = smell->fixture.base;
    smell->hazard = hazard_store_create(smell->store, 1);
    smell->next_report = 1;
    *state = smell;
    return 0;
}

static int tear_down(void **state)
{
    Smell *smell = *state;
    fixture_done(&smell->fixture);
    test_free(smell);
    return 0;
}

/* Somebody reports from `metres` north; precision 0: without a point. */
static Evidence *told(const Smell *smell, double metres, char precision)
{
    Evidence *evidence = fixture_evidence(smell->next_report, HOTLINE, &GAS);
    evidence->has_point = precision != 0;
    evidence->point = (GeoPoint){110.0, 39.0 + metres * METRE, GEO_WGS84};
    evidence->precision = precision;
    return evidence;
}

static void take(Smell *smell, Evidence *evidence, uint64_t reporter)
{
    HazardMember member = fixture_member(smell->next_report++, 1, reporter, HOTLINE);
    member.category = evidence->category;
    hazard_store_add(smell->store, smell->hazard, &member, evidence, smell->fixture.model);
}

/* Each by another person. */
static void take_all(Smell *smell, const double *metres, size_t count)
{
    for (size_t i = 0; i < count; i++)
        take(smell, told(smell, metres[i], 'B'), (uint64_t)smell->next_report);
}

static void needs_three_located_members(void **state)
{
    Smell *smell = *state;
    take(smell, told(smell, 0, 'B'), 1);
    take(smell, told(smell, 0, 0), 2);
    take(smell, told(smell, 90, 'C'), 3);
    take(smell, told(smell, 80, 'D'), 4); /* not sure */
    assert_int_equal(hazard_extent_m(smell->hazard), -1);
    take(smell, told(smell, 50, 'A'), 5);
    assert_int_equal(hazard_extent_m(smell->hazard), 90);
}

static void needs_three_people(void **state)
{
    Smell *smell = *state;
    for (int i = 0; i < 4; i++)
        take(smell, told(smell, i * 20, 'B'), 1);
    take(smell, told(smell, 10, 'B'), 2);
    assert_int_equal(hazard_extent_m(smell->hazard), -1);
    take(smell, told(smell, 0, 0), 3); /* the third says no place */
    assert_int_equal(hazard_extent_m(smell->hazard), 40);
}

static void unknown_people_count_as_one_each(void **state)
{
    Smell *smell = *state;
    for (int i = 0; i < 3; i++)
        take(smell, told(smell, i * 20, 'B'), 0);
    assert_int_equal(hazard_extent_m(smell->hazard), 40);
}

/* Nearest rank: the anchor's own 0 is one of them. */
static void is_the_75th_percentile(void **state)
{
    static const int32_t WANT[] = {-1, -1, 20, 20, 30, 40, 50, 50, 60, 70, 80, 80};
    Smell *smell = *state;
    for (size_t i = 0; i < sizeof WANT / sizeof WANT[0]; i++) {
        double metres = (double)i * 10;
        take_all(smell, &metres, 1);
        assert_int_equal(hazard_extent_m(smell->hazard), WANT[i]);
    }
}

static void the_order_behind_the_anchor_does_not_matter(void **state)
{
    static const double ORDERS[][6] = {
        {0, 150, 20, 90, 240, 60}, {0, 20, 60, 90, 150, 240}, {0, 240, 150, 90, 60, 20}};
    Smell *smell = *state;
    for (size_t i = 0; i < 3; i++) {
        smell->hazard = hazard_store_create(smell->store, (int64_t)i + 2);
        take_all(smell, ORDERS[i], 6);
        assert_int_equal(hazard_extent_m(smell->hazard), 150);
    }
}

static void is_capped_by_the_class(void **state)
{
    Smell *smell = *state;
    take_all(smell, (const double[]){0, 299, 299}, 3);
    assert_int_equal(hazard_extent_m(smell->hazard), 299);
    take_all(smell, (const double[]){4000, 90000, 90000, 90000}, 4);
    assert_int_equal(hazard_extent_m(smell->hazard), 300);
}

static void assert_anchor(const Smell *smell, double metres, char precision)
{
    GeoPoint point;
    char found;
    assert_true(hazard_extent_anchor(smell->hazard, &point, &found));
    assert_int_equal(found, precision);
    assert_true(geo_distance_m(point, (GeoPoint){110.0, 39.0 + metres * METRE, GEO_WGS84}) < 0.1);
}

/* Twenty members more than are kept for comparison, each surer than the first. */
static void the_anchor_is_the_first_sure_point_and_never_moves(void **state)
{
    Smell *smell = *state;
    Evidence *beside = told(smell, 700, 'B');
    beside->point_derived = true;
    beside->address.relation = TEXT("对面");
    take(smell, told(smell, 900, 'D'), 1);
    take(smell, beside, 2);
    take(smell, told(smell, 40, 'C'), 3);
    GeoPoint point;
    char precision;
    assert_false(hazard_extent_anchor(smell->hazard, &point, &precision));
    for (int i = 0; i < 20; i++) {
        take(smell, told(smell, i, 'A'), 4 + (uint64_t)i);
        if (i > 0)
            assert_anchor(smell, 40, 'C');
    }
    assert_int_equal(hazard_extent_m(smell->hazard), 35); /* of 0 and 21 to 40: the 16th of 21 */
}

static void only_areas_have_one(void **state)
{
    Smell *smell = *state;
    for (int i = 0; i < 4; i++) {
        Evidence *lift = told(smell, i * 10, 'B');
        lift->category = &FIXTURE_LIFT;
        take(smell, lift, 10 + (uint64_t)i);
    }
    assert_null(smell->hazard->extent);
    assert_int_equal(hazard_extent_m(smell->hazard), -1);
}

/* The class is that of the worst member: it may become an area, and cease to be one. */
static void follows_the_class_of_the_hazard(void **state)
{
    Smell *smell = *state;
    for (int i = 0; i < 4; i++) {
        Evidence *lamp = told(smell, i * 10, 'B');
        lamp->category = &FIXTURE_LAMP;
        take(smell, lamp, 10 + (uint64_t)i);
    }
    assert_int_equal(hazard_extent_m(smell->hazard), -1);
    take_all(smell, (const double[]){50}, 1);
    assert_int_equal(hazard_extent_m(smell->hazard), 30); /* of 0, 10, 20, 30, 50 */
    Evidence *trapped = told(smell, 60, 'B');
    trapped->category = &FIXTURE_TRAPPED;
    take(smell, trapped, 20);
    assert_int_equal(hazard_extent_m(smell->hazard), -1);
}

static void a_bucket_has_none(void **state)
{
    Smell *smell = *state;
    smell->hazard->bucket = true;
    take_all(smell, (const double[]){0, 10, 20, 30}, 4);
    assert_int_equal(hazard_extent_m(smell->hazard), -1);
}

static void an_overlay_has_a_copy_of_its_own(void **state)
{
    Smell *smell = *state;
    take_all(smell, (const double[]){0, 10, 20}, 3);
    Hazard *before = smell->hazard;
    smell->store = hazard_store_new(smell->fixture.base);
    smell->hazard = hazard_store_edit(smell->store, 1);
    take_all(smell, (const double[]){100, 100, 100, 100, 100}, 5);
    assert_int_equal(hazard_extent_m(smell->hazard), 100);
    assert_int_equal(hazard_extent_m(before), 20);
    hazard_store_free(smell->store);
    assert_int_equal(hazard_extent_m(hazard_store_get(smell->fixture.base, 1)), 20);
}

#define EXTENT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EXTENT_TEST(needs_three_located_members),
        EXTENT_TEST(needs_three_people),
        EXTENT_TEST(unknown_people_count_as_one_each),
        EXTENT_TEST(is_the_75th_percentile),
        EXTENT_TEST(the_order_behind_the_anchor_does_not_matter),
        EXTENT_TEST(is_capped_by_the_class),
        EXTENT_TEST(the_anchor_is_the_first_sure_point_and_never_moves),
        EXTENT_TEST(only_areas_have_one),
        EXTENT_TEST(follows_the_class_of_the_hazard),
        EXTENT_TEST(a_bucket_has_none),
        EXTENT_TEST(an_overlay_has_a_copy_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
