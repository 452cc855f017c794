/* The levels of all comparisons but place and class (linkage.md 1), and the traps of linkage.md 2. */
#include "scorer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void compares_assets(void **state)
{
    static const struct {
        const char *a, *b;
        bool a_field, b_field;
        const char *level;
        int32_t mb;
        const char *veto;
    } CASES[] = {
        {"12345", "12345", true, true, "equal", 22000, NULL},
        {"12345", "12345", true, false, "equal_from_text", 16000, NULL},
        {"12345", "67890", true, true, "differs", 0, "asset"},
        {"12345", "67890", true, false, "differs_from_text", -8000, "asset"},
        {"12345", "12346", true, true, "near", -2000, NULL},
        {"12345", "13245", true, true, "near", -2000, NULL},
        {"12345", "13246", true, true, "differs", 0, "asset"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence a = fixture_evidence(*state, "A02", "锦绣花园3幢2单元");
        Evidence b = fixture_evidence(*state, "A02", "锦绣花园3幢2单元");
        fixture_add_asset(&a, ASSET_PLATE, CASES[i].a, CASES[i].a_field);
        fixture_add_asset(&b, ASSET_PLATE, CASES[i].b, CASES[i].b_field);
        Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
        fixture_expect_level(&score, "asset", CASES[i].level, CASES[i].mb);
        fixture_expect_vetoes(&score, CASES[i].veto);
        assert_int_equal(score.review_only, strcmp(CASES[i].level, "near") == 0);
    }
}

/* "both structured or valid: veto": a number out of the text that the ledger knows is as sure as one of a field. */
static void a_number_the_ledger_knows_is_sure(void **state)
{
    static const struct {
        bool a_valid, b_structured, b_valid;
        const char *level, *veto;
    } CASES[] = {
        {true, true, false, "differs", "asset"},
        {true, false, true, "differs", "asset"},
        {false, true, true, "differs_from_text", "asset"},
        {true, false, false, "differs_from_text", "asset"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence a = fixture_evidence(*state, "A02", "锦绣花园3幢2单元");
        Evidence b = fixture_evidence(*state, "A02", "锦绣花园3幢2单元");
        fixture_add_asset(&a, ASSET_PLATE, "990011", false);
        fixture_add_asset(&b, ASSET_PLATE, "990187", CASES[i].b_structured);
        a.assets[0].valid = CASES[i].a_valid;
        b.assets[0].valid = CASES[i].b_valid;
        Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
        assert_string_equal(fixture_find(&score, "asset")->level, CASES[i].level);
        fixture_expect_vetoes(&score, CASES[i].veto);
    }
    Evidence a =
        fixture_evidence(*state, "A02", "锦绣花园3幢2单元"); /* equal, it stays out of a text */
    fixture_add_asset(&a, ASSET_PLATE, "990011", false);
    a.assets[0].valid = true;
    Score score = fixture_compare(*state, &a, &a, fixture_facts(HOUR));
    fixture_expect_level(&score, "asset", "equal_from_text", 16000);
}

static void one_digit_off_elsewhere_is_another_lift(void **state)
{
    Evidence a = fixture_evidence(*state, "A02", "锦绣花园");
    Evidence b = fixture_evidence(*state, "A02", "锦绣花园3幢");
    fixture_add_asset(&a, ASSET_PLATE, "12345", true);
    fixture_add_asset(&b, ASSET_PLATE, "12346", true);
    Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_vetoes(&score, "asset");
}

static void kinds_of_ids_never_contradict(void **state)
{
    Evidence a = fixture_evidence(*state, "A02", "锦绣花园3幢2单元");
    Evidence b = fixture_evidence(*state, "A02", "锦绣花园3幢2单元");
    fixture_add_asset(&a, ASSET_PLATE, "12345", true);
    fixture_add_asset(&b, ASSET_COMPONENT, "9901010101000001", true);
    Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    assert_null(fixture_find(&score, "asset"));
    fixture_expect_vetoes(&score, NULL);
}

static void equal_asset_outranks_a_wrong_house_number(void **state)
{
    Evidence a = fixture_evidence(*state, "A02", "锦绣花园3幢");
    Evidence b = fixture_evidence(*state, "A02", "锦绣花园5幢");
    fixture_add_asset(&a, ASSET_PLATE, "12345", true);
    fixture_add_asset(&b, ASSET_PLATE, "12345", true);
    Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"asset", "equal", 22000},
                   {"class", "same_leaf", 3100}, {"gap", "le_1d", 2000});
    fixture_expect_vetoes(&score, NULL);
    assert_int_equal(score.flag_count, 1);
    assert_string_equal(score.flags[0], "asset_place_conflict");
    assert_true(score.agrees);
    assert_false(score.contradicts);

    b.assets[0].structured = false; /* read from free text it does not */
    score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_vetoes(&score, "building");
}

