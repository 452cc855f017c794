/* Which of a building's lifts people mean: read out of text and address, and compared kind by kind. */
#include "evidence_fixture.h"

static LiftLabel
label_of(const Fixture *fixture, const char *code, const char *address, const char *body)
{
    Report report;
    report_init(&report);
    report.category = text_from(code);
    report.category_confidence = 85;
    report.address = text_from(address);
    report.body = text_from(body);
    EvidenceOrigin origin = {TEXT("H12345"), TEXT("9901"), 5, INT64_C(1790000000000000)};
    Evidence *evidence = evidence_new(&report, &origin, fixture->model, fixture->scratch);
    LiftLabel label = evidence->lift_label;
    evidence_free(evidence);
    return label;
}

/* All kinds with a blank between them. */
static Text words_of(const Fixture *fixture, LiftLabel label)
{
    Text all = TEXT("");
    for (size_t i = 0; i < LIFT_KINDS; i++) {
        Text one = lift_label_text(label, (LiftKind)i, fixture->scratch);
        if (!text_is_absent(one))
            all = text_format(fixture->scratch, "%.*s%s%.*s", TEXT_ARGS(all),
                              all.size > 0 ? " " : "", TEXT_ARGS(one));
    }
    return all;
}

static const struct {
    const char *address, *body, *want;
} CASES[] = {
    {"锦绣花园3幢", "1号梯停运", "1号梯"},
    {"锦绣花园3幢", "2#电梯停运", "2号梯"},
    {"锦绣花园3幢", "#2电梯停运", "2号梯"},
    {"锦绣花园3幢", "２＃梯停运", "2号梯"},
    {"锦绣花园3幢", "二号电梯停运", "2号梯"},
    {"锦绣花园3幢", "十二号梯停运", "12号梯"},
    {"锦绣花园3幢", "1号客梯停运", "1号梯 客梯"},
    {"锦绣花园3幢", "商场2号扶梯夹鞋", "2号梯"},
    {"锦绣花园3幢", "A梯停运", "A梯"},
    {"锦绣花园3幢", "b号电梯停运", "B梯"},
    {"锦绣花园3幢", "左边那部停了", "左侧梯"},
    {"锦绣花园3幢", "左侧电梯停运", "左侧梯"},
    {"锦绣花园3幢", "右手边的电梯停运", "右侧梯"},
    {"锦绣花园3幢", "进门右边一部电梯停运", "右侧梯"},
    {"锦绣花园3幢", "左梯停运", "左侧梯"},
    {"锦绣花园3幢", "中间那台停运", "中间梯"},
    {"锦绣花园3幢", "东侧电梯停运", "东侧梯"},
    {"锦绣花园3幢", "西边的那部电梯异响", "西侧梯"},
    {"锦绣花园3幢", "北侧电梯停运", "北侧梯"},
    {"锦绣花园3幢", "东南侧电梯停运", "东侧梯 南侧梯"},
    {"锦绣花园3幢", "电梯坏了，靠里的那部", "靠里梯"},
    {"锦绣花园3幢", "最外面的电梯坏了", "靠外梯"},
    {"锦绣花园3幢", "小区里面的电梯坏了", ""},
    {"锦绣花园3幢", "消防梯停运", "消防梯"},
    {"锦绣花园3幢", "消防电梯停运", "消防梯"},
    {"锦绣花园3幢", "货梯停运", "货梯"},
    {"锦绣花园3幢", "载货电梯停运", "货梯"},
    {"锦绣花园3幢", "客梯停运", "客梯"},
    {"锦绣花园3幢", "观光电梯停运", "观光梯"},
    {"锦绣花园3幢", "电梯坏了，大的那台", "大梯"},
    {"锦绣花园3幢", "电梯坏了，小的那部", "小梯"},
    {"锦绣花园3幢", "大一点的那部电梯坏了", "大梯"},
    {"锦绣花园3幢", "小电梯坏了", "小梯"},
    {"锦绣花园3幢", "单层停的那部电梯坏了", "单层梯"},
    {"锦绣花园3幢", "停双层的电梯坏了", "双层梯"},
    {"锦绣花园3幢", "奇数层电梯坏了", "单层梯"},
    {"锦绣花园3幢", "双层梯坏了", "双层梯"},
    {"锦绣花园3幢", "高区电梯坏了", "高区梯"},
    {"锦绣花园3幢2号梯", "停运了", "2号梯"},
    {"锦绣花园3幢货梯", "停运了", "货梯"},
    {"锦绣花园3幢2单元1号电梯", "停运了", "1号梯"},
    /* 1梯 is a unit, unless there is one already */
    {"锦绣花园3幢1梯", "停运了", ""},
    {"锦绣花园", "3幢1梯停运了", ""},
    {"锦绣花园3幢2单元", "1梯停运了", "1号梯"},
    {"锦绣花园3幢", "1梯停运了", ""},
    /* several, or none */
    {"锦绣花园3幢", "1号梯和2号梯都停运", ""},
    {"锦绣花园3幢", "1、2号梯都停运", ""},
    {"锦绣花园3幢", "A、B梯都停运", ""},
    {"锦绣花园3幢", "左边和右边的电梯都停运", ""},
    {"锦绣花园3幢", "左边那部好的，右边那部坏了", ""},
    {"锦绣花园3幢", "客货梯停运", ""},
    {"锦绣花园3幢", "消防兼货梯停运", ""},
    {"锦绣花园3幢", "单双层电梯都停运", ""},
    {"锦绣花园3幢", "2号梯停运，左边那部", "2号梯 左侧梯"},
    {"锦绣花园3幢", "不是1号梯，是2号梯停运", "2号梯"},
    /* no label at all */
    {"锦绣花园", "3号楼电梯停运", ""},
    {"锦绣花园", "A座电梯停运", ""},
    {"锦绣花园3幢", "两部电梯都停运", ""},
    {"锦绣花园3幢", "一梯两户，2梯4户的电梯停运", ""},
    {"锦绣花园3幢", "52341号电梯停运", ""},
    {"锦绣花园3幢", "B1电梯停运", ""},
    {"锦绣花园3幢", "VIP电梯停运", ""},
    {"锦绣花园3幢", "3楼电梯停运", ""},
    {"锦绣花园3幢", "5号门电梯停运", ""},
    {"锦绣花园3幢", "广东电梯公司的电梯停运", ""},
    {"锦绣花园3幢", "噪音大的电梯停运", ""},
    {"锦绣花园3幢", "声音很大的那台电梯", ""},
    {"锦绣花园3幢", "小区电梯停运", ""},
    {"锦绣花园3幢", "顾客电梯停运", ""},
    {"锦绣花园3幢", "左侧楼梯堵了，电梯停运", ""},
    {"锦绣花园3幢", "消防通道堵了，电梯停运", ""},
    {"锦绣花园3幢", "东侧单元电梯停运", ""},
    {"锦绣花园3幢", "电梯停运", ""},
};

