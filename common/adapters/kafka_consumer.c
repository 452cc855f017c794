/*
 * Consumer. What is ours, and in which state:
 *
 *   group gives partitions ─► claim: hook `assigned` ─► rd_kafka_assign at the offsets it answers ─► consuming
 *                                │ hook fails: assign nothing, remember, report from read, claim again at the next
 *   group takes them ─► hook `revoked`, rd_kafka_assign(NULL), records read but not handed out are dropped
 *
 * Invariant: a record is handed out once per assignment, in order, or it is dropped together with the assignment.
 */
#include "adapters/kafka_consumer.h"

#include "base/clock.h"

#include "adapters/kafka_handle.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUEUE_KBYTES_DEFAULT = 2048,
    BATCH_BYTES_MAX = 1048576,
    ASK_LIMIT_MS = 5000,   /* one question to the brokers */
    PROBE_LIMIT_MS = 1000, /* the question whether they are there at all */
    TOPIC_NAME_MAX = 250
};

/* Records on their way to the caller, or with him. */
typedef struct Batch {
    rd_kafka_message_t **messages;
    KafkaRecord *records;
    size_t count;
    size_t capacity;
    size_t bytes;
} Batch;

struct KafkaConsumer {
    rd_kafka_t *client;
    KafkaConsumerHooks hooks;
    char **topics;
    size_t topic_count;
    char *brokers;
    KafkaPosition *assignment; /* names owned */
    size_t assigned_count;
    bool claim_wanted; /* the group gave us partitions, and the hook has not agreed yet */
    bool reassign_wanted;
    bool paused;
    bool closing;
    bool down; /* librdkafka said that no broker answers; proved or refuted by the next read */
    int64_t generation;
    Error pending; /* of a callback, or of a message behind others: for the next read */
    Batch batch;   /* what the caller has */
    Batch held;    /* came in while idle */
};

