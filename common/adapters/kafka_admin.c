/*
 * Admin. One consumer client without a group: it may ask everything, and read a single record by its offset.
 * Each request of librdkafka's admin interface is options, a queue, one event; `ask` is that sequence.
 */
#include "adapters/kafka_admin.h"

#include "base/clock.h"

#include "adapters/kafka_handle.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REASON_SIZE = 256, CREATED_POLL_MS = 50 };

struct KafkaAdmin {
    rd_kafka_t *client;
    char *brokers; /* for messages */
    int limit_ms;
};

bool kafka_admin_open(const KafkaClientSpec *spec, int limit_ms, KafkaAdmin **admin, Error *error)
{
    const KafkaProperty properties[] = {
        {"auto.offset.reset", "error"},        {"isolation.level", "read_uncommitted"},
        {"fetch.message.max.bytes", "16384"},  {"fetch.wait.max.ms", "50"},
        {"allow.auto.create.topics", "false"},
    };
    rd_kafka_conf_t *conf;
    rd_kafka_t *client;
    if (!kafka_handle_conf(spec, properties, sizeof(properties) / sizeof(properties[0]), &conf,
                           error) ||
        !kafka_handle_new(RD_KAFKA_CONSUMER, conf, &client, error))
        return false;
    *admin = calloc(1, sizeof(**admin));
    if (*admin == NULL)
        abort();
    **admin =
        (KafkaAdmin){.client = client, .brokers = strdup(spec->brokers), .limit_ms = limit_ms};
    if ((*admin)->brokers == NULL)
        abort();
    return true;
}

void kafka_admin_close(KafkaAdmin *admin)
{
    if (admin == NULL)
        return;
    rd_kafka_destroy(admin->client);
    free(admin->brokers);
    free(admin);
}

/* ---- metadata ---- */

static bool ask_metadata(KafkaAdmin *admin,
                         const char *topic,
                         const struct rd_kafka_metadata **metadata,
                         Error *error)
{
    rd_kafka_topic_t *only = topic != NULL ? rd_kafka_topic_new(admin->client, topic, NULL) : NULL;
    if (topic != NULL && only == NULL) {
        kafka_handle_error(error, rd_kafka_last_error(), topic);
        return false;
    }
    rd_kafka_resp_err_t code = rd_kafka_metadata(admin->client, 0, only, metadata, admin->limit_ms);
    if (only != NULL)
        rd_kafka_topic_destroy(only);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           error_set(error, kafka_handle_verdict(code), "could not ask Kafka at %s: %s",
                     admin->brokers, rd_kafka_err2str(code));
}

bool kafka_admin_brokers(KafkaAdmin *admin, int32_t *count, Error *error)
{
    const struct rd_kafka_metadata *metadata = NULL;
    if (!ask_metadata(admin, NULL, &metadata, error))
        return false;
    *count = metadata->broker_cnt;
    rd_kafka_metadata_destroy(metadata);
    return true;
}

bool kafka_admin_topic(KafkaAdmin *admin, KafkaTopic *topic, Error *error)
{
    const struct rd_kafka_metadata *metadata = NULL;
    if (!ask_metadata(admin, topic->name, &metadata, error))
        return false;
    topic->partitions = 0;
    topic->replication = 0;
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    if (metadata->topic_cnt == 1) {
        const struct rd_kafka_metadata_topic *found = &metadata->topics[0];
        code = found->err;
        topic->partitions = found->partition_cnt;
        topic->replication = found->partition_cnt > 0 ? found->partitions[0].replica_cnt : 0;
    }
    rd_kafka_metadata_destroy(metadata);
    if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
        topic->partitions = 0;
        return true;
    }
    return code == RD_KAFKA_RESP_ERR_NO_ERROR || kafka_handle_error(error, code, topic->name);
}

/* ---- admin requests ---- */

typedef struct Request {
    rd_kafka_queue_t *queue;
    rd_kafka_AdminOptions_t *options;
} Request;

static Request request_begin(KafkaAdmin *admin, rd_kafka_admin_op_t operation)
{
    char reason[REASON_SIZE];
    Request request = {.queue = rd_kafka_queue_new(admin->client),
                       .options = rd_kafka_AdminOptions_new(admin->client, operation)};
    rd_kafka_AdminOptions_set_request_timeout(request.options, admin->limit_ms, reason,
                                              sizeof(reason));
    return request;
}

