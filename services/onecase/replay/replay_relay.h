#ifndef ONECASE_SERVICES_ONECASE_REPLAY_RELAY_H
#define ONECASE_SERVICES_ONECASE_REPLAY_RELAY_H

#include "replay/replay_log.h"

#include "adapters/postgres.h"
#include "adapters/relay_store.h"

/*
 * What relay may do with a database that was rebuilt. A replay fills its outbox with events of years; departments were
 * told most of them. While it fills, no relay may work on it; afterwards relay goes on behind the last event that stands
 * on onecase.case, so that what was announced is not announced again, and what was not is.
 */

/* Holds the lock that a relay works under, or takes it (again). FATAL, rule "relay": one works on the database. */
MUST_CHECK bool replay_relay_bar(RelayStore *store, Error *error);

typedef struct ReplayRelaySpec {
    const char *brokers;
    const char *case_topic; /* with its prefix */
    const ReplayLog *log;
    bool keep_unannounced; /* a partition of which no event is there keeps its position */
} ReplayRelaySpec;

/*
 * Reads the case topic and moves the positions, never back. A partition of which no event is there any more is behind
 * its last row, unless `keep_unannounced`. *waiting: rows of the outbox that are still to go out.
 */
MUST_CHECK bool
replay_relay_place(const ReplayRelaySpec *spec, Postgres *pg, int64_t *waiting, Error *error);

#endif
