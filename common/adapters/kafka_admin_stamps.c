/*
 * Time stamps of single records, many partitions at a time. Some are being fetched, and whoever has answered makes
 * room for the next, so that neither the answers in memory nor the questions to a broker grow with their number:
 *
 *   stamps  [ answered | started: at most IN_FLIGHT, one queue | not yet ]
 *
 * A batch that is larger than a fetch may be comes alone, when its partition is the first of the question; librdkafka
 * goes round.
 *
 * What was fetched of a partition and not handed out when it is stopped stays with librdkafka 2.0 until the partition is started again.
 * So nothing is fetched ahead (queued.max.messages.kbytes = 1), and as librdkafka notices only now and then that its queue
 * is empty again, it is woken by a small question.
 */
#include "base/clock.h"

#include "adapters/kafka_admin_parts.h"
#include "adapters/kafka_handle.h"

enum { IN_FLIGHT = 64, TAKE_MAX = 256, WAKE_MS = 10, WAKE_LIMIT_MS = 500 };

typedef struct Started {
    rd_kafka_topic_t *topic; /* NULL: free */
    KafkaStamp *stamp;
} Started;

typedef struct Stamping {
    KafkaAdmin *admin;
    rd_kafka_queue_t *queue;
    Started started[IN_FLIGHT];
    size_t open;
} Stamping;

/* An error here is the partition's own: it stays unanswered. */
static void start_one(Stamping *stamping, KafkaStamp *stamp)
{
    const KafkaPosition *position = &stamp->position;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(stamping->admin->client, position->topic, NULL);
    if (topic == NULL)
        return;
    if (rd_kafka_consume_start_queue(topic, position->partition, position->offset,
                                     stamping->queue) != 0) {
        rd_kafka_topic_destroy(topic);
        return;
    }
    size_t at = 0;
    while (stamping->started[at].topic != NULL)
        at++;
    stamping->started[at] = (Started){topic, stamp};
    stamping->open++;
}

static void stop_one(Stamping *stamping, Started *started)
{
    rd_kafka_consume_stop(started->topic, started->stamp->position.partition);
    rd_kafka_topic_destroy(started->topic);
    started->topic = NULL;
    stamping->open--;
}

static Started *find(Stamping *stamping, const rd_kafka_message_t *message)
{
    for (size_t i = 0; i < IN_FLIGHT; i++) {
        Started *started = &stamping->started[i];
        if (started->topic != NULL && started->topic == message->rkt &&
            started->stamp->position.partition == message->partition)
            return started;
    }
    return NULL;
}

/* The first word about a partition is its answer. */
static void take_one(Stamping *stamping, const rd_kafka_message_t *message)
{
    Started *started = message->rkt != NULL ? find(stamping, message) : NULL;
    if (started == NULL)
        return;
    KafkaStamp *stamp = started->stamp;
    rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    stamp->found = message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
    stamp->answered = stamp->found || message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
    if (stamp->found)
        stamp->time_ms = rd_kafka_message_timestamp(message, &type);
    stamp->log_append_time = type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME;
    stop_one(stamping, started);
}

static void wake(rd_kafka_t *client, int wait_ms)
{
    const struct rd_kafka_metadata *metadata;
    if (rd_kafka_metadata(client, 0, NULL, &metadata,
                          wait_ms < WAKE_LIMIT_MS ? wait_ms : WAKE_LIMIT_MS) ==
        RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_metadata_destroy(metadata);
}

static void take_some(Stamping *stamping, int wait_ms)
{
    rd_kafka_message_t *messages[TAKE_MAX];
    messages[0] = rd_kafka_consume_queue(stamping->queue, wait_ms < WAKE_MS ? wait_ms : WAKE_MS);
    if (messages[0] == NULL) {
        wake(stamping->admin->client, wait_ms);
        return;
    }
    ssize_t more =
        rd_kafka_consume_batch_queue(stamping->queue, 0, &messages[1], (size_t)TAKE_MAX - 1);
    for (ssize_t i = 0; i < 1 + (more > 0 ? more : 0); i++) {
        take_one(stamping, messages[i]);
        rd_kafka_message_destroy(messages[i]);
    }
}

void kafka_admin_stamps(KafkaAdmin *admin, KafkaStamp *stamps, size_t count, int wait_ms)
{
    Stamping stamping = {.admin = admin, .queue = rd_kafka_queue_new(admin->client)};
    int64_t until = clock_monotonic_ms() + wait_ms;
    size_t next = 0;
    for (size_t i = 0; i < count; i++)
        stamps[i] = (KafkaStamp){.position = stamps[i].position, .time_ms = -1};
    for (;;) {
        while (next < count && stamping.open < IN_FLIGHT)
            start_one(&stamping, &stamps[next++]);
        int64_t wait = until - clock_monotonic_ms();
        if (stamping.open == 0 || wait <= 0)
            break;
        take_some(&stamping, (int)wait);
    }
    for (size_t i = 0; i < IN_FLIGHT; i++)
        if (stamping.started[i].topic != NULL)
            stop_one(&stamping, &stamping.started[i]);
    rd_kafka_queue_destroy(stamping.queue);
}
