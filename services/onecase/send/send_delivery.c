/*
 * A ring of what is on its way, in the order of the file. Partitions acknowledge in any order; the place moves over the
 * front of the ring as far as all is settled.
 *
 *   head ──► settled settled waiting settled waiting ◄── tail
 *            └─ moved over, added to the chain
 */
#include "send_delivery.h"

#include "send_stop.h"

#include "base/clock.h"

#include "adapters/kafka_admin.h"
#include "adapters/kafka_producer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ASK_LIMIT_MS = 15000,
    RING = 1 << 16,
    SLICE_MS = 100,
    LINGER_MS = 10,
    RATE_SLACK_MS = 200,
    QUEUE_KBYTES = 32768,
    LAST_WAIT_MS = 10000,
    CONFIGS_MAX = 8
};

typedef enum EntryState { ENTRY_WAITING, ENTRY_SETTLED, ENTRY_HELD } EntryState;

typedef struct Entry {
    EntryState state;
    uint8_t digest[SHA256_SIZE];
    int64_t line;
    int64_t end;
} Entry;

struct SendDelivery {
    SendDeliverySpec spec;
    KafkaProducer *producer;
    Entry *ring;
    uint64_t head;
    uint64_t tail;
    bool held; /* a record was refused by the broker: the place stays before it */
    int64_t started_ms;
    int64_t last_ack_ms;
    int64_t given;
    SendDeliveryState state;
    Error failure; /* of a delivery that means the end */
};

static void note_refusal(SendDelivery *delivery, int64_t line, const char *reason)
{
    SendDeliveryState *state = &delivery->state;
    state->refused++;
    if (state->refusal_count == SEND_REFUSED_MAX)
        return;
    SendRefused *refusal = &state->refusals[state->refusal_count++];
    refusal->line = line;
    snprintf(refusal->reason, sizeof(refusal->reason), "%s", reason);
}

static void move_place(SendDelivery *delivery)
{
    while (delivery->head < delivery->tail) {
        const Entry *entry = &delivery->ring[delivery->head % RING];
        if (entry->state == ENTRY_WAITING)
            return;
        delivery->held = delivery->held || entry->state == ENTRY_HELD;
        if (!delivery->held) {
            send_place_add(&delivery->state.place, entry->digest);
            delivery->state.place.bytes = entry->end;
        }
        delivery->head++;
    }
}

static void on_delivered(void *context, const KafkaDelivery *report)
{
    SendDelivery *delivery = context;
    Entry *entry = &delivery->ring[(uintptr_t)report->opaque % RING];
    delivery->last_ack_ms = clock_monotonic_ms();
    if (report->delivered) {
        entry->state = ENTRY_SETTLED;
        delivery->state.sent++;
    } else if (report->error.verdict == ERROR_REJECT) {
        entry->state = ENTRY_HELD;
        note_refusal(delivery, entry->line, report->error.text);
    } else if (delivery->failure.verdict == ERROR_NONE) {
        delivery->failure = report->error;
    }
    move_place(delivery);
}

/* What the topic of history takes over from the live one. */
static bool copied(const char *name)
{
    static const char *const NAMES[] = {"max.message.bytes", "retention.ms", "retention.bytes",
                                        "min.insync.replicas", "unclean.leader.election.enable"};
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (strcmp(NAMES[i], name) == 0)
            return true;
    return false;
}

static bool make_backfill(KafkaAdmin *admin, const SendFeed *feed, KafkaTopic live, Error *error)
{
    KafkaTopic topic = {.name = feed->topic, .partitions = 1, .replication = live.replication};
    KafkaConfig *configs;
    KafkaConfig taken[CONFIGS_MAX];
    size_t count;
    size_t taken_count = 0;
    Arena *arena = arena_new(16384);
    bool existed = false;
    bool good = kafka_admin_configs(admin, feed->live, arena, &configs, &count, error);
    for (size_t i = 0; good && i < count && taken_count < CONFIGS_MAX; i++)
        if (configs[i].value != NULL && copied(configs[i].name))
            taken[taken_count++] = configs[i];
    good = good && kafka_admin_create(admin, &topic, taken, taken_count, &existed, error);
    if (good && !existed)
        fprintf(stderr, "onecase send: topic %s was created, with one partition\n", feed->topic);
    arena_free(arena);
    return good;
}

