/*
 * Every stage of a round can be entered again: receipts tell what was sent, delivered or refused, so a call that said RETRY goes on
 * where it was.
 *
 *   map each ─► vault for dead ones, acknowledged ─► report for all, in order, acknowledged ─► refused ones become dead
 *                 ▲                                                                                  │
 *                 └──────────────────────────────────────────────────────────────────────────────────┘
 */
#include "batch.h"

#include "base/digest.h"
#include "base/log.h"
#include "base/test_hook.h"

#include "domain/quarantine.h"

#include "adapters/service.h"

#include <assert.h>

enum { SCRATCH_BLOCK = 65536, ARENA_BLOCK = 262144 };

void batch_init(Batch *batch)
{
    *batch = (Batch){.arena = arena_new(ARENA_BLOCK), .scratch = arena_new(SCRATCH_BLOCK)};
}

void batch_done(Batch *batch)
{
    arena_free(batch->arena);
    arena_free(batch->scratch);
    *batch = (Batch){0};
}

void batch_clear(Batch *batch)
{
    arena_reset(batch->arena);
    arena_reset(batch->scratch);
    *batch = (Batch){.arena = batch->arena, .scratch = batch->scratch};
}

static Outgoing *add_outgoing(Batch *batch)
{
    if (batch->outgoing_count == batch->outgoing_capacity) {
        size_t old = batch->outgoing_capacity;
        batch->outgoing_capacity = old == 0 ? 64 : old * 2;
        batch->outgoings = arena_grow(batch->arena, batch->outgoings, old * sizeof(Outgoing),
                                      batch->outgoing_capacity * sizeof(Outgoing));
    }
    return &batch->outgoings[batch->outgoing_count++];
}

static void log_dead(const Outgoing *outgoing)
{
    log_event(LOG_WARN, "rejected", LOG_TEXT("topic", outgoing->head.origin.topic),
              LOG_INT("partition", outgoing->head.origin.partition),
              LOG_INT("offset", outgoing->head.origin.offset),
              LOG_INT("item", outgoing->head.origin.item), LOG_TEXT("stage", outgoing->note.stage),
              LOG_TEXT("rule", outgoing->note.rule), LOG_TEXT("pointer", outgoing->note.pointer),
              LOG_TEXT("reason", outgoing->note.message));
}

static RecordNote copy_note(Arena *arena, const RecordNote *note)
{
    return (RecordNote){
        .stage = text_copy(arena, note->stage),
        .pointer = text_copy(arena, note->pointer),
        .rule = text_copy(arena, note->rule),
        .message = text_copy(arena, note->message),
        .sha256 = text_copy(arena, note->sha256),
    };
}

static Text encode(const MappedRecord *mapped, Arena *arena)
{
    TextBuilder value = builder_new(arena);
    if (record_kind_carries_report(mapped->kind))
        report_write(&mapped->report, &value);
    else
        record_note_write(&mapped->note, mapped->kind, &value);
    return builder_view(&value);
}

/* What leaves the scratch arena: the encoded value, the region and, of a dead one, its note. */
static Outgoing *keep_mapped(Batch *batch, const MappedRecord *mapped, const KafkaRecord *source)
{
    const BatchRest *rest = &batch->rest;
    bool made = text_is_absent(rest->as_it_is);
    Outgoing *outgoing = add_outgoing(batch);
    *outgoing = (Outgoing){
        .source = source,
        .head = rest->head,
        .region = text_copy(batch->arena, mapped->region),
        .value = made ? encode(mapped, batch->arena) : rest->as_it_is,
        .original = rest->original,
    };
    batch->outgoing_bytes += outgoing->value.size + sizeof(Outgoing);
    batch->guests += rest->guest;
    if (mapped->kind != RECORD_DEAD)
        return outgoing;
    outgoing->note = copy_note(batch->arena, &mapped->note);
    log_dead(outgoing);
    return outgoing;
}

/* A record that killed the process, alone: what it holds is not looked into any more. */
static MappedRecord *bury_unread(Arena *arena, const KafkaRecord *record, const Place *place)
{
    Error fault = {0};
    MappedRecord *dead = ARENA_NEW(arena, MappedRecord);
    quarantine_fault(place->note.tries - 1, &fault); /* this one is to succeed */
    dead->kind = RECORD_DEAD;
    dead->region = mapping_default_region(place->mapping);
    dead->note = record_note_dead("crash", &fault, digest_sha256_text(record->value, arena), arena);
    return dead;
}

