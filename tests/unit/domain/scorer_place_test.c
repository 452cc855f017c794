/* The levels of two places: addresses, points, and which of them decides (linkage.md 1, "Place"). */
#include "scorer_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *a, *b, *level, *veto;
    int32_t mb;
} ADDRESSES[] = {
    {"锦绣花园3幢2单元", "锦绣花园3号楼2单元", "P1", NULL, 20900},
    {"锦绣花园3幢701", "锦绣花园3幢2单元701室", "P1", NULL, 20900},
    {"锦绣花园3幢", "锦绣花园3幢2单元", "P2", NULL, 19900},
    {"锦绣花园3、5幢", "锦绣花园5幢", "P2", NULL, 19900},
    {"锦绣花园3幢2单元", "锦绣花园3幢1单元", "X1", "unit", 12500},
    {"锦绣花园3幢", "锦绣花园5幢", "X1", "building", 12500},
    {"锦绣花园", "锦绣花园5幢", "P4", NULL, 15500},
    {"锦绣花园", "锦绣花园", "P4", NULL, 15500},
    {"锦绣花园二期3幢", "锦绣花园3幢", "P2", NULL, 19900},
    {"锦绣花园二期3幢", "锦绣花园一期3幢", "X1", "building", 12500},
    {"锦绣花园3幢", "青松家园3幢", "X2", NULL, -6500},
    {"建设路128号", "建设路128号", "P2", NULL, 19900},
    {"建设路128号", "建设路130号", "X1", "building", 12500},
    {"建设路128号", "建设路", "P5", NULL, 14000},
    {"建设路128-2号", "建设路128号", "P5", NULL, 14000}, /* a part of the door */
    {"建设路128-2号", "建设路128-3号", "X1", "building", 12500},
    {"建设路128号", "人民路128号", "X2", NULL, -6500},
    {"南京西路1号", "南京东路1号", "X2", NULL, -6500},
    {"甲和路396弄5号", "甲和路396弄5号", "P2", NULL, 19900},
    {"甲和路396弄5号", "甲和路396弄6号", "X1", "building", 12500},
    {"甲和路396弄5号", "甲和路396弄", "P4", NULL, 15500},
    {"建设路与人民路路口", "人民路与建设路交叉口", "P3", NULL, 17500},
    {"建设路与人民路路口", "建设路与和平路路口", "X2", NULL, -6500},
    {"建设路与人民路路口", "建设路", "P5", NULL, 14000},
    {"锦绣花园东门", "锦绣花园东门", "P3", NULL, 17500},
    {"青松小学门口", "青松小学门口", "P3", NULL, 17500},
    /* a landmark with houses is a site */
    {"星河广场5幢", "星河广场5号楼2单元", "P2", NULL, 19900},
    {"星河广场5幢3单元", "星河广场15幢3单元", "X1", "building", 12500},
    /* the estate's gate and the estate's building: no contradiction */
    {"建设路128号", "建设路128号锦绣花园3幢", "P4", NULL, 15500},
    /* a road's number and an estate's building are two names, never X */
    {"甲和路396弄", "乙和苑3幢", "P0", NULL, 0},
    {"建设路128号", "锦绣花园3幢", "P0", NULL, 0},
    /* a unit without its building: another one is another place, in this building or that */
    {"锦绣花园2单元", "锦绣花园3幢1单元", "X1", "unit", 12500},
    {"锦绣花园2单元", "锦绣花园3幢2单元", "P4", NULL, 15500},
    /* a relation: at most P3; another building is another place, and a veto only at the very building */
    {"锦绣花园3幢对面", "锦绣花园3幢", "P3", NULL, 17500},
    {"锦绣花园3幢对面", "锦绣花园5幢", "X1", NULL, 12500},
    {"锦绣花园3幢楼下", "锦绣花园3幢", "P3", NULL, 17500},
    {"锦绣花园3幢楼下", "锦绣花园5幢", "X1", "building", 12500},
    {"锦绣花园3幢楼下", "锦绣花园5幢对面", "X1", NULL, 12500},
    {"建设路128号对面", "建设路130号", "P5", NULL, 14000},
    {"建设路128号门口", "建设路129号", "P5", NULL, 14000},
    {"建设路128号对面", "建设路132号", "X1", NULL, 12500},
    {"建设路128号门口", "建设路132号", "X1", "building", 12500},
    /* a floor without a building never vetoes */
    {"锦绣花园3楼", "锦绣花园5幢", "P4", NULL, 15500},
    /* buildings without an estate prove nothing alone, but another one is another place */
    {"3幢2单元", "锦绣花园3幢2单元", "P0", NULL, 0},
    {"3幢2单元", "锦绣花园13幢2单元", "X1", "building", 12500},
    {"3幢", "5幢", "X1", "building", 12500},
    {"", "锦绣花园", "P0", NULL, 0},
};

