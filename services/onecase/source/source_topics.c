/*
 * What intake will read of a mapping, asked of the cluster. A topic that exists is the department's own and is never
 * touched; one that is missing is made by the row of topics.cfg with its name, else by the defaults below.
 */
#include "source_topics.h"

#include "command.h"
#include "source_check.h"

#include "base/clock.h"

#include "adapters/source_route.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ASK_LIMIT_MS = 15000, ASK_AGAIN_MS = 200, COPIES = 3, IN_SYNC = 2, RECORD_BYTES = 1048576 };
#define KEEP_MS (INT64_C(7) * 24 * 60 * 60 * 1000)

static const char HISTORY[] = ".backfill";

/* ---- which topics ---- */

bool source_topic_belongs(const SourceOptions *options, const Mapping *mapping, Text topic)
{
    return source_route_reads(mapping, text_from(options->prefix), topic);
}

static TopicWanted wanted_of(const SourceTopics *topics, const char *name)
{
    TopicWanted wanted = {.name = name,
                          .partitions = SOURCE_PARTITIONS,
                          .keep_ms = KEEP_MS,
                          .stamp = "LogAppendTime", /* no record is refused for a wrong clock */
                          .max_bytes = RECORD_BYTES};
    for (size_t i = 0; i < topics->file.count; i++)
        if (strcmp(topics->file.topics[i].name, name) == 0)
            wanted = topics->file.topics[i];
    if (topics->options->partitions > 0)
        wanted.partitions = (int32_t)topics->options->partitions;
    return wanted;
}

static SourceTopic *find(SourceTopics *topics, const char *name)
{
    for (size_t i = 0; i < topics->count; i++)
        if (strcmp(topics->items[i].name, name) == 0)
            return &topics->items[i];
    return NULL;
}

bool source_topics_settings(SourceTopics *topics, int *status)
{
    const SourceOptions *options = topics->options;
    TextList faults;
    const char *path = source_beside(options, options->topics, "topics.cfg", topics->arena);
    topics->file = (TopicsFile){.replication = COPIES, .min_insync = IN_SYNC};
    if (options->topics == NULL && access(path, F_OK) != 0)
        return true;
    topics->file_name = path;
    if (topics_file_load(path, options->prefix, topics->arena, &topics->file, &faults))
        return true;
    for (size_t i = 0; i < faults.count; i++)
        fprintf(stderr, "%.*s\n", TEXT_ARGS(faults.items[i]));
    *status = EXIT_USAGE;
    return false;
}

bool source_topics_look(SourceTopics *topics, Error *error)
{
    const SourceOptions *options = topics->options;
    const KafkaClientSpec client = {.brokers = options->brokers, .client_id = "onecase"};
    KafkaTopic *there;
    size_t count;
    if (!kafka_admin_open(&client, ASK_LIMIT_MS, &topics->admin, error) ||
        !kafka_admin_brokers(topics->admin, &topics->brokers, error) ||
        !kafka_admin_topics(topics->admin, topics->arena, &there, &count, error))
        return false;
    TextList named = mapping_topics(topics->mapping);
    topics->items = ARENA_ARRAY(topics->arena, SourceTopic, named.count + count);
    topics->count = 0;
    for (size_t i = 0; i < named.count; i++) {
        Text name =
            text_format(topics->arena, "%s%.*s", options->prefix, TEXT_ARGS(named.items[i]));
        topics->items[topics->count++] =
            (SourceTopic){.name = name.data, .wanted = wanted_of(topics, name.data)};
    }
    for (size_t i = 0; i < count; i++) {
        if (!source_topic_belongs(options, topics->mapping, text_from(there[i].name)))
            continue;
        SourceTopic *topic = find(topics, there[i].name);
        if (topic == NULL) {
            topic = &topics->items[topics->count++];
            topic->name = there[i].name;
            topic->history = text_ends(text_from(there[i].name), text_from(HISTORY));
        }
        topic->partitions = there[i].partitions;
        topic->replication = there[i].replication;
    }
    return true;
}