/* 2号梯 and so on, as lift_label.h keeps it. */
static LiftLabel lift(LiftKind kind, uint8_t value)
{
    LiftReading reading = {0};
    reading.values[kind] = value;
    return lift_label_of(&reading);
}

/* Which of a building's lifts: compared where no number of both says it. */
static void compares_what_a_lift_is_called(void **state)
{
    static const struct {
        LiftKind a_kind, b_kind;
        uint8_t a, b;
        const char *level; /* NULL: nothing */
        int32_t mb;
    } CASES[] = {
        {LIFT_NUMBER, LIFT_NUMBER, 2, 2, "label_equal", 1500},
        {LIFT_NUMBER, LIFT_NUMBER, 1, 2, "label_differs", -6000},
        {LIFT_LEFT_RIGHT, LIFT_LEFT_RIGHT, 1, 2, "label_differs", -6000},
        {LIFT_NUMBER, LIFT_LEFT_RIGHT, 1, 2, NULL, 0},
        {LIFT_NUMBER, LIFT_NUMBER, 1, 0, NULL, 0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence a = fixture_evidence(*state, "A02", "锦绣花园3幢2单元");
        Evidence b = fixture_evidence(*state, "A02", "锦绣花园3幢2单元");
        a.lift_label = lift(CASES[i].a_kind, CASES[i].a);
        b.lift_label = lift(CASES[i].b_kind, CASES[i].b);
        Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
        if (CASES[i].level == NULL)
            assert_null(fixture_find(&score, "asset"));
        else
            fixture_expect_level(&score, "asset", CASES[i].level, CASES[i].mb);
        fixture_expect_vetoes(&score, NULL);
    }
}

static void a_lift_is_called_as_its_values_show(void **state)
{
    Evidence a = fixture_evidence(*state, "A02", "锦绣花园3幢2单元");
    Evidence b = fixture_evidence(*state, "A02", "锦绣花园3幢2单元");
    a.lift_label = lift(LIFT_NUMBER, 2);
    b.lift_label = lift(LIFT_NUMBER, 1);
    Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    const ScoreItem *item = fixture_find(&score, "asset");
    assert_true(text_is(item->report_value, "2号梯"));
    assert_true(text_is(item->hazard_value, "1号梯"));
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P1", 20900},
                   {"asset", "label_differs", -6000}, {"class", "same_leaf", 3100},
                   {"gap", "le_1d", 2000});
}

/* Never against an equal number of two fields; beside one read out of text only when it contradicts. */
static void a_number_comes_before_what_a_lift_is_called(void **state)
{
    static const struct {
        const char *b;
        bool b_field;
        uint8_t b_lift;
        bool shown;
    } CASES[] = {
        {"12345", true, 2, false},  {"12345", true, 1, false}, {"67890", true, 1, false},
        {"67890", false, 2, false}, {"12345", false, 2, true}, {"12345", false, 1, false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence a = fixture_evidence(*state, "A02", "锦绣花园3幢2单元");
        Evidence b = fixture_evidence(*state, "A02", "锦绣花园3幢2单元");
        fixture_add_asset(&a, ASSET_PLATE, "12345", true);
        fixture_add_asset(&b, ASSET_PLATE, CASES[i].b, CASES[i].b_field);
        a.lift_label = lift(LIFT_NUMBER, 1);
        b.lift_label = lift(LIFT_NUMBER, CASES[i].b_lift);
        Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
        bool shown = false;
        for (size_t k = 0; k < score.count; k++)
            shown = shown || strcmp(score.items[k].level, "label_differs") == 0 ||
                    strcmp(score.items[k].level, "label_equal") == 0;
        assert_int_equal(shown, CASES[i].shown);
    }
}

/* A member that names no lift is of the lift that the hazard's others name. */
static void a_hazard_lends_a_member_what_its_lift_is_called(void **state)
{
    Evidence a = fixture_evidence(*state, "A02", "锦绣花园3幢2单元");
    Evidence b = fixture_evidence(*state, "A02", "锦绣花园3幢2单元");
    Evidence gas = fixture_evidence(*state, "B01", "锦绣花园3幢2单元");
    HazardFacts facts = fixture_facts(HOUR);
    a.lift_label = lift(LIFT_NUMBER, 2);
    facts.lift_label = lift(LIFT_NUMBER, 1);
    Score score = fixture_compare(*state, &a, &b, facts);
    fixture_expect_level(&score, "asset", "label_differs", -6000);
    assert_true(text_is(fixture_find(&score, "asset")->hazard_value, "1号梯"));
    b.lift_label = lift(LIFT_NUMBER, 2); /* what it says itself comes first */
    score = fixture_compare(*state, &a, &b, facts);
    fixture_expect_level(&score, "asset", "label_equal", 1500);
    score = fixture_compare(*state, &a, &gas, facts);
    assert_null(fixture_find(&score, "asset"));
}

static void compares_texts(void **state)
{
    Evidence a = fixture_evidence(*state, "A02", "");
    Evidence b = fixture_evidence(*state, "A02", "");
    fixture_set_wording(&a, 100);
    fixture_set_wording(&b, 100);
    Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "text", "ge_0.50", 4500);
    fixture_set_wording(&b, 55);
    score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "text", "ge_0.50", 4500);
    fixture_set_wording(&b, 40);
    score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "text", "ge_0.30", 3900);
    fixture_set_wording(&b, 20);
    score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "text", "ge_0.17", 1300);
    fixture_set_wording(&b, 10);
    score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "text", "ge_0.08", -500);
    fixture_set_wording(&b, 0);
    score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "text", "less", -1800);
    b.text_length = 11; /* either shorter than 12 */
    score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "text", "short", 0);
    b.text_length = 12;
    score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "text", "less", -1800);
}

