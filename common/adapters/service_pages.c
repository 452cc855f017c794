/*
 * The pages of a program: /metrics, /healthz, /readyz and its own. They are answered in the endpoint's thread, of what the loop has left
 * for them (service_life.c, metrics, the log's counts): so they tell also of a loop that hangs.
 *
 * healthz is about progress: 503 once the loop has got nowhere for STALL_MS. readyz is about use: 503 while it opens, waits for a server
 * or ends.
 */
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"

#include "domain/datetime.h"

#include "adapters/service_internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { STALL_MS = 30000, TRY_AGAIN_MS = 10000, OWN_ROUTES = 3, STATM_BYTES = 128 };

struct ServicePages {
    const ServiceSpec *spec;
    HttpEndpointSpec endpoint_spec;
    HttpEndpoint *endpoint; /* NULL: not open */
    int64_t try_ms;         /* not before */
    bool failed;            /* that was said */
    double stall_s;
    double started_s; /* by the wall clock */
};

/* ---- what every program counts ---- */

static Metric build_info = {.name = "onecase_build_info",
                            .type = METRIC_GAUGE,
                            .help = "1, with the version of the program.",
                            .labels = {"service", "version"}};
static Metric ready = {.name = "onecase_service_ready",
                       .type = METRIC_GAUGE,
                       .help = "1 while it works, 0 while it opens, waits for a server or ends."};
static Metric progress_age = {
    .name = "onecase_service_progress_age_seconds",
    .type = METRIC_GAUGE,
    .help = "Seconds since the program last got on; waiting for a server counts as getting on."};
static Metric outages = {.name = "onecase_service_outages_total",
                         .type = METRIC_COUNTER,
                         .help = "Times that it began to wait for a server that was away."};
static Metric waiting = {.name = "onecase_service_waiting_seconds_total",
                         .type = METRIC_COUNTER,
                         .help = "Seconds that it has waited for servers that were away."};
static Metric log_lines = {.name = "onecase_log_lines_total",
                           .type = METRIC_COUNTER,
                           .help = "Lines of its log that were written, by level.",
                           .labels = {"level"}};
static Metric log_suppressed = {
    .name = "onecase_log_suppressed_total",
    .type = METRIC_COUNTER,
    .help = "Lines of its log that were not written, because too many like them had been."};
static Metric memory = {.name = "process_resident_memory_bytes",
                        .type = METRIC_GAUGE,
                        .help = "Resident memory in bytes."};
static Metric cpu = {.name = "process_cpu_seconds_total",
                     .type = METRIC_COUNTER,
                     .help = "User and system time spent, in seconds."};
static Metric start_time = {.name = "process_start_time_seconds",
                            .type = METRIC_GAUGE,
                            .help = "When it started, in seconds since 1970 UTC."};
static Metric open_fds = {
    .name = "process_open_fds", .type = METRIC_GAUGE, .help = "Open file descriptors."};
static Metric *const COMMON[] = {&build_info, &ready,      &progress_age,   &outages,
                                 &waiting,    &log_lines,  &log_suppressed, &memory,
                                 &cpu,        &start_time, &open_fds};

MetricList service_pages_metrics(void)
{
    return (MetricList){COMMON, sizeof COMMON / sizeof COMMON[0]};
}

static double resident_bytes(void)
{
    char text[STATM_BYTES] = "";
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    ssize_t got = read(file, text, sizeof text - 1);
    close(file);
    const char *second = got > 0 ? strchr(text, ' ') : NULL;
    return second == NULL ? 0 : strtod(second, NULL) * (double)sysconf(_SC_PAGESIZE);
}

static double cpu_seconds(void)
{
    struct rusage usage = {0};
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double descriptors_open(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL)
        return 0;
    for (const struct dirent *entry;
         (entry = readdir(folder)) != NULL;) /* NOLINT(concurrency-mt-unsafe) */
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count - 1; /* without the one that reads them */
}

static void write_one(const Metric *metric, double value, TextBuilder *out)
{
    metric_write_head(metric, out);
    metric_write_sample(metric, NULL, value, out);
}

static void write_common(const ServicePages *pages, TextBuilder *out)
{
    static const char *const LEVELS[] = {"debug", "info", "warn", "error"};
    ServiceLook look;
    service_life_look(&look);
    metric_write_head(&build_info, out);
    metric_write_sample(&build_info,
                        METRIC_VALUES(text_from(pages->spec->name), TEXT(ONECASE_VERSION)), 1, out);
    write_one(&ready, look.phase == SERVICE_READY, out);
    write_one(&progress_age, look.progress_s, out);
    write_one(&outages, (double)look.outages, out);
    write_one(&waiting, look.waited_s, out);
    metric_write_head(&log_lines, out);
    for (int level = LOG_DEBUG; level <= LOG_ERROR; level++)
        metric_write_sample(&log_lines, METRIC_VALUES(text_from(LEVELS[level])),
                            (double)log_lines_written((LogLevel)level), out);
    write_one(&log_suppressed, (double)log_lines_suppressed(), out);
    write_one(&memory, resident_bytes(), out);
    write_one(&cpu, cpu_seconds(), out);
    write_one(&start_time, pages->started_s, out);
    write_one(&open_fds, descriptors_open(), out);
}

