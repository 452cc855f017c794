#ifndef ONECASE_ADAPTERS_KAFKA_BATCH_H
#define ONECASE_ADAPTERS_KAFKA_BATCH_H

#include "adapters/kafka_consumer.h"

#include <librdkafka/rdkafka.h>

/* Records on their way to the caller of a consumer, or with him. Internal to the Kafka adapters; starts as {0}. */
typedef struct KafkaBatch {
    rd_kafka_message_t **messages;
    KafkaRecord *records;
    size_t count;
    size_t capacity;
    size_t bytes; /* of keys and values */
} KafkaBatch;

void kafka_batch_add(KafkaBatch *batch, rd_kafka_message_t *message); /* takes the message */
void kafka_batch_bring_forward(KafkaBatch *batch, size_t from); /* those from there on come first */
void kafka_batch_clear(KafkaBatch *batch);                      /* destroys the messages */
void kafka_batch_free(KafkaBatch *batch);

/* Views of all messages, valid until the next add, clear or free. */
const KafkaRecord *kafka_batch_records(KafkaBatch *batch);

#endif
