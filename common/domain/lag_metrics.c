/*
 * Tables of metrics, each with the function that takes its value out of a partition, a group or a source; one loop for each table.
 */
#include "domain/lag_metrics.h"

#include <math.h>
#include <stdio.h>

#define GAUGE(variable_, name_, help_, ...)                                                        \
    static Metric variable_ = {                                                                    \
        .name = (name_), .type = METRIC_GAUGE, .labels = {__VA_ARGS__}, .help = (help_)}

GAUGE(lag_messages,
      "onecase_lag_messages",
      "Records that wait in the partition.",
      "group",
      "topic",
      "partition");
GAUGE(lag_seconds,
      "onecase_lag_seconds",
      "Age of the record that is read next, in seconds; 0 when none waits.",
      "group",
      "topic",
      "partition");
GAUGE(lag_severity,
      "onecase_lag_severity",
      "Verdict: 0 OK, 1 CATCHING_UP, 2 SLOW, 3 STALLED, 4 STOPPED, 5 REWOUND, 6 AT_RISK, "
      "7 REFUSING, 8 LOST, 9 DATABASE_DOWN.",
      "group",
      "topic",
      "partition");
GAUGE(lag_since,
      "onecase_lag_verdict_since_timestamp_seconds",
      "When the verdict began, in seconds since 1970 UTC.",
      "group",
      "topic",
      "partition");
GAUGE(lag_in,
      "onecase_lag_records_in_per_second",
      "Records that come into the partition, each second.",
      "group",
      "topic",
      "partition");
GAUGE(lag_out,
      "onecase_lag_records_out_per_second",
      "Records that the group gets done, each second.",
      "group",
      "topic",
      "partition");
GAUGE(lag_catch_up,
      "onecase_lag_catch_up_seconds",
      "Seconds that the backlog takes at these rates; no sample when it does not shrink.",
      "group",
      "topic",
      "partition");
GAUGE(lag_retention_left,
      "onecase_lag_retention_left_seconds",
      "Seconds until retention takes the record that is read next.",
      "group",
      "topic",
      "partition");
GAUGE(lag_progress,
      "onecase_lag_last_progress_timestamp_seconds",
      "When the group last got something done, in seconds since 1970 UTC.",
      "group",
      "topic",
      "partition");
GAUGE(group_messages,
      "onecase_group_lag_messages",
      "Records that wait in all partitions of the group.",
      "group");
GAUGE(group_seconds,
      "onecase_group_lag_seconds",
      "Age of the oldest record that waits for the group, in seconds.",
      "group");
GAUGE(group_severity,
      "onecase_group_severity",
      "Worst verdict of the group's partitions, numbers as of onecase_lag_severity.",
      "group");
static Metric group_verdict = {.name = "onecase_group_verdict",
                               .type = METRIC_GAUGE,
                               .labels = {"group", "verdict"},
                               .help = "1 for the verdict on the group, 0 for the others."};
GAUGE(instance_severity,
      "onecase_instance_severity",
      "Verdict on a process that has answered before, numbers as of onecase_lag_severity.",
      "service",
      "instance");
GAUGE(instance_up,
      "onecase_instance_up",
      "1 when the process answers that it gets on.",
      "service",
      "instance");
static Metric source_freshness = {
    .name = "onecase_source_freshness_seconds",
    .type = METRIC_SUMMARY,
    .labels = {"source", "quantile"},
    .help = "Seconds from the department's own time of a report to its row in the database."};
GAUGE(source_newest,
      "onecase_source_newest_timestamp_seconds",
      "When the newest report of the source was stored, in seconds since 1970 UTC.",
      "source");
GAUGE(source_age,
      "onecase_source_age_seconds",
      "Age of what the database does not know yet of the source, in seconds; 0 when nothing waits.",
      "source");
static Metric source_held_up = {
    .name = "onecase_source_held_up",
    .type = METRIC_GAUGE,
    .labels = {"source", "hop"},
    .help = "1 for the hop that holds up the source: intake, matcher or department."};
