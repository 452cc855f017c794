#ifndef ONECASE_SERVICES_ONECASE_SEND_DELIVERY_H
#define ONECASE_SERVICES_ONECASE_SEND_DELIVERY_H

#include "send_feed.h"
#include "send_place.h"

/*
 * Records on their way to Kafka, and how far they were acknowledged without a gap. A record that cannot be sent (larger
 * than the topic takes, refused by the broker) is noted and the others go on, but the place stays before it: the next
 * run tries it again, and what comes behind it.
 */
typedef struct SendDelivery SendDelivery;

enum { SEND_REFUSED_MAX = 10 };

typedef struct SendRefused {
    int64_t line;
    char reason[240];
} SendRefused;

typedef struct SendDeliveryState {
    SendPlace place;  /* acknowledged without a gap, with what was there before */
    int64_t sent;     /* acknowledged in all, in this run */
    int64_t in_hand;  /* given to Kafka and not yet acknowledged */
    int64_t quiet_ms; /* since anything was acknowledged, while something is in hand */
    int64_t refused;
    SendRefused refusals[SEND_REFUSED_MAX];
    size_t refusal_count;
} SendDeliveryState;

typedef struct SendDeliverySpec {
    const SendOptions *options;
    const SendFeed *feed;
    SendPlace start;             /* where the run begins */
    void (*tick)(void *context); /* called about ten times a second or more */
    void *context;
} SendDeliverySpec;

typedef struct SendItem {
    Text key; /* absent: none */
    Text value;
    uint8_t digest[SHA256_SIZE]; /* of the value */
    int64_t line;
    int64_t end; /* offset in the file */
} SendItem;

/* Makes TOPIC.backfill when it is asked for and missing. REJECT when the topic is not there, RETRY when nobody
 * answered. */
MUST_CHECK bool
send_delivery_open(const SendDeliverySpec *spec, SendDelivery **delivery, Error *error);
void send_delivery_close(SendDelivery *delivery); /* NULL is fine */

/* Waits while the queue is full or the rate asks for it. REJECT with rule "stopped" when told to stop; FATAL. */
MUST_CHECK bool send_delivery_send(SendDelivery *delivery, const SendItem *item, Error *error);
/* Until everything is acknowledged. Told to stop it waits 10 s more: REJECT with rule "stopped". */
MUST_CHECK bool send_delivery_finish(SendDelivery *delivery, Error *error);

const SendDeliveryState *send_delivery_state(SendDelivery *delivery);

#endif
