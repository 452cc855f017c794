/*
 * Metrics of a process. Each keeps its series in a table of its own:
 *
 *   Metric ──► MetricSeries: arena, items[count] (in the order in which they were first seen), index: hash of the values ─► 1 + position
 *                            └► Series: values, value | sum and counts[bound_count + 1], next of the same hash
 *
 * Counts of a histogram are kept for each bucket alone and added up when they are written. One lock guards all of them: it is held for
 * a lookup and an addition, and while a page is written.
 */
#include "base/metrics.h"

#include "base/map.h"
#include "base/unicode.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { SERIES_BLOCK_BYTES = 1024, NUMBER_BYTES = 40 };

const double METRIC_SECONDS[METRIC_SECONDS_COUNT] = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600};

typedef struct Series {
    MetricValues values;
    double value;     /* of a histogram: the sum of what was observed */
    uint64_t *counts; /* of a histogram: of each bucket, the last one without a bound */
    size_t next;      /* 1 + position of the next series of the same hash; 0: none */
} Series;

struct MetricSeries {
    Arena *arena;
    Series *items;
    size_t count;
    size_t capacity;
    Map *index;
};

static const char *const TYPE_NAMES[] = {
    [METRIC_COUNTER] = "counter",
    [METRIC_GAUGE] = "gauge",
    [METRIC_HISTOGRAM] = "histogram",
    [METRIC_SUMMARY] = "summary",
};
static const MetricValues NO_VALUES;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static size_t label_count(const Metric *metric)
{
    size_t count = 0;
    while (count < METRIC_LABELS_MAX && metric->labels[count] != NULL)
        count++;
    return count;
}

static uint64_t hash_of(const MetricValues *values, size_t labels)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < labels; i++)
        hash = hash * UINT64_C(0x9E3779B97F4A7C15) + text_hash(values->values[i]);
    return hash;
}

static bool same_values(const MetricValues *a, const MetricValues *b, size_t labels)
{
    for (size_t i = 0; i < labels; i++)
        if (!text_equal(a->values[i], b->values[i]))
            return false;
    return true;
}

/* NULL: there is none. */
static Series *find(const Metric *metric, const MetricValues *values, size_t labels)
{
    const MetricSeries *all = metric->series;
    uint64_t place = 0;
    if (all == NULL || !map_get(all->index, hash_of(values, labels), &place))
        return NULL;
    for (; place != 0; place = all->items[place - 1].next)
        if (same_values(&all->items[place - 1].values, values, labels))
            return &all->items[place - 1];
    return NULL;
}

/* A label that is no UTF-8 would have Prometheus refuse the whole page. */
static MetricValues fit_to_print(const MetricValues *values, size_t labels)
{
    MetricValues fit = {0};
    for (size_t i = 0; values != NULL && i < labels; i++)
        fit.values[i] = unicode_valid(values->values[i]) ? values->values[i] : TEXT("invalid");
    return fit;
}

static Series *add_series(Metric *metric, const MetricValues *values, size_t labels)
{
    MetricSeries *all = metric->series;
    if (all->count == all->capacity) {
        size_t capacity = all->capacity == 0 ? 4 : all->capacity * 2;
        all->items = arena_grow(all->arena, all->items, all->capacity * sizeof(Series),
                                capacity * sizeof(Series));
        all->capacity = capacity;
    }
    Series *series = &all->items[all->count++];
    *series = (Series){0};
    for (size_t i = 0; i < labels; i++)
        series->values.values[i] = text_copy(all->arena, values->values[i]);
    if (metric->type == METRIC_HISTOGRAM)
        series->counts = ARENA_ARRAY(all->arena, uint64_t, metric->bound_count + 1);
    uint64_t hash = hash_of(values, labels);
    uint64_t before = 0;
    if (map_get(all->index, hash, &before))
        series->next = before;
    map_put(all->index, hash, all->count);
    return series;
}

/* The series of these values, made when it is new; that of "other" when there are as many as may be. */
static Series *series_of(Metric *metric, const MetricValues *given)
{
    size_t labels = label_count(metric);
    size_t most = metric->series_max != 0 ? metric->series_max : METRIC_SERIES_DEFAULT;
    MetricValues values = fit_to_print(given, labels);
    if (metric->series == NULL) {
        metric->series = calloc(1, sizeof *metric->series);
        if (metric->series == NULL)
            abort(); /* out of memory */
        metric->series->arena = arena_new(SERIES_BLOCK_BYTES);
        metric->series->index = map_new();
    }
    Series *series = find(metric, &values, labels);
    if (series != NULL)
        return series;
    if (labels == 0 || metric->series->count < most)
        return add_series(metric, &values, labels);
    static const MetricValues OTHER = {{{"other", 5}, {"other", 5}, {"other", 5}, {"other", 5}}};
    series = find(metric, &OTHER, labels);
    return series != NULL ? series : add_series(metric, &OTHER, labels);
}

void metric_add(Metric *metric, const MetricValues *values, double by)
{
    assert(metric->type == METRIC_GAUGE || (metric->type == METRIC_COUNTER && by >= 0));
    pthread_mutex_lock(&lock);
    series_of(metric, values)->value += by;
    pthread_mutex_unlock(&lock);
}

void metric_set(Metric *metric, const MetricValues *values, double value)
{
    assert(metric->type == METRIC_GAUGE);
    pthread_mutex_lock(&lock);
    series_of(metric, values)->value = value;
    pthread_mutex_unlock(&lock);
}

