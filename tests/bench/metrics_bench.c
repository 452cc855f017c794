/*
 * What counting costs: one addition to a counter with two labels, one observation of a histogram, and what the matcher and intake
 * do for a record, among as many series as a hub of ten sources has. CPU time, best of five, one thread.
 *
 *   metrics_bench [--sources N]
 */
#include "base/clock.h"
#include "base/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 5, CALLS = 1000000, SOURCES_MAX = 64, NAME_SIZE = 16 };

static const char *const OUTCOMES[] = {"report", "inspection", "update",      "assignment",
                                       "dead",   "ignored",    "redelivered", "forwarded"};
enum { OUTCOME_COUNT = sizeof(OUTCOMES) / sizeof(OUTCOMES[0]) };

static Metric records = {.name = "onecase_bench_records_total",
                         .type = METRIC_COUNTER,
                         .labels = {"source", "outcome"},
                         .series_max = SOURCES_MAX * OUTCOME_COUNT,
                         .help = "Of the bench."};
static Metric seconds = {.name = "onecase_bench_age_seconds",
                         .type = METRIC_HISTOGRAM,
                         .bounds = METRIC_SECONDS,
                         .bound_count = METRIC_SECONDS_COUNT,
                         .help = "Of the bench."};
static Metric ages = {.name = "onecase_bench_source_age_seconds",
                      .type = METRIC_HISTOGRAM,
                      .labels = {"source"},
                      .bounds = METRIC_SECONDS,
                      .bound_count = METRIC_SECONDS_COUNT,
                      .help = "Of the bench."};

static char names[SOURCES_MAX][NAME_SIZE];

static double cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void add(int sources, int call)
{
    metric_add(&records,
               METRIC_VALUES(text_from(names[call % sources]),
                             text_from(OUTCOMES[call / sources % OUTCOME_COUNT])),
               1);
}

/* Ages of a tenth of a millisecond to some minutes, so that every bucket is met. */
static void observe(int sources, int call)
{
    (void)sources;
    metric_observe(&seconds, NULL, 0.0001 * (double)(1 << call % 22));
}

static void matcher_record(int sources, int call)
{
    add(sources, call);
    observe(sources, call);
}

/* Its acknowledgement is timed besides. */
static void intake_record(int sources, int call)
{
    int64_t sent_us = clock_monotonic_us();
    add(sources, call);
    metric_observe(&ages, METRIC_VALUES(text_from(names[call % sources])), 0.01);
    metric_observe(&seconds, NULL, (double)(clock_monotonic_us() - sent_us) / 1e6);
}

static void measure(const char *what, int sources, void (*act)(int sources, int call))
{
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double start = cpu_ns();
        for (int i = 0; i < CALLS; i++)
            act(sources, i);
        double each = (cpu_ns() - start) / CALLS;
        if (round == 0 || each < best)
            best = each;
    }
    printf("%-28s %6.0f ns\n", what, best);
}

int main(int argc, char **argv)
{
    bool told = argc == 3 && strcmp(argv[1], "--sources") == 0;
    int sources = told ? (int)strtol(argv[2], NULL, 10) : 10;
    if ((argc != 1 && !told) || sources < 1 || sources > SOURCES_MAX) {
        fprintf(stderr, "usage: metrics_bench [--sources N], N from 1 to %d\n", SOURCES_MAX);
        return EXIT_FAILURE;
    }
    for (int i = 0; i < sources; i++)
        snprintf(names[i], NAME_SIZE, "SOURCE%02d", i);
    measure("counter with two labels", sources, add);
    measure("histogram", sources, observe);
    measure("a record of the matcher", sources, matcher_record);
    measure("a record of intake", sources, intake_record);
    return EXIT_SUCCESS;
}
