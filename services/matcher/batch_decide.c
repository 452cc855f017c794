/*
 * What becomes of each record, in the order of the log:
 *
 *   origin known already ........................ redelivered, nothing else
 *   dead, ignored ............................... its row
 *   report, inspection of an unknown record ..... a report with the next id; updates that waited are applied
 *   ... an alarm inside the debounce window ..... an update of the report that opened it, its number leads there
 *   update, assignment of an unknown record ..... waits
 *   anything of a known record .................. a revision; a newer one replaces what stands, field by field
 *   ... that lives in another region ............ goes there through the outbox
 *   tick ........................................ what waits here and has its report elsewhere goes there too
 *   command ..................................... applied once, or refused
 */
#include "batch_parts.h"

#include "base/digest.h"
#include "base/test_hook.h"

#include "adapters/service.h"

#include <assert.h>
#include <string.h>

/* ---- repeats ---- */

/* The region where the record's report lives, or will (a replay knows it beforehand); absent: nobody knows. */
static Text home_of(const KnownRecord *known)
{
    return known->found ? known->identity.region : known->home_ahead;
}

static bool is_taken(const BatchItem *item)
{
    const KnownOrigin *known = item->place->known;
    if (known->dead_attempt > 0 || known->ignored || item->place->pending)
        return true;
    if (item->identity == NULL)
        return false;
    Text home = home_of(item->identity->known);
    bool went_home = !text_is_absent(home) && !text_equal(home, item->region);
    return item->identity->known->found || went_home;
}

/*
 * Whether this very record was taken before. Which rows there are of its origin says so only of what is not beyond the
 * mark of its account: another attempt may be met before the first one, where partitions are read anew.
 */
static bool is_repeat(const BatchItem *item)
{
    if (item->place == NULL)
        return false;
    if (batch_arrives(item))
        return item->place->known->arrived;
    if (batch_comes_back(item))
        return item->place->known->released;
    if (item->account == NULL)
        return item->place->known->dead_attempt > 0;
    return item->low && is_taken(item);
}

/* Of several attempts of one origin the last one counts. */
static void note_mended(Batch *batch, const StoredReleased *row)
{
    BatchLists *lists = &batch->lists;
    for (size_t i = 0; i < lists->mended_count; i++)
        if (record_origin_compare(&lists->mended[i]->origin, &row->origin) == 0) {
            if (row->attempt > lists->mended[i]->attempt)
                lists->mended[i]->attempt = row->attempt;
            return;
        }
    StoredReleased *mended = ARENA_NEW(batch->arena, StoredReleased);
    *mended = *row;
    LIST_ADD(batch, mended, mended_count, mended_capacity, mended);
}

/* A dead letter that was released comes back. It is resolved unless it fails again. */
static void note_release(Batch *batch, BatchItem *item)
{
    StoredReleased row = {.origin = item->head.origin,
                          .attempt = item->head.attempt,
                          .place = batch_place(item),
                          .received_at = item->received_at};
    if (item->head.attempt == 1)
        return;
    if (!item->dead)
        note_mended(batch, &row);
    if (!batch_comes_back(item))
        return;
    item->place->known->released = true;
    StoredReleased *released = ARENA_NEW(batch->arena, StoredReleased);
    *released = row;
    LIST_ADD(batch, released, released_count, released_capacity, released);
}

/* Kept, so that it is known when the relay sends it once more. */
static void note_arrival(Batch *batch, BatchItem *item)
{
    if (!batch_arrives(item))
        return;
    item->place->known->arrived = true;
    StoredForwarded *row = ARENA_NEW(batch->arena, StoredForwarded);
    *row = (StoredForwarded){.origin = item->head.origin,
                             .region = item->arrives_in,
                             .came_to = item->head.forwarded,
                             .place = batch_place(item),
                             .received_at = item->received_at,
                             .attempt = item->head.attempt};
    LIST_ADD(batch, arrived, arrived_count, arrived_capacity, row);
}

/* ---- dead and ignored ---- */

/* Two attempts of one origin: the row tells of the last that failed, and which was the first. */
static StoredDead *later_dead(StoredDead *a, StoredDead *b)
{
    StoredDead *later = a->attempt > b->attempt ? a : b;
    int32_t first = a->first_attempt < b->first_attempt ? a->first_attempt : b->first_attempt;
    later->first_attempt = first;
    return later;
}

