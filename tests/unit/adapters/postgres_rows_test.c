/*
 * What goes over the wire, against bytes written out by hand from PostgreSQL's array_recv and the send functions of
 * its types: dimensions, has nulls, element oid, count, lower bound; then size and bytes of each element.
 */
#include "adapters/postgres_rows.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

typedef struct Row {
    Text name;
    int64_t small;
    int64_t plain;
    int64_t large;
    double real;
    int8_t truth;
    int64_t time;
    int64_t date;
    Text bytes;
    TextList words;
    PostgresIntegers numbers;
    int32_t part;
} Row;

static const PostgresColumn COLUMNS[] = {
    ROWS_KEY(Row, name, "name", ROWS_TEXT),           ROWS_COLUMN(Row, small, "small", ROWS_INT2),
    ROWS_COLUMN(Row, plain, "plain", ROWS_INT4),      ROWS_COLUMN(Row, large, "large", ROWS_INT8),
    ROWS_COLUMN(Row, real, "real", ROWS_FLOAT8),      ROWS_COLUMN(Row, truth, "truth", ROWS_BOOL),
    ROWS_COLUMN(Row, time, "time", ROWS_TIME),        ROWS_COLUMN(Row, date, "date", ROWS_DATE),
    ROWS_COLUMN(Row, bytes, "bytes", ROWS_BYTES),     ROWS_COLUMN(Row, words, "words", ROWS_TEXTS),
    ROWS_COLUMN(Row, numbers, "numbers", ROWS_INT8S), ROWS_COLUMN(Row, part, "part", ROWS_INT4_32),
};
enum { COLUMN_COUNT = sizeof(COLUMNS) / sizeof(COLUMNS[0]) };

static PostgresTable table_of(PostgresForm form, size_t count)
{
    return (PostgresTable){
        .statement = "t", .table = "s.t", .form = form, .columns = COLUMNS, .count = count};
}

static Row null_row(void)
{
    return (Row){
        .small = INT64_MIN,
        .plain = INT64_MIN,
        .large = INT64_MIN,
        .real = NAN,
        .truth = -1,
        .time = INT64_MIN,
        .date = INT64_MIN,
    };
}

static void add(PostgresRows *rows, const Row *row)
{
    Error error = {0};
    assert_true(postgres_rows_add(rows, row, &error));
}

static void expect_bytes(PostgresRows *rows, size_t column, const void *bytes, size_t size)
{
    PostgresParam param = postgres_rows_param(rows, column);
    assert_int_equal(param.size, size);
    assert_memory_equal(param.data, bytes, size);
}

#define EXPECT_BYTES(rows_, column_, literal_)                                                     \
    expect_bytes((rows_), (column_), "" literal_, sizeof(literal_) - 1)
#define HEADER(nulls_, oid_, count_)                                                               \
    "\0\0\0\1"                                                                                     \
    "\0\0\0" nulls_ "\0\0" oid_ "\0\0\0" count_ "\0\0\0\1"

