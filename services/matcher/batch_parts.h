#ifndef ONECASE_SERVICES_MATCHER_BATCH_PARTS_H
#define ONECASE_SERVICES_MATCHER_BATCH_PARTS_H

#include "batch.h"

/* Shared by batch_*.c only: what becomes of each record. */

/*
 * Counts a record that is new in its account: `counter` is the offset of a member of StoredAccount. One that comes back
 * after a release is counted as released besides.
 */
void batch_count_once(Batch *batch, BatchItem *item, size_t counter);
void batch_count_repeat(BatchItem *item); /* one that was here before */
/* An update that was counted when it came, and waited, is sent on now. */
void batch_count_sent_on(Account *account, const StoredPending *pending);

#define COUNT_ONCE(batch_, item_, counter_)                                                        \
    batch_count_once((batch_), (item_), offsetof(StoredAccount, counter_))

/* It was sent on by another region; its offset was counted there. */
static inline bool batch_arrives(const BatchItem *item)
{
    return !text_is_absent(item->arrives_in);
}

/* It was a dead letter and comes back, to where intake sends it: its offset was counted before. */
static inline bool batch_comes_back(const BatchItem *item)
{
    return item->head.attempt > 1 && !batch_arrives(item);
}

enum { BATCH_LIST_FIRST = 16 };

static inline void *batch_list_grow(Arena *arena, void *items, size_t count, size_t *capacity)
{
    if (count < *capacity)
        return items;
    size_t old = *capacity;
    *capacity = old == 0 ? BATCH_LIST_FIRST : old * 2;
    return arena_grow(arena, items, old * sizeof(void *), *capacity * sizeof(void *));
}

#define LIST_ADD(batch_, list_, count_, capacity_, item_)                                          \
    do {                                                                                           \
        BatchLists *lists_ = &(batch_)->lists;                                                     \
        lists_->list_ =                                                                            \
            batch_list_grow((batch_)->arena, lists_->list_, lists_->count_, &lists_->capacity_);   \
        lists_->list_[lists_->count_++] = (item_);                                                 \
    } while (0)

static inline ReportArrival batch_arrival(const BatchItem *item)
{
    return (ReportArrival){item->received_at, item->head.backfill};
}

static inline ReportPlace batch_place(const BatchItem *item)
{
    return (ReportPlace){item->record->partition, item->record->offset};
}

DecideContext batch_context(Batch *batch, BatchItem *item, RegionProgress *region);

/* By revision, else by the time of change, else by the order of origin. */
bool batch_is_newer(const StoredIdentity *stands,
                    const Report *report,
                    ReportArrival arrival,
                    const Origin *origin);

/* A command (batch_command.h): applied, or refused with the reason; once. Its row goes into the batch. */
MUST_CHECK bool batch_command(Batch *batch, BatchItem *item, Error *error);

/* What PostgreSQL knows of the assignments of a report. */
BatchAssignment *batch_assignments(Batch *batch, const KnownRecord *known);

enum {
    SAYING_NOTES = 8
}; /* each kind once: assigned returned urged rechecked, and four that changed */

/* What a record says of a report beside the fields that it replaces. */
typedef struct Saying {
    int64_t at;          /* when its status was set */
    bool again;          /* the same was told before */
    bool assigned;       /* it changed an assignment */
    AssignmentNews news; /* of that */
    int64_t leads;       /* how often the lead was assigned in all, when it was dispatched now */
    Text source;         /* who says it */
    Text record_no;      /* under which number */
    CaseEvent notes[SAYING_NOTES]; /* what happened to the case by it */
    size_t note_count;
} Saying;

/* Everything there is to say of a new report. */
void batch_said_first(StoredReport *row, ReportArrival arrival);
StoredSaid batch_said_of(const StoredReport *row);

/*
 * Before a record of a known report is compared with what stands. Its assignment has an order of its own and is changed here;
 * `change` is left with what it means for the report.
 */
void batch_hear(Batch *batch,
                const Identity *identity,
                const StoredRevision *row,
                Report *change,
                Saying *saying);

/* It is newer than what stands, `row` says which status it was and is; before `change` replaces fields of `report`. */
void batch_said(Batch *batch,
                const Identity *identity,
                const StoredRevision *row,
                Report *change,
                Saying *saying,
                StoredReport *report);

/* The row whose columns replace what stands of the report. */
StoredReport *batch_row_to_change(Batch *batch, BatchReport *report);

/* The row that keeps what a record of a known report said; without what the comparison with it decides. */
StoredRevision *batch_revision(Batch *batch, const BatchItem *item);

/* A record of a known report: kept, and applied when it is newer than what stands. REJECT: it cannot be stored. */
MUST_CHECK bool batch_revise(Batch *batch, BatchItem *item, Error *error);

/* A record whose report is not here yet waits for it. REJECT: it could not be applied then. */
MUST_CHECK bool batch_wait(Batch *batch, BatchItem *item, Error *error);

/*
 * The record's report lives in the region `home`: it goes there through the outbox. batch_forward_strays does the same with
 * updates that wait in the partition of a tick for a report that has appeared elsewhere. REJECT: it cannot be stored.
 */
MUST_CHECK bool batch_forward(Batch *batch, BatchItem *item, Text home, Error *error);
MUST_CHECK bool batch_forward_strays(Batch *batch, BatchItem *tick, Error *error);

/* The report of the item's record number is here now: what waited for it is applied. */
MUST_CHECK bool batch_apply_waiting(Batch *batch, BatchItem *item, Error *error);

#endif
