/*
 * One object for each metric, and where its numbers come from. Counted for each record: an addition costs a small part of a
 * microsecond (tests/bench/metrics_bench), a record a hundred and more.
 */
#include "metrics.h"

#include "batch_command.h"

#include "base/clock.h"

#include <string.h>

enum {
    OUTCOMES_MAX = 10, /* of records */
    STAGES_MAX = 5,
    COMMAND_SERIES_MAX = 100,
    SOURCE_BYTES_MAX = 64
};

static const double US_PER_S = 1e6;
static const double BATCH_RECORDS[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000};
/* A record is a few milliseconds old when all is well, hours behind an outage, years in a rebuild. */
static const double AGE_SECONDS[] = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5,  1,     2.5,   5,
                                     10,   30,    60,   300, 900,  3600, 21600, 86400, 604800};

static Metric records = {
    .name = "onecase_matcher_records_total",
    .type = METRIC_COUNTER,
    .labels = {"source", "outcome"},
    .series_max = (METRICS_SOURCES_MAX + 1) * OUTCOMES_MAX,
    .help = "Records of onecase.report whose effect is committed, by source and by what became of "
            "them: report, inspection, update, assignment, ignored, dead, redelivered (known "
            "already), forwarded (to the region where its report lives), command, tick."};
static Metric decisions = {
    .name = "onecase_matcher_decisions_total",
    .type = METRIC_COUNTER,
    .labels = {"kind"},
    .help = "Decisions that were stored, by kind: link, review, new, bucket (waits for its place), "
            "moved (out of a bucket), merged (with its hazard into another one)."};
static Metric dead_letters = {.name = "onecase_matcher_dead_letters_total",
                              .type = METRIC_COUNTER,
                              .labels = {"stage"},
                              .series_max = STAGES_MAX,
                              .help =
                                  "Dead letters that the matcher found, by stage: decode (it is no "
                                  "record of intake's), misrouted, write (PostgreSQL refused it), "
                                  "crash; those that intake found are counted there."};
static Metric commands = {.name = "onecase_matcher_commands_total",
                          .type = METRIC_COUNTER,
                          .labels = {"kind", "result"},
                          .series_max = COMMAND_SERIES_MAX,
                          .help = "Commands that were applied (result done) or refused, by kind."};
static Metric batch_records = {.name = "onecase_matcher_batch_records",
                               .type = METRIC_HISTOGRAM,
                               .bounds = BATCH_RECORDS,
                               .bound_count = sizeof(BATCH_RECORDS) / sizeof(BATCH_RECORDS[0]),
                               .help = "Records in one committed transaction."};
static Metric batch_seconds = {.name = "onecase_matcher_batch_seconds",
                               .type = METRIC_HISTOGRAM,
                               .bounds = METRIC_SECONDS,
                               .bound_count = METRIC_SECONDS_COUNT,
                               .help = "Seconds from decoding a batch until its transaction had "
                                       "committed; attempts that were rolled back are not in it."};
static Metric commit_seconds = {
    .name = "onecase_matcher_commit_seconds",
    .type = METRIC_HISTOGRAM,
    .bounds = METRIC_SECONDS,
    .bound_count = METRIC_SECONDS_COUNT,
    .help = "Seconds for sending the rows of a batch to PostgreSQL and for its commit."};
static Metric record_age_seconds = {.name = "onecase_matcher_record_age_seconds",
                                    .type = METRIC_HISTOGRAM,
                                    .bounds = AGE_SECONDS,
                                    .bound_count = sizeof(AGE_SECONDS) / sizeof(AGE_SECONDS[0]),
                                    .help =
                                        "Seconds from when Kafka took a record of onecase.report "
                                        "(LogAppendTime) until its transaction had committed."};
static Metric rollbacks = {
    .name = "onecase_matcher_rollbacks_total",
    .type = METRIC_COUNTER,
    .labels = {"verdict"},
    .help =
        "Batches that were rolled back, by what follows: reject (decided again in halves, to find "
        "the guilty record), retry (again when the server answers, or claimed anew), fatal."};
