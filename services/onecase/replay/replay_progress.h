#ifndef ONECASE_SERVICES_ONECASE_REPLAY_PROGRESS_H
#define ONECASE_SERVICES_ONECASE_REPLAY_PROGRESS_H

#include "base/text.h"

/*
 * One line on stderr about a replay: each second on a terminal, over the last one; else each ten. Lines of others in
 * between go through replay_progress_say, so that they stand alone.
 */
typedef struct ReplayProgress {
    int64_t total; /* records of the log */
    int64_t first; /* of them in the database before this run */
    int64_t started_ms;
    int64_t next_ms;
    bool terminal;
    bool shown; /* a line stands on the terminal that the next one overwrites */
} ReplayProgress;

ReplayProgress replay_progress_begin(int64_t total, int64_t first);
/* Shows it when it is time. `away`: why nothing moves; NULL: it does. */
void replay_progress_show(ReplayProgress *progress, int64_t records, const char *away);
void replay_progress_say(ReplayProgress *progress, Text line);
void replay_progress_end(ReplayProgress *progress);

/* Since the beginning. */
double replay_progress_seconds(const ReplayProgress *progress);

#endif