static void writes_every_type_in_network_order(void **state)
{
    (void)state;
    Text words[] = {TEXT("a"), TEXT("b\"\\c"), TEXT("")};
    int64_t numbers[] = {-1, INT64_C(5000000000)};
    Row row = {
        .name = TEXT("\xE7\x94\xB2"),
        .small = -2,
        .plain = 0x01020304,
        .large = INT64_C(0x0102030405060708),
        .real = -2.5, /* 0xC004000000000000 */
        .truth = 1,
        .time = INT64_C(946684800000000) + 1, /* 2000-01-01 and one microsecond */
        .date = 10957 - 1,                    /* 1999-12-31 */
        .bytes = {"\0\xFF", 2},
        .words = {words, 3},
        .numbers = {numbers, 2},
        .part = 7,
    };
    PostgresTable table = table_of(ROWS_INSERT, COLUMN_COUNT);
    PostgresRows *rows = postgres_rows_new(&table);
    add(rows, &row);
    EXPECT_BYTES(rows, 0, HEADER("\0", "\0\x19", "\1") "\0\0\0\3\xE7\x94\xB2");
    EXPECT_BYTES(rows, 1, HEADER("\0", "\0\x15", "\1") "\0\0\0\2\xFF\xFE");
    EXPECT_BYTES(rows, 2, HEADER("\0", "\0\x17", "\1") "\0\0\0\4\1\2\3\4");
    EXPECT_BYTES(rows, 3, HEADER("\0", "\0\x14", "\1") "\0\0\0\x08\1\2\3\4\5\6\7\x08");
    EXPECT_BYTES(rows, 4, HEADER("\0", "\x02\xBD", "\1") "\0\0\0\x08\xC0\x04\0\0\0\0\0\0");
    EXPECT_BYTES(rows, 5, HEADER("\0", "\0\x10", "\1") "\0\0\0\1\1");
    EXPECT_BYTES(rows, 6, HEADER("\0", "\x04\xA0", "\1") "\0\0\0\x08\0\0\0\0\0\0\0\1");
    EXPECT_BYTES(rows, 7, HEADER("\0", "\x04\x3A", "\1") "\0\0\0\4\xFF\xFF\xFF\xFF");
    EXPECT_BYTES(rows, 8, HEADER("\0", "\0\x11", "\1") "\0\0\0\2\0\xFF");
    EXPECT_BYTES(rows, 9, HEADER("\0", "\0\x19", "\1") "\0\0\0\x11{\"a\",\"b\\\"\\\\c\",\"\"}");
    EXPECT_BYTES(rows, 10, HEADER("\0", "\0\x19", "\1") "\0\0\0\x0F{-1,5000000000}");
    EXPECT_BYTES(rows, 11, HEADER("\0", "\0\x17", "\1") "\0\0\0\4\0\0\0\7");
    postgres_rows_free(rows);
}

static void writes_what_is_absent_as_null(void **state)
{
    (void)state;
    Row row = null_row();
    PostgresTable table = table_of(ROWS_INSERT, COLUMN_COUNT);
    PostgresRows *rows = postgres_rows_new(&table);
    add(rows, &row);
    for (size_t i = 0; i < COLUMN_COUNT - 1; i++) {
        PostgresParam param = postgres_rows_param(rows, i);
        const char *bytes = param.data;
        assert_int_equal(param.size, 24);
        assert_memory_equal(bytes + 4, "\0\0\0\1", 4);          /* has nulls */
        assert_memory_equal(bytes + 20, "\xFF\xFF\xFF\xFF", 4); /* size -1 */
    }
    postgres_rows_free(rows);
}

static void tells_an_empty_text_and_list_from_an_absent_one(void **state)
{
    (void)state;
    Text none[1] = {TEXT("")};
    Row row = null_row();
    row.name = TEXT("");
    row.words = (TextList){none, 0};
    PostgresTable table = table_of(ROWS_INSERT, COLUMN_COUNT);
    PostgresRows *rows = postgres_rows_new(&table);
    add(rows, &row);
    EXPECT_BYTES(rows, 0, HEADER("\0", "\0\x19", "\1") "\0\0\0\0");
    EXPECT_BYTES(rows, 9, HEADER("\0", "\0\x19", "\1") "\0\0\0\2{}");
    postgres_rows_free(rows);
}

static void counts_rows_and_starts_over_when_cleared(void **state)
{
    (void)state;
    Row row = null_row();
    row.name = TEXT("x");
    PostgresTable table = table_of(ROWS_INSERT, 1);
    PostgresRows *rows = postgres_rows_new(&table);
    add(rows, &row);
    add(rows, &(Row){.name = TEXT_ABSENT});
    assert_int_equal(postgres_rows_count(rows), 2);
    EXPECT_BYTES(rows, 0, HEADER("\1", "\0\x19", "\2") "\0\0\0\1x\xFF\xFF\xFF\xFF");
    postgres_rows_clear(rows);
    assert_int_equal(postgres_rows_count(rows), 0);
    add(rows, &row);
    EXPECT_BYTES(rows, 0, HEADER("\0", "\0\x19", "\1") "\0\0\0\1x");
    postgres_rows_free(rows);
}

static void rejects_a_number_that_does_not_fit_its_column(void **state)
{
    (void)state;
    static const struct {
        int64_t small;
        int64_t plain;
        bool fits;
    } CASES[] = {
        {32767, INT32_MAX, true}, {-32768, INT32_MIN, true},       {32768, 0, false},
        {-32769, 0, false},       {0, INT64_C(2147483648), false},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        Row row = null_row();
        Error error = {0};
        PostgresTable table = table_of(ROWS_INSERT, COLUMN_COUNT);
        PostgresRows *rows = postgres_rows_new(&table);
        row.small = CASES[i].small;
        row.plain = CASES[i].plain;
        assert_int_equal(postgres_rows_add(rows, &row, &error), CASES[i].fits);
        assert_int_equal(error.verdict, CASES[i].fits ? ERROR_NONE : ERROR_REJECT);
        assert_string_equal(error.state, CASES[i].fits ? "" : "22003");
        postgres_rows_free(rows);
    }
}

