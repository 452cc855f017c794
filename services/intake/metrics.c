/*
 * One object for each metric, and where its numbers come from. Counted for each record: an addition costs a small part of a
 * microsecond (tests/bench/metrics_bench), a record some fifty.
 */
#include "metrics.h"

#include "base/clock.h"

#include "domain/mapping_language.h"

#include <assert.h>
#include <string.h>

enum { SOURCES_MAX = 100, OUTCOMES = 6, RULES_MAX = 32 };

static const double US_PER_S = 1e6;
static const double BATCH_RECORDS[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10000, 100000};
/* A department's clock and ours differ by a second or so; history and night runs are hours old. */
static const double AGE_SECONDS[] = {0.05, 0.1, 0.25, 0.5,  1,    2.5,  5,     10,
                                     30,   60,  300,  1800, 3600, 7200, 86400, 604800};

static Metric records = {
    .name = "onecase_intake_records_total",
    .type = METRIC_COUNTER,
    .labels = {"source", "outcome"},
    .series_max = SOURCES_MAX * OUTCOMES,
    .help = "Records on onecase.report that Kafka has acknowledged (a departmental record gives "
            "one for each of its items), by source and by what became of them: report, update, "
            "assignment, inspection, ignored, dead."};
static Metric dead_letters = {
    .name = "onecase_intake_dead_letters_total",
    .type = METRIC_COUNTER,
    .labels = {"source", "rule"},
    .series_max = SOURCES_MAX * RULES_MAX,
    .help = "Dead letters that Kafka has acknowledged, by source and by the rule that they break."};
static Metric batch_records = {.name = "onecase_intake_batch_records",
                               .type = METRIC_HISTOGRAM,
                               .bounds = BATCH_RECORDS,
                               .bound_count = sizeof(BATCH_RECORDS) / sizeof(BATCH_RECORDS[0]),
                               .help = "Departmental records that were read and done together."};
static Metric batch_seconds = {.name = "onecase_intake_batch_seconds",
                               .type = METRIC_HISTOGRAM,
                               .bounds = METRIC_SECONDS,
                               .bound_count = METRIC_SECONDS_COUNT,
                               .help = "Seconds from reading a batch of departmental records until "
                                       "all that came of it is acknowledged, outages included."};
static Metric send_seconds = {
    .name = "onecase_intake_send_seconds",
    .type = METRIC_HISTOGRAM,
    .bounds = METRIC_SECONDS,
    .bound_count = METRIC_SECONDS_COUNT,
    .help = "Seconds from handing a record of onecase.report or onecase.deadletter over to the "
            "client until Kafka has acknowledged it."};
static Metric record_age_seconds = {
    .name = "onecase_intake_record_age_seconds",
    .type = METRIC_HISTOGRAM,
    .labels = {"source"},
    .bounds = AGE_SECONDS,
    .bound_count = sizeof(AGE_SECONDS) / sizeof(AGE_SECONDS[0]),
    .series_max = SOURCES_MAX,
    .help = "Seconds from the time stamp of a departmental record until what came of it is "
            "acknowledged; without history (TOPIC.backfill) and released dead letters."};
static Metric partitions = {.name = "onecase_intake_partitions",
                            .type = METRIC_GAUGE,
                            .help = "Partitions of departmental topics that this process reads."};
static Metric held_partitions = {.name = "onecase_intake_held_partitions",
                                 .type = METRIC_GAUGE,
                                 .help =
                                     "Partitions of this process that are held because records "
                                     "went before they were read, or their topic was made anew."};
static Metric released = {.name = "onecase_intake_released_total",
                          .type = METRIC_COUNTER,
                          .help =
                              "Dead letters that were released and came back through "
                              "onecase.redrive; they count in onecase_intake_records_total too."};

Metric *const INTAKE_METRICS[INTAKE_METRICS_COUNT] = {
    &records,       &dead_letters,    &batch_records,
    &batch_seconds, &send_seconds,    &record_age_seconds,
    &partitions,    &held_partitions, &released,
};

