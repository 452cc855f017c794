#ifndef ONECASE_ADAPTERS_KAFKA_READER_H
#define ONECASE_ADAPTERS_KAFKA_READER_H

#include "adapters/kafka_client.h"
#include "adapters/kafka_consumer.h"

/*
 * A reader of a topic from a time to another, or to its present end: joins no group, commits nothing, creates nothing. For dry runs
 * on real traffic. Reads what intake would read: records of transactions that were aborted, or are still open, are
 * not seen.
 */
typedef struct KafkaReader KafkaReader;

typedef struct KafkaReaderSpec {
    KafkaClientSpec client;
    const char *topic;
    /*
     * Each partition is read from its first record with this time stamp (ms since 1970) or a later one, as Kafka finds
     * it; behind that record older ones may follow. 0: from the beginning.
     */
    int64_t since_ms;
    /*
     * Each partition is read up to its first record with this time stamp or a later one. 0: to its present end.
     */
    int64_t until_ms;
    int limit_ms; /* patience of each question to the broker */
} KafkaReaderSpec;

typedef struct KafkaReaderProgress {
    int64_t read;   /* records so far */
    int64_t passed; /* offsets behind us, gaps of compaction and of transactions counted */
    int64_t total;  /* offsets between the first and the end as it was when opened */
} KafkaReaderProgress;

/*
 * REJECT: no such topic. RETRY: nobody answered. FATAL: not allowed to. The end of each partition is fixed here.
 */
MUST_CHECK bool kafka_reader_open(const KafkaReaderSpec *spec, KafkaReader **reader, Error *error);
void kafka_reader_close(KafkaReader *reader); /* NULL is fine */

/*
 * The next records, at least one unless the end is reached (*count 0); valid until the next call. Within a partition
 * in order. RETRY when nothing came for limit_ms before the end.
 */
MUST_CHECK bool
kafka_reader_read(KafkaReader *reader, const KafkaRecord **records, size_t *count, Error *error);
KafkaReaderProgress kafka_reader_progress(const KafkaReader *reader);

#endif
