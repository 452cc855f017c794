/*
 * Consume onecase.report, decide, write. One batch is one transaction:
 *
 *   records ─► decode ─► identify (one read) ─► decide ─► vault (bytes of dead letters) ─► save (fence, rows, offsets)
 *
 * On a failure everything decided is dropped, and the SQLSTATE says what follows: the same batch again, a new claim,
 * or - when PostgreSQL refuses a record's content - the batch in halves, in order, down to the guilty record.
 *
 * Invariant: memory changes when the transaction has committed, and never otherwise.
 */
#include "matcher.h"

#include "batch.h"
#include "vault.h"

#include "base/clock.h"
#include "base/log.h"

#include "domain/datetime.h"

#include "adapters/kafka_admin.h"
#include "adapters/model_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    READ_WAIT_MS = 500,
    REBALANCE_WAIT_MS = 1000, /* for the group to say so before a fenced owner claims again */
    BATCH_BLOCK = 262144,
    ASK_MS = 10000,
    COMMIT_AGAIN_MS = 1000,
    FIRST_YEAR = 2000,
    MONTHS = 100 * 12,
    MONTHS_AHEAD = 3, /* that onecase.make_partitions makes beside the month it is given */
    NAME_MAX_SIZE = 300
};

typedef struct Matcher {
    const MatcherSettings *settings;
    char topic[NAME_MAX_SIZE];
    char vault_topic[NAME_MAX_SIZE];
    char owner[NAME_MAX_SIZE];
    int32_t partition_count;
    CaseStore *store;
    Decider *decider;
    Progress *progress;
    Vault *vault;
    KafkaConsumer *consumer;
    StoredMove *moves;
    Batch batch;
    const KafkaRecord *records; /* read and not handled yet */
    size_t record_count;
    int64_t generation; /* of the assignment they were read under */
    bool commit_again;  /* offsets were committed to Kafka once, and may have got lost */
    int64_t committed_ms;
    bool reclaim;        /* what memory holds is not certain: claim and load again */
    bool fenced;         /* somebody else claimed our partitions */
    bool months[MONTHS]; /* since FIRST_YEAR: monthly partitions stand */
} Matcher;

/* ---- a batch ---- */

/* Which month since FIRST_YEAR; SIZE_MAX beyond what is remembered. */
static size_t month_of(int64_t time_us)
{
    Datetime civil = datetime_to_civil(time_us, 0);
    int64_t month = (civil.year - FIRST_YEAR) * INT64_C(12) + civil.month - 1;
    return month >= 0 && month < MONTHS ? (size_t)month : SIZE_MAX;
}

/* Rows of every stream time in the batch find their monthly partition. Partitions of the log may be years apart. */
static bool make_partitions(Matcher *matcher, Error *error)
{
    for (size_t i = 0; i < matcher->batch.count; i++) {
        int64_t time = matcher->batch.items[i].received_at;
        size_t month = month_of(time);
        if (month != SIZE_MAX && matcher->months[month])
            continue;
        if (!case_store_make_partitions(matcher->store, time, error))
            return false;
        for (size_t k = month; k < MONTHS && k <= month + MONTHS_AHEAD; k++)
            matcher->months[k] = true;
    }
    return true;
}

static bool keep_bytes(Matcher *matcher, Error *error)
{
    Batch *batch = &matcher->batch;
    bool any = false;
    if (matcher->settings->silent) /* whoever decided first has kept them */
        return true;
    for (size_t i = 0; i < batch->count; i++) {
        BatchItem *item = &batch->items[i];
        if (!item->vault)
            continue;
        any = true;
        if (!vault_put(matcher->vault, item->record, &item->head.origin, &item->note, batch->arena,
                       error))
            return false;
    }
    return !any || vault_flush(matcher->vault, error);
}

static void log_dead(const Batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const BatchItem *item = &batch->items[i];
        if (item->vault)
            log_event(LOG_WARN, "rejected", LOG_TEXT("topic", item->head.origin.topic),
                      LOG_INT("partition", item->head.origin.partition),
                      LOG_INT("offset", item->head.origin.offset),
                      LOG_TEXT("stage", item->note.stage), LOG_TEXT("rule", item->note.rule),
                      LOG_TEXT("reason", item->note.message));
    }
}

