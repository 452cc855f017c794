/* What is known beforehand: names longest first, doors by their parts, assets by number and day, counts by site (linkage.md 1, 3). */
#include "base/text_builder.h"
#include "base/unicode.h"

#include "domain/address_fold.h"
#include "domain/datetime.h"
#include "domain/ledger.h"

#include "adapters/model_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct Fixture {
    Model *model;
    Ledger *ledger;
    Arena *arena;
} Fixture;

static int set_up(void **state)
{
    static Fixture fixture;
    Error error = {0};
    if (!model_file_load("deploy/model/onecase.cfg", &fixture.model, &error)) {
        print_error("%s\n", error.text);
        return -1;
    }
    fixture.ledger = ledger_new();
    fixture.arena = arena_new(65536);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    ledger_free(fixture->ledger);
    model_free(fixture->model);
    arena_free(fixture->arena);
    return 0;
}

static void add(Fixture *fixture, LedgerPlaceKind kind, const char *name, const char *parent)
{
    ledger_add_place(
        fixture->ledger, TEXT("9901"),
        &(LedgerPlace){.kind = kind, .name = text_from(name), .parent = text_from(parent)});
}

static void add_alias(Fixture *fixture, const char *name, const char *canonical)
{
    ledger_add_place(fixture->ledger, TEXT("9901"),
                     &(LedgerPlace){.kind = LEDGER_ALIAS,
                                    .name = text_from(name),
                                    .canonical = text_from(canonical)});
}

/* A door or POI with a point that tells which one it is. */
static void
add_at(Fixture *fixture, LedgerPlaceKind kind, const char *name, const char *parent, double lon)
{
    ledger_add_place(fixture->ledger, TEXT("9901"),
                     &(LedgerPlace){.kind = kind,
                                    .name = text_from(name),
                                    .parent = text_from(parent),
                                    .has_point = true,
                                    .point = {lon, 23.1, GEO_WGS84},
                                    .precision = 'A'});
}

static void
add_asset(Fixture *fixture, AssetKind kind, const char *id, const char *category, const char *place)
{
    ledger_add_asset(fixture->ledger, TEXT("9901"),
                     &(LedgerAsset){.kind = kind,
                                    .id = text_from(id),
                                    .category = text_from(category),
                                    .place = text_from(place)});
}

static const LedgerRegion *finish(Fixture *fixture)
{
    ledger_finish(fixture->ledger, fixture->model);
    const LedgerRegion *region = ledger_region(fixture->ledger, TEXT("9901"));
    assert_non_null(region);
    return region;
}

static const LedgerPlace *
longest(Fixture *fixture, const LedgerRegion *region, const char *text, size_t *length)
{
    Folded folded = address_fold(text_from(text), fixture->arena);
    return ledger_place_at(region, folded.codepoints, folded.count, length);
}

static void finds_the_longest_name_that_starts_there(void **state)
{
    static const struct {
        const char *text;
        const char *name; /* NULL: none */
    } CASES[] = {
        {"三元里大道12号", "三元里大道"},
        {"三元里的井盖", "三元里"},
        {"三元桥", NULL},
        {"建设", NULL},
        {"建设路", "建设路"},
        {"建设路北口", "建设路"},
        {"建设路小学门口", "建设路小学"},
        {"建设路小", "建设路"},
        {"Ａ座公寓楼下", "A座公寓"},
        {"a座公寓", "A座公寓"},
        {"大院里", "大院里"},
        {"大院", NULL},
        {"我住大院里", NULL},
        {"", NULL},
    };
    Fixture *fixture = *state;
    add(fixture, LEDGER_ESTATE, "三元里", NULL);
    add(fixture, LEDGER_ROAD, "三元里大道", NULL);
    add(fixture, LEDGER_ROAD, "建设路", NULL);
    add(fixture, LEDGER_POI, "建设路小学", "建设路");
    add(fixture, LEDGER_ESTATE, "ａ座公寓", NULL);
    add(fixture, LEDGER_ESTATE, "大院里", NULL);
    const LedgerRegion *region = finish(fixture);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        size_t length = 0;
        const LedgerPlace *place = longest(fixture, region, CASES[i].text, &length);
        if ((place == NULL) != (CASES[i].name == NULL) ||
            (place != NULL && (!text_is(place->name, CASES[i].name) ||
                               length != unicode_length(text_from(CASES[i].name)))))
            fail_msg("%s: got %.*s, %zu long", CASES[i].text,
                     TEXT_ARGS(place != NULL ? place->name : TEXT("nothing")), length);
    }
}

