#ifndef ONECASE_ADAPTERS_RELAY_STORE_H
#define ONECASE_ADAPTERS_RELAY_STORE_H

#include "adapters/postgres.h"

/*
 * The relay's side of PostgreSQL: the lock that lets one relay work at a time, rows of onecase.outbox, and the position
 * in each partition up to which they are published (onecase.relay_positions); and commands that wait to be sent.
 *
 * The lock is an advisory one of the session: it is ours as long as the connection on which it was taken stands, and the
 * server ends a session that has asked nothing, or taken no answer, for `takeover_ms`, so that the lock of a frozen
 * process does not stay away for ever. Whoever holds it therefore asks now and then (relay_store_keep).
 */
typedef struct RelayStore RelayStore;

typedef struct RelayStoreSpec {
    const char *conninfo;
    const char *report_topic; /* with its prefix; both outlive the store */
    const char *case_topic;   /* the lock is named after it */
    int takeover_ms;
} RelayStoreSpec;

/* Where a row of the outbox stands in its partition, and how far the partition is published. -1, -1: before all. */
typedef struct OutboxPlace {
    int64_t report_offset;
    int32_t n;
} OutboxPlace;

typedef struct OutboxPosition {
    int32_t partition; /* of onecase.report */
    OutboxPlace place;
} OutboxPosition;

/* A row, texts are views of its batch. */
typedef struct OutboxRow {
    OutboxPlace place;
    Text kind;
    Text region;
    Text payload;
    int64_t seq; /* INT64_MIN: none */
    Text subject;
    int64_t event_at; /* us since 1970 UTC; INT64_MIN: none */
    int64_t level;    /* INT64_MIN: none */
    Text headers;     /* JSON object; of a forward alone */
} OutboxRow;

typedef struct OutboxBatch {
    OutboxRow *rows;
    size_t count;
    PostgresResult *result;
} OutboxBatch;

/* A command that is queued; texts on an arena. */
typedef struct RelayCommand {
    Text id;
    int64_t seq; /* order of submission */
    int32_t partition;
    Text value; /* of its record */
} RelayCommand;

RelayStore *relay_store_new(const RelayStoreSpec *spec); /* does not connect */
void relay_store_free(RelayStore *store);                /* NULL is fine; gives the lock up */

/* Partitions of onecase.report as the database was made for. FATAL when it knows no or another report topic. */
MUST_CHECK bool relay_store_partition_count(RelayStore *store, int32_t *count, Error *error);

/* Takes the lock unless another session has it; true in *held from then on until the connection is lost. */
MUST_CHECK bool relay_store_lock(RelayStore *store, bool *held, Error *error);
bool relay_store_locked(const RelayStore *store);
void relay_store_unlock(RelayStore *store); /* ends the session */
/* Asks the server something when nothing was asked for a third of `takeover_ms`. */
MUST_CHECK bool relay_store_keep(RelayStore *store, Error *error);

/* Sees to it that each partition has a position; a new one is before all rows. */
MUST_CHECK bool relay_store_make_positions(RelayStore *store, int32_t count, Error *error);
/*
 * Puts all positions behind the last row there is, but not behind a record that is on its way to its home region and has not
 * arrived; *passed are the rows that will not be published by it, *held the partitions that stop before such a record.
 */
MUST_CHECK bool relay_store_to_end(RelayStore *store, int64_t *passed, int64_t *held, Error *error);

/* Positions of the partitions that have rows behind them, in order of partition; on the arena. */
MUST_CHECK bool relay_store_waiting(
    RelayStore *store, Arena *arena, OutboxPosition **positions, size_t *count, Error *error);

/*
 * Rows behind the position, in order: at most `rows_max`, and not many more bytes than `bytes_max`, but one in any
 * case. Owned by the caller: outbox_batch_done.
 */
MUST_CHECK bool relay_store_read(RelayStore *store,
                                 const OutboxPosition *position,
                                 int32_t rows_max,
                                 int64_t bytes_max,
                                 OutboxBatch *batch,
                                 Error *error);
void outbox_batch_done(OutboxBatch *batch); /* an empty one is fine */

/* Moves a position on. RETRY, and the lock is given up, when it is not where it is said to be: another relay is at work. */
MUST_CHECK bool relay_store_advance(RelayStore *store,
                                    const OutboxPosition *position,
                                    const OutboxPlace *to,
                                    Error *error);

/* The first commands that wait, at most `max`, in the order in which they were submitted; on the arena. */
MUST_CHECK bool relay_store_commands(RelayStore *store,
                                     int32_t max,
                                     Arena *arena,
                                     RelayCommand **commands,
                                     size_t *count,
                                     Error *error);
/* They were sent: none of them waits any more. One that was applied meanwhile stays so. */
MUST_CHECK bool relay_store_commands_sent(RelayStore *store,
                                          const RelayCommand *commands,
                                          size_t count,
                                          Error *error);

/*
 * Deletes published rows that are `keep_days` older than the stream time of their partition, at most `rows_max` of each
 * partition; *deleted is how many.
 */
MUST_CHECK bool relay_store_clean(
    RelayStore *store, int64_t keep_days, int32_t rows_max, int64_t *deleted, Error *error);

#endif
