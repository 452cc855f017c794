/*
 * Three ways to cut a file (lines here, elements in base/json_split.c, rows in send_csv.c), one way to bring what was
 * cut into the encoding that is wanted.
 */
#include "send_records.h"

#include "send_csv.h"

#include "base/json.h"
#include "base/json_split.h"
#include "base/unicode.h"

#include <stdlib.h>
#include <string.h>

struct SendRecords {
    SendFile *file;
    Encoding wanted;
    SendFormat format;
    JsSplit split;
    SendCsv *csv;
    bool begun;
    size_t scanned; /* bytes of the window without a line end */
    size_t given;   /* bytes of the window that the record given last stands in */
    int64_t line;   /* of the window */
    int64_t given_lines;
    int64_t error_line;
};

static bool is_ascii(Text bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        if ((unsigned char)bytes.data[i] >= 0x80)
            return false;
    return true;
}

static Text escaped(Arena *arena, Text json)
{
    TextBuilder out = builder_new(arena);
    uint32_t point;
    while (unicode_next(&json, &point)) {
        if (point < 0x80)
            builder_char(&out, (char)point);
        else if (point < 0x10000)
            builder_format(&out, "\\u%04x", (unsigned)point);
        else
            builder_format(&out, "\\u%04x\\u%04x", (unsigned)(0xD800 + ((point - 0x10000) >> 10)),
                           (unsigned)(0xDC00 + ((point - 0x10000) & 0x3FF)));
    }
    return builder_view(&out);
}

static bool is_json(Text text)
{
    JsDocument *document = NULL;
    Error ignored = {0};
    bool good = js_parse(text, &document, &ignored);
    js_close(document);
    return good;
}

/* Would the mapping read these bytes as the file means them? */
static bool agrees(const SendRecords *records, Encoding encoding, Text bytes)
{
    if (records->wanted == encoding || is_ascii(bytes))
        return true;
    bool valid = records->wanted == ENCODING_AUTO && unicode_valid(bytes);
    return records->wanted == ENCODING_AUTO && valid == (encoding == ENCODING_UTF8);
}

static void bring_over(const SendRecords *records, Arena *arena, Text bytes, SendRecord *record)
{
    Encoding encoding = send_file_encoding(records->file);
    record->value = bytes;
    if (agrees(records, encoding, bytes))
        return;
    bool repaired;
    Text text = encoding_to_utf8(arena, bytes, encoding, &repaired);
    if (!is_json(text))
        return;
    record->value = escaped(arena, text);
    record->damaged = repaired;
}

/* ---- lines ---- */

static bool too_long(SendRecords *records, const char *what, int64_t line, Error *error)
{
    records->error_line = line;
    return error_set(
        error, ERROR_REJECT, "%s of more than %d MiB%s", what, SEND_RECORD_BYTES_MAX >> 20,
        records->format == SEND_ARRAY ? "; perhaps a quote or a bracket is never closed" : "");
}

/* The next line, without its end; false: the end or an error. */
static bool next_line(SendRecords *records, Text *line, Error *error)
{
    for (;;) {
        Text window = send_file_window(records->file);
        const char *end =
            memchr(window.data + records->scanned, '\n', window.size - records->scanned);
        if (end != NULL || (send_file_ended(records->file) && window.size > 0)) {
            size_t size = end != NULL ? (size_t)(end - window.data) : window.size;
            records->given = size + (end != NULL);
            records->given_lines = 1;
            records->scanned = 0;
            *line = text_slice(window, 0, size);
            return true;
        }
        if (send_file_ended(records->file))
            return false;
        if (window.size > SEND_RECORD_BYTES_MAX)
            return too_long(records, "a line", records->line, error);
        records->scanned = window.size;
        if (!send_file_fill(records->file, error))
            return false;
    }
}

static Text without_mark(Text line)
{
    const Text mark = TEXT("\xEF\xBB\xBF");
    return text_starts(line, mark) ? text_slice(line, mark.size, SIZE_MAX) : line;
}

static bool is_white(Text line)
{
    for (size_t i = 0; i < line.size; i++)
        if (strchr(" \t\r", line.data[i]) == NULL || line.data[i] == '\0')
            return false;
    return true;
}

static void forget_given(SendRecords *records)
{
    send_file_take(records->file, records->given);
    records->line += records->given_lines;
    records->given = 0;
    records->given_lines = 0;
}

static bool next_of_lines(SendRecords *records, Arena *arena, SendRecord *record, Error *error)
{
    Text line;
    while (next_line(records, &line, error)) {
        if (!records->begun)
            line = without_mark(line);
        records->begun = true;
        while (line.size > 0 && line.data[line.size - 1] == '\r')
            line.size--;
        if (!is_white(line)) {
            record->line = records->line;
            bring_over(records, arena, line, record);
            return true;
        }
        forget_given(records);
    }
    return false;
}

/* ---- elements ---- */

static bool next_of_array(SendRecords *records, Arena *arena, SendRecord *record, Error *error)
{
    JsPiece piece;
    JsSplit *split = &records->split;
    for (;;) {
        Text window = send_file_window(records->file);
        split->gb18030 = send_file_encoding(records->file) == ENCODING_GB18030;
        if (js_split_next(split, window, send_file_ended(records->file), &piece, error)) {
            records->given = piece.used;
            record->line = piece.line;
            bring_over(records, arena, piece.bytes, record);
            return true;
        }
        if (error->verdict != ERROR_NONE) {
            records->error_line = split->line;
            return false;
        }
        if (split->done)
            return false;
        size_t dropped = js_split_droppable(split);
        js_split_drop(split, dropped);
        send_file_take(records->file, dropped);
        if (send_file_window(records->file).size > SEND_RECORD_BYTES_MAX)
            return too_long(records, "a record", split->value_line, error);
        if (!send_file_fill(records->file, error))
            return false;
    }
}

