/*
 * One pass, a byte at a time, over four places:
 *
 *   between records ──[──► between elements ──any──► in a value ──closed──► back
 *                   ──{───────────────────────────►
 *
 * Inside a value only depth and texts count. In GB18030 a byte from 0x81 takes the next one along when that could
 * belong to it; the digits of four-byte characters are no structure, so they need no care.
 */
#include "base/json_split.h"

#include <string.h>

JsSplit js_split_new(bool gb18030)
{
    return (JsSplit){.gb18030 = gb18030, .line = 1};
}

static bool fail(JsSplit *split, int64_t line, const char *message, Error *error)
{
    split->line = line;
    return error_set_at(error, ERROR_REJECT, "json", NULL, "%s", message);
}

static bool is_gap(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n' || byte == ',';
}

/* The second byte of a GB18030 character, or none: then it is looked at as any other. */
static bool takes_trail(JsSplit *split, unsigned char byte)
{
    bool was_lead = split->trail;
    split->trail = false;
    if (was_lead && byte >= 0x40 && byte != 0x7F && byte != 0xFF)
        return true;
    split->trail = split->gb18030 && byte >= 0x81 && byte != 0xFF;
    return split->trail;
}

static bool take_text_byte(JsSplit *split, char byte, Error *error)
{
    if (byte == '\n')
        return fail(split, split->line,
                    "a line break inside a text; a quote is missing, or it must be written \\n",
                    error);
    if (split->escaped)
        split->escaped = false;
    else if (byte == '\\')
        split->escaped = true;
    else if (byte == '"')
        split->in_text = false;
    return true;
}

/* A byte inside a value. *ends: the value ends with it; *before: the value ended in front of it. */
static bool take_value_byte(JsSplit *split, char byte, bool *ends, bool *before, Error *error)
{
    if (takes_trail(split, (unsigned char)byte)) {
        split->escaped = false;
        return true;
    }
    if (split->in_text) {
        if (!take_text_byte(split, byte, error))
            return false;
        *ends = !split->in_text && split->depth == 0;
        return true;
    }
    switch (byte) {
    case '"':
        split->in_text = true;
        break;
    case '{':
    case '[':
        split->depth++;
        break;
    case '}':
    case ']':
        *before = split->depth == 0;
        split->depth--;
        *ends = split->depth == 0;
        break;
    default:
        *before = split->depth == 0 && is_gap(byte);
    }
    return true;
}

static void begin_value(JsSplit *split, size_t at)
{
    split->in_value = true;
    split->in_text = false;
    split->escaped = false;
    split->trail = false;
    split->depth = 0;
    split->value_line = split->line;
    split->value_from = at;
}

static bool end_value(JsSplit *split, Text window, size_t end, JsPiece *piece)
{
    split->in_value = false;
    *piece = (JsPiece){text_slice(window, split->value_from, end - split->value_from),
                       split->value_line, end};
    split->scanned = 0;
    split->value_from = 0;
    return true;
}

/* A byte between records. False with an error when nothing can begin with it. */
static bool take_gap_byte(JsSplit *split, char byte, Error *error)
{
    if (is_gap(byte))
        return true;
    if (split->in_array && byte == ']') {
        split->in_array = false;
        return true;
    }
    if (split->in_array && byte == '}')
        return fail(split, split->line, "a bracket } that nothing here has opened", error);
    if (!split->in_array && byte == '[') {
        split->in_array = true;
        return true;
    }
    if (split->in_array || byte == '{')
        begin_value(split, split->scanned);
    else
        return fail(split, split->line, "an array or an object was expected to begin here", error);
    return true;
}

static bool finish(JsSplit *split, Text window, JsPiece *piece, Error *error)
{
    if (split->in_value && !split->in_text && split->depth == 0 && split->in_array)
        return end_value(split, window, window.size, piece); /* a number at the very end */
    if (split->in_value)
        return fail(split, split->value_line,
                    "the record that begins here is never closed; the file is cut off, or a quote "
                    "or a bracket is missing",
                    error);
    if (split->in_array)
        return fail(split, split->line,
                    "the file ends before the closing bracket ] of its array; it is cut off",
                    error);
    split->done = true;
    return false;
}

/* A byte order mark at the very start. False while more bytes are needed to tell. */
static bool skip_mark(JsSplit *split, Text window, bool last)
{
    static const char MARK[] = "\xEF\xBB\xBF";
    size_t size = sizeof(MARK) - 1;
    if (window.size < size && !last)
        return false;
    split->started = true;
    if (window.size >= size && memcmp(window.data, MARK, size) == 0)
        split->scanned = size;
    return true;
}

bool js_split_next(JsSplit *split, Text window, bool last, JsPiece *piece, Error *error)
{
    if (!split->started && !skip_mark(split, window, last))
        return false;
    while (split->scanned < window.size) {
        char byte = window.data[split->scanned];
        bool ends = false;
        bool before = false;
        bool begun = split->in_value;
        if (!begun && !take_gap_byte(split, byte, error))
            return false;
        if (split->in_value && !take_value_byte(split, byte, &ends, &before, error))
            return false;
        if (before)
            return end_value(split, window, split->scanned, piece);
        split->scanned++;
        split->line += byte == '\n';
        if (ends)
            return end_value(split, window, split->scanned, piece);
    }
    return last && !split->done ? finish(split, window, piece, error) : false;
}

size_t js_split_droppable(const JsSplit *split)
{
    return split->in_value ? split->value_from : split->scanned;
}

void js_split_drop(JsSplit *split, size_t size)
{
    split->scanned -= size;
    if (split->in_value)
        split->value_from -= size;
}
