#ifndef ONECASE_TESTS_KAFKA_CONSUMER_FIXTURE_H
#define ONECASE_TESTS_KAFKA_CONSUMER_FIXTURE_H

#include "mock_kafka.h"

#include "base/clock.h"

#include "adapters/kafka_consumer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A consumer of two partitions on the mock cluster, for kafka_consumer*_test.c. */
enum { PARTITIONS = 2, PATIENCE_MS = 30000, RECORDS = 600 };

/* A consumer with hooks that note what they were told. */
typedef struct Fixture {
    MockKafka mock;
    int brokers; /* 0: one */
    KafkaConsumer *consumer;
    int64_t start_at; /* what `assigned` answers */
    int refusals;     /* how often `assigned` says RETRY first */
    int assigned;
    int revoked;
    int64_t lost_wanted;
    bool go_on_when_lost;
    bool hold_second; /* `assigned` holds partition 1 */
} Fixture;

static inline bool on_assigned(void *context, KafkaPosition *partitions, size_t count, Error *error)
{
    Fixture *fixture = context;
    if (fixture->refusals > 0) {
        fixture->refusals--;
        return error_set(error, ERROR_RETRY, "the database does not answer");
    }
    fixture->assigned++;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(partitions[i].offset, KAFKA_OFFSET_COMMITTED);
        partitions[i].offset = fixture->start_at;
    }
    if (fixture->hold_second)
        kafka_consumer_hold(fixture->consumer, "feed", 1, true);
    return true;
}

static inline void
on_revoked(void *context, const KafkaPosition *partitions, size_t count, bool lost)
{
    (void)partitions;
    (void)count;
    (void)lost;
    ((Fixture *)context)->revoked++;
}

static inline bool on_lost(void *context, const KafkaPosition *wanted, int64_t low, Error *error)
{
    Fixture *fixture = context;
    (void)error;
    fixture->lost_wanted = wanted->offset;
    assert_int_equal(low, 0);
    return fixture->go_on_when_lost;
}

static inline void start(Fixture *fixture)
{
    static const char *const TOPICS[] = {"feed"};
    fixture->mock = mock_kafka_start(fixture->brokers > 0 ? fixture->brokers : 1);
    mock_kafka_topic(&fixture->mock, "feed", PARTITIONS);
    const KafkaConsumerSpec spec = {
        .client = {.brokers = fixture->mock.brokers, .client_id = "test"},
        .group = "group",
        .assignor = "range",
        .topics = TOPICS,
        .topic_count = 1,
        .notice_ends = true,
        .hooks = {fixture, on_assigned, on_revoked, on_lost},
    };
    Error error = {0};
    assert_true(kafka_consumer_open(&spec, &fixture->consumer, &error));
}

static inline void stop(Fixture *fixture)
{
    kafka_consumer_close(fixture->consumer);
    mock_kafka_stop(&fixture->mock);
}

/* Values are their number in decimal. */
static inline void produce(const Fixture *fixture, int first, int count)
{
    char reason[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, NULL);
    assert_int_equal(
        rd_kafka_conf_set(conf, "bootstrap.servers", fixture->mock.brokers, reason, sizeof(reason)),
        RD_KAFKA_CONF_OK);
    rd_kafka_t *producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
    assert_non_null(producer);
    for (int i = first; i < first + count; i++) {
        char value[16];
        int size = snprintf(value, sizeof(value), "%d", i);
        assert_int_equal(
            rd_kafka_producev(
                producer, RD_KAFKA_V_TOPIC("feed"), RD_KAFKA_V_PARTITION(i % PARTITIONS),
                RD_KAFKA_V_VALUE(value, (size_t)size), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                RD_KAFKA_V_HEADER("number", value, size), RD_KAFKA_V_END),
            RD_KAFKA_RESP_ERR_NO_ERROR);
    }
    assert_int_equal(rd_kafka_flush(producer, PATIENCE_MS), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_destroy(producer);
}

/* Reads until `wanted` records came, counting how often each number was seen. */
static inline size_t read_numbers(Fixture *fixture, size_t wanted, size_t max, int seen[RECORDS])
{
    int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
    size_t total = 0;
    while (total < wanted && clock_monotonic_ms() < deadline) {
        const KafkaRecord *records;
        size_t count;
        Error error = {0};
        if (!kafka_consumer_read(fixture->consumer, (KafkaReading){max, 200, 5}, &records, &count,
                                 &error)) {
            assert_int_equal(error.verdict, ERROR_RETRY);
            continue;
        }
        assert_true(count <= max);
        for (size_t i = 0; i < count; i++) {
            int64_t number;
            assert_true(text_to_int64(records[i].value, &number));
            assert_int_equal(records[i].partition, number % PARTITIONS);
            assert_int_equal(records[i].offset, number / PARTITIONS);
            seen[number]++;
        }
        total += count;
    }
    return total;
}

static inline void expect_each_once(const int seen[RECORDS], int from, int to)
{
    for (int i = from; i < to; i++)
        if (seen[i] != 1)
            fail_msg("record %d came %d times", i, seen[i]);
}

#endif
