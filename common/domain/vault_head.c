/*
 * Our headers stand in one table; writing, reading and telling them from others are walks over it.
 */
#include "domain/vault_head.h"

#include "base/unicode.h"

#include <string.h>

enum { HEADER_FRAME_BYTES = 10 /* two lengths */ };

typedef enum FieldType {
    FIELD_ORIGIN,
    FIELD_TEXT,
    FIELD_BYTES, /* a text of theirs, of any length */
    FIELD_INT32,
    FIELD_INT64,
    FIELD_FLAG,
    FIELD_PASSED /* not ours to write: it belongs to a release */
} FieldType;

/* `always` also when absent or 0. `head`: in a canonical record it is the record's own. */
static const struct {
    const char *name;
    FieldType type;
    size_t offset;
    bool always;
    bool head;
} FIELDS[] = {
    {"oc-origin", FIELD_ORIGIN, offsetof(VaultHead, origin), true, false},
    {"oc-stage", FIELD_TEXT, offsetof(VaultHead, stage), true, false},
    {"oc-rule", FIELD_TEXT, offsetof(VaultHead, rule), true, false},
    {"oc-pointer", FIELD_TEXT, offsetof(VaultHead, pointer), true, false},
    {"oc-sha256", FIELD_TEXT, offsetof(VaultHead, sha256), true, false},
    {"oc-mapping", FIELD_TEXT, offsetof(VaultHead, mapping), true, true},
    {"oc-source", FIELD_TEXT, offsetof(VaultHead, source), true, false},
    {"oc-items", FIELD_INT32, offsetof(VaultHead, items), false, true},
    {"oc-region", FIELD_TEXT, offsetof(VaultHead, region), true, false},
    {"oc-timestamp", FIELD_INT64, offsetof(VaultHead, timestamp_ms), true, false},
    {VAULT_ATTEMPT, FIELD_INT32, offsetof(VaultHead, attempt), true, false},
    {"oc-key", FIELD_BYTES, offsetof(VaultHead, key), false, false},
    {"oc-truncated", FIELD_FLAG, offsetof(VaultHead, truncated), false, false},
    {"oc-bytes-at", FIELD_TEXT, offsetof(VaultHead, bytes_at), false, false},
    {"oc-canonical", FIELD_FLAG, offsetof(VaultHead, canonical), false, false},
    {"oc-command", FIELD_PASSED, 0, false, false},
};

enum { FIELD_COUNT = sizeof FIELDS / sizeof FIELDS[0] };

/* A header that is not carried over from what came: ours stands in its place. */
static bool is_replaced(Text name, bool canonical)
{
    if (!canonical) {
        return text_starts(name, TEXT("oc-"));
    }
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (text_is(name, FIELDS[i].name)) {
            return !FIELDS[i].head;
        }
    }
    return false;
}

bool vault_head_fits(
    const VaultHead *head, const RecordHeader *original, size_t count, Text value, int64_t limit)
{
    size_t size = VAULT_HEAD_ROOM + value.size + head->key.size;
    for (size_t i = 0; i < count; i++) {
        if (!is_replaced(original[i].name, head->canonical)) {
            size += HEADER_FRAME_BYTES + original[i].name.size + original[i].value.size;
        }
    }
    return size <= (size_t)limit;
}

/* Absent when there is nothing to write. */
static Text field_text(const VaultHead *head, size_t field, Arena *arena)
{
    const char *at = (const char *)head + FIELDS[field].offset;
    bool always = FIELDS[field].always;
    Text text;
    switch (FIELDS[field].type) {
    case FIELD_ORIGIN:
        return record_origin_text(arena, (const Origin *)at);
    case FIELD_TEXT:
        text = text_slice(*(const Text *)at, 0, VAULT_TEXT_MAX);
        return text_is_absent(text) && always ? TEXT("") : text;
    case FIELD_BYTES:
        return *(const Text *)at;
    case FIELD_INT32:
        return *(const int32_t *)at != 0 || always ? text_format(arena, "%d", *(const int32_t *)at)
                                                   : TEXT_ABSENT;
    case FIELD_INT64:
        return text_format(arena, "%lld", (long long)*(const int64_t *)at);
    case FIELD_FLAG:
        return *(const bool *)at ? TEXT("true") : TEXT_ABSENT;
    case FIELD_PASSED:
        break;
    }
    return TEXT_ABSENT;
}

size_t vault_head_write(const VaultHead *head,
                        const RecordHeader *original,
                        size_t count,
                        Arena *arena,
                        RecordHeader **headers)
{
    *headers = ARENA_ARRAY(arena, RecordHeader, count + FIELD_COUNT);
    size_t written = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_replaced(original[i].name, head->canonical)) {
            (*headers)[written++] = original[i];
        }
    }
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        bool theirs = head->canonical && FIELDS[i].head && count > 0;
        Text value = theirs ? TEXT_ABSENT : field_text(head, i, arena);
        if (!text_is_absent(value)) {
            (*headers)[written++] = (RecordHeader){text_from(FIELDS[i].name), value};
        }
    }
    return written;
}

static bool read_number(Text value, int64_t most, int64_t *number)
{
    return text_is_digits(value) && text_to_int64(value, number) && *number <= most;
}

/* Texts of ours become headers and keys again, and rows. */
static bool is_ours(Text text)
{
    return text.size <= VAULT_TEXT_MAX && unicode_valid(text) &&
           (text.size == 0 || memchr(text.data, '\0', text.size) == NULL);
}

static bool read_field(VaultHead *head, size_t field, Text value)
{
    char *at = (char *)head + FIELDS[field].offset;
    int64_t number = 0;
    bool good = true;
    switch (FIELDS[field].type) {
    case FIELD_ORIGIN:
        return is_ours(value) && record_origin_parse(value, (Origin *)at);
    case FIELD_TEXT:
        good = is_ours(value);
        *(Text *)at = value;
        return good;
    case FIELD_BYTES:
        *(Text *)at = value;
        return true;
    case FIELD_INT32:
        good = read_number(value, INT32_MAX, &number);
        *(int32_t *)at = (int32_t)number;
        return good;
    case FIELD_INT64:
        return read_number(value, INT64_MAX / 1000, (int64_t *)at);
    case FIELD_FLAG:
        *(bool *)at = text_is(value, "true");
        return *(bool *)at || text_is(value, "false");
    case FIELD_PASSED:
        break;
    }
    return true;
}

static size_t find_field(Text name)
{
    size_t field = 0;
    while (field < FIELD_COUNT && !text_is(name, FIELDS[field].name)) {
        field++;
    }
    return field;
}

bool vault_head_read(const RecordHeader *headers, size_t count, VaultHead *head, Error *error)
{
    *head = (VaultHead){.attempt = 1};
    for (size_t i = 0; i < count; i++) {
        size_t field = find_field(headers[i].name);
        if (field < FIELD_COUNT && !read_field(head, field, headers[i].value)) {
            return error_set_at(error, ERROR_REJECT, "header", FIELDS[field].name,
                                "header \"%s\" is malformed", FIELDS[field].name);
        }
    }
    return !text_is_absent(head->origin.topic) ||
           error_set_at(error, ERROR_REJECT, "header", FIELDS[0].name, "header \"%s\" is missing",
                        FIELDS[0].name);
}
