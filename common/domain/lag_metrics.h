#ifndef ONECASE_DOMAIN_LAG_METRICS_H
#define ONECASE_DOMAIN_LAG_METRICS_H

#include "base/metrics.h"

#include "domain/lag_report.h"

/*
 * A report as metrics for Prometheus. They are written from the report each time, so that what is gone (a partition, a group, a source)
 * leaves no series behind. A value that is not known has no sample.
 */
extern const MetricList LAG_METRICS;

/* `cycle_ms`: how long the look took that the report was made of. */
void lag_metrics_write(const LagReport *report, int64_t cycle_ms, TextBuilder *out);

#endif
