/*
 * History and released dead letters as guests:
 *
 *   held ──live all read, matcher has room──► open, for as many records as there is room ──used up or time──► look again
 *     ▲                                                                                                        │
 *     └───────────────────────────────live is behind, or the matcher is, or nobody knows──────────────────────┘
 *
 * The room keeps what we send between two looks below what the matcher may be behind, so that a live report never
 * queues behind more than that.
 */
#include "backfill.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>

enum {
    LOOK_MS = 1000,
    LOOK_SOON_MS = 100,  /* when the room is used up */
    SAY_AFTER_MS = 2000, /* a shorter wait is the ordinary pace */
    ASK_LIMIT_MS = 500,
    ARENA_BLOCK = 4096
};

/* What a look found. */
typedef struct Sight {
    bool known;       /* Kafka answered */
    bool live_behind; /* live records are waiting */
    int64_t pending;  /* records of history that are not read yet */
    int64_t lag;      /* of the matcher */
} Sight;

void backfill_init(Backfill *backfill,
                   const IntakeSettings *settings,
                   KafkaAdmin *admin,
                   const char *report_topic)
{
    *backfill = (Backfill){.settings = settings, .admin = admin, .report_topic = report_topic};
}

void backfill_done(Backfill *backfill)
{
    kafka_consumer_close(backfill->matcher);
    *backfill = (Backfill){0};
}

static void set_gate(Backfill *backfill, KafkaConsumer *consumer, const Places *places, bool open)
{
    for (size_t i = 0; i < places->count; i++)
        if (places_is_guest(&places->items[i]))
            kafka_consumer_hold(consumer, places->items[i].topic, places->items[i].partition,
                                places->items[i].held || !open);
    backfill->open = open;
}

void backfill_hold(Backfill *backfill, KafkaConsumer *consumer, const Places *places)
{
    backfill->concerned = false;
    for (size_t i = 0; i < places->count; i++)
        backfill->concerned = backfill->concerned || places_is_guest(&places->items[i]);
    set_gate(backfill, consumer, places, false);
    backfill->due_ms = clock_monotonic_ms() + LOOK_MS; /* time to hear of live records */
}

/* ---- looking ---- */

static bool live_behind(KafkaConsumer *consumer, const Places *places)
{
    for (size_t i = 0; i < places->count; i++) {
        const Place *place = &places->items[i];
        const KafkaPosition position = {place->topic, place->partition, place->expected};
        if (!places_is_guest(place) && !place->held &&
            !kafka_consumer_caught_up(consumer, &position))
            return true;
    }
    return false;
}

static bool open_matcher(Backfill *backfill, Error *error)
{
    const KafkaConsumerSpec spec = {
        .client = {.brokers = backfill->settings->brokers, .client_id = "intake"},
        .group = backfill->settings->matcher_group,
        .assignor = "range",
        .ask_limit_ms = ASK_LIMIT_MS,
    };
    return backfill->matcher != NULL || kafka_consumer_open(&spec, &backfill->matcher, error);
}

static bool learn_partitions(Backfill *backfill, Error *error)
{
    KafkaTopic topic = {.name = backfill->report_topic};
    if (backfill->report_partitions > 0)
        return true;
    if (!kafka_admin_topic(backfill->admin, &topic, error))
        return false;
    backfill->report_partitions = topic.partitions;
    return topic.partitions > 0 ||
           error_set(error, ERROR_RETRY, "topic %s does not exist", backfill->report_topic);
}

/* Ends of onecase.report and of history in one question, the matcher's offsets in another. */
static bool
count_behind(Backfill *backfill, const Places *places, Arena *arena, Sight *sight, Error *error)
{
    if (!open_matcher(backfill, error) || !learn_partitions(backfill, error))
        return false;
    size_t reports = (size_t)backfill->report_partitions;
    KafkaPosition *ends = ARENA_ARRAY(arena, KafkaPosition, reports + places->count);
    KafkaPosition *committed = ARENA_ARRAY(arena, KafkaPosition, reports);
    size_t count = 0;
    for (; count < reports; count++)
        ends[count] = committed[count] =
            (KafkaPosition){.topic = backfill->report_topic, .partition = (int32_t)count};
    for (size_t i = 0; i < places->count; i++)
        if (places_is_guest(&places->items[i]))
            ends[count++] = (KafkaPosition){.topic = places->items[i].topic,
                                            .partition = places->items[i].partition};
    if (!kafka_consumer_committed(backfill->matcher, committed, reports, error) ||
        !kafka_admin_ends(backfill->admin, ends, count, error))
        return false;
    for (size_t i = 0; i < reports; i++) {
        int64_t from = committed[i].offset > 0 ? committed[i].offset : 0;
        sight->lag += ends[i].offset > from ? ends[i].offset - from : 0;
    }
    size_t next = reports;
    for (size_t i = 0; i < places->count; i++)
        if (places_is_guest(&places->items[i])) {
            int64_t left = ends[next++].offset - places->items[i].expected;
            sight->pending += left > 0 && !places->items[i].held ? left : 0;
        }
    return true;
}

