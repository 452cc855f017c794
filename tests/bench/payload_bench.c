/*
 * What the data of an event costs (case_payload), by the size of its case: members told by as many people from four
 * sources, evidence of eight kept. CPU time, best of five.
 */
#include "domain/case_payload.h"
#include "domain/model_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 5, CALLS = 20000 };

static const HazardClass LIFT = {.code = {"A02", 3},
                                 .family = {"A01", 3},
                                 .group = 'A',
                                 .scope = SCOPE_ASSET,
                                 .recurrence_days = 90,
                                 .colour = 2};

static Evidence *evidence_of(int64_t report_id, Text source, Text *buildings)
{
    Evidence *evidence = calloc(1, sizeof *evidence);
    if (evidence == NULL)
        abort();
    evidence->report_id = report_id;
    evidence->source = source;
    evidence->category = &LIFT;
    evidence->record_no = TEXT("DH990120260104000001");
    evidence->address.estate = TEXT("锦绣花园");
    evidence->address.buildings = (TextList){buildings, 1};
    evidence->address.unit = TEXT("2");
    evidence->has_point = true;
    evidence->point = (GeoPoint){.lon = 113.123456, .lat = 28.123456, .datum = GEO_WGS84};
    evidence->precision = 'B';
    evidence->community_code = TEXT("990101001001");
    evidence->assets[0] = (Asset){.kind = ASSET_PLATE, .id = TEXT("12345"), .structured = true};
    evidence->asset_count = 1;
    return evidence;
}

static double cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void measure(int64_t members)
{
    static const char *const SOURCES[] = {"H12345", "GRID", "FIRE", "MARKET"};
    Text buildings[] = {TEXT("3")};
    Arena *arena = arena_new(65536);
    Model *model = model_new();
    model->escalation = (EscalationRules){.window_days = 90,
                                          .step_reports = 3,
                                          .step_sources = 2,
                                          .step_reporters = 2,
                                          .red_reports = 5};
    RegionCounters counters = {.next_hazard = 1, .next_case = 1};
    Lifecycle lifecycle = {.model = model,
                           .store = hazard_store_new(NULL),
                           .counters = &counters,
                           .region = TEXT("9901"),
                           .now = INT64_C(1780000000000000),
                           .arena = arena};
    Hazard *hazard = lifecycle_open_hazard(&lifecycle, 0);
    for (int64_t i = 1; i <= members; i++) {
        Text source = text_from(SOURCES[i % 4]);
        HazardMember member = {.report_id = i,
                               .event_at = lifecycle.now + i,
                               .known_at = lifecycle.now + i,
                               .status_at = INT64_MIN,
                               .reporter = {.hash = (uint64_t)i},
                               .source = text_hash(source),
                               .category = &LIFT};
        lifecycle_attach(&lifecycle, hazard, &member, evidence_of(i, source, buildings));
    }
    const CaseEvent *event = &lifecycle.events.items[lifecycle.events.count - 1];
    double best = 1e18;
    size_t size = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double start = cpu_us();
        for (int i = 0; i < CALLS; i++) {
            ArenaMark mark = arena_mark(arena);
            size = case_payload(&lifecycle, event, i, arena).size;
            arena_rewind(arena, mark);
        }
        double each = (cpu_us() - start) / CALLS;
        best = each < best ? each : best;
    }
    printf("%5d members: %5.2f us, %zu bytes\n", (int)members, best, size);
    hazard_store_free(lifecycle.store);
    model_free(model);
    arena_free(arena);
}

int main(void)
{
    static const int64_t SIZES[] = {1, 8, 100, 1000};
    for (size_t i = 0; i < sizeof(SIZES) / sizeof(SIZES[0]); i++)
        measure(SIZES[i]);
    return 0;
}
