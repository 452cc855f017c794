#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void tells_absent_from_empty(void **state)
{
    (void)state;
    assert_true(text_is_absent(TEXT_ABSENT));
    assert_true(text_is_absent(text_from(NULL)));
    assert_false(text_is_absent(TEXT("")));
    assert_true(text_is_empty(TEXT_ABSENT));
    assert_true(text_is_empty(TEXT("")));
    assert_false(text_is_empty(TEXT("a")));
    assert_true(text_equal(TEXT_ABSENT, TEXT("")));
}

static void compares_bytewise(void **state)
{
    (void)state;
    assert_true(text_is(TEXT("abc"), "abc"));
    assert_false(text_is(TEXT("abc"), "abd"));
    assert_false(text_is(TEXT("ab"), "abc"));
    assert_false(text_equal(TEXT("a\0b"), TEXT("a\0c")));
    assert_true(text_compare(TEXT("a"), TEXT("b")) < 0);
    assert_true(text_compare(TEXT("b"), TEXT("a")) > 0);
    assert_true(text_compare(TEXT("a"), TEXT("ab")) < 0);
    assert_true(text_compare(TEXT("\xE7"), TEXT("z")) > 0);
    assert_int_equal(text_compare(TEXT_ABSENT, TEXT("")), 0);
    assert_int_equal(text_compare(TEXT("ab"), TEXT("ab")), 0);
}

/* The published value of XXH3_64bits over no bytes with seed 0. */
static void hashes_the_same_everywhere(void **state)
{
    (void)state;
    assert_true(text_hash(TEXT_ABSENT) == UINT64_C(0x2D06800538D394C2));
    assert_true(text_hash(TEXT("")) == text_hash(TEXT_ABSENT));
    assert_true(text_hash(TEXT("abc")) != text_hash(TEXT("abd")));
}

static void finds_parts(void **state)
{
    (void)state;
    assert_int_equal(text_find(TEXT("abcabc"), TEXT("bc"), 0), 1);
    assert_int_equal(text_find(TEXT("abcabc"), TEXT("bc"), 2), 4);
    assert_true(text_find(TEXT("abcabc"), TEXT("bc"), 5) == SIZE_MAX);
    assert_true(text_find(TEXT("abc"), TEXT("abcd"), 0) == SIZE_MAX);
    assert_true(text_find(TEXT("abc"), TEXT("a"), 9) == SIZE_MAX);
    assert_int_equal(text_find(TEXT("abc"), TEXT(""), 3), 3);
    assert_true(text_contains(TEXT("电梯困人"), TEXT("困人")));
    assert_false(text_contains(TEXT_ABSENT, TEXT("困人")));
    assert_true(text_starts(TEXT("电梯"), TEXT("电")));
    assert_true(text_starts(TEXT_ABSENT, TEXT("")));
    assert_false(text_starts(TEXT("a"), TEXT("ab")));
    assert_true(text_ends(TEXT("电梯"), TEXT("梯")));
    assert_false(text_ends(TEXT("b"), TEXT("ab")));
}

static void clips_slices(void **state)
{
    (void)state;
    assert_true(text_is(text_slice(TEXT("abcdef"), 2, 3), "cde"));
    assert_true(text_is(text_slice(TEXT("abcdef"), 4, 99), "ef"));
    assert_true(text_is(text_slice(TEXT("abcdef"), 99, 1), ""));
    assert_true(text_is(text_slice(TEXT("abcdef"), 1, SIZE_MAX), "bcdef"));
    assert_true(text_is_absent(text_slice(TEXT_ABSENT, 1, 1)));
}

static void trims_ascii_and_ideographic_space(void **state)
{
    (void)state;
    assert_true(text_is(text_trim(TEXT(" \t\r\n　a　b \v\f　 ")), "a　b"));
    assert_true(text_is(text_trim(TEXT("　　 ")), ""));
    assert_true(text_is(text_trim(TEXT("a")), "a"));
    assert_true(text_is_absent(text_trim(TEXT_ABSENT)));
}

static void copies_with_a_nul_behind(void **state)
{
    (void)state;
    Arena *arena = arena_new(256);
    char bytes[] = {'a', '\0', 'b'};
    Text copy = text_copy(arena, (Text){bytes, 3});
    bytes[0] = 'x';
    assert_true(text_equal(copy, TEXT("a\0b")));
    assert_int_equal(copy.data[3], 0);
    assert_true(text_is_absent(text_copy(arena, TEXT_ABSENT)));
    assert_false(text_is_absent(text_copy(arena, TEXT(""))));
    assert_string_equal(text_string(arena, TEXT_ABSENT), "");
    assert_true(text_is(text_format(arena, "%s-%d", "a", 5), "a-5"));
    arena_free(arena);
}