static void keep_dead(Batch *batch, const KnownOrigin *known, StoredDead *row)
{
    BatchLists *lists = &batch->lists;
    if (known->first_dead_attempt > 0 && known->first_dead_attempt < row->first_attempt)
        row->first_attempt = known->first_dead_attempt;
    if (known->dead_attempt > row->attempt) {
        StoredReleased *earlier = ARENA_NEW(batch->arena, StoredReleased);
        *earlier = (StoredReleased){.origin = row->origin, .attempt = row->attempt};
        LIST_ADD(batch, earlier, earlier_count, earlier_capacity, earlier);
        return;
    }
    for (size_t i = 0; i < lists->dead_count; i++)
        if (record_origin_compare(&lists->dead[i]->origin, &row->origin) == 0) {
            lists->dead[i] = later_dead(lists->dead[i], row);
            return;
        }
    LIST_ADD(batch, dead, dead_count, dead_capacity, row);
}

static void decide_dead(Batch *batch, BatchItem *item)
{
    StoredDead *row = ARENA_NEW(batch->arena, StoredDead);
    uint8_t *hash = arena_alloc(batch->arena, SHA256_SIZE);
    bool hashed = digest_from_hex(item->note.sha256, hash, SHA256_SIZE);
    *row = (StoredDead){
        .origin = item->head.origin,
        .region = item->region,
        .source = item->head.source,
        .stage = item->note.stage,
        .pointer = item->note.pointer,
        .rule = item->note.rule,
        .message = item->note.message,
        .mapping = item->head.mapping,
        .sha256 = hashed ? (Text){(const char *)hash, SHA256_SIZE} : TEXT_ABSENT,
        .attempt = item->head.attempt,
        .first_attempt = item->head.attempt,
        .received_at = item->received_at,
        .place = batch_place(item),
        .state =
            item->place->known->last_release > item->head.attempt ? TEXT("resolved") : TEXT("open"),
    };
    keep_dead(batch, item->place->known, row);
    item->place->known->dead_attempt = item->head.attempt;
    COUNT_ONCE(batch, item, dead);
}

static void decide_ignored(Batch *batch, BatchItem *item)
{
    StoredIgnored *row = ARENA_NEW(batch->arena, StoredIgnored);
    *row = (StoredIgnored){
        .origin = item->head.origin,
        .region = item->region,
        .source = item->head.source,
        .record_no = item->note.record_no,
        .reason = item->note.reason,
        .mapping = item->head.mapping,
        .received_at = item->received_at,
    };
    LIST_ADD(batch, ignored, ignored_count, ignored_capacity, row);
    if (item->place != NULL)
        item->place->known->ignored = true;
    COUNT_ONCE(batch, item, ignored);
}

/* ---- reports ---- */

static StoredReport *make_report(Batch *batch, BatchItem *item, RegionProgress *region)
{
    StoredReport *row = ARENA_NEW(batch->arena, StoredReport);
    bool suspect = false;
    stored_report_init(row);
    row->report = item->report;
    row->region = region->now.region;
    row->source = item->head.source;
    row->kind = text_from(record_kind_name(item->head.kind));
    row->received_at = item->received_at;
    row->backfill = item->head.backfill;
    row->event_at = report_event_time(&item->report, batch_arrival(item), &suspect);
    if (row->report.status != INTEGER_ABSENT)
        row->status_at = report_status_time(&row->report, batch_arrival(item), row->event_at);
    batch_said_first(row, batch_arrival(item));
    row->mapping = item->head.mapping;
    row->origin = item->head.origin;
    row->place = batch_place(item);
    if (suspect)
        report_add_flag(&row->report, batch->arena, TEXT("time_suspect"));
    return row;
}

/* The record of `row` leads to the report from now on. */
static void note_identity(Identity *identity,
                          BatchReport *report,
                          const StoredReport *row,
                          ReportArrival arrival)
{
    StoredIdentity *known = &identity->known->identity;
    identity->known->found = true;
    identity->report = report;
    identity->created = true;
    known->region = report->region;
    known->report_id = report->report_id;
    known->received_at = report->received_at;
    known->first = known->last = row->origin;
    known->revision = row->report.revision;
    known->changed_at = report_changed_time(&row->report, arrival);
}

static void note_report(Batch *batch, BatchItem *item, StoredReport *row)
{
    BatchReport *report = batch_report(batch, &(BatchReport){.region = row->region,
                                                             .report_id = row->report_id,
                                                             .received_at = row->received_at,
                                                             .status = row->report.status,
                                                             .status_at = row->status_at,
                                                             .said = batch_said_of(row)});
    report->created = row;
    note_identity(item->identity, report, row, batch_arrival(item));
    COUNT_ONCE(batch, item, reports);
}

