/*
 * The id of an event is the place of its row: PARTITION/OFFSET/N of onecase.report, the same in every rebuild. So the
 * largest of a partition on onecase.case says how far relay had come, whatever became of its database. A rebuild may
 * forward a record earlier than it was: relay begins before the first that has not arrived, and tells some events again.
 */
#include "replay/replay_relay.h"

#include "adapters/kafka_reader.h"

#include <stdio.h>

enum { READ_LIMIT_MS = 15000, ARENA_BLOCK = 65536 };

bool replay_relay_bar(RelayStore *store, Error *error)
{
    if (relay_store_locked(store))
        return relay_store_keep(store, error);
    bool held = false;
    if (!relay_store_lock(store, &held, error))
        return false;
    return held || error_set_at(error, ERROR_FATAL, "relay", NULL,
                                "a relay works on the database to fill: end it, or it would "
                                "announce everything again");
}

/* ---- how far events have gone out ---- */

static bool place_of(Text id, int32_t partitions, OutboxPosition *position)
{
    int64_t numbers[3];
    for (int i = 0; i < 3; i++) {
        size_t end = i < 2 ? text_find(id, TEXT("/"), 0) : id.size;
        if (end == SIZE_MAX || !text_to_int64(text_slice(id, 0, end), &numbers[i]) ||
            numbers[i] < 0)
            return false;
        id = text_slice(id, end + 1, id.size);
    }
    *position = (OutboxPosition){(int32_t)numbers[0], {numbers[1], (int32_t)numbers[2]}};
    return numbers[0] < partitions && numbers[2] <= INT32_MAX;
}

static bool behind(const OutboxPlace *place, const OutboxPlace *other)
{
    return place->report_offset != other->report_offset
               ? place->report_offset > other->report_offset
               : place->n > other->n;
}

static void
take_event(const KafkaRecord *record, const ReplayLog *log, OutboxPlace *last, Arena *arena)
{
    RecordHeader *headers = NULL;
    size_t count = 0;
    OutboxPosition position;
    kafka_record_headers(record, arena, &headers, &count);
    for (size_t i = 0; i < count; i++)
        if (text_is(headers[i].name, "ce_id") &&
            place_of(headers[i].value, log->count, &position) &&
            behind(&position.place, &last[position.partition]))
            last[position.partition] = position.place;
}

static bool read_events(const ReplayRelaySpec *spec, OutboxPlace *last, Error *error)
{
    const KafkaReaderSpec asked = {
        .client = {.brokers = spec->brokers, .client_id = "onecase-replay"},
        .topic = spec->case_topic,
        .limit_ms = READ_LIMIT_MS,
    };
    KafkaReader *reader = NULL;
    if (!kafka_reader_open(&asked, &reader, error)) {
        bool missing = error->verdict == ERROR_REJECT;
        if (missing) /* nobody was ever told anything */
            error_clear(error);
        return missing;
    }
    Arena *arena = arena_new(ARENA_BLOCK);
    const KafkaRecord *records = NULL;
    size_t count = 0;
    bool well = true;
    while ((well = kafka_reader_read(reader, &records, &count, error)) && count > 0) {
        for (size_t i = 0; i < count; i++)
            take_event(&records[i], spec->log, last, arena);
        arena_reset(arena);
    }
    arena_free(arena);
    kafka_reader_close(reader);
    return well;
}

/* ---- positions ---- */

/* "0/17/2,5/3/0": a list of the partitions of which an event is there */
static Text list_places(const OutboxPlace *last, int32_t count, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    for (int32_t i = 0; i < count; i++)
        if (last[i].report_offset >= 0)
            builder_format(&out, "%s%d/%lld/%d", builder_view(&out).size > 0 ? "," : "", i,
                           (long long)last[i].report_offset, last[i].n);
    return builder_view(&out).size > 0 ? builder_view(&out) : TEXT("");
}

static bool move_positions(Postgres *pg, Text announced, int32_t count, Arena *arena, Error *error)
{
    static const PostgresStatement MOVE = {
        "replay_move_positions",
        "with announced as ("
        "  select split_part(p, '/', 1)::int as partition, split_part(p, '/', 2)::bigint as "
        "report_offset,"
        "         split_part(p, '/', 3)::int as n"
        "    from string_to_table(nullif($1::text, ''), ',') p),"
        "ends as ("
        "  select distinct on (report_partition) report_partition as partition, report_offset, n"
        "    from onecase.outbox order by report_partition, report_offset desc, n desc),"
        "flights as ("
        "  select distinct on (report_partition) report_partition as partition, report_offset,"
        "         n - 1 as n"
        "    from onecase.forwards_in_flight order by report_partition, report_offset, n),"
        "told as ("
        "  select g as partition, coalesce(a.report_offset, e.report_offset, -1) as report_offset,"
        "         coalesce(a.n, e.n, -1) as n"
        "    from generate_series(0, $2::int - 1) g"
        "    left join announced a on a.partition = g left join ends e on e.partition = g)"
        "insert into onecase.relay_positions as held (partition, report_offset, n)"
        "  select t.partition,"
        "         case when f.n is not null and (f.report_offset, f.n) < (t.report_offset, t.n)"
        "              then f.report_offset else t.report_offset end,"
        "         case when f.n is not null and (f.report_offset, f.n) < (t.report_offset, t.n)"
        "              then f.n else t.n end"
        "    from told t left join flights f on f.partition = t.partition "
        "on conflict (partition) do update"
        "  set report_offset = excluded.report_offset, n = excluded.n, written_at = now()"
        "  where (excluded.report_offset, excluded.n) > (held.report_offset, held.n)"};
    PostgresParam params[] = {postgres_param_text(announced), postgres_param_int4(arena, count)};
    return postgres_call(pg, &MOVE, params, 2, NULL, error);
}

static bool count_waiting(Postgres *pg, int64_t *waiting, Error *error)
{
    static const PostgresStatement WAITING = {
        "replay_waiting", "select count(*) from onecase.relay_positions p join onecase.outbox o"
                          "  on o.report_partition = p.partition and (o.report_offset, o.n) > "
                          "(p.report_offset, p.n)"};
    POSTGRES_RESULT_AUTO *row = NULL;
    if (!postgres_call(pg, &WAITING, NULL, 0, &row, error))
        return false;
    *waiting = postgres_int(row, 0, 0);
    return true;
}

bool replay_relay_place(const ReplayRelaySpec *spec, Postgres *pg, int64_t *waiting, Error *error)
{
    Arena *arena = arena_new(ARENA_BLOCK);
    OutboxPlace *last = ARENA_ARRAY(arena, OutboxPlace, spec->log->count);
    for (int32_t i = 0; i < spec->log->count; i++)
        last[i] = (OutboxPlace){-1, -1};
    bool well = read_events(spec, last, error) &&
                move_positions(pg, list_places(last, spec->log->count, arena), spec->log->count,
                               arena, error) &&
                count_waiting(pg, waiting, error);
    arena_free(arena);
    return well;
}