static Metric partitions = {.name = "onecase_matcher_partitions",
                            .type = METRIC_GAUGE,
                            .help = "Partitions of onecase.report that this process owns."};
static Metric partitions_aside = {
    .name = "onecase_matcher_partitions_aside",
    .type = METRIC_GAUGE,
    .labels = {"state"},
    .help = "Partitions of this process that stand still: REFUSING (PostgreSQL refused too many "
            "records in a row), WAITING (one record never gets done), LOST (records went before "
            "they were read)."};
static Metric hazards = {.name = "onecase_matcher_hazards",
                         .type = METRIC_GAUGE,
                         .help = "Hazards in memory, of the regions whose partitions are ours."};
static Metric generic_keys = {.name = "onecase_matcher_generic_keys",
                              .type = METRIC_GAUGE,
                              .help = "Blocking keys in memory that more than 48 hazards share: "
                                      "those of places propose their latest hazards alone."};
static Metric reviews = {.name = "onecase_matcher_reviews",
                         .type = METRIC_GAUGE,
                         .help = "Hazards in memory with an open case that may be the same as "
                                 "another one, and wait for a person."};
static Metric review_oldest_seconds = {
    .name = "onecase_matcher_review_oldest_seconds",
    .type = METRIC_GAUGE,
    .help = "Seconds since a department knew of the first report of the oldest hazard that waits "
            "for a review; 0 without any."};
static Metric survey_seconds = {
    .name = "onecase_matcher_survey_seconds",
    .type = METRIC_GAUGE,
    .help = "Seconds that the last count of hazards, generic keys and reviews took; it is made so "
            "seldom that it takes a thousandth of the time."};

Metric *const MATCHER_METRICS[MATCHER_METRICS_COUNT] = {
    &records,       &decisions,     &dead_letters,          &commands,
    &batch_records, &batch_seconds, &commit_seconds,        &record_age_seconds,
    &rollbacks,     &partitions,    &partitions_aside,      &hazards,
    &generic_keys,  &reviews,       &review_oldest_seconds, &survey_seconds,
};

static const char *const STAGES[] = {"decode", "misrouted", "write", "crash"};
static const char *const VERDICTS[] = {
    [ERROR_REJECT] = "reject", [ERROR_RETRY] = "retry", [ERROR_FATAL] = "fatal"};

static const Text OTHER = {"other", 5};
static const Text OWN = {"onecase", 7}; /* of records of the hub itself */

/* Sources that have a label of their own. */
static struct {
    char names[METRICS_SOURCES_MAX][SOURCE_BYTES_MAX];
    size_t sizes[METRICS_SOURCES_MAX];
    size_t count;
} known;

static bool is_known(Text source)
{
    for (size_t i = 0; i < known.count; i++)
        if (text_equal(source, (Text){known.names[i], known.sizes[i]}))
            return true;
    return false;
}

static void get_to_know(Text source)
{
    if (known.count == METRICS_SOURCES_MAX || text_is_empty(source) ||
        source.size > SOURCE_BYTES_MAX || is_known(source))
        return;
    memcpy(known.names[known.count], source.data, source.size);
    known.sizes[known.count++] = source.size;
}

/* Whether its source is a mapping's: intake made it as it is, and a dead one was not released. */
static bool speaks_for_its_source(const BatchItem *item)
{
    bool unreadable = item->vault && (text_is(item->note.stage, "decode") ||
                                      text_is(item->note.stage, "misrouted"));
    return item->account != NULL && !unreadable && (!item->dead || item->head.attempt == 1);
}

static Text source_label(const BatchItem *item)
{
    if (!item->dead && (item->head.kind == RECORD_TICK || item->head.kind == RECORD_COMMAND))
        return OWN;
    if (speaks_for_its_source(item))
        get_to_know(item->head.source);
    return is_known(item->head.source) ? item->head.source : OTHER;
}