static Sight look(Backfill *backfill, KafkaConsumer *consumer, const Places *places)
{
    Sight sight = {.live_behind = live_behind(consumer, places)};
    Arena *arena = arena_new(ARENA_BLOCK);
    Error ignored = {0}; /* asked again at the next look */
    sight.known = count_behind(backfill, places, arena, &sight, &ignored);
    arena_free(arena);
    return sight;
}

/* ---- saying ---- */

static void say(Backfill *backfill, BackfillState state, const Sight *sight)
{
    if (backfill->said == state)
        return;
    backfill->said = state;
    char reason[96] = "live records come first";
    if (!sight->known)
        snprintf(reason, sizeof(reason), "Kafka does not say how far the matcher is");
    else if (!sight->live_behind)
        snprintf(reason, sizeof(reason), "the matcher is %lld records behind, %d are too many",
                 (long long)sight->lag, BACKFILL_LAG_MAX);
    switch (state) {
    case BACKFILL_NONE:
        log_event(LOG_INFO, "backfill_done", LOG_INT("pending", 0));
        break;
    case BACKFILL_GOING:
        log_event(LOG_INFO, "backfill_goes_on", LOG_INT("pending", sight->pending));
        break;
    case BACKFILL_WAITS:
        log_event(LOG_INFO, "backfill_waits", LOG_INT("pending", sight->pending),
                  LOG_STRING("reason", reason));
        break;
    }
}

static void tell(Backfill *backfill, const Sight *sight)
{
    int64_t now = backfill->looked_ms;
    if (backfill->open || (sight->known && sight->pending == 0))
        backfill->waits_since_ms = 0;
    else if (backfill->waits_since_ms == 0)
        backfill->waits_since_ms = now;
    if (sight->known && sight->pending == 0)
        say(backfill, BACKFILL_NONE, sight);
    else if (backfill->open)
        say(backfill, BACKFILL_GOING, sight);
    else if (now - backfill->waits_since_ms >= SAY_AFTER_MS)
        say(backfill, BACKFILL_WAITS, sight);
}

/* ---- steering ---- */

/* No guest has knocked since the last look, so what it found still holds and nobody need be asked. */
static bool nobody_knocks(const Backfill *backfill, KafkaConsumer *consumer, const Places *places)
{
    bool idle = backfill->open && !backfill->took;
    for (size_t i = 0; i < places->count && idle; i++) {
        const Place *place = &places->items[i];
        const KafkaPosition position = {place->topic, place->partition, place->expected};
        idle = !places_is_guest(place) || kafka_consumer_caught_up(consumer, &position);
    }
    return idle;
}

void backfill_steer(Backfill *backfill, KafkaConsumer *consumer, const Places *places)
{
    int64_t now = clock_monotonic_ms();
    if (!backfill->concerned || now < backfill->due_ms) {
        if (backfill->concerned && backfill->open && backfill->room <= 0)
            set_gate(backfill, consumer, places, false);
        return;
    }
    if (nobody_knocks(backfill, consumer, places)) {
        backfill->due_ms = now + LOOK_MS;
        return;
    }
    const Sight sight = look(backfill, consumer, places);
    bool open = sight.known && !sight.live_behind && sight.lag < BACKFILL_LAG_MAX;
    backfill->looked_ms = now;
    backfill->took = false;
    backfill->due_ms = now + LOOK_MS;
    backfill->room = BACKFILL_LAG_MAX - sight.lag;
    set_gate(backfill, consumer, places, open);
    tell(backfill, &sight);
}

void backfill_took(Backfill *backfill, size_t records)
{
    backfill->room -= (int64_t)records;
    backfill->took = backfill->took || records > 0;
    if (backfill->room <= 0 && backfill->due_ms > backfill->looked_ms + LOOK_SOON_MS)
        backfill->due_ms = backfill->looked_ms + LOOK_SOON_MS;
}

int backfill_wait_ms(const Backfill *backfill, int wait_ms)
{
    if (!backfill->concerned)
        return wait_ms;
    int64_t left = backfill->due_ms - clock_monotonic_ms();
    return left < 0 ? 0 : left < wait_ms ? (int)left : wait_ms;
}
