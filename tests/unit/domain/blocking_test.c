/*
 * Pairs that may be one hazard share a key: a property over random points and addresses, for every class. "May be" is
 * what the scorer says, so both are tested against each other.
 */
#include "scorer_fixture.h"

#include "base/text_builder.h"

#include "domain/blocking.h"
#include "domain/scorer_place.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static double fraction(uint32_t *seed)
{
    return next(seed) / 16777216.0;
}

/* The member is indexed, the report asks: which kinds they share. */
static unsigned shared_kinds(const Fixture *fixture, const Evidence *report, const Evidence *member)
{
    BlockingKey asked[BLOCKING_KEYS_MAX];
    BlockingKey indexed[BLOCKING_KEYS_MAX];
    size_t asked_count = blocking_query_keys(report, fixture->model, asked);
    size_t indexed_count = blocking_index_keys(member, fixture->model, indexed);
    unsigned kinds = 0;
    for (size_t i = 0; i < asked_count; i++)
        for (size_t j = 0; j < indexed_count; j++)
            if (asked[i].hash == indexed[j].hash) {
                assert_int_equal(asked[i].kind, indexed[j].kind);
                kinds |= 1u << asked[i].kind;
            }
    return kinds;
}

static bool shares(const Fixture *fixture, const Evidence *a, const Evidence *b, BlockingKind kind)
{
    return (shared_kinds(fixture, a, b) & (1u << kind)) != 0;
}

/* Points of precision A to C within R + e lie in one tile or in neighbours, from 18 to 53 degrees north. */
static void near_points_share_a_tile(void **state)
{
    const Fixture *fixture = *state;
    uint32_t seed = 11;
    size_t tried = 0;
    for (size_t i = 0; i < fixture->model->class_count; i++) {
        const HazardClass *category = &fixture->model->classes[i];
        if (category->radius_m == 0)
            continue;
        Evidence a = fixture_evidence(fixture, "A02", "");
        a.category = category;
        a.has_point = true;
        a.precision = 'C';
        Evidence b = a;
        int32_t radius = category->radius_m > category->first_radius_m ? category->radius_m
                                                                       : category->first_radius_m;
        for (int round = 0; round < 400; round++, tried++) {
            double reach = (radius + 113) * fraction(&seed);
            double angle = 6.283185307 * fraction(&seed);
            a.point = (GeoPoint){75 + 60 * fraction(&seed), 18 + 35 * fraction(&seed), GEO_WGS84};
            b.point = a.point;
            b.point.lat += reach * sin(angle) / 111196;
            b.point.lon += reach * cos(angle) / (111196 * cos(a.point.lat * 0.017453293));
            if (geo_distance_m(a.point, b.point) > radius + 113)
                continue;
            assert_true(shares(fixture, &a, &b, BLOCK_TILE));
        }
    }
    assert_true(tried > 10000);
}

static void far_points_share_no_tile(void **state)
{
    const Fixture *fixture = *state;
    Evidence a = fixture_evidence(fixture, "E01", "");
    Evidence b = fixture_evidence(fixture, "E01", "");
    fixture_set_point(&a, 0, 'B');
    fixture_set_point(&b, 1000, 'B');
    assert_false(shares(fixture, &a, &b, BLOCK_TILE));
    b = fixture_evidence(fixture, "J03", ""); /* never joined by radius */
    fixture_set_point(&b, 0, 'B');
    assert_int_equal(shared_kinds(fixture, &a, &b), 0);
    assert_int_equal(shared_kinds(fixture, &b, &b), 0);
}

static void append(TextBuilder *out, uint32_t number, const char *counter)
{
    builder_int(out, number);
    builder_string(out, counter);
}

