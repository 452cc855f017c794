#ifndef ONECASE_DOMAIN_LAG_BOARD_H
#define ONECASE_DOMAIN_LAG_BOARD_H

#include "domain/lag_report.h"

/*
 * What a watcher remembers between two looks (a window for each partition, what each process was like) and the report it makes of a
 * look. Pure: no clock, no sockets. What it remembers can be written down and read again, so that a watcher that was started anew
 * knows since when.
 */
typedef struct LagBoard LagBoard;

/* What was seen of one partition of one group. */
typedef struct LagObservation {
    Text group;
    Text program;
    Text topic;
    int32_t partition;
    LagSample sample;
    LagCircumstances circumstances; /* without process, which comes from the processes below */
    Text clock;
    Text source_of_offset;
    Text owner;
} LagObservation;

/* What was met at the health page of one process. */
typedef struct LagProcessSeen {
    Text service; /* program it belongs to */
    Text address;
    LagProcess process;
    Text fault; /* what was met, unless well */
} LagProcessSeen;

typedef struct LagLook {
    int64_t at_ms;
    bool kafka_up; /* false: no observation is of now */
    Text kafka_fault;
    bool database_up;
    Text database_fault;
    const LagObservation *observations;
    size_t observation_count;
    const LagProcessSeen *processes;
    size_t process_count;
    const LagSource *sources; /* without age and hop, which the board finds out */
    size_t source_count;
    /* Which topics bring which source, so that its age can be told: topics[i] brings topic_sources[i]. */
    const Text *topics;
    const Text *topic_sources;
    size_t topic_count;
} LagLook;

typedef struct LagBoardSpec {
    const char *cluster;
    const char *by;
    const char *brokers;
    LagRules rules;
} LagBoardSpec;

LagBoard *lag_board_new(const LagBoardSpec *spec); /* texts are copied */
void lag_board_free(LagBoard *board);              /* NULL is fine */

/*
 * Takes a look and makes the report, on the arena. While Kafka does not answer, the partitions last seen are told as they were, with
 * what has changed about the processes. A process counts only once it has answered. A group whose processes are all gone is STOPPED at
 * once; one that nobody has, with a process that hangs, is STALLED.
 */
void lag_board_take(LagBoard *board, const LagLook *look, Arena *arena, LagReport *report);

/* The memory as JSON, on the arena; and back. REJECT with a JSON pointer; what is older than `keep_ms` before `at_ms` is left out. */
Text lag_board_write(const LagBoard *board, Arena *arena);
MUST_CHECK bool
lag_board_read(LagBoard *board, Text text, int64_t at_ms, int64_t keep_ms, Error *error);

#endif
