#include "mock_kafka.h"

#include "adapters/kafka_admin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_coordinator_that_has_moved_is_asked_again_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
