#include "kafka_consumer_fixture.h"

static void every_record_comes_once_though_reading_pauses_often(void **state)
{
    (void)state;
    static int seen[RECORDS];
    Fixture fixture = {.start_at = KAFKA_OFFSET_BEGINNING};
    start(&fixture);
    produce(&fixture, 0, RECORDS);
    size_t total = 0;
    for (int round = 0; total < RECORDS && round < 12; round++) {
        total += read_numbers(&fixture, 100, 100, seen);
        kafka_consumer_idle(fixture.consumer, round % 3 == 0 ? 60 : 1);
    }
    assert_int_equal(total, RECORDS);
    expect_each_once(seen, 0, RECORDS);
    assert_int_equal(fixture.assigned, 1);
    stop(&fixture);
    assert_int_equal(fixture.revoked, 1);
}

static void a_batch_stays_readable_while_idle(void **state)
{
    (void)state;
    Fixture fixture = {.start_at = KAFKA_OFFSET_BEGINNING};
    start(&fixture);
    produce(&fixture, 0, 10);
    const KafkaRecord *records = NULL;
    size_t count = 0;
    Error error = {0};
    int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
    while (count == 0 && clock_monotonic_ms() < deadline)
        assert_true(kafka_consumer_read(fixture.consumer, (KafkaReading){1, 200, 0}, &records,
                                        &count, &error));
    if (records == NULL || count != 1) {
        fail_msg("%zu records instead of one", count);
        return;
    }
    kafka_consumer_idle(fixture.consumer, 300);
    Arena *arena = arena_new(256);
    RecordHeader *headers;
    size_t header_count;
    kafka_record_headers(&records[0], arena, &headers, &header_count);
    assert_int_equal(header_count, 1);
    assert_true(text_is(headers[0].name, "number"));
    assert_true(text_equal(headers[0].value, records[0].value));
    assert_true(text_is_absent(records[0].key));
    assert_true(text_equal(kafka_record_header(&records[0], "number"), records[0].value));
    assert_true(text_is_absent(kafka_record_header(&records[0], "numbe")));
    arena_free(arena);
    stop(&fixture);
}

static void a_hook_that_cannot_answer_is_asked_again(void **state)
{
    (void)state;
    static int seen[RECORDS];
    Fixture fixture = {.start_at = KAFKA_OFFSET_BEGINNING, .refusals = 3};
    start(&fixture);
    produce(&fixture, 0, 20);
    assert_int_equal(read_numbers(&fixture, 20, 100, seen), 20);
    expect_each_once(seen, 0, 20);
    assert_int_equal(fixture.refusals, 0);
    assert_int_equal(fixture.assigned, 1);
    stop(&fixture);
}

static void starts_where_the_hook_says_and_again_after_reassign(void **state)
{
    (void)state;
    static int seen[RECORDS];
    Fixture fixture = {.start_at = 4};
    start(&fixture);
    produce(&fixture, 0, 20);
    assert_int_equal(read_numbers(&fixture, 12, 100, seen), 12);
    expect_each_once(seen, 8, 20);
    fixture.start_at = 9;
    int64_t before = kafka_consumer_generation(fixture.consumer);
    Error error = {0};
    assert_true(kafka_consumer_reassign(fixture.consumer, &error));
    assert_true(kafka_consumer_generation(fixture.consumer) > before);
    memset(seen, 0, sizeof(seen));
    assert_int_equal(read_numbers(&fixture, 2, 100, seen), 2);
    expect_each_once(seen, 18, 20);
    assert_int_equal(fixture.assigned, 2);
    assert_int_equal(fixture.revoked, 1);
    stop(&fixture);
}

static void committed_offsets_are_where_the_group_starts(void **state)
{
    (void)state;
    static int seen[RECORDS];
    Fixture fixture = {.start_at = KAFKA_OFFSET_COMMITTED};
    start(&fixture);
    produce(&fixture, 0, 20);
    assert_int_equal(read_numbers(&fixture, 20, 100, seen), 20); /* nothing committed: all */
    const KafkaPosition positions[] = {{"feed", 0, 7}, {"feed", 1, 9}, {"other", 0, 3}};
    Error error = {0};
    assert_true(kafka_consumer_commit(fixture.consumer, positions, 3, true, &error));
    KafkaPosition asked[] = {{"feed", 0, 0}, {"feed", 1, 0}};
    assert_true(kafka_consumer_committed(fixture.consumer, asked, 2, &error));
    assert_int_equal(asked[0].offset, 7);
    assert_int_equal(asked[1].offset, 9);
    memset(seen, 0, sizeof(seen));
    assert_true(kafka_consumer_reassign(fixture.consumer, &error));
    assert_int_equal(read_numbers(&fixture, 4, 100, seen), 4);
    assert_int_equal(seen[14] + seen[16] + seen[18] + seen[19], 4);
    stop(&fixture);
}

