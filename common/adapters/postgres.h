#ifndef ONECASE_ADAPTERS_POSTGRES_H
#define ONECASE_ADAPTERS_POSTGRES_H

#include "base/error.h"
#include "base/text.h"

/*
 * The one door to libpq: one connection, prepared statements, binary parameters and results, pipelines.
 *
 * Every failure carries the SQLSTATE (Error.state) and the verdict of design.md 8:
 *
 *   40, 55P03, OC001                        RETRY   the batch raced, or is fenced (OC001: claim again first)
 *   08, 53, 57, 58, 25006, 25P03, 23503     RETRY   outage or deployment
 *   0A000, 26000                            RETRY   after a reconnect, which is done here
 *   22, 23, 54000                           REJECT  a record's fault
 *   everything else                         FATAL   our bug or a wrong schema
 *
 * Error.text is the primary message, cut at the first colon or quotation mark where it may quote a value (class 22); DETAIL,
 * HINT and CONTEXT are never read. Error.constraint is the constraint that the server named. After a lost connection
 * Error.state is "08006" and postgres_session has changed.
 *
 * Not thread-safe. Waits are bounded by `answer_ms` of the settings; a server that does not answer in time counts as lost.
 */
typedef struct Postgres Postgres;

typedef struct PostgresSettings {
    const char *conninfo;    /* added to PG* of the environment; "" is fine. Database "onecase" when
                                none is named */
    const char *application; /* application_name */
    int statement_ms;        /* statement_timeout; 0: 30,000 */
    int answer_ms;           /* how long an answer may take; 0: statement_ms + 5,000 */
    int lock_ms;             /* lock_timeout; 0: none */
    int connect_s;           /* how long a connection may take to come, at least 2; 0: 5 */
    bool keys_only;          /* plans by index alone: for the small key look-ups of the matcher */
    bool (*greet)(Postgres *pg,
                  Error *error); /* first on each connection, which ends if it fails; may be NULL */
} PostgresSettings;

/* Does not connect. The settings' texts must outlive it. */
Postgres *postgres_new(const PostgresSettings *settings);
void postgres_free(Postgres *pg); /* NULL is fine */

/* Connects unless connected. RETRY when the server cannot be reached. */
MUST_CHECK bool postgres_connect(Postgres *pg, Error *error);
void postgres_disconnect(Postgres *pg);
bool postgres_connected(const Postgres *pg);
/* Grows with every connection made; what depends on a connection is to be made again when it
 * changes. 0: never. */
uint64_t postgres_session(const Postgres *pg);

/* Types of parameters, by their PostgreSQL object id. */
enum {
    POSTGRES_BOOL = 16,
    POSTGRES_BYTEA = 17,
    POSTGRES_INT8 = 20,
    POSTGRES_INT2 = 21,
    POSTGRES_INT4 = 23,
    POSTGRES_TEXT = 25,
    POSTGRES_FLOAT8 = 701,
    POSTGRES_TIMESTAMPTZ = 1184
};

/* A parameter in PostgreSQL's binary format; a view, read until the call returns. data NULL: null.
 */
typedef struct PostgresParam {
    uint32_t type; /* one of the above, or the object id of an array of it (postgres_array_type) */
    const void *data;
    size_t size;
} PostgresParam;

uint32_t postgres_array_type(uint32_t element);

/* Parameters of single values, their bytes on the arena. */
PostgresParam postgres_param_text(Text text); /* a view; absent: null */
PostgresParam postgres_param_int4(Arena *arena, int32_t value);
PostgresParam postgres_param_int8(Arena *arena, int64_t value);
PostgresParam postgres_param_time(Arena *arena, int64_t time_us); /* microseconds since 1970 UTC */

/* A statement prepared under its name once on each connection; both texts outlive the Postgres. */
typedef struct PostgresStatement {
    const char *name;
    const char *sql; /* $1, $2, ... */
} PostgresStatement;

