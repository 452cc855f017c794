/*
 * Producer. The size check happens here, before librdkafka sees a record: one producer writes
 * topics with different limits, and a record that the broker refuses takes its whole batch along.
 * `batch.size` stays below the smallest limit for the same reason.
 */
#include "adapters/kafka_producer.h"

#include "base/clock.h"

#include "adapters/kafka_handle.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BATCH_FRAME_BYTES = 128, /* record batch header (61) and the record's own lengths, rounded up */
    HEADER_FRAME_BYTES = 10, /* two varint lengths */
    BATCH_BYTES_MAX = 262144,
    QUEUE_KBYTES_DEFAULT = 4096,
    FLUSH_SLICE_MS = 100
};

struct KafkaProducer {
    rd_kafka_t *client;
    KafkaTopicLimit *limits;
    rd_kafka_topic_t **topics; /* of the limits */
    size_t limit_count;
    void (*delivered)(void *context, const KafkaDelivery *delivery);
    void *context;
    size_t in_flight;
    Error failure; /* set once the client is done for */
    bool closing;
};

/* Codes that are about the record itself; every other failure would meet any other record too. */
static ErrorVerdict delivery_verdict(rd_kafka_resp_err_t code, const char **rule)
{
    switch ((int)code) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
        *rule = "too_large";
        return ERROR_REJECT;
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
        *rule = "refused";
        return ERROR_REJECT;
    default:
        *rule = NULL;
        return ERROR_FATAL;
    }
}

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
    (void)client;
    KafkaProducer *producer = opaque;
    assert(producer->in_flight > 0);
    producer->in_flight--;
    if (producer->closing)
        return;
    KafkaDelivery delivery = {
        .opaque = message->_private,
        .delivered = message->err == RD_KAFKA_RESP_ERR_NO_ERROR,
        .topic = rd_kafka_topic_name(message->rkt),
        .partition = message->partition,
        .offset = message->offset,
    };
    if (!delivery.delivered) {
        const char *rule;
        ErrorVerdict verdict = delivery_verdict(message->err, &rule);
        error_set_at(&delivery.error, verdict, rule, NULL, "topic %s refused a record: %s",
                     delivery.topic, rd_kafka_err2str(message->err));
        delivery.too_large = rule != NULL && strcmp(rule, "too_large") == 0;
    }
    producer->delivered(producer->context, &delivery);
}

static void on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
    KafkaProducer *producer = opaque;
    if (code == RD_KAFKA_RESP_ERR__FATAL)
        kafka_handle_fatal(client, &producer->failure);
    else if (kafka_handle_verdict((rd_kafka_resp_err_t)code) == ERROR_FATAL)
        error_set(&producer->failure, ERROR_FATAL, "Kafka: %s", reason);
}

static void copy_limits(KafkaProducer *producer, const KafkaProducerSpec *spec)
{
    producer->limits = calloc(spec->limit_count, sizeof(KafkaTopicLimit));
    producer->topics = calloc(spec->limit_count, sizeof(rd_kafka_topic_t *));
    if (producer->limits == NULL || producer->topics == NULL)
        abort();
    producer->limit_count = spec->limit_count;
    for (size_t i = 0; i < spec->limit_count; i++) {
        producer->limits[i] = spec->limits[i];
        producer->limits[i].topic = strdup(spec->limits[i].topic);
        if (producer->limits[i].topic == NULL)
            abort();
    }
}

static bool make_client(KafkaProducer *producer, const KafkaProducerSpec *spec, Error *error)
{
    int64_t smallest = BATCH_BYTES_MAX;
    int64_t largest = 1000;
    for (size_t i = 0; i < spec->limit_count; i++) {
        smallest = spec->limits[i].bytes < smallest ? spec->limits[i].bytes : smallest;
        largest = spec->limits[i].bytes > largest ? spec->limits[i].bytes : largest;
    }
    char batch[24];
    char limit[24];
    char linger[24];
    char queue[24];
    snprintf(batch, sizeof(batch), "%lld", (long long)smallest);
    snprintf(limit, sizeof(limit), "%lld", (long long)largest);
    snprintf(linger, sizeof(linger), "%d", spec->linger_ms);
    int64_t queue_kbytes = spec->queue_kbytes > 0 ? spec->queue_kbytes : QUEUE_KBYTES_DEFAULT;
    if (queue_kbytes < 2 * (largest / 1024))
        queue_kbytes = 2 * (largest / 1024); /* the largest record must find room some day */
    snprintf(queue, sizeof(queue), "%lld", (long long)queue_kbytes);
    const KafkaProperty properties[] = {
        {"enable.idempotence", "true"},        {"acks", "all"},
        {"message.timeout.ms", "0"},           {"partitioner", "murmur2_random"},
        {"compression.codec", "lz4"},          {"batch.size", batch},
        {"message.max.bytes", limit},          {"linger.ms", linger},
        {"queue.buffering.max.kbytes", queue}, {"allow.auto.create.topics", "false"},
    };
    rd_kafka_conf_t *conf;
    if (!kafka_handle_conf(&spec->client, properties, sizeof(properties) / sizeof(properties[0]),
                           &conf, error))
        return false;
    rd_kafka_conf_set_opaque(conf, producer);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_error_cb(conf, on_error);
    return kafka_handle_new(RD_KAFKA_PRODUCER, conf, &producer->client, error);
}

