/* What commits say of keys: a fingerprint that is the same on every host, written and read again. */
#include "domain/key_note.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static Arena *arena;

/* HMAC-SHA-256 of the words under 32 zero bytes, as `openssl dgst -sha256 -mac HMAC` has it. */
static void test_a_key_has_one_print(void **state)
{
    (void)state;
    static const char SECRET[32] = {0};
    KeyPrint print = key_note_print(7, (Text){SECRET, sizeof(SECRET)});
    assert_int_equal(print.number, 7);
    assert_string_equal(print.hex, "5585c03ab3eaad58");
    Text note = key_note_write(&print, arena);
    assert_true(text_is(note, "key=7@5585c03ab3eaad58;"));
    KeyPrint again[KEY_NOTE_MAX];
    assert_int_equal(key_note_read(note, again), 1);
    assert_int_equal(again[0].number, 7);
    assert_string_equal(again[0].hex, print.hex);
}

static void test_reads_keys_among_what_is_not_known(void **state)
{
    (void)state;
    static const struct {
        const char *note;
        size_t count;
        int32_t last;
    } CASES[] = {
        {"", 0, 0},
        {"by=00000000000000a5;crashes=3;", 0, 0},
        {"key=1@00000000000000aa;", 1, 1},
        {"key=1@00000000000000aa", 1, 1},
        {"key=1@00000000000000aa;key=2@00000000000000bb;by=00000000000000a5;", 2, 2},
        {"monkey=1@00000000000000aa;key=3@00;", 1, 3},
        {"key=;key=@;key=1;key=x@00;key=0@00;key=-1@00;key=99999999999@00;", 0, 0},
        {"key=1@00000000000000aaa;key=4@00000000000000aa;", 1, 4},
        {"key=1@;key=2@;key=3@;key=4@;key=5@;key=6@;key=7@;key=8@;key=9@;", KEY_NOTE_MAX, 8},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        KeyPrint prints[KEY_NOTE_MAX];
        size_t count = key_note_read(text_from(CASES[i].note), prints);
        assert_int_equal(count, CASES[i].count);
        if (count > 0)
            assert_int_equal(prints[count - 1].number, CASES[i].last);
    }
}

static int open_arena(void **state)
{
    (void)state;
    arena = arena_new(4096);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_key_has_one_print),
        cmocka_unit_test(test_reads_keys_among_what_is_not_known),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
