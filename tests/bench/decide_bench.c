/*
 * What a decision costs with many hazards alive in one region, in one thread and without servers: decides and carries out
 * the reports of a made city (decide_city.h) as the matcher does, until so many hazards are there, then measures.
 *
 *   decide_bench [--hazards N] [--reports N] [--model FILE]
 */
#include "decide_city.h"

#include "domain/lifecycle.h"
#include "domain/linkage.h"

#include "adapters/model_file.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct Bench {
    Model *model;
    Arena *arena;
    Arena *scratch;
    HazardStore *base;
    HazardStore *overlay;
    RegionCounters counters;
} Bench;

typedef struct Figures {
    int64_t *evidence_ns;
    int64_t *decide_ns;
    int64_t *carry_ns;
    size_t count;
    int64_t candidates;
    int64_t generic;
    int32_t most_candidates;
    int64_t outcomes[3];
    uint64_t checksum;
} Figures;

static int64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time); /* others work on the machine too */
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static HazardMember member_of(const Report *report, const Evidence *evidence, const Decision *made)
{
    return (HazardMember){.report_id = evidence->report_id,
                          .event_at = evidence->event_at,
                          .known_at = report->reported_at,
                          .status_at = TIME_ABSENT,
                          .reporter = hazard_reporter(evidence),
                          .source = text_hash(evidence->source),
                          .category = evidence->category,
                          .independence = made->independence};
}

static void carry_out(Bench *bench, const Report *report, Evidence *evidence, const Decision *made)
{
    Lifecycle lifecycle = {.model = bench->model,
                           .store = bench->overlay,
                           .counters = &bench->counters,
                           .region = TEXT("990101"),
                           .now = report->reported_at,
                           .arena = bench->arena};
    evidence->independence = made->independence;
    HazardMember member = member_of(report, evidence, made);
    int64_t twin = linkage_twin_of(made);
    Hazard *hazard = made->outcome == OUTCOME_LINK
                         ? hazard_store_edit(bench->overlay, made->hazard_id)
                         : lifecycle_open_hazard(&lifecycle, twin);
    lifecycle_attach(&lifecycle, hazard, &member, evidence);
}

static void note(Figures *figures, const Decision *made, const int64_t times[4])
{
    figures->evidence_ns[figures->count] = times[1] - times[0];
    figures->decide_ns[figures->count] = times[2] - times[1];
    figures->carry_ns[figures->count] = times[3] - times[2];
    figures->count++;
    figures->candidates += made->candidates;
    figures->generic += made->generic_keys;
    figures->outcomes[made->outcome]++;
    if (made->candidates > figures->most_candidates)
        figures->most_candidates = made->candidates;
    /* Equal before and after a change that must not change a decision. */
    uint64_t seen[] = {(uint64_t)made->outcome,      (uint64_t)made->hazard_id,
                       (uint64_t)made->final_mb,     (uint64_t)made->competition_mb,
                       (uint64_t)made->runner_up_id, (uint64_t)made->candidates};
    for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++)
        figures->checksum = (figures->checksum ^ seen[i]) * UINT64_C(0x100000001B3);
}

/* One report as the matcher takes it; batches of 500. */
static void take(Bench *bench, DecideCity *city, size_t number, Figures *figures)
{
    enum { BATCH = 500 };
    Text source;
    Decision made;
    int64_t times[4];
    Report report = decide_city_next(city, bench->arena, &source);
    if (bench->overlay == NULL)
        bench->overlay = hazard_store_new(bench->base);
    times[0] = now_ns();
    EvidenceOrigin origin = {source, TEXT("9901"), bench->counters.next_report++,
                             report.reported_at};
    Evidence *evidence = evidence_new(&report, &origin, bench->model, bench->scratch);
    times[1] = now_ns();
    linkage_decide(bench->model, bench->overlay, evidence, bench->scratch, bench->arena, &made);
    times[2] = now_ns();
    carry_out(bench, &report, evidence, &made);
    times[3] = now_ns();
    if (figures != NULL)
        note(figures, &made, times);
    if ((number + 1) % BATCH != 0)
        return;
    hazard_store_merge(bench->overlay);
    bench->overlay = NULL;
    arena_reset(bench->arena);
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void print_times(const char *what, int64_t *times, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)times[i];
    qsort(times, count, sizeof times[0], ascending);
    printf("%-16s mean %8.1f  p50 %8.1f  p99 %8.1f  p99.9 %8.1f  max %8.1f us\n", what,
           sum / (double)count / 1e3, (double)times[count / 2] / 1e3,
           (double)times[count * 99 / 100] / 1e3, (double)times[count * 999 / 1000] / 1e3,
           (double)times[count - 1] / 1e3);
}

