/* Sentences as an analyst reads them: written from what the comparisons mean, for decisions made by hand. */
#include "scorer_fixture.h"

#include "domain/linkage_sentence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const ScoreItem SAME_UNIT = {"place",
                                    "P1",
                                    20900,
                                    {"锦绣花园3幢2单元", sizeof "锦绣花园3幢2单元" - 1},
                                    {"锦绣花园3幢2单元701", sizeof "锦绣花园3幢2单元701" - 1},
                                    {NULL, 0}};
static const ScoreItem SAME_LEAF = {"class", "same_leaf", 3100, {"A02", 3}, {"A02", 3}, {NULL, 0}};

static ScoreItem
item(const char *comparison, const char *level, int32_t mb, const char *ours, const char *theirs)
{
    return (ScoreItem){comparison, level, mb, text_from(ours), text_from(theirs), TEXT_ABSENT};
}

static ScoreItem gap(int32_t mb, const char *detail)
{
    return (ScoreItem){"gap", "le_30d", mb, TEXT_ABSENT, TEXT_ABSENT, text_from(detail)};
}

static void add(Score *score, const ScoreItem *added)
{
    score->items[score->count++] = *added;
    score->total_mb += added->weight_mb;
}

/* A decision about hazard 12 with these items, whose sum is the final score unless changed. */
static Decision decision(void **state, Outcome outcome, const ScoreItem *items, size_t count)
{
    const Fixture *fixture = *state;
    const ScoreItem prior = item("prior", "prior", -19000, NULL, NULL);
    Decision made = {.outcome = outcome, .has_best = true};
    made.best = (Score){.hazard_id = 12,
                        .link_mb = 4500,
                        .review_mb = 2000,
                        .items = ARENA_ARRAY(fixture->arena, ScoreItem, SCORE_ITEMS_MAX)};
    add(&made.best, &prior);
    for (size_t i = 0; i < count; i++)
        add(&made.best, &items[i]);
    made.final_mb = made.best.total_mb;
    return made;
}

#define DECISION(state_, outcome_, ...)                                                            \
    decision((state_), (outcome_), (const ScoreItem[]){__VA_ARGS__},                               \
             sizeof((const ScoreItem[]){__VA_ARGS__}) / sizeof(ScoreItem))

static void expect(void **state, const Decision *made, const char *want)
{
    const Fixture *fixture = *state;
    Text sentence = linkage_sentence(made, TEXT("9901"), fixture->arena);
    assert_string_equal(text_string(fixture->arena, sentence), want);
}

static void a_lift_is_called_by_what_people_call_it(void **state)
{
    const ScoreItem differs = item("asset", "label_differs", -6000, "2号梯", "1号梯");
    const ScoreItem equal = item("asset", "label_equal", 1500, "2号梯", "2号梯");
    Decision made = DECISION(state, OUTCOME_NEW, SAME_UNIT, differs, gap(0, "9天"));
    expect(state, &made,
           "新立：与最接近的HZ9901-000012相比，同在锦绣花园3幢2单元，相隔9天，但说的不是同一部电梯"
           "（2号梯与1号梯）；得分-4.1，不到复核线2.0");
    made = DECISION(state, OUTCOME_LINK, SAME_UNIT, equal, SAME_LEAF, gap(0, "9天"));
    expect(state, &made,
           "与HZ9901-000012是同一隐患：同在锦绣花园3幢2单元，说的都是2号梯，类别相同，相隔9天；"
           "得分+6.5，达到归并线4.5");
}

static void a_link_says_what_speaks_for_it(void **state)
{
    Decision made = DECISION(state, OUTCOME_LINK, SAME_UNIT, SAME_LEAF, gap(0, "9天"));
    expect(
        state, &made,
        "与HZ9901-000012是同一隐患：同在锦绣花园3幢2单元，类别相同，相隔9天；得分+5.0，达到归并线"
        "4.5");
}

static void what_speaks_against_it_comes_after(void **state)
{
    Decision made =
        DECISION(state, OUTCOME_LINK, SAME_UNIT, item("place", "crowded", -1000, "estate", "20处"),
                 item("place", "coarser_agrees", 1000, "9米", NULL), SAME_LEAF,
                 item("text", "ge_0.50", 4500, NULL, NULL), gap(-2000, "83天"));
    expect(
        state, &made,
        "与HZ9901-000012是同一隐患：同在锦绣花园3幢2单元，坐标也相符，类别相同，说法很像，但该小区"
        "有20处同类隐患，相隔83天；得分+7.5，达到归并线4.5");
}

