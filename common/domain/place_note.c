/* NAME=VALUE; entries beside committed offsets. */
#include "domain/place_note.h"

#include "base/text_builder.h"

#include <inttypes.h>

enum { PRINT_DIGITS = 16 };

PlaceNote place_note_none(void)
{
    return (PlaceNote){.trying = -1, .last_offset = -1, .life = 1};
}

/* ---- reading ---- */

static bool read_number(Text text, int64_t *number)
{
    int64_t read;
    if (!text_is_digits(text) || !text_to_int64(text, &read))
        return false;
    *number = read;
    return true;
}

static bool read_print(Text text, uint64_t *print)
{
    uint64_t read = 0;
    if (text.size != PRINT_DIGITS)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool digit = c >= '0' && c <= '9';
        if (!digit && !(c >= 'a' && c <= 'f'))
            return false;
        read = read << 4 | (uint64_t)(digit ? c - '0' : c - 'a' + 10);
    }
    *print = read;
    return true;
}

/* Two parts around a separator; false without one. */
static bool split(Text text, const char *separator, Text *left, Text *right)
{
    size_t at = text_find(text, text_from(separator), 0);
    if (at == SIZE_MAX)
        return false;
    *left = text_slice(text, 0, at);
    *right = text_slice(text, at + 1, text.size);
    return true;
}

static void read_last(Text value, PlaceNote *note)
{
    Text offset;
    Text print;
    int64_t number;
    if (split(value, "@", &offset, &print) && read_number(offset, &number) &&
        read_print(print, &note->last_print))
        note->last_offset = number;
}

static void read_lost(Text value, PlaceNote *note)
{
    Text first;
    Text last;
    if (split(value, "-", &first, &last) && read_number(first, &note->gap_first) &&
        read_number(last, &note->gap_last))
        note->gap = PLACE_LOST;
}

static void read_entry(Text name, Text value, PlaceNote *note)
{
    if (text_is(name, "by"))
        (void)read_print(value, &note->holder);
    else if (text_is(name, "crashes"))
        (void)read_number(value, &note->crashes);
    else if (text_is(name, "trying"))
        (void)read_number(value, &note->trying);
    else if (text_is(name, "tries"))
        (void)read_number(value, &note->tries);
    else if (text_is(name, "last"))
        read_last(value, note);
    else if (text_is(name, "lost"))
        read_lost(value, note);
    else if (text_is(name, "anew") && read_number(value, &note->gap_first))
        note->gap = PLACE_ANEW;
    else if (text_is(name, "life") && (!read_number(value, &note->life) || note->life < 1))
        note->life = 1;
}

PlaceNote place_note_read(Text text)
{
    PlaceNote note = place_note_none();
    Text entry;
    Text name;
    Text value;
    for (Text rest = text; split(rest, ";", &entry, &rest);)
        if (split(entry, "=", &name, &value))
            read_entry(name, value, &note);
    return note;
}

/* One hash of the hashes, so that no bytes are copied. */
uint64_t place_note_print(int64_t timestamp_ms, Text key, Text value)
{
    const uint64_t parts[] = {
        (uint64_t)timestamp_ms,
        text_is_absent(key) ? 0 : 1,
        text_hash(key),
        text_hash(value),
        key.size,
        text_is_absent(value) ? 0 : 1,
        value.size,
    };
    return text_hash((Text){(const char *)parts, sizeof(parts)});
}

Text place_note_gap(const PlaceNote *note, Arena *arena)
{
    if (note->gap == PLACE_LOST)
        return text_format(arena,
                           "%" PRId64 " offsets, %" PRId64 " to %" PRId64 ", are gone (retention)",
                           note->gap_last - note->gap_first + 1, note->gap_first, note->gap_last);
    return text_format(arena, "made anew after offset %" PRId64 " was read", note->gap_first);
}

Text place_note_keys(Text text)
{
    size_t size = 0;
    Text entry;
    for (Text rest = text; split(rest, ";", &entry, &rest) && text_starts(entry, TEXT("key="));)
        size += entry.size + 1;
    return text_slice(text, 0, size);
}

/* ---- writing ---- */

Text place_note_write(const PlaceNote *note, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    if (note->holder != 0)
        builder_format(&out, "by=%016" PRIx64 ";", note->holder);
    if (note->crashes > 0)
        builder_format(&out, "crashes=%" PRId64 ";", note->crashes);
    if (note->trying >= 0)
        builder_format(&out, "trying=%" PRId64 ";tries=%" PRId64 ";", note->trying, note->tries);
    if (note->last_offset >= 0)
        builder_format(&out, "last=%" PRId64 "@%016" PRIx64 ";", note->last_offset,
                       note->last_print);
    if (note->gap == PLACE_LOST)
        builder_format(&out, "lost=%" PRId64 "-%" PRId64 ";", note->gap_first, note->gap_last);
    else if (note->gap == PLACE_ANEW)
        builder_format(&out, "anew=%" PRId64 ";", note->gap_first);
    if (note->life > 1)
        builder_format(&out, "life=%" PRId64 ";", note->life);
    return builder_view(&out);
}