/* An address of a very small city, so that pairs often agree. */
static Text random_address(uint32_t *seed, Arena *arena)
{
    static const char *const ROADS[] = {"建设路", "人民路", "和平路"};
    static const char *const ESTATES[] = {"锦绣花园", "青松家园", "锦绣花园二期"};
    TextBuilder out = builder_new(arena);
    uint32_t form = next(seed) % 8;
    if (form == 0) {
        builder_string(&out, ROADS[next(seed) % 2]);
        builder_string(&out, "与和平路路口");
        return builder_view(&out);
    }
    if (form < 5) {
        builder_string(&out, ROADS[next(seed) % 3]);
        if (form == 1)
            append(&out, 300 + next(seed) % 2, "弄");
        if (form == 2 || form == 3)
            append(&out, 10 + next(seed) % 3, "号");
        if (form < 3)
            return builder_view(&out);
    }
    if (form != 4)
        builder_string(&out, ESTATES[next(seed) % 3]);
    if (next(seed) % 3 != 0 && form != 4)
        append(&out, 1 + next(seed) % 3, "幢");
    if (next(seed) % 3 == 0 && form > 4)
        builder_string(&out, "东门");
    return builder_view(&out);
}

/* Whatever two addresses of one family reach by levels P1 to P5, or X1 in area scope, a key proposes. */
static void comparable_addresses_share_a_key(void **state)
{
    const Fixture *fixture = *state;
    static const char *const CODES[] = {"A02", "A01", "C01", "C02", "E06", "G02",
                                        "B01", "B03", "F01", "F03", "H01"};
    enum { CODE_COUNT = sizeof CODES / sizeof CODES[0] };
    Arena *arena = arena_new(64 * 1024);
    uint32_t seed = 5;
    size_t levels[PLACE_LEVELS] = {0};
    for (int round = 0; round < 80000; round++) {
        const char *code = CODES[next(&seed) % CODE_COUNT];
        const char *other = CODES[next(&seed) % CODE_COUNT];
        Evidence a = fixture_evidence(fixture, code, "");
        Evidence b = fixture_evidence(fixture, other, "");
        if (!text_equal(a.category->family, b.category->family))
            continue;
        address_parse(random_address(&seed, arena), arena, &a.address);
        address_parse(random_address(&seed, arena), arena, &b.address);
        PlaceFinding finding = scorer_place_addresses(&a.address, &b.address);
        levels[finding.level]++;
        bool proposed = shared_kinds(fixture, &a, &b) != 0;
        bool positive = finding.level != PLACE_P0 && finding.level != PLACE_X2;
        if (positive && !proposed)
            fail_msg("%.*s and %.*s share no key", TEXT_ARGS(address_standard(&a.address, arena)),
                     TEXT_ARGS(address_standard(&b.address, arena)));
        arena_reset(arena);
    }
    for (PlaceLevel level = PLACE_P2; level <= PLACE_P5; level++)
        if (levels[level] < 50)
            fail_msg("%s was tried only %zu times", model_place_name(level), levels[level]);
    assert_true(levels[PLACE_X1] > 50);
    arena_free(arena);
}

