/*
 * candidates -> one Score a candidate (its best representative) -> vetoes and contradictions ->
 * competition -> outcome.
 *
 * Candidates are held in order of hazard id and compared by (score, id), so that neither the order
 * of keys nor the inside of a hash table can be seen in a decision.
 */
#include "domain/linkage.h"

#include "domain/linkage_burst.h"
#include "domain/linkage_relation.h"
#include "domain/veto.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const char *linkage_outcome_name(Outcome outcome)
{
    switch (outcome) {
    case OUTCOME_LINK:
        return "link";
    case OUTCOME_REVIEW:
        return "review";
    case OUTCOME_MERGED:
        return "merged";
    case OUTCOME_MOVED:
        return "moved";
    case OUTCOME_BUCKET:
        return "bucket";
    case OUTCOME_NEW:
        break;
    }
    return "new";
}

int64_t linkage_twin_of(const Decision *decision)
{
    return decision->outcome == OUTCOME_REVIEW && !decision->one_of ? decision->hazard_id : 0;
}

static bool has_veto(const Score *score, const char *name)
{
    for (size_t i = 0; i < score->veto_count; i++)
        if (strcmp(score->vetoes[i], name) == 0)
            return true;
    return false;
}

bool linkage_may_join(const Candidate *candidate)
{
    return candidate->score.veto_count == 0 && candidate->contradicting <= candidate->agreeing;
}

/* Index of the best eligible candidate, or SIZE_MAX; ties go to the smaller id. */
static size_t best_of(const Candidates *candidates, int64_t not_set)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < candidates->count; i++) {
        const Candidate *candidate = &candidates->items[i];
        if (!linkage_may_join(candidate) || candidate->twin_set == not_set)
            continue;
        if (best == SIZE_MAX || candidate->score.total_mb > candidates->items[best].score.total_mb)
            best = i;
    }
    return best;
}

/* The strongest when none may be joined, or SIZE_MAX; ties go to the smaller id. */
static size_t strongest_of(const Candidates *candidates)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < candidates->count; i++)
        if (best == SIZE_MAX ||
            candidates->items[i].score.total_mb > candidates->items[best].score.total_mb)
            best = i;
    return best;
}

static void note_rival(const Candidate *candidate, Decision *decision)
{
    Rival rival = {candidate->hazard->id, candidate->score.total_mb};
    size_t at =
        decision->rival_count < DECISION_RIVALS_MAX ? decision->rival_count++ : DECISION_RIVALS_MAX;
    decision->rivals_in_all++;
    for (; at > 0 && decision->rivals[at - 1].total_mb < rival.total_mb; at--)
        if (at < DECISION_RIVALS_MAX)
            decision->rivals[at] = decision->rivals[at - 1];
    if (at < DECISION_RIVALS_MAX)
        decision->rivals[at] = rival;
}

/* Marks the leader of each twin set: an open table from the set's id. */
static void find_leaders(Candidates *candidates)
{
    enum { SLOTS = 512 }; /* a power of two, more than twice the candidates */
    uint16_t slots[SLOTS] = {0};
    for (size_t i = 0; i < candidates->count; i++) {
        Candidate *candidate = &candidates->items[i];
        if (!linkage_may_join(candidate))
            continue;
        size_t at = (size_t)((uint64_t)candidate->twin_set * UINT64_C(0x9E3779B97F4A7C15) >> 55);
        while (slots[at] != 0 && candidates->items[slots[at] - 1].twin_set != candidate->twin_set)
            at = (at + 1) % SLOTS;
        Candidate *leader = slots[at] != 0 ? &candidates->items[slots[at] - 1] : NULL;
        if (leader != NULL && leader->score.total_mb >= candidate->score.total_mb)
            continue;
        if (leader != NULL)
            leader->leads_set = false;
        candidate->leads_set = true;
        slots[at] = (uint16_t)(i + 1);
    }
}

/* Every other twin set competes once, by its leader; in order of hazard id. */
static int32_t competition(Candidates *candidates, size_t best, Decision *decision)
{
    int32_t totals[BLOCKING_CANDIDATES_MAX];
    size_t count = 0;
    find_leaders(candidates);
    for (size_t i = 0; i < candidates->count; i++) {
        const Candidate *candidate = &candidates->items[i];
        if (!candidate->leads_set || candidate->twin_set == candidates->items[best].twin_set)
            continue;
        totals[count++] = candidate->score.total_mb;
        note_rival(candidate, decision);
    }
    return scorer_competition_mb(totals, count);
}

static const char *why_not(const Candidate *candidate, bool is_best)
{
    static const char *const VETOES[][2] = {{"person", "veto:person"},     {"asset", "veto:asset"},
                                            {"building", "veto:building"}, {"unit", "veto:unit"},
                                            {"relation", "veto:relation"}, {"class", "veto:class"}};
    if (is_best)
        return "below";
    for (size_t i = 0; i < sizeof VETOES / sizeof VETOES[0]; i++)
        if (has_veto(&candidate->score, VETOES[i][0]))
            return VETOES[i][1];
    return candidate->contradicting > candidate->agreeing ? "contradicted" : "weaker";
}

