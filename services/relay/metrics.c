/*
 * One object for each metric. Rows are tallied by kind while they are handed over and counted a batch at a time.
 */
#include "metrics.h"

#include "base/clock.h"

#include "domain/case_payload.h"

enum { KIND_OTHER, KIND_FORWARD, KIND_EVENTS /* the first of them */ };

static const double US_PER_S = 1e6;
static const double BATCH_ROWS[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000};

static Metric rows_total = {
    .name = "onecase_relay_rows_total",
    .type = METRIC_COUNTER,
    .labels = {"kind"},
    .series_max = RELAY_KINDS_MAX,
    .help = "Rows of the outbox that are published and behind the position of their partition, by "
            "kind: the type of the event, or forward (a record for its home region)."};
static Metric commands_total = {.name = "onecase_relay_commands_total",
                                .type = METRIC_COUNTER,
                                .help = "Submitted commands that were sent to onecase.report."};
static Metric ticks_total = {
    .name = "onecase_relay_ticks_total",
    .type = METRIC_COUNTER,
    .help = "Ticks that were sent: one a minute to each partition of onecase.report."};
static Metric batch_rows = {.name = "onecase_relay_batch_rows",
                            .type = METRIC_HISTOGRAM,
                            .bounds = BATCH_ROWS,
                            .bound_count = sizeof(BATCH_ROWS) / sizeof(BATCH_ROWS[0]),
                            .help = "Rows of one partition that were published together."};
static Metric send_seconds = {
    .name = "onecase_relay_send_seconds",
    .type = METRIC_HISTOGRAM,
    .bounds = METRIC_SECONDS,
    .bound_count = METRIC_SECONDS_COUNT,
    .help = "Seconds from handing a batch (rows of a partition, commands, or ticks) over to the "
            "client until Kafka has acknowledged it and PostgreSQL knows, outages included."};
static Metric given_up_total = {
    .name = "onecase_relay_given_up_total",
    .type = METRIC_COUNTER,
    .help = "Batches that were under way when the producer was given up (a record was refused, or "
            "the lock was lost); they go out again from the stored position."};
static Metric working_now = {
    .name = "onecase_relay_working",
    .type = METRIC_GAUGE,
    .help = "1: this relay has the lock and publishes; 0: it stands by for another one, or waits."};
static Metric deleted_rows_total = {
    .name = "onecase_relay_deleted_rows_total",
    .type = METRIC_COUNTER,
    .help = "Rows of the outbox that were deleted after their time, see keep_days."};

Metric *const RELAY_METRICS[RELAY_METRICS_COUNT] = {
    &rows_total,   &commands_total, &ticks_total, &batch_rows,
    &send_seconds, &given_up_total, &working_now, &deleted_rows_total,
};

static size_t kind_of(Text kind)
{
    if (text_is(kind, "forward"))
        return KIND_FORWARD;
    for (size_t i = 0; KIND_EVENTS + i < RELAY_KINDS_MAX; i++) {
        Text type = case_payload_type_at(i);
        if (text_is_absent(type))
            break;
        if (text_equal(type, kind))
            return KIND_EVENTS + i;
    }
    return KIND_OTHER;
}

static Text kind_name(size_t kind)
{
    return kind == KIND_OTHER     ? TEXT("other")
           : kind == KIND_FORWARD ? TEXT("forward")
                                  : case_payload_type_at(kind - KIND_EVENTS);
}

static void observe_send(int64_t sent_us)
{
    metric_observe(&send_seconds, NULL, (double)(clock_monotonic_us() - sent_us) / US_PER_S);
}

void metrics_begin(void)
{
    for (size_t i = KIND_FORWARD; i < RELAY_KINDS_MAX && !text_is_absent(kind_name(i)); i++)
        metric_add(&rows_total, METRIC_VALUES(kind_name(i)), 0);
}

void metrics_tally(RelayTally *tally, const OutboxRow *row)
{
    tally->rows[kind_of(row->kind)]++;
}

void metrics_rows(const RelayTally *tally, int64_t sent_us)
{
    int64_t all = 0;
    for (size_t i = 0; i < RELAY_KINDS_MAX; i++) {
        if (tally->rows[i] == 0)
            continue;
        all += tally->rows[i];
        metric_add(&rows_total, METRIC_VALUES(kind_name(i)), tally->rows[i]);
    }
    metric_observe(&batch_rows, NULL, (double)all);
    observe_send(sent_us);
}

void metrics_commands(size_t count, int64_t sent_us)
{
    metric_add(&commands_total, NULL, (double)count);
    observe_send(sent_us);
}

void metrics_ticks(size_t count, int64_t sent_us)
{
    metric_add(&ticks_total, NULL, (double)count);
    observe_send(sent_us);
}

void metrics_given_up(void)
{
    metric_add(&given_up_total, NULL, 1);
}

void metrics_working(bool working)
{
    metric_set(&working_now, NULL, working);
}

void metrics_deleted(int64_t rows)
{
    metric_add(&deleted_rows_total, NULL, (double)rows);
}
