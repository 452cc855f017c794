/*
 * The way of a departmental record to onecase.report. One batch at a time:
 *
 *   read ─► map each ─► vault for dead ones, acknowledged ─► report for all, in order, acknowledged ─► offsets
 *
 * Every stage can be entered again: when Kafka does not answer, the step says RETRY, the service keeps the consumer
 * alive, and the next step goes on where the last one was. New sources (reload) wait until the batch in hand is out.
 * Invariant: an offset is committed only when everything before it is acknowledged. Nothing a record holds can fail
 * a step; it becomes a dead record instead.
 */
#include "intake_parts.h"
#include "keys.h"
#include "metrics.h"

#include "base/clock.h"
#include "base/log.h"

#include "adapters/service.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    READ_WAIT_MS = 500,
    READ_LINGER_MS = 5,
    ASK_LIMIT_MS = 5000,
    DRAIN_PATIENCE_MS = 10000,
    HEAVY_BYTES = 262144, /* of one record */
    SCRATCH_BLOCK = 16384
};

/* ---- topics ---- */

/* Asks for the cluster's topics. *came: some of them are new to us. */
static bool look_for_topics(Intake *intake, bool *came, Error *error)
{
    KafkaTopic *there;
    size_t count;
    intake->topics_due_ms = clock_monotonic_ms() + intake->settings->topics_interval_ms;
    if (!kafka_admin_topics(intake->admin, intake->scratch, &there, &count, error))
        return false;
    *came = topics_look(&intake->topics, intake->sources, there, count);
    return true;
}

/* Held partitions that somebody has go on are taken over anew, with what is committed till then. */
static bool follow_answers(Intake *intake, Error *error)
{
    bool answered = false;
    Error ignored = {0};
    if (!intake_look_for_answers(intake, &answered, &ignored) || !answered)
        return true;
    return intake_commit(intake, true, error) && kafka_consumer_reassign(intake->consumer, error);
}

/* A question that fails is asked again later. */
static bool look_when_due(Intake *intake, Error *error)
{
    bool came = false;
    Error ignored = {0};
    if (clock_monotonic_ms() < intake->topics_due_ms)
        return true;
    if (look_for_topics(intake, &came, &ignored) && came)
        intake->subscribe_wanted = true;
    arena_reset(intake->scratch);
    return follow_answers(intake, error);
}

/* Not yet a member of the group: follow_topics subscribes. */
static bool open_consumer(Intake *intake, Error *error)
{
    char refresh[24];
    snprintf(refresh, sizeof(refresh), "%lld", (long long)intake->settings->topics_interval_ms);
    const KafkaProperty properties[] = {{"topic.metadata.refresh.interval.ms", refresh}};
    const KafkaConsumerSpec spec = {
        .client = {.brokers = intake->settings->brokers,
                   .client_id = "intake",
                   .properties = properties,
                   .property_count = 1},
        .group = intake->settings->group,
        .assignor = "roundrobin",
        .queue_kbytes = (int32_t)intake->settings->queue_kbytes,
        .notice_ends = true,
        .session_ms = (int32_t)intake->settings->session_ms,
        .hooks = {.context = intake,
                  .assigned = intake_assigned,
                  .revoked = intake_revoked,
                  .lost = intake_lost},
    };
    if (!kafka_consumer_open(&spec, &intake->consumer, error))
        return false;
    kafka_consumer_note(intake->consumer,
                        keys_note(sources_context(intake->sources), intake->scratch).data);
    intake->subscribe_wanted = true;
    arena_reset(intake->scratch);
    return true;
}

/* Topics that came in are added to the subscription. When one went, nothing of it may come any more: a new consumer. */
static bool follow_topics(Intake *intake, Error *error)
{
    if (intake->reopen_wanted) {
        kafka_consumer_close(intake->consumer);
        intake->consumer = NULL;
        places_clear(&intake->places);
        if (!open_consumer(intake, error))
            return false; /* FATAL: the connection itself comes later */
        intake->reopen_wanted = false;
    }
    if (!intake->subscribe_wanted)
        return true;
    const char **names = topics_names(&intake->topics, intake->scratch);
    bool good = kafka_consumer_subscribe(intake->consumer, names, intake->topics.count, error);
    intake->subscribe_wanted = !good;
    arena_reset(intake->scratch);
    return good;
}

