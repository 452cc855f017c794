/*
 * The matcher's transaction. A batch is written in one pipeline with one Sync and no BEGIN: onecase.fence first, then
 * the gathered rows table by table. Array parameters of functions and look-ups are gathered with the same row sets as
 * the tables are (form ROWS_ARRAYS: no statement, only the arrays).
 */
#include "adapters/case_store.h"

#include "adapters/case_store_internal.h"
#include "adapters/schema_version.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* How long a claim or a fence waits for an owner that is still writing. */
enum { LOCK_MS = 10000, PARAMS_BLOCK = 256 };

/* ---- statements ---- */

static const PostgresStatement FENCE = {"fence",
                                        "select onecase.fence($1, $2, $3, $4, $5, $6, $7)"};

static const PostgresStatement CLAIM = {"claim",
                                        "select partition, next_offset, epoch, stream_time, "
                                        "crashes, trying_offset, bury_left, last_origin, state, "
                                        "tries from onecase.claim($1, $2, $3)"};

static const PostgresStatement OFFSETS = {
    "offsets", "select partition, next_offset, epoch, stream_time, crashes, trying_offset, "
               "bury_left, last_origin, state, tries "
               "from onecase.consumer_offsets where topic = $1 and partition = any($2)"};

static const PostgresStatement RELEASE = {"release", "select onecase.release($1, $2, $3)"};
static const PostgresStatement TRY_OFFSET = {"try_offset",
                                             "select onecase.try_offset($1, $2, $3, $4)"};
static const PostgresStatement SET_STATE = {"set_state",
                                            "select onecase.set_state($1, $2, $3, $4, $5)"};
static const PostgresStatement COUNT_BURIED = {"count_buried",
                                               "select onecase.count_buried($1, $2)"};

/* Ends the session of an owner that holds the rows and does not go on: a frozen process keeps its locks for ever. */
static const PostgresStatement END_OWNERS = {
    "end_owners",
    "select pg_terminate_backend(a.pid) from onecase.consumer_offsets o "
    "join pg_stat_activity a on a.pid = o.backend_pid and a.datname = current_database() "
    "and a.application_name = current_setting('application_name') "
    "where o.topic = $1 and o.partition = any($2) and a.pid <> pg_backend_pid()"};

static const PostgresStatement COUNTERS = {
    "load_counters",
    "select region, report_partition, next_hazard, next_case, next_report, next_decision, "
    "next_event, coalesce(to_char(case_day, 'YYYYMMDD')::integer, 0), case_seq, chain_hash "
    "from onecase.region_counters where report_partition = any($1) order by region"};

static const PostgresStatement ACCOUNTS = {
    "load_accounts",
    "select source_topic, source_partition, report_partition, first_offset, last_offset, "
    "last_item, skipped, extra_items, reports, updates, ignored, dead, redelivered, forwarded, "
    "arrived, inspections, assignments, released, last_at "
    "from onecase.accounts where report_partition = any($1) "
    "order by source_topic, source_partition, report_partition"};

static const PostgresStatement MAKE_PARTITIONS = {"make_partitions",
                                                  "select onecase.make_partitions($1)"};

static const PostgresStatement REPORT_TOPIC = {
    "report_topic", "select topic, partition_count from onecase.report_topic"};

static const PostgresStatement *const STATEMENTS[] = {
    &FENCE,      &CLAIM,    &OFFSETS,  &RELEASE,         &TRY_OFFSET,   &SET_STATE,
    &END_OWNERS, &COUNTERS, &ACCOUNTS, &MAKE_PARTITIONS, &REPORT_TOPIC, &COUNT_BURIED};
enum { STATEMENT_COUNT = sizeof(STATEMENTS) / sizeof(STATEMENTS[0]) };

/* ---- arrays for parameters ---- */

