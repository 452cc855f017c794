#ifndef ONECASE_TESTS_UNIT_DOMAIN_HAZARD_FIXTURE_H
#define ONECASE_TESTS_UNIT_DOMAIN_HAZARD_FIXTURE_H

#include "domain/blocking.h"
#include "domain/lifecycle.h"
#include "domain/model_data.h"

#include <stdlib.h>

/* A region with its store, counters and model, for tests of hazards and cases. Times are days since the first day. */
static const int64_t FIXTURE_DAY = INT64_C(86400) * 1000000;
static const int64_t FIXTURE_START = INT64_C(1767225600) * 1000000; /* 2026-01-01T00:00:00Z */

static const HazardClass FIXTURE_LIFT = {.code = {"A02", 3},
                                         .family = {"A01", 3},
                                         .group = 'A',
                                         .scope = SCOPE_ASSET,
                                         .radius_m = 60,
                                         .recurrence_days = 90,
                                         .colour = 2};
static const HazardClass FIXTURE_TRAPPED = {.code = {"A01", 3},
                                            .family = {"A01", 3},
                                            .group = 'A',
                                            .scope = SCOPE_ASSET,
                                            .radius_m = 60,
                                            .recurrence_days = 90,
                                            .colour = 1};
static const HazardClass FIXTURE_LAMP = {.code = {"E05", 3},
                                         .family = {"E05", 3},
                                         .group = 'E',
                                         .scope = SCOPE_POINT,
                                         .radius_m = 40,
                                         .recurrence_days = 30,
                                         .colour = 3};

typedef struct Fixture {
    Arena *arena;
    Model *model;
    HazardStore *base;
    RegionCounters counters;
    Lifecycle lifecycle;
} Fixture;

static inline Fixture fixture_new(void)
{
    Fixture fixture = {.arena = arena_new(4096),
                       .model = model_new(),
                       .base = hazard_store_new(NULL),
                       .counters = {.next_hazard = 1, .next_case = 1, .next_report = 1}};
    fixture.model->escalation = (EscalationRules){.window_days = 90,
                                                  .step_reports = 3,
                                                  .step_sources = 2,
                                                  .step_reporters = 2,
                                                  .red_reports = 5,
                                                  .red_when_people_hurt = true};
    return fixture;
}

/* Starts a batch; `fixture` must not move any more. */
static inline void fixture_begin(Fixture *fixture)
{
    fixture->lifecycle = (Lifecycle){.model = fixture->model,
                                     .store = hazard_store_new(fixture->base),
                                     .counters = &fixture->counters,
                                     .region = {"9901", 4},
                                     .now = FIXTURE_START + 100 * FIXTURE_DAY,
                                     .arena = fixture->arena};
}

static inline void fixture_done(Fixture *fixture)
{
    hazard_store_free(fixture->base);
    model_free(fixture->model);
    arena_free(fixture->arena);
}

static inline Evidence *
fixture_evidence(int64_t report_id, Text source, const HazardClass *category)
{
    Evidence *evidence = calloc(1, sizeof *evidence);
    evidence->report_id = report_id;
    evidence->source = source;
    evidence->category = category;
    evidence->address.estate = (Text){"锦绣花园", sizeof "锦绣花园" - 1};
    return evidence;
}

/* A member of `day`, told by reporter number `reporter` (0 unknown) of the source. */
static inline HazardMember
fixture_member(int64_t report_id, double day, uint64_t reporter, Text source)
{
    int64_t at = FIXTURE_START + (int64_t)(day * (double)FIXTURE_DAY);
    return (HazardMember){.report_id = report_id,
                          .event_at = at,
                          .known_at = at,
                          .status_at = INT64_MIN,
                          .reporter = {.hash = reporter},
                          .source = text_hash(source),
                          .category = &FIXTURE_LIFT};
}

/* The member joins the hazard; 0 opens one. Returns the hazard's id. */
static inline int64_t
fixture_join(Fixture *fixture, int64_t hazard_id, HazardMember member, Text source)
{
    Lifecycle *lifecycle = &fixture->lifecycle;
    Hazard *hazard = hazard_id != 0 ? hazard_store_edit(lifecycle->store, hazard_id)
                                    : lifecycle_open_hazard(lifecycle, 0);
    lifecycle_attach(lifecycle, hazard, &member,
                     fixture_evidence(member.report_id, source, member.category));
    return hazard->id;
}

static inline size_t fixture_count_events(const Fixture *fixture, const char *kind)
{
    size_t count = 0;
    for (size_t i = 0; i < fixture->lifecycle.events.count; i++)
        count += text_is(text_from(fixture->lifecycle.events.items[i].kind), kind);
    return count;
}

#endif
