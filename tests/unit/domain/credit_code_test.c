#include "domain/credit_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Vectors of domain.md 4.2. */
static const char *const VALID[] = {"91990101MA0TERT08C", "92990101MA9XY0017A",
                                    "93990102MA1AB23C05", "12990100400000018N",
                                    "52990100500000023F"};

static void accepts_the_published_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(VALID) / sizeof(VALID[0]); i++)
        if (!credit_code_valid(text_from(VALID[i])))
            fail_msg("%s", VALID[i]);
}

static void rejects_every_single_change(void **state)
{
    (void)state;
    static const char ALPHABET[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    for (size_t i = 0; i < sizeof(VALID) / sizeof(VALID[0]); i++) {
        for (size_t at = 0; at < CREDIT_CODE_SIZE; at++) {
            for (const char *c = ALPHABET; *c != '\0'; c++) {
                char changed[CREDIT_CODE_SIZE];
                for (size_t j = 0; j < CREDIT_CODE_SIZE; j++)
                    changed[j] = j == at ? *c : VALID[i][j];
                bool same = *c == VALID[i][at];
                if (credit_code_valid((Text){changed, CREDIT_CODE_SIZE}) != same)
                    fail_msg("%.*s", CREDIT_CODE_SIZE, changed);
            }
        }
    }
}

static void rejects_other_characters_and_sizes(void **state)
{
    (void)state;
    static const char *const BAD[] = {
        "91990101MA0TERT08",  "91990101MA0TERT08CC", "91990101MA0TERI08C",
        "91990101MA0TERO08C", "91990101MA0TERS08C",  "91990101MA0TERV08C",
        "91990101MA0TERZ08C", "91990101ma0tert08c",  ""};
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        if (credit_code_valid(text_from(BAD[i])))
            fail_msg("%s", BAD[i]);
}

static void normalises_case_width_and_blanks(void **state)
{
    (void)state;
    Arena *arena = arena_new(4096);
    Text code = credit_code_normalise(arena, TEXT(" ９１990101-ma0tert０8c\n"));
    assert_true(text_is(code, VALID[0]));
    assert_true(text_is_empty(credit_code_normalise(arena, TEXT(""))));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_the_published_vectors),
        cmocka_unit_test(rejects_every_single_change),
        cmocka_unit_test(rejects_other_characters_and_sizes),
        cmocka_unit_test(normalises_case_width_and_blanks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
