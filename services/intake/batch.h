#ifndef ONECASE_INTAKE_BATCH_H
#define ONECASE_INTAKE_BATCH_H

#include "places.h"
#include "redrive.h"

/* A record that gave more items than one round takes: what is left of it, on the scratch arena. */
typedef struct BatchRest {
    const MappedRecord *items; /* NULL: none */
    size_t count;
    size_t next;
    RecordHead head; /* of the next item */
    Text as_it_is;   /* absent, or the value of the one item: it is canonical already */
    OutgoingOriginal original;
    bool guest;
    Text kept_at; /* origin of the item whose dead letter has the bytes */
} BatchRest;

/*
 * Records taken from the consumer and not finished. They go out in rounds, each of which ends when its outgoing bytes
 * pass BATCH_ROUND_BYTES: a few bytes may ask for thousands of large items.
 *
 *   records   done │ of this round │ to come            (a record of many items may span several rounds)
 *                first            next
 */
enum { BATCH_ROUND_BYTES = 1048576 };

typedef struct Batch {
    const KafkaRecord *records; /* the consumer's */
    size_t count;               /* 0: none */
    size_t first;               /* of this round */
    size_t next;                /* to be mapped, or mapped in part (rest) */
    BatchRest rest;
    Outgoing *outgoings; /* of this round */
    size_t outgoing_count;
    size_t outgoing_capacity;
    size_t outgoing_bytes;
    size_t guests; /* of the outgoings, how many came of guests (backfill.h) */
    bool mapped;   /* the round is */
    /* The partitions are somebody else's: what is under way is waited for, the rest dropped. */
    bool abandoned;
    Arena *arena;   /* of the round */
    Arena *scratch; /* of one record */
} Batch;

void batch_init(Batch *batch);
void batch_done(Batch *batch);  /* frees */
void batch_clear(Batch *batch); /* forgets the records; they go back to the consumer before */

/* Maps the records of the next round, unless that was done. All of them belong to places with a mapping. */
void batch_map(Batch *batch, const Sources *sources, const Places *places);

/*
 * Until every effect of the round is acknowledged: the bytes of dead records in the vault, all records on
 * onecase.report. RETRY when Kafka does not answer; the next call goes on from there.
 */
MUST_CHECK bool batch_send(Batch *batch, Sender *sender, Error *error);

/* Moves each place behind its records up to the first whose effects are not complete. */
void batch_note_done(const Batch *batch, Places *places);

/* The round is sent and noted. False when it was the last one. */
bool batch_end_round(Batch *batch);

#endif
