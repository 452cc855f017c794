/*
 * onecase map: what a mapping file makes of records.
 *
 *   file or stdin ──► each record: canonical record and where each field comes from   (map_show)
 *   topic, or --against ──► counts, first dead letters, what differs                  (map_tally, map_summary)
 *
 * Nothing leaves this program: it holds a key for trials only, and its reader of Kafka cannot commit.
 */
#include "check/check_print.h"
#include "command.h"
#include "map_show.h"
#include "map_summary.h"
#include "map_topic.h"
#include "send/send_stop.h"

#include "base/clock.h"
#include "base/json.h"

#include "domain/mapping_trial.h"

#include "adapters/mapping_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { ARENA_BLOCK = 256 * 1024, STDIN_MAX = 16 * 1024 * 1024, CHUNK = 65536 };

typedef struct Run {
    MapTrial trial;
    MapTally tally;
    Arena *scratch;
    int64_t started_ms;
} Run;

static void put(Text text)
{
    fwrite(text.data, 1, text.size, stdout);
}

/* The front of the JSON object, which stays open. */
static void write_front(const MapTrial *trial, TextBuilder *out)
{
    builder_char(out, '{');
    js_write_key(out, TEXT("mapping"));
    if (trial->mapping != NULL)
        js_write_text(out, mapping_version(trial->mapping));
    else
        builder_string(out, "null");
    check_print_write_findings(&trial->findings, out);
}

/* ---- the records of a file ---- */

static bool read_stdin(Arena *arena, Text *bytes, Error *error)
{
    TextBuilder out = builder_new(arena);
    char chunk[CHUNK];
    size_t size;
    while ((size = fread(chunk, 1, sizeof(chunk), stdin)) > 0 && out.size <= STDIN_MAX)
        builder_text(&out, (Text){chunk, size});
    if (ferror(stdin))
        return error_set(error, ERROR_REJECT, "cannot read standard input: %s", strerror(errno));
    if (out.size > STDIN_MAX)
        return error_set(error, ERROR_REJECT,
                         "standard input holds more than %d MiB; \"onecase send --dry-run\" counts "
                         "what becomes of any file",
                         STDIN_MAX / 1024 / 1024);
    *bytes = builder_view(&out);
    return true;
}

static bool read_records(Run *run, TextList *records, Error *error)
{
    const MapOptions *options = run->trial.options;
    Text bytes = TEXT_ABSENT;
    bool good =
        strcmp(options->records, "-") == 0
            ? read_stdin(run->trial.arena, &bytes, error)
            : mapping_file_read(text_from(options->records), run->trial.arena, &bytes, error);
    if (!good)
        return false;
    *records = (TextList){0};
    if (text_trim(bytes).size > 0)
        *records = mapping_trial_records(run->trial.mapping, bytes, run->trial.arena);
    if (options->limit > 0 && records->count > (size_t)options->limit)
        records->count = (size_t)options->limit;
    return true;
}

static void show_record(Run *run, size_t number, const MappingInput *input)
{
    bool json = run->trial.options->json;
    MapResult result = map_trial_apply(&run->trial, run->trial.mapping, input, true, run->scratch);
    for (size_t i = 0; i < result.count; i++) {
        const MapShown shown = {number, i, result.count, &result.records[i],
                                &result.trace.records[i]};
        if (json) {
            TextBuilder out = builder_new(run->scratch);
            builder_string(&out, number == 1 && i == 0 ? "\n" : ",\n");
            map_show_write(&shown, &out);
            put(builder_view(&out));
        } else {
            map_show_print(&shown, run->scratch);
        }
    }
    map_tally_add(&run->tally, TEXT(""), (MapSide){result.records, result.count}, run->scratch);
}

static void print_count(const MapTally *tally)
{
    printf("%lld record%s", (long long)tally->records, tally->records == 1 ? "" : "s");
    if (tally->items != tally->records)
        printf(" of %lld items", (long long)tally->items);
    const char *between = ": ";
    for (int kind = RECORD_REPORT; kind <= RECORD_DEAD; kind++) {
        if (tally->kinds[kind] == 0)
            continue;
        printf("%s%lld %s", between, (long long)tally->kinds[kind],
               record_kind_name((RecordKind)kind));
        between = ", ";
    }
    putchar('\n');
}