/* The first failure a read answers, or ERROR_NONE when `limit_ms` pass without. */
static Error read_failure(Fixture *fixture, int limit_ms)
{
    int64_t deadline = clock_monotonic_ms() + limit_ms;
    Error error = {0};
    const KafkaRecord *records;
    size_t count;
    while (clock_monotonic_ms() < deadline)
        if (!kafka_consumer_read(fixture->consumer, (KafkaReading){100, 100, 0}, &records, &count,
                                 &error))
            break;
    return error;
}

static void an_outage_is_said_and_ends(void **state)
{
    (void)state;
    static int seen[RECORDS];
    Fixture fixture = {.start_at = KAFKA_OFFSET_BEGINNING};
    start(&fixture);
    produce(&fixture, 0, 10);
    assert_int_equal(read_numbers(&fixture, 10, 100, seen), 10);
    mock_kafka_down(&fixture.mock, 1, 1);
    Error error = read_failure(&fixture, PATIENCE_MS);
    assert_int_equal(error.verdict, ERROR_RETRY);
    assert_non_null(strstr(error.text, "does not answer"));
    mock_kafka_down(&fixture.mock, 1, 0);
    produce(&fixture, 10, 10);
    assert_int_equal(read_numbers(&fixture, 10, 100, seen), 10);
    expect_each_once(seen, 0, 20);
    stop(&fixture);
}

static void one_broker_of_two_that_goes_is_no_outage(void **state)
{
    (void)state;
    Fixture fixture = {.start_at = KAFKA_OFFSET_BEGINNING, .brokers = 2};
    static int seen[RECORDS];
    start(&fixture);
    produce(&fixture, 0, 10);
    assert_int_equal(read_numbers(&fixture, 10, 100, seen), 10);
    mock_kafka_down(&fixture.mock, 2, 1);
    Error error = read_failure(&fixture, 3000);
    assert_int_equal(error.verdict, ERROR_NONE);
    stop(&fixture);
}

static void an_offset_that_is_gone_is_fatal_unless_the_hook_goes_on(void **state)
{
    (void)state;
    static int seen[RECORDS];
    Fixture fixture = {.start_at = 1000};
    start(&fixture);
    produce(&fixture, 0, 10);
    Error error = read_failure(&fixture, PATIENCE_MS);
    assert_int_equal(error.verdict, ERROR_FATAL);
    assert_non_null(strstr(error.text, "offset 1000 of feed/"));
    stop(&fixture);
    fixture = (Fixture){.start_at = 1000, .go_on_when_lost = true};
    start(&fixture);
    produce(&fixture, 0, 10);
    assert_int_equal(read_numbers(&fixture, 10, 100, seen), 10);
    expect_each_once(seen, 0, 10);
    assert_int_equal(fixture.lost_wanted, 1000);
    stop(&fixture);
}

static bool waits_until_caught_up(Fixture *fixture, const KafkaPosition *position)
{
    int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
    while (clock_monotonic_ms() < deadline &&
           !kafka_consumer_caught_up(fixture->consumer, position))
        assert_int_equal(read_failure(fixture, 50).verdict, ERROR_NONE);
    return kafka_consumer_caught_up(fixture->consumer, position);
}

static void knows_when_it_has_caught_up(void **state)
{
    (void)state;
    static int seen[RECORDS];
    Fixture fixture = {.start_at = KAFKA_OFFSET_BEGINNING};
    start(&fixture);
    produce(&fixture, 0, 20);
    assert_int_equal(read_numbers(&fixture, 20, 100, seen), 20);
    assert_true(waits_until_caught_up(&fixture, &(KafkaPosition){"feed", 0, 10}));
    assert_false(kafka_consumer_caught_up(fixture.consumer, &(KafkaPosition){"feed", 9, 10}));
    assert_false(kafka_consumer_caught_up(fixture.consumer, &(KafkaPosition){"other", 0, 10}));
    produce(&fixture, 20, 20);
    assert_int_equal(read_numbers(&fixture, 20, 100, seen), 20);
    assert_true(waits_until_caught_up(&fixture, &(KafkaPosition){"feed", 1, 20}));
    kafka_consumer_hold(fixture.consumer, "feed", 1, true);
    assert_false(kafka_consumer_caught_up(fixture.consumer, &(KafkaPosition){"feed", 1, 20}));
    stop(&fixture);
}

