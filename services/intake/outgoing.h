#ifndef ONECASE_INTAKE_OUTGOING_H
#define ONECASE_INTAKE_OUTGOING_H

#include "sender.h"

#include "domain/vault_head.h"

#include "adapters/kafka_consumer.h"

/* A record as it came to us first, for the vault; where it was released, from there. */
typedef struct OutgoingOriginal {
    Text key;
    int64_t timestamp_us;
    bool canonical; /* it is a record of onecase.report */
    bool truncated; /* the vault does not take the bytes, or had none */
} OutgoingOriginal;

/*
 * One canonical record on its way out:
 *
 *   mapped ─► (dead: vault, acknowledged) ─► report, acknowledged
 *                     ▲                        │ refused, also when tried alone
 *                     └── becomes dead, stage "send" ◄┘
 *
 * Everything is a view into the batch's arena or its source records.
 */
typedef struct Outgoing {
    const KafkaRecord *source;
    RecordHead head;
    Text region;
    Text value;
    RecordNote note; /* of a dead one */
    OutgoingOriginal original;
    Text
        kept_at; /* origin of the item whose dead letter has the bytes, when another one has them */
    bool tried_alone;
    Receipt vault; /* of a dead one */
    Receipt report;
} Outgoing;

/* Sends the original bytes of a dead one to the vault, unless that was done. */
MUST_CHECK bool outgoing_keep(Outgoing *outgoing, Sender *sender, Arena *arena, Error *error);

/* Sends the record to onecase.report, unless that was done. A dead one's vault receipt must be DELIVERED. */
MUST_CHECK bool outgoing_send(Outgoing *outgoing, Sender *sender, Arena *arena, Error *error);

/* Turns a record that Kafka refuses into a dead one of stage "send". */
void outgoing_bury(Outgoing *outgoing, Arena *arena);

/* True for a record whose effects are complete. */
bool outgoing_done(const Outgoing *outgoing);

#endif
