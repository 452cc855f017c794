/*
 * Consumer: reading. What is ours and from where stands in kafka_assignment.c, questions to the brokers in
 * kafka_consumer_ask.c.
 *
 * Invariant: a record is handed out once per assignment, in order, or it is dropped together with the assignment.
 */
#include "adapters/kafka_consumer.h"

#include "base/clock.h"

#include "adapters/kafka_assignment.h"
#include "adapters/kafka_handle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUEUE_KBYTES_DEFAULT = 2048,
    BATCH_BYTES_MAX = 1048576,
    SESSION_DEFAULT_MS = 10000,
    HEARTBEAT_MAX_MS = 1000,
    HEARTBEATS = 3, /* in a session, at least */
    ASK_LIMIT_DEFAULT_MS = 5000,
    PROBE_LIMIT_MS = 1000 /* the question whether the brokers are there at all */
};

static void on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
    KafkaConsumer *consumer = opaque;
    if (code == RD_KAFKA_RESP_ERR__FATAL)
        kafka_handle_fatal(client, &consumer->pending);
    else if (kafka_handle_verdict((rd_kafka_resp_err_t)code) == ERROR_FATAL)
        error_set(&consumer->pending, ERROR_FATAL, "Kafka: %s", reason);
    else if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || code == RD_KAFKA_RESP_ERR__TRANSPORT)
        consumer->down = true; /* one broker may be all there were: the next read asks */
}

/* ---- open and close ---- */

static bool make_client(KafkaConsumer *consumer, const KafkaConsumerSpec *spec, Error *error)
{
    char queue[24];
    char session[24];
    char heartbeat[24];
    int session_ms = spec->session_ms > 0 ? spec->session_ms : SESSION_DEFAULT_MS;
    int heartbeat_ms = session_ms / HEARTBEATS;
    snprintf(queue, sizeof(queue), "%d",
             spec->queue_kbytes > 0 ? spec->queue_kbytes : QUEUE_KBYTES_DEFAULT);
    snprintf(session, sizeof(session), "%d", session_ms);
    snprintf(heartbeat, sizeof(heartbeat), "%d",
             heartbeat_ms < HEARTBEAT_MAX_MS ? heartbeat_ms : HEARTBEAT_MAX_MS);
    const KafkaProperty properties[] = {
        {"group.id", spec->group},
        {"partition.assignment.strategy", spec->assignor},
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"auto.offset.reset", "error"},
        {"isolation.level", "read_committed"},
        {"session.timeout.ms", session},
        {"heartbeat.interval.ms", heartbeat},
        {"topic.metadata.refresh.interval.ms", "5000"}, /* finds topics made after the start */
        {"queued.max.messages.kbytes", queue},
        {"queued.min.messages", "100000"},
        {"fetch.message.max.bytes", "65536"},
        {"fetch.max.bytes", "1000000"},
        {"fetch.wait.max.ms", "50"},
        {"enable.partition.eof", spec->notice_ends ? "true" : "false"},
    };
    rd_kafka_conf_t *conf;
    if (!kafka_handle_conf(&spec->client, properties, sizeof(properties) / sizeof(properties[0]),
                           &conf, error))
        return false;
    rd_kafka_conf_set_opaque(conf, consumer);
    rd_kafka_conf_set_rebalance_cb(conf, kafka_assignment_rebalance);
    rd_kafka_conf_set_error_cb(conf, on_error);
    if (!kafka_handle_new(RD_KAFKA_CONSUMER, conf, &consumer->client, error))
        return false;
    rd_kafka_poll_set_consumer(consumer->client);
    consumer->waker = kafka_waker_start(consumer->client);
    return true;
}

bool kafka_consumer_subscribe(KafkaConsumer *consumer,
                              const char *const *topics,
                              size_t count,
                              Error *error)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, topics[i], RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t code = count > 0 ? rd_kafka_subscribe(consumer->client, list)
                                         : rd_kafka_unsubscribe(consumer->client);
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           kafka_handle_error(error, code, "could not subscribe");
}

