/*
 * The way of a departmental record to onecase.report. One batch at a time:
 *
 *   read ─► map each ─► vault for dead ones, acknowledged ─► report for all, in order, acknowledged ─► offsets
 *
 * Every stage can be entered again: when Kafka does not answer, the step says RETRY, the service keeps the consumer
 * alive, and the next step goes on where the last one was.
 * Invariant: an offset is committed only when everything before it is acknowledged. Nothing a record holds can fail
 * a step; it becomes a dead record instead.
 */
#include "intake.h"

#include "batch.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>

enum {
    READ_WAIT_MS = 500,
    READ_LINGER_MS = 5,
    TOPICS_CHECK_MS = 5000, /* how often topics that are missing are looked for */
    REVOKE_PATIENCE_MS = 5000,
    DRAIN_PATIENCE_MS = 10000,
    SCRATCH_BLOCK = 16384
};

typedef struct Intake {
    const IntakeSettings *settings;
    Sources *sources;
    Sources *retired; /* replaced by a reload, still named by the batch in hand */
    KafkaConsumer *consumer;
    bool reopen_wanted; /* a reload changed the topics */
    Sender sender;
    Places places;
    Batch batch;
    Arena *scratch; /* one question */
    int64_t commit_due_ms;
    int64_t topics_due_ms;
    size_t missing_topics; /* SIZE_MAX: not asked yet */
} Intake;

/* ---- commit ---- */

static bool commit(Intake *intake, bool synchronous, Error *error)
{
    intake->commit_due_ms = clock_monotonic_ms() + intake->settings->commit_interval_ms;
    if (!places_dirty(&intake->places))
        return true;
    size_t count;
    KafkaPosition *positions = places_to_commit(&intake->places, intake->scratch, &count);
    bool good = kafka_consumer_commit(intake->consumer, positions, count, synchronous, error);
    if (good)
        places_committed(&intake->places);
    arena_reset(intake->scratch);
    return good;
}

static bool commit_when_due(Intake *intake, Error *error)
{
    return clock_monotonic_ms() < intake->commit_due_ms || commit(intake, false, error);
}

static void drop_batch(Intake *intake)
{
    kafka_consumer_release(intake->consumer);
    batch_clear(&intake->batch);
    if (intake->retired != NULL) {
        sources_free(intake->retired);
        intake->retired = NULL;
    }
}

/* ---- assignment ---- */

