/*
 * The head of a record on onecase.report: CloudEvents attributes as ce_ headers, the rest as oc-
 * headers. Names and kinds stand in two tables; reading and writing are walks over them.
 */
#include "domain/record.h"

#include "base/json.h"

#include "domain/record_loss.h"

#include <string.h>

#define TYPE_PREFIX "onecase."

static const char *const KIND_NAMES[RECORD_KINDS] = {
    [RECORD_REPORT] = "report",         [RECORD_UPDATE] = "update",
    [RECORD_ASSIGNMENT] = "assignment", [RECORD_INSPECTION] = "inspection",
    [RECORD_IGNORED] = "ignored",       [RECORD_DEAD] = "dead",
    [RECORD_COMMAND] = "command",       [RECORD_TICK] = "tick"};

const char *record_kind_name(RecordKind kind)
{
    return KIND_NAMES[kind];
}

bool record_kind_from(Text name, RecordKind *kind)
{
    for (int i = 0; i < RECORD_KINDS; i++) {
        if (text_is(name, KIND_NAMES[i])) {
            *kind = (RecordKind)i;
            return true;
        }
    }
    return false;
}

bool record_kind_carries_report(RecordKind kind)
{
    return kind == RECORD_REPORT || kind == RECORD_UPDATE || kind == RECORD_ASSIGNMENT ||
           kind == RECORD_INSPECTION;
}

Text record_origin_text(Arena *arena, const Origin *origin)
{
    return text_format(arena, "%.*s/%d/%lld#%d", TEXT_ARGS(origin->topic), origin->partition,
                       (long long)origin->offset, origin->item);
}

/* A number as record_origin_text prints it, from 0: the same origin never has two spellings. */
static bool canonical_number(Text text, int64_t most, int64_t *value)
{
    bool leading_zero = text.size > 1 && text.data[0] == '0';
    return text_is_digits(text) && !leading_zero && text_to_int64(text, value) && *value <= most;
}

/* Cuts `text` at its last `byte`: what follows goes to *tail. */
static bool cut_last(Text *text, char byte, Text *tail)
{
    const char *found = text->size == 0 ? NULL : memrchr(text->data, byte, text->size);
    if (found == NULL) {
        return false;
    }
    size_t at = (size_t)(found - text->data);
    *tail = text_slice(*text, at + 1, text->size);
    *text = text_slice(*text, 0, at);
    return true;
}

bool record_origin_parse(Text text, Origin *origin)
{
    Text item;
    Text offset;
    Text partition;
    int64_t item_no;
    int64_t offset_no;
    int64_t partition_no;
    if (!cut_last(&text, '#', &item) || !cut_last(&text, '/', &offset) ||
        !cut_last(&text, '/', &partition) || !record_topic_is_name(text) ||
        !canonical_number(item, RECORD_ITEM_MAX, &item_no) ||
        !canonical_number(offset, RECORD_OFFSET_MAX, &offset_no) ||
        !canonical_number(partition, INT32_MAX, &partition_no)) {
        return false;
    }
    *origin = (Origin){.topic = text,
                       .partition = (int32_t)partition_no,
                       .offset = offset_no,
                       .item = (int32_t)item_no};
    return true;
}

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int record_origin_compare(const Origin *a, const Origin *b)
{
    int order = text_compare(a->topic, b->topic);
    if (order == 0) {
        order = compare_numbers(a->partition, b->partition);
    }
    if (order == 0) {
        order = compare_numbers(a->offset, b->offset);
    }
    return order != 0 ? order : compare_numbers(a->item, b->item);
}

size_t record_head_write(const RecordHead *head, Arena *arena, RecordHeader *headers)
{
    size_t count = 0;
    headers[count++] = (RecordHeader){TEXT("ce_specversion"), TEXT("1.0")};
    headers[count++] = (RecordHeader){TEXT("ce_id"), record_origin_text(arena, &head->origin)};
    headers[count++] = (RecordHeader){
        TEXT("ce_type"), text_format(arena, TYPE_PREFIX "%s", record_kind_name(head->kind))};
    headers[count++] = (RecordHeader){TEXT("ce_source"), head->source};
    headers[count++] = (RecordHeader){TEXT("content-type"), TEXT("application/json")};
    headers[count++] = (RecordHeader){TEXT("oc-items"), text_format(arena, "%d", head->items)};
    headers[count++] =
        (RecordHeader){TEXT("oc-skipped"), text_format(arena, "%lld", (long long)head->skipped)};
    headers[count++] = (RecordHeader){TEXT("oc-attempt"), text_format(arena, "%d", head->attempt)};
    headers[count++] =
        (RecordHeader){TEXT("oc-backfill"), head->backfill ? TEXT("true") : TEXT("false")};
    if (!text_is_absent(head->mapping)) {
        headers[count++] = (RecordHeader){TEXT("oc-mapping"), head->mapping};
    }
    if (!text_is_absent(head->forwarded)) {
        headers[count++] = (RecordHeader){TEXT(RECORD_FORWARDED), head->forwarded};
    }
    if (!text_is_absent(head->lost)) {
        headers[count++] = (RecordHeader){TEXT(RECORD_LOST), head->lost};
    }
    return count;
}

static bool read_type(Text value, RecordHead *head)
{
    return text_starts(value, TEXT(TYPE_PREFIX)) &&
           record_kind_from(text_slice(value, sizeof TYPE_PREFIX - 1, value.size), &head->kind);
}

static bool read_id(Text value, RecordHead *head)
{
    return record_origin_parse(value, &head->origin);
}