/* Every one of many names is found, and no prefix of it that is none. */
static void finds_every_name_of_many(void **state)
{
    enum { NAMES = 3000 };
    Fixture *fixture = *state;
    for (int i = 0; i < NAMES; i++)
        add(fixture, LEDGER_ESTATE,
            text_string(fixture->arena, text_format(fixture->arena, "甲%d乙苑%d号院", i % 37, i)),
            NULL);
    const LedgerRegion *region = finish(fixture);
    for (int i = 0; i < NAMES; i++) {
        Text name = text_format(fixture->arena, "甲%d乙苑%d号院", i % 37, i);
        const LedgerPlace *place = ledger_place(region, name);
        assert_non_null(place);
        assert_true(text_equal(place->name, name));
        assert_null(ledger_place(region, text_slice(name, 0, name.size - 3)));
    }
}

static void keeps_regions_apart_and_knows_nothing_of_none(void **state)
{
    Fixture *fixture = *state;
    size_t length;
    const uint32_t some[] = {0x7532, 0x4E59};
    Address address = {0};
    add(fixture, LEDGER_ESTATE, "锦绣花园", NULL);
    const LedgerRegion *region = finish(fixture);
    assert_non_null(ledger_place(region, TEXT("锦绣花园")));
    assert_null(ledger_region(fixture->ledger, TEXT("9902")));
    assert_null(ledger_region(NULL, TEXT("9901")));
    assert_null(ledger_place(NULL, TEXT("锦绣花园")));
    assert_null(ledger_place_at(NULL, some, 2, &length));
    assert_null(ledger_asset(NULL, ASSET_PLATE, TEXT("52341"), 0));
    assert_null(ledger_door(NULL, &address));
    assert_null(ledger_poi(NULL, TEXT("菜市场"), &address));
    assert_int_equal(ledger_sites(NULL, TEXT("A01"), TEXT("锦绣花园"), TEXT_ABSENT), 0);
    ledger_resolve(NULL, &address, fixture->arena);
    assert_true(address_is_empty(&address));
}

static double door_of(Fixture *fixture, const LedgerRegion *region, const char *text)
{
    Address address;
    address_parse_known(text_from(text), region, fixture->arena, &address);
    ledger_resolve(region, &address, fixture->arena);
    const LedgerPlace *door = ledger_door(region, &address);
    return door != NULL ? door->point.lon : 0;
}

/* However it is written: the parts of the address count. */
static void finds_doors_by_their_parts(void **state)
{
    static const struct {
        const char *text;
        double lon; /* 0: none */
    } CASES[] = {
        {"建设路128号", 1},
        {"建设路１２８号", 1},
        {"建设路128号3楼", 1},
        {"建设路129号", 0},
        {"建设路", 0},
        {"锦绣花园3幢", 2},
        {"锦绣花园3号楼2单元", 2},
        {"锦绣花园三号楼", 2},
        {"锦绣花园3、5幢", 0},
        {"锦绣花园5幢", 3},
        {"锦绣花园5幢2单元", 4},
        {"锦绣花园5幢1单元", 3},
        {"锦绣花园", 0},
        {"青松家园3幢", 0},
        {"甲路396弄3号", 5},
        {"乙花苑3幢", 0},
        {"锦绣花园3号楼对面", 0},
        {"大院里3号楼", 6},
    };
    Fixture *fixture = *state;
    add(fixture, LEDGER_ESTATE, "锦绣花园", NULL);
    add(fixture, LEDGER_ROAD, "建设路", NULL);
    add_at(fixture, LEDGER_DOOR, "建设路128号", "建设路", 1);
    add_at(fixture, LEDGER_DOOR, "3栋", "锦绣花园", 2);
    add_at(fixture, LEDGER_DOOR, "锦绣花园5号楼", NULL, 3);
    add_at(fixture, LEDGER_DOOR, "5幢2单元", "锦绣花园", 4);
    add_at(fixture, LEDGER_DOOR, "甲路396弄3号", NULL, 5);
    add(fixture, LEDGER_ESTATE, "大院里", NULL); /* no rule recognises it */
    add_at(fixture, LEDGER_DOOR, "3幢", "大院里", 6);
    const LedgerRegion *region = finish(fixture);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        double lon = door_of(fixture, region, CASES[i].text);
        if (lon < CASES[i].lon - .5 || lon > CASES[i].lon + .5)
            fail_msg("%s: got %g, not %g", CASES[i].text, lon, CASES[i].lon);
    }
    assert_null(ledger_place(region, TEXT("3栋"))); /* a 3栋 stands everywhere */
}

static void answers_no_door_where_several_are_the_same(void **state)
{
    Fixture *fixture = *state;
    add_at(fixture, LEDGER_DOOR, "建设路128号", NULL, 1);
    add_at(fixture, LEDGER_DOOR, "建设路１２８号", "建设路", 2);
    const LedgerRegion *region = finish(fixture);
    assert_true(door_of(fixture, region, "建设路128号") < .5);
}