/* The strongest candidates that were not taken, best first. */
static void note_rejected(const Candidates *candidates, size_t best, Decision *decision)
{
    for (size_t i = 0; i < candidates->count; i++) {
        const Candidate *candidate = &candidates->items[i];
        if (i == best && decision->outcome == OUTCOME_LINK)
            continue;
        Rejected rejected = {candidate->hazard->id, candidate->score.total_mb,
                             why_not(candidate, i == best)};
        size_t at = decision->rejected_count < DECISION_REJECTED_MAX ? decision->rejected_count++
                                                                     : DECISION_REJECTED_MAX;
        for (; at > 0 && decision->rejected[at - 1].total_mb < rejected.total_mb; at--)
            if (at < DECISION_REJECTED_MAX)
                decision->rejected[at] = decision->rejected[at - 1];
        if (at < DECISION_REJECTED_MAX)
            decision->rejected[at] = rejected;
    }
}

/* Those that may be joined as well, and are at least possible: what was learnt of the hazard may make them fit. */
static void note_neighbours(const Model *model, const Candidates *candidates, Decision *decision)
{
    int32_t totals[DECISION_NEIGHBOURS_MAX];
    for (size_t i = 0; i < candidates->count; i++) {
        const Candidate *candidate = &candidates->items[i];
        int32_t total = candidate->score.total_mb;
        if (candidate->hazard->id == decision->hazard_id || !linkage_may_join(candidate) ||
            total < model_possible_mb(model))
            continue;
        size_t at = decision->neighbour_count;
        if (at < DECISION_NEIGHBOURS_MAX)
            decision->neighbour_count++;
        for (; at > 0 && totals[at - 1] < total; at--)
            if (at < DECISION_NEIGHBOURS_MAX) {
                totals[at] = totals[at - 1];
                decision->neighbours[at] = decision->neighbours[at - 1];
            }
        if (at < DECISION_NEIGHBOURS_MAX) {
            totals[at] = total;
            decision->neighbours[at] = candidate->hazard->id;
        }
    }
}

/*
 * It is not the other way round, a member quoting the report before it came. What a member says that is not kept for
 * comparing is not known.
 */
static bool follows(const Evidence *report, const Hazard *hazard)
{
    bool quoted_before = false;
    for (size_t i = 0; i < hazard->representative_count; i++) {
        EvidenceView view;
        const Evidence *member = hazard_evidence(hazard, i, &view);
        for (size_t j = 0; j < report->quoted_nos.count; j++)
            if (evidence_same_record(report->quoted_nos.items[j], member->record_no))
                return true;
        for (size_t j = 0; j < member->quoted_nos.count; j++)
            quoted_before = quoted_before ||
                            evidence_same_record(member->quoted_nos.items[j], report->record_no);
    }
    bool all_kept = hazard->member_count == hazard->representative_count;
    return !quoted_before && !all_kept && report->quoted_nos.count > 0;
}

static Independence judge_independence(const Evidence *report,
                                       const Decision *decision,
                                       const HazardStore *store,
                                       bool quoted)
{
    if (decision->outcome != OUTCOME_LINK)
        return report->independence;
    if (report->independence == TRANSFERRED)
        return TRANSFERRED;
    const Hazard *hazard = hazard_store_get(store, decision->hazard_id);
    if (quoted && follows(report, hazard))
        return FOLLOW_UP;
    HazardReporter reporter = hazard_reporter(report);
    for (size_t i = 0; i < hazard->member_count; i++)
        if (hazard_reporter_same(hazard->members[i].reporter, reporter))
            return SAME_REPORTER;
    return INDEPENDENT;
}

/* A score's values lie in the report or in the evidence of a member, which a later member may replace. */
static void keep_values(Score *score, Arena *arena)
{
    for (size_t i = 0; i < score->count; i++) {
        ScoreItem *item = &score->items[i];
        item->report_value = text_copy(arena, item->report_value);
        item->hazard_value = text_copy(arena, item->hazard_value);
        if (!text_is_absent(item->detail))
            item->detail = text_copy(arena, item->detail);
    }
}

static uint32_t tested_against(const Model *model, const Evidence *report, const Hazard *hazard)
{
    uint32_t tested = 0;
    EvidenceView view;
    for (size_t i = 0; i < hazard->representative_count; i++)
        tested |= veto_tested(model, report, hazard_evidence(hazard, i, &view));
    return tested;
}

/* The score of a candidate anew, with its items; `arena` keeps them. */
static void show_score(const Model *model,
                       const Candidate *candidate,
                       const Evidence *report,
                       Arena *arena,
                       Score *score)
{
    const Hazard *hazard = candidate->hazard;
    EvidenceView view;
    size_t at = 0;
    while (evidence_packed_report_id(hazard_representative(hazard, at)) !=
           candidate->score.member_id)
        at++;
    hazard_evidence(hazard, at, &view);
    view.evidence.place_text = address_standard(&view.evidence.address, arena);
    scorer_compare(model, report, &view.evidence, &candidate->facts, arena, score);
    assert(score->total_mb == candidate->score.total_mb);
    score->veto_count = candidate->score.veto_count;
    memcpy(score->vetoes, candidate->score.vetoes, sizeof score->vetoes);
    keep_values(score, arena);
    scorer_show_values(score, report, &view.evidence,
                       hazard_nearest_event(hazard, report->event_at), arena);
}

