/*
 * Outbox, positions and the lock. Every statement is its own transaction.
 *
 * Rows are asked for by key behind a position, partition by partition: each partition of onecase.report has one fenced
 * writer that commits in the order of offsets, so no smaller key can appear behind a position that was seen.
 */
#include "adapters/relay_store.h"

#include "base/clock.h"

#include "adapters/postgres_rows.h"
#include "adapters/schema_version.h"

#include <stdio.h>
#include <stdlib.h>

enum { KEEP_PART = 3, ARENA_BLOCK = 4096 };

struct RelayStore {
    RelayStoreSpec spec;
    Postgres *pg;
    Arena *arena;       /* parameters of the statement in hand */
    PostgresRows *sent; /* ids of commands */
    uint64_t session;   /* on which the lock was taken; 0: it was not */
    int64_t asked_ms;
};

static const PostgresStatement REPORT_TOPIC = {
    "relay_report_topic", "select topic, partition_count from onecase.report_topic"};

/*
 * The second time-out is for a process that is frozen while it is being answered: its session is not idle then, but waits
 * for room in the socket (over TCP; a local socket has no such limit).
 */
static const PostgresStatement LOCK = {
    "relay_lock", "select pg_try_advisory_lock(hashtextextended('onecase.relay ' || $1::text, 0)), "
                  "       set_config('idle_session_timeout', $2::text, false), "
                  "       set_config('tcp_user_timeout', $2::text, false)"};

static const PostgresStatement KEEP = {"relay_keep", "select 1"};

static const PostgresStatement MAKE_POSITIONS = {
    "relay_make_positions",
    "insert into onecase.relay_positions (partition) select generate_series(0, $1::integer - 1) "
    "on conflict do nothing"};

/* A record on its way home is no event that was told long ago: behind one that has not arrived nothing is passed over. */
static const PostgresStatement TO_END = {
    "relay_to_end",
    "with held as materialized ( "
    "  select p.partition, f.report_offset, f.n "
    "    from onecase.relay_positions p cross join lateral ( "
    "         select report_offset, n from onecase.forwards_in_flight "
    "          where report_partition = p.partition "
    "            and (report_offset, n) > (p.report_offset, p.n) "
    "          order by report_offset, n limit 1) f), "
    "behind as materialized ( "
    "  select p.partition, o.report_offset, o.n "
    "    from onecase.relay_positions p join onecase.outbox o on o.report_partition = p.partition "
    "     and (o.report_offset, o.n) > (p.report_offset, p.n) "
    "    left join held h on h.partition = p.partition "
    "   where h.partition is null or (o.report_offset, o.n) < (h.report_offset, h.n)), "
    "ends as ( "
    "  select distinct on (partition) partition, report_offset, n from behind "
    "   order by partition, report_offset desc, n desc), "
    "moved as ( "
    "  update onecase.relay_positions p "
    "     set report_offset = e.report_offset, n = e.n, written_at = now() "
    "    from ends e where e.partition = p.partition) "
    "select (select count(*) from behind), (select count(*) from held)"};

static const PostgresStatement WAITING = {
    "relay_waiting", "select p.partition, p.report_offset, p.n from onecase.relay_positions p "
                     " cross join lateral ( "
                     "   select 1 from onecase.outbox o where o.report_partition = p.partition "
                     "      and (o.report_offset, o.n) > (p.report_offset, p.n) "
                     "    order by o.report_offset, o.n limit 1) first "
                     " order by p.partition"};

static const PostgresStatement READ = {
    "relay_read",
    "select report_offset, n, kind, region, payload, seq, subject, event_at, level, headers "
    "  from (select o.*, sum(o.bytes) over (order by o.report_offset, o.n) - o.bytes as before "
    "          from (select *, octet_length(payload) + coalesce(octet_length(headers), 0) as bytes "
    "                  from onecase.outbox "
    "                 where report_partition = $1::integer "
    "                   and (report_offset, n) > ($2::bigint, $3::integer) "
    "                 order by report_offset, n limit $4::integer) o) o "
    " where before < $5::bigint order by report_offset, n"};

