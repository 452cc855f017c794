/*
 * JSON is written in one walk that looks for the pointer; when it is not there, it is written again for the place that would
 * hold it.
 */
#include "dlq_masked.h"

#include "dlq_print.h"

#include "base/encoding.h"
#include "base/json.h"
#include "base/unicode.h"

#include "domain/value_shape.h"

enum {
    NESTED_MAX = 3,   /* texts that hold JSON in texts that hold JSON */
    ELEMENTS_MAX = 3, /* of an array */
    MEMBERS_MAX = 60,
    LINES_MAX = 200,
    KEY_MAX = 64,
    KEY_DIGITS = 5,
    AROUND = 34 /* columns shown on either side of a fault */
};

typedef struct Walk {
    Arena *arena;
    TextBuilder *out;
    TextBuilder path; /* of the value in hand */
    Text target;      /* marked when met */
    Text mark;
    size_t depth;
    size_t nested;
    size_t lines;
    bool marked;
} Walk;

/* ---- JSON ---- */

static void indent(const Walk *walk)
{
    for (size_t i = 0; i < walk->depth; i++)
        builder_string(walk->out, "  ");
}

static void end_line(Walk *walk)
{
    builder_char(walk->out, '\n');
    walk->lines++;
}

static bool is_target(const Walk *walk)
{
    return text_equal(builder_view(&walk->path), walk->target);
}

/* Whether the value in hand is the target or leads to it. */
static bool leads(const Walk *walk)
{
    Text path = builder_view(&walk->path);
    return text_starts(walk->target, path) &&
           (path.size == walk->target.size || walk->target.data[path.size] == '/');
}

static void mark(Walk *walk)
{
    if (walk->marked || !is_target(walk))
        return;
    builder_format(walk->out, "   <-- %.*s", TEXT_ARGS(walk->mark));
    walk->marked = true;
}

static bool is_value_like(Text key)
{
    size_t digits = 0;
    for (size_t i = 0; i < key.size; i++) {
        digits = key.data[i] >= '0' && key.data[i] <= '9' ? digits + 1 : 0;
        if (digits == KEY_DIGITS)
            return true;
    }
    return unicode_length(key) > KEY_MAX;
}

static void write_key(const Walk *walk, Text key)
{
    Text shown = is_value_like(key) ? value_shape(walk->arena, key) : key;
    builder_format(walk->out, "\"%.*s\": ", TEXT_ARGS(dlq_print_harmless(walk->arena, shown)));
}

static void write_value(Walk *walk, const JsValue *value);

static void write_cut(Walk *walk, size_t count)
{
    if (count == 0)
        return;
    indent(walk);
    builder_format(walk->out, "... %zu more", count);
    end_line(walk);
}

static void write_child(Walk *walk, const JsValue *value, const Text *key, size_t *cut, bool room)
{
    if (!leads(walk) && (!room || walk->lines >= LINES_MAX)) {
        (*cut)++;
        return;
    }
    write_cut(walk, *cut); /* before what lies on the way */
    *cut = 0;
    indent(walk);
    if (key != NULL)
        write_key(walk, *key);
    write_value(walk, value);
    end_line(walk);
}

static void write_members(Walk *walk, const JsValue *object, size_t from)
{
    size_t cursor = 0;
    size_t cut = 0;
    size_t number = 0;
    Text key;
    const JsValue *value;
    while (js_each(object, &cursor, &key, &value)) {
        js_pointer_append(&walk->path, key);
        write_child(walk, value, &key, &cut, number++ < MEMBERS_MAX);
        builder_truncate(&walk->path, from);
    }
    write_cut(walk, cut);
}

static void write_elements(Walk *walk, const JsValue *array, size_t from)
{
    size_t cut = 0;
    for (size_t i = 0; i < js_count(array); i++) {
        builder_format(&walk->path, "/%zu", i);
        write_child(walk, js_element(array, i), NULL, &cut, i < ELEMENTS_MAX);
        builder_truncate(&walk->path, from);
    }
    write_cut(walk, cut);
}