/*
 * Link and review by the sum after competition. What alone would have been joined and is not for its rivals' sake, and
 * what a flag leaves to a person, is never simply new.
 */
static void judge(const Model *model, const Candidate *chosen, Decision *decision)
{
    int32_t final = decision->final_mb;
    bool review_only = chosen->score.review_only;
    decision->one_of = !review_only && final < model_review_mb(model) &&
                       chosen->score.total_mb >= model_link_mb(model);
    if (final >= model_link_mb(model) && !review_only)
        decision->outcome = OUTCOME_LINK;
    else if (final >= model_review_mb(model) || decision->one_of ||
             (review_only && final >= model_possible_mb(model)))
        decision->outcome = OUTCOME_REVIEW;
    if (decision->outcome != OUTCOME_NEW)
        decision->hazard_id = chosen->hazard->id;
}

/* Index of the chosen one: the best, or the body of its event. */
static size_t choose(const Model *model, Candidates *candidates, size_t best, Decision *decision)
{
    size_t runner_up = best_of(candidates, candidates->items[best].twin_set);
    decision->has_best = true;
    decision->competition_mb = competition(candidates, best, decision);
    best = linkage_burst_body(candidates, best, model_link_mb(model) + decision->competition_mb);
    const Candidate *chosen = &candidates->items[best];
    decision->final_mb = chosen->score.total_mb - decision->competition_mb;
    if (runner_up != SIZE_MAX) {
        decision->runner_up_id = candidates->items[runner_up].hazard->id;
        decision->runner_up_mb = candidates->items[runner_up].score.total_mb;
    }
    judge(model, chosen, decision);
    return best;
}

/* The candidate that the decision explains: the best, or the strongest of those that may not be joined. */
static void explain(const Model *model,
                    const Candidate *candidate,
                    const Evidence *report,
                    Arena *arena,
                    Decision *decision)
{
    show_score(model, candidate, report, arena, &decision->best);
    decision->proposed_by = candidate->proposed_by;
    decision->agreeing = candidate->agreeing;
    decision->contradicting = candidate->contradicting;
    decision->vetoes_tested = tested_against(model, report, candidate->hazard);
    if (!decision->has_best) {
        decision->refusal = candidate->score.veto_count > 0 ? "veto" : "contradicted";
        decision->final_mb = candidate->score.total_mb;
    }
}

void linkage_judge(const Model *model,
                   const HazardStore *store,
                   const Evidence *report,
                   Candidates *candidates,
                   Arena *arena,
                   Decision *decision)
{
    *decision = (Decision){.outcome = OUTCOME_NEW,
                           .candidates = (int32_t)candidates->count,
                           .generic_keys = candidates->generic_keys};
    linkage_burst_sets(model, report, candidates);
    size_t best = best_of(candidates, 0);
    if (best != SIZE_MAX)
        best = choose(model, candidates, best, decision);
    linkage_relate(model, candidates, best, decision);
    note_rejected(candidates, best, decision);
    if (decision->outcome == OUTCOME_LINK)
        note_neighbours(model, candidates, decision);
    decision->independence = judge_independence(
        report, decision, store, best != SIZE_MAX && candidates->items[best].facts.quoted);
    size_t explained = best != SIZE_MAX ? best : strongest_of(candidates);
    if (explained != SIZE_MAX)
        explain(model, &candidates->items[explained], report, arena, decision);
}

bool linkage_decide_reaching(const LinkageAmong *among,
                             LinkageAim aim,
                             const Evidence *report,
                             Arena *scratch,
                             Arena *arena,
                             Decision *decision)
{
    ArenaMark mark = arena_mark(scratch);
    Candidates candidates =
        candidates_find(among->model, among->store, report, among->except, scratch);
    bool may =
        linkage_score_reaching(among->model, among->store, report, aim, &candidates, scratch);
    if (may)
        linkage_judge(among->model, among->store, report, &candidates, arena, decision);
    arena_rewind(scratch, mark);
    return may;
}

void linkage_decide_among(const LinkageAmong *among,
                          const Evidence *report,
                          Arena *scratch,
                          Arena *arena,
                          Decision *decision)
{
    ArenaMark mark = arena_mark(scratch);
    Candidates candidates =
        candidates_find(among->model, among->store, report, among->except, scratch);
    linkage_score(among->model, among->store, report, &candidates, scratch);
    linkage_judge(among->model, among->store, report, &candidates, arena, decision);
    arena_rewind(scratch, mark);
}

void linkage_decide(const Model *model,
                    const HazardStore *store,
                    const Evidence *report,
                    Arena *scratch,
                    Arena *arena,
                    Decision *decision)
{
    linkage_decide_among(&(LinkageAmong){model, store, 0}, report, scratch, arena, decision);
}
