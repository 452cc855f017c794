/*
 * The skeleton of a service. One loop, one place that acts on verdicts:
 *
 *   open ──ok──► step ──ok──► step ...          SIGTERM: drain, close, 0
 *     │ RETRY      │ RETRY ► idle (100 ms, doubled up to 5 s, with jitter) ► step again
 *     │ FATAL      │ FATAL ► close, 1
 *
 * An outage is logged when it begins and when it ends, however often it is tried in between.
 */
#include "base/clock.h"
#include "base/log.h"

#include "adapters/service_internal.h"

#include <assert.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_DONE = 0, EXIT_FATAL = 1, EXIT_SETTINGS = 2 };
enum { BACKOFF_FIRST_MS = 100, BACKOFF_MAX_MS = 5000, IDLE_SLICE_MS = 100, TRIM_BYTES = 262144 };
enum { TELL_AGAIN_MS = 20000 };

typedef struct Loop {
    const ServiceSpec *spec;
    const void *settings;
    ServicePages *pages; /* NULL: none */
    void *state;         /* NULL: not open */
} Loop;

/* One outage: from the first RETRY to the next success. */
typedef struct Outage {
    bool on;
    int64_t since_ms;
    int backoff_ms;
    unsigned seed;
    Error told; /* in the log */
    int64_t told_ms;
} Outage;

static volatile sig_atomic_t stop_signals;
static volatile sig_atomic_t reload_wanted;

static void on_stop(int number)
{
    (void)number;
    if (++stop_signals > 1)
        _exit(EXIT_FATAL);
}

static void on_reload(int number)
{
    (void)number;
    reload_wanted = 1;
}

