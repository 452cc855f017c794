/*
 * The matcher's offsets, which stand in PostgreSQL, against the log they are of. Asked in an order in which a busy hub cannot look
 * wrong: first Kafka's copy, which lags behind the truth, then the truth, then the ends, which only grow.
 */
#include "doctor/doctor_checks.h"

#include "domain/record.h"

#include "adapters/case_store.h"

#include <inttypes.h>
#include <string.h>

enum { CRASHES_MANY = 3 };

static const PostgresStatement OFFSETS = {
    "doctor_offsets",
    "select partition, next_offset, state, state_reason, state_since, last_origin, crashes "
    "  from onecase.consumer_offsets where topic = $1::text order by partition"};

enum { PARTITION, NEXT, STATE, REASON, SINCE, ORIGIN, CRASHES };

/* What the log has of the partition of a row. */
typedef struct Place {
    int32_t partition;
    int64_t next; /* 0 when nothing was read yet */
    int64_t copy; /* in Kafka; KAFKA_OFFSET_NONE: none */
    int64_t low;
    int64_t end;
} Place;

static void
finding(Doctor *doctor, DoctorGrade grade, int32_t partition, Text expected, Text found, Text step)
{
    doctor_find(doctor,
                &(DoctorFinding){grade,
                                 text_format(doctor->arena, "%s/%" PRId32,
                                             doctor_topic(doctor, "onecase.report"), partition),
                                 expected, found, step});
}

static const Text ANEW_STEP = {
    "onecase replay --help    # the topic was made anew or cut: restore it, or see docs/guards.md",
    sizeof("onecase replay --help    # the topic was made anew or cut: restore it, or see "
           "docs/guards.md") -
        1};