static void calls_aliases_by_their_names(void **state)
{
    static const struct {
        const char *text;
        const char *standard;
    } CASES[] = {
        {"锦绣苑3幢", "锦绣花园3幢"},
        {"锦绣花园3幢", "锦绣花园3幢"},
        {"青松家园3幢", "青松家园3幢"},
    };
    Fixture *fixture = *state;
    add(fixture, LEDGER_ESTATE, "锦绣花园", NULL);
    add(fixture, LEDGER_ESTATE, "乙花苑", NULL);
    add_alias(fixture, "锦绣苑", "锦绣花园");
    add_alias(fixture, "甲路396弄", "乙花苑");
    add_alias(fixture, "建设路128号", "乙花苑");
    const LedgerRegion *region = finish(fixture);
    Address address;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        address_parse(text_from(CASES[i].text), fixture->arena, &address);
        ledger_resolve(region, &address, fixture->arena);
        Text standard = address_standard(&address, fixture->arena);
        if (!text_is(standard, CASES[i].standard))
            fail_msg("%s: got %.*s", CASES[i].text, TEXT_ARGS(standard));
    }
    address_parse(TEXT("甲路396弄3号"), fixture->arena, &address);
    ledger_resolve(region, &address, fixture->arena);
    assert_true(text_is(address.estate, "乙花苑"));
    assert_true(text_is(address.lane_no, "396"));
    address_parse(TEXT("建设路128号"), fixture->arena, &address);
    ledger_resolve(region, &address, fixture->arena);
    assert_true(text_is(address.estate, "乙花苑"));
}

/* An alias may stand for a lane that has no name: then the lane is what is compared. */
static void an_alias_may_stand_for_a_lane(void **state)
{
    Fixture *fixture = *state;
    Address address;
    add_alias(fixture, "乙花苑", "甲路396弄");
    const LedgerRegion *region = finish(fixture);
    address_parse(TEXT("乙花苑3幢"), fixture->arena, &address);
    ledger_resolve(region, &address, fixture->arena);
    assert_true(text_is(address.road, "甲路"));
    assert_true(text_is(address.lane_no, "396"));
    assert_int_equal(address.buildings.count, 1);
}

/* 二期 in a ledger is 2期 in an address. */
static void knows_phases_as_addresses_write_them(void **state)
{
    Fixture *fixture = *state;
    add(fixture, LEDGER_ESTATE, "锦绣花园二期", NULL);
    add_at(fixture, LEDGER_DOOR, "3幢", "锦绣花园二期", 7);
    add_alias(fixture, "锦绣二期", "锦绣花园二期");
    const LedgerRegion *region = finish(fixture);
    const LedgerPlace *estate = ledger_place(region, TEXT("锦绣花园二期"));
    assert_non_null(estate);
    assert_true(text_is(estate->canonical, "锦绣花园2期"));
    assert_non_null(ledger_place(region, TEXT("锦绣花园2期")));
    assert_true(text_is(ledger_place(region, TEXT("锦绣二期"))->canonical, "锦绣花园2期"));
    assert_true(door_of(fixture, region, "锦绣花园二期3号楼") > 6);
    assert_true(door_of(fixture, region, "锦绣花园2期3幢") > 6);
}

static void tells_landmarks_of_one_name_apart_by_their_site(void **state)
{
    Fixture *fixture = *state;
    Address address = {0};
    add(fixture, LEDGER_ROAD, "建设路", NULL);
    add(fixture, LEDGER_ROAD, "甲路", NULL);
    add_at(fixture, LEDGER_POI, "好味来餐馆", "建设路", 1);
    add_at(fixture, LEDGER_POI, "好味来餐馆", "甲路", 2);
    add_at(fixture, LEDGER_POI, "丙菜市场", "甲路", 3);
    const LedgerRegion *region = finish(fixture);
    assert_null(ledger_poi(region, TEXT("好味来餐馆"), &address));
    assert_non_null(ledger_poi(region, TEXT("丙菜市场"), &address));
    address.road = TEXT("甲路");
    assert_true(ledger_poi(region, TEXT("好味来餐馆"), &address)->point.lon > 1.5);
    address.road = TEXT("建设路");
    assert_null(ledger_poi(region, TEXT("丙菜市场"), &address)); /* it is elsewhere */
    const LedgerPlace *both = ledger_place(region, TEXT("好味来餐馆"));
    assert_false(both->has_point);
    assert_true(text_is_absent(both->parent));
}

