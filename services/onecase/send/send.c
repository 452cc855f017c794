/*
 * onecase send: the records of a file to the topic of a feed.
 *
 *   file ──► records ──► tally (mapped: what will it become, its key) ──► delivery ──► place
 *
 * --strict and --dry-run go over the file without the last two first. A run that was cut short is taken up again by
 * cutting the same records and comparing the chain of their digests with what the place says was acknowledged.
 */
#include "command.h"
#include "send_delivery.h"
#include "send_feed.h"
#include "send_file.h"
#include "send_options.h"
#include "send_place.h"
#include "send_progress.h"
#include "send_records.h"
#include "send_stop.h"
#include "send_summary.h"
#include "send_tally.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_BLOCK = 256 * 1024, SAVE_MS = 1000 };

typedef struct Run {
    const SendOptions *options;
    const char *name; /* of the file, in messages */
    Arena *arena;
    Arena *scratch; /* of the record in hand */
    SendFeed feed;
    SendFile *file;
    SendRecords *records;
    SendTally *tally;
    int64_t total; /* records of the file, when it was counted before; else -1 */
    SendDelivery *delivery;
    SendPlaceFile place_file;
    SendPlace start; /* of this run */
    SendProgress progress;
    int64_t started_ms;
    int64_t save_ms;
    bool place_fails;
    bool cut_short; /* the file could not be cut any further, and that was said */
} Run;

static void open_tally(Run *run)
{
    run->tally = ARENA_NEW(run->arena, SendTally);
    run->tally->feed = &run->feed;
    run->tally->arena = run->arena;
    run->tally->backfill = run->options->backfill;
}

/* Makes the reader of records anew, at the front of the file. */
static bool open_records(Run *run, Error *error)
{
    send_records_close(run->records);
    run->records = NULL;
    return send_records_open(run->options, run->file, run->feed.encoding, &run->records, error);
}

static bool restart(Run *run, Error *error)
{
    return send_file_rewind(run->file, error) && open_records(run, error);
}

static bool next(Run *run, SendRecord *record, Error *error)
{
    arena_reset(run->scratch);
    return send_records_next(run->records, run->scratch, record, error);
}

static bool was_stopped(const Error *error)
{
    return strcmp(error->rule, "stopped") == 0;
}

/* A mistake of the file, with its line when it has one. */
static void say_mistake(Run *run, const Error *error)
{
    int64_t line = run->records != NULL ? send_records_line(run->records) : 0;
    send_progress_end(&run->progress);
    if (line > 0)
        fprintf(stderr, "%s:%lld: %s\n", run->name, (long long)line, error->text);
    else
        fprintf(stderr, "onecase send: %s\n", error->text);
    run->cut_short = true;
}

static void show_check(Run *run)
{
    if (!send_progress_due(&run->progress))
        return;
    const SendProgressFacts facts = {.records = run->tally->records,
                                     .bytes = send_records_offset(run->records),
                                     .size = send_file_size(run->file)};
    send_progress_show(&run->progress, "checked", &facts);
}

/* Over all records without sending. False: stopped; a mistake of the file is said and ends it. */
static bool check_all(Run *run)
{
    SendRecord record;
    Error error = {0};
    run->progress = send_progress_begin(0);
    while (!send_stop_asked() && next(run, &record, &error)) {
        SendMapped mapped = send_tally_map(run->tally, &record, clock_wall_us(), run->scratch);
        send_tally_count(run->tally, &record, &mapped);
        show_check(run);
    }
    if (error.verdict != ERROR_NONE && !was_stopped(&error))
        say_mistake(run, &error);
    send_progress_end(&run->progress);
    return !send_stop_asked();
}

static void save_place(Run *run)
{
    Error error = {0};
    const SendDeliveryState *state = send_delivery_state(run->delivery);
    if (state->place.records == 0)
        return;
    bool failed = !send_place_write(&run->place_file, &state->place, &error);
    if (failed && !run->place_fails) { /* tried again every second, said once */
        send_progress_end(&run->progress);
        fprintf(stderr,
                "onecase send: %s; a run that is cut short now will send again what was sent\n",
                error.text);
    }
    run->place_fails = failed;
}

