/*
 * Consumer: commits and questions to the brokers.
 */
#include "adapters/kafka_assignment.h"
#include "adapters/kafka_consumer.h"
#include "adapters/kafka_handle.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool kafka_consumer_caught_up(KafkaConsumer *consumer, const KafkaPosition *position)
{
    const KafkaPartitionState *state =
        kafka_assignment_state(consumer, position->topic, position->partition);
    if (state == NULL || state->held)
        return false;
    if (state->end_seen >= position->offset)
        return true; /* also behind markers of transactions, which no position reaches */
    int64_t low;
    int64_t high;
    return rd_kafka_get_watermark_offsets(consumer->client, position->topic, position->partition,
                                          &low, &high) == RD_KAFKA_RESP_ERR_NO_ERROR &&
           high >= 0 && high <= position->offset;
}

void kafka_consumer_note(KafkaConsumer *consumer, const char *note)
{
    char *copy = note != NULL ? kafka_handle_alloc(strdup(note)) : NULL;
    free(consumer->note);
    consumer->note = copy;
}

void kafka_consumer_note_partition(KafkaConsumer *consumer,
                                   const char *topic,
                                   int32_t partition,
                                   const char *note)
{
    KafkaPartitionState *state = kafka_assignment_state(consumer, topic, partition);
    if (state == NULL)
        return;
    char *copy = note != NULL ? kafka_handle_alloc(strdup(note)) : NULL;
    free(state->note);
    state->note = copy;
}

/* The general note and the partition's, as librdkafka wants it: freed with the list. NULL: neither is there. */
static char *note_of(const KafkaConsumer *consumer, const KafkaPosition *position)
{
    const KafkaPartitionState *state =
        kafka_assignment_state(consumer, position->topic, position->partition);
    const char *general = consumer->note != NULL ? consumer->note : "";
    const char *own = state != NULL && state->note != NULL ? state->note : "";
    size_t general_size = strlen(general);
    size_t own_size = strlen(own);
    if (general_size + own_size == 0)
        return NULL;
    char *note = kafka_handle_alloc(malloc(general_size + own_size + 1));
    memcpy(note, general, general_size);
    memcpy(note + general_size, own, own_size + 1);
    return note;
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
    for (size_t i = 0; i < count; i++) {
        if (!kafka_assignment_has(consumer, &positions[i]))
            continue;
        rd_kafka_topic_partition_t *place =
            rd_kafka_topic_partition_list_add(list, positions[i].topic, positions[i].partition);
        place->offset = positions[i].offset;
        char *note = note_of(consumer, &positions[i]);
        place->metadata = note;
        place->metadata_size = note != NULL ? strlen(note) : 0;
    }
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    if (list->cnt > 0)
        code = rd_kafka_commit(consumer->client, list, synchronous ? 0 : 1);
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR || not_ours_any_more(code) ||
           kafka_handle_error(error, code, "could not commit offsets");
}

bool kafka_consumer_commits(
    KafkaConsumer *consumer, KafkaCommit *commits, size_t count, Arena *arena, Error *error)
{
    if (count == 0)
        return true;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, commits[i].topic, commits[i].partition);
    rd_kafka_resp_err_t code = rd_kafka_committed(consumer->client, list, consumer->ask_limit_ms);
    for (size_t i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < count; i++) {
        const rd_kafka_topic_partition_t *answer =
            rd_kafka_topic_partition_list_find(list, commits[i].topic, commits[i].partition);
        assert(answer != NULL);
        code = answer->err;
        kafka_handle_commit(answer, arena, &commits[i]);
    }
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           kafka_handle_error(error, code, "could not ask Kafka for committed offsets");
}

bool kafka_consumer_committed(KafkaConsumer *consumer,
                              KafkaPosition *positions,
                              size_t count,
                              Error *error)
{
    KafkaCommit *commits = kafka_handle_alloc(calloc(count + 1, sizeof(*commits)));
    for (size_t i = 0; i < count; i++)
        commits[i] =
            (KafkaCommit){.topic = positions[i].topic, .partition = positions[i].partition};
    bool good = kafka_consumer_commits(consumer, commits, count, NULL, error);
    for (size_t i = 0; good && i < count; i++)
        positions[i].offset = commits[i].offset;
    free(commits);
    return good;
}

bool kafka_consumer_watermarks(KafkaConsumer *consumer,
                               const char *topic,
                               int32_t partition,
                               int64_t *low,
                               int64_t *high,
                               Error *error)
{
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(consumer->client, topic, partition,
                                                                low, high, consumer->ask_limit_ms);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           kafka_handle_error(error, code, "could not ask Kafka for offsets");
}
