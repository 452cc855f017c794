/*
 * What placing a report costs with many hazards alive in one region, in one thread and without servers: reports of a made
 * city (decide_city.h) find their place as in the matcher, until so many hazards are there, then it measures. A hazard that is
 * part of another one by now counts as there: its number stays.
 *
 *   decide_bench [--hazards N] [--reports N] [--model FILE]
 */
#include "decide_city.h"
#include "decide_timing.h"

#include "domain/hazard_survey.h"
#include "domain/placing.h"

#include "adapters/model_file.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    int64_t *placing_ns;
    int64_t *decide_ns; /* of placing, the report itself */
    size_t count;
    int64_t candidates;
    int64_t generic;
    int32_t most_candidates;
    int64_t outcomes[OUTCOME_BUCKET + 1];
    int64_t replaced[OUTCOME_BUCKET + 1]; /* reports decided anew */
    uint64_t checksum;
} Figures;

static HazardMember member_of(const Report *report, const Evidence *evidence)
{
    return (HazardMember){.report_id = evidence->report_id,
                          .event_at = evidence->event_at,
                          .known_at = report->reported_at,
                          .status_at = TIME_ABSENT,
                          .reporter = hazard_reporter(evidence),
                          .source = text_hash(evidence->source),
                          .category = evidence->category};
}

/* Equal before and after a change that must not change a decision. */
static void mix(Figures *figures, const Decision *made, int64_t hazard_id)
{
    uint64_t seen[] = {(uint64_t)made->outcome,      (uint64_t)made->hazard_id,
                       (uint64_t)made->final_mb,     (uint64_t)made->competition_mb,
                       (uint64_t)made->runner_up_id, (uint64_t)made->candidates,
                       (uint64_t)hazard_id};
    for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++)
        figures->checksum = (figures->checksum ^ seen[i]) * UINT64_C(0x100000001B3);
}

static void note(Figures *figures, const Decision *made, const Placing *placing)
{
    figures->count++;
    figures->candidates += made->candidates;
    figures->generic += made->generic_keys;
    figures->outcomes[made->outcome]++;
    if (made->candidates > figures->most_candidates)
        figures->most_candidates = made->candidates;
    mix(figures, made, placing->hazard_id);
    for (size_t i = 0; i < placing->replaced_count; i++) {
        const Replaced *replaced = &placing->replaced[i];
        figures->replaced[replaced->decision->outcome]++;
        mix(figures, replaced->decision, replaced->hazard_id);
    }
}

static void end_batch(Bench *bench)
{
    hazard_store_merge(bench->overlay);
    bench->overlay = NULL;
    arena_reset(bench->arena);
}

