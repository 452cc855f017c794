/*
 * Records cut out of files of JSON; every file is read whole and in pieces of each size, which must not differ.
 * Expected records are written as "LINE:bytes", one a line.
 */
#include "base/json_split.h"
#include "base/text_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct Reading {
    TextBuilder records;
    JsSplit split;
    Error error;
    size_t window_max;
} Reading;

/* As a program reads a file: a window that grows by `step` and loses what was cut off. */
static Reading read_in_steps(Arena *arena, bool gb18030, Text file, size_t step)
{
    Reading reading = {.records = builder_new(arena), .split = js_split_new(gb18030)};
    size_t from = 0;
    size_t to = 0;
    bool last = false;
    for (;;) {
        JsPiece piece;
        Text window = text_slice(file, from, to - from);
        if (js_split_next(&reading.split, window, last, &piece, &reading.error)) {
            builder_format(&reading.records, "%lld:%.*s\n", (long long)piece.line,
                           TEXT_ARGS(piece.bytes));
            from += piece.used;
            continue;
        }
        if (reading.error.verdict != ERROR_NONE || last)
            return reading;
        size_t dropped = js_split_droppable(&reading.split);
        js_split_drop(&reading.split, dropped);
        from += dropped;
        to = to + step > file.size ? file.size : to + step;
        last = to == file.size;
        reading.window_max = to - from > reading.window_max ? to - from : reading.window_max;
    }
}

static void expect_records(bool gb18030, Text file, const char *records)
{
    Arena *arena = arena_new(1024);
    for (size_t step = 1; step <= file.size; step++) {
        Reading reading = read_in_steps(arena, gb18030, file, step);
        assert_string_equal(reading.error.text, "");
        assert_string_equal(text_string(arena, builder_view(&reading.records)), records);
        assert_true(reading.split.done);
    }
    arena_free(arena);
}

static void expect_error(Text file, const char *records, int64_t line, const char *message)
{
    Arena *arena = arena_new(1024);
    for (size_t step = 1; step <= file.size; step++) {
        Reading reading = read_in_steps(arena, false, file, step);
        assert_string_equal(text_string(arena, builder_view(&reading.records)), records);
        assert_int_equal(reading.error.verdict, ERROR_REJECT);
        assert_string_equal(reading.error.rule, "json");
        assert_string_equal(reading.error.text, message);
        assert_int_equal(reading.split.line, line);
        assert_false(reading.split.done);
    }
    arena_free(arena);
}

static void an_array_gives_its_elements(void **state)
{
    (void)state;
    expect_records(false, TEXT("[{\"a\":1},{\"b\":[2,{}]}]"), "1:{\"a\":1}\n1:{\"b\":[2,{}]}\n");
    expect_records(false, TEXT("\xEF\xBB\xBF [\r\n  {\"a\": 1},\r\n  {\r\n  \"b\": 2}\r\n]\r\n"),
                   "2:{\"a\": 1}\n3:{\r\n  \"b\": 2}\n");
    expect_records(false, TEXT("[]"), "");
    expect_records(false, TEXT("[1,\"x,]\",null,[2],-3.5 ]"),
                   "1:1\n1:\"x,]\"\n1:null\n1:[2]\n1:-3.5\n");
}

static void objects_may_follow_one_another_over_any_lines(void **state)
{
    (void)state;
    expect_records(false, TEXT("{\"a\":\n1}{\"b\":2}\n\n{}"), "1:{\"a\":\n1}\n2:{\"b\":2}\n4:{}\n");
    expect_records(false, TEXT("[{}]\n[{}]\n{}"), "1:{}\n2:{}\n3:{}\n");
    expect_records(false, TEXT(" \n"), "");
}

static void missing_and_spare_commas_hide_no_record(void **state)
{
    (void)state;
    expect_records(false, TEXT("[,{}{},\n,{},]"), "1:{}\n1:{}\n2:{}\n");
}

static void brackets_and_quotes_in_texts_are_text(void **state)
{
    (void)state;
    expect_records(false, TEXT("[{\"a\":\"}]\\\"{[\"},{\"b\\\\\":\"\\\\\"}]"),
                   "1:{\"a\":\"}]\\\"{[\"}\n1:{\"b\\\\\":\"\\\\\"}\n");
}

