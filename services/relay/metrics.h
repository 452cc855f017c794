#ifndef ONECASE_RELAY_METRICS_H
#define ONECASE_RELAY_METRICS_H

#include "base/metrics.h"

#include "adapters/relay_store.h"

/*
 * What the relay counts (docs/metrics.md says what each number means). A row counts when its partition's position stands behind it, so
 * one that is sent again counts once in the process that gets that far.
 */
enum { RELAY_METRICS_COUNT = 8 };
extern Metric *const RELAY_METRICS[RELAY_METRICS_COUNT];

/* Rows that are under way, by kind: "forward", the types of events, and whatever else there may be. */
enum { RELAY_KINDS_MAX = 32 };
typedef struct RelayTally {
    int32_t rows[RELAY_KINDS_MAX];
} RelayTally;

/*
 * Series whose labels are known beforehand stand at 0 from the start: what begins at 1 is no increase to Prometheus. May be called
 * again.
 */
void metrics_begin(void);

void metrics_tally(RelayTally *tally, const OutboxRow *row);

/* Times are of clock_monotonic_us: when the first of them was handed over. */
void metrics_rows(const RelayTally *tally, int64_t sent_us); /* the position stands behind them */
void metrics_commands(size_t count, int64_t sent_us);        /* noted as sent */
void metrics_ticks(size_t count, int64_t sent_us);           /* acknowledged */

/* Something was under way when the producer was given up: it goes out again. */
void metrics_given_up(void);
/* Whether this is the relay that works. */
void metrics_working(bool working);
/* Rows that were published long ago and are deleted. */
void metrics_deleted(int64_t rows);

#endif