/* ---- step ---- */

/* No record is in hand: new sources take over. */
static void swap_sources(Intake *intake)
{
    bool gone;
    bool came;
    if (intake->next_sources == NULL)
        return;
    topics_follow(&intake->topics, intake->next_sources, &gone, &came);
    intake->reopen_wanted = intake->reopen_wanted || gone;
    intake->subscribe_wanted = intake->subscribe_wanted || came;
    sources_free(intake->sources);
    intake->sources = intake->next_sources;
    intake->next_sources = NULL;
    metrics_begin(intake->sources);
    places_route(&intake->places, intake->sources);
    intake->topics_due_ms = 0;
}

/* Thousands of small pieces of one large record lie in the heap's holes and are not given back by themselves. */
static bool was_heavy(const Batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        if (batch->records[i].value.size > HEAVY_BYTES)
            return true;
    return false;
}

static void drop_batch(Intake *intake)
{
    bool heavy = was_heavy(&intake->batch);
    if (!intake->batch.abandoned)
        metrics_batch(intake->batch.count, intake->batch_began_us);
    kafka_consumer_release(intake->consumer);
    batch_clear(&intake->batch);
    if (heavy)
        malloc_trim(0);
    swap_sources(intake);
}

/* One round of the batch in hand, from records to acknowledged effects. */
static bool intake_handle(Intake *intake, Error *error)
{
    bool more = false;
    if (intake->batch.abandoned) {
        if (!sender_settle(&intake->sender, error))
            return false;
    } else {
        if (!intake_note_try(intake, error))
            return false;
        batch_map(&intake->batch, intake->sources, &intake->places);
        if (!batch_send(&intake->batch, &intake->sender, error))
            return false;
        batch_note_done(&intake->batch, &intake->places);
        metrics_round(&intake->batch, intake->sources);
        backfill_took(&intake->backfill, intake->batch.guests);
        more = batch_end_round(&intake->batch);
    }
    if (!more)
        drop_batch(intake);
    return intake_commit_when_due(intake, error);
}

static int read_wait_ms(const Intake *intake)
{
    int wait_ms = backfill_wait_ms(&intake->backfill, READ_WAIT_MS);
    if (!places_dirty(&intake->places))
        return wait_ms;
    int64_t left = intake->commit_due_ms - clock_monotonic_ms();
    return left < 0 ? 0 : left < wait_ms ? (int)left : wait_ms;
}

bool intake_step(void *state, Error *error)
{
    Intake *intake = state;
    metrics_places(&intake->places);
    if (intake->batch.count > 0)
        return intake_handle(intake, error);
    if (!look_when_due(intake, error) || !follow_topics(intake, error))
        return false;
    intake_mark_when_due(intake);
    backfill_steer(&intake->backfill, intake->consumer, &intake->places);
    const KafkaReading reading = {(size_t)intake->settings->in_flight_max, read_wait_ms(intake),
                                  READ_LINGER_MS};
    if (!kafka_consumer_read(intake->consumer, reading, &intake->batch.records,
                             &intake->batch.count, error))
        return false;
    intake->batch_began_us = clock_monotonic_us();
    return intake->batch.count > 0 ? intake_handle(intake, error)
                                   : intake_commit_when_due(intake, error);
}

void intake_idle(void *state, int wait_ms)
{
    Intake *intake = state;
    Error ignored = {0}; /* found again by the next step */
    if (!kafka_producer_poll(intake->sender.producer, 0, &ignored))
        error_clear(&ignored);
    kafka_consumer_idle(intake->consumer, wait_ms);
}

/* ---- life ---- */

bool intake_check(const void *settings, Arena *arena, TextList *faults)
{
    Sources *sources = sources_load(settings, arena, faults);
    sources_free(sources);
    return sources != NULL;
}

