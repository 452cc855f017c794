/*
 * Clocks. PostgreSQL says what time it has; a broker only by what it stamped, so the newest records are looked at: they cannot lie in
 * the future. A department's own stamps may, and then its records' times are doubted.
 */
#include "doctor/doctor_checks.h"

#include "base/clock.h"

#include <inttypes.h>
#include <string.h>

enum { WARNING_MS = 2000, FAULT_MS = 30000, SENDER_MS = 120000, ROUNDS = 3 };

/* Not qualified, so that it is the function of whoever set the search path. */
static const PostgresStatement NOW = {"doctor_now", "select clock_timestamp()"};

static DoctorGrade grade_of(int64_t apart_ms)
{
    int64_t size = apart_ms < 0 ? -apart_ms : apart_ms;
    if (size > FAULT_MS)
        return DOCTOR_FAULT;
    return size > WARNING_MS ? DOCTOR_WARNING : DOCTOR_OK;
}

static Text seconds(const Doctor *doctor, int64_t ms, const char *after)
{
    return text_format(doctor->arena, "%" PRId64 ".%03" PRId64 " s %s", (ms < 0 ? -ms : ms) / 1000,
                       (ms < 0 ? -ms : ms) % 1000, after);
}

/* The question that took the least time tells most exactly. */
static bool check_postgresql(Doctor *doctor, Error *error)
{
    int64_t apart_ms = 0;
    int64_t least_us = INT64_MAX;
    for (int i = 0; i < ROUNDS; i++) {
        POSTGRES_RESULT_AUTO *row = NULL;
        int64_t before = clock_wall_us();
        if (!doctor_ask(doctor, &NOW, &row, error))
            return false;
        int64_t took = clock_wall_us() - before;
        if (took >= least_us)
            continue;
        least_us = took;
        apart_ms = (postgres_time(row, 0, 0) - before - took / 2) / 1000;
    }
    DoctorGrade grade = grade_of(apart_ms);
    doctor_saw_more(doctor, "PostgreSQL %" PRId64 " ms from ours", apart_ms);
    if (grade != DOCTOR_OK)
        doctor_find(doctor,
                    &(DoctorFinding){grade, TEXT("clock of PostgreSQL's host"),
                                     TEXT("within 2 s of this machine's"),
                                     seconds(doctor, apart_ms, apart_ms > 0 ? "ahead" : "behind"),
                                     TEXT("timedatectl status    # here and there")});
    return true;
}

/* The last records of all partitions in question, asked in one go. */
typedef struct Stamps {
    KafkaPosition *last;
    KafkaCopy *copies;
    size_t count;
} Stamps;

static bool is_asked(const Doctor *doctor, const char *topic)
{
    return strcmp(topic, doctor_topic(doctor, "onecase.report")) == 0 ||
           doctor_mapping_of(doctor, text_from(topic)) != NULL;
}

static bool ask_stamps(Doctor *doctor, Stamps *stamps, Error *error)
{
    size_t all = doctor->cluster.partition_count;
    size_t count = 0;
    KafkaPosition *ends = ARENA_ARRAY(doctor->arena, KafkaPosition, all);
    KafkaPosition *lows = ARENA_ARRAY(doctor->arena, KafkaPosition, all);
    for (size_t i = 0; i < all; i++) {
        const KafkaCopies *partition = &doctor->cluster.partitions[i];
        if (is_asked(doctor, partition->topic) && partition->leader >= 0) {
            ends[count] = lows[count] = (KafkaPosition){partition->topic, partition->partition, 0};
            count++;
        }
    }
    *stamps = (Stamps){.last = ends, .copies = ARENA_ARRAY(doctor->arena, KafkaCopy, count)};
    if (count == 0)
        return true;
    if (!kafka_admin_ends(doctor->admin, ends, count, error) ||
        !kafka_admin_beginnings(doctor->admin, lows, count, error))
        return false;
    for (size_t i = 0; i < count; i++)
        if (ends[i].offset > lows[i].offset)
            stamps->last[stamps->count++] =
                (KafkaPosition){ends[i].topic, ends[i].partition, ends[i].offset - 1};
    return stamps->count == 0 || kafka_admin_records_at(doctor->admin, stamps->last, stamps->count,
                                                        doctor->arena, stamps->copies, error);
}

/* How far the newest record of the topic lies ahead of our clock; 0 when it does not. */
static int64_t ahead_ms(const Stamps *stamps, const char *topic, int64_t now_ms)
{
    int64_t ahead = 0;
    for (size_t i = 0; i < stamps->count; i++) {
        const KafkaCopy *copy = &stamps->copies[i];
        if (strcmp(stamps->last[i].topic, topic) == 0 && copy->offset != KAFKA_OFFSET_NONE &&
            copy->timestamp_us / 1000 - now_ms > ahead)
            ahead = copy->timestamp_us / 1000 - now_ms;
    }
    return ahead;
}

/* LogAppendTime: the clock of the broker that leads the partition. */
static void tell_broker(Doctor *doctor, int64_t ahead)
{
    if (ahead > WARNING_MS)
        doctor_find(doctor, &(DoctorFinding){
                                grade_of(ahead), TEXT("clock of a broker's host"),
                                TEXT("no record of the future on onecase.report"),
                                seconds(doctor, ahead, "ahead of this machine's"),
                                TEXT("timedatectl status    # here and on the brokers' hosts")});
}

/* The topic's own stamps: of the sender with CreateTime. */
static void tell_sender(Doctor *doctor, const char *topic, int64_t ahead)
{
    if (ahead > SENDER_MS)
        doctor_find(doctor,
                    &(DoctorFinding){DOCTOR_WARNING,
                                     text_format(doctor->arena, "clock of who sends to %s", topic),
                                     TEXT("no record of the future"),
                                     seconds(doctor, ahead, "ahead of this machine's"),
                                     text_format(doctor->arena,
                                                 "kafka-console-consumer.sh --bootstrap-server %s "
                                                 "--topic %s --property print.timestamp=true "
                                                 "--property print.value=false --max-messages 5",
                                                 doctor->options->naming.brokers, topic)});
}

static bool check_stamps(Doctor *doctor, Error *error)
{
    Stamps stamps;
    const char *report = doctor_topic(doctor, "onecase.report");
    if (!ask_stamps(doctor, &stamps, error))
        return false;
    int64_t now_ms = clock_wall_us() / 1000;
    tell_broker(doctor, ahead_ms(&stamps, report, now_ms));
    for (size_t i = 0; i < doctor->cluster.partition_count; i++) {
        const KafkaCopies *first = &doctor->cluster.partitions[i];
        if (first->partition == 0 && doctor_mapping_of(doctor, text_from(first->topic)) != NULL)
            tell_sender(doctor, first->topic, ahead_ms(&stamps, first->topic, now_ms));
    }
    return true;
}

bool doctor_check_clocks(Doctor *doctor, Error *error)
{
    if ((doctor->abilities & (DOCTOR_DATABASE | DOCTOR_KAFKA)) == 0) {
        doctor_skip(doctor, "because of \"brokers\" and \"database\"");
        return true;
    }
    if ((doctor->abilities & DOCTOR_DATABASE) != 0 && !check_postgresql(doctor, error))
        return false;
    return (doctor->abilities & DOCTOR_KAFKA) == 0 || check_stamps(doctor, error);
}
