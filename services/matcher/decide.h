#ifndef ONECASE_SERVICES_MATCHER_DECIDE_H
#define ONECASE_SERVICES_MATCHER_DECIDE_H

#include "domain/hazard_survey.h"
#include "domain/linkage.h"

#include "adapters/case_store.h"

/*
 * The seam between accounting and matching: the batch knows records, identities and offsets, this knows hazards and
 * cases. Memory is per partition, rebuilt from PostgreSQL when a partition is claimed. What is decided for a batch
 * stays in an overlay: decide_committed merges it, decide_dropped forgets it. Nothing here reads a clock.
 */
typedef struct Decider Decider;

enum { DECIDE_OUTCOMES = OUTCOME_BUCKET + 1 };

typedef struct DeciderSpec {
    const char *model; /* file of the model */
    CaseStore *store; /* decide_open may call case_store_extend once; used for loading afterwards */
} DeciderSpec;

/* Reads the model and the ledgers it names. FATAL when they cannot be used, RETRY while PostgreSQL is away. */
MUST_CHECK bool decide_open(const DeciderSpec *spec, Decider **decider, Error *error);
void decide_close(Decider *decider); /* NULL is fine */

/* The partitions are ours from now on: what memory holds of them is forgotten and rebuilt. */
MUST_CHECK bool
decide_claim(Decider *decider, const int32_t *partitions, size_t count, Error *error);
/* They are not ours any more. */
void decide_release(Decider *decider, const int32_t *partitions, size_t count);

/* Where and when a decision is made. */
typedef struct DecideContext {
    int32_t partition;
    Text region;              /* lives as long as the partition is ours */
    RegionCounters *counters; /* the batch's values, for change */
    int64_t now;              /* stream time, microseconds */
    ReportPlace place;        /* of the record in onecase.report */
    bool announce;            /* false: history, stored and not told */
    int32_t *outbox_n;        /* how many rows of the outbox the record has given so far */
    Arena *arena;             /* of the batch */
} DecideContext;

/* The report that an alarm repeats, as it stands. */
typedef struct RepeatedReport {
    int64_t report_id;
    int64_t received_at;
    int64_t status; /* INTEGER_ABSENT: none */
    int64_t status_at;
} RepeatedReport;

/*
 * Whether the alarm of `row`, which has no id yet, lies inside the debounce window of a report (domain/debounce.h): then it
 * is no report of its own. Changes nothing.
 */
bool decide_repeats(Decider *decider,
                    const DecideContext *context,
                    const StoredReport *row,
                    RepeatedReport *of);

/*
 * Leaves of `change` only what is worse than what stands of the report: its level, people hurt. False when nothing is.
 */
bool decide_worse(Decider *decider,
                  const DecideContext *context,
                  int64_t report_id,
                  Report *change);

/*
 * A new report or inspection, in order. Fills hazard_id, case_id, decision_id, independence, the parts of the
 * address, place_role, relation and grams of `row`. REJECT makes the record a dead letter.
 */
MUST_CHECK bool
decide_report(Decider *decider, const DecideContext *context, StoredReport *row, Error *error);

/* What came of a known report, in order. */
typedef struct DecideUpdate {
    int64_t report_id;
    Text record_no;       /* under which it was told */
    const Report *change; /* fields that replace what stands; NULL: none do */
    int64_t status_at;    /* when its status was set; TIME_ABSENT without one */
    const CaseEvent
        *notes; /* what a department said beside: kind, reason, before, after, event_at, actor */
    size_t note_count;
    bool derives; /* columns of its case follow from it: see hazard_rows_said */
} DecideUpdate;

/* A failed recheck of what was said to be done, by whomever of the case, is noted with reason "sham". */
MUST_CHECK bool decide_update(Decider *decider,
                              const DecideContext *context,
                              const DecideUpdate *update,
                              Error *error);

/* What a report said before an update and says now, as it would stand in its row. */
typedef struct DecideRevised {
    Text source;
    int64_t event_at;
    const Report *before;
    const Report *now;
} DecideRevised;

/*
 * A report that says something else now is asked about anew (domain/revising.h), after decide_update. `row` is what its update
 * replaces. *taken: it was decided on as it stands; then the parts of its address are filled in, and its row keeps nothing of before.
 */
MUST_CHECK bool decide_revised(Decider *decider,
                               const DecideContext *context,
                               const DecideRevised *revised,
                               StoredReport *row,
                               bool *taken,
                               Error *error);

/*
 * ---- timers ----
 * A batch first says how far stream time goes in each of its partitions, then before each record asks what is due and fires
 * it: context->now is the record's stream time, context->region the one that has something due.
 */
MUST_CHECK bool decide_expect(Decider *decider, int32_t partition, int64_t until, Error *error);
bool decide_is_due(const Decider *decider, int32_t partition, int64_t now, Text *region);
MUST_CHECK bool decide_fire(Decider *decider, const DecideContext *context, Error *error);

/* All records of the batch are decided: gathers the rows of hazards and cases that changed. */
MUST_CHECK bool decide_save(Decider *decider, Arena *arena, Error *error);

void decide_committed(Decider *decider);
void decide_dropped(Decider *decider);

/* What memory holds, between batches. */
void decide_survey(const Decider *decider, HazardSurvey *survey);

#endif
