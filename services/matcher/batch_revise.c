/*
 * What a record says of a report that is known already, and what waits until it is. A field that an update does not bring
 * stays as it is: status messages carry a status alone.
 */
#include "batch_parts.h"

bool batch_is_newer(const StoredIdentity *stands,
                    const Report *report,
                    ReportArrival arrival,
                    const Origin *origin)
{
    int64_t changed_at = report_changed_time(report, arrival);
    if (stands->revision != INTEGER_ABSENT && report->revision != INTEGER_ABSENT &&
        stands->revision != report->revision)
        return report->revision > stands->revision;
    if (stands->changed_at != TIME_ABSENT && changed_at != TIME_ABSENT &&
        stands->changed_at != changed_at)
        return changed_at > stands->changed_at;
    if (stands->last.partition == origin->partition &&
        text_equal(stands->last.topic, origin->topic))
        return record_origin_compare(origin, &stands->last) > 0;
    return true;
}

/*
 * The row whose columns replace what stands. Also of a report that this very batch brought: it is inserted as it was
 * decided and changed after that, so that where a batch ends does not show.
 */
StoredReport *batch_row_to_change(Batch *batch, BatchReport *report)
{
    if (report->merged == NULL) {
        report->merged = ARENA_NEW(batch->arena, StoredReport);
        stored_report_init(report->merged);
        report->merged->region = report->region;
        report->merged->report_id = report->report_id;
        report->merged->received_at = report->received_at;
    }
    return report->merged;
}

DecideContext batch_context(Batch *batch, BatchItem *item, RegionProgress *region)
{
    return (DecideContext){
        .partition = item->record->partition,
        .region = region->now.region,
        .counters = &region->now.counters,
        .now = item->received_at,
        .place = batch_place(item),
        .announce = !item->head.backfill,
        .outbox_n = &item->outbox_n,
        .arena = batch->arena,
    };
}

/* No such status, level or count: it leaves what stands, in memory and in the row. */
static void drop_nonsense(Report *change)
{
    int64_t *const above_zero[] = {&change->status, &change->level};
    int64_t *const counts[] = {&change->trapped, &change->injured, &change->dead};
    for (size_t i = 0; i < sizeof(above_zero) / sizeof(above_zero[0]); i++)
        if (*above_zero[i] <= 0)
            *above_zero[i] = INTEGER_ABSENT;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        if (*counts[i] < 0)
            *counts[i] = INTEGER_ABSENT;
}

/*
 * Each alarm of a storm has a course of its own, under its own number, and all are courses of one report: what is older
 * than the status that stands (restored, told after a person has settled it) is no news of it.
 */
static void drop_older_status(const BatchReport *report, const StoredRevision *row, Report *change)
{
    ReportArrival arrival = {row->received_at, row->backfill};
    bool older = report->repeats > 0 && change->status != INTEGER_ABSENT &&
                 report->status_at != TIME_ABSENT &&
                 report_status_time(change, arrival, row->received_at) < report->status_at;
    if (older) {
        change->status = INTEGER_ABSENT;
        change->status_source = TEXT_ABSENT;
    }
}

/* Whether a newer record changes the report. An alarm that was a repeat, sent anew, does so by what is worse alone. */
static bool changes_report(Batch *batch,
                           const DecideContext *context,
                           const Identity *identity,
                           const StoredRevision *row,
                           Report *change)
{
    bool alarm_again =
        identity->known->repeat && text_is(row->kind, record_kind_name(RECORD_REPORT));
    return !alarm_again || decide_worse(batch->decider, context, row->report_id, change);
}

/* ---- what it says now ---- */

/* The report as it stands with all that this batch has replaced so far; false: its row was not read. */
static bool standing_report(const BatchReport *state, Report *report)
{
    if (state->created == NULL && state->stands == NULL)
        return false;
    *report = state->created != NULL ? state->created->report : state->stands->report;
    Text record_no = report->record_no;
    if (state->revised != NULL)
        report_replace(report, &state->revised->report);
    if (state->merged != NULL)
        report_replace(report, &state->merged->report);
    report->record_no = record_no; /* an alarm that repeats it has another one */
    return true;
}