static const PostgresStatement ADVANCE = {
    "relay_advance",
    "update onecase.relay_positions "
    "   set report_offset = $4::bigint, n = $5::integer, written_at = now() "
    " where partition = $1::integer and report_offset = $2::bigint and n = $3::integer "
    "returning 1"};

/* The first rows of a partition are its oldest: stream time never falls. */
static const PostgresStatement CLEAN = {
    "relay_clean",
    "with old as materialized ( "
    "  select o.report_partition, o.report_offset, o.n "
    "    from onecase.relay_positions p "
    "    join onecase.consumer_offsets c on c.topic = $1::text and c.partition = p.partition "
    "   cross join lateral ( "
    "     select * from onecase.outbox o where o.report_partition = p.partition "
    "        and (o.report_offset, o.n) <= (p.report_offset, p.n) "
    "      order by o.report_offset, o.n limit $3::integer) o "
    "   where o.stream_time < c.stream_time - make_interval(days => $2::integer)), "
    "gone as ( "
    "  delete from onecase.outbox o using old "
    "   where o.report_partition = old.report_partition and o.report_offset = old.report_offset "
    "     and o.n = old.n returning 1) "
    "select count(*) from gone"};

static const PostgresStatement COMMANDS = {
    "relay_commands",
    "select id, seq, report_partition, "
    "       json_build_object('id', id, 'kind', kind, 'region', region, 'args', args, "
    "                         'expect_version', expect_version, 'actor', actor, "
    "                         'submitted_at', to_char(submitted_at at time zone 'UTC', "
    "                                                 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'))::text "
    "  from onecase.commands where state = 'queued' order by seq limit $1::integer"};

static const PostgresStatement COMMANDS_SENT = {"relay_commands_sent",
                                                "update onecase.commands set state = 'published' "
                                                "where id = any($1::text[]) and state = 'queued'"};

static const PostgresColumn SENT_COLUMNS[] = {
    ROWS_COLUMN(RelayCommand, id, "id", ROWS_TEXT),
};
static const PostgresTable SENT = {.form = ROWS_ARRAYS, .columns = SENT_COLUMNS, .count = 1};

RelayStore *relay_store_new(const RelayStoreSpec *spec)
{
    RelayStore *store = calloc(1, sizeof(*store));
    if (store == NULL)
        abort();
    const PostgresSettings settings = {.conninfo = spec->conninfo,
                                       .application = "onecase-relay",
                                       .keys_only = true,
                                       .greet = schema_version_check};
    store->spec = *spec;
    store->pg = postgres_new(&settings);
    store->arena = arena_new(ARENA_BLOCK);
    store->sent = postgres_rows_new(&SENT);
    return store;
}

void relay_store_free(RelayStore *store)
{
    if (store == NULL)
        return;
    postgres_free(store->pg);
    postgres_rows_free(store->sent);
    arena_free(store->arena);
    free(store);
}

static bool call(RelayStore *store,
                 const PostgresStatement *statement,
                 const PostgresParam *params,
                 size_t count,
                 PostgresResult **result,
                 Error *error)
{
    bool well = postgres_call(store->pg, statement, params, count, result, error);
    arena_reset(store->arena);
    store->asked_ms = clock_monotonic_ms();
    return well;
}

/* ---- topic and lock ---- */

bool relay_store_partition_count(RelayStore *store, int32_t *count, Error *error)
{
    POSTGRES_RESULT_AUTO *result = NULL;
    if (!call(store, &REPORT_TOPIC, NULL, 0, &result, error))
        return false;
    if (postgres_rows(result) == 0)
        return error_set(error, ERROR_FATAL,
                         "the database knows no report topic; run `onecase topics --create` first");
    Text topic = postgres_text(result, 0, 0);
    if (!text_is(topic, store->spec.report_topic))
        return error_set(error, ERROR_FATAL,
                         "the database belongs to report topic \"%.*s\", not to \"%s\"",
                         TEXT_ARGS(topic), store->spec.report_topic);
    *count = (int32_t)postgres_int(result, 0, 1);
    return true;
}

