/*
 * Rows as RFC 4180 says them, with the line each begins on; every text is read whole and byte by byte, which must not
 * differ. Expected rows are written as "LINE:field|field".
 */
#include "base/csv.h"
#include "base/text_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct Reading {
    TextBuilder rows; /* one a line */
    Error error;
    int64_t error_line;
    int64_t consumed;
} Reading;

/* All rows that are there by now; false when reading cannot go on. */
static bool drain(CsvReader *reader, Reading *reading)
{
    CsvRow row;
    while (csv_next(reader, &row, &reading->error)) {
        builder_format(&reading->rows, "%lld:", (long long)row.line);
        for (size_t i = 0; i < row.count; i++) {
            assert_non_null(row.fields[i].data);
            builder_string(&reading->rows, i > 0 ? "|" : "");
            builder_text(&reading->rows, row.fields[i]);
        }
        builder_char(&reading->rows, '\n');
    }
    return reading->error.verdict == ERROR_NONE;
}

static Reading read_in_pieces(Arena *arena, CsvSpec spec, Text text, size_t piece)
{
    Reading reading = {.rows = builder_new(arena)};
    CsvReader *reader = csv_open(spec);
    size_t at = 0;
    bool last;
    do {
        Text next = text_slice(text, at, piece);
        at += next.size;
        last = at == text.size;
        csv_feed(reader, next, last);
    } while (drain(reader, &reading) && !last);
    reading.error_line = csv_error_line(reader);
    reading.consumed = csv_consumed(reader);
    csv_close(reader);
    return reading;
}

static void expect_rows(CsvSpec spec, Text text, const char *rows)
{
    Arena *arena = arena_new(1024);
    for (size_t piece = 1; piece <= text.size; piece++) {
        Reading reading = read_in_pieces(arena, spec, text, piece);
        assert_int_equal(reading.error.verdict, ERROR_NONE);
        assert_int_equal(reading.error_line, 0);
        assert_string_equal(text_string(arena, builder_view(&reading.rows)), rows);
    }
    arena_free(arena);
}

static void expect_error(Text text, const char *rows, int64_t line, const char *message)
{
    Arena *arena = arena_new(1024);
    for (size_t piece = 1; piece <= text.size; piece++) {
        Reading reading = read_in_pieces(arena, (CsvSpec){0}, text, piece);
        assert_int_equal(reading.error.verdict, ERROR_REJECT);
        assert_string_equal(reading.error.rule, "csv");
        assert_string_equal(reading.error.text, message);
        assert_int_equal(reading.error_line, line);
        assert_string_equal(text_string(arena, builder_view(&reading.rows)), rows);
    }
    arena_free(arena);
}

static void fields_are_separated_and_rows_end_with_lf_crlf_or_nothing(void **state)
{
    (void)state;
    expect_rows((CsvSpec){0}, TEXT("a,b\nc,d\n"), "1:a|b\n2:c|d\n");
    expect_rows((CsvSpec){0}, TEXT("a,b\r\nc,d\r\n"), "1:a|b\n2:c|d\n");
    expect_rows((CsvSpec){0}, TEXT("a,b\nc,d"), "1:a|b\n2:c|d\n");
    expect_rows((CsvSpec){0}, TEXT("a\rb\r"), "1:a\n2:b\n");
}

static void empty_fields_are_there_and_empty_lines_are_not(void **state)
{
    (void)state;
    expect_rows((CsvSpec){0}, TEXT(",\n"), "1:|\n");
    expect_rows((CsvSpec){0}, TEXT("\n\na,,b\n\r\n\n,c,\n\n"), "3:a||b\n6:|c|\n");
    expect_rows((CsvSpec){0}, TEXT("\"\"\n"), "1:\n");
    expect_rows((CsvSpec){0}, TEXT("\n\r\n"), "");
}

static void quotes_hold_separators_quotes_and_line_breaks(void **state)
{
    (void)state;
    expect_rows((CsvSpec){0}, TEXT("\"a,b\",\"say \"\"hi\"\"\"\n"), "1:a,b|say \"hi\"\n");
    expect_rows((CsvSpec){0}, TEXT("\"one\ntwo\",x\ny\n"), "1:one\ntwo|x\n3:y\n");
    expect_rows((CsvSpec){0}, TEXT("\"one\r\ntwo\r\n\r\n\",x\r\ny\r\n"),
                "1:one\r\ntwo\r\n\r\n|x\n5:y\n");
    expect_rows((CsvSpec){0}, TEXT("\"\"\"\"\n"), "1:\"\n");
}

static void white_space_belongs_to_the_field(void **state)
{
    (void)state;
    expect_rows((CsvSpec){0}, TEXT("  a ,\tb\n \n"), "1:  a |\tb\n2: \n");
    expect_rows((CsvSpec){0}, TEXT("\" a \"\n"), "1: a \n");
}