static void property_company_is_no_place(void **state)
{
    Evidence a = fixture_evidence(*state, "A02", "");
    Evidence b = fixture_evidence(*state, "A02", "");
    a.usc_code = b.usc_code = TEXT("91990101MA0TERT08C");
    a.usc_valid = b.usc_valid = true;
    Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "party", "code_equal", 2000);
    b.usc_code = TEXT("92990101MA9XY0017A"); /* another company answers for it: no contradiction */
    score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    assert_null(fixture_find(&score, "party"));
}

static void compares_parties_of_shops(void **state)
{
    const Fixture *fixture = *state;
    Evidence a = fixture_shop(fixture, "", "91990101MA0TERT08C");
    Evidence b = fixture_shop(fixture, "", "92990101MA9XY0017A");
    Score score = fixture_compare(fixture, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "party", "code_differs", -3000);
    b.usc_valid = false; /* kept, flagged, matched by name */
    a.party_name = b.party_name = TEXT("好味来餐馆建设路店");
    score = fixture_compare(fixture, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "party", "name_equal", 12000);
    HazardFacts facts = fixture_facts(HOUR);
    facts.party_hazards = 4; /* less crowding: log2 4 */
    score = fixture_compare(fixture, &a, &b, facts);
    fixture_expect_level(&score, "party", "name_equal", 10000);
    b = fixture_shop(fixture, "", "91990101MA0TERT08C"); /* 16.263, at most 15 */
    score = fixture_compare(fixture, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "party", "code_equal", 15000);
    a.party_name = TEXT("好味来餐馆");
    b.party_name = TEXT("好味来餐馆建设路店"); /* said shorter */
    score = fixture_compare(fixture, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "party", "code_equal", 15000);
    a.party_name = TEXT("好味来餐馆·人民路店"); /* two branches of one office */
    score = fixture_compare(fixture, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "party", "name_differs", -3000);
    assert_string_equal(score.relation, "same_party");
}

static void weighs_the_gap_by_kind_of_class(void **state)
{
    static const struct {
        const char *code;
        int64_t gap_us;
        const char *level;
        int32_t mb;
    } CASES[] = {
        {"A02", INT64_C(86400000000), "le_1d", 2000},
        {"A02", INT64_C(86400000001), "le_7d", 1300},
        {"A02", INT64_C(604800000000), "le_7d", 1300},
        {"A02", INT64_C(604800000001), "le_30d", 0},
        {"A02", INT64_C(2592000000001), "le_1y", -2000},
        {"A02", INT64_C(31536000000001), "over_1y", -4000},
        {"A02", INT64_MAX, "over_1y", -4000},
        {"B01", INT64_C(1800000000), "le_30min", 6500},
        {"B01", INT64_C(1800000001), "le_2h", 5500},
        {"B01", INT64_C(7200000001), "le_6h", 4000},
        {"B01", INT64_C(21600000001), "le_24h", 1500},
        {"B01", INT64_C(86400000001), "le_72h", -1000},
        {"B01", INT64_C(259200000001), "over_72h", -4800},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence a = fixture_evidence(*state, CASES[i].code, "");
        Score score = fixture_compare(*state, &a, &a, fixture_facts(CASES[i].gap_us));
        fixture_expect_level(&score, "gap", CASES[i].level, CASES[i].mb);
    }
}