static void an_area_is_told_with_its_extent(void **state)
{
    Decision made =
        DECISION(state, OUTCOME_LINK, item("place", "P7", 17500, "距锚点230米", "范围180米"),
                 item("place", "coarser_agrees", 1000, "锦绣花园3幢", "锦绣花园5幢"), SAME_LEAF,
                 gap(6500, "12分钟"));
    expect(state, &made,
           "与HZ9901-000012是同一隐患：距锚点230米（范围180米），地址也相符，类别相同，相隔12分钟；"
           "得分+9.1，达到归并线4.5");
}

static void several_that_fit_equally_are_named(void **state)
{
    Decision made = DECISION(state, OUTCOME_REVIEW,
                             item("place", "P2", 19900, "锦绣花园3幢", "锦绣花园3幢2单元"),
                             SAME_LEAF, gap(1300, "5天"));
    made.one_of = true;
    made.competition_mb = 5300;
    made.final_mb = made.best.total_mb - 5300;
    made.rivals[made.rival_count++] = (Rival){13, made.best.total_mb};
    made.rivals_in_all = 1;
    expect(
        state, &made,
        "分不清是HZ9901-000012还是HZ9901-000013，先另立并请人复核：同在锦绣花园3幢，类别相同，相隔"
        "5天；几处都吻合，扣5.3；得分0.0，不到复核线2.0");
    made.rivals[made.rival_count++] = (Rival){14, made.best.total_mb - 100};
    made.rivals_in_all = 2;
    expect(
        state, &made,
        "分不清是HZ9901-000012、HZ9901-000013等3处中的哪一处，先另立并请人复核：同在锦绣花园3幢，"
        "类别相同，相隔5天；几处都吻合，扣5.3；得分0.0，不到复核线2.0");
}

static void a_weaker_rival_takes_its_part(void **state)
{
    Decision made = DECISION(state, OUTCOME_REVIEW, SAME_UNIT, SAME_LEAF, gap(0, "9天"));
    made.competition_mb = 1234;
    made.final_mb = made.best.total_mb - 1234;
    made.rivals[made.rival_count++] = (Rival){13, made.best.total_mb - 900};
    made.rivals_in_all = 4;
    expect(
        state, &made,
        "可能与HZ9901-000012是同一隐患，先另立并请人复核：同在锦绣花园3幢2单元，类别相同，相隔9天；"
        "HZ9901-000013等处也吻合，扣1.2；得分+3.8，过了复核线2.0，不到归并线4.5");
}

static void a_flag_leaves_it_to_a_person(void **state)
{
    Decision made =
        DECISION(state, OUTCOME_REVIEW, SAME_UNIT, item("asset", "near", -2000, "990011", "990017"),
                 SAME_LEAF, item("text", "ge_0.50", 4500, NULL, NULL));
    made.best.review_only = true;
    made.best.flags[made.best.flag_count++] = "asset_near";
    expect(state, &made,
           "可能与HZ9901-"
           "000012是同一隐患，先另立并请人复核：同在锦绣花园3幢2单元，类别相同，说法很像，"
           "但设备编号仅差一位（990011与990017）；得分+7.5，达到归并线4."
           "5，设备编号仅差一位，须由人定");
}

static void a_veto_says_what_the_two_are(void **state)
{
    Decision made =
        DECISION(state, OUTCOME_NEW, item("place", "X1", 12500, "锦绣花园3幢", "锦绣花园13幢"),
                 SAME_LEAF, item("text", "ge_0.50", 4500, NULL, NULL), gap(2000, "1小时"));
    made.has_best = false;
    made.refusal = "veto";
    made.best.vetoes[made.best.veto_count++] = "building";
    expect(state, &made,
           "新立：与最接近的HZ9901-000012相比，类别相同，说法很像，相隔1小时；得分+3.1，"
           "但楼幢或门牌不同（锦绣花园3幢与锦绣花园13幢），不可归并");
}