static void print_figures(Figures *figures)
{
    double count = (double)figures->count;
    print_times("evidence_new", figures->evidence_ns, figures->count);
    print_times("linkage_decide", figures->decide_ns, figures->count);
    print_times("attach", figures->carry_ns, figures->count);
    printf("candidates       mean %.1f, most %d; generic keys a decision %.2f\n",
           (double)figures->candidates / count, figures->most_candidates,
           (double)figures->generic / count);
    printf("outcomes         new %.1f %%, review %.1f %%, link %.1f %%; checksum %016llx\n",
           100 * (double)figures->outcomes[OUTCOME_NEW] / count,
           100 * (double)figures->outcomes[OUTCOME_REVIEW] / count,
           100 * (double)figures->outcomes[OUTCOME_LINK] / count,
           (unsigned long long)figures->checksum);
}

static size_t allocated(const void *block)
{
    return block == NULL ? 0 : malloc_usable_size((void *)(uintptr_t)block) + sizeof(size_t);
}

/* What each part takes of the heap, per hazard; the rest is the index and the maps. */
static void print_memory(const Bench *bench, size_t heap)
{
    size_t hazards = 0, members = 0, cases = 0, evidence = 0, representatives = 0, count = 0;
    size_t total = hazard_store_count(bench->base);
    size_t most = 0;
    for (int64_t id = 1; id < bench->counters.next_hazard; id++) {
        const Hazard *hazard = hazard_store_get(bench->base, id);
        hazards += allocated(hazard);
        members += allocated(hazard->members);
        cases += allocated(hazard->cases);
        count += hazard->member_count;
        most = hazard->member_count > most ? hazard->member_count : most;
        representatives += hazard->representative_count;
        for (size_t i = 0; i < hazard->representative_count; i++)
            evidence += allocated(hazard_representative(hazard, i));
    }
    double each = 1 / (double)total;
    printf("hazards          %zu with %.2f reports and %.2f representatives each, most %zu\n",
           total, (double)count * each, (double)representatives * each, most);
    printf("bytes a hazard   %.0f: hazard %.0f, members %.0f, cases %.0f, evidence %.0f, index and "
           "maps %.0f\n",
           (double)heap * each, (double)hazards * each, (double)members * each,
           (double)cases * each, (double)evidence * each,
           (double)(heap - hazards - members - cases - evidence) * each);
}

static size_t heap_used(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static void run(Bench *bench, size_t hazards, size_t reports)
{
    DecideCity *city = decide_city_new(hazards, 1);
    Figures figures = {.evidence_ns = calloc(reports, sizeof(int64_t)),
                       .decide_ns = calloc(reports, sizeof(int64_t)),
                       .carry_ns = calloc(reports, sizeof(int64_t))};
    if (figures.evidence_ns == NULL || figures.decide_ns == NULL || figures.carry_ns == NULL)
        abort();
    size_t before = heap_used();
    size_t number = 0;
    int64_t start = now_ns();
    while (hazard_store_count(bench->base) < hazards || bench->overlay != NULL)
        take(bench, city, number++, NULL);
    printf("%zu reports in %.1f s\n", number, (double)(now_ns() - start) / 1e9);
    print_memory(bench, heap_used() - before);
    for (size_t i = 0; i < reports; i++)
        take(bench, city, number++, &figures);
    print_figures(&figures);
    free(figures.evidence_ns);
    free(figures.decide_ns);
    free(figures.carry_ns);
    decide_city_free(city);
}

int main(int argc, char **argv)
{
    size_t hazards = 200000;
    size_t reports = 20000;
    const char *file = "deploy/model/onecase.cfg";
    Error error = {0};
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--hazards") == 0)
            hazards = (size_t)strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--reports") == 0)
            reports = (size_t)strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--model") == 0)
            file = argv[i + 1];
    }
    if (argc % 2 == 0 || hazards == 0 || reports == 0) {
        fputs("usage: decide_bench [--hazards N] [--reports N] [--model FILE]\n", stderr);
        return EXIT_FAILURE;
    }
    Bench bench = {.arena = arena_new(1 << 16),
                   .scratch = arena_new(1 << 18),
                   .base = hazard_store_new(NULL),
                   .counters = {.next_hazard = 1, .next_case = 1, .next_report = 1}};
    if (!model_file_load(file, &bench.model, &error)) {
        fprintf(stderr, "decide_bench: %s\n", error.text);
        return EXIT_FAILURE;
    }
    run(&bench, hazards, reports);
    if (bench.overlay != NULL)
        hazard_store_merge(bench.overlay);
    hazard_store_free(bench.base);
    model_free(bench.model);
    arena_free(bench.scratch);
    arena_free(bench.arena);
    return EXIT_SUCCESS;
}
