/*
 * The score against linkage.md: the numbered examples of section 1 with every addend, competition against real
 * arithmetic, the sentence.
 *
 * Where an example of the page leaves open which comparison an addend comes from, the reading is written beside it:
 *   1a  +1.3 is text (cosine .17 to .30); a gap of nine days says nothing
 *   1b  typical sites of lifts in an estate: 4, so that 20 lifts take away log2(20/4) = 2.3
 *   2   +5.6 holds with two hazards live in the building (-1.0) and like wording (+1.3 text, +1.3 gap); with one: +6.6
 *   4   three hazards of the party: log2(.6 * 2^17 / 3) = 14.678
 */
#include "scorer_fixture.h"

#include "domain/scorer_bits.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* -19 + 20.9 + 3.1 + 1.3 = +6.3 */
static void example_1a_same_unit_in_other_words(void **state)
{
    Evidence grid = fixture_evidence(*state, "A02", "锦绣花园3幢2单元");
    Evidence caller = fixture_evidence(*state, "A02", "锦绣花园3号楼2单元");
    fixture_set_wording(&grid, 100);
    fixture_set_wording(&caller, 20);
    Score score = fixture_compare(*state, &grid, &caller, fixture_facts(9 * DAY));
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P1", 20900},
                   {"class", "same_leaf", 3100}, {"text", "ge_0.17", 1300});
    assert_int_equal(score.total_mb, 6300);
    fixture_expect_level(&score, "gap", "le_30d", 0);
    fixture_expect_vetoes(&score, NULL);
    assert_true(score.agrees);
}

/* -19 + 15.5 - 2.322 + 3.1 + 1.3 = -1.4 */
static void example_1b_estate_with_twenty_lifts(void **state)
{
    Evidence report = fixture_evidence(*state, "A02", "锦绣花园");
    Evidence member = fixture_evidence(*state, "A02", "锦绣花园3幢2单元");
    HazardFacts facts = fixture_facts(5 * DAY);
    facts.crowd.estate = 20;
    Score score = fixture_compare(*state, &report, &member, facts);
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P4", 15500},
                   {"place", "crowded", -2322}, {"class", "same_leaf", 3100},
                   {"gap", "le_7d", 1300});
    assert_int_equal(score.total_mb, -1422);
}

/* -19 + 2.0 + 22.0 + 2.2 + 1.3 = +8.5 */
static void example_1c_same_plate(void **state)
{
    Evidence report = fixture_evidence(*state, "A01", "锦绣花园3幢");
    Evidence member = fixture_evidence(*state, "A02", "锦绣花园3幢2单元");
    fixture_add_asset(&report, ASSET_PLATE, "12345", true);
    fixture_add_asset(&member, ASSET_PLATE, "12345", true);
    Score score = fixture_compare(*state, &report, &member, fixture_facts(5 * DAY));
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P2", 2000},
                   {"asset", "equal", 22000}, {"class", "same_group", 2200},
                   {"gap", "le_7d", 1300});
    assert_int_equal(score.total_mb, 8500);
}

static void example_2_three_is_not_thirteen(void **state)
{
    Evidence report = fixture_evidence(*state, "A02", "锦绣花园3号楼");
    Evidence other = fixture_evidence(*state, "A02", "锦绣花园13号楼");
    Evidence same = fixture_evidence(*state, "A02", "锦绣花园3幢");
    fixture_set_wording(&report, 100);
    fixture_set_wording(&other, 100);
    fixture_set_wording(&same, 20);
    Score score = fixture_compare(*state, &report, &other, fixture_facts(5 * DAY));
    fixture_expect_vetoes(&score, "building");
    assert_true(score.contradicts);
    assert_string_equal(score.place_level, "X1");

    HazardFacts facts = fixture_facts(5 * DAY); /* -19 + 19.9 - 1.0 + 3.1 + 1.3 + 1.3 = +5.6 */
    facts.crowd.building = 2;
    score = fixture_compare(*state, &report, &same, facts);
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P2", 19900},
                   {"place", "crowded", -1000}, {"class", "same_leaf", 3100},
                   {"text", "ge_0.17", 1300}, {"gap", "le_7d", 1300});
    assert_int_equal(score.total_mb, 5600);
    score = fixture_compare(*state, &report, &same, fixture_facts(5 * DAY));
    assert_int_equal(score.total_mb, 6600);
}

