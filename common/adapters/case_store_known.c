/*
 * Which records and origins PostgreSQL knows already: look-ups in one pipeline, each joined to the arrays of what is
 * asked, answered by the position in them; and which waiting updates of a partition are waiting in the wrong one.
 */
#include "adapters/case_store.h"
#include "adapters/case_store_internal.h"

#include <string.h>

static const PostgresStatement RECORDS = {
    "records", "select v.n, i.region, i.report_id, i.received_at, "
               "i.first_topic, i.first_partition, i.first_offset, i.first_item, "
               "i.last_topic, i.last_partition, i.last_offset, i.last_item, "
               "i.revision, i.changed_at, r.status, r.status_at, r.repeats, "
               "r.record_no <> v.record_no, a.region, r.urged, r.dispatch_count, r.return_count, "
               "r.satisfaction, r.lead_org, r.recheck_result, r.rechecked_at, "
               "r.recorded_at, r.reported_at, r.event_at, "
               "substr(sha256(convert_to(r.measures, 'UTF8')), 1, 8), "
               "substr(sha256(convert_to(r.reply, 'UTF8')), 1, 8) "
               "from unnest($1::text[], $2::text[]) with ordinality as v(source, record_no, n) "
               "left join onecase.record_index i "
               "on i.source = v.source and i.record_no = v.record_no "
               "left join onecase.reports r on r.region = i.region and r.report_id = i.report_id "
               "and r.received_at = i.received_at "
               "left join onecase.homes_ahead a "
               "on a.source = v.source and a.record_no = v.record_no "
               "where i.region is not null or a.region is not null"};

#define PENDING_COLUMNS                                                                            \
    "p.report_partition, p.report_offset, p.region, p.kind, p.topic, p.partition, "                \
    "p.kafka_offset, p.item, p.revision, p.received_at, p.mapping_digest, p.payload, p.backfill, " \
    "p.source, p.record_no, p.attempt "

static const PostgresStatement PENDING = {
    "pending_of_records",
    "select v.n, " PENDING_COLUMNS
    "from unnest($1::text[], $2::text[]) with ordinality as v(source, record_no, n) "
    "join onecase.pending_updates p on p.source = v.source and p.record_no = v.record_no "
    "order by v.n, p.report_partition, p.report_offset"};

static const PostgresStatement ASSIGNMENTS = {
    "assignments_of_records",
    "select v.n, a.region, a.report_id, a.assignment_no, a.n, a.source, a.record_no, a.org_code, "
    "a.role, a.post, a.assigned_at, a.accepted_at, a.returned_at, a.return_reason, a.due_at, "
    "a.done_at, a.status, a.dispatch_count, a.return_count, a.revision, a.changed_at, "
    "a.received_at, a.topic, a.partition, a.kafka_offset, a.item "
    "from unnest($1::text[], $2::text[], $3::boolean[]) with ordinality "
    "as v(source, record_no, asked, n) "
    "join onecase.record_index i on i.source = v.source and i.record_no = v.record_no "
    "join onecase.assignments a on a.region = i.region and a.report_id = i.report_id "
    "where v.asked order by v.n, a.assignment_no, a.n"};

static const PostgresStatement ORIGINS = {
    "origins",
    "select v.n, d.attempt, i.topic is not null, f.topic is not null, r.last, r.again, "
    "d.first_attempt "
    "from unnest($1::text[], $2::integer[], $3::bigint[], $4::integer[], $5::text[], "
    "$6::integer[]) "
    "with ordinality as v(topic, partition, kafka_offset, item, arrives_in, attempt, n) "
    "left join onecase.dead_letters d on d.topic = v.topic and d.partition = v.partition "
    "and d.kafka_offset = v.kafka_offset and d.item = v.item "
    "left join onecase.ignored_records i on i.topic = v.topic and i.partition = v.partition "
    "and i.kafka_offset = v.kafka_offset and i.item = v.item "
    "left join onecase.forwarded_records f on f.topic = v.topic and f.partition = v.partition "
    "and f.kafka_offset = v.kafka_offset and f.item = v.item and f.region = v.arrives_in "
    "and f.attempt = v.attempt "
    "left join lateral (select max(s.attempt) as last, bool_or(s.attempt = v.attempt) as again "
    "from onecase.released_records s where s.topic = v.topic and s.partition = v.partition "
    "and s.kafka_offset = v.kafka_offset and s.item = v.item) r on true "
    "where d.topic is not null or i.topic is not null or f.topic is not null "
    "or r.last is not null"};