static void answer_metrics(void *context, const HttpRequest *request, HttpAnswer *answer)
{
    const ServicePages *pages = context;
    TextBuilder out = builder_new(request->arena);
    if (pages->spec->write_metrics != NULL)
        pages->spec->write_metrics(&out);
    else
        metrics_write(pages->spec->metrics, &out);
    write_common(pages, &out);
    answer->content_type = "text/plain; version=0.0.4; charset=utf-8";
    answer->body = builder_view(&out);
}

/* ---- how it is ---- */

static void answer_health(void *context, const HttpRequest *request, HttpAnswer *answer)
{
    const ServicePages *pages = context;
    ServiceLook look;
    service_life_look(&look);
    bool stalled = look.progress_s > pages->stall_s;
    answer->status = stalled ? 503 : 200;
    answer->content_type = "application/json";
    answer->body = text_format(
        request->arena,
        "{\"status\":\"%s\",\"service\":\"%s\",\"progress_age_s\":%.3f,\"up_s\":%.3f}\n",
        stalled ? "stalled" : "ok", pages->spec->name, look.progress_s, look.up_s);
}

static void answer_ready(void *context, const HttpRequest *request, HttpAnswer *answer)
{
    (void)context;
    ServiceLook look;
    char since[DATETIME_ISO_SIZE];
    TextBuilder out = builder_new(request->arena);
    service_life_look(&look);
    answer->content_type = "application/json";
    if (look.phase == SERVICE_READY) {
        answer->body = TEXT("{\"status\":\"ready\"}\n");
        return;
    }
    datetime_to_iso(look.since_us, since);
    builder_string(&out, "{\"status\":\"waiting\",\"reason\":");
    js_write_text(&out, look.phase == SERVICE_OPENING ? TEXT("opening") : text_from(look.reason));
    builder_format(&out, ",\"since\":\"%s\"}\n", since);
    answer->status = 503;
    answer->body = builder_view(&out);
}

/* ---- opening and closing ---- */

/* The address that the setting "http" names; NULL: the program has no pages. */
static const char *address_of(const ServiceSpec *spec, const void *settings)
{
    const Setting *row = settings_find(&spec->settings, TEXT("http"));
    const char *address = NULL;
    if (row == NULL)
        return NULL;
    memcpy(&address, (const char *)settings + row->offset, sizeof address);
    return strcmp(address, "off") == 0 ? NULL : address;
}

bool service_pages_check(const ServiceSpec *spec,
                         const void *settings,
                         Arena *arena,
                         TextList *faults)
{
    const char *address = address_of(spec, settings);
    Error error = {0};
    if (address == NULL || http_listen_check(address, &error))
        return true;
    Text *items = ARENA_ARRAY(arena, Text, faults->count + 1);
    for (size_t i = 0; i < faults->count; i++)
        items[i] = faults->items[i];
    items[faults->count] = text_format(arena, "http: %s; or off", error.text);
    *faults = (TextList){items, faults->count + 1};
    return false;
}

/* How long without progress is stalled. Tests are impatient: the environment may lower it. */
static double stall_seconds(void)
{
    int64_t lowered_ms = 0;
    if (text_to_int64(text_from(getenv("ONECASE_STALL_MS")), &lowered_ms) && lowered_ms > 0 &&
        lowered_ms < STALL_MS)
        return (double)lowered_ms / 1000.0;
    return STALL_MS / 1000.0;
}

ServicePages *service_pages_new(const ServiceSpec *spec, const void *settings, Arena *arena)
{
    const char *address = address_of(spec, settings);
    if (address == NULL)
        return NULL;
    ServicePages *pages = ARENA_NEW(arena, ServicePages);
    HttpRoute *routes = ARENA_ARRAY(arena, HttpRoute, OWN_ROUTES + spec->route_count);
    routes[0] = (HttpRoute){
        .prefix = "/metrics", .exact = true, .answer = answer_metrics, .context = pages};
    routes[1] =
        (HttpRoute){.prefix = "/healthz", .exact = true, .answer = answer_health, .context = pages};
    routes[2] =
        (HttpRoute){.prefix = "/readyz", .exact = true, .answer = answer_ready, .context = pages};
    for (size_t i = 0; i < spec->route_count; i++)
        routes[OWN_ROUTES + i] = spec->routes[i];
    *pages = (ServicePages){
        .spec = spec,
        .endpoint_spec = {address, routes, OWN_ROUTES + spec->route_count},
        .stall_s = stall_seconds(),
        .started_s = (double)clock_wall_us() / 1e6,
    };
    return pages;
}

void service_pages_try(ServicePages *pages)
{
    Error error = {0};
    if (pages == NULL || pages->endpoint != NULL || clock_monotonic_ms() < pages->try_ms)
        return;
    const char *address = pages->endpoint_spec.listen;
    if (http_endpoint_open(&pages->endpoint_spec, &pages->endpoint, &error)) {
        log_event(LOG_INFO, "pages", LOG_STRING("address", address),
                  LOG_INT("port", http_endpoint_port(pages->endpoint)));
        return;
    }
    if (!pages->failed)
        log_event(LOG_WARN, "pages_failed", LOG_STRING("reason", error.text));
    pages->failed = true;
    pages->try_ms = clock_monotonic_ms() + TRY_AGAIN_MS;
}

void service_pages_close(ServicePages *pages)
{
    if (pages != NULL)
        http_endpoint_close(pages->endpoint);
}