/* All that was replaced so far was looked at: what comes from here on is behind it. */
static void close_revised(BatchReport *state)
{
    StoredReport *last = state->merged;
    StoredReport *before = state->revised;
    if (before != NULL) {
        report_replace(&before->report, &last->report);
        last->report = before->report;
        stored_report_gather(last, before);
    }
    state->revised = last;
    state->merged = NULL;
}

/* The revision is gathered in state->merged; `before` is what the report said before it. */
static bool decide_anew(const Batch *batch,
                        const DecideContext *context,
                        BatchReport *state,
                        const Report *before,
                        Error *error)
{
    bool taken = false;
    Report now;
    if (!standing_report(state, &now))
        return true;
    const DecideRevised revised = {
        .source = state->created != NULL ? state->created->source : state->stands->source,
        .event_at = state->created != NULL ? state->created->event_at : state->stands->event_at,
        .before = before,
        .now = &now};
    if (!decide_revised(batch->decider, context, &revised, state->merged, &taken, error))
        return false;
    if (taken)
        close_revised(state);
    return true;
}

/* What stands of the record's number from now on. */
static void note_applied(Identity *identity,
                         const StoredRevision *row,
                         const Report *change,
                         int64_t changed_at)
{
    StoredIdentity *stands = &identity->known->identity;
    stands->last = row->origin;
    stands->revision = change->revision != INTEGER_ABSENT ? change->revision : stands->revision;
    stands->changed_at = changed_at != TIME_ABSENT ? changed_at : stands->changed_at;
    identity->report->status = row->status_after;
    identity->moved = true;
}

/* `change`: NULL when the record's assignment alone was changed. */
static bool tell_case(Batch *batch,
                      const DecideContext *context,
                      const BatchReport *state,
                      const Report *change,
                      const Saying *saying,
                      Error *error)
{
    const DecideUpdate update = {
        .report_id = state->report_id,
        .record_no = saying->record_no,
        .change = change,
        .status_at = change != NULL ? state->merged->status_at : TIME_ABSENT,
        .notes = saying->notes,
        .note_count = saying->note_count,
        .derives =
            saying->assigned || (state->merged != NULL && stored_report_derives(state->merged)),
    };
    return decide_update(batch->decider, context, &update, error);
}

/* `row` has everything but what the comparison decides. */
static bool apply_revision(Batch *batch,
                           BatchItem *item,
                           Identity *identity,
                           StoredRevision *row,
                           Report *change,
                           Error *error)
{
    StoredIdentity *stands = &identity->known->identity;
    BatchReport *state = identity->report;
    ReportArrival arrival = {row->received_at, row->backfill};
    RegionProgress *region = progress_region(item->partition, stands->region);
    DecideContext context = batch_context(batch, item, region);
    context.announce = !row->backfill;
    row->region = stands->region;
    row->report_id = stands->report_id;
    drop_nonsense(change);
    drop_older_status(state, row, change);
    Saying saying;
    batch_hear(batch, identity, row, change, &saying);
    bool newer = batch_is_newer(stands, change, arrival, &row->origin) &&
                 changes_report(batch, &context, identity, row, change);
    row->applied = newer || saying.assigned ? 1 : 0;
    row->status_before = row->status_after = state->status;
    if (newer && change->status != INTEGER_ABSENT)
        row->status_after = change->status;
    LIST_ADD(batch, revisions, revision_count, revision_capacity, row);
    if (!newer)
        return !saying.assigned || tell_case(batch, &context, state, NULL, &saying, error);
    Report before;
    bool anew = !identity->known->repeat && standing_report(state, &before) &&
                stored_report_retold(&before, change);
    StoredReport *report = batch_row_to_change(batch, state);
    batch_said(batch, identity, row, change, &saying, report);
    stored_report_waver(report, change);
    report_replace(&report->report, change);
    if (row->status_after != row->status_before) /* said once more it is no news */
        report->status_at = state->status_at = saying.at;
    report->mapping = row->mapping;
    note_applied(identity, row, change, report_changed_time(change, arrival));
    return tell_case(batch, &context, state, change, &saying, error) &&
           (!anew || decide_anew(batch, &context, state, &before, error));
}

