/* What a report says of an earlier one of the same caller, without its number: that it is about the same, or that it is not. */
#include "evidence_fixture.h"

typedef struct Case {
    const char *body;
    Recall want;
} Case;

static Recall recall_of(const Fixture *fixture, const char *body)
{
    Report report;
    report_init(&report);
    report.record_no = TEXT("FS202611260777");
    report.category = TEXT("J03");
    report.body = text_from(body);
    EvidenceOrigin origin = {TEXT("H12345"), TEXT("9901"), 5, INT64_C(1790000000000000)};
    Evidence *evidence = evidence_new(&report, &origin, fixture->model, fixture->scratch);
    Recall recall = evidence->recall;
    evidence_free(evidence);
    return recall;
}

static void expect_cases(const Fixture *fixture, const Case *cases, size_t count)
{
    size_t failed = 0;
    for (size_t i = 0; i < count; i++) {
        Recall found = recall_of(fixture, cases[i].body);
        if (found == cases[i].want)
            continue;
        print_error("%s: wanted %d, found %d\n", cases[i].body, (int)cases[i].want, (int)found);
        failed++;
    }
    assert_int_equal(failed, 0);
}

#define EXPECT_CASES(state, ...)                                                                   \
    expect_cases((state), (const Case[]){__VA_ARGS__},                                             \
                 sizeof((const Case[]){__VA_ARGS__}) / sizeof(Case))

static void hears_of_an_earlier_report(void **state)
{
    EXPECT_CASES(*state, {"上次反映的问题到现在还没人处理", RECALL_SAME},
                 {"我前天打过电话，电梯还是停着", RECALL_SAME},
                 {"还是那个问题，请尽快", RECALL_SAME}, {"来电催办，请尽快上门", RECALL_SAME},
                 {"之前投诉过，一直没有回复", RECALL_SAME},
                 {"是不是要等上次反映的那个处理完？", RECALL_SAME},
                 {"不是物业的问题，之前反映过是线路", RECALL_SAME}, /* denied in another clause */
                 {"上次反映的不是已经派人了吗", RECALL_SAME},       /* asked, it means yes */
                 {"上次反映的说是处理好了，这次还是那个问题", RECALL_SAME});
}

static void hears_that_it_is_another_matter(void **state)
{
    EXPECT_CASES(*state, {"不是上次反映的那部电梯，是旁边那部", RECALL_OTHER},
                 {"和上次反映的不是一回事", RECALL_OTHER}, {"与之前反映的路灯无关", RECALL_OTHER},
                 {"上次反映的已经处理好了，这次反映的是路灯", RECALL_OTHER},
                 {"再次来电，不是上次那件事", RECALL_OTHER}); /* the denial outweighs */
}

static void hears_nothing_where_nothing_is_said(void **state)
{
    EXPECT_CASES(*state, {"3号楼电梯停运，老人下不了楼", RECALL_NONE}, {"", RECALL_NONE},
                 {"这次台风刮倒了围挡", RECALL_NONE}, {"路灯不亮已经一周了", RECALL_NONE});
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(hears_of_an_earlier_report),
                                       cmocka_unit_test(hears_that_it_is_another_matter),
                                       cmocka_unit_test(hears_nothing_where_nothing_is_said)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
