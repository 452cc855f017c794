#include "base/encoding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define REPLACEMENT "\xEF\xBF\xBD"

typedef struct Case {
    Encoding encoding;
    Text in;
    const char *want;
    bool repaired;
} Case;

/* The characters of domain.md 6.2 and what old systems do to them. */
static const Case CASES[] = {
    {ENCODING_GB18030, TEXT("\x88\xd2\x86\xb4\xe9\x46"), "堃喆镕", false},
    {ENCODING_GB18030, TEXT("\xfe\x9f"), "䶮", false},
    {ENCODING_GB18030, TEXT("\x82\x30\xab\x33"), "㙍", false},
    {ENCODING_GB18030, TEXT("\x95\x34\xb2\x35"), "𠮷", false},
    {ENCODING_GB18030, TEXT("\xa2\xd9\xa1\xab\xa1\xaa"), "①～—", false},
    {ENCODING_GB18030,
     TEXT("\xb5\xe7\xcc\xdd"
          "abc"),
     "电梯abc", false},
    {ENCODING_GB18030, TEXT("plain"), "plain", false},
    {ENCODING_GB18030, TEXT(""), "", false},
    /* one broken byte costs one character, its neighbours stay */
    {ENCODING_GB18030, TEXT("\xb5\xe7\xff\xcc\xdd"), "电" REPLACEMENT "梯", true},
    /* cut in the middle of a character */
    {ENCODING_GB18030, TEXT("\xb5\xe7\xcc"), "电" REPLACEMENT, true},
    {ENCODING_UTF8, TEXT("电梯"), "电梯", false},
    {ENCODING_UTF8,
     TEXT("\xEF\xBB\xBF"
          "电梯"),
     "电梯", false},
    {ENCODING_UTF8, TEXT("a\xb5\xe7z"), "a" REPLACEMENT REPLACEMENT "z", true},
    {ENCODING_AUTO, TEXT("电梯"), "电梯", false},
    {ENCODING_AUTO,
     TEXT("\xEF\xBB\xBF"
          "电"),
     "电", false},
    {ENCODING_AUTO, TEXT("\xb5\xe7\xcc\xdd"), "电梯", false},
};

static void converts_every_case(void **state)
{
    (void)state;
    Arena *arena = arena_new(1024);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        bool repaired = !CASES[i].repaired;
        Text out = encoding_to_utf8(arena, CASES[i].in, CASES[i].encoding, &repaired);
        if (!text_is(out, CASES[i].want) || repaired != CASES[i].repaired) {
            fail_msg("case %zu: got \"%.*s\", repaired %d", i, TEXT_ARGS(out), repaired);
        }
    }
    arena_free(arena);
}

static void keeps_embedded_nul_bytes(void **state)
{
    (void)state;
    Arena *arena = arena_new(1024);
    bool repaired;
    Text out = encoding_to_utf8(arena, TEXT("\xb5\xe7\0\xcc\xdd"), ENCODING_GB18030, &repaired);
    assert_true(text_equal(out, TEXT("电\0梯")));
    assert_false(repaired);
    arena_free(arena);
}

static void converts_texts_longer_than_a_chunk(void **state)
{
    (void)state;
    enum { CHARACTERS = 5000 };
    Arena *arena = arena_new(65536);
    char *in = arena_alloc(arena, 1 + 2 * CHARACTERS);
    in[0] = 'x'; /* so that characters do not fall on even positions */
    for (size_t i = 0; i < CHARACTERS; i++) {
        memcpy(in + 1 + 2 * i, "\xb5\xe7", 2);
    }
    bool repaired;
    Text out = encoding_to_utf8(arena, (Text){in, 1 + 2 * CHARACTERS}, ENCODING_GB18030, &repaired);
    assert_false(repaired);
    assert_int_equal(out.size, 1 + 3 * CHARACTERS);
    assert_true(text_ends(out, TEXT("电电")));
    arena_free(arena);
}

static void knows_its_names(void **state)
{
    (void)state;
    Encoding encoding = ENCODING_AUTO;
    assert_true(encoding_from_name(TEXT("utf-8"), &encoding));
    assert_int_equal(encoding, ENCODING_UTF8);
    assert_true(encoding_from_name(TEXT("gb18030"), &encoding));
    assert_int_equal(encoding, ENCODING_GB18030);
    assert_true(encoding_from_name(TEXT("auto"), &encoding));
    assert_int_equal(encoding, ENCODING_AUTO);
    assert_false(encoding_from_name(TEXT("latin1"), &encoding));
    assert_false(encoding_from_name(TEXT_ABSENT, &encoding));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(converts_every_case),
        cmocka_unit_test(keeps_embedded_nul_bytes),
        cmocka_unit_test(converts_texts_longer_than_a_chunk),
        cmocka_unit_test(knows_its_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
