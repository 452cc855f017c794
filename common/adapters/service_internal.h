#ifndef ONECASE_ADAPTERS_SERVICE_INTERNAL_H
#define ONECASE_ADAPTERS_SERVICE_INTERNAL_H

#include "adapters/service.h"

/*
 * Between the parts of the skeleton: the loop (service.c), the command line (service_arguments.c), how the program is (service_life.c),
 * its pages (service_pages.c) and what systemd is told (service_notify.c).
 */

/* ---- the command line ---- */

typedef struct ServiceArguments {
    SettingsInput input;
    bool flags[SERVICE_FLAGS_MAX]; /* of the spec, as given */
    bool check_only;
    bool done; /* --help, --version or --metrics was answered */
} ServiceArguments;

/* False when something is wrong with it, which was said on stderr. */
bool service_arguments_read(
    const ServiceSpec *spec, int argc, char **argv, Arena *arena, ServiceArguments *arguments);

/* ---- how the program is ---- */

typedef enum ServicePhase {
    SERVICE_OPENING, /* not open yet */
    SERVICE_READY,   /* takes step after step */
    SERVICE_WAITING, /* for a server that is away; also before it was open */
    SERVICE_ENDING   /* told to end */
} ServicePhase;

typedef struct ServiceLook {
    const char *service;
    ServicePhase phase;
    char reason[240];  /* of WAITING */
    int64_t since_us;  /* when the phase began, by the wall clock */
    double up_s;       /* since its start */
    double progress_s; /* age of the last progress */
    uint64_t outages;  /* that have begun */
    double waited_s;   /* in all outages together, that under way included */
} ServiceLook;

void service_life_begin(const char *service); /* phase OPENING */
/* Says it to systemd too. Waiting again while it waits is the same outage; only its reason may be another one. */
void service_life_enter(ServicePhase phase, const char *reason);
void service_life_look(ServiceLook *look); /* from any thread */

/* ---- systemd: nothing of it does anything without NOTIFY_SOCKET ---- */

void service_notify_begin(void);
void service_notify_phase(ServicePhase phase, const char *reason);
void service_notify_progress(int64_t now_ms);
void service_notify_reload(bool begins);

/* ---- pages ---- */

/* The metrics that every program has, for --metrics. */
MetricList service_pages_metrics(void);

/* Whether the setting "http" is an address or off; true for a program without it. */
bool service_pages_check(const ServiceSpec *spec,
                         const void *settings,
                         Arena *arena,
                         TextList *faults);

typedef struct ServicePages ServicePages;

/* NULL for a program without pages. `spec` and `settings` outlive it, and so does the arena. */
ServicePages *service_pages_new(const ServiceSpec *spec, const void *settings, Arena *arena);
void service_pages_try(ServicePages *pages); /* opens them unless they are open; NULL is fine */
void service_pages_close(ServicePages *pages);

#endif
