#include "base/page_map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void finds_what_was_put(void **state)
{
    PageMap *map = page_map_new();
    (void)state;
    for (uint64_t id = 1; id <= 5000; id++)
        page_map_put(map, id, id * 3);
    page_map_put(map, 7, 99); /* replaced */
    page_map_put(map, 0, 5);
    page_map_put(map, UINT64_MAX, 6); /* far from all others */
    assert_int_equal(page_map_count(map), 5002);
    assert_int_equal(page_map_get(map, 0), 5);
    assert_int_equal(page_map_get(map, 7), 99);
    assert_int_equal(page_map_get(map, 5000), 15000);
    assert_int_equal(page_map_get(map, 5001), 0);
    assert_int_equal(page_map_get(map, 1000000), 0);
    assert_int_equal(page_map_get(map, UINT64_MAX), 6);
    page_map_free(map);
    page_map_free(NULL);
}

static void walks_every_entry_once(void **state)
{
    PageMap *map = page_map_new();
    uint64_t id = 0;
    uint64_t value = 0;
    uint64_t ids = 0;
    uint64_t values = 0;
    size_t count = 0;
    (void)state;
    for (uint64_t i = 0; i < 1000; i++)
        page_map_put(map, i * 7 + 3, i + 1);
    for (size_t cursor = 0; page_map_each(map, &cursor, &id, &value); count++) {
        assert_int_equal(id, (value - 1) * 7 + 3);
        ids += id;
        values += value;
    }
    assert_int_equal(count, 1000);
    assert_int_equal(values, 1000 * 1001 / 2);
    assert_int_equal(ids, 7 * (999 * 1000 / 2) + 3 * 1000);
    page_map_free(map);
    map = page_map_new();
    size_t cursor = 0;
    assert_false(page_map_each(map, &cursor, &id, &value));
    page_map_free(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_put),
        cmocka_unit_test(walks_every_entry_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
