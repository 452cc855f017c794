/*
 * Questions about offsets: where topics begin and end, what a group has committed, when a record was written.
 */
#include "adapters/kafka_admin_parts.h"
#include "adapters/kafka_handle.h"

#include <assert.h>

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
bool kafka_admin_group_offsets(
    KafkaAdmin *admin, const char *group, KafkaPosition *positions, size_t count, Error *error)
{
    rd_kafka_t *asker;
    if (count == 0)
        return true;
    if (!open_asker(admin, group, &asker, error))
        return false;
    rd_kafka_topic_partition_list_t *list = kafka_handle_list(positions, count);
    rd_kafka_resp_err_t code = rd_kafka_committed(asker, list, admin->limit_ms);
    for (size_t i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < count; i++) {
        const rd_kafka_topic_partition_t *answer =
            rd_kafka_topic_partition_list_find(list, positions[i].topic, positions[i].partition);
        assert(answer != NULL);
        code = answer->err;
        positions[i].offset = answer->offset >= 0 ? answer->offset : KAFKA_OFFSET_NONE;
    }
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(asker);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR || kafka_handle_error(error, code, group);
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
