#include "domain/keyword_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const Keyword KEYWORDS[] = {
    {TEXT("电梯"), TEXT("A02"), 80, 2},     {TEXT("电梯困人"), TEXT("A01"), 95, 3},
    {TEXT("困人"), TEXT("A01"), 95, 4},     {TEXT("漏气"), TEXT("B01"), 95, 5},
    {TEXT("燃气泄漏"), TEXT("B01"), 95, 6}, {TEXT("扶梯"), TEXT("A03"), 95, 7},
    {TEXT("X"), TEXT("H04"), 10, 8},        {TEXT("XY"), TEXT("H05"), 10, 9},
};
enum { KEYWORD_COUNT = sizeof(KEYWORDS) / sizeof(KEYWORDS[0]) };

static void takes_the_most_confident_then_the_longest_then_the_first(void **state)
{
    (void)state;
    static const struct {
        const char *title, *body;
        int line; /* 0: none */
    } CASES[] = {
        {"电梯停了", "", 2},
        {"电梯停了", "有人：困人", 4},
        {"电梯困人", "困人", 3},
        {"漏气", "扶梯旁", 5},     /* equal in all: first in the list */
        {"扶梯", "漏气", 5},       /* wherever it stands */
        {"漏气", "燃气泄漏了", 6}, /* longer */
        {"aX", "", 8},
        {"XYX", "", 9},
        {"X", "电梯", 2},
        {"井盖", "破损", 0},
        {"电", "梯", 0}, /* not across texts */
        {"", "", 0},
    };
    Arena *arena = arena_new(4096);
    KeywordList *list = keyword_list_new(arena, TEXT("shared"), KEYWORDS, KEYWORD_COUNT);
    assert_true(text_is(keyword_list_name(list), "shared"));
    assert_int_equal(keyword_list_count(list), KEYWORD_COUNT);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const Text texts[] = {text_from(CASES[i].title), text_from(CASES[i].body)};
        const Keyword *found = keyword_list_best(list, texts, 2);
        if ((found != NULL ? found->line : 0) != CASES[i].line)
            fail_msg("%s / %s", CASES[i].title, CASES[i].body);
    }
    const Text absent[] = {TEXT_ABSENT};
    assert_null(keyword_list_best(list, absent, 1));
    arena_free(arena);
}

static void copies_what_it_is_made_of(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    char phrase[] = "abc";
    char leaf[] = "A02";
    const Keyword keyword = {{phrase, 3}, {leaf, 3}, 70, 1};
    KeywordList *list = keyword_list_new(arena, TEXT("own"), &keyword, 1);
    memset(phrase, '?', 3);
    memset(leaf, '?', 3);
    const Text text = TEXT("xabcx");
    const Keyword *found = keyword_list_best(list, &text, 1);
    assert_non_null(found);
    assert_true(text_is(found->phrase, "abc"));
    assert_true(text_is(found->category, "A02"));
    assert_int_equal(found->confidence, 70);
    arena_free(arena);
}

static bool ranks_before(const Keyword *a, const Keyword *b)
{
    if (b == NULL || a->confidence != b->confidence)
        return b == NULL || a->confidence > b->confidence;
    return a->phrase.size != b->phrase.size ? a->phrase.size > b->phrase.size : a->line < b->line;
}

/* Whatever the index does, the answer is that of a plain search over all phrases. */
static void agrees_with_a_plain_search(void **state)
{
    (void)state;
    enum { PHRASES = 200, TEXTS = 300, LETTERS = 3 };
    Arena *arena = arena_new(65536);
    Keyword keywords[PHRASES];
    unsigned random = 12345;
    for (int i = 0; i < PHRASES; i++) {
        char *bytes = arena_alloc(arena, 8);
        size_t size = 1 + (size_t)i % 6;
        for (size_t j = 0; j < size; j++) {
            random = random * 1103515245u + 12345u;
            bytes[j] = (char)('a' + (random >> 16) % LETTERS);
        }
        keywords[i] = (Keyword){{bytes, size}, TEXT("A02"), 1 + i * 7 % 20, i + 1};
    }
    KeywordList *list = keyword_list_new(arena, TEXT("made"), keywords, PHRASES);
    for (int i = 0; i < TEXTS; i++) {
        char bytes[12];
        Text text = {bytes, (size_t)i % sizeof(bytes)};
        for (size_t j = 0; j < text.size; j++) {
            random = random * 1103515245u + 12345u;
            bytes[j] = (char)('a' + (random >> 16) % (LETTERS + 1));
        }
        const Keyword *want = NULL;
        for (int k = 0; k < PHRASES; k++)
            if (text_contains(text, keywords[k].phrase) && ranks_before(&keywords[k], want))
                want = &keywords[k];
        const Keyword *found = keyword_list_best(list, &text, 1);
        assert_int_equal(found != NULL ? found->line : 0, want != NULL ? want->line : 0);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_most_confident_then_the_longest_then_the_first),
        cmocka_unit_test(copies_what_it_is_made_of),
        cmocka_unit_test(agrees_with_a_plain_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
