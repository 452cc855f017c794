#ifndef ONECASE_MATCHER_METRICS_H
#define ONECASE_MATCHER_METRICS_H

#include "batch.h"

#include "base/metrics.h"

/*
 * What the matcher counts (docs/metrics.md says what each number means). All of it counts when its transaction has committed: a batch
 * that was rolled back and decided again counts once.
 *
 * The matcher knows no mapping files. A source gets a label of its own by a record of it that was stored as intake made it, as
 * long as there are no more than METRICS_SOURCES_MAX; what else a record names counts as "other".
 */
enum { MATCHER_METRICS_COUNT = 16, METRICS_SOURCES_MAX = 64 };
extern Metric *const MATCHER_METRICS[MATCHER_METRICS_COUNT];

/* When a batch began, when its rows began to be written, when it had committed (clock_monotonic_us). */
typedef struct BatchTimes {
    int64_t began_us;
    int64_t saved_us;
    int64_t committed_us;
} BatchTimes;

/*
 * Series whose labels are known beforehand stand at 0 from the start: what begins at 1 is no increase to Prometheus. May be called
 * again.
 */
void metrics_begin(void);

void metrics_committed(const Batch *batch, const BatchTimes *times);
/* A batch was rolled back, or its fate is unknown: what follows is said by the verdict. */
void metrics_rolled_back(ErrorVerdict verdict);
/* Decisions that were stored; counts[Outcome]. */
void metrics_decided(const int64_t counts[DECIDE_OUTCOMES]);

/* What stands now. */
typedef struct MatcherGauges {
    int32_t partitions;
    int32_t refusing;
    int32_t waiting;
    int32_t lost;
    HazardSurvey memory;
    int64_t survey_us; /* that the survey took */
} MatcherGauges;

void metrics_gauges(const MatcherGauges *gauges);

#endif
