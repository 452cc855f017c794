#ifndef ONECASE_TESTS_MOCK_KAFKA_H
#define ONECASE_TESTS_MOCK_KAFKA_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/* librdkafka's in-process cluster, for faults that a real broker does not make on demand. */
typedef struct MockKafka {
    rd_kafka_t *host;
    rd_kafka_mock_cluster_t *cluster;
    const char *brokers;
} MockKafka;

/* Numbers of Kafka's requests. */
enum { MOCK_PRODUCE = 0, MOCK_FETCH = 1, MOCK_OFFSET_COMMIT = 8, MOCK_OFFSET_FETCH = 9 };

MockKafka mock_kafka_start(int brokers);
void mock_kafka_stop(MockKafka *mock);

void mock_kafka_topic(const MockKafka *mock, const char *topic, int partitions);

/* The next `count` requests of a kind are answered with this error. */
void mock_kafka_fail(const MockKafka *mock, int request, rd_kafka_resp_err_t code, size_t count);

void mock_kafka_down(const MockKafka *mock, int broker, int down);

#endif
