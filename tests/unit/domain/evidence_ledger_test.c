/* What the ledger adds to a report's evidence, and which numbers of the text it vouches for (linkage.md 1 to 3). */
#include "domain/evidence.h"
#include "domain/ledger.h"
#include "domain/model_data.h"

#include "adapters/model_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t NOON = INT64_C(1790000000000000);
static const GeoPoint HERE = {112.9, 23.2, GEO_WGS84};

typedef struct Fixture {
    Model *model;
    Arena *scratch;
} Fixture;

static void
add_place(Ledger *ledger, LedgerPlaceKind kind, const char *name, const char *parent, double lon)
{
    ledger_add_place(ledger, TEXT("9901"),
                     &(LedgerPlace){.kind = kind,
                                    .name = text_from(name),
                                    .parent = text_from(parent),
                                    .has_point = lon > 0,
                                    .point = {lon, 23.1, GEO_WGS84},
                                    .precision = 'A'});
}

static void add_asset(Ledger *ledger,
                      AssetKind kind,
                      const char *id,
                      const char *category,
                      const char *place,
                      double lon)
{
    ledger_add_asset(ledger, TEXT("9901"),
                     &(LedgerAsset){.kind = kind,
                                    .id = text_from(id),
                                    .category = text_from(category),
                                    .place = text_from(place),
                                    .has_point = lon > 0,
                                    .point = {lon, 23.1, GEO_WGS84},
                                    .precision = 'A'});
}

static Ledger *make_ledger(const Model *model)
{
    Ledger *ledger = ledger_new();
    add_place(ledger, LEDGER_ESTATE, "锦绣花园", NULL, 0);
    add_place(ledger, LEDGER_ESTATE, "青松家园", NULL, 0);
    add_place(ledger, LEDGER_ESTATE, "大院里", NULL, 0);
    add_place(ledger, LEDGER_ROAD, "建设路", NULL, 0);
    add_place(ledger, LEDGER_DOOR, "建设路128号", "建设路", 112.81);
    add_place(ledger, LEDGER_DOOR, "3幢", "锦绣花园", 112.82);
    add_place(ledger, LEDGER_DOOR, "5幢", "锦绣花园", 112.83);
    add_place(ledger, LEDGER_POI, "好味来菜市场", "建设路", 112.84);
    ledger_add_place(ledger, TEXT("9901"),
                     &(LedgerPlace){.kind = LEDGER_ALIAS,
                                    .name = TEXT("锦绣苑"),
                                    .canonical = TEXT("锦绣花园")});
    add_asset(ledger, ASSET_PLATE, "52341", "A02", "锦绣花园3幢1单元", 112.851);
    add_asset(ledger, ASSET_PLATE, "52342", "A02", "锦绣花园3幢2单元", 112.852);
    add_asset(ledger, ASSET_PLATE, "52360", "A02", "青松家园1幢", 0);
    add_asset(ledger, ASSET_EQUIPMENT, "310099012019000017", NULL, "锦绣花园3幢2单元", 0);
    add_asset(ledger, ASSET_COMPONENT, "9901010103000001", "E01", "建设路128号", 112.853);
    add_asset(ledger, ASSET_DEVICE, "JS-0123", "E05", "建设路130号", 112.854);
    add_asset(ledger, ASSET_DEVICE, "90017", "E05", "建设路132号", 112.855);
    ledger_finish(ledger, model);
    return ledger;
}

static int set_up(void **state)
{
    static Fixture fixture;
    Error error = {0};
    if (!model_file_load("deploy/model/onecase.cfg", &fixture.model, &error)) {
        print_error("%s\n", error.text);
        return -1;
    }
    fixture.model->ledger = make_ledger(fixture.model);
    fixture.scratch = arena_new(64 * 1024);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    model_free(fixture->model);
    arena_free(fixture->scratch);
    return 0;
}