GAUGE(kafka_up, "onecase_kafka_up", "1 when Kafka answers lagwatch.", NULL);
GAUGE(database_up, "onecase_database_up", "1 when PostgreSQL answers lagwatch.", NULL);
GAUGE(cycle_seconds,
      "onecase_lagwatch_cycle_seconds",
      "Seconds that lagwatch's last look took.",
      NULL);
GAUGE(last_cycle,
      "onecase_lagwatch_last_cycle_timestamp_seconds",
      "When lagwatch last looked, in seconds since 1970 UTC.",
      NULL);
GAUGE(partitions_watched,
      "onecase_lagwatch_partitions",
      "Partitions that lagwatch watches, counted for each group.",
      NULL);

static Metric *const ITEMS[] = {
    &lag_messages,     &lag_seconds,    &lag_severity,       &lag_since,          &lag_in,
    &lag_out,          &lag_catch_up,   &lag_retention_left, &lag_progress,       &group_messages,
    &group_seconds,    &group_severity, &group_verdict,      &instance_severity,  &instance_up,
    &source_freshness, &source_newest,  &source_age,         &source_held_up,     &kafka_up,
    &database_up,      &cycle_seconds,  &last_cycle,         &partitions_watched,
};
const MetricList LAG_METRICS = {ITEMS, sizeof(ITEMS) / sizeof(ITEMS[0])};

/* NAN: not known, no sample. */
static double known(double value)
{
    return value < 0 ? (double)NAN : value;
}

static double seconds(int64_t ms)
{
    return ms == LAG_UNKNOWN ? (double)NAN : (double)ms / 1000.0;
}

static void sample(const Metric *metric, const MetricValues *values, double value, TextBuilder *out)
{
    if (!isnan(value))
        metric_write_sample(metric, values, value, out);
}

/* ---- partitions ---- */

static double messages_of(const LagPartition *partition)
{
    return known((double)partition->judgement.messages);
}

static double late_of(const LagPartition *partition)
{
    return seconds(partition->judgement.late_ms);
}

static double severity_of(const LagPartition *partition)
{
    return (double)partition->judgement.verdict;
}

static double since_of(const LagPartition *partition)
{
    return seconds(partition->judgement.since_ms);
}

static double in_of(const LagPartition *partition)
{
    return known(partition->judgement.in_per_s);
}

static double out_of(const LagPartition *partition)
{
    return known(partition->judgement.out_per_s);
}

static double catch_up_of(const LagPartition *partition)
{
    return known(partition->judgement.catch_up_s);
}

static double retention_left_of(const LagPartition *partition)
{
    return seconds(partition->judgement.retention_left_ms);
}

static double progress_of(const LagPartition *partition)
{
    return seconds(partition->judgement.progress_ms);
}

static const struct {
    const Metric *metric;
    double (*value)(const LagPartition *partition);
} OF_PARTITION[] = {
    {&lag_messages, messages_of},
    {&lag_seconds, late_of},
    {&lag_severity, severity_of},
    {&lag_since, since_of},
    {&lag_in, in_of},
    {&lag_out, out_of},
    {&lag_catch_up, catch_up_of},
    {&lag_retention_left, retention_left_of},
    {&lag_progress, progress_of},
};

static void write_partitions(const LagReport *report, TextBuilder *out)
{
    char digits[16];
    for (size_t row = 0; row < sizeof(OF_PARTITION) / sizeof(OF_PARTITION[0]); row++) {
        metric_write_head(OF_PARTITION[row].metric, out);
        for (size_t i = 0; i < report->group_count; i++) {
            const LagGroup *group = &report->groups[i];
            for (size_t k = 0; k < group->partition_count; k++) {
                const LagPartition *partition = &group->partitions[k];
                snprintf(digits, sizeof(digits), "%d", (int)partition->partition);
                sample(OF_PARTITION[row].metric,
                       METRIC_VALUES(group->group, partition->topic, text_from(digits)),
                       OF_PARTITION[row].value(partition), out);
            }
        }
    }
}

/* ---- groups ---- */