static void *must_alloc(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

/* ---- batch ---- */

static void batch_clear(Batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        rd_kafka_message_destroy(batch->messages[i]);
    batch->count = 0;
    batch->bytes = 0;
}

static void batch_free(Batch *batch)
{
    batch_clear(batch);
    free(batch->messages);
    free(batch->records);
    *batch = (Batch){0};
}

static void batch_add(Batch *batch, rd_kafka_message_t *message)
{
    if (batch->count == batch->capacity) {
        batch->capacity = batch->capacity == 0 ? 64 : batch->capacity * 2;
        batch->messages =
            must_alloc(reallocarray(batch->messages, batch->capacity, sizeof(*batch->messages)));
        batch->records =
            must_alloc(reallocarray(batch->records, batch->capacity, sizeof(*batch->records)));
    }
    batch->messages[batch->count++] = message;
    batch->bytes += message->len + message->key_len;
}

static KafkaRecord make_record(const rd_kafka_message_t *message)
{
    rd_kafka_timestamp_type_t type;
    int64_t stamp_ms = rd_kafka_message_timestamp(message, &type);
    KafkaRecord record = {
        .topic = text_from(rd_kafka_topic_name(message->rkt)),
        .partition = message->partition,
        .offset = message->offset,
        .timestamp_us = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? -1 : stamp_ms * 1000,
        .log_append_time = type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME,
        .message = message,
    };
    if (message->key != NULL)
        record.key = (Text){message->key, message->key_len};
    if (message->payload != NULL)
        record.value = (Text){message->payload, message->len};
    return record;
}

/* ---- assignment ---- */

static void forget_assignment(KafkaConsumer *consumer)
{
    for (size_t i = 0; i < consumer->assigned_count; i++)
        free((char *)consumer->assignment[i].topic);
    free(consumer->assignment);
    consumer->assignment = NULL;
    consumer->assigned_count = 0;
    consumer->claim_wanted = false;
    consumer->reassign_wanted = false;
    consumer->paused = false;
    consumer->generation++;
}

static void remember_assignment(KafkaConsumer *consumer,
                                const rd_kafka_topic_partition_list_t *list)
{
    forget_assignment(consumer);
    size_t count = (size_t)list->cnt;
    consumer->assignment = must_alloc(calloc(count + 1, sizeof(KafkaPosition)));
    for (size_t i = 0; i < count; i++)
        consumer->assignment[i] = (KafkaPosition){
            .topic = must_alloc(strdup(list->elems[i].topic)),
            .partition = list->elems[i].partition,
            .offset = KAFKA_OFFSET_COMMITTED,
        };
    consumer->assigned_count = count;
}

static bool
assign(KafkaConsumer *consumer, const KafkaPosition *positions, size_t count, Error *error)
{
    rd_kafka_topic_partition_list_t *list = kafka_handle_list(positions, count);
    rd_kafka_resp_err_t code = rd_kafka_assign(consumer->client, list);
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           kafka_handle_error(error, code, "could not take over partitions");
}

/* Offsets for what the hook left to the group's commits; nothing committed means the beginning. */
static bool
resolve_committed(KafkaConsumer *consumer, KafkaPosition *positions, size_t count, Error *error)
{
    KafkaPosition *open = must_alloc(calloc(count + 1, sizeof(KafkaPosition)));
    size_t open_count = 0;
    for (size_t i = 0; i < count; i++)
        if (positions[i].offset == KAFKA_OFFSET_COMMITTED)
            open[open_count++] = positions[i];
    bool good = open_count == 0 || kafka_consumer_committed(consumer, open, open_count, error);
    for (size_t i = 0, next = 0; good && i < count; i++) {
        if (positions[i].offset != KAFKA_OFFSET_COMMITTED)
            continue;
        int64_t offset = open[next++].offset;
        positions[i].offset = offset == KAFKA_OFFSET_NONE ? KAFKA_OFFSET_BEGINNING : offset;
    }
    free(open);
    return good;
}

static void pause_all(KafkaConsumer *consumer, bool paused)
{
    rd_kafka_topic_partition_list_t *list =
        kafka_handle_list(consumer->assignment, consumer->assigned_count);
    if (paused)
        rd_kafka_pause_partitions(consumer->client, list);
    else
        rd_kafka_resume_partitions(consumer->client, list);
    rd_kafka_topic_partition_list_destroy(list);
    consumer->paused = paused;
}

/*
 * Asks the hook where to start and starts there. When that fails, nothing is assigned to librdkafka (an empty
 * list, not NULL: NULL would leave the group), and claim_wanted makes the next read try again.
 */
static bool claim(KafkaConsumer *consumer, Error *error)
{
    size_t count = consumer->assigned_count;
    for (size_t i = 0; i < count; i++)
        consumer->assignment[i].offset = KAFKA_OFFSET_COMMITTED;
    bool good =
        consumer->hooks.assigned == NULL ||
        consumer->hooks.assigned(consumer->hooks.context, consumer->assignment, count, error);
    good = good && resolve_committed(consumer, consumer->assignment, count, error);
    good = good && assign(consumer, consumer->assignment, count, error);
    if (good)
        pause_all(consumer, false); /* librdkafka keeps a pause from an assignment before */
    consumer->claim_wanted = !good;
    consumer->generation++;
    return good;
}

static void on_assigned(KafkaConsumer *consumer, const rd_kafka_topic_partition_list_t *list)
{
    remember_assignment(consumer, list);
    if (claim(consumer, &consumer->pending))
        return;
    Error ignored = {0};
    if (!assign(consumer, NULL, 0, &ignored))
        error_set(&consumer->pending, ERROR_FATAL, "%s", ignored.text);
}

static void on_revoked(KafkaConsumer *consumer)
{
    bool lost = rd_kafka_assignment_lost(consumer->client) != 0;
    bool claimed = !consumer->claim_wanted && consumer->assigned_count > 0;
    if (claimed && consumer->hooks.revoked != NULL)
        consumer->hooks.revoked(consumer->hooks.context, consumer->assignment,
                                consumer->assigned_count, lost);
    forget_assignment(consumer);
    batch_clear(&consumer->held);
    rd_kafka_assign(consumer->client, NULL);
}

static void on_rebalance(rd_kafka_t *client,
                         rd_kafka_resp_err_t code,
                         rd_kafka_topic_partition_list_t *list,
                         void *opaque)
{
    KafkaConsumer *consumer = opaque;
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS && !consumer->closing)
        on_assigned(consumer, list);
    else if (code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
        on_revoked(consumer);
    else
        rd_kafka_assign(client, NULL);
}

static void on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
    KafkaConsumer *consumer = opaque;
    if (code == RD_KAFKA_RESP_ERR__FATAL)
        kafka_handle_fatal(client, &consumer->pending);
    else if (kafka_handle_verdict((rd_kafka_resp_err_t)code) == ERROR_FATAL)
        error_set(&consumer->pending, ERROR_FATAL, "Kafka: %s", reason);
    else if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        consumer->down = true;
}