static void a_byte_order_mark_is_skipped_only_at_the_start(void **state)
{
    (void)state;
    expect_rows((CsvSpec){0}, TEXT("\xEF\xBB\xBF\"a\",b\n"), "1:a|b\n");
    expect_rows((CsvSpec){0}, TEXT("\xEF\xBB\xBF"), "");
    expect_rows((CsvSpec){0},
                TEXT("a\n\xEF\xBB\xBF"
                     "b\n"),
                "1:a\n2:\xEF\xBB\xBF"
                "b\n");
    /* What begins like a mark and is none stays: U+FEFF is EF BB BF, U+FEBE is EF BA BE. */
    expect_rows((CsvSpec){0}, TEXT("\xEF\xBA\xBE,b\n"), "1:\xEF\xBA\xBE|b\n");
    expect_rows((CsvSpec){0}, TEXT("\xEF\xBB\xBE,b\n"), "1:\xEF\xBB\xBE|b\n");
    expect_rows((CsvSpec){0}, TEXT("\xEF\xBB"), "1:\xEF\xBB\n");
}

static void comments_are_skipped_when_asked_and_only_at_the_start_of_a_line(void **state)
{
    const CsvSpec comments = {.comments = true};
    (void)state;
    expect_rows(comments, TEXT("# \"head\n#\na,#b\n\"x\n#y\",z\n#end"), "3:a|#b\n4:x\n#y|z\n");
    expect_rows(comments, TEXT("\xEF\xBB\xBF# head\r\na\r\n"), "2:a\n");
    expect_rows((CsvSpec){0}, TEXT("#a,b\n"), "1:#a|b\n");
}

static void the_separator_may_be_another(void **state)
{
    (void)state;
    expect_rows((CsvSpec){.separator = ';'}, TEXT("a,b;\"c;d\"\n"), "1:a,b|c;d\n");
    expect_rows((CsvSpec){.separator = '\t'}, TEXT("a\tb c\n"), "1:a|b c\n");
}

static void nul_bytes_and_chinese_pass(void **state)
{
    Arena *arena = arena_new(256);
    (void)state;
    expect_rows((CsvSpec){0}, TEXT("编号,内容\n\"乐，行\",\"张试验\"\n"),
                "1:编号|内容\n2:乐，行|张试验\n");
    CsvReader *reader = csv_open((CsvSpec){0});
    CsvRow row;
    Error error = {0};
    csv_feed(reader, TEXT("a\0b,c\n"), true);
    assert_true(csv_next(reader, &row, &error));
    assert_int_equal(row.count, 2);
    assert_true(text_equal(row.fields[0], TEXT("a\0b")));
    assert_false(csv_next(reader, &row, &error));
    assert_int_equal(error.verdict, ERROR_NONE);
    csv_close(reader);
    arena_free(arena);
}

static void a_quote_never_closed_names_the_line_it_was_opened_on(void **state)
{
    const char *message = "a quote is opened here and never closed";
    (void)state;
    expect_error(TEXT("a,b\nc,\"d\ne,f\ng\n"), "1:a|b\n", 2, message);
    expect_error(TEXT("a,\"b\nb\",\"d\ne\n"), "", 2, message);
    expect_error(TEXT("\""), "", 1, message);
}

static void what_follows_a_closing_quote_is_refused_with_its_line(void **state)
{
    const char *message =
        "after a closing quote only a separator or the end of the line may follow";
    (void)state;
    expect_error(TEXT("a\r\nb\r\n\"c\"d,e\r\nf\r\n"), "1:a\n2:b\n", 3, message);
    expect_error(TEXT("\"c\" ,e\n"), "", 1, message);
    expect_error(TEXT("x\n\"1\n2\"3\n"), "1:x\n", 3, message);
}

static void a_quote_inside_an_unquoted_field_is_refused(void **state)
{
    const char *message = "a quote inside a field that does not begin with one; put the whole "
                          "field in quotes and double the quote";
    (void)state;
    expect_error(TEXT("a,b\nc, \"d,e\"\n"), "1:a|b\n", 2, message);
    expect_error(TEXT("5\" pipe\n"), "", 1, message);
}

static void a_row_that_is_too_long_is_refused_where_its_last_field_begins(void **state)
{
    CsvReader *reader = csv_open((CsvSpec){.row_bytes_max = 8});
    CsvRow row;
    Error error = {0};
    (void)state;
    csv_feed(reader, TEXT("a,bcdef\na,\"b\nc"), false);
    assert_true(csv_next(reader, &row, &error));
    assert_false(csv_next(reader, &row, &error));
    assert_int_equal(error.verdict, ERROR_NONE);
    csv_feed(reader, TEXT("\nd\ne\n"), false);
    assert_false(csv_next(reader, &row, &error));
    assert_int_equal(error.verdict, ERROR_REJECT);
    assert_string_equal(error.text,
                        "the row is too long; perhaps a quote opened here is never closed");
    assert_int_equal(csv_error_line(reader), 2);
    csv_close(reader);
}

