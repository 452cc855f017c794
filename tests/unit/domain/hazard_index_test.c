/* The index against a plain list of pairs, at random. */
#include "domain/hazard_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { KEYS = 97, IDS = 300, ROUNDS = 20000 };

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 20;
}

/* Keys are hashes: their upper halves differ. */
static uint64_t key_of(size_t number)
{
    return (number + 1) * UINT64_C(0x9E3779B97F4A7C15);
}

/* What is expected: 0 absent, 1 there, 2 there and provisional. */
typedef unsigned char Plain[KEYS][IDS];

static void put(HazardIndex *index, Plain plain, uint64_t *seed, bool overlay)
{
    size_t key = (size_t)(next(seed) % KEYS * (next(seed) % KEYS) / KEYS); /* some far busier */
    size_t id = 1 + (size_t)(next(seed) % (IDS - 1));
    bool provisional = next(seed) % 4 == 0;
    if (next(seed) % 4 != 0 && key > KEYS / 3)
        return; /* keys of few hazards, too */
    if (next(seed) % 3 == 0) {
        if (overlay)
            hazard_index_add(index, key_of(key), hazard_index_gone_entry((int64_t)id));
        else
            hazard_index_remove(index, key_of(key), (int64_t)id);
        plain[key][id] = 0;
        return;
    }
    hazard_index_add(index, key_of(key), hazard_index_entry((int64_t)id, provisional));
    plain[key][id] = provisional ? 2 : 1;
}

static void assert_equal(const HazardIndex *index, Plain plain)
{
    for (size_t key = 0; key < KEYS; key++) {
        HazardIds ids;
        size_t at = 0;
        hazard_index_find(index, key_of(key), &ids);
        for (size_t id = 1; id < IDS; id++) {
            if (plain[key][id] == 0)
                continue;
            assert_true(at < ids.count);
            assert_int_equal(hazard_index_id(ids.items[at]), id);
            assert_int_equal(hazard_index_provisional(ids.items[at]), plain[key][id] == 2);
            at++;
        }
        assert_int_equal(at, ids.count);
    }
    HazardIds none;
    hazard_index_find(index, 12345, &none);
    assert_int_equal(none.count, 0);
}

static void keeps_what_a_plain_list_would(void **state)
{
    static Plain plain;
    HazardIndex *index = hazard_index_new();
    uint64_t seed = 7;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        put(index, plain, &seed, false);
        if (round < 200 || round % 2000 == 0)
            assert_equal(index, plain);
    }
    assert_equal(index, plain);
    hazard_index_free(index);
}

/* An overlay's entries replace those of the base. */
static void merges_as_if_added_here(void **state)
{
    static Plain plain;
    HazardIndex *index = hazard_index_new();
    uint64_t seed = 3;
    (void)state;
    for (int batch = 0; batch < 50; batch++) {
        HazardIndex *added = hazard_index_new();
        for (int i = 0; i < 40; i++)
            put(added, plain, &seed, true);
        hazard_index_merge(index, added, false);
        hazard_index_free(added);
        assert_equal(index, plain);
    }
    assert_true(hazard_index_size(index) > KEYS * 16);
    hazard_index_free(index);
    hazard_index_free(NULL);
}

static void holds_the_largest_ids(void **state)
{
    HazardIndex *index = hazard_index_new();
    HazardIds ids;
    const int64_t largest = (INT64_C(1) << 29) - 1;
    (void)state;
    for (int64_t id = largest; id > largest - 4; id--) {
        hazard_index_add(index, 1, hazard_index_entry(id, true));
        hazard_index_find(index, 1, &ids);
        assert_int_equal(ids.count, largest - id + 1);
        for (size_t i = 0; i < ids.count; i++) {
            assert_int_equal(hazard_index_id(ids.items[i]), id + (int64_t)i);
            assert_true(hazard_index_provisional(ids.items[i]));
        }
    }
    hazard_index_free(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_a_plain_list_would),
        cmocka_unit_test(merges_as_if_added_here),
        cmocka_unit_test(holds_the_largest_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