/* What is far away is not said to be kept away. */
static void a_veto_that_changes_nothing_is_not_said(void **state)
{
    Decision made = DECISION(state, OUTCOME_NEW, item("place", "P8", -1500, "297米", "B"),
                             item("class", "unrelated", -3900, "A02", "E07"));
    made.has_best = false;
    made.refusal = "veto";
    made.best.vetoes[made.best.veto_count++] = "class";
    expect(state, &made,
           "新立：与最接近的HZ9901-000012相比，相距297米，类别无关；得分-24.4，不到复核线2.0");
}

static void a_far_hazard_is_said_to_be_far(void **state)
{
    Decision made = DECISION(state, OUTCOME_NEW, item("place", "X2", -6500, "404米", "B"),
                             item("class", "unrelated", -3900, "A02", "E07"), gap(0, "18天"));
    made.has_best = false;
    made.refusal = "contradicted";
    made.contradicting = 2;
    expect(
        state, &made,
        "新立：与最接近的HZ9901-000012相比，相隔18天，但相距404米，类别无关；得分-29.4，不到复核线"
        "2.0");
}

static void members_that_contradict_are_counted(void **state)
{
    Decision made = DECISION(state, OUTCOME_NEW, SAME_UNIT, SAME_LEAF, gap(2000, "0分钟"));
    made.has_best = false;
    made.refusal = "contradicted";
    made.agreeing = 1;
    made.contradicting = 3;
    expect(state, &made,
           "新立：与最接近的HZ9901-000012相比，同在锦绣花园3幢2单元，类别相同，几乎同时；得分+7."
           "0，达到"
           "归并线4.5，但与其3份报告矛盾、只与1份相符，不可归并");
}

static void a_hazard_kept_away_by_a_veto_is_named_beside_the_best(void **state)
{
    Decision made =
        DECISION(state, OUTCOME_LINK, item("asset", "equal", 22000, "990011", "990011"), SAME_LEAF);
    made.rejected[made.rejected_count++] = (Rejected){29, 9800, "veto:asset"};
    expect(state, &made,
           "与HZ9901-000012是同一隐患：设备编号同为990011，类别相同；得分+6.1，达到归并线4.5；"
           "HZ9901-000029得分+9.8，但设备编号不同，不可归并");
}

static void without_candidates_it_says_so(void **state)
{
    Decision made = {.outcome = OUTCOME_NEW};
    expect(state, &made, "新立：没有可比较的隐患");
    made.generic_keys = 2;
    expect(state, &made, "新立：没有可比较的隐患（2个检索键过于常见，未用）");
}

static void what_has_become_one_is_told(void **state)
{
    Decision made = DECISION(state, OUTCOME_MERGED, SAME_UNIT, SAME_LEAF, gap(0, "9天"));
    made.from_id = 31;
    made.hazard_id = 12;
    made.threshold_mb = 4800;
    expect(state, &made,
           "原属HZ9901-000031，现判明与HZ9901-000012是同一隐患，两处并为一处："
           "同在锦绣花园3幢2单元，类别相同，相隔9天；得分+5.0，达到合并线4.8");
    Decision silent = {.outcome = OUTCOME_MERGED, .from_id = 31, .hazard_id = 12};
    expect(state, &silent, "随HZ9901-000031的其他报告，与HZ9901-000012并为一处");
}

static void a_bucket_is_named_and_where_its_reports_go(void **state)
{
    Decision made = {.outcome = OUTCOME_BUCKET, .bucket_id = 40};
    expect(state, &made, "未说清是哪一处，先归入待定位HZ9901-000040：没有可比较的隐患");
    made = DECISION(state, OUTCOME_BUCKET, SAME_LEAF, gap(0, "9天"));
    made.bucket_id = 40;
    expect(state, &made,
           "未说清是哪一处，先归入待定位HZ9901-000040：与最接近的HZ9901-000012相比，类别相同，"
           "相隔9天；得分-15.9，不到复核线2.0");
    made = DECISION(state, OUTCOME_REVIEW, SAME_UNIT, gap(0, "9天"),
                    item("text", "ge_0.17", 1300, NULL, NULL));
    made.bucket_id = 40;
    expect(state, &made,
           "可能与HZ9901-000012是同一隐患，先归入待定位HZ9901-000040并请人复核："
           "同在锦绣花园3幢2单元，相隔9天，说法相近；得分+3.2，过了复核线2.0，不到归并线4.5");
    made = DECISION(state, OUTCOME_MOVED, SAME_UNIT, SAME_LEAF, gap(0, "9天"));
    made.from_id = 40;
    made.threshold_mb = 4500;
    expect(state, &made,
           "原在待定位HZ9901-000040，现判明说的是HZ9901-000012：同在锦绣花园3幢2单元，类别相同，"
           "相隔9天；得分+5.0，达到归并线4.5");
}

