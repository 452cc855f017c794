/*
 * The numbered examples of linkage.md 1 from the reports themselves: what the departments wrote goes through evidence_new,
 * and every addend of the score must be there. Expectations stand on the page; the wording was chosen to lie in the band of
 * likeness that the example names. What a hazard as a whole adds (gap, members, other sites) is given by hand; section
 * heads say where an example leaves a reading open (scorer_test.c has the same on evidence made by hand).
 */
#include "scorer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const int64_t NOON = INT64_C(1790000000000000);

/* Likeness .17 to .30. */
static const char CALLER_ON_LIFT[] = "电梯停运三天了，老人上下楼很吃力，没有人来修";
static const char GRID_ON_LIFT[] = "巡查发现电梯停运，住户上下楼不方便，物业称等配件";
static const char DINER[] = "在店里吃饭时发现饭菜里有头发，老板态度很差";
static const char OTHER_DINER[] = "饭菜里有虫子，跟老板说了也不承认";
/* .30 to .50 */
static const char PASSER_BY[] = "工地晚上还在施工，现场没有防护，走路的人差点掉进去";
static const char OTHER_PASSER_BY[] = "工地门口没有警示灯，晚上走路看不见，现场也没有防护";

static const char HEAD_OFFICE[] = "91990101MA0TERT08C";

static Report report_of(const char *category, const char *address, const char *body)
{
    Report report;
    report_init(&report);
    report.record_no = TEXT("R1");
    report.category = text_from(category);
    report.category_confidence = 85;
    report.address = text_from(address);
    report.body = text_from(body);
    report.reported_at = NOON;
    return report;
}

static void set_point(Report *report, double metres_north, char precision)
{
    report->point = (ReportPoint){.wgs84 = {110.0, 39.0 + metres_north / 111195.08, GEO_WGS84},
                                  .given = GEO_WGS84,
                                  .precision = precision};
}

/* The score of `report` against `member`; the arena keeps what it shows. */
static Score
compare(const Fixture *fixture, const Report *report, const Report *member, HazardFacts facts)
{
    EvidenceOrigin origin = {TEXT("H12345"), TEXT("9901"), 2, NOON};
    EvidenceOrigin other = {TEXT("GRID"), TEXT("9901"), 1, NOON};
    Evidence *a = evidence_new(report, &origin, fixture->model, fixture->arena);
    Evidence *b = evidence_new(member, &other, fixture->model, fixture->arena);
    Score score = fixture_compare(fixture, a, b, facts);
    for (size_t i = 0; i < score.count; i++) {
        score.items[i].report_value = text_copy(fixture->arena, score.items[i].report_value);
        score.items[i].hazard_value = text_copy(fixture->arena, score.items[i].hazard_value);
    }
    evidence_free(a);
    evidence_free(b);
    return score;
}

/* 1a: -19 + 20.9 + 3.1 + 1.3 = +6.3; nine days apart says nothing, the 1.3 is the wording. */
static void example_1a(void **state)
{
    Report grid = report_of("A02", "锦绣花园3幢2单元", GRID_ON_LIFT);
    Report caller = report_of("A02", "锦绣花园3号楼2单元", CALLER_ON_LIFT);
    Score score = compare(*state, &grid, &caller, fixture_facts(9 * DAY));
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P1", 20900},
                   {"class", "same_leaf", 3100}, {"text", "ge_0.17", 1300});
    fixture_expect_level(&score, "gap", "le_30d", 0);
    fixture_expect_vetoes(&score, NULL);
    assert_int_equal(score.total_mb, 6300);
}

/* 1b: twenty lifts live in the estate, four are usual: -19 + 15.5 - log2(20 / 4) + 3.1 + 1.3 = -1.4 */
static void example_1b(void **state)
{
    Report vague = report_of("A02", "", "锦绣花园电梯又坏");
    Report caller = report_of("A02", "锦绣花园3号楼2单元", CALLER_ON_LIFT);
    HazardFacts facts = fixture_facts(5 * DAY);
    facts.crowd.estate = 20;
    Score score = compare(*state, &vague, &caller, facts);
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P4", 15500},
                   {"place", "crowded", -2322}, {"class", "same_leaf", 3100},
                   {"gap", "le_7d", 1300});
    fixture_expect_level(&score, "text", "short", 0);
    assert_int_equal(score.total_mb, -1422);
}

