#ifndef ONECASE_SERVICES_ONECASE_REPLAY_LOG_H
#define ONECASE_SERVICES_ONECASE_REPLAY_LOG_H

#include "adapters/kafka_admin.h"

/* onecase.report as it stood when the replay began: what there is to replay. */
typedef struct ReplayPartition {
    int64_t first; /* offset of the first record there is */
    int64_t end;
} ReplayPartition;

typedef struct ReplayLog {
    const char *topic;           /* full name, on the arena */
    ReplayPartition *partitions; /* by number, on the arena */
    int32_t count;
    int64_t records; /* between first and end, all together */
} ReplayLog;

/*
 * Asks the brokers. Error.rule: "missing" the topic does not exist; "lost" the log begins late and `late` does not
 * allow it (FATAL both). RETRY when nobody answers.
 */
MUST_CHECK bool replay_log_read(
    KafkaAdmin *admin, const char *topic, bool late, Arena *arena, ReplayLog *log, Error *error);

#endif