bool relay_store_lock(RelayStore *store, bool *held, Error *error)
{
    *held = relay_store_locked(store);
    if (*held)
        return true;
    POSTGRES_RESULT_AUTO *result = NULL;
    const PostgresParam params[] = {
        postgres_param_text(text_from(store->spec.case_topic)),
        postgres_param_text(text_format(store->arena, "%d", store->spec.takeover_ms))};
    if (!call(store, &LOCK, params, 2, &result, error))
        return false;
    *held = postgres_int(result, 0, 0) != 0;
    store->session = *held ? postgres_session(store->pg) : 0;
    return true;
}

bool relay_store_locked(const RelayStore *store)
{
    return store->session != 0 && postgres_connected(store->pg) &&
           store->session == postgres_session(store->pg);
}

void relay_store_unlock(RelayStore *store)
{
    postgres_disconnect(store->pg);
    store->session = 0;
}

bool relay_store_keep(RelayStore *store, Error *error)
{
    if (clock_monotonic_ms() - store->asked_ms < store->spec.takeover_ms / KEEP_PART)
        return true;
    return call(store, &KEEP, NULL, 0, NULL, error);
}

/* ---- positions ---- */

bool relay_store_make_positions(RelayStore *store, int32_t count, Error *error)
{
    const PostgresParam params[] = {postgres_param_int4(store->arena, count)};
    return call(store, &MAKE_POSITIONS, params, 1, NULL, error);
}

bool relay_store_to_end(RelayStore *store, int64_t *passed, int64_t *held, Error *error)
{
    POSTGRES_RESULT_AUTO *result = NULL;
    if (!call(store, &TO_END, NULL, 0, &result, error))
        return false;
    *passed = postgres_int(result, 0, 0);
    *held = postgres_int(result, 0, 1);
    return true;
}

static OutboxPlace place_of(const PostgresResult *result, int row, int column)
{
    return (OutboxPlace){.report_offset = postgres_int(result, row, column),
                         .n = (int32_t)postgres_int(result, row, column + 1)};
}

bool relay_store_waiting(
    RelayStore *store, Arena *arena, OutboxPosition **positions, size_t *count, Error *error)
{
    POSTGRES_RESULT_AUTO *result = NULL;
    if (!call(store, &WAITING, NULL, 0, &result, error))
        return false;
    int rows = postgres_rows(result);
    *positions = ARENA_ARRAY(arena, OutboxPosition, rows);
    *count = (size_t)rows;
    for (int i = 0; i < rows; i++)
        (*positions)[i] = (OutboxPosition){.partition = (int32_t)postgres_int(result, i, 0),
                                           .place = place_of(result, i, 1)};
    return true;
}

bool relay_store_advance(RelayStore *store,
                         const OutboxPosition *position,
                         const OutboxPlace *to,
                         Error *error)
{
    POSTGRES_RESULT_AUTO *result = NULL;
    const PostgresParam params[] = {
        postgres_param_int4(store->arena, position->partition),
        postgres_param_int8(store->arena, position->place.report_offset),
        postgres_param_int4(store->arena, position->place.n),
        postgres_param_int8(store->arena, to->report_offset),
        postgres_param_int4(store->arena, to->n),
    };
    if (!call(store, &ADVANCE, params, sizeof(params) / sizeof(params[0]), &result, error))
        return false;
    if (postgres_rows(result) == 1)
        return true;
    relay_store_unlock(store);
    return error_set(error, ERROR_RETRY,
                     "the position of partition %d is no longer %lld/%d: another relay is at work",
                     position->partition, (long long)position->place.report_offset,
                     position->place.n);
}

