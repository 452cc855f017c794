#ifndef ONECASE_RELAY_SENDER_H
#define ONECASE_RELAY_SENDER_H

#include "adapters/kafka_producer.h"
#include "adapters/relay_store.h"

/*
 * The relay's producer. What is handed over goes out in that order, and behind a record that the broker refuses nothing
 * goes out any more: the producer is done for then, and whoever opens the next one begins at the refused record.
 */
typedef struct SenderSpec {
    const char *brokers;
    const char *case_topic;
    const char *report_topic;
    int32_t partition_count; /* of the report topic, as the database knows it */
} SenderSpec;

typedef struct Sender {
    SenderSpec spec;
    KafkaProducer *producer;
    Error failure; /* of a delivery */
} Sender;

/*
 * Looks at the topics and reads their limits. RETRY while one is missing or nobody answers; FATAL when the report topic
 * has another number of partitions. `sender` must stay where it is until it is closed.
 */
MUST_CHECK bool sender_open(const SenderSpec *spec, Sender *sender, Error *error);
/* Drops what is not acknowledged. */
void sender_close(Sender *sender);
bool sender_is_open(const Sender *sender);

/*
 * Hands a row over. REJECT: it cannot be sent as it stands, the message begins with its key; nothing was handed over. RETRY: one
 * handed over before was refused meanwhile, the sender is closed.
 */
MUST_CHECK bool
sender_put(Sender *sender, int32_t partition, const OutboxRow *row, Arena *arena, Error *error);
/* Hands a command over, for its partition of the report topic. REJECT and RETRY as above. */
MUST_CHECK bool
sender_put_command(Sender *sender, const RelayCommand *command, Arena *arena, Error *error);
/* Hands a tick over to each partition of the report topic. RETRY as above. */
MUST_CHECK bool sender_put_ticks(Sender *sender, int64_t minute, Arena *arena, Error *error);

/*
 * Until all is acknowledged. RETRY when that takes longer than about three seconds: what is under way stays under way, ask
 * again. After any other failure, of a refused record too, the sender is closed.
 */
MUST_CHECK bool sender_settle(Sender *sender, Error *error);

/* Reports what comes in for up to `wait_ms`. RETRY, FATAL: the sender is closed. */
MUST_CHECK bool sender_wait(Sender *sender, int wait_ms, Error *error);

#endif