bool source_topics_make(SourceTopics *topics, Error *error)
{
    KafkaConfig configs[TOPIC_CONFIGS_MAX];
    for (size_t i = 0; i < topics->count; i++) {
        SourceTopic *topic = &topics->items[i];
        if (topic->partitions > 0)
            continue;
        size_t count = topics_file_configs(&topics->file, &topic->wanted, topics->brokers,
                                           topics->arena, configs);
        KafkaTopic made = {.name = topic->name,
                           .partitions = topic->wanted.partitions,
                           .replication = topics_file_replication(&topics->file, topics->brokers)};
        bool existed;
        if (!kafka_admin_create(topics->admin, &made, configs, count, &existed, error))
            return false;
        if (existed &&
            !kafka_admin_topic(topics->admin, &made, error)) /* made by somebody just now */
            return false;
        topic->made = !existed;
        topic->partitions = made.partitions;
        topic->replication = made.replication;
    }
    return true;
}

/* ---- where reading begins ---- */

/* What intake's group has committed in all partitions, in order. */
static bool
ask_commits(const SourceTopics *topics, KafkaPosition **positions, size_t *count, Error *error)
{
    size_t total = 0;
    *count = 0;
    for (size_t i = 0; i < topics->count; i++)
        total += (size_t)topics->items[i].partitions;
    *positions = ARENA_ARRAY(topics->arena, KafkaPosition, total);
    for (size_t i = 0; i < topics->count; i++)
        for (int32_t partition = 0; partition < topics->items[i].partitions; partition++)
            (*positions)[(*count)++] =
                (KafkaPosition){topics->items[i].name, partition, KAFKA_OFFSET_NONE};
    return total == 0 || kafka_admin_group_offsets(topics->admin, topics->options->group,
                                                   *positions, total, error);
}

static bool ask_starts(SourceTopics *topics, Error *error)
{
    KafkaPosition *positions;
    size_t count;
    if (!ask_commits(topics, &positions, &count, error))
        return false;
    topics->starts = ARENA_ARRAY(topics->arena, SourceStart, count);
    topics->start_count = 0;
    for (size_t i = 0; i < count; i++) {
        const KafkaPosition *at = &positions[i];
        int64_t first;
        int64_t end;
        if (!kafka_admin_watermarks(topics->admin, at->topic, at->partition, &first, &end, error))
            return false;
        bool holds = at->offset != KAFKA_OFFSET_NONE && at->offset >= first && at->offset <= end;
        topics->starts[topics->start_count++] =
            (SourceStart){at->topic, at->partition, holds ? at->offset : first, end, at->offset};
    }
    return true;
}

/* A topic made a moment ago may have no leader yet, and a group no coordinator. */
bool source_topics_start(SourceTopics *topics, Error *error)
{
    int64_t deadline_ms = clock_monotonic_ms() + ASK_LIMIT_MS;
    while (!ask_starts(topics, error)) {
        if (error->verdict != ERROR_RETRY || clock_monotonic_ms() >= deadline_ms)
            return false;
        error_clear(error);
        (void)nanosleep(&(struct timespec){.tv_nsec = ASK_AGAIN_MS * 1000000L}, NULL);
    }
    return true;
}

bool source_topics_taken(SourceTopics *topics, bool *taken, Error *error)
{
    KafkaPosition *positions;
    size_t count;
    ArenaMark mark = arena_mark(topics->arena);
    bool good = ask_commits(topics, &positions, &count, error);
    *taken = good && count > 0;
    for (size_t i = 0; good && i < count; i++) {
        const SourceTopic *topic = find(topics, positions[i].topic);
        *taken = *taken && (topic->history || positions[i].offset != KAFKA_OFFSET_NONE);
    }
    arena_rewind(topics->arena, mark);
    return good;
}

void source_topics_close(SourceTopics *topics)
{
    kafka_admin_close(topics->admin);
    topics->admin = NULL;
}
