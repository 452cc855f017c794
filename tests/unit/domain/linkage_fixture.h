#ifndef ONECASE_TESTS_LINKAGE_FIXTURE_H
#define ONECASE_TESTS_LINKAGE_FIXTURE_H

#include "start_values.h"

#include "domain/lifecycle.h"
#include "domain/linkage.h"

#include "adapters/model_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* A region on the shipped model with start values that grows report by report, each decided and carried out; for linkage_*test.c. */
static const int64_t CITY_DAY = INT64_C(86400) * 1000000;
static const int64_t CITY_START = INT64_C(1767225600) * 1000000; /* 2026-01-01T00:00:00Z */

/* A region that grows report by report. */
typedef struct City {
    Model *model;
    Arena *arena;
    Arena *scratch;
    HazardStore *store;
    RegionCounters counters;
    Decision last;
} City;

static inline int city_set_up(void **state)
{
    City *city = test_calloc(1, sizeof *city);
    Error error = {0};
    if (!model_file_load("deploy/model/onecase.cfg", &city->model, &error))
        fail_msg("%s", error.text);
    start_values(city->model);
    city->arena = arena_new(65536);
    city->scratch = arena_new(65536);
    city->store = hazard_store_new(NULL);
    city->counters = (RegionCounters){.next_hazard = 1, .next_case = 1, .next_report = 1};
    *state = city;
    return 0;
}

static inline int city_tear_down(void **state)
{
    City *city = *state;
    hazard_store_free(city->store);
    model_free(city->model);
    arena_free(city->arena);
    arena_free(city->scratch);
    test_free(city);
    return 0;
}

/* A lift report of a day at an address, told in words long enough to compare. */
static inline Report city_lift(const char *record_no, double day, const char *address)
{
    Report report;
    report_init(&report);
    report.record_no = text_from(record_no);
    report.address = text_from(address);
    report.title = TEXT("电梯故障");
    report.body = TEXT("电梯门关不上，运行时发出很大的异响，上下班高峰没有人敢乘坐");
    report.category = TEXT("A02");
    report.category_confidence = 90;
    report.occurred_at = CITY_START + (int64_t)(day * (double)CITY_DAY);
    report.reported_at = report.occurred_at;
    return report;
}

/* Decides about a report and carries it out, as the matcher does. Returns the hazard it went to. */
static inline int64_t city_take(City *city, const Report *report, const char *source)
{
    HazardStore *overlay = hazard_store_new(city->store);
    Lifecycle lifecycle = {.model = city->model,
                           .store = overlay,
                           .counters = &city->counters,
                           .region = TEXT("9901"),
                           .now = CITY_START + 200 * CITY_DAY,
                           .arena = city->arena};
    int64_t event_at = report_event_time(report, (ReportArrival){lifecycle.now, false}, NULL);
    EvidenceOrigin origin = {text_from(source), lifecycle.region, city->counters.next_report++,
                             event_at};
    Evidence *evidence = evidence_new(report, &origin, city->model, city->scratch);
    linkage_decide(city->model, overlay, evidence, city->scratch, city->arena, &city->last);
    evidence->independence = city->last.independence;
    HazardMember member = {.report_id = evidence->report_id,
                           .event_at = evidence->event_at,
                           .known_at = evidence->event_at,
                           .status_at = TIME_ABSENT,
                           .reporter = hazard_reporter(evidence),
                           .source = text_hash(evidence->source),
                           .category = evidence->category,
                           .independence = city->last.independence};
    Hazard *hazard = city->last.outcome == OUTCOME_LINK
                         ? hazard_store_edit(overlay, city->last.hazard_id)
                         : lifecycle_open_hazard(&lifecycle, linkage_twin_of(&city->last));
    int64_t id = hazard->id;
    lifecycle_attach(&lifecycle, hazard, &member, evidence);
    hazard_store_merge(overlay);
    return id;
}

static inline int32_t city_sum_of(const Score *score)
{
    int32_t sum = 0;
    for (size_t i = 0; i < score->count; i++)
        sum += score->items[i].weight_mb;
    return sum;
}

#endif