static void on_tick(void *context)
{
    Run *run = context;
    int64_t now_ms = clock_monotonic_ms();
    if (now_ms >= run->save_ms) {
        run->save_ms = now_ms + SAVE_MS;
        save_place(run);
    }
    if (!send_progress_due(&run->progress))
        return;
    const SendDeliveryState *state = send_delivery_state(run->delivery);
    const SendProgressFacts facts = {.records = state->sent,
                                     .bytes = send_records_offset(run->records),
                                     .size = send_file_size(run->file),
                                     .quiet_ms = state->quiet_ms};
    send_progress_show(&run->progress, "sent", &facts);
}

/* Passes over what an earlier run sent, if the file still begins with it. False with an error of the file. */
static bool take_up(Run *run, Error *error)
{
    SendPlace before;
    SendPlace now = {0};
    if (run->options->from_start || !send_place_read(&run->place_file, run->arena, &before))
        return true;
    SendRecord record;
    uint8_t digest[SHA256_SIZE];
    while (now.records < before.records && !send_stop_asked() && next(run, &record, error)) {
        digest_sha256(record.value, digest);
        send_place_add(&now, digest);
    }
    if (send_stop_asked())
        return error_set_at(error, ERROR_REJECT, "stopped", NULL, "told to stop");
    if (send_place_same(&now, &before)) {
        run->start = before;
        fprintf(stderr, "onecase send: %.*s records were sent before; going on behind them\n",
                TEXT_ARGS(send_number(run->arena, before.records)));
        return true;
    }
    error_clear(error);
    fprintf(stderr,
            "onecase send: %s does not begin with what %s says was sent; sending all of it\n",
            run->name, run->place_file.path);
    return restart(run, error);
}

static bool send_record(Run *run, const SendRecord *record, Error *error)
{
    SendMapped mapped = send_tally_map(run->tally, record, clock_wall_us(), run->scratch);
    SendItem item = {.key = mapped.key,
                     .value = record->value,
                     .line = record->line,
                     .end = send_records_offset(run->records)};
    digest_sha256(record->value, item.digest);
    if (!send_delivery_send(run->delivery, &item, error))
        return false;
    send_tally_count(run->tally, record, &mapped);
    return true;
}

/* Told to stop: what is on its way is waited for, so that nothing of it is sent again. Always false. */
static bool finish_stopped(Run *run, Error *error)
{
    Error failure = {0};
    if (was_stopped(error) && !send_delivery_finish(run->delivery, &failure) &&
        !was_stopped(&failure))
        *error = failure;
    return false;
}

/* Everything, until it is acknowledged. False with an error of Kafka, or "stopped". */
static bool send_all(Run *run, Error *error)
{
    SendRecord record;
    Error mistake = {0};
    while (next(run, &record, &mistake))
        if (!send_record(run, &record, error))
            return finish_stopped(run, error);
    if (mistake.verdict != ERROR_NONE && was_stopped(&mistake)) {
        *error = mistake;
        return finish_stopped(run, error);
    }
    if (mistake.verdict != ERROR_NONE)
        say_mistake(run, &mistake);
    return send_delivery_finish(run->delivery, error);
}

static SendSummary summary_of(const Run *run, const SendDeliveryState *state, bool complete)
{
    return (SendSummary){
        .options = run->options,
        .name = run->name,
        .topic = run->feed.topic,
        .tally = run->tally,
        .records = run->records,
        .file = run->file,
        .state = state,
        .start = run->start,
        .total = run->total,
        .spent_ms = clock_monotonic_ms() - run->started_ms,
        .complete = complete,
        .kept = run->place_file.path != NULL && !run->place_fails,
    };
}

static void print_checked(Run *run, bool whole)
{
    SendSummary summary = summary_of(run, NULL, whole && !run->cut_short);
    send_summary_print(&summary);
}

/* After the last record: place, summary, exit code. */
static int conclude(Run *run, bool good, const Error *error)
{
    const SendDeliveryState *state = send_delivery_state(run->delivery);
    bool complete = good && !run->cut_short && state->refused == 0;
    send_progress_end(&run->progress);
    if (complete && !run->options->keep)
        send_place_remove(&run->place_file);
    else
        save_place(run);
    SendSummary summary = summary_of(run, state, complete);
    send_summary_print(&summary);
    if (!complete)
        send_summary_say_how_far(&summary);
    if (!good && !was_stopped(error))
        return command_failed("send", error);
    return !good ? SEND_STOPPED : complete ? EXIT_OK : EXIT_FOUND;
}

