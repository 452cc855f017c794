/*
 * One libpq connection, always in pipeline mode and never blocking inside libpq: bytes are queued,
 * then one loop polls the socket until the answer to a Sync is there or the time is up. A statement
 * alone is a pipeline of one.
 *
 * Invariant: between two public calls no answer is outstanding; a connection on which that cannot
 * be had is closed.
 */
#include "adapters/postgres.h"

#include "base/clock.h"

#include "adapters/postgres_internal.h"
#include "adapters/service.h"

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATEMENT_MS_DEFAULT = 30000, ANSWER_MARGIN_MS = 5000, CONNECT_S_DEFAULT = 5 };

Postgres *postgres_new(const PostgresSettings *settings)
{
    Postgres *pg = calloc(1, sizeof(*pg));
    if (pg == NULL)
        abort();
    pg->settings = *settings;
    if (pg->settings.statement_ms <= 0)
        pg->settings.statement_ms = STATEMENT_MS_DEFAULT;
    if (pg->settings.answer_ms <= 0)
        pg->settings.answer_ms = pg->settings.statement_ms + ANSWER_MARGIN_MS;
    return pg;
}

void postgres_free(Postgres *pg)
{
    if (pg == NULL)
        return;
    postgres_disconnect(pg);
    free(pg);
}

void postgres_disconnect(Postgres *pg)
{
    PQfinish(pg->connection);
    pg->connection = NULL;
    pg->prepared_count = 0;
    pg->piping = false;
}

bool postgres_connected(const Postgres *pg)
{
    return pg->connection != NULL;
}

uint64_t postgres_session(const Postgres *pg)
{
    return pg->session;
}

/* ---- failures
 * ---------------------------------------------------------------------------------------------- */

bool postgres_lost(Postgres *pg, Error *error)
{
    const char *message = pg->connection == NULL ? "" : PQerrorMessage(pg->connection);
    size_t line = strcspn(message, "\n");
    error_set(error, ERROR_RETRY, "connection to PostgreSQL lost%s%.*s", line > 0 ? ": " : "",
              (int)line, message);
    if (error->state[0] == '\0')
        memcpy(error->state, "08006", sizeof(error->state));
    postgres_disconnect(pg);
    return false;
}

static bool timed_out(Postgres *pg, Error *error)
{
    error_set(error, ERROR_RETRY, "PostgreSQL did not answer within %d ms", pg->settings.answer_ms);
    if (error->state[0] == '\0')
        memcpy(error->state, "08006", sizeof(error->state));
    postgres_disconnect(pg);
    return false;
}

static bool starts(const char *state, const char *class)
{
    return strncmp(state, class, strlen(class)) == 0;
}

/* The server's own words, without any that may hold a value. */
static bool refused(const PGresult *result, Error *error)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *table = PQresultErrorField(result, PG_DIAG_TABLE_NAME);
    const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    if (state == NULL)
        state = "08006";
    if (message == NULL)
        message = "connection lost";
    int size = (int)strcspn(message, starts(state, "22") ? ":\"" : "");
    while (size > 0 && message[size - 1] == ' ')
        size--;
    bool first = error->verdict == ERROR_NONE;
    error_set(error, postgres_verdict(state), "%.*s%s%s%s%s [%s]", size, message,
              table != NULL ? ", table " : "", table != NULL ? table : "",
              constraint != NULL ? ", constraint " : "", constraint != NULL ? constraint : "",
              state);
    if (first) {
        snprintf(error->state, sizeof(error->state), "%.5s", state);
        snprintf(error->constraint, sizeof(error->constraint), "%s",
                 constraint != NULL ? constraint : "");
    }
    return false;
}

/* ---- waiting ---- */

typedef enum Wait { WAIT_READY, WAIT_LOST, WAIT_LATE } Wait;

/* Until PQgetResult would not block; everything queued is sent meanwhile. */
static Wait wait_ready(Postgres *pg, int64_t deadline_ms)
{
    for (;;) {
        int unsent = PQflush(pg->connection);
        if (unsent < 0)
            return WAIT_LOST;
        if (PQisBusy(pg->connection) == 0)
            return WAIT_READY;
        int64_t left = deadline_ms - clock_monotonic_ms();
        if (left <= 0)
            return WAIT_LATE;
        struct pollfd socket = {.fd = PQsocket(pg->connection),
                                .events = (short)(unsent != 0 ? POLLIN | POLLOUT : POLLIN)};
        if (poll(&socket, 1, (int)left) <= 0)
            continue; /* time is looked at above; a signal does not end the wait */
        if ((socket.revents & ~POLLOUT) != 0 && PQconsumeInput(pg->connection) == 0)
            return WAIT_LOST;
    }
}