static void keys_of_each_kind(void **state)
{
    const Fixture *fixture = *state;
    Evidence a = fixture_evidence(fixture, "A02", "锦绣花园3幢");
    Evidence b = fixture_evidence(fixture, "A01", "锦绣花园3号楼2单元");
    assert_true(shares(fixture, &a, &b, BLOCK_BUILDING));
    assert_true(shares(fixture, &a, &b, BLOCK_ESTATE));
    b = fixture_evidence(fixture, "H01", "锦绣花园5幢"); /* another family, another building */
    assert_int_equal(shared_kinds(fixture, &a, &b), 0);

    a = fixture_evidence(fixture, "C03", "建设路128号");
    b = fixture_evidence(fixture, "E01", "建设路128号");
    assert_true(shares(fixture, &a, &b, BLOCK_DOOR));
    assert_false(shares(fixture, &a, &b, BLOCK_ROAD));

    fixture_add_asset(&a, ASSET_PLATE, "12345", true);
    fixture_add_asset(&b, ASSET_PLATE, "12345", false);
    assert_true(shares(fixture, &a, &b, BLOCK_ASSET));
    b.assets[0].kind = ASSET_DEVICE;
    assert_false(shares(fixture, &a, &b, BLOCK_ASSET));

    a = fixture_evidence(fixture, "A02", "");
    b = fixture_evidence(fixture, "A02", "");
    Text quoted = TEXT("YZ1");
    b.record_no = TEXT("YZ1");
    a.quoted_nos = (TextList){&quoted, 1};
    assert_true(shares(fixture, &a, &b, BLOCK_RECORD));
    a.quoted_nos.count = 0;
    a.origin_no = TEXT("YZ1"); /* a copy of it */
    assert_true(shares(fixture, &a, &b, BLOCK_RECORD));

    a.reporter = b.reporter = TEXT("1:0123456789abcdef0123456789abcdef");
    a.origin_no = TEXT_ABSENT;
    assert_true(shares(fixture, &a, &b, BLOCK_REPORTER));
    b.reporter = TEXT("2:0123456789abcdef0123456789abcdef");
    assert_int_equal(shared_kinds(fixture, &a, &b), 0);
    b.reporter_before = a.reporter; /* while keys rotate */
    assert_true(shares(fixture, &a, &b, BLOCK_REPORTER));
    assert_true(shares(fixture, &b, &a, BLOCK_REPORTER));
    a.reporter_staff = b.reporter_staff = true;
    assert_int_equal(shared_kinds(fixture, &a, &b), 0);

    a = fixture_shop(fixture, "", "91990101MA0TERT08C");
    assert_true(shares(fixture, &a, &a, BLOCK_PARTY));
    a.category = model_class(fixture->model, TEXT("A02")); /* a property company is no place */
    assert_int_equal(shared_kinds(fixture, &a, &a), 0);
}

static void building_without_its_estate_is_found_by_community(void **state)
{
    const Fixture *fixture = *state;
    Evidence sited = fixture_evidence(fixture, "A02", "锦绣花园3幢");
    Evidence bare = fixture_evidence(fixture, "A02", "3幢");
    Evidence other = fixture_evidence(fixture, "A02", "青松家园3幢");
    sited.community_code = bare.community_code = other.community_code = TEXT("990101001001");
    assert_true(shares(fixture, &sited, &bare, BLOCK_BUILDING));
    assert_true(shares(fixture, &bare, &sited, BLOCK_BUILDING));
    assert_true(shares(fixture, &bare, &bare, BLOCK_BUILDING));
    assert_int_equal(shared_kinds(fixture, &sited, &other), 0);
    bare.community_code = TEXT("990101001002");
    assert_int_equal(shared_kinds(fixture, &sited, &bare), 0);
}

/* Whether a key of the kind is shared that does more than show the latest. */
static bool is_met(const Fixture *fixture, const Evidence *report, const Evidence *member)
{
    BlockingKey asked[BLOCKING_KEYS_MAX];
    BlockingKey indexed[BLOCKING_KEYS_MAX];
    size_t asked_count = blocking_query_keys(report, fixture->model, asked);
    size_t indexed_count = blocking_index_keys(member, fixture->model, indexed);
    for (size_t i = 0; i < asked_count; i++)
        for (size_t j = 0; j < indexed_count; j++)
            if (asked[i].hash == indexed[j].hash && !asked[i].latest_only)
                return true;
    return false;
}

/* Who names another building or number can only be shown; whoever does not contradict is met. */
static void other_numbers_are_only_shown(void **state)
{
    static const struct {
        const char *code, *report, *member;
        bool shown, met;
    } CASES[] = {
        {"A02", "锦绣花园3幢", "锦绣花园5幢", true, false},
        {"A02", "锦绣花园3幢", "锦绣花园3幢", true, true},
        {"A02", "锦绣花园3幢", "锦绣花园", true, true},
        {"A02", "锦绣花园", "锦绣花园5幢", true, true},
        {"A02", "锦绣花园3幢", "锦绣花园5幢对面", true, true},
        {"A02", "锦绣花园3幢对面", "锦绣花园5幢", true, true},
        {"B01", "锦绣花园3幢", "锦绣花园5幢", true, true}, /* gas goes round corners */
        {"C02", "锦绣花园3幢", "锦绣花园5幢", true, true}, /* C01 is of its family */
        {"E01", "建设路3号", "建设路5号", true, false},
        {"E01", "建设路3号", "建设路", true, true},
        {"E01", "建设路3号", "建设路396弄", true, true},
        {"E01", "建设路396弄", "建设路398弄", true, false},
        {"E01", "建设路3号", "建设路与人民路路口", true, true},
        {"E01", "建设路3号", "建设路5号对面", true, true},
        {"E01", "建设路3号", "人民路3号", false, false},
    };
    const Fixture *fixture = *state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence report = fixture_evidence(fixture, CASES[i].code, CASES[i].report);
        Evidence member = fixture_evidence(fixture, CASES[i].code, CASES[i].member);
        if ((shared_kinds(fixture, &report, &member) != 0) != CASES[i].shown ||
            is_met(fixture, &report, &member) != CASES[i].met)
            fail_msg("%s of %s and %s", CASES[i].code, CASES[i].report, CASES[i].member);
    }
}

