/*
 * What the batch has to ask: every record number it meets, once; and every origin that is not beyond the high-water
 * mark of its account (it may be a repeat), that is dead (another attempt may have been met before), that comes again
 * because its dead letter was released, or that comes from another region: this one's mark says nothing of it, so it is
 * known by its name and attempt alone.
 */
#include "batch_parts.h"

static uint64_t identity_hash(Text source, Text record_no)
{
    return text_hash(source) * UINT64_C(0x9E3779B97F4A7C15) + text_hash(record_no);
}

static Identity *find_identity(Batch *batch, Text source, Text record_no)
{
    uint64_t hash = identity_hash(source, record_no);
    Identity *alike = map_pointer(batch->identity_map, hash);
    for (Identity *at = alike; at != NULL; at = at->next_alike)
        if (text_equal(at->known->identity.source, source) &&
            text_equal(at->known->identity.record_no, record_no))
            return at;
    Identity *identity = &batch->identities[batch->identity_count];
    identity->known = &batch->records[batch->identity_count++];
    identity->known->identity.source = source;
    identity->known->identity.record_no = record_no;
    identity->next_alike = alike;
    map_put_pointer(batch->identity_map, hash, identity);
    return identity;
}

static uint64_t place_hash(const BatchItem *item)
{
    const Origin *origin = &item->head.origin;
    uint64_t hash = text_hash(origin->topic) + text_hash(item->arrives_in);
    hash = hash * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)origin->partition;
    hash = hash * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)origin->offset;
    hash = hash * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)item->head.attempt;
    return hash * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)origin->item;
}

static bool is_place_of(const KnownOrigin *known, const BatchItem *item)
{
    return record_origin_compare(&known->origin, &item->head.origin) == 0 &&
           known->attempt == item->head.attempt &&
           text_is_absent(known->arrives_in) == text_is_absent(item->arrives_in) &&
           text_equal(known->arrives_in, item->arrives_in);
}

/* A record, the same one sent on to another region, and another attempt are places of one origin. */
static KnownPlace *met_place(const Batch *batch, const BatchItem *item)
{
    KnownPlace *at = map_pointer(batch->place_map, place_hash(item));
    while (at != NULL && !is_place_of(at->known, item))
        at = at->next_alike;
    return at;
}

static KnownPlace *find_place(Batch *batch, const BatchItem *item)
{
    KnownPlace *place = met_place(batch, item);
    if (place != NULL)
        return place;
    uint64_t hash = place_hash(item);
    place = &batch->places[batch->place_count];
    place->known = &batch->origins[batch->place_count++];
    place->known->origin = item->head.origin;
    place->known->attempt = item->head.attempt;
    place->known->arrives_in = item->arrives_in;
    place->next_alike = map_pointer(batch->place_map, hash);
    map_put_pointer(batch->place_map, hash, place);
    return place;
}

/* A record that is new by its number and comes again in this very batch: both look at one place. */
static void share_places(Batch *batch)
{
    for (size_t i = 0; batch->place_count > 0 && i < batch->count; i++)
        if (batch->items[i].place == NULL)
            batch->items[i].place = met_place(batch, &batch->items[i]);
}

static bool beyond(const Account *account, const Origin *origin)
{
    return origin->offset > account->seen_offset ||
           (origin->offset == account->seen_offset && origin->item > account->seen_item);
}

/* Whether the origin is new by its number alone; moves the mark on. */
static bool look(Account *account, const Origin *origin)
{
    if (!beyond(account, origin))
        return false;
    account->seen_offset = origin->offset;
    account->seen_item = origin->item;
    return true;
}

static void start_marks(Batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        Account *account = batch->items[i].account;
        if (account != NULL) {
            account->seen_offset = account->committed.last_offset;
            account->seen_item = account->committed.last_item;
        }
    }
}

BatchReport *batch_report(Batch *batch, const BatchReport *of)
{
    uint64_t hash = text_hash(of->region) * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)of->report_id;
    BatchReport *alike = map_pointer(batch->report_map, hash);
    for (BatchReport *at = alike; at != NULL; at = at->next_alike)
        if (at->report_id == of->report_id && text_equal(at->region, of->region))
            return at;
    BatchReport *report = &batch->reports[batch->report_count++];
    *report = *of;
    if (report->status <= 0)
        report->status = INTEGER_ABSENT;
    report->next_alike = alike;
    map_put_pointer(batch->report_map, hash, report);
    return report;
}

/* Two record numbers may lead to one report. */
static void find_reports(Batch *batch)
{
    for (size_t i = 0; i < batch->identity_count; i++) {
        Identity *identity = &batch->identities[i];
        const KnownRecord *known = identity->known;
        if (known->found)
            identity->report =
                batch_report(batch, &(BatchReport){.region = known->identity.region,
                                                   .report_id = known->identity.report_id,
                                                   .received_at = known->identity.received_at,
                                                   .status = known->status,
                                                   .status_at = known->status_at,
                                                   .repeats = known->repeats,
                                                   .said = known->said});
        if (known->found && identity->report->assignments == NULL)
            identity->report->assignments = batch_assignments(batch, known);
    }
}

