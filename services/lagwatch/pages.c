/*
 * A lock guards which report is shown; it is held while a page is made of it, some milliseconds for thousands of partitions, and for the
 * change to the next one. JSON and metrics, which are asked for again and again, are made once with the report.
 */
#include "pages.h"

#include "domain/lag_burrow.h"
#include "domain/lag_metrics.h"

#include <pthread.h>
#include <unistd.h>

enum { ARENA_BLOCK = 1048576, HOST_SIZE = 256 };

typedef struct Shown {
    Arena *arena;
    LagReport report;
    Text json;
    Text metrics;
} Shown;

static struct {
    pthread_mutex_t lock;
    Shown sides[2];
    int side; /* that is shown */
    bool any;
    char host[HOST_SIZE];
    const char *brokers;
    int64_t cycle_ms;
} pages = {.lock = PTHREAD_MUTEX_INITIALIZER};

void pages_open(const char *brokers, int64_t cycle_ms)
{
    for (int side = 0; side < 2; side++)
        if (pages.sides[side].arena == NULL)
            pages.sides[side].arena = arena_new(ARENA_BLOCK);
    if (gethostname(pages.host, sizeof(pages.host) - 1) != 0)
        pages.host[0] = '\0';
    pages.brokers = brokers;
    pages.cycle_ms = cycle_ms;
}

void pages_close(void)
{
    pthread_mutex_lock(&pages.lock);
    pages.any = false;
    for (int side = 0; side < 2; side++) {
        arena_free(pages.sides[side].arena);
        pages.sides[side] = (Shown){0};
    }
    pthread_mutex_unlock(&pages.lock);
}

Arena *pages_arena(void)
{
    return pages.sides[!pages.side].arena;
}

const LagReport *pages_shown(void)
{
    return pages.any ? &pages.sides[pages.side].report : NULL;
}

/* Texts grow by doubling, so they are made elsewhere and kept in the size that they have. */
void pages_publish(const LagReport *report, int64_t cycle_ms, Arena *scratch)
{
    Shown *next = &pages.sides[!pages.side];
    next->report = *report;
    ArenaMark mark = arena_mark(scratch);
    next->json = text_copy(next->arena, lag_report_write(report, scratch));
    arena_rewind(scratch, mark);
    TextBuilder metrics = builder_new(scratch);
    lag_metrics_write(report, cycle_ms, &metrics);
    next->metrics = text_copy(next->arena, builder_view(&metrics));
    pthread_mutex_lock(&pages.lock);
    pages.side = !pages.side;
    pages.any = true;
    pthread_mutex_unlock(&pages.lock);
    arena_reset(
        pages.sides[!pages.side].arena); /* nobody reads it any more; a look needs the memory */
}

void pages_write_metrics(TextBuilder *out)
{
    pthread_mutex_lock(&pages.lock);
    if (pages.any)
        builder_text(out, pages.sides[pages.side].metrics);
    pthread_mutex_unlock(&pages.lock);
}

static void answer_not_yet(HttpAnswer *answer)
{
    answer->status = 503;
    answer->content_type = "application/json";
    answer->body = TEXT("{\"error\":true,\"message\":\"the first look is not done yet\"}");
}

static void answer_lag(void *context, const HttpRequest *request, HttpAnswer *answer)
{
    (void)context;
    answer->content_type = "application/json";
    pthread_mutex_lock(&pages.lock);
    if (pages.any)
        answer->body = text_copy(request->arena, pages.sides[pages.side].json);
    else
        answer_not_yet(answer);
    pthread_mutex_unlock(&pages.lock);
}

static void answer_burrow(void *context, const HttpRequest *request, HttpAnswer *answer)
{
    (void)context;
    pthread_mutex_lock(&pages.lock);
    if (pages.any) {
        const LagBurrow burrow = {&pages.sides[pages.side].report, pages.host, pages.brokers,
                                  pages.cycle_ms};
        LagBurrowPage page = lag_burrow_page(&burrow, request->path, request->arena);
        answer->status = page.status;
        answer->content_type = page.content_type;
        answer->body = page.body;
    } else {
        answer_not_yet(answer);
    }
    pthread_mutex_unlock(&pages.lock);
}

const HttpRoute PAGES[PAGES_COUNT] = {
    {"/v1/lag", true, answer_lag, NULL},
    {"/v3/", false, answer_burrow, NULL},
    {"/burrow/", false, answer_burrow, NULL},
};
