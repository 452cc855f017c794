#include "base/arena.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void gives_zeroed_and_aligned_memory(void **state)
{
    (void)state;
    Arena *arena = arena_new(512);
    for (size_t size = 0; size < 300; size += 7) {
        unsigned char *memory = arena_alloc(arena, size);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(memory[i], 0);
            memory[i] = 0xFF; /* so that reused bytes would show */
        }
    }
    arena_reset(arena);
    unsigned char *again = arena_alloc(arena, 400);
    for (size_t i = 0; i < 400; i++) {
        assert_int_equal(again[i], 0);
    }
    arena_free(arena);
}

static void keeps_pieces_apart(void **state)
{
    (void)state;
    enum { PIECES = 500 };
    Arena *arena = arena_new(256);
    unsigned char *pieces[PIECES];
    for (size_t i = 0; i < PIECES; i++) {
        size_t size = 1 + i % 97;
        pieces[i] = arena_alloc(arena, size);
        memset(pieces[i], (int)(i % 251), size);
    }
    for (size_t i = 0; i < PIECES; i++) {
        for (size_t j = 0; j < 1 + i % 97; j++) {
            assert_int_equal(pieces[i][j], i % 251);
        }
    }
    arena_free(arena);
}

static void serves_a_piece_larger_than_a_block(void **state)
{
    (void)state;
    Arena *arena = arena_new(256);
    char *small = arena_alloc(arena, 10);
    char *large = arena_alloc(arena, 100000);
    memset(large, 'x', 100000);
    assert_int_equal(small[0], 0);
    arena_free(arena);
}

static void grows_the_last_piece_in_place(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    char *piece = arena_alloc(arena, 16);
    memcpy(piece, "0123456789abcdef", 16);
    char *grown = arena_grow(arena, piece, 16, 64);
    assert_ptr_equal(grown, piece);
    assert_memory_equal(grown, "0123456789abcdef", 16);
    for (size_t i = 16; i < 64; i++) {
        assert_int_equal(grown[i], 0);
    }
    arena_free(arena);
}

static void grows_an_older_piece_by_moving_it(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    char *piece = arena_alloc(arena, 16);
    memcpy(piece, "0123456789abcdef", 16);
    char *neighbour = arena_alloc(arena, 16);
    char *grown = arena_grow(arena, piece, 16, 32);
    memset(grown + 16, 'z', 16);
    assert_memory_equal(grown, "0123456789abcdef", 16);
    assert_int_equal(neighbour[0], 0);
    assert_ptr_equal(arena_grow(arena, grown, 32, 8), grown);
    assert_non_null(arena_grow(arena, NULL, 0, 8));
    arena_free(arena);
}

static void rewinds_to_a_mark(void **state)
{
    (void)state;
    Arena *arena = arena_new(256);
    char *kept = arena_alloc(arena, 8);
    memcpy(kept, "kept...", 8);
    size_t used = arena_used(arena);
    ArenaMark mark = arena_mark(arena);
    for (int i = 0; i < 50; i++) {
        memset(arena_alloc(arena, 100), 'x', 100);
    }
    assert_true(arena_used(arena) > used + 5000);
    arena_rewind(arena, mark);
    assert_int_equal(arena_used(arena), used);
    assert_string_equal(kept, "kept...");
    char *after = arena_alloc(arena, 100);
    assert_int_equal(after[50], 0);
    arena_free(arena);
}

static void rewinds_to_the_mark_of_an_empty_arena(void **state)
{
    (void)state;
    Arena *arena = arena_new(256);
    ArenaMark mark = arena_mark(arena);
    void *first = arena_alloc(arena, 8);
    arena_rewind(arena, mark);
    assert_int_equal(arena_used(arena), 0);
    assert_ptr_equal(arena_alloc(arena, 8), first);
    arena_free(arena);
}

static void counts_from_zero_after_a_reset(void **state)
{
    (void)state;
    Arena *arena = arena_new(1024);
    assert_int_equal(arena_used(arena), 0);
    arena_alloc(arena, 100);
    assert_true(arena_used(arena) >= 100);
    arena_alloc(arena, 3 * 1024 * 1024); /* more than a reset keeps */
    arena_reset(arena);
    assert_int_equal(arena_used(arena), 0);
    arena_alloc(arena, 100);
    assert_true(arena_used(arena) < 1024);
    arena_free(arena);
    arena_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_zeroed_and_aligned_memory),
        cmocka_unit_test(keeps_pieces_apart),
        cmocka_unit_test(serves_a_piece_larger_than_a_block),
        cmocka_unit_test(grows_the_last_piece_in_place),
        cmocka_unit_test(grows_an_older_piece_by_moving_it),
        cmocka_unit_test(rewinds_to_a_mark),
        cmocka_unit_test(rewinds_to_the_mark_of_an_empty_arena),
        cmocka_unit_test(counts_from_zero_after_a_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
