/*
 * What becomes of each record, in the order of the log:
 *
 *   origin known already ........................ redelivered, nothing else
 *   dead, ignored ............................... its row
 *   report, inspection of an unknown record ..... a report with the next id; updates that waited are applied
 *   update, assignment of an unknown record ..... waits
 *   anything of a known record .................. a revision; a newer one replaces what stands, field by field
 *
 * A field that an update does not bring stays as it is: status messages carry a status alone.
 */
#include "batch.h"

#include "base/digest.h"

#include <assert.h>
#include <string.h>

/* ---- accounts ---- */

static void count_once(BatchItem *item, size_t counter)
{
    Account *account = item->account;
    if (account == NULL)
        return;
    StoredAccount *now = &account->now;
    const RecordHead *head = &item->head;
    int64_t skipped = head->origin.item == 0 && !item->moved ? head->skipped : 0;
    int64_t first = head->origin.offset - skipped;
    account->touched = true;
    if (now->last_offset < 0 || first < now->first_offset)
        now->first_offset = first;
    if (head->origin.offset > now->last_offset) {
        now->last_offset = head->origin.offset;
        now->last_item = head->origin.item;
    } else if (head->origin.offset == now->last_offset && head->origin.item > now->last_item) {
        now->last_item = head->origin.item;
    }
    now->skipped += skipped;
    now->extra_items += head->origin.item > 0 && !item->moved ? 1 : 0;
    *(int64_t *)((char *)now + counter) += 1;
}

static void count_repeat(BatchItem *item)
{
    if (item->account == NULL)
        return;
    item->account->touched = true;
    item->account->now.redelivered++;
}

#define COUNT_ONCE(item_, counter_) count_once((item_), offsetof(StoredAccount, counter_))

/* ---- lists ---- */

enum { LIST_FIRST = 16 };

static void *grow(Arena *arena, void *items, size_t count, size_t *capacity)
{
    if (count < *capacity)
        return items;
    size_t old = *capacity;
    *capacity = old == 0 ? LIST_FIRST : old * 2;
    return arena_grow(arena, items, old * sizeof(void *), *capacity * sizeof(void *));
}

#define LIST_ADD(batch_, list_, count_, capacity_, item_)                                          \
    do {                                                                                           \
        BatchLists *lists_ = &(batch_)->lists;                                                     \
        lists_->list_ = grow((batch_)->arena, lists_->list_, lists_->count_, &lists_->capacity_);  \
        lists_->list_[lists_->count_++] = (item_);                                                 \
    } while (0)

static ReportArrival arrival_of(const BatchItem *item)
{
    return (ReportArrival){item->received_at, item->head.backfill};
}

static ReportPlace place_of(const BatchItem *item)
{
    return (ReportPlace){item->record->partition, item->record->offset};
}

/* ---- repeats ---- */

static bool is_dead_letter(const KnownPlace *place)
{
    return place != NULL && !text_is_absent(place->known->dead_state);
}

/* Whether this very record was taken before. */
static bool is_repeat(const BatchItem *item)
{
    const KnownPlace *place = item->place;
    if (place == NULL)
        return false;
    bool again = item->head.attempt > 1;
    if (is_dead_letter(place) && !(again && !text_is(place->known->dead_state, "resolved")))
        return true;
    if (place->known->ignored || place->pending)
        return true;
    if (item->identity == NULL || !item->identity->known->found)
        return false;
    return item->low && !again;
}

/* A dead letter that was released comes back: what was counted dead is counted where it goes now. */
static void resolve_dead_letter(Batch *batch, BatchItem *item)
{
    if (item->head.attempt <= 1 || !is_dead_letter(item->place))
        return;
    item->moved = true;
    item->account->touched = true;
    item->account->now.dead--;
    item->place->known->dead_state = TEXT("resolved");
    StoredDead *row = ARENA_NEW(batch->arena, StoredDead);
    *row = (StoredDead){.origin = item->head.origin, .state = TEXT("resolved")};
    LIST_ADD(batch, released, released_count, released_capacity, row);
}