static const PostgresColumn MOVE_COLUMNS[] = {
    ROWS_COLUMN(StoredMove, partition, "partition", ROWS_INT4_32),
    ROWS_COLUMN(StoredMove, old_offset, "old_offset", ROWS_INT8),
    ROWS_COLUMN(StoredMove, new_offset, "new_offset", ROWS_INT8),
    ROWS_COLUMN(StoredMove, epoch, "epoch", ROWS_INT8),
    ROWS_COLUMN(StoredMove, stream_time, "stream_time", ROWS_TIME),
    ROWS_COLUMN(StoredMove, last_origin, "last_origin", ROWS_TEXT),
};
static const PostgresColumn CLAIM_COLUMNS[] = {
    ROWS_COLUMN(StoredClaim, partition, "partition", ROWS_INT4_32),
    ROWS_COLUMN(StoredClaim, epoch, "epoch", ROWS_INT8),
};
static const PostgresColumn NUMBER_COLUMNS[] = {
    {.name = "partition", .type = ROWS_INT4_32, .offset = 0}};
static const PostgresTable MOVES = CASE_STORE_ARRAYS(MOVE_COLUMNS);
static const PostgresTable CLAIMS = CASE_STORE_ARRAYS(CLAIM_COLUMNS);
static const PostgresTable NUMBERS = CASE_STORE_ARRAYS(NUMBER_COLUMNS);

/* ---- the store ---- */

CaseStore *case_store_new(const CaseStoreSpec *spec)
{
    CaseStore *store = calloc(1, sizeof(*store));
    if (store == NULL)
        abort();
    store->spec = *spec;
    store->settings = (PostgresSettings){
        .conninfo = spec->conninfo,
        .application = spec->application,
        .statement_ms = spec->statement_ms,
        .lock_ms = LOCK_MS,
        .keys_only = true,
        .greet = schema_version_check,
    };
    store->pg = postgres_new(&store->settings);
    for (size_t i = 0; i < CASE_STORE_TABLES; i++)
        store->tables[i] = postgres_rows_new(case_store_table((CaseStoreTable)i));
    store->moves = postgres_rows_new(&MOVES);
    store->claims = postgres_rows_new(&CLAIMS);
    store->numbers = postgres_rows_new(&NUMBERS);
    store->records = postgres_rows_new(&CASE_STORE_RECORDS);
    store->origins = postgres_rows_new(&CASE_STORE_ORIGINS);
    store->ticked = postgres_rows_new(&NUMBERS);
    return store;
}

void case_store_free(CaseStore *store)
{
    if (store == NULL)
        return;
    for (size_t i = 0; i < CASE_STORE_TABLES; i++)
        postgres_rows_free(store->tables[i]);
    postgres_rows_free(store->moves);
    postgres_rows_free(store->claims);
    postgres_rows_free(store->numbers);
    postgres_rows_free(store->records);
    postgres_rows_free(store->origins);
    postgres_rows_free(store->ticked);
    postgres_free(store->pg);
    free(store);
}

void case_store_extend(CaseStore *store, const CaseStoreMore *more)
{
    store->more = *more;
    store->ready = 0;
}

Postgres *case_store_postgres(CaseStore *store)
{
    return store->pg;
}

bool case_store_open(CaseStore *store, Error *error)
{
    if (!postgres_connect(store->pg, error))
        return false;
    if (store->ready == postgres_session(store->pg))
        return true;
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        if (!postgres_prepare(store->pg, STATEMENTS[i], error))
            return error_prefix(error, "schema");
    for (size_t i = 0; i < CASE_STORE_LOOKUPS; i++)
        if (!postgres_prepare(store->pg, case_store_lookup(i), error))
            return error_prefix(error, "schema");
    for (size_t i = 0; i < CASE_STORE_TABLES; i++)
        if (!postgres_rows_prepare(store->tables[i], store->pg, error))
            return error_prefix(error, "schema");
    if (store->more.prepare != NULL && !store->more.prepare(store->more.context, store->pg, error))
        return error_prefix(error, "schema");
    store->ready = postgres_session(store->pg);
    return true;
}

