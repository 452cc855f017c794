#ifndef ONECASE_SERVICES_ONECASE_SEND_RECORDS_H
#define ONECASE_SERVICES_ONECASE_SEND_RECORDS_H

#include "send_file.h"
#include "send_options.h"

#include "base/error.h"

/*
 * The records of a file, one after another, as they go to Kafka: in the encoding the feed's mapping declares. Bytes
 * that are in it already stay as they are. Others become JSON in ASCII, with \u for every character, which is right in
 * every encoding; what is no JSON stays as it is, for intake to judge. CSV rows become objects of texts.
 */
typedef struct SendRecords SendRecords;

typedef struct SendRecord {
    Text value;
    int64_t line; /* in the file, where it begins */
    bool damaged; /* bytes of no encoding became U+FFFD here (or stand so in a CSV file) */
} SendRecord;

/* What was passed over or is unusual in a CSV file. */
typedef struct SendRows {
    int64_t empty; /* rows without any value, not sent */
    int64_t brief; /* rows with fewer fields than the header; the rest is absent */
    int64_t empty_line;
    int64_t brief_line; /* of the first one */
} SendRows;

/* Finds the format out when it is SEND_AUTO. REJECT when it cannot be told, or the header is no good; a file error
 * as send_file_fill. `file` stays the caller's. */
MUST_CHECK bool send_records_open(const SendOptions *options,
                                  SendFile *file,
                                  Encoding wanted,
                                  SendRecords **records,
                                  Error *error);
void send_records_close(SendRecords *records); /* NULL is fine */

/* The next one, its value on the arena or a view valid until the next call. False: the end, or `error`: REJECT when
 * nothing further can be cut, at send_records_line. */
bool send_records_next(SendRecords *records, Arena *arena, SendRecord *record, Error *error);

SendFormat send_records_format(const SendRecords *records);
char send_records_separator(const SendRecords *records); /* of CSV */
int64_t send_records_line(const SendRecords *records);   /* of the mistake; 0: none with a line */
int64_t send_records_offset(const SendRecords *records); /* bytes read, about */
const SendRows *send_records_rows(const SendRecords *records);

#endif