/* The first record behind a gap says so, each time it is mapped until it is done. */
static Text told_with(Place *place, const KafkaRecord *record)
{
    if (place->told == NULL || (place->told_at >= 0 && place->told_at != record->offset))
        return TEXT_ABSENT;
    place->told_at = record->offset;
    return text_from(place->told);
}

/* One source record into its items, which wait as the rest. */
static void
map_record(Batch *batch, const KafkaRecord *record, Place *place, const Sources *sources)
{
    assert(place->mapping != NULL); /* other sources come when the batch is finished */
    const MappingInput input = {
        .bytes = record->value, .timestamp_us = record->timestamp_us, .backfill = place->backfill};
    MappedRecord *mapped;
    size_t count = 1;
    if (record->offset == place->buried_offset) {
        mapped = bury_unread(batch->scratch, record, place);
    } else {
        test_hook_crash("intake", record->value);
        mapping_apply(place->mapping, sources_context(sources), &input, batch->scratch, &mapped,
                      &count);
    }
    batch->rest = (BatchRest){
        .items = mapped,
        .count = count,
        .head = {.origin = {.topic = text_from(place->name),
                            .partition = record->partition,
                            .offset = record->offset},
                 .source = mapping_source(place->mapping),
                 .mapping = mapping_version(place->mapping),
                 .items = (int32_t)count,
                 .skipped = places_take(place, record->offset),
                 .attempt = 1,
                 .backfill = place->backfill,
                 .lost = told_with(place, record)},
        .original = {.key = record->key, .timestamp_us = record->timestamp_us},
        .guest = place->backfill,
    };
}

/* A dead letter that was released. Its offset on onecase.redrive is nobody's account. */
static void
release_record(Batch *batch, const KafkaRecord *record, Place *place, const Sources *sources)
{
    Redriven redriven;
    Error fault = {0};
    if (record->offset == place->buried_offset)
        quarantine_fault(place->note.tries - 1, &fault); /* this one is to succeed */
    redrive_read(record, sources, &fault, batch->scratch, &redriven);
    (void)places_take(place, record->offset);
    batch->rest = (BatchRest){
        .items = redriven.items,
        .count = redriven.count,
        .head = redriven.head,
        .as_it_is = redriven.as_it_is,
        .original = redriven.original,
        .guest = true,
    };
}

/* Items of the rest, until there are none or the round is full. Bytes of a record with several dead items are kept once. */
static void keep_rest(Batch *batch, const KafkaRecord *record)
{
    BatchRest *rest = &batch->rest;
    while (rest->next < rest->count && batch->outgoing_bytes < BATCH_ROUND_BYTES) {
        const MappedRecord *item = &rest->items[rest->next];
        rest->head.kind = item->kind;
        Outgoing *outgoing = keep_mapped(batch, item, record);
        if (item->kind == RECORD_DEAD && !text_is_absent(rest->kept_at))
            outgoing->kept_at = text_copy(batch->arena, rest->kept_at);
        else if (item->kind == RECORD_DEAD)
            rest->kept_at = record_origin_text(batch->scratch, &rest->head.origin);
        rest->head.skipped = 0; /* counted once, with the first item */
        rest->head.lost = TEXT_ABSENT;
        rest->head.origin.item++;
        rest->next++;
    }
}

void batch_map(Batch *batch, const Sources *sources, const Places *places)
{
    if (batch->mapped)
        return;
    bool alone = false;
    while (!alone && batch->next < batch->count && batch->outgoing_bytes < BATCH_ROUND_BYTES) {
        const KafkaRecord *record = &batch->records[batch->next];
        Place *place = places_find(places, record->topic, record->partition);
        assert(place != NULL); /* a batch belongs to one assignment */
        alone = place->careful_left > 0;
        if (alone && batch->next > batch->first)
            break; /* the next round's only one */
        if (batch->rest.items == NULL && place->redrive)
            release_record(batch, record, place, sources);
        else if (batch->rest.items == NULL)
            map_record(batch, record, place, sources);
        keep_rest(batch, record);
        if (batch->rest.next < batch->rest.count)
            break;
        batch->rest = (BatchRest){0};
        arena_reset(batch->scratch);
        batch->next++;
        service_progress();
    }
    batch->mapped = true;
}

