/*
 * Consumer: commits and questions to the brokers.
 */
#include "adapters/kafka_assignment.h"
#include "adapters/kafka_consumer.h"
#include "adapters/kafka_handle.h"

#include <assert.h>

enum { ASK_LIMIT_MS = 5000 };

static bool topic_is_missing(KafkaConsumer *consumer, const char *name, bool *missing, Error *error)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(consumer->client, name, NULL);
    if (topic == NULL)
        return kafka_handle_error(error, rd_kafka_last_error(), name);
    rd_kafka_resp_err_t code =
        rd_kafka_metadata(consumer->client, 0, topic, &metadata, ASK_LIMIT_MS);
    rd_kafka_topic_destroy(topic);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kafka_handle_error(error, code, "could not ask Kafka for topics");
    *missing = metadata->topic_cnt != 1 ||
               metadata->topics[0].err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    rd_kafka_metadata_destroy(metadata);
    return true;
}

bool kafka_consumer_missing_topics(KafkaConsumer *consumer,
                                   Arena *arena,
                                   TextList *missing,
                                   Error *error)
{
    *missing = (TextList){.items = ARENA_ARRAY(arena, Text, consumer->topic_count)};
    for (size_t i = 0; i < consumer->topic_count; i++) {
        bool is_missing = false;
        if (!topic_is_missing(consumer, consumer->topics[i], &is_missing, error))
            return false;
        if (is_missing)
            missing->items[missing->count++] = text_from(consumer->topics[i]);
    }
    return true;
}

/* Codes that say: these partitions have been given to somebody else meanwhile. */
static bool not_ours_any_more(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
           code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID ||
           code == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS ||
           code == RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST || code == RD_KAFKA_RESP_ERR__STATE;
}

bool kafka_consumer_commit(KafkaConsumer *consumer,
                           const KafkaPosition *positions,
                           size_t count,
                           bool synchronous,
                           Error *error)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++)
        if (kafka_assignment_has(consumer, &positions[i]))
            rd_kafka_topic_partition_list_add(list, positions[i].topic, positions[i].partition)
                ->offset = positions[i].offset;
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    if (list->cnt > 0)
        code = rd_kafka_commit(consumer->client, list, synchronous ? 0 : 1);
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR || not_ours_any_more(code) ||
           kafka_handle_error(error, code, "could not commit offsets");
}

bool kafka_consumer_committed(KafkaConsumer *consumer,
                              KafkaPosition *positions,
                              size_t count,
                              Error *error)
{
    rd_kafka_topic_partition_list_t *list = kafka_handle_list(positions, count);
    rd_kafka_resp_err_t code = rd_kafka_committed(consumer->client, list, ASK_LIMIT_MS);
    for (size_t i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < count; i++) {
        const rd_kafka_topic_partition_t *answer =
            rd_kafka_topic_partition_list_find(list, positions[i].topic, positions[i].partition);
        assert(answer != NULL);
        code = answer->err;
        positions[i].offset = answer->offset >= 0 ? answer->offset : KAFKA_OFFSET_NONE;
    }
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           kafka_handle_error(error, code, "could not ask Kafka for committed offsets");
}

bool kafka_consumer_watermarks(KafkaConsumer *consumer,
                               const char *topic,
                               int32_t partition,
                               int64_t *low,
                               int64_t *high,
                               Error *error)
{
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(consumer->client, topic, partition,
                                                                low, high, ASK_LIMIT_MS);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           kafka_handle_error(error, code, "could not ask Kafka for offsets");
}
