#ifndef ONECASE_INTAKE_SENDER_H
#define ONECASE_INTAKE_SENDER_H

#include "settings.h"

#include "adapters/kafka_admin.h"
#include "adapters/kafka_producer.h"

/*
 * The producer with receipts: each message handed over has one, which tells what became of it. Waiting is patient
 * for about a second at a time and then says RETRY, so that the caller can look after his consumer; what is under way
 * stays under way.
 */
typedef enum ReceiptState {
    RECEIPT_NONE,
    RECEIPT_SENT,
    RECEIPT_DELIVERED,
    RECEIPT_REFUSED
} ReceiptState;

typedef struct Receipt {
    ReceiptState state;
    int64_t sent_us; /* when it was handed over (monotonic) */
    bool certain;    /* refused before it was sent: a second try changes nothing */
    char rule[24];   /* of a refusal: too_large, refused */
} Receipt;

typedef struct Sender {
    KafkaProducer *producer;
    char *report_topic;
    char *vault_topic;
    int64_t vault_bytes; /* the largest record the vault takes */
    Error failure;       /* FATAL, found in a delivery */
} Sender;

/* Reads the topics' limits from the broker: RETRY while a topic is missing or nobody answers. */
MUST_CHECK bool
sender_open(const IntakeSettings *settings, KafkaAdmin *admin, Sender *sender, Error *error);
void sender_close(Sender *sender);

/* Hands a message over; receipt->state becomes SENT, or REFUSED when it is too large for its topic (that is no failure). */
MUST_CHECK bool sender_put(Sender *sender, KafkaMessage *message, Receipt *receipt, Error *error);

/* Until everything under way was reported. */
MUST_CHECK bool sender_settle(Sender *sender, Error *error);

#endif