static void write_groups(const LagReport *report, TextBuilder *out)
{
    metric_write_head(&group_messages, out);
    for (size_t i = 0; i < report->group_count; i++)
        sample(&group_messages, METRIC_VALUES(report->groups[i].group),
               known((double)report->groups[i].messages), out);
    metric_write_head(&group_seconds, out);
    for (size_t i = 0; i < report->group_count; i++)
        sample(&group_seconds, METRIC_VALUES(report->groups[i].group),
               seconds(report->groups[i].late_ms), out);
    metric_write_head(&group_severity, out);
    for (size_t i = 0; i < report->group_count; i++)
        sample(&group_severity, METRIC_VALUES(report->groups[i].group),
               (double)report->groups[i].verdict, out);
    metric_write_head(&group_verdict, out);
    for (size_t i = 0; i < report->group_count; i++)
        for (LagVerdict verdict = LAG_OK; verdict < LAG_VERDICT_COUNT; verdict++)
            sample(&group_verdict,
                   METRIC_VALUES(report->groups[i].group, text_from(lag_verdict_name(verdict))),
                   report->groups[i].verdict == verdict ? 1.0 : 0.0, out);
}

/* A process that has never answered is not told: it may live on another host. */
static void write_instances(const LagReport *report, TextBuilder *out)
{
    metric_write_head(&instance_severity, out);
    for (size_t i = 0; i < report->instance_count; i++)
        if (report->instances[i].known)
            sample(&instance_severity,
                   METRIC_VALUES(report->instances[i].service, report->instances[i].address),
                   (double)report->instances[i].verdict, out);
    metric_write_head(&instance_up, out);
    for (size_t i = 0; i < report->instance_count; i++)
        if (report->instances[i].known)
            sample(&instance_up,
                   METRIC_VALUES(report->instances[i].service, report->instances[i].address),
                   report->instances[i].verdict == LAG_OK ? 1.0 : 0.0, out);
}

/* ---- sources ---- */

static void write_freshness(const LagSource *source, TextBuilder *out)
{
    if (source->count <= 0)
        return;
    sample(&source_freshness, METRIC_VALUES(source->source, TEXT("0.5")), known(source->p50_s),
           out);
    sample(&source_freshness, METRIC_VALUES(source->source, TEXT("0.99")), known(source->p99_s),
           out);
}

static void write_sources(const LagReport *report, TextBuilder *out)
{
    metric_write_head(&source_freshness, out);
    for (size_t i = 0; i < report->source_count; i++)
        write_freshness(&report->sources[i], out);
    metric_write_head(&source_newest, out);
    for (size_t i = 0; i < report->source_count; i++)
        sample(&source_newest, METRIC_VALUES(report->sources[i].source),
               seconds(report->sources[i].newest_ms), out);
    metric_write_head(&source_age, out);
    for (size_t i = 0; i < report->source_count; i++)
        sample(&source_age, METRIC_VALUES(report->sources[i].source),
               seconds(report->sources[i].age_ms), out);
    metric_write_head(&source_held_up, out);
    for (size_t i = 0; i < report->source_count; i++)
        if (!text_is_empty(report->sources[i].hop))
            sample(&source_held_up,
                   METRIC_VALUES(report->sources[i].source, report->sources[i].hop), 1.0, out);
}

/* ---- the rest ---- */

static void write_one(const Metric *metric, double value, TextBuilder *out)
{
    metric_write_head(metric, out);
    sample(metric, NULL, value, out);
}

void lag_metrics_write(const LagReport *report, int64_t cycle_ms, TextBuilder *out)
{
    size_t partitions = 0;
    for (size_t i = 0; i < report->group_count; i++)
        partitions += report->groups[i].partition_count;
    write_partitions(report, out);
    write_groups(report, out);
    write_instances(report, out);
    write_sources(report, out);
    write_one(&kafka_up, report->kafka_up ? 1.0 : 0.0, out);
    write_one(&database_up, report->database_up ? 1.0 : 0.0, out);
    write_one(&cycle_seconds, (double)cycle_ms / 1000.0, out);
    write_one(&last_cycle, (double)report->at_ms / 1000.0, out);
    write_one(&partitions_watched, (double)partitions, out);
}
