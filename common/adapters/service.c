/*
 * The skeleton of a service. One loop, one place that acts on verdicts:
 *
 *   open ──ok──► step ──ok──► step ...          SIGTERM: drain, close, 0
 *     │ RETRY      │ RETRY ► idle (100 ms, doubled up to 5 s, with jitter) ► step again
 *     │ FATAL      │ FATAL ► close, 1
 *
 * An outage is logged when it begins and when it ends, however often it is tried in between.
 */
#include "adapters/service.h"

#include "base/clock.h"
#include "base/log.h"

#include <assert.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_DONE = 0, EXIT_FATAL = 1, EXIT_SETTINGS = 2 };
enum {
    BACKOFF_FIRST_MS = 100,
    BACKOFF_MAX_MS = 5000,
    IDLE_SLICE_MS = 100,
    OVERRIDES_MAX = 256,
    COMMON_OPTIONS = 5,
    FIRST_FLAG = 256, /* beyond every character that names an option */
    TRIM_BYTES = 262144
};

typedef struct Arguments {
    SettingsInput input;
    bool flags[SERVICE_FLAGS_MAX]; /* of the spec, as given */
    bool check_only;
    bool done; /* --help or --version was answered */
} Arguments;

/* One outage: from the first RETRY to the next success. */
typedef struct Outage {
    bool on;
    int64_t since_ms;
    int backoff_ms;
    unsigned seed;
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

static void print_help(const ServiceSpec *spec, FILE *stream)
{
    fprintf(stream,
            "%s: %s\n\n"
            "usage: %s [--config FILE] [--set PATH=VALUE]... [--check]",
            spec->name, spec->summary, spec->name);
    for (size_t i = 0; i < spec->flag_count; i++)
        fprintf(stream, " [--%s]", spec->flags[i].name);
    fprintf(stream, "\n\n"
                    "  --config FILE      settings in libconfig form, one PATH = VALUE; a line\n"
                    "  --set PATH=VALUE   one setting, stronger than the file\n"
                    "  --check            check settings and the files they name, then stop\n");
    for (size_t i = 0; i < spec->flag_count; i++)
        fprintf(stream, "  --%-16s %s\n", spec->flags[i].name, spec->flags[i].help);
    fprintf(
        stream,
        "  --version          print the version\n"
        "  --help             print this\n\n"
        "Signals: SIGTERM and SIGINT finish what is in hand, commit and end%s.\n"
        "Ends with 0 when told to, 1 when it cannot go on, 2 for wrong arguments or settings.\n\n"
        "Settings:\n",
        spec->reload != NULL ? "; SIGHUP reloads" : "");
    settings_print(&spec->settings, stream);
}

static bool
read_arguments(const ServiceSpec *spec, int argc, char **argv, Arena *arena, Arguments *arguments)
{
    struct option options[COMMON_OPTIONS + SERVICE_FLAGS_MAX + 1] = {
        {"config", required_argument, NULL, 'c'}, {"set", required_argument, NULL, 's'},
        {"check", no_argument, NULL, 'k'},        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
    };
    assert(spec->flag_count <= SERVICE_FLAGS_MAX);
    for (size_t i = 0; i < spec->flag_count; i++)
        options[COMMON_OPTIONS + i] =
            (struct option){spec->flags[i].name, no_argument, NULL, FIRST_FLAG + (int)i};
    arguments->input.overrides.items = ARENA_ARRAY(arena, Text, OVERRIDES_MAX);
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'c':
            arguments->input.file = optarg;
            break;
        case 's':
            if (arguments->input.overrides.count == OVERRIDES_MAX) {
                fprintf(stderr, "%s: more than %d times --set\n", spec->name, OVERRIDES_MAX);
                return false;
            }
            arguments->input.overrides.items[arguments->input.overrides.count++] =
                text_from(optarg);
            break;
        case 'k':
            arguments->check_only = true;
            break;
        case 'h':
            print_help(spec, stdout);
            arguments->done = true;
            return true;
        case 'v':
            printf("%s (onecase) %s\n", spec->name, ONECASE_VERSION);
            arguments->done = true;
            return true;
        default:
            if (option >= FIRST_FLAG) {
                arguments->flags[option - FIRST_FLAG] = true;
                break;
            }
            /* getopt has said what is wrong */
            fprintf(stderr, "`%s --help` says more\n", spec->name);
            return false;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "%s: \"%s\" is no option; `%s --help` says more\n", spec->name,
                argv[optind], spec->name);
        return false;
    }
    return true;
}

