/*
 * Questions about offsets: where topics begin and end, what a group has committed, when a record was written.
 */
#include "base/clock.h"

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
    rd_kafka_t *asker = NULL;
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
    rd_kafka_t *asker = NULL;
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

/*
 * One question for each broker: ListOffsets with Kafka's own word for "the end" or "the beginning" as the time. A partition that
 * has an error fails it all, unless `partly`.
 */
static bool ask_extreme(KafkaAdmin *admin,
                        int64_t which,
                        bool partly,
                        KafkaPosition *positions,
                        size_t count,
                        Error *error)
{
    if (count == 0)
        return true;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, positions[i].topic, positions[i].partition)
            ->offset = which;
    rd_kafka_resp_err_t code = rd_kafka_offsets_for_times(admin->client, list, admin->limit_ms);
    for (size_t i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < count; i++) {
        const rd_kafka_topic_partition_t *answer =
            &list->elems[i]; /* in the order of the question */
        positions[i].offset = answer->offset;
        if (!partly)
            code = answer->err;
        else if (answer->err != RD_KAFKA_RESP_ERR_NO_ERROR || answer->offset < 0)
            positions[i].offset = KAFKA_OFFSET_NONE;
    }
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           error_set(error, kafka_handle_verdict(code),
                     "could not ask Kafka at %s for the ends of topics: %s", admin->brokers,
                     rd_kafka_err2str(code));
}

bool kafka_admin_ends(KafkaAdmin *admin, KafkaPosition *positions, size_t count, Error *error)
{
    return ask_extreme(admin, RD_KAFKA_OFFSET_END, false, positions, count, error);
}

bool kafka_admin_beginnings(KafkaAdmin *admin, KafkaPosition *positions, size_t count, Error *error)
{
    return ask_extreme(admin, RD_KAFKA_OFFSET_BEGINNING, false, positions, count, error);
}

bool kafka_admin_extremes(
    KafkaAdmin *admin, bool ends, KafkaPosition *positions, size_t count, Error *error)
{
    return ask_extreme(admin, ends ? RD_KAFKA_OFFSET_END : RD_KAFKA_OFFSET_BEGINNING, true,
                       positions, count, error);
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

/* ---- many records at once ---- */

typedef struct Fetching {
    rd_kafka_queue_t *queue;
    rd_kafka_topic_t **topics; /* one for each position; NULL: not started */
    bool *open;                /* no answer yet */
    size_t left;
} Fetching;

static bool start_fetching(KafkaAdmin *admin,
                           const KafkaPosition *positions,
                           size_t count,
                           Fetching *fetching,
                           Error *error)
{
    for (size_t i = 0; i < count; i++) {
        rd_kafka_topic_t *topic = rd_kafka_topic_new(admin->client, positions[i].topic, NULL);
        if (topic == NULL)
            return kafka_handle_error(error, rd_kafka_last_error(), positions[i].topic);
        if (rd_kafka_consume_start_queue(topic, positions[i].partition, positions[i].offset,
                                         fetching->queue) != 0) {
            rd_kafka_topic_destroy(topic);
            return kafka_handle_error(error, rd_kafka_last_error(), positions[i].topic);
        }
        fetching->topics[i] = topic;
        fetching->open[i] = true;
        fetching->left++;
    }
    return true;
}

static void end_fetching(const KafkaPosition *positions, size_t count, Fetching *fetching)
{
    for (size_t i = 0; i < count; i++) {
        if (fetching->topics[i] == NULL)
            continue;
        rd_kafka_consume_stop(fetching->topics[i], positions[i].partition);
        rd_kafka_topic_destroy(fetching->topics[i]);
    }
    rd_kafka_queue_destroy(fetching->queue);
}

static void copy_record(rd_kafka_message_t *message, Arena *arena, KafkaCopy *copy)
{
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
}

/* Takes the message; the first of each position counts. */
static bool take_one(rd_kafka_message_t *message,
                     Fetching *fetching,
                     const KafkaPosition *positions,
                     KafkaCopy *copies,
                     Arena *arena,
                     Error *error)
{
    size_t at = 0;
    while (fetching->topics[at] != NULL &&
           (fetching->topics[at] != message->rkt || positions[at].partition != message->partition))
        at++;
    rd_kafka_resp_err_t code = message->err;
    bool wanted = fetching->topics[at] != NULL && fetching->open[at];
    bool settled = wanted && (code == RD_KAFKA_RESP_ERR_NO_ERROR ||
                              code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET);
    if (settled) {
        fetching->open[at] = false;
        fetching->left--;
    }
    if (settled && code == RD_KAFKA_RESP_ERR_NO_ERROR)
        copy_record(message, arena, &copies[at]);
    else
        rd_kafka_message_destroy(message);
    return settled || !wanted || kafka_handle_error(error, code, positions[at].topic);
}

bool kafka_admin_records_at(KafkaAdmin *admin,
                            const KafkaPosition *positions,
                            size_t count,
                            Arena *arena,
                            KafkaCopy *copies,
                            Error *error)
{
    Fetching fetching = {
        .queue = rd_kafka_queue_new(admin->client),
        .topics = ARENA_ARRAY(arena, rd_kafka_topic_t *, count + 1), /* ended by NULL */
        .open = ARENA_ARRAY(arena, bool, count + 1),
    };
    for (size_t i = 0; i < count; i++)
        copies[i] = (KafkaCopy){.offset = KAFKA_OFFSET_NONE};
    bool good = start_fetching(admin, positions, count, &fetching, error);
    int64_t until = clock_monotonic_ms() + admin->limit_ms;
    for (int64_t wait; good && fetching.left > 0 && (wait = until - clock_monotonic_ms()) > 0;) {
        rd_kafka_message_t *message = rd_kafka_consume_queue(fetching.queue, (int)wait);
        if (message != NULL)
            good = take_one(message, &fetching, positions, copies, arena, error);
    }
    end_fetching(positions, count, &fetching);
    return good;
}
