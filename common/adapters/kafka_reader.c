/*
 * The partitions of one topic through librdkafka's simple consumer, all into one queue: it knows no groups, so there is
 * nothing to join and nowhere to commit.
 *
 * A partition ends where its last stable offset stood when it was opened, or before at the time given. What lies before that may be gone (compaction,
 * markers of transactions), so a partition is through when a record at or behind its last offset was seen, or when the
 * broker says that there is nothing more.
 */
#include "adapters/kafka_reader.h"

#include "base/clock.h"

#include "adapters/kafka_batch.h"
#include "adapters/kafka_handle.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH_MAX = 500, BATCH_BYTES_MAX = 4 * 1024 * 1024, POLL_MS = 100 };

typedef struct Part {
    int64_t position; /* the next offset to come */
    int64_t end;
    bool reading;
} Part;

struct KafkaReader {
    rd_kafka_t *client;
    rd_kafka_topic_t *topic;
    rd_kafka_queue_t *queue;
    char *name;
    char *brokers;
    int limit_ms;
    Part *parts;
    int32_t part_count;
    int32_t left; /* parts that are not through */
    KafkaBatch batch;
    KafkaReaderProgress progress;
    Error failure; /* of the client as a whole */
};

static void on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
    KafkaReader *reader = opaque;
    if (code == RD_KAFKA_RESP_ERR__FATAL)
        kafka_handle_fatal(client, &reader->failure);
    else if (kafka_handle_verdict((rd_kafka_resp_err_t)code) == ERROR_FATAL)
        error_set(&reader->failure, ERROR_FATAL, "Kafka: %s", reason);
}

static bool make_client(KafkaReader *reader, const KafkaReaderSpec *spec, Error *error)
{
    const KafkaProperty properties[] = {
        {"allow.auto.create.topics", "false"},
        {"auto.offset.reset", "earliest"}, /* what retention has taken meanwhile is gone */
        {"isolation.level", "read_committed"},
        {"enable.partition.eof", "true"},
        {"queued.min.messages", "10000"},
        {"queued.max.messages.kbytes", "8192"},
        {"fetch.wait.max.ms", "100"},
    };
    rd_kafka_conf_t *conf;
    if (!kafka_handle_conf(&spec->client, properties, sizeof(properties) / sizeof(properties[0]),
                           &conf, error))
        return false;
    rd_kafka_conf_set_opaque(conf, reader);
    rd_kafka_conf_set_error_cb(conf, on_error);
    if (!kafka_handle_new(RD_KAFKA_CONSUMER, conf, &reader->client, error))
        return false;
    reader->topic = rd_kafka_topic_new(reader->client, spec->topic, NULL);
    if (reader->topic == NULL)
        return kafka_handle_error(error, rd_kafka_last_error(), spec->topic);
    reader->queue = rd_kafka_queue_new(reader->client);
    return true;
}

static bool no_answer(const KafkaReader *reader, rd_kafka_resp_err_t code, Error *error)
{
    rd_kafka_poll(reader->client, 0); /* the reason may wait there */
    if (reader->failure.verdict == ERROR_FATAL) {
        *error = reader->failure;
        return false;
    }
    return error_set(error, kafka_handle_verdict(code), "Kafka at %s does not answer for %s: %s",
                     reader->brokers, reader->name, rd_kafka_err2str(code));
}

static bool find_parts(KafkaReader *reader, Error *error)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_resp_err_t code =
        rd_kafka_metadata(reader->client, 0, reader->topic, &metadata, reader->limit_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return no_answer(reader, code, error);
    code = metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        reader->part_count = metadata->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(metadata);
    if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
        code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || code == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION)
        return error_set(error, ERROR_REJECT, "topic \"%s\" does not exist at %s", reader->name,
                         reader->brokers);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kafka_handle_error(error, code, reader->name);
    reader->parts = kafka_handle_alloc(calloc((size_t)reader->part_count + 1, sizeof(Part)));
    return true;
}

/* Where each partition begins, and its end from now on. */
static bool find_ends(KafkaReader *reader, Error *error)
{
    for (int32_t i = 0; i < reader->part_count; i++) {
        Part *part = &reader->parts[i];
        rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
            reader->client, reader->name, i, &part->position, &part->end, reader->limit_ms);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            return no_answer(reader, code, error);
    }
    return true;
}

/* The first offset of each partition at a time or later; its end where there is none so late, or none yet when we looked. */
static bool ask_time(KafkaReader *reader, int64_t time_ms, int64_t *offsets, Error *error)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(reader->part_count);
    for (int32_t i = 0; i < reader->part_count; i++)
        rd_kafka_topic_partition_list_add(list, reader->name, i)->offset = time_ms;
    rd_kafka_resp_err_t code = rd_kafka_offsets_for_times(reader->client, list, reader->limit_ms);
    for (int k = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && k < list->cnt; k++) {
        const Part *part = &reader->parts[list->elems[k].partition];
        int64_t offset = list->elems[k].offset;
        code = list->elems[k].err;
        offsets[list->elems[k].partition] = offset < 0 || offset > part->end ? part->end : offset;
    }
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR || no_answer(reader, code, error);
}

