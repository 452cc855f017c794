#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static void never_runs_backwards(void **state)
{
    (void)state;
    int64_t last = clock_monotonic_ms();
    for (int i = 0; i < 10000; i++) {
        int64_t now = clock_monotonic_ms();
        assert_true(now >= last);
        last = now;
    }
}

static void tells_microseconds_since_1970(void **state)
{
    (void)state;
    int64_t before_s = (int64_t)time(NULL) - 1;
    int64_t now_us = clock_wall_us();
    int64_t after_s = (int64_t)time(NULL) + 1;
    assert_in_range(now_us, before_s * 1000000, after_s * 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(never_runs_backwards),
        cmocka_unit_test(tells_microseconds_since_1970),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
