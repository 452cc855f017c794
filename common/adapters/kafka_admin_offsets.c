/*
 * Questions about offsets: where topics begin and end, what a group has committed, when a record was written.
 */
#include "adapters/kafka_admin_parts.h"
#include "adapters/kafka_handle.h"

#include <assert.h>
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
    KafkaAdminRequest request =
        kafka_admin_request(admin, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
    rd_kafka_ListConsumerGroupOffsets(admin->client, &question, 1, request.options, request.queue);
    rd_kafka_event_t *event = kafka_admin_answer(admin, &request, group, error);
    rd_kafka_ListConsumerGroupOffsets_destroy(question);
    if (event == NULL)
        return false;
    bool good = copy_group_offsets(event, group, positions, count, error);
    rd_kafka_event_destroy(event);
    return good;
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
