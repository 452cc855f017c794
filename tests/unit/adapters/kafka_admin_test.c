#include "mock_kafka.h"

#include "adapters/kafka_admin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { LIMIT_MS = 5000 };

/* As while a broker has just begun, or has gone: librdkafka 2.0 has fallen over this without a group of its own. */
static void a_coordinator_that_has_moved_is_asked_again_later(void **state)
{
    (void)state;
    MockKafka mock = mock_kafka_start(1);
    mock_kafka_topic(&mock, "feed", 1);
    const KafkaClientSpec spec = {.brokers = mock.brokers, .client_id = "test"};
    KafkaPosition position = {.topic = "feed", .partition = 0};
    KafkaAdmin *admin;
    Error error = {0};
    assert_true(kafka_admin_open(&spec, LIMIT_MS, &admin, &error));
    mock_kafka_fail(&mock, MOCK_OFFSET_FETCH, RD_KAFKA_RESP_ERR_NOT_COORDINATOR, 1);
    assert_false(kafka_admin_group_offsets(admin, "some-group", &position, 1, &error));
    assert_int_equal(error.verdict, ERROR_RETRY);
    error = (Error){0};
    assert_true(kafka_admin_group_offsets(admin, "some-group", &position, 1, &error));
    assert_true(position.offset == KAFKA_OFFSET_NONE);
    kafka_admin_close(admin);
    mock_kafka_stop(&mock);
}

static void produce(const MockKafka *mock, int partition, const char *key, const char *value)
{
    char reason[200];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", mock->brokers, reason, sizeof(reason));
    rd_kafka_t *producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
    assert_non_null(producer);
    assert_int_equal(rd_kafka_producev(
                         producer, RD_KAFKA_V_TOPIC("feed"), RD_KAFKA_V_PARTITION(partition),
                         RD_KAFKA_V_KEY((void *)(uintptr_t)key, strlen(key)),
                         RD_KAFKA_V_VALUE((void *)(uintptr_t)value, strlen(value)), RD_KAFKA_V_END),
                     RD_KAFKA_RESP_ERR_NO_ERROR);
    assert_int_equal(rd_kafka_flush(producer, LIMIT_MS), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_destroy(producer);
}

/* One of each partition, and none where there is none; two of one partition are no question that anybody asks. */
static void records_are_read_by_their_places(void **state)
{
    (void)state;
    MockKafka mock = mock_kafka_start(1);
    mock_kafka_topic(&mock, "feed", 3);
    produce(&mock, 0, "a", "first");
    produce(&mock, 0, "b", "second");
    produce(&mock, 2, "c", "third");
    const KafkaClientSpec spec = {.brokers = mock.brokers, .client_id = "test"};
    const KafkaPosition positions[] = {{"feed", 2, 0}, {"feed", 0, 1}, {"feed", 1, 0}};
    KafkaCopy copies[3];
    KafkaPosition ends[] = {{"feed", 0, 0}, {"feed", 1, 0}, {"feed", 2, 0}};
    KafkaAdmin *admin;
    Error error = {0};
    Arena *arena = arena_new(1024);
    assert_true(kafka_admin_open(&spec, 1000, &admin, &error));
    assert_true(kafka_admin_records_at(admin, positions, 3, arena, copies, &error));
    assert_true(copies[0].offset == 0 && text_is(copies[0].value, "third"));
    assert_true(copies[1].offset == 1 && text_is(copies[1].value, "second"));
    assert_true(text_is(copies[1].key, "b") && copies[1].timestamp_us > 0);
    assert_true(copies[2].offset == KAFKA_OFFSET_NONE);
    assert_true(kafka_admin_records_at(admin, positions, 0, arena, copies, &error));
    assert_true(kafka_admin_ends(admin, ends, 3, &error));
    assert_true(ends[0].offset == 2 && ends[1].offset == 0 && ends[2].offset == 1);
    assert_true(kafka_admin_beginnings(admin, ends, 3, &error));
    assert_true(ends[0].offset == 0 && ends[1].offset == 0 && ends[2].offset == 0);
    kafka_admin_close(admin);
    arena_free(arena);
    mock_kafka_stop(&mock);
}

/* As the survey of lag opens it (lag_survey.c). */
static KafkaAdmin *open_surveyor(const MockKafka *mock)
{
    const KafkaProperty properties[] = {{"enable.partition.eof", "true"},
                                        {"queued.max.messages.kbytes", "1"},
                                        {"isolation.level", "read_committed"}};
    const KafkaClientSpec spec = {.brokers = mock->brokers,
                                  .client_id = "test",
                                  .properties = properties,
                                  .property_count = 3};
    KafkaAdmin *admin;
    Error error = {0};
    assert_true(kafka_admin_open(&spec, LIMIT_MS, &admin, &error));
    return admin;
}

/* Many more than are fetched at a time; of each the first record from the offset on, and that none follows. */
static void stamps_are_those_of_the_next_records_in_every_partition(void **state)
{
    enum { PARTITIONS = 200 };
    (void)state;
    MockKafka mock = mock_kafka_start(1);
    mock_kafka_topic(&mock, "feed", PARTITIONS);
    for (int i = 0; i < PARTITIONS; i += 2) {
        produce(&mock, i, "a", "first");
        produce(&mock, i, "b", "second");
    }
    KafkaAdmin *admin = open_surveyor(&mock);
    KafkaStamp stamps[PARTITIONS] = {0};
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < PARTITIONS; i++)
            stamps[i].position = (KafkaPosition){"feed", i, i % 2 == 0 ? round : 0};
        kafka_admin_stamps(admin, stamps, PARTITIONS, LIMIT_MS);
        for (int i = 0; i < PARTITIONS; i++) {
            assert_true(stamps[i].answered);
            assert_int_equal(stamps[i].found, i % 2 == 0);
            assert_true(stamps[i].time_ms > 0 || i % 2 != 0);
        }
    }
    kafka_admin_close(admin);
    mock_kafka_stop(&mock);
}