static void knows_an_asset_on_its_days(void **state)
{
    Fixture *fixture = *state;
    int64_t noon = 0;
    LedgerAsset first = {.kind = ASSET_PLATE,
                         .id = TEXT("５２３５０"),
                         .place = TEXT("锦绣花园5幢"),
                         .valid_from = 20190501,
                         .valid_to = 20250301};
    LedgerAsset second = {.kind = ASSET_PLATE,
                          .id = TEXT("52350"),
                          .place = TEXT("青松家园1幢"),
                          .valid_from = 20250301};
    ledger_add_asset(fixture->ledger, TEXT("9901"), &second);
    ledger_add_asset(fixture->ledger, TEXT("9901"), &first);
    add_asset(fixture, ASSET_DEVICE, "js-0123", "E05", NULL);
    const LedgerRegion *region = finish(fixture);
    static const struct {
        const char *at;
        const char *place; /* NULL: not known */
    } CASES[] = {
        {"2019-04-30T12:00:00+08:00", NULL},          {"2019-05-01T00:00:00+08:00", "锦绣花园5幢"},
        {"2025-02-28T23:59:59+08:00", "锦绣花园5幢"}, {"2025-03-01T00:00:00+08:00", "青松家园1幢"},
        {"2026-11-26T12:00:00+08:00", "青松家园1幢"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        assert_true(datetime_from_iso(text_from(CASES[i].at), &noon));
        const LedgerAsset *asset = ledger_asset(region, ASSET_PLATE, TEXT("52350"), noon);
        assert_int_equal(asset == NULL, CASES[i].place == NULL);
        if (asset != NULL)
            assert_true(text_is(asset->place, CASES[i].place));
    }
    assert_non_null(ledger_asset(region, ASSET_DEVICE, TEXT("JS-0123"), noon));
    assert_null(ledger_asset(region, ASSET_PLATE, TEXT("JS-0123"), noon));
    assert_null(ledger_asset(region, ASSET_PLATE, TEXT("52351"), noon));
}

/* Crowding asks how many lifts stand in the estate: by plate or by equipment code, never twice. */
static void counts_things_of_a_family_by_site(void **state)
{
    Fixture *fixture = *state;
    add(fixture, LEDGER_ESTATE, "锦绣花园", NULL);
    add_alias(fixture, "锦绣苑", "锦绣花园");
    ledger_add_place(fixture->ledger, TEXT("9901"),
                     &(LedgerPlace){.kind = LEDGER_ESTATE, .name = TEXT("青松家园"), .sites = 12});
    add_asset(fixture, ASSET_PLATE, "52341", "A02", "锦绣花园3幢1单元");
    add_asset(fixture, ASSET_PLATE, "52342", NULL, "锦绣苑3号楼2单元");
    add_asset(fixture, ASSET_PLATE, "52343", "A02", "锦绣花园5幢");
    add_asset(fixture, ASSET_EQUIPMENT, "310099012019000017", NULL, "锦绣花园3幢1单元");
    add_asset(fixture, ASSET_COMPONENT, "9901010103000001", "E01", "建设路128号");
    add_asset(fixture, ASSET_COMPONENT, "9901010103000002", "E05", "建设路128号");
    add_asset(fixture, ASSET_COMPONENT, "9901010103000003", "E01", "建设路130号");
    add_asset(fixture, ASSET_COMPONENT, "9901010103000004", NULL, "建设路130号");
    const LedgerRegion *region = finish(fixture);
    static const struct {
        const char *family;
        const char *site;
        const char *building;
        int count;
    } CASES[] = {
        {"A01", "锦绣花园", NULL, 3}, {"A01", "锦绣花园", "3", 2}, {"A01", "锦绣花园", "5", 1},
        {"A01", "锦绣花园", "7", 0},  {"E01", "建设路", NULL, 2},  {"E01", "建设路", "128", 1},
        {"E05", "建设路", NULL, 1},   {"A01", "建设路", NULL, 0},  {"A01", "青松家园", NULL, 12},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        int count = ledger_sites(region, text_from(CASES[i].family), text_from(CASES[i].site),
                                 text_from(CASES[i].building));
        if (count != CASES[i].count)
            fail_msg("%s %s %s: got %d", CASES[i].family, CASES[i].site,
                     CASES[i].building != NULL ? CASES[i].building : "", count);
    }
}

#define TEST(name_) cmocka_unit_test_setup_teardown(name_, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(finds_the_longest_name_that_starts_there),
        TEST(finds_every_name_of_many),
        TEST(keeps_regions_apart_and_knows_nothing_of_none),
        TEST(finds_doors_by_their_parts),
        TEST(answers_no_door_where_several_are_the_same),
        TEST(calls_aliases_by_their_names),
        TEST(an_alias_may_stand_for_a_lane),
        TEST(knows_phases_as_addresses_write_them),
        TEST(tells_landmarks_of_one_name_apart_by_their_site),
        TEST(knows_an_asset_on_its_days),
        TEST(counts_things_of_a_family_by_site),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