static void nothing_is_read_after_an_error(void **state)
{
    CsvReader *reader = csv_open((CsvSpec){0});
    CsvRow row;
    Error error = {0};
    (void)state;
    csv_feed(reader, TEXT("\"a\"b\nc\n"), true);
    assert_false(csv_next(reader, &row, &error));
    assert_int_equal(error.verdict, ERROR_REJECT);
    Error again = {0};
    assert_false(csv_next(reader, &row, &again));
    assert_int_equal(again.verdict, ERROR_NONE);
    csv_close(reader);
}

static void says_how_many_bytes_the_rows_took(void **state)
{
    Text text = TEXT("\xEF\xBB\xBF#x\r\na\r\n\"b\nc\"\n\n#y\r\nd\r\n\n");
    CsvReader *reader = csv_open((CsvSpec){.comments = true});
    CsvRow row;
    Error error = {0};
    (void)state;
    csv_feed(reader, text, true);
    assert_int_equal(csv_consumed(reader), 0);
    assert_true(csv_next(reader, &row, &error));
    assert_int_equal(csv_consumed(reader), 10);
    assert_true(csv_next(reader, &row, &error));
    assert_int_equal(csv_consumed(reader), 16);
    assert_true(csv_next(reader, &row, &error));
    assert_int_equal(csv_consumed(reader), 24);
    csv_close(reader);
}

static void a_row_of_a_megabyte_and_a_million_rows_are_read(void **state)
{
    enum { SIZE = 1 << 20, ROWS = 1000000 };
    Arena *arena = arena_new(SIZE);
    TextBuilder big = builder_new(arena);
    (void)state;
    builder_char(&big, '"');
    for (int i = 0; i < SIZE; i++)
        builder_char(&big, i % 100 == 99 ? '\n' : 'x');
    builder_string(&big, "\",tail\n");
    for (int i = 0; i < ROWS; i++)
        builder_string(&big, "a,b\n");
    CsvReader *reader = csv_open((CsvSpec){0});
    CsvRow row;
    Error error = {0};
    csv_feed(reader, builder_view(&big), true);
    assert_true(csv_next(reader, &row, &error));
    assert_int_equal(row.fields[0].size, SIZE);
    assert_true(text_is(row.fields[1], "tail"));
    int64_t first = row.line;
    assert_int_equal(first, 1);
    int count = 0;
    while (csv_next(reader, &row, &error))
        count++;
    assert_int_equal(count, ROWS);
    assert_int_equal(row.line, 1 + SIZE / 100 + ROWS);
    csv_close(reader);
    arena_free(arena);
}

/* Lines inside quotes come to the parser one by one; growing by small steps would take hours here. */
static void a_field_of_many_lines_takes_no_more_than_its_size(void **state)
{
    (void)state;
    enum { LINE = 10, SIZE = 30 * 1000 * 1000 };
    Arena *arena = arena_new(1024);
    char *bytes = arena_alloc(arena, SIZE + 2);
    bytes[0] = '"';
    for (size_t i = 1; i <= SIZE; i++)
        bytes[i] = i % LINE == 0 ? '\n' : 'x';
    bytes[SIZE + 1] = '"';
    CsvReader *reader = csv_open((CsvSpec){0});
    CsvRow row;
    Error error = {0};
    csv_feed(reader, (Text){bytes, SIZE + 2}, true);
    assert_true(csv_next(reader, &row, &error));
    assert_int_equal(row.count, 1);
    assert_true(text_equal(row.fields[0], (Text){bytes + 1, SIZE}));
    csv_close(reader);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_separated_and_rows_end_with_lf_crlf_or_nothing),
        cmocka_unit_test(empty_fields_are_there_and_empty_lines_are_not),
        cmocka_unit_test(quotes_hold_separators_quotes_and_line_breaks),
        cmocka_unit_test(white_space_belongs_to_the_field),
        cmocka_unit_test(a_byte_order_mark_is_skipped_only_at_the_start),
        cmocka_unit_test(comments_are_skipped_when_asked_and_only_at_the_start_of_a_line),
        cmocka_unit_test(the_separator_may_be_another),
        cmocka_unit_test(nul_bytes_and_chinese_pass),
        cmocka_unit_test(a_quote_never_closed_names_the_line_it_was_opened_on),
        cmocka_unit_test(what_follows_a_closing_quote_is_refused_with_its_line),
        cmocka_unit_test(a_quote_inside_an_unquoted_field_is_refused),
        cmocka_unit_test(a_row_that_is_too_long_is_refused_where_its_last_field_begins),
        cmocka_unit_test(nothing_is_read_after_an_error),
        cmocka_unit_test(says_how_many_bytes_the_rows_took),
        cmocka_unit_test(a_row_of_a_megabyte_and_a_million_rows_are_read),
        cmocka_unit_test(a_field_of_many_lines_takes_no_more_than_its_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
