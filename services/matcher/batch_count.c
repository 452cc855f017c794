/*
 * Each record is counted once where it went, in the account of the source partition it came from:
 *
 *   first time ............... where it went; its offset, items beyond the first, offsets skipped before it
 *   sent on by a region ...... where it went, and as arrived
 *   back after a release ..... where it went, and as released
 *
 * Nothing is ever taken back, so that it may come back in another partition than it died in, and partitions may be read
 * in any order. An update that waited and is sent on then is the exception: both are counts of one account.
 */
#include "batch_parts.h"

/* Offsets that never came are told by the first item of the record behind them. */
static void note_skipped(Batch *batch, const BatchItem *item)
{
    const RecordHead *head = &item->head;
    StoredSkipped *row = ARENA_NEW(batch->arena, StoredSkipped);
    *row = (StoredSkipped){.topic = head->origin.topic,
                           .partition = head->origin.partition,
                           .first_offset = head->origin.offset - head->skipped,
                           .last_offset = head->origin.offset - 1,
                           .place = batch_place(item),
                           .received_at = item->received_at};
    LIST_ADD(batch, skipped, skipped_count, skipped_capacity, row);
}

static void count_offset(Batch *batch, const BatchItem *item, StoredAccount *now)
{
    const Origin *origin = &item->head.origin;
    int64_t skipped = origin->item == 0 ? item->head.skipped : 0;
    int64_t first = origin->offset - skipped;
    if (now->last_offset < 0 || first < now->first_offset)
        now->first_offset = first;
    if (origin->offset > now->last_offset) {
        now->last_offset = origin->offset;
        now->last_item = origin->item;
    } else if (origin->offset == now->last_offset && origin->item > now->last_item) {
        now->last_item = origin->item;
    }
    now->skipped += skipped;
    now->extra_items += origin->item > 0 ? 1 : 0;
    if (skipped > 0)
        note_skipped(batch, item);
}

static const char *outcome_of(RecordKind kind, size_t counter)
{
    switch (counter) {
    case offsetof(StoredAccount, reports):
        return kind == RECORD_INSPECTION ? "inspection" : "report";
    case offsetof(StoredAccount, updates):
        return kind == RECORD_ASSIGNMENT ? "assignment" : "update";
    case offsetof(StoredAccount, ignored):
        return "ignored";
    case offsetof(StoredAccount, forwarded):
        return "forwarded";
    default:
        return BATCH_DEAD;
    }
}

void batch_count_once(Batch *batch, BatchItem *item, size_t counter)
{
    item->outcome = outcome_of(item->head.kind, counter);
    if (item->account == NULL)
        return;
    StoredAccount *now = &item->account->now;
    item->account->touched = true;
    now->last_at = item->received_at;
    *(int64_t *)((char *)now + counter) += 1;
    if (counter == offsetof(StoredAccount, reports) && item->head.kind == RECORD_INSPECTION)
        now->inspections++;
    if (counter == offsetof(StoredAccount, updates) && item->head.kind == RECORD_ASSIGNMENT)
        now->assignments++;
    if (batch_arrives(item))
        now->arrived++;
    else if (batch_comes_back(item))
        now->released++;
    else
        count_offset(batch, item, now);
}

void batch_count_sent_on(Account *account, const StoredPending *pending)
{
    account->touched = true;
    account->now.updates--;
    account->now.forwarded++;
    if (text_is(pending->kind, record_kind_name(RECORD_ASSIGNMENT)))
        account->now.assignments--;
}

void batch_count_repeat(BatchItem *item)
{
    item->outcome = "redelivered";
    if (item->account == NULL)
        return;
    item->account->touched = true;
    item->account->now.redelivered++;
}