static const Text OTHER = {"other", 5};

/* A dead letter that was released names what it came from; a mapping may be gone since. */
static Text source_label(const Sources *sources, Text source)
{
    size_t count;
    const Mapping *const *mappings = sources_mappings(sources, &count);
    for (size_t i = 0; i < count; i++)
        if (text_equal(mapping_source(mappings[i]), source))
            return source;
    return OTHER;
}

/* Rules beside those of mappings: what Kafka refuses, what ends the process, and what is wrong with a released dead letter. */
static Text rule_label(Text rule)
{
    static const char *const OWN[] = {"too_large", "refused", "crash", "no_source", "truncated",
                                      "digest",    "item",    "head",  "header"};
    static_assert(sizeof(OWN) / sizeof(OWN[0]) < RULES_MAX, "room for the rules of mappings too");
    size_t count;
    const LanguageRule *rules = language_rules(&count);
    for (size_t i = 0; i < count; i++)
        if (text_is(rule, rules[i].rule))
            return rule;
    for (size_t i = 0; i < sizeof(OWN) / sizeof(OWN[0]); i++)
        if (text_is(rule, OWN[i]))
            return rule;
    return OTHER;
}

static double seconds_since(int64_t then_us, int64_t now_us)
{
    return now_us > then_us ? (double)(now_us - then_us) / US_PER_S : 0;
}

/* The first item speaks for the record. */
static bool is_live(const Outgoing *outgoing)
{
    const RecordHead *head = &outgoing->head;
    return head->attempt == 1 && !head->backfill && head->origin.item == 0 &&
           outgoing->source->timestamp_us > 0;
}

static void count(const Outgoing *outgoing, const Sources *sources, int64_t now_us)
{
    const RecordHead *head = &outgoing->head;
    Text source = source_label(sources, head->source);
    metric_add(&records, METRIC_VALUES(source, text_from(record_kind_name(head->kind))), 1);
    if (head->kind == RECORD_DEAD)
        metric_add(&dead_letters, METRIC_VALUES(source, rule_label(outgoing->note.rule)), 1);
    if (head->attempt > 1)
        metric_add(&released, NULL, 1);
    if (is_live(outgoing))
        metric_observe(&record_age_seconds, METRIC_VALUES(source),
                       seconds_since(outgoing->source->timestamp_us, now_us));
}

void metrics_begin(const Sources *sources)
{
    static const RecordKind KINDS[] = {RECORD_REPORT,     RECORD_UPDATE,  RECORD_ASSIGNMENT,
                                       RECORD_INSPECTION, RECORD_IGNORED, RECORD_DEAD};
    static_assert(sizeof(KINDS) / sizeof(KINDS[0]) == OUTCOMES, "one for each outcome");
    size_t count;
    const Mapping *const *mappings = sources_mappings(sources, &count);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < OUTCOMES; k++)
            metric_add(
                &records,
                METRIC_VALUES(mapping_source(mappings[i]), text_from(record_kind_name(KINDS[k]))),
                0);
}

void metrics_round(const Batch *batch, const Sources *sources)
{
    int64_t now_us = clock_wall_us();
    for (size_t i = 0; i < batch->outgoing_count; i++)
        if (outgoing_done(&batch->outgoings[i]))
            count(&batch->outgoings[i], sources, now_us);
}

void metrics_batch(size_t count, int64_t began_us)
{
    metric_observe(&batch_records, NULL, (double)count);
    metric_observe(&batch_seconds, NULL, seconds_since(began_us, clock_monotonic_us()));
}

void metrics_acknowledged(int64_t sent_us)
{
    metric_observe(&send_seconds, NULL, seconds_since(sent_us, clock_monotonic_us()));
}

void metrics_places(const Places *places)
{
    size_t held = 0;
    for (size_t i = 0; i < places->count; i++)
        held += places->items[i].held;
    metric_set(&partitions, NULL, (double)places->count);
    metric_set(&held_partitions, NULL, (double)held);
}