/* A lamp at another number is nothing to tell a report of a manhole. */
static void other_families_at_other_numbers_are_not_even_shown(void **state)
{
    const Fixture *fixture = *state;
    Evidence a = fixture_evidence(fixture, "E03", "建设路3号");
    Evidence b = fixture_evidence(fixture, "E02", "建设路5号");
    assert_true(text_equal(a.category->kin, b.category->kin));
    Evidence bare = fixture_evidence(fixture, "C03", "锦绣花园3幢");
    Evidence kin = fixture_evidence(fixture, "C04", "锦绣花园5幢");
    assert_true(text_equal(bare.category->kin, kin.category->kin));
    assert_int_equal(shared_kinds(fixture, &bare, &kin), 0);
    kin = fixture_evidence(fixture, "C04", "锦绣花园");
    assert_true(is_met(fixture, &bare, &kin));
    assert_true(is_met(fixture, &a, &b)); /* a family with an area class */
}

static void those_of_no_known_class_meet_all(void **state)
{
    const Fixture *fixture = *state;
    Evidence lamp = fixture_evidence(fixture, "E05", "建设路3号");
    Evidence other = fixture_evidence(fixture, "J03", "建设路");
    Evidence doubtful = fixture_evidence(fixture, "F05", "建设路");
    doubtful.category_confidence = 40;
    assert_true(is_met(fixture, &lamp, &other));
    assert_true(is_met(fixture, &other, &lamp));
    assert_true(is_met(fixture, &lamp, &doubtful));
    assert_true(is_met(fixture, &doubtful, &lamp));
    assert_true(is_met(fixture, &doubtful, &other));
    doubtful.category_confidence = 90;
    assert_int_equal(shared_kinds(fixture, &lamp, &doubtful), 0);
    fixture_set_point(&lamp, 0, 'B');
    fixture_set_point(&doubtful, 100, 'B');
    assert_int_equal(shared_kinds(fixture, &lamp, &doubtful), 0);
    doubtful.category_confidence = 40;
    doubtful.address = (Address){.road = TEXT_ABSENT};
    assert_true(shares(fixture, &lamp, &doubtful, BLOCK_TILE));
    assert_true(shares(fixture, &doubtful, &lamp, BLOCK_TILE));
}

/* Nothing but the community, or a point from a base station, joins the first calls about a burst. */
static void bursts_meet_by_community_and_coarse_points(void **state)
{
    const Fixture *fixture = *state;
    Evidence a = fixture_evidence(fixture, "E06", "");
    Evidence b = fixture_evidence(fixture, "E06", "");
    Evidence slow = fixture_evidence(fixture, "E01", "");
    a.community_code = b.community_code = slow.community_code = TEXT("990101001001");
    assert_true(shares(fixture, &a, &b, BLOCK_COMMUNITY));
    assert_int_equal(shared_kinds(fixture, &slow, &slow), 0);
    b.community_code = TEXT("990101001002");
    assert_int_equal(shared_kinds(fixture, &a, &b), 0);
    b.grid_code = a.grid_code = TEXT("990101001001005");
    assert_true(shares(fixture, &a, &b, BLOCK_COMMUNITY));
    a.grid_code = TEXT_ABSENT;
    fixture_set_point(&a, 0, 'E');
    fixture_set_point(&b, 1900, 'E');
    assert_true(shares(fixture, &a, &b, BLOCK_TILE));
}

