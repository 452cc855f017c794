/* The levels of all comparisons but the place (linkage.md 1), and the traps of linkage.md 2. */
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
        {"12345", "67890", true, false, "differs_from_text", -8000, NULL},
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
        {false, true, true, "differs_from_text", NULL},
        {true, false, false, "differs_from_text", NULL},
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

static void compares_classes(void **state)
{
    static const struct {
        const char *a, *b, *level;
        int32_t mb;
        const char *veto, *relation;
    } CASES[] = {
        {"A02", "A02", "same_leaf", 3100, NULL, NULL},
        {"A01", "A02", "same_group", 2200, NULL, NULL},
        {"B01", "B03", "same_group", 2200, NULL, NULL},
        {"C01", "I02", "confusable", 1500, NULL, NULL},
        {"B01", "B05", "confusable", 1500, NULL, NULL},
        {"E06", "G02", "confusable", 800, NULL, NULL},
        {"E06", "E07", "confusable", 800, NULL, NULL},
        {"C01", "C02", "confusable", 2000, NULL, NULL}, /* in one building */
        {"E01", "E05", "same_letter", 0, NULL, NULL},
        {"A02", "H01", "unrelated", -3900, NULL, NULL},
        {"B01", "C01", "confusable", 0, "relation", "same_event"},
        {"C03", "C01", "confusable", 0, "relation", "precursor"},
        {"D03", "G01", "confusable", 0, "relation", "precursor"},
        {"J03", "A02", "unknown", 0, NULL, NULL},
        {"B01", "A02", "unrelated", -3900, "class", NULL}, /* an area takes in only its own */
        {"H02", "H02", "same_leaf", 4100, NULL, NULL},     /* a rare leaf */
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence a = fixture_evidence(*state, CASES[i].a, "锦绣花园3幢");
        Evidence b = fixture_evidence(*state, CASES[i].b, "锦绣花园3幢");
        Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
        fixture_expect_level(&score, "class", CASES[i].level, CASES[i].mb);
        fixture_expect_vetoes(&score, CASES[i].veto);
        if (CASES[i].relation == NULL)
            assert_null(score.relation);
        else
            assert_string_equal(score.relation, CASES[i].relation);
        assert_int_equal(score.agrees, strcmp(CASES[i].level, "unrelated") != 0);
    }
    Evidence a = fixture_evidence(*state, "C01", "锦绣花园3幢");
    Evidence b = fixture_evidence(*state, "C02", "锦绣花园5幢");
    Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "class", "confusable", 800);
}

static uint32_t aspect(const Fixture *fixture, const char *name)
{
    for (size_t i = 0; i < fixture->model->aspect_count; i++)
        if (text_is(fixture->model->aspects[i], name))
            return UINT32_C(1) << i;
    fail_msg("no aspect %s", name);
    return 0;
}

/* Neighbouring covers: one is gone, the other rattles. */
static void tells_aspects_of_one_leaf_apart(void **state)
{
    Evidence a = fixture_evidence(*state, "E01", "建设路");
    Evidence b = fixture_evidence(*state, "E01", "建设路");
    uint32_t gone = aspect(*state, "缺失");
    uint32_t rattles = aspect(*state, "松响");
    HazardFacts facts = fixture_facts(10 * DAY);
    const struct {
        uint32_t a, b;
        const char *level;
        int32_t mb;
    } cases[] = {{gone, gone, "same", 500},
                 {gone, rattles, "other", -1500},
                 {gone | rattles, rattles, "same", 500},
                 {gone, 0, NULL, 0},
                 {0, 0, NULL, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        a.aspects = cases[i].a;
        b.aspects = cases[i].b;
        Score score = fixture_compare(*state, &a, &b, facts);
        if (cases[i].level == NULL)
            EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P5", 14000},
                           {"class", "same_leaf", 3100});
        else
            EXPECT_ADDENDS(&score, {"prior", "prior", -19000}, {"place", "P5", 14000},
                           {"class", "same_leaf", 3100}, {"aspect", cases[i].level, cases[i].mb});
    }
    a.aspects = gone; /* of another leaf it says nothing */
    b.aspects = rattles;
    b.category = model_class(((const Fixture *)*state)->model, TEXT("E03"));
    Score score = fixture_compare(*state, &a, &b, facts);
    assert_string_equal(fixture_find(&score, "class")->level, "same_letter");
}