static int show_records(Run *run, TextList records)
{
    const MapOptions *options = run->trial.options;
    if (options->json) {
        TextBuilder front = builder_new(run->trial.arena);
        write_front(&run->trial, &front);
        builder_string(&front, ",\"records\":[");
        put(builder_view(&front));
    }
    for (size_t i = 0; i < records.count; i++) {
        const MappingInput input = {.bytes = records.items[i], .timestamp_us = options->at_us};
        arena_reset(run->scratch);
        show_record(run, i + 1, &input);
    }
    if (options->json)
        fputs("\n]}\n", stdout);
    else
        print_count(&run->tally);
    return run->tally.kinds[RECORD_DEAD] > 0 ? EXIT_FOUND : EXIT_OK;
}

/* ---- many records together ---- */

static int summarise(Run *run, const MapReading *reading)
{
    const MapOptions *options = run->trial.options;
    map_tally_sort(&run->tally);
    const MapSummary summary = {.trial = &run->trial,
                                .tally = &run->tally,
                                .from = reading->from,
                                .topic = options->topic != NULL,
                                .left = reading->left,
                                .spent_ms = clock_monotonic_ms() - run->started_ms};
    if (options->json) {
        TextBuilder out = builder_new(run->trial.arena);
        write_front(&run->trial, &out);
        map_summary_write(&summary, &out);
        builder_string(&out, "}\n");
        put(builder_view(&out));
    } else {
        map_summary_print(&summary, run->trial.arena);
    }
    if (reading->stopped)
        return MAP_STOPPED;
    return run->tally.kinds[RECORD_DEAD] > 0 || run->tally.differing > 0 ? EXIT_FOUND : EXIT_OK;
}

static int try_records(Run *run, TextList records)
{
    const MapOptions *options = run->trial.options;
    bool piped = strcmp(options->records, "-") == 0;
    for (size_t i = 0; i < records.count; i++) {
        char place[32];
        snprintf(place, sizeof(place), "record %zu", i + 1);
        const MappingInput input = {.bytes = records.items[i], .timestamp_us = options->at_us};
        map_topic_try(&run->trial, text_from(place), &input, run->scratch, &run->tally);
    }
    return summarise(run, &(MapReading){.from = piped ? "stdin" : options->records});
}

static int try_topic(Run *run)
{
    MapReading reading = {0};
    Error error = {0};
    send_stop_watch();
    if (map_topic_read(&run->trial, &run->tally, &reading, &error))
        return summarise(run, &reading);
    if (error.verdict != ERROR_REJECT)
        return command_failed("map", &error);
    fprintf(stderr, "onecase map: %s", error.text);
    TextList topics = mapping_topics(run->trial.mapping);
    for (size_t i = 0; i < topics.count; i++)
        fprintf(stderr, "%s%.*s", i == 0 ? "; the mapping reads " : ", ",
                TEXT_ARGS(topics.items[i]));
    fputc('\n', stderr);
    return EXIT_NOT_FOUND;
}

static int run_command(Run *run)
{
    const MapOptions *options = run->trial.options;
    Error error = {0};
    TextList records;
    int status;
    bool loaded = map_trial_load(&run->trial, &status);
    if (!options->json)
        check_print_findings(&run->trial.findings, run->trial.arena);
    if (!loaded && options->json && status == EXIT_FOUND) {
        TextBuilder out = builder_new(run->trial.arena);
        write_front(&run->trial, &out);
        builder_string(&out, "}\n");
        put(builder_view(&out));
    }
    if (!loaded)
        return status;
    if (options->topic != NULL)
        return try_topic(run);
    if (!read_records(run, &records, &error)) {
        fprintf(stderr, "onecase map: %s\n", error.text);
        return EXIT_NOT_FOUND;
    }
    return options->against != NULL ? try_records(run, records) : show_records(run, records);
}

int command_map(int argc, char **argv)
{
    MapOptions options;
    int status;
    if (!map_options_read(argc, argv, &options, &status))
        return status;
    Run run = {.trial = {.options = &options, .arena = arena_new(ARENA_BLOCK)},
               .scratch = arena_new(ARENA_BLOCK),
               .started_ms = clock_monotonic_ms()};
    run.tally.arena = run.trial.arena;
    status = run_command(&run);
    arena_free(run.scratch);
    arena_free(run.trial.arena);
    return status;
}