static void reads_which_lift_is_meant(void **state)
{
    size_t failed = 0;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Text found = words_of(*state, label_of(*state, "A02", CASES[i].address, CASES[i].body));
        if (text_is(found, CASES[i].want))
            continue;
        print_error("%s %s: wanted \"%s\", found \"%.*s\"\n", CASES[i].address, CASES[i].body,
                    CASES[i].want, TEXT_ARGS(found));
        failed++;
    }
    assert_int_equal(failed, 0);
}

static void reads_it_for_lifts_alone(void **state)
{
    assert_true(label_of(*state, "A01", "锦绣花园3幢", "2号梯里困了人") != 0);
    assert_int_equal(label_of(*state, "C03", "锦绣花园3幢", "2号梯前的安全出口锁了"), 0);
}

/* The place stays what it is, with a lift behind the building. */
static void leaves_the_building_alone(void **state)
{
    const Fixture *fixture = *state;
    static const char *const ADDRESSES[] = {"锦绣花园3幢2单元1号梯", "锦绣花园3幢2单元2号电梯",
                                            "锦绣花园3幢2单元货梯", "锦绣花园3幢2单元A梯",
                                            "锦绣花园3幢2单元2#电梯"};
    for (size_t i = 0; i < sizeof ADDRESSES / sizeof ADDRESSES[0]; i++) {
        Report report;
        report_init(&report);
        report.category = TEXT("A02");
        report.address = text_from(ADDRESSES[i]);
        EvidenceOrigin origin = {TEXT("H12345"), TEXT("9901"), 5, INT64_C(1790000000000000)};
        Evidence *evidence = evidence_new(&report, &origin, fixture->model, fixture->scratch);
        if (!text_is(evidence->place_text, "锦绣花园3幢2单元"))
            fail_msg("%s: %.*s", ADDRESSES[i], TEXT_ARGS(evidence->place_text));
        evidence_free(evidence);
    }
}

