/*
 * Which records and origins PostgreSQL knows already: up to three look-ups in one pipeline, each joined to the arrays
 * of what is asked, answered by the position in them.
 */
#include "adapters/case_store.h"
#include "adapters/case_store_internal.h"

static const PostgresStatement RECORDS = {
    "records", "select v.n, i.region, i.report_id, i.received_at, "
               "i.first_topic, i.first_partition, i.first_offset, i.first_item, "
               "i.last_topic, i.last_partition, i.last_offset, i.last_item, "
               "i.revision, i.changed_at, r.status, r.status_at, r.repeats, "
               "r.record_no <> v.record_no "
               "from unnest($1::text[], $2::text[]) with ordinality as v(source, record_no, n) "
               "join onecase.record_index i on i.source = v.source and i.record_no = v.record_no "
               "left join onecase.reports r on r.region = i.region and r.report_id = i.report_id "
               "and r.received_at = i.received_at"};

static const PostgresStatement PENDING = {
    "pending_of_records",
    "select v.n, p.report_partition, p.report_offset, p.region, p.kind, p.topic, p.partition, "
    "p.kafka_offset, p.item, p.revision, p.received_at, p.mapping_digest, p.payload, "
    "p.backfill "
    "from unnest($1::text[], $2::text[]) with ordinality as v(source, record_no, n) "
    "join onecase.pending_updates p on p.source = v.source and p.record_no = v.record_no "
    "order by v.n, p.report_partition, p.report_offset"};

static const PostgresStatement ORIGINS = {
    "origins",
    "select v.n, d.state, i.topic is not null "
    "from unnest($1::text[], $2::integer[], $3::bigint[], $4::integer[]) with ordinality "
    "as v(topic, partition, kafka_offset, item, n) "
    "left join onecase.dead_letters d on d.topic = v.topic and d.partition = v.partition "
    "and d.kafka_offset = v.kafka_offset and d.item = v.item "
    "left join onecase.ignored_records i on i.topic = v.topic and i.partition = v.partition "
    "and i.kafka_offset = v.kafka_offset and i.item = v.item "
    "where d.topic is not null or i.topic is not null"};

const PostgresStatement *case_store_lookup(size_t index)
{
    static const PostgresStatement *const LOOKUPS[CASE_STORE_LOOKUPS] = {&RECORDS, &PENDING,
                                                                         &ORIGINS};
    return LOOKUPS[index];
}

static const PostgresColumn RECORD_COLUMNS[] = {
    ROWS_COLUMN(KnownRecord, identity.source, "source", ROWS_TEXT),
    ROWS_COLUMN(KnownRecord, identity.record_no, "record_no", ROWS_TEXT),
};
static const PostgresColumn ORIGIN_COLUMNS[] = {
    ROWS_COLUMN(KnownOrigin, origin.topic, "topic", ROWS_TEXT),
    ROWS_COLUMN(KnownOrigin, origin.partition, "partition", ROWS_INT4_32),
    ROWS_COLUMN(KnownOrigin, origin.offset, "kafka_offset", ROWS_INT8),
    ROWS_COLUMN(KnownOrigin, origin.item, "item", ROWS_INT4_32),
};

const PostgresTable CASE_STORE_RECORDS = CASE_STORE_ARRAYS(RECORD_COLUMNS);
const PostgresTable CASE_STORE_ORIGINS = CASE_STORE_ARRAYS(ORIGIN_COLUMNS);

static Origin read_origin(const PostgresResult *result, int row, int column, Arena *arena)
{
    return (Origin){
        .topic = text_copy(arena, postgres_text(result, row, column)),
        .partition = (int32_t)postgres_int(result, row, column + 1),
        .offset = postgres_int(result, row, column + 2),
        .item = (int32_t)postgres_int(result, row, column + 3),
    };
}