/* Starts where the group committed; a partition that never was read starts at its first record. */
static bool on_assigned(void *context, KafkaPosition *partitions, size_t count, Error *error)
{
    Intake *intake = context;
    if (!kafka_consumer_committed(intake->consumer, partitions, count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        int64_t high;
        if (partitions[i].offset == KAFKA_OFFSET_NONE &&
            !kafka_consumer_watermarks(intake->consumer, partitions[i].topic,
                                       partitions[i].partition, &partitions[i].offset, &high,
                                       error))
            return false;
    }
    places_set(&intake->places, partitions, count);
    log_event(LOG_INFO, "assigned", LOG_INT("partitions", count));
    return true;
}

static void on_revoked(void *context, const KafkaPosition *partitions, size_t count, bool lost)
{
    (void)partitions;
    Intake *intake = context;
    Error ignored = {0}; /* what is not committed will be repeated by the next owner */
    if (intake->batch.count > 0) {
        int64_t deadline = clock_monotonic_ms() + REVOKE_PATIENCE_MS;
        while (!sender_settle(&intake->sender, &ignored) && ignored.verdict == ERROR_RETRY &&
               clock_monotonic_ms() < deadline)
            error_clear(&ignored);
        batch_note_done(&intake->batch, &intake->places);
        intake->batch.abandoned = true;
    }
    if (!lost && !commit(intake, true, &ignored))
        log_event(LOG_WARN, "commit_failed", LOG_STRING("reason", ignored.text));
    places_clear(&intake->places);
    log_event(LOG_INFO, "revoked", LOG_INT("partitions", count), LOG_INT("lost", lost));
}

/* Retention was faster than we: the loss is said, and shows as skipped offsets of the next record. */
static bool on_lost(void *context, const KafkaPosition *wanted, int64_t low, Error *error)
{
    (void)context;
    (void)error;
    log_event(LOG_ERROR, "lost", LOG_STRING("topic", wanted->topic),
              LOG_INT("partition", wanted->partition), LOG_INT("offset", wanted->offset),
              LOG_INT("first_offset", low),
              LOG_STRING("reason", "the broker does not have this offset any more; going on at "
                                   "the first it has"));
    return true;
}

static bool open_consumer(Intake *intake, Error *error)
{
    KafkaConsumerSpec spec = {
        .client = {.brokers = intake->settings->brokers, .client_id = "intake"},
        .group = intake->settings->group,
        .assignor = "roundrobin",
        .queue_kbytes = (int32_t)intake->settings->queue_kbytes,
        .hooks = {.context = intake,
                  .assigned = on_assigned,
                  .revoked = on_revoked,
                  .lost = on_lost},
    };
    spec.topics = sources_topics(intake->sources, &spec.topic_count);
    intake->topics_due_ms = clock_monotonic_ms();
    intake->missing_topics = SIZE_MAX;
    return kafka_consumer_open(&spec, &intake->consumer, error);
}

/* ---- topics that do not exist yet ---- */

/* Said once for each change; a question that fails is asked again later. */
static void look_for_topics(Intake *intake)
{
    if (intake->missing_topics == 0 || clock_monotonic_ms() < intake->topics_due_ms)
        return;
    intake->topics_due_ms = clock_monotonic_ms() + TOPICS_CHECK_MS;
    TextList missing;
    Error ignored = {0};
    if (kafka_consumer_missing_topics(intake->consumer, intake->scratch, &missing, &ignored) &&
        missing.count != intake->missing_topics) {
        for (size_t i = 0; i < missing.count; i++)
            log_event(LOG_WARN, "topic_missing", LOG_TEXT("topic", missing.items[i]),
                      LOG_STRING("reason", "it does not exist; waiting for it"));
        if (missing.count == 0)
            log_event(LOG_INFO, "topics_present", LOG_INT("missing", 0));
        intake->missing_topics = missing.count;
    }
    arena_reset(intake->scratch);
}

/* ---- step ---- */

/* The batch in hand from records to acknowledged effects. */
static bool intake_handle(Intake *intake, Error *error)
{
    if (intake->batch.abandoned) {
        if (!sender_settle(&intake->sender, error))
            return false;
    } else {
        batch_map(&intake->batch, intake->sources, &intake->places);
        if (!batch_send(&intake->batch, &intake->sender, error))
            return false;
        batch_note_done(&intake->batch, &intake->places);
    }
    drop_batch(intake);
    return commit_when_due(intake, error);
}

static bool reopen_consumer(Intake *intake, Error *error)
{
    kafka_consumer_close(intake->consumer);
    intake->consumer = NULL;
    places_clear(&intake->places);
    intake->reopen_wanted = false;
    return open_consumer(intake, error);
}

static int read_wait_ms(const Intake *intake)
{
    if (!places_dirty(&intake->places))
        return READ_WAIT_MS;
    int64_t left = intake->commit_due_ms - clock_monotonic_ms();
    return left < 0 ? 0 : left < READ_WAIT_MS ? (int)left : READ_WAIT_MS;
}

bool intake_step(void *state, Error *error)
{
    Intake *intake = state;
    if (intake->batch.count > 0)
        return intake_handle(intake, error);
    if (intake->reopen_wanted && !reopen_consumer(intake, error))
        return false;
    look_for_topics(intake);
    const KafkaReading reading = {(size_t)intake->settings->in_flight_max, read_wait_ms(intake),
                                  READ_LINGER_MS};
    if (!kafka_consumer_read(intake->consumer, reading, &intake->batch.records,
                             &intake->batch.count, error))
        return false;
    return intake->batch.count > 0 ? intake_handle(intake, error) : commit_when_due(intake, error);
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

bool intake_open(const void *settings, void **state, Error *error)
{
    Intake *intake = calloc(1, sizeof(*intake));
    if (intake == NULL)
        abort();
    intake->settings = settings;
    intake->scratch = arena_new(SCRATCH_BLOCK);
    batch_init(&intake->batch);
    intake->sources = load_sources(settings, intake->scratch, error);
    if (intake->sources == NULL || !sender_open(settings, &intake->sender, error) ||
        !open_consumer(intake, error)) {
        intake_close(intake);
        return false;
    }
    arena_reset(intake->scratch);
    *state = intake;
    return true;
}

bool intake_reload(void *state, Error *error)
{
    Intake *intake = state;
    Sources *sources = load_sources(intake->settings, intake->scratch, error);
    arena_reset(intake->scratch);
    if (sources == NULL)
        return false;
    intake->reopen_wanted = intake->reopen_wanted || !sources_same_topics(sources, intake->sources);
    /* The batch in hand was mapped at once, so it names the first of the sets replaced since, no other. */
    if (intake->retired == NULL)
        intake->retired = intake->sources;
    else
        sources_free(intake->sources);
    intake->sources = sources;
    places_forget_mappings(&intake->places);
    if (intake->batch.count == 0)
        drop_batch(intake);
    return true;
}

bool intake_drain(void *state, Error *error)
{
    Intake *intake = state;
    int64_t deadline = clock_monotonic_ms() + DRAIN_PATIENCE_MS;
    while (intake->batch.count > 0) {
        Error reason = {0};
        if (intake_handle(intake, &reason))
            continue;
        if (reason.verdict != ERROR_RETRY || clock_monotonic_ms() >= deadline) {
            *error = reason;
            return false;
        }
    }
    return commit(intake, true, error);
}

void intake_close(void *state)
{
    Intake *intake = state;
    batch_done(&intake->batch); /* its records go with the consumer; they will be read again */
    kafka_consumer_close(intake->consumer);
    sender_close(&intake->sender);
    places_clear(&intake->places);
    sources_free(intake->sources);
    sources_free(intake->retired);
    arena_free(intake->scratch);
    free(intake);
}
