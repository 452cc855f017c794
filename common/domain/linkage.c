/*
 * candidates -> one Score a candidate (its best representative) -> vetoes and contradictions ->
 * competition -> outcome.
 *
 * Candidates are held in order of hazard id and compared by (score, id), so that neither the order
 * of keys nor the inside of a hash table can be seen in a decision.
 */
#include "domain/linkage.h"

#include "base/map.h"

#include <stdlib.h>
#include <string.h>

enum { GENERIC_HAZARDS = 200 };

static const int64_t TWO_HOURS_US = INT64_C(7200) * 1000000;

typedef struct Candidate {
    const Hazard *hazard;
    uint32_t proposed_by;
    int32_t shared_keys;
    Score score;
    int64_t twin_set; /* smallest id of its twins: they compete as one */
    int agreeing;
    int contradicting;
    bool quoted; /* see quotes_hazard */
} Candidate;

typedef struct Candidates {
    Candidate *items;
    size_t count;
} Candidates;

const char *linkage_outcome_name(Outcome outcome)
{
    switch (outcome) {
    case OUTCOME_LINK:
        return "link";
    case OUTCOME_REVIEW:
        return "review";
    case OUTCOME_NEW:
        break;
    }
    return "new";
}

/* How many live hazards of the report's family, or of its party, stand where it points to. */
typedef struct Crowd {
    int32_t building, estate, road, party;
} Crowd;

static int by_id(const void *a, const void *b)
{
    const Candidate *x = a;
    const Candidate *y = b;
    return (x->hazard->id > y->hazard->id) - (x->hazard->id < y->hazard->id);
}

static int by_shared_keys(const void *a, const void *b)
{
    const Candidate *x = a;
    const Candidate *y = b;
    if (x->shared_keys != y->shared_keys)
        return x->shared_keys > y->shared_keys ? -1 : 1;
    return by_id(a, b);
}

static void
propose(const HazardStore *store, Candidates *candidates, Map *seen, int64_t id, BlockingKind kind)
{
    uint64_t at = 0;
    if (!map_get(seen, (uint64_t)id, &at)) {
        const Hazard *hazard = hazard_store_get(store, id);
        if (hazard->merged_into != 0)
            return;
        at = candidates->count++;
        map_put(seen, (uint64_t)id, at);
        candidates->items[at] = (Candidate){.hazard = hazard};
    }
    candidates->items[at].proposed_by |= 1u << kind;
    candidates->items[at].shared_keys++;
}

/* At most BLOCKING_CANDIDATES_MAX hazards, those that share most keys first, handed out in order of
 * id. */
static Candidates find_candidates(const Model *model,
                                  const HazardStore *store,
                                  const Evidence *report,
                                  Arena *arena,
                                  int32_t *generic_keys)
{
    BlockingKey keys[BLOCKING_KEYS_MAX];
    int64_t ids[GENERIC_HAZARDS];
    size_t key_count = blocking_query_keys(report, model, keys);
    Candidates candidates = {.items =
                                 ARENA_ARRAY(arena, Candidate, key_count * GENERIC_HAZARDS + 1)};
    Map *seen = map_new();
    for (size_t i = 0; i < key_count; i++) {
        size_t found = hazard_store_lookup(store, keys[i].hash, ids, GENERIC_HAZARDS);
        if (found > GENERIC_HAZARDS) {
            (*generic_keys)++;
            continue;
        }
        for (size_t j = 0; j < found; j++)
            propose(store, &candidates, seen, ids[j], keys[i].kind);
    }
    map_free(seen);
    if (candidates.count > BLOCKING_CANDIDATES_MAX) {
        qsort(candidates.items, candidates.count, sizeof(Candidate), by_shared_keys);
        candidates.count = BLOCKING_CANDIDATES_MAX;
    }
    qsort(candidates.items, candidates.count, sizeof(Candidate), by_id);
    return candidates;
}

/* A provisional hazard is no site of its own: it may be the same as one that is counted. */
static int32_t count_sites(const HazardStore *store, uint64_t key, Text family)
{
    int64_t ids[GENERIC_HAZARDS];
    size_t found = hazard_store_lookup(store, key, ids, GENERIC_HAZARDS);
    int32_t sites = 0;
    if (found > GENERIC_HAZARDS)
        return GENERIC_HAZARDS;
    for (size_t i = 0; i < found; i++) {
        const Hazard *hazard = hazard_store_get(store, ids[i]);
        sites += hazard->merged_into == 0 && hazard->provisional_of == 0 &&
                 (text_is_absent(family) || text_equal(hazard->category->family, family));
    }
    return sites;
}

