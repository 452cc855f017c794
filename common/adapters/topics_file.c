/*
 * deploy/topics.cfg: libconfig in, plain structs and Kafka's own setting names out.
 */
#include "adapters/topics_file.h"

#include <libconfig.h>

#include <errno.h>
#include <string.h>

enum { FORMAT = 1, PARTITIONS_MAX = 10000, COPIES_MAX = 10, BYTES_MIN = 1024, DAYS_MAX = 36500 };
enum { FAULTS_MAX = 200 };
#define BYTES_MAX 1000000000LL
#define DAY_MS 86400000LL

typedef struct Reader {
    const char *file;
    Arena *arena;
    TextList faults;
} Reader;

static bool fault(Reader *reader, const config_setting_t *where, Text message)
{
    if (reader->faults.count < FAULTS_MAX)
        reader->faults.items[reader->faults.count++] =
            text_format(reader->arena, "%s:%u: %.*s", reader->file,
                        config_setting_source_line(where), TEXT_ARGS(message));
    return false;
}

static void check_names(Reader *reader, const config_setting_t *group, const char *const *known)
{
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);
        const char *name = config_setting_name(setting);
        size_t k = 0;
        while (known[k] != NULL && strcmp(known[k], name) != 0)
            k++;
        if (known[k] == NULL)
            fault(reader, setting, text_format(reader->arena, "no setting \"%s\"", name));
    }
}

static const char *read_text(Reader *reader, const config_setting_t *group, const char *name)
{
    const config_setting_t *setting = config_setting_get_member(group, name);
    const char *text = setting != NULL ? config_setting_get_string(setting) : NULL;
    if (text == NULL) {
        fault(reader, setting != NULL ? setting : group,
              text_format(reader->arena, "%s: a text in quotes is expected", name));
        return "";
    }
    return text_string(reader->arena, text_from(text));
}

static int64_t read_integer(
    Reader *reader, const config_setting_t *group, const char *name, int64_t min, int64_t max)
{
    const config_setting_t *setting = config_setting_get_member(group, name);
    int type = setting != NULL ? config_setting_type(setting) : CONFIG_TYPE_NONE;
    if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64) {
        fault(reader, setting != NULL ? setting : group,
              text_format(reader->arena, "%s: an integer is expected", name));
        return min;
    }
    int64_t value = config_setting_get_int64(setting);
    if (value < min || value > max) {
        fault(reader, setting,
              text_format(reader->arena, "%s = %lld is outside %lld..%lld", name, (long long)value,
                          (long long)min, (long long)max));
        return min;
    }
    return value;
}

/* "ever" or "30d" */
static int64_t read_keep(Reader *reader, const config_setting_t *group)
{
    Text keep = text_from(read_text(reader, group, "keep"));
    int64_t days;
    if (text_is(keep, "ever"))
        return -1;
    if (text_ends(keep, TEXT("d")) && text_to_int64(text_slice(keep, 0, keep.size - 1), &days) &&
        days >= 1 && days <= DAYS_MAX)
        return days * DAY_MS;
    fault(reader, group,
          text_format(reader->arena, "keep = \"%.*s\" is neither \"ever\" nor days like \"30d\"",
                      TEXT_ARGS(keep)));
    return -1;
}

static TopicWanted read_topic(Reader *reader, const config_setting_t *group, const char *prefix)
{
    static const char *const KNOWN[] = {"name",      "partitions", "keep", "stamp",
                                        "max_bytes", "sample",     NULL};
    check_names(reader, group, KNOWN);
    const char *name = read_text(reader, group, "name");
    TopicWanted topic = {
        .name = text_format(reader->arena, "%s%s", prefix, name).data,
        .partitions = (int32_t)read_integer(reader, group, "partitions", 1, PARTITIONS_MAX),
        .keep_ms = read_keep(reader, group),
        .stamp = read_text(reader, group, "stamp"),
        .max_bytes = read_integer(reader, group, "max_bytes", BYTES_MIN, BYTES_MAX),
    };
    const config_setting_t *sample = config_setting_get_member(group, "sample");
    topic.sample = sample != NULL && config_setting_get_bool(sample);
    if (strcmp(topic.stamp, "LogAppendTime") != 0 && strcmp(topic.stamp, "CreateTime") != 0)
        fault(reader, group,
              text_format(reader->arena, "stamp = \"%s\" is neither LogAppendTime nor CreateTime",
                          topic.stamp));
    return topic;
}

