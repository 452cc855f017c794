#ifndef ONECASE_ADAPTERS_KAFKA_ASSIGNMENT_H
#define ONECASE_ADAPTERS_KAFKA_ASSIGNMENT_H

#include "adapters/kafka_batch.h"
#include "adapters/kafka_waker.h"

/* What is known of one partition of the assignment. */
typedef struct KafkaPartitionState {
    bool held;  /* by kafka_consumer_hold */
    char *note; /* behind the consumer's own, of this partition; NULL: none */
    int64_t
        end_seen; /* offset at which the broker had no more records; KAFKA_OFFSET_NONE: not yet */
} KafkaPartitionState;

/* The inside of a consumer, shared by kafka_consumer.c, kafka_consumer_ask.c and kafka_assignment.c; nobody else. */
struct KafkaConsumer {
    rd_kafka_t *client;
    KafkaWaker *waker;
    KafkaConsumerHooks hooks;
    char *brokers;
    char *note;                /* beside committed offsets; NULL: none */
    KafkaPosition *assignment; /* names owned */
    KafkaPartitionState *states;
    size_t assigned_count;
    bool claim_wanted;    /* the group gave us partitions, and the hook has not agreed yet */
    bool reassign_wanted; /* start over with what is ours */
    bool paused;
    bool closing;
    int ask_limit_ms;
    bool down; /* librdkafka has lost a broker, perhaps all; proved or refuted by the next read */
    int64_t generation;
    Error pending;    /* of a callback, or of a message behind others: for the next read */
    KafkaBatch batch; /* what the caller has */
    KafkaBatch held;  /* came in while idle */
    KafkaBatch
        back; /* of partitions that are held: put back, or read before the hold took effect */
};

/* librdkafka's rebalance callback; `opaque` is the consumer. */
void kafka_assignment_rebalance(rd_kafka_t *client,
                                rd_kafka_resp_err_t code,
                                rd_kafka_topic_partition_list_t *list,
                                void *opaque);

/*
 * Asks the hook where to start and starts there. When that fails, nothing is assigned to librdkafka (an empty list,
 * not NULL: NULL would leave the group), and claim_wanted makes the next read try again.
 */
MUST_CHECK bool kafka_assignment_claim(KafkaConsumer *consumer, Error *error);

/* Hook revoked with `lost`, then a claim of what is ours already; the batch in hand is freed. */
MUST_CHECK bool kafka_assignment_restart(KafkaConsumer *consumer, bool lost, Error *error);

/* The end of an assignment: hook, then nothing is ours. */
void kafka_assignment_revoke(KafkaConsumer *consumer);
void kafka_assignment_forget(KafkaConsumer *consumer);

/* All partitions, or lets go on those that are not held. */
void kafka_assignment_pause(KafkaConsumer *consumer, bool paused);

/* NULL: not ours. */
KafkaPartitionState *
kafka_assignment_state(const KafkaConsumer *consumer, const char *topic, int32_t partition);
/* Whether a record of the partition may not be handed out now. */
bool kafka_assignment_holds(const KafkaConsumer *consumer, const rd_kafka_message_t *message);
bool kafka_assignment_has(const KafkaConsumer *consumer, const KafkaPosition *position);

#endif
