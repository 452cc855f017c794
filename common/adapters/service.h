#ifndef ONECASE_ADAPTERS_SERVICE_H
#define ONECASE_ADAPTERS_SERVICE_H

#include "base/error.h"
#include "base/metrics.h"

#include "adapters/http_endpoint.h"
#include "adapters/settings.h"

/*
 * The skeleton of every long-running program: arguments, settings, log, signals, the loop, back-off, shutdown, pages and what systemd
 * is told.
 *
 *   --config FILE, --set PATH=VALUE (repeatable), --check, --metrics, --help, --version, and the program's flags
 *
 * Life: open -> step, step, step ... -> drain -> close.
 *   step answers true        next step at once (a step itself waits for input, at most about 1 s)
 *   false with RETRY         logged once per outage (event=waiting reason=...), back-off with jitter from 100 ms to 5 s, during which
 *                            `idle` is called; then step again; when a step succeeds: event=resumed waited_s=... once
 *   false with REJECT        a bug: whoever reads records handles rejected ones himself; treated as FATAL
 *   false with FATAL         logged (event=fatal reason=...), close without drain, exit 1
 * open may fail with RETRY too and is called again the same way. SIGTERM, SIGINT: after the current step drain and close, exit 0. A
 * second one, or a drain that fails: exit 1. SIGHUP: reload before the next step; failure is logged as event=reload_failed, and the
 * old state goes on. Exit codes: 0 done, 1 fatal, 2 wrong arguments or settings (all faults on stderr).
 *
 * Pages, for a program whose table has SERVICE_HTTP_ROW: /metrics; /healthz, 503 when the loop has got nowhere for 30 s;
 * /readyz, 503 while it opens, waits or ends. An address that is taken is logged once and tried again every 10 s.
 *
 * systemd (Type=notify), when NOTIFY_SOCKET is set: READY=1 when open or when it waits for a server for the first time, STATUS in
 * words, RELOADING=1, STOPPING=1, WATCHDOG=1 out of progress alone, and more time while it opens or ends and gets on.
 */
enum { SERVICE_FLAGS_MAX = 8 };

/* A word of the command line that is no setting: it holds for this start alone, so no file can say it. */
typedef struct ServiceFlag {
    const char *name; /* without the dashes */
    size_t offset;    /* of a bool in the program's settings; true when it was given */
    const char *help;
} ServiceFlag;

typedef struct ServiceSpec {
    const char *name;    /* in log lines and usage */
    const char *summary; /* one line for --help */
    SettingsTable
        settings; /* must have a row "log_level" of type SETTING_CHOICE "debug info warn error" */
    size_t settings_size; /* of the struct the table fills */
    const ServiceFlag
        *flags; /* beside the options that all programs have; at most SERVICE_FLAGS_MAX */
    size_t flag_count;

    /* Deeper check of files the settings name; adds lines "file:line: message". Runs at start and
     * with --check. May be NULL. */
    bool (*check)(const void *settings, Arena *arena, TextList *faults);
    /* Makes the state; called again after RETRY (then *state is NULL again). `settings` outlives
     * the state. */
    bool (*open)(const void *settings, void **state, Error *error);
    bool (*step)(void *state, Error *error);
    /* Keeps connections alive without taking records, for about `wait_ms`; NULL: sleeps. */
    void (*idle)(void *state, int wait_ms);
    bool (*reload)(void *state, Error *error); /* NULL: SIGHUP is ignored (logged) */
    bool (*drain)(void *state,
                  Error *error); /* finish what is in flight, commit; NULL: nothing to do */
    void (*close)(void *state);  /* frees; never called with NULL */

    MetricList
        metrics; /* of the program; those of every program (process, log, outages) come by themselves */
    /* Writes `metrics` where the program keeps their numbers elsewhere (metric_write_head); from another thread, also while there is
     * no state. NULL: metrics_write. */
    void (*write_metrics)(TextBuilder *out);
    /* Pages beside /metrics, /healthz and /readyz. Asked from another thread, also while there is no state. May be NULL. */
    const HttpRoute *routes;
    size_t route_count;
} ServiceSpec;

int service_run(const ServiceSpec *spec, int argc, char **argv);

/* True once SIGTERM or SIGINT came: long waits inside a step look at it. */
bool service_stopping(void);

/*
 * Says that the program gets on, from inside a step that may take longer than some seconds (a large batch, memory that is built): feeds
 * systemd's watchdog and /healthz. The loop says so itself after each step and while it waits, and every answer of PostgreSQL does. Costs
 * a look at the clock; never call it where nothing was achieved, or a program that hangs is believed to be well.
 */
void service_progress(void);

#define SERVICE_LOG_LEVEL_ROW(struct_)                                                             \
    SETTING_CHOICE_ROW(struct_, log_level, "info", "debug info warn error", "least level written")
#define SERVICE_BROKERS_ROW(struct_)                                                               \
    SETTING_TEXT_ROW(struct_, brokers, "localhost:9092", "ONECASE_BROKERS",                        \
                     "Kafka brokers, host:port with commas between")
/* `port_` as a text, "9101"; off: no pages. A taken address is said in the log and tried again; the program works without. */
#define SERVICE_HTTP_ROW(struct_, port_)                                                           \
    SETTING_TEXT_ROW(struct_, http, "127.0.0.1:" port_, "ONECASE_HTTP",                            \
                     "address of /metrics, /healthz and /readyz, host:port; off: none")
#define SERVICE_TOPIC_PREFIX_ROW(struct_)                                                          \
    SETTING_TEXT_ROW(struct_, topic_prefix, "", NULL, "put before every topic name; for tests")

#endif
