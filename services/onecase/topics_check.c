#include "topics_check.h"

#include <inttypes.h>
#include <string.h>

TopicsCheck topics_check(const TopicsFile *wanted, KafkaAdmin *admin, int32_t brokers, Arena *arena)
{
    return (TopicsCheck){.arena = arena,
                         .wanted = wanted,
                         .admin = admin,
                         .brokers = brokers,
                         .items = ARENA_ARRAY(arena, TopicDifference, TOPIC_DIFFERENCES_MAX)};
}

void topics_check_differ(TopicsCheck *check, const TopicDifference *difference)
{
    if (strcmp(difference->expected, difference->found) == 0 ||
        check->count == TOPIC_DIFFERENCES_MAX)
        return;
    check->items[check->count++] = *difference;
}

static const char *number(const TopicsCheck *check, int64_t value)
{
    return text_format(check->arena, "%" PRId64, value).data;
}

static bool compare_configs(TopicsCheck *check, const TopicWanted *wanted, Error *error)
{
    KafkaConfig wants[TOPIC_CONFIGS_MAX];
    size_t want_count =
        topics_file_configs(check->wanted, wanted, check->brokers, check->arena, wants);
    KafkaConfig *configs;
    size_t count;
    if (!kafka_admin_configs(check->admin, wanted->name, check->arena, &configs, &count, error))
        return false;
    for (size_t i = 0; i < want_count; i++) {
        const char *value = "unknown to the broker";
        for (size_t k = 0; k < count; k++)
            if (strcmp(configs[k].name, wants[i].name) == 0 && configs[k].value != NULL)
                value = configs[k].value;
        topics_check_differ(check,
                            &(TopicDifference){wanted->name, wants[i].name, wants[i].value, value});
    }
    return true;
}

bool topics_check_topic(TopicsCheck *check, const TopicWanted *wanted, Error *error)
{
    KafkaTopic found = {.name = wanted->name};
    if (!kafka_admin_topic(check->admin, &found, error))
        return false;
    topics_check_differ(check, &(TopicDifference){wanted->name, "topic", "present",
                                                  found.partitions > 0 ? "present" : "missing"});
    if (found.partitions == 0 || wanted->sample)
        return true;
    topics_check_differ(check, &(TopicDifference){wanted->name, "partitions",
                                                  number(check, wanted->partitions),
                                                  number(check, found.partitions)});
    int32_t replication = topics_file_replication(check->wanted, check->brokers);
    topics_check_differ(check,
                        &(TopicDifference){wanted->name, "replication", number(check, replication),
                                           number(check, found.replication)});
    return compare_configs(check, wanted, error);
}
