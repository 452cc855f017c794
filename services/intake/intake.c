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

#include "outgoing.h"
#include "places.h"
#include "sources.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"

#include <assert.h>
#include <stdlib.h>

enum {
    READ_WAIT_MS = 500,
    READ_LINGER_MS = 5,
    TOPICS_CHECK_MS = 5000, /* how often topics that are missing are looked for */
    REVOKE_PATIENCE_MS = 5000,
    DRAIN_PATIENCE_MS = 10000,
    LOGGED_PER_SECOND = 20, /* dead letters; the rest of a second is counted */
    SCRATCH_BLOCK = 65536,
    BATCH_BLOCK = 262144
};

/* Records taken from the consumer and not finished. */
typedef struct Batch {
    const KafkaRecord *records;
    size_t count; /* 0: none */
    Outgoing *outgoings;
    size_t outgoing_count;
    size_t outgoing_capacity;
    bool mapped;
    bool
        abandoned; /* the partitions are somebody else's: what is under way is waited for, the rest dropped */
} Batch;

/* Lines about dead letters, so that a broken feed does not flood the log. */
typedef struct Throttle {
    int64_t second;
    int64_t written;
    int64_t held_back;
} Throttle;

typedef struct Intake {
    const IntakeSettings *settings;
    Sources *sources;
    Sources *retired; /* replaced by a reload, still named by the batch in hand */
    KafkaConsumer *consumer;
    bool reopen_wanted; /* a reload changed the topics */
    Sender sender;
    Places places;
    Batch batch;
    Arena *scratch; /* one record */
    Arena *arena;   /* one batch */
    int64_t commit_due_ms;
    int64_t topics_due_ms;
    size_t missing_topics; /* SIZE_MAX: not asked yet */
    Throttle throttle;
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

/* Moves each partition behind its records up to the first whose effects are not complete. */
static void note_done(Intake *intake)
{
    Batch *batch = &intake->batch;
    for (size_t i = 0; i < intake->places.count; i++)
        intake->places.items[i].blocked = false;
    size_t next = 0;
    for (size_t i = 0; i < batch->count; i++) {
        const KafkaRecord *record = &batch->records[i];
        Place *place = places_find(&intake->places, record->topic, record->partition);
        bool done = batch->mapped;
        for (; next < batch->outgoing_count && batch->outgoings[next].source == record; next++)
            done = done && outgoing_done(&batch->outgoings[next]);
        if (place == NULL)
            continue;
        place->blocked = place->blocked || !done;
        if (!place->blocked)
            place->done = record->offset + 1;
    }
}

static void drop_batch(Intake *intake)
{
    kafka_consumer_release(intake->consumer);
    intake->batch = (Batch){0};
    arena_reset(intake->arena);
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
        note_done(intake);
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

/* ---- map ---- */

static Outgoing *add_outgoing(Intake *intake)
{
    Batch *batch = &intake->batch;
    if (batch->outgoing_count == batch->outgoing_capacity) {
        size_t old = batch->outgoing_capacity;
        batch->outgoing_capacity = old == 0 ? batch->count : old * 2;
        batch->outgoings = arena_grow(intake->arena, batch->outgoings, old * sizeof(Outgoing),
                                      batch->outgoing_capacity * sizeof(Outgoing));
    }
    return &batch->outgoings[batch->outgoing_count++];
}

static void log_dead(Intake *intake, const Outgoing *outgoing)
{
    Throttle *throttle = &intake->throttle;
    int64_t second = clock_monotonic_ms() / 1000;
    if (second != throttle->second) {
        if (throttle->held_back > 0)
            log_event(LOG_WARN, "rejected_more", LOG_INT("count", throttle->held_back));
        *throttle = (Throttle){.second = second};
    }
    if (throttle->written == LOGGED_PER_SECOND) {
        throttle->held_back++;
        return;
    }
    throttle->written++;
    log_event(LOG_WARN, "rejected", LOG_TEXT("topic", outgoing->head.origin.topic),
              LOG_INT("partition", outgoing->head.origin.partition),
              LOG_INT("offset", outgoing->head.origin.offset),
              LOG_INT("item", outgoing->head.origin.item), LOG_TEXT("stage", outgoing->note.stage),
              LOG_TEXT("rule", outgoing->note.rule), LOG_TEXT("pointer", outgoing->note.pointer),
              LOG_TEXT("reason", outgoing->note.message));
}

static RecordNote copy_note(Arena *arena, const RecordNote *note)
{
    return (RecordNote){
        .stage = text_copy(arena, note->stage),
        .pointer = text_copy(arena, note->pointer),
        .rule = text_copy(arena, note->rule),
        .message = text_copy(arena, note->message),
        .sha256 = text_copy(arena, note->sha256),
    };
}

/* What leaves the scratch arena: the encoded value, the region and, of a dead one, its note. */
static void keep_mapped(Intake *intake,
                        const MappedRecord *mapped,
                        const RecordHead *head,
                        const KafkaRecord *source)
{
    TextBuilder value = builder_new(intake->arena);
    if (record_kind_carries_report(mapped->kind))
        report_write(&mapped->report, &value);
    else
        record_note_write(&mapped->note, mapped->kind, &value);
    Outgoing *outgoing = add_outgoing(intake);
    *outgoing = (Outgoing){
        .source = source,
        .head = *head,
        .region = text_copy(intake->arena, mapped->region),
        .value = builder_view(&value),
    };
    if (mapped->kind != RECORD_DEAD)
        return;
    outgoing->note = copy_note(intake->arena, &mapped->note);
    log_dead(intake, outgoing);
}

/* One source record into its outgoing records. The bytes of a record with several dead items are kept once. */
static void map_record(Intake *intake, const KafkaRecord *record, Place *place)
{
    if (place->mapping == NULL)
        place->mapping = sources_mapping(intake->sources, record->topic);
    assert(place->mapping != NULL); /* we subscribe to topics of mappings alone */
    const MappingInput input = {.bytes = record->value, .timestamp_us = record->timestamp_us};
    MappedRecord *mapped;
    size_t count;
    mapping_apply(place->mapping, sources_context(intake->sources), &input, intake->scratch,
                  &mapped, &count);
    RecordHead head = {
        .origin = {.topic = record->topic,
                   .partition = record->partition,
                   .offset = record->offset},
        .source = mapping_source(place->mapping),
        .mapping = mapping_version(place->mapping),
        .items = (int32_t)count,
        .skipped = places_take(place, record->offset),
        .attempt = 1,
    };
    Text kept_at = TEXT_ABSENT;
    for (size_t i = 0; i < count; i++) {
        head.kind = mapped[i].kind;
        head.origin.item = (int32_t)i;
        keep_mapped(intake, &mapped[i], &head, record);
        head.skipped = 0; /* counted once, with the first item */
        Outgoing *outgoing = &intake->batch.outgoings[intake->batch.outgoing_count - 1];
        if (outgoing->head.kind != RECORD_DEAD)
            continue;
        outgoing->kept_at = kept_at;
        if (text_is_absent(kept_at))
            kept_at = record_origin_text(intake->arena, &head.origin);
    }
}

static void map_batch(Intake *intake)
{
    Batch *batch = &intake->batch;
    for (size_t i = 0; !batch->mapped && i < batch->count; i++) {
        const KafkaRecord *record = &batch->records[i];
        Place *place = places_find(&intake->places, record->topic, record->partition);
        assert(place != NULL); /* a batch belongs to one assignment */
        map_record(intake, record, place);
        arena_reset(intake->scratch);
    }
    batch->mapped = true;
}

/* ---- send ---- */

/* The bytes of dead ones are in the vault before any word about them is on onecase.report. */
static bool keep_dead(Intake *intake, Error *error)
{
    Batch *batch = &intake->batch;
    bool settled = false;
    while (!settled) {
        for (size_t i = 0; i < batch->outgoing_count; i++)
            if (!outgoing_keep(&batch->outgoings[i], &intake->sender, intake->arena, error))
                return false;
        bool under_way = false;
        for (size_t i = 0; i < batch->outgoing_count; i++)
            under_way = under_way || batch->outgoings[i].vault.state == RECEIPT_SENT;
        settled = !under_way;
        if (under_way && !sender_settle(&intake->sender, error))
            return false;
    }
    return true;
}

static bool send_all(Intake *intake, Error *error)
{
    Batch *batch = &intake->batch;
    for (size_t i = 0; i < batch->outgoing_count; i++)
        if (!outgoing_send(&batch->outgoings[i], &intake->sender, intake->arena, error))
            return false;
    return sender_settle(&intake->sender, error);
}

/*
 * A batch is refused as a whole, so each refused record is tried alone; the one that is refused again is guilty and
 * becomes a dead record. *again: there is something new to send.
 */
static bool judge_refused(Intake *intake, bool *again, Error *error)
{
    *again = false;
    for (size_t i = 0; i < intake->batch.outgoing_count; i++) {
        Outgoing *outgoing = &intake->batch.outgoings[i];
        if (outgoing->report.state == RECEIPT_REFUSED && !outgoing->report.certain &&
            !outgoing->tried_alone) {
            outgoing->tried_alone = true;
            outgoing->report = (Receipt){0};
            if (!outgoing_send(outgoing, &intake->sender, intake->arena, error))
                return false;
        }
        if (outgoing->report.state == RECEIPT_SENT && !sender_settle(&intake->sender, error))
            return false;
        if (outgoing->report.state != RECEIPT_REFUSED)
            continue;
        if (outgoing->head.kind == RECORD_DEAD)
            return error_set(error, ERROR_FATAL, "topic %s refuses even a dead record (%s)",
                             intake->sender.report_topic, outgoing->report.rule);
        outgoing_bury(outgoing, intake->arena);
        log_dead(intake, outgoing);
        *again = true;
    }
    return true;
}

static bool send_batch(Intake *intake, Error *error)
{
    bool again = true;
    while (again)
        if (!keep_dead(intake, error) || !send_all(intake, error) ||
            !judge_refused(intake, &again, error))
            return false;
    return true;
}

/* ---- step ---- */

/* The batch in hand from records to acknowledged effects. */
static bool intake_handle(Intake *intake, Error *error)
{
    if (intake->batch.abandoned) {
        if (!sender_settle(&intake->sender, error))
            return false;
    } else {
        map_batch(intake);
        if (!send_batch(intake, error))
            return false;
        note_done(intake);
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
    intake->arena = arena_new(BATCH_BLOCK);
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
    intake->batch = (Batch){0}; /* its records go with the consumer; they will be read again */
    kafka_consumer_close(intake->consumer);
    sender_close(&intake->sender);
    places_clear(&intake->places);
    sources_free(intake->sources);
    sources_free(intake->retired);
    arena_free(intake->scratch);
    arena_free(intake->arena);
    free(intake);
}
