#ifndef ONECASE_BASE_METRICS_H
#define ONECASE_BASE_METRICS_H

#include "base/text.h"
#include "base/text_builder.h"

/*
 * What a program counts, for Prometheus (text format 0.0.4). A metric is declared once, as a file-scope object with its help text:
 *
 *   static Metric records = {
 *       .name = "onecase_intake_records_total", .type = METRIC_COUNTER, .labels = {"source", "outcome"}, .series_max = 400,
 *       .help = "Records of departmental topics that were dealt with, by what became of them."};
 *
 * and named in the program's list (MetricList), from which the documentation page is made. Counters end in _total, gauges and
 * histograms in their unit (_seconds, _bytes, _messages, _ratio, or the noun in the plural).
 *
 * Labels are bounded: beyond `series_max` series a new combination of values counts under "other" in each label. Values must be
 * names from configuration or code, never a record's own text.
 *
 * Safe from any thread: one lock for all metrics of the process, held for a lookup and an addition.
 */
typedef enum MetricType {
    METRIC_COUNTER,
    METRIC_GAUGE,
    METRIC_HISTOGRAM,
    METRIC_SUMMARY /* quantiles that somebody else worked out: by metric_write_head and _sample alone */
} MetricType;

enum { METRIC_LABELS_MAX = 4, METRIC_BOUNDS_MAX = 24 };

typedef struct MetricSeries MetricSeries;

typedef struct Metric {
    const char *name;
    MetricType type;
    const char *help;                      /* one English sentence, unit included */
    const char *labels[METRIC_LABELS_MAX]; /* names, the rest NULL */
    const double *bounds;                  /* histogram: upper bounds, rising, without +Inf */
    size_t bound_count;
    size_t series_max;    /* 0: as many as METRIC_SERIES_DEFAULT */
    MetricSeries *series; /* metrics.c's own */
} Metric;

enum { METRIC_SERIES_DEFAULT = 100 };

typedef struct MetricList {
    Metric *const *items;
    size_t count;
} MetricList;

/* Bounds that serve most durations: 1 ms to 10 min. */
enum { METRIC_SECONDS_COUNT = 18 };
extern const double METRIC_SECONDS[METRIC_SECONDS_COUNT];

/* Label values in the order of the names; missing ones are "". METRIC_VALUES("HOTLINE", "report") */
typedef struct MetricValues {
    Text values[METRIC_LABELS_MAX];
} MetricValues;

/* Adds to a counter (by >= 0) or a gauge. `values` NULL: no labels. */
void metric_add(Metric *metric, const MetricValues *values, double by);
/* Sets a gauge. */
void metric_set(Metric *metric, const MetricValues *values, double value);
/* Puts one observation into a histogram. */
void metric_observe(Metric *metric, const MetricValues *values, double value);
/* Forgets all series of a metric, where what they were about may be gone. */
void metric_clear(Metric *metric);
/* The value of one series; of a histogram the number of observations. 0 when there is none. */
double metric_value(const Metric *metric, const MetricValues *values);

/* All series of the list in text form: `# HELP`, `# TYPE`, samples; a metric without series and without labels is 0. */
void metrics_write(MetricList list, TextBuilder *out);

/* For programs that keep their numbers elsewhere: the head of a metric, and one sample of it. */
void metric_write_head(const Metric *metric, TextBuilder *out);
void metric_write_sample(const Metric *metric,
                         const MetricValues *values,
                         double value,
                         TextBuilder *out);

/* A table for people (Markdown): name, type, labels, help. */
void metrics_describe(MetricList list, TextBuilder *out);

#define METRIC_VALUES(...) (&(const MetricValues){{__VA_ARGS__}})

#endif
