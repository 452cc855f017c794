/* What it says that one person told both: by place, class, time, and what is said of an earlier report. linkage.md 1. */
#include "scorer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int set_up(void **state)
{
    if (fixture_set_up(state) != 0)
        return -1;
    const Fixture *fixture = *state;
    ModelWeights *weights = &fixture->model->weights;
    weights->reporter_place = 4000;
    weights->reporter_other_class = 1500;
    weights->reporter_home = 16500;
    weights->reporter_again = 21000;
    weights->reporter_again_s = 7 * 86400;
    weights->reporter_recall_s = 90 * 86400;
    return 0;
}

static Evidence told(const Fixture *fixture, const char *code, const char *address, int64_t at)
{
    Evidence evidence = fixture_evidence(fixture, code, address);
    evidence.reporter = TEXT("1:0123456789abcdef0123456789abcdef");
    evidence.event_at = at;
    return evidence;
}

static void weighs_one_person_by_place_class_and_time(void **state)
{
    static const struct {
        const char *code, *address;
        double days;
        Recall recall;
        const char *level;
        int32_t mb;
    } CASES[] = {
        {"C03", "锦绣花园3幢", 0, RECALL_NONE, "same_with_place", 4000},
        {"C03", "锦绣花园3幢", 60, RECALL_NONE, "same_with_place", 4000},
        /* 21,000 in all, of which the estate says 15,500 */
        {"C03", "锦绣花园", 0, RECALL_NONE, "same_again", 5500},
        {"C03", "锦绣花园", 8, RECALL_NONE, "same_with_place", 4000},
        {"C03", "", 0, RECALL_NONE, "same_again", 21000},
        {"C03", "", 7, RECALL_NONE, "same_again", 21000},
        {"C03", "", -7, RECALL_NONE, "same_again", 21000}, /* it came late */
        {"C03", "", 7.01, RECALL_NONE, "same_without_place", 16500},
        {"C03", "", 7.01, RECALL_SAME, "same_again", 21000},
        {"C03", "", 90.01, RECALL_SAME, "same_without_place", 16500},
        {"C03", "", 0, RECALL_OTHER, "same_other_matter", 0},
        {"C03", "锦绣花园3幢", 0, RECALL_OTHER, "same_other_matter", 0},
        {"H01", "", 0, RECALL_NONE, "same_without_place", 16500},
        {"H01", "", 0, RECALL_SAME, "same_without_place", 16500}, /* quite another */
        {"J03", "", 0, RECALL_NONE, "same_without_place", 16500},
        {"J03", "", 7, RECALL_SAME, "same_without_place", 16500},
        {"H01", "锦绣花园3幢", 0, RECALL_NONE, "same_other_class", 1500},
        {"C03", "锦绣花园5幢", 0, RECALL_NONE, "same_elsewhere", 0},
        {"C03", "锦绣花园5幢", 0, RECALL_SAME, "same_elsewhere", 0},
        {"C03", "青松家园5幢", 0, RECALL_NONE, "same_elsewhere", 0},
        {"C03", "青松家园5幢", 7, RECALL_SAME, "same_recalled", 27500}, /* against -6,500 */
        {"C03", "青松家园5幢", 7.01, RECALL_SAME, "same_elsewhere", 0},
        {"H01", "青松家园5幢", 0, RECALL_SAME, "same_elsewhere", 0},
    };
    Evidence before = told(*state, "C03", "锦绣花园3幢", 100 * DAY);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        int64_t at = 100 * DAY + (int64_t)(CASES[i].days * (double)DAY);
        Evidence report = told(*state, CASES[i].code, CASES[i].address, at);
        report.recall = CASES[i].recall;
        Score score = fixture_compare(*state, &report, &before, fixture_facts(HOUR));
        fixture_expect_level(&score, "reporter", CASES[i].level, CASES[i].mb);
    }
}

/* What contradicts is outvoted by no more than it outvotes: who means his last report is elsewhere for himself alone. */
static void who_means_his_last_report_contradicts_nothing(void **state)
{
    Evidence before = told(*state, "C03", "锦绣花园3幢", 0);
    Evidence report = told(*state, "C03", "青松家园5幢", HOUR);
    Score score = fixture_compare(*state, &report, &before, fixture_facts(HOUR));
    assert_true(score.contradicts);
    report.recall = RECALL_SAME;
    score = fixture_compare(*state, &report, &before, fixture_facts(HOUR));
    assert_false(score.contradicts);
    assert_true(score.agrees);
    report.reporter =
        TEXT("1:0123456789abcdef0123456789abcdee"); /* the last report of somebody else */
    score = fixture_compare(*state, &report, &before, fixture_facts(HOUR));
    assert_true(score.contradicts);
}

static void a_things_number_says_where_it_is(void **state)
{
    Evidence before = told(*state, "A02", "锦绣花园3幢", 0);
    Evidence report = told(*state, "A02", "", HOUR);
    fixture_add_asset(&before, ASSET_PLATE, "990011", true);
    fixture_add_asset(&report, ASSET_PLATE, "990011", true);
    Score score = fixture_compare(*state, &report, &before, fixture_facts(HOUR));
    fixture_expect_level(&score, "reporter", "same_without_place", 16500);
}

static void a_phone_of_many_says_less(void **state)
{
    Evidence before = told(*state, "C03", "锦绣花园3幢", 0);
    Evidence report = told(*state, "C03", "", HOUR);
    report.reporter_masked = true;
    Score score = fixture_compare(*state, &report, &before, fixture_facts(HOUR));
    fixture_expect_level(&score, "reporter", "same_again", 10500);
    report.reporter_staff = true;
    report.recall = RECALL_SAME;
    score = fixture_compare(*state, &report, &before, fixture_facts(HOUR));
    fixture_expect_level(&score, "reporter", "same_staff", 0);
}

static void knows_a_person_under_the_key_before(void **state)
{
    Evidence before = told(*state, "C03", "锦绣花园3幢", 0);
    Evidence report = told(*state, "C03", "锦绣花园3幢", HOUR);
    before.reporter = TEXT("1:0123456789abcdef0123456789abcdee");
    Score score = fixture_compare(*state, &report, &before, fixture_facts(HOUR));
    assert_null(fixture_find(&score, "reporter"));
    before.reporter_before = report.reporter;
    score = fixture_compare(*state, &report, &before, fixture_facts(HOUR));
    fixture_expect_level(&score, "reporter", "same_with_place", 4000);
    score = fixture_compare(*state, &before, &report, fixture_facts(HOUR));
    fixture_expect_level(&score, "reporter", "same_with_place", 4000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weighs_one_person_by_place_class_and_time),
        cmocka_unit_test(who_means_his_last_report_contradicts_nothing),
        cmocka_unit_test(a_things_number_says_where_it_is),
        cmocka_unit_test(a_phone_of_many_says_less),
        cmocka_unit_test(knows_a_person_under_the_key_before),
    };
    return cmocka_run_group_tests(tests, set_up, fixture_tear_down);
}
