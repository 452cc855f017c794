/*
 * Record numbers that a report quotes without a word for them, and those that it says are another matter (linkage.md 2:
 * "a quoted record number that speaks of another matter must not link").
 */
#include "evidence_fixture.h"

static Evidence *build(const Fixture *fixture, const Report *report)
{
    EvidenceOrigin origin = {TEXT("H12345"), TEXT("9901"), 5, INT64_C(1790000000000000)};
    return evidence_new(report, &origin, fixture->model, fixture->scratch);
}

/* The numbers with a blank between them. */
static Text quoted(const Fixture *fixture, const Report *report)
{
    Evidence *evidence = build(fixture, report);
    Text all = TEXT("");
    for (size_t i = 0; i < evidence->quoted_nos.count; i++)
        all = text_format(fixture->scratch, "%.*s%s%.*s", TEXT_ARGS(all), i > 0 ? " " : "",
                          TEXT_ARGS(evidence->quoted_nos.items[i]));
    evidence_free(evidence);
    return all;
}

typedef struct Case {
    const char *body;
    const char *want; /* numbers with blanks between them */
} Case;

static void expect_cases(const Fixture *fixture, const Case *cases, size_t count)
{
    size_t failed = 0;
    for (size_t i = 0; i < count; i++) {
        Report report;
        report_init(&report);
        report.record_no = TEXT("FS202611260777");
        report.category = TEXT("J03");
        report.body = text_from(cases[i].body);
        Text found = quoted(fixture, &report);
        if (text_is(found, cases[i].want))
            continue;
        print_error("%s: wanted \"%s\", found \"%.*s\"\n", cases[i].body, cases[i].want,
                    TEXT_ARGS(found));
        failed++;
    }
    assert_int_equal(failed, 0);
}

#define EXPECT_CASES(state, ...)                                                                   \
    expect_cases((state), (const Case[]){__VA_ARGS__},                                             \
                 sizeof((const Case[]){__VA_ARGS__}) / sizeof(Case))

static void takes_numbers_without_a_word_for_them(void **state)
{
    EXPECT_CASES(
        *state, {"同FS202607250047，一直没有人来修", "FS202607250047"},
        {"请加快办理：FS202611090011", "FS202611090011"},
        {"与FS202611090011重复", "FS202611090011"},
        {"上次工单FS202611090011处理完又出现", "FS202611090011"},
        {"见99010120261109000011，警情编号在前", "99010120261109000011"}, /* 20 digits */
        {"20位数字的警情编号99010120261109000012", "99010120261109000012"},
        {"已向市场监管反映SC9902012026110900021没有下文", "SC9902012026110900021"},
        {"城管那边是CG990120261109008", "CG990120261109008"},
        {"催一下 fs202611090011 ，谢谢", "FS202611090011"}, /* small, with blanks */
        {"催一下ＦＳ２０２６１１０９００１１", "FS202611090011"},
        {"(FS202611090011)同一件事", "FS202611090011"},
        {"FS202611090011、FS202611090012都是这件事", "FS202611090011 FS202611090012"},
        {"FS202611090011又来了，还是FS202611090011", "FS202611090011"},           /* once */
        {"上次是261109000000123-01没处理", "261109000000123-01 261109000000123"}, /* its record */
        {"FS2026-1109-0011号单子", "FS2026-1109-0011"},
        /* the same again, whatever became of it */
        {"FS202611090011已办结，今天又坏了", "FS202611090011"},
        {"FS202611090011说是修好了，这次还是那个问题", "FS202611090011"},
        {"FS202611090011已解决，今天再反映同一问题", "FS202611090011"},
        {"FS202611090011还没处理好，这次是第三次打电话", "FS202611090011"},
        {"FS202611090011已处理，现在是第二次坏", "FS202611090011"},
        {"FS202611090011未解决，今天再反映", "FS202611090011"},
        {"FS202611090011是上周报的，今天也没人来", "FS202611090011"},
        {"拆除FS202611090011所说的外墙广告牌", "FS202611090011"},
        {"排除FS202611090011反映的外因后仍在漏", "FS202611090011"},
        {"除夕打的FS202611090011，外墙也在掉", "FS202611090011"},
        {"问一下这是不是FS202611090011那件事", "FS202611090011"});
}

