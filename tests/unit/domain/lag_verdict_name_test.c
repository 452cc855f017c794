#include "domain/lag_verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void verdicts_have_names_that_are_read_again(void **state)
{
    (void)state;
    for (int i = 0; i < LAG_VERDICT_COUNT; i++) {
        LagVerdict verdict = LAG_VERDICT_COUNT;
        assert_true(lag_verdict_from(text_from(lag_verdict_name((LagVerdict)i)), &verdict));
        assert_int_equal(verdict, i);
    }
    LagVerdict untouched = LAG_OK;
    assert_false(lag_verdict_from(TEXT("FINE"), &untouched));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_have_names_that_are_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