StoredRevision *batch_revision(Batch *batch, const BatchItem *item)
{
    StoredRevision *row = ARENA_NEW(batch->arena, StoredRevision);
    *row = (StoredRevision){
        .source = item->head.source,
        .record_no = item->report.record_no,
        .kind = text_from(record_kind_name(item->head.kind)),
        .origin = item->head.origin,
        .place = batch_place(item),
        .revision = item->report.revision,
        .changed_at = item->report.changed_at,
        .received_at = item->received_at,
        .backfill = item->head.backfill,
        .changes = item->record->value,
        .mapping = item->head.mapping,
    };
    return row;
}

bool batch_revise(Batch *batch, BatchItem *item, Error *error)
{
    StoredRevision *row = batch_revision(batch, item);
    COUNT_ONCE(batch, item, updates);
    return apply_revision(batch, item, item->identity, row, &item->report, error);
}

/* ---- updates that wait ---- */

/* Found out now rather than when its report comes, which would be taken for the guilty one. */
static bool check_pending(Batch *batch, const BatchItem *item, Error *error)
{
    StoredReport *row = ARENA_NEW(batch->arena, StoredReport);
    stored_report_init(row);
    row->report = item->report;
    stored_report_finish(row, false, batch->arena);
    return postgres_row_fits(case_store_table(TABLE_REPORTS_MERGE), row, error);
}

bool batch_wait(Batch *batch, BatchItem *item, Error *error)
{
    if (!check_pending(batch, item, error))
        return false;
    StoredPending *row = ARENA_NEW(batch->arena, StoredPending);
    *row = (StoredPending){
        .place = batch_place(item),
        .region = item->region,
        .source = item->head.source,
        .record_no = item->report.record_no,
        .kind = text_from(record_kind_name(item->head.kind)),
        .origin = item->head.origin,
        .revision = item->report.revision,
        .received_at = item->received_at,
        .backfill = item->head.backfill ? 1 : 0,
        .attempt = item->head.attempt,
        .mapping = item->head.mapping,
        .payload = item->record->value,
    };
    LIST_ADD(batch, pending, pending_count, pending_capacity, row);
    if (item->place != NULL)
        item->place->pending = true;
    COUNT_ONCE(batch, item, updates);
    return true;
}

static bool apply_pending(Batch *batch, BatchItem *item, const StoredPending *pending, Error *error)
{
    Report *change = ARENA_NEW(batch->arena, Report);
    if (!report_read(pending->payload, batch->arena, change, error))
        return false;
    StoredRevision *row = ARENA_NEW(batch->arena, StoredRevision);
    *row = (StoredRevision){
        .source = pending->source,
        .record_no = pending->record_no,
        .kind = pending->kind,
        .origin = pending->origin,
        .place = pending->place,
        .revision = change->revision,
        .changed_at = change->changed_at,
        .received_at = pending->received_at,
        .backfill = pending->backfill == 1,
        .changes = pending->payload,
        .mapping = pending->mapping,
    };
    return apply_revision(batch, item, item->identity, row, change, error);
}

/* Those in the database came in batches before this one, so they go first. */
bool batch_apply_waiting(Batch *batch, BatchItem *item, Error *error)
{
    const KnownRecord *known = item->identity->known;
    for (size_t i = 0; i < known->pending_count; i++) {
        if (!text_equal(known->pending[i].region, item->region))
            continue;
        if (!apply_pending(batch, item, &known->pending[i], error))
            return false;
        LIST_ADD(batch, resolved, resolved_count, resolved_capacity, &known->pending[i]);
    }
    size_t kept = 0;
    for (size_t i = 0; i < batch->lists.pending_count; i++) {
        StoredPending *pending = batch->lists.pending[i];
        bool mine = text_equal(pending->source, item->head.source) &&
                    text_equal(pending->record_no, item->report.record_no) &&
                    text_equal(pending->region, item->region);
        if (!mine)
            batch->lists.pending[kept++] = pending;
        else if (!apply_pending(batch, item, pending, error))
            return false;
    }
    batch->lists.pending_count = kept;
    return true;
}
