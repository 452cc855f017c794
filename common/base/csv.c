/*
 * libcsv pushes fields and rows at callbacks; here rows are pulled. It is given a line at a time (up to a CR or LF), in
 * which at most one row can end: the callbacks put fields by, csv_next looks whether a row came out. What libcsv does
 * not know is done around it: byte order mark, comments, lines and places. White space belongs to fields, and strict
 * mode makes it refuse what could be read in two ways.
 *
 *   bytes fed ──► piece up to a line end ──► libcsv ──► on_field … on_row ──► row
 */
#include "base/csv.h"

#include <assert.h>
#include <csv.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD_STEP_MIN = 4096, ARENA_BLOCK = 16384, MARK_SIZE = 3 };

struct CsvReader {
    struct csv_parser parser;
    bool comments;
    int64_t row_bytes_max;
    Arena *arena; /* fields of the row in hand */
    Text *fields;
    size_t count;
    size_t capacity;

    Text rest; /* fed and not yet read */
    bool last;
    bool finished;
    size_t mark; /* bytes of the byte order mark seen; MARK_SIZE: that question is settled */

    int64_t line;       /* of the next byte */
    int64_t row_line;   /* where the row in hand begins */
    int64_t field_line; /* where the field in hand begins */
    int64_t read;       /* bytes taken */
    int64_t row_from;   /* bytes taken before the row in hand */
    int64_t consumed;   /* bytes up to the end of the last row */
    int64_t error_line;
    bool after_cr; /* the last byte was a CR: a LF now is the same line end */
    bool in_row;
    bool in_comment;
    bool row_ended; /* a row is complete in `fields` */
    bool row_given; /* and was given to the caller */
};

static int no_space(unsigned char byte)
{
    (void)byte;
    return 0;
}

