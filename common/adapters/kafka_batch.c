/*
 * Messages of librdkafka kept until their batch is done with, and the views handed out.
 */
#include "adapters/kafka_batch.h"

#include "adapters/kafka_handle.h"

#include <stdlib.h>
#include <string.h>

void kafka_batch_clear(KafkaBatch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        rd_kafka_message_destroy(batch->messages[i]);
    batch->count = 0;
    batch->bytes = 0;
}

void kafka_batch_free(KafkaBatch *batch)
{
    kafka_batch_clear(batch);
    free(batch->messages);
    free(batch->records);
    *batch = (KafkaBatch){0};
}

void kafka_batch_add(KafkaBatch *batch, rd_kafka_message_t *message)
{
    if (batch->count == batch->capacity) {
        batch->capacity = batch->capacity == 0 ? 64 : batch->capacity * 2;
        batch->messages = kafka_handle_alloc(
            reallocarray(batch->messages, batch->capacity, sizeof(rd_kafka_message_t *)));
        batch->records = kafka_handle_alloc(
            reallocarray(batch->records, batch->capacity, sizeof(*batch->records)));
    }
    batch->messages[batch->count++] = message;
    batch->bytes += message->len + message->key_len;
}

void kafka_batch_bring_forward(KafkaBatch *batch, size_t from)
{
    size_t brought = batch->count - from;
    if (from == 0 || brought == 0)
        return;
    size_t size = sizeof(rd_kafka_message_t *);
    rd_kafka_message_t **others = kafka_handle_alloc(reallocarray(NULL, from, size));
    memcpy(others, batch->messages, from * size);
    memmove(batch->messages, batch->messages + from, brought * size);
    memcpy(batch->messages + brought, others, from * size);
    free(others);
}

/* A sender may stamp what no clock shows: beyond the year 9999 it is its end. */
static int64_t time_of(int64_t stamp_ms)
{
    const int64_t last_ms = INT64_C(253402300799999);
    return stamp_ms < 0 ? -1 : (stamp_ms < last_ms ? stamp_ms : last_ms) * 1000;
}

static KafkaRecord make_record(const rd_kafka_message_t *message)
{
    rd_kafka_timestamp_type_t type;
    int64_t stamp_ms = rd_kafka_message_timestamp(message, &type);
    KafkaRecord record = {
        .topic = text_from(rd_kafka_topic_name(message->rkt)),
        .partition = message->partition,
        .offset = message->offset,
        .timestamp_us = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? -1 : time_of(stamp_ms),
        .log_append_time = type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME,
        .message = message,
    };
    if (message->key != NULL)
        record.key = (Text){message->key, message->key_len};
    if (message->payload != NULL)
        record.value = (Text){message->payload, message->len};
    return record;
}

const KafkaRecord *kafka_batch_records(KafkaBatch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        batch->records[i] = make_record(batch->messages[i]);
    return batch->records;
}

void kafka_record_headers(const KafkaRecord *record,
                          Arena *arena,
                          RecordHeader **headers,
                          size_t *count)
{
    rd_kafka_headers_t *found = NULL;
    *headers = NULL;
    *count = 0;
    if (rd_kafka_message_headers(record->message, &found) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return; /* none, or broken beyond reading */
    size_t total = rd_kafka_header_cnt(found);
    *headers = ARENA_ARRAY(arena, RecordHeader, total);
    for (size_t i = 0; i < total; i++) {
        const char *name;
        const void *value;
        size_t size;
        if (rd_kafka_header_get_all(found, i, &name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR)
            break;
        (*headers)[(*count)++] = (RecordHeader){.name = text_from(name), .value = {value, size}};
    }
}

Text kafka_record_header(const KafkaRecord *record, const char *name)
{
    rd_kafka_headers_t *found = NULL;
    const void *value = NULL;
    size_t size = 0;
    if (rd_kafka_message_headers(record->message, &found) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_get(found, 0, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return TEXT_ABSENT;
    return (Text){value, size};
}
