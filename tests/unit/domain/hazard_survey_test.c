#include "hazard_fixture.h"

#include "domain/candidates.h"
#include "domain/hazard_survey.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HOTLINE TEXT("H12345")

static HazardSurvey surveyed(Fixture *fixture)
{
    HazardSurvey survey = {0};
    hazard_store_merge(fixture->lifecycle.store);
    hazard_survey_add(&survey, fixture->base);
    return survey;
}

/* A hazard of one report, maybe the same as another one. */
static Hazard *open_hazard(Fixture *fixture, int64_t report_id, double day, int64_t provisional_of)
{
    Lifecycle *lifecycle = &fixture->lifecycle;
    HazardMember member = fixture_member(report_id, day, 0, HOTLINE);
    Hazard *hazard = lifecycle_open_hazard(lifecycle, provisional_of);
    lifecycle_attach(lifecycle, hazard, &member,
                     fixture_evidence(report_id, HOTLINE, member.category));
    return hazard;
}

static void an_empty_store_has_nothing(void **state)
{
    (void)state;
    Fixture fixture = fixture_new();
    fixture_begin(&fixture);
    HazardSurvey survey = surveyed(&fixture);
    assert_int_equal(survey.hazards, 0);
    assert_int_equal(survey.generic_keys, 0);
    assert_int_equal(survey.reviews, 0);
    fixture_done(&fixture);
}

static void a_review_waits_as_long_as_its_case_is_open(void **state)
{
    (void)state;
    Fixture fixture = fixture_new();
    fixture_begin(&fixture);
    int64_t first = open_hazard(&fixture, 1, 1, 0)->id;
    open_hazard(&fixture, 2, 5, first);
    open_hazard(&fixture, 3, 3, first);
    Hazard *closed = open_hazard(&fixture, 4, 2, first);
    closed->cases[0].closed_at = FIXTURE_START + 9 * FIXTURE_DAY;
    Hazard *merged = open_hazard(&fixture, 5, 2, first);
    merged->merged_into = first;
    HazardSurvey survey = surveyed(&fixture);
    assert_int_equal(survey.hazards, 4);
    assert_int_equal(survey.reviews, 2);
    assert_int_equal(survey.oldest_review, FIXTURE_START + 3 * FIXTURE_DAY);
    fixture_done(&fixture);
}

static void a_case_that_went_into_another_one_keeps_no_review_open(void **state)
{
    (void)state;
    Fixture fixture = fixture_new();
    fixture_begin(&fixture);
    int64_t first = open_hazard(&fixture, 1, 1, 0)->id;
    Hazard *twin = open_hazard(&fixture, 2, 2, first);
    twin->cases[0].merged_into = 99;
    assert_int_equal(surveyed(&fixture).reviews, 0);
    fixture_done(&fixture);
}

/* All reports name one estate. */
static void a_key_is_generic_when_more_share_it(void **state)
{
    (void)state;
    for (int more = 0; more <= 1; more++) {
        Fixture fixture = fixture_new();
        fixture_begin(&fixture);
        for (int64_t i = 1; i <= CANDIDATES_GENERIC_NEIGHBOURS + more; i++)
            open_hazard(&fixture, i, 1, 0);
        HazardSurvey survey = surveyed(&fixture);
        assert_int_equal(survey.hazards, CANDIDATES_GENERIC_NEIGHBOURS + more);
        assert_int_equal(survey.generic_keys > 0, more);
        fixture_done(&fixture);
    }
}

static void stores_of_several_regions_add_up(void **state)
{
    (void)state;
    HazardSurvey survey = {0};
    for (int i = 0; i < 2; i++) {
        Fixture fixture = fixture_new();
        fixture_begin(&fixture);
        int64_t first = open_hazard(&fixture, 1, 1, 0)->id;
        open_hazard(&fixture, 2, 7 - i, first);
        hazard_store_merge(fixture.lifecycle.store);
        hazard_survey_add(&survey, fixture.base);
        fixture_done(&fixture);
    }
    assert_int_equal(survey.hazards, 4);
    assert_int_equal(survey.reviews, 2);
    assert_int_equal(survey.oldest_review, FIXTURE_START + 6 * FIXTURE_DAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_store_has_nothing),
        cmocka_unit_test(a_review_waits_as_long_as_its_case_is_open),
        cmocka_unit_test(a_case_that_went_into_another_one_keeps_no_review_open),
        cmocka_unit_test(a_key_is_generic_when_more_share_it),
        cmocka_unit_test(stores_of_several_regions_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
