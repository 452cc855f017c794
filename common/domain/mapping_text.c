/*
 * Text steps without regular expressions: each is one pass over the bytes.
 */
#include "domain/mapping_text.h"

#include "base/text_builder.h"
#include "base/unicode.h"

#include "domain/credit_code.h"

#include <string.h>

static const struct {
    const char *name;
    const char *text;
} ENTITIES[] = {
    {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}, {"nbsp", " "},
};

/* What a terminal obeys and no person reads; tab and line ends are text. */
static bool is_control(uint32_t codepoint)
{
    bool lower = codepoint < 0x20 && codepoint != '\t' && codepoint != '\n' && codepoint != '\r';
    return lower || (codepoint >= 0x7F && codepoint < 0xA0);
}

static bool numeric_entity(Text name, uint32_t *codepoint)
{
    uint32_t value = 0;
    bool hex = name.size > 1 && (name.data[1] == 'x' || name.data[1] == 'X');
    size_t from = hex ? 2 : 1;
    if (name.size <= from || name.size > from + 7)
        return false;
    for (size_t i = from; i < name.size; i++) {
        char c = name.data[i];
        uint32_t digit;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if (hex && (c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            digit = (uint32_t)((c | 0x20) - 'a' + 10);
        else
            return false;
        value = value * (hex ? 16 : 10) + digit;
    }
    *codepoint = value;
    return !is_control(value) && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
}

/* Appends the entity at `at` ('&') and returns the position behind it; or `at` when it is none. */
static size_t decode_entity(Text text, size_t at, TextBuilder *out)
{
    enum { NAME_MAX_SIZE = 10 };
    size_t end = text_find(text_slice(text, at, NAME_MAX_SIZE), TEXT(";"), 0);
    if (end == SIZE_MAX)
        return at;
    Text name = text_slice(text, at + 1, end - 1);
    uint32_t codepoint;
    if (name.size > 1 && name.data[0] == '#' && numeric_entity(name, &codepoint)) {
        builder_codepoint(out, codepoint);
        return at + end + 1;
    }
    for (size_t i = 0; i < sizeof(ENTITIES) / sizeof(ENTITIES[0]); i++) {
        if (text_is(name, ENTITIES[i].name)) {
            builder_string(out, ENTITIES[i].text);
            return at + end + 1;
        }
    }
    return at;
}

enum { TAG_NAME_SIZE = 8 };

/* The name at the beginning of a tag in small letters. */
static void tag_name(Text tag, char name[TAG_NAME_SIZE])
{
    size_t size = 0;
    while (size < tag.size && size < TAG_NAME_SIZE - 1 && (tag.data[size] | 0x20) >= 'a' &&
           (tag.data[size] | 0x20) <= 'z') {
        name[size] = (char)(tag.data[size] | 0x20);
        size++;
    }
    name[size] = 0;
}

static bool tag_ends_line(Text tag)
{
    static const char *const BLOCKS[] = {"br", "p", "div", "li", "tr"};
    char name[TAG_NAME_SIZE];
    tag_name(text_slice(tag, text_starts(tag, TEXT("/")) ? 1 : 0, SIZE_MAX), name);
    for (size_t i = 0; i < sizeof(BLOCKS) / sizeof(BLOCKS[0]); i++)
        if (strcmp(name, BLOCKS[i]) == 0)
            return true;
    return false;
}

/* Behind `style` and `script` all is no text, up to where they end; without an end nothing of the rest is one. */
static size_t skip_no_text(Text text, Text tag, size_t behind)
{
    char name[TAG_NAME_SIZE];
    char end[TAG_NAME_SIZE];
    tag_name(tag, name);
    if (text_ends(tag, TEXT("/")) || (strcmp(name, "style") != 0 && strcmp(name, "script") != 0))
        return behind;
    for (size_t at = behind; at < text.size; at++) {
        const char *next = memchr(text.data + at, '<', text.size - at);
        if (next == NULL)
            break;
        at = (size_t)(next - text.data);
        if (at + 1 >= text.size || text.data[at + 1] != '/')
            continue;
        tag_name(text_slice(text, at + 2, TAG_NAME_SIZE), end);
        if (strcmp(end, name) != 0)
            continue;
        const char *close = memchr(text.data + at, '>', text.size - at);
        return close != NULL ? (size_t)(close - text.data) + 1 : text.size;
    }
    return text.size;
}

/* A '<' starts a tag only before a letter, '/' or '!' and when a '>' follows: "楼高<30米" stays. */
static size_t tag_end(Text text, size_t at, size_t last_close)
{
    if (at >= last_close)
        return SIZE_MAX;
    char c = text.data[at + 1];
    bool opens = c == '/' || c == '!' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    if (!opens)
        return SIZE_MAX;
    const char *close = memchr(text.data + at, '>', text.size - at); /* there is one */
    return (size_t)(close - text.data);
}

/* The last '>', or 0: an unclosed '<' must not search the rest of the text again and again. */
static size_t last_close_of(Text text)
{
    const char *close = memrchr(text.data, '>', text.size);
    return close != NULL ? (size_t)(close - text.data) : 0;
}

static Text remove_html(Arena *arena, Text text)
{
    if (text.size == 0 ||
        (memchr(text.data, '<', text.size) == NULL && memchr(text.data, '&', text.size) == NULL))
        return text;
    size_t last_close = last_close_of(text);
    TextBuilder out = {.arena = arena, .data = arena_alloc(arena, text.size + 1)};
    out.capacity = text.size + 1; /* it only becomes shorter */
    for (size_t i = 0; i < text.size;) {
        char c = text.data[i];
        size_t end = c == '<' ? tag_end(text, i, last_close) : SIZE_MAX;
        if (end != SIZE_MAX) {
            if (tag_ends_line(text_slice(text, i + 1, end - i - 1)) && out.size > 0 &&
                out.data[out.size - 1] != '\n')
                builder_char(&out, '\n');
            i = skip_no_text(text, text_slice(text, i + 1, end - i - 1), end + 1);
            continue;
        }
        size_t next = c == '&' ? decode_entity(text, i, &out) : i;
        if (next == i)
            builder_char(&out, text.data[next++]);
        i = next;
    }
    return builder_view(&out);
}

static Text to_upper(Arena *arena, Text text)
{
    char *bytes = text_string(arena, text);
    for (size_t i = 0; i < text.size; i++)
        if (bytes[i] >= 'a' && bytes[i] <= 'z')
            bytes[i] = (char)(bytes[i] - 'a' + 'A');
    return (Text){bytes, text.size};
}

Text mapping_text_clean(Arena *arena, Text text, unsigned clean, bool *narrowed)
{
    *narrowed = false;
    if (clean & CLEAN_HTML)
        text = remove_html(arena, text);
    if (clean & CLEAN_NARROW) {
        *narrowed = unicode_has_wide(text);
        text = unicode_narrow(arena, text, NULL);
    }
    if (clean & CLEAN_UPPER)
        text = to_upper(arena, text);
    if (clean & CLEAN_TRIM)
        text = text_trim(text);
    return text;
}

Text mapping_text_without_nul(Arena *arena, Text text, bool *removed)
{
    *removed = text.size > 0 && memchr(text.data, '\0', text.size) != NULL;
    if (!*removed)
        return text;
    char *bytes = arena_alloc(arena, text.size);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] != '\0')
            bytes[size++] = text.data[i];
    return (Text){bytes, size};
}