static bool next_of_csv(SendRecords *records, Arena *arena, SendRecord *record, Error *error)
{
    if (!send_csv_next(records->csv, arena, record, error)) {
        records->error_line = send_csv_line(records->csv);
        return false;
    }
    if (records->wanted == ENCODING_GB18030 && !is_ascii(record->value))
        record->value = escaped(arena, record->value);
    return true;
}

bool send_records_next(SendRecords *records, Arena *arena, SendRecord *record, Error *error)
{
    *record = (SendRecord){0};
    forget_given(records);
    if (records->format == SEND_CSV)
        return next_of_csv(records, arena, record, error);
    return records->format == SEND_ARRAY ? next_of_array(records, arena, record, error)
                                         : next_of_lines(records, arena, record, error);
}

/* ---- which format ---- */

static SendFormat format_of_name(const char *name)
{
    static const struct {
        const char *ending;
        SendFormat format;
    } ENDINGS[] = {
        {".csv", SEND_CSV}, {".tsv", SEND_CSV}, {".jsonl", SEND_LINES}, {".ndjson", SEND_LINES}};
    size_t size = strlen(name);
    for (size_t i = 0; i < sizeof(ENDINGS) / sizeof(ENDINGS[0]); i++) {
        size_t ending = strlen(ENDINGS[i].ending);
        if (size > ending && strcasecmp(name + size - ending, ENDINGS[i].ending) == 0)
            return ENDINGS[i].format;
    }
    return SEND_AUTO;
}

/* Objects are lines when the first line is one and nothing else, or breaks off inside a text: an object laid out over
 * lines does not do that. Arrays are when the first line is one and not the last. */
static SendFormat format_of_json(Text window)
{
    size_t end = text_find(window, TEXT("\n"), 0);
    Text first = text_slice(window, 0, end);
    Text rest = end == SIZE_MAX ? TEXT("") : text_slice(window, end, SIZE_MAX);
    bool more = text_trim(rest).size > 0;
    if (window.data[0] == '[')
        return more && is_json(first) ? SEND_LINES : SEND_ARRAY;
    JsSplit split = js_split_new(false);
    JsPiece piece;
    Error cut = {0};
    if (js_split_next(&split, first, true, &piece, &cut))
        return text_trim(text_slice(first, piece.used, SIZE_MAX)).size > 0 ? SEND_ARRAY
                                                                           : SEND_LINES;
    return more && !split.in_text ? SEND_ARRAY : SEND_LINES;
}

static SendFormat format_of_content(Text window)
{
    Text start = without_mark(window);
    while (start.size > 0 && strchr(" \t\r\n", start.data[0]) != NULL && start.data[0] != '\0')
        start = text_slice(start, 1, SIZE_MAX);
    if (start.size == 0)
        return SEND_LINES; /* nothing there, in any format */
    if (start.data[0] == '[' || start.data[0] == '{')
        return format_of_json(start);
    size_t end = text_find(start, TEXT("\n"), 0);
    for (const char *byte = start.data; byte < start.data + (end < start.size ? end : start.size);
         byte++)
        if (memchr(",;\t|", *byte, 4) != NULL)
            return SEND_CSV;
    return SEND_AUTO;
}

static bool find_format(SendRecords *records, const char *name, Error *error)
{
    if (records->format == SEND_AUTO)
        records->format = format_of_name(name);
    if (records->format != SEND_AUTO && records->format != SEND_CSV)
        return true;
    /* The first line at least, and a little of the second. */
    while (!send_file_ended(records->file)) {
        Text window = send_file_window(records->file);
        size_t end = text_find(window, TEXT("\n"), 0);
        if ((end != SIZE_MAX && end + 1 < window.size) || window.size > SEND_RECORD_BYTES_MAX)
            break;
        if (!send_file_fill(records->file, error))
            return false;
    }
    if (records->format == SEND_AUTO)
        records->format = format_of_content(send_file_window(records->file));
    return records->format != SEND_AUTO ||
           error_set(error, ERROR_REJECT,
                     "cannot tell what format this is; --format jsonl, array or csv says it");
}

bool send_records_open(const SendOptions *options,
                       SendFile *file,
                       Encoding wanted,
                       SendRecords **records,
                       Error *error)
{
    SendRecords *made = calloc(1, sizeof(*made));
    if (made == NULL)
        abort();
    *records = made;
    made->file = file;
    made->wanted = wanted;
    made->format = options->format;
    made->line = 1;
    made->split = js_split_new(false);
    if (!find_format(made, options->file, error))
        return false;
    if (made->format != SEND_CSV || send_csv_open(file, options->separator, &made->csv, error))
        return true;
    made->error_line = send_csv_line(made->csv);
    return false;
}

void send_records_close(SendRecords *records)
{
    if (records == NULL)
        return;
    send_csv_close(records->csv);
    free(records);
}

SendFormat send_records_format(const SendRecords *records)
{
    return records->format;
}

char send_records_separator(const SendRecords *records)
{
    return records->csv != NULL ? send_csv_separator(records->csv) : '\0';
}

int64_t send_records_line(const SendRecords *records)
{
    return records->error_line;
}

int64_t send_records_offset(const SendRecords *records)
{
    size_t ahead = records->csv != NULL ? send_csv_ahead(records->csv) : records->given;
    return send_file_offset(records->file) + (int64_t)ahead;
}

const SendRows *send_records_rows(const SendRecords *records)
{
    static const SendRows NONE = {0};
    return records->csv != NULL ? send_csv_rows(records->csv) : &NONE;
}
