#ifndef ONECASE_SERVICES_ONECASE_REPLAY_TARGET_H
#define ONECASE_SERVICES_ONECASE_REPLAY_TARGET_H

#include "replay/replay_log.h"

#include "adapters/postgres.h"

/* What every owner of partitions that a replay claims begins with. */
#define REPLAY_OWNER "onecase-replay:"

/*
 * The database that is filled. All questions answer RETRY when it is away, FATAL when it refuses; `rule` of the latter
 * is "schema", "filled" or "claimed".
 */
typedef struct ReplayTarget {
    Postgres *pg;
    Arena *arena;
    const char *name;           /* current_database() */
    const char *identity;       /* equal for two connections to one database */
    const int64_t *left_epochs; /* by partition: claims that a backup holds; NULL: it is none */
} ReplayTarget;

/* Connects, and learns name and identity. */
MUST_CHECK bool replay_target_open(ReplayTarget *target, Error *error);

/* The schema of these programs stands in it. */
MUST_CHECK bool replay_target_check_schema(const ReplayTarget *target, Error *error);

/* It is empty; with `resume` an earlier replay of this topic may have begun to fill it. */
MUST_CHECK bool replay_target_check_rows(const ReplayTarget *target,
                                         const ReplayLog *log,
                                         bool resume,
                                         Error *error);

/*
 * It is a backup that was restored: a matcher filled it from this topic, and none works on it now. The claims that stand in it are
 * remembered as those of the time before. FATAL "claimed" or "filled".
 */
MUST_CHECK bool replay_target_take_over(ReplayTarget *target, const ReplayLog *log, Error *error);

/* Writes the report topic into it, or finds that it stands there already. */
MUST_CHECK bool
replay_target_set_topic(const ReplayTarget *target, const ReplayLog *log, Error *error);

/* How far it has got. */
typedef struct ReplayReached {
    int64_t records; /* of the log that have their effect in it */
    bool all;        /* every partition has reached its end */
} ReplayReached;

/* FATAL "claimed": somebody else than `owner` has taken a partition. */
MUST_CHECK bool replay_target_reached(const ReplayTarget *target,
                                      const ReplayLog *log,
                                      const char *owner,
                                      ReplayReached *reached,
                                      Error *error);

#endif