bool case_store_partition_count(CaseStore *store, int32_t *count, Error *error)
{
    POSTGRES_RESULT_AUTO *result = NULL;
    if (!case_store_open(store, error) ||
        !postgres_call(store->pg, &REPORT_TOPIC, NULL, 0, &result, error))
        return false;
    if (postgres_rows(result) == 0)
        return error_set(error, ERROR_FATAL,
                         "the database knows no report topic; run `onecase topics --create` first");
    Text topic = postgres_text(result, 0, 0);
    if (!text_is(topic, store->spec.topic))
        return error_set(error, ERROR_FATAL,
                         "the database belongs to report topic \"%.*s\", not to \"%s\"",
                         TEXT_ARGS(topic), store->spec.topic);
    *count = (int32_t)postgres_int(result, 0, 1);
    return true;
}

/* ---- partitions ---- */

static PostgresParam
number_array(CaseStore *store, const int32_t *partitions, size_t count, Error *error)
{
    postgres_rows_clear(store->numbers);
    for (size_t i = 0; i < count; i++)
        if (!postgres_rows_add(store->numbers, &partitions[i], error))
            abort(); /* an int32 always fits */
    return postgres_rows_param(store->numbers, 0);
}

static void copy_text(char *out, size_t size, Text text)
{
    size_t length = text.size < size ? text.size : size - 1;
    if (length > 0)
        memcpy(out, text.data, length);
    out[length] = '\0';
}

static void read_offset(const PostgresResult *result, int row, StoredOffset *offset)
{
    offset->next_offset = postgres_int(result, row, 1);
    offset->epoch = postgres_int(result, row, 2);
    offset->stream_time = postgres_time(result, row, 3);
    offset->crashes = postgres_int(result, row, 4);
    offset->trying_offset = postgres_int(result, row, 5);
    offset->bury_left = postgres_int(result, row, 6);
    copy_text(offset->last_origin, sizeof(offset->last_origin), postgres_text(result, row, 7));
    copy_text(offset->state, sizeof(offset->state), postgres_text(result, row, 8));
    offset->tries = postgres_int(result, row, 9);
}

