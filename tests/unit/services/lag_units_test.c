/* Figures as people read them: short in tables, with spaces in sentences. */
#include "lag/lag_units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static Arena *arena;

static void expect(Text text, const char *want)
{
    if (!text_is(text, want))
        fail_msg("\"%.*s\" is not \"%s\"", TEXT_ARGS(text), want);
    if (text.size > LAG_UNITS_WIDTH && !text_contains(text, TEXT(" ")))
        fail_msg("\"%.*s\" is wider than a column", TEXT_ARGS(text));
}

static void counts_are_written_out_up_to_four_digits(void **state)
{
    (void)state;
    static const struct {
        int64_t count;
        const char *brief;
        const char *spelled;
    } CASES[] = {{-1, "?", "?"},
                 {0, "0", "0"},
                 {9999, "9999", "9999"},
                 {10000, "10.0k", "10.0 k"},
                 {12345, "12.3k", "12.3 k"},
                 {99949, "99.9k", "99.9 k"},
                 {99950, "100k", "100 k"},
                 {999499, "999k", "999 k"},
                 {999500, "1.0M", "1.0 M"},
                 {4500000, "4.5M", "4.5 M"},
                 {7000000000, "7.0G", "7.0 G"},
                 {INT64_MAX / 100000, "92.2T", "92.2 T"},
                 {INT64_MAX, "999T", "999 T"}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        expect(lag_units_count(CASES[i].count, LAG_UNITS_SHORT, arena), CASES[i].brief);
        expect(lag_units_count(CASES[i].count, LAG_UNITS_LONG, arena), CASES[i].spelled);
    }
}

static void rates_have_as_many_digits_as_tell_something(void **state)
{
    (void)state;
    static const struct {
        double rate;
        const char *brief;
    } CASES[] = {{-1, "?"},       {0, "0"},         {0.004, "0"},     {0.03, "0.03"},
                 {0.994, "0.99"}, {0.996, "1.0"},   {12.34, "12.3"},  {99.94, "99.9"},
                 {99.96, "100"},  {9998.4, "9998"}, {12345, "12.3k"}, {1e300, "999T"}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        expect(lag_units_rate(CASES[i].rate, LAG_UNITS_SHORT, arena), CASES[i].brief);
}

static void durations_have_two_units_at_most(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *brief;
        const char *spelled;
    } CASES[] = {{-1, "?", "?"},
                 {0, "0s", "0 s"},
                 {40, "0.0s", "0.0 s"},
                 {4230, "4.2s", "4.2 s"},
                 {9949, "9.9s", "9.9 s"},
                 {9950, "9s", "9 s"},
                 {59999, "59s", "59 s"},
                 {60000, "1m00s", "1 min 00 s"},
                 {185000, "3m05s", "3 min 05 s"},
                 {3599999, "59m59s", "59 min 59 s"},
                 {3600000, "1h00m", "1 h 00 min"},
                 {86399999, "23h59m", "23 h 59 min"},
                 {86400000, "1d00h", "1 d 00 h"},
                 {INT64_C(99) * 86400000, "99d00h", "99 d 00 h"},
                 {INT64_C(400) * 86400000, "400d", "400 d"},
                 {INT64_MAX, "99999d", "99999 d"}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        expect(lag_units_duration(CASES[i].ms, LAG_UNITS_SHORT, arena), CASES[i].brief);
        expect(lag_units_duration(CASES[i].ms, LAG_UNITS_LONG, arena), CASES[i].spelled);
    }
}

static void moments_are_those_of_a_clock_in_china(void **state)
{
    (void)state;
    assert_true(text_is(lag_units_moment(1795695303000, arena), "2026-11-26 20:15:03"));
    assert_true(text_is(lag_units_moment(-1, arena), "?"));
}

static int make(void **state)
{
    (void)state;
    arena = arena_new(4096);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_written_out_up_to_four_digits),
        cmocka_unit_test(rates_have_as_many_digits_as_tell_something),
        cmocka_unit_test(durations_have_two_units_at_most),
        cmocka_unit_test(moments_are_those_of_a_clock_in_china),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
