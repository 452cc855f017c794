#ifndef ONECASE_TESTS_UNIT_DOMAIN_TOWN_FIXTURE_H
#define ONECASE_TESTS_UNIT_DOMAIN_TOWN_FIXTURE_H

#include "linkage_fixture.h"

#include "domain/bucket.h"
#include "domain/hazard_join.h"
#include "domain/lifecycle_derive.h"
#include "domain/placing.h"

#include <stdlib.h>
#include <string.h>

/* A region that grows report by report through placing, as in the matcher, on the shipped model; for bucket*_test.c and revising_test.c. */
enum { REPORTS_MAX = 400 };

/* A region that remembers what it was told, and which decision was the last of each report. */
typedef struct Told {
    Report report;
    const char *source;
    Independence independence;
    int64_t decision_id;
} Told;

typedef struct Town {
    City *city;
    Told told[REPORTS_MAX + 1]; /* by report id */
    size_t replaced;            /* decisions that followed from the last report */
} Town;

static Town *town;

static inline int town_set_up(void **state)
{
    void *city = NULL;
    int failed = city_set_up(&city);
    town = test_calloc(1, sizeof *town);
    town->city = city;
    town->city->counters.next_decision = 1;
    *state = town;
    return failed;
}

static inline int town_tear_down(void **state)
{
    void *city = town->city;
    test_free(town);
    (void)state;
    return city_tear_down(&city);
}

static inline Evidence *evidence_of(int64_t report_id)
{
    const Told *told = &town->told[report_id];
    EvidenceOrigin origin = {text_from(told->source), TEXT("9901"), report_id,
                             told->report.occurred_at};
    return evidence_new(&told->report, &origin, town->city->model, town->city->scratch);
}

static inline HazardMember member_of(const Evidence *evidence, int16_t status)
{
    return (HazardMember){.report_id = evidence->report_id,
                          .event_at = evidence->event_at,
                          .known_at = evidence->event_at,
                          .status_at = status >= 60 ? evidence->event_at : TIME_ABSENT,
                          .status = status,
                          .reporter = hazard_reporter(evidence),
                          .source = text_hash(evidence->source),
                          .category = evidence->category};
}

static inline Lifecycle lifecycle_on(HazardStore *overlay)
{
    return (Lifecycle){.model = town->city->model,
                       .store = overlay,
                       .counters = &town->city->counters,
                       .region = TEXT("9901"),
                       .now = CITY_START + 200 * CITY_DAY,
                       .arena = town->city->arena};
}

/* The report is told, decided and carried out; its id. */
static inline int64_t tell(const Report *report, const char *source)
{
    City *city = town->city;
    int64_t id = city->counters.next_report++;
    town->told[id] = (Told){.report = *report, .source = source};
    Lifecycle lifecycle = lifecycle_on(hazard_store_new(city->store));
    Placing placing = {.lifecycle = &lifecycle, .scratch = city->scratch};
    Evidence *evidence = evidence_of(id);
    HazardMember member = member_of(evidence, (int16_t)(report->status > 0 ? report->status : 0));
    placing_report(&placing, evidence, &member, &city->last);
    town->told[id].independence = member.independence;
    town->told[id].decision_id = placing.decision_id;
    for (size_t i = 0; i < placing.replaced_count; i++)
        town->told[placing.replaced[i].report_id].decision_id = placing.replaced[i].decision_id;
    town->replaced = placing.replaced_count;
    hazard_store_merge(lifecycle.store);
    return id;
}

static inline const Hazard *hazard_of(int64_t report_id)
{
    return hazard_store_get(town->city->store,
                            hazard_store_of_report(town->city->store, report_id));
}

static inline const Relation *relation_to(int64_t hazard_id)
{
    const Decision *last = &town->city->last;
    for (size_t i = 0; i < last->relation_count; i++)
        if (last->relations[i].hazard_id == hazard_id)
            return &last->relations[i];
    return NULL;
}

/* A call about a lift; each caller is another one. */
static inline Report call(int number, double day, const char *address)
{
    Report report = city_lift(text_format(town->city->arena, "YZ%d", number).data, day, address);
    report.reporter = text_format(town->city->arena, "1:%032d", number);
    return report;
}

static inline int64_t tell_call(int number, double day, const char *address)
{
    Report report = call(number, day, address);
    return tell(&report, "H12345");
}

static inline int by_decision(const void *a, const void *b)
{
    int64_t x = town->told[*(const int64_t *)a].decision_id;
    int64_t y = town->told[*(const int64_t *)b].decision_id;
    return (x > y) - (x < y);
}

static inline void add_rebuilt(HazardStore *store, int64_t report_id)
{
    const Hazard *grown = hazard_of(report_id);
    Evidence *evidence = evidence_of(report_id);
    HazardMember member = *hazard_member(grown, report_id);
    assert_true(hazard_reporter_same(member.reporter, hazard_reporter(evidence)));
    assert_ptr_equal(member.category, evidence->category);
    evidence->independence = town->told[report_id].independence;
    hazard_store_add(store, hazard_store_edit(store, grown->id), &member, evidence,
                     town->city->model);
}

/* Memory as it is read anew: reports in the order of the decisions that brought them where they are. */
static inline HazardStore *town_rebuilt(void)
{
    const City *city = town->city;
    HazardStore *store = hazard_store_new(NULL);
    int64_t order[REPORTS_MAX];
    size_t count = 0;
    for (int64_t id = 1; id < city->counters.next_hazard; id++) {
        const Hazard *grown = hazard_store_get(city->store, id);
        Hazard *hazard = hazard_store_create(store, id);
        hazard->provisional_of = grown->provisional_of;
        hazard->merged_into = grown->merged_into;
        hazard->bucket = grown->bucket;
        for (size_t i = 0; i < grown->case_count; i++)
            *hazard_add_case(hazard) = grown->cases[i];
    }
    for (int64_t id = 1; id < city->counters.next_report; id++)
        order[count++] = id;
    qsort(order, count, sizeof order[0], by_decision);
    for (size_t i = 0; i < count; i++)
        add_rebuilt(store, order[i]);
    return store;
}

#endif
