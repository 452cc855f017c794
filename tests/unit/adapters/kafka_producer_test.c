#include "mock_kafka.h"

#include "domain/region.h"

#include "adapters/kafka_producer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { PARTITIONS = 24, LIMIT_BYTES = 1000, DELIVERIES_MAX = 64, PATIENCE_MS = 20000 };

typedef struct Deliveries {
    KafkaDelivery items[DELIVERIES_MAX];
    size_t count;
} Deliveries;

typedef struct Fixture {
    MockKafka mock;
    KafkaProducer *producer;
    Deliveries got;
} Fixture;

static void on_delivered(void *context, const KafkaDelivery *delivery)
{
    Deliveries *got = context;
    assert_true(got->count < DELIVERIES_MAX);
    got->items[got->count++] = *delivery;
}

static void start(Fixture *fixture)
{
    *fixture = (Fixture){.mock = mock_kafka_start(1)};
    mock_kafka_topic(&fixture->mock, "reports", PARTITIONS);
    const KafkaTopicLimit limit = {"reports", LIMIT_BYTES};
    const KafkaProducerSpec spec = {
        .client = {.brokers = fixture->mock.brokers, .client_id = "test"},
        .limits = &limit,
        .limit_count = 1,
        .delivered = on_delivered,
        .context = &fixture->got,
    };
    Error error = {0};
    assert_true(kafka_producer_open(&spec, &fixture->producer, &error));
}

static void stop(Fixture *fixture)
{
    kafka_producer_close(fixture->producer);
    mock_kafka_stop(&fixture->mock);
}

static bool hand_over(Fixture *fixture, Text key, Text value, void *opaque, Error *error)
{
    const KafkaMessage message = {
        .topic = "reports", .partition = -1, .key = key, .value = value, .opaque = opaque};
    return kafka_producer_send(fixture->producer, &message, error);
}

static void must_flush(Fixture *fixture)
{
    Error error = {0};
    if (!kafka_producer_flush(fixture->producer, PATIENCE_MS, &error))
        fail_msg("%s", error.text);
}

static void a_key_goes_to_the_partition_the_domain_computes(void **state)
{
    (void)state;
    static const char *const REGIONS[] = {"9901", "9902", "110101", "a", "another-region"};
    enum { COUNT = sizeof(REGIONS) / sizeof(REGIONS[0]) };
    Fixture fixture;
    start(&fixture);
    for (size_t i = 0; i < COUNT; i++) {
        Error error = {0};
        assert_true(hand_over(&fixture, text_from(REGIONS[i]), TEXT("{}"),
                              (void *)(uintptr_t)REGIONS[i], &error));
    }
    assert_int_equal(kafka_producer_in_flight(fixture.producer), COUNT);
    must_flush(&fixture);
    assert_int_equal(kafka_producer_in_flight(fixture.producer), 0);
    assert_int_equal(fixture.got.count, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        const KafkaDelivery *delivery = &fixture.got.items[i];
        assert_true(delivery->delivered);
        assert_int_equal(delivery->partition,
                         region_partition(text_from(delivery->opaque), PARTITIONS));
    }
    stop(&fixture);
}

static void a_record_beyond_its_topics_limit_is_refused_unsent(void **state)
{
    (void)state;
    static const char BYTES[LIMIT_BYTES] = {0};
    Fixture fixture;
    start(&fixture);
    Error error = {0};
    assert_false(hand_over(&fixture, TEXT("9901"), (Text){BYTES, sizeof(BYTES)}, NULL, &error));
    assert_int_equal(error.verdict, ERROR_REJECT);
    assert_string_equal(error.rule, "too_large");
    assert_int_equal(kafka_producer_in_flight(fixture.producer), 0);
    error_clear(&error);
    assert_true(hand_over(&fixture, TEXT("9901"), (Text){BYTES, LIMIT_BYTES / 2}, NULL, &error));
    must_flush(&fixture);
    assert_true(fixture.got.items[0].delivered);
    stop(&fixture);
}

static void a_topic_without_a_limit_is_our_bug(void **state)
{
    (void)state;
    Fixture fixture;
    start(&fixture);
    Error error = {0};
    const KafkaMessage message = {.topic = "elsewhere", .partition = -1, .value = TEXT("{}")};
    assert_false(kafka_producer_send(fixture.producer, &message, &error));
    assert_int_equal(error.verdict, ERROR_FATAL);
    stop(&fixture);
}

