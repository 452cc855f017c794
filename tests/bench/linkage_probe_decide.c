/*
 * The matcher's decisions once more, with no server: reports in their order through placing_report. Weights and rules can be
 * tried on a whole city in a second.
 */
#include "linkage_probe.h"

#include "domain/hazard_join.h"
#include "domain/model_data.h"
#include "domain/placing.h"

#include <inttypes.h>

static HazardMember member_of(const Evidence *evidence)
{
    return (HazardMember){.report_id = evidence->report_id,
                          .event_at = evidence->event_at,
                          .known_at = evidence->event_at,
                          .status_at = TIME_ABSENT,
                          .reporter = hazard_reporter(evidence),
                          .source = text_hash(evidence->source),
                          .category = evidence->category};
}

static void
decide(ProbeReports *reports, ProbeReport *report, HazardStore *base, RegionCounters *counters)
{
    ArenaMark mark = arena_mark(reports->scratch);
    Arena *arena = arena_new(16384);
    Lifecycle lifecycle = {.model = reports->model,
                           .store = hazard_store_new(base),
                           .counters = counters,
                           .region = report->region,
                           .now = report->evidence->event_at,
                           .arena = arena};
    Placing placing = {.lifecycle = &lifecycle, .scratch = reports->scratch};
    Decision decision;
    HazardMember member = member_of(report->evidence);
    report->report_id = report->evidence->report_id;
    placing_report(&placing, report->evidence, &member, &decision);
    report->evidence = NULL;
    report->outcome = decision.outcome;
    report->final_mb = decision.final_mb;
    for (size_t i = 0; i < placing.replaced_count; i++)
        printf("moved\t%" PRId64 "\t%" PRId64 "\t%s\t%" PRId32 "\n", placing.replaced[i].report_id,
               placing.replaced[i].hazard_id,
               linkage_outcome_name(placing.replaced[i].decision->outcome),
               placing.replaced[i].decision->final_mb);
    hazard_store_merge(lifecycle.store);
    arena_free(arena);
    arena_rewind(reports->scratch, mark);
}

int probe_decide(ProbeReports *reports)
{
    enum { REGIONS_MAX = 64 };
    HazardStore *stores[REGIONS_MAX];
    RegionCounters counters[REGIONS_MAX];
    Text regions[REGIONS_MAX];
    size_t count = 0;
    size_t *region_of = ARENA_ARRAY(reports->arena, size_t, reports->count);
    for (size_t i = 0; i < reports->count; i++) {
        size_t at = 0;
        while (at < count && !text_equal(regions[at], reports->items[i].region))
            at++;
        if (at == count && count < REGIONS_MAX) {
            regions[count] = reports->items[i].region;
            stores[count] = hazard_store_new(NULL);
            counters[count++] =
                (RegionCounters){.next_hazard = 1, .next_case = 1, .next_decision = 1};
        }
        region_of[i] = at;
        decide(reports, &reports->items[i], stores[at], &counters[at]);
    }
    for (size_t i = 0; i < reports->count; i++) {
        const ProbeReport *report = &reports->items[i];
        int64_t id = hazard_store_of_report(stores[region_of[i]], report->report_id);
        const Hazard *hazard = hazard_store_get(stores[region_of[i]], id);
        printf("%zu\t%" PRId64 "\t%s\t%" PRId32 "\t%" PRId64 "\t%d\n", i, id,
               linkage_outcome_name(report->outcome), report->final_mb, hazard->provisional_of,
               hazard->bucket);
    }
    for (size_t i = 0; i < count; i++)
        hazard_store_free(stores[i]);
    return 0;
}
