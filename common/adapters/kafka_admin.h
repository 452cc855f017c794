#ifndef ONECASE_ADAPTERS_KAFKA_ADMIN_H
#define ONECASE_ADAPTERS_KAFKA_ADMIN_H

#include "adapters/kafka_client.h"

/*
 * Questions to the brokers, and new topics. Each call asks and waits, at most about `limit_ms`;
 * RETRY when nobody answered, FATAL when the answer was no.
 */
typedef struct KafkaAdmin KafkaAdmin;

typedef struct KafkaConfig {
    const char *name;
    const char *value;
} KafkaConfig;

typedef struct KafkaTopic {
    const char *name;
    int32_t partitions;  /* 0: the topic does not exist */
    int32_t replication; /* of its first partition */
} KafkaTopic;

MUST_CHECK bool
kafka_admin_open(const KafkaClientSpec *spec, int limit_ms, KafkaAdmin **admin, Error *error);
void kafka_admin_close(KafkaAdmin *admin); /* NULL is fine */

/* How many brokers the cluster has. */
MUST_CHECK bool kafka_admin_brokers(KafkaAdmin *admin, int32_t *count, Error *error);

/* Fills partitions and replication of `topic->name`. Does not create it. */
MUST_CHECK bool kafka_admin_topic(KafkaAdmin *admin, KafkaTopic *topic, Error *error);

/* All topics that we may see, on the arena. */
MUST_CHECK bool kafka_admin_topics(
    KafkaAdmin *admin, Arena *arena, KafkaTopic **topics, size_t *count, Error *error);

/* A topic as the brokers lay it out. */
typedef struct KafkaLayout {
    const char *name;
    int32_t partitions;
    const int32_t
        *leaders; /* by partition: number of the broker that leads it now; -1: none does */
} KafkaLayout;

/* All topics that we may see with their partitions, on the arena. One question to one broker. */
MUST_CHECK bool kafka_admin_layout(
    KafkaAdmin *admin, Arena *arena, KafkaLayout **topics, size_t *count, Error *error);

/* Creates a topic and waits until its partitions are known. *existed (may be NULL): it was there
 * already; nothing is changed then. */
MUST_CHECK bool kafka_admin_create(KafkaAdmin *admin,
                                   const KafkaTopic *topic,
                                   const KafkaConfig *configs,
                                   size_t config_count,
                                   bool *existed,
                                   Error *error);

/* All settings of a topic in force, on the arena. */
MUST_CHECK bool kafka_admin_configs(KafkaAdmin *admin,
                                    const char *topic,
                                    Arena *arena,
                                    KafkaConfig **configs,
                                    size_t *count,
                                    Error *error);

/* max.message.bytes of a topic. RETRY when it does not exist. */
MUST_CHECK bool
kafka_admin_record_limit(KafkaAdmin *admin, const char *topic, int64_t *bytes, Error *error);

/* First offset and end of a partition (the high watermark; open transactions do not hide records).
 */
MUST_CHECK bool kafka_admin_watermarks(KafkaAdmin *admin,
                                       const char *topic,
                                       int32_t partition,
                                       int64_t *low,
                                       int64_t *high,
                                       Error *error);

/*
 * What `group` has committed: fills `offset` of each position, KAFKA_OFFSET_NONE where nothing. Asks through a client of
 * its own, so it is for a command line; a service that lives on asks by kafka_consumer_commits.
 */
MUST_CHECK bool kafka_admin_group_offsets(
    KafkaAdmin *admin, const char *group, KafkaPosition *positions, size_t count, Error *error);

/* The same with the notes: fills offset and note by topic and partition. Notes live on the arena. */
MUST_CHECK bool kafka_admin_group_commits(KafkaAdmin *admin,
                                          const char *group,
                                          KafkaCommit *commits,
                                          size_t count,
                                          Arena *arena,
                                          Error *error);

/*
 * Commits offsets and notes for a group that has no members; of one that has, Kafka refuses it (FATAL). A client of its
 * own too: some tens of milliseconds.
 */
