/* The hash map against a plain array, through growth and graves. */
#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void finds_what_was_put_and_nothing_else(void **state)
{
    Map *map = map_new();
    uint64_t value = 0;
    (void)state;
    for (uint64_t key = 0; key < 10000; key++)
        map_put(map, key * 7, key);
    assert_int_equal(map_count(map), 10000);
    for (uint64_t key = 0; key < 10000; key++) {
        assert_true(map_get(map, key * 7, &value));
        assert_int_equal(value, key);
        assert_false(map_get(map, key * 7 + 1, &value));
    }
    map_free(map);
}

static void a_second_put_replaces(void **state)
{
    Map *map = map_new();
    uint64_t value = 0;
    (void)state;
    map_put(map, 0, 1);
    map_put(map, 0, 2);
    assert_int_equal(map_count(map), 1);
    assert_true(map_get(map, 0, &value));
    assert_int_equal(value, 2);
    map_free(map);
}

/* Puts and removes at random, compared with an array of the same keys. */
static void stays_right_under_puts_and_removes(void **state)
{
    enum { KEYS = 500, STEPS = 200000 };
    uint64_t values[KEYS] = {0}; /* 0: not there */
    uint64_t random = 42;
    size_t count = 0;
    Map *map = map_new();
    (void)state;
    for (int step = 1; step <= STEPS; step++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        size_t key = (size_t)(random >> 33) % KEYS;
        if ((random >> 20) % 3 == 0) {
            map_remove(map, key);
            count -= values[key] != 0;
            values[key] = 0;
        } else {
            map_put(map, key, (uint64_t)step);
            count += values[key] == 0;
            values[key] = (uint64_t)step;
        }
        assert_int_equal(map_count(map), count);
    }
    for (size_t key = 0; key < KEYS; key++) {
        uint64_t value = 0;
        assert_int_equal(map_get(map, key, &value), values[key] != 0);
        assert_int_equal(value, values[key]);
    }
    map_free(map);
}

static void a_walk_meets_each_entry_once(void **state)
{
    Map *map = map_new();
    bool met[100] = {false};
    uint64_t key;
    uint64_t value;
    size_t count = 0;
    (void)state;
    for (uint64_t i = 0; i < 100; i++)
        map_put(map, i, i + 1);
    map_remove(map, 50);
    for (size_t cursor = 0; map_each(map, &cursor, &key, &value); count++) {
        assert_false(met[key]);
        assert_int_equal(value, key + 1);
        met[key] = true;
    }
    assert_int_equal(count, 99);
    map_clear(map);
    assert_int_equal(map_count(map), 0);
    size_t cursor = 0;
    assert_false(map_each(map, &cursor, &key, &value));
    map_free(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_put_and_nothing_else),
        cmocka_unit_test(a_second_put_replaces),
        cmocka_unit_test(stays_right_under_puts_and_removes),
        cmocka_unit_test(a_walk_meets_each_entry_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
