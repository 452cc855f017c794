/*
 * Values in PostgreSQL's binary format: big-endian integers, times as microseconds since 2000,
 * arrays as a header of (dimensions, has nulls, element type, count, lower bound) and then size and
 * bytes of each element.
 */
#include "adapters/postgres.h"
#include "adapters/postgres_internal.h"

#include <endian.h>
#include <math.h>
#include <string.h>

uint32_t postgres_array_type(uint32_t element)
{
    switch (element) {
    case POSTGRES_BOOL:
        return 1000;
    case POSTGRES_BYTEA:
        return 1001;
    case POSTGRES_INT2:
        return 1005;
    case POSTGRES_INT4:
        return 1007;
    case POSTGRES_TEXT:
        return 1009;
    case POSTGRES_INT8:
        return 1016;
    case POSTGRES_FLOAT8:
        return 1022;
    case POSTGRES_TIMESTAMPTZ:
        return 1185;
    default:
        return 0;
    }
}

PostgresParam postgres_param_text(Text text)
{
    return (PostgresParam){POSTGRES_TEXT, text.data, text.size};
}

static PostgresParam param_int8(Arena *arena, uint32_t type, int64_t value)
{
    uint64_t *bytes = ARENA_NEW(arena, uint64_t);
    *bytes = htobe64((uint64_t)value);
    return (PostgresParam){type, bytes, sizeof(*bytes)};
}

PostgresParam postgres_param_int4(Arena *arena, int32_t value)
{
    uint32_t *bytes = ARENA_NEW(arena, uint32_t);
    *bytes = htobe32((uint32_t)value);
    return (PostgresParam){POSTGRES_INT4, bytes, sizeof(*bytes)};
}

PostgresParam postgres_param_int8(Arena *arena, int64_t value)
{
    return param_int8(arena, POSTGRES_INT8, value);
}

PostgresParam postgres_param_time(Arena *arena, int64_t time_us)
{
    return param_int8(arena, POSTGRES_TIMESTAMPTZ, time_us - POSTGRES_EPOCH_US);
}

static const PGresult *inner(const PostgresResult *result)
{
    return (const PGresult *)result;
}

void postgres_result_free(PostgresResult *result)
{
    PQclear((PGresult *)result);
}

void postgres_result_drop(PostgresResult **result)
{
    postgres_result_free(*result);
}

int postgres_rows(const PostgresResult *result)
{
    return result == NULL ? 0 : PQntuples(inner(result));
}

bool postgres_is_null(const PostgresResult *result, int row, int column)
{
    return PQgetisnull(inner(result), row, column) != 0;
}

/* A big-endian integer of 1, 2, 4 or 8 bytes. */
static int64_t read_integer(const char *data, size_t size)
{
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (size) {
    case 1:
        return data[0];
    case 2:
        memcpy(&two, data, sizeof(two));
        return (int16_t)be16toh(two);
    case 4:
        memcpy(&four, data, sizeof(four));
        return (int32_t)be32toh(four);
    case 8:
        memcpy(&eight, data, sizeof(eight));
        return (int64_t)be64toh(eight);
    default:
        return INT64_MIN;
    }
}

int64_t postgres_int(const PostgresResult *result, int row, int column)
{
    if (postgres_is_null(result, row, column))
        return INT64_MIN;
    return read_integer(PQgetvalue(inner(result), row, column),
                        (size_t)PQgetlength(inner(result), row, column));
}

int64_t postgres_time(const PostgresResult *result, int row, int column)
{
    int64_t value = postgres_int(result, row, column);
    return value == INT64_MIN ? value : value + POSTGRES_EPOCH_US;
}

double postgres_double(const PostgresResult *result, int row, int column)
{
    if (postgres_is_null(result, row, column))
        return NAN;
    uint64_t bits = (uint64_t)postgres_int(result, row, column);
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

Text postgres_text(const PostgresResult *result, int row, int column)
{
    if (postgres_is_null(result, row, column))
        return TEXT_ABSENT;
    return (Text){PQgetvalue(inner(result), row, column),
                  (size_t)PQgetlength(inner(result), row, column)};
}

TextList postgres_texts(const PostgresResult *result, int row, int column, Arena *arena)
{
    enum { HEADER = 12, DIMENSION = 8, SIZE = 4 };
    Text bytes = postgres_text(result, row, column);
    if (bytes.size < HEADER + DIMENSION)
        return (TextList){NULL, 0}; /* null, or an empty array, which has no dimension */
    size_t count = (size_t)read_integer(bytes.data + HEADER, SIZE);
    TextList list = {ARENA_ARRAY(arena, Text, count), count};
    size_t at = HEADER + DIMENSION;
    for (size_t i = 0; i < count && at + SIZE <= bytes.size; i++) {
        int64_t size = read_integer(bytes.data + at, SIZE);
        at += SIZE;
        if (size < 0)
            continue; /* a null element stays absent */
        list.items[i] = text_slice(bytes, at, (size_t)size);
        at += (size_t)size;
    }
    return list;
}
