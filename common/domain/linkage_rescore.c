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

int32_t linkage_rescore_least_mb(const Model *model)
{
    return model_link_mb(model) + model->weights.merge;
}

bool linkage_rescore_suffices(const Model *model, const Decision *decision)
{
    return decision->outcome == OUTCOME_LINK &&
           decision->final_mb >= linkage_rescore_least_mb(model);
}

/* Whether the member may come along: nothing keeps it apart from the body. One that shares nothing with it says nothing. */
static bool may_follow(const Lifecycle *lifecycle,
                       const Evidence *member,
                       const Rescored *rescored,
                       Arena *scratch)
{
    const Model *model = lifecycle->model;
    ArenaMark mark = arena_mark(scratch);
    bool may = true;
    Candidates candidates =
        candidates_find(model, lifecycle->store, member, rescored->part_id, scratch);
    linkage_score(model, lifecycle->store, member, &candidates, scratch);
    for (size_t i = 0; i < candidates.count; i++)
        if (candidates.items[i].hazard->id == rescored->body_id)
            may = linkage_may_join(&candidates.items[i]) &&
                  candidates.items[i].score.total_mb >= model_possible_mb(model);
    arena_rewind(scratch, mark);
    return may;
}

/* A member of the part as if it came now. */
static const Evidence *
member_of(const Lifecycle *lifecycle, const Rescored *rescored, size_t at, EvidenceView *view)
{
    const Hazard *part = hazard_store_get(lifecycle->store, rescored->part_id);
    return linkage_rescore_as_report(lifecycle->model, part, at, lifecycle->region,
                                     lifecycle->arena, view);
}

/* Decides for each member that may suffice (others: NULL); the best of those that do names the body. */
static bool find_body(const Lifecycle *lifecycle, Arena *scratch, Rescored *rescored)
{
    const LinkageAmong others = {lifecycle->model, lifecycle->store, rescored->part_id};
    const LinkageAim aim = {.least_mb = linkage_rescore_least_mb(lifecycle->model)};
    int32_t best = INT32_MIN;
    for (size_t i = 0; i < rescored->count; i++) {
        EvidenceView view;
        const Evidence *member = member_of(lifecycle, rescored, i, &view);
        Decision *decision = ARENA_NEW(lifecycle->arena, Decision);
        bool may =
            linkage_decide_reaching(&others, aim, member, scratch, lifecycle->arena, decision);
        rescored->report_ids[i] = member->report_id;
        rescored->decisions[i] = may ? decision : NULL;
        if (!may || !linkage_rescore_suffices(lifecycle->model, decision) ||
            decision->final_mb <= best)
            continue;
        best = decision->final_mb;
        rescored->body_id = decision->hazard_id;
    }
    return best != INT32_MIN;
}

static bool says_so(const Lifecycle *lifecycle, const Rescored *rescored, size_t at)
{
    const Decision *decision = rescored->decisions[at];
    return decision != NULL && linkage_rescore_suffices(lifecycle->model, decision) &&
           decision->hazard_id == rescored->body_id;
}

/* A member that would go elsewhere, or is kept apart from the body. */
static bool objects(const Lifecycle *lifecycle, Rescored *rescored, size_t at, Arena *scratch)
{
    const LinkageAmong others = {lifecycle->model, lifecycle->store, rescored->part_id};
    EvidenceView view;
    if (says_so(lifecycle, rescored, at))
        return false;
    const Evidence *member = member_of(lifecycle, rescored, at, &view);
    if (rescored->decisions[at] == NULL) {
        rescored->decisions[at] = ARENA_NEW(lifecycle->arena, Decision);
        linkage_decide_among(&others, member, scratch, lifecycle->arena, rescored->decisions[at]);
    }
    return rescored->decisions[at]->outcome == OUTCOME_LINK ||
           !may_follow(lifecycle, member, rescored, scratch);
}

/* Those that do not say so themselves keep no explanation of their own. */
static void make_merged(const Lifecycle *lifecycle, Rescored *rescored, size_t at)
{
    Decision *decision = rescored->decisions[at];
    if (!says_so(lifecycle, rescored, at))
        *decision = (Decision){.hazard_id = rescored->body_id};
    decision->outcome = OUTCOME_MERGED;
    decision->from_id = rescored->part_id;
    decision->threshold_mb = linkage_rescore_least_mb(lifecycle->model);
}

bool linkage_rescore(const Lifecycle *lifecycle,
                     int64_t part_id,
                     Arena *scratch,
                     Rescored *rescored)
{
    const Hazard *part = hazard_store_get(lifecycle->store, part_id);
    if (!is_small(lifecycle->model, part))
        return false;
    *rescored = (Rescored){.part_id = part_id, .count = part->representative_count};
    if (!find_body(lifecycle, scratch, rescored))
        return false;
    for (size_t i = 0; i < rescored->count; i++)
        if (objects(lifecycle, rescored, i, scratch))
            return false;
    for (size_t i = 0; i < rescored->count; i++)
        make_merged(lifecycle, rescored, i);
    return true;
}