static Crowd count_crowd(const Model *model, const HazardStore *store, const Evidence *report)
{
    BlockingKey keys[BLOCKING_KEYS_MAX];
    size_t count = blocking_index_keys(report, model, keys);
    Text family = report->category->family;
    Crowd crowd = {1, 1, 1, 1};
    for (size_t i = 0; i < count; i++) {
        bool party = keys[i].kind == BLOCK_PARTY;
        int32_t *most = keys[i].kind == BLOCK_BUILDING ? &crowd.building
                        : keys[i].kind == BLOCK_ESTATE ? &crowd.estate
                        : keys[i].kind == BLOCK_ROAD   ? &crowd.road
                        : party                        ? &crowd.party
                                                       : NULL;
        if (most == NULL)
            continue;
        int32_t sites = count_sites(store, keys[i].hash, party ? TEXT_ABSENT : family);
        *most = sites > *most ? sites : *most;
    }
    return crowd;
}

/* The place that both sides name: the building when both have one, else the estate, else the road. */
static int32_t crowd_of(const Crowd *crowd, const Evidence *report, const Hazard *hazard)
{
    bool buildings = false;
    for (size_t i = 0; i < hazard->representative_count; i++)
        buildings = buildings || hazard->representatives[i]->evidence->address.buildings.count > 0;
    if (buildings && report->address.buildings.count > 0)
        return crowd->building;
    return text_is_empty(report->address.estate) ? crowd->road : crowd->estate;
}

static bool names_record(const Evidence *report, Text record_no)
{
    if (text_is_empty(record_no))
        return false;
    for (size_t i = 0; i < report->quoted_nos.count; i++)
        if (text_equal(report->quoted_nos.items[i], record_no))
            return true;
    return text_equal(report->origin_no, record_no);
}

/* The report quotes a record of the hazard, is a copy of one, or one of its records is a copy of the report. */
static bool quotes_hazard(const Evidence *report, const Candidate *candidate)
{
    if ((candidate->proposed_by & (1u << BLOCK_RECORD)) == 0)
        return false;
    bool all_kept = candidate->hazard->member_count == candidate->hazard->representative_count;
    for (size_t i = 0; i < candidate->hazard->representative_count; i++) {
        const Evidence *member = candidate->hazard->representatives[i]->evidence;
        if (names_record(report, member->record_no) || names_record(member, report->record_no))
            return true;
    }
    return !all_kept && (report->quoted_nos.count > 0 || !text_is_empty(report->origin_no));
}

static bool has_veto(const Score *score, const char *name)
{
    for (size_t i = 0; i < score->veto_count; i++)
        if (strcmp(score->vetoes[i], name) == 0)
            return true;
    return false;
}

static bool equal_asset(const Score *score)
{
    for (size_t i = 0; i < score->count; i++)
        if (strcmp(score->items[i].comparison, "asset") == 0 && score->items[i].weight_mb > 0)
            return true;
    return false;
}

static void add_veto(Score *score, const char *name)
{
    if (!has_veto(score, name) && score->veto_count < SCORE_VETOES_MAX)
        score->vetoes[score->veto_count++] = name;
}

/*
 * The candidate's score is that of its best representative; a veto of any blocks it, except that an
 * equal asset outranks what another member says of building or unit (wrong house numbers are
 * common).
 */
static void score_candidate(const Model *model,
                            const Evidence *report,
                            Candidate *candidate,
                            const HazardFacts *facts,
                            Arena *arena)
{
    const Hazard *hazard = candidate->hazard;
    Score vetoes = {0};
    bool asset = false;
    for (size_t i = 0; i < hazard->representative_count; i++) {
        Score score = {0};
        scorer_compare(model, report, hazard->representatives[i]->evidence, facts, arena, &score);
        candidate->agreeing += score.agrees;
        candidate->contradicting += score.contradicts;
        asset = asset || equal_asset(&score);
        for (size_t j = 0; j < score.veto_count; j++)
            add_veto(&vetoes, score.vetoes[j]);
        if (i == 0 || score.total_mb > candidate->score.total_mb)
            candidate->score = score;
    }
    candidate->score.veto_count = 0;
    for (size_t i = 0; i < vetoes.veto_count; i++)
        if (!asset || strcmp(vetoes.vetoes[i], "asset") == 0)
            add_veto(&candidate->score, vetoes.vetoes[i]);
}

static int64_t twin_set(const HazardStore *store, const Hazard *hazard)
{
    while (hazard->provisional_of != 0) {
        const Hazard *twin = hazard_store_get(store, hazard->provisional_of);
        if (twin == NULL)
            break;
        hazard = twin;
    }
    return hazard->id;
}

static bool eligible(const Candidate *candidate)
{
    return candidate->score.veto_count == 0 && candidate->contradicting <= candidate->agreeing;
}

/* Index of the best eligible candidate, or SIZE_MAX; ties go to the smaller id. */
static size_t best_of(const Candidates *candidates, int64_t not_set)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < candidates->count; i++) {
        const Candidate *candidate = &candidates->items[i];
        if (!eligible(candidate) || candidate->twin_set == not_set)
            continue;
        if (best == SIZE_MAX || candidate->score.total_mb > candidates->items[best].score.total_mb)
            best = i;
    }
    return best;
}

