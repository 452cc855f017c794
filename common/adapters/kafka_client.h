#ifndef ONECASE_ADAPTERS_KAFKA_CLIENT_H
#define ONECASE_ADAPTERS_KAFKA_CLIENT_H

#include "base/error.h"
#include "base/text.h"

#include "domain/record.h"

/*
 * What consumer, producer and admin share. No type of librdkafka shows in these headers: services
 * do not include it.
 */

/* A property of librdkafka beside those the adapter sets itself (TLS, session time-outs in tests).
 */
typedef struct KafkaProperty {
    const char *name;
    const char *value;
} KafkaProperty;

typedef struct KafkaClientSpec {
    const char *brokers;   /* host:port,... */
    const char *client_id; /* the program's name */
    const KafkaProperty *properties;
    size_t property_count;
} KafkaClientSpec;

/* Rule of a FATAL error that is the client's own state: another client can go on. */
#define KAFKA_CLIENT_FAILED "client"

/* Start offsets that are no offsets. */
enum {
    KAFKA_OFFSET_BEGINNING = -1, /* the first record there is */
    KAFKA_OFFSET_COMMITTED = -2, /* where the group committed; nothing committed: the beginning */
    KAFKA_OFFSET_NONE = -3       /* answer: nothing committed, or unknown */
};

/* A partition and an offset in it. The topic is a view that lives as long as the call or as its
 * owner says. */
typedef struct KafkaPosition {
    const char *topic;
    int32_t partition;
    int64_t offset;
} KafkaPosition;

/* What a group has committed for a partition. */
typedef struct KafkaCommit {
    const char *topic;
    int32_t partition;
    int64_t offset; /* KAFKA_OFFSET_NONE: nothing */
    Text note;      /* that stands beside it, see kafka_consumer_note; absent: none */
} KafkaCommit;

#endif