static void write_container(Walk *walk, const JsValue *value)
{
    bool object = js_type(value) == JS_OBJECT;
    size_t from = walk->path.size;
    builder_char(walk->out, object ? '{' : '[');
    mark(walk);
    if (js_count(value) > 0) {
        end_line(walk);
        walk->depth++;
        if (object)
            write_members(walk, value, from);
        else
            write_elements(walk, value, from);
        walk->depth--;
        indent(walk);
    }
    builder_char(walk->out, object ? '}' : ']');
}

/* A text that holds an object or array. */
static bool write_nested(Walk *walk, Text text)
{
    Text trimmed = text_trim(text);
    JsDocument *document;
    Error ignored = {0};
    JsRepairs repairs = {0};
    if (walk->nested == NESTED_MAX || trimmed.size < 2 ||
        (trimmed.data[0] != '{' && trimmed.data[0] != '[') ||
        !js_parse_repair(trimmed, &repairs, &document, &ignored))
        return false;
    builder_string(walk->out, "a text that holds ");
    walk->nested++;
    write_container(walk, js_root(document));
    walk->nested--;
    js_close(document);
    return true;
}

static void write_value(Walk *walk, const JsValue *value)
{
    JsType type = js_type(value);
    if (type == JS_OBJECT || type == JS_ARRAY) {
        write_container(walk, value);
        return;
    }
    if (type == JS_TEXT && write_nested(walk, js_text(value)))
        return;
    Text shape = type == JS_NUMBER || type == JS_TEXT
                     ? value_shape(walk->arena, js_scalar_text(value))
                 : type == JS_NULL ? TEXT("null")
                                   : js_scalar_text(value);
    builder_format(walk->out, type == JS_TEXT ? "\"%.*s\"" : "%.*s", TEXT_ARGS(shape));
    mark(walk);
}

/* Everything before the last step of a pointer. */
static Text above(Text pointer)
{
    size_t end = pointer.size;
    while (end > 0 && pointer.data[end - 1] != '/')
        end--;
    return text_slice(pointer, 0, end > 0 ? end - 1 : 0);
}

static void write_json(const MaskedSpec *spec, const JsValue *root, Arena *arena, TextBuilder *out)
{
    size_t from = out->size;
    Text target = text_is_absent(spec->pointer) ? TEXT("") : spec->pointer;
    Text mark_text = spec->rule;
    for (;;) {
        Walk walk = {.arena = arena,
                     .out = out,
                     .path = builder_new(arena),
                     .target = target,
                     .mark = dlq_print_harmless(arena, mark_text)};
        write_value(&walk, root);
        builder_char(out, '\n');
        if (walk.marked || target.size == 0)
            return;
        builder_truncate(out, from);
        target = above(target);
        mark_text = text_format(arena, "%.*s: there is no \"%.*s\" here", TEXT_ARGS(spec->rule),
                                TEXT_ARGS(text_slice(spec->pointer, target.size, SIZE_MAX)));
    }
}

/* ---- what is no JSON ---- */

/* The number that stands behind a word of the parser's message; 1 when there is none. */
static int64_t number_behind(Text message, Text word)
{
    size_t at = text_find(message, word, 0);
    size_t from = at == SIZE_MAX ? message.size : at + word.size;
    size_t end = from;
    while (end < message.size && message.data[end] >= '0' && message.data[end] <= '9')
        end++;
    int64_t number;
    return text_to_int64(text_slice(message, from, end - from), &number) ? number : 1;
}

