/* What is counted, and how it is written down for Prometheus; promtool reads it too. */
#include "scratch.h"

#include "base/metrics.h"

#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const double BOUNDS[] = {0.1, 1, 10};

static Metric records = {.name = "test_records_total",
                         .type = METRIC_COUNTER,
                         .help = "Records, by source and outcome.",
                         .labels = {"source", "outcome"},
                         .series_max = 3};
static Metric open_files = {
    .name = "test_open_files", .type = METRIC_GAUGE, .help = "A back\\slash and\na line."};
static Metric waits = {.name = "test_wait_seconds",
                       .type = METRIC_HISTOGRAM,
                       .help = "How long it waited.",
                       .labels = {"source"},
                       .bounds = BOUNDS,
                       .bound_count = 3};
static Metric bare_waits = {.name = "test_bare_wait_seconds",
                            .type = METRIC_HISTOGRAM,
                            .help = "How long it waited.",
                            .bounds = BOUNDS,
                            .bound_count = 3};
static Metric *const ALL[] = {&records, &open_files, &waits, &bare_waits};

static int forget(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++)
        metric_clear(ALL[i]);
    return 0;
}

static const char *page(Arena *arena, Metric *const *items, size_t count)
{
    TextBuilder out = builder_new(arena);
    metrics_write((MetricList){items, count}, &out);
    return text_string(arena, builder_view(&out));
}

static const char *page_of(Arena *arena, Metric *metric)
{
    return page(arena, &metric, 1);
}

static void counts_by_the_values_of_its_labels(void **state)
{
    Arena *arena = arena_new(1024);
    (void)state;
    metric_add(&records, METRIC_VALUES(TEXT("HOTLINE"), TEXT("report")), 2);
    metric_add(&records, METRIC_VALUES(TEXT("FIRE")), 1);
    metric_add(&records, METRIC_VALUES(TEXT("HOTLINE"), TEXT("report")), 0.5);
    assert_string_equal(page_of(arena, &records),
                        "# HELP test_records_total Records, by source and outcome.\n"
                        "# TYPE test_records_total counter\n"
                        "test_records_total{source=\"HOTLINE\",outcome=\"report\"} 2.5\n"
                        "test_records_total{source=\"FIRE\",outcome=\"\"} 1\n");
    assert_true(metric_value(&records, METRIC_VALUES(TEXT("HOTLINE"), TEXT("report"))) == 2.5);
    assert_true(metric_value(&records, METRIC_VALUES(TEXT("GRID"), TEXT("report"))) == 0);
    arena_free(arena);
}

static void too_many_values_count_under_other(void **state)
{
    Arena *arena = arena_new(1024);
    (void)state;
    for (int i = 0; i < 50; i++) {
        char name[8];
        snprintf(name, sizeof name, "S%d", i);
        metric_add(&records, METRIC_VALUES(text_from(name), TEXT("report")), 1);
    }
    assert_true(metric_value(&records, METRIC_VALUES(TEXT("S2"), TEXT("report"))) == 1);
    assert_true(metric_value(&records, METRIC_VALUES(TEXT("S3"), TEXT("report"))) == 0);
    assert_true(metric_value(&records, METRIC_VALUES(TEXT("other"), TEXT("other"))) == 47);
    /* those that are there go on as themselves */
    metric_add(&records, METRIC_VALUES(TEXT("S1"), TEXT("report")), 1);
    assert_true(metric_value(&records, METRIC_VALUES(TEXT("S1"), TEXT("report"))) == 2);
    arena_free(arena);
}

static void values_and_help_are_escaped(void **state)
{
    Arena *arena = arena_new(1024);
    (void)state;
    metric_add(&records, METRIC_VALUES(TEXT("a\"b\\c\nd"), TEXT("电梯")), 1);
    metric_add(&records, METRIC_VALUES(TEXT("\xFF"), TEXT("x")), 1);
    metric_add(&records, METRIC_VALUES(TEXT("\xFE"), TEXT("x")), 1);
    assert_non_null(strstr(page_of(arena, &records),
                           "{source=\"a\\\"b\\\\c\\nd\",outcome=\"电梯\"} 1\n"
                           "test_records_total{source=\"invalid\",outcome=\"x\"} 2\n"));
    assert_string_equal(page_of(arena, &open_files),
                        "# HELP test_open_files A back\\\\slash and\\na line.\n"
                        "# TYPE test_open_files gauge\n"
                        "test_open_files 0\n");
    arena_free(arena);
}

static void a_gauge_takes_any_number(void **state)
{
    static const struct {
        double value;
        const char *want;
    } CASES[] = {{0, "0"},
                 {-1.5, "-1.5"},
                 {0.1, "0.1"},
                 {1.0 / 3, "0.3333333333333333"},
                 {1e300, "1e+300"},
                 {NAN, "NaN"},
                 {INFINITY, "+Inf"},
                 {-INFINITY, "-Inf"},
                 {1764115200.123, "1764115200.123"},
                 {123456789012345, "123456789012345"}};
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Arena *arena = arena_new(1024);
        char want[60];
        metric_set(&open_files, NULL, CASES[i].value);
        snprintf(want, sizeof want, "\ntest_open_files %s\n", CASES[i].want);
        assert_non_null(strstr(page_of(arena, &open_files), want));
        arena_free(arena);
    }
    metric_set(&open_files, NULL, 5);
    metric_add(&open_files, NULL, -7);
    assert_true(metric_value(&open_files, NULL) == -2);
}

