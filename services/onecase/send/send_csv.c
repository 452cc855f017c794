/*
 * Bytes go to the reader in pieces of whole lines, made UTF-8 before: a line end is never part of a GB18030 character,
 * while a separator may be. A row with more fields than the header cannot be told from one whose columns have moved,
 * so it stops the reading; one with fewer is what some programs write when the last ones are empty.
 */
#include "send_csv.h"

#include "base/json.h"
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE_BYTES = 65536, ARENA_BLOCK = 4 * PIECE_BYTES };

struct SendCsv {
    SendFile *file;
    CsvReader *reader;
    Arena *header_arena;
    Arena *piece_arena;
    TextList names;
    bool *unnamed;
    char separator;
    size_t in_hand; /* bytes at the front of the window that the reader reads */
    int64_t fed;    /* bytes given to the reader before these */
    size_t given;   /* and as these, which are more than in_hand when they were GB18030 */
    bool last;
    int64_t error_line;
    SendRows rows;
};

/* The one of , ; tab | that the first line has most of, outside quotes. */
static char find_separator(Text window)
{
    static const char SEPARATORS[] = ",;\t|";
    size_t counts[sizeof(SEPARATORS)] = {0};
    bool quoted = false;
    for (size_t i = 0; i < window.size && window.data[i] != '\n' && window.data[i] != '\r'; i++) {
        const char *found = memchr(SEPARATORS, window.data[i], sizeof(SEPARATORS) - 1);
        quoted = quoted != (window.data[i] == '"');
        if (found != NULL && !quoted)
            counts[found - SEPARATORS]++;
    }
    size_t best = 0;
    for (size_t i = 1; i < sizeof(SEPARATORS) - 1; i++)
        best = counts[i] > counts[best] ? i : best;
    return SEPARATORS[best];
}

/* Whole lines at the front of the window; 0 when there is none. */
static size_t piece_size(Text window)
{
    size_t size = window.size < PIECE_BYTES ? window.size : PIECE_BYTES;
    for (size_t i = size; i > 0; i--)
        if (window.data[i - 1] == '\n' || window.data[i - 1] == '\r')
            return i;
    for (size_t i = size; i < window.size; i++)
        if (window.data[i] == '\n' || window.data[i] == '\r')
            return i + 1;
    return 0;
}

/* Gives the reader the next piece. */
static bool feed(SendCsv *csv, Error *error)
{
    send_file_take(csv->file, csv->in_hand);
    csv->in_hand = 0;
    csv->fed += (int64_t)csv->given;
    csv->given = 0;
    size_t size;
    while ((size = piece_size(send_file_window(csv->file))) == 0 && !send_file_ended(csv->file)) {
        if (send_file_window(csv->file).size > SEND_RECORD_BYTES_MAX)
            return error_set(error, ERROR_REJECT, "a line of more than %d MiB",
                             SEND_RECORD_BYTES_MAX >> 20);
        if (!send_file_fill(csv->file, error))
            return false;
    }
    Text window = send_file_window(csv->file);
    csv->in_hand = size > 0 ? size : window.size;
    csv->last = send_file_ended(csv->file) && csv->in_hand == window.size;
    Text piece = text_slice(window, 0, csv->in_hand);
    if (send_file_encoding(csv->file) == ENCODING_GB18030) {
        bool repaired;
        arena_reset(csv->piece_arena);
        piece = encoding_to_utf8(csv->piece_arena, piece, ENCODING_GB18030, &repaired);
    }
    csv->given = piece.size;
    csv_feed(csv->reader, piece, csv->last);
    return true;
}

/* False: the end, or an error. */
static bool next_row(SendCsv *csv, CsvRow *row, Error *error)
{
    while (!csv_next(csv->reader, row, error)) {
        if (error->verdict != ERROR_NONE) {
            csv->error_line = csv_error_line(csv->reader);
            return false;
        }
        if (csv->last || !feed(csv, error)) {
            send_file_take(csv->file, csv->in_hand);
            csv->in_hand = 0;
            return false;
        }
    }
    return true;
}

/* The column before `index` with the same name; `index` itself when there is none. `seen` is by hash; two names that
 * share one are told apart by a walk. */
static size_t same_name(const SendCsv *csv, Map *seen, size_t index)
{
    Text name = csv->names.items[index];
    uint64_t hash = text_hash(name);
    uint64_t first;
    if (!map_get(seen, hash, &first)) {
        map_put(seen, hash, index);
        return index;
    }
    size_t at = (size_t)first;
    while (at < index && !text_equal(csv->names.items[at], name))
        at++;
    return at;
}