/* ---- open and close ---- */

static bool make_client(KafkaConsumer *consumer, const KafkaConsumerSpec *spec, Error *error)
{
    char queue[24];
    snprintf(queue, sizeof(queue), "%d",
             spec->queue_kbytes > 0 ? spec->queue_kbytes : QUEUE_KBYTES_DEFAULT);
    const KafkaProperty properties[] = {
        {"group.id", spec->group},
        {"partition.assignment.strategy", spec->assignor},
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"auto.offset.reset", "error"},
        {"isolation.level", "read_committed"},
        {"session.timeout.ms", "10000"},
        {"heartbeat.interval.ms", "1000"},
        {"topic.metadata.refresh.interval.ms", "5000"}, /* finds topics made after the start */
        {"queued.max.messages.kbytes", queue},
        {"queued.min.messages", "100000"},
        {"fetch.message.max.bytes", "131072"},
        {"fetch.max.bytes", "1000000"},
        {"fetch.wait.max.ms", "50"},
    };
    rd_kafka_conf_t *conf;
    if (!kafka_handle_conf(&spec->client, properties, sizeof(properties) / sizeof(properties[0]),
                           &conf, error))
        return false;
    rd_kafka_conf_set_opaque(conf, consumer);
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    rd_kafka_conf_set_error_cb(conf, on_error);
    if (!kafka_handle_new(RD_KAFKA_CONSUMER, conf, &consumer->client, error))
        return false;
    rd_kafka_poll_set_consumer(consumer->client);
    return true;
}

static bool subscribe(KafkaConsumer *consumer, Error *error)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)consumer->topic_count);
    for (size_t i = 0; i < consumer->topic_count; i++)
        rd_kafka_topic_partition_list_add(list, consumer->topics[i], RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t code = rd_kafka_subscribe(consumer->client, list);
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           kafka_handle_error(error, code, "could not subscribe");
}

bool kafka_consumer_open(const KafkaConsumerSpec *spec, KafkaConsumer **consumer, Error *error)
{
    KafkaConsumer *made = must_alloc(calloc(1, sizeof(*made)));
    made->hooks = spec->hooks;
    made->brokers = must_alloc(strdup(spec->client.brokers));
    made->topics = must_alloc(calloc(spec->topic_count + 1, sizeof(char *)));
    for (; made->topic_count < spec->topic_count; made->topic_count++)
        made->topics[made->topic_count] = must_alloc(strdup(spec->topics[made->topic_count]));
    if (!make_client(made, spec, error) || !subscribe(made, error)) {
        kafka_consumer_close(made);
        return false;
    }
    *consumer = made;
    return true;
}