static bool read_source(Text value, RecordHead *head)
{
    head->source = value;
    return text_is_name(value, RECORD_SOURCE_MAX);
}

static bool read_mapping(Text value, RecordHead *head)
{
    head->mapping = value;
    return true;
}

static bool read_items(Text value, RecordHead *head)
{
    int64_t items;
    bool good = canonical_number(value, INT32_MAX, &items) && items >= 1;
    head->items = good ? (int32_t)items : 1;
    return good;
}

static bool read_skipped(Text value, RecordHead *head)
{
    return canonical_number(value, head->origin.offset, &head->skipped);
}

static bool read_attempt(Text value, RecordHead *head)
{
    int64_t attempt;
    bool good = canonical_number(value, INT32_MAX, &attempt) && attempt >= 1;
    head->attempt = good ? (int32_t)attempt : 1;
    return good;
}

static bool read_backfill(Text value, RecordHead *head)
{
    head->backfill = text_is(value, "true");
    return head->backfill || text_is(value, "false");
}

static bool read_forwarded(Text value, RecordHead *head)
{
    head->forwarded = value;
    return value.size > 0;
}

static bool read_lost(Text value, RecordHead *head)
{
    RecordLoss loss;
    head->lost = value;
    return record_loss_read(value, &loss);
}

/* In the order they are read: what was skipped is judged by the offset. */
static const struct {
    const char *name;
    bool (*read)(Text value, RecordHead *head);
    bool required;
} HEADERS[] = {
    {"ce_type", read_type, true},
    {"ce_id", read_id, true},
    {"ce_source", read_source, true},
    {"oc-items", read_items, false},
    {"oc-skipped", read_skipped, false},
    {"oc-mapping", read_mapping, false},
    {"oc-attempt", read_attempt, false},
    {"oc-backfill", read_backfill, false},
    {RECORD_FORWARDED, read_forwarded, false},
    {RECORD_LOST, read_lost, false},
};

static const RecordHeader *find_header(const RecordHeader *headers, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (text_is(headers[i].name, name)) {
            return &headers[i];
        }
    }
    return NULL;
}

bool record_head_read(const RecordHeader *headers, size_t count, RecordHead *head, Error *error)
{
    *head = (RecordHead){.items = 1, .attempt = 1};
    for (size_t i = 0; i < sizeof HEADERS / sizeof HEADERS[0]; i++) {
        const char *name = HEADERS[i].name;
        const RecordHeader *header = find_header(headers, count, name);
        if (header == NULL) {
            if (HEADERS[i].required) {
                return error_set_at(error, ERROR_REJECT, "header", name, "header \"%s\" is missing",
                                    name);
            }
        } else if (!HEADERS[i].read(header->value, head)) {
            return error_set_at(error, ERROR_REJECT, "header", name, "header \"%s\" is malformed",
                                name);
        }
    }
    return true;
}

/* The members of a note, in the order they are written. */
static const struct {
    const char *name;
    RecordKind kind;
    size_t offset;
} NOTE_MEMBERS[] = {
    {"reason", RECORD_IGNORED, offsetof(RecordNote, reason)},
    {"record_no", RECORD_IGNORED, offsetof(RecordNote, record_no)},
    {"stage", RECORD_DEAD, offsetof(RecordNote, stage)},
    {"pointer", RECORD_DEAD, offsetof(RecordNote, pointer)},
    {"rule", RECORD_DEAD, offsetof(RecordNote, rule)},
    {"message", RECORD_DEAD, offsetof(RecordNote, message)},
    {"sha256", RECORD_DEAD, offsetof(RecordNote, sha256)},
};

enum { NOTE_MEMBER_COUNT = sizeof NOTE_MEMBERS / sizeof NOTE_MEMBERS[0] };

RecordNote record_note_dead(const char *stage, const Error *fault, Text sha256, Arena *arena)
{
    return (RecordNote){
        .stage = text_from(stage),
        .pointer = text_copy(arena, text_from(fault->pointer)),
        .rule = text_copy(arena, text_from(fault->rule)),
        .message = text_copy(arena, text_from(fault->text)),
        .sha256 = sha256,
    };
}

void record_note_write(const RecordNote *note, RecordKind kind, TextBuilder *out)
{
    builder_char(out, '{');
    for (size_t i = 0; i < NOTE_MEMBER_COUNT; i++) {
        Text value = *(const Text *)((const char *)note + NOTE_MEMBERS[i].offset);
        if (NOTE_MEMBERS[i].kind == kind && !text_is_absent(value)) {
            js_write_key(out, text_from(NOTE_MEMBERS[i].name));
            js_write_text(out, value);
        }
    }
    builder_char(out, '}');
}

bool record_note_read(Text value, Arena *arena, RecordNote *note, Error *error)
{
    *note = (RecordNote){0};
    JsDocument *document;
    if (!js_parse(value, &document, error)) {
        return false;
    }
    const JsValue *root = js_root(document);
    bool is_object = js_type(root) == JS_OBJECT;
    for (size_t i = 0; i < NOTE_MEMBER_COUNT; i++) {
        const JsValue *member = js_member(root, text_from(NOTE_MEMBERS[i].name));
        Text *place = (Text *)((char *)note + NOTE_MEMBERS[i].offset);
        *place = text_copy(arena, js_scalar_text(member));
    }
    js_close(document);
    return is_object || error_set_at(error, ERROR_REJECT, "syntax", "", "expected a JSON object");
}