static Report report_of(const char *category, const char *address, const char *body)
{
    Report report;
    report_init(&report);
    report.record_no = TEXT("R1");
    report.reported_at = NOON;
    report.category = text_from(category);
    report.category_confidence = 90;
    report.address = text_from(address);
    report.body = text_from(body);
    return report;
}

static Evidence *build_in(const Fixture *fixture, const Report *report, Text region)
{
    EvidenceOrigin origin = {TEXT("H12345"), region, 5, NOON};
    return evidence_new(report, &origin, fixture->model, fixture->scratch);
}

static Evidence *build(const Fixture *fixture, const Report *report)
{
    return build_in(fixture, report, TEXT("9901"));
}

static void assert_at(const Evidence *evidence, double lon, char precision)
{
    assert_true(evidence->has_point);
    assert_true(evidence->point.lon > lon - 1e-9 && evidence->point.lon < lon + 1e-9);
    assert_int_equal(evidence->precision, precision);
}

/* A report that names nothing but the plate is in the lift's building. */
static void an_asset_says_building_and_point(void **state)
{
    Report report = report_of("A02", NULL, "电梯停运");
    report.lift_plate = TEXT("52342");
    Evidence *evidence = build(*state, &report);
    assert_true(text_is(evidence->place_text, "锦绣花园3幢2单元"));
    assert_at(evidence, 112.852, 'A');
    assert_true(evidence->point_derived); /* address and point are one fact */
    assert_true(evidence->assets[0].valid);
    evidence_free(evidence);

    report = report_of("A02", NULL, "电梯停运，梯牌52342");
    evidence = build(*state, &report);
    assert_true(text_is(evidence->place_text, "锦绣花园3幢2单元"));
    assert_false(evidence->assets[0].structured);
    assert_true(evidence->assets[0].valid);
    evidence_free(evidence);

    report = report_of("A02", "锦绣花园", "电梯停运，梯牌52342");
    evidence = build(*state, &report);
    assert_true(text_is(evidence->place_text, "锦绣花园3幢2单元"));
    assert_false(evidence->point_derived);
    evidence_free(evidence);
}

static void another_region_knows_nothing_of_it(void **state)
{
    Report report = report_of("A02", NULL, "电梯停运");
    report.lift_plate = TEXT("52342");
    Evidence *evidence = build_in(*state, &report, TEXT("9902"));
    assert_true(text_is_empty(evidence->place_text));
    assert_false(evidence->has_point);
    assert_false(evidence->assets[0].valid);
    evidence_free(evidence);
}

/* Wrong house numbers are common; a number misread out of a text is too. */
static void what_the_report_says_of_its_place_stays(void **state)
{
    Report report = report_of("A02", "青松家园7幢", "电梯停运");
    report.lift_plate = TEXT("52342");
    report.point = (ReportPoint){HERE, GEO_WGS84, 'C'};
    Evidence *evidence = build(*state, &report);
    assert_true(text_is(evidence->place_text, "青松家园7幢"));
    assert_false(evidence->assets[0].valid);
    assert_at(evidence, 112.852, 'A'); /* of a field of its own: the lift is where it is */
    evidence_free(evidence);

    report.lift_plate = TEXT_ABSENT;
    report.body = TEXT("电梯停运，梯牌52342");
    evidence = build(*state, &report);
    assert_true(text_is(evidence->place_text, "青松家园7幢"));
    assert_false(evidence->assets[0].valid);
    assert_at(evidence, HERE.lon, 'C');
    evidence_free(evidence);
}

static void the_callers_home_yields_to_the_asset(void **state)
{
    Report report = report_of("A02", NULL, "我住青松家园5幢，梯牌52341的电梯坏了");
    Evidence *evidence = build(*state, &report);
    assert_true(text_is(evidence->place_text, "锦绣花园3幢1单元"));
    assert_int_equal(evidence->address.role, PLACE_HAZARD);
    evidence_free(evidence);
}

