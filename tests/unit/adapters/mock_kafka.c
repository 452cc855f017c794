#include "mock_kafka.h"

#include <stdlib.h>

MockKafka mock_kafka_start(int brokers)
{
    char reason[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, NULL);
    MockKafka mock = {.host = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason))};
    if (mock.host == NULL)
        abort();
    mock.cluster = rd_kafka_mock_cluster_new(mock.host, brokers);
    mock.brokers = rd_kafka_mock_cluster_bootstraps(mock.cluster);
    return mock;
}

void mock_kafka_stop(MockKafka *mock)
{
    rd_kafka_mock_cluster_destroy(mock->cluster);
    rd_kafka_destroy(mock->host);
}

void mock_kafka_topic(const MockKafka *mock, const char *topic, int partitions)
{
    if (rd_kafka_mock_topic_create(mock->cluster, topic, partitions, 1) !=
        RD_KAFKA_RESP_ERR_NO_ERROR)
        abort();
}

void mock_kafka_fail(const MockKafka *mock, int request, rd_kafka_resp_err_t code, size_t count)
{
    for (size_t i = 0; i < count; i++)
        rd_kafka_mock_push_request_errors(mock->cluster, (int16_t)request, 1, code);
}

void mock_kafka_down(const MockKafka *mock, int broker, int down)
{
    if (down)
        rd_kafka_mock_broker_set_down(mock->cluster, broker);
    else
        rd_kafka_mock_broker_set_up(mock->cluster, broker);
}