bool batch_end_round(Batch *batch)
{
    arena_reset(batch->arena);
    batch->outgoings = NULL;
    batch->outgoing_count = 0;
    batch->outgoing_capacity = 0;
    batch->outgoing_bytes = 0;
    batch->guests = 0;
    batch->mapped = false;
    batch->first = batch->next;
    return batch->next < batch->count;
}

/* The bytes of dead ones are in the vault before any word about them is on onecase.report. */
static bool keep_dead(Batch *batch, Sender *sender, Error *error)
{
    bool settled = false;
    while (!settled) {
        for (size_t i = 0; i < batch->outgoing_count; i++)
            if (!outgoing_keep(&batch->outgoings[i], sender, batch->arena, error))
                return false;
        bool under_way = false;
        for (size_t i = 0; i < batch->outgoing_count; i++)
            under_way = under_way || batch->outgoings[i].vault.state == RECEIPT_SENT;
        settled = !under_way;
        if (under_way && !sender_settle(sender, error))
            return false;
    }
    return true;
}

static bool send_all(Batch *batch, Sender *sender, Error *error)
{
    for (size_t i = 0; i < batch->outgoing_count; i++)
        if (!outgoing_send(&batch->outgoings[i], sender, batch->arena, error))
            return false;
    return sender_settle(sender, error);
}

/*
 * A batch is refused as a whole, so each refused record is tried alone; the one that is refused again is guilty and
 * becomes a dead record. *again: there is something new to send.
 */
static bool judge_refused(Batch *batch, Sender *sender, bool *again, Error *error)
{
    *again = false;
    for (size_t i = 0; i < batch->outgoing_count; i++) {
        Outgoing *outgoing = &batch->outgoings[i];
        if (outgoing->report.state == RECEIPT_REFUSED && !outgoing->report.certain &&
            !outgoing->tried_alone) {
            outgoing->tried_alone = true;
            outgoing->report = (Receipt){0};
            if (!outgoing_send(outgoing, sender, batch->arena, error))
                return false;
        }
        if (outgoing->report.state == RECEIPT_SENT && !sender_settle(sender, error))
            return false;
        if (outgoing->report.state != RECEIPT_REFUSED)
            continue;
        if (outgoing->head.kind == RECORD_DEAD)
            return error_set(error, ERROR_FATAL, "topic %s refuses even a dead record (%s)",
                             sender->report_topic, outgoing->report.rule);
        outgoing_bury(outgoing, batch->arena);
        log_dead(outgoing);
        *again = true;
    }
    return true;
}

bool batch_send(Batch *batch, Sender *sender, Error *error)
{
    bool again = true;
    while (again)
        if (!keep_dead(batch, sender, error) || !send_all(batch, sender, error) ||
            !judge_refused(batch, sender, &again, error))
            return false;
    return true;
}

/* The record is done: the place moves behind it, and its print is noted (place_note.h). */
static void note_place(Place *place, const KafkaRecord *record)
{
    place->done = record->offset + 1;
    place->careful_left -= place->careful_left > 0;
    place->wary_left -= place->wary_left > 0;
    if (place->wary_left == 0)
        place->note.crashes = 0;
    place->note.trying = -1;
    place->note.gap = PLACE_NO_GAP; /* behind it, if there was one */
    place->note.life = place->life;
    place->note.last_offset = record->offset;
    place->note.last_print =
        place_note_print(record->timestamp_us / 1000, record->key, record->value);
}

void batch_note_done(const Batch *batch, Places *places)
{
    for (size_t i = 0; i < places->count; i++)
        places->items[i].blocked = false;
    size_t next = 0;
    for (size_t i = batch->first; batch->mapped && i < batch->next; i++) {
        const KafkaRecord *record = &batch->records[i];
        Place *place = places_find(places, record->topic, record->partition);
        bool done = true;
        for (; next < batch->outgoing_count && batch->outgoings[next].source == record; next++)
            done = done && outgoing_done(&batch->outgoings[next]);
        if (place == NULL)
            continue;
        place->blocked = place->blocked || !done;
        if (!place->blocked)
            note_place(place, record);
    }
}