/* A copy for lag tools. It may get lost on the way, so it is sent once more when nothing else is to do. */
static void commit_to_kafka(Matcher *matcher, const StoredMove *moves, size_t count, bool again)
{
    Error error = {0};
    if (matcher->settings->silent)
        return;
    KafkaPosition *positions = ARENA_ARRAY(matcher->batch.arena, KafkaPosition, count);
    for (size_t i = 0; i < count; i++)
        positions[i] = (KafkaPosition){matcher->topic, moves[i].partition, moves[i].new_offset};
    if (!kafka_consumer_commit(matcher->consumer, positions, count, false, &error))
        log_event(LOG_DEBUG, "kafka_commit_failed", LOG_STRING("reason", error.text));
    matcher->commit_again = again;
    matcher->committed_ms = clock_monotonic_ms();
}

static void commit_once_more(Matcher *matcher)
{
    if (!matcher->commit_again || clock_monotonic_ms() - matcher->committed_ms < COMMIT_AGAIN_MS)
        return;
    commit_to_kafka(matcher, matcher->moves, progress_offsets(matcher->progress, matcher->moves),
                    false);
}

static void merge_batch(Matcher *matcher, size_t move_count)
{
    progress_commit(matcher->progress);
    decide_committed(matcher->decider);
    log_dead(&matcher->batch);
    if (move_count > 0)
        commit_to_kafka(matcher, matcher->moves, move_count, true);
}

static void drop_batch(Matcher *matcher)
{
    progress_drop(matcher->progress);
    decide_dropped(matcher->decider);
    case_store_clear(matcher->store);
}

/* Everything that was read becomes durable, or nothing. */
static bool run_batch(
    Matcher *matcher, const KafkaRecord *records, size_t count, const Error *fault, Error *error)
{
    Batch *batch = &matcher->batch;
    size_t move_count = 0;
    PostgresOutcome outcome = POSTGRES_REFUSED;
    arena_reset(batch->arena);
    batch->fault = fault;
    batch_decode(batch, records, count);
    bool well = make_partitions(matcher, error) && batch_identify(batch, error) &&
                batch_decide(batch, error) && keep_bytes(matcher, error) &&
                batch_save(batch, matcher->moves, &move_count, &outcome, error);
    if (well)
        merge_batch(matcher, move_count);
    else
        drop_batch(matcher);
    if (outcome == POSTGRES_UNKNOWN)
        matcher->reclaim = true;
    return well;
}

/* One record that PostgreSQL does not take. A constraint may have been a race, so it is tried once more alone. */
static bool bury(Matcher *matcher, const KafkaRecord *record, Error *error)
{
    if (strncmp(error->state, "23", 2) == 0) {
        error_clear(error);
        if (run_batch(matcher, record, 1, NULL, error))
            return true;
        if (error->verdict != ERROR_REJECT)
            return false;
    }
    Error fault = *error;
    if (fault.rule[0] == '\0')
        snprintf(fault.rule, sizeof(fault.rule), "%s", fault.state);
    error_clear(error);
    if (run_batch(matcher, record, 1, &fault, error))
        return true;
    if (error->verdict == ERROR_REJECT) /* not even its dead letter: that is our bug */
        error->verdict = ERROR_FATAL;
    return false;
}

static bool
matcher_handle_batch(Matcher *matcher, const KafkaRecord *records, size_t count, Error *error)
{
    if (run_batch(matcher, records, count, NULL, error))
        return true;
    if (error->verdict != ERROR_REJECT)
        return false;
    if (count == 1)
        return bury(matcher, records, error);
    error_clear(error);
    size_t half = count / 2;
    return matcher_handle_batch(matcher, records, half, error) &&
           matcher_handle_batch(matcher, records + half, count - half, error);
}

/* ---- assignment ---- */

static int compare_numbers(const void *a, const void *b)
{
    int32_t left = *(const int32_t *)a;
    int32_t right = *(const int32_t *)b;
    return (left > right) - (left < right);
}

static int32_t *numbers_of(const KafkaPosition *partitions, size_t count)
{
    int32_t *numbers = calloc(count + 1, sizeof(*numbers));
    if (numbers == NULL)
        abort();
    for (size_t i = 0; i < count; i++)
        numbers[i] = partitions[i].partition;
    qsort(numbers, count, sizeof(*numbers), compare_numbers);
    return numbers;
}

static void release(Matcher *matcher, const int32_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        progress_release(matcher->progress, numbers[i]);
    decide_release(matcher->decider, numbers, count);
}

/* While memory was read nobody else can have written, if nobody has claimed. */
static bool still_ours(Matcher *matcher,
                       const int32_t *numbers,
                       const StoredOffset *claimed,
                       size_t count,
                       Error *error)
{
    StoredOffset *stands = calloc(count, sizeof(*stands));
    if (stands == NULL)
        abort();
    bool well = case_store_offsets(matcher->store, numbers, count, stands, error);
    for (size_t i = 0; well && i < count; i++)
        if (stands[i].epoch != claimed[i].epoch)
            well = error_set(error, ERROR_RETRY,
                             "partition %d was claimed by another matcher while it was loaded",
                             numbers[i]);
    free(stands);
    return well;
}