static void finds_the_level_of_two_addresses(void **state)
{
    for (size_t i = 0; i < sizeof ADDRESSES / sizeof ADDRESSES[0]; i++) {
        Evidence a = fixture_evidence(*state, "C03", ADDRESSES[i].a);
        Evidence b = fixture_evidence(*state, "C03", ADDRESSES[i].b);
        for (int turn = 0; turn < 2; turn++) {
            Score score = turn == 0 ? fixture_compare(*state, &a, &b, fixture_facts(0))
                                    : fixture_compare(*state, &b, &a, fixture_facts(0));
            const ScoreItem *place = fixture_find(&score, "place");
            bool veto = ADDRESSES[i].veto != NULL;
            if (strcmp(place->level, ADDRESSES[i].level) != 0 ||
                place->weight_mb != ADDRESSES[i].mb || score.veto_count != (size_t)veto ||
                (veto && strcmp(score.vetoes[0], ADDRESSES[i].veto) != 0))
                fail_msg("%s / %s: want %s, got %s %d with %zu vetoes", ADDRESSES[i].a,
                         ADDRESSES[i].b, ADDRESSES[i].level, place->level, (int)place->weight_mb,
                         score.veto_count);
        }
    }
}

static void finds_the_level_of_two_points(void **state)
{
    /* F06: R 150, e of C and C 113, exact 50. E05: R 15 (half of 30). B01: area, R 200. */
    static const struct {
        const char *code;
        double metres;
        char a, b;
        const char *level;
        int32_t mb;
    } CASES[] = {
        {"F06", 50, 'C', 'C', "P6", 19000},
        {"F06", 51, 'C', 'C', "P7", 17500},
        {"F06", 263, 'C', 'C', "P7", 17500},
        {"F06", 264, 'C', 'C', "P8", 8500},
        {"F06", 526, 'C', 'C', "P8", 8500},
        {"F06", 527, 'C', 'C', "X2", -6500},
        {"B01", 600, 'C', 'C', "P8", 14000},
        {"B01", 313, 'C', 'C', "P7", 17500},
        {"F06", 300, 'D', 'B', "P9", 10500},
        {"F06", 5000, 'E', 'B', "X2", -6500},
        {"E05", 7, 'A', 'A', "P6", 19000},
        {"E05", 20, 'A', 'A', "P7", 17500},
        /* e above R: one level lower, but not in area scope */
        {"E05", 10, 'B', 'B', "P7", 17500},
        {"E05", 40, 'B', 'B', "P8", 8500},
        {"E05", 80, 'B', 'B', "P0", 0},
        {"B01", 60, 'D', 'D', "P9", 10500},
        /* never joined by radius */
        {"J03", 1, 'A', 'A', "P0", 0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence a = fixture_evidence(*state, CASES[i].code, "");
        Evidence b = fixture_evidence(*state, CASES[i].code, "");
        fixture_set_point(&a, CASES[i].metres, CASES[i].a);
        fixture_set_point(&b, 0, CASES[i].b);
        HazardFacts facts = fixture_facts(3 * HOUR);
        Score score = fixture_compare(*state, &a, &b, facts);
        const ScoreItem *place = fixture_find(&score, "place");
        if (strcmp(place->level, CASES[i].level) != 0 || place->weight_mb != CASES[i].mb)
            fail_msg("%s at %g m: want %s %d, got %s %d", CASES[i].code, CASES[i].metres,
                     CASES[i].level, (int)CASES[i].mb, place->level, (int)place->weight_mb);
    }
}

static void smoke_reaches_further_in_the_first_two_hours(void **state)
{
    Evidence a = fixture_evidence(*state, "C01", "");
    Evidence b = fixture_evidence(*state, "C01", "");
    fixture_set_point(&a, 500, 'B');
    fixture_set_point(&b, 0, 'B');
    Score score = fixture_compare(*state, &a, &b, fixture_facts(2 * HOUR));
    assert_string_equal(score.place_level, "P7");
    score = fixture_compare(*state, &a, &b, fixture_facts(2 * HOUR + 1));
    assert_string_equal(score.place_level, "X2");
}

/* A gas hazard whose members lie up to `extent_m` around the origin. */
static HazardFacts facts_of_area(const Fixture *fixture, const char *code, int32_t extent_m)
{
    HazardFacts facts = fixture_facts(0);
    facts.worst_class = model_class(fixture->model, text_from(code));
    facts.anchor = (GeoPoint){110.0, 39.0, GEO_WGS84};
    facts.anchor_precision = 'B';
    facts.extent_m = extent_m;
    return facts;
}

static void an_area_reaches_as_far_as_its_extent(void **state)
{
    /* B01: R 200, e of B and B 42, exact 66; C01: R 500 in the first two hours. `from` the anchor; the member lies 300
     * before the report. */
    static const struct {
        const char *report, *hazard, *level;
        double from;
        int32_t extent_m;
    } CASES[] = {
        {"B01", "B01", "P7", 242, 0},
        {"B01", "B01", "P8", 243, 0},
        {"B01", "B01", "P7", 422, 180},
        {"B01", "B01", "P8", 423, 180},
        {"B01", "B01", "P8", 844, 180},
        {"B01", "B01", "X2", 845, 180},
        {"B01", "B01", "P6", 66, 180},
        {"C01", "C01", "P7", 722, 180},
        /* confusable with it and of another family: near a member (R 300 and 500) or not at all */
        {"I02", "C01", "P7", 2000, 180},
        {"B05", "B01", "P7", 2000, 180},
        /* of its family, and no area */
        {"E02", "E06", "P8", 2000, 180},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence a = fixture_evidence(*state, CASES[i].report, "");
        Evidence b = fixture_evidence(*state, CASES[i].hazard, "");
        fixture_set_point(&a, CASES[i].from, 'B');
        fixture_set_point(&b, CASES[i].from - 300, 'B');
        HazardFacts facts = facts_of_area(*state, CASES[i].hazard, CASES[i].extent_m);
        Score score = fixture_compare(*state, &a, &b, facts);
        if (strcmp(score.place_level, CASES[i].level) != 0)
            fail_msg("%s to %s at %g: want %s, got %s", CASES[i].report, CASES[i].hazard,
                     CASES[i].from, CASES[i].level, score.place_level);
    }
}

static void the_spot_of_a_member_is_near_enough(void **state)
{
    Evidence a = fixture_evidence(*state, "B01", "");
    Evidence b = fixture_evidence(*state, "B01", "");
    fixture_set_point(&a, 600, 'B');
    fixture_set_point(&b, 590, 'B');
    Score score = fixture_compare(*state, &a, &b, facts_of_area(*state, "B01", 100));
    assert_string_equal(score.place_level, "P6");
    assert_true(text_is(fixture_find(&score, "place")->report_value, "10米"));
}

static void a_member_without_a_point_stands_for_its_area(void **state)
{
    Evidence a = fixture_evidence(*state, "B01", "青松家园3幢");
    Evidence b = fixture_evidence(*state, "B01", "锦绣花园5幢");
    fixture_set_point(&a, 230, 'B');
    Score score = fixture_compare(*state, &a, &b, facts_of_area(*state, "B01", 180));
    const ScoreItem *place = fixture_find(&score, "place");
    assert_string_equal(place->level, "P7");
    assert_true(text_is(place->report_value, "距锚点230米"));
    assert_true(text_is(place->hazard_value, "范围180米"));
}

/* Geocoded, a point says no more than its address; held against an area it does. */
static void a_geocoded_point_counts_for_an_area(void **state)
{
    Evidence a = fixture_evidence(*state, "B01", "青松家园3幢");
    Evidence b = fixture_evidence(*state, "B01", "锦绣花园5幢");
    fixture_set_point(&a, 230, 'B');
    fixture_set_point(&b, 0, 'B');
    a.point_derived = b.point_derived = true;
    assert_string_equal(fixture_compare(*state, &a, &b, fixture_facts(0)).place_level, "X2");
    Score score = fixture_compare(*state, &a, &b, facts_of_area(*state, "B01", 180));
    assert_string_equal(score.place_level, "P7");
}

static void lets_the_finer_side_decide(void **state)
{
    static const struct {
        const char *code, *a, *b;
        double metres;
        const char *level;
        int32_t coarser;
    } CASES[] = {
        /* a building beats the point, which agrees or not */
        {"C03", "锦绣花园3幢", "锦绣花园3幢", 60, "P2", 1000},
        {"C03", "锦绣花园3幢", "锦绣花园3幢", 900, "P2", -4000},
        {"C03", "锦绣花园3幢", "锦绣花园5幢", 10, "X1", 0},
        /* a point beats estate and road */
        {"E05", "建设路", "建设路", 80, "P0", 1000},
        {"E05", "建设路", "建设路", 5, "P7", 1000},
        {"E05", "建设路", "建设路", 400, "X2", -4000},
        {"E05", "建设路", "人民路", 5, "X2", 0},
        {"C03", "锦绣花园", "锦绣花园3幢", 30, "P7", 1000},
        /* in area scope the point decides; another building of the estate agrees */
        {"B01", "锦绣花园3幢", "锦绣花园5幢", 100, "P7", 1000},
        {"B01", "锦绣花园3幢", "青松家园5幢", 100, "P7", -4000},
        {"B01", "锦绣花园3幢", "锦绣花园3幢", 2000, "X2", -4000},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence a = fixture_evidence(*state, CASES[i].code, CASES[i].a);
        Evidence b = fixture_evidence(*state, CASES[i].code, CASES[i].b);
        fixture_set_point(&a, CASES[i].metres, 'B');
        fixture_set_point(&b, 0, 'B');
        Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
        int32_t coarser = 0;
        for (size_t j = 0; j < score.count; j++)
            if (strncmp(score.items[j].level, "coarser", 7) == 0)
                coarser = score.items[j].weight_mb;
        if (strcmp(score.place_level, CASES[i].level) != 0 || coarser != CASES[i].coarser)
            fail_msg("%s / %s at %g m: want %s %d, got %s %d", CASES[i].a, CASES[i].b,
                     CASES[i].metres, CASES[i].level, (int)CASES[i].coarser, score.place_level,
                     (int)coarser);
        assert_int_equal(score.flag_count, CASES[i].coarser < 0 ? 1 : 0);
    }
}

/* Each level takes away the log of its own kind of site; what the ledger knows counts where it is more. */
static void crowds_by_the_site_that_both_name(void **state)
{
    const PlaceSites live = {.building = 2, .door = 4, .estate = 16, .road = 8};
    static const struct {
        const char *a, *b, *level, *site;
        int32_t crowd;
    } CASES[] = {
        {"锦绣花园3幢", "锦绣花园3幢2单元", "P2", "building", -1000},
        {"锦绣花园3幢2单元", "锦绣花园3幢2单元", "P1", NULL, 0},
        {"建设路128号", "建设路128号", "P2", "door", -2000},
        {"锦绣花园", "锦绣花园3幢", "P4", "estate", -4000},
        {"建设路", "建设路128号", "P5", "road", -3000},
        {"锦绣花园东门", "锦绣花园东门", "P3", NULL, 0},
        {"锦绣花园3幢对面", "锦绣花园5幢", "X1", NULL, 0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence a = fixture_evidence(*state, "C03", CASES[i].a);
        Evidence b = fixture_evidence(*state, "C03", CASES[i].b);
        HazardFacts facts = fixture_facts(0);
        facts.crowd = live;
        for (int by_ledger = 0; by_ledger < 2; by_ledger++) {
            if (by_ledger == 1) { /* the same sites, known beforehand and none in trouble */
                facts.crowd = (PlaceSites){.building = 1};
                a.ledger_sites = live;
            }
            Score score = fixture_compare(*state, &a, &b, facts);
            int32_t crowd = 0;
            assert_string_equal(score.place_level, CASES[i].level);
            for (size_t j = 0; j < score.count; j++)
                if (strcmp(score.items[j].level, "crowded") == 0) {
                    crowd = score.items[j].weight_mb;
                    assert_true(text_is(score.items[j].report_value, CASES[i].site));
                }
            assert_int_equal(crowd, CASES[i].crowd);
        }
    }
}

/* A lane is an estate without a name: what is live at its number crowds it. */
static void crowds_a_lane_by_its_number(void **state)
{
    Evidence a = fixture_evidence(*state, "C03", "甲和路396弄");
    Evidence b = fixture_evidence(*state, "C03", "甲和路396弄5号");
    HazardFacts facts = fixture_facts(0);
    facts.crowd = (PlaceSites){.door = 4};
    Score score = fixture_compare(*state, &a, &b, facts);
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P4", 15500},
                   {"place", "crowded", -2000}, {"class", "same_leaf", 3100},
                   {"gap", "le_1d", 2000});
}

/* Callers give their own building: it is none of a lamp, and most likely that of a lift. */
static void a_callers_own_building_is_no_place_of_a_lamp(void **state)
{
    static const struct {
        const char *code, *a, *b, *level, *veto;
    } CASES[] = {
        {"E05", "我住锦绣花园3幢", "我住锦绣花园5幢", "P4", NULL},
        {"E05", "我住锦绣花园3幢", "锦绣花园5幢", "P4", NULL},
        {"E05", "我住锦绣花园3幢", "我住锦绣花园3幢", "P3", NULL},
        {"E05", "我住锦绣花园3幢", "青松家园5幢", "P0", NULL},
        {"E05", "锦绣花园3幢", "锦绣花园5幢", "X1", "building"},
        {"A02", "我住锦绣花园3幢", "我住锦绣花园5幢", "X1", "building"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence a = fixture_evidence(*state, CASES[i].code, CASES[i].a);
        Evidence b = fixture_evidence(*state, CASES[i].code, CASES[i].b);
        Score score = fixture_compare(*state, &a, &b, fixture_facts(0));
        if (strcmp(score.place_level, CASES[i].level) != 0)
            fail_msg("%s / %s: want %s, got %s", CASES[i].a, CASES[i].b, CASES[i].level,
                     score.place_level);
        fixture_expect_vetoes(&score, CASES[i].veto);
    }
}

/* "3号楼对面的井盖": precision D, for the point is that of 3号楼. */
static void a_geocoded_relation_is_coarse(void **state)
{
    Evidence a = fixture_evidence(*state, "E01", "锦绣花园3幢对面");
    Evidence b = fixture_evidence(*state, "E01", "");
    fixture_set_point(&a, 10, 'A');
    fixture_set_point(&b, 0, 'A');
    Score score = fixture_compare(*state, &a, &b, fixture_facts(0));
    assert_string_equal(score.place_level, "P6");
    a.point_derived = true;
    score = fixture_compare(*state, &a, &b, fixture_facts(0));
    fixture_expect_level(&score, "place", "P9", 10500);
}

static void ignores_a_point_geocoded_from_the_address(void **state)
{
    Evidence a = fixture_evidence(*state, "C03", "锦绣花园3幢");
    Evidence b = fixture_evidence(*state, "C03", "锦绣花园3幢");
    fixture_set_point(&a, 900, 'C');
    fixture_set_point(&b, 0, 'B');
    a.point_derived = true;
    Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P2", 19900},
                   {"class", "same_leaf", 3100}, {"gap", "le_1d", 2000});
}

static void community_alone_is_coarse(void **state)
{
    Evidence a = fixture_evidence(*state, "C03", "");
    Evidence b = fixture_evidence(*state, "C03", "锦绣花园3幢");
    a.community_code = b.community_code = TEXT("990101001001");
    Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "place", "P9", 10500);
    b.community_code = TEXT("990101001002");
    score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "place", "X2", -6500);
    b.community_code = TEXT("990101001");
    score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "place", "P0", 0);
}