CsvReader *csv_open(CsvSpec spec)
{
    assert(spec.separator != '"' && spec.separator != '\r' && spec.separator != '\n');
    CsvReader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL || csv_init(&reader->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        abort();
    csv_set_space_func(&reader->parser, no_space);
    if (spec.separator != '\0')
        csv_set_delim(&reader->parser, (unsigned char)spec.separator);
    reader->comments = spec.comments;
    reader->row_bytes_max = spec.row_bytes_max > 0 ? spec.row_bytes_max : INT64_MAX;
    reader->arena = arena_new(ARENA_BLOCK);
    reader->line = 1;
    return reader;
}

void csv_close(CsvReader *reader)
{
    if (reader == NULL)
        return;
    csv_free(&reader->parser);
    arena_free(reader->arena);
    free(reader->fields);
    free(reader);
}

void csv_feed(CsvReader *reader, Text bytes, bool last)
{
    assert(reader->rest.size == 0 && !reader->last);
    reader->rest = bytes;
    reader->last = last;
}

static void on_field(void *bytes, size_t size, void *context)
{
    CsvReader *reader = context;
    if (reader->count == reader->capacity) {
        reader->capacity = reader->capacity == 0 ? 32 : 2 * reader->capacity;
        reader->fields = realloc(reader->fields, reader->capacity * sizeof(Text));
        if (reader->fields == NULL)
            abort();
    }
    reader->fields[reader->count++] =
        text_copy(reader->arena, size == 0 ? TEXT("") : (Text){bytes, size});
    reader->field_line = reader->line;
}

static void on_row(int last, void *context)
{
    (void)last;
    CsvReader *reader = context;
    reader->row_ended = true;
    reader->in_row = false;
}

/* The line after these bytes, which are a piece: a line end stands at most at its end. */
static void count_line(CsvReader *reader, char last)
{
    if (last == '\r' || (last == '\n' && !reader->after_cr))
        reader->line++;
    reader->after_cr = last == '\r';
}

static bool fail(CsvReader *reader, int64_t line, const char *message, Error *error)
{
    reader->error_line = line;
    reader->finished = true;
    reader->rest = TEXT_ABSENT;
    return error_set_at(error, ERROR_REJECT, "csv", NULL, "%s", message);
}

/* libcsv grows its field by steps of 128 bytes: a long one would be copied again and again. Once for each doubling is enough. */
static void make_room(CsvReader *reader, size_t size)
{
    size_t step = csv_get_buffer_size(&reader->parser);
    step = step > size ? step : size;
    csv_set_blk_size(&reader->parser, step > FIELD_STEP_MIN ? step : FIELD_STEP_MIN);
}

static bool give_parser(CsvReader *reader, Text piece, Error *error)
{
    if (!reader->in_row) {
        reader->in_row = true;
        reader->row_line = reader->line;
        reader->field_line = reader->line;
        reader->row_from = reader->read;
    }
    if (reader->read - reader->row_from + (int64_t)piece.size > reader->row_bytes_max)
        return fail(reader, reader->field_line,
                    "the row is too long; perhaps a quote opened here is never closed", error);
    make_room(reader, piece.size);
    size_t parsed = csv_parse(&reader->parser, piece.data, piece.size, on_field, on_row, reader);
    if (parsed == piece.size)
        return true;
    if (csv_error(&reader->parser) != CSV_EPARSE)
        abort(); /* out of memory */
    return fail(reader, reader->line,
                piece.data[parsed] == '"'
                    ? "a quote inside a field that does not begin with one; put the whole field in "
                      "quotes and double the quote"
                    : "after a closing quote only a separator or the end of the line may follow",
                error);
}

static bool is_line_end(char byte)
{
    return byte == '\r' || byte == '\n';
}

/* Takes one piece: the bytes up to and with the next line end, or all there are. */
static bool read_piece(CsvReader *reader, Error *error)
{
    size_t size = 0;
    while (size < reader->rest.size && !is_line_end(reader->rest.data[size]))
        size++;
    size += size < reader->rest.size;
    size += size < reader->rest.size && reader->rest.data[size - 1] == '\r' &&
            reader->rest.data[size] == '\n';
    Text piece = text_slice(reader->rest, 0, size);
    reader->rest = text_slice(reader->rest, size, SIZE_MAX);
    char last = piece.data[size - 1];
    bool whole_end = size > 1 && last == '\n' && piece.data[size - 2] == '\r';
    if (!reader->in_row && reader->comments && piece.data[0] == '#')
        reader->in_comment = true;
    bool skipped = reader->in_comment || (!reader->in_row && is_line_end(piece.data[0]));
    if (reader->in_comment && is_line_end(last))
        reader->in_comment = false;
    if (!skipped && !give_parser(reader, piece, error))
        return false;
    reader->read += (int64_t)size;
    if (whole_end)
        reader->after_cr = false;
    count_line(reader, last);
    return true;
}

/* Skips a byte order mark, also one that comes in pieces. False while more bytes are needed to tell. */
static bool settle_mark(CsvReader *reader, Error *error)
{
    static const char MARK[MARK_SIZE + 1] = "\xEF\xBB\xBF";
    while (reader->mark < MARK_SIZE && reader->rest.size > 0 &&
           reader->rest.data[0] == MARK[reader->mark]) {
        reader->rest = text_slice(reader->rest, 1, SIZE_MAX);
        reader->mark++;
        reader->read++;
    }
    if (reader->mark < MARK_SIZE && reader->rest.size == 0 && !reader->last)
        return false;
    size_t seen = reader->mark;
    reader->mark = MARK_SIZE;
    return seen == 0 || seen == MARK_SIZE || give_parser(reader, (Text){MARK, seen}, error);
}

static bool finish(CsvReader *reader, Error *error)
{
    reader->finished = true;
    if (csv_fini(&reader->parser, on_field, on_row, reader) == 0)
        return true;
    return fail(reader, reader->field_line, "a quote is opened here and never closed", error);
}

bool csv_next(CsvReader *reader, CsvRow *row, Error *error)
{
    if (reader->row_given) {
        arena_reset(reader->arena);
        reader->count = 0;
        reader->row_given = false;
        reader->row_ended = false;
    }
    if (reader->mark < MARK_SIZE && !settle_mark(reader, error))
        return false;
    while (!reader->row_ended && reader->rest.size > 0)
        if (!read_piece(reader, error))
            return false;
    if (!reader->row_ended && reader->last && !reader->finished && !finish(reader, error))
        return false;
    if (!reader->row_ended)
        return false;
    reader->row_given = true;
    reader->consumed = reader->read;
    *row = (CsvRow){reader->fields, reader->count, reader->row_line};
    return true;
}

int64_t csv_error_line(const CsvReader *reader)
{
    return reader->error_line;
}

int64_t csv_consumed(const CsvReader *reader)
{
    return reader->consumed;
}
