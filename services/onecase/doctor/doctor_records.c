/*
 * What became of records: dead letters that wait, links that wait for a judgement, and whether every record is accounted for.
 */
#include "doctor/doctor_checks.h"

#include <inttypes.h>
#include <time.h>

enum { LOOK_AGAIN_MS = 500, LOOKS_MAX = 24, LOOKS_CAUGHT_UP = 10 };

/* ---- dead letters ---- */

/*
 * A topic that brings many now: a hundred within the hour, or twenty that are more than one in twenty of all its records. By
 * the broker's clock, which stamped them.
 */
static const PostgresStatement LETTERS = {
    "doctor_letters",
    "select d.topic, count(*) filter (where d.state = 'open'), "
    "       count(*) filter (where d.received_at > now() - interval '1 hour') as fresh, "
    "       coalesce((select sum(a.reports + a.updates + a.ignored + a.dead) "
    "                   from onecase.accounts a where a.source_topic = d.topic), 0)::bigint, "
    "       (select rule from onecase.dead_letters r where r.topic = d.topic "
    "           and r.received_at > now() - interval '1 hour' and r.rule is not null "
    "         group by rule order by count(*) desc, rule limit 1) "
    "  from onecase.dead_letters d group by d.topic order by d.topic"};

enum { TOPIC, OPEN, FRESH, RECORDS, RULE };
enum { FRESH_MANY = 100, FRESH_FEW = 20, ONE_IN = 20 };

bool doctor_check_letters(Doctor *doctor, Error *error)
{
    POSTGRES_RESULT_AUTO *rows = NULL;
    int64_t open = 0;
    if (!doctor_ask(doctor, &LETTERS, &rows, error))
        return false;
    for (int row = 0; row < postgres_rows(rows); row++) {
        int64_t fresh = postgres_int(rows, row, FRESH);
        open += postgres_int(rows, row, OPEN);
        if (fresh < FRESH_FEW ||
            (fresh < FRESH_MANY && fresh * ONE_IN <= postgres_int(rows, row, RECORDS)))
            continue;
        Text topic = postgres_text(rows, row, TOPIC);
        doctor_find(doctor,
                    &(DoctorFinding){
                        DOCTOR_WARNING,
                        text_format(doctor->arena, "dead letters of %.*s", TEXT_ARGS(topic)),
                        TEXT("few"),
                        text_format(doctor->arena, "%" PRId64 " within the hour, most by rule %.*s",
                                    fresh, TEXT_ARGS(postgres_text(rows, row, RULE))),
                        TEXT("onecase dlq list")});
    }
    doctor_saw(doctor, "%" PRId64 " open", open);
    return true;
}

/* ---- reviews ---- */

static const PostgresStatement REVIEWS = {"doctor_reviews",
                                          "select (select count(*) from onecase.hazard_relations "
                                          "         where kind = 'twin' and resolved_at is null), "
                                          "       (select count(*) from onecase.pending_updates), "
                                          "       (select count(*) from onecase.gaps where "
                                          "resumed_at is null and report_partition is null)"};

bool doctor_check_reviews(Doctor *doctor, Error *error)
{
    POSTGRES_RESULT_AUTO *row = NULL;
    if (!doctor_ask(doctor, &REVIEWS, &row, error))
        return false;
    doctor_saw(doctor,
               "%" PRId64 " pairs of hazards may be one, %" PRId64 " updates wait for their report",
               postgres_int(row, 0, 0), postgres_int(row, 0, 1));
    if (postgres_int(row, 0, 2) > 0)
        doctor_find(doctor, &(DoctorFinding){
                                DOCTOR_WARNING, TEXT("gaps of the report topic"),
                                TEXT("none that waits for a word"),
                                text_format(doctor->arena, "%" PRId64, postgres_int(row, 0, 2)),
                                TEXT("onecase source resume onecase.report")});
    return true;
}

/* ---- accounting ---- */

static const PostgresStatement OFF = {
    "doctor_off", "select source_topic, source_partition, missing, doubled "
                  "  from analysis.reconciliation where missing <> 0 or doubled <> 0 "
                  " order by source_topic, source_partition"};

static const PostgresStatement CONSUMED = {
    "doctor_consumed", "select partition, next_offset from onecase.consumer_offsets "
                       " where topic = $1::text"};

/* A source partition that does not add up, and by how little it was off when looked at last. */
typedef struct Off {
    Text topic;
    int64_t partition;
    int64_t missing;
    int64_t doubled;
} Off;

typedef struct OffList {
    Off *items;
    size_t count;
} OffList;

static const Off *off_of(const OffList *list, const Off *wanted)
{
    for (size_t i = 0; i < list->count; i++)
        if (text_equal(list->items[i].topic, wanted->topic) &&
            list->items[i].partition == wanted->partition)
            return &list->items[i];
    return NULL;
}