/* Rows in binary; owned by the caller: postgres_result_free. Texts are views of it. */
typedef struct PostgresResult PostgresResult;
void postgres_result_free(PostgresResult *result); /* NULL is fine */
int postgres_rows(const PostgresResult *result);
bool postgres_is_null(const PostgresResult *result, int row, int column);
int64_t postgres_int(const PostgresResult *result,
                     int row,
                     int column); /* int2, int4, int8, bool; null: INT64_MIN */
int64_t postgres_time(const PostgresResult *result,
                      int row,
                      int column); /* us since 1970 UTC; null: INT64_MIN */
double postgres_double(const PostgresResult *result, int row, int column); /* float8; null: NaN */
Text postgres_text(const PostgresResult *result,
                   int row,
                   int column); /* text, bytea; null: absent */
/* text[]: its elements, views of the result, the list on the arena; null: {NULL, 0}. */
TextList postgres_texts(const PostgresResult *result, int row, int column, Arena *arena);

#define POSTGRES_RESULT_AUTO __attribute__((cleanup(postgres_result_drop))) PostgresResult
void postgres_result_drop(PostgresResult **result);

/* Prepares it on this connection unless it is; a pipeline takes only statements that are. Connects
 * when needed. */
MUST_CHECK bool postgres_prepare(Postgres *pg, const PostgresStatement *statement, Error *error);

/* One statement, prepared when needed, in its own transaction. `result` may be NULL. */
MUST_CHECK bool postgres_call(Postgres *pg,
                              const PostgresStatement *statement,
                              const PostgresParam *params,
                              size_t count,
                              PostgresResult **result,
                              Error *error);

/*
 * A pipeline: add statements, then end it with one Sync. All of it is one transaction without
 * BEGIN: committed means that no error came before the answer to the Sync. `results[i]` (may be
 * NULL) receives the rows of the i-th statement added, and is owned by the caller, only when all
 * went well.
 *
 *   postgres_pipeline_begin(pg, error)
 *   postgres_pipeline_add(pg, statement, params, count, error)   ... at most POSTGRES_PIPELINE_MAX
 * times postgres_pipeline_end(pg, results, &outcome, error)
 *
 * After any failure of begin or add the pipeline is gone; nothing of it takes effect.
 */
enum { POSTGRES_PIPELINE_MAX = 64 };

typedef enum PostgresOutcome {
    POSTGRES_COMMITTED,
    POSTGRES_REFUSED, /* the server said no: nothing took effect */
    POSTGRES_UNKNOWN  /* the connection was lost before the answer: read what is there */
} PostgresOutcome;

MUST_CHECK bool postgres_pipeline_begin(Postgres *pg, Error *error);
MUST_CHECK bool postgres_pipeline_add(Postgres *pg,
                                      const PostgresStatement *statement,
                                      const PostgresParam *params,
                                      size_t count,
                                      Error *error);
MUST_CHECK bool postgres_pipeline_end(Postgres *pg,
                                      PostgresResult **results,
                                      PostgresOutcome *outcome,
                                      Error *error);

/*
 * COPY (query) TO STDOUT in text form: `take` gets each line with its line feed, in order. For
 * digests and exports.
 */
typedef void PostgresTake(void *context, Text line);
MUST_CHECK bool postgres_copy_out(
    Postgres *pg, const char *copy_sql, PostgresTake *take, void *context, Error *error);

/*
 * Waits up to `wait_ms` for a notification on any channel that was listened to on this connection (a statement "listen ..."); *came:
 * there was one. Several may be told as one. RETRY when the connection is lost, and with it what was listened to.
 */
MUST_CHECK bool postgres_wait_notice(Postgres *pg, int wait_ms, bool *came, Error *error);

/* The verdict for a SQLSTATE by the table above; for tests and for those who decide by class. */
ErrorVerdict postgres_verdict(const char *state);
/* Whether the state means a lost or unwilling server (08, 53, 57, 58, 25006, 25P03, 23503). */
bool postgres_is_outage(const char *state);

#endif
