/*
 * Each member decides once more without its own hazard; the most certain one says where to, the others may object.
 */
#include "domain/linkage_rescore.h"

#include "domain/hazard_join.h"
#include "domain/linkage_relation.h"
#include "domain/model_data.h"

#include <assert.h>

static bool is_small(const Model *model, const Hazard *hazard)
{
    return hazard->merged_into == 0 && !hazard->bucket && hazard_is_whole(hazard) &&
           hazard->member_count <= (uint32_t)model->weights.merge_members;
}

const Evidence *linkage_rescore_as_report(const Model *model,
                                          const Hazard *part,
                                          size_t at,
                                          Text region,
                                          Arena *arena,
                                          EvidenceView *view)
{
    hazard_evidence(part, at, view);
    view->evidence.place_text = address_standard(&view->evidence.address, arena);
    evidence_count_sites(&view->evidence, region, model);
    return &view->evidence;
}

bool linkage_rescore_suffices(const Model *model, const Decision *decision)
{
    return decision->outcome == OUTCOME_LINK &&
           decision->final_mb >= model_link_mb(model) + model->weights.merge;
}

/* Whether the member may come along: nothing keeps it apart from the body. One that shares nothing with it says nothing. */
static bool may_follow(const Model *model,
                       const HazardStore *store,
                       const Evidence *member,
                       const Rescored *rescored,
                       Arena *scratch)
{
    ArenaMark mark = arena_mark(scratch);
    bool may = true;
    Candidates candidates = candidates_find(model, store, member, rescored->part_id, scratch);
    linkage_score(model, store, member, &candidates, scratch);
    for (size_t i = 0; i < candidates.count; i++)
        if (candidates.items[i].hazard->id == rescored->body_id)
            may = linkage_may_join(&candidates.items[i]) &&
                  candidates.items[i].score.total_mb >= model_possible_mb(model);
    arena_rewind(scratch, mark);
    return may;
}

/* Decides for each member; the best of those that suffice names the body. */
static bool find_body(const Model *model,
                      const HazardStore *store,
                      const Hazard *part,
                      Text region,
                      Arena *scratch,
                      Arena *arena,
                      Rescored *rescored)
{
    int32_t best = INT32_MIN;
    for (size_t i = 0; i < part->representative_count; i++) {
        EvidenceView view;
        const Evidence *member = linkage_rescore_as_report(model, part, i, region, arena, &view);
        Decision *decision = ARENA_NEW(arena, Decision);
        linkage_decide_except(model, store, member, part->id, scratch, arena, decision);
        rescored->report_ids[i] = member->report_id;
        rescored->decisions[i] = decision;
        if (!linkage_rescore_suffices(model, decision) || decision->final_mb <= best)
            continue;
        best = decision->final_mb;
        rescored->body_id = decision->hazard_id;
    }
    return best != INT32_MIN;
}

/* Whether all come along; those that do not say so themselves keep no explanation of their own. */
static bool all_agree(const Model *model,
                      const HazardStore *store,
                      const Hazard *part,
                      Text region,
                      Arena *scratch,
                      Arena *arena,
                      Rescored *rescored)
{
    for (size_t i = 0; i < part->representative_count; i++) {
        Decision *decision = rescored->decisions[i];
        bool says_so =
            linkage_rescore_suffices(model, decision) && decision->hazard_id == rescored->body_id;
        EvidenceView view;
        if (!says_so &&
            (decision->outcome == OUTCOME_LINK ||
             !may_follow(model, store,
                         linkage_rescore_as_report(model, part, i, region, arena, &view), rescored,
                         scratch)))
            return false;
        if (!says_so)
            *decision = (Decision){.hazard_id = rescored->body_id};
        decision->outcome = OUTCOME_MERGED;
        decision->from_id = rescored->part_id;
        decision->threshold_mb = model_link_mb(model) + model->weights.merge;
    }
    return true;
}

bool linkage_rescore(const Model *model,
                     const HazardStore *store,
                     Text region,
                     int64_t part_id,
                     Arena *scratch,
                     Arena *arena,
                     Rescored *rescored)
{
    const Hazard *part = hazard_store_get(store, part_id);
    if (!is_small(model, part))
        return false;
    *rescored = (Rescored){.part_id = part_id, .count = part->representative_count};
    return find_body(model, store, part, region, scratch, arena, rescored) &&
           all_agree(model, store, part, region, scratch, arena, rescored);
}