/* One report as the matcher takes it; batches of 500. */
static void take(Bench *bench, DecideCity *city, size_t number, Figures *figures)
{
    enum { BATCH = 500 };
    Text source;
    Decision made;
    Report report = decide_city_next(city, bench->arena, &source);
    if (bench->overlay == NULL)
        bench->overlay = hazard_store_new(bench->base);
    Lifecycle lifecycle = {.model = bench->model,
                           .store = bench->overlay,
                           .counters = &bench->counters,
                           .region = TEXT("990101"),
                           .now = report.reported_at,
                           .arena = bench->arena};
    Placing placing = {.lifecycle = &lifecycle, .scratch = bench->scratch};
    int64_t start = decide_timing_now_ns();
    EvidenceOrigin origin = {source, lifecycle.region, bench->counters.next_report++,
                             report.reported_at};
    Evidence *evidence = evidence_new(&report, &origin, bench->model, bench->scratch);
    HazardMember member = member_of(&report, evidence);
    int64_t read = decide_timing_now_ns();
    int64_t decided = decide_timing_ns(STEP_DECIDE);
    placing_report(&placing, evidence, &member, &made);
    if (figures != NULL) {
        figures->evidence_ns[figures->count] = read - start;
        figures->placing_ns[figures->count] = decide_timing_now_ns() - read;
        figures->decide_ns[figures->count] = decide_timing_ns(STEP_DECIDE) - decided;
        note(figures, &made, &placing);
    }
    if ((number + 1) % BATCH == 0)
        end_batch(bench);
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

static void print_steps(size_t count)
{
    static const char *const NAMES[DECIDE_STEPS] = {"linkage_decide", "attach", "rescoring",
                                                    "buckets", "joins and moves"};
    for (int step = 0; step < DECIDE_STEPS; step++)
        printf("  of it %-15s mean %6.1f us, %5.2f calls of %6.1f us\n", NAMES[step],
               (double)decide_timing_ns((DecideStep)step) / (double)count / 1e3,
               (double)decide_timing_calls((DecideStep)step) / (double)count,
               (double)decide_timing_ns((DecideStep)step) /
                   fmax((double)decide_timing_calls((DecideStep)step), 1) / 1e3);
}

static double percent(int64_t part, size_t count)
{
    return 100 * (double)part / (double)count;
}

static void print_figures(Figures *figures)
{
    size_t count = figures->count;
    print_times("evidence_new", figures->evidence_ns, count);
    print_times("placing", figures->placing_ns, count);
    print_times("linkage_decide", figures->decide_ns, count);
    print_steps(count);
    printf("candidates       mean %.1f, most %d; generic keys a decision %.2f\n",
           (double)figures->candidates / (double)count, figures->most_candidates,
           (double)figures->generic / (double)count);
    printf("outcomes         new %.1f %%, bucket %.1f %%, review %.1f %%, link %.1f %%; merged "
           "%.2f %%, moved %.2f %%; checksum %016llx\n",
           percent(figures->outcomes[OUTCOME_NEW], count),
           percent(figures->outcomes[OUTCOME_BUCKET], count),
           percent(figures->outcomes[OUTCOME_REVIEW], count),
           percent(figures->outcomes[OUTCOME_LINK], count),
           percent(figures->replaced[OUTCOME_MERGED], count),
           percent(figures->replaced[OUTCOME_MOVED], count), (unsigned long long)figures->checksum);
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

/* What the matcher does now and then, for those who watch. */
static void print_survey(const Bench *bench)
{
    HazardSurvey survey = {0};
    int64_t start = decide_timing_now_ns();
    hazard_survey_add(&survey, bench->base);
    printf("survey           %.1f ms: %zu hazards, %zu generic keys, %zu reviews\n",
           (double)(decide_timing_now_ns() - start) / 1e6, survey.hazards, survey.generic_keys,
           survey.reviews);
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
                       .placing_ns = calloc(reports, sizeof(int64_t)),
                       .decide_ns = calloc(reports, sizeof(int64_t))};
    if (figures.evidence_ns == NULL || figures.placing_ns == NULL || figures.decide_ns == NULL)
        abort();
    size_t before = heap_used();
    size_t number = 0;
    int64_t start = decide_timing_now_ns();
    while (hazard_store_count(bench->base) < hazards || bench->overlay != NULL)
        take(bench, city, number++, NULL);
    printf("%zu reports in %.1f s\n", number, (double)(decide_timing_now_ns() - start) / 1e9);
    print_memory(bench, heap_used() - before);
    print_survey(bench);
    decide_timing_reset();
    for (size_t i = 0; i < reports; i++)
        take(bench, city, number++, &figures);
    print_figures(&figures);
    free(figures.evidence_ns);
    free(figures.decide_ns);
    free(figures.placing_ns);
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
        else
            hazards = 0; /* no such option */
    }
    if (argc % 2 == 0 || hazards == 0 || reports == 0) {
        fputs("usage: decide_bench [--hazards N] [--reports N] [--model FILE]\n", stderr);
        return EXIT_FAILURE;
    }
    Bench bench = {
        .arena = arena_new(1 << 16),
        .scratch = arena_new(1 << 18),
        .base = hazard_store_new(NULL),
        .counters = {.next_hazard = 1, .next_case = 1, .next_report = 1, .next_decision = 1}};
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
