#ifndef ONECASE_ADAPTERS_KAFKA_PRODUCER_H
#define ONECASE_ADAPTERS_KAFKA_PRODUCER_H

#include "adapters/kafka_client.h"

/*
 * An idempotent producer: acks=all, message.timeout.ms=0 (an outage is waited for, for ever),
 * murmur2_random, lz4. Records of one partition arrive in the order they were sent. All calls from
 * one thread; deliveries are reported inside kafka_producer_poll, _send and _flush.
 */
typedef struct KafkaProducer KafkaProducer;

typedef struct KafkaDelivery {
    void *opaque; /* of the message */
    bool delivered;
    bool too_large; /* not delivered because of its size, or of the size of the batch it shared */
    const char *topic;
    int32_t partition; /* where it went; -1: nowhere */
    int64_t offset;
    Error error; /* when not delivered: REJECT with rule "too_large" or "refused"; FATAL: the
                    producer is done for */
} KafkaDelivery;

/* The largest record a topic takes, as read by kafka_admin_record_limit. */
typedef struct KafkaTopicLimit {
    const char *topic;
    int64_t bytes;
} KafkaTopicLimit;

typedef struct KafkaProducerSpec {
    KafkaClientSpec client;
    const KafkaTopicLimit *limits; /* one for each topic that is written to; copied */
    size_t limit_count;
    int32_t linger_ms;    /* how long records wait for company */
    int32_t queue_kbytes; /* records not yet delivered, at most; 0: 4096 */
    void (*delivered)(void *context,
                      const KafkaDelivery *delivery); /* called once for each record sent */
    void *context;
} KafkaProducerSpec;

typedef struct KafkaMessage {
    const char *topic;
    int32_t partition; /* -1: by the key */
    Text key;          /* absent: none */
    Text value;        /* absent: null */
    const RecordHeader *headers;
    size_t header_count;
    void *opaque;
} KafkaMessage;

MUST_CHECK bool
kafka_producer_open(const KafkaProducerSpec *spec, KafkaProducer **producer, Error *error);

/* Frees; what was not delivered is dropped (its `delivered` is not called). NULL is fine. */
void kafka_producer_close(KafkaProducer *producer);

/*
 * Hands a record over (copied). RETRY: the queue is full; poll and send again. REJECT, rule
 * "too_large": larger than the topic takes, nothing was sent and `delivered` will not be called.
 * FATAL: unknown topic in the limits, or the producer is done for.
 */
MUST_CHECK bool
kafka_producer_send(KafkaProducer *producer, const KafkaMessage *message, Error *error);

/* Reports deliveries for up to `wait_ms` (returns after the first ones). FATAL when the producer is
 * done for. */
MUST_CHECK bool kafka_producer_poll(KafkaProducer *producer, int wait_ms, Error *error);

/* Until every record was reported. RETRY when `limit_ms` passed before. */
MUST_CHECK bool kafka_producer_flush(KafkaProducer *producer, int limit_ms, Error *error);

/* Records sent and not yet reported. */
size_t kafka_producer_in_flight(const KafkaProducer *producer);

/* Bytes a record takes at most on the wire: key, value, headers and framing; what is compared with
 * the limit. */
size_t kafka_message_size(const KafkaMessage *message);

#endif
