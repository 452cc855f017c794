/*
 * Partitions that are set aside: PostgreSQL is there and answers, but does not take what comes next in them. Their records wait, in
 * order; all other partitions go on.
 *
 *   RUNNING ── too many refusals in a row (breaker.h) ──────────► REFUSING ─┐ held; tried again with one record
 *      ▲ ───── one record that never gets done, see below ─────► WAITING  ─┤ after 5 s, doubled up to 60 s
 *      └────── taken, or buried on purpose (bury_left) ◄───────────────────┘
 *
 * A trial that takes long (a statement time-out) is followed by a pause of twenty times that, so that the others lose a twentieth at
 * most. State, since when and why stand in onecase.consumer_offsets and outlive this process.
 */
#include "matcher_parts.h"

#include "base/clock.h"
#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    FIRST_WAIT_MS = 5000,
    LONGEST_WAIT_MS = 60000,
    TRIAL_SHARE = 20, /* of the time, at most one part is spent with trials */
    GRANT_ASK_MS = 5000,
    REASON_SIZE = 400,
    NAME_SIZE = 120
};

static const char *name_of(AsideState state)
{
    return state == ASIDE_REFUSING ? "REFUSING" : state == ASIDE_WAITING ? "WAITING" : "RUNNING";
}

void matcher_aside_claimed(Matcher *matcher, const StoredOffset *offset)
{
    Aside *aside = &matcher->asides[offset->partition];
    AsideState state = strcmp(offset->state, "REFUSING") == 0  ? ASIDE_REFUSING
                       : strcmp(offset->state, "WAITING") == 0 ? ASIDE_WAITING
                                                               : ASIDE_NOT;
    matcher_aside_forget(matcher, offset->partition);
    aside->state = state;
    aside->trying = state != ASIDE_NOT;
    aside->since_ms = clock_monotonic_ms();
}

void matcher_aside_forget(Matcher *matcher, int32_t partition)
{
    Aside *aside = &matcher->asides[partition];
    breaker_free(aside->breaker);
    *aside = (Aside){0};
}

/* ---- refusals ---- */

static Breaker *breaker_of(Aside *aside)
{
    if (aside->breaker == NULL)
        aside->breaker = breaker_new();
    return aside->breaker;
}

static Text subject_of(const BatchItem *item, char *out)
{
    snprintf(out, NAME_SIZE, "%.*s %s", TEXT_ARGS(item->head.source),
             record_kind_name(item->head.kind));
    return text_from(out);
}

static Text cause_of(const Error *fault, char *out)
{
    if (fault->constraint[0] != '\0')
        snprintf(out, NAME_SIZE, "%s constraint %s", fault->state, fault->constraint);
    else
        snprintf(out, NAME_SIZE, "%s", fault->rule);
    return text_from(out);
}

/* What an operator allowed for the partition meanwhile. */
static bool read_grant(Matcher *matcher, int32_t partition, bool *granted, Error *error)
{
    StoredOffset stands;
    if (!case_store_offsets(matcher->store, &partition, 1, &stands, error))
        return false;
    *granted = stands.bury_left > 0;
    return true;
}

static bool set_aside(
    Matcher *matcher, const KafkaRecord *record, AsideState state, const char *reason, Error *error)
{
    Aside *aside = &matcher->asides[record->partition];
    PartitionProgress *partition = progress_partition(matcher->progress, record->partition);
    StoredClaim claim = {partition->number, partition->epoch};
    if (!case_store_set_state(matcher->store, &claim, name_of(state), reason, error))
        return false;
    int64_t now_ms = clock_monotonic_ms();
    if (aside->state == ASIDE_NOT)
        aside->since_ms = now_ms;
    int64_t wait_ms = aside->wait_ms == 0 ? FIRST_WAIT_MS : aside->wait_ms * 2;
    aside->wait_ms = wait_ms < LONGEST_WAIT_MS ? wait_ms : LONGEST_WAIT_MS;
    int64_t share_ms = aside->trying ? (now_ms - aside->tried_ms) * TRIAL_SHARE : 0;
    aside->try_at_ms = now_ms + (share_ms > aside->wait_ms ? share_ms : aside->wait_ms);
    aside->asked_ms = now_ms;
    aside->state = state;
    aside->trying = false;
    aside->held = partition->held = true;
    kafka_consumer_put_back(matcher->consumer, matcher->topic, record->partition, record->offset);
    if (!aside->logged)
        log_state(LOG_WARN, "set_aside", LOG_INT("partition", record->partition),
                  LOG_INT("offset", record->offset), LOG_STRING("state", name_of(state)),
                  LOG_STRING("reason", reason));
    aside->logged = true;
    return true;
}

static bool refuse(
    Matcher *matcher, const KafkaRecord *record, Refusal refusal, const Error *fault, Error *error)
{
    const Aside *aside = &matcher->asides[record->partition];
    char reason[REASON_SIZE];
    if (breaker_fills_cause(aside->breaker, refusal))
        snprintf(reason, sizeof(reason), "%d refusals in a row by %.*s: %s", BREAKER_LIMIT,
                 TEXT_ARGS(refusal.cause), fault->text);
    else
        snprintf(reason, sizeof(reason), "%d refusals in a row of records \"%.*s\", the last: %s",
                 BREAKER_LIMIT, TEXT_ARGS(refusal.subject), fault->text);
    return set_aside(matcher, record, ASIDE_REFUSING, reason, error);
}

