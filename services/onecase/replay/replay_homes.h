#ifndef ONECASE_SERVICES_ONECASE_REPLAY_HOMES_H
#define ONECASE_SERVICES_ONECASE_REPLAY_HOMES_H

#include "base/error.h"

#include "adapters/postgres.h"

/*
 * Which region is the home of a record number was decided when two matchers wrote at the same time, and partitions read
 * anew do not tell which wrote first. The log does: a record that was forwarded lies in its home's partition. So the log
 * is read once before the matcher starts, and what it says is written to onecase.homes_ahead.
 */
typedef struct ReplayHomesSpec {
    const char *brokers;
    const char *topic; /* onecase.report, full name */
} ReplayHomesSpec;

/* RETRY: Kafka or PostgreSQL does not answer. What is written there already stays. */
MUST_CHECK bool replay_homes_learn(const ReplayHomesSpec *spec, Postgres *pg, Error *error);

/* The log is replayed: every home is known by itself. */
MUST_CHECK bool replay_homes_forget(Postgres *pg, Error *error);

#endif
