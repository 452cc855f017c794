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
    bool comments;  /* skip lines that start with '#' */
} CsvSpec;

CsvReader *csv_open(CsvSpec spec);
void csv_close(CsvReader *reader); /* NULL is fine */

/* Gives the reader more bytes of the file; `last` with the last ones (they may be none). The bytes must live until
 * csv_next has said false. */
void csv_feed(CsvReader *reader, Text bytes, bool last);

/*
 * The next whole row (empty lines are skipped). False: feed more, or the end, or `error` is set: REJECT with the line
 * when a quote is never closed or something follows a closing quote.
 */
bool csv_next(CsvReader *reader, CsvRow *row, Error *error);

#endif
