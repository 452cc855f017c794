#include "domain/region.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* Kafka's own vectors (UtilsTest.testMurmur2); modulo 2^31 - 1 leaves the positive hash as it is. */
static void hashes_like_kafka(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        int32_t murmur2;
    } CASES[] = {
        {"21", -973932308},
        {"foobar", -790332482},
        {"a-little-bit-long-string", -985981536},
        {"a-little-bit-longer-string", -1486304829},
        {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
        {"abc", 479470107},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        int32_t positive = CASES[i].murmur2 & INT32_MAX;
        assert_int_equal(region_partition(text_from(CASES[i].key), INT32_MAX), positive);
        assert_int_equal(region_partition(text_from(CASES[i].key), 24), positive % 24);
        assert_int_equal(region_partition(text_from(CASES[i].key), 1), 0);
    }
    int32_t empty = region_partition(TEXT(""), 24);
    assert_in_range(empty, 0, 23);
}

static RegionTable *table_of_two_cities(Arena *arena)
{
    RegionTable *table = region_table_new(arena);
    assert_true(region_table_add(table, TEXT("9901"), TEXT("9901")));
    assert_true(region_table_add(table, TEXT("9902"), TEXT("9902")));
    assert_true(region_table_add(table, TEXT("990199"), TEXT("port_1")));
    assert_true(region_table_add(table, TEXT("98"), TEXT("ninety-eight")));
    return table;
}

static void takes_the_longest_prefix(void **state)
{
    (void)state;
    static const struct {
        const char *code, *want;
    } CASES[] = {
        {"990101", "9901"},
        {"990200", "9902"},
        {"990199", "port_1"},
        {"989999", "ninety-eight"},
        {"990199001002003", "port_1"},
        {"990101013006008", "9901"},
        {"990301", NULL},
        {"9901", NULL},
        {"", NULL},
        {"99010x", NULL},
        {"x990101", NULL},
        {"990101南", "9901"},
    };
    Arena *arena = arena_new(512);
    RegionTable *table = table_of_two_cities(arena);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Text got = region_lookup(table, text_from(CASES[i].code));
        if (text_is_absent(got) != (CASES[i].want == NULL) ||
            !text_equal(got, text_from(CASES[i].want))) {
            fail_msg("%s gave %.*s", CASES[i].code, TEXT_ARGS(got));
        }
    }
    assert_true(text_is_absent(region_lookup(table, TEXT_ABSENT)));
    arena_free(arena);
}

static void does_not_depend_on_the_order_of_the_file(void **state)
{
    (void)state;
    Arena *arena = arena_new(512);
    RegionTable *table = region_table_new(arena);
    for (int i = 99; i >= 0; i--) {
        char prefix[8];
        snprintf(prefix, sizeof prefix, "99%02d", (i * 37) % 100);
        assert_true(region_table_add(table, text_from(prefix), text_from(prefix)));
    }
    for (int i = 0; i < 100; i++) {
        char code[8];
        snprintf(code, sizeof code, "99%02d01", i);
        assert_true(
            text_equal(region_lookup(table, text_from(code)), text_slice(text_from(code), 0, 4)));
    }
    assert_int_equal(region_count(table), 100);
    arena_free(arena);
}

static void refuses_a_contradiction_and_a_bad_name(void **state)
{
    (void)state;
    Arena *arena = arena_new(512);
    RegionTable *table = table_of_two_cities(arena);
    assert_false(region_table_add(table, TEXT("9901"), TEXT("9902")));
    assert_true(region_table_add(table, TEXT("9901"), TEXT("9901")));
    assert_false(region_table_add(table, TEXT(""), TEXT("a")));
    assert_false(region_table_add(table, TEXT("9901011"), TEXT("a")));
    assert_false(region_table_add(table, TEXT("99a"), TEXT("a")));
    assert_false(region_table_add(table, TEXT("97"), TEXT("")));
    assert_false(region_table_add(table, TEXT("97"), TEXT("a b")));
    assert_false(region_table_add(table, TEXT("97"), TEXT("南")));
    assert_false(region_table_add(table, TEXT("97"), TEXT("0123456789012345678901234567890123")));
    assert_true(region_table_add(table, TEXT("97"), TEXT("01234567890123456789012345678901")));
    arena_free(arena);
}

static void counts_distinct_regions(void **state)
{
    (void)state;
    Arena *arena = arena_new(512);
    RegionTable *table = table_of_two_cities(arena);
    assert_int_equal(region_count(table), 4);
    assert_true(region_table_add(table, TEXT("9700"), TEXT("9901")));
    assert_int_equal(region_count(table), 4);
    assert_true(region_known(table, TEXT("port_1")));
    assert_false(region_known(table, TEXT("port")));
    assert_false(region_known(table, TEXT_ABSENT));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_like_kafka),
        cmocka_unit_test(takes_the_longest_prefix),
        cmocka_unit_test(does_not_depend_on_the_order_of_the_file),
        cmocka_unit_test(refuses_a_contradiction_and_a_bad_name),
        cmocka_unit_test(counts_distinct_regions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
