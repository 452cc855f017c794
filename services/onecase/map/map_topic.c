/*
 * Records one by one, each with its own Kafka time stamp, as intake would take them. History is judged as history: its
 * topics are known by their name.
 */
#include "map_topic.h"

#include "map_progress.h"
#include "send/send_stop.h"

#include "adapters/kafka_reader.h"

#include <stdio.h>

enum { ASK_LIMIT_MS = 15000, SCRATCH_BLOCK = 256 * 1024 };

static const char BACKFILL[] = ".backfill";

typedef struct Reading {
    const MapTrial *trial;
    KafkaReader *reader;
    Arena *scratch;
    MapTally *tally;
    MapProgress progress;
    bool backfill;
} Reading;

void map_topic_try(
    const MapTrial *trial, Text place, const MappingInput *input, Arena *scratch, MapTally *tally)
{
    arena_reset(scratch);
    MapResult after = map_trial_apply(trial, trial->mapping, input, false, scratch);
    map_tally_add(tally, place, (MapSide){after.records, after.count}, scratch);
    if (trial->against == NULL)
        return;
    MapResult before = map_trial_apply(trial, trial->against, input, false, scratch);
    map_tally_compare(tally, place, (MapSide){before.records, before.count},
                      (MapSide){after.records, after.count}, scratch);
}

static void try_record(Reading *reading, const KafkaRecord *record)
{
    char name[300]; /* a topic name has at most 249 characters */
    snprintf(name, sizeof(name), "%.*s/%d/%lld", TEXT_ARGS(record->topic), (int)record->partition,
             (long long)record->offset);
    const MappingInput input = {.bytes = record->value,
                                .timestamp_us = record->timestamp_us,
                                .backfill = reading->backfill};
    map_topic_try(reading->trial, text_from(name), &input, reading->scratch, reading->tally);
}

static bool is_enough(const Reading *reading)
{
    int64_t limit = reading->trial->options->limit;
    return send_stop_asked() || (limit > 0 && reading->tally->records >= limit);
}

static bool read_all(Reading *reading, Error *error)
{
    const KafkaRecord *records;
    size_t count;
    do {
        if (!kafka_reader_read(reading->reader, &records, &count, error))
            return false;
        KafkaReaderProgress progress = kafka_reader_progress(reading->reader);
        for (size_t i = 0; i < count && !is_enough(reading); i++) {
            try_record(reading, &records[i]);
            map_progress_tell(&reading->progress, reading->tally->records, progress.passed,
                              progress.total);
        }
    } while (count > 0 && !is_enough(reading));
    return true;
}

bool map_topic_read(const MapTrial *trial, MapTally *tally, MapReading *result, Error *error)
{
    const MapOptions *options = trial->options;
    Text topic = text_format(trial->arena, "%s%s", options->prefix, options->topic);
    const KafkaReaderSpec spec = {
        .client = {.brokers = options->brokers, .client_id = "onecase"},
        .topic = topic.data,
        .since_ms = options->since_us / 1000,
        .limit_ms = ASK_LIMIT_MS,
    };
    Reading reading = {.trial = trial,
                       .tally = tally,
                       .progress = map_progress_begin(),
                       .backfill = text_ends(topic, text_from(BACKFILL))};
    result->from = topic.data;
    if (!kafka_reader_open(&spec, &reading.reader, error))
        return false;
    reading.scratch = arena_new(SCRATCH_BLOCK);
    bool good = read_all(&reading, error);
    map_progress_end(&reading.progress);
    KafkaReaderProgress progress = kafka_reader_progress(reading.reader);
    result->left = progress.total - progress.passed + progress.read - tally->records;
    result->stopped = send_stop_asked() && result->left > 0;
    arena_free(reading.scratch);
    kafka_reader_close(reading.reader);
    return good;
}
