/* What commits say of a partition: written and read again, and what others may have written is passed over. */
#include "domain/place_note.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static Arena *arena;

static void assert_same(const PlaceNote *a, const PlaceNote *b)
{
    assert_true(a->holder == b->holder);
    assert_int_equal(a->crashes, b->crashes);
    assert_int_equal(a->trying, b->trying);
    assert_int_equal(a->tries, b->tries);
    assert_int_equal(a->last_offset, b->last_offset);
    assert_true(a->last_print == b->last_print);
    assert_int_equal(a->gap, b->gap);
    assert_int_equal(a->gap_first, b->gap_first);
    assert_int_equal(a->gap_last, b->gap_last);
    assert_int_equal(a->life, b->life);
}

static void test_written_and_read_again(void **state)
{
    (void)state;
    static const struct {
        PlaceNote note;
        const char *text;
    } CASES[] = {
        {{.trying = -1, .last_offset = -1, .life = 1}, ""},
        {{.trying = -1, .last_offset = 0, .last_print = 1, .life = 1}, "last=0@0000000000000001;"},
        {{.holder = 0xa5, .crashes = 3, .trying = 0, .tries = 1, .last_offset = -1, .life = 1},
         "by=00000000000000a5;crashes=3;trying=0;tries=1;"},
        {{.trying = -1,
          .last_offset = 99,
          .last_print = 0xfedcba9876543210,
          .gap = PLACE_LOST,
          .gap_first = 100,
          .gap_last = 149,
          .life = 1},
         "last=99@fedcba9876543210;lost=100-149;"},
        {{.trying = -1, .last_offset = -1, .gap = PLACE_ANEW, .gap_first = 100, .life = 2},
         "anew=100;life=2;"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        Text text = place_note_write(&CASES[i].note, arena);
        assert_true(text_is(text, CASES[i].text));
        PlaceNote read = place_note_read(text);
        assert_same(&read, &CASES[i].note);
    }
}

static void test_behind_keys_and_among_what_is_not_known(void **state)
{
    (void)state;
    Text text = TEXT(
        "key=1@0123456789abcdef;key=2@fedcba9876543210;later=7;crashes=2;last=5@00000000000000ff;");
    PlaceNote note = place_note_read(text);
    assert_int_equal(note.crashes, 2);
    assert_int_equal(note.last_offset, 5);
    assert_true(note.last_print == 255);
    assert_true(text_is(place_note_keys(text), "key=1@0123456789abcdef;key=2@fedcba9876543210;"));
    assert_true(text_is(place_note_keys(TEXT("last=1@0000000000000000;")), ""));
    assert_true(text_is(place_note_keys(TEXT_ABSENT), ""));
}

static void test_what_is_malformed_says_nothing(void **state)
{
    (void)state;
    static const char *const CASES[] = {
        "last=5;",
        "last=5@;",
        "last=@00000000000000ff;",
        "last=5@00000000000000fF;",
        "last=5@0ff;",
        "lost=1;",
        "lost=a-b;",
        "lost=1-;",
        "anew=;",
        "anew=-1;",
        "crashes=x;",
        "trying=;",
        "by=a5;",
        "tries=-1;",
        "life=0;",
        "life=;",
        "last",
        ";;=;",
        "last=99999999999999999999@00000000000000ff;",
    };
    PlaceNote none = place_note_none();
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        PlaceNote note = place_note_read(text_from(CASES[i]));
        assert_int_equal(note.last_offset, none.last_offset);
        assert_int_equal(note.gap, none.gap);
        assert_int_equal(note.crashes, none.crashes);
        assert_int_equal(note.trying, none.trying);
        assert_int_equal(note.tries, none.tries);
        assert_true(note.holder == none.holder);
        assert_int_equal(note.life, none.life);
    }
}

static void test_a_print_tells_records_apart(void **state)
{
    (void)state;
    uint64_t print = place_note_print(1000, TEXT("k"), TEXT("value"));
    assert_true(print == place_note_print(1000, TEXT("k"), TEXT("value")));
    assert_true(print != place_note_print(1001, TEXT("k"), TEXT("value")));
    assert_true(print != place_note_print(1000, TEXT("kv"), TEXT("alue")));
    assert_true(print != place_note_print(1000, TEXT("k"), TEXT("valuf")));
    assert_true(place_note_print(1000, TEXT_ABSENT, TEXT("v")) !=
                place_note_print(1000, TEXT(""), TEXT("v")));
    assert_true(place_note_print(1000, TEXT("k"), TEXT_ABSENT) !=
                place_note_print(1000, TEXT("k"), TEXT("")));
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
        cmocka_unit_test(test_written_and_read_again),
        cmocka_unit_test(test_behind_keys_and_among_what_is_not_known),
        cmocka_unit_test(test_what_is_malformed_says_nothing),
        cmocka_unit_test(test_a_print_tells_records_apart),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