/* The answer, to be destroyed; NULL with the error set when there is none. Ends the request. */
static rd_kafka_event_t *
request_end(KafkaAdmin *admin, Request *request, const char *what, Error *error)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(request->queue, admin->limit_ms + 1000);
    rd_kafka_AdminOptions_destroy(request->options);
    rd_kafka_queue_destroy(request->queue);
    if (event == NULL) {
        error_set(error, ERROR_RETRY, "%s: Kafka at %s does not answer", what, admin->brokers);
        return NULL;
    }
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        bool nobody = code == RD_KAFKA_RESP_ERR__TIMED_OUT ||
                      code == RD_KAFKA_RESP_ERR__TRANSPORT ||
                      code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
        error_set(error, kafka_handle_verdict(code), "%s: %s%s%s%s", what,
                  nobody ? "Kafka at " : "", nobody ? admin->brokers : "",
                  nobody ? " does not answer: " : "", rd_kafka_event_error_string(event));
        rd_kafka_event_destroy(event);
        return NULL;
    }
    return event;
}

static bool read_created(rd_kafka_event_t *event, const char *topic, bool *existed, Error *error)
{
    size_t count;
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    assert(count == 1);
    rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[0]);
    *existed = code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || *existed)
        return true;
    const char *reason = rd_kafka_topic_result_error_string(results[0]);
    return error_set(error, kafka_handle_verdict(code), "could not create topic %s: %s", topic,
                     reason != NULL ? reason : rd_kafka_err2str(code));
}

/* A topic is there for the controller first and for clients a little later. */
static bool wait_created(KafkaAdmin *admin, const KafkaTopic *wanted, Error *error)
{
    int64_t deadline = clock_monotonic_ms() + admin->limit_ms;
    for (;;) {
        KafkaTopic found = {.name = wanted->name};
        Error ignored = {0}; /* leaders are being chosen */
        if (kafka_admin_topic(admin, &found, &ignored) && found.partitions == wanted->partitions)
            return true;
        if (clock_monotonic_ms() >= deadline)
            return error_set(error, ERROR_RETRY, "topic %s was created but is not ready after %d s",
                             wanted->name, admin->limit_ms / 1000);
        nanosleep(&(struct timespec){.tv_nsec = CREATED_POLL_MS * 1000000L}, NULL);
    }
}

bool kafka_admin_create(KafkaAdmin *admin,
                        const KafkaTopic *topic,
                        const KafkaConfig *configs,
                        size_t config_count,
                        bool *existed,
                        Error *error)
{
    char reason[REASON_SIZE];
    rd_kafka_NewTopic_t *wanted = rd_kafka_NewTopic_new(topic->name, topic->partitions,
                                                        topic->replication, reason, sizeof(reason));
    if (wanted == NULL)
        return error_set(error, ERROR_FATAL, "topic %s: %s", topic->name, reason);
    for (size_t i = 0; i < config_count; i++)
        rd_kafka_NewTopic_set_config(wanted, configs[i].name, configs[i].value);
    Request request = request_begin(admin, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_CreateTopics(admin->client, &wanted, 1, request.options, request.queue);
    rd_kafka_event_t *event = request_end(admin, &request, topic->name, error);
    rd_kafka_NewTopic_destroy(wanted);
    if (event == NULL)
        return false;
    bool was_there = false;
    bool good = read_created(event, topic->name, &was_there, error);
    rd_kafka_event_destroy(event);
    if (existed != NULL)
        *existed = was_there;
    return good && (was_there || wait_created(admin, topic, error));
}

static bool copy_configs(rd_kafka_event_t *event,
                         const char *topic,
                         Arena *arena,
                         KafkaConfig **configs,
                         size_t *count,
                         Error *error)
{
    size_t resources;
    const rd_kafka_ConfigResource_t **resource = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event), &resources);
    assert(resources == 1);
    rd_kafka_resp_err_t code = rd_kafka_ConfigResource_error(resource[0]);
    if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        return error_set(error, ERROR_RETRY,
                         "topic %s does not exist; `onecase topics --create` makes it", topic);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kafka_handle_error(error, code, topic);
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource[0], count);
    *configs = ARENA_ARRAY(arena, KafkaConfig, *count);
    for (size_t i = 0; i < *count; i++)
        (*configs)[i] = (KafkaConfig){
            .name = text_string(arena, text_from(rd_kafka_ConfigEntry_name(entries[i]))),
            .value = text_string(arena, text_from(rd_kafka_ConfigEntry_value(entries[i]))),
        };
    return true;
}

