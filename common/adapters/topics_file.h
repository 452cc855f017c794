#ifndef ONECASE_ADAPTERS_TOPICS_FILE_H
#define ONECASE_ADAPTERS_TOPICS_FILE_H

#include "adapters/kafka_admin.h"

/* deploy/topics.cfg as a plain value; its head comment explains the keys. */
enum { TOPIC_CONFIGS_MAX = 6 };

typedef struct TopicWanted {
    const char *name;
    int32_t partitions;
    int64_t keep_ms; /* -1: for ever */
    const char *stamp;
    int64_t max_bytes;
    bool sample;
} TopicWanted;

typedef struct TopicsFile {
    int32_t replication;
    int32_t min_insync;
    const char *report_topic;
    TopicWanted *topics;
    size_t count;
} TopicsFile;

/*
 * Reads the file; every name gets `prefix` in front. All faults come together as "file:line: message"; false when
 * there is one. Everything lives on the arena.
 */
MUST_CHECK bool topics_file_load(
    const char *file, const char *prefix, Arena *arena, TopicsFile *topics, TextList *faults);

/* How many copies a cluster of `brokers` keeps: the file's number where it can, else 1. */
int32_t topics_file_replication(const TopicsFile *topics, int32_t brokers);

/* The Kafka settings of a topic in such a cluster, on the arena. Returns the count. */
size_t topics_file_configs(const TopicsFile *topics,
                           const TopicWanted *wanted,
                           int32_t brokers,
                           Arena *arena,
                           KafkaConfig configs[TOPIC_CONFIGS_MAX]);

#endif
