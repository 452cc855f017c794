#ifndef ONECASE_SERVICES_ONECASE_TOPICS_CHECK_H
#define ONECASE_SERVICES_ONECASE_TOPICS_CHECK_H

#include "adapters/kafka_admin.h"
#include "adapters/topics_file.h"

/* How a cluster differs from topics.cfg. */
enum { TOPIC_DIFFERENCES_MAX = 1000 };

typedef struct TopicDifference {
    const char *topic;
    const char *setting; /* "topic" itself, "partitions", "replication", or a setting of Kafka */
    const char *expected;
    const char *found;
} TopicDifference;

typedef struct TopicsCheck {
    Arena *arena;
    const TopicsFile *wanted;
    KafkaAdmin *admin;
    int32_t brokers; /* of the cluster */
    TopicDifference *items;
    size_t count;
} TopicsCheck;

TopicsCheck
topics_check(const TopicsFile *wanted, KafkaAdmin *admin, int32_t brokers, Arena *arena);

/* Notes a difference unless both are the same. The texts outlive the check. */
void topics_check_differ(TopicsCheck *check, const TopicDifference *difference);

/* Compares one topic. Of a department's own topic only whether it is there. */
MUST_CHECK bool topics_check_topic(TopicsCheck *check, const TopicWanted *wanted, Error *error);

#endif
