#ifndef ONECASE_SERVICES_ONECASE_SEND_CSV_H
#define ONECASE_SERVICES_ONECASE_SEND_CSV_H

#include "send_records.h"

#include "base/csv.h"

/* A CSV file as JSON objects: the header's names are keys, every value is a text. */
typedef struct SendCsv SendCsv;

/* REJECT with the line when the file has no header or a name twice; reads the header. */
MUST_CHECK bool send_csv_open(SendFile *file, char separator, SendCsv **csv, Error *error);
void send_csv_close(SendCsv *csv); /* NULL is fine */

/* The next row that holds anything, as UTF-8 JSON on the arena. False: the end, or `error`. */
bool send_csv_next(SendCsv *csv, Arena *arena, SendRecord *record, Error *error);

int64_t send_csv_line(const SendCsv *csv); /* of the mistake */
/* Bytes of the file's window up to the end of the last row, about. */
size_t send_csv_ahead(const SendCsv *csv);
char send_csv_separator(const SendCsv *csv);
const SendRows *send_csv_rows(const SendCsv *csv);

#endif
