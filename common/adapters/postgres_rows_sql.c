/*
 * The statement of a row set, from its table of columns. Names are quoted, so that no column is a key word.
 */
#include "adapters/postgres_rows_sql.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_MAX = 16384 };

static const char *element_name(PostgresType type)
{
    switch (type) {
    case ROWS_BOOL:
        return "boolean";
    case ROWS_INT2:
        return "smallint";
    case ROWS_INT4:
    case ROWS_INT4_32:
        return "integer";
    case ROWS_INT8:
        return "bigint";
    case ROWS_FLOAT8:
        return "double precision";
    case ROWS_BYTES:
    case ROWS_HASH:
        return "bytea";
    case ROWS_TIME:
        return "timestamptz";
    case ROWS_DATE:
        return "date";
    case ROWS_TEXT:
    case ROWS_JSON:
    case ROWS_TEXTS:
    case ROWS_INT4S:
    case ROWS_INT8S:
        break;
    }
    return "text";
}

static const char *value_cast(PostgresType type)
{
    if (type == ROWS_TEXTS)
        return "::text[]";
    if (type == ROWS_JSON)
        return "::jsonb";
    if (type == ROWS_INT4S)
        return "::integer[]";
    return type == ROWS_INT8S ? "::bigint[]" : "";
}

typedef struct Sql {
    char text[SQL_MAX];
    size_t size;
} Sql;

static void say(Sql *sql, const char *format, ...) PRINTF_LIKE(2, 3);
static void say(Sql *sql, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(sql->text + sql->size, SQL_MAX - sql->size, format, arguments);
    va_end(arguments);
    assert(size >= 0 && sql->size + (size_t)size < SQL_MAX);
    sql->size += (size_t)size;
}

bool postgres_table_sends(const PostgresTable *table, size_t column)
{
    return table->form != ROWS_DELETE || table->columns[column].key;
}

/* unnest($1::text[], ...) as v("a", ...) */
static void say_source(Sql *sql, const PostgresTable *table)
{
    size_t number = 0;
    say(sql, "unnest(");
    for (size_t i = 0; i < table->count; i++)
        if (postgres_table_sends(table, i)) {
            number++;
            say(sql, "%s$%zu::%s[]", number > 1 ? ", " : "", number,
                element_name(table->columns[i].type));
        }
    say(sql, ") as v(");
    number = 0;
    for (size_t i = 0; i < table->count; i++)
        if (postgres_table_sends(table, i))
            say(sql, "%s\"%s\"", number++ > 0 ? ", " : "", table->columns[i].name);
    say(sql, ")");
}

static void say_keys_equal(Sql *sql, const PostgresTable *table)
{
    const char *between = " where ";
    for (size_t i = 0; i < table->count; i++)
        if (table->columns[i].key) {
            say(sql, "%st.\"%s\" = v.\"%s\"", between, table->columns[i].name,
                table->columns[i].name);
            between = " and ";
        }
}

static void say_insert(Sql *sql, const PostgresTable *table)
{
    say(sql, "insert into %s as t (", table->table);
    for (size_t i = 0; i < table->count; i++)
        say(sql, "%s\"%s\"", i > 0 ? ", " : "", table->columns[i].name);
    say(sql, ") select ");
    for (size_t i = 0; i < table->count; i++)
        say(sql, "%sv.\"%s\"%s", i > 0 ? ", " : "", table->columns[i].name,
            value_cast(table->columns[i].type));
    say(sql, " from ");
    say_source(sql, table);
    if (table->form == ROWS_NOTE)
        say(sql, " on conflict do nothing");
    if (table->form != ROWS_UPSERT)
        return;
    const char *between = " on conflict (";
    for (size_t i = 0; i < table->count; i++)
        if (table->columns[i].key) {
            say(sql, "%s\"%s\"", between, table->columns[i].name);
            between = ", ";
        }
    between = ") do update set ";
    for (size_t i = 0; i < table->count; i++)
        if (!table->columns[i].key) {
            say(sql, "%s\"%s\" = excluded.\"%s\"", between, table->columns[i].name,
                table->columns[i].name);
            between = ", ";
        }
}

static void say_update(Sql *sql, const PostgresTable *table)
{
    const char *between = " set ";
    say(sql, "update %s as t", table->table);
    for (size_t i = 0; i < table->count; i++) {
        const PostgresColumn *column = &table->columns[i];
        if (column->key || column->aside)
            continue;
        const char *cast = value_cast(column->type);
        if (table->form == ROWS_MERGE)
            say(sql, "%s\"%s\" = coalesce(v.\"%s\"%s, t.\"%s\")", between, column->name,
                column->name, cast, column->name);
        else
            say(sql, "%s\"%s\" = v.\"%s\"%s", between, column->name, column->name, cast);
        between = ", ";
    }
    if (table->also != NULL)
        say(sql, "%s%s", between, table->also);
    say(sql, " from ");
    say_source(sql, table);
    say_keys_equal(sql, table);
}

char *postgres_table_sql(const PostgresTable *table)
{
    Sql *sql = calloc(1, sizeof(*sql));
    if (sql == NULL)
        abort();
    switch (table->form) {
    case ROWS_INSERT:
    case ROWS_NOTE:
    case ROWS_UPSERT:
        say_insert(sql, table);
        break;
    case ROWS_UPDATE:
    case ROWS_MERGE:
        say_update(sql, table);
        break;
    case ROWS_DELETE:
        say(sql, "delete from %s as t using ", table->table);
        say_source(sql, table);
        say_keys_equal(sql, table);
        break;
    case ROWS_ARRAYS:
        break;
    }
    char *text = strdup(sql->text);
    if (text == NULL)
        abort();
    free(sql);
    return text;
}