static void a_door_says_its_point(void **state)
{
    static const struct {
        const char *category, *address, *body;
        double lon; /* 0: none */
        char precision;
    } CASES[] = {
        {"E01", "建设路128号", "井盖破损", 112.81, 'A'},
        {"E01", "建设路130号", "井盖破损", 0, 0},
        {"A02", "锦绣花园3号楼2单元", "停运", 112.82, 'A'},
        {"A02", "锦绣苑3号楼", "停运", 112.82, 'A'},
        {"E01", "锦绣花园3号楼对面", "井盖破损", 112.82, 'D'},
        {"E01", NULL, "我住锦绣花园3幢，路上井盖破损", 0, 0},
        {"B01", NULL, "我住锦绣花园3幢，闻到燃气味", 112.82, 'A'},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Report report = report_of(CASES[i].category, CASES[i].address, CASES[i].body);
        Evidence *evidence = build(*state, &report);
        if (evidence->has_point != (CASES[i].lon > 0))
            fail_msg("case %zu: %s point", i, evidence->has_point ? "a" : "no");
        if (CASES[i].lon > 0) {
            assert_at(evidence, CASES[i].lon, CASES[i].precision);
            assert_true(evidence->point_derived);
        }
        evidence_free(evidence);
    }
}

/* The report's own point is another fact than its address; one that was geocoded from the address is not. */
static void a_door_replaces_only_what_was_geocoded(void **state)
{
    Fixture *fixture = *state;
    Report report = report_of("E01", "建设路128号", "井盖破损");
    report.point = (ReportPoint){HERE, GEO_WGS84, 'C'};
    Evidence *evidence = build(fixture, &report);
    assert_at(evidence, HERE.lon, 'C');
    assert_false(evidence->point_derived);
    evidence_free(evidence);
    report_add_flag(&report, fixture->scratch, TEXT("point_geocoded"));
    evidence = build(fixture, &report);
    assert_at(evidence, 112.81, 'A');
    assert_true(evidence->point_derived);
    evidence_free(evidence);
}

static void a_landmark_says_road_and_point(void **state)
{
    Report report = report_of("H01", NULL, "卖变质猪肉");
    report.place_name = TEXT("好味来菜市场");
    Evidence *evidence = build(*state, &report);
    assert_true(text_is(evidence->address.road, "建设路"));
    assert_true(text_is(evidence->address.poi, "好味来菜市场"));
    assert_at(evidence, 112.84, 'A');
    evidence_free(evidence);
}

/* No rule of grammar takes 大院里 for an estate. */
static void a_known_name_stands_for_a_site(void **state)
{
    Report report = report_of("A02", "大院里3幢", "停运");
    Evidence *evidence = build(*state, &report);
    assert_true(text_is(evidence->address.estate, "大院里"));
    assert_int_equal(evidence->address.buildings.count, 1);
    evidence_free(evidence);
    report = report_of("C03", NULL, "反映大院里楼道堆物");
    evidence = build(*state, &report);
    assert_true(text_is(evidence->address.estate, "大院里"));
    evidence_free(evidence);
}

static void counts_what_stands_there(void **state)
{
    Report report = report_of("A02", "锦绣花园3幢", "停运");
    Evidence *evidence = build(*state, &report);
    assert_int_equal(evidence->ledger_sites.estate, 2);
    assert_int_equal(evidence->ledger_sites.building, 2);
    assert_int_equal(evidence->ledger_sites.road, 0);
    evidence_free(evidence);
    report = report_of("E05", "建设路130号", "灯不亮");
    evidence = build(*state, &report);
    assert_int_equal(evidence->ledger_sites.road, 2);
    assert_int_equal(evidence->ledger_sites.door, 1);
    evidence_free(evidence);
}

