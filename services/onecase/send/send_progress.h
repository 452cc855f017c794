#ifndef ONECASE_SERVICES_ONECASE_SEND_PROGRESS_H
#define ONECASE_SERVICES_ONECASE_SEND_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* One line on stderr about long work: every second on a terminal, over the last one; else every ten. */
typedef struct SendProgress {
    int64_t started_ms;
    int64_t next_ms;
    bool terminal;
    bool shown; /* a line stands on the terminal that the next one overwrites */
    int64_t first_bytes;
} SendProgress;

typedef struct SendProgressFacts {
    int64_t records; /* in this run */
    int64_t bytes;   /* of the file so far, with what was passed over */
    int64_t size;    /* of the file; -1: not known */
    int64_t quiet_ms;
} SendProgressFacts;

SendProgress send_progress_begin(int64_t first_bytes);
bool send_progress_due(const SendProgress *progress);
void send_progress_show(SendProgress *progress, const char *what, const SendProgressFacts *facts);
void send_progress_end(SendProgress *progress); /* clears the line on a terminal */

#endif
