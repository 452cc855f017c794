#include "base/text_builder.h"

#include "domain/scrub_known.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

typedef struct Case {
    const char *value; /* a person's, in a field of its own */
    const char *text;
    const char *expected;
} Case;

static void check(const Case *cases, size_t count)
{
    Arena *arena = arena_new(4096);
    for (size_t i = 0; i < count; i++) {
        ScrubKnown *known = scrub_known_new(arena, NULL);
        scrub_known_add(known, text_from(cases[i].value));
        bool changed;
        Text found = scrub_known_text(arena, known, text_from(cases[i].text), &changed);
        if (!text_is(found, cases[i].expected))
            fail_msg("\"%s\" with \"%s\" becomes \"%.*s\"", cases[i].text, cases[i].value,
                     TEXT_ARGS(found));
        assert_int_equal(changed, !text_is(found, cases[i].text));
        bool again;
        Text twice = scrub_known_text(arena, known, found, &again);
        assert_true(text_equal(twice, found));
        assert_false(again);
    }
    arena_free(arena);
}

#define CHECK(cases) check((cases), sizeof(cases) / sizeof((cases)[0]))

static void hides_names_wherever_they_stand(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"张试验", "已联系用户张试验确认", "已联系用户〔姓名〕确认"},
        {"张试验", "张试验，张试验到场", "〔姓名〕，〔姓名〕到场"},
        {"李样例、王小二", "李样例在，王小二不在", "〔姓名〕在，〔姓名〕不在"},
        {"李样例(组长)", "由李样例负责", "由〔姓名〕负责"},
        {"欧阳样例", "住户欧阳样例报", "住户〔姓名〕报"},
        {"阿卜杜·样例", "交阿卜杜·样例处理", "交〔姓名〕处理"},
        {"王　样", "王样已签收，由王　样签收", "〔姓名〕已签收，由〔姓名〕签收"},
        {"王 试验", "由王试验签收", "由〔姓名〕签收"},
        {"王样", "王样已签收", "〔姓名〕已签收"},
        {"张试验 19900000001", "张试验说19900000001打不通", "〔姓名〕说〔号码〕打不通"},
        {"张试验", "联系人：张试验，电话19900000002", "联系人：〔姓名〕，电话〔号码〕"},
    };
    CHECK(CASES);
}

static void hides_numbers_that_are_a_whole_run(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"试验员甲(W1023)", "试验员甲(W1023)已到场", "试验员甲(〔编号〕)已到场"},
        {"W1023", "w1023与Ｗ１０２３", "〔编号〕与〔编号〕"},
        {"W1023", "件号W10234，AW1023", "件号W10234，AW1023"},
        {"99010119900229002X", "凭99010119900229002x办理", "凭〔证件号〕办理"},
        {"88880001", "拨88880001转接，0757-88880001", "拨〔编号〕转接，〔号码〕"},
    };
    CHECK(CASES);
}

static void takes_out_nothing_else(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"35", "35岁，35号", "35岁，35号"},
        {"女性", "女性来电", "女性来电"},
        {"张", "张贴告示", "张贴告示"},
        {"张**", "张贴**告示", "张贴**告示"},
        {"A12", "A12栋", "A12栋"},
        {"ABCDE12", "ABCDE12座", "ABCDE12座"},
        {"幸福路35号金海花园3栋", "幸福路35号金海花园3栋", "幸福路35号金海花园3栋"},
        {"金碧华府12栋", "金碧华府有人", "金碧华府有人"},
        {"张槎街道", "张槎街道办", "张槎街道办"},
        {"高度", "高度重视", "高度重视"},
        {"安徽省样例市试验县", "安徽省样例市试验县", "安徽省样例市试验县"},
        {"", "井盖缺失", "井盖缺失"},
    };
    CHECK(CASES);
}

static void knows_nobody_without_values(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    bool changed;
    Text text = TEXT("已联系用户张试验确认");
    assert_true(text_equal(scrub_known_text(arena, NULL, text, &changed), text));
    assert_false(changed);
    assert_true(
        text_equal(scrub_known_text(arena, scrub_known_new(arena, NULL), text, &changed), text));
    assert_false(changed);
    arena_free(arena);
}

static void knows_what_another_one_knows(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    ScrubKnown *message = scrub_known_new(arena, NULL);
    scrub_known_add(message, TEXT("张试验 W1023"));
    ScrubKnown *item = scrub_known_new(arena, message);
    Text text = TEXT("张试验(W1023)与李样例");
    assert_true(text_is(scrub_known_text(arena, item, text, NULL), "〔姓名〕(〔编号〕)与李样例"));
    scrub_known_add(item, TEXT("李样例"));
    assert_true(text_is(scrub_known_text(arena, item, text, NULL), "〔姓名〕(〔编号〕)与〔姓名〕"));
    Text other = scrub_known_text(arena, scrub_known_new(arena, message), text, NULL);
    assert_true(text_is(other, "〔姓名〕(〔编号〕)与李样例"));
    arena_free(arena);
}

static void keeps_a_limit(void **state)
{
    (void)state;
    Arena *arena = arena_new(65536);
    ScrubKnown *known = scrub_known_new(arena, NULL);
    for (int i = 0; i < SCRUB_KNOWN_MOST + 10; i++)
        scrub_known_add(known, text_format(arena, "N%08d", i));
    Text first = scrub_known_text(arena, known, TEXT("件N00000000"), NULL);
    assert_true(text_is(first, "件〔编号〕"));
    Text beyond =
        scrub_known_text(arena, known, text_format(arena, "件N%08d", SCRUB_KNOWN_MOST), NULL);
    assert_false(text_contains(beyond, TEXT("〔编号〕")));
    TextBuilder long_value = builder_new(arena);
    while (long_value.size < SCRUB_KNOWN_VALUE)
        builder_string(&long_value, "，");
    builder_string(&long_value, "张试验");
    ScrubKnown *other = scrub_known_new(arena, NULL);
    scrub_known_add(other, builder_view(&long_value));
    Text text = TEXT("已联系用户张试验确认");
    assert_true(text_equal(scrub_known_text(arena, other, text, NULL), text));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hides_names_wherever_they_stand),
        cmocka_unit_test(hides_numbers_that_are_a_whole_run),
        cmocka_unit_test(takes_out_nothing_else),
        cmocka_unit_test(knows_nobody_without_values),
        cmocka_unit_test(knows_what_another_one_knows),
        cmocka_unit_test(keeps_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
