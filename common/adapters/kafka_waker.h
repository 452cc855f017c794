#ifndef ONECASE_ADAPTERS_KAFKA_WAKER_H
#define ONECASE_ADAPTERS_KAFKA_WAKER_H

#include <librdkafka/rdkafka.h>

/*
 * Keeps a consumer with a small queue fast. librdkafka 2.0 looks at a queue that was full again only when its broker
 * thread wakes, which without help takes up to a second (technique.md, 2; its issue 2879): a queue of 2 MB then reads
 * 2 MB a second. A small request every 20 ms wakes the thread; it is sent only while records are coming. Measured with
 * intake and 2 MB: 5,700 records/s without, the CPU is the limit with it. Internal to kafka_consumer.c.
 */
typedef struct KafkaWaker KafkaWaker;

KafkaWaker *kafka_waker_start(rd_kafka_t *client); /* starts a thread; the client must outlive it */
void kafka_waker_stop(KafkaWaker *waker); /* ends the thread, within about a second; NULL is fine */

/* Records came: goes on waking for the next half second. */
void kafka_waker_busy(KafkaWaker *waker);

#endif