static Text stage_label(Text stage)
{
    for (size_t i = 0; i < sizeof(STAGES) / sizeof(STAGES[0]); i++)
        if (text_is(stage, STAGES[i]))
            return stage;
    return OTHER;
}

static double seconds_between(int64_t from_us, int64_t to_us)
{
    return to_us > from_us ? (double)(to_us - from_us) / US_PER_S : 0;
}

static void count_item(const BatchItem *item, int64_t now_us)
{
    const char *outcome = item->outcome != NULL ? item->outcome : record_kind_name(item->head.kind);
    metric_add(&records, METRIC_VALUES(source_label(item), text_from(outcome)), 1);
    if (item->vault && strcmp(outcome, BATCH_DEAD) == 0)
        metric_add(&dead_letters, METRIC_VALUES(stage_label(item->note.stage)), 1);
    metric_observe(&record_age_seconds, NULL, seconds_between(item->record->timestamp_us, now_us));
}

void metrics_begin(void)
{
    for (size_t i = 0; i < sizeof(STAGES) / sizeof(STAGES[0]); i++)
        metric_add(&dead_letters, METRIC_VALUES(text_from(STAGES[i])), 0);
    for (size_t i = ERROR_REJECT; i < sizeof(VERDICTS) / sizeof(VERDICTS[0]); i++)
        metric_add(&rollbacks, METRIC_VALUES(text_from(VERDICTS[i])), 0);
    for (int i = 0; i < DECIDE_OUTCOMES; i++)
        metric_add(&decisions, METRIC_VALUES(text_from(linkage_outcome_name((Outcome)i))), 0);
}

void metrics_committed(const Batch *batch, const BatchTimes *times)
{
    int64_t now_us = clock_wall_us();
    for (size_t i = 0; i < batch->count; i++)
        count_item(&batch->items[i], now_us);
    if (batch->command != NULL)
        metric_add(&commands,
                   METRIC_VALUES(batch_command_label(batch->command->kind), batch->command->state),
                   1);
    if (batch->count == 0)
        return;
    metric_observe(&batch_records, NULL, (double)batch->count);
    metric_observe(&batch_seconds, NULL, seconds_between(times->began_us, times->committed_us));
    metric_observe(&commit_seconds, NULL, seconds_between(times->saved_us, times->committed_us));
}

void metrics_rolled_back(ErrorVerdict verdict)
{
    metric_add(&rollbacks, METRIC_VALUES(text_from(VERDICTS[verdict])), 1);
}

void metrics_decided(const int64_t counts[DECIDE_OUTCOMES])
{
    for (int i = 0; i < DECIDE_OUTCOMES; i++)
        if (counts[i] > 0)
            metric_add(&decisions, METRIC_VALUES(text_from(linkage_outcome_name((Outcome)i))),
                       (double)counts[i]);
}

void metrics_gauges(const MatcherGauges *gauges)
{
    const HazardSurvey *memory = &gauges->memory;
    bool waits = memory->reviews > 0;
    metric_set(&partitions, NULL, gauges->partitions);
    metric_set(&partitions_aside, METRIC_VALUES(TEXT("REFUSING")), gauges->refusing);
    metric_set(&partitions_aside, METRIC_VALUES(TEXT("WAITING")), gauges->waiting);
    metric_set(&partitions_aside, METRIC_VALUES(TEXT("LOST")), gauges->lost);
    metric_set(&hazards, NULL, (double)memory->hazards);
    metric_set(&generic_keys, NULL, (double)memory->generic_keys);
    metric_set(&reviews, NULL, (double)memory->reviews);
    metric_set(&review_oldest_seconds, NULL,
               waits ? seconds_between(memory->oldest_review, clock_wall_us()) : 0);
    metric_set(&survey_seconds, NULL, (double)gauges->survey_us / US_PER_S);
}
