/*
 * Joins no group and commits nothing, like a dry run of a mapping.
 */
#include "replay/replay_scan.h"

#include "send/send_stop.h"

#include "adapters/kafka_reader.h"

enum { READ_LIMIT_MS = 15000, ARENA_BLOCK = 65536 };

static bool take_records(
    const ReplayScan *scan, const KafkaRecord *records, size_t count, Arena *scratch, Error *error)
{
    for (size_t i = 0; i < count; i++) {
        RecordHeader *headers = NULL;
        size_t header_count = 0;
        kafka_record_headers(&records[i], scratch, &headers, &header_count);
        if (!scan->take(scan->context, &records[i], headers, header_count, scratch, error))
            return false;
    }
    arena_reset(scratch);
    return !send_stop_asked() || error_set_at(error, ERROR_FATAL, "stopped", NULL, "told to stop");
}

bool replay_scan(const ReplayScan *scan, Error *error)
{
    const KafkaReaderSpec spec = {
        .client = {.brokers = scan->brokers, .client_id = "onecase-replay"},
        .topic = scan->topic,
        .limit_ms = READ_LIMIT_MS,
    };
    KafkaReader *reader = NULL;
    if (!kafka_reader_open(&spec, &reader, error))
        return false;
    Arena *scratch = arena_new(ARENA_BLOCK);
    const KafkaRecord *records = NULL;
    size_t count = 0;
    bool well;
    do {
        well = kafka_reader_read(reader, &records, &count, error) &&
               take_records(scan, records, count, scratch, error);
    } while (well && count > 0);
    arena_free(scratch);
    kafka_reader_close(reader);
    return well;
}
