/*
 * The id of an event is the place of its row: PARTITION/OFFSET/N of onecase.report, the same in every rebuild. So the
 * largest of a partition on onecase.case says how far relay had come, whatever became of its database. A rebuild may
 * forward a record earlier than it was: relay begins before the first that has not arrived, and tells some events again.
 */
#include "replay/replay_relay.h"

#include "replay/replay_scan.h"

#include <stdio.h>

enum { ARENA_BLOCK = 65536 };

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

typedef struct Announced {
    int32_t count;
    OutboxPlace *last; /* by partition */
} Announced;

static bool take_event(void *context,
                       const KafkaRecord *record,
                       const RecordHeader *headers,
                       size_t count,
                       Arena *scratch,
                       Error *error)
{
    const Announced *announced = context;
    OutboxPosition position;
    (void)record, (void)scratch, (void)error;
    for (size_t i = 0; i < count; i++)
        if (text_is(headers[i].name, "ce_id") &&
            place_of(headers[i].value, announced->count, &position) &&
            behind(&position.place, &announced->last[position.partition]))
            announced->last[position.partition] = position.place;
    return true;
}

static bool read_events(const ReplayRelaySpec *spec, OutboxPlace *last, Error *error)
{
    Announced announced = {spec->log->count, last};
    const ReplayScan scan = {.brokers = spec->brokers,
                             .topic = spec->case_topic,
                             .take = take_event,
                             .context = &announced};
    bool well = replay_scan(&scan, error);
    bool missing = error->verdict == ERROR_REJECT;
    if (missing) /* nobody was ever told anything */
        error_clear(error);
    return well || missing;
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

/*
 * Behind the last row that went out: an event that is on the case topic, or a forward that has arrived. Where none did,
 * behind all rows, or where the position stands. But never behind a forward that is still on its way: it would be lost.
 */
static bool move_positions(
    const ReplayRelaySpec *spec, Postgres *pg, Text announced, Arena *arena, Error *error)
{
    static const PostgresStatement MOVE = {
        "replay_move_positions",
        "with gone as ("
        "  select split_part(p, '/', 1)::int as partition,"
        "         array[split_part(p, '/', 2), split_part(p, '/', 3)]::bigint[] as place"
        "    from string_to_table(nullif($1::text, ''), ',') p"
        "  union all"
        "  select o.report_partition, array[o.report_offset, o.n]"
        "    from onecase.outbox o left join onecase.forwards_in_flight f"
        "      on (f.report_partition, f.report_offset, f.n)"
        "         = (o.report_partition, o.report_offset, o.n)"
        "   where o.kind = 'forward' and f.n is null),"
        "reached as ("
        "  select o.partition, coalesce(max(g.place),"
        "         case when $3::int = 0 then max(o.place) end) as place"
        "    from (select report_partition as partition, max(array[report_offset, n]) as place"
        "            from onecase.outbox group by 1) o left join gone g using (partition)"
        "   group by 1),"
        "kept as ("
        "  select report_partition as partition, min(array[report_offset, n - 1]) as place"
        "    from onecase.forwards_in_flight group by 1),"
        "placed as ("
        "  select g as partition, least(coalesce(r.place, array[-1, -1]::bigint[]), k.place) as "
        "place"
        "    from generate_series(0, $2::int - 1) g"
        "    left join reached r on r.partition = g left join kept k on k.partition = g)"
        "insert into onecase.relay_positions as held (partition, report_offset, n)"
        "  select partition, place[1], place[2]::int from placed "
        "on conflict (partition) do update"
        "  set report_offset = excluded.report_offset, n = excluded.n, written_at = now()"
        "  where (excluded.report_offset, excluded.n) > (held.report_offset, held.n)"};
    PostgresParam params[] = {postgres_param_text(announced),
                              postgres_param_int4(arena, spec->log->count),
                              postgres_param_int4(arena, spec->keep_unannounced)};
    return postgres_call(pg, &MOVE, params, 3, NULL, error);
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
    bool well =
        read_events(spec, last, error) &&
        move_positions(spec, pg, list_places(last, spec->log->count, arena), arena, error) &&
        count_waiting(pg, waiting, error);
    arena_free(arena);
    return well;
}