static void compares_labels_of_one_kind(void **state)
{
    static const struct {
        const char *a, *b;
        LiftAgreement want;
        LiftKind kind;
    } PAIRS[] = {
        {"1号梯停运", "1号电梯停运", LIFT_EQUAL, LIFT_NUMBER},
        {"1号梯停运", "2号梯停运", LIFT_DIFFERS, LIFT_NUMBER},
        {"A梯停运", "B梯停运", LIFT_DIFFERS, LIFT_LETTER},
        {"A梯停运", "1号梯停运", LIFT_UNKNOWN, LIFT_NUMBER},
        {"左边那部停运", "左侧电梯停运", LIFT_EQUAL, LIFT_LEFT_RIGHT},
        {"左边那部停运", "右边那部停运", LIFT_DIFFERS, LIFT_LEFT_RIGHT},
        {"左边那部停运", "东侧电梯停运", LIFT_UNKNOWN, LIFT_NUMBER},
        {"东侧电梯停运", "西侧电梯停运", LIFT_DIFFERS, LIFT_EAST_WEST},
        {"东侧电梯停运", "南侧电梯停运", LIFT_UNKNOWN, LIFT_NUMBER},
        {"货梯停运", "客梯停运", LIFT_DIFFERS, LIFT_PURPOSE},
        {"大的那台停运，是电梯", "小电梯停运", LIFT_DIFFERS, LIFT_SIZE},
        {"单层电梯停运", "双数层电梯停运", LIFT_DIFFERS, LIFT_STOPS},
        {"靠里的电梯停运", "靠外那部电梯停运", LIFT_DIFFERS, LIFT_DEPTH},
        {"高区电梯停运", "低区电梯停运", LIFT_DIFFERS, LIFT_ZONE},
        {"高区电梯停运", "电梯停运", LIFT_UNKNOWN, LIFT_NUMBER},
        /* the number is surer than the side from which one looks */
        {"1号梯停运，左边那部", "1号梯停运，右边那部", LIFT_EQUAL, LIFT_NUMBER},
        {"1号货梯停运", "左边货梯停运", LIFT_EQUAL, LIFT_PURPOSE},
    };
    for (size_t i = 0; i < sizeof PAIRS / sizeof PAIRS[0]; i++) {
        LiftLabel a = label_of(*state, "A02", "锦绣花园3幢", PAIRS[i].a);
        LiftLabel b = label_of(*state, "A02", "锦绣花园3幢", PAIRS[i].b);
        LiftKind kind = LIFT_NUMBER;
        if (lift_label_compare(a, b, &kind) != PAIRS[i].want || kind != PAIRS[i].kind ||
            lift_label_compare(b, a, &kind) != PAIRS[i].want)
            fail_msg("%s, %s", PAIRS[i].a, PAIRS[i].b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_which_lift_is_meant),
        cmocka_unit_test(reads_it_for_lifts_alone),
        cmocka_unit_test(leaves_the_building_alone),
        cmocka_unit_test(compares_labels_of_one_kind),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