static bool read_offsets(CaseStore *store,
                         const PostgresStatement *statement,
                         const int32_t *partitions,
                         size_t count,
                         StoredOffset *offsets,
                         Error *error)
{
    POSTGRES_RESULT_AUTO *result = NULL;
    if (!case_store_open(store, error))
        return false;
    PostgresParam params[] = {postgres_param_text(text_from(store->spec.topic)),
                              number_array(store, partitions, count, error),
                              postgres_param_text(text_from(store->spec.owner))};
    size_t param_count = statement == &CLAIM ? 3 : 2;
    if (!postgres_call(store->pg, statement, params, param_count, &result, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        offsets[i] = (StoredOffset){.partition = partitions[i],
                                    .next_offset = -1,
                                    .epoch = -1,
                                    .stream_time = INT64_MIN,
                                    .trying_offset = INT64_MIN,
                                    .bury_left = INT64_MIN};
        for (int row = 0; row < postgres_rows(result); row++)
            if (postgres_int(result, row, 0) == partitions[i])
                read_offset(result, row, &offsets[i]);
    }
    return true;
}

bool case_store_claim(
    CaseStore *store, const int32_t *partitions, size_t count, StoredOffset *offsets, Error *error)
{
    if (read_offsets(store, &CLAIM, partitions, count, offsets, error))
        return true;
    if (strcmp(error->state, "55P03") != 0)
        return false;
    Error other = {0}; /* the claim is tried again in any case, and then says what hinders it */
    PostgresParam params[] = {postgres_param_text(text_from(store->spec.topic)),
                              number_array(store, partitions, count, &other)};
    if (!postgres_call(store->pg, &END_OWNERS, params, 2, NULL, &other))
        error_prefix(error, "could not end the session of the old owner");
    return false;
}

bool case_store_offsets(
    CaseStore *store, const int32_t *partitions, size_t count, StoredOffset *offsets, Error *error)
{
    return read_offsets(store, &OFFSETS, partitions, count, offsets, error);
}

bool case_store_release(CaseStore *store, const StoredClaim *claims, size_t count, Error *error)
{
    postgres_rows_clear(store->claims);
    for (size_t i = 0; i < count; i++)
        if (!postgres_rows_add(store->claims, &claims[i], error))
            return false;
    PostgresParam params[] = {postgres_param_text(text_from(store->spec.topic)),
                              postgres_rows_param(store->claims, 0),
                              postgres_rows_param(store->claims, 1)};
    return case_store_open(store, error) &&
           postgres_call(store->pg, &RELEASE, params, 3, NULL, error);
}

bool case_store_try_offset(CaseStore *store, const StoredClaim *claim, int64_t offset, Error *error)
{
    Arena *arena = arena_new(PARAMS_BLOCK);
    PostgresParam params[] = {postgres_param_text(text_from(store->spec.topic)),
                              postgres_param_int4(arena, claim->partition),
                              postgres_param_int8(arena, claim->epoch),
                              postgres_param_int8(arena, offset)};
    if (offset < 0)
        params[3].data = NULL;
    bool well = case_store_open(store, error) &&
                postgres_call(store->pg, &TRY_OFFSET, params, 4, NULL, error);
    arena_free(arena);
    return well;
}

bool case_store_set_state(
    CaseStore *store, const StoredClaim *claim, const char *state, const char *reason, Error *error)
{
    Arena *arena = arena_new(PARAMS_BLOCK);
    Text why = reason != NULL ? text_from(reason) : TEXT_ABSENT;
    PostgresParam params[] = {postgres_param_text(text_from(store->spec.topic)),
                              postgres_param_int4(arena, claim->partition),
                              postgres_param_int8(arena, claim->epoch),
                              postgres_param_text(text_from(state)), postgres_param_text(why)};
    bool well = case_store_open(store, error) &&
                postgres_call(store->pg, &SET_STATE, params, 5, NULL, error);
    arena_free(arena);
    return well;
}

static void read_counters(const PostgresResult *result, int row, Arena *arena, StoredCounters *out)
{
    RegionCounters counters = {
        .next_hazard = postgres_int(result, row, 2),
        .next_case = postgres_int(result, row, 3),
        .next_report = postgres_int(result, row, 4),
        .next_decision = postgres_int(result, row, 5),
        .next_event = postgres_int(result, row, 6),
        .case_day = (int32_t)postgres_int(result, row, 7),
        .case_sequence = (int32_t)postgres_int(result, row, 8),
    };
    Text hash = postgres_text(result, row, 9);
    assert(hash.size == sizeof(counters.chain_hash));
    memcpy(counters.chain_hash, hash.data, hash.size);
    *out = (StoredCounters){
        .region = text_copy(arena, postgres_text(result, row, 0)),
        .report_partition = (int32_t)postgres_int(result, row, 1),
        .counters = counters,
        .case_date = INT64_MIN,
    };
}

static void read_account(const PostgresResult *result, int row, Arena *arena, StoredAccount *out)
{
    *out = (StoredAccount){
        .topic = text_copy(arena, postgres_text(result, row, 0)),
        .partition = (int32_t)postgres_int(result, row, 1),
        .report_partition = (int32_t)postgres_int(result, row, 2),
        .first_offset = postgres_int(result, row, 3),
        .last_offset = postgres_int(result, row, 4),
        .last_item = (int32_t)postgres_int(result, row, 5),
        .skipped = postgres_int(result, row, 6),
        .extra_items = postgres_int(result, row, 7),
        .reports = postgres_int(result, row, 8),
        .updates = postgres_int(result, row, 9),
        .ignored = postgres_int(result, row, 10),
        .dead = postgres_int(result, row, 11),
        .redelivered = postgres_int(result, row, 12),
        .forwarded = postgres_int(result, row, 13),
        .arrived = postgres_int(result, row, 14),
        .inspections = postgres_int(result, row, 15),
        .assignments = postgres_int(result, row, 16),
        .released = postgres_int(result, row, 17),
        .last_at = postgres_time(result, row, 18),
    };
}

bool case_store_load(CaseStore *store,
                     const int32_t *partitions,
                     size_t count,
                     Arena *arena,
                     StoredProgress *progress,
                     Error *error)
{
    POSTGRES_RESULT_AUTO *counters = NULL;
    POSTGRES_RESULT_AUTO *accounts = NULL;
    if (!case_store_open(store, error))
        return false;
    PostgresParam param = number_array(store, partitions, count, error);
    if (!postgres_call(store->pg, &COUNTERS, &param, 1, &counters, error) ||
        !postgres_call(store->pg, &ACCOUNTS, &param, 1, &accounts, error))
        return false;
    progress->counter_count = (size_t)postgres_rows(counters);
    progress->counters = ARENA_ARRAY(arena, StoredCounters, progress->counter_count);
    for (size_t i = 0; i < progress->counter_count; i++)
        read_counters(counters, (int)i, arena, &progress->counters[i]);
    progress->account_count = (size_t)postgres_rows(accounts);
    progress->accounts = ARENA_ARRAY(arena, StoredAccount, progress->account_count);
    for (size_t i = 0; i < progress->account_count; i++)
        read_account(accounts, (int)i, arena, &progress->accounts[i]);
    return true;
}

bool case_store_make_partitions(CaseStore *store, int64_t time_us, Error *error)
{
    Arena *arena = arena_new(64);
    PostgresParam param = postgres_param_time(arena, time_us);
    bool well = case_store_open(store, error) &&
                postgres_call(store->pg, &MAKE_PARTITIONS, &param, 1, NULL, error);
    arena_free(arena);
    return well;
}

/* ---- writing ---- */

bool case_store_add(CaseStore *store, CaseStoreTable table, const void *row, Error *error)
{
    return postgres_rows_add(store->tables[table], row, error);
}

void case_store_clear(CaseStore *store)
{
    for (size_t i = 0; i < CASE_STORE_TABLES; i++)
        postgres_rows_clear(store->tables[i]);
}

static bool send_fence(CaseStore *store, const StoredMove *moves, size_t count, Error *error)
{
    enum { ARRAY_COUNT = sizeof(MOVE_COLUMNS) / sizeof(MOVE_COLUMNS[0]) };
    PostgresParam params[1 + ARRAY_COUNT];
    postgres_rows_clear(store->moves);
    for (size_t i = 0; i < count; i++)
        if (!postgres_rows_add(store->moves, &moves[i], error))
            return false;
    params[0] = postgres_param_text(text_from(store->spec.topic));
    for (size_t i = 0; i < ARRAY_COUNT; i++)
        params[1 + i] = postgres_rows_param(store->moves, i);
    return postgres_pipeline_add(store->pg, &FENCE, params, 1 + ARRAY_COUNT, error);
}

static bool count_buried(CaseStore *store, const StoredMove *moves, size_t count, Error *error)
{
    Arena *arena = arena_new(PARAMS_BLOCK);
    bool well = true;
    for (size_t i = 0; well && i < count; i++) {
        PostgresParam params[] = {postgres_param_text(text_from(store->spec.topic)),
                                  postgres_param_int4(arena, moves[i].partition)};
        well =
            !moves[i].buries || postgres_pipeline_add(store->pg, &COUNT_BURIED, params, 2, error);
    }
    arena_free(arena);
    return well;
}

bool case_store_commit(
    CaseStore *store, const StoredMove *moves, size_t count, PostgresOutcome *outcome, Error *error)
{
    *outcome = POSTGRES_REFUSED; /* until the Sync is sent nothing can take effect */
    if (!case_store_open(store, error) || !postgres_pipeline_begin(store->pg, error) ||
        !send_fence(store, moves, count, error) || !count_buried(store, moves, count, error))
        return false;
    for (size_t i = 0; i < CASE_STORE_TABLES; i++)
        if (!postgres_rows_send(store->tables[i], store->pg, error))
            return false;
    if (store->more.send != NULL && !store->more.send(store->more.context, store->pg, error))
        return false;
    if (!postgres_pipeline_end(store->pg, NULL, outcome, error))
        return false;
    case_store_clear(store);
    return true;
}