/* -19 + 17.5 + 1 + 3.1 + 6.5 + 2 = +11.1 */
static void example_3_gas_in_the_next_building(void **state)
{
    Evidence report = fixture_evidence(*state, "B01", "锦绣花园5幢");
    Evidence member = fixture_evidence(*state, "B01", "锦绣花园3幢");
    fixture_set_point(&report, 140, 'B');
    fixture_set_point(&member, 0, 'B');
    HazardFacts facts = fixture_facts(12 * MINUTE);
    facts.members_in_2h = 2; /* the report is the third call */
    Score score = fixture_compare(*state, &report, &member, facts);
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P7", 17500},
                   {"place", "coarser_agrees", 1000}, {"class", "same_leaf", 3100},
                   {"gap", "le_30min", 6500}, {"tempo", "few", 2000});
    assert_int_equal(score.total_mb, 11100);
    fixture_expect_vetoes(&score, NULL);
    assert_false(score.contradicts);
}

static void example_4_branches_of_one_company(void **state)
{
    const Fixture *fixture = *state;
    Evidence report = fixture_shop(fixture, "建设路128号", "91990101MA0TERT08C");
    Evidence elsewhere = fixture_shop(fixture, "人民路5号", "91990101MA0TERT08C");
    Evidence road = fixture_shop(fixture, "建设路", "91990101MA0TERT08C");
    Evidence number = fixture_shop(fixture, "建设路128号", "91990101MA0TERT08C");
    HazardFacts facts = fixture_facts(5 * DAY);
    facts.party_hazards = 3;
    fixture_set_wording(&report, 100);
    fixture_set_wording(&elsewhere, 20);
    fixture_set_wording(&road, 20);
    fixture_set_wording(&number, 20);
    /* -19 - 6.5 + 3.1 + 1.3 + 2.0 + 1.3 = -17.8 */
    Score score = fixture_compare(fixture, &report, &elsewhere, facts);
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "X2", -6500},
                   {"class", "same_leaf", 3100}, {"text", "ge_0.17", 1300},
                   {"party", "code_equal", 2000}, {"gap", "le_7d", 1300});
    assert_int_equal(score.total_mb, -17800);
    assert_string_equal(score.relation, "same_party");
    /* max(14.0, 14.678) + 1.0: -19 + 14.0 + 1.678 + 3.1 + 1.3 + 1.3 = +2.4 */
    score = fixture_compare(fixture, &report, &road, facts);
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P5", 14000},
                   {"class", "same_leaf", 3100}, {"text", "ge_0.17", 1300},
                   {"party", "code_equal", 1678}, {"gap", "le_7d", 1300});
    assert_int_equal(score.total_mb, 2378);
    /* max(19.9, 14.678) + 1.0: -19 + 19.9 + 1.0 + 3.1 + 1.3 + 1.3 = +7.6 */
    score = fixture_compare(fixture, &report, &number, facts);
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P2", 19900},
                   {"class", "same_leaf", 3100}, {"text", "ge_0.17", 1300},
                   {"party", "code_equal", 1000}, {"gap", "le_7d", 1300});
    assert_int_equal(score.total_mb, 7600);
}

/* Each -19 + 19.9 - 1.0 + 3.1 + 1.3 + 1.3 = +5.6; K = log2(1 + 2^5.6) = 5.629; 5.6 - 5.629 = 0.0 */
static void example_5_two_lifts_fit_equally(void **state)
{
    Evidence report = fixture_evidence(*state, "A02", "锦绣花园3幢");
    Evidence first = fixture_evidence(*state, "A02", "锦绣花园3幢1单元");
    Evidence second = fixture_evidence(*state, "A02", "锦绣花园3幢2单元");
    HazardFacts facts = fixture_facts(5 * DAY);
    facts.crowd.building = 2;
    fixture_set_wording(&report, 100);
    fixture_set_wording(&first, 20);
    fixture_set_wording(&second, 20);
    Score a = fixture_compare(*state, &report, &first, facts);
    Score b = fixture_compare(*state, &report, &second, facts);
    assert_int_equal(a.total_mb, 5600);
    assert_int_equal(b.total_mb, 5600);
    int32_t competition = scorer_competition_mb(&b.total_mb, 1);
    assert_int_equal(competition, 5629);
    assert_int_equal(a.total_mb - competition, -29);
}