/* "A detector's next alarm after the debounce: same hazard, next case" (linkage.md 2). */
static void a_thing_with_a_number_is_the_same_after_any_burst(void **state)
{
    static const struct {
        int64_t gap_us;
        const char *level;
        int32_t mb;
    } CASES[] = {{20 * MINUTE, "le_30min", 6500}, {3 * HOUR, "le_6h", 4000},
                 {20 * HOUR, "le_1d", 2000},      {2 * DAY, "le_7d", 1300},
                 {20 * DAY, "le_30d", 0},         {60 * DAY, "le_1y", -2000}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence a = fixture_evidence(*state, "C02", "");
        fixture_add_asset(&a, ASSET_DEVICE, "SMOKE-1", true);
        Score score = fixture_compare(*state, &a, &a, fixture_facts(CASES[i].gap_us));
        fixture_expect_level(&score, "gap", CASES[i].level, CASES[i].mb);
    }
}

/*
 * A report of unknown class is no part of a burst for its minute's sake, unless one runs: then the minute counts, and how fast it runs
 * does not.
 */
static void an_unknown_class_has_a_burst_only_when_one_runs(void **state)
{
    Evidence a = fixture_evidence(*state, "J03", "锦绣花园3幢");
    Evidence b = fixture_evidence(*state, "B01", "锦绣花园3幢");
    HazardFacts facts = fixture_facts(10 * MINUTE);
    facts.members_in_2h = 1;
    Score score = fixture_compare(*state, &a, &b, facts);
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P2", 19900},
                   {"gap", "le_1d", 2000});
    facts.members_in_2h = 12;
    score = fixture_compare(*state, &a, &b, facts);
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P2", 19900},
                   {"gap", "le_30min", 6500});
    a.category = b.category;
    a.category_confidence = 59;
    score = fixture_compare(*state, &a, &b, facts);
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P2", 19900},
                   {"gap", "le_30min", 6500});
    a.category_confidence = 60;
    score = fixture_compare(*state, &a, &b, facts);
    EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P2", 19900},
                   {"class", "same_leaf", 3100}, {"gap", "le_30min", 6500},
                   {"tempo", "many", 4000});
}

static void counts_tempo_of_bursts_only(void **state)
{
    static const struct {
        const char *code;
        int32_t members;
        int32_t mb; /* 0: no item */
    } CASES[] = {
        {"B01", 1, 0}, {"B01", 2, 2000}, {"B01", 8, 2000}, {"B01", 9, 4000}, {"A02", 9, 0}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence a = fixture_evidence(*state, CASES[i].code, "");
        HazardFacts facts = fixture_facts(HOUR);
        facts.members_in_2h = CASES[i].members;
        Score score = fixture_compare(*state, &a, &a, facts);
        const ScoreItem *tempo = fixture_find(&score, "tempo");
        assert_int_equal(tempo != NULL ? tempo->weight_mb : 0, CASES[i].mb);
    }
}

/* Who has been reported three times in thirty days is reported again sooner. */
static void counts_what_recurs(void **state)
{
    static const struct {
        const char *code;
        const char *other;
        int32_t members;
        const char *level; /* NULL: no item */
        int32_t mb;
    } CASES[] = {{"A02", "A02", 2, NULL, 0},
                 {"A02", "A02", 3, "recurs", 500},
                 {"A02", "A01", 6, "recurs_often", 1000},
                 {"A02", "H01", 6, NULL, 0},
                 {"J03", "A02", 6, NULL, 0},
                 {"B01", "B01", 6, NULL, 0}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence a = fixture_evidence(*state, CASES[i].code, "");
        Evidence b = fixture_evidence(*state, CASES[i].other, "");
        HazardFacts facts = fixture_facts(HOUR);
        facts.members_in_30d = CASES[i].members;
        Score score = fixture_compare(*state, &a, &b, facts);
        const ScoreItem *tempo = fixture_find(&score, "tempo");
        assert_int_equal(tempo != NULL, CASES[i].level != NULL);
        if (tempo != NULL)
            fixture_expect_level(&score, "tempo", CASES[i].level, CASES[i].mb);
    }
}

