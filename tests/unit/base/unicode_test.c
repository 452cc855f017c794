#include "base/unicode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define REPLACEMENT "\xEF\xBF\xBD"

static void takes_code_points_one_by_one(void **state)
{
    (void)state;
    static const uint32_t WANT[] = {'A', 0xE9, 0x7535, 0x20BB7, 0x10FFFF};
    Text rest = TEXT("Aé电𠮷\xF4\x8F\xBF\xBF");
    uint32_t codepoint;
    for (size_t i = 0; i < sizeof WANT / sizeof WANT[0]; i++) {
        assert_true(unicode_next(&rest, &codepoint));
        assert_int_equal(codepoint, WANT[i]);
    }
    assert_false(unicode_next(&rest, &codepoint));
    rest = TEXT_ABSENT;
    assert_false(unicode_next(&rest, &codepoint));
}

/* Stray tails, overlong forms, surrogates, too large, cut short: one U+FFFD for each byte. */
static void replaces_each_broken_byte(void **state)
{
    (void)state;
    static const Text BROKEN[] = {
        TEXT("\x80"),
        TEXT("\xC0\x80"),
        TEXT("\xC1\xBF"),
        TEXT("\xE0\x80\x80"),
        TEXT("\xED\xA0\x80"),
        TEXT("\xF0\x80\x80\x80"),
        TEXT("\xF4\x90\x80\x80"),
        TEXT("\xF5\x80\x80\x80"),
        TEXT("\xE7\x94"),
        TEXT("\xF0\xA0\xAE"),
        TEXT("\xFF"),
        TEXT("\xFE"),
        TEXT("\xC2"),
    };
    Arena *arena = arena_new(512);
    for (size_t i = 0; i < sizeof BROKEN / sizeof BROKEN[0]; i++) {
        assert_false(unicode_valid(BROKEN[i]));
        assert_int_equal(unicode_length(BROKEN[i]), BROKEN[i].size);
        bool repaired = false;
        Text whole = unicode_repair(arena, BROKEN[i], &repaired);
        assert_true(repaired);
        assert_true(unicode_valid(whole));
        assert_int_equal(whole.size, 3 * BROKEN[i].size);
    }
    arena_free(arena);
}

static void repairs_between_good_characters(void **state)
{
    (void)state;
    Arena *arena = arena_new(512);
    bool repaired = false;
    assert_true(text_is(unicode_repair(arena, TEXT("电\xFF梯"), &repaired), "电" REPLACEMENT "梯"));
    assert_true(repaired);
    assert_true(text_is(unicode_repair(arena, TEXT("电梯"), &repaired), "电梯"));
    assert_false(repaired);
    arena_free(arena);
}

static void prefixes_never_split_a_character(void **state)
{
    (void)state;
    assert_true(text_is(unicode_prefix(TEXT("电梯困人"), 2), "电梯"));
    assert_true(text_is(unicode_prefix(TEXT("𠮷a"), 1), "𠮷"));
    assert_true(text_is(unicode_prefix(TEXT("ab"), 9), "ab"));
    assert_true(text_is(unicode_prefix(TEXT("ab"), 0), ""));
    assert_int_equal(unicode_length(TEXT("电梯a")), 3);
}

static void narrows_full_width_forms_only(void **state)
{
    (void)state;
    Arena *arena = arena_new(512);
    bool changed = false;
    assert_true(text_is(unicode_narrow(arena, TEXT("１２３　ＡＢｚ！～（梯）、。"), &changed),
                        "123 ABz!~(梯)、。"));
    assert_true(changed);
    assert_true(text_is(unicode_narrow(arena, TEXT("①電ｱ abc"), &changed), "①電ｱ abc"));
    assert_false(changed);
    assert_true(text_is(unicode_narrow(arena, TEXT("，"), NULL), ","));
    assert_true(text_is_absent(unicode_narrow(arena, TEXT_ABSENT, NULL)));
    arena_free(arena);
}