static int deliver(Run *run)
{
    Error error = {0};
    if (!take_up(run, &error)) {
        if (was_stopped(&error))
            return SEND_STOPPED;
        say_mistake(run, &error);
        return EXIT_FOUND;
    }
    const SendDeliverySpec spec = {.options = run->options,
                                   .feed = &run->feed,
                                   .start = run->start,
                                   .tick = on_tick,
                                   .context = run};
    run->progress = send_progress_begin(run->start.bytes);
    run->started_ms = clock_monotonic_ms();
    run->save_ms = run->started_ms + SAVE_MS;
    if (!send_delivery_open(&spec, &run->delivery, &error)) {
        if (error.verdict != ERROR_REJECT)
            return command_failed("send", &error);
        fprintf(stderr, "onecase send: %s\n", error.text);
        return EXIT_NOT_FOUND;
    }
    bool good = send_all(run, &error);
    return conclude(run, good, &error);
}

static int dry_run(Run *run)
{
    bool whole = check_all(run);
    print_checked(run, whole);
    if (!whole)
        return SEND_STOPPED;
    return run->cut_short || run->tally->kinds[RECORD_DEAD] > 0 ? EXIT_FOUND : EXIT_OK;
}

/* False: something would be a dead letter, or the file is no good to its end; all is said. */
static bool passes_strict(Run *run, int *status)
{
    bool whole = check_all(run);
    *status = whole ? EXIT_FOUND : SEND_STOPPED;
    if (whole && !run->cut_short && run->tally->kinds[RECORD_DEAD] == 0) {
        run->total = run->tally->records;
        return true;
    }
    print_checked(run, false);
    if (whole)
        fprintf(stderr, "onecase send: nothing was sent (--strict)\n");
    return false;
}

static int send_file(Run *run)
{
    const SendOptions *options = run->options;
    Error error = {0};
    int status = EXIT_FOUND;
    if (!open_records(run, &error)) {
        if (was_stopped(&error))
            return SEND_STOPPED;
        say_mistake(run, &error);
        return EXIT_FOUND;
    }
    if (options->dry_run)
        return dry_run(run);
    if (!options->strict)
        return deliver(run);
    if (!passes_strict(run, &status))
        return status;
    open_tally(run);
    if (restart(run, &error))
        return deliver(run);
    say_mistake(run, &error);
    return EXIT_FOUND;
}

static int open_failed(const Error *error)
{
    if (was_stopped(error))
        return SEND_STOPPED;
    fprintf(stderr, "onecase send: %s\n", error->text);
    if (strcmp(error->rule, "busy") == 0)
        return SEND_STOPPED;
    if (error->verdict == ERROR_FATAL)
        return EXIT_SOFTWARE;
    return strcmp(error->rule, "kind") == 0 ? EXIT_FOUND : EXIT_NOT_FOUND;
}

static int run_command(Run *run)
{
    const SendOptions *options = run->options;
    Error error = {0};
    int status = EXIT_USAGE;
    if (!send_feed_find(options, run->arena, &run->feed, &status))
        return status;
    if (!send_file_open(options->file, options->encoding, !options->dry_run, &run->file, &error) ||
        (options->strict && !send_file_is_regular(run->file) &&
         !send_file_spool(run->file, &error)))
        return open_failed(&error);
    run->place_file = (SendPlaceFile){.topic = run->feed.topic, .brokers = options->brokers};
    if (send_file_is_regular(run->file))
        run->place_file.path = text_format(run->arena, "%s.onecase-sent", options->file).data;
    open_tally(run);
    return send_file(run);
}

int command_send(int argc, char **argv)
{
    SendOptions options;
    int status;
    if (!send_options_read(argc, argv, &options, &status))
        return status;
    Run run = {.options = &options,
               .name = strcmp(options.file, "-") == 0 ? "stdin" : options.file,
               .arena = arena_new(ARENA_BLOCK),
               .scratch = arena_new(ARENA_BLOCK),
               .total = -1};
    send_stop_watch();
    status = run_command(&run);
    send_delivery_close(run.delivery);
    send_records_close(run.records);
    send_file_close(run.file);
    arena_free(run.scratch);
    arena_free(run.arena);
    return status;
}
