/* Marks of topics: many in one text, the newest in front, never more than fits. */
#include "domain/place_mark.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static Arena *arena;

static PlaceNote done(int64_t offset, uint64_t print, int64_t life)
{
    PlaceNote note = place_note_none();
    note.last_offset = offset;
    note.last_print = print;
    note.life = life;
    return note;
}

static void test_marks_stand_beside_each_other(void **state)
{
    (void)state;
    const PlaceNote a = done(9, 0xab, 1);
    const PlaceNote b = done(7, 0xcd, 3);
    const PlaceNote later = done(12, 0xef, 1);
    Text marks = place_mark_put(TEXT_ABSENT, TEXT("feed"), 0, &a, arena);
    assert_true(text_is(marks, "feed/0=9@00000000000000ab@1;"));
    marks = place_mark_put(marks, TEXT("feed"), 1, &b, arena);
    marks = place_mark_put(marks, TEXT("feed"), 0, &later, arena);
    assert_true(text_is(marks, "feed/0=12@00000000000000ef@1;feed/1=7@00000000000000cd@3;"));
    PlaceNote found = place_note_none();
    assert_true(place_mark_find(marks, TEXT("feed"), 1, &found));
    assert_int_equal(found.last_offset, 7);
    assert_true(found.last_print == 0xcd);
    assert_int_equal(found.life, 3);
    assert_false(place_mark_find(marks, TEXT("feed"), 2, &found));
    assert_false(place_mark_find(marks, TEXT("fee"), 0, &found));
    assert_false(place_mark_find(TEXT("feed/0=9;feed/1=x@y@z;"), TEXT("feed"), 0, &found));
    assert_false(place_mark_find(TEXT("feed/0=9;feed/1=x@y@z;"), TEXT("feed"), 1, &found));
}

static void test_no_more_than_fits(void **state)
{
    (void)state;
    Text marks = TEXT_ABSENT;
    const PlaceNote note = done(INT64_MAX, UINT64_MAX, 1);
    for (int32_t i = 0; i < 200; i++)
        marks = place_mark_put(marks, TEXT("a.long.name.of.some.department"), i, &note, arena);
    assert_in_range(marks.size, PLACE_MARKS_MAX - 100, PLACE_MARKS_MAX);
    PlaceNote found = place_note_none();
    assert_true(place_mark_find(marks, TEXT("a.long.name.of.some.department"), 199, &found));
    assert_false(place_mark_find(marks, TEXT("a.long.name.of.some.department"), 0, &found));
}

static void test_slots_are_partitions(void **state)
{
    (void)state;
    for (int32_t count = 1; count < 30; count++)
        assert_in_range(place_mark_slot(TEXT("feed"), count), 0, count - 1);
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
        cmocka_unit_test(test_marks_stand_beside_each_other),
        cmocka_unit_test(test_no_more_than_fits),
        cmocka_unit_test(test_slots_are_partitions),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
