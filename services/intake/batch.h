#ifndef ONECASE_INTAKE_BATCH_H
#define ONECASE_INTAKE_BATCH_H

#include "outgoing.h"
#include "places.h"
#include "sources.h"

/* Lines about dead letters, so that a broken feed does not flood the log. */
typedef struct BatchThrottle {
    int64_t second;
    int64_t written;
    int64_t held_back;
} BatchThrottle;

/* Records taken from the consumer and not finished. */
typedef struct Batch {
    const KafkaRecord *records; /* the consumer's */
    size_t count;               /* 0: none */
    Outgoing *outgoings;
    size_t outgoing_count;
    size_t outgoing_capacity;
    bool mapped;
    /* The partitions are somebody else's: what is under way is waited for, the rest dropped. */
    bool abandoned;
    Arena *arena;   /* of the batch */
    Arena *scratch; /* of one record */
    BatchThrottle throttle;
} Batch;

void batch_init(Batch *batch);
void batch_done(Batch *batch);  /* frees */
void batch_clear(Batch *batch); /* forgets the records; they go back to the consumer before */

/* Maps every record, unless that was done. All of them belong to places. */
void batch_map(Batch *batch, const Sources *sources, const Places *places);

/*
 * Until every effect is acknowledged: the bytes of dead records in the vault, all records on onecase.report. RETRY when
 * Kafka does not answer; the next call goes on from there.
 */
MUST_CHECK bool batch_send(Batch *batch, Sender *sender, Error *error);

/* Moves each place behind its records up to the first whose effects are not complete. */
void batch_note_done(const Batch *batch, Places *places);

#endif