static bool wait_failed(Postgres *pg, Wait wait, Error *error)
{
    return wait == WAIT_LATE ? timed_out(pg, error) : postgres_lost(pg, error);
}

static int64_t answer_deadline(const Postgres *pg)
{
    return clock_monotonic_ms() + pg->settings.answer_ms;
}

/* ---- connecting
 * -------------------------------------------------------------------------------------------- */

/* Statements without parameters, outside of pipeline mode. */
static bool run_simple(Postgres *pg, const char *sql, Error *error)
{
    if (PQsendQuery(pg->connection, sql) == 0)
        return postgres_lost(pg, error);
    int64_t deadline = answer_deadline(pg);
    bool well = true;
    for (;;) {
        Wait wait = wait_ready(pg, deadline);
        if (wait != WAIT_READY)
            return wait_failed(pg, wait, error);
        PGresult *result = PQgetResult(pg->connection);
        if (result == NULL)
            break;
        if (PQresultStatus(result) == PGRES_FATAL_ERROR)
            well = refused(result, error);
        PQclear(result);
    }
    return well;
}

static bool set_session(Postgres *pg, Error *error)
{
    char sql[640];
    snprintf(
        sql, sizeof(sql),
        "set statement_timeout = %d; set lock_timeout = %d; "
        "set idle_in_transaction_session_timeout = 5000; "
        "set client_min_messages = error; set timezone = 'UTC'; set datestyle = 'ISO, YMD'; "
        "set extra_float_digits = 1; set bytea_output = 'hex'; set intervalstyle = 'postgres'%s",
        pg->settings.statement_ms, pg->settings.lock_ms,
        pg->settings.keys_only ? "; set enable_seqscan = off; set enable_hashjoin = off; "
                                 "set enable_mergejoin = off; set jit = off"
                               : "");
    return run_simple(pg, sql, error);
}

static bool is_conninfo(const char *text)
{
    return strchr(text, '=') != NULL || strstr(text, "://") != NULL;
}

/* Whether conninfo or the environment names a database; otherwise ours is taken. FATAL: it cannot be read. */
static bool find_database(const char *conninfo, bool *named, Error *error)
{
    *named = getenv("PGDATABASE") != NULL || getenv("PGSERVICE") != NULL;
    if (!is_conninfo(conninfo)) {
        *named = *named || conninfo[0] != '\0'; /* a plain name */
        return true;
    }
    PQconninfoOption *options = PQconninfoParse(conninfo, NULL);
    if (options == NULL) /* libpq's message may quote the password */
        return error_set(error, ERROR_FATAL, "setting conninfo is no PostgreSQL connection string");
    for (PQconninfoOption *o = options; o->keyword != NULL; o++)
        if (strcmp(o->keyword, "dbname") == 0 || strcmp(o->keyword, "service") == 0)
            *named = *named || o->val != NULL;
    PQconninfoFree(options);
    return true;
}