/* ---- rows ---- */

bool relay_store_read(RelayStore *store,
                      const OutboxPosition *position,
                      int32_t rows_max,
                      int64_t bytes_max,
                      OutboxBatch *batch,
                      Error *error)
{
    *batch = (OutboxBatch){0};
    const PostgresParam params[] = {
        postgres_param_int4(store->arena, position->partition),
        postgres_param_int8(store->arena, position->place.report_offset),
        postgres_param_int4(store->arena, position->place.n),
        postgres_param_int4(store->arena, rows_max),
        postgres_param_int8(store->arena, bytes_max),
    };
    if (!call(store, &READ, params, sizeof(params) / sizeof(params[0]), &batch->result, error))
        return false;
    batch->count = (size_t)postgres_rows(batch->result);
    batch->rows = calloc(batch->count + 1, sizeof(*batch->rows));
    if (batch->rows == NULL)
        abort();
    for (size_t i = 0; i < batch->count; i++) {
        int row = (int)i;
        batch->rows[i] = (OutboxRow){
            .place = place_of(batch->result, row, 0),
            .kind = postgres_text(batch->result, row, 2),
            .region = postgres_text(batch->result, row, 3),
            .payload = postgres_text(batch->result, row, 4),
            .seq = postgres_int(batch->result, row, 5),
            .subject = postgres_text(batch->result, row, 6),
            .event_at = postgres_time(batch->result, row, 7),
            .level = postgres_int(batch->result, row, 8),
            .headers = postgres_text(batch->result, row, 9),
        };
    }
    return true;
}

void outbox_batch_done(OutboxBatch *batch)
{
    free(batch->rows);
    postgres_result_free(batch->result);
    *batch = (OutboxBatch){0};
}

/* ---- commands ---- */

bool relay_store_commands(RelayStore *store,
                          int32_t max,
                          Arena *arena,
                          RelayCommand **commands,
                          size_t *count,
                          Error *error)
{
    POSTGRES_RESULT_AUTO *result = NULL;
    const PostgresParam params[] = {postgres_param_int4(store->arena, max)};
    if (!call(store, &COMMANDS, params, 1, &result, error))
        return false;
    *count = (size_t)postgres_rows(result);
    *commands = ARENA_ARRAY(arena, RelayCommand, *count);
    for (size_t i = 0; i < *count; i++) {
        int row = (int)i;
        (*commands)[i] = (RelayCommand){.id = text_copy(arena, postgres_text(result, row, 0)),
                                        .seq = postgres_int(result, row, 1),
                                        .partition = (int32_t)postgres_int(result, row, 2),
                                        .value = text_copy(arena, postgres_text(result, row, 3))};
    }
    return true;
}

bool relay_store_commands_sent(RelayStore *store,
                               const RelayCommand *commands,
                               size_t count,
                               Error *error)
{
    postgres_rows_clear(store->sent);
    for (size_t i = 0; i < count; i++)
        if (!postgres_rows_add(store->sent, &commands[i], error))
            return false;
    const PostgresParam params[] = {postgres_rows_param(store->sent, 0)};
    return call(store, &COMMANDS_SENT, params, 1, NULL, error);
}

bool relay_store_clean(
    RelayStore *store, int64_t keep_days, int32_t rows_max, int64_t *deleted, Error *error)
{
    POSTGRES_RESULT_AUTO *result = NULL;
    const PostgresParam params[] = {
        postgres_param_text(text_from(store->spec.report_topic)),
        postgres_param_int4(store->arena, (int32_t)keep_days),
        postgres_param_int4(store->arena, rows_max),
    };
    if (!call(store, &CLEAN, params, sizeof(params) / sizeof(params[0]), &result, error))
        return false;
    *deleted = postgres_int(result, 0, 0);
    return true;
}