static bool ask_log(Doctor *doctor, const char *topic, Place *places, size_t count, Error *error)
{
    KafkaPosition *lows = ARENA_ARRAY(doctor->arena, KafkaPosition, count);
    KafkaPosition *ends = ARENA_ARRAY(doctor->arena, KafkaPosition, count);
    for (size_t i = 0; i < count; i++)
        lows[i] = ends[i] = (KafkaPosition){topic, places[i].partition, 0};
    if (!kafka_admin_beginnings(doctor->admin, lows, count, error) ||
        !kafka_admin_ends(doctor->admin, ends, count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        places[i].low = lows[i].offset;
        places[i].end = ends[i].offset;
    }
    return true;
}

static void check_bounds(Doctor *doctor, const Place *place, Text state)
{
    if (place->next > place->end)
        finding(doctor, DOCTOR_FAULT, place->partition,
                text_format(doctor->arena, "an offset up to the end, %" PRId64, place->end),
                text_format(doctor->arena, "%" PRId64 " in the database", place->next), ANEW_STEP);
    else if (place->next < place->low && !text_is(state, "LOST"))
        finding(doctor, DOCTOR_FAULT, place->partition,
                text_format(doctor->arena, "records from %" PRId64 " on, which were not read yet",
                            place->next),
                text_format(doctor->arena, "the log begins at %" PRId64, place->low),
                TEXT("onecase source resume onecase.report"));
    if (place->copy != KAFKA_OFFSET_NONE && place->copy > place->next)
        finding(doctor, DOCTOR_WARNING, place->partition,
                text_format(doctor->arena,
                            "an offset from %" PRId64 " on, which was committed once", place->copy),
                text_format(doctor->arena,
                            "%" PRId64 " in the database: an older copy of it was restored, and "
                            "is caught up from the log",
                            place->next),
                TEXT("onecase lag"));
}

static void check_state(Doctor *doctor, const PostgresResult *rows, int row)
{
    Text state = postgres_text(rows, row, STATE);
    int32_t partition = (int32_t)postgres_int(rows, row, PARTITION);
    if (text_is(state, "LOST"))
        finding(doctor, DOCTOR_FAULT, partition, TEXT("RUNNING"),
                text_format(doctor->arena, "LOST: records went before they were decided"),
                TEXT("onecase source resume onecase.report"));
    else if (!text_is(state, "RUNNING"))
        finding(doctor, DOCTOR_FAULT, partition, TEXT("RUNNING"),
                text_format(doctor->arena, "%.*s: %.*s", TEXT_ARGS(state),
                            TEXT_ARGS(postgres_text(rows, row, REASON))),
                text_format(doctor->arena, "onecase resume %" PRId32 " --bury 1", partition));
    if (postgres_int(rows, row, CRASHES) >= CRASHES_MANY)
        finding(doctor, DOCTOR_WARNING, partition, TEXT("progress since it was claimed"),
                text_format(doctor->arena, "%" PRId64 " claims that ended without any",
                            postgres_int(rows, row, CRASHES)),
                TEXT("journalctl -u onecase-matcher -n 50"));
}

/* Whether the record before the next offset is the one that was done last. */
static void check_origin(Doctor *doctor, const Place *place, const KafkaCopy *copy, Text stored)
{
    RecordHead head;
    Error ignored = {0};
    const Origin own = {.topic = text_from(doctor_topic(doctor, "onecase.report")),
                        .partition = place->partition,
                        .offset = copy->offset};
    bool named = record_head_read(copy->headers, copy->header_count, &head, &ignored);
    Text found = record_origin_text(doctor->arena, named ? &head.origin : &own);
    bool same = stored.size == STORED_ORIGIN_SIZE - 1 ? text_starts(found, stored)
                                                      : text_equal(found, stored);
    if (!same)
        finding(
            doctor, DOCTOR_FAULT, place->partition,
            text_format(doctor->arena, "%.*s at offset %" PRId64, TEXT_ARGS(stored), copy->offset),
            text_format(doctor->arena, "%.*s", TEXT_ARGS(found)), ANEW_STEP);
}

static bool
check_origins(Doctor *doctor, const PostgresResult *rows, const Place *places, Error *error)
{
    int count = postgres_rows(rows);
    const char *topic = doctor_topic(doctor, "onecase.report");
    KafkaPosition *last = ARENA_ARRAY(doctor->arena, KafkaPosition, count);
    KafkaCopy *copies = ARENA_ARRAY(doctor->arena, KafkaCopy, count);
    int *asked = ARENA_ARRAY(doctor->arena, int, count);
    size_t asked_count = 0;
    for (int row = 0; row < count; row++) {
        const Place *place = &places[row];
        if (text_is_empty(postgres_text(rows, row, ORIGIN)) || place->next <= place->low ||
            place->next > place->end)
            continue;
        asked[asked_count] = row;
        last[asked_count++] = (KafkaPosition){topic, place->partition, place->next - 1};
    }
    if (!kafka_admin_records_at(doctor->admin, last, asked_count, doctor->arena, copies, error))
        return false;
    for (size_t i = 0; i < asked_count; i++)
        if (copies[i].offset == last[i].offset)
            check_origin(doctor, &places[asked[i]], &copies[i],
                         postgres_text(rows, asked[i], ORIGIN));
    return true;
}

static bool
ask_copies(Doctor *doctor, const char *topic, KafkaPosition **copies, size_t *count, Error *error)
{
    *copies = ARENA_ARRAY(doctor->arena, KafkaPosition, doctor->cluster.partition_count);
    *count = 0;
    for (size_t i = 0; i < doctor->cluster.partition_count; i++)
        if (strcmp(doctor->cluster.partitions[i].topic, topic) == 0)
            (*copies)[(*count)++] =
                (KafkaPosition){topic, doctor->cluster.partitions[i].partition, KAFKA_OFFSET_NONE};
    return kafka_admin_group_offsets(doctor->admin, doctor->options->matcher_group, *copies, *count,
                                     error);
}

static size_t
take_rows(const PostgresResult *rows, const KafkaPosition *copies, size_t copy_count, Place *places)
{
    int count = postgres_rows(rows);
    for (int row = 0; row < count; row++) {
        int64_t next = postgres_int(rows, row, NEXT);
        places[row] = (Place){.partition = (int32_t)postgres_int(rows, row, PARTITION),
                              .next = next < 0 ? 0 : next,
                              .copy = KAFKA_OFFSET_NONE};
        for (size_t i = 0; i < copy_count; i++)
            if (copies[i].partition == places[row].partition)
                places[row].copy = copies[i].offset;
    }
    return (size_t)count;
}

bool doctor_check_offsets(Doctor *doctor, Error *error)
{
    const char *topic = doctor_topic(doctor, "onecase.report");
    const PostgresParam param = postgres_param_text(text_from(topic));
    POSTGRES_RESULT_AUTO *rows = NULL;
    KafkaPosition *copies;
    size_t copy_count;
    if (!ask_copies(doctor, topic, &copies, &copy_count, error) ||
        !postgres_call(doctor->pg, &OFFSETS, &param, 1, &rows, error))
        return false;
    Place *places = ARENA_ARRAY(doctor->arena, Place, postgres_rows(rows));
    size_t count = take_rows(rows, copies, copy_count, places);
    int64_t behind = 0;
    if (count > 0 && !ask_log(doctor, topic, places, count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        check_bounds(doctor, &places[i], postgres_text(rows, (int)i, STATE));
        check_state(doctor, rows, (int)i);
        behind += places[i].end > places[i].next ? places[i].end - places[i].next : 0;
    }
    doctor_saw(doctor, "%zu partition%s claimed, %" PRId64 " records behind", count,
               DOCTOR_PLURAL(count), behind);
    return count == 0 || check_origins(doctor, rows, places, error);
}
