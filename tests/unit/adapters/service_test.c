/* The skeleton's life as systemd hears it, by a socket of ours: a program that is forked, whose parts do what the case says. */
#include "scratch.h"

#include "base/clock.h"

#include "adapters/service.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { LONG_MS = 600, WATCHDOG_US = 400000, SAID_BYTES = 65536, LISTEN_US = 20000 };

typedef struct Settings {
    const char *log_level;
} Settings;

static const Setting ROWS[] = {SERVICE_LOG_LEVEL_ROW(Settings)};

/* What the forked program does. */
static struct {
    bool gets_on;      /* its opening and draining take LONG_MS, and it says that it gets on */
    int failures;      /* RETRY before it opens; the last of them has another reason */
    ErrorVerdict step; /* what a step ends with; NONE: it is told to end */
} play;

static void pause_ms(int wait_ms)
{
    struct timespec wait = {.tv_nsec = wait_ms * 1000000L};
    nanosleep(&wait, NULL);
}

static void take_long(void)
{
    for (int64_t until = clock_monotonic_ms() + LONG_MS; clock_monotonic_ms() < until;) {
        pause_ms(10);
        if (play.gets_on)
            service_progress();
    }
}

static bool open_it(const void *settings, void **state, Error *error)
{
    static int nothing;
    (void)settings;
    if (play.failures > 0) {
        play.failures--;
        return error_set(error, ERROR_RETRY,
                         play.failures > 0 ? "the server\nis away" : "another one is away");
    }
    take_long();
    *state = &nothing;
    return true;
}

static bool step_it(void *state, Error *error)
{
    (void)state;
    if (play.step != ERROR_NONE)
        return error_set(error, play.step, "nothing can be done");
    kill(getpid(), SIGTERM);
    return true;
}

static bool drain_it(void *state, Error *error)
{
    (void)state;
    (void)error;
    take_long();
    return true;
}

static void close_it(void *state)
{
    (void)state;
}

static const ServiceSpec SPEC = {
    .name = "player",
    .summary = "plays a service",
    .settings = {ROWS, 1},
    .settings_size = sizeof(Settings),
    .open = open_it,
    .step = step_it,
    .drain = drain_it,
    .close = close_it,
};

static void be_the_program(const char *path)
{
    char name[] = "player";
    char *words[] = {name, NULL};
    char interval[24];
    snprintf(interval, sizeof interval, "%d", WATCHDOG_US);
    setenv("NOTIFY_SOCKET", path, 1);
    setenv("WATCHDOG_USEC", interval, 1);
    _exit(service_run(&SPEC, 1, words));
}

/* Plays it; what it said to systemd, a line each, and its exit status. */
static int played(char *said)
{
    char folder[80];
    struct sockaddr_un place = {.sun_family = AF_UNIX};
    assert_true(scratch_template(folder, sizeof folder, "notify"));
    assert_non_null(mkdtemp(folder));
    snprintf(place.sun_path, sizeof place.sun_path, "%s/notify", folder);
    int listener = socket(AF_UNIX, SOCK_DGRAM, 0);
    struct timeval limit = {.tv_usec = LISTEN_US};
    assert_int_equal(bind(listener, (struct sockaddr *)&place, sizeof place), 0);
    assert_int_equal(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        be_the_program(place.sun_path);
    /* Read until it is gone: the kernel keeps few messages, and whoever sends one more waits. */
    size_t size = 0;
    int status = 0;
    for (bool gone = false, silent = false; !gone || !silent;) {
        gone = gone || waitpid(child, &status, WNOHANG) == child;
        ssize_t got = recv(listener, said + size, SAID_BYTES - size - 2, 0);
        silent = got <= 0;
        size += silent ? 0 : (size_t)got;
        memcpy(said + size, "\n", 2);
        size += !silent;
    }
    close(listener);
    unlink(place.sun_path);
    rmdir(folder);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static size_t count_between(const char *from, const char *to, const char *line)
{
    size_t count = 0;
    for (const char *at = from; (at = strstr(at, line)) != NULL && at < to; at += strlen(line))
        count++;
    return count;
}

static void opening_and_ending_ask_for_more_time_as_long_as_they_get_on(void **state)
{
    static char said[SAID_BYTES];
    (void)state;
    play.gets_on = true;
    assert_int_equal(played(said), 0);
    const char *ready = strstr(said, "READY=1\nSTATUS=running\n");
    const char *stopping = strstr(said, "STOPPING=1\nSTATUS=ending: finishing what is in hand\n");
    assert_non_null(ready);
    assert_non_null(stopping);
    assert_true(ready < stopping);
    const char *end = said + strlen(said);
    assert_true(count_between(said, ready, "EXTEND_TIMEOUT_USEC=30000000\n") >= 2);
    assert_true(count_between(stopping, end, "EXTEND_TIMEOUT_USEC=30000000\n") >= 2);
    assert_true(count_between(stopping, end, "WATCHDOG=1\n") >= 2);
    /* four times in the interval at most */
    assert_true(count_between(said, ready, "WATCHDOG=1\n") <= LONG_MS * 4000 / WATCHDOG_US + 4);
}

static void whoever_does_not_get_on_says_nothing_meanwhile(void **state)
{
    static char said[SAID_BYTES];
    (void)state;
    play.gets_on = false;
    assert_int_equal(played(said), 0);
    const char *ready = strstr(said, "READY=1\n");
    const char *stopping = strstr(said, "STOPPING=1\n");
    const char *end = said + strlen(said);
    assert_true(count_between(said, ready, "EXTEND") <= 1); /* when it was open */
    assert_true(count_between(said, ready, "WATCHDOG=1") <= 1);
    assert_int_equal(count_between(stopping, end, "EXTEND"), 0);
    assert_int_equal(count_between(stopping, end, "WATCHDOG=1"), 0);
}

static void each_reason_to_wait_is_told_in_one_line_and_running_after_it(void **state)
{
    static char said[SAID_BYTES];
    (void)state;
    play.gets_on = true;
    play.failures = 3;
    assert_int_equal(played(said), 0);
    play.failures = 0;
    const char *waiting = strstr(said, "READY=1\nSTATUS=waiting: the server is away\n");
    const char *other = strstr(said, "READY=1\nSTATUS=waiting: another one is away\n");
    const char *running = strstr(said, "READY=1\nSTATUS=running\n");
    assert_non_null(waiting);
    assert_non_null(other);
    assert_true(waiting < other && other < running);
    assert_int_equal(count_between(said, running, "READY=1\n"), 2);
}

static void a_fatal_end_is_told_too(void **state)
{
    static char said[SAID_BYTES];
    (void)state;
    play.step = ERROR_FATAL;
    assert_int_equal(played(said), 1);
    play.step = ERROR_NONE;
    assert_non_null(strstr(said, "STOPPING=1\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening_and_ending_ask_for_more_time_as_long_as_they_get_on),
        cmocka_unit_test(whoever_does_not_get_on_says_nothing_meanwhile),
        cmocka_unit_test(each_reason_to_wait_is_told_in_one_line_and_running_after_it),
        cmocka_unit_test(a_fatal_end_is_told_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