/* Moves the beginnings forward to the one time, and the ends back to the other. */
static bool find_times(KafkaReader *reader, const KafkaReaderSpec *spec, Error *error)
{
    if (reader->part_count == 0)
        return true;
    int64_t *offsets = kafka_handle_alloc(calloc((size_t)reader->part_count, sizeof(*offsets)));
    bool good = spec->since_ms <= 0 || ask_time(reader, spec->since_ms, offsets, error);
    for (int32_t i = 0; good && spec->since_ms > 0 && i < reader->part_count; i++)
        if (offsets[i] > reader->parts[i].position)
            reader->parts[i].position = offsets[i];
    good = good && (spec->until_ms <= 0 || ask_time(reader, spec->until_ms, offsets, error));
    for (int32_t i = 0; good && spec->until_ms > 0 && i < reader->part_count; i++)
        reader->parts[i].end = offsets[i];
    free(offsets);
    return good;
}

static bool start(KafkaReader *reader, Error *error)
{
    for (int32_t i = 0; i < reader->part_count; i++) {
        Part *part = &reader->parts[i];
        if (part->position >= part->end)
            continue;
        if (rd_kafka_consume_start_queue(reader->topic, i, part->position, reader->queue) != 0)
            return kafka_handle_error(error, rd_kafka_last_error(), reader->name);
        part->reading = true;
        reader->left++;
        reader->progress.total += part->end - part->position;
    }
    return true;
}

bool kafka_reader_open(const KafkaReaderSpec *spec, KafkaReader **reader, Error *error)
{
    KafkaReader *made = kafka_handle_alloc(calloc(1, sizeof(*made)));
    made->name = kafka_handle_alloc(strdup(spec->topic));
    made->brokers = kafka_handle_alloc(strdup(spec->client.brokers));
    made->limit_ms = spec->limit_ms;
    if (!make_client(made, spec, error) || !find_parts(made, error) || !find_ends(made, error) ||
        !find_times(made, spec, error) || !start(made, error)) {
        kafka_reader_close(made);
        return false;
    }
    *reader = made;
    return true;
}

static void stop(KafkaReader *reader, int32_t partition)
{
    Part *part = &reader->parts[partition];
    if (!part->reading)
        return;
    rd_kafka_consume_stop(reader->topic, partition);
    part->reading = false;
    reader->left--;
}

void kafka_reader_close(KafkaReader *reader)
{
    if (reader == NULL)
        return;
    kafka_batch_free(&reader->batch);
    for (int32_t i = 0; reader->parts != NULL && i < reader->part_count; i++)
        stop(reader, i);
    if (reader->queue != NULL)
        rd_kafka_queue_destroy(reader->queue);
    if (reader->topic != NULL)
        rd_kafka_topic_destroy(reader->topic);
    if (reader->client != NULL)
        rd_kafka_destroy(reader->client);
    free(reader->parts);
    free(reader->name);
    free(reader->brokers);
    free(reader);
}

/* Everything before `offset` is behind us; at the end the partition is through. */
static void pass(KafkaReader *reader, int32_t partition, int64_t offset)
{
    Part *part = &reader->parts[partition];
    int64_t reached = offset < part->end ? offset : part->end;
    if (reached > part->position) {
        reader->progress.passed += reached - part->position;
        part->position = reached;
    }
    if (part->position >= part->end)
        stop(reader, partition);
}

/* Takes the message: a record of ours goes to the batch. */
static void take(KafkaReader *reader, rd_kafka_message_t *message, Error *error)
{
    int32_t partition = message->partition;
    int64_t offset = message->offset;
    bool ours = false;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        const Part *part = &reader->parts[partition];
        ours = part->reading && offset < part->end;
        if (ours)
            kafka_batch_add(&reader->batch, message);
        reader->progress.read += ours;
        pass(reader, partition, offset + 1);
    } else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        pass(reader, partition, offset);
    } else if (kafka_handle_verdict(message->err) == ERROR_FATAL) {
        error_set(error, ERROR_FATAL, "could not read %s: %s", reader->name,
                  rd_kafka_message_errstr(message));
    } /* what may pass is waited for: limit_ms decides */
    if (!ours)
        rd_kafka_message_destroy(message);
}

/* The next message, waited for; errors of the client as a whole come out here too. */
static void wait_one(KafkaReader *reader, Error *error)
{
    rd_kafka_message_t *message = rd_kafka_consume_queue(reader->queue, POLL_MS);
    if (message != NULL)
        take(reader, message, error);
    rd_kafka_poll(reader->client, 0);
    if (reader->failure.verdict != ERROR_NONE && error->verdict == ERROR_NONE)
        *error = reader->failure;
}

static bool is_full(const KafkaBatch *batch)
{
    return batch->count == BATCH_MAX || batch->bytes >= BATCH_BYTES_MAX;
}

bool kafka_reader_read(KafkaReader *reader,
                       const KafkaRecord **records,
                       size_t *count,
                       Error *error)
{
    KafkaBatch *batch = &reader->batch;
    int64_t until = clock_monotonic_ms() + reader->limit_ms;
    rd_kafka_message_t *message;
    kafka_batch_clear(batch);
    *records = NULL;
    *count = 0;
    while (reader->left > 0 && batch->count == 0 && error->verdict == ERROR_NONE) {
        wait_one(reader, error);
        if (batch->count == 0 && reader->left > 0 && clock_monotonic_ms() >= until)
            no_answer(reader, RD_KAFKA_RESP_ERR__TIMED_OUT, error);
    }
    while (reader->left > 0 && !is_full(batch) && error->verdict == ERROR_NONE &&
           (message = rd_kafka_consume_queue(reader->queue, 0)) != NULL)
        take(reader, message, error);
    if (error->verdict != ERROR_NONE)
        return false;
    *records = kafka_batch_records(batch);
    *count = batch->count;
    return true;
}

KafkaReaderProgress kafka_reader_progress(const KafkaReader *reader)
{
    return reader->progress;
}