static void reads_integers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        int64_t value;
    } CASES[] = {
        {"0", true, 0},
        {"+7", true, 7},
        {"-7", true, -7},
        {"007", true, 7},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+-1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"１", false, 0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        int64_t value = 0;
        bool good = text_to_int64(text_from(CASES[i].text), &value);
        if (good != CASES[i].good || value != CASES[i].value) {
            fail_msg("\"%s\" gave %d and %lld", CASES[i].text, good, (long long)value);
        }
    }
}

static void reads_decimals(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        double value;
    } CASES[] = {
        {"0", true, 0.0},       {"116.397500", true, 116.3975},
        {"-.5", true, -0.5},    {"5.", true, 5.0},
        {"+1e3", true, 1000.0}, {"1.5E-2", true, 0.015},
        {"1e999", false, 0.0},  {"nan", false, 0.0},
        {"inf", false, 0.0},    {"0x10", false, 0.0},
        {".", false, 0.0},      {"", false, 0.0},
        {"1e", false, 0.0},     {"1,5", false, 0.0},
        {" 1", false, 0.0},     {"1 ", false, 0.0},
        {"1e-999", true, 0.0},  {"--1", false, 0.0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        double value = 0.0;
        bool good = text_to_double(text_from(CASES[i].text), &value);
        if (good != CASES[i].good || value != CASES[i].value) {
            fail_msg("\"%s\" gave %d and %g", CASES[i].text, good, value);
        }
    }
    char digits[1000];
    memset(digits, '1', sizeof digits);
    double value;
    assert_false(text_to_double((Text){digits, sizeof digits}, &value));
}

static void knows_a_name(void **state)
{
    (void)state;
    assert_true(text_is_name(TEXT("aZ09_-."), 7));
    assert_true(text_is_name(TEXT("."), 7));
    static const char *const WRONG[] = {"", "aZ09_-.x", "a b", "a/b", "a:b", "\xc3\xa9", "a\n"};
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
        assert_false(text_is_name(text_from(WRONG[i]), 7));
    assert_false(text_is_name((Text){"a\0b", 3}, 7));
    assert_false(text_is_name(TEXT_ABSENT, 7));
}

static void knows_digits(void **state)
{
    (void)state;
    assert_true(text_is_digits(TEXT("0123456789")));
    assert_false(text_is_digits(TEXT("")));
    assert_false(text_is_digits(TEXT_ABSENT));
    assert_false(text_is_digits(TEXT("12a")));
    assert_false(text_is_digits(TEXT("１２")));
}

static void counts_edits(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t want;
    } CASES[] = {
        {"", "", 0},
        {"abc", "", 3},
        {"", "abc", 3},
        {"record", "record", 0},
        {"record", "recrod", 1},
        {"record", "recor", 1},
        {"record", "records", 1},
        {"kitten", "sitting", 3},
        {"ca", "abc", 3},
        {"topic", "topics", 1},
        {"ab", "ba", 1},
        {"abcd", "badc", 2},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        size_t got = text_edit_distance(text_from(CASES[i].a), text_from(CASES[i].b));
        if (got != CASES[i].want) {
            fail_msg("%s to %s: %zu", CASES[i].a, CASES[i].b, got);
        }
        assert_int_equal(text_edit_distance(text_from(CASES[i].b), text_from(CASES[i].a)), got);
    }
    char sixty_four[64];
    char sixty_five[65];
    memset(sixty_four, 'a', sizeof sixty_four);
    memset(sixty_five, 'a', sizeof sixty_five);
    assert_int_equal(text_edit_distance((Text){sixty_four, 64}, TEXT("")), 64);
    assert_true(text_edit_distance((Text){sixty_five, 65}, TEXT("a")) == SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_absent_from_empty),
        cmocka_unit_test(compares_bytewise),
        cmocka_unit_test(hashes_the_same_everywhere),
        cmocka_unit_test(finds_parts),
        cmocka_unit_test(clips_slices),
        cmocka_unit_test(trims_ascii_and_ideographic_space),
        cmocka_unit_test(copies_with_a_nul_behind),
        cmocka_unit_test(reads_integers),
        cmocka_unit_test(reads_decimals),
        cmocka_unit_test(knows_digits),
        cmocka_unit_test(knows_a_name),
        cmocka_unit_test(counts_edits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
