/*
 * One growing buffer a column. Each holds a one-dimensional PostgreSQL array in binary:
 *   int32 1 | int32 has nulls | int32 element oid | int32 count | int32 lower bound 1 | (int32
 * size, bytes)* Only count and has-nulls are known at the end and written then. Array columns
 * (text[], integer[]) cannot be elements of an array, so they travel as array literals and are cast
 * back by the statement.
 */
#include "adapters/postgres_rows.h"

#include "adapters/postgres_internal.h"
#include "adapters/postgres_rows_sql.h"

#include <assert.h>
#include <endian.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARRAY_HEADER = 20, BUFFER_FIRST = 256, DATE_OID = 1082, DATES_OID = 1182 };
enum { EPOCH_DAYS = 10957, /* 2000-01-01 */ HASH_SIZE = 32 };

typedef struct Buffer {
    char *data;
    size_t size;
    size_t capacity;
    bool has_null;
} Buffer;

struct PostgresRows {
    const PostgresTable *table;
    PostgresStatement statement;
    char *sql;
    Buffer *buffers;
    PostgresParam *params;
    size_t count;
    size_t sent; /* columns that are sent: for DELETE the keys alone */
};

/* ---- buffers ---- */

static void *checked(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

static char *room(Buffer *buffer, size_t size)
{
    if (buffer->size + size > buffer->capacity) {
        size_t capacity = buffer->capacity == 0 ? BUFFER_FIRST : buffer->capacity;
        while (capacity < buffer->size + size)
            capacity *= 2;
        buffer->data = checked(realloc(buffer->data, capacity));
        buffer->capacity = capacity;
    }
    char *at = buffer->data + buffer->size;
    buffer->size += size;
    return at;
}

static void put_int32(Buffer *buffer, int32_t value)
{
    uint32_t bytes = htobe32((uint32_t)value);
    memcpy(room(buffer, sizeof(bytes)), &bytes, sizeof(bytes));
}

static void put_null(Buffer *buffer)
{
    buffer->has_null = true;
    put_int32(buffer, -1);
}

static void put_bytes(Buffer *buffer, const void *data, size_t size)
{
    put_int32(buffer, (int32_t)size);
    if (size > 0)
        memcpy(room(buffer, size), data, size);
}

static void put_integer(Buffer *buffer, int64_t value, size_t size)
{
    uint64_t bytes = htobe64((uint64_t)value);
    put_bytes(buffer, (const char *)&bytes + sizeof(bytes) - size, size);
}

static void put_text(Buffer *buffer, Text text)
{
    if (text_is_absent(text))
        put_null(buffer);
    else
        put_bytes(buffer, text.data, text.size);
}

/* {"a","b"} with backslash and quote escaped; its size is written in front afterwards. */
static void put_texts(Buffer *buffer, TextList list)
{
    if (list.items == NULL) {
        put_null(buffer);
        return;
    }
    size_t start = buffer->size;
    put_int32(buffer, 0);
    *room(buffer, 1) = '{';
    for (size_t i = 0; i < list.count; i++) {
        if (i > 0)
            *room(buffer, 1) = ',';
        *room(buffer, 1) = '"';
        for (size_t k = 0; k < list.items[i].size; k++) {
            char byte = list.items[i].data[k];
            if (byte == '"' || byte == '\\')
                *room(buffer, 1) = '\\';
            *room(buffer, 1) = byte;
        }
        *room(buffer, 1) = '"';
    }
    *room(buffer, 1) = '}';
    uint32_t size = htobe32((uint32_t)(buffer->size - start - sizeof(uint32_t)));
    memcpy(buffer->data + start, &size, sizeof(size));
}

static void put_integers(Buffer *buffer, PostgresIntegers list)
{
    if (list.items == NULL) {
        put_null(buffer);
        return;
    }
    size_t start = buffer->size;
    put_int32(buffer, 0);
    *room(buffer, 1) = '{';
    for (size_t i = 0; i < list.count; i++) {
        char digits[32];
        int size =
            snprintf(digits, sizeof(digits), i > 0 ? ",%" PRId64 : "%" PRId64, list.items[i]);
        memcpy(room(buffer, (size_t)size), digits, (size_t)size);
    }
    *room(buffer, 1) = '}';
    uint32_t size = htobe32((uint32_t)(buffer->size - start - sizeof(uint32_t)));
    memcpy(buffer->data + start, &size, sizeof(size));
}

/* ---- rows ---- */

static uint32_t element_oid(PostgresType type)
{
    switch (type) {
    case ROWS_BOOL:
        return POSTGRES_BOOL;
    case ROWS_INT2:
        return POSTGRES_INT2;
    case ROWS_INT4:
    case ROWS_INT4_32:
        return POSTGRES_INT4;
    case ROWS_INT8:
        return POSTGRES_INT8;
    case ROWS_FLOAT8:
        return POSTGRES_FLOAT8;
    case ROWS_BYTES:
    case ROWS_HASH:
        return POSTGRES_BYTEA;
    case ROWS_TIME:
        return POSTGRES_TIMESTAMPTZ;
    case ROWS_DATE:
        return DATE_OID;
    case ROWS_TEXT:
    case ROWS_JSON:
    case ROWS_TEXTS:
    case ROWS_INT4S:
    case ROWS_INT8S:
        break;
    }
    return POSTGRES_TEXT;
}

PostgresRows *postgres_rows_new(const PostgresTable *table)
{
    PostgresRows *rows = checked(calloc(1, sizeof(*rows)));
    rows->table = table;
    rows->sql = postgres_table_sql(table);
    rows->statement = (PostgresStatement){table->statement, rows->sql};
    rows->buffers = checked(calloc(table->count, sizeof(Buffer)));
    rows->params = checked(calloc(table->count, sizeof(PostgresParam)));
    for (size_t i = 0; i < table->count; i++)
        rows->sent += postgres_table_sends(table, i) ? 1 : 0;
    postgres_rows_clear(rows);
    return rows;
}

void postgres_rows_free(PostgresRows *rows)
{
    if (rows == NULL)
        return;
    for (size_t i = 0; i < rows->table->count; i++)
        free(rows->buffers[i].data);
    free(rows->buffers);
    free(rows->params);
    free(rows->sql);
    free(rows);
}

void postgres_rows_clear(PostgresRows *rows)
{
    rows->count = 0;
    for (size_t i = 0; i < rows->table->count; i++) {
        Buffer *buffer = &rows->buffers[i];
        buffer->size = 0;
        buffer->has_null = false;
        memset(room(buffer, ARRAY_HEADER), 0, ARRAY_HEADER);
    }
}

size_t postgres_rows_count(const PostgresRows *rows)
{
    return rows->count;
}

const char *postgres_rows_sql(const PostgresRows *rows)
{
    return rows->sql;
}

static bool refuse(const PostgresColumn *column, const char *state, const char *why, Error *error)
{
    error_set(error, ERROR_REJECT, "column \"%s\": %s", column->name, why);
    snprintf(error->state, sizeof(error->state), "%s", state);
    return false;
}

static bool integer_fits(const PostgresColumn *column, int64_t value, size_t size, Error *error)
{
    int64_t limit = INT64_C(1) << (8 * size - 1);
    return value == INT64_MIN || (value >= -limit && value < limit) ||
           refuse(column, "22003", "number out of range", error);
}

static bool text_fits(const PostgresColumn *column, Text text, Error *error)
{
    return text.size == 0 || memchr(text.data, '\0', text.size) == NULL ||
           refuse(column, "22021", "text with a NUL", error);
}

static bool texts_fit(const PostgresColumn *column, TextList list, Error *error)
{
    for (size_t i = 0; i < list.count; i++)
        if (!text_fits(column, list.items[i], error))
            return false;
    return true;
}

static int64_t date_number(const void *member)
{
    int64_t days = *(const int64_t *)member;
    return days == INT64_MIN ? days : days - EPOCH_DAYS;
}

static bool member_fits(const PostgresColumn *column, const char *row, Error *error)
{
    const void *member = row + column->offset;
    switch (column->type) {
    case ROWS_INT2:
        return integer_fits(column, *(const int64_t *)member, sizeof(int16_t), error);
    case ROWS_INT4:
        return integer_fits(column, *(const int64_t *)member, sizeof(int32_t), error);
    case ROWS_DATE:
        return integer_fits(column, date_number(member), sizeof(int32_t), error);
    case ROWS_TEXT:
    case ROWS_JSON:
        return text_fits(column, *(const Text *)member, error);
    case ROWS_TEXTS:
        return texts_fit(column, *(const TextList *)member, error);
    case ROWS_BOOL:
    case ROWS_INT4_32:
    case ROWS_INT8:
    case ROWS_TIME:
    case ROWS_FLOAT8:
    case ROWS_BYTES:
    case ROWS_HASH:
    case ROWS_INT4S:
    case ROWS_INT8S:
        break;
    }
    return true;
}

bool postgres_row_fits(const PostgresTable *table, const void *row, Error *error)
{
    for (size_t i = 0; i < table->count; i++)
        if (postgres_table_sends(table, i) && !member_fits(&table->columns[i], row, error))
            return false;
    return true;
}

static void add_integer(Buffer *buffer, int64_t value, size_t size)
{
    if (value == INT64_MIN)
        put_null(buffer);
    else
        put_integer(buffer, value, size);
}

static void add_long(Buffer *buffer, int64_t value, int64_t shift)
{
    if (value == INT64_MIN)
        put_null(buffer);
    else
        put_integer(buffer, value - shift, sizeof(value));
}

static void add_double(Buffer *buffer, double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    if (isnan(value))
        put_null(buffer);
    else
        put_integer(buffer, bits, sizeof(bits));
}

static void add_member(Buffer *buffer, const PostgresColumn *column, const char *row)
{
    const void *member = row + column->offset;
    switch (column->type) {
    case ROWS_BOOL:
        if (*(const int8_t *)member < 0)
            put_null(buffer);
        else
            put_integer(buffer, *(const int8_t *)member, 1);
        break;
    case ROWS_INT2:
        add_integer(buffer, *(const int64_t *)member, sizeof(int16_t));
        break;
    case ROWS_INT4:
        add_integer(buffer, *(const int64_t *)member, sizeof(int32_t));
        break;
    case ROWS_INT4_32:
        put_integer(buffer, *(const int32_t *)member, sizeof(int32_t));
        break;
    case ROWS_INT8:
        add_long(buffer, *(const int64_t *)member, 0);
        break;
    case ROWS_TIME:
        add_long(buffer, *(const int64_t *)member, POSTGRES_EPOCH_US);
        break;
    case ROWS_DATE:
        add_integer(buffer, date_number(member), sizeof(int32_t));
        break;
    case ROWS_FLOAT8:
        add_double(buffer, *(const double *)member);
        break;
    case ROWS_TEXT:
    case ROWS_JSON:
    case ROWS_BYTES:
        put_text(buffer, *(const Text *)member);
        break;
    case ROWS_HASH:
        put_bytes(buffer, member, HASH_SIZE);
        break;
    case ROWS_TEXTS:
        put_texts(buffer, *(const TextList *)member);
        break;
    case ROWS_INT4S:
    case ROWS_INT8S:
        put_integers(buffer, *(const PostgresIntegers *)member);
        break;
    }
}

bool postgres_rows_add(PostgresRows *rows, const void *row, Error *error)
{
    if (!postgres_row_fits(rows->table, row, error))
        return false;
    for (size_t i = 0; i < rows->table->count; i++)
        if (postgres_table_sends(rows->table, i))
            add_member(&rows->buffers[i], &rows->table->columns[i], row);
    rows->count++;
    return true;
}

static void write_int32(char *at, uint32_t value)
{
    uint32_t bytes = htobe32(value);
    memcpy(at, &bytes, sizeof(bytes));
}

PostgresParam postgres_rows_param(PostgresRows *rows, size_t column)
{
    enum { HAS_NULL = 4, ELEMENT = 8, COUNT = 12, LOWER = 16 };
    Buffer *buffer = &rows->buffers[column];
    uint32_t element = element_oid(rows->table->columns[column].type);
    write_int32(buffer->data, 1);
    write_int32(buffer->data + HAS_NULL, buffer->has_null ? 1 : 0);
    write_int32(buffer->data + ELEMENT, element);
    write_int32(buffer->data + COUNT, (uint32_t)rows->count);
    write_int32(buffer->data + LOWER, 1);
    uint32_t type = element == DATE_OID ? DATES_OID : postgres_array_type(element);
    return (PostgresParam){type, buffer->data, buffer->size};
}

bool postgres_rows_prepare(PostgresRows *rows, Postgres *pg, Error *error)
{
    return postgres_prepare(pg, &rows->statement, error);
}

bool postgres_rows_send(PostgresRows *rows, Postgres *pg, Error *error)
{
    if (rows->count == 0)
        return true;
    size_t number = 0;
    for (size_t i = 0; i < rows->table->count; i++)
        if (postgres_table_sends(rows->table, i))
            rows->params[number++] = postgres_rows_param(rows, i);
    return postgres_pipeline_add(pg, &rows->statement, rows->params, number, error);
}
