/*
 * A survey asked look by look, for tests that know what it must have seen and for its bench.
 *
 *   lag_probe BROKERS PREFIX SOURCES LIMIT_MS FRESHNESS_MS [GROUP...] < one line a look
 *
 * Intake's group is PREFIXintake, the matcher's PREFIXmatcher. For each line of input one look as a line of JSON: "took_ms",
 * "rss_kb" (resident memory now), "kafka_up", "database_up", the faults, "rows" and "sources"; what is not known is -1.
 */
#include "base/clock.h"
#include "base/json.h"
#include "base/text_builder.h"

#include "adapters/lag_survey.h"
#include "adapters/mapping_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINE_MAX_SIZE = 256, FIRST_GROUP = 6, BLOCK = 65536, BASE = 10 };

static void stop(const char *what, const char *detail)
{
    fprintf(stderr, "lag_probe: %s: %s\n", what, detail);
    exit(EXIT_FAILURE);
}

static int number_of(const char *word)
{
    int64_t number = 0;
    if (!text_to_int64(text_from(word), &number))
        stop("no number", word);
    return (int)number;
}

/* Resident memory now, by statm: pages, the second number. */
static int64_t resident_kb(void)
{
    char line[LINE_MAX_SIZE] = "";
    char *rest = line;
    FILE *status = fopen("/proc/self/statm", "r");
    if (status == NULL || fgets(line, sizeof(line), status) == NULL)
        stop("cannot read", "/proc/self/statm");
    fclose(status);
    (void)strtol(line, &rest, BASE);
    return strtol(rest, NULL, BASE) * (sysconf(_SC_PAGESIZE) / 1024);
}

static void put_text(TextBuilder *out, const char *name, Text text)
{
    builder_format(out, "\"%s\":", name);
    js_write_text(out, text);
    builder_char(out, ',');
}

static void put_int(TextBuilder *out, const char *name, int64_t number)
{
    builder_format(out, "\"%s\":%" PRId64 ",", name, number);
}

static void put_row(TextBuilder *out, const LagObservation *row)
{
    const LagSample *sample = &row->sample;
    const LagCircumstances *around = &row->circumstances;
    builder_char(out, '{');
    put_text(out, "group", row->group);
    put_text(out, "program", row->program);
    put_text(out, "topic", row->topic);
    put_int(out, "partition", row->partition);
    put_int(out, "at_ms", sample->at_ms);
    put_int(out, "committed", sample->committed);
    put_int(out, "low", sample->low);
    put_int(out, "end", sample->end);
    put_int(out, "head_ms", sample->head_ms);
    put_int(out, "progress_ms", sample->progress_ms);
    put_int(out, "ownership", around->ownership);
    put_int(out, "state", around->state);
    put_int(out, "state_since_ms", around->state_since_ms);
    put_text(out, "reason", around->state_reason);
    put_int(out, "gives_way", around->gives_way);
    put_int(out, "needs_database", around->needs_database);
    put_int(out, "database_down_since_ms", around->database_down_since_ms);
    put_int(out, "retention_ms", around->retention_ms);
    put_text(out, "clock", row->clock);
    put_text(out, "source_of_offset", row->source_of_offset);
    put_text(out, "owner", row->owner);
    builder_string(out, "\"\":0}");
}

static void put_source(TextBuilder *out, const LagSource *source)
{
    builder_char(out, '{');
    put_text(out, "source", source->source);
    put_int(out, "count", source->count);
    put_int(out, "newest_ms", source->newest_ms);
    builder_format(out,
                   "\"p50_s\":%.3f,\"p99_s\":%.3f,\"newest_s\":%.3f,\"sent_p50_s\":%.3f,"
                   "\"stored_p50_s\":%.3f}",
                   source->p50_s, source->p99_s, source->newest_s, source->sent_p50_s,
                   source->stored_p50_s);
}

static void print_look(const LagLook *look, int64_t took_ms, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    builder_char(&out, '{');
    put_int(&out, "took_ms", took_ms);
    put_int(&out, "rss_kb", resident_kb());
    put_int(&out, "at_ms", look->at_ms);
    put_int(&out, "kafka_up", look->kafka_up);
    put_text(&out, "kafka_fault", look->kafka_fault);
    put_int(&out, "database_up", look->database_up);
    put_text(&out, "database_fault", look->database_fault);
    builder_string(&out, "\"rows\":[");
    for (size_t i = 0; i < look->observation_count; i++) {
        builder_string(&out, i > 0 ? "," : "");
        put_row(&out, &look->observations[i]);
    }
    builder_string(&out, "],\"sources\":[");
    for (size_t i = 0; i < look->source_count; i++) {
        builder_string(&out, i > 0 ? "," : "");
        put_source(&out, &look->sources[i]);
    }
    builder_string(&out, "],\"topics\":{");
    for (size_t i = 0; i < look->topic_count; i++) {
        builder_string(&out, i > 0 ? "," : "");
        js_write_text(&out, look->topics[i]);
        builder_char(&out, ':');
        js_write_text(&out, look->topic_sources[i]);
    }
    builder_string(&out, "}}");
    printf("%.*s\n", TEXT_ARGS(builder_view(&out)));
    fflush(stdout);
}

static const Mapping **load(const char *folder, Arena *arena, size_t *count)
{
    TextList paths = {NULL, 0};
    Error error = {0};
    MappingFindings findings = {.arena = arena};
    const MappingFileOptions options = {0};
    if (!mapping_file_list(folder, arena, &paths, &error))
        stop(folder, error.text);
    const Mapping **mappings = ARENA_ARRAY(arena, const Mapping *, paths.count);
    if (!mapping_file_load_all(paths, &options, arena, mappings, &findings))
        stop(folder, "mapping files have mistakes");
    *count = paths.count;
    return mappings;
}

int main(int argc, char **argv)
{
    if (argc < FIRST_GROUP)
        stop("usage", "lag_probe BROKERS PREFIX SOURCES LIMIT_MS FRESHNESS_MS [GROUP...]");
    char line[LINE_MAX_SIZE];
    Arena *arena = arena_new(BLOCK);
    Arena *hand = arena_new(BLOCK);
    LagSurveySpec spec = {
        .brokers = argv[1],
        .client_id = "lag_probe",
        .conninfo = "",
        .topic_prefix = argv[2],
        .intake_group = text_format(arena, "%sintake", argv[2]).data,
        .matcher_group = text_format(arena, "%smatcher", argv[2]).data,
        .relay_name = "onecase-relay",
        .groups = (const char *const *)&argv[FIRST_GROUP],
        .group_count = (size_t)(argc - FIRST_GROUP),
        .limit_ms = number_of(argv[4]),
        .freshness_ms = number_of(argv[5]),
    };
    spec.mappings = load(argv[3], arena, &spec.mapping_count);
    LagSurvey *survey;
    Error error = {0};
    if (!lag_survey_open(&spec, &survey, &error))
        stop("cannot begin", error.text);
    while (fgets(line, sizeof(line), stdin) != NULL) {
        LagLook look;
        int64_t began_ms = clock_monotonic_ms();
        lag_survey_look(survey, hand, &look);
        print_look(&look, clock_monotonic_ms() - began_ms, hand);
        arena_reset(hand);
    }
    lag_survey_close(survey);
    arena_free(hand);
    arena_free(arena);
    return EXIT_SUCCESS;
}
