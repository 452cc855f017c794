#ifndef ONECASE_SERVICES_ONECASE_SOURCE_TOPICS_H
#define ONECASE_SERVICES_ONECASE_SOURCE_TOPICS_H

#include "source_options.h"

#include "base/error.h"

#include "domain/mapping.h"

#include "adapters/kafka_admin.h"
#include "adapters/topics_file.h"

/* The topics of a mapping in the cluster. */
typedef struct SourceTopic {
    const char *name;    /* with the prefix */
    TopicWanted wanted;  /* how it is made, if it is */
    int32_t partitions;  /* 0: it does not exist */
    int32_t replication; /* copies of each record */
    bool made;           /* by us */
    bool history;        /* TOPIC.backfill */
} SourceTopic;

/* Where intake begins to read a partition. */
typedef struct SourceStart {
    const char *topic;
    int32_t partition;
    int64_t offset;
    int64_t end;
    int64_t committed; /* KAFKA_OFFSET_NONE: nothing, it begins at the first record there is */
} SourceStart;

typedef struct SourceTopics {
    const SourceOptions *options;
    const Mapping *mapping;
    Arena *arena;
    KafkaAdmin *admin;
    int32_t brokers;
    TopicsFile file;
    const char *file_name; /* NULL: there is none, and none was named */
    SourceTopic *items;
    size_t count;
    SourceStart *starts;
    size_t start_count;
} SourceTopics;

/* topics.cfg, if there is one. False with every mistake on stderr and the exit code in *status. */
bool source_topics_settings(SourceTopics *topics, int *status);

/* Asks the cluster which topics there are. Those of a pattern are the ones that fit it now. */
MUST_CHECK bool source_topics_look(SourceTopics *topics, Error *error);
/* Makes those that are missing. */
MUST_CHECK bool source_topics_make(SourceTopics *topics, Error *error);
/* Fills starts; partitions of topics that do not exist have none. */
MUST_CHECK bool source_topics_start(SourceTopics *topics, Error *error);
/*
 * Whether intake has taken up every partition of a live topic: it commits where it begins before it reads. Always true
 * when it had done so before.
 */
MUST_CHECK bool source_topics_taken(SourceTopics *topics, bool *taken, Error *error);
void source_topics_close(SourceTopics *topics);

/* Whether records of this topic (with prefix) are records of the mapping, history too. */
bool source_topic_belongs(const SourceOptions *options, const Mapping *mapping, Text topic);

#endif
