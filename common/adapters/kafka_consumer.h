#ifndef ONECASE_ADAPTERS_KAFKA_CONSUMER_H
#define ONECASE_ADAPTERS_KAFKA_CONSUMER_H

#include "adapters/kafka_client.h"

/*
 * A member of a consumer group, eager (`range` or `roundrobin`), read_committed, never committing
 * by itself. All calls from one thread. Records are taken one by one inside a batch read: the batch
 * call of librdkafka 2.0 skips offsets around pause and rebalance (its issue 4208), and one by one
 * costs half a microsecond more.
 *
 * Verdicts: RETRY for brokers that do not answer, and for a hook that said RETRY; FATAL for what
 * librdkafka calls fatal, for refused credentials or rights, and for offsets that no longer exist
 * when there is no `lost` hook.
 */
typedef struct KafkaConsumer KafkaConsumer;

typedef struct KafkaConsumerHooks {
    void *context;
    /*
     * Partitions are ours now; all `offset`s are KAFKA_OFFSET_COMMITTED and may be replaced by the
     * offset to start at. False with RETRY: nothing is consumed, kafka_consumer_read reports the
     * error, and the next read calls the hook again with the same partitions. May be NULL. Runs
     * inside kafka_consumer_read, _idle or _reassign.
     */
    bool (*assigned)(void *context, KafkaPosition *partitions, size_t count, Error *error);
    /*
     * They are not ours any more; called before the group gets them, so a last commit here still
     * counts unless `lost` says that the group has given them away already. Records of the current
     * batch stay readable; what was read but not handed out is dropped. May be NULL.
     */
    void (*revoked)(void *context, const KafkaPosition *partitions, size_t count, bool lost);
    /*
     * Offset `wanted` does not exist in the broker any more (retention); `low` is the first that
     * does. True: go on at `low`. NULL or false: kafka_consumer_read fails with what was set
     * (FATAL).
     */
    bool (*lost)(void *context, const KafkaPosition *wanted, int64_t low, Error *error);
} KafkaConsumerHooks;

typedef struct KafkaConsumerSpec {
    KafkaClientSpec client;
    const char *group;
    const char *assignor;      /* "range" or "roundrobin" */
    const char *const *topics; /* exact names; one that does not exist yet is waited for */
    size_t topic_count;        /* 0: joins no group before kafka_consumer_subscribe, only asks */
    int32_t queue_kbytes;      /* prefetched at most, about; 0: 2048 */
    bool notice_ends;          /* for kafka_consumer_caught_up */
    int32_t ask_limit_ms;      /* patience of each question to the brokers; 0: 5000 */
    int32_t session_ms;        /* of silence, then its partitions go to others; 0: 10000 */
    KafkaConsumerHooks hooks;
} KafkaConsumerSpec;

/* One record; everything is a view into the batch. */
typedef struct KafkaRecord {
    Text topic;
    int32_t partition;
    int64_t offset;
    int64_t timestamp_us; /* of the record, or LogAppendTime where the topic says so; -1: none */
    bool log_append_time;
    Text key;            /* absent: no key */
    Text value;          /* absent: tombstone */
    const void *message; /* for kafka_record_headers */
} KafkaRecord;

/* How much to read at once. */
typedef struct KafkaReading {
    size_t max;
    int wait_ms;   /* for the first record */
    int linger_ms; /* for more, once there is one */
} KafkaReading;

/* Connects lazily: a broker that is away shows in the first read. Texts of the spec are copied,
 * hooks kept. */
MUST_CHECK bool
kafka_consumer_open(const KafkaConsumerSpec *spec, KafkaConsumer **consumer, Error *error);

/* Leaves the group (revoked is called) and frees, the current batch too. NULL is fine. */
void kafka_consumer_close(KafkaConsumer *consumer);

/*
 * Frees the batch before, waits for a first record, then until `max` records, 1 MiB of them or
 * `linger_ms` more. Gives *count 0 when there was none. The batch is valid until the next read,
 * release or close. Records that were paused by kafka_consumer_idle go on.
 */
MUST_CHECK bool kafka_consumer_read(KafkaConsumer *consumer,
                                    KafkaReading reading,
                                    const KafkaRecord **records,
                                    size_t *count,
                                    Error *error);

/* Frees the current batch before the next read. */
void kafka_consumer_release(KafkaConsumer *consumer);

/* Headers of a record as an array on the arena; texts are views into the batch. A value that is
 * null is absent. */
