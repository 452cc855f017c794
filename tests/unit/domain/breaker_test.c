#include "domain/breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static Refusal refusal(const char *subject, const char *cause)
{
    return (Refusal){text_from(subject), text_from(cause)};
}

static void refuse(Breaker *breaker, Refusal what, int times)
{
    for (int i = 0; i < times; i++)
        breaker_refused(breaker, what);
}

static void the_hundredth_in_a_row_is_one_too_many(void **state)
{
    (void)state;
    Breaker *breaker = breaker_new();
    Refusal what = refusal("H12345 report", "23514 constraint level");
    for (int i = 1; i < BREAKER_LIMIT; i++) {
        assert_false(breaker_would_fill(breaker, what));
        breaker_refused(breaker, what);
    }
    assert_false(breaker_is_full(breaker));
    assert_true(breaker_would_fill(breaker, what) && breaker_fills_cause(breaker, what));
    breaker_refused(breaker, what);
    assert_true(breaker_is_full(breaker));
    breaker_taken(breaker, what.subject);
    assert_false(breaker_is_full(breaker) || breaker_would_fill(breaker, what));
    breaker_free(breaker);
}

static void a_cause_counts_all_that_it_refuses(void **state)
{
    (void)state;
    Breaker *breaker = breaker_new();
    refuse(breaker, refusal("H12345 report", "23514 constraint level"), 70);
    refuse(breaker, refusal("H12345 report", "22001"), 5);
    refuse(breaker, refusal("GRID report", "23514 constraint level"), 29);
    assert_true(breaker_would_fill(breaker, refusal("FIRE report", "23514 constraint level")));
    assert_false(breaker_would_fill(breaker, refusal("H12345 report", "22001")));
    breaker_taken(breaker, TEXT("GRID report"));
    assert_false(breaker_would_fill(breaker, refusal("FIRE report", "23514 constraint level")));
    breaker_free(breaker);
}

static void a_subject_counts_whatever_refuses_it(void **state)
{
    (void)state;
    Breaker *breaker = breaker_new();
    refuse(breaker, refusal("H12345 report", "22001"), 50);
    refuse(breaker, refusal("H12345 report", "22003"), 49);
    refuse(breaker, refusal("H12345 update", "22003"), 10);
    Refusal what = refusal("H12345 report", "54000");
    assert_true(breaker_would_fill(breaker, what));
    assert_false(breaker_fills_cause(breaker, what));
    assert_false(breaker_would_fill(breaker, refusal("H12345 update", "54000")));
    breaker_free(breaker);
}

static void others_that_are_taken_excuse_nothing(void **state)
{
    (void)state;
    Breaker *breaker = breaker_new();
    Refusal what = refusal("H12345 report", "22001");
    for (int i = 1; i < BREAKER_LIMIT; i++) {
        breaker_refused(breaker, what);
        breaker_taken(breaker, TEXT("GRID report"));
        breaker_taken(breaker, TEXT("H12345 update"));
    }
    assert_true(breaker_would_fill(breaker, what));
    breaker_forget(breaker);
    assert_false(breaker_would_fill(breaker, what));
    breaker_free(breaker);
}

static void one_that_was_found_refusing_is_full_at_once(void **state)
{
    (void)state;
    Breaker *breaker = breaker_new();
    Refusal what = refusal("H12345 report", "22001");
    breaker_fill(breaker, what);
    assert_true(breaker_is_full(breaker) && breaker_would_fill(breaker, what));
    breaker_taken(breaker, TEXT("GRID report"));
    assert_true(breaker_is_full(breaker));
    breaker_taken(breaker, what.subject);
    assert_false(breaker_is_full(breaker));
    breaker_free(breaker);
}

static void many_short_streaks_do_not_push_out_the_long_one(void **state)
{
    (void)state;
    Breaker *breaker = breaker_new();
    Refusal what = refusal("H12345 report", "22001");
    refuse(breaker, what, BREAKER_LIMIT - 1);
    for (int i = 0; i < 1000; i++) {
        char subject[200];
        snprintf(subject, sizeof(subject), "S%0150d report", i); /* cut, and so all one */
        breaker_refused(breaker, refusal(subject, "54000"));
        snprintf(subject, sizeof(subject), "S%d report", i);
        breaker_refused(breaker, refusal(subject, "54000"));
        breaker_taken(breaker, text_from(subject));
    }
    assert_true(breaker_would_fill(breaker, what));
    breaker_free(breaker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hundredth_in_a_row_is_one_too_many),
        cmocka_unit_test(a_cause_counts_all_that_it_refuses),
        cmocka_unit_test(a_subject_counts_whatever_refuses_it),
        cmocka_unit_test(others_that_are_taken_excuse_nothing),
        cmocka_unit_test(one_that_was_found_refusing_is_full_at_once),
        cmocka_unit_test(many_short_streaks_do_not_push_out_the_long_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