void metric_observe(Metric *metric, const MetricValues *values, double value)
{
    assert(metric->type == METRIC_HISTOGRAM && metric->bound_count <= METRIC_BOUNDS_MAX);
    size_t bucket = 0;
    while (bucket < metric->bound_count && !(value <= metric->bounds[bucket]))
        bucket++;
    pthread_mutex_lock(&lock);
    Series *series = series_of(metric, values);
    series->counts[bucket]++;
    series->value += value;
    pthread_mutex_unlock(&lock);
}

void metric_clear(Metric *metric)
{
    pthread_mutex_lock(&lock);
    MetricSeries *all = metric->series;
    if (all != NULL) {
        map_clear(all->index);
        arena_reset(all->arena);
        all->items = NULL;
        all->count = all->capacity = 0;
    }
    pthread_mutex_unlock(&lock);
}

static uint64_t observations(const Metric *metric, const Series *series)
{
    uint64_t count = 0;
    for (size_t i = 0; i <= metric->bound_count; i++)
        count += series->counts[i];
    return count;
}

double metric_value(const Metric *metric, const MetricValues *values)
{
    double value = 0;
    pthread_mutex_lock(&lock);
    const Series *series = find(metric, values != NULL ? values : &NO_VALUES, label_count(metric));
    if (series != NULL)
        value =
            metric->type == METRIC_HISTOGRAM ? (double)observations(metric, series) : series->value;
    pthread_mutex_unlock(&lock);
    return value;
}

/* As few digits as lead back to the same number. */
static void write_number(TextBuilder *out, double value)
{
    char digits[NUMBER_BYTES];
    if (isnan(value)) {
        builder_string(out, "NaN");
    } else if (isinf(value)) {
        builder_string(out, value > 0 ? "+Inf" : "-Inf");
    } else if (value == trunc(value) && fabs(value) < 1e15) {
        builder_int(out, (int64_t)value);
    } else {
        for (int precision = 6; precision <= 17; precision++) {
            snprintf(digits, sizeof digits, "%.*g", precision, value);
            if (strtod(digits, NULL) == value)
                break;
        }
        builder_string(out, digits);
    }
}

static void write_escaped(TextBuilder *out, Text text, bool quotes)
{
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        if (byte == '\n') {
            builder_string(out, "\\n");
        } else {
            if (byte == '\\' || (quotes && byte == '"'))
                builder_char(out, '\\');
            builder_char(out, byte);
        }
    }
}

void metric_write_head(const Metric *metric, TextBuilder *out)
{
    builder_format(out, "# HELP %s ", metric->name);
    write_escaped(out, text_from(metric->help), false);
    builder_format(out, "\n# TYPE %s %s\n", metric->name, TYPE_NAMES[metric->type]);
}

/* NAME SUFFIX { labels, le } VALUE; `bound` NULL: no label le. */
static void write_line(const Metric *metric,
                       const char *suffix,
                       const MetricValues *values,
                       const double *bound,
                       double value,
                       TextBuilder *out)
{
    size_t labels = label_count(metric);
    builder_format(out, "%s%s", metric->name, suffix);
    for (size_t i = 0; i < labels; i++) {
        builder_format(out, "%c%s=\"", i == 0 ? '{' : ',', metric->labels[i]);
        write_escaped(out, values->values[i], true);
        builder_char(out, '"');
    }
    if (bound != NULL) {
        builder_string(out, labels == 0 ? "{le=\"" : ",le=\"");
        write_number(out, *bound);
        builder_char(out, '"');
    }
    builder_string(out, labels > 0 || bound != NULL ? "} " : " ");
    write_number(out, value);
    builder_char(out, '\n');
}

void metric_write_sample(const Metric *metric,
                         const MetricValues *values,
                         double value,
                         TextBuilder *out)
{
    assert(metric->type != METRIC_HISTOGRAM);
    write_line(metric, "", values != NULL ? values : &NO_VALUES, NULL, value, out);
}

static void write_histogram(const Metric *metric, const Series *series, TextBuilder *out)
{
    uint64_t count = 0;
    for (size_t i = 0; i <= metric->bound_count; i++) {
        double bound = i < metric->bound_count ? metric->bounds[i] : (double)INFINITY;
        count += series->counts[i];
        write_line(metric, "_bucket", &series->values, &bound, (double)count, out);
    }
    write_line(metric, "_sum", &series->values, NULL, series->value, out);
    write_line(metric, "_count", &series->values, NULL, (double)count, out);
}

static void write_series(const Metric *metric, const Series *series, TextBuilder *out)
{
    if (metric->type == METRIC_HISTOGRAM)
        write_histogram(metric, series, out);
    else
        metric_write_sample(metric, &series->values, series->value, out);
}

void metrics_write(MetricList list, TextBuilder *out)
{
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < list.count; i++) {
        const Metric *metric = list.items[i];
        const MetricSeries *all = metric->series;
        size_t count = all == NULL ? 0 : all->count;
        metric_write_head(metric, out);
        for (size_t j = 0; j < count; j++)
            write_series(metric, &all->items[j], out);
        uint64_t zeros[METRIC_BOUNDS_MAX + 1] = {0};
        if (count == 0 && label_count(metric) == 0)
            write_series(metric, &(Series){.counts = zeros}, out);
    }
    pthread_mutex_unlock(&lock);
}

void metrics_describe(MetricList list, TextBuilder *out)
{
    builder_string(out, "| Name | Type | Labels | Meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; i < list.count; i++) {
        const Metric *metric = list.items[i];
        builder_format(out, "| `%s` | %s | ", metric->name, TYPE_NAMES[metric->type]);
        for (size_t j = 0; j < label_count(metric); j++)
            builder_format(out, "%s`%s`", j == 0 ? "" : ", ", metric->labels[j]);
        builder_format(out, " | %s |\n", metric->help);
    }
}
