#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_one_logfmt_line),
        cmocka_unit_test(drops_lines_below_its_level),
        cmocka_unit_test(knows_its_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