static void building_without_estate_needs_the_community(void **state)
{
    Evidence a = fixture_evidence(*state, "A02", "3幢2单元");
    Evidence b = fixture_evidence(*state, "A02", "锦绣花园3幢2单元");
    a.community_code = b.community_code = TEXT("990101001001");
    Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "place", "P2", 19900); /* one level below P1 */
    b = fixture_evidence(*state, "A02", "锦绣花园5幢2单元");
    b.community_code = TEXT("990101001001");
    score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "place", "X1", 12500);
    fixture_expect_vetoes(&score, "building");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_level_of_two_addresses),
        cmocka_unit_test(finds_the_level_of_two_points),
        cmocka_unit_test(smoke_reaches_further_in_the_first_two_hours),
        cmocka_unit_test(an_area_reaches_as_far_as_its_extent),
        cmocka_unit_test(the_spot_of_a_member_is_near_enough),
        cmocka_unit_test(a_member_without_a_point_stands_for_its_area),
        cmocka_unit_test(a_geocoded_point_counts_for_an_area),
        cmocka_unit_test(lets_the_finer_side_decide),
        cmocka_unit_test(crowds_by_the_site_that_both_name),
        cmocka_unit_test(crowds_a_lane_by_its_number),
        cmocka_unit_test(a_callers_own_building_is_no_place_of_a_lamp),
        cmocka_unit_test(a_geocoded_relation_is_coarse),
        cmocka_unit_test(ignores_a_point_geocoded_from_the_address),
        cmocka_unit_test(community_alone_is_coarse),
        cmocka_unit_test(building_without_estate_needs_the_community),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