static bool
check_topics(const SendDelivery *delivery, KafkaAdmin *admin, int64_t *limit, Error *error)
{
    const SendFeed *feed = delivery->spec.feed;
    KafkaTopic live = {.name = feed->live};
    KafkaTopic topic = {.name = feed->topic};
    if (!kafka_admin_topic(admin, &live, error) || !kafka_admin_topic(admin, &topic, error))
        return false;
    if (live.partitions == 0)
        return error_set(error, ERROR_REJECT,
                         "topic \"%s\" does not exist; `onecase source add` creates the topics of "
                         "a mapping file",
                         feed->live);
    if (topic.partitions == 0 && !make_backfill(admin, feed, live, error))
        return false;
    if (delivery->spec.options->backfill && topic.partitions > 1)
        fprintf(stderr,
                "onecase send: topic %s has %d partitions: the order of history holds for each "
                "record number alone\n",
                feed->topic, (int)topic.partitions);
    return kafka_admin_record_limit(admin, feed->topic, limit, error);
}

static bool open_producer(SendDelivery *delivery, Error *error)
{
    const KafkaClientSpec client = {.brokers = delivery->spec.options->brokers,
                                    .client_id = "onecase-send"};
    KafkaAdmin *admin = NULL;
    KafkaTopicLimit limit = {.topic = delivery->spec.feed->topic};
    bool good = kafka_admin_open(&client, ASK_LIMIT_MS, &admin, error) &&
                check_topics(delivery, admin, &limit.bytes, error);
    kafka_admin_close(admin);
    if (!good)
        return false;
    const KafkaProducerSpec spec = {.client = client,
                                    .limits = &limit,
                                    .limit_count = 1,
                                    .linger_ms = LINGER_MS,
                                    .queue_kbytes = QUEUE_KBYTES,
                                    .delivered = on_delivered,
                                    .context = delivery};
    return kafka_producer_open(&spec, &delivery->producer, error);
}

bool send_delivery_open(const SendDeliverySpec *spec, SendDelivery **delivery, Error *error)
{
    SendDelivery *made = calloc(1, sizeof(*made));
    Entry *ring = calloc(RING, sizeof(Entry));
    if (made == NULL || ring == NULL)
        abort();
    made->spec = *spec;
    made->ring = ring;
    made->state.place = spec->start;
    *delivery = made;
    if (!open_producer(made, error))
        return false;
    made->started_ms = clock_monotonic_ms();
    made->last_ack_ms = made->started_ms;
    return true;
}

void send_delivery_close(SendDelivery *delivery)
{
    if (delivery == NULL)
        return;
    kafka_producer_close(delivery->producer);
    free(delivery->ring);
    free(delivery);
}

/* Lets acknowledgements come for a while. */
static bool wait_a_little(SendDelivery *delivery, int wait_ms, Error *error)
{
    if (!kafka_producer_poll(delivery->producer, wait_ms, error))
        return false;
    if (delivery->failure.verdict != ERROR_NONE) {
        *error = delivery->failure;
        return false;
    }
    delivery->spec.tick(delivery->spec.context);
    return true;
}

static bool may_go_on(Error *error)
{
    return !send_stop_asked() || error_set_at(error, ERROR_REJECT, "stopped", NULL, "told to stop");
}