/* Words beside it, shape and ledger say whose a number is. */
static void tells_whose_a_number_of_the_text_is(void **state)
{
    static const struct {
        const char *category, *body;
        AssetKind kind; /* ASSET_NONE: no asset */
        const char *id;
        bool valid;
    } CASES[] = {
        {"A02", "电梯编号：52341，停运", ASSET_PLATE, "52341", true},
        {"A02", "电梯编号：59999，停运", ASSET_PLATE, "59999", false},
        {"A02", "52341号电梯停运", ASSET_PLATE, "52341", true}, /* the ledger and 梯 beside it */
        {"A02", "59999号电梯停运", ASSET_NONE, NULL, false},
        {"A02", "已经打了52341次电话", ASSET_NONE, NULL, false},
        {"A02", "设备代码310099012019000017的电梯", ASSET_EQUIPMENT, "310099012019000017", true},
        {"A02", "设备代码310099012019000018的电梯", ASSET_EQUIPMENT, "310099012019000018", false},
        {"A02", "310099012019000017这台停运", ASSET_EQUIPMENT, "310099012019000017", true},
        {"A02", "310099012019000018这台停运", ASSET_NONE, NULL, false},
        {"E01", "9901010103000001号井盖破损", ASSET_COMPONENT, "9901010103000001", true},
        {"E01", "工单号9901010103000001催办", ASSET_NONE, NULL, false},
        {"E01", "2026112200010001催办", ASSET_NONE, NULL, false}, /* no province begins with 20 */
        {"E05", "灯杆编号js-0123不亮", ASSET_DEVICE, "JS-0123", true},
        {"E05", "JS-0123不亮", ASSET_DEVICE, "JS-0123", true},
        {"E05", "JS-9999不亮", ASSET_NONE, NULL, false},
        {"E05", "灯杆编号JS-9999不亮", ASSET_DEVICE, "JS-9999", false},
        {"E05", "电梯编号90017", ASSET_DEVICE, "90017", true}, /* the ledger outranks the word */
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Report report = report_of(CASES[i].category, NULL, CASES[i].body);
        Evidence *evidence = build(*state, &report);
        const Asset *asset = evidence->asset_count > 0 ? &evidence->assets[0] : NULL;
        bool right = CASES[i].kind == ASSET_NONE
                         ? asset == NULL
                         : asset != NULL && asset->kind == CASES[i].kind &&
                               text_is(asset->id, CASES[i].id) && asset->valid == CASES[i].valid &&
                               !asset->structured;
        if (!right)
            fail_msg("%s: got %d %.*s", CASES[i].body, asset != NULL ? (int)asset->kind : 0,
                     TEXT_ARGS(asset != NULL ? asset->id : TEXT("nothing")));
        evidence_free(evidence);
    }
}

/* A slot may hold another kind than its name says. */
static void the_ledger_says_what_a_field_holds(void **state)
{
    Report report = report_of("E05", NULL, "灯不亮");
    report.component_code = TEXT("90017");
    Evidence *evidence = build(*state, &report);
    assert_int_equal(evidence->assets[0].kind, ASSET_DEVICE);
    assert_true(evidence->assets[0].valid);
    evidence_free(evidence);
    report.component_code = TEXT("52341"); /* a plate, whatever the class says */
    evidence = build(*state, &report);
    assert_int_equal(evidence->assets[0].kind, ASSET_PLATE);
    evidence_free(evidence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_asset_says_building_and_point),
        cmocka_unit_test(another_region_knows_nothing_of_it),
        cmocka_unit_test(what_the_report_says_of_its_place_stays),
        cmocka_unit_test(the_callers_home_yields_to_the_asset),
        cmocka_unit_test(a_door_says_its_point),
        cmocka_unit_test(a_door_replaces_only_what_was_geocoded),
        cmocka_unit_test(a_landmark_says_road_and_point),
        cmocka_unit_test(a_known_name_stands_for_a_site),
        cmocka_unit_test(counts_what_stands_there),
        cmocka_unit_test(tells_whose_a_number_of_the_text_is),
        cmocka_unit_test(the_ledger_says_what_a_field_holds),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
