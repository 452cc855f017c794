/*
 * A batch of records as one transaction, and what follows when it fails:
 *
 *   records ─► decode ─► identify (one read) ─► decide ─► vault (bytes of dead letters) ─► save (fence, rows, offsets)
 *
 * On a failure everything decided is dropped, and the SQLSTATE says what follows: the same batch again, a new claim,
 * or - when PostgreSQL refuses a record's content - the batch in halves, in order, down to the guilty record.
 *
 * Invariant: memory changes when the transaction has committed, and never otherwise.
 */
#include "matcher_parts.h"
#include "metrics.h"

#include "base/clock.h"
#include "base/log.h"

#include "domain/datetime.h"

#include <stdio.h>
#include <string.h>

enum {
    COMMIT_AGAIN_MS = 1000,
    FIRST_YEAR = 2000,
    MONTHS_AHEAD = 3 /* that onecase.make_partitions makes beside the month it is given */
};

/* Which month since FIRST_YEAR; SIZE_MAX beyond what is remembered. */
static size_t month_of(int64_t time_us)
{
    Datetime civil = datetime_to_civil(time_us, 0);
    int64_t month = (civil.year - FIRST_YEAR) * INT64_C(12) + civil.month - 1;
    return month >= 0 && month < MATCHER_MONTHS ? (size_t)month : SIZE_MAX;
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
        for (size_t k = month; k < MATCHER_MONTHS && k <= month + MONTHS_AHEAD; k++)
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
        if (!vault_put(matcher->vault, item->record, &item->head, &item->note, batch->arena, error))
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

void matcher_commit_once_more(Matcher *matcher)
{
    if (!matcher->commit_again || clock_monotonic_ms() - matcher->committed_ms < COMMIT_AGAIN_MS)
        return;
    commit_to_kafka(matcher, matcher->moves, progress_offsets(matcher->progress, matcher->moves),
                    false);
}

static void merge_batch(Matcher *matcher, size_t move_count, BatchTimes *times)
{
    times->committed_us = clock_monotonic_us();
    metrics_committed(&matcher->batch, times);
    progress_commit(matcher->progress);
    decide_committed(matcher->decider);
    matcher_aside_committed(matcher);
    log_dead(&matcher->batch);
    if (move_count > 0)
        commit_to_kafka(matcher, matcher->moves, move_count, true);
}

static void drop_batch(Matcher *matcher, const Error *error)
{
    metrics_rolled_back(error->verdict);
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
    BatchTimes times = {.began_us = clock_monotonic_us()};
    batch_decode(batch, records, count);
    bool well = make_partitions(matcher, error) && batch_identify(batch, error) &&
                batch_decide(batch, error) && keep_bytes(matcher, error);
    times.saved_us = clock_monotonic_us();
    well = well && batch_save(batch, matcher->moves, &move_count, &outcome, error);
    if (well)
        merge_batch(matcher, move_count, &times);
    else
        drop_batch(matcher, error);
    if (outcome == POSTGRES_UNKNOWN)
        matcher->reclaim = true;
    return well;
}

/* The record of the batch in hand becomes a dead letter, in one transaction with its offset. */
static bool bury(Matcher *matcher, const KafkaRecord *record, const Error *fault, Error *error)
{
    if (run_batch(matcher, record, 1, fault, error))
        return true;
    if (error->verdict != ERROR_REJECT)
        return false;
    Error again = *error;
    error_clear(error);
    return matcher_aside_unburied(matcher, record, &again, error);
}

bool matcher_handle_one(Matcher *matcher, const KafkaRecord *record, Error *error)
{
    bool on_trial = matcher->asides[record->partition].trying;
    if (run_batch(matcher, record, 1, NULL, error))
        return true;
    bool race = strncmp(error->state, "23", 2) == 0 || matcher_is_stuck(error);
    if (race && !on_trial) { /* another session may have been in the way: once more */
        error_clear(error);
        if (run_batch(matcher, record, 1, NULL, error))
            return true;
    }
    bool refused = error->verdict == ERROR_REJECT;
    if (!refused && !matcher_is_stuck(error))
        return false;
    Error fault = *error;
    bool buries = false;
    matcher->refused++;
    error_clear(error);
    if (fault.rule[0] == '\0')
        snprintf(fault.rule, sizeof(fault.rule), "%s", fault.state);
    bool well = refused ? matcher_aside_refused(matcher, record, &fault, &buries, error)
                        : matcher_aside_stuck(matcher, record, &fault, &buries, error);
    return well && (!buries || bury(matcher, record, &fault, error));
}

/*
 * `doubted`: a refused batch is known to have its guilty record among these, so they are not tried together again. Where two records are
 * refused only because of each other that is wrong, and costs smaller transactions, no more.
 */
static bool handle_in_halves(
    Matcher *matcher, const KafkaRecord *records, size_t count, bool doubted, Error *error)
{
    if (count == 1)
        return matcher_handle_one(matcher, records, error);
    if (!doubted && run_batch(matcher, records, count, NULL, error))
        return true;
    if (!doubted && error->verdict != ERROR_REJECT)
        return false;
    error_clear(error);
    size_t half = count / 2;
    int64_t refused = matcher->refused;
    return handle_in_halves(matcher, records, half, false, error) &&
           handle_in_halves(matcher, records + half, count - half, matcher->refused == refused,
                            error);
}

bool matcher_handle_batch(Matcher *matcher, const KafkaRecord *records, size_t count, Error *error)
{
    return matcher_aside_try(matcher, records, count, error) &&
           handle_in_halves(matcher, records, count, false, error);
}