static bool
load_settings(const ServiceSpec *spec, const Arguments *arguments, Arena *arena, void *settings)
{
    TextList faults = {0};
    bool good = settings_load(&spec->settings, &arguments->input, arena, settings, &faults);
    if (good && spec->check != NULL)
        good = spec->check(settings, arena, &faults);
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
    log_fields(level, event, fields, error->state[0] != '\0' ? 2 : 1);
}

static void outage_wait(const ServiceSpec *spec, void *state, Outage *outage, const Error *error)
{
    if (!outage->on) {
        *outage =
            (Outage){.on = true, .since_ms = clock_monotonic_ms(), .seed = (unsigned)getpid()};
        log_failure(LOG_WARN, "waiting", error);
    }
    int64_t until = clock_monotonic_ms() + next_wait_ms(outage);
    for (int64_t left; !service_stopping() && (left = until - clock_monotonic_ms()) > 0;) {
        int slice = left < IDLE_SLICE_MS ? (int)left : IDLE_SLICE_MS;
        if (state != NULL && spec->idle != NULL)
            spec->idle(state, slice);
        else
            sleep_ms(slice);
    }
}

static void outage_end(Outage *outage)
{
    if (!outage->on)
        return;
    outage->on = false;
    outage->backoff_ms = 0;
    log_event(LOG_INFO, "resumed",
              LOG_REAL("waited_s", (double)(clock_monotonic_ms() - outage->since_ms) / 1000.0));
}

static void reload(const ServiceSpec *spec, void *state)
{
    reload_wanted = 0;
    Error error = {0};
    if (spec->reload == NULL)
        log_event(LOG_WARN, "reload_ignored", LOG_STRING("reason", "this program reloads nothing"));
    else if (!spec->reload(state, &error))
        log_event(LOG_ERROR, "reload_failed", LOG_STRING("reason", error.text));
    else
        log_event(LOG_INFO, "reloaded", LOG_INT("pid", getpid()));
}

/* Until told to stop (true) or a fatal failure (false, logged). */
static bool run_loop(const ServiceSpec *spec, const void *settings, void **state)
{
    Outage outage = {0};
    while (!service_stopping()) {
        Error error = {0};
        if (*state != NULL && reload_wanted)
            reload(spec, *state);
        bool opening = *state == NULL;
        bool good = opening ? spec->open(settings, state, &error) : spec->step(*state, &error);
        if (good) {
            outage_end(&outage);
            if (opening)
                log_event(LOG_INFO, "started", LOG_STRING("version", ONECASE_VERSION),
                          LOG_INT("pid", getpid()));
            continue;
        }
        if (error.verdict != ERROR_RETRY) {
            log_failure(LOG_ERROR, "fatal", &error);
            return false;
        }
        outage_wait(spec, *state, &outage, &error);
    }
    return true;
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
    Arguments arguments = {0};
    void *settings = arena_alloc(arena, spec->settings_size);
    void *state = NULL;
    int status = EXIT_SETTINGS;
    if (!read_arguments(spec, argc, argv, arena, &arguments))
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
    bool good = run_loop(spec, settings, &state);
    Error error = {0};
    if (good && state != NULL && spec->drain != NULL && !spec->drain(state, &error)) {
        log_failure(LOG_ERROR, "fatal", &error);
        good = false;
    }
    if (state != NULL)
        spec->close(state);
    log_event(LOG_INFO, "ended", LOG_INT("status", good ? EXIT_DONE : EXIT_FATAL));
    status = good ? EXIT_DONE : EXIT_FATAL;
out:
    arena_free(arena);
    return status;
}
