#include "base/text_builder.h"

#include "domain/mapping_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void cleans_in_its_own_order(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned clean;
        const char *want;
    } CASES[] = {
        {"　 a b ", CLEAN_TRIM, "a b"},
        {"ＡＢ１２", CLEAN_NARROW, "AB12"},
        {"ａb堃", CLEAN_NARROW | CLEAN_UPPER, "AB堃"},
        {"<p>甲</p><P>乙</P>", CLEAN_HTML, "甲\n乙\n"},
        {"甲<br/>乙<BR>丙", CLEAN_HTML, "甲\n乙\n丙"},
        {"<b>甲</b><span class='x'>乙</span>", CLEAN_HTML, "甲乙"},
        {"&lt;a&gt;&amp;&quot;&apos;&nbsp;&#65;&#x4e95;", CLEAN_HTML, "<a>&\"' A井"},
        {"a & b &unknown; &#0; &#xD800; &#1114112;", CLEAN_HTML,
         "a & b &unknown; &#0; &#xD800; &#1114112;"},
        {"高<30米 宽>2米", CLEAN_HTML, "高<30米 宽>2米"},
        {"开 <b 没有尾", CLEAN_HTML, "开 <b 没有尾"},
        {"<p> １ </p>", CLEAN_HTML | CLEAN_NARROW | CLEAN_TRIM, "1"},
        {"", CLEAN_HTML | CLEAN_TRIM, ""},
    };
    Arena *arena = arena_new(4096);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        Text found = mapping_text_clean(arena, text_from(CASES[i].text), CASES[i].clean);
        if (!text_is(found, CASES[i].want))
            fail_msg("\"%s\" became \"%.*s\"", CASES[i].text, TEXT_ARGS(found));
    }
    arena_free(arena);
}

static void cuts_between_two_marks(void **state)
{
    (void)state;
    Text text = TEXT("头【甲】 正文 【乙】尾");
    assert_true(text_is(mapping_text_between(text, TEXT("【甲】"), TEXT("【乙】")), "正文"));
    assert_true(
        text_is(mapping_text_between(text, TEXT("【甲】"), TEXT("【丙】")), "正文 【乙】尾"));
    assert_true(text_is(mapping_text_between(text, TEXT("【甲】"), TEXT("")), "正文 【乙】尾"));
    assert_true(text_equal(mapping_text_between(text, TEXT("【丙】"), TEXT("【乙】")), text));
}

static MappingExtract plate(Text *after, size_t count)
{
    MappingExtract extract = {
        .after = {after, count}, .within = 4, .length_min = 5, .length_max = 6};
    for (int c = '0'; c <= '9'; c++)
        extract.chars[c] = true;
    return extract;
}

static void extracts_behind_a_marker(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want; /* all values, with a comma between them */
    } CASES[] = {
        {"识别码12345", "12345"},
        {"识别码：１２３４５。", "12345"},
        {"识别码是第 12345", "12345"},
        {"识别码一二三四12345", "12345"},
        {"识别码一二三四五12345", ""},
        {"识别码1234567", ""},
        {"识别码3号12345", "12345"},
        {"12345", "12345"},
        {" 12345 ", "12345"},
        {"1234567", ""},
        {"编号12345和识别码123456", "12345,123456"},
        {"识别码123 识别码12345", "12345"},
        {"没有", ""},
        {"", ""},
    };
    Text markers[] = {TEXT("识别码"), TEXT("编号")};
    MappingExtract extract = plate(markers, 2);
    Arena *arena = arena_new(4096);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        TextBuilder out = builder_new(arena);
        size_t cursor = 0;
        do {
            Text value = mapping_text_extract(arena, &extract, text_from(CASES[i].text), &cursor);
            if (text_is_absent(value))
                break;
            if (out.size > 0)
                builder_char(&out, ',');
            builder_text(&out, value);
        } while (cursor != SIZE_MAX);
        if (!text_is(builder_view(&out), CASES[i].want))
            fail_msg("\"%s\" gives \"%.*s\"", CASES[i].text, TEXT_ARGS(builder_view(&out)));
    }
    arena_free(arena);
}

static void extracts_only_what_starts_and_checks_right(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    Text markers[] = {TEXT("代码")};
    Text starts[] = {TEXT("91"), TEXT("92")};
    MappingExtract extract = plate(markers, 1);
    for (int c = 'A'; c <= 'Z'; c++)
        extract.chars[c] = true;
    extract.length_min = extract.length_max = 18;
    extract.starts = (TextList){starts, 2};
    extract.check_usc = true;
    size_t cursor = 0;
    Text found = mapping_text_extract(arena, &extract, TEXT("代码91990101MA0TERT08C"), &cursor);
    assert_true(text_is(found, "91990101MA0TERT08C"));
    cursor = 0;
    found = mapping_text_extract(arena, &extract, TEXT("代码91990101MA0TERT08D"), &cursor);
    assert_true(text_is_absent(found));
    cursor = 0;
    found = mapping_text_extract(arena, &extract, TEXT("代码12990100400000018N"), &cursor);
    assert_true(text_is_absent(found));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cleans_in_its_own_order),
        cmocka_unit_test(cuts_between_two_marks),
        cmocka_unit_test(extracts_behind_a_marker),
        cmocka_unit_test(extracts_only_what_starts_and_checks_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