/* In area scope another leaf is kept out, unless it is akin and a burst runs. */
static void an_akin_class_joins_a_running_burst(void **state)
{
    Evidence a = fixture_evidence(*state, "D03", "锦绣花园3幢");
    Evidence b = fixture_evidence(*state, "D06", "锦绣花园3幢");
    HazardFacts facts = fixture_facts(10 * MINUTE);
    Score score = fixture_compare(*state, &a, &b, facts);
    fixture_expect_vetoes(&score, "class");
    facts.members_in_2h = 2;
    score = fixture_compare(*state, &a, &b, facts);
    fixture_expect_vetoes(&score, NULL);
    fixture_expect_level(&score, "gap", "le_30min", 6500);
    a = fixture_evidence(*state, "H01", "锦绣花园3幢");
    score = fixture_compare(*state, &a, &b, facts);
    fixture_expect_vetoes(&score, "class");
}

/* A number stands in a text that may speak of another matter; a copy's original stands in a field of its own. */
static void a_quoted_number_links_unless_the_rest_speaks_of_another_matter(void **state)
{
    static const struct {
        const char *code, *address;
        bool copied, review_only;
    } CASES[] = {
        {"A02", "锦绣花园5幢", false, false},
        {"A02", "青松家园5幢", false, false},
        {"A02", "", false, false},
        {"H01", "锦绣花园3幢", false, false},
        {"H01", "锦绣花园", false, true},
        {"H01", "", false, true},
        {"H01", "青松家园5幢", false, true},
        {"J03", "青松家园5幢", false, true},
        {"J03", "锦绣花园", false, false},
        {"H01", "青松家园5幢", true, false},
        {"B01", "青松家园5幢", true, false},
    };
    Evidence known = fixture_evidence(*state, "A02", "锦绣花园3幢");
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence report = fixture_evidence(*state, CASES[i].code, CASES[i].address);
        HazardFacts facts = fixture_facts(HOUR);
        facts.quoted = true;
        facts.copied = CASES[i].copied;
        Score score = fixture_compare(*state, &report, &known, facts);
        fixture_expect_level(&score, "quoted", CASES[i].copied ? "copied" : "resolves",
                             CASES[i].copied ? 40000 : 30000);
        fixture_expect_vetoes(&score, NULL);
        if (score.review_only != CASES[i].review_only)
            fail_msg("%s %s: review %d", CASES[i].code, CASES[i].address, (int)score.review_only);
        assert_int_equal(score.flag_count, CASES[i].review_only ? 1 : 0);
        if (CASES[i].review_only)
            assert_string_equal(score.flags[0], "quoted_unrelated");
    }
}

static void area_classes_have_no_veto_of_building_or_device(void **state)
{
    Evidence a = fixture_evidence(*state, "C01", "锦绣花园3幢1单元");
    Evidence b = fixture_evidence(*state, "C02", "锦绣花园5幢2单元");
    fixture_add_asset(&a, ASSET_DEVICE, "SMOKE-1", true);
    fixture_add_asset(&b, ASSET_DEVICE, "SMOKE-2", true);
    Score score = fixture_compare(*state, &a, &b, fixture_facts(MINUTE));
    fixture_expect_vetoes(&score, NULL);
    fixture_expect_level(&score, "place", "X1", 12500);
    assert_false(score.contradicts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_assets),
        cmocka_unit_test(a_number_the_ledger_knows_is_sure),
        cmocka_unit_test(one_digit_off_elsewhere_is_another_lift),
        cmocka_unit_test(kinds_of_ids_never_contradict),
        cmocka_unit_test(equal_asset_outranks_a_wrong_house_number),
        cmocka_unit_test(compares_what_a_lift_is_called),
        cmocka_unit_test(a_lift_is_called_as_its_values_show),
        cmocka_unit_test(a_number_comes_before_what_a_lift_is_called),
        cmocka_unit_test(a_hazard_lends_a_member_what_its_lift_is_called),
        cmocka_unit_test(compares_texts),
        cmocka_unit_test(property_company_is_no_place),
        cmocka_unit_test(compares_parties_of_shops),
        cmocka_unit_test(weighs_the_gap_by_kind_of_class),
        cmocka_unit_test(a_thing_with_a_number_is_the_same_after_any_burst),
        cmocka_unit_test(an_unknown_class_has_a_burst_only_when_one_runs),
        cmocka_unit_test(counts_tempo_of_bursts_only),
        cmocka_unit_test(a_quoted_number_links_unless_the_rest_speaks_of_another_matter),
        cmocka_unit_test(counts_what_recurs),
        cmocka_unit_test(an_akin_class_joins_a_running_burst),
        cmocka_unit_test(area_classes_have_no_veto_of_building_or_device),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
