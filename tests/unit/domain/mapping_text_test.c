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
        {"&#27;[31m &#x7f;&#x85;&#10;", CLEAN_HTML, "&#27;[31m &#x7f;&#x85;\n"},
        {"高<30米 宽>2米", CLEAN_HTML, "高<30米 宽>2米"},
        {"开 <b 没有尾", CLEAN_HTML, "开 <b 没有尾"},
        {"<p> １ </p>", CLEAN_HTML | CLEAN_NARROW | CLEAN_TRIM, "1"},
        {"", CLEAN_HTML | CLEAN_TRIM, ""},
    };
    Arena *arena = arena_new(4096);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        bool narrowed;
        Text found = mapping_text_clean(arena, text_from(CASES[i].text), CASES[i].clean, &narrowed);
        if (!text_is(found, CASES[i].want))
            fail_msg("\"%s\" became \"%.*s\"", CASES[i].text, TEXT_ARGS(found));
    }
    arena_free(arena);
}

static void says_whether_a_letter_or_digit_became_narrow(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned clean;
        bool want;
    } CASES[] = {
        {"３号楼", CLEAN_NARROW, true},      {"Ａ座", CLEAN_NARROW, true},
        {"ｚ", CLEAN_NARROW, true},          {"3号楼（东）", CLEAN_NARROW, false},
        {"甲　乙，丙", CLEAN_NARROW, false}, {"３号楼", CLEAN_TRIM | CLEAN_HTML, false},
        {"3号楼", CLEAN_NARROW, false},      {"", CLEAN_NARROW, false},
    };
    Arena *arena = arena_new(4096);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        bool narrowed;
        (void)mapping_text_clean(arena, text_from(CASES[i].text), CASES[i].clean, &narrowed);
        if (narrowed != CASES[i].want)
            fail_msg("\"%s\"", CASES[i].text);
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

/* With a comma between them. */
static Text all_values(Arena *arena, const MappingExtract *extract, Text text)
{
    TextBuilder out = builder_new(arena);
    MappingExtraction extraction = mapping_text_extraction(arena, extract, text);
    Text value;
    while (mapping_text_extract(&extraction, &value)) {
        if (out.size > 0)
            builder_char(&out, ',');
        builder_text(&out, value);
    }
    return builder_view(&out);
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
        Text found = all_values(arena, &extract, text_from(CASES[i].text));
        if (!text_is(found, CASES[i].want))
            fail_msg("\"%s\" gives \"%.*s\"", CASES[i].text, TEXT_ARGS(found));
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
    assert_true(
        text_is(all_values(arena, &extract, TEXT("代码91990101MA0TERT08C")), "91990101MA0TERT08C"));
    assert_true(text_is(all_values(arena, &extract, TEXT("代码91990101MA0TERT08D")), ""));
    assert_true(text_is(all_values(arena, &extract, TEXT("代码12990100400000018N")), ""));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cleans_in_its_own_order),
        cmocka_unit_test(says_whether_a_letter_or_digit_became_narrow),
        cmocka_unit_test(cuts_between_two_marks),
        cmocka_unit_test(extracts_behind_a_marker),
        cmocka_unit_test(extracts_only_what_starts_and_checks_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