static void
read_topics(Reader *reader, const config_setting_t *root, const char *prefix, TopicsFile *topics)
{
    const config_setting_t *list = config_setting_get_member(root, "topics");
    if (list == NULL || !config_setting_is_list(list) || config_setting_length(list) == 0) {
        fault(reader, list != NULL ? list : root, TEXT("topics: a list of groups is expected"));
        return;
    }
    int count = config_setting_length(list);
    topics->topics = ARENA_ARRAY(reader->arena, TopicWanted, count);
    for (int i = 0; i < count; i++) {
        const config_setting_t *group = config_setting_get_elem(list, (unsigned)i);
        if (!config_setting_is_group(group)) {
            fault(reader, group, TEXT("topics: a group is expected"));
            continue;
        }
        TopicWanted topic = read_topic(reader, group, prefix);
        for (size_t k = 0; k < topics->count; k++)
            if (strcmp(topics->topics[k].name, topic.name) == 0)
                fault(reader, group,
                      text_format(reader->arena, "topic %s stands here twice", topic.name));
        topics->topics[topics->count++] = topic;
    }
}

static void
read_root(Reader *reader, const config_setting_t *root, const char *prefix, TopicsFile *topics)
{
    static const char *const KNOWN[] = {"format",       "replication", "min_insync",
                                        "report_topic", "topics",      NULL};
    check_names(reader, root, KNOWN);
    read_integer(reader, root, "format", FORMAT, FORMAT);
    topics->replication = (int32_t)read_integer(reader, root, "replication", 1, COPIES_MAX);
    topics->min_insync = (int32_t)read_integer(reader, root, "min_insync", 1, COPIES_MAX);
    const char *report = read_text(reader, root, "report_topic");
    topics->report_topic = text_format(reader->arena, "%s%s", prefix, report).data;
    read_topics(reader, root, prefix, topics);
    for (size_t i = 0; i < topics->count; i++)
        if (strcmp(topics->topics[i].name, topics->report_topic) == 0)
            return;
    fault(reader, root, TEXT("report_topic is none of the topics"));
}

bool topics_file_load(
    const char *file, const char *prefix, Arena *arena, TopicsFile *topics, TextList *faults)
{
    Reader reader = {.file = file, .arena = arena};
    reader.faults.items = ARENA_ARRAY(arena, Text, FAULTS_MAX);
    *topics = (TopicsFile){0};
    config_t config;
    config_init(&config);
    errno = 0;
    if (config_read_file(&config, file) == CONFIG_TRUE)
        read_root(&reader, config_root_setting(&config), prefix, topics);
    else if (config_error_type(&config) == CONFIG_ERR_FILE_IO)
        reader.faults.items[reader.faults.count++] = text_format(
            arena, "%s: could not read: %s", file, strerror(errno != 0 ? errno : EINVAL));
    else
        reader.faults.items[reader.faults.count++] = text_format(
            arena, "%s:%d: %s", file, config_error_line(&config), config_error_text(&config));
    config_destroy(&config);
    *faults = reader.faults;
    return reader.faults.count == 0;
}

int32_t topics_file_replication(const TopicsFile *topics, int32_t brokers)
{
    return brokers >= topics->replication ? topics->replication : 1;
}

size_t topics_file_configs(const TopicsFile *topics,
                           const TopicWanted *wanted,
                           int32_t brokers,
                           Arena *arena,
                           KafkaConfig configs[TOPIC_CONFIGS_MAX])
{
    bool copies = topics_file_replication(topics, brokers) > 1;
    int32_t insync = copies ? topics->min_insync : 1;
    size_t count = 0;
    configs[count++] = (KafkaConfig){"cleanup.policy", "delete"};
    configs[count++] =
        (KafkaConfig){"retention.ms", text_format(arena, "%lld", (long long)wanted->keep_ms).data};
    configs[count++] = (KafkaConfig){"message.timestamp.type", wanted->stamp};
    configs[count++] = (KafkaConfig){"max.message.bytes",
                                     text_format(arena, "%lld", (long long)wanted->max_bytes).data};
    configs[count++] = (KafkaConfig){"min.insync.replicas", text_format(arena, "%d", insync).data};
    configs[count++] = (KafkaConfig){"unclean.leader.election.enable", "false"};
    return count;
}