/* Every other twin set competes once, by its best member. */
static int32_t competition(const Candidates *candidates, size_t best, Arena *arena)
{
    int32_t *totals = ARENA_ARRAY(arena, int32_t, candidates->count);
    size_t count = 0;
    for (size_t i = 0; i < candidates->count; i++) {
        const Candidate *candidate = &candidates->items[i];
        if (!eligible(candidate) || candidate->twin_set == candidates->items[best].twin_set)
            continue;
        bool outdone = false;
        for (size_t j = 0; j < candidates->count && !outdone; j++) {
            const Candidate *other = &candidates->items[j];
            if (j == i || !eligible(other) || other->twin_set != candidate->twin_set)
                continue;
            outdone = other->score.total_mb > candidate->score.total_mb ||
                      (other->score.total_mb == candidate->score.total_mb && j < i);
        }
        if (!outdone)
            totals[count++] = candidate->score.total_mb;
    }
    return scorer_competition_mb(totals, count);
}

static const char *why_not(const Candidate *candidate, bool is_best)
{
    if (is_best)
        return "below";
    if (has_veto(&candidate->score, "asset"))
        return "veto:asset";
    if (has_veto(&candidate->score, "building"))
        return "veto:building";
    if (has_veto(&candidate->score, "unit"))
        return "veto:unit";
    if (candidate->score.veto_count > 0)
        return "veto:person";
    if (candidate->contradicting > candidate->agreeing)
        return "contradicted";
    return "weaker";
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

static Independence judge_independence(const Evidence *report,
                                       const Decision *decision,
                                       const HazardStore *store,
                                       bool quoted)
{
    if (decision->outcome != OUTCOME_LINK)
        return report->independence;
    if (report->independence == TRANSFERRED)
        return TRANSFERRED;
    if (quoted && report->quoted_nos.count > 0)
        return FOLLOW_UP;
    uint64_t reporter = text_is_empty(report->reporter) ? 0 : text_hash(report->reporter);
    const Hazard *hazard = hazard_store_get(store, decision->hazard_id);
    for (size_t i = 0; reporter != 0 && i < hazard->member_count; i++)
        if (hazard->members[i].reporter == reporter)
            return SAME_REPORTER;
    return INDEPENDENT;
}

static void choose(
    const Model *model, const Candidates *candidates, size_t best, Arena *arena, Decision *decision)
{
    const Candidate *chosen = &candidates->items[best];
    size_t runner_up = best_of(candidates, chosen->twin_set);
    decision->has_best = true;
    decision->best = chosen->score;
    decision->proposed_by = chosen->proposed_by;
    decision->competition_mb = competition(candidates, best, arena);
    decision->final_mb = chosen->score.total_mb - decision->competition_mb;
    if (runner_up != SIZE_MAX) {
        decision->runner_up_id = candidates->items[runner_up].hazard->id;
        decision->runner_up_mb = candidates->items[runner_up].score.total_mb;
    }
    if (decision->final_mb >= model_link_mb(model) && !decision->best.review_only)
        decision->outcome = OUTCOME_LINK;
    else if (decision->final_mb >= model_review_mb(model))
        decision->outcome = OUTCOME_REVIEW;
    if (decision->outcome != OUTCOME_NEW)
        decision->hazard_id = chosen->hazard->id;
}

static HazardFacts facts_of(const Candidate *candidate, const Evidence *report, const Crowd *crowd)
{
    const Hazard *hazard = candidate->hazard;
    return (HazardFacts){.hazard_id = hazard->id,
                         .nearest_gap_us = hazard_nearest_gap(hazard, report->event_at),
                         .members_in_2h =
                             hazard_members_near(hazard, report->event_at, TWO_HOURS_US),
                         .crowd_sites = crowd_of(crowd, report, hazard),
                         .party_hazards = crowd->party,
                         .quoted = quotes_hazard(report, candidate),
                         .worst_class = hazard->category};
}

void linkage_decide(const Model *model,
                    const HazardStore *store,
                    const Evidence *report,
                    Arena *arena,
                    Decision *decision)
{
    *decision = (Decision){.outcome = OUTCOME_NEW};
    Candidates candidates = find_candidates(model, store, report, arena, &decision->generic_keys);
    Crowd crowd = count_crowd(model, store, report);
    decision->candidates = (int32_t)candidates.count;
    for (size_t i = 0; i < candidates.count; i++) {
        Candidate *candidate = &candidates.items[i];
        HazardFacts facts = facts_of(candidate, report, &crowd);
        score_candidate(model, report, candidate, &facts, arena);
        candidate->score.hazard_id = candidate->hazard->id;
        candidate->quoted = facts.quoted;
        candidate->twin_set = twin_set(store, candidate->hazard);
        decision->proposed_by |= candidate->proposed_by;
    }
    size_t best = best_of(&candidates, 0);
    if (best != SIZE_MAX)
        choose(model, &candidates, best, arena, decision);
    note_rejected(&candidates, best, decision);
    decision->independence = judge_independence(report, decision, store,
                                                best != SIZE_MAX && candidates.items[best].quoted);
}
