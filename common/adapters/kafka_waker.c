/*
 * A thread that asks for metadata now and then. Metadata, as it goes to a broker at random and is the one question of
 * librdkafka 2.0 that keeps its time limit.
 */
#include "adapters/kafka_waker.h"

#include "base/clock.h"

#include "adapters/kafka_handle.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { PERIOD_MS = 20, BUSY_MS = 500, QUIET_MS = 50, ANSWER_LIMIT_MS = 500 };

struct KafkaWaker {
    rd_kafka_t *client;
    pthread_t thread;
    atomic_bool stopping;
    atomic_llong busy_until_ms;
};

static void sleep_ms(int wait_ms)
{
    nanosleep(&(struct timespec){.tv_nsec = wait_ms * 1000000L}, NULL);
}

static void *run(void *argument)
{
    KafkaWaker *waker = argument;
    while (!atomic_load(&waker->stopping)) {
        if (clock_monotonic_ms() >= atomic_load(&waker->busy_until_ms)) {
            sleep_ms(QUIET_MS);
            continue;
        }
        const struct rd_kafka_metadata *metadata;
        if (rd_kafka_metadata(waker->client, 0, NULL, &metadata, ANSWER_LIMIT_MS) ==
            RD_KAFKA_RESP_ERR_NO_ERROR)
            rd_kafka_metadata_destroy(metadata);
        sleep_ms(PERIOD_MS);
    }
    return NULL;
}

KafkaWaker *kafka_waker_start(rd_kafka_t *client)
{
    KafkaWaker *waker = kafka_handle_alloc(calloc(1, sizeof(*waker)));
    waker->client = client;
    /* Signals are for the program's own thread. */
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    if (pthread_create(&waker->thread, NULL, run, waker) != 0)
        abort();
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return waker;
}

void kafka_waker_stop(KafkaWaker *waker)
{
    if (waker == NULL)
        return;
    atomic_store(&waker->stopping, true);
    pthread_join(waker->thread, NULL);
    free(waker);
}

void kafka_waker_busy(KafkaWaker *waker)
{
    atomic_store(&waker->busy_until_ms, clock_monotonic_ms() + BUSY_MS);
}