/* How many bytes of well-formed UTF-8 a control character takes at `at`; 0: there is none. */
static size_t control_size(Text text, size_t at)
{
    unsigned char byte = (unsigned char)text.data[at];
    if (byte == 0xC2 && at + 1 < text.size) /* U+0080..BF */
        return is_control((unsigned char)text.data[at + 1]) ? 2 : 0;
    return byte < 0x80 && is_control(byte) ? 1 : 0;
}

Text mapping_text_without_control(Arena *arena, Text text, bool *removed)
{
    size_t at = 0;
    while (at < text.size && control_size(text, at) == 0)
        at++;
    *removed = at < text.size;
    if (!*removed)
        return text;
    char *bytes = arena_alloc(arena, text.size);
    size_t size = 0;
    for (at = 0; at < text.size;) {
        size_t control = control_size(text, at);
        if (control == 0)
            bytes[size++] = text.data[at++];
        at += control;
    }
    return (Text){bytes, size};
}

Text mapping_text_between(Text text, Text from, Text to)
{
    size_t start = from.size > 0 ? text_find(text, from, 0) : 0;
    if (start == SIZE_MAX)
        return text;
    start += from.size;
    size_t end = text_is_empty(to) ? SIZE_MAX : text_find(text, to, start);
    if (end == SIZE_MAX)
        end = text.size;
    return text_trim(text_slice(text, start, end - start));
}

