#include "domain/word_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void reads_one_phrase_a_line(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    WordList *list =
        word_list_parse(arena, TEXT("danger"), TEXT("# comment\n燃气泄漏\r\n\n  触电  \nx"));
    assert_int_equal(word_list_count(list), 3);
    assert_true(text_is(word_list_name(list), "danger"));
    assert_true(word_list_occurs(list, TEXT("有人触电了")));
    assert_true(word_list_occurs(list, TEXT("燃气泄漏")));
    assert_true(word_list_occurs(list, TEXT("ends with x")));
    assert_true(word_list_occurs(list, TEXT("x begins")));
    assert_false(word_list_occurs(list, TEXT("燃气泄")));
    assert_false(word_list_occurs(list, TEXT("触 电")));
    assert_false(word_list_occurs(list, TEXT("comment")));
    assert_false(word_list_occurs(list, TEXT("")));
    assert_false(word_list_occurs(list, TEXT_ABSENT));
    arena_free(arena);
}

static void finds_nothing_in_an_empty_list(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    WordList *list = word_list_parse(arena, TEXT("none"), TEXT("\n# only a comment\n"));
    assert_int_equal(word_list_count(list), 0);
    assert_false(word_list_occurs(list, TEXT("燃气泄漏")));
    arena_free(arena);
}

/* Whatever the index does, the answer is that of a plain search. */
static void agrees_with_a_plain_search(void **state)
{
    (void)state;
    static const char *const PHRASES[] = {"ab", "ba", "abc", "aab", "c", "燃气", "气泄", "漏"};
    static const char *const TEXTS[] = {"aaa",      "aab",   "bca", "燃 气",
                                        "煤气泄漏", "a燃气", "bb",  "滴漏"};
    Arena *arena = arena_new(4096);
    for (size_t i = 0; i < sizeof(PHRASES) / sizeof(PHRASES[0]); i++) {
        WordList *list = word_list_parse(arena, TEXT("one"), text_from(PHRASES[i]));
        for (size_t j = 0; j < sizeof(TEXTS) / sizeof(TEXTS[0]); j++)
            assert_int_equal(word_list_occurs(list, text_from(TEXTS[j])),
                             text_contains(text_from(TEXTS[j]), text_from(PHRASES[i])));
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_one_phrase_a_line),
        cmocka_unit_test(finds_nothing_in_an_empty_list),
        cmocka_unit_test(agrees_with_a_plain_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
