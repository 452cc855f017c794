/*
 * From what was decided to rows, and the rows into the transaction.
 */
#include "batch.h"

#include "base/unicode.h"

#include "domain/record_loss.h"

static bool save_identity(Batch *batch, Identity *identity, Error *error)
{
    const StoredIdentity *known = &identity->known->identity;
    if (identity->created)
        return case_store_add(batch->store, TABLE_RECORD_INDEX, known, error);
    return !identity->moved ||
           case_store_add(batch->store, TABLE_RECORD_INDEX_UPDATE, known, error);
}

static bool save_report(Batch *batch, BatchReport *report, Error *error)
{
    if (report->created != NULL) {
        stored_report_finish(report->created, true, batch->arena);
        if (!case_store_add(batch->store, TABLE_REPORTS, report->created, error))
            return false;
    }
    if (report->revised != NULL) {
        stored_report_finish(report->revised, false, batch->arena);
        if (!case_store_add(batch->store, TABLE_REPORTS_REVISED, report->revised, error))
            return false;
    }
    if (report->merged == NULL)
        return true;
    stored_report_finish(report->merged, false, batch->arena);
    return case_store_add(batch->store, TABLE_REPORTS_MERGE, report->merged, error);
}

/* What a dead letter says has to be storable whatever the record was. */
static Text printable(Text text, Arena *arena)
{
    bool repaired = false;
    if (text_is_absent(text))
        return text;
    Text whole = text_copy(arena, unicode_repair(arena, text, &repaired));
    for (size_t i = 0; i < whole.size; i++)
        if (whole.data[i] == '\0')
            ((char *)whole.data)[i] = ' ';
    return whole;
}

static bool save_dead(Batch *batch, StoredDead *row, Error *error)
{
    enum { TEXT_MAX = 1000 };
    Text *const texts[] = {&row->region, &row->source,  &row->stage,  &row->pointer,
                           &row->rule,   &row->message, &row->mapping};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        *texts[i] = unicode_prefix(printable(*texts[i], batch->arena), TEXT_MAX);
    return case_store_add(batch->store, TABLE_DEAD, row, error);
}

static bool save_assignments(Batch *batch, const BatchReport *report, Error *error)
{
    for (BatchAssignment *at = report->assignments; at != NULL; at = at->next) {
        stored_assignment_finish(&at->row);
        if (at->changed && !case_store_add(batch->store, TABLE_ASSIGNMENTS, &at->row, error))
            return false;
    }
    return true;
}

#define SAVE_LIST(batch_, table_, list_, count_, error_)                                           \
    for (size_t i_ = 0; i_ < (batch_)->lists.count_; i_++)                                         \
        if (!case_store_add((batch_)->store, (table_), (batch_)->lists.list_[i_], (error_)))       \
    return false

static bool save_lists(Batch *batch, Error *error)
{
    SAVE_LIST(batch, TABLE_REVISIONS, revisions, revision_count, error);
    SAVE_LIST(batch, TABLE_PENDING, pending, pending_count, error);
    SAVE_LIST(batch, TABLE_PENDING_DELETE, resolved, resolved_count, error);
    SAVE_LIST(batch, TABLE_IGNORED, ignored, ignored_count, error);
    SAVE_LIST(batch, TABLE_FORWARDED, arrived, arrived_count, error);
    SAVE_LIST(batch, TABLE_RELEASED, released, released_count, error);
    SAVE_LIST(batch, TABLE_DEAD_EARLIER, earlier, earlier_count, error);
    SAVE_LIST(batch, TABLE_DEAD_RESOLVED, mended, mended_count, error);
    SAVE_LIST(batch, TABLE_DEAD_STATE, states, state_count, error);
    SAVE_LIST(batch, TABLE_SKIPPED, skipped, skipped_count, error);
    for (size_t i = 0; i < batch->lists.dead_count; i++)
        if (!save_dead(batch, batch->lists.dead[i], error))
            return false;
    return true;
}

static bool save_command(Batch *batch, Error *error)
{
    CaseStoreTable table = batch->command_stands ? TABLE_COMMANDS_APPLIED : TABLE_COMMANDS;
    return batch->command == NULL || case_store_add(batch->store, table, batch->command, error);
}

/* Offsets of a department's topic that will never come, as the first record behind them tells. */
static bool save_gaps(Batch *batch, Error *error)
{
    enum { GAP_TEXT_MAX = 1000 };
    for (size_t i = 0; i < batch->count; i++) {
        const BatchItem *item = &batch->items[i];
        RecordLoss loss;
        if (text_is_absent(item->head.lost) || !record_loss_read(item->head.lost, &loss))
            continue;
        const StoredGap row = {
            .topic = loss.topic,
            .partition = loss.partition,
            .first = loss.first,
            .last = loss.last < 0 ? INT64_MIN : loss.last,
            .epoch = item->partition->epoch,
            .reason = loss.reason,
            .stream_time = item->received_at,
            .place = {item->record->partition, item->record->offset},
            .resumed_by = unicode_prefix(printable(loss.by, batch->arena), GAP_TEXT_MAX),
            .resume_reason = unicode_prefix(printable(loss.why, batch->arena), GAP_TEXT_MAX),
        };
        if (!case_store_add(batch->store, TABLE_GAPS, &row, error))
            return false;
    }
    return true;
}

bool batch_save(
    Batch *batch, StoredMove *moves, size_t *move_count, PostgresOutcome *outcome, Error *error)
{
    *outcome = POSTGRES_REFUSED;
    for (size_t i = 0; i < batch->identity_count; i++)
        if (!save_identity(batch, &batch->identities[i], error))
            return false;
    for (size_t i = 0; i < batch->report_count; i++)
        if (!save_report(batch, &batch->reports[i], error) ||
            !save_assignments(batch, &batch->reports[i], error))
            return false;
    if (!save_lists(batch, error) || !save_gaps(batch, error) || !save_command(batch, error) ||
        !progress_save(batch->progress, batch->store, moves, move_count, error))
        return false;
    for (size_t i = 0; batch->fault != NULL && i < *move_count; i++)
        moves[i].buries = true;
    return *move_count == 0 || case_store_commit(batch->store, moves, *move_count, outcome, error);
}