/* Of the first byte that is no UTF-8, else where the parser stopped. */
static size_t fault_position(Text bytes, const Error *error)
{
    size_t at = 0;
    uint32_t codepoint;
    for (Text rest = bytes; rest.size > 0;) {
        Text before = rest;
        unicode_next(&rest, &codepoint);
        if (codepoint == UNICODE_REPLACEMENT && before.size - rest.size == 1)
            return bytes.size - before.size;
    }
    int64_t line = number_behind(text_from(error->text), TEXT("line "));
    int64_t column = number_behind(text_from(error->text), TEXT("column "));
    for (; line > 1 && at < bytes.size; at++)
        line -= bytes.data[at] == '\n';
    Text rest = text_slice(bytes, at, SIZE_MAX);
    for (; column > 1 && unicode_next(&rest, &codepoint); column--)
        ;
    return bytes.size - rest.size;
}

/* One character by its shape; a control character and the guilty byte in hex. */
static void
write_character(TextBuilder *out, Text character, uint32_t codepoint, bool guilty, Arena *arena)
{
    bool broken = codepoint == UNICODE_REPLACEMENT && character.size == 1;
    if (codepoint < ' ' || (broken && guilty))
        builder_format(out, "\\x%02x", (unsigned)(unsigned char)character.data[0]);
    else if (codepoint == '"')
        builder_char(out, '"');
    else
        builder_text(out, value_shape(arena, character));
}

static Text line_around(Text bytes, size_t at, size_t *from)
{
    size_t begin = at;
    size_t end = at;
    while (begin > 0 && bytes.data[begin - 1] != '\n')
        begin--;
    while (end < bytes.size && bytes.data[end] != '\n')
        end++;
    *from = begin;
    return text_slice(bytes, begin, end - begin);
}

static void write_excerpt(Text bytes, const Error *error, Arena *arena, TextBuilder *out)
{
    size_t at = fault_position(bytes, error);
    size_t from;
    Text line = line_around(bytes, at, &from);
    TextBuilder before = builder_new(arena);
    TextBuilder after = builder_new(arena);
    size_t skipped = 0; /* characters of the line before those shown */
    size_t left = unicode_length(text_slice(line, 0, at - from));
    skipped = left > AROUND ? left - AROUND : 0;
    size_t number = 0;
    uint32_t codepoint;
    for (Text rest = line; rest.size > 0 && number < left + AROUND; number++) {
        Text start = rest;
        unicode_next(&rest, &codepoint);
        Text character = {start.data, start.size - rest.size};
        if (number >= skipped)
            write_character(number < left ? &before : &after, character, codepoint, number == left,
                            arena);
    }
    builder_format(out, "no JSON: %s\n", error->text);
    builder_format(out, "%s%.*s%.*s\n", skipped > 0 ? "..." : "", TEXT_ARGS(builder_view(&before)),
                   TEXT_ARGS(builder_view(&after)));
    size_t column = unicode_width(builder_view(&before)) + (skipped > 0 ? 3 : 0);
    for (size_t i = 0; i < column; i++)
        builder_char(out, ' ');
    if (at < bytes.size)
        builder_format(out, "^ byte %zu of %zu\n", at + 1, bytes.size);
    else
        builder_format(out, "^ the end, behind %zu bytes\n", bytes.size);
}

void dlq_masked_write(const MaskedSpec *spec, Arena *arena, TextBuilder *out)
{
    if (text_is_empty(spec->bytes)) {
        builder_string(out,
                       text_is_absent(spec->bytes) ? "no value (a tombstone)\n" : "no bytes\n");
        return;
    }
    bool repaired = false;
    Text text = encoding_to_utf8(arena, spec->bytes, ENCODING_AUTO, &repaired);
    JsDocument *document;
    Error error = {0};
    JsRepairs repairs = {0};
    if (!js_parse_repair(text, &repairs, &document, &error)) {
        write_excerpt(repaired ? spec->bytes : text, &error, arena, out);
        return;
    }
    if (!unicode_valid(spec->bytes))
        builder_string(out, repaired ? "(no UTF-8, and broken as GB18030 too)\n" : "(GB18030)\n");
    if (repairs.keys_dropped)
        builder_string(out, "(a name stands twice in one object; the last one is shown)\n");
    write_json(spec, js_root(document), arena, out);
    js_close(document);
}
