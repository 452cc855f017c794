/*
 * A record whose report lives in another region cannot be decided here: another matcher may own that region. It goes
 * out through the outbox with all its headers, under the key of its home, and comes back there as a record of
 * onecase.report with one header more:
 *
 *   B: record, known in A ── outbox (forward) ── relay ──> A: the same record, oc-forwarded = B
 *      counted as forwarded                                  counted as what it is, and as arrived
 *
 * The first home wins and never changes, so a record that is forwarded is at home where it arrives.
 */
#include "batch_parts.h"

#include "base/json.h"

static bool is_named_before(const RecordHeader *headers, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (text_equal(headers[i].name, headers[index].name))
            return true;
    return false;
}

/* {"name":"value"}; of headers with one name the first, as record_head_read takes it. */
static Text headers_json(const RecordHeader *headers, size_t count, Text came_to, Arena *arena)
{
    bool told = false;
    TextBuilder json = builder_new(arena);
    builder_char(&json, '{');
    for (size_t i = 0; i < count; i++) {
        if (is_named_before(headers, i))
            continue;
        told = told || text_is(headers[i].name, RECORD_FORWARDED);
        js_write_key(&json, headers[i].name);
        js_write_text(&json, headers[i].value);
    }
    if (!told) {
        js_write_key(&json, TEXT(RECORD_FORWARDED));
        js_write_text(&json, came_to);
    }
    builder_char(&json, '}');
    return builder_view(&json);
}

/* `by` is the record that sends it on, whose place and time the row has. */
static bool send_on(Batch *batch, BatchItem *by, Text home, Text headers, Text value, Error *error)
{
    StoredOutbox row = {.place = batch_place(by),
                        .n = by->outbox_n++,
                        .kind = TEXT("forward"),
                        .region = home,
                        .case_id = INT64_MIN,
                        .seq = INT64_MIN,
                        .event_at = INT64_MIN,
                        .level = INT64_MIN,
                        .headers = headers,
                        .payload = value,
                        .stream_time = by->received_at};
    return case_store_add(batch->store, TABLE_OUTBOX, &row, error);
}

bool batch_forward(Batch *batch, BatchItem *item, Text home, Error *error)
{
    RecordHeader *headers = NULL;
    size_t count = 0;
    kafka_record_headers(item->record, batch->arena, &headers, &count);
    COUNT_ONCE(batch, item, forwarded);
    return send_on(batch, item, home, headers_json(headers, count, item->region, batch->arena),
                   item->record->value, error);
}

/* Of a record that waited only what its row has is known; the rest counts where it came in. */
static bool forward_stray(Batch *batch, BatchItem *tick, const KnownStray *stray, Error *error)
{
    const StoredPending *pending = &stray->pending;
    RecordHeader headers[RECORD_HEADERS_MAX];
    RecordHead head = {.origin = pending->origin,
                       .source = pending->source,
                       .mapping = pending->mapping,
                       .items = 1,
                       .attempt = pending->attempt,
                       .backfill = pending->backfill == 1,
                       .forwarded = pending->region};
    if (!record_kind_from(pending->kind, &head.kind))
        return error_set(error, ERROR_FATAL, "pending_updates has a record of kind \"%.*s\"",
                         TEXT_ARGS(pending->kind));
    size_t count = record_head_write(&head, batch->arena, headers);
    batch_count_sent_on(
        progress_account(tick->partition, pending->origin.topic, pending->origin.partition),
        pending);
    LIST_ADD(batch, resolved, resolved_count, resolved_capacity,
             (StoredPending *)(uintptr_t)pending);
    return send_on(batch, tick, stray->home,
                   headers_json(headers, count, pending->region, batch->arena), pending->payload,
                   error);
}

bool batch_forward_strays(Batch *batch, BatchItem *tick, Error *error)
{
    for (size_t i = 0; i < batch->stray_count; i++) {
        KnownStray *stray = &batch->strays[i];
        if (stray->pending.place.partition != tick->record->partition || stray->forwarded)
            continue;
        stray->forwarded = true;
        if (!forward_stray(batch, tick, stray, error))
            return false;
    }
    return true;
}