void kafka_consumer_close(KafkaConsumer *consumer)
{
    if (consumer == NULL)
        return;
    consumer->closing = true;
    batch_free(&consumer->batch);
    batch_free(&consumer->held);
    if (consumer->client != NULL && consumer->down) {
        /* Leaving the group would wait for a broker that does not answer. */
        on_revoked(consumer);
        rd_kafka_destroy_flags(consumer->client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    } else if (consumer->client != NULL) {
        rd_kafka_consumer_close(consumer->client);
        rd_kafka_destroy(consumer->client);
    }
    forget_assignment(consumer);
    for (size_t i = 0; i < consumer->topic_count; i++)
        free(consumer->topics[i]);
    free(consumer->topics);
    free(consumer->brokers);
    free(consumer);
}

/* ---- reading ---- */

/* The offset a partition stood at is gone: the hook may send it to the first one there is. */
static bool go_on_at_low(KafkaConsumer *consumer, const rd_kafka_message_t *message, Error *error)
{
    const char *topic = rd_kafka_topic_name(message->rkt);
    KafkaPosition wanted = {
        .topic = topic, .partition = message->partition, .offset = message->offset};
    int64_t low;
    int64_t high;
    if (consumer->hooks.lost == NULL)
        return error_set(error, ERROR_FATAL, "offset %lld of %s/%d does not exist any more: %s",
                         (long long)wanted.offset, topic, wanted.partition,
                         rd_kafka_message_errstr(message));
    if (!kafka_consumer_watermarks(consumer, topic, wanted.partition, &low, &high, error))
        return false;
    if (!consumer->hooks.lost(consumer->hooks.context, &wanted, low, error))
        return error_set(error, ERROR_FATAL, "offset %lld of %s/%d does not exist any more",
                         (long long)wanted.offset, topic, wanted.partition);
    rd_kafka_resp_err_t code = rd_kafka_seek(message->rkt, wanted.partition, low, 0);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           kafka_handle_error(error, code, "could not go on at the first offset");
}

/* A message that carries an error instead of a record. */
static void take_error(KafkaConsumer *consumer, const rd_kafka_message_t *message)
{
    switch ((int)message->err) {
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
        if (!go_on_at_low(consumer, message, &consumer->pending) &&
            consumer->pending.verdict == ERROR_RETRY)
            consumer->reassign_wanted =
                true; /* the error comes once: start over to meet it again */
        break;
    case RD_KAFKA_RESP_ERR__FATAL:
        kafka_handle_fatal(consumer->client, &consumer->pending);
        break;
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
        consumer->down = true;
        break;
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
    case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:    /* followed by a rebalance */
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART: /* waited for, see kafka_consumer_missing_topics */
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        break;
    default:
        error_set(&consumer->pending, kafka_handle_verdict(message->err),
                  "could not read from Kafka: %s", rd_kafka_message_errstr(message));
        break;
    }
}

/* Callbacks run inside. True when a record was added to `batch`. */
static bool poll_one(KafkaConsumer *consumer, int wait_ms, Batch *batch)
{
    int64_t generation = consumer->generation;
    rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer->client, wait_ms);
    if (consumer->generation != generation && batch == &consumer->batch)
        batch_clear(batch); /* not handed out yet, and somebody else's now */
    if (message == NULL)
        return false;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        take_error(consumer, message);
        rd_kafka_message_destroy(message);
        return false;
    }
    consumer->down = false;
    batch_add(batch, message);
    return true;
}

static bool take_pending(KafkaConsumer *consumer, Error *error)
{
    if (consumer->pending.verdict == ERROR_NONE)
        return true;
    *error = consumer->pending;
    if (consumer->pending.verdict != ERROR_FATAL)
        error_clear(&consumer->pending);
    return false;
}

static bool probe(KafkaConsumer *consumer, Error *error)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_resp_err_t code =
        rd_kafka_metadata(consumer->client, 0, NULL, &metadata, PROBE_LIMIT_MS);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(error, kafka_handle_verdict(code), "Kafka at %s does not answer: %s",
                         consumer->brokers, rd_kafka_err2str(code));
    rd_kafka_metadata_destroy(metadata);
    consumer->down = false;
    return true;
}

