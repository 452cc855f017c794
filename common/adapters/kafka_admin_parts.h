#ifndef ONECASE_ADAPTERS_KAFKA_ADMIN_PARTS_H
#define ONECASE_ADAPTERS_KAFKA_ADMIN_PARTS_H

#include "adapters/kafka_admin.h"

#include <librdkafka/rdkafka.h>

/* The inside of an admin, shared by kafka_admin.c and kafka_admin_offsets.c; nobody else. */
struct KafkaAdmin {
    rd_kafka_t *client;
    char *brokers; /* for messages */
    int limit_ms;
};

#endif