/* The same with the lifts known beforehand and few of them in trouble: the ledger's count is the greater. */
static void example_1b_by_the_ledger(void **state)
{
    const Fixture *fixture = *state;
    Report vague = report_of("A02", "", "锦绣花园电梯又坏");
    EvidenceOrigin origin = {TEXT("H12345"), TEXT("9901"), 2, NOON};
    Evidence *a = evidence_new(&vague, &origin, fixture->model, fixture->arena);
    Evidence b = fixture_evidence(fixture, "A02", "锦绣花园3幢2单元");
    a->ledger_sites.estate = 20;
    HazardFacts facts = fixture_facts(5 * DAY);
    facts.crowd.estate = 1;
    Score score = fixture_compare(fixture, a, &b, facts);
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P4", 15500},
                   {"place", "crowded", -2322}, {"class", "same_leaf", 3100},
                   {"gap", "le_7d", 1300});
    evidence_free(a);
}

/* 1c: -19 + 2.0 + 22.0 + 2.2 + 1.3 = +8.5; trapped people and a fault are kin. */
static void example_1c(void **state)
{
    Report trapped = report_of("A01", "锦绣花园3幢", "96333困人");
    Report caller = report_of("A02", "锦绣花园3号楼2单元", CALLER_ON_LIFT);
    trapped.lift_plate = caller.lift_plate = TEXT("990011");
    Score score = compare(*state, &trapped, &caller, fixture_facts(5 * DAY));
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P2", 2000},
                   {"asset", "equal", 22000}, {"class", "same_group", 2200},
                   {"gap", "le_7d", 1300});
    assert_int_equal(score.total_mb, 8500);
}

/* 2: another building is a veto, whatever the words. */
static void example_2_veto(void **state)
{
    Report three = report_of("A02", "锦绣花园3号楼", CALLER_ON_LIFT);
    Report thirteen = report_of("A02", "锦绣花园13号楼", CALLER_ON_LIFT);
    Score score = compare(*state, &three, &thirteen, fixture_facts(5 * DAY));
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "X1", 12500},
                   {"class", "same_leaf", 3100}, {"text", "ge_0.50", 4500}, {"gap", "le_7d", 1300});
    fixture_expect_vetoes(&score, "building");
}

/* 2: -19 + 19.9 - 1.0 + 3.1 + 1.3 + 1.3 = +5.6 where two lifts of the building are in trouble. */
static void example_2_link(void **state)
{
    Report three = report_of("A02", "锦绣花园3号楼", CALLER_ON_LIFT);
    Report same = report_of("A02", "锦绣花园3幢", GRID_ON_LIFT);
    HazardFacts facts = fixture_facts(5 * DAY);
    facts.crowd.building = 2;
    Score score = compare(*state, &three, &same, facts);
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P2", 19900},
                   {"place", "crowded", -1000}, {"class", "same_leaf", 3100},
                   {"text", "ge_0.17", 1300}, {"gap", "le_7d", 1300});
    fixture_expect_vetoes(&score, NULL);
    assert_int_equal(score.total_mb, 5600);
}

/* 3: -19 + 17.5 + 1 + 3.1 + 6.5 + 2 = +11.1; the callers name their own buildings. */
static void example_3(void **state)
{
    Report third = report_of("B01", "锦绣花园5幢", "我家闻到煤气味");
    Report first = report_of("B01", "锦绣花园3幢", "楼道有燃气味");
    set_point(&third, 140, 'B');
    set_point(&first, 0, 'B');
    HazardFacts facts = fixture_facts(12 * MINUTE);
    facts.members_in_2h = 2;
    Score score = compare(*state, &third, &first, facts);
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P7", 17500},
                   {"place", "coarser_agrees", 1000}, {"class", "same_leaf", 3100},
                   {"gap", "le_30min", 6500}, {"tempo", "few", 2000});
    fixture_expect_vetoes(&score, NULL);
    assert_int_equal(score.total_mb, 11100);
}

static Report meal(const char *address, const char *body)
{
    Report report = report_of("H01", address, body);
    report.usc_code = text_from(HEAD_OFFICE);
    return report;
}

