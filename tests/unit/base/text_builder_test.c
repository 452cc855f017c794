#include "base/text_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void joins_every_kind_of_piece(void **state)
{
    (void)state;
    Arena *arena = arena_new(256);
    TextBuilder builder = builder_new(arena);
    assert_true(text_is(builder_view(&builder), ""));
    assert_false(text_is_absent(builder_view(&builder)));
    builder_text(&builder, TEXT("a"));
    builder_text(&builder, TEXT_ABSENT);
    builder_string(&builder, "bc");
    builder_char(&builder, '-');
    builder_int(&builder, INT64_MIN);
    builder_char(&builder, ' ');
    builder_int(&builder, 0);
    builder_format(&builder, " %03d %s", 7, "end");
    assert_string_equal(builder.data, "abc--9223372036854775808 0 007 end");
    assert_int_equal(builder.size, strlen(builder.data));
    arena_free(arena);
}

static void encodes_code_points(void **state)
{
    (void)state;
    Arena *arena = arena_new(256);
    TextBuilder builder = builder_new(arena);
    builder_codepoint(&builder, 'A');
    builder_codepoint(&builder, 0xE9);
    builder_codepoint(&builder, 0x7535);
    builder_codepoint(&builder, 0x20BB7);
    assert_string_equal(builder.data, "Aé电𠮷");
    arena_free(arena);
}

static void grows_past_its_first_buffer(void **state)
{
    (void)state;
    Arena *arena = arena_new(256);
    TextBuilder builder = builder_new(arena);
    for (int i = 0; i < 1000; i++) {
        builder_int(&builder, i % 10);
        if (i % 100 == 0) {
            (void)arena_alloc(arena,
                              1); /* takes the place behind the buffer, so that it has to move */
        }
    }
    assert_int_equal(builder.size, 1000);
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(builder.data[i], '0' + (int)(i % 10));
    }
    assert_int_equal(builder.data[1000], 0);
    arena_free(arena);
}

static void appends_a_view_of_itself(void **state)
{
    (void)state;
    Arena *arena = arena_new(256);
    TextBuilder builder = builder_new(arena);
    builder_string(&builder, "0123456789");
    for (int i = 0; i < 5; i++) {
        builder_text(&builder, builder_view(&builder));
    }
    assert_int_equal(builder.size, 320);
    assert_memory_equal(builder.data + 310, "0123456789", 10);
    arena_free(arena);
}

static void truncates(void **state)
{
    (void)state;
    Arena *arena = arena_new(256);
    TextBuilder builder = builder_new(arena);
    builder_string(&builder, "abcdef");
    builder_truncate(&builder, 2);
    builder_char(&builder, 'x');
    assert_string_equal(builder.data, "abx");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_every_kind_of_piece),
        cmocka_unit_test(encodes_code_points),
        cmocka_unit_test(grows_past_its_first_buffer),
        cmocka_unit_test(appends_a_view_of_itself),
        cmocka_unit_test(truncates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