static bool is_char(const MappingExtract *extract, char c)
{
    return (unsigned char)c < 128 && extract->chars[(unsigned char)c];
}

static bool run_fits(const MappingExtract *extract, Text run)
{
    if (run.size < (size_t)extract->length_min || run.size > (size_t)extract->length_max)
        return false;
    if (extract->check_usc && !credit_code_valid(run))
        return false;
    for (size_t i = 0; i < extract->starts.count; i++)
        if (text_starts(run, extract->starts.items[i]))
            return true;
    return extract->starts.count == 0;
}

/* End of the run, or one character past the longest that would fit: a run of millions is not walked again and again. */
static size_t run_end(const MappingExtract *extract, Text text, size_t from)
{
    size_t most = (size_t)extract->length_max + 1;
    size_t end = from;
    while (end < text.size && end - from < most && is_char(extract, text.data[end]))
        end++;
    return end;
}

/* The first run that fits and starts at most `within` code points behind `at`; its end goes to *end. */
static Text run_behind(const MappingExtract *extract, Text text, size_t at, size_t *end)
{
    Text rest = text_slice(text, at, SIZE_MAX);
    bool inside = false; /* of a run that began before */
    for (int32_t skipped = 0; rest.size > 0 && skipped <= extract->within; skipped++) {
        size_t from = text.size - rest.size;
        bool fits_class = is_char(extract, text.data[from]);
        if (fits_class && !inside) {
            *end = run_end(extract, text, from);
            Text run = text_slice(text, from, *end - from);
            if (run_fits(extract, run))
                return run;
        }
        inside = fits_class;
        uint32_t unused;
        unicode_next(&rest, &unused);
    }
    return TEXT_ABSENT;
}

/* The nearest marker from `from` on: its end, or SIZE_MAX. */
static size_t next_marker_end(MappingExtraction *extraction)
{
    const TextList *after = &extraction->extract->after;
    size_t nearest = SIZE_MAX;
    size_t end = SIZE_MAX;
    for (size_t i = 0; i < after->count; i++) {
        size_t *place = &extraction->places[i];
        if (*place < extraction->from)
            *place = text_find(extraction->text, after->items[i], extraction->from);
        if (*place < nearest) {
            nearest = *place;
            end = nearest + after->items[i].size;
        }
    }
    return end;
}

MappingExtraction mapping_text_extraction(Arena *arena, const MappingExtract *extract, Text text)
{
    MappingExtraction extraction = {.extract = extract,
                                    .text = unicode_narrow(arena, text, NULL),
                                    .places = ARENA_ARRAY(arena, size_t, extract->after.count),
                                    .whole = true};
    for (size_t i = 0; i < extract->after.count; i++)
        extraction.places[i] = text_find(extraction.text, extract->after.items[i], 0);
    return extraction;
}

bool mapping_text_extract(MappingExtraction *extraction, Text *value)
{
    const MappingExtract *extract = extraction->extract;
    Text text = extraction->text;
    Text whole = text_trim(text);
    bool first = extraction->whole;
    extraction->whole = false;
    if (first && whole.size > 0 && run_end(extract, whole, 0) == whole.size &&
        run_fits(extract, whole)) {
        *value = whole;
        extraction->from = text.size;
        return true;
    }
    while (extraction->from < text.size) {
        size_t behind = next_marker_end(extraction);
        if (behind == SIZE_MAX)
            break;
        size_t end = behind;
        *value = run_behind(extract, text, behind, &end);
        extraction->from = text_is_absent(*value) ? behind : end;
        if (!text_is_absent(*value))
            return true;
    }
    extraction->from = text.size;
    return false;
}