/* One more alarm of the report that opened the window. What it says is kept beside the report and changes nothing of it. */
static void
note_repeat(Batch *batch, BatchItem *item, const StoredReport *row, const RepeatedReport *of)
{
    BatchReport *report = batch_report(batch, &(BatchReport){.region = row->region,
                                                             .report_id = of->report_id,
                                                             .received_at = of->received_at,
                                                             .status = of->status,
                                                             .status_at = of->status_at});
    StoredReport *change = batch_row_to_change(batch, report);
    change->repeats = (change->repeats == INTEGER_ABSENT ? 0 : change->repeats) + 1;
    report->repeats++;
    note_identity(item->identity, report, row, batch_arrival(item));
    item->identity->known->repeat = true;
    StoredRevision *revision = batch_revision(batch, item);
    revision->region = report->region;
    revision->report_id = report->report_id;
    revision->applied = 1;
    revision->status_before = revision->status_after = report->status;
    LIST_ADD(batch, revisions, revision_count, revision_capacity, revision);
    COUNT_ONCE(batch, item, updates);
}

static bool decide_new(Batch *batch, BatchItem *item, Error *error)
{
    RegionProgress *region = progress_region(item->partition, item->region);
    StoredReport *row = make_report(batch, item, region);
    DecideContext context = batch_context(batch, item, region);
    RepeatedReport repeated;
    if (decide_repeats(batch->decider, &context, row, &repeated)) {
        note_repeat(batch, item, row, &repeated);
    } else {
        row->report_id = context.counters->next_report++;
        if (!decide_report(batch->decider, &context, row, error))
            return false;
        note_report(batch, item, row);
    }
    return batch_apply_waiting(batch, item, error);
}

/* ---- the whole ---- */

static bool decide_record(Batch *batch, BatchItem *item, Error *error)
{
    const KnownRecord *known = item->identity->known;
    Text home = home_of(known);
    bool opens = item->head.kind == RECORD_REPORT || item->head.kind == RECORD_INSPECTION;
    if (!text_is_absent(home) && !text_equal(home, item->region)) {
        if (!text_equal(home, item->head.forwarded))
            return batch_forward(batch, item, home, error);
        batch_count_repeat(item); /* from its very home, which has taken it itself */
        return true;
    }
    if (known->found)
        return batch_revise(batch, item, error);
    return opens ? decide_new(batch, item, error) : batch_wait(batch, item, error);
}

static bool decide_item(Batch *batch, BatchItem *item, Error *error)
{
    if (!item->dead && item->head.kind == RECORD_TICK)
        return batch_forward_strays(batch, item, error);
    if (!item->dead && item->head.kind == RECORD_COMMAND)
        return batch_command(batch, item, error);
    if (is_repeat(item)) {
        batch_count_repeat(item);
        item->vault = false;
        return true;
    }
    if (!item->dead)
        test_hook_crash("matcher", item->record->value);
    note_release(batch, item);
    note_arrival(batch, item);
    if (item->dead)
        decide_dead(batch, item);
    else if (item->head.kind == RECORD_IGNORED)
        decide_ignored(batch, item);
    else
        return decide_record(batch, item, error);
    return true;
}

/* What time brings before the record comes. */
static bool fire_timers(Batch *batch, BatchItem *item, Error *error)
{
    int32_t partition = item->record->partition;
    Text region;
    while (decide_is_due(batch->decider, partition, item->received_at, &region)) {
        DecideContext context =
            batch_context(batch, item, progress_region(item->partition, region));
        if (!decide_fire(batch->decider, &context, error))
            return false;
    }
    return true;
}

/* Timers that may be due before the last record. Of a partition the last one's time is the latest. */
static bool expect_timers(const Batch *batch, Error *error)
{
    for (size_t i = batch->count; i > 0; i--) {
        const BatchItem *item = &batch->items[i - 1];
        if (item->received_at == item->partition->now_stream &&
            !decide_expect(batch->decider, item->record->partition, item->received_at, error))
            return false;
    }
    return true;
}

bool batch_decide(Batch *batch, Error *error)
{
    batch->lists = (BatchLists){0};
    batch->command = NULL;
    if (!expect_timers(batch, error))
        return false;
    for (size_t i = 0; i < batch->count; i++) {
        if (!fire_timers(batch, &batch->items[i], error) ||
            !decide_item(batch, &batch->items[i], error))
            return false;
        service_progress();
    }
    return decide_save(batch->decider, batch->arena, error);
}