/* When the next one is due. What a wait for Kafka or a halt has put off is not made up for: the rate is a limit. */
static int64_t due_ms(SendDelivery *delivery)
{
    int64_t rate = delivery->spec.options->rate;
    if (rate == 0)
        return 0;
    int64_t due = delivery->started_ms + delivery->given * 1000 / rate;
    int64_t late = clock_monotonic_ms() - due;
    if (late > RATE_SLACK_MS)
        delivery->started_ms += late - RATE_SLACK_MS;
    return due;
}

/* No more in hand than there is room for, or than a second may bring: Kafka would get all of it at once. */
static bool is_full(const SendDelivery *delivery)
{
    int64_t rate = delivery->spec.options->rate;
    return delivery->tail - delivery->head == RING ||
           (rate > 0 && (int64_t)kafka_producer_in_flight(delivery->producer) >= rate);
}

static bool wait_for_turn(SendDelivery *delivery, Error *error)
{
    int64_t due = due_ms(delivery);
    int wait_ms = 0;
    do {
        if (!wait_a_little(delivery, wait_ms, error) || !may_go_on(error))
            return false;
        int64_t early_ms = due - clock_monotonic_ms();
        wait_ms = early_ms <= 0 && !is_full(delivery)   ? 0
                  : early_ms > 0 && early_ms < SLICE_MS ? (int)early_ms
                                                        : SLICE_MS;
    } while (wait_ms > 0);
    return true;
}

bool send_delivery_send(SendDelivery *delivery, const SendItem *item, Error *error)
{
    if (!wait_for_turn(delivery, error))
        return false;
    Entry *entry = &delivery->ring[delivery->tail % RING];
    *entry = (Entry){.state = ENTRY_WAITING, .line = item->line, .end = item->end};
    memcpy(entry->digest, item->digest, SHA256_SIZE);
    const KafkaMessage message = {.topic = delivery->spec.feed->topic,
                                  .partition = -1,
                                  .key = item->key,
                                  .value = item->value,
                                  .opaque = (void *)(uintptr_t)(delivery->tail % RING)};
    Error refused = {0};
    while (!kafka_producer_send(delivery->producer, &message, &refused)) {
        if (refused.verdict == ERROR_FATAL) {
            *error = refused;
            return false;
        }
        if (refused.verdict == ERROR_REJECT) {
            entry->state = ENTRY_HELD;
            note_refusal(delivery, item->line, refused.text);
            break;
        }
        error_clear(&refused);
        if (!wait_a_little(delivery, SLICE_MS, error) || !may_go_on(error))
            return false;
    }
    if (refused.verdict == ERROR_NONE && kafka_producer_in_flight(delivery->producer) == 1)
        delivery->last_ack_ms = clock_monotonic_ms(); /* nothing was in hand: waiting begins */
    delivery->tail++;
    delivery->given++;
    move_place(delivery);
    return true;
}

bool send_delivery_finish(SendDelivery *delivery, Error *error)
{
    int64_t deadline_ms = INT64_MAX;
    while (kafka_producer_in_flight(delivery->producer) > 0) {
        Error slow = {0};
        if (!kafka_producer_flush(delivery->producer, SLICE_MS, &slow) &&
            slow.verdict != ERROR_RETRY) {
            *error = slow;
            return false;
        }
        if (!wait_a_little(delivery, 0, error))
            return false;
        int64_t now_ms = clock_monotonic_ms();
        if (send_stop_asked() && deadline_ms == INT64_MAX)
            deadline_ms = now_ms + LAST_WAIT_MS;
        if (now_ms >= deadline_ms)
            return may_go_on(error);
    }
    return wait_a_little(delivery, 0, error);
}

const SendDeliveryState *send_delivery_state(SendDelivery *delivery)
{
    SendDeliveryState *state = &delivery->state;
    state->in_hand =
        delivery->producer != NULL ? (int64_t)kafka_producer_in_flight(delivery->producer) : 0;
    state->quiet_ms = state->in_hand > 0 ? clock_monotonic_ms() - delivery->last_ack_ms : 0;
    return state;
}
