/*
 * The brokers: alive, and each copy of our partitions in sync. A dead broker is one finding, however many copies it has.
 */
#include "doctor/doctor_checks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ASK_MS = 5000, BROKERS_MAX = 256, RETENTION_MINUTES_MIN = 7 * 24 * 60 };

static const char OFFSETS_TOPIC[] = "__consumer_offsets";

static bool is_alive(const KafkaCluster *cluster, int32_t id)
{
    for (size_t i = 0; i < cluster->broker_count; i++)
        if (cluster->brokers[i].id == id)
            return true;
    return false;
}

static bool is_ours(const Doctor *doctor, const char *topic)
{
    return strcmp(topic, OFFSETS_TOPIC) == 0 || doctor_owns_topic(doctor, topic);
}

/* min.insync.replicas of a topic; 1 when that cannot be asked. */
static int64_t in_sync_least(Doctor *doctor, const char *topic)
{
    Error ignored = {0};
    KafkaConfig *configs = NULL;
    size_t count = 0;
    int64_t least = 1;
    if (kafka_admin_configs(doctor->admin, topic, doctor->arena, &configs, &count, &ignored))
        for (size_t i = 0; i < count; i++)
            if (strcmp(configs[i].name, "min.insync.replicas") == 0 &&
                !text_to_int64(text_from(configs[i].value), &least))
                least = 1;
    return least;
}

/* Copies that are not in sync, by how bad it is. */
typedef struct Copies {
    size_t partitions;
    size_t behind;     /* partitions with a copy that is not in sync */
    size_t refused;    /* of these, whose writes are refused */
    size_t headless;   /* no leader */
    const char *worst; /* a topic of the worst kind */
    int32_t dead[BROKERS_MAX];
    size_t dead_count;
} Copies;

static void note_dead(const Doctor *doctor, const KafkaCopies *partition, Copies *copies)
{
    for (int32_t i = 0; i < partition->count; i++) {
        bool known = is_alive(&doctor->cluster, partition->brokers[i]);
        for (size_t k = 0; k < copies->dead_count && !known; k++)
            known = copies->dead[k] == partition->brokers[i];
        if (!known && copies->dead_count < BROKERS_MAX)
            copies->dead[copies->dead_count++] = partition->brokers[i];
    }
}

static void count_copies(Doctor *doctor, Copies *copies)
{
    const char *asked = "";
    int64_t least = 1;
    for (size_t i = 0; i < doctor->cluster.partition_count; i++) {
        const KafkaCopies *partition = &doctor->cluster.partitions[i];
        if (!is_ours(doctor, partition->topic))
            continue;
        copies->partitions++;
        note_dead(doctor, partition, copies);
        if (partition->leader >= 0 && partition->in_sync >= partition->count)
            continue;
        if (strcmp(asked, partition->topic) != 0)
            least = in_sync_least(doctor, partition->topic);
        asked = partition->topic;
        bool headless = partition->leader < 0;
        bool refused = partition->in_sync < least;
        if (copies->worst == NULL || (headless && copies->headless == 0) ||
            (refused && copies->refused == 0 && copies->headless == 0))
            copies->worst = partition->topic;
        copies->behind++;
        copies->headless += headless ? 1 : 0;
        copies->refused += refused ? 1 : 0;
    }
}

static void tell_dead(Doctor *doctor, const Copies *copies)
{
    for (size_t i = 0; i < copies->dead_count; i++) {
        size_t held = 0;
        for (size_t k = 0; k < doctor->cluster.partition_count; k++)
            for (int32_t n = 0; n < doctor->cluster.partitions[k].count; n++)
                held += doctor->cluster.partitions[k].brokers[n] == copies->dead[i] &&
                                is_ours(doctor, doctor->cluster.partitions[k].topic)
                            ? 1
                            : 0;
        doctor_find(doctor,
                    &(DoctorFinding){
                        DOCTOR_FAULT,
                        text_format(doctor->arena, "broker %" PRId32, copies->dead[i]),
                        TEXT("alive"),
                        text_format(doctor->arena,
                                    "dead or cut off, with copies of %zu partitions of ours", held),
                        TEXT("systemctl start kafka    # on its host")});
    }
}