/* 4: three hazards of the party: log2(.6 * 2^17 / 3) = 14.678 */
static void example_4(void **state)
{
    Report here = meal("建设路128号", DINER);
    Report branch = meal("人民路5号", OTHER_DINER);
    Report road = meal("建设路", OTHER_DINER);
    Report door = meal("建设路128号", OTHER_DINER);
    HazardFacts facts = fixture_facts(5 * DAY);
    facts.party_hazards = 3;
    /* -19 - 6.5 + 3.1 + 1.3 + 2.0 + 1.3 = -17.8 */
    Score score = compare(*state, &here, &branch, facts);
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "X2", -6500},
                   {"class", "same_leaf", 3100}, {"text", "ge_0.17", 1300},
                   {"party", "code_equal", 2000}, {"gap", "le_7d", 1300});
    assert_int_equal(score.total_mb, -17800);
    assert_string_equal(score.relation, "same_party");
    /* max(14.0, 14.678) + 1.0: -19 + 14.0 + 1.678 + 3.1 + 1.3 + 1.3 = +2.4 */
    score = compare(*state, &here, &road, facts);
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P5", 14000},
                   {"class", "same_leaf", 3100}, {"text", "ge_0.17", 1300},
                   {"party", "code_equal", 1678}, {"gap", "le_7d", 1300});
    assert_int_equal(score.total_mb, 2378);
    /* max(19.9, 14.678) + 1.0: -19 + 19.9 + 1.0 + 3.1 + 1.3 + 1.3 = +7.6 */
    score = compare(*state, &here, &door, facts);
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P2", 19900},
                   {"class", "same_leaf", 3100}, {"text", "ge_0.17", 1300},
                   {"party", "code_equal", 1000}, {"gap", "le_7d", 1300});
    assert_int_equal(score.total_mb, 7600);
    assert_null(score.relation);
}

/* 5: two lifts of the building, no plate: each +5.6, K = log2(1 + 2^5.6) = 5.629, what is left is 0.0. */
static void example_5(void **state)
{
    Report report = report_of("A02", "锦绣花园3幢", CALLER_ON_LIFT);
    Report first = report_of("A02", "锦绣花园3幢1单元", GRID_ON_LIFT);
    Report second = report_of("A02", "锦绣花园3幢2单元", GRID_ON_LIFT);
    HazardFacts facts = fixture_facts(5 * DAY);
    facts.crowd.building = 2;
    Score a = compare(*state, &report, &first, facts);
    Score b = compare(*state, &report, &second, facts);
    EXPECT_ADDENDS(&a, {"prior", "prior", -19000}, {"place", "P2", 19900},
                   {"place", "crowded", -1000}, {"class", "same_leaf", 3100},
                   {"text", "ge_0.17", 1300}, {"gap", "le_7d", 1300});
    assert_int_equal(a.total_mb, 5600);
    assert_int_equal(b.total_mb, 5600);
    assert_int_equal(a.total_mb - scorer_competition_mb(&b.total_mb, 1), -29);
}

/* 6: a point alone against a door alone: -19 + 3.1 + 3.9 + 2.0 = -10.0; with the door's point of the ledger +7.5. */
static void example_6(void **state)
{
    Report report = report_of("F06", "", PASSER_BY);
    Report member = report_of("F06", "建设路128号", OTHER_PASSER_BY);
    set_point(&report, 90, 'C');
    Score score = compare(*state, &report, &member, fixture_facts(HOUR));
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"class", "same_leaf", 3100},
                   {"text", "ge_0.30", 3900}, {"gap", "le_1d", 2000});
    fixture_expect_level(&score, "place", "P0", 0);
    assert_int_equal(score.total_mb, -10000);
    set_point(&member, 0, 'A');
    score = compare(*state, &report, &member, fixture_facts(HOUR));
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P7", 17500},
                   {"class", "same_leaf", 3100}, {"text", "ge_0.30", 3900}, {"gap", "le_1d", 2000});
    assert_int_equal(score.total_mb, 7500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_1a),
        cmocka_unit_test(example_1b),
        cmocka_unit_test(example_1b_by_the_ledger),
        cmocka_unit_test(example_1c),
        cmocka_unit_test(example_2_veto),
        cmocka_unit_test(example_2_link),
        cmocka_unit_test(example_3),
        cmocka_unit_test(example_4),
        cmocka_unit_test(example_5),
        cmocka_unit_test(example_6),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