/* A name is not quoted: of a file without a header these are values. */
static bool check_names(SendCsv *csv, Error *error)
{
    Map *seen = map_new();
    bool good = true;
    for (size_t i = 0; good && i < csv->names.count; i++) {
        size_t same = same_name(csv, seen, i);
        good = same == i ||
               error_set(error, ERROR_REJECT,
                         "columns %zu and %zu of the header have the same name", same + 1, i + 1);
    }
    map_free(seen);
    return good;
}

static bool take_header(SendCsv *csv, const CsvRow *row, Error *error)
{
    csv->names = (TextList){ARENA_ARRAY(csv->header_arena, Text, row->count), row->count};
    csv->unnamed = ARENA_ARRAY(csv->header_arena, bool, row->count);
    for (size_t i = 0; i < row->count; i++) {
        Text name = text_trim(row->fields[i]);
        csv->unnamed[i] = name.size == 0;
        csv->names.items[i] = csv->unnamed[i] ? text_format(csv->header_arena, "column%zu", i + 1)
                                              : text_copy(csv->header_arena, name);
    }
    if (check_names(csv, error))
        return true;
    csv->error_line = row->line;
    return false;
}

bool send_csv_open(SendFile *file, char separator, SendCsv **csv, Error *error)
{
    SendCsv *made = calloc(1, sizeof(*made));
    if (made == NULL)
        abort();
    *csv = made;
    made->file = file;
    made->separator = separator != '\0' ? separator : find_separator(send_file_window(file));
    made->header_arena = arena_new(ARENA_BLOCK / 16);
    made->piece_arena = arena_new(ARENA_BLOCK);
    made->reader =
        csv_open((CsvSpec){.separator = made->separator, .row_bytes_max = SEND_RECORD_BYTES_MAX});
    CsvRow row;
    if (next_row(made, &row, error))
        return take_header(made, &row, error);
    return error->verdict == ERROR_NONE ? true : false; /* an empty file has no records */
}

void send_csv_close(SendCsv *csv)
{
    if (csv == NULL)
        return;
    csv_close(csv->reader);
    arena_free(csv->header_arena);
    arena_free(csv->piece_arena);
    free(csv);
}

static void note_line(int64_t *count, int64_t *first, int64_t line)
{
    if ((*count)++ == 0)
        *first = line;
}

static bool check_count(SendCsv *csv, const CsvRow *row, Error *error)
{
    if (row->count > csv->names.count) {
        csv->error_line = row->line;
        return error_set(error, ERROR_REJECT,
                         "%zu fields where the header has %zu; a separator or a line break inside "
                         "a value needs quotes around it",
                         row->count, csv->names.count);
    }
    if (row->count < csv->names.count)
        note_line(&csv->rows.brief, &csv->rows.brief_line, row->line);
    return true;
}

static bool is_blank(const CsvRow *row)
{
    for (size_t i = 0; i < row->count; i++)
        if (text_trim(row->fields[i]).size > 0)
            return false;
    return true;
}

static void write_row(const SendCsv *csv, const CsvRow *row, TextBuilder *out, bool *damaged)
{
    bool repaired;
    builder_char(out, '{');
    for (size_t i = 0; i < row->count; i++) {
        Text value = row->fields[i];
        if (csv->unnamed[i] && value.size == 0)
            continue;
        value = encoding_to_utf8(out->arena, value, ENCODING_UTF8, &repaired);
        *damaged = *damaged || repaired || text_contains(value, TEXT("\xEF\xBF\xBD"));
        js_write_key(out, csv->names.items[i]);
        js_write_text(out, value);
    }
    builder_char(out, '}');
}

bool send_csv_next(SendCsv *csv, Arena *arena, SendRecord *record, Error *error)
{
    CsvRow row;
    while (next_row(csv, &row, error)) {
        if (is_blank(&row)) {
            note_line(&csv->rows.empty, &csv->rows.empty_line, row.line);
            continue;
        }
        if (!check_count(csv, &row, error))
            return false;
        TextBuilder out = builder_new(arena);
        *record = (SendRecord){.line = row.line};
        write_row(csv, &row, &out, &record->damaged);
        record->value = builder_view(&out);
        return true;
    }
    return false;
}

int64_t send_csv_line(const SendCsv *csv)
{
    return csv->error_line;
}

size_t send_csv_ahead(const SendCsv *csv)
{
    int64_t read = csv_consumed(csv->reader) - csv->fed;
    return read <= 0 || csv->given == 0 ? 0 : (size_t)read * csv->in_hand / csv->given;
}

char send_csv_separator(const SendCsv *csv)
{
    return csv->separator;
}

const SendRows *send_csv_rows(const SendCsv *csv)
{
    return &csv->rows;
}