static void rejects_a_text_that_postgresql_cannot_hold(void **state)
{
    (void)state;
    Text items[] = {TEXT("well"), {"a\0b", 3}};
    for (int in_list = 0; in_list < 2; in_list++) {
        Row row = null_row();
        Error error = {0};
        PostgresTable table = table_of(ROWS_INSERT, COLUMN_COUNT);
        PostgresRows *rows = postgres_rows_new(&table);
        if (in_list)
            row.words = (TextList){items, 2};
        else
            row.name = items[1];
        assert_false(postgres_row_fits(&table, &row, &error));
        assert_string_equal(error.state, "22021");
        error = (Error){0};
        assert_false(postgres_rows_add(rows, &row, &error));
        assert_int_equal(error.verdict, ERROR_REJECT);
        assert_int_equal(postgres_rows_count(rows), 0);
        postgres_rows_free(rows);
    }
}

static void generates_one_statement_for_each_form(void **state)
{
    (void)state;
    static const struct {
        PostgresForm form;
        const char *want;
    } CASES[] = {
        {ROWS_INSERT, "insert into s.t as t (\"name\", \"small\") select v.\"name\", v.\"small\" "
                      "from unnest($1::text[], $2::smallint[]) as v(\"name\", \"small\")"},
        {ROWS_UPSERT, "insert into s.t as t (\"name\", \"small\") select v.\"name\", v.\"small\" "
                      "from unnest($1::text[], $2::smallint[]) as v(\"name\", \"small\") "
                      "on conflict (\"name\") do update set \"small\" = excluded.\"small\""},
        {ROWS_UPDATE, "update s.t as t set \"small\" = v.\"small\" "
                      "from unnest($1::text[], $2::smallint[]) as v(\"name\", \"small\") "
                      "where t.\"name\" = v.\"name\""},
        {ROWS_MERGE, "update s.t as t set \"small\" = coalesce(v.\"small\", t.\"small\") "
                     "from unnest($1::text[], $2::smallint[]) as v(\"name\", \"small\") "
                     "where t.\"name\" = v.\"name\""},
        {ROWS_DELETE, "delete from s.t as t using unnest($1::text[]) as v(\"name\") "
                      "where t.\"name\" = v.\"name\""},
        {ROWS_ARRAYS, ""},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        PostgresTable table = table_of(CASES[i].form, 2);
        PostgresRows *rows = postgres_rows_new(&table);
        assert_string_equal(postgres_rows_sql(rows), CASES[i].want);
        postgres_rows_free(rows);
    }
}

static void sends_json_as_text_and_casts_it(void **state)
{
    (void)state;
    static const PostgresColumn JSON_COLUMN = ROWS_COLUMN(Row, name, "args", ROWS_JSON);
    const PostgresTable table = {
        .statement = "t", .table = "s.t", .columns = &JSON_COLUMN, .count = 1};
    const Row row = {.name = TEXT("{}")};
    PostgresRows *rows = postgres_rows_new(&table);
    assert_string_equal(postgres_rows_sql(rows),
                        "insert into s.t as t (\"args\") select v.\"args\"::jsonb from "
                        "unnest($1::text[]) as v(\"args\")");
    add(rows, &row);
    add(rows, &(Row){.name = TEXT_ABSENT});
    EXPECT_BYTES(rows, 0, HEADER("\1", "\0\x19", "\2") "\0\0\0\2{}\xFF\xFF\xFF\xFF");
    postgres_rows_free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_every_type_in_network_order),
        cmocka_unit_test(writes_what_is_absent_as_null),
        cmocka_unit_test(tells_an_empty_text_and_list_from_an_absent_one),
        cmocka_unit_test(counts_rows_and_starts_over_when_cleared),
        cmocka_unit_test(rejects_a_number_that_does_not_fit_its_column),
        cmocka_unit_test(rejects_a_text_that_postgresql_cannot_hold),
        cmocka_unit_test(generates_one_statement_for_each_form),
        cmocka_unit_test(sends_json_as_text_and_casts_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
