#ifndef ONECASE_RELAY_EVENT_H
#define ONECASE_RELAY_EVENT_H

#include "domain/record.h"

#include "adapters/relay_store.h"

/* Whether the row is a record for its home region, on onecase.report, and no event. */
bool event_is_forward(const OutboxRow *row);

/* "partition/offset/n": the row's key, which is the event's ce_id. */
Text event_id(int32_t partition, const OutboxRow *row, Arena *arena);

/*
 * The Kafka headers of a row. Of an event: CloudEvents 1.0 in binary mode (docs/events); of a forward: those it came
 * with. On the arena. REJECT when the headers of a forward are not a JSON object of texts.
 */
MUST_CHECK bool event_headers(int32_t partition,
                              const OutboxRow *row,
                              Arena *arena,
                              RecordHeader **headers,
                              size_t *count,
                              Error *error);

/* The head of a tick, in `headers` (room for RECORD_HEADERS_MAX); answers how many. */
size_t event_tick_headers(int32_t partition, int64_t minute, Arena *arena, RecordHeader *headers);

/* The head of a command, likewise, with room for one more. */
size_t event_command_headers(const RelayCommand *command, Arena *arena, RecordHeader *headers);

#endif