static void takes_no_other_numbers(void **state)
{
    EXPECT_CASES(*state, {"联系电话19900000001", ""}, {"电话0757-00000001", ""},
                 {"客服4001234567不接", ""}, {"时间2026-11-09", ""}, {"2026年11月9日", ""},
                 {"金额123456789", ""},                         /* nine characters */
                 {"型号ABCDEF1234567", ""},                     /* seven digits */
                 {"信用代码91990101MA0TERT08C的店", ""},        /* right by its check character */
                 {"井盖9901010101000001没了", ""},              /* a component by its parts */
                 {"设备代码300012345201900001", ""},            /* by the word beside it */
                 {"电梯300012345201900001停了", ""},            /* by its year */
                 {"灯杆编号LD9901010000001不亮", ""},           /* a thing's */
                 {"证件990101199001010019", ""},                /* by date and check digit */
                 {"本单FS202611260777", ""},                    /* its own */
                 {"123456789012345678901234567890123456", ""}); /* too long for anything */
}

static void drops_what_is_said_to_be_another_matter(void **state)
{
    EXPECT_CASES(*state, {"不是FS202611090011的事，是我家楼上", ""}, {"与FS202611090011无关", ""},
                 {"除FS202611090011外，还有一处井盖", ""}, {"除了FS202611090011之外还有一处", ""},
                 {"除FS202611090011反映的3号楼以外，5号楼也有", ""},
                 {"除FS202611090011、FS202611090012外，另有一处", ""},
                 {"除此前FS202611090011外又发现一处", ""},
                 {"FS202611090011那件已经处理好了，这次是路灯", ""},
                 {"FS202611090011已解决，这次反映楼道堆物", ""},
                 {"FS202611090011已解决，今天再反映井盖", ""},
                 {"FS202611090011已办结。本次反映的是5号楼电梯", ""},
                 {"FS202611090011反映的电梯物业已经修好了，谢谢，现在要说的是消防通道", ""},
                 {"已处理好的FS202611090011，这次来电反映另外的事", ""},
                 {"FS202611090011反映的是电梯，这次反映的是路灯", ""},
                 {"FS202611090011是3号楼的，这回是5号楼", ""},
                 {"FS202611090011还没修，这次另反映一处", ""}, {"和FS202611090011不是一件事", ""},
                 {"与FS202611090011并非同一地点", ""}, {"与FS202611090011不重复", ""},
                 {"并非FS202611090011和FS202611090012的事", ""},
                 {"FS202611090011和FS202611090012都与本次无关", ""},
                 {"FS202611090011先不说，今天说路灯", ""},
                 {"除了上次FS202611090011反映的那部，今天2号梯也停了", ""},
                 {"先前FS202611090011是反映货梯，现在客梯也坏了", ""},
                 {"本件不属于FS202611090011的重复件", ""},
                 /* one is, the other is not */
                 {"同FS202611090011。与FS202611090012无关", "FS202611090011"});
}

/* Of the mapping: first, and denied like the others; the text adds what it lacks. */
static void joins_the_numbers_of_the_mapping(void **state)
{
    const Fixture *fixture = *state;
    Text numbers[] = {TEXT("FS202611090012"), TEXT("FS202611090013")};
    Report report;
    report_init(&report);
    report.record_no = TEXT("FS202611260777");
    report.body = TEXT("同FS202611090011和FS202611090012，除FS202611090013外");
    report.quoted_nos = (TextList){numbers, 2};
    assert_true(text_is(quoted(fixture, &report), "FS202611090012 FS202611090011"));
}

/* Any number of them: the first eight of a text. */
static void takes_so_many_of_a_text_and_no_more(void **state)
{
    const Fixture *fixture = *state;
    Text body = TEXT("");
    for (int i = 0; i < 300; i++)
        body = text_format(fixture->scratch, "%.*s FS20261109%04d", TEXT_ARGS(body), i);
    Report report;
    report_init(&report);
    report.body = body;
    Evidence *evidence = build(fixture, &report);
    assert_int_equal(evidence->quoted_nos.count, 8);
    assert_true(text_is(evidence->quoted_nos.items[7], "FS202611090007"));
    evidence_free(evidence);
}

static void compares_record_numbers_in_either_case(void **state)
{
    (void)state;
    assert_true(evidence_same_record(TEXT("fs20a"), TEXT("FS20A")));
    assert_false(evidence_same_record(TEXT("fs20a"), TEXT("FS20B")));
    assert_false(evidence_same_record(TEXT("fs20"), TEXT("FS20B")));
    assert_false(evidence_same_record(TEXT_ABSENT, TEXT("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_numbers_without_a_word_for_them),
        cmocka_unit_test(takes_no_other_numbers),
        cmocka_unit_test(drops_what_is_said_to_be_another_matter),
        cmocka_unit_test(joins_the_numbers_of_the_mapping),
        cmocka_unit_test(takes_so_many_of_a_text_and_no_more),
        cmocka_unit_test(compares_record_numbers_in_either_case),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