/* ---- dead and ignored ---- */

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
        .received_at = item->received_at,
        .place = place_of(item),
        .state = TEXT("open"),
    };
    LIST_ADD(batch, dead, dead_count, dead_capacity, row);
    if (item->place != NULL)
        item->place->known->dead_state = row->state;
    COUNT_ONCE(item, dead);
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
    COUNT_ONCE(item, ignored);
}

/* ---- revisions ---- */

/* By revision, else by the time of change, else by the order of origin. */
static bool is_newer(const StoredIdentity *stands,
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
static StoredReport *row_to_change(Batch *batch, Identity *identity)
{
    if (identity->merged == NULL) {
        const StoredIdentity *known = &identity->known->identity;
        identity->merged = ARENA_NEW(batch->arena, StoredReport);
        stored_report_init(identity->merged);
        identity->merged->region = known->region;
        identity->merged->report_id = known->report_id;
        identity->merged->received_at = known->received_at;
    }
    return identity->merged;
}

static DecideContext context_of(Batch *batch, const BatchItem *item, RegionProgress *region)
{
    return (DecideContext){
        .partition = item->record->partition,
        .region = region->now.region,
        .counters = &region->now.counters,
        .now = item->received_at,
        .place = place_of(item),
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

/* `row` has everything but what the comparison decides. */
static bool apply_revision(Batch *batch,
                           BatchItem *item,
                           Identity *identity,
                           StoredRevision *row,
                           Report *change,
                           Error *error)
{
    StoredIdentity *stands = &identity->known->identity;
    ReportArrival arrival = {row->received_at, row->backfill};
    bool newer = is_newer(stands, change, arrival, &row->origin);
    drop_nonsense(change);
    row->region = stands->region;
    row->report_id = stands->report_id;
    row->applied = newer ? 1 : 0;
    row->status_before = identity->known->status;
    row->status_after = identity->known->status;
    if (newer && change->status != INTEGER_ABSENT)
        row->status_after = change->status;
    LIST_ADD(batch, revisions, revision_count, revision_capacity, row);
    if (!newer)
        return true;
    StoredReport *report = row_to_change(batch, identity);
    stored_report_waver(report, change);
    report_replace(&report->report, change);
    if (row->status_after != row->status_before) /* said once more it is no news */
        report->status_at = report_status_time(change, arrival, row->received_at);
    report->mapping = row->mapping;
    stands->last = row->origin;
    stands->revision = change->revision != INTEGER_ABSENT ? change->revision : stands->revision;
    int64_t changed_at = report_changed_time(change, arrival);
    stands->changed_at = changed_at != TIME_ABSENT ? changed_at : stands->changed_at;
    identity->known->status = row->status_after;
    identity->moved = true;
    RegionProgress *region = progress_region(item->partition, stands->region);
    DecideContext context = context_of(batch, item, region);
    return decide_update(batch->decider, &context, stands->report_id, change, report->status_at,
                         error);
}

static bool decide_revision(Batch *batch, BatchItem *item, Error *error)
{
    StoredRevision *row = ARENA_NEW(batch->arena, StoredRevision);
    *row = (StoredRevision){
        .source = item->head.source,
        .record_no = item->report.record_no,
        .kind = text_from(record_kind_name(item->head.kind)),
        .origin = item->head.origin,
        .place = place_of(item),
        .revision = item->report.revision,
        .changed_at = item->report.changed_at,
        .received_at = item->received_at,
        .backfill = item->head.backfill,
        .changes = item->record->value,
        .mapping = item->head.mapping,
    };
    COUNT_ONCE(item, updates);
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

static bool decide_pending(Batch *batch, BatchItem *item, Error *error)
{
    if (!check_pending(batch, item, error))
        return false;
    StoredPending *row = ARENA_NEW(batch->arena, StoredPending);
    *row = (StoredPending){
        .place = place_of(item),
        .region = item->region,
        .source = item->head.source,
        .record_no = item->report.record_no,
        .kind = text_from(record_kind_name(item->head.kind)),
        .origin = item->head.origin,
        .revision = item->report.revision,
        .received_at = item->received_at,
        .backfill = item->head.backfill ? 1 : 0,
        .mapping = item->head.mapping,
        .payload = item->record->value,
    };
    LIST_ADD(batch, pending, pending_count, pending_capacity, row);
    if (item->place != NULL)
        item->place->pending = true;
    COUNT_ONCE(item, updates);
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
static bool apply_all_pending(Batch *batch, BatchItem *item, Error *error)
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

/* ---- reports ---- */

static StoredReport *make_report(Batch *batch, BatchItem *item, RegionProgress *region)
{
    StoredReport *row = ARENA_NEW(batch->arena, StoredReport);
    bool suspect = false;
    stored_report_init(row);
    row->report = item->report;
    row->region = region->now.region;
    row->report_id = region->now.counters.next_report++;
    row->source = item->head.source;
    row->kind = text_from(record_kind_name(item->head.kind));
    row->received_at = item->received_at;
    row->event_at = report_event_time(&item->report, arrival_of(item), &suspect);
    if (row->report.status != INTEGER_ABSENT)
        row->status_at = report_status_time(&row->report, arrival_of(item), row->event_at);
    row->mapping = item->head.mapping;
    row->origin = item->head.origin;
    row->place = place_of(item);
    if (suspect)
        report_add_flag(&row->report, batch->arena, TEXT("time_suspect"));
    return row;
}

static void note_identity(Identity *identity, const StoredReport *row, ReportArrival arrival)
{
    StoredIdentity *known = &identity->known->identity;
    identity->known->found = true;
    identity->known->status = row->report.status;
    identity->created = (StoredReport *)row;
    known->region = row->region;
    known->report_id = row->report_id;
    known->received_at = row->received_at;
    known->first = known->last = row->origin;
    known->revision = row->report.revision;
    known->changed_at = report_changed_time(&row->report, arrival);
}

static bool decide_new(Batch *batch, BatchItem *item, Error *error)
{
    RegionProgress *region = progress_region(item->partition, item->region);
    StoredReport *row = make_report(batch, item, region);
    DecideContext context = context_of(batch, item, region);
    if (!decide_report(batch->decider, &context, row, error))
        return false;
    note_identity(item->identity, row, arrival_of(item));
    COUNT_ONCE(item, reports);
    return apply_all_pending(batch, item, error);
}

/* ---- the whole ---- */

static bool decide_record(Batch *batch, BatchItem *item, Error *error)
{
    const KnownRecord *known = item->identity->known;
    bool opens = item->head.kind == RECORD_REPORT || item->head.kind == RECORD_INSPECTION;
    if (!known->found && opens)
        return decide_new(batch, item, error);
    if (known->found && text_equal(known->identity.region, item->region))
        return decide_revision(batch, item, error);
    return decide_pending(batch, item, error); /* its report is not here yet, or lives elsewhere */
}

static bool decide_item(Batch *batch, BatchItem *item, Error *error)
{
    if (!item->dead && item->account == NULL)
        return true; /* commands and ticks change nothing yet but the offset */
    if (is_repeat(item)) {
        count_repeat(item);
        item->vault = false;
        return true;
    }
    resolve_dead_letter(batch, item);
    if (item->dead)
        decide_dead(batch, item);
    else if (item->head.kind == RECORD_IGNORED)
        decide_ignored(batch, item);
    else
        return decide_record(batch, item, error);
    return true;
}

bool batch_decide(Batch *batch, Error *error)
{
    batch->lists = (BatchLists){0};
    for (size_t i = 0; i < batch->count; i++)
        if (!decide_item(batch, &batch->items[i], error))
            return false;
    return decide_save(batch->decider, batch->arena, error);
}
