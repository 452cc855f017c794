/* Partitions that are held while the others go on. */
#include "kafka_consumer_fixture.h"

static void a_held_partition_waits_and_loses_nothing(void **state)
{
    (void)state;
    static int seen[RECORDS];
    Fixture fixture = {.start_at = KAFKA_OFFSET_BEGINNING, .hold_second = true};
    start(&fixture);
    produce(&fixture, 0, RECORDS);
    size_t total = read_numbers(&fixture, RECORDS / 2, 50, seen);
    for (int quiet = 0; quiet < 3; quiet++) {
        const KafkaRecord *records;
        size_t count;
        Error error = {0};
        assert_true(kafka_consumer_read(fixture.consumer, (KafkaReading){10, 100, 0}, &records,
                                        &count, &error));
        assert_int_equal(count, 0);
    }
    for (int i = 0; i < RECORDS; i++)
        assert_int_equal(seen[i], i % 2 == 0);
    /* Let go and held again and again, with pauses of the whole consumer in between. */
    for (int round = 0; total < RECORDS && round < 30; round++) {
        kafka_consumer_hold(fixture.consumer, "feed", 1, false);
        total += read_numbers(&fixture, 20, 20, seen);
        kafka_consumer_hold(fixture.consumer, "feed", 1, true);
        if (round % 3 == 0)
            kafka_consumer_idle(fixture.consumer, 20);
    }
    expect_each_once(seen, 0, RECORDS);
    kafka_consumer_hold(fixture.consumer, "other", 1, true); /* not ours: nothing */
    /* The next assignment knows nothing of it. */
    fixture.hold_second = false;
    fixture.start_at = RECORDS / PARTITIONS - 2;
    Error error = {0};
    assert_true(kafka_consumer_reassign(fixture.consumer, &error));
    memset(seen, 0, sizeof(seen));
    assert_int_equal(read_numbers(&fixture, 4, 10, seen), 4);
    expect_each_once(seen, RECORDS - 4, RECORDS);
    stop(&fixture);
}

/* Reads one batch that holds a record of partition 1, counts what comes before it there, and puts the rest back. */
static int64_t put_back_second(Fixture *fixture, int seen[RECORDS])
{
    int64_t from = KAFKA_OFFSET_NONE;
    while (from == KAFKA_OFFSET_NONE) {
        const KafkaRecord *records;
        size_t count;
        Error error = {0};
        assert_true(kafka_consumer_read(fixture->consumer, (KafkaReading){20, 200, 5}, &records,
                                        &count, &error));
        for (size_t i = 0; i < count; i++)
            if (records[i].partition == 1 && (from == KAFKA_OFFSET_NONE) && i >= count / 2)
                from = records[i].offset;
        if (from != KAFKA_OFFSET_NONE)
            kafka_consumer_put_back(fixture->consumer, "feed", 1, from);
        for (size_t i = 0; i < count; i++) {
            int64_t number;
            assert_true(text_to_int64(records[i].value, &number)); /* readable as before */
            if (records[i].partition != 1 || from == KAFKA_OFFSET_NONE || records[i].offset < from)
                seen[number]++;
        }
    }
    return from;
}

static void read_once(Fixture *fixture, int seen[RECORDS])
{
    const KafkaRecord *records;
    size_t count;
    Error error = {0};
    assert_true(kafka_consumer_read(fixture->consumer, (KafkaReading){10, 100, 5}, &records, &count,
                                    &error));
    for (size_t i = 0; i < count; i++) {
        int64_t number;
        assert_true(text_to_int64(records[i].value, &number));
        seen[number]++;
    }
}

static void what_was_put_back_comes_again_when_its_partition_goes_on(void **state)
{
    (void)state;
    static int seen[RECORDS];
    Fixture fixture = {.start_at = KAFKA_OFFSET_BEGINNING};
    start(&fixture);
    produce(&fixture, 0, RECORDS);
    for (int round = 0; round < 4; round++) {
        int64_t from = put_back_second(&fixture, seen);
        if (round % 2 == 0)
            kafka_consumer_idle(fixture.consumer, 20);
        read_once(&fixture, seen); /* of the other partition alone */
        for (int64_t i = from; i < RECORDS / PARTITIONS; i++)
            assert_int_equal(seen[i * PARTITIONS + 1], 0);
        kafka_consumer_hold(fixture.consumer, "feed", 1, false);
    }
    size_t left = 0;
    for (int i = 0; i < RECORDS; i++)
        left += seen[i] == 0 ? 1 : 0;
    assert_true(left > 0);
    assert_int_equal(read_numbers(&fixture, left, 50, seen), left);
    expect_each_once(seen, 0, RECORDS);
    /* With the assignment they go too: the claim says where it starts. */
    fixture.start_at = RECORDS / PARTITIONS - 2;
    kafka_consumer_put_back(fixture.consumer, "feed", 1, 0);
    Error error = {0};
    assert_true(kafka_consumer_reassign(fixture.consumer, &error));
    memset(seen, 0, sizeof(seen));
    assert_int_equal(read_numbers(&fixture, 4, 10, seen), 4);
    expect_each_once(seen, RECORDS - 4, RECORDS);
    stop(&fixture);
}

/* Reads batches of at most `max` until one has records of partition 1, and puts these back; the offset of the first. */
static int64_t try_second(Fixture *fixture, size_t max)
{
    int64_t first = KAFKA_OFFSET_NONE;
    while (first == KAFKA_OFFSET_NONE) {
        const KafkaRecord *records;
        size_t count;
        Error error = {0};
        assert_true(kafka_consumer_read(fixture->consumer, (KafkaReading){max, 200, 50}, &records,
                                        &count, &error));
        for (size_t i = 0; i < count && first == KAFKA_OFFSET_NONE; i++)
            if (records[i].partition == 1)
                first = records[i].offset;
    }
    kafka_consumer_put_back(fixture->consumer, "feed", 1, first);
    kafka_consumer_release(fixture->consumer);
    return first;
}

static void what_is_put_back_comes_before_what_was_left_there(void **state)
{
    (void)state;
    Fixture fixture = {.start_at = KAFKA_OFFSET_BEGINNING};
    start(&fixture);
    produce(&fixture, 0, RECORDS);
    int64_t first = try_second(&fixture, 40);
    /* Each trial takes a part of what lies there, and gives it back. */
    for (int trial = 0; trial < 5; trial++) {
        kafka_consumer_hold(fixture.consumer, "feed", 1, false);
        assert_int_equal(try_second(&fixture, 3), first);
    }
    kafka_consumer_hold(fixture.consumer, "feed", 1, false);
    for (int64_t next = first; next < RECORDS / PARTITIONS;) {
        const KafkaRecord *records;
        size_t count;
        Error error = {0};
        assert_true(kafka_consumer_read(fixture.consumer, (KafkaReading){3, 200, 5}, &records,
                                        &count, &error));
        for (size_t i = 0; i < count; i++)
            if (records[i].partition == 1)
                assert_int_equal(records[i].offset, next++);
    }
    stop(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_back_comes_before_what_was_left_there),
        cmocka_unit_test(a_held_partition_waits_and_loses_nothing),
        cmocka_unit_test(what_was_put_back_comes_again_when_its_partition_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
