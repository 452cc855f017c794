#ifndef ONECASE_INTAKE_METRICS_H
#define ONECASE_INTAKE_METRICS_H

#include "batch.h"

#include "base/metrics.h"

/*
 * What intake counts (docs/metrics.md says what each number means). A record counts when all that came of it is acknowledged, so what
 * a crash repeats counts in the process that gets it done. Label values are sources of mapping files and rules of ours; whatever else
 * a record names counts as "other".
 */
enum { INTAKE_METRICS_COUNT = 9 };
extern Metric *const INTAKE_METRICS[INTAKE_METRICS_COUNT];

/*
 * These sources are read from now on. Their series stand at 0 from the start: what begins at 1 is no increase to Prometheus. May be
 * called again.
 */
void metrics_begin(const Sources *sources);

/* What of the round is acknowledged; once for each round. */
void metrics_round(const Batch *batch, const Sources *sources);
/* A batch is done: so many records of departments, read `began_us` (monotonic) ago. */
void metrics_batch(size_t records, int64_t began_us);
/* Kafka has acknowledged a record that was handed over then (monotonic). */
void metrics_acknowledged(int64_t sent_us);
/* Partitions that are ours, and of them those that are held by a gap. */
void metrics_places(const Places *places);

#endif
