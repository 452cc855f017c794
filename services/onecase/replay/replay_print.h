#ifndef ONECASE_SERVICES_ONECASE_REPLAY_PRINT_H
#define ONECASE_SERVICES_ONECASE_REPLAY_PRINT_H

#include "replay/replay_compare.h"

/* What a replay has to say at its end, on stdout. */
typedef struct ReplayResult {
    const char *database;
    const char *topic;
    int64_t records;  /* of the log, as it stood at the start */
    int64_t replayed; /* of them in this run */
    double seconds;
    int64_t dead_letters;   /* that the matcher found in this run */
    int64_t events_waiting; /* rows of the outbox that relay will still send */
    const TableDigest *digest;
    const ReplayComparison *comparison; /* NULL: none was asked for */
} ReplayResult;

void replay_print(const ReplayResult *result, bool json, Arena *arena);

#endif