static void tell_copies(Doctor *doctor, const Copies *copies)
{
    const char *brokers = doctor->options->naming.brokers;
    if (copies->headless + copies->refused > 0)
        doctor_find(
            doctor,
            &(DoctorFinding){DOCTOR_FAULT, TEXT("partitions that take no records"), TEXT("none"),
                             text_format(doctor->arena,
                                         "%zu without a leader, %zu with fewer copies in sync than "
                                         "min.insync.replicas, among them of %s",
                                         copies->headless, copies->refused, copies->worst),
                             text_format(doctor->arena,
                                         "kafka-topics.sh --bootstrap-server %s --describe "
                                         "--under-min-isr-partitions",
                                         brokers)});
    else if (copies->behind > 0 && copies->dead_count == 0)
        doctor_find(doctor,
                    &(DoctorFinding){DOCTOR_WARNING, TEXT("copies in sync"), TEXT("all"),
                                     text_format(doctor->arena,
                                                 "%zu partitions with one that is behind, among "
                                                 "them of %s",
                                                 copies->behind, copies->worst),
                                     text_format(doctor->arena,
                                                 "kafka-topics.sh --bootstrap-server %s --describe "
                                                 "--under-replicated-partitions",
                                                 brokers)});
}

/* A group without members is forgotten after that time, and with it where it stood. */
static void check_retention(Doctor *doctor)
{
    Error ignored = {0};
    KafkaConfig *configs = NULL;
    size_t count = 0;
    int64_t minutes;
    if (!kafka_admin_broker_configs(doctor->admin, doctor->cluster.brokers[0].id, doctor->arena,
                                    &configs, &count, &ignored))
        return;
    for (size_t i = 0; i < count; i++)
        if (strcmp(configs[i].name, "offsets.retention.minutes") == 0 &&
            text_to_int64(text_from(configs[i].value), &minutes) && minutes < RETENTION_MINUTES_MIN)
            doctor_find(
                doctor,
                &(DoctorFinding){
                    DOCTOR_WARNING, TEXT("offsets.retention.minutes"),
                    text_format(doctor->arena, "at least %d (7 days)", RETENTION_MINUTES_MIN),
                    text_format(doctor->arena,
                                "%" PRId64 ": an intake that is off for longer is forgotten",
                                minutes),
                    text_format(doctor->arena,
                                "kafka-configs.sh --bootstrap-server %s --alter "
                                "--entity-type brokers --entity-default --add-config "
                                "offsets.retention.minutes=%d",
                                doctor->options->naming.brokers, RETENTION_MINUTES_MIN)});
}

bool doctor_check_brokers(Doctor *doctor, Error *error)
{
    const KafkaClientSpec client = {.brokers = doctor->options->naming.brokers,
                                    .client_id = "onecase-doctor"};
    Error failure = {0};
    KafkaCluster *cluster = &doctor->cluster;
    if (!kafka_admin_open(&client, ASK_MS, &doctor->admin, &failure) ||
        !kafka_admin_cluster(doctor->admin, doctor->arena, cluster, &failure)) {
        doctor_find(doctor,
                    &(DoctorFinding){DOCTOR_FAULT, TEXT("Kafka"), TEXT("an answer within 5 s"),
                                     text_copy(doctor->arena, text_from(failure.text)),
                                     TEXT("systemctl status kafka    # on the hosts of "
                                          "ONECASE_BROKERS")});
        return true;
    }
    doctor->abilities |= DOCTOR_KAFKA;
    Copies copies = {0};
    count_copies(doctor, &copies);
    tell_dead(doctor, &copies);
    tell_copies(doctor, &copies);
    if (cluster->controller < 0)
        doctor_find(doctor, &(DoctorFinding){DOCTOR_FAULT, TEXT("controller"), TEXT("one"),
                                             TEXT("none: no topic can be made, no leader chosen"),
                                             TEXT("systemctl status kafka    # on the hosts of the "
                                                  "controllers")});
    if (cluster->broker_count > 0)
        check_retention(doctor);
    doctor_saw(doctor, "%zu broker%s, %zu partitions of ours", cluster->broker_count,
               DOCTOR_PLURAL(cluster->broker_count), copies.partitions);
    (void)error; /* said as findings */
    return true;
}
