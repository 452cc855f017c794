/*
 * What PostgreSQL knows: where the matcher stands in each partition and in what state, how far the outbox is published and
 * by whom, and how old reports are when they arrive. A connection of its own; while the server does not answer, each
 * look tries once.
 *
 * The relay's lag is counted in what it has to send: rows of the outbox behind its position and commands that are queued.
 * Its offset is the position's on onecase.report, and its end lies by so many rows beyond, so that the difference, and how it
 * changes, are exact; a row waits since it was written.
 */
#include "base/clock.h"

#include "adapters/lag_survey_parts.h"
#include "adapters/schema_version.h"

#include <math.h>
#include <stdlib.h>

enum { CONNECT_S_MIN = 2 };

/* Which clock it is there, and who has the relay's lock (relay_store.c takes it). */
static const PostgresStatement CLOCK_AND_LOCK = {
    "survey_clock",
    "with named as (select hashtextextended('onecase.relay ' || $1::text, 0) as k) "
    "select clock_timestamp(), "
    "  (select coalesce(nullif(a.application_name, ''), 'a session') || ', backend ' || l.pid "
    "     from named cross join pg_locks l left join pg_stat_activity a on a.pid = l.pid "
    "    where l.locktype = 'advisory' and l.granted and l.objsubid = 1 "
    "      and l.database = (select oid from pg_database where datname = current_database()) "
    "      and l.classid::bigint = ((k >> 32) & 4294967295) "
    "      and l.objid::bigint = (k & 4294967295) limit 1)"};

static const PostgresStatement MATCHER = {
    "survey_matcher", "select partition, next_offset, state, state_since, state_reason, written_at "
                      "from onecase.consumer_offsets where topic = $1::text"};

static const PostgresStatement RELAY = {
    "survey_relay",
    "select part, coalesce(p.report_offset, -1), p.written_at, "
    "       coalesce(waiting.rows, 0) + coalesce(queued.rows, 0), "
    "       least(oldest.since, queued.since) "
    "  from onecase.report_topic t "
    " cross join generate_series(0, t.partition_count - 1) as part "
    "  left join onecase.relay_positions p on p.partition = part "
    "  left join lateral (select count(*) as rows from onecase.outbox o "
    "        where o.report_partition = part and (o.report_offset, o.n) > "
    "              (coalesce(p.report_offset, -1), coalesce(p.n, -1))) waiting on true "
    "  left join lateral (select coalesce(o.written_at, o.stream_time) as since "
    "         from onecase.outbox o "
    "        where o.report_partition = part and (o.report_offset, o.n) > "
    "              (coalesce(p.report_offset, -1), coalesce(p.n, -1)) "
    "        order by o.report_offset, o.n limit 1) oldest on true "
    "  left join (select report_partition, count(*) as rows, min(submitted_at) as since "
    "               from onecase.commands where state = 'queued' group by 1) queued "
    "    on queued.report_partition = part "
    " order by part"};

static const PostgresStatement FRESHNESS = {
    "survey_freshness", "select source, report_count, p50_s, p99_s, newest_s, sent_p50_s, "
                        "stored_p50_s, newest_at from analysis.freshness order by source"};

void survey_database_open(LagSurvey *survey)
{
    int connect_s = (survey->spec.limit_ms + 999) / 1000;
    const PostgresSettings settings = {
        .conninfo = survey->spec.conninfo,
        .application = survey->spec.client_id,
        .statement_ms = survey->spec.limit_ms / 4 * 3, /* the server gives up before we do */
        .answer_ms = survey->spec.limit_ms,
        .connect_s = connect_s < CONNECT_S_MIN ? CONNECT_S_MIN : connect_s,
        .keys_only = true,
        .greet = schema_version_check,
    };
    survey->pg = postgres_new(&settings);
}

/* Milliseconds of the database's clock, null as LAG_UNKNOWN, by ours. */
static int64_t time_of(const PostgresResult *result, int row, int column, int64_t ahead_ms)
{
    int64_t time_us = postgres_time(result, row, column);
    return time_us == INT64_MIN ? LAG_UNKNOWN : time_us / 1000 - ahead_ms;
}