static const PostgresStatement STRAYS = {
    "stray_updates",
    "select i.region, " PENDING_COLUMNS "from onecase.pending_updates p "
    "join onecase.record_index i on i.source = p.source and i.record_no = p.record_no "
    "where p.report_partition = any($1) and i.region <> p.region "
    "order by p.report_partition, p.report_offset limit 1000"};

const PostgresStatement *case_store_lookup(size_t index)
{
    static const PostgresStatement *const LOOKUPS[CASE_STORE_LOOKUPS] = {
        &RECORDS, &PENDING, &ASSIGNMENTS, &ORIGINS, &STRAYS};
    return LOOKUPS[index];
}

static const PostgresColumn RECORD_COLUMNS[] = {
    ROWS_COLUMN(KnownRecord, identity.source, "source", ROWS_TEXT),
    ROWS_COLUMN(KnownRecord, identity.record_no, "record_no", ROWS_TEXT),
    ROWS_COLUMN(KnownRecord, asked, "asked", ROWS_BOOL),
};
static const PostgresColumn ORIGIN_COLUMNS[] = {
    ROWS_COLUMN(KnownOrigin, origin.topic, "topic", ROWS_TEXT),
    ROWS_COLUMN(KnownOrigin, origin.partition, "partition", ROWS_INT4_32),
    ROWS_COLUMN(KnownOrigin, origin.offset, "kafka_offset", ROWS_INT8),
    ROWS_COLUMN(KnownOrigin, origin.item, "item", ROWS_INT4_32),
    ROWS_COLUMN(KnownOrigin, arrives_in, "arrives_in", ROWS_TEXT),
    ROWS_COLUMN(KnownOrigin, attempt, "attempt", ROWS_INT4_32),
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

static Text copied(const PostgresResult *result, int row, int column, Arena *arena)
{
    Text text = postgres_text(result, row, column);
    return text_is_absent(text) ? text : text_copy(arena, text);
}

static uint64_t digest_front(const PostgresResult *result, int row, int column)
{
    Text bytes = postgres_text(result, row, column);
    uint64_t front = 0;
    if (bytes.size == sizeof front)
        memcpy(&front, bytes.data, sizeof front);
    return front;
}

static StoredSaid read_said(const PostgresResult *result, int row, int column, Arena *arena)
{
    return (StoredSaid){.urged = postgres_int(result, row, column),
                        .dispatches = postgres_int(result, row, column + 1),
                        .returns = postgres_int(result, row, column + 2),
                        .satisfaction = postgres_int(result, row, column + 3),
                        .lead_org = copied(result, row, column + 4, arena),
                        .recheck_result = copied(result, row, column + 5, arena),
                        .rechecked_at = postgres_time(result, row, column + 6),
                        .recorded_at = postgres_time(result, row, column + 7),
                        .reported_at = postgres_time(result, row, column + 8),
                        .event_at = postgres_time(result, row, column + 9),
                        .measures = digest_front(result, row, column + 10),
                        .reply = digest_front(result, row, column + 11)};
}

static void take_records(const PostgresResult *result, KnownRecord *records, Arena *arena)
{
    for (int row = 0; row < postgres_rows(result); row++) {
        KnownRecord *record = &records[postgres_int(result, row, 0) - 1];
        StoredIdentity *identity = &record->identity;
        record->home_ahead = text_copy(arena, postgres_text(result, row, 18));
        record->found = !text_is_absent(postgres_text(result, row, 1));
        if (!record->found)
            continue;
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
        record->said = read_said(result, row, 19, arena);
    }
}

static StoredPending read_pending(const PostgresResult *result, int row, Arena *arena)
{
    return (StoredPending){
        .place = {(int32_t)postgres_int(result, row, 1), postgres_int(result, row, 2)},
        .region = text_copy(arena, postgres_text(result, row, 3)),
        .kind = text_copy(arena, postgres_text(result, row, 4)),
        .origin = read_origin(result, row, 5, arena),
        .revision = postgres_int(result, row, 9),
        .received_at = postgres_time(result, row, 10),
        .mapping = text_copy(arena, postgres_text(result, row, 11)),
        .payload = text_copy(arena, postgres_text(result, row, 12)),
        .backfill = postgres_int(result, row, 13) == 1 ? 1 : 0,
        .source = text_copy(arena, postgres_text(result, row, 14)),
        .record_no = text_copy(arena, postgres_text(result, row, 15)),
        .attempt = (int32_t)postgres_int(result, row, 16),
    };
}

static void take_pending(const PostgresResult *result, KnownRecord *records, Arena *arena)
{
    int rows = postgres_rows(result);
    for (int row = 0; row < rows; row++) {
        KnownRecord *record = &records[postgres_int(result, row, 0) - 1];
        if (record->pending == NULL)
            record->pending = ARENA_ARRAY(arena, StoredPending, rows - row);
        record->pending[record->pending_count++] = read_pending(result, row, arena);
    }
}

static StoredAssignment read_assignment(const PostgresResult *result, int row, Arena *arena)
{
    return (StoredAssignment){
        .of = {.org = copied(result, row, 7, arena),
               .assists = text_is(postgres_text(result, row, 8), "assist"),
               .post = copied(result, row, 9, arena),
               .assigned_at = postgres_time(result, row, 10),
               .accepted_at = postgres_time(result, row, 11),
               .returned_at = postgres_time(result, row, 12),
               .return_reason = copied(result, row, 13, arena),
               .due_at = postgres_time(result, row, 14),
               .done_at = postgres_time(result, row, 15),
               .status = postgres_int(result, row, 16),
               .dispatches = postgres_int(result, row, 17),
               .returns = postgres_int(result, row, 18)},
        .region = copied(result, row, 1, arena),
        .report_id = postgres_int(result, row, 2),
        .assignment_no = copied(result, row, 3, arena),
        .n = postgres_int(result, row, 4),
        .source = copied(result, row, 5, arena),
        .record_no = copied(result, row, 6, arena),
        .revision = postgres_int(result, row, 19),
        .changed_at = postgres_time(result, row, 20),
        .received_at = postgres_time(result, row, 21),
        .last = read_origin(result, row, 22, arena),
    };
}

static void take_assignments(const PostgresResult *result, KnownRecord *records, Arena *arena)
{
    int rows = postgres_rows(result);
    for (int row = 0; row < rows; row++) {
        KnownRecord *record = &records[postgres_int(result, row, 0) - 1];
        if (record->assignments == NULL)
            record->assignments = ARENA_ARRAY(arena, StoredAssignment, rows - row);
        record->assignments[record->assignment_count++] = read_assignment(result, row, arena);
    }
}

static int32_t attempt_or_none(const PostgresResult *result, int row, int column)
{
    int64_t attempt = postgres_int(result, row, column);
    return attempt == INT64_MIN ? 0 : (int32_t)attempt;
}

static void take_origins(const PostgresResult *result, KnownOrigin *origins)
{
    for (int row = 0; row < postgres_rows(result); row++) {
        KnownOrigin *origin = &origins[postgres_int(result, row, 0) - 1];
        origin->dead_attempt = attempt_or_none(result, row, 1);
        origin->ignored = postgres_int(result, row, 2) == 1;
        origin->arrived = postgres_int(result, row, 3) == 1;
        origin->last_release = attempt_or_none(result, row, 4);
        origin->released = postgres_int(result, row, 5) == 1;
        origin->first_dead_attempt = attempt_or_none(result, row, 6);
    }
}

static void take_strays(const PostgresResult *result, KnownQuery *query, Arena *arena)
{
    query->stray_count = (size_t)postgres_rows(result);
    query->strays = ARENA_ARRAY(arena, KnownStray, query->stray_count);
    for (size_t i = 0; i < query->stray_count; i++)
        query->strays[i] = (KnownStray){.pending = read_pending(result, (int)i, arena),
                                        .home = text_copy(arena, postgres_text(result, (int)i, 0))};
}

/* Queues a look-up with the arrays of what it looks for; nothing when these are empty. */
static bool ask(CaseStore *store,
                const PostgresStatement *statement,
                PostgresRows *of,
                size_t arrays,
                Error *error)
{
    enum { ARRAYS_MAX = 6 };
    PostgresParam params[ARRAYS_MAX];
    if (postgres_rows_count(of) == 0)
        return true;
    for (size_t i = 0; i < arrays; i++)
        params[i] = postgres_rows_param(of, i);
    return postgres_pipeline_add(store->pg, statement, params, arrays, error);
}

/* `assignments`: of some record they are asked for. */
static bool ask_all(CaseStore *store, bool assignments, PostgresResult **results, Error *error)
{
    PostgresOutcome outcome;
    return postgres_pipeline_begin(store->pg, error) &&
           ask(store, &RECORDS, store->records, 2, error) &&
           ask(store, &PENDING, store->records, 2, error) &&
           (!assignments || ask(store, &ASSIGNMENTS, store->records, 3, error)) &&
           ask(store, &ORIGINS, store->origins, 6, error) &&
           ask(store, &STRAYS, store->ticked, 1, error) &&
           postgres_pipeline_end(store->pg, results, &outcome, error);
}

static bool gather(CaseStore *store, const KnownQuery *query, Error *error)
{
    postgres_rows_clear(store->records);
    postgres_rows_clear(store->origins);
    postgres_rows_clear(store->ticked);
    for (size_t i = 0; i < query->record_count; i++)
        if (!postgres_rows_add(store->records, &query->records[i], error))
            return false;
    for (size_t i = 0; i < query->origin_count; i++)
        if (!postgres_rows_add(store->origins, &query->origins[i], error))
            return false;
    for (size_t i = 0; i < query->ticked_count; i++)
        if (!postgres_rows_add(store->ticked, &query->ticked[i], error))
            return false;
    return true;
}

static bool asks_for_assignments(const KnownQuery *query)
{
    bool asked = false;
    for (size_t i = 0; i < query->record_count; i++)
        asked = asked || query->records[i].asked == 1;
    return asked;
}

bool case_store_identify(CaseStore *store, KnownQuery *query, Arena *arena, Error *error)
{
    PostgresResult *results[CASE_STORE_LOOKUPS] = {NULL};
    bool assignments = asks_for_assignments(query);
    query->stray_count = 0;
    if (query->record_count == 0 && query->origin_count == 0 && query->ticked_count == 0)
        return true;
    if (!gather(store, query, error) || !case_store_open(store, error) ||
        !ask_all(store, assignments, results, error))
        return false;
    size_t at = 0;
    if (query->record_count > 0) {
        take_records(results[at++], query->records, arena);
        take_pending(results[at++], query->records, arena);
        if (assignments)
            take_assignments(results[at++], query->records, arena);
    }
    if (query->origin_count > 0)
        take_origins(results[at++], query->origins);
    if (query->ticked_count > 0)
        take_strays(results[at++], query, arena);
    for (size_t i = 0; i < at; i++)
        postgres_result_free(results[i]);
    return true;
}