static bool ask_off(Doctor *doctor, OffList *list, Error *error)
{
    POSTGRES_RESULT_AUTO *rows = NULL;
    if (!doctor_ask(doctor, &OFF, &rows, error))
        return false;
    *list = (OffList){ARENA_ARRAY(doctor->arena, Off, postgres_rows(rows)), 0};
    for (int row = 0; row < postgres_rows(rows); row++)
        list->items[list->count++] =
            (Off){.topic = text_copy(doctor->arena, postgres_text(rows, row, 0)),
                  .partition = postgres_int(rows, row, 1),
                  .missing = postgres_int(rows, row, 2),
                  .doubled = postgres_int(rows, row, 3)};
    return true;
}

/* Keeps of the list what is still off, by the lesser amount: what is under way is missing now and there a moment later. */
static void keep_least(OffList *list, const OffList *again)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        const Off *now = off_of(again, &list->items[i]);
        Off least = list->items[i];
        if (now == NULL)
            continue;
        least.missing = now->missing < least.missing ? now->missing : least.missing;
        least.doubled = now->doubled < least.doubled ? now->doubled : least.doubled;
        if (least.missing != 0 || least.doubled != 0)
            list->items[kept++] = least;
    }
    list->count = kept;
}

/* Records of the report topic up to `ends` that are not in the database yet. */
static bool
ask_behind(Doctor *doctor, const KafkaPosition *ends, size_t count, int64_t *behind, Error *error)
{
    POSTGRES_RESULT_AUTO *rows = NULL;
    const PostgresParam param =
        postgres_param_text(text_from(doctor_topic(doctor, "onecase.report")));
    if (!postgres_call(doctor->pg, &CONSUMED, &param, 1, &rows, error))
        return false;
    *behind = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t next = 0;
        for (int row = 0; row < postgres_rows(rows); row++)
            if (postgres_int(rows, row, 0) == ends[i].partition && postgres_int(rows, row, 1) > 0)
                next = postgres_int(rows, row, 1);
        *behind += ends[i].offset > next ? ends[i].offset - next : 0;
    }
    return true;
}

static bool ask_ends(Doctor *doctor, KafkaPosition **ends, size_t *count, Error *error)
{
    const char *topic = doctor_topic(doctor, "onecase.report");
    *ends = ARENA_ARRAY(doctor->arena, KafkaPosition, doctor->cluster.partition_count);
    *count = 0;
    for (size_t i = 0; i < doctor->cluster.partition_count; i++)
        if (text_is(text_from(topic), doctor->cluster.partitions[i].topic))
            (*ends)[(*count)++] =
                (KafkaPosition){topic, doctor->cluster.partitions[i].partition, 0};
    return *count == 0 || kafka_admin_ends(doctor->admin, *ends, *count, error);
}

/*
 * Until all adds up, or it has been looked at some times after the matcher had everything that was sent before the first look:
 * partitions of the report topic are not equally far, and an item of a record may be where the others are not yet.
 */
static bool settle(Doctor *doctor, OffList *off, int64_t *behind, Error *error)
{
    KafkaPosition *ends = NULL;
    size_t count = 0;
    int caught_up = 0;
    *behind = 0;
    if ((doctor->abilities & DOCTOR_REPORT) != 0 && !ask_ends(doctor, &ends, &count, error))
        return false;
    for (int i = 0; i < LOOKS_MAX && caught_up < LOOKS_CAUGHT_UP && off->count > 0; i++) {
        OffList again;
        (void)nanosleep(&(struct timespec){.tv_nsec = LOOK_AGAIN_MS * 1000000L}, NULL);
        if (!ask_behind(doctor, ends, count, behind, error) || !ask_off(doctor, &again, error))
            return false;
        keep_least(off, &again);
        caught_up += *behind == 0 ? 1 : 0;
    }
    return true;
}

bool doctor_check_accounting(Doctor *doctor, Error *error)
{
    OffList off;
    int64_t behind = 0;
    if (!ask_off(doctor, &off, error) || (off.count > 0 && !settle(doctor, &off, &behind, error)))
        return false;
    if (off.count > 0 && behind > 0) {
        doctor_skip(doctor, "the matcher is %" PRId64 " records behind; ask again when it is not",
                    behind);
        return true;
    }
    for (size_t i = 0; i < off.count; i++)
        doctor_find(doctor,
                    &(DoctorFinding){
                        DOCTOR_FAULT,
                        text_format(doctor->arena, "%.*s/%" PRId64, TEXT_ARGS(off.items[i].topic),
                                    off.items[i].partition),
                        TEXT("every record once"),
                        text_format(doctor->arena, "%" PRId64 " missing, %" PRId64 " counted twice",
                                    off.items[i].missing, off.items[i].doubled),
                        TEXT("onecase audit    # names them")});
    if (off.count == 0)
        doctor_saw(doctor, "every source partition adds up");
    else
        doctor_saw(doctor, "%zu source partition%s without a balance", off.count,
                   DOCTOR_PLURAL(off.count));
    return true;
}