MUST_CHECK bool kafka_admin_group_commit(
    KafkaAdmin *admin, const char *group, const KafkaCommit *commits, size_t count, Error *error);

/* Fills `offset` of each position with its partition's end (high watermark): all in one question. */
MUST_CHECK bool
kafka_admin_ends(KafkaAdmin *admin, KafkaPosition *positions, size_t count, Error *error);
/* The same with the first offset that there is. */
MUST_CHECK bool
kafka_admin_beginnings(KafkaAdmin *admin, KafkaPosition *positions, size_t count, Error *error);

/*
 * Either of the two for partitions that may be in trouble: `offset` is KAFKA_OFFSET_NONE where no answer came for this partition. Ask
 * only for those that have a leader, and one leader at a time: one that does not answer makes all wait, and in vain. The end is what the client's isolation.level may read.
 */
MUST_CHECK bool kafka_admin_extremes(
    KafkaAdmin *admin, bool ends, KafkaPosition *positions, size_t count, Error *error);

/*
 * Time stamp (ms since 1970) of the first record at or after position->offset: 1 to 12 ms. Ask only
 * when the offset lies below the end. REJECT when there is no such record (trimmed, or nothing but
 * transaction markers).
 */
MUST_CHECK bool kafka_admin_record_time(KafkaAdmin *admin,
                                        const KafkaPosition *position,
                                        int64_t *timestamp_ms,
                                        Error *error);

/* One record, copied to the arena. */
typedef struct KafkaCopy {
    int64_t offset;
    int64_t timestamp_us; /* -1: none */
    Text key;             /* absent: no key */
    Text value;           /* absent: tombstone */
    RecordHeader *headers;
    size_t header_count;
} KafkaCopy;

/*
 * The first record at or after each position, all in one go; transactions are not looked at. copies[i].offset is
 * KAFKA_OFFSET_NONE where there is none (which takes the whole patience at a position behind the last record).
 */
MUST_CHECK bool kafka_admin_records_at(KafkaAdmin *admin,
                                       const KafkaPosition *positions,
                                       size_t count,
                                       Arena *arena,
                                       KafkaCopy *copies,
                                       Error *error);

/* When the first record at or after a position was written. */
typedef struct KafkaStamp {
    KafkaPosition position; /* of a partition that has a leader; offset at or above its first one */
    bool answered;
    bool
        found; /* false: nothing that a reader sees follows up to the end, markers of transactions at most */
    int64_t time_ms; /* since 1970; -1: the record has none */
    bool log_append_time;
} KafkaStamp;

/*
 * Fills answers in the order of the stamps, many partitions at a time, until `wait_ms` is over; no two of one partition. What
 * nobody answers, or with an error, stays unanswered. The client must have enable.partition.eof, fetch little
 * (fetch.message.max.bytes; a record comes with its whole batch) and nothing ahead (queued.max.messages.kbytes = 1).
 */
void kafka_admin_stamps(KafkaAdmin *admin, KafkaStamp *stamps, size_t count, int wait_ms);

/* A member of a group and what it has. */
typedef struct KafkaMember {
    const char *client_id;
    const char *host;
    const KafkaPosition *partitions; /* offsets mean nothing */
    size_t count;
} KafkaMember;

typedef struct KafkaGroup {
    const char *name; /* asked for */
    bool answered;    /* false: `fault` says why */
    const char *fault;
    bool
        settled; /* false: its members are being given their partitions; nobody can say who has what */
    const KafkaMember *members;
    size_t count; /* 0: nobody, or no such group */
} KafkaGroup;

/*
 * Asks all brokers, at most a third of the admin's patience. A broker that is away leaves its groups unanswered. Everything on the
 * arena.
 */
MUST_CHECK bool
kafka_admin_groups(KafkaAdmin *admin, Arena *arena, KafkaGroup *groups, size_t count, Error *error);

#endif