void kafka_record_headers(const KafkaRecord *record,
                          Arena *arena,
                          RecordHeader **headers,
                          size_t *count);

/* The first header of that name, a view into the batch; absent: there is none, or it is null. */
Text kafka_record_header(const KafkaRecord *record, const char *name);

/*
 * Stays a member of the group for about `wait_ms` without taking records: all partitions are paused
 * and polled. The current batch stays valid. Rebalance hooks may run.
 */
void kafka_consumer_idle(KafkaConsumer *consumer, int wait_ms);

/* Frees the batch, calls revoked (lost = true) and assigned for what is assigned now, and starts at
 * the offsets it answers. */
MUST_CHECK bool kafka_consumer_reassign(KafkaConsumer *consumer, Error *error);

/* Grows with each change of the assignment. */
int64_t kafka_consumer_generation(const KafkaConsumer *consumer);

/* Partitions assigned now, topic names owned by the consumer until the next call that polls. */
const KafkaPosition *kafka_consumer_assignment(const KafkaConsumer *consumer, size_t *count);

/*
 * Reads these topics from now on; none: no topic. The group rebalances: revoked and assigned run inside later reads.
 * Records of a topic that is left out may come until then, so a reader that must not see them makes a new consumer.
 */
MUST_CHECK bool kafka_consumer_subscribe(KafkaConsumer *consumer,
                                         const char *const *topics,
                                         size_t count,
                                         Error *error);

/*
 * Stops a partition of the assignment, or lets it go on. While it is held it gives no records; what was read ahead of
 * it is dropped and read again afterwards. Ends with the assignment; may be called in the `assigned` hook, so that not
 * one record comes. A partition that is not ours: nothing.
 */
void kafka_consumer_hold(KafkaConsumer *consumer, const char *topic, int32_t partition, bool held);

/*
 * Holds the partition, and gives its records of the current batch from `offset` on once more, before all others, when it
 * is let go. They stay readable as the rest of the batch does. A partition that is not ours: nothing.
 */
void kafka_consumer_put_back(KafkaConsumer *consumer,
                             const char *topic,
                             int32_t partition,
                             int64_t offset);

/*
 * Whether the broker had no record at or after the position when it was last heard of. By what was fetched, without a
 * question; false when nothing is known, and always for a partition that is held or not ours. Needs notice_ends.
 */
bool kafka_consumer_caught_up(KafkaConsumer *consumer, const KafkaPosition *position);

/*
 * The text that stands beside every offset committed from now on, for kafka_consumer_commits. At most 4096 bytes (the
 * brokers' default); copied; NULL: none.
 */
void kafka_consumer_note(KafkaConsumer *consumer, const char *note);

/*
 * What stands behind that text in commits of one partition of the assignment; both together keep to the limit above. Copied;
 * NULL: nothing. Ends with the assignment, so the `assigned` hook sets it anew. A partition that is not ours: nothing.
 */
void kafka_consumer_note_partition(KafkaConsumer *consumer,
                                   const char *topic,
                                   int32_t partition,
                                   const char *note);

/*
 * Commits `offset` as the next one to read. Synchronous: answers when the broker has. Asynchronous:
 * queued, a failure shows as false from a later kafka_consumer_read only when it is fatal.
 * Partitions that are no longer ours are left out silently.
 */
MUST_CHECK bool kafka_consumer_commit(KafkaConsumer *consumer,
                                      const KafkaPosition *positions,
                                      size_t count,
                                      bool synchronous,
                                      Error *error);

/* What the group has committed for each position's partition, KAFKA_OFFSET_NONE where nothing. Asks
 * the broker. */
MUST_CHECK bool kafka_consumer_committed(KafkaConsumer *consumer,
                                         KafkaPosition *positions,
                                         size_t count,
                                         Error *error);

/*
 * The same with the notes, of partitions that need not be ours: fills offset and note by topic and partition. Notes
 * live on the arena. Asks the broker.
 */
MUST_CHECK bool kafka_consumer_commits(
    KafkaConsumer *consumer, KafkaCommit *commits, size_t count, Arena *arena, Error *error);

/* First offset and end (last stable offset) of a partition. Asks the broker. */
MUST_CHECK bool kafka_consumer_watermarks(KafkaConsumer *consumer,
                                          const char *topic,
                                          int32_t partition,
                                          int64_t *low,
                                          int64_t *high,
                                          Error *error);

#endif