/* Updates that wait may have been counted when they came: their origins are known. */
static void note_pending(Batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        BatchItem *item = &batch->items[i];
        if (item->place == NULL || item->identity == NULL || !text_is_absent(item->arrives_in))
            continue;
        const KnownRecord *known = item->identity->known;
        for (size_t k = 0; k < known->pending_count; k++)
            if (record_origin_compare(&known->pending[k].origin, &item->head.origin) == 0)
                item->place->pending = true;
    }
}

/* The known report that a record may have decided anew; NULL: none. */
static BatchReport *report_retold(const BatchItem *item)
{
    bool may = item->identity != NULL && stored_report_may_retell(&item->report);
    return may ? item->identity->report : NULL;
}

/* A second round trip, for the few that need it: the rows before this batch. */
static bool read_standing(Batch *batch, Error *error)
{
    StoredEvidence *asked = ARENA_ARRAY(batch->arena, StoredEvidence, batch->count);
    BatchReport **reports = ARENA_ARRAY(batch->arena, BatchReport *, batch->count);
    POSTGRES_RESULT_AUTO *rows = NULL;
    size_t count = 0;
    for (size_t i = 0; i < batch->count; i++) {
        BatchReport *report = report_retold(&batch->items[i]);
        if (report == NULL || report->stands != NULL)
            continue;
        StoredEvidence *stands = &asked[count];
        stands->region = report->region;
        stands->report_id = report->report_id;
        stands->received_at = report->received_at;
        reports[count++] = report;
        report->stands = stands;
    }
    if (count == 0)
        return true;
    if (!report_rows_standing(case_store_postgres(batch->store), asked, count, &rows, error))
        return false;
    for (size_t i = 0; i < count; i++)
        reports[i]->stands = NULL;
    for (int row = 0; row < postgres_rows(rows); row++) {
        StoredEvidence *stands = ARENA_NEW(batch->arena, StoredEvidence);
        report_rows_read(rows, row, batch->arena, stands);
        report_rows_keep(stands, batch->arena);
        batch_report(batch,
                     &(BatchReport){.region = stands->region, .report_id = stands->report_id})
            ->stands = stands;
    }
    return true;
}

/* Partitions of which the batch holds a tick. */
static size_t ticked(const Batch *batch, int32_t *partitions)
{
    size_t count = 0;
    for (size_t i = 0; i < batch->count; i++) {
        const BatchItem *item = &batch->items[i];
        bool met = item->head.kind != RECORD_TICK || item->dead;
        for (size_t k = 0; k < count && !met; k++)
            met = partitions[k] == item->record->partition;
        if (!met)
            partitions[count++] = item->record->partition;
    }
    return count;
}

static void look_at(Batch *batch, BatchItem *item)
{
    bool again = item->head.attempt > 1 || item->dead;
    if (!item->dead && record_kind_carries_report(item->head.kind))
        item->identity = find_identity(batch, item->head.source, item->report.record_no);
    if (item->identity != NULL && item->head.kind == RECORD_ASSIGNMENT)
        item->identity->known->asked = 1;
    item->low = item->account != NULL && item->head.attempt == 1 && !batch_arrives(item) &&
                !look(item->account, &item->head.origin);
    if (item->low || again || batch_arrives(item))
        item->place = find_place(batch, item);
}

bool batch_identify(Batch *batch, Error *error)
{
    batch->records = ARENA_ARRAY(batch->arena, KnownRecord, batch->count);
    batch->identities = ARENA_ARRAY(batch->arena, Identity, batch->count);
    batch->origins = ARENA_ARRAY(batch->arena, KnownOrigin, batch->count);
    batch->places = ARENA_ARRAY(batch->arena, KnownPlace, batch->count);
    batch->reports = ARENA_ARRAY(batch->arena, BatchReport, batch->count);
    batch->identity_count = batch->place_count = batch->report_count = 0;
    map_clear(batch->identity_map);
    map_clear(batch->report_map);
    map_clear(batch->place_map);
    start_marks(batch);
    for (size_t i = 0; i < batch->count; i++)
        look_at(batch, &batch->items[i]);
    share_places(batch);
    int32_t *partitions = ARENA_ARRAY(batch->arena, int32_t, batch->count);
    KnownQuery query = {.records = batch->records,
                        .record_count = batch->identity_count,
                        .origins = batch->origins,
                        .origin_count = batch->place_count,
                        .ticked = partitions,
                        .ticked_count = ticked(batch, partitions)};
    if (!case_store_identify(batch->store, &query, batch->arena, error))
        return false;
    batch->strays = query.strays;
    batch->stray_count = query.stray_count;
    find_reports(batch);
    note_pending(batch);
    return read_standing(batch, error);
}