/* Only the partition that has no leader is not known, and asking for the others takes no longer. */
static void a_partition_without_a_leader_leaves_the_others_known(void **state)
{
    (void)state;
    MockKafka mock = mock_kafka_start(2);
    mock_kafka_topic(&mock, "feed", 3);
    produce(&mock, 0, "a", "first");
    produce(&mock, 2, "c", "third");
    rd_kafka_mock_partition_set_leader(mock.cluster, "feed", 1, -1);
    KafkaAdmin *admin = open_surveyor(&mock);
    Arena *arena = arena_new(1024);
    KafkaLayout *topics;
    size_t count;
    Error error = {0};
    assert_true(kafka_admin_layout(admin, arena, &topics, &count, &error));
    assert_int_equal(count, 1);
    assert_int_equal(topics[0].partitions, 3);
    assert_true(topics[0].leaders[0] > 0 && topics[0].leaders[1] == -1 && topics[0].leaders[2] > 0);
    KafkaPosition ends[] = {{"feed", 0, 0}, {"feed", 2, 0}};
    assert_true(kafka_admin_extremes(admin, true, ends, 2, &error));
    assert_true(ends[0].offset == 1 && ends[1].offset == 1);
    assert_true(kafka_admin_extremes(admin, false, ends, 2, &error));
    assert_true(ends[0].offset == 0 && ends[1].offset == 0);
    arena_free(arena);
    kafka_admin_close(admin);
    mock_kafka_stop(&mock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_coordinator_that_has_moved_is_asked_again_later),
        cmocka_unit_test(records_are_read_by_their_places),
        cmocka_unit_test(stamps_are_those_of_the_next_records_in_every_partition),
        cmocka_unit_test(a_partition_without_a_leader_leaves_the_others_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
