/*
 * First the report itself; then, when a hazard gained by it, the small ones beside that hazard, and the hazard itself while
 * it is small.
 */
#include "domain/placing.h"

#include "domain/hazard_join.h"
#include "domain/lifecycle_join.h"
#include "domain/linkage_rescore.h"

static void add_replaced(Placing *placing, Replaced replaced)
{
    if (placing->replaced_count == placing->replaced_capacity) {
        size_t capacity = placing->replaced_capacity == 0 ? 8 : placing->replaced_capacity * 2;
        placing->replaced =
            arena_grow(placing->lifecycle->arena, placing->replaced,
                       placing->replaced_capacity * sizeof(Replaced), capacity * sizeof(Replaced));
        placing->replaced_capacity = capacity;
    }
    placing->replaced[placing->replaced_count++] = replaced;
}

static void join(Placing *placing, const HazardMember *cause, const Rescored *rescored)
{
    Lifecycle *lifecycle = placing->lifecycle;
    JoinCause because = {.reason = "rescored",
                         .report_id = cause->report_id,
                         .event_at = cause->event_at,
                         .first_decision = lifecycle->counters->next_decision};
    const Hazard *survivor =
        lifecycle_join(lifecycle, rescored->body_id, rescored->part_id, &because);
    for (size_t i = 0; i < rescored->count; i++)
        add_replaced(
            placing,
            (Replaced){.report_id = rescored->report_ids[i],
                       .decision_id = lifecycle->counters->next_decision++,
                       .hazard_id = survivor->id,
                       .case_id = hazard_member(survivor, rescored->report_ids[i])->case_id,
                       .decision = rescored->decisions[i]});
}

static void rescore(Placing *placing, const HazardMember *cause, int64_t hazard_id)
{
    Lifecycle *lifecycle = placing->lifecycle;
    Rescored rescored;
    ArenaMark mark = arena_mark(lifecycle->arena);
    if (linkage_rescore(lifecycle->model, lifecycle->store, lifecycle->region, hazard_id,
                        placing->scratch, lifecycle->arena, &rescored))
        join(placing, cause, &rescored);
    else
        arena_rewind(lifecycle->arena, mark);
}

static void rescore_around(Placing *placing, const HazardMember *cause, const Decision *decision)
{
    for (size_t i = 0; i < decision->neighbour_count; i++)
        rescore(placing, cause, decision->neighbours[i]);
    if (decision->neighbour_count > 0)
        rescore(placing, cause,
                hazard_store_of_report(placing->lifecycle->store, cause->report_id));
}

static void request_review(Placing *placing, const Decision *decision, const HazardMember *member)
{
    if (decision->outcome == OUTCOME_REVIEW)
        lifecycle_request_review(placing->lifecycle, decision->hazard_id,
                                 decision->one_of ? "one_of" : "twin", member);
}

void placing_report(Placing *placing, Evidence *evidence, HazardMember *member, Decision *decision)
{
    Lifecycle *lifecycle = placing->lifecycle;
    linkage_decide(lifecycle->model, lifecycle->store, evidence, placing->scratch, lifecycle->arena,
                   decision);
    evidence->independence = member->independence = decision->independence;
    placing->decision_id = lifecycle->counters->next_decision++;
    Hazard *hazard = decision->outcome == OUTCOME_LINK
                         ? hazard_store_edit(lifecycle->store, decision->hazard_id)
                         : lifecycle_open_hazard(lifecycle, linkage_twin_of(decision));
    placing->hazard_id = hazard->id;
    lifecycle_attach(lifecycle, hazard, member, evidence);
    request_review(placing, decision, member);
    rescore_around(placing, member, decision);
}