static bool assigned(void *context, KafkaPosition *partitions, size_t count, Error *error)
{
    Matcher *matcher = context;
    if (count == 0)
        return true;
    int32_t *numbers = numbers_of(partitions, count);
    StoredOffset *offsets = calloc(count, sizeof(*offsets));
    if (offsets == NULL)
        abort();
    bool well = progress_claim(matcher->progress, matcher->store, numbers, count, offsets, error) &&
                decide_claim(matcher->decider, numbers, count, error) &&
                still_ours(matcher, numbers, offsets, count, error);
    for (size_t i = 0; well && i < count; i++)
        for (size_t k = 0; k < count; k++)
            if (offsets[k].partition == partitions[i].partition)
                partitions[i].offset =
                    offsets[k].next_offset < 0 ? KAFKA_OFFSET_BEGINNING : offsets[k].next_offset;
    if (well)
        log_event(LOG_INFO, "claimed", LOG_INT("partitions", count));
    else
        release(matcher, numbers, count); /* `revoked` is not told of what was never ours */
    free(offsets);
    free(numbers);
    return well;
}

static void revoked(void *context, const KafkaPosition *partitions, size_t count, bool lost)
{
    Matcher *matcher = context;
    (void)lost; /* the fence decides, whatever the group says */
    int32_t *numbers = numbers_of(partitions, count);
    release(matcher, numbers, count);
    free(numbers);
}

/* ---- failures ---- */

static void note_failure(Matcher *matcher, const Error *error)
{
    if (strcmp(error->state, "OC001") == 0)
        matcher->fenced = matcher->reclaim = true;
    else if (error->state[0] != '\0' && !postgres_connected(case_store_postgres(matcher->store)))
        matcher->reclaim = true;
}

/* After a failure that leaves memory uncertain: everything from PostgreSQL again. */
static bool claim_again(Matcher *matcher, Error *error)
{
    matcher->record_count = 0;
    matcher->reclaim = false;
    if (matcher->fenced) {
        matcher->fenced = false;
        kafka_consumer_idle(matcher->consumer, REBALANCE_WAIT_MS);
        if (kafka_consumer_generation(matcher->consumer) != matcher->generation)
            return true; /* the group has spoken meanwhile, and the hooks have followed */
    }
    return kafka_consumer_reassign(matcher->consumer, error);
}

/* ---- life ---- */

static bool check_topic(Matcher *matcher, Error *error)
{
    KafkaClientSpec client = {.brokers = matcher->settings->brokers,
                              .client_id = "onecase-matcher"};
    KafkaTopic topic = {.name = matcher->topic};
    KafkaAdmin *admin = NULL;
    bool well = case_store_partition_count(matcher->store, &matcher->partition_count, error) &&
                kafka_admin_open(&client, ASK_MS, &admin, error) &&
                kafka_admin_topic(admin, &topic, error);
    kafka_admin_close(admin);
    if (!well)
        return false;
    if (topic.partitions == 0)
        return error_set(error, ERROR_RETRY, "topic %s does not exist", matcher->topic);
    if (topic.partitions != matcher->partition_count)
        return error_set(error, ERROR_FATAL,
                         "topic %s has %d partitions, the database was made for %d", matcher->topic,
                         topic.partitions, matcher->partition_count);
    return true;
}

static void make_names(Matcher *matcher)
{
    const MatcherSettings *settings = matcher->settings;
    snprintf(matcher->topic, sizeof(matcher->topic), "%sonecase.report", settings->topic_prefix);
    snprintf(matcher->vault_topic, sizeof(matcher->vault_topic), "%sonecase.deadletter",
             settings->topic_prefix);
    char host[128] = "localhost";
    gethostname(host, sizeof(host) - 1);
    if (settings->owner[0] != '\0')
        snprintf(matcher->owner, sizeof(matcher->owner), "%s", settings->owner);
    else
        snprintf(matcher->owner, sizeof(matcher->owner), "%s:%d", host, (int)getpid());
}

static bool open_consumer(Matcher *matcher, Error *error)
{
    const char *topics[] = {matcher->topic};
    KafkaConsumerSpec spec = {
        .client = {.brokers = matcher->settings->brokers, .client_id = "onecase-matcher"},
        .group = matcher->settings->group,
        .assignor = "range",
        .topics = topics,
        .topic_count = 1,
        .session_ms = (int32_t)matcher->settings->session_ms,
        .hooks = {.context = matcher, .assigned = assigned, .revoked = revoked},
    };
    return kafka_consumer_open(&spec, &matcher->consumer, error);
}

