#ifndef ONECASE_SERVICES_ONECASE_JSON_OUT_H
#define ONECASE_SERVICES_ONECASE_JSON_OUT_H

#include "base/json.h"

#include "adapters/postgres.h"

/* Members of a JSON object, one call each: absent values become null. Times are ISO-8601 UTC. */
void out_text(TextBuilder *out, const char *key, Text text);
void out_int(TextBuilder *out, const char *key, int64_t value);
void out_time(TextBuilder *out, const char *key, int64_t time_us);
void out_flag(TextBuilder *out, const char *key, int64_t value); /* 1, 0, INTEGER_ABSENT */
void out_texts(TextBuilder *out, const char *key, TextList list);

/* A column of a result as a member. */
typedef struct OutColumn {
    const char *key;
    int column;
    enum { OUT_TEXT, OUT_INT, OUT_TIME, OUT_TEXTS, OUT_FLAG } as;
} OutColumn;

/* The members of one row, in the order of the table. */
void out_columns(TextBuilder *out,
                 const PostgresResult *rows,
                 int row,
                 const OutColumn *columns,
                 size_t count,
                 Arena *arena);

/* Every row as an object, under `key`. */
void out_rows(TextBuilder *out,
              const char *key,
              const PostgresResult *rows,
              const OutColumn *columns,
              size_t count,
              Arena *arena);

#endif