/*
 * librdkafka asks about a topic when it is first met, and its first record then waits for up to a second; the first dead letter
 * would have its whole batch wait. So all are met now, while nothing waits.
 */
static bool meet_topics(KafkaProducer *producer, Error *error)
{
    for (size_t i = 0; i < producer->limit_count; i++) {
        producer->topics[i] = rd_kafka_topic_new(producer->client, producer->limits[i].topic, NULL);
        if (producer->topics[i] == NULL)
            return kafka_handle_error(error, rd_kafka_last_error(), producer->limits[i].topic);
    }
    return true;
}

bool kafka_producer_open(const KafkaProducerSpec *spec, KafkaProducer **producer, Error *error)
{
    KafkaProducer *made = calloc(1, sizeof(*made));
    if (made == NULL)
        abort();
    made->delivered = spec->delivered;
    made->context = spec->context;
    copy_limits(made, spec);
    if (!make_client(made, spec, error) || !meet_topics(made, error)) {
        kafka_producer_close(made);
        return false;
    }
    *producer = made;
    return true;
}

void kafka_producer_close(KafkaProducer *producer)
{
    if (producer == NULL)
        return;
    producer->closing = true;
    if (producer->client != NULL) {
        rd_kafka_purge(producer->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                             RD_KAFKA_PURGE_F_NON_BLOCKING);
        for (size_t i = 0; i < producer->limit_count; i++)
            if (producer->topics[i] != NULL)
                rd_kafka_topic_destroy(producer->topics[i]);
        rd_kafka_destroy(producer->client);
    }
    for (size_t i = 0; i < producer->limit_count; i++)
        free((char *)producer->limits[i].topic);
    free(producer->limits);
    free(producer->topics);
    free(producer);
}

size_t kafka_message_size(const KafkaMessage *message)
{
    size_t size = BATCH_FRAME_BYTES + message->key.size + message->value.size;
    for (size_t i = 0; i < message->header_count; i++)
        size += HEADER_FRAME_BYTES + message->headers[i].name.size + message->headers[i].value.size;
    return size;
}

static rd_kafka_headers_t *make_headers(const KafkaMessage *message)
{
    if (message->header_count == 0)
        return NULL;
    rd_kafka_headers_t *headers = rd_kafka_headers_new(message->header_count);
    for (size_t i = 0; i < message->header_count; i++) {
        const RecordHeader *header = &message->headers[i];
        rd_kafka_header_add(headers, header->name.data, (ssize_t)header->name.size,
                            header->value.data, (ssize_t)header->value.size);
    }
    return headers;
}

static bool check_size(const KafkaProducer *producer, const KafkaMessage *message, Error *error)
{
    size_t size = kafka_message_size(message);
    for (size_t i = 0; i < producer->limit_count; i++) {
        if (strcmp(producer->limits[i].topic, message->topic) != 0)
            continue;
        if (size <= (size_t)producer->limits[i].bytes)
            return true;
        return error_set_at(error, ERROR_REJECT, "too_large", NULL,
                            "the record takes %zu bytes, topic %s takes at most %lld", size,
                            message->topic, (long long)producer->limits[i].bytes);
    }
    return error_set(error, ERROR_FATAL, "no size limit was read for topic %s", message->topic);
}

bool kafka_producer_send(KafkaProducer *producer, const KafkaMessage *message, Error *error)
{
    if (!check_size(producer, message, error))
        return false;
    rd_kafka_headers_t *headers = make_headers(message);
    int32_t partition = message->partition < 0 ? RD_KAFKA_PARTITION_UA : message->partition;
    rd_kafka_resp_err_t code = rd_kafka_producev(
        producer->client, RD_KAFKA_V_TOPIC(message->topic), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_KEY(message->key.data, message->key.size),
        RD_KAFKA_V_VALUE((void *)(uintptr_t)message->value.data, message->value.size),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_OPAQUE(message->opaque),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        producer->in_flight++;
        return true;
    }
    if (headers != NULL)
        rd_kafka_headers_destroy(headers);
    if (code == RD_KAFKA_RESP_ERR__FATAL)
        return kafka_handle_fatal(producer->client, error);
    if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        return error_set_at(error, ERROR_REJECT, "too_large", NULL,
                            "the record is larger than topic %s takes", message->topic);
    return kafka_handle_error(error, code, "could not send a record");
}

static bool check_client(const KafkaProducer *producer, Error *error)
{
    if (producer->failure.verdict == ERROR_NONE)
        return true;
    *error = producer->failure;
    return false;
}

bool kafka_producer_poll(KafkaProducer *producer, int wait_ms, Error *error)
{
    rd_kafka_poll(producer->client, wait_ms);
    return check_client(producer, error);
}

bool kafka_producer_flush(KafkaProducer *producer, int limit_ms, Error *error)
{
    int64_t deadline = clock_monotonic_ms() + limit_ms;
    while (producer->in_flight > 0) {
        rd_kafka_flush(producer->client, FLUSH_SLICE_MS);
        if (!check_client(producer, error))
            return false;
        if (producer->in_flight > 0 && clock_monotonic_ms() >= deadline)
            return error_set(error, ERROR_RETRY, "%zu records are not yet acknowledged by Kafka",
                             producer->in_flight);
    }
    return true;
}

size_t kafka_producer_in_flight(const KafkaProducer *producer)
{
    return producer->in_flight;
}
