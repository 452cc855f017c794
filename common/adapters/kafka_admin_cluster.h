#ifndef ONECASE_ADAPTERS_KAFKA_ADMIN_CLUSTER_H
#define ONECASE_ADAPTERS_KAFKA_ADMIN_CLUSTER_H

#include "adapters/kafka_admin.h"

/*
 * Questions about the cluster itself, for who looks after it: brokers, copies of partitions, rights. Nothing is
 * changed. Everything lives on the arena; fails as kafka_admin.h says.
 */
typedef struct KafkaBroker {
    int32_t id;
    const char *host;
    int32_t port;
} KafkaBroker;

typedef struct KafkaCopies {
    const char *topic;
    int32_t partition;
    int32_t leader;         /* -1: none, nothing can be read or written */
    const int32_t *brokers; /* that are to have a copy, dead ones too */
    int32_t count;
    int32_t in_sync;
} KafkaCopies;

typedef struct KafkaCluster {
    int32_t controller;   /* -1: none */
    KafkaBroker *brokers; /* that are alive */
    size_t broker_count;
    KafkaCopies *partitions; /* of all topics that we may see, by topic and number */
    size_t partition_count;
} KafkaCluster;

MUST_CHECK bool
kafka_admin_cluster(KafkaAdmin *admin, Arena *arena, KafkaCluster *cluster, Error *error);

/* The settings of a broker in force. */
MUST_CHECK bool kafka_admin_broker_configs(KafkaAdmin *admin,
                                           int32_t broker,
                                           Arena *arena,
                                           KafkaConfig **configs,
                                           size_t *count,
                                           Error *error);

typedef enum KafkaResource { KAFKA_TOPIC, KAFKA_GROUP, KAFKA_OTHER } KafkaResource;

/* An entry of the access control list, in the words of Kafka's own tools. */
typedef struct KafkaAcl {
    KafkaResource resource;
    const char *name;      /* "*": all */
    bool prefixed;         /* all whose names begin so */
    const char *principal; /* User:intake; User:* for everybody */
    const char *operation; /* Read, Write, Describe, ..., All */
    bool allow;            /* false: denied */
} KafkaAcl;

/*
 * The whole list. Empty also where the brokers have no authorizer and let everybody do everything: librdkafka 2.0 tells no
 * difference (the broker's setting authorizer.class.name does). FATAL: we may not see it.
 */
MUST_CHECK bool
kafka_admin_acls(KafkaAdmin *admin, Arena *arena, KafkaAcl **acls, size_t *count, Error *error);

#endif