static void take_records(const PostgresResult *result, KnownRecord *records, Arena *arena)
{
    for (int row = 0; row < postgres_rows(result); row++) {
        KnownRecord *record = &records[postgres_int(result, row, 0) - 1];
        StoredIdentity *identity = &record->identity;
        record->found = true;
        identity->region = text_copy(arena, postgres_text(result, row, 1));
        identity->report_id = postgres_int(result, row, 2);
        identity->received_at = postgres_time(result, row, 3);
        identity->first = read_origin(result, row, 4, arena);
        identity->last = read_origin(result, row, 8, arena);
        identity->revision = postgres_int(result, row, 12);
        identity->changed_at = postgres_time(result, row, 13);
        record->status = postgres_int(result, row, 14);
        record->status_at = postgres_time(result, row, 15);
        record->repeats = postgres_int(result, row, 16);
        record->repeat = postgres_int(result, row, 17) == 1;
    }
}

static void take_pending(const PostgresResult *result, KnownRecord *records, Arena *arena)
{
    int rows = postgres_rows(result);
    for (int row = 0; row < rows; row++) {
        KnownRecord *record = &records[postgres_int(result, row, 0) - 1];
        if (record->pending == NULL)
            record->pending = ARENA_ARRAY(arena, StoredPending, rows - row);
        record->pending[record->pending_count++] = (StoredPending){
            .place = {(int32_t)postgres_int(result, row, 1), postgres_int(result, row, 2)},
            .region = text_copy(arena, postgres_text(result, row, 3)),
            .source = record->identity.source,
            .record_no = record->identity.record_no,
            .kind = text_copy(arena, postgres_text(result, row, 4)),
            .origin = read_origin(result, row, 5, arena),
            .revision = postgres_int(result, row, 9),
            .received_at = postgres_time(result, row, 10),
            .mapping = text_copy(arena, postgres_text(result, row, 11)),
            .payload = text_copy(arena, postgres_text(result, row, 12)),
            .backfill = postgres_int(result, row, 13) == 1 ? 1 : 0,
        };
    }
}

static void take_origins(const PostgresResult *result, KnownOrigin *origins, Arena *arena)
{
    for (int row = 0; row < postgres_rows(result); row++) {
        KnownOrigin *origin = &origins[postgres_int(result, row, 0) - 1];
        Text state = postgres_text(result, row, 1);
        origin->dead_state = text_is_absent(state) ? state : text_copy(arena, state);
        origin->ignored = postgres_int(result, row, 2) == 1;
    }
}

/* Queues the look-ups that have something to look for. */
static bool ask(CaseStore *store, size_t *asked, Error *error)
{
    PostgresParam params[4];
    if (!postgres_pipeline_begin(store->pg, error))
        return false;
    *asked = 0;
    if (postgres_rows_count(store->records) > 0) {
        for (size_t i = 0; i < 2; i++)
            params[i] = postgres_rows_param(store->records, i);
        if (!postgres_pipeline_add(store->pg, &RECORDS, params, 2, error) ||
            !postgres_pipeline_add(store->pg, &PENDING, params, 2, error))
            return false;
        *asked += 2;
    }
    if (postgres_rows_count(store->origins) > 0) {
        for (size_t i = 0; i < 4; i++)
            params[i] = postgres_rows_param(store->origins, i);
        if (!postgres_pipeline_add(store->pg, &ORIGINS, params, 4, error))
            return false;
        *asked += 1;
    }
    return true;
}

bool case_store_identify(CaseStore *store, KnownQuery *query, Arena *arena, Error *error)
{
    if (query->record_count == 0 && query->origin_count == 0)
        return true;
    postgres_rows_clear(store->records);
    postgres_rows_clear(store->origins);
    for (size_t i = 0; i < query->record_count; i++)
        if (!postgres_rows_add(store->records, &query->records[i], error))
            return false;
    for (size_t i = 0; i < query->origin_count; i++)
        if (!postgres_rows_add(store->origins, &query->origins[i], error))
            return false;
    PostgresResult *results[CASE_STORE_LOOKUPS] = {NULL};
    PostgresOutcome outcome;
    size_t asked = 0;
    if (!case_store_open(store, error) || !ask(store, &asked, error) ||
        !postgres_pipeline_end(store->pg, results, &outcome, error))
        return false;
    size_t at = 0;
    if (query->record_count > 0) {
        take_records(results[at++], query->records, arena);
        take_pending(results[at++], query->records, arena);
    }
    if (query->origin_count > 0)
        take_origins(results[at++], query->origins, arena);
    for (size_t i = 0; i < asked; i++)
        postgres_result_free(results[i]);
    return true;
}
