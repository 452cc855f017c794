#include "mock_kafka.h"

#include "adapters/kafka_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Faults and ends. Times, markers of transactions and groups want a real broker: tests/integration/test_map.py. */
enum { PARTITIONS = 3, RECORDS = 900, PATIENCE_MS = 20000, IMPATIENCE_MS = 700 };

typedef struct Fixture {
    MockKafka mock;
    KafkaReader *reader;
    int seen; /* records read by read_all */
} Fixture;

static int set_up(void **state)
{
    static Fixture fixture;
    fixture = (Fixture){.mock = mock_kafka_start(1)};
    mock_kafka_topic(&fixture.mock, "feed", PARTITIONS);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    kafka_reader_close(fixture->reader);
    mock_kafka_stop(&fixture->mock);
    return 0;
}

/* Values are their number in decimal; record i goes to partition i % PARTITIONS. */
static void produce(const Fixture *fixture, int first, int count)
{
    char reason[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    assert_int_equal(
        rd_kafka_conf_set(conf, "bootstrap.servers", fixture->mock.brokers, reason, sizeof(reason)),
        RD_KAFKA_CONF_OK);
    rd_kafka_t *producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
    assert_non_null(producer);
    for (int i = first; i < first + count; i++) {
        char value[16];
        int size = snprintf(value, sizeof(value), "%d", i);
        assert_int_equal(rd_kafka_producev(producer, RD_KAFKA_V_TOPIC("feed"),
                                           RD_KAFKA_V_PARTITION(i % PARTITIONS),
                                           RD_KAFKA_V_VALUE(value, (size_t)size),
                                           RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                           RD_KAFKA_V_END),
                         RD_KAFKA_RESP_ERR_NO_ERROR);
    }
    assert_int_equal(rd_kafka_flush(producer, PATIENCE_MS), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_destroy(producer);
}

static bool open_reader(Fixture *fixture, int limit_ms, Error *error)
{
    const KafkaReaderSpec spec = {
        .client = {.brokers = fixture->mock.brokers, .client_id = "test"},
        .topic = "feed",
        .limit_ms = limit_ms,
    };
    return kafka_reader_open(&spec, &fixture->reader, error);
}

/* To the end; in each partition in order and without a gap. */
static void read_all(Fixture *fixture)
{
    int64_t next[PARTITIONS] = {0};
    const KafkaRecord *records;
    size_t count;
    Error error = {0};
    do {
        if (!kafka_reader_read(fixture->reader, &records, &count, &error))
            fail_msg("%s", error.text);
        for (size_t i = 0; i < count; i++) {
            int32_t partition = records[i].partition;
            int64_t number;
            assert_true(text_is(records[i].topic, "feed"));
            assert_int_equal(records[i].offset, next[partition]++);
            assert_true(text_to_int64(records[i].value, &number));
            assert_int_equal(number, records[i].offset * PARTITIONS + partition);
        }
        fixture->seen += (int)count;
    } while (count > 0);
}

static void reads_every_partition_in_order_to_its_end(void **state)
{
    Fixture *fixture = *state;
    Error error = {0};
    produce(fixture, 0, RECORDS);
    assert_true(open_reader(fixture, PATIENCE_MS, &error));
    KafkaReaderProgress progress = kafka_reader_progress(fixture->reader);
    assert_int_equal(progress.total, RECORDS);
    assert_int_equal(progress.read, 0);
    read_all(fixture);
    assert_int_equal(fixture->seen, RECORDS);
    progress = kafka_reader_progress(fixture->reader);
    assert_int_equal(progress.read, RECORDS);
    assert_int_equal(progress.passed, RECORDS);
    read_all(fixture);
    assert_int_equal(fixture->seen, RECORDS); /* the end stays the end */
}

static void what_comes_after_it_was_opened_is_not_read(void **state)
{
    Fixture *fixture = *state;
    Error error = {0};
    produce(fixture, 0, 30);
    assert_true(open_reader(fixture, PATIENCE_MS, &error));
    produce(fixture, 30, 60);
    read_all(fixture);
    assert_int_equal(fixture->seen, 30);
}

static void an_empty_topic_is_at_its_end(void **state)
{
    Fixture *fixture = *state;
    Error error = {0};
    assert_true(open_reader(fixture, PATIENCE_MS, &error));
    assert_int_equal(kafka_reader_progress(fixture->reader).total, 0);
    read_all(fixture);
    assert_int_equal(fixture->seen, 0);
}

static void faults_that_pass_are_waited_for(void **state)
{
    Fixture *fixture = *state;
    Error error = {0};
    produce(fixture, 0, RECORDS);
    mock_kafka_fail(&fixture->mock, MOCK_FETCH, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, 3);
    assert_true(open_reader(fixture, PATIENCE_MS, &error));
    read_all(fixture);
    assert_int_equal(fixture->seen, RECORDS);
}

static void a_broker_that_is_away_is_named(void **state)
{
    Fixture *fixture = *state;
    Error error = {0};
    mock_kafka_down(&fixture->mock, 1, 1);
    assert_false(open_reader(fixture, IMPATIENCE_MS, &error));
    assert_int_equal(error.verdict, ERROR_RETRY);
    assert_non_null(strstr(error.text, fixture->mock.brokers));
    assert_null(fixture->reader);
}

static void a_broker_that_gives_nothing_is_given_up_after_a_while(void **state)
{
    Fixture *fixture = *state;
    const KafkaRecord *records;
    size_t count;
    Error error = {0};
    produce(fixture, 0, 3);
    mock_kafka_fail(&fixture->mock, MOCK_FETCH, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, 1000);
    assert_true(open_reader(fixture, IMPATIENCE_MS, &error));
    assert_false(kafka_reader_read(fixture->reader, &records, &count, &error));
    assert_int_equal(error.verdict, ERROR_RETRY);
    assert_int_equal(count, 0);
}

static void rights_that_are_missing_end_it(void **state)
{
    Fixture *fixture = *state;
    const KafkaRecord *records;
    size_t count;
    Error error = {0};
    produce(fixture, 0, 3);
    mock_kafka_fail(&fixture->mock, MOCK_FETCH, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, 100);
    assert_true(open_reader(fixture, PATIENCE_MS, &error));
    assert_false(kafka_reader_read(fixture->reader, &records, &count, &error));
    assert_int_equal(error.verdict, ERROR_FATAL);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(reads_every_partition_in_order_to_its_end),
        WITH(what_comes_after_it_was_opened_is_not_read),
        WITH(an_empty_topic_is_at_its_end),
        WITH(faults_that_pass_are_waited_for),
        WITH(a_broker_that_is_away_is_named),
        WITH(a_broker_that_gives_nothing_is_given_up_after_a_while),
        WITH(rights_that_are_missing_end_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
