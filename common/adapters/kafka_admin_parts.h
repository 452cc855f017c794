#ifndef ONECASE_ADAPTERS_KAFKA_ADMIN_PARTS_H
#define ONECASE_ADAPTERS_KAFKA_ADMIN_PARTS_H

#include "adapters/kafka_admin.h"

#include <librdkafka/rdkafka.h>

/* The inside of an admin, shared by the files kafka_admin*.c; nobody else. */
struct KafkaAdmin {
    rd_kafka_t *client;
    char *brokers; /* for messages */
    int limit_ms;
};

/* A request of librdkafka's admin interface: options, a queue, one event. */
typedef struct KafkaAdminRequest {
    rd_kafka_queue_t *queue;
    rd_kafka_AdminOptions_t *options;
} KafkaAdminRequest;

KafkaAdminRequest kafka_admin_ask(KafkaAdmin *admin, rd_kafka_admin_op_t operation);

/* The answer, to be destroyed; NULL with the error set when there is none. Ends the request. */
rd_kafka_event_t *
kafka_admin_answer(KafkaAdmin *admin, KafkaAdminRequest *request, const char *what, Error *error);

/* Settings of a topic or a broker, which `what` names in messages, on the arena. The resource is destroyed. RETRY: no such topic. */
typedef struct KafkaConfigs {
    KafkaConfig *items;
    size_t count;
} KafkaConfigs;

MUST_CHECK bool kafka_admin_describe(KafkaAdmin *admin,
                                     rd_kafka_ConfigResource_t *resource,
                                     const char *what,
                                     Arena *arena,
                                     KafkaConfigs *configs,
                                     Error *error);

#endif