bool service_stopping(void)
{
    return stop_signals > 0;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_stop};
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    action.sa_handler = on_reload;
    sigaction(SIGHUP, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

static bool load_settings(const ServiceSpec *spec,
                          const ServiceArguments *arguments,
                          Arena *arena,
                          void *settings)
{
    TextList faults = {0};
    bool good = settings_load(&spec->settings, &arguments->input, arena, settings, &faults);
    if (good && spec->check != NULL)
        good = spec->check(settings, arena, &faults);
    if (good)
        good = service_pages_check(spec, settings, arena, &faults);
    for (size_t i = 0; i < faults.count; i++)
        fprintf(stderr, "%.*s\n", TEXT_ARGS(faults.items[i]));
    for (size_t i = 0; i < spec->flag_count; i++)
        memcpy((char *)settings + spec->flags[i].offset, &arguments->flags[i], sizeof(bool));
    return good;
}

static void open_log(const ServiceSpec *spec, const void *settings)
{
    const Setting *row = settings_find(&spec->settings, TEXT("log_level"));
    assert(row != NULL && row->type == SETTING_CHOICE);
    const char *name;
    memcpy(&name, (const char *)settings + row->offset, sizeof(name));
    LogLevel level = LOG_INFO;
    bool known = log_level_from(text_from(name), &level);
    assert(known); /* the setting's choices are those of the log */
    (void)known;
    log_open(spec->name, level);
}

/* Doubles the back-off; the wait is drawn from its upper half, so that many waiting programs spread
 * out. */
static int next_wait_ms(Outage *outage)
{
    outage->backoff_ms = outage->backoff_ms == 0 ? BACKOFF_FIRST_MS : outage->backoff_ms * 2;
    if (outage->backoff_ms > BACKOFF_MAX_MS)
        outage->backoff_ms = BACKOFF_MAX_MS;
    int half = outage->backoff_ms / 2;
    return half + (int)((unsigned)rand_r(&outage->seed) % (unsigned)(half + 1));
}

static void sleep_ms(int wait_ms)
{
    struct timespec wait = {.tv_sec = wait_ms / 1000, .tv_nsec = (wait_ms % 1000) * 1000000L};
    nanosleep(&wait, NULL);
}

static void log_failure(LogLevel level, const char *event, const Error *error)
{
    const LogField fields[] = {LOG_STRING("reason", error->text),
                               LOG_STRING("state", error->state)};
    log_fields_always(level, event, fields, error->state[0] != '\0' ? 2 : 1);
}

/* Texts that differ in numbers alone give the same reason. */
static bool is_same_reason(const char *one, const char *other)
{
    static const char DIGITS[] = "0123456789";
    for (;; one++, other++) {
        one += strspn(one, DIGITS);
        other += strspn(other, DIGITS);
        if (*one != *other || *one == '\0')
            return *one == *other;
    }
}

/* Once at its beginning; later, and not often, when it is another reason that it goes on for. */
static void outage_tell(Outage *outage, const Error *error)
{
    int64_t now_ms = clock_monotonic_ms();
    if (outage->on && (now_ms - outage->told_ms < TELL_AGAIN_MS ||
                       is_same_reason(error->text, outage->told.text)))
        return;
    log_failure(LOG_WARN, outage->on ? "still_waiting" : "waiting", error);
    if (!outage->on)
        *outage = (Outage){.on = true, .since_ms = now_ms, .seed = (unsigned)getpid()};
    outage->told = *error;
    outage->told_ms = now_ms;
}

static void outage_wait(const Loop *loop, Outage *outage, const Error *error)
{
    const ServiceSpec *spec = loop->spec;
    outage_tell(outage, error);
    service_life_enter(SERVICE_WAITING, error->text);
    int64_t until = clock_monotonic_ms() + next_wait_ms(outage);
    for (int64_t left; !service_stopping() && (left = until - clock_monotonic_ms()) > 0;) {
        int slice = left < IDLE_SLICE_MS ? (int)left : IDLE_SLICE_MS;
        if (loop->state != NULL && spec->idle != NULL)
            spec->idle(loop->state, slice);
        else
            sleep_ms(slice);
        service_progress();
        service_pages_try(loop->pages);
        log_settle(false);
    }
}

static void outage_end(Outage *outage)
{
    if (!outage->on)
        return;
    outage->on = false;
    outage->backoff_ms = 0;
    log_state(LOG_INFO, "resumed",
              LOG_REAL("waited_s", (double)(clock_monotonic_ms() - outage->since_ms) / 1000.0));
}

static void reload(const ServiceSpec *spec, void *state)
{
    reload_wanted = 0;
    service_notify_reload(true);
    Error error = {0};
    if (spec->reload == NULL)
        log_event(LOG_WARN, "reload_ignored", LOG_STRING("reason", "this program reloads nothing"));
    else if (!spec->reload(state, &error))
        log_event(LOG_ERROR, "reload_failed", LOG_STRING("reason", error.text));
    else
        log_event(LOG_INFO, "reloaded", LOG_INT("pid", getpid()));
    service_notify_reload(false);
}

/* Until told to stop (true) or a fatal failure (false, logged). */
static bool run_loop(Loop *loop)
{
    const ServiceSpec *spec = loop->spec;
    Outage outage = {0};
    while (!service_stopping()) {
        Error error = {0};
        service_pages_try(loop->pages);
        log_settle(false);
        if (loop->state != NULL && reload_wanted)
            reload(spec, loop->state);
        bool opening = loop->state == NULL;
        bool good = opening ? spec->open(loop->settings, &loop->state, &error)
                            : spec->step(loop->state, &error);
        service_progress();
        if (good) {
            outage_end(&outage);
            service_life_enter(SERVICE_READY, "");
            if (opening)
                log_state(LOG_INFO, "started", LOG_STRING("version", ONECASE_VERSION),
                          LOG_INT("pid", getpid()));
            continue;
        }
        if (error.verdict != ERROR_RETRY) {
            log_failure(LOG_ERROR, "fatal", &error);
            return false;
        }
        outage_wait(loop, &outage, &error);
    }
    return true;
}

/* Opens, runs and ends; the exit code. */
static int live(Loop *loop)
{
    const ServiceSpec *spec = loop->spec;
    Error error = {0};
    bool good = run_loop(loop);
    service_life_enter(SERVICE_ENDING, "ending");
    if (good && loop->state != NULL && spec->drain != NULL && !spec->drain(loop->state, &error)) {
        log_failure(LOG_ERROR, "fatal", &error);
        good = false;
    }
    if (loop->state != NULL)
        spec->close(loop->state);
    service_pages_close(loop->pages);
    log_settle(true);
    log_state(LOG_INFO, "ended", LOG_INT("status", good ? EXIT_DONE : EXIT_FATAL));
    return good ? EXIT_DONE : EXIT_FATAL;
}

int service_run(const ServiceSpec *spec, int argc, char **argv)
{
    /*
     * librdkafka has a thread for each broker: one heap for all of them, and what a burst took is given back. Costs no
     * speed (tests/bench).
     */
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TRIM_THRESHOLD, TRIM_BYTES);
    Arena *arena = arena_new(4096);
    ServiceArguments arguments = {0};
    void *settings = arena_alloc(arena, spec->settings_size);
    int status = EXIT_SETTINGS;
    if (!service_arguments_read(spec, argc, argv, arena, &arguments))
        goto out;
    status = EXIT_DONE;
    if (arguments.done)
        goto out;
    if (!load_settings(spec, &arguments, arena, settings)) {
        status = EXIT_SETTINGS;
        goto out;
    }
    if (arguments.check_only)
        goto out;
    open_log(spec, settings);
    catch_signals();
    service_life_begin(spec->name);
    Loop loop = {
        .spec = spec, .settings = settings, .pages = service_pages_new(spec, settings, arena)};
    status = live(&loop);
out:
    arena_free(arena);
    return status;
}