bool kafka_admin_configs(KafkaAdmin *admin,
                         const char *topic,
                         Arena *arena,
                         KafkaConfig **configs,
                         size_t *count,
                         Error *error)
{
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    if (resource == NULL)
        return error_set(error, ERROR_FATAL, "\"%s\" is no name of a topic", topic);
    Request request = request_begin(admin, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_DescribeConfigs(admin->client, &resource, 1, request.options, request.queue);
    rd_kafka_event_t *event = request_end(admin, &request, topic, error);
    rd_kafka_ConfigResource_destroy(resource);
    if (event == NULL)
        return false;
    bool good = copy_configs(event, topic, arena, configs, count, error);
    rd_kafka_event_destroy(event);
    return good;
}

bool kafka_admin_record_limit(KafkaAdmin *admin, const char *topic, int64_t *bytes, Error *error)
{
    KafkaConfig *configs = NULL;
    size_t count = 0;
    Arena *arena = arena_new(8192);
    bool found = false;
    bool good = kafka_admin_configs(admin, topic, arena, &configs, &count, error);
    for (size_t i = 0; good && !found && i < count; i++)
        found = strcmp(configs[i].name, "max.message.bytes") == 0 &&
                text_to_int64(text_from(configs[i].value), bytes);
    arena_free(arena);
    return good && (found || error_set(error, ERROR_FATAL,
                                       "the broker names no max.message.bytes of topic %s", topic));
}

/* ---- offsets ---- */

bool kafka_admin_watermarks(KafkaAdmin *admin,
                            const char *topic,
                            int32_t partition,
                            int64_t *low,
                            int64_t *high,
                            Error *error)
{
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(admin->client, topic, partition,
                                                                low, high, admin->limit_ms);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           error_set(error, kafka_handle_verdict(code), "could not ask for offsets of %s/%d: %s",
                     topic, partition, rd_kafka_err2str(code));
}

static bool copy_group_offsets(rd_kafka_event_t *event,
                               const char *group,
                               KafkaPosition *positions,
                               size_t count,
                               Error *error)
{
    size_t groups;
    const rd_kafka_group_result_t **results = rd_kafka_ListConsumerGroupOffsets_result_groups(
        rd_kafka_event_ListConsumerGroupOffsets_result(event), &groups);
    assert(groups == 1);
    const rd_kafka_error_t *fault = rd_kafka_group_result_error(results[0]);
    if (fault != NULL)
        return kafka_handle_error(error, rd_kafka_error_code(fault), group);
    const rd_kafka_topic_partition_list_t *list = rd_kafka_group_result_partitions(results[0]);
    for (size_t i = 0; i < count; i++) {
        positions[i].offset = KAFKA_OFFSET_NONE;
        for (int k = 0; k < list->cnt; k++)
            if (list->elems[k].offset >= 0 && list->elems[k].partition == positions[i].partition &&
                strcmp(list->elems[k].topic, positions[i].topic) == 0)
                positions[i].offset = list->elems[k].offset;
    }
    return true;
}

bool kafka_admin_group_offsets(
    KafkaAdmin *admin, const char *group, KafkaPosition *positions, size_t count, Error *error)
{
    if (count == 0)
        return true;
    rd_kafka_topic_partition_list_t *list = kafka_handle_list(positions, count);
    rd_kafka_ListConsumerGroupOffsets_t *question =
        rd_kafka_ListConsumerGroupOffsets_new(group, list);
    rd_kafka_topic_partition_list_destroy(list);
    Request request = request_begin(admin, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
    rd_kafka_ListConsumerGroupOffsets(admin->client, &question, 1, request.options, request.queue);
    rd_kafka_event_t *event = request_end(admin, &request, group, error);
    rd_kafka_ListConsumerGroupOffsets_destroy(question);
    if (event == NULL)
        return false;
    bool good = copy_group_offsets(event, group, positions, count, error);
    rd_kafka_event_destroy(event);
    return good;
}

bool kafka_admin_record_time(KafkaAdmin *admin,
                             const KafkaPosition *position,
                             int64_t *timestamp_ms,
                             Error *error)
{
    rd_kafka_topic_t *topic = rd_kafka_topic_new(admin->client, position->topic, NULL);
    if (topic == NULL ||
        rd_kafka_consume_start(topic, position->partition, position->offset) != 0) {
        if (topic != NULL)
            rd_kafka_topic_destroy(topic);
        return kafka_handle_error(error, rd_kafka_last_error(), position->topic);
    }
    rd_kafka_message_t *message = rd_kafka_consume(topic, position->partition, admin->limit_ms);
    bool good;
    if (message == NULL) {
        good = error_set(error, ERROR_REJECT, "%s/%d has no record at or after offset %lld",
                         position->topic, position->partition, (long long)position->offset);
    } else if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
        good = error_set(error, ERROR_REJECT, "offset %lld of %s/%d does not exist any more",
                         (long long)position->offset, position->topic, position->partition);
    } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        good = kafka_handle_error(error, message->err, position->topic);
    } else {
        *timestamp_ms = rd_kafka_message_timestamp(message, NULL);
        good = true;
    }
    if (message != NULL)
        rd_kafka_message_destroy(message);
    rd_kafka_consume_stop(topic, position->partition);
    rd_kafka_topic_destroy(topic);
    return good;
}