/* Most texts have nothing to narrow: they are not copied. */
static void leaves_a_narrow_text_where_it_is(void **state)
{
    (void)state;
    Arena *arena = arena_new(512);
    static const Text TEXTS[] = {TEXT("井盖"), TEXT("①㍿、。～\xE3\x80"), TEXT("\xEF\xBC"),
                                 TEXT("\xEF\xBC\xA0x\xEF\xBD\x9F"), TEXT("")};
    assert_ptr_equal(unicode_narrow(arena, TEXTS[0], NULL).data, TEXTS[0].data);
    assert_ptr_equal(unicode_narrow(arena, TEXTS[2], NULL).data, TEXTS[2].data);
    assert_ptr_equal(unicode_narrow(arena, TEXTS[4], NULL).data, TEXTS[4].data);
    assert_true(text_is(unicode_narrow(arena, TEXTS[1], NULL), "①㍿、。~\xE3\x80"));
    assert_true(text_is(unicode_narrow(arena, TEXTS[3], NULL), "@x\xEF\xBD\x9F"));
    arena_free(arena);
}

static void knows_full_width_letters_and_digits(void **state)
{
    (void)state;
    static const char *const WIDE[] = {"１", "０号", "a９", "Ａ", "Ｚ", "ａ", "ｚ", "（１）"};
    static const char *const NARROW[] = {"", "1a", "，。（）", "　", "＠［｀｛／：", "①", "電ｱ"};
    for (size_t i = 0; i < sizeof WIDE / sizeof WIDE[0]; i++) {
        assert_true(unicode_has_wide(text_from(WIDE[i])));
    }
    for (size_t i = 0; i < sizeof NARROW / sizeof NARROW[0]; i++) {
        assert_false(unicode_has_wide(text_from(NARROW[i])));
    }
    assert_false(unicode_has_wide(TEXT_ABSENT));
    assert_false(unicode_has_wide(TEXT("\xEF\xBC")));
}

static void folds_what_looks_alike(void **state)
{
    (void)state;
    static const struct {
        const char *in, *want;
    } CASES[] = {
        {"Ａ座　１２ 楼\n", "a座12楼"},
        {"①号", "1号"},
        {"STRASSE ß", "strassess"},
        {"e\xCC\x81", "é"},
        {"\xE2\x80\x8B电\xEF\xBB\xBF梯\x01", "电梯"}, /* zero-width space, BOM, control */
        {"㎡", "m2"},
        {"ﷺ", "صلىاللهعليهوسلم"}, /* one code point becomes eighteen */
        {"\xFF", REPLACEMENT},
        {"", ""},
    };
    Arena *arena = arena_new(512);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Text got = unicode_fold(arena, text_from(CASES[i].in));
        if (!text_is(got, CASES[i].want)) {
            fail_msg("\"%s\" gave \"%.*s\"", CASES[i].in, TEXT_ARGS(got));
        }
        assert_true(text_equal(unicode_fold(arena, got), got));
    }
    assert_true(text_is_absent(unicode_fold(arena, TEXT_ABSENT)));
    assert_true(text_equal(unicode_fold(arena, TEXT("a\0b")), TEXT("ab")));
    arena_free(arena);
}

static void knows_ideographs_beyond_the_first_plane(void **state)
{
    (void)state;
    static const uint32_t HAN[] = {0x4E00,  0x9FFF,  0x3400, 0x4DAE, 0x20BB7,
                                   0x2EBE0, 0x30000, 0xF900, 0x3007};
    static const uint32_t OTHER[] = {'A', 0x3001, 0x3042, 0xAC00, 0x2460, 0xFF21, 0x1F600, 0x40000};
    for (size_t i = 0; i < sizeof HAN / sizeof HAN[0]; i++) {
        assert_true(unicode_is_han(HAN[i]));
    }
    for (size_t i = 0; i < sizeof OTHER / sizeof OTHER[0]; i++) {
        assert_false(unicode_is_han(OTHER[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_code_points_one_by_one),
        cmocka_unit_test(replaces_each_broken_byte),
        cmocka_unit_test(repairs_between_good_characters),
        cmocka_unit_test(prefixes_never_split_a_character),
        cmocka_unit_test(narrows_full_width_forms_only),
        cmocka_unit_test(leaves_a_narrow_text_where_it_is),
        cmocka_unit_test(knows_full_width_letters_and_digits),
        cmocka_unit_test(folds_what_looks_alike),
        cmocka_unit_test(knows_ideographs_beyond_the_first_plane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
