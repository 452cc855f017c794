#include "domain/value_shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

typedef struct Case {
    const char *value;
    const char *shape;
} Case;

static void shows_the_form_and_not_the_value(void **state)
{
    (void)state;
    static const Case CASES[] = {
        {"2026-02-01 上午8:30:00", "9999-99-99 字字9:99:99"},
        {"", ""},
        {"Feb 1, 2026", "aaa 9, 9999"},
        {"张试验", "字字字"},
        {"２０２６年", "9999字"},
        {"E113.26°、Ｎ２３．１", "a999.99°、a99．9"},
        {"\"a\"", "'a'"},
        {"ئالىم", "字字字字字"},
        {"\x01\x7f\xff", "???"},
        {"𠮷1", "字9"},
        {"😀", "?"},
    };
    Arena *arena = arena_new(4096);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        Text found = value_shape(arena, text_from(CASES[i].value));
        if (!text_is(found, CASES[i].shape))
            fail_msg("\"%s\" looks like \"%.*s\"", CASES[i].value, TEXT_ARGS(found));
    }
    arena_free(arena);
}

static void cuts_long_runs_and_long_values(void **state)
{
    (void)state;
    Arena *arena = arena_new(65536);
    char digits[2000];
    char signs[2000];
    memset(digits, '7', sizeof(digits));
    memset(signs, '-', sizeof(signs));
    assert_true(text_is(value_shape(arena, (Text){digits, 24}), "999999999999999999999999"));
    assert_true(text_is(value_shape(arena, (Text){digits, 25}), "999999999999999999999999…"));
    assert_true(
        text_is(value_shape(arena, (Text){digits, sizeof(digits)}), "999999999999999999999999…"));
    assert_true(
        text_is(value_shape(arena, (Text){signs, 40}), "----------------------------------------"));
    assert_true(text_is(value_shape(arena, (Text){signs, sizeof(signs)}),
                        "----------------------------------------…"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_the_form_and_not_the_value),
        cmocka_unit_test(cuts_long_runs_and_long_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
