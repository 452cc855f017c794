/*
 * Admin. One consumer client that joins no group and commits nothing: it may ask everything, and read a single record
 * by its offset. What concerns offsets stands in kafka_admin_offsets.c.
 */
#include "adapters/kafka_admin.h"

#include "base/clock.h"

#include "adapters/kafka_admin_parts.h"
#include "adapters/kafka_handle.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REASON_SIZE = 256, CREATED_POLL_MS = 50 };

bool kafka_admin_open(const KafkaClientSpec *spec, int limit_ms, KafkaAdmin **admin, Error *error)
{
    const KafkaProperty properties[] = {
        {"enable.auto.commit", "false"},
        {"auto.commit.enable", "false"},
        {"enable.auto.offset.store", "false"},
        {"auto.offset.reset", "error"},
        {"isolation.level", "read_uncommitted"},
        {"fetch.message.max.bytes", "16384"},
        {"fetch.wait.max.ms", "50"},
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
    kafka_handle_destroy(admin->client, 0);
    free(admin->brokers);
    free(admin);
}

/* ---- metadata ---- */

/* Of all topics unless one is named: without a word librdkafka would tell of those that this client has met. */
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
    rd_kafka_resp_err_t code =
        rd_kafka_metadata(admin->client, topic == NULL ? 1 : 0, only, metadata, admin->limit_ms);
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

bool kafka_admin_topics(
    KafkaAdmin *admin, Arena *arena, KafkaTopic **topics, size_t *count, Error *error)
{
    const struct rd_kafka_metadata *metadata = NULL;
    if (!ask_metadata(admin, NULL, &metadata, error))
        return false;
    *topics = ARENA_ARRAY(arena, KafkaTopic, metadata->topic_cnt);
    *count = 0;
    for (int i = 0; i < metadata->topic_cnt; i++) {
        const struct rd_kafka_metadata_topic *found = &metadata->topics[i];
        if (found->partition_cnt > 0)
            (*topics)[(*count)++] = (KafkaTopic){
                .name = text_string(arena, text_from(found->topic)),
                .partitions = found->partition_cnt,
                .replication = found->partitions[0].replica_cnt,
            };
    }
    rd_kafka_metadata_destroy(metadata);
    return true;
}

bool kafka_admin_layout(
    KafkaAdmin *admin, Arena *arena, KafkaLayout **topics, size_t *count, Error *error)
{
    const struct rd_kafka_metadata *metadata = NULL;
    if (!ask_metadata(admin, NULL, &metadata, error))
        return false;
    *topics = ARENA_ARRAY(arena, KafkaLayout, metadata->topic_cnt);
    *count = 0;
    for (int i = 0; i < metadata->topic_cnt; i++) {
        const struct rd_kafka_metadata_topic *found = &metadata->topics[i];
        int32_t *leaders = ARENA_ARRAY(arena, int32_t, found->partition_cnt);
        for (int k = 0; k < found->partition_cnt; k++)
            leaders[k] = -1;
        for (int k = 0; k < found->partition_cnt; k++)
            if (found->partitions[k].id >= 0 && found->partitions[k].id < found->partition_cnt)
                leaders[found->partitions[k].id] = found->partitions[k].leader;
        if (found->partition_cnt > 0)
            (*topics)[(*count)++] = (KafkaLayout){
                .name = text_string(arena, text_from(found->topic)),
                .partitions = found->partition_cnt,
                .leaders = leaders,
            };
    }
    rd_kafka_metadata_destroy(metadata);
    return true;
}

/* ---- admin requests ---- */

KafkaAdminRequest kafka_admin_ask(KafkaAdmin *admin, rd_kafka_admin_op_t operation)
{
    char reason[REASON_SIZE];
    KafkaAdminRequest request = {.queue = rd_kafka_queue_new(admin->client),
                                 .options = rd_kafka_AdminOptions_new(admin->client, operation)};
    rd_kafka_AdminOptions_set_request_timeout(request.options, admin->limit_ms, reason,
                                              sizeof(reason));
    return request;
}

rd_kafka_event_t *
kafka_admin_answer(KafkaAdmin *admin, KafkaAdminRequest *request, const char *what, Error *error)
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
    KafkaAdminRequest request = kafka_admin_ask(admin, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_CreateTopics(admin->client, &wanted, 1, request.options, request.queue);
    rd_kafka_event_t *event = kafka_admin_answer(admin, &request, topic->name, error);
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
                         const char *what,
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
                         "topic %s does not exist; `onecase topics --create` makes it", what);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kafka_handle_error(error, code, what);
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource[0], count);
    *configs = ARENA_ARRAY(arena, KafkaConfig, *count);
    for (size_t i = 0; i < *count; i++)
        (*configs)[i] = (KafkaConfig){
            .name = text_string(arena, text_from(rd_kafka_ConfigEntry_name(entries[i]))),
            .value = text_string(arena, text_from(rd_kafka_ConfigEntry_value(entries[i]))),
        };
    return true;
}

bool kafka_admin_describe(KafkaAdmin *admin,
                          rd_kafka_ConfigResource_t *resource,
                          const char *what,
                          Arena *arena,
                          KafkaConfigs *configs,
                          Error *error)
{
    KafkaAdminRequest request = kafka_admin_ask(admin, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_DescribeConfigs(admin->client, &resource, 1, request.options, request.queue);
    rd_kafka_event_t *event = kafka_admin_answer(admin, &request, what, error);
    rd_kafka_ConfigResource_destroy(resource);
    if (event == NULL)
        return false;
    bool good = copy_configs(event, what, arena, &configs->items, &configs->count, error);
    rd_kafka_event_destroy(event);
    return good;
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
    KafkaConfigs found = {NULL, 0};
    bool good = kafka_admin_describe(admin, resource, topic, arena, &found, error);
    *configs = found.items;
    *count = found.count;
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
