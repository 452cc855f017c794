#ifndef ONECASE_SERVICES_ONECASE_REPLAY_SCAN_H
#define ONECASE_SERVICES_ONECASE_REPLAY_SCAN_H

#include "adapters/kafka_consumer.h"

/* A topic from its first record to its present end. */
typedef struct ReplayScan {
    const char *brokers;
    const char *topic;
    /* Called for each record, within a partition in order; `scratch` is emptied after some records. False ends the scan. */
    bool (*take)(void *context,
                 const KafkaRecord *record,
                 const RecordHeader *headers,
                 size_t header_count,
                 Arena *scratch,
                 Error *error);
    void *context;
} ReplayScan;

/*
 * REJECT: no such topic. RETRY: nobody answers. FATAL with rule "stopped": told to end meanwhile. Else what `take` said.
 */
MUST_CHECK bool replay_scan(const ReplayScan *scan, Error *error);

#endif