/* Points of families that may be joined or related, within the reach of either. */
static void near_points_of_partners_share_a_tile(void **state)
{
    const Fixture *fixture = *state;
    const Model *model = fixture->model;
    uint32_t seed = 23;
    for (size_t i = 0; i < model->pair_count; i++) {
        const ClassPair *pair = &model->pairs[i];
        if (pair->a->radius_m == 0 || pair->b->radius_m == 0)
            continue;
        Evidence a = fixture_evidence(fixture, "A02", "");
        a.has_point = true;
        a.precision = 'C';
        Evidence b = a;
        a.category = pair->a;
        b.category = pair->b;
        int32_t reach = (pair->a->radius_m > pair->b->radius_m ? pair->a : pair->b)->radius_m + 113;
        for (int round = 0; round < 300; round++) {
            double angle = 6.283185307 * fraction(&seed);
            double far = reach * fraction(&seed);
            a.point = (GeoPoint){75 + 60 * fraction(&seed), 18 + 35 * fraction(&seed), GEO_WGS84};
            b.point = a.point;
            b.point.lat += far * sin(angle) / 111196;
            b.point.lon += far * cos(angle) / (111196 * cos(a.point.lat * 0.017453293));
            if (geo_distance_m(a.point, b.point) > reach)
                continue;
            assert_true(shares(fixture, &a, &b, BLOCK_TILE));
            assert_true(shares(fixture, &b, &a, BLOCK_TILE));
        }
    }
}

/* Gas and chemical smell may be confused: the query looks for both families, in one grid of tiles. */
static void query_reaches_confusable_families(void **state)
{
    const Fixture *fixture = *state;
    Evidence a = fixture_evidence(fixture, "B01", "锦绣花园");
    Evidence b = fixture_evidence(fixture, "B05", "锦绣花园");
    assert_true(shares(fixture, &a, &b, BLOCK_ESTATE));
    fixture_set_point(&a, 0, 'B');
    fixture_set_point(&b, 400, 'B');
    assert_true(shares(fixture, &a, &b, BLOCK_TILE));
}

static void has_no_doubles_and_keeps_the_limit(void **state)
{
    const Fixture *fixture = *state;
    Evidence a = fixture_evidence(fixture, "C01", "建设路与人民路路口");
    Evidence b = fixture_evidence(fixture, "C01", "锦绣花园1-16幢");
    Text quoted[60];
    char numbers[60][8];
    for (int i = 0; i < 60; i++) {
        snprintf(numbers[i], sizeof numbers[i], "YZ%d", i);
        quoted[i] = text_from(numbers[i]);
    }
    a.address.estate = b.address.estate;
    a.address.buildings = b.address.buildings;
    a.quoted_nos = (TextList){quoted, 60};
    a.community_code = TEXT("990101001001");
    fixture_set_point(&a, 0, 'B');
    BlockingKey keys[BLOCKING_KEYS_MAX];
    size_t count = blocking_query_keys(&a, fixture->model, keys);
    assert_int_equal(count, BLOCKING_KEYS_MAX);
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            assert_true(keys[i].hash != keys[j].hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_points_share_a_tile),
        cmocka_unit_test(far_points_share_no_tile),
        cmocka_unit_test(comparable_addresses_share_a_key),
        cmocka_unit_test(keys_of_each_kind),
        cmocka_unit_test(building_without_its_estate_is_found_by_community),
        cmocka_unit_test(other_numbers_are_only_shown),
        cmocka_unit_test(other_families_at_other_numbers_are_not_even_shown),
        cmocka_unit_test(those_of_no_known_class_meet_all),
        cmocka_unit_test(bursts_meet_by_community_and_coarse_points),
        cmocka_unit_test(near_points_of_partners_share_a_tile),
        cmocka_unit_test(query_reaches_confusable_families),
        cmocka_unit_test(has_no_doubles_and_keeps_the_limit),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