void matcher_close(void *state)
{
    Matcher *matcher = state;
    kafka_consumer_close(matcher->consumer); /* first: it calls the hooks */
    decide_close(matcher->decider);
    progress_free(matcher->progress);
    vault_free(matcher->vault);
    case_store_free(matcher->store);
    map_free(matcher->batch.identity_map);
    map_free(matcher->batch.report_map);
    map_free(matcher->batch.place_map);
    arena_free(matcher->batch.arena);
    free(matcher->moves);
    free(matcher);
}

static bool open_parts(Matcher *matcher, Error *error)
{
    CaseStoreSpec store = {.conninfo = matcher->settings->conninfo,
                           .application = "onecase-matcher",
                           .owner = matcher->owner,
                           .topic = matcher->topic};
    matcher->store = case_store_new(&store);
    DeciderSpec decider = {.model = matcher->settings->model, .store = matcher->store};
    VaultSpec vault = {.brokers = matcher->settings->brokers, .topic = matcher->vault_topic};
    matcher->vault = vault_new(&vault);
    if (!decide_open(&decider, &matcher->decider, error) || !check_topic(matcher, error))
        return false;
    matcher->progress = progress_new(matcher->partition_count);
    matcher->moves = calloc((size_t)matcher->partition_count, sizeof(StoredMove));
    if (matcher->moves == NULL)
        abort();
    matcher->batch = (Batch){
        .arena = arena_new(BATCH_BLOCK),
        .store = matcher->store,
        .progress = matcher->progress,
        .decider = matcher->decider,
        .partition_count = matcher->partition_count,
        .report_topic = matcher->topic,
        .identity_map = map_new(),
        .report_map = map_new(),
        .place_map = map_new(),
    };
    return open_consumer(matcher, error);
}

bool matcher_check(const void *settings, Arena *arena, TextList *faults)
{
    MappingFindings findings = {.arena = arena};
    Model *model = model_file_read(((const MatcherSettings *)settings)->model, &findings);
    *faults = (TextList){ARENA_ARRAY(arena, Text, findings.count), 0};
    for (size_t i = 0; i < findings.count; i++)
        if (!findings.items[i].warning)
            faults->items[faults->count++] = mapping_finding_text(arena, &findings.items[i]);
    model_free(model);
    return model != NULL;
}

bool matcher_open(const void *settings, void **state, Error *error)
{
    Matcher *matcher = calloc(1, sizeof(*matcher));
    if (matcher == NULL)
        abort();
    matcher->settings = settings;
    make_names(matcher);
    if (!open_parts(matcher, error)) {
        matcher_close(matcher);
        return false;
    }
    *state = matcher;
    return true;
}

static bool read_records(Matcher *matcher, Error *error)
{
    const MatcherSettings *settings = matcher->settings;
    const KafkaReading reading = {(size_t)settings->batch_max, READ_WAIT_MS,
                                  (int)settings->linger_ms};
    if (!kafka_consumer_read(matcher->consumer, reading, &matcher->records, &matcher->record_count,
                             error)) {
        matcher->record_count = 0;
        return false;
    }
    matcher->generation = kafka_consumer_generation(matcher->consumer);
    for (size_t i = 0; i < matcher->record_count; i++)
        if (!matcher->records[i].log_append_time)
            return error_set(error, ERROR_FATAL,
                             "topic %s stamps records by their sender (message.timestamp.type "
                             "must be LogAppendTime)",
                             matcher->topic);
    return true;
}

bool matcher_step(void *state, Error *error)
{
    Matcher *matcher = state;
    if (matcher->reclaim)
        return claim_again(matcher, error);
    if (kafka_consumer_generation(matcher->consumer) != matcher->generation)
        matcher->record_count = 0; /* they come again from the offsets of the new claim */
    if (matcher->record_count == 0 && !read_records(matcher, error))
        return false;
    if (matcher->record_count > 0 &&
        !matcher_handle_batch(matcher, matcher->records, matcher->record_count, error)) {
        note_failure(matcher, error);
        return false;
    }
    if (matcher->record_count == 0)
        commit_once_more(matcher);
    matcher->record_count = 0;
    return true;
}

void matcher_idle(void *state, int wait_ms)
{
    Matcher *matcher = state;
    kafka_consumer_idle(matcher->consumer, wait_ms);
}