/* The first fault as the error, all of them as log lines. */
static Sources *load_sources(const IntakeSettings *settings, Arena *arena, Error *error)
{
    TextList faults = {0};
    Sources *sources = sources_load(settings, arena, &faults);
    if (sources == NULL) {
        for (size_t i = 0; i < faults.count; i++)
            log_event(LOG_ERROR, "mistake", LOG_TEXT("reason", faults.items[i]));
        error_set(error, ERROR_FATAL, "%.*s", TEXT_ARGS(faults.items[0]));
    }
    return sources;
}

/* Everything that Kafka has to answer for before the first record. */
static bool open_kafka(Intake *intake, Error *error)
{
    const KafkaClientSpec client = {.brokers = intake->settings->brokers, .client_id = "intake"};
    KafkaCommit *commits;
    size_t count;
    bool ignored;
    if (!kafka_admin_open(&client, ASK_LIMIT_MS, &intake->admin, error) ||
        !sender_open(intake->settings, intake->admin, &intake->sender, error))
        return false;
    backfill_init(&intake->backfill, intake->settings, intake->admin, intake->sender.report_topic);
    topics_follow(&intake->topics, intake->sources, &ignored, &ignored);
    bool good = look_for_topics(intake, &ignored, error) && open_consumer(intake, error) &&
                intake_check_keys(intake, &commits, &count, error);
    arena_reset(intake->scratch);
    return good;
}

/* Told apart from every other process there was and will be. */
static uint64_t new_holder(void)
{
    uint64_t holder = 0;
    while (holder == 0)
        if (getentropy(&holder, sizeof(holder)) != 0)
            abort();
    return holder;
}

bool intake_open(const void *settings, void **state, Error *error)
{
    Intake *intake = calloc(1, sizeof(*intake));
    if (intake == NULL)
        abort();
    intake->settings = settings;
    intake->holder = new_holder();
    intake->scratch = arena_new(SCRATCH_BLOCK);
    batch_init(&intake->batch);
    topics_init(&intake->topics);
    intake->sources = load_sources(settings, intake->scratch, error);
    arena_reset(intake->scratch);
    if (intake->sources == NULL || !open_kafka(intake, error)) {
        intake_close(intake);
        return false;
    }
    metrics_begin(intake->sources);
    *state = intake;
    return true;
}

/* The same number must go on meaning the same key. */
static bool same_keys(const Sources *old, const Sources *new, Arena *arena, Error *error)
{
    int32_t number = keys_conflict(sources_context(new), keys_note(sources_context(old), arena));
    return number == 0 || error_set(error, ERROR_FATAL,
                                    "the key file with the number %d holds another key than at the "
                                    "start; a new key takes a new number",
                                    number);
}

bool intake_reload(void *state, Error *error)
{
    Intake *intake = state;
    Sources *sources = load_sources(intake->settings, intake->scratch, error);
    bool good = sources != NULL && same_keys(intake->sources, sources, intake->scratch, error);
    arena_reset(intake->scratch);
    if (!good) {
        sources_free(sources);
        return false;
    }
    sources_free(intake->next_sources);
    intake->next_sources = sources;
    if (intake->batch.count == 0)
        swap_sources(intake);
    return true;
}

bool intake_drain(void *state, Error *error)
{
    Intake *intake = state;
    int64_t deadline = clock_monotonic_ms() + DRAIN_PATIENCE_MS;
    while (intake->batch.count > 0) {
        Error reason = {0};
        if (intake_handle(intake, &reason)) {
            service_progress();
            continue;
        }
        if (reason.verdict != ERROR_RETRY || clock_monotonic_ms() >= deadline) {
            *error = reason;
            return false;
        }
    }
    return intake_commit(intake, true, error);
}

void intake_close(void *state)
{
    Intake *intake = state;
    batch_done(&intake->batch); /* its records go with the consumer; they will be read again */
    kafka_consumer_close(intake->consumer);
    sender_close(&intake->sender);
    places_clear(&intake->places);
    backfill_done(&intake->backfill);
    kafka_admin_close(intake->admin);
    topics_done(&intake->topics);
    sources_free(intake->sources);
    sources_free(intake->next_sources);
    arena_free(intake->scratch);
    free(intake);
}
