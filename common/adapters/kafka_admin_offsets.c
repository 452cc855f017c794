/*
 * Questions about offsets: where topics begin and end, what a group has committed, when a record was written.
 */
#include "adapters/kafka_admin_parts.h"
#include "adapters/kafka_batch.h"
#include "adapters/kafka_handle.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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

/* A client with the settings of the admin and the name of the group, which it never joins. */
static bool open_asker(KafkaAdmin *admin, const char *group, rd_kafka_t **asker, Error *error)
{
    char reason[200];
    rd_kafka_conf_t *conf = rd_kafka_conf_dup(rd_kafka_conf(admin->client));
    if (rd_kafka_conf_set(conf, "group.id", group, reason, sizeof(reason)) != RD_KAFKA_CONF_OK) {
        rd_kafka_conf_destroy(conf);
        return error_set(error, ERROR_FATAL, "group \"%s\": %s", group, reason);
    }
    return kafka_handle_new(RD_KAFKA_CONSUMER, conf, asker, error);
}

/*
 * librdkafka's admin interface has a question for this too, but in 2.0 its client may hang at its end when the
 * coordinator was just starting; a consumer's own question does not.
 */
bool kafka_admin_group_commits(KafkaAdmin *admin,
                               const char *group,
                               KafkaCommit *commits,
                               size_t count,
                               Arena *arena,
                               Error *error)
{
    rd_kafka_t *asker;
    if (count == 0)
        return true;
    if (!open_asker(admin, group, &asker, error))
        return false;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, commits[i].topic, commits[i].partition);
    rd_kafka_resp_err_t code = rd_kafka_committed(asker, list, admin->limit_ms);
    for (size_t i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < count; i++) {
        const rd_kafka_topic_partition_t *answer =
            rd_kafka_topic_partition_list_find(list, commits[i].topic, commits[i].partition);
        assert(answer != NULL);
        code = answer->err;
        kafka_handle_commit(answer, arena, &commits[i]);
    }
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(asker);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR || kafka_handle_error(error, code, group);
}

bool kafka_admin_group_offsets(
    KafkaAdmin *admin, const char *group, KafkaPosition *positions, size_t count, Error *error)
{
    KafkaCommit *commits = kafka_handle_alloc(calloc(count + 1, sizeof(*commits)));
    for (size_t i = 0; i < count; i++)
        commits[i] =
            (KafkaCommit){.topic = positions[i].topic, .partition = positions[i].partition};
    bool good = kafka_admin_group_commits(admin, group, commits, count, NULL, error);
    for (size_t i = 0; good && i < count; i++)
        positions[i].offset = commits[i].offset;
    free(commits);
    return good;
}

bool kafka_admin_group_commit(
    KafkaAdmin *admin, const char *group, const KafkaCommit *commits, size_t count, Error *error)
{
    rd_kafka_t *asker;
    if (count == 0)
        return true;
    if (!open_asker(admin, group, &asker, error))
        return false;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++) {
        rd_kafka_topic_partition_t *place =
            rd_kafka_topic_partition_list_add(list, commits[i].topic, commits[i].partition);
        place->offset = commits[i].offset;
        place->metadata_size = commits[i].note.size;
        if (commits[i].note.size > 0)
            place->metadata =
                kafka_handle_alloc(strndup(commits[i].note.data, commits[i].note.size));
    }
    rd_kafka_resp_err_t code = rd_kafka_commit(asker, list, 0);
    for (int i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < list->cnt; i++)
        code = list->elems[i].err;
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(asker);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           error_set(error, kafka_handle_verdict(code), "could not commit for group %s: %s", group,
                     rd_kafka_err2str(code));
}

/* One question for each broker: ListOffsets with Kafka's own word for "the end" as the time. */
bool kafka_admin_ends(KafkaAdmin *admin, KafkaPosition *positions, size_t count, Error *error)
{
    if (count == 0)
        return true;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, positions[i].topic, positions[i].partition)
            ->offset = RD_KAFKA_OFFSET_END;
    rd_kafka_resp_err_t code = rd_kafka_offsets_for_times(admin->client, list, admin->limit_ms);
    for (size_t i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < count; i++) {
        const rd_kafka_topic_partition_t *answer =
            rd_kafka_topic_partition_list_find(list, positions[i].topic, positions[i].partition);
        assert(answer != NULL);
        code = answer->err;
        positions[i].offset = answer->offset;
    }
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           error_set(error, kafka_handle_verdict(code),
                     "could not ask Kafka at %s for the ends of topics: %s", admin->brokers,
                     rd_kafka_err2str(code));
}

/* The first record at or after the position, to be destroyed; NULL with the error set. */
static rd_kafka_message_t *fetch_one(KafkaAdmin *admin, const KafkaPosition *position, Error *error)
{
    rd_kafka_topic_t *topic = rd_kafka_topic_new(admin->client, position->topic, NULL);
    if (topic == NULL ||
        rd_kafka_consume_start(topic, position->partition, position->offset) != 0) {
        if (topic != NULL)
            rd_kafka_topic_destroy(topic);
        kafka_handle_error(error, rd_kafka_last_error(), position->topic);
        return NULL;
    }
    rd_kafka_message_t *message = rd_kafka_consume(topic, position->partition, admin->limit_ms);
    bool good = false;
    if (message == NULL)
        error_set(error, ERROR_REJECT, "%s/%d has no record at or after offset %lld",
                  position->topic, position->partition, (long long)position->offset);
    else if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
        error_set(error, ERROR_REJECT, "offset %lld of %s/%d does not exist any more",
                  (long long)position->offset, position->topic, position->partition);
    else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        kafka_handle_error(error, message->err, position->topic);
    else
        good = true;
    if (message != NULL && !good)
        rd_kafka_message_destroy(message);
    rd_kafka_consume_stop(topic, position->partition);
    rd_kafka_topic_destroy(topic);
    return good ? message : NULL;
}

bool kafka_admin_record_time(KafkaAdmin *admin,
                             const KafkaPosition *position,
                             int64_t *timestamp_ms,
                             Error *error)
{
    rd_kafka_message_t *message = fetch_one(admin, position, error);
    if (message == NULL)
        return false;
    *timestamp_ms = rd_kafka_message_timestamp(message, NULL);
    rd_kafka_message_destroy(message);
    return true;
}

bool kafka_admin_record_at(
    KafkaAdmin *admin, const KafkaPosition *position, Arena *arena, KafkaCopy *copy, Error *error)
{
    rd_kafka_message_t *message = fetch_one(admin, position, error);
    if (message == NULL)
        return false;
    KafkaBatch batch = {0};
    kafka_batch_add(&batch, message);
    const KafkaRecord *record = kafka_batch_records(&batch);
    *copy = (KafkaCopy){
        .offset = record->offset,
        .timestamp_us = record->timestamp_us,
        .key = text_copy(arena, record->key),
        .value = text_copy(arena, record->value),
    };
    kafka_record_headers(record, arena, &copy->headers, &copy->header_count);
    for (size_t i = 0; i < copy->header_count; i++)
        copy->headers[i] = (RecordHeader){text_copy(arena, copy->headers[i].name),
                                          text_copy(arena, copy->headers[i].value)};
    kafka_batch_free(&batch);
    return true;
}
