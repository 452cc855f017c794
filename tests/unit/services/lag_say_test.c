/* One line and an exit code for scripts: never a "fine" that nobody knows. */
#include "lag/lag_say.h"
#include "lag_report_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static Arena *arena;

static void
expect(const LagReport *report, const char *name, int64_t age_ms, int code, const char *line)
{
    const LagSaid said = lag_say(report, name, report->at_ms + age_ms, arena);
    if (said.exit_code != code || !text_is(said.line, line))
        fail_msg("%d \"%.*s\" instead of %d \"%s\"", said.exit_code, TEXT_ARGS(said.line), code,
                 line);
}

static void each_verdict_has_a_code_of_its_own(void **state)
{
    (void)state;
    static const int CODES[LAG_VERDICT_COUNT] = {0, 10, 11, 12, 13, 14, 15, 16, 17, 18};
    for (int verdict = 0; verdict < LAG_VERDICT_COUNT; verdict++) {
        LagReport report = fixture_report(arena);
        report.database_up = true;
        report.instance_count = 0;
        report.group_count = 1;
        report.groups[0].verdict = (LagVerdict)verdict;
        const LagSaid said = lag_say(&report, NULL, report.at_ms, arena);
        assert_int_equal(said.exit_code, CODES[verdict]);
        assert_true(text_starts(said.line, text_from(lag_verdict_name((LagVerdict)verdict))));
    }
}

static void the_worst_of_groups_processes_and_servers_is_said(void **state)
{
    (void)state;
    LagReport report = fixture_report(arena);
    expect(&report, NULL, 0, 18,
           "DATABASE_DOWN since 2023-11-15 06:13:24: connection refused; do: onecase doctor");
    report.database_up = true;
    expect(&report, NULL, 0, 13,
           "STOPPED since 2023-11-15 06:13:20: onecase-intake: nothing waits");
    report.groups[0].verdict = LAG_OK;
    expect(&report, NULL, 0, 12,
           "STALLED since 2023-11-15 06:13:20: intake at 127.0.0.1:9101: no answer; "
           "do: systemctl restart onecase-intake");
    report.instances[0].known = false; /* it has never answered: nobody knows whether it should */
    expect(&report, NULL, 0, 11, "SLOW since 2023-11-15 06:13:20: onecase-matcher: nothing waits");
    report.groups[1].verdict = LAG_OK;
    expect(&report, NULL, 0, 0, "OK since 2023-11-15 05:56:40: nothing is in trouble");
}

static void one_group_is_asked_by_its_name_or_its_program(void **state)
{
    (void)state;
    LagReport report = fixture_report(arena);
    report.database_up = true;
    expect(&report, "onecase-matcher", 0, 11,
           "SLOW since 2023-11-15 06:13:20: onecase-matcher: nothing waits");
    expect(&report, "matcher", 0, 11,
           "SLOW since 2023-11-15 06:13:20: onecase-matcher: nothing waits");
    expect(&report, "some/body", 0, 0, "OK since 2023-11-15 06:13:20: some/body: nothing waits");
    assert_int_equal(lag_say(&report, "relay", report.at_ms, arena).exit_code, 3);
    assert_true(text_is_absent(lag_say(&report, "relay", report.at_ms, arena).line));
    assert_true(
        text_is(lag_say_names(&report, arena), "onecase-intake, onecase-matcher, some/body"));
}

static void what_is_not_known_now_is_never_well(void **state)
{
    (void)state;
    LagReport report = fixture_report(arena);
    report.database_up = true;
    expect(&report, "some/body", 60001, 69,
           "UNKNOWN since 2023-11-15 06:13:25: lagwatch has made no new figures, or the clocks "
           "differ; do: onecase doctor");
    report.kafka_up = false;
    report.kafka_fault = TEXT("all brokers\nare down");
    expect(&report, "some/body", 0, 69,
           "UNKNOWN since 2023-11-15 05:56:40: Kafka does not answer: all brokers?are down; "
           "do: onecase doctor");
    expect(&report, "onecase-intake", 0, 13, /* worse than not to know */
           "STOPPED since 2023-11-15 06:13:20: onecase-intake: nothing waits");
}

static void a_hub_without_groups_says_so(void **state)
{
    (void)state;
    LagReport report = fixture_report(arena);
    report.database_up = true;
    report.group_count = report.instance_count = 0;
    expect(&report, NULL, 0, 0, "OK since 2023-11-15 05:56:40: nothing is watched");
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
        cmocka_unit_test(each_verdict_has_a_code_of_its_own),
        cmocka_unit_test(the_worst_of_groups_processes_and_servers_is_said),
        cmocka_unit_test(one_group_is_asked_by_its_name_or_its_program),
        cmocka_unit_test(what_is_not_known_now_is_never_well),
        cmocka_unit_test(a_hub_without_groups_says_so),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
