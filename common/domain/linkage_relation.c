/*
 * Each candidate gives at most one relation; they are put in their place one by one, so that the order of candidates does
 * not show.
 */
#include "domain/linkage_relation.h"

#include "domain/model_data.h"

#include <string.h>

static const char *const KINDS[] = {"one_of",     "twin",       "precursor",
                                    "same_event", "same_party", "possible"};
enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

static size_t rank_of(const char *kind)
{
    size_t rank = 0;
    while (rank + 1 < KIND_COUNT && strcmp(KINDS[rank], kind) != 0)
        rank++;
    return rank;
}

static bool comes_before(const Relation *a, const Relation *b)
{
    size_t rank_a = rank_of(a->kind);
    size_t rank_b = rank_of(b->kind);
    if (rank_a != rank_b)
        return rank_a < rank_b;
    return a->score_mb != b->score_mb ? a->score_mb > b->score_mb : a->hazard_id < b->hazard_id;
}

static void put(Decision *decision, Relation relation)
{
    size_t at = decision->relation_count;
    if (at < DECISION_RELATIONS_MAX)
        decision->relation_count++;
    for (; at > 0 && comes_before(&relation, &decision->relations[at - 1]); at--)
        if (at < DECISION_RELATIONS_MAX)
            decision->relations[at] = decision->relations[at - 1];
    if (at < DECISION_RELATIONS_MAX)
        decision->relations[at] = relation;
}

/* Joined by nothing but its class or party: the score says little of it. */
static const char *
kind_of(const Model *model, const Candidate *candidate, bool is_best, const Decision *decision)
{
    int32_t total = candidate->score.total_mb;
    bool may_be_joined = linkage_may_join(candidate);
    if (decision->one_of && may_be_joined && (is_best || total >= model_review_mb(model)))
        return "one_of";
    if (is_best && decision->outcome == OUTCOME_REVIEW)
        return "twin";
    if (candidate->score.relation != NULL)
        return candidate->score.relation;
    return may_be_joined && total >= model_possible_mb(model) ? "possible" : NULL;
}

static bool is_grown(const Model *model, const Hazard *hazard)
{
    return hazard->member_count > (uint32_t)model->weights.merge_members;
}

/* Grown hazards that the report would have joined as well as the one it joined, which is grown too: a person decides. */
static void relate_grown(const Model *model, const Candidates *candidates, Decision *decision)
{
    const Hazard *joined = NULL;
    for (size_t i = 0; i < candidates->count; i++)
        if (candidates->items[i].hazard->id == decision->hazard_id)
            joined = candidates->items[i].hazard;
    for (size_t i = 0; joined != NULL && is_grown(model, joined) && i < candidates->count; i++) {
        const Candidate *candidate = &candidates->items[i];
        if (candidate->hazard == joined || !linkage_may_join(candidate) ||
            candidate->score.total_mb < model_link_mb(model) || !is_grown(model, candidate->hazard))
            continue;
        put(decision, (Relation){.kind = "twin",
                                 .hazard_id = candidate->hazard->id,
                                 .score_mb = candidate->score.total_mb,
                                 .report_comes_first = joined->id < candidate->hazard->id});
    }
}

void linkage_relate(const Model *model,
                    const Candidates *candidates,
                    size_t best,
                    Decision *decision)
{
    if (decision->outcome == OUTCOME_LINK) {
        relate_grown(model, candidates, decision);
        return;
    }
    for (size_t i = 0; i < candidates->count; i++) {
        const Candidate *candidate = &candidates->items[i];
        const char *kind = kind_of(model, candidate, i == best, decision);
        if (kind == NULL)
            continue;
        put(decision,
            (Relation){.kind = kind,
                       .hazard_id = candidate->hazard->id,
                       .score_mb = i == best ? decision->final_mb : candidate->score.total_mb,
                       .report_comes_first = candidate->score.report_comes_first});
    }
}
