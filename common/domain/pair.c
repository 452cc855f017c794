/* A store with one hazard of one member, and a candidate put there by hand. */
#include "domain/pair.h"

enum { HAZARD_ID = 1 };

static uint32_t shared_keys(const Model *model, const Evidence *report, const Evidence *member)
{
    BlockingKey asked[BLOCKING_KEYS_MAX];
    BlockingKey kept[BLOCKING_KEYS_MAX];
    size_t asked_count = blocking_query_keys(report, model, asked);
    size_t kept_count = blocking_index_keys(member, model, kept);
    uint32_t kinds = 0;
    for (size_t i = 0; i < asked_count; i++)
        for (size_t j = 0; j < kept_count; j++)
            if (asked[i].hash == kept[j].hash)
                kinds |= 1u << asked[i].kind;
    return kinds;
}

void pair_compare(const Model *model,
                  const PairSide *report,
                  const PairSide *member,
                  Arena *arena,
                  PairFinding *finding)
{
    Evidence *ours = evidence_new(report->report, &report->origin, model, arena);
    Evidence *theirs = evidence_new(member->report, &member->origin, model, arena);
    HazardStore *store = hazard_store_new(NULL);
    Hazard *hazard = hazard_store_create(store, HAZARD_ID);
    HazardMember told = {.report_id = theirs->report_id,
                         .event_at = theirs->event_at,
                         .known_at = theirs->event_at,
                         .status_at = TIME_ABSENT,
                         .reporter = hazard_reporter(theirs),
                         .source = text_hash(theirs->source),
                         .category = theirs->category,
                         .independence = member->independence};
    finding->shared_keys = shared_keys(model, ours, theirs);
    theirs->independence = member->independence;
    hazard_store_add(store, hazard, &told, theirs, model);
    Candidate candidate = {.hazard = hazard, .proposed_by = finding->shared_keys};
    Candidates candidates = {.items = &candidate, .count = 1, .crowd = {.party = 1}};
    linkage_score(model, store, ours, &candidates, arena);
    linkage_judge(model, store, ours, &candidates, arena, &finding->decision);
    hazard_store_free(store);
    evidence_free(ours);
}
