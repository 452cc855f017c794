/*
 * From Kafka's records to items. A record that cannot be read, or lies in another partition than its key's, is
 * marked dead here and goes on like any other: it has to be counted and its offset has to move.
 */
#include "batch.h"

#include "base/digest.h"
#include "base/unicode.h"

#include "domain/quarantine.h"
#include "domain/region.h"

#include <string.h>

enum {
    HEADLESS_TRIES = QUARANTINE_TRIES + 1
}; /* of a record: the crash came while it was buried by its head */

/* PostgreSQL's text holds neither NUL nor broken UTF-8; heads are short and become keys, so they must be clean. */
static bool clean(Text text)
{
    return memchr(text.data == NULL ? "" : text.data, '\0', text.size) == NULL &&
           unicode_valid(text);
}

static void mark_dead(BatchItem *item, Arena *arena, const char *stage, const Error *fault)
{
    item->dead = true;
    item->vault = true;
    item->note =
        record_note_dead(stage, fault, digest_sha256_text(item->record->value, arena), arena);
}

/* A record whose head says nothing is known by its own place. */
static void take_own_origin(BatchItem *item)
{
    item->head = (RecordHead){.kind = RECORD_DEAD,
                              .origin = {.topic = item->record->topic,
                                         .partition = item->record->partition,
                                         .offset = item->record->offset},
                              .items = 1,
                              .attempt = 1};
}

static bool decode_head(BatchItem *item, Arena *arena, Error *fault)
{
    RecordHeader *headers = NULL;
    size_t count = 0;
    kafka_record_headers(item->record, arena, &headers, &count);
    if (!record_head_read(headers, count, &item->head, fault))
        return false;
    if (!clean(item->head.origin.topic))
        return error_set_at(fault, ERROR_REJECT, "header", "ce_id", "not well-formed UTF-8");
    if (!clean(item->head.source))
        return error_set_at(fault, ERROR_REJECT, "header", "ce_source", "not well-formed UTF-8");
    if (!clean(item->head.mapping))
        return error_set_at(fault, ERROR_REJECT, "header", "oc-mapping", "not well-formed UTF-8");
    if (!clean(item->head.forwarded))
        return error_set_at(fault, ERROR_REJECT, "header", RECORD_FORWARDED,
                            "not well-formed UTF-8");
    if (!clean(item->head.lost))
        return error_set_at(fault, ERROR_REJECT, "header", RECORD_LOST, "not well-formed UTF-8");
    return true;
}

static bool check_partition(const Batch *batch, const BatchItem *item, Error *fault)
{
    if (text_is_empty(item->region) || !clean(item->region))
        return error_set_at(fault, ERROR_REJECT, "key", "", "the record has no region as key");
    int32_t home = region_partition(item->region, batch->partition_count);
    if (home != item->record->partition)
        return error_set_at(fault, ERROR_REJECT, "partition", "",
                            "partition %d does not belong to the key, which belongs to %d",
                            item->record->partition, home);
    return true;
}

static bool decode_value(BatchItem *item, Arena *arena, Error *fault)
{
    if (text_is_absent(item->record->value))
        return error_set_at(fault, ERROR_REJECT, "empty", "", "the record has no value");
    if (!record_kind_carries_report(item->head.kind))
        return record_note_read(item->record->value, arena, &item->note, fault);
    if (!report_read(item->record->value, arena, &item->report, fault))
        return false;
    if (text_is_empty(item->report.record_no))
        return error_set_at(fault, ERROR_REJECT, "required", "/record_no", "record_no is missing");
    return true;
}

/* A command ends in its own table, whatever is wrong with it. */
static void refuse_command(BatchItem *item, Arena *arena, const Error *fault)
{
    Error *kept = ARENA_NEW(arena, Error);
    *kept = *fault;
    item->refused = kept;
}

/* Whether it came of a record of a department: those of the hub itself have an explicit partition, no key and no account. */
static bool of_department(RecordKind kind)
{
    return kind != RECORD_COMMAND && kind != RECORD_TICK;
}

/* Whose account it is, and whether it comes from another region. */
static void place_item(BatchItem *item)
{
    if (!text_is_absent(item->head.forwarded))
        item->arrives_in = clean(item->region) ? item->region : TEXT("");
    if (of_department(item->head.kind))
        item->account =
            progress_account(item->partition, item->head.origin.topic, item->head.origin.partition);
}

/*
 * A record that killed the process, alone: its value is not looked into any more. Its head says where it came from, without
 * which its department's offset would be missing; one more crash, and it is known by its own place.
 */
static void bury_unread(Batch *batch, BatchItem *item)
{
    Error fault = {0};
    Error unread = {0};
    int64_t tries = item->partition->tries;
    bool headless = tries >= HEADLESS_TRIES || !decode_head(item, batch->arena, &unread);
    if (headless)
        take_own_origin(item);
    else
        place_item(item);
    if (!clean(item->region))
        item->region = TEXT("");
    quarantine_fault(tries, &fault);
    if (!headless && item->head.kind == RECORD_COMMAND)
        refuse_command(item, batch->arena, &fault);
    else
        mark_dead(item, batch->arena, "crash", &fault);
}

static void decode_item(Batch *batch, BatchItem *item)
{
    Error fault = {0};
    item->region = text_copy(batch->arena, item->record->key);
    if (item->record->offset == item->partition->buried_offset) {
        bury_unread(batch, item);
        return;
    }
    if (!decode_head(item, batch->arena, &fault)) {
        take_own_origin(item);
        mark_dead(item, batch->arena, "decode", &fault);
        return;
    }
    place_item(item);
    if (!of_department(item->head.kind))
        return;
    if (!check_partition(batch, item, &fault))
        mark_dead(item, batch->arena, "misrouted", &fault);
    else if (batch->fault != NULL)
        mark_dead(item, batch->arena, "write", batch->fault);
    else if (!decode_value(item, batch->arena, &fault))
        mark_dead(item, batch->arena, "decode", &fault);
    else if (item->head.kind == RECORD_DEAD)
        item->dead = true;
}

/* What stands in PostgreSQL of the last record of each partition, by which a topic made anew is known. */
static void note_last_origins(Batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        BatchItem *item = &batch->items[i];
        if (item->record->offset + 1 == item->partition->now_offset)
            item->partition->now_origin = record_origin_text(batch->arena, &item->head.origin);
    }
}

void batch_decode(Batch *batch, const KafkaRecord *records, size_t count)
{
    batch->items = ARENA_ARRAY(batch->arena, BatchItem, count);
    batch->count = 0;
    for (size_t i = 0; i < count; i++) {
        PartitionProgress *partition = progress_partition(batch->progress, records[i].partition);
        if (partition == NULL || partition->held || records[i].offset < partition->now_offset)
            continue; /* not ours any more, set aside, or done already */
        BatchItem *item = &batch->items[batch->count++];
        item->record = &records[i];
        item->partition = partition;
        partition->touched = true;
        partition->now_offset = records[i].offset + 1;
        if (partition->now_stream == INT64_MIN || records[i].timestamp_us > partition->now_stream)
            partition->now_stream = records[i].timestamp_us;
        item->received_at = partition->now_stream;
        decode_item(batch, item);
    }
    note_last_origins(batch);
}
