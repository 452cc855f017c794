/* Keys out of what terminals send, also in pieces. */
#include "lag/lag_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_key_is_read_from_its_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        int key;
    } CASES[] = {{"q", 'q'},
                 {"\r", KEY_ENTER},
                 {"\n", KEY_ENTER},
                 {"\x7f", KEY_BACKSPACE},
                 {"\b", KEY_BACKSPACE},
                 {"\x0c", KEY_REDRAW},
                 {"\x01", KEY_OTHER},
                 {"\x1b[A", KEY_UP},
                 {"\x1bOA", KEY_UP},
                 {"\x1b[B", KEY_DOWN},
                 {"\x1b[C", KEY_RIGHT},
                 {"\x1b[D", KEY_LEFT},
                 {"\x1b[H", KEY_HOME},
                 {"\x1b[1~", KEY_HOME},
                 {"\x1b[F", KEY_END},
                 {"\x1b[8~", KEY_END},
                 {"\x1b[5~", KEY_PAGE_UP},
                 {"\x1b[6~", KEY_PAGE_DOWN},
                 {"\x1b[1;5A", KEY_UP},
                 {"\x1b[3~", KEY_OTHER},
                 {"\x1b[15~", KEY_OTHER},
                 {"\xe7\x83\x9f", 0x70DF},
                 {"\xff", KEY_OTHER}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        Text bytes = text_from(CASES[i].bytes);
        int key = lag_keys_next(&bytes, false);
        if (key != CASES[i].key || bytes.size != 0)
            fail_msg("case %zu: key %x, %zu bytes left", i, (unsigned)key, bytes.size);
    }
}

static void what_has_only_begun_waits_for_the_rest(void **state)
{
    (void)state;
    static const char *const CASES[] = {"\x1b", "\x1b[", "\x1b[5", "\xe7", "\xe7\x83"};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        Text bytes = text_from(CASES[i]);
        size_t size = bytes.size;
        assert_int_equal(lag_keys_next(&bytes, false), KEY_NONE);
        assert_int_equal(bytes.size, size);
        int key = lag_keys_next(&bytes, true); /* nothing comes any more */
        assert_int_equal(key, i == 0 ? KEY_ESCAPE : KEY_OTHER);
        while (bytes.size > 0)
            assert_int_equal(lag_keys_next(&bytes, true), KEY_OTHER);
    }
}

static void keys_follow_each_other(void **state)
{
    (void)state;
    Text bytes = TEXT("a\x1b[Bq\x1bx");
    static const int WANT[] = {'a', KEY_DOWN, 'q', KEY_ESCAPE, 'x', KEY_NONE};
    for (size_t i = 0; i < sizeof(WANT) / sizeof(WANT[0]); i++)
        assert_int_equal(lag_keys_next(&bytes, false), WANT[i]);
}

static void a_sequence_without_an_end_is_given_up(void **state)
{
    (void)state;
    Text bytes = TEXT("\x1b[11111111111111111111111111111111111111111111");
    assert_int_equal(lag_keys_next(&bytes, false), KEY_OTHER);
    assert_int_equal(bytes.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_read_from_its_bytes),
        cmocka_unit_test(what_has_only_begun_waits_for_the_rest),
        cmocka_unit_test(keys_follow_each_other),
        cmocka_unit_test(a_sequence_without_an_end_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