bool matcher_aside_refused(
    Matcher *matcher, const KafkaRecord *record, const Error *fault, bool *bury, Error *error)
{
    Aside *aside = &matcher->asides[record->partition];
    char subject[NAME_SIZE];
    char cause[NAME_SIZE];
    *bury = true;
    if (matcher->settings->silent)
        return true;
    Refusal refusal = {subject_of(&matcher->batch.items[0], subject), cause_of(fault, cause)};
    Breaker *breaker = breaker_of(aside);
    if (aside->state == ASIDE_REFUSING && !breaker_is_full(breaker))
        breaker_fill(breaker, refusal); /* it was found so, by the claim */
    if (breaker_would_fill(breaker, refusal) &&
        !read_grant(matcher, record->partition, bury, error))
        return false;
    if (!*bury)
        return refuse(matcher, record, refusal, fault, error);
    return true;
}

bool matcher_aside_unburied(Matcher *matcher,
                            const KafkaRecord *record,
                            const Error *fault,
                            Error *error)
{
    char reason[REASON_SIZE];
    if (matcher->settings->silent) /* a rebuild ends, and does not wait for somebody */
        return error_set(error, ERROR_FATAL, "%s", fault->text);
    snprintf(reason, sizeof(reason),
             "not even a dead letter can be stored for the record at offset %" PRId64 ": %s",
             record->offset, fault->text);
    return set_aside(matcher, record, ASIDE_REFUSING, reason, error);
}

/* ---- a record that never gets done ---- */

bool matcher_is_stuck(const Error *error)
{
    return error->verdict == ERROR_RETRY &&
           (strcmp(error->state, "57014") == 0 || strcmp(error->state, "23503") == 0);
}

bool matcher_aside_stuck(
    Matcher *matcher, const KafkaRecord *record, const Error *fault, bool *bury, Error *error)
{
    char reason[REASON_SIZE];
    *bury = false;
    if (!read_grant(matcher, record->partition, bury, error))
        return false;
    snprintf(reason, sizeof(reason), "the record at offset %" PRId64 " never gets done: %s",
             record->offset, fault->text);
    return *bury || set_aside(matcher, record, ASIDE_WAITING, reason, error);
}

/* ---- trials ---- */

/* What was learnt from one record that is done. */
static void count_item(const Matcher *matcher, Aside *aside, const BatchItem *item)
{
    const Error *fault = matcher->batch.fault;
    char subject[NAME_SIZE];
    char cause[NAME_SIZE];
    bool written = record_kind_carries_report(item->head.kind) && !item->dead && !item->low;
    if (fault != NULL && !matcher->settings->silent)
        breaker_refused(breaker_of(aside),
                        (Refusal){subject_of(item, subject), cause_of(fault, cause)});
    else if (written && aside->breaker != NULL)
        breaker_taken(aside->breaker, subject_of(item, subject));
}

void matcher_aside_committed(Matcher *matcher)
{
    const Batch *batch = &matcher->batch;
    for (size_t i = 0; i < batch->count; i++) {
        const BatchItem *item = &batch->items[i];
        Aside *aside = &matcher->asides[item->partition->number];
        count_item(matcher, aside, item);
        if (aside->state == ASIDE_WAITING ||
            (aside->state == ASIDE_REFUSING && batch->fault == NULL &&
             (aside->breaker == NULL || !breaker_is_full(aside->breaker))))
            aside->recovered = true;
    }
}

/* Lets the partition go for a trial, when its time has come or an operator allows what is in the way. */
static bool let_go(Matcher *matcher, int32_t partition, int64_t now_ms, Error *error)
{
    Aside *aside = &matcher->asides[partition];
    bool due = now_ms >= aside->try_at_ms;
    if (!due && now_ms - aside->asked_ms >= GRANT_ASK_MS) {
        aside->asked_ms = now_ms;
        if (!read_grant(matcher, partition, &due, error))
            return false;
    }
    if (!due)
        return true;
    aside->held = progress_partition(matcher->progress, partition)->held = false;
    aside->trying = true;
    kafka_consumer_hold(matcher->consumer, matcher->topic, partition, false);
    return true;
}

static bool run_again(Matcher *matcher, int32_t partition, int64_t now_ms, Error *error)
{
    Aside *aside = &matcher->asides[partition];
    StoredClaim claim = {partition, progress_partition(matcher->progress, partition)->epoch};
    if (!case_store_set_state(matcher->store, &claim, name_of(ASIDE_NOT), NULL, error))
        return false;
    log_state(LOG_INFO, "running", LOG_INT("partition", partition),
              LOG_REAL("waited_s", (double)(now_ms - aside->since_ms) / 1000.0));
    Breaker *breaker = aside->breaker;
    *aside = (Aside){.breaker = breaker};
    return true;
}

bool matcher_aside_step(Matcher *matcher, Error *error)
{
    int64_t now_ms = clock_monotonic_ms();
    for (int32_t i = 0; i < matcher->partition_count; i++) {
        const Aside *aside = &matcher->asides[i];
        if (aside->recovered && !run_again(matcher, i, now_ms, error))
            return false;
        if (aside->held && !let_go(matcher, i, now_ms, error))
            return false;
    }
    return true;
}

bool matcher_aside_try(Matcher *matcher, const KafkaRecord *records, size_t count, Error *error)
{
    for (size_t i = 0; i < count; i++) {
        Aside *aside = &matcher->asides[records[i].partition];
        if (!aside->trying)
            continue;
        aside->tried_ms = clock_monotonic_ms();
        if (!matcher_handle_one(matcher, &records[i], error))
            return false;
        aside->trying = false;
    }
    return true;
}