static void a_note_stands_beside_each_commit(void **state)
{
    (void)state;
    static int seen[RECORDS];
    Fixture fixture = {.start_at = KAFKA_OFFSET_BEGINNING};
    start(&fixture);
    produce(&fixture, 0, 20);
    assert_int_equal(read_numbers(&fixture, 20, 100, seen), 20);
    const KafkaPosition first[] = {{"feed", 0, 3}};
    const KafkaPosition second[] = {{"feed", 1, 5}};
    Error error = {0};
    assert_true(kafka_consumer_commit(fixture.consumer, first, 1, true, &error));
    kafka_consumer_note(fixture.consumer, "key=1@0123456789abcdef;");
    assert_true(kafka_consumer_commit(fixture.consumer, second, 1, true, &error));
    Arena *arena = arena_new(1024);
    KafkaCommit asked[] = {{.topic = "feed", .partition = 1}, {.topic = "feed", .partition = 0}};
    /* A coordinator that is just starting is asked again, or the question fails; nothing hangs. */
    mock_kafka_fail(&fixture.mock, MOCK_OFFSET_FETCH,
                    RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, 2);
    int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
    while (!kafka_consumer_commits(fixture.consumer, asked, 2, arena, &error) &&
           clock_monotonic_ms() < deadline) {
        assert_int_equal(error.verdict, ERROR_RETRY);
        error_clear(&error);
    }
    assert_int_equal(asked[0].offset, 5);
    assert_true(text_is(asked[0].note, "key=1@0123456789abcdef;"));
    assert_int_equal(asked[1].offset, 3);
    assert_true(text_is_empty(asked[1].note));
    kafka_consumer_note(fixture.consumer, NULL);
    assert_true(kafka_consumer_commit(fixture.consumer, second, 1, true, &error));
    assert_true(kafka_consumer_commits(fixture.consumer, asked, 2, arena, &error));
    assert_true(text_is_empty(asked[0].note));
    arena_free(arena);
    stop(&fixture);
}

static void topics_may_come_in_later(void **state)
{
    (void)state;
    static int seen[RECORDS];
    Fixture fixture = {.start_at = KAFKA_OFFSET_BEGINNING};
    start(&fixture);
    mock_kafka_topic(&fixture.mock, "second", 3);
    produce(&fixture, 0, 20);
    assert_int_equal(read_numbers(&fixture, 20, 100, seen), 20);
    static const char *const BOTH[] = {"feed", "second"};
    Error error = {0};
    fixture.start_at = 10; /* behind the records of "feed"; "second" has none, so it starts at 0 */
    fixture.go_on_when_lost = true;
    assert_true(kafka_consumer_subscribe(fixture.consumer, BOTH, 2, &error));
    size_t count = 0;
    int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
    while (count != PARTITIONS + 3 && clock_monotonic_ms() < deadline) {
        assert_int_equal(read_failure(&fixture, 50).verdict, ERROR_NONE);
        kafka_consumer_assignment(fixture.consumer, &count);
    }
    assert_int_equal(count, PARTITIONS + 3);
    assert_int_equal(fixture.revoked, 1);
    produce(&fixture, 20, 20);
    assert_int_equal(read_numbers(&fixture, 20, 100, seen), 20);
    expect_each_once(seen, 0, 40);
    stop(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_comes_once_though_reading_pauses_often),
        cmocka_unit_test(a_batch_stays_readable_while_idle),
        cmocka_unit_test(a_hook_that_cannot_answer_is_asked_again),
        cmocka_unit_test(starts_where_the_hook_says_and_again_after_reassign),
        cmocka_unit_test(committed_offsets_are_where_the_group_starts),
        cmocka_unit_test(knows_when_it_has_caught_up),
        cmocka_unit_test(a_note_stands_beside_each_commit),
        cmocka_unit_test(topics_may_come_in_later),
        cmocka_unit_test(an_outage_is_said_and_ends),
        cmocka_unit_test(one_broker_of_two_that_goes_is_no_outage),
        cmocka_unit_test(an_offset_that_is_gone_is_fatal_unless_the_hook_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