/* By how much the database's clock is ahead of ours, and the lock. */
static bool ask_clock(SurveyLook *look, int64_t *ahead_ms, Error *error)
{
    LagSurvey *survey = look->survey;
    POSTGRES_RESULT_AUTO *result = NULL;
    const PostgresParam params[] = {postgres_param_text(text_from(survey->case_topic))};
    int64_t before_us = clock_wall_us();
    if (!postgres_call(survey->pg, &CLOCK_AND_LOCK, params, 1, &result, error))
        return false;
    int64_t middle_us = before_us + (clock_wall_us() - before_us) / 2;
    *ahead_ms = (postgres_time(result, 0, 0) - middle_us) / 1000;
    look->database.relay_owner = TEXT_ABSENT;
    if (!postgres_is_null(result, 0, 1))
        look->database.relay_owner = text_copy(look->arena, postgres_text(result, 0, 1));
    return true;
}

static LagState state_of(Text name)
{
    if (text_is(name, "REFUSING"))
        return LAG_STATE_REFUSING;
    if (text_is(name, "WAITING"))
        return LAG_STATE_WAITING;
    return text_is(name, "LOST") ? LAG_STATE_LOST : LAG_RUNNING;
}

static bool ask_matcher(SurveyLook *look, int64_t ahead_ms, Error *error)
{
    SurveyDatabase *database = &look->database;
    POSTGRES_RESULT_AUTO *result = NULL;
    const PostgresParam params[] = {postgres_param_text(text_from(look->survey->report_topic))};
    if (!postgres_call(look->survey->pg, &MATCHER, params, 1, &result, error))
        return false;
    int64_t largest = -1;
    for (int i = 0; i < postgres_rows(result); i++)
        if (postgres_int(result, i, 0) > largest)
            largest = postgres_int(result, i, 0);
    database->matcher_count = (size_t)(largest + 1);
    database->matcher = ARENA_ARRAY(look->arena, SurveyMatcherRow, database->matcher_count);
    for (int i = 0; i < postgres_rows(result); i++) {
        int64_t next = postgres_int(result, i, 1);
        database->matcher[postgres_int(result, i, 0)] = (SurveyMatcherRow){
            .there = true,
            .next = next >= 0 ? next : LAG_UNKNOWN,
            .state = state_of(postgres_text(result, i, 2)),
            .since_ms = time_of(result, i, 3, ahead_ms),
            .reason = postgres_is_null(result, i, 4)
                          ? TEXT_ABSENT
                          : text_copy(look->arena, postgres_text(result, i, 4)),
            .written_ms = time_of(result, i, 5, ahead_ms),
        };
    }
    return true;
}

/* For when PostgreSQL is away. */
static void remember_matcher(LagSurvey *survey, const SurveyDatabase *database)
{
    if (survey->matcher_seen_count < database->matcher_count) {
        survey->matcher_seen =
            realloc(survey->matcher_seen, database->matcher_count * sizeof(int64_t));
        if (survey->matcher_seen == NULL)
            abort();
        survey->matcher_seen_count = database->matcher_count;
    }
    for (size_t i = 0; i < survey->matcher_seen_count; i++)
        survey->matcher_seen[i] = i < database->matcher_count && database->matcher[i].there
                                      ? database->matcher[i].next
                                      : LAG_UNKNOWN;
}

static bool ask_relay(SurveyLook *look, int64_t ahead_ms, Error *error)
{
    SurveyDatabase *database = &look->database;
    POSTGRES_RESULT_AUTO *result = NULL;
    if (!postgres_call(look->survey->pg, &RELAY, NULL, 0, &result, error))
        return false;
    database->relay_count = (size_t)postgres_rows(result);
    database->relay = ARENA_ARRAY(look->arena, SurveyRelayRow, database->relay_count);
    for (size_t i = 0; i < database->relay_count; i++)
        database->relay[i] = (SurveyRelayRow){
            .position = postgres_int(result, (int)i, 1) + 1,
            .written_ms = time_of(result, (int)i, 2, ahead_ms),
            .waiting = postgres_int(result, (int)i, 3),
            .oldest_ms = time_of(result, (int)i, 4, ahead_ms),
        };
    return true;
}

/* ---- freshness ---- */

static double seconds_of(const PostgresResult *result, int row, int column)
{
    double seconds = postgres_double(result, row, column);
    return isnan(seconds) ? LAG_UNKNOWN : seconds;
}