static void buckets_of_a_histogram_add_up(void **state)
{
    Arena *arena = arena_new(1024);
    (void)state;
    const MetricValues *hotline = METRIC_VALUES(TEXT("HOTLINE"));
    metric_observe(&waits, hotline, 0.1); /* a bound belongs to its bucket */
    metric_observe(&waits, hotline, 0.5);
    metric_observe(&waits, hotline, 7);
    metric_observe(&waits, hotline, 1000);
    assert_string_equal(page_of(arena, &waits),
                        "# HELP test_wait_seconds How long it waited.\n"
                        "# TYPE test_wait_seconds histogram\n"
                        "test_wait_seconds_bucket{source=\"HOTLINE\",le=\"0.1\"} 1\n"
                        "test_wait_seconds_bucket{source=\"HOTLINE\",le=\"1\"} 2\n"
                        "test_wait_seconds_bucket{source=\"HOTLINE\",le=\"10\"} 3\n"
                        "test_wait_seconds_bucket{source=\"HOTLINE\",le=\"+Inf\"} 4\n"
                        "test_wait_seconds_sum{source=\"HOTLINE\"} 1007.6\n"
                        "test_wait_seconds_count{source=\"HOTLINE\"} 4\n");
    assert_true(metric_value(&waits, hotline) == 4);
    assert_non_null(strstr(page_of(arena, &bare_waits),
                           "test_bare_wait_seconds_bucket{le=\"+Inf\"} 0\n"
                           "test_bare_wait_seconds_sum 0\n"
                           "test_bare_wait_seconds_count 0\n"));
    arena_free(arena);
}

static void what_was_cleared_is_gone_and_counts_anew(void **state)
{
    Arena *arena = arena_new(1024);
    (void)state;
    metric_add(&records, METRIC_VALUES(TEXT("HOTLINE")), 3);
    metric_clear(&records);
    assert_null(strstr(page_of(arena, &records), "HOTLINE"));
    metric_add(&records, METRIC_VALUES(TEXT("HOTLINE")), 1);
    assert_true(metric_value(&records, METRIC_VALUES(TEXT("HOTLINE"))) == 1);
    arena_free(arena);
}

enum { ROUNDS = 20000 };

static void *count_much(void *name)
{
    for (int i = 0; i < ROUNDS; i++) {
        metric_add(&records, METRIC_VALUES(TEXT("both")), 1);
        metric_add(&records, METRIC_VALUES(text_from(name)), 1);
        metric_observe(&waits, METRIC_VALUES(text_from(name)), 0.5);
    }
    return NULL;
}

static void two_threads_lose_nothing(void **state)
{
    Arena *arena = arena_new(1024);
    char names[2][2] = {"a", "b"};
    pthread_t threads[2];
    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_much, names[i]), 0);
    for (int i = 0; i < 50; i++) /* a page in between harms nobody */
        assert_non_null(page(arena, ALL, 4));
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_true(metric_value(&records, METRIC_VALUES(TEXT("both"))) == 2 * ROUNDS);
    assert_true(metric_value(&records, METRIC_VALUES(TEXT("a"))) == ROUNDS);
    assert_true(metric_value(&waits, METRIC_VALUES(TEXT("b"))) == ROUNDS);
    arena_free(arena);
}

/* What `promtool check metrics` ends with when it reads the file. */
static int promtool_says(const char *path)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        int input = open(path, O_RDONLY);
        if (input >= 0 && dup2(input, STDIN_FILENO) == STDIN_FILENO)
            execlp("promtool", "promtool", "check", "metrics", (char *)NULL);
        _exit(127);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void promtool_finds_no_fault(void **state)
{
    Arena *arena = arena_new(1024);
    char path[200];
    (void)state;
    metric_add(&records, METRIC_VALUES(TEXT("a\"b\\c\nd"), TEXT("电梯")), 1);
    metric_add(&records, METRIC_VALUES(TEXT("\xFF")), 1);
    metric_set(&open_files, NULL, 0.1);
    metric_observe(&waits, METRIC_VALUES(TEXT("HOTLINE")), 0.5);
    assert_true(scratch_template(path, sizeof path, "metrics"));
    int file = mkstemp(path);
    assert_true(file >= 0);
    const char *text = page(arena, ALL, 4);
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    close(file);
    int status = promtool_says(path);
    unlink(path);
    assert_int_equal(status, 0);
    arena_free(arena);
}

static void describes_itself_as_a_table(void **state)
{
    Arena *arena = arena_new(1024);
    TextBuilder out = builder_new(arena);
    (void)state;
    metrics_describe((MetricList){ALL, 1}, &out);
    assert_string_equal(
        text_string(arena, builder_view(&out)),
        "| Name | Type | Labels | Meaning |\n|---|---|---|---|\n"
        "| `test_records_total` | counter | `source`, `outcome` | Records, by source and outcome. "
        "|\n");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(counts_by_the_values_of_its_labels, forget),
        cmocka_unit_test_setup(too_many_values_count_under_other, forget),
        cmocka_unit_test_setup(values_and_help_are_escaped, forget),
        cmocka_unit_test_setup(a_gauge_takes_any_number, forget),
        cmocka_unit_test_setup(buckets_of_a_histogram_add_up, forget),
        cmocka_unit_test_setup(what_was_cleared_is_gone_and_counts_anew, forget),
        cmocka_unit_test_setup(two_threads_lose_nothing, forget),
        cmocka_unit_test_setup(promtool_finds_no_fault, forget),
        cmocka_unit_test(describes_itself_as_a_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
