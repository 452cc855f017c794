#include "base/clock.h"
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* This test's clock, in the place of the system's. */
static int64_t now_ms = 1000000;

int64_t clock_monotonic_ms(void)
{
    return now_ms;
}

int64_t clock_monotonic_us(void)
{
    return now_ms * 1000;
}

int64_t clock_wall_us(void)
{
    return INT64_C(1795680000000000) + now_ms * 1000;
}

/* What `log` writes to file descriptor 2, NUL-terminated. */
static const char *capture(void (*log)(void), char *line, size_t size)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    int kept = dup(STDERR_FILENO);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    log();
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    close(kept);
    close(ends[1]);
    size_t length = 0;
    ssize_t got;
    while ((got = read(ends[0], line + length, size - 1 - length)) > 0) {
        length += (size_t)got;
    }
    close(ends[0]);
    line[length] = '\0';
    return line;
}

static void log_a_rejection(void)
{
    log_event(LOG_WARN, "rejected", LOG_STRING("topic", "hotline.workorder"),
              LOG_INT("offset", INT64_C(1841)), LOG_TEXT("reason", TEXT("no \"time\" = now")),
              LOG_REAL("share", 0.5), LOG_TEXT("empty", TEXT_ABSENT),
              LOG_STRING("place", "电梯\nx"));
}

static void log_nothing_worth(void)
{
    log_event(LOG_DEBUG, "detail", LOG_INT("n", 1));
    log_event(LOG_INFO, "started", LOG_INT("n", 2));
}

static void writes_one_logfmt_line(void **state)
{
    (void)state;
    char line[1000];
    log_open("intake", LOG_INFO);
    capture(log_a_rejection, line, sizeof line);
    assert_memory_equal(line, "ts=20", 5);
    assert_int_equal(line[3 + 10], 'T');
    assert_int_equal(line[3 + 19], '.');
    assert_int_equal(line[3 + 23], 'Z');
    assert_string_equal(line + 3 + 24,
                        " level=warn service=intake event=rejected topic=hotline.workorder "
                        "offset=1841 reason=\"no \\\"time\\\" = now\" share=0.5 empty=\"\" "
                        "place=\"电梯\\nx\"\n");
}

static void drops_lines_below_its_level(void **state)
{
    (void)state;
    char line[1000];
    log_open("matcher", LOG_WARN);
    assert_string_equal(capture(log_nothing_worth, line, sizeof line), "");
    log_open("matcher", LOG_INFO);
    capture(log_nothing_worth, line, sizeof line);
    assert_null(strstr(line, "detail"));
    assert_non_null(strstr(line, "level=info service=matcher event=started n=2\n"));
}

static void knows_its_levels(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"debug", "info", "warn", "error"};
    for (size_t i = 0; i < 4; i++) {
        LogLevel level;
        assert_true(log_level_from(text_from(NAMES[i]), &level));
        assert_int_equal(level, i);
    }
    LogLevel level;
    assert_false(log_level_from(TEXT("loud"), &level));
    assert_false(log_level_from(TEXT_ABSENT, &level));
}

static size_t lines_with(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        count++;
    return count;
}

static void log_a_flood(void)
{
    for (int i = 0; i < 500; i++) {
        log_event(LOG_WARN, "rejected", LOG_INT("offset", i));
        if (i % 100 == 0)
            log_event(LOG_INFO, "assigned", LOG_INT("partitions", 1));
    }
}

static void log_one_later(void)
{
    now_ms += LOG_WINDOW_MS - 1;
    log_event(LOG_INFO, "assigned", LOG_INT("partitions", 2));
    now_ms += 1;
    log_event(LOG_INFO, "assigned", LOG_INT("partitions", 3));
}

static void says_how_many_repeats_it_left_out(void **state)
{
    (void)state;
    static char text[60000];
    log_open("intake", LOG_INFO);
    now_ms += LOG_WINDOW_MS; /* what other tests wrote is over */
    uint64_t before = log_lines_suppressed();
    uint64_t warnings = log_lines_written(LOG_WARN);
    capture(log_a_flood, text, sizeof text);
    assert_int_equal(lines_with(text, "event=rejected "), LOG_REPEATS);
    assert_int_equal(lines_with(text, "event=assigned "), 5);
    assert_int_equal(log_lines_suppressed() - before, 500 - LOG_REPEATS);
    assert_int_equal(log_lines_written(LOG_WARN) - warnings, LOG_REPEATS);
    capture(log_one_later, text, sizeof text);
    const char *told = strstr(text, " level=warn service=intake event=suppressed of=rejected "
                                    "count=480 within_s=10\n");
    assert_non_null(told);
    assert_true(strstr(text, "partitions=2") < told && told < strstr(text, "partitions=3"));
    assert_int_equal(lines_with(text, "event=suppressed"), 1);
    /* a new window begins with room for as many */
    capture(log_a_flood, text, sizeof text);
    assert_int_equal(lines_with(text, "event=rejected "), LOG_REPEATS);
}

static void settle(void)
{
    log_settle(false);
}

static void settle_all(void)
{
    log_settle(true);
}

static void what_was_left_out_is_told_at_the_end_at_the_latest(void **state)
{
    (void)state;
    static char text[60000];
    log_open("intake", LOG_INFO);
    capture(settle_all, text, sizeof text);
    capture(log_a_flood, text, sizeof text);
    assert_string_equal(capture(settle, text, sizeof text), "");
    now_ms += 3000;
    capture(settle_all, text, sizeof text);
    assert_non_null(strstr(text, "event=suppressed of=rejected count=480 within_s=3\n"));
    assert_string_equal(capture(settle_all, text, sizeof text), "");
    capture(log_a_flood, text, sizeof text);
    now_ms += LOG_WINDOW_MS;
    capture(settle, text, sizeof text);
    assert_non_null(strstr(text, "event=suppressed of=rejected count=480 within_s=10\n"));
}

static void log_what_must_be_seen(void)
{
    for (int i = 0; i < 50; i++) {
        log_event(LOG_ERROR, "held", LOG_INT("partition", i));
        log_event(LOG_DEBUG, "detail", LOG_INT("n", i));
        log_state(LOG_WARN, "set_aside", LOG_INT("partition", i));
    }
}

static void errors_states_and_details_are_all_written(void **state)
{
    (void)state;
    static char text[60000];
    log_open("matcher", LOG_DEBUG);
    capture(log_what_must_be_seen, text, sizeof text);
    assert_int_equal(lines_with(text, "\n"), 150);
}

static const char *name_of(int number)
{
    static char names[100][8];
    snprintf(names[number], sizeof names[number], "e%d", number);
    return names[number];
}

static void log_many_names(void)
{
    for (int i = 0; i < 100; i++)
        log_fields(LOG_INFO, name_of(i), NULL, 0);
}

static void more_names_than_it_can_count_are_written(void **state)
{
    (void)state;
    static char text[60000];
    log_open("matcher", LOG_INFO);
    capture(log_many_names, text, sizeof text);
    assert_int_equal(lines_with(text, "event=e"), 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_one_logfmt_line),
        cmocka_unit_test(drops_lines_below_its_level),
        cmocka_unit_test(knows_its_levels),
        cmocka_unit_test(says_how_many_repeats_it_left_out),
        cmocka_unit_test(what_was_left_out_is_told_at_the_end_at_the_latest),
        cmocka_unit_test(errors_states_and_details_are_all_written),
        cmocka_unit_test(more_names_than_it_can_count_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
