/*
 * What goes out: one relay works, its positions fit the matcher's offsets, no event and no command waits long.
 */
#include "doctor/doctor_checks.h"

#include <inttypes.h>

enum { EVENT_LATE_S = 300, COMMAND_LATE_S = 60 };

/* The lock is the one of adapters/relay_store.c. */
static const PostgresStatement RELAY = {
    "doctor_relay",
    "with waits as ( "
    "  select count(*) as rows, min(o.stream_time) as oldest "
    "    from onecase.relay_positions p join onecase.outbox o on o.report_partition = p.partition "
    "     and (o.report_offset, o.n) > (p.report_offset, p.n)), "
    "ahead as ( "
    "  select count(*) as partitions, min(p.partition) as first "
    "    from onecase.relay_positions p join onecase.consumer_offsets c on c.partition = "
    "p.partition "
    "   where c.topic = $1::text and p.report_offset >= greatest(c.next_offset, 0)), "
    "late as ( "
    "  select state, count(*) as rows, min(submitted_at) as oldest from onecase.commands "
    "   where state in ('queued', 'published') "
    "     and submitted_at < now() - make_interval(secs => $3::integer) group by state) "
    "select exists ( "
    "         select from pg_locks l "
    "          where l.locktype = 'advisory' and l.granted and l.objsubid = 1 "
    "            and l.database = (select oid from pg_database where datname = current_database()) "
    "            and (l.classid::bigint << 32) | l.objid::bigint "
    "                = hashtextextended('onecase.relay ' || $2::text, 0)), "
    "       w.rows, extract(epoch from now() - w.oldest)::bigint, a.partitions, a.first, "
    "       coalesce((select rows from late where state = 'queued'), 0), "
    "       coalesce((select rows from late where state = 'published'), 0) "
    "  from waits w, ahead a"};

enum { WORKS, WAITING, OLDEST_S, AHEAD, FIRST_AHEAD, QUEUED, PUBLISHED };

static void check_commands(Doctor *doctor, const PostgresResult *row)
{
    int64_t queued = postgres_int(row, 0, QUEUED);
    int64_t published = postgres_int(row, 0, PUBLISHED);
    if (queued > 0)
        doctor_find(doctor, &(DoctorFinding){DOCTOR_FAULT, TEXT("commands that no relay has sent"),
                                             TEXT("none for longer than a minute"),
                                             text_format(doctor->arena, "%" PRId64, queued),
                                             TEXT("systemctl status onecase-relay")});
    if (published > 0)
        doctor_find(doctor,
                    &(DoctorFinding){DOCTOR_FAULT, TEXT("commands that no matcher has applied"),
                                     TEXT("none for longer than a minute"),
                                     text_format(doctor->arena, "%" PRId64, published),
                                     TEXT("onecase lag")});
}

bool doctor_check_relay(Doctor *doctor, Error *error)
{
    const PostgresParam params[] = {
        postgres_param_text(text_from(doctor_topic(doctor, "onecase.report"))),
        postgres_param_text(text_from(doctor_topic(doctor, "onecase.case"))),
        postgres_param_int4(doctor->arena, COMMAND_LATE_S)};
    POSTGRES_RESULT_AUTO *row = NULL;
    if (!postgres_call(doctor->pg, &RELAY, params, 3, &row, error))
        return false;
    int64_t waiting = postgres_int(row, 0, WAITING);
    int64_t oldest_s = postgres_int(row, 0, OLDEST_S);
    bool works = postgres_int(row, 0, WORKS) == 1;
    if (!works)
        doctor_find(doctor,
                    &(DoctorFinding){DOCTOR_FAULT, TEXT("relay"), TEXT("one that holds the lock"),
                                     text_format(doctor->arena,
                                                 "none: no events, no ticks, no commands; %" PRId64
                                                 " rows wait",
                                                 waiting),
                                     TEXT("systemctl start onecase-relay")});
    else if (waiting > 0 && oldest_s > EVENT_LATE_S)
        doctor_find(
            doctor,
            &(DoctorFinding){DOCTOR_WARNING, TEXT("events that wait to go out"),
                             TEXT("none for longer than 5 minutes"),
                             text_format(doctor->arena, "%" PRId64 ", the oldest for %" PRId64 " s",
                                         waiting, oldest_s),
                             TEXT("journalctl -u onecase-relay -n 50")});
    if (postgres_int(row, 0, AHEAD) > 0)
        doctor_find(doctor,
                    &(DoctorFinding){
                        DOCTOR_FAULT, TEXT("positions of the relay"),
                        TEXT("behind the matcher's offsets"),
                        text_format(doctor->arena,
                                    "%" PRId64 " ahead, as of partition %" PRId64
                                    ": events of what is decided now are passed over",
                                    postgres_int(row, 0, AHEAD), postgres_int(row, 0, FIRST_AHEAD)),
                        TEXT("psql -c 'table onecase.relay_positions'    # see docs/relay.md")});
    if (works)
        check_commands(doctor, row);
    doctor_saw(doctor, "%" PRId64 " rows wait to go out", waiting);
    return true;
}
