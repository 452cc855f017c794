#ifndef ONECASE_BASE_CSV_H
#define ONECASE_BASE_CSV_H

#include "base/error.h"
#include "base/text.h"

/*
 * The only door to libcsv (RFC 4180: quoted fields, "" for a quote, line breaks inside quotes; LF or CRLF). UTF-8 in,
 * a byte order mark is skipped. Reading is row by row, so that a file of any size needs the memory of a row.
 */
typedef struct CsvReader CsvReader;

typedef struct CsvRow {
    const Text
        *fields; /* white space around them as it stands in the file; valid until the next row */
    size_t count;
    int64_t line; /* of its first field, from 1 */
} CsvRow;

typedef struct CsvSpec {
    char separator; /* 0: ',' */
    bool comments;  /* skip lines that start with '#' (not inside quotes) */
    int64_t
        row_bytes_max; /* 0: none; a longer row is a mistake: most likely a quote is never closed */
} CsvSpec;

CsvReader *csv_open(CsvSpec spec);
void csv_close(CsvReader *reader); /* NULL is fine */

/* Gives the reader more bytes of the file; `last` with the last ones (they may be none). The bytes must live until
 * csv_next has said false, and only then more may be given. */
void csv_feed(CsvReader *reader, Text bytes, bool last);

/*
 * The next whole row (empty lines are skipped). False: feed more, or the end, or `error` is set: REJECT, rule "csv",
 * when a quote is never closed, something follows a closing quote, or a quote stands inside a field that does not
 * begin with one, or a row is too long. The text names no line: csv_error_line does. After an error nothing more is read.
 */
bool csv_next(CsvReader *reader, CsvRow *row, Error *error);

/* The line of the mistake, from 1 (of a quote never closed or a row too long: where its field begins); 0 while there is none. */
int64_t csv_error_line(const CsvReader *reader);

/* Bytes of the file up to the end of the last row given, its line break included (of a CRLF that came in two pieces
 * the CR alone). */
int64_t csv_consumed(const CsvReader *reader);

#endif