bool postgres_connect(Postgres *pg, Error *error)
{
    if (pg->connection != NULL)
        return true;
    const char *conninfo = pg->settings.conninfo == NULL ? "" : pg->settings.conninfo;
    bool named = false;
    if (!find_database(conninfo, &named, error))
        return false;
    /* Later ones win, empty ones are left out; the first dbname may be a whole connection string. */
    const char *keywords[] = {"connect_timeout",
                              "keepalives_idle",
                              "keepalives_interval",
                              "keepalives_count",
                              "tcp_user_timeout",
                              "dbname",
                              "dbname",
                              "application_name",
                              "client_encoding",
                              NULL};
    char patience[12];
    snprintf(patience, sizeof(patience), "%d",
             pg->settings.connect_s > 0 ? pg->settings.connect_s : CONNECT_S_DEFAULT);
    const char *values[] = {patience,
                            "5",
                            "2",
                            "3",
                            "10000",
                            conninfo,
                            named ? "" : "onecase",
                            pg->settings.application,
                            "UTF8",
                            NULL};
    pg->connection = PQconnectdbParams(keywords, values, 1);
    if (pg->connection == NULL)
        abort();
    if (PQstatus(pg->connection) != CONNECTION_OK) {
        const char *message = PQerrorMessage(pg->connection);
        error_set(error, ERROR_RETRY, "could not connect to PostgreSQL: %.*s",
                  (int)strcspn(message, "\n"), message);
        memcpy(error->state, "08001", sizeof(error->state));
        postgres_disconnect(pg);
        return false;
    }
    pg->session++;
    pg->prepared_count = 0;
    if (PQsetnonblocking(pg->connection, 1) != 0)
        return postgres_lost(pg, error);
    if (!set_session(pg, error)) {
        postgres_disconnect(pg);
        return false;
    }
    if (PQenterPipelineMode(pg->connection) == 0)
        return postgres_lost(pg, error);
    bool welcome = pg->settings.greet == NULL || pg->settings.greet(pg, error);
    if (!welcome)
        postgres_disconnect(pg);
    return welcome;
}

/* ---- pipelines
 * --------------------------------------------------------------------------------------------- */

/* One result into its slot; false only for an error of the server. */
static bool take_result(PGresult *result, PostgresResult **slot, Error *error)
{
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_TUPLES_OK && slot != NULL) {
        *slot = (PostgresResult *)result;
        return true;
    }
    bool well = status != PGRES_FATAL_ERROR;
    if (!well)
        refused(result, error);
    PQclear(result);
    return well;
}

/* Sends a Sync and takes every answer up to it. */
static bool
finish(Postgres *pg, PostgresResult **results, size_t count, PostgresOutcome *outcome, Error *error)
{
    *outcome = POSTGRES_UNKNOWN;
    if (PQpipelineSync(pg->connection) == 0)
        return postgres_lost(pg, error);
    int64_t deadline = answer_deadline(pg);
    bool well = true;
    for (size_t at = 0;;) {
        Wait wait = wait_ready(pg, deadline);
        if (wait != WAIT_READY)
            return wait_failed(pg, wait, error);
        PGresult *result = PQgetResult(pg->connection);
        if (PQstatus(pg->connection) != CONNECTION_OK) {
            if (result != NULL && PQresultStatus(result) == PGRES_FATAL_ERROR)
                refused(result, error);
            PQclear(result);
            return postgres_lost(pg, error);
        }
        if (result == NULL) {
            at++;
            continue;
        }
        if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
            PQclear(result);
            break;
        }
        bool wanted = results != NULL && at < count && well;
        well = take_result(result, wanted ? &results[at] : NULL, error) && well;
    }
    *outcome = well ? POSTGRES_COMMITTED : POSTGRES_REFUSED;
    service_progress(); /* also a refusal is an answer: a slow server is not taken for a program that hangs */
    return well;
}

/*
 * Statements of another plan than before, or unknown to this connection; or a server that only reads, while another
 * may be the primary by now: a new connection helps.
 */
static void renew_if_stale(Postgres *pg, const Error *error)
{
    if (starts(error->state, "0A000") || starts(error->state, "26000") ||
        starts(error->state, "25006"))
        postgres_disconnect(pg);
}

static bool prepare(Postgres *pg, const PostgresStatement *statement, Error *error)
{
    for (size_t i = 0; i < pg->prepared_count; i++)
        if (pg->prepared[i] == statement)
            return true;
    assert(pg->prepared_count < POSTGRES_PREPARED_MAX);
    if (PQsendPrepare(pg->connection, statement->name, statement->sql, 0, NULL) == 0)
        return postgres_lost(pg, error);
    PostgresOutcome outcome;
    if (!finish(pg, NULL, 1, &outcome, error))
        return error_prefix(error, "statement %s", statement->name);
    pg->prepared[pg->prepared_count++] = statement;
    return true;
}

static bool send(Postgres *pg,
                 const PostgresStatement *statement,
                 const PostgresParam *params,
                 size_t count,
                 Error *error)
{
    enum { PARAMS_MAX = 128 };
    const char *values[PARAMS_MAX];
    int sizes[PARAMS_MAX];
    int formats[PARAMS_MAX];
    assert(count <= PARAMS_MAX);
    for (size_t i = 0; i < count; i++) {
        values[i] = params[i].data;
        sizes[i] = (int)params[i].size;
        formats[i] = 1;
    }
    if (PQsendQueryPrepared(pg->connection, statement->name, (int)count, values, sizes, formats,
                            1) == 0)
        return postgres_lost(pg, error);
    return true;
}

