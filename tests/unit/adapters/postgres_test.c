/*
 * What needs no server: verdicts, and connections that cannot be made. All else is tested on a real PostgreSQL.
 */
#include "adapters/postgres.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void takes_the_verdict_from_the_sqlstate(void **state)
{
    (void)state;
    static const struct {
        const char *state;
        ErrorVerdict want;
        bool outage;
    } CASES[] = {
        {"OC001", ERROR_RETRY, false},  {"40001", ERROR_RETRY, false},
        {"40P01", ERROR_RETRY, false},  {"55P03", ERROR_RETRY, false},
        {"08006", ERROR_RETRY, true},   {"53300", ERROR_RETRY, true},
        {"57P01", ERROR_RETRY, true},   {"57014", ERROR_RETRY, true},
        {"58030", ERROR_RETRY, true},   {"25006", ERROR_RETRY, true},
        {"23503", ERROR_RETRY, true},   {"0A000", ERROR_RETRY, false},
        {"26000", ERROR_RETRY, false},  {"22021", ERROR_REJECT, false},
        {"23505", ERROR_REJECT, false}, {"23514", ERROR_REJECT, false},
        {"54000", ERROR_REJECT, false}, {"42P01", ERROR_FATAL, false},
        {"42501", ERROR_FATAL, false},  {"3F000", ERROR_FATAL, false},
        {"21000", ERROR_FATAL, false},  {"XX000", ERROR_FATAL, false},
        {"P0001", ERROR_FATAL, false},  {"54001", ERROR_FATAL, false},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        assert_int_equal(postgres_verdict(CASES[i].state), CASES[i].want);
        assert_int_equal(postgres_is_outage(CASES[i].state), CASES[i].outage);
    }
}

static void stops_at_a_connection_string_it_cannot_read_and_does_not_quote_it(void **state)
{
    (void)state;
    PostgresSettings settings = {.conninfo = "password=secret x", .application = "test"};
    Postgres *pg = postgres_new(&settings);
    Error error = {0};
    assert_false(postgres_connect(pg, &error));
    assert_int_equal(error.verdict, ERROR_FATAL);
    assert_null(strstr(error.text, "secret"));
    postgres_free(pg);
}

static void waits_for_a_server_that_is_not_there(void **state)
{
    (void)state;
    PostgresSettings settings = {.conninfo = "host=127.0.0.1 port=1", .application = "test"};
    Postgres *pg = postgres_new(&settings);
    Error error = {0};
    assert_false(postgres_connect(pg, &error));
    assert_int_equal(error.verdict, ERROR_RETRY);
    assert_string_equal(error.state, "08001");
    assert_false(postgres_connected(pg));
    assert_int_equal(postgres_session(pg), 0);
    postgres_free(pg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_verdict_from_the_sqlstate),
        cmocka_unit_test(stops_at_a_connection_string_it_cannot_read_and_does_not_quote_it),
        cmocka_unit_test(waits_for_a_server_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