static bool ask_freshness(SurveyLook *look, int64_t ahead_ms, Error *error)
{
    LagSurvey *survey = look->survey;
    POSTGRES_RESULT_AUTO *result = NULL;
    if (clock_monotonic_ms() < survey->fresh_due_ms)
        return true;
    if (!postgres_call(survey->pg, &FRESHNESS, NULL, 0, &result, error))
        return false;
    arena_reset(survey->fresh);
    survey->source_count = (size_t)postgres_rows(result);
    survey->sources = ARENA_ARRAY(survey->fresh, LagSource, survey->source_count);
    for (size_t i = 0; i < survey->source_count; i++) {
        int row = (int)i;
        survey->sources[i] = (LagSource){
            .source = text_copy(survey->fresh, postgres_text(result, row, 0)),
            .count = postgres_int(result, row, 1),
            .p50_s = seconds_of(result, row, 2),
            .p99_s = seconds_of(result, row, 3),
            .newest_s = seconds_of(result, row, 4),
            .sent_p50_s = seconds_of(result, row, 5),
            .stored_p50_s = seconds_of(result, row, 6),
            .newest_ms = time_of(result, row, 7, ahead_ms),
            .age_ms = LAG_UNKNOWN,
            .hop = TEXT(""),
        };
    }
    survey->fresh_due_ms = clock_monotonic_ms() + survey->spec.freshness_ms;
    return true;
}

/*
 * The server answers when it tells where the matcher stands. What takes too long beyond that (a backlog of millions of
 * rows to be counted) is not known, and said; the connection stands.
 */
static bool ask_database(SurveyLook *look, Error *error)
{
    Postgres *pg = look->survey->pg;
    int64_t ahead_ms = 0;
    Error part = {0};
    look->database.relay_count = 0;
    if (!ask_clock(look, &ahead_ms, error) || !ask_matcher(look, ahead_ms, error))
        return false;
    look->database.at_ms = clock_wall_us() / 1000;
    remember_matcher(look->survey, &look->database);
    if (ask_relay(look, ahead_ms, &part) && ask_freshness(look, ahead_ms, &part))
        return true;
    if (!postgres_connected(pg))
        return error_set(error, part.verdict, "%s", part.text);
    look->look->database_fault = text_copy(look->arena, text_from(part.text));
    return true;
}

/* A connection that ended since the last look says nothing of the server: it is asked on a new one, if there is time. */
void survey_database_look(SurveyLook *look)
{
    LagSurvey *survey = look->survey;
    bool had_one = postgres_connected(survey->pg);
    int64_t began_ms = clock_monotonic_ms();
    Error error = {0};
    bool good = ask_database(look, &error);
    if (!good && had_one && error.verdict == ERROR_RETRY &&
        clock_monotonic_ms() - began_ms < survey->spec.limit_ms / 2) {
        postgres_disconnect(survey->pg);
        error = (Error){0};
        good = ask_database(look, &error);
    }
    look->database.up = good;
    look->look->database_up = good;
    if (!good)
        look->look->database_fault = text_copy(look->arena, text_from(error.text));
}

/* ---- the relay's rows ---- */

/* As many as onecase.report has partitions: by PostgreSQL, and by Kafka while that does not say. */
static size_t relay_partitions(const SurveyLook *look)
{
    if (look->database.relay_count > 0)
        return look->database.relay_count;
    const SurveyTopic *topic = survey_topic(look->survey, text_from(look->survey->report_topic));
    return topic != NULL ? (size_t)topic->partitions : 0;
}

void survey_relay_look(SurveyLook *look)
{
    const SurveyDatabase *database = &look->database;
    size_t count = relay_partitions(look);
    for (size_t i = 0; i < count; i++) {
        LagObservation *row = survey_add(look, (SurveyRow){0});
        row->group = text_from(look->survey->spec.relay_name);
        row->program = TEXT("relay");
        row->topic = TEXT("onecase.outbox");
        row->partition = (int32_t)i;
        row->circumstances.needs_database = true;
        if (!database->up)
            continue;
        row->owner = text_is_absent(database->relay_owner) ? TEXT("") : database->relay_owner;
        row->circumstances.ownership =
            text_is_absent(database->relay_owner) ? LAG_NOT_OWNED : LAG_OWNED;
        row->source_of_offset = TEXT("postgresql");
        if (database->relay_count == 0)
            continue;
        const SurveyRelayRow *known = &database->relay[i];
        row->sample.committed = known->position;
        row->sample.low = 0;
        row->sample.end = known->position + known->waiting;
        row->sample.head_ms = known->oldest_ms;
        row->sample.progress_ms = known->written_ms;
        row->clock = TEXT("database");
    }
}