bool postgres_prepare(Postgres *pg, const PostgresStatement *statement, Error *error)
{
    assert(!pg->piping);
    return postgres_connect(pg, error) && prepare(pg, statement, error);
}

bool postgres_pipeline_begin(Postgres *pg, Error *error)
{
    assert(!pg->piping);
    if (!postgres_connect(pg, error))
        return false;
    pg->piping = true;
    pg->queued = 0;
    return true;
}

bool postgres_pipeline_add(Postgres *pg,
                           const PostgresStatement *statement,
                           const PostgresParam *params,
                           size_t count,
                           Error *error)
{
    assert(pg->piping && pg->queued < POSTGRES_PIPELINE_MAX);
    pg->queued++;
    return send(pg, statement, params, count, error);
}

bool postgres_pipeline_end(Postgres *pg,
                           PostgresResult **results,
                           PostgresOutcome *outcome,
                           Error *error)
{
    assert(pg->piping);
    pg->piping = false;
    for (size_t i = 0; results != NULL && i < pg->queued; i++)
        results[i] = NULL;
    bool well = finish(pg, results, pg->queued, outcome, error);
    for (size_t i = 0; !well && results != NULL && i < pg->queued; i++) {
        postgres_result_free(results[i]);
        results[i] = NULL;
    }
    if (!well && pg->connection != NULL)
        renew_if_stale(pg, error);
    return well;
}

bool postgres_call(Postgres *pg,
                   const PostgresStatement *statement,
                   const PostgresParam *params,
                   size_t count,
                   PostgresResult **result,
                   Error *error)
{
    PostgresResult *slot = NULL;
    PostgresOutcome outcome;
    if (!postgres_prepare(pg, statement, error) || !postgres_pipeline_begin(pg, error) ||
        !postgres_pipeline_add(pg, statement, params, count, error) ||
        !postgres_pipeline_end(pg, &slot, &outcome, error))
        return false;
    if (result != NULL)
        *result = slot;
    else
        postgres_result_free(slot);
    return true;
}

/* ---- copy ---- */

static bool copy_lines(Postgres *pg, PostgresTake *take, void *context, Error *error)
{
    int64_t deadline = answer_deadline(pg);
    for (;;) {
        char *line = NULL;
        int size = PQgetCopyData(pg->connection, &line, 1);
        if (size > 0) {
            take(context, (Text){line, (size_t)size});
            PQfreemem(line);
            deadline = answer_deadline(pg);
            continue;
        }
        if (size == -1)
            return true;
        if (size == -2)
            return postgres_lost(pg, error);
        struct pollfd socket = {.fd = PQsocket(pg->connection), .events = POLLIN};
        int64_t left = deadline - clock_monotonic_ms();
        if (left <= 0)
            return timed_out(pg, error);
        if (poll(&socket, 1, (int)left) > 0 && PQconsumeInput(pg->connection) == 0)
            return postgres_lost(pg, error);
    }
}

bool postgres_copy_out(
    Postgres *pg, const char *copy_sql, PostgresTake *take, void *context, Error *error)
{
    assert(!pg->piping);
    if (!postgres_connect(pg, error))
        return false;
    if (PQexitPipelineMode(pg->connection) == 0 || PQsendQuery(pg->connection, copy_sql) == 0)
        return postgres_lost(pg, error);
    bool well = true;
    int64_t deadline = answer_deadline(pg);
    for (;;) {
        Wait wait = wait_ready(pg, deadline);
        if (wait != WAIT_READY)
            return wait_failed(pg, wait, error);
        PGresult *result = PQgetResult(pg->connection);
        if (result == NULL)
            break;
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_FATAL_ERROR)
            well = refused(result, error);
        PQclear(result);
        if (status == PGRES_COPY_OUT && !copy_lines(pg, take, context, error))
            return false;
    }
    if (PQenterPipelineMode(pg->connection) == 0)
        return postgres_lost(pg, error);
    return well;
}
