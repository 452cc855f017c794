#ifndef ONECASE_SERVICES_ONECASE_DLQ_PRINT_H
#define ONECASE_SERVICES_ONECASE_DLQ_PRINT_H

#include "base/text.h"

/* What list and show write for people. What strangers wrote into a record never steers the terminal. */
enum { DLQ_KEEP_DAYS = 30, DLQ_WIDTH = 80 };

typedef struct DlqColumns {
    Text id;
    int64_t count;
    int64_t time_us;
    Text source;
    Text stage;
    Text rule;
    Text pointer;
} DlqColumns;

Text dlq_print_columns(Arena *arena, const DlqColumns *columns);

/* A line on stdout; on a terminal cut to DLQ_WIDTH columns, with "…". */
void dlq_print_line(Arena *arena, Text line);

/* The text with what would steer a terminal as U+FFFD. */
Text dlq_print_harmless(Arena *arena, Text text);

/* "no mapping" when absent. */
Text dlq_print_mapping(Arena *arena, Text mapping);

/*
 * "bytes go in 3 days", "bytes have gone"; of the oldest that still waits. "" while there is more than a week, or nothing
 * waits (TIME_ABSENT).
 */
Text dlq_print_days_left(Arena *arena, int64_t received_us, int64_t now_us);

#endif
