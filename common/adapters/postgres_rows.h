#ifndef ONECASE_ADAPTERS_POSTGRES_ROWS_H
#define ONECASE_ADAPTERS_POSTGRES_ROWS_H

#include "adapters/postgres.h"

/*
 * Many rows of one table in one statement: a table of columns says which member of a C struct goes
 * where, the SQL is generated from it once, rows are gathered as binary arrays and sent as insert
 * into T(a, b) select a, b from unnest($1::text[], $2::int8[]) as v(a, b) or as an upsert, update
 * or delete joined to the same unnest.
 */
typedef enum PostgresType {
    ROWS_BOOL,    /* int8_t; -1: null */
    ROWS_INT2,    /* int64_t; INT64_MIN: null */
    ROWS_INT4,    /* int64_t; INT64_MIN: null */
    ROWS_INT4_32, /* int32_t, never null */
    ROWS_INT8,    /* int64_t; INT64_MIN: null */
    ROWS_FLOAT8,  /* double; NaN: null */
    ROWS_TEXT,    /* Text; absent: null. Also for char(n) */
    ROWS_JSON,    /* Text, as jsonb; absent: null */
    ROWS_BYTES,   /* Text, as bytea; absent: null */
    ROWS_TIME,    /* int64_t, microseconds since 1970 UTC; INT64_MIN: null */
    ROWS_DATE,    /* int64_t, days since 1970; INT64_MIN: null */
    ROWS_HASH,    /* uint8_t[32] inside the struct, as bytea; never null */
    ROWS_TEXTS,   /* TextList as text[]; items NULL: null */
    ROWS_INT4S,   /* PostgresIntegers as integer[]; items NULL: null */
    ROWS_INT8S    /* PostgresIntegers as bigint[]; items NULL: null */
} PostgresType;

typedef struct PostgresIntegers {
    const int64_t *items;
    size_t count;
} PostgresIntegers;

typedef struct PostgresColumn {
    const char *name;
    PostgresType type;
    size_t offset; /* of the member in the row's struct */
    bool key;      /* finds the row in UPSERT, UPDATE, MERGE and DELETE */
    bool aside;    /* UPDATE, MERGE: no column, a value for `also` alone */
} PostgresColumn;

#define ROWS_COLUMN(struct_, member_, name_, type_)                                                \
    {                                                                                              \
        .name = (name_), .type = (type_), .offset = offsetof(struct_, member_)                     \
    }
#define ROWS_KEY(struct_, member_, name_, type_)                                                   \
    {                                                                                              \
        .name = (name_), .type = (type_), .offset = offsetof(struct_, member_), .key = true        \
    }

typedef enum PostgresForm {
    ROWS_INSERT, /* plain */
    ROWS_NOTE,   /* what stands there under its primary key already, or comes twice, is left */
    ROWS_UPSERT, /* on conflict (keys) do update all others */
    ROWS_UPDATE, /* set all others where the keys are equal */
    ROWS_MERGE,  /* the same, but a null leaves what stands there */
    ROWS_DELETE, /* where the keys are equal; only keys are sent */
    ROWS_ARRAYS  /* no statement: the arrays are parameters of another one (postgres_rows_param) */
} PostgresForm;

typedef struct PostgresTable {
    const char *statement; /* unique name of the prepared statement */
    const char *table;     /* schema.table */
    PostgresForm form;
    const PostgresColumn *columns;
    size_t count;
    const char *
        also; /* UPDATE, MERGE: one more assignment, with t (the table) and v (the values); or NULL */
} PostgresTable;

/* Rows being gathered. No key may come twice in UPSERT, UPDATE and MERGE. */
typedef struct PostgresRows PostgresRows;

PostgresRows *postgres_rows_new(const PostgresTable *table); /* the table outlives it */
void postgres_rows_free(PostgresRows *rows);                 /* NULL is fine */
void postgres_rows_clear(PostgresRows *rows);                /* memory is kept */
size_t postgres_rows_count(const PostgresRows *rows);
const char *postgres_rows_sql(const PostgresRows *rows);

/*
 * Whether PostgreSQL can hold the members of `row` (a pointer to the struct of the column table). REJECT, state 22003,
 * when an integer does not fit its column; 22021 when a text has a NUL.
 */
MUST_CHECK bool postgres_row_fits(const PostgresTable *table, const void *row, Error *error);

/* Copies the members of `row`; fails as postgres_row_fits does, and then adds nothing. */
MUST_CHECK bool postgres_rows_add(PostgresRows *rows, const void *row, Error *error);

MUST_CHECK bool postgres_rows_prepare(PostgresRows *rows, Postgres *pg, Error *error);
/* Adds the statement to the open pipeline; nothing when there are no rows. */
MUST_CHECK bool postgres_rows_send(PostgresRows *rows, Postgres *pg, Error *error);

/* The binary array of one column as it is sent; a view valid until the next change. */
PostgresParam postgres_rows_param(PostgresRows *rows, size_t column);

#endif