/* 誠 is D5 5C in GB18030, its second byte a backslash; 媅媇媨媫 are 8B with the four brackets. */
static void a_second_byte_of_gb18030_is_no_backslash_and_no_bracket(void **state)
{
    (void)state;
    expect_records(true,
                   TEXT("[{\"a\":\"\xD5\x5C\"},{\"b\":\"\x8B\x5B\x8B\x5D\x8B\x7B\x8B\x7D\"}]"),
                   "1:{\"a\":\"\xD5\x5C\"}\n1:{\"b\":\"\x8B\x5B\x8B\x5D\x8B\x7B\x8B\x7D\"}\n");
    /* A four-byte character, and a lead byte whose partner is a quote: broken, and the quote counts. */
    expect_records(true, TEXT("[\"\x81\x30\x84\x36\",\"\x81\",{}]"),
                   "1:\"\x81\x30\x84\x36\"\n1:\"\x81\"\n1:{}\n");
}

static void an_element_that_is_no_good_json_comes_out_whole(void **state)
{
    (void)state;
    expect_records(false, TEXT("[{\"a\":tru,},{a:1},nul]"), "1:{\"a\":tru,}\n1:{a:1}\n1:nul\n");
}

static void a_file_cut_off_says_where(void **state)
{
    const char *record = "the record that begins here is never closed; the file is cut off, or a "
                         "quote or a bracket is missing";
    const char *array = "the file ends before the closing bracket ] of its array; it is cut off";
    (void)state;
    expect_error(TEXT("[{},\n{\"a\":\n[1\n"), "1:{}\n", 2, record);
    expect_error(TEXT("[{},\n{\"a\": \"x"), "1:{}\n", 2, record);
    expect_error(TEXT("[{},\n{}\n"), "1:{}\n2:{}\n", 3, array);
    expect_error(TEXT("{"), "", 1, record);
}

static void a_line_break_inside_a_text_is_refused_with_its_line(void **state)
{
    (void)state;
    expect_error(TEXT("[{},\n{\"a\":\"x,\n\"b\":\"y\"}]"), "1:{}\n", 2,
                 "a line break inside a text; a quote is missing, or it must be written \\n");
}

static void what_begins_no_record_is_refused(void **state)
{
    (void)state;
    expect_error(TEXT("{}\nid,name\n"), "1:{}\n", 2,
                 "an array or an object was expected to begin here");
    expect_error(TEXT("[{}}]"), "1:{}\n", 1, "a bracket } that nothing here has opened");
    expect_error(TEXT("]"), "", 1, "an array or an object was expected to begin here");
}

static void memory_is_that_of_a_record(void **state)
{
    enum { RECORDS = 20000, STEP = 4096 };
    Arena *arena = arena_new(1 << 20);
    TextBuilder file = builder_new(arena);
    (void)state;
    builder_char(&file, '[');
    for (int i = 0; i < RECORDS; i++)
        builder_format(&file, "%s{\"number\": %d, \"text\": \"{[\"}\n", i > 0 ? "," : "", i);
    builder_char(&file, ']');
    for (int i = 0; i < 10 * STEP; i++)
        builder_char(&file, ' ');
    Reading reading = read_in_steps(arena, false, builder_view(&file), STEP);
    assert_true(reading.split.done);
    assert_true(reading.window_max < STEP + 100);
    size_t lines = 0;
    for (size_t i = 0; i < reading.records.size; i++)
        lines += reading.records.data[i] == '\n';
    assert_int_equal(lines, RECORDS);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_array_gives_its_elements),
        cmocka_unit_test(objects_may_follow_one_another_over_any_lines),
        cmocka_unit_test(missing_and_spare_commas_hide_no_record),
        cmocka_unit_test(brackets_and_quotes_in_texts_are_text),
        cmocka_unit_test(a_second_byte_of_gb18030_is_no_backslash_and_no_bracket),
        cmocka_unit_test(an_element_that_is_no_good_json_comes_out_whole),
        cmocka_unit_test(a_file_cut_off_says_where),
        cmocka_unit_test(a_line_break_inside_a_text_is_refused_with_its_line),
        cmocka_unit_test(what_begins_no_record_is_refused),
        cmocka_unit_test(memory_is_that_of_a_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
