/* Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF; and what stands on it. */
#include "base/unicode.h"

#include "base/text_builder.h"

#include <utf8proc.h>

#include <string.h>

static bool is_tail(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* Size of the well-formed sequence at the front, which sets *codepoint; 0 when there is none. */
static size_t decode(const unsigned char *bytes, size_t size, uint32_t *codepoint)
{
    unsigned char lead = bytes[0];
    if (lead < 0x80) {
        *codepoint = lead;
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF && size >= 2 && is_tail(bytes[1])) {
        *codepoint = (uint32_t)(lead & 0x1F) << 6 | (bytes[1] & 0x3F);
        return 2;
    }
    if (lead >= 0xE0 && lead <= 0xEF && size >= 3 && is_tail(bytes[1]) && is_tail(bytes[2])) {
        uint32_t value =
            (uint32_t)(lead & 0x0F) << 12 | (uint32_t)(bytes[1] & 0x3F) << 6 | (bytes[2] & 0x3F);
        if (value < 0x800 || (value >= 0xD800 && value <= 0xDFFF)) {
            return 0;
        }
        *codepoint = value;
        return 3;
    }
    if (lead >= 0xF0 && lead <= 0xF4 && size >= 4 && is_tail(bytes[1]) && is_tail(bytes[2]) &&
        is_tail(bytes[3])) {
        uint32_t value = (uint32_t)(lead & 0x07) << 18 | (uint32_t)(bytes[1] & 0x3F) << 12 |
                         (uint32_t)(bytes[2] & 0x3F) << 6 | (bytes[3] & 0x3F);
        if (value < 0x10000 || value > 0x10FFFF) {
            return 0;
        }
        *codepoint = value;
        return 4;
    }
    return 0;
}

/* Like unicode_next, and says whether the sequence was well-formed. */
static bool take(Text *rest, uint32_t *codepoint, bool *valid)
{
    if (rest->size == 0) {
        return false;
    }
    size_t size = decode((const unsigned char *)rest->data, rest->size, codepoint);
    *valid = size > 0;
    if (size == 0) {
        *codepoint = UNICODE_REPLACEMENT;
        size = 1;
    }
    rest->data += size;
    rest->size -= size;
    return true;
}

bool unicode_next(Text *rest, uint32_t *codepoint)
{
    bool valid;
    return take(rest, codepoint, &valid);
}

size_t unicode_length(Text text)
{
    size_t length = 0;
    uint32_t codepoint;
    while (unicode_next(&text, &codepoint)) {
        length++;
    }
    return length;
}

Text unicode_prefix(Text text, size_t max)
{
    Text rest = text;
    uint32_t codepoint;
    for (size_t taken = 0; taken < max; taken++) {
        if (!unicode_next(&rest, &codepoint)) {
            break;
        }
    }
    return (Text){text.data, text.size - rest.size};
}

/* Bytes at the front that are well-formed. */
static size_t valid_size(Text text)
{
    Text rest = text;
    uint32_t codepoint;
    bool valid;
    for (;;) {
        size_t before = rest.size;
        if (!take(&rest, &codepoint, &valid)) {
            return text.size;
        }
        if (!valid) {
            return text.size - before;
        }
    }
}

bool unicode_valid(Text text)
{
    return valid_size(text) == text.size;
}

/* A broken byte becomes three; counted first, so that a text of broken bytes costs no more than it needs. */
static size_t repaired_size(Text text)
{
    size_t size = text.size;
    uint32_t codepoint;
    bool valid;
    while (take(&text, &codepoint, &valid)) {
        size += valid ? 0 : 2;
    }
    return size;
}

Text unicode_repair(Arena *arena, Text text, bool *repaired)
{
    size_t good = valid_size(text);
    *repaired = good < text.size;
    if (!*repaired) {
        return text_copy(arena, text);
    }
    size_t room = repaired_size(text) + 1;
    TextBuilder out = {.arena = arena, .data = arena_alloc(arena, room), .capacity = room};
    builder_text(&out, (Text){text.data, good});
    Text rest = text_slice(text, good, text.size);
    uint32_t codepoint;
    while (unicode_next(&rest, &codepoint)) {
        builder_codepoint(&out, codepoint);
    }
    return builder_view(&out);
}

/* The narrow form of the character of three bytes at `at`, or 0. */
static char narrow_at(const unsigned char *at)
{
    if (at[0] == 0xE3) {
        return at[1] == 0x80 && at[2] == 0x80 ? ' ' : '\0';
    }
    if (at[0] != 0xEF || (at[1] != 0xBC && at[1] != 0xBD) || !is_tail(at[2])) {
        return '\0';
    }
    uint32_t codepoint = 0xF000u | (uint32_t)(at[1] & 0x3F) << 6 | (at[2] & 0x3F);
    return codepoint >= 0xFF01 && codepoint <= 0xFF5E ? (char)(codepoint - 0xFF01 + '!') : '\0';
}

/* Position of the next full-width character from `from` on, or the text's size. */
static size_t next_wide(Text text, size_t from)
{
    const unsigned char *bytes = (const unsigned char *)text.data;
    for (size_t i = from; i + 2 < text.size; i++) {
        if ((bytes[i] == 0xEF || bytes[i] == 0xE3) && narrow_at(bytes + i) != '\0') {
            return i;
        }
    }
    return text.size;
}

Text unicode_narrow(Arena *arena, Text text, bool *changed)
{
    size_t wide = next_wide(text, 0);
    if (changed != NULL) {
        *changed = wide < text.size;
    }
    if (wide == text.size) {
        return text;
    }
    char *out = arena_alloc(arena, text.size);
    size_t size = 0;
    for (size_t at = 0; at < text.size;) {
        memcpy(out + size, text.data + at, wide - at);
        size += wide - at;
        at = wide;
        if (at < text.size) {
            out[size++] = narrow_at((const unsigned char *)text.data + at);
            at += 3;
            wide = next_wide(text, at);
        }
    }
    return (Text){out, size};
}

bool unicode_has_wide(Text text)
{
    for (size_t at = next_wide(text, 0); at < text.size; at = next_wide(text, at + 3)) {
        char narrow = narrow_at((const unsigned char *)text.data + at);
        char lower = (char)(narrow | 0x20);
        if ((narrow >= '0' && narrow <= '9') || (lower >= 'a' && lower <= 'z')) {
            return true;
        }
    }
    return false;
}

static bool is_space_or_control(int32_t codepoint)
{
    switch ((int)utf8proc_category(codepoint)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF: /* zero-width and direction marks */
        return true;
    default:
        return false;
    }
}

/* utf8proc_map would take memory of its own, so its two steps are called with the arena's. */
Text unicode_fold(Arena *arena, Text text)
{
    const int options = UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD;
    if (text.data == NULL) {
        return text;
    }
    if (!unicode_valid(text)) {
        bool repaired;
        text = unicode_repair(arena, text, &repaired);
    }
    utf8proc_ssize_t room = (utf8proc_ssize_t)text.size + 8;
    int32_t *codepoints = ARENA_ARRAY(arena, int32_t, room + 1);
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text.data;
    utf8proc_ssize_t count = utf8proc_decompose(bytes, (utf8proc_ssize_t)text.size, codepoints,
                                                room, (utf8proc_option_t)options);
    if (count > room) {
        room = count;
        codepoints = ARENA_ARRAY(arena, int32_t, room + 1);
        count = utf8proc_decompose(bytes, (utf8proc_ssize_t)text.size, codepoints, room,
                                   (utf8proc_option_t)options);
    }
    if (count > 0) {
        count = utf8proc_normalize_utf32(codepoints, count, (utf8proc_option_t)options);
    }
    TextBuilder out = builder_new(arena);
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        if (!is_space_or_control(codepoints[i])) {
            builder_codepoint(&out, (uint32_t)codepoints[i]);
        }
    }
    return builder_view(&out);
}

bool unicode_is_han(uint32_t codepoint)
{
    static const struct {
        uint32_t first, last;
    } BLOCKS[] = {
        {0x3007, 0x3007},   /* ideographic zero, as in a written year */
        {0x3400, 0x4DBF},   /* extension A */
        {0x4E00, 0x9FFF},   /* unified ideographs */
        {0xF900, 0xFAFF},   /* compatibility */
        {0x20000, 0x2A6DF}, /* B */
        {0x2A700, 0x2EE5D}, /* C, D, E, F, I */
        {0x2F800, 0x2FA1F}, /* compatibility supplement */
        {0x30000, 0x323AF}, /* G, H */
    };
    for (size_t i = 0; i < sizeof BLOCKS / sizeof BLOCKS[0]; i++) {
        if (codepoint >= BLOCKS[i].first && codepoint <= BLOCKS[i].last) {
            return true;
        }
    }
    return false;
}

size_t unicode_width(Text text)
{
    size_t width = 0;
    uint32_t codepoint;
    while (unicode_next(&text, &codepoint)) {
        int own = utf8proc_charwidth((utf8proc_int32_t)codepoint);
        width += own > 0 ? (size_t)own : 0;
    }
    return width;
}