bool kafka_consumer_open(const KafkaConsumerSpec *spec, KafkaConsumer **consumer, Error *error)
{
    KafkaConsumer *made = kafka_handle_alloc(calloc(1, sizeof(*made)));
    made->hooks = spec->hooks;
    made->brokers = kafka_handle_alloc(strdup(spec->client.brokers));
    made->ask_limit_ms = spec->ask_limit_ms > 0 ? spec->ask_limit_ms : ASK_LIMIT_DEFAULT_MS;
    if (!make_client(made, spec, error) ||
        (spec->topic_count > 0 &&
         !kafka_consumer_subscribe(made, spec->topics, spec->topic_count, error))) {
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
    kafka_waker_stop(consumer->waker);
    kafka_batch_free(&consumer->batch);
    kafka_batch_free(&consumer->held);
    kafka_batch_free(&consumer->back);
    if (consumer->client != NULL && consumer->down) {
        /* Leaving the group would wait for a broker that does not answer. */
        kafka_assignment_revoke(consumer);
        kafka_handle_destroy(consumer->client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    } else if (consumer->client != NULL) {
        rd_kafka_consumer_close(consumer->client);
        kafka_handle_destroy(consumer->client, 0);
    }
    kafka_assignment_forget(consumer);
    free(consumer->brokers);
    free(consumer->note);
    free(consumer);
}

/* ---- reading ---- */

static void take_end(KafkaConsumer *consumer, const rd_kafka_message_t *message)
{
    KafkaPartitionState *state =
        kafka_assignment_state(consumer, rd_kafka_topic_name(message->rkt), message->partition);
    if (state != NULL)
        state->end_seen = message->offset;
}

/* A message that carries an error instead of a record. */
static void take_error(KafkaConsumer *consumer, const rd_kafka_message_t *message)
{
    switch ((int)message->err) {
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
        consumer->reassign_wanted = true; /* the claim finds out, and asks the hook */
        break;
    case RD_KAFKA_RESP_ERR__FATAL:
        kafka_handle_fatal(consumer->client, &consumer->pending);
        break;
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
        consumer->down = true;
        break;
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        take_end(consumer, message);
        break;
    case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:    /* followed by a rebalance */
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART: /* waited for */
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
static bool poll_one(KafkaConsumer *consumer, int wait_ms, KafkaBatch *batch)
{
    int64_t generation = consumer->generation;
    rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer->client, wait_ms);
    if (consumer->generation != generation && batch == &consumer->batch)
        kafka_batch_clear(batch); /* not handed out yet, and somebody else's now */
    if (message == NULL)
        return false;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        take_error(consumer, message);
        rd_kafka_message_destroy(message);
        return false;
    }
    consumer->down = false;
    if (kafka_assignment_holds(consumer, message)) {
        kafka_batch_add(&consumer->back, message);
        return false;
    }
    kafka_batch_add(batch, message);
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

/* Records that were put back, of partitions that may go on; then what came in while idle. */
static void take_kept(KafkaConsumer *consumer, size_t max)
{
    KafkaBatch *back = &consumer->back;
    size_t left = 0;
    for (size_t i = 0; i < back->count; i++)
        if (consumer->batch.count < max && !kafka_assignment_holds(consumer, back->messages[i]))
            kafka_batch_add(&consumer->batch, back->messages[i]);
        else
            back->messages[left++] = back->messages[i];
    back->count = left;
    for (size_t i = 0; i < consumer->held.count; i++)
        kafka_batch_add(kafka_assignment_holds(consumer, consumer->held.messages[i]) || left > 0
                            ? back
                            : &consumer->batch,
                        consumer->held.messages[i]);
    consumer->held.count = 0;
    consumer->held.bytes = 0;
}

static void fill_batch(KafkaConsumer *consumer, KafkaReading reading)
{
    KafkaBatch *batch = &consumer->batch;
    int64_t until =
        clock_monotonic_ms() + (batch->count == 0 ? reading.wait_ms : reading.linger_ms);
    while (batch->count < reading.max && batch->bytes < BATCH_BYTES_MAX) {
        int64_t left = until - clock_monotonic_ms();
        size_t before = batch->count;
        bool added = poll_one(consumer, left > 0 ? (int)left : 0, batch);
        if (consumer->pending.verdict != ERROR_NONE || consumer->reassign_wanted)
            break;
        if (added && before == 0)
            until = clock_monotonic_ms() + reading.linger_ms;
        if (!added && (left <= 0 || consumer->down))
            break;
    }
}

bool kafka_consumer_read(KafkaConsumer *consumer,
                         KafkaReading reading,
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
    if (consumer->reassign_wanted && !kafka_assignment_restart(consumer, false, error))
        return false;
    if (consumer->claim_wanted && !kafka_assignment_claim(consumer, error))
        return false;
    if (consumer->paused)
        kafka_assignment_pause(consumer, false);
    take_kept(consumer, reading.max);
    fill_batch(consumer, reading);
    if (consumer->batch.count == 0 && !take_pending(consumer, error))
        return false;
    *records = kafka_batch_records(&consumer->batch);
    *count = consumer->batch.count;
    if (*count > 0)
        kafka_waker_busy(consumer->waker);
    return true;
}

void kafka_consumer_put_back(KafkaConsumer *consumer,
                             const char *topic,
                             int32_t partition,
                             int64_t offset)
{
    KafkaBatch *batch = &consumer->batch;
    size_t left = 0;
    size_t later = consumer->back.count;
    kafka_consumer_hold(consumer, topic, partition, true);
    for (size_t i = 0; i < batch->count; i++) {
        rd_kafka_message_t *message = batch->messages[i];
        if (message->offset >= offset && kafka_assignment_holds(consumer, message) &&
            message->partition == partition &&
            strcmp(rd_kafka_topic_name(message->rkt), topic) == 0)
            kafka_batch_add(&consumer->back, message);
        else
            batch->messages[left++] = message;
    }
    batch->count = left;
    kafka_batch_bring_forward(&consumer->back, later);
}

void kafka_consumer_release(KafkaConsumer *consumer)
{
    kafka_batch_clear(&consumer->batch);
}

void kafka_consumer_idle(KafkaConsumer *consumer, int wait_ms)
{
    int64_t until = clock_monotonic_ms() + wait_ms;
    for (int64_t left; (left = until - clock_monotonic_ms()) > 0;) {
        if (!consumer->paused) /* the first time, and again after a rebalance */
            kafka_assignment_pause(consumer, true);
        poll_one(consumer, (int)left, &consumer->held);
    }
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
