#ifndef ONECASE_SERVICES_ONECASE_SOURCE_WAIT_H
#define ONECASE_SERVICES_ONECASE_SOURCE_WAIT_H

#include "source_rows.h"
#include "source_topics.h"

/* What came of waiting for the first record. */
typedef struct SourceOutcome {
    bool waited;
    bool taken;       /* intake has taken up the topics */
    int64_t taken_ms; /* after the reload; 0: it had before, or a record came before its commit */
    bool found;
    SourceRecord record;  /* the first one mapped by the version that was added */
    int64_t found_ms;     /* after the reload */
    bool otherwise;       /* records came, but mapped by another version */
    SourceRecord other;   /* the first of these */
    SourceAccount counts; /* records accounted for since the reload */
    Error trouble;        /* the last question that failed; none: all went well */
} SourceOutcome;

typedef struct SourceWait {
    Postgres *pg;
    SourceMark *mark;
    SourceTopics *topics; /* as they are; some may have been taken up before */
    const Mapping *mapping;
    int64_t since_ms; /* of the reload, clock_monotonic_ms */
    int64_t limit_ms; /* after it */
} SourceWait;

/* Until the first record is in the database, the time is over, or SIGINT or SIGTERM comes. Texts on the mark's arena. */
void source_wait_run(const SourceWait *wait, SourceOutcome *outcome);

#endif
