/* A report as metrics: a sample for each value that is known, none for what is not, every metric with its head once. */
#include "lag_report_fixture.h"

#include "domain/lag_metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static Arena *arena;

static Text page(void)
{
    const LagReport report = fixture_report(arena);
    TextBuilder out = builder_new(arena);
    lag_metrics_write(&report, 1250, &out);
    return builder_view(&out);
}

static size_t count_of(Text text, Text part)
{
    size_t count = 0;
    for (size_t at = 0; (at = text_find(text, part, at)) != SIZE_MAX; at += part.size)
        count++;
    return count;
}

static void test_writes_what_is_known(void **state)
{
    (void)state;
    static const char *const LINES[] = {
        "onecase_lag_messages{group=\"onecase-matcher\",topic=\"onecase.report\",partition=\"2\"} "
        "50",
        "onecase_lag_seconds{group=\"onecase-matcher\",topic=\"onecase.report\",partition=\"2\"} "
        "61.5",
        "onecase_lag_severity{group=\"onecase-matcher\",topic=\"onecase.report\",partition=\"2\"} "
        "2",
        "onecase_lag_verdict_since_timestamp_seconds{group=\"onecase-matcher\",topic=\"onecase."
        "report\",partition=\"2\"} 1700000000",
        "onecase_lag_records_in_per_second{group=\"onecase-matcher\",topic=\"onecase.report\","
        "partition=\"2\"} 2.5",
        "onecase_lag_records_out_per_second{group=\"onecase-matcher\",topic=\"onecase.report\","
        "partition=\"2\"} 0",
        "onecase_lag_retention_left_seconds{group=\"onecase-matcher\",topic=\"onecase.report\","
        "partition=\"2\"} 3600",
        "onecase_lag_last_progress_timestamp_seconds{group=\"onecase-intake\",topic=\"grid.event\","
        "partition=\"1\"} 1699999999.5",
        "onecase_lag_catch_up_seconds{group=\"onecase-intake\",topic=\"grid.event\",partition="
        "\"1\"} "
        "0",
        "onecase_group_lag_messages{group=\"onecase-matcher\"} 60",
        "onecase_group_lag_seconds{group=\"onecase-matcher\"} 61.5",
        "onecase_group_severity{group=\"onecase-intake\"} 4",
        "onecase_group_verdict{group=\"onecase-intake\",verdict=\"STOPPED\"} 1",
        "onecase_group_verdict{group=\"onecase-intake\",verdict=\"OK\"} 0",
        "onecase_instance_severity{service=\"intake\",instance=\"127.0.0.1:9101\"} 3",
        "onecase_instance_up{service=\"intake\",instance=\"127.0.0.1:9101\"} 0",
        "onecase_source_freshness_seconds{source=\"GRID\",quantile=\"0.5\"} 1.5",
        "onecase_source_freshness_seconds{source=\"GRID\",quantile=\"0.99\"} 4",
        "onecase_source_newest_timestamp_seconds{source=\"GRID\"} 1700000001",
        "onecase_source_age_seconds{source=\"GRID\"} 61.5",
        "onecase_source_held_up{source=\"GRID\",hop=\"matcher\"} 1",
        "onecase_kafka_up 1",
        "onecase_database_up 0",
        "onecase_lagwatch_cycle_seconds 1.25",
        "onecase_lagwatch_last_cycle_timestamp_seconds 1700000005.25",
        "onecase_lagwatch_partitions 6",
    };
    Text found = page();
    for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++)
        if (count_of(found, text_format(arena, "\n%s\n", LINES[i])) != 1)
            fail_msg("not there once: %s\n%.*s", LINES[i], TEXT_ARGS(found));
}

static void test_leaves_out_what_is_not_known(void **state)
{
    (void)state;
    Text found = page();
    assert_false(text_contains(found, TEXT("-1\n")));
    assert_false(text_contains(found, TEXT("NaN")));
    assert_false(text_contains(found, TEXT("source=\"NEW\"")));
    assert_false(text_contains(found, TEXT("127.0.0.1:9103"))); /* has never answered */
    assert_int_equal(count_of(found, TEXT("onecase_lag_catch_up_seconds{")), 5);
}

static void test_each_metric_has_one_head_and_stands_in_the_list(void **state)
{
    (void)state;
    Text found = page();
    assert_int_equal(count_of(found, TEXT("# HELP ")), LAG_METRICS.count);
    for (size_t i = 0; i < LAG_METRICS.count; i++) {
        Text head = text_format(arena, "# HELP %s ", LAG_METRICS.items[i]->name);
        assert_int_equal(count_of(found, head), 1);
    }
    assert_true(text_contains(found, TEXT("# TYPE onecase_source_freshness_seconds summary\n")));
}

static int open_arena(void **state)
{
    (void)state;
    arena = arena_new(65536);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writes_what_is_known),
        cmocka_unit_test(test_leaves_out_what_is_not_known),
        cmocka_unit_test(test_each_metric_has_one_head_and_stands_in_the_list),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