static void example_6_point_against_a_door(void **state)
{
    Evidence report = fixture_evidence(*state, "F06", "");
    Evidence member = fixture_evidence(*state, "F06", "建设路128号");
    fixture_set_point(&report, 90, 'C');
    fixture_set_wording(&report, 100);
    fixture_set_wording(&member, 40);
    /* -19 + 0 + 3.1 + 3.9 + 2.0 = -10.0 */
    Score score = fixture_compare(*state, &report, &member, fixture_facts(HOUR));
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"class", "same_leaf", 3100},
                   {"text", "ge_0.30", 3900}, {"gap", "le_1d", 2000});
    assert_int_equal(score.total_mb, -10000);
    /* A door point of the ledger: -19 + 17.5 + 3.1 + 3.9 + 2.0 = +7.5 */
    fixture_set_point(&member, 0, 'A');
    score = fixture_compare(*state, &report, &member, fixture_facts(HOUR));
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P7", 17500},
                   {"class", "same_leaf", 3100}, {"text", "ge_0.30", 3900}, {"gap", "le_1d", 2000});
    assert_int_equal(score.total_mb, 7500);
}

/* The table against real arithmetic: at most one millibit apart. */
static void competition_is_right_to_a_millibit(void **state)
{
    (void)state;
    uint32_t seed = 7;
    int32_t totals[200];
    for (int round = 0; round < 20000; round++) {
        seed = seed * 1664525u + 1013904223u;
        size_t count = (seed >> 8) % 200;
        double sum = 1;
        for (size_t i = 0; i < count; i++) {
            seed = seed * 1664525u + 1013904223u;
            totals[i] = (int32_t)(seed >> 8) % 60000 - 30000;
            sum += exp2(totals[i] / 1000.0);
        }
        double want = log2(sum) * 1000;
        assert_true(fabs(want - scorer_competition_mb(totals, count)) <= 1.0);
    }
    assert_int_equal(scorer_competition_mb(NULL, 0), 0);
    for (uint64_t value = 1; value < UINT64_C(1) << 40; value = value * 3 / 2 + 1)
        assert_true(fabs(log2((double)value) * 1000 - scorer_bits_log2(value)) <= 1.0);
    assert_int_equal(scorer_bits_log2(1), 0);
    assert_int_equal(scorer_bits_log2(2), 1000);
    assert_int_equal(scorer_bits_log2(20) - scorer_bits_log2(4), 2322);
}

static void competition_does_not_depend_on_order(void **state)
{
    (void)state;
    int32_t totals[] = {5600, -3000, 12345, 5600, 1, -19000, 7777};
    int32_t want = scorer_competition_mb(totals, 7);
    for (size_t i = 0; i < 7; i++) {
        int32_t first = totals[0];
        memmove(totals, totals + 1, 6 * sizeof totals[0]);
        totals[6] = first;
        assert_int_equal(scorer_competition_mb(totals, 7), want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_1a_same_unit_in_other_words),
        cmocka_unit_test(example_1b_estate_with_twenty_lifts),
        cmocka_unit_test(example_1c_same_plate),
        cmocka_unit_test(example_2_three_is_not_thirteen),
        cmocka_unit_test(example_3_gas_in_the_next_building),
        cmocka_unit_test(example_4_branches_of_one_company),
        cmocka_unit_test(example_5_two_lifts_fit_equally),
        cmocka_unit_test(example_6_point_against_a_door),
        cmocka_unit_test(competition_is_right_to_a_millibit),
        cmocka_unit_test(competition_does_not_depend_on_order),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