static void a_record_refused_by_the_broker_is_reported_and_the_next_goes_through(void **state)
{
    (void)state;
    static const struct {
        rd_kafka_resp_err_t code;
        const char *rule;
        bool too_large;
    } CASES[] = {
        {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, "too_large", true},
        {RD_KAFKA_RESP_ERR_INVALID_RECORD, "refused", false},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        Fixture fixture;
        start(&fixture);
        mock_kafka_fail(&fixture.mock, MOCK_PRODUCE, CASES[i].code, 1);
        Error error = {0};
        assert_true(hand_over(&fixture, TEXT("9901"), TEXT("{}"), NULL, &error));
        must_flush(&fixture);
        assert_int_equal(fixture.got.count, 1);
        assert_false(fixture.got.items[0].delivered);
        assert_int_equal(fixture.got.items[0].error.verdict, ERROR_REJECT);
        assert_string_equal(fixture.got.items[0].error.rule, CASES[i].rule);
        assert_int_equal(fixture.got.items[0].too_large, CASES[i].too_large);
        assert_true(hand_over(&fixture, TEXT("9901"), TEXT("{}"), NULL, &error));
        must_flush(&fixture);
        assert_int_equal(fixture.got.count, 2);
        assert_true(fixture.got.items[1].delivered);
        stop(&fixture);
    }
}

static void a_refusal_that_would_meet_every_record_is_fatal(void **state)
{
    (void)state;
    Fixture fixture;
    start(&fixture);
    mock_kafka_fail(&fixture.mock, MOCK_PRODUCE, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, 1);
    Error error = {0};
    assert_true(hand_over(&fixture, TEXT("9901"), TEXT("{}"), NULL, &error));
    must_flush(&fixture);
    assert_false(fixture.got.items[0].delivered);
    assert_int_equal(fixture.got.items[0].error.verdict, ERROR_FATAL);
    stop(&fixture);
}

static void a_passing_fault_is_tried_again_without_a_word(void **state)
{
    (void)state;
    Fixture fixture;
    start(&fixture);
    mock_kafka_fail(&fixture.mock, MOCK_PRODUCE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, 2);
    Error error = {0};
    assert_true(hand_over(&fixture, TEXT("9901"), TEXT("{}"), NULL, &error));
    must_flush(&fixture);
    assert_int_equal(fixture.got.count, 1);
    assert_true(fixture.got.items[0].delivered);
    stop(&fixture);
}

static void an_outage_is_waited_for_and_loses_nothing(void **state)
{
    (void)state;
    Fixture fixture;
    start(&fixture);
    Error error = {0};
    assert_true(hand_over(&fixture, TEXT("9901"), TEXT("{}"), NULL, &error));
    must_flush(&fixture);
    mock_kafka_down(&fixture.mock, 1, 1);
    for (size_t i = 0; i < 10; i++)
        assert_true(hand_over(&fixture, TEXT("9901"), TEXT("{}"), NULL, &error));
    assert_false(kafka_producer_flush(fixture.producer, 1500, &error));
    assert_int_equal(error.verdict, ERROR_RETRY);
    assert_int_equal(kafka_producer_in_flight(fixture.producer), 10);
    mock_kafka_down(&fixture.mock, 1, 0);
    must_flush(&fixture);
    assert_int_equal(fixture.got.count, 11);
    for (size_t i = 0; i < fixture.got.count; i++) {
        assert_true(fixture.got.items[i].delivered);
        assert_int_equal(fixture.got.items[i].offset, i);
    }
    stop(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_goes_to_the_partition_the_domain_computes),
        cmocka_unit_test(a_record_beyond_its_topics_limit_is_refused_unsent),
        cmocka_unit_test(a_topic_without_a_limit_is_our_bug),
        cmocka_unit_test(a_record_refused_by_the_broker_is_reported_and_the_next_goes_through),
        cmocka_unit_test(a_refusal_that_would_meet_every_record_is_fatal),
        cmocka_unit_test(a_passing_fault_is_tried_again_without_a_word),
        cmocka_unit_test(an_outage_is_waited_for_and_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