static void a_revision_is_named_as_the_cause(void **state)
{
    Decision made = DECISION(state, OUTCOME_MOVED, SAME_UNIT, SAME_LEAF, gap(0, "9天"));
    made.from_id = 40;
    made.revised = true;
    expect(state, &made,
           "报告修订后另有说法，原在待定位HZ9901-000040，现判明说的是HZ9901-000012："
           "同在锦绣花园3幢2单元，类别相同，相隔9天；得分+5.0，达到归并线4.5");
    made = (Decision){.outcome = OUTCOME_NEW, .from_id = 40, .revised = true};
    expect(state, &made, "报告修订后另有说法，原在待定位HZ9901-000040；新立：没有可比较的隐患");
}

/* explain-pair has no hazard to name. */
static void a_pair_speaks_of_the_other_report(void **state)
{
    const Fixture *fixture = *state;
    Decision made = DECISION(state, OUTCOME_LINK, SAME_UNIT, SAME_LEAF, gap(0, "9天"));
    Text sentence = linkage_sentence(&made, TEXT_ABSENT, fixture->arena);
    assert_true(text_starts(sentence, TEXT("与对方报告是同一隐患：同在锦绣花园3幢2单元")));
    made.outcome = OUTCOME_NEW;
    sentence = linkage_sentence(&made, TEXT_ABSENT, fixture->arena);
    assert_true(text_starts(sentence, TEXT("不作同一隐患：与对方报告相比，")));
}

static void steps_are_words(void **state)
{
    const Fixture *fixture = *state;
    static const char *const WANT[][3] = {
        {"gap", "le_30min", "30分钟以内"},     {"gap", "le_72h", "72小时以内"},
        {"gap", "le_7d", "7天以内"},           {"gap", "over_1y", "1年以上"},
        {"text", "ge_0.17", "相似 0.17 以上"}, {"text", "less", "相似更少"},
        {"place", "P2", "同一楼幢或门牌"}};
    for (size_t i = 0; i < sizeof WANT / sizeof WANT[0]; i++) {
        Text words =
            linkage_level_words(text_from(WANT[i][0]), text_from(WANT[i][1]), fixture->arena);
        assert_string_equal(text_string(fixture->arena, words), WANT[i][2]);
    }
    assert_true(
        text_is_absent(linkage_level_words(TEXT("place"), TEXT("nowhere"), fixture->arena)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lift_is_called_by_what_people_call_it),
        cmocka_unit_test(a_link_says_what_speaks_for_it),
        cmocka_unit_test(what_speaks_against_it_comes_after),
        cmocka_unit_test(an_area_is_told_with_its_extent),
        cmocka_unit_test(several_that_fit_equally_are_named),
        cmocka_unit_test(a_weaker_rival_takes_its_part),
        cmocka_unit_test(a_flag_leaves_it_to_a_person),
        cmocka_unit_test(a_veto_says_what_the_two_are),
        cmocka_unit_test(a_veto_that_changes_nothing_is_not_said),
        cmocka_unit_test(a_far_hazard_is_said_to_be_far),
        cmocka_unit_test(members_that_contradict_are_counted),
        cmocka_unit_test(a_hazard_kept_away_by_a_veto_is_named_beside_the_best),
        cmocka_unit_test(without_candidates_it_says_so),
        cmocka_unit_test(what_has_become_one_is_told),
        cmocka_unit_test(a_bucket_is_named_and_where_its_reports_go),
        cmocka_unit_test(a_revision_is_named_as_the_cause),
        cmocka_unit_test(a_pair_speaks_of_the_other_report),
        cmocka_unit_test(steps_are_words),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
