/* Leaves, their aspects, and relations of two classes (linkage.md 1, "Class", "Confusable pairs", "Cause and incident"). */
#include "scorer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

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

/* What a report may be still tells, but is neither a veto nor a contradiction. */
static void unsure_class_is_compared_as_what_it_may_be(void **state)
{
    static const struct {
        const char *a, *b, *level;
    } CASES[] = {{"A02", "H01", "unsure_other"}, {"A02", "A02", "unsure_same"},
                 {"E01", "E05", "unsure_akin"},  {"B01", "C01", "unsure_other"},
                 {"B01", "F02", "unsure_other"}, {"A02", "J03", "unknown"},
                 {"J03", "J03", "unknown"}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Evidence a = fixture_evidence(*state, CASES[i].a, "锦绣花园3幢");
        Evidence b = fixture_evidence(*state, CASES[i].b, "锦绣花园3幢");
        a.category_confidence = 59;
        Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
        fixture_expect_level(&score, "class", CASES[i].level, 0);
        fixture_expect_vetoes(&score, NULL);
        assert_false(score.contradicts);
    }
    Evidence a = fixture_evidence(*state, "A02", "锦绣花园3幢");
    Evidence b = fixture_evidence(*state, "H01", "锦绣花园3幢");
    a.category_confidence = 60;
    Score score = fixture_compare(*state, &a, &b, fixture_facts(HOUR));
    fixture_expect_level(&score, "class", "unrelated", -3900);
    assert_true(score.contradicts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_classes),
        cmocka_unit_test(tells_aspects_of_one_leaf_apart),
        cmocka_unit_test(notes_precursors_in_order_of_time),
        cmocka_unit_test(trapped_people_and_the_faulty_lift_beside_it_are_two),
        cmocka_unit_test(unsure_class_is_compared_as_what_it_may_be),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
