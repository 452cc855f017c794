#ifndef ONECASE_SERVICES_ONECASE_REPLAY_COMPARE_H
#define ONECASE_SERVICES_ONECASE_REPLAY_COMPARE_H

#include "table_digest.h"

/* The rebuilt database held against the live one, both as of one offset of every partition. */
typedef struct ReplayTableDifference {
    const char *table;
    TableDifference at; /* its first row that differs; left is the rebuilt one */
} ReplayTableDifference;

typedef struct ReplayComparison {
    bool aligned;       /* both had read the log equally far; otherwise: */
    const char *behind; /* who is where, on the arena */
    TableDigest rebuilt;
    TableDigest live;
    ReplayTableDifference differences[TABLE_DIGEST_MAX];
    size_t count;
    const char *rebuilt_models; /* that decided, when something differs */
    const char *live_models;
} ReplayComparison;

/*
 * One try: looks at both in one moment each; not `aligned` when these moments are not of the same offsets, as while
 * one of them is still reading. RETRY when one does not answer.
 */
MUST_CHECK bool replay_compare(Postgres *rebuilt,
                               Postgres *live,
                               const char *topic,
                               Arena *arena,
                               ReplayComparison *comparison,
                               Error *error);

#endif
