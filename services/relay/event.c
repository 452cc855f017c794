/*
 * Heads of what the relay sends.
 */
#include "event.h"

#include "base/json.h"

#include "domain/datetime.h"

enum { EVENT_HEADERS_MAX = 10 };

bool event_is_forward(const OutboxRow *row)
{
    return text_is(row->kind, "forward");
}

Text event_id(int32_t partition, const OutboxRow *row, Arena *arena)
{
    return text_format(arena, "%d/%lld/%d", partition, (long long)row->place.report_offset,
                       row->place.n);
}

static Text iso_time(int64_t time_us, Arena *arena)
{
    char iso[DATETIME_ISO_SIZE];
    datetime_to_iso(time_us, iso);
    return text_copy(arena, text_from(iso));
}

static bool forward_headers(
    const OutboxRow *row, Arena *arena, RecordHeader **headers, size_t *count, Error *error)
{
    JsDocument *document;
    if (!js_parse(row->headers, &document, error))
        return error_prefix(error, "column headers");
    const JsValue *root = js_root(document);
    bool well = js_type(root) == JS_OBJECT;
    *headers = ARENA_ARRAY(arena, RecordHeader, js_count(root));
    *count = 0;
    Text name;
    const JsValue *value;
    for (size_t cursor = 0; well && js_each(root, &cursor, &name, &value);) {
        well = js_type(value) == JS_TEXT;
        (*headers)[(*count)++] =
            (RecordHeader){text_copy(arena, name), text_copy(arena, js_text(value))};
    }
    js_close(document);
    return well || error_set_at(error, ERROR_REJECT, "headers", "",
                                "column headers is not a JSON object of texts");
}

bool event_headers(int32_t partition,
                   const OutboxRow *row,
                   Arena *arena,
                   RecordHeader **headers,
                   size_t *count,
                   Error *error)
{
    if (event_is_forward(row))
        return forward_headers(row, arena, headers, count, error);
    RecordHeader *h = ARENA_ARRAY(arena, RecordHeader, EVENT_HEADERS_MAX);
    size_t n = 0;
    h[n++] = (RecordHeader){TEXT("ce_specversion"), TEXT("1.0")};
    h[n++] = (RecordHeader){TEXT("ce_type"), row->kind};
    h[n++] = (RecordHeader){TEXT("ce_source"),
                            text_format(arena, "/onecase/%.*s", TEXT_ARGS(row->region))};
    h[n++] = (RecordHeader){TEXT("ce_id"), event_id(partition, row, arena)};
    if (row->event_at != INT64_MIN)
        h[n++] = (RecordHeader){TEXT("ce_time"), iso_time(row->event_at, arena)};
    if (!text_is_absent(row->subject))
        h[n++] = (RecordHeader){TEXT("ce_subject"), row->subject};
    h[n++] = (RecordHeader){TEXT("ce_dataschema"),
                            text_format(arena, "urn:onecase:event:%.*s:1", TEXT_ARGS(row->kind))};
    if (row->seq != INT64_MIN)
        h[n++] =
            (RecordHeader){TEXT("ce_sequence"), text_format(arena, "%lld", (long long)row->seq)};
    if (row->level != INT64_MIN)
        h[n++] =
            (RecordHeader){TEXT("ce_level"), text_format(arena, "%lld", (long long)row->level)};
    h[n++] = (RecordHeader){TEXT("content-type"), TEXT("application/json")};
    *headers = h;
    *count = n;
    return true;
}

size_t event_tick_headers(int32_t partition, int64_t minute, Arena *arena, RecordHeader *headers)
{
    const RecordHead head = {
        .kind = RECORD_TICK,
        .origin = {.topic = TEXT("onecase.tick"), .partition = partition, .offset = minute},
        .source = TEXT("onecase"),
        .items = 1,
        .attempt = 1,
    };
    return record_head_write(&head, arena, headers);
}

size_t event_command_headers(const RelayCommand *command, Arena *arena, RecordHeader *headers)
{
    const RecordHead head = {
        .kind = RECORD_COMMAND,
        .origin = {.topic = TEXT("onecase.command"),
                   .partition = command->partition,
                   .offset = command->seq},
        .source = TEXT("onecase"),
        .items = 1,
        .attempt = 1,
    };
    size_t count = record_head_write(&head, arena, headers);
    headers[count++] = (RecordHeader){TEXT(RECORD_COMMAND_ID), command->id};
    return count;
}