/* Noted where the cause came first and lies at the same place (linkage.md 1, "Cause and incident"). */
static void notes_precursors_in_order_of_time(void **state)
{
    static const struct {
        const char *a, *a_place, *b, *b_place;
        int64_t a_after_b;
        const char *relation;
        bool report_first;
    } CASES[] = {
        {"C01", "锦绣花园3幢", "C03", "锦绣花园3幢", 30, "precursor", false},
        {"C01", "锦绣花园3幢", "D01", "锦绣花园3幢", 30, "precursor", false},
        {"C03", "锦绣花园3幢", "C01", "锦绣花园3幢", -30, "precursor", true},
        {"C03", "锦绣花园3幢", "C01", "锦绣花园3幢", 30, NULL, false}, /* after the fire */
        {"C01", "锦绣花园3幢", "C03", "锦绣花园5幢", 30, NULL, false},
        {"C01", "锦绣花园", "C03", "锦绣花园", 30, NULL, false},
        {"G01", "建设路128号", "D03", "建设路128号", 2, "precursor", false},
        {"B01", "锦绣花园3幢", "C01", "锦绣花园3幢", 0, "same_event", false},
        {"B01", "锦绣花园3幢", "C01", "锦绣花园3幢", 2, NULL, false}, /* not one event any more */
        {"A01", "锦绣花园3幢2单元", "A02", "锦绣花园3幢1单元", 5, "precursor", false},
        {"A01", "锦绣花园3幢2单元", "A02", "锦绣花园3幢2单元", 5, NULL, false}, /* one lift */
        {"A02", "锦绣花园3幢2单元", "A01", "锦绣花园3幢1单元", 5, NULL, false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence a = fixture_evidence(*state, CASES[i].a, CASES[i].a_place);
        Evidence b = fixture_evidence(*state, CASES[i].b, CASES[i].b_place);
        int64_t gap = CASES[i].a_after_b * DAY;
        b.event_at = 1000 * DAY;
        a.event_at = b.event_at + gap;
        Score score = fixture_compare(*state, &a, &b, fixture_facts(gap < 0 ? -gap : gap));
        bool want = CASES[i].relation != NULL;
        if ((score.relation != NULL) != want ||
            (want && strcmp(score.relation, CASES[i].relation) != 0) ||
            score.report_comes_first != CASES[i].report_first)
            fail_msg("case %zu: got %s", i, score.relation != NULL ? score.relation : "none");
    }
}

static void trapped_people_and_the_faulty_lift_beside_it_are_two(void **state)
{
    Evidence a = fixture_evidence(*state, "A01", "锦绣花园3幢");
    Evidence b = fixture_evidence(*state, "A02", "锦绣花园3幢");
    fixture_add_asset(&a, ASSET_PLATE, "990011", true);
    fixture_add_asset(&b, ASSET_PLATE, "990187", true);
    Score score = fixture_compare(*state, &a, &b, fixture_facts(DAY));
    fixture_expect_vetoes(&score, "asset");
    fixture_expect_level(&score, "class", "same_group", 2200);
    assert_string_equal(score.relation, "precursor");
}

static void unsure_class_says_nothing(void **state)
{
    Evidence a = fixture_evidence(*state, "A02", "锦绣花园3幢");
    Evidence b = fixture_evidence(*state, "H01", "锦绣花园3幢");
    a.category_confidence = 59;
    Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "class", "unknown", 0);
    a.category_confidence = 60;
    score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "class", "unrelated", -3900);
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
}

static void compares_reporters(void **state)
{
    static const struct {
        const char *a, *b;
        bool staff, masked;
        const char *level;
        int32_t mb;
    } CASES[] = {
        {"锦绣花园3幢", "锦绣花园3幢", false, false, "same_with_place", 2300},
        {"锦绣花园", "锦绣花园", false, false, "same_with_place", 2300},
        {"", "锦绣花园3幢", false, false, "same_without_place", 9000},
        {"", "锦绣花园3幢", false, true, "same_without_place", 4500},
        {"锦绣花园3幢", "锦绣花园5幢", false, false, "same_elsewhere", 0},
        {"锦绣花园3幢", "青松家园5幢", false, false, "same_elsewhere", 0},
        {"锦绣花园3幢", "锦绣花园3幢", true, false, "same_staff", 0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence a = fixture_evidence(*state, "C03", CASES[i].a);
        Evidence b = fixture_evidence(*state, "C03", CASES[i].b);
        a.reporter = b.reporter = TEXT("1:0123456789abcdef0123456789abcdef");
        a.reporter_staff = CASES[i].staff;
        a.reporter_masked = CASES[i].masked;
        Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
        fixture_expect_level(&score, "reporter", CASES[i].level, CASES[i].mb);
        b.reporter = TEXT("1:0123456789abcdef0123456789abcdee");
        score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
        assert_null(fixture_find(&score, "reporter"));
        b.reporter_before = a.reporter; /* the key has changed in between */
        score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
        fixture_expect_level(&score, "reporter", CASES[i].level, CASES[i].mb);
        score = fixture_compare(*state, &b, &a, fixture_facts(HOUR));
        assert_non_null(fixture_find(&score, "reporter"));
    }
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

static void quoted_number_links_unless_all_else_speaks_against_it(void **state)
{
    Evidence a = fixture_evidence(*state, "A02", "锦绣花园3幢");
    Evidence b = fixture_evidence(*state, "A02", "锦绣花园5幢");
    HazardFacts facts = fixture_facts(HOUR);
    facts.quoted = true;
    Score score = fixture_compare(*state, &a, &b, facts);
    fixture_expect_level(&score, "quoted", "resolves", 30000);
    fixture_expect_vetoes(&score, NULL);
    assert_false(score.review_only);
    Evidence c = fixture_evidence(*state, "H01", "青松家园5幢");
    score = fixture_compare(*state, &a, &c, facts);
    assert_true(score.review_only);
    assert_string_equal(score.flags[0], "quoted_unrelated");
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
        cmocka_unit_test(compares_classes),
        cmocka_unit_test(tells_aspects_of_one_leaf_apart),
        cmocka_unit_test(notes_precursors_in_order_of_time),
        cmocka_unit_test(trapped_people_and_the_faulty_lift_beside_it_are_two),
        cmocka_unit_test(unsure_class_says_nothing),
        cmocka_unit_test(compares_texts),
        cmocka_unit_test(property_company_is_no_place),
        cmocka_unit_test(compares_parties_of_shops),
        cmocka_unit_test(compares_reporters),
        cmocka_unit_test(weighs_the_gap_by_kind_of_class),
        cmocka_unit_test(a_thing_with_a_number_is_the_same_after_any_burst),
        cmocka_unit_test(counts_tempo_of_bursts_only),
        cmocka_unit_test(quoted_number_links_unless_all_else_speaks_against_it),
        cmocka_unit_test(area_classes_have_no_veto_of_building_or_device),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