static void fill_batch(KafkaConsumer *consumer, size_t max, int wait_ms, int linger_ms)
{
    Batch *batch = &consumer->batch;
    int64_t until = clock_monotonic_ms() + (batch->count == 0 ? wait_ms : linger_ms);
    while (batch->count < max && batch->bytes < BATCH_BYTES_MAX) {
        int64_t left = until - clock_monotonic_ms();
        size_t before = batch->count;
        bool added = poll_one(consumer, left > 0 ? (int)left : 0, batch);
        if (consumer->pending.verdict != ERROR_NONE)
            break;
        if (added && before == 0)
            until = clock_monotonic_ms() + linger_ms;
        if (!added && (left <= 0 || consumer->down))
            break;
    }
}

bool kafka_consumer_read(KafkaConsumer *consumer,
                         size_t max,
                         int wait_ms,
                         int linger_ms,
                         const KafkaRecord **records,
                         size_t *count,
                         Error *error)
{
    *records = NULL;
    *count = 0;
    kafka_consumer_release(consumer);
    if (!take_pending(consumer, error))
        return false;
    if (consumer->down && !probe(consumer, error))
        return false;
    if (consumer->reassign_wanted && !kafka_consumer_reassign(consumer, error))
        return false;
    if (consumer->claim_wanted && !claim(consumer, error))
        return false;
    if (consumer->paused)
        pause_all(consumer, false);
    for (size_t i = 0; i < consumer->held.count; i++)
        batch_add(&consumer->batch, consumer->held.messages[i]);
    consumer->held.count = 0;
    consumer->held.bytes = 0;
    fill_batch(consumer, max, wait_ms, linger_ms);
    Batch *batch = &consumer->batch;
    if (batch->count == 0 && !take_pending(consumer, error))
        return false;
    for (size_t i = 0; i < batch->count; i++)
        batch->records[i] = make_record(batch->messages[i]);
    *records = batch->records;
    *count = batch->count;
    return true;
}

void kafka_consumer_release(KafkaConsumer *consumer)
{
    batch_clear(&consumer->batch);
}

void kafka_consumer_idle(KafkaConsumer *consumer, int wait_ms)
{
    int64_t until = clock_monotonic_ms() + wait_ms;
    for (int64_t left; (left = until - clock_monotonic_ms()) > 0;) {
        if (!consumer->paused) /* the first time, and again after a rebalance */
            pause_all(consumer, true);
        poll_one(consumer, (int)left, &consumer->held);
    }
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

/* ---- group and broker ---- */

bool kafka_consumer_reassign(KafkaConsumer *consumer, Error *error)
{
    kafka_consumer_release(consumer);
    batch_clear(&consumer->held);
    bool claimed = !consumer->claim_wanted && consumer->assigned_count > 0;
    if (claimed && consumer->hooks.revoked != NULL)
        consumer->hooks.revoked(consumer->hooks.context, consumer->assignment,
                                consumer->assigned_count, true);
    consumer->claim_wanted = true;
    if (!assign(consumer, NULL, 0, error))
        return false;
    consumer->reassign_wanted = false;
    return claim(consumer, error);
}

int64_t kafka_consumer_generation(const KafkaConsumer *consumer)
{
    return consumer->generation;
}

const KafkaPosition *kafka_consumer_assignment(const KafkaConsumer *consumer, size_t *count)
{
    *count = consumer->assigned_count;
    return consumer->assignment;
}

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
        bool is_missing;
        if (!topic_is_missing(consumer, consumer->topics[i], &is_missing, error))
            return false;
        if (is_missing)
            missing->items[missing->count++] = text_from(consumer->topics[i]);
    }
    return true;
}

static bool is_ours(const KafkaConsumer *consumer, const KafkaPosition *position)
{
    for (size_t i = 0; i < consumer->assigned_count; i++)
        if (consumer->assignment[i].partition == position->partition &&
            strcmp(consumer->assignment[i].topic, position->topic) == 0)
            return true;
    return false;
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
        if (is_ours(consumer, &positions[i]))
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
