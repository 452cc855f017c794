/*
 * Every candidate is compared without the wording first. Comparing words costs as much as all the rest, and a candidate
 * that may not be joined needs it only when it is among the strongest, which a decision names.
 */
#include "domain/linkage.h"
#include "domain/linkage_relation.h"
#include "domain/text_similarity.h"

#include <string.h>

/* A decision names as many that were not taken, and the best. */
enum { STRONGEST_SETTLED = DECISION_REJECTED_MAX + 1 };

static bool has_veto(const Score *score, const char *name)
{
    for (size_t i = 0; i < score->veto_count; i++)
        if (strcmp(score->vetoes[i], name) == 0)
            return true;
    return false;
}

/* Wrong house numbers are common: an equal asset outranks what another member says of building or unit. */
static bool outranked(const char *veto, bool asset)
{
    return asset && (strcmp(veto, "building") == 0 || strcmp(veto, "unit") == 0);
}

static void add_veto(Score *score, const char *name)
{
    if (!has_veto(score, name) && score->veto_count < SCORE_VETOES_MAX)
        score->vetoes[score->veto_count++] = name;
}

/* What stays the same from candidate to candidate. */
typedef struct Contest {
    const Model *model;
    const Evidence *report;
    int32_t wording_most_mb; /* that the wording may add */
} Contest;

/* Comparisons of the report with the representatives of a candidate. Only what was counted is filled in. */
typedef struct Votes {
    Score scores[HAZARD_REPRESENTATIVES_MAX];
    size_t count;
    Score vetoes; /* of all: no more than its vetoes is used */
    bool asset;
    bool relation;
} Votes;

static void
take_votes(const Contest *contest, Candidate *candidate, EvidenceView *view, Votes *votes)
{
    const Hazard *hazard = candidate->hazard;
    votes->count = hazard->representative_count;
    votes->vetoes.veto_count = 0;
    votes->asset = votes->relation = false;
    candidate->agreeing = candidate->contradicting = 0;
    for (size_t i = 0; i < votes->count; i++) {
        Score *score = &votes->scores[i];
        const EvidencePacked *packed = hazard_representative(hazard, i);
        const Evidence *member = evidence_packed_view(packed, view);
        evidence_packed_prefetch_grams(packed);
        scorer_compare(contest->model, contest->report, member, &candidate->facts, NULL, score);
        candidate->agreeing += score->agrees;
        candidate->contradicting += score->contradicts;
        votes->asset = votes->asset || score->asset_equal;
        votes->relation = votes->relation || score->relation != NULL;
        for (size_t j = 0; j < score->veto_count; j++)
            add_veto(&votes->vetoes, score->vetoes[j]);
    }
}

/*
 * Adds the wording where that can change which is the best. Comparing words costs as much as all the rest, and a candidate
 * that may not be joined needs it only when it is among the strongest. The view is of the last representative.
 */
static void
add_wording(const Contest *contest, const Candidate *candidate, EvidenceView *view, Votes *votes)
{
    int32_t best = INT32_MIN;
    for (size_t i = 0; i < votes->count; i++) {
        Score *score = &votes->scores[i];
        if (score->total_mb + contest->wording_most_mb <= best)
            continue;
        const Evidence *member =
            votes->count == 1 ? &view->evidence : hazard_evidence(candidate->hazard, i, view);
        score->total_mb += scorer_text_mb(contest->model, contest->report, member);
        best = score->total_mb > best ? score->total_mb : best;
    }
}

/* The one with the largest total, the first of equals. */
static const Score *best_vote(const Votes *votes)
{
    const Score *best = &votes->scores[0];
    for (size_t i = 1; i < votes->count; i++)
        if (votes->scores[i].total_mb > best->total_mb)
            best = &votes->scores[i];
    return best;
}

static void settle_vetoes(Candidate *candidate, const Votes *votes)
{
    candidate->score.veto_count = 0;
    for (size_t i = 0; i < votes->vetoes.veto_count; i++)
        if (!outranked(votes->vetoes.vetoes[i], votes->asset))
            add_veto(&candidate->score, votes->vetoes.vetoes[i]);
}

/* How far a score is settled. */
typedef struct Need {
    bool wording;     /* whatever it says */
    int32_t least_mb; /* when this may be reached, of what may be joined */
} Need;

static bool is_needed(Need need, const Candidate *candidate)
{
    return need.wording || (linkage_may_join(candidate) && candidate->at_most_mb >= need.least_mb);
}

/*
 * The candidate's score is that of its best representative, without items; a veto of any blocks it. The score is settled
 * when it is needed or gives a relation; else it is pending.
 */
static void score_candidate(const Contest *contest, Candidate *candidate, Need need)
{
    EvidenceView view;
    Votes votes;
    votes.scores[0].total_mb = INT32_MIN; /* of a hazard without members, which there is none of */
    take_votes(contest, candidate, &view, &votes);
    settle_vetoes(candidate, &votes);
    candidate->at_most_mb = best_vote(&votes)->total_mb + contest->wording_most_mb;
    candidate->pending = !votes.relation && !is_needed(need, candidate);
    if (!candidate->pending)
        add_wording(contest, candidate, &view, &votes);
    candidate->score = *best_vote(&votes);
    candidate->score.hazard_id = candidate->hazard->id;
    settle_vetoes(candidate, &votes);
}

/* Of one representative only the wording is missing. */
static void settle(const Contest *contest, Candidate *candidate)
{
    EvidenceView view;
    if (candidate->hazard->representative_count > 1) {
        score_candidate(contest, candidate, (Need){.wording = true});
        return;
    }
    candidate->score.total_mb += scorer_text_mb(contest->model, contest->report,
                                                hazard_evidence(candidate->hazard, 0, &view));
    candidate->pending = false;
}

/* The largest totals that are settled, descending. */
typedef struct Strongest {
    int32_t totals[STRONGEST_SETTLED];
    size_t count;
} Strongest;

static void note_total(Strongest *strongest, int32_t total)
{
    size_t at = strongest->count;
    if (at < STRONGEST_SETTLED)
        strongest->count++;
    else if (total <= strongest->totals[--at])
        return;
    for (; at > 0 && strongest->totals[at - 1] < total; at--)
        strongest->totals[at] = strongest->totals[at - 1];
    strongest->totals[at] = total;
}

/* Settles those that may be among the strongest: the ones that are told of. */
static void settle_strongest(const Contest *contest, Candidates *candidates)
{
    Strongest strongest = {.count = 0};
    for (size_t i = 0; i < candidates->count; i++)
        if (!candidates->items[i].pending)
            note_total(&strongest, candidates->items[i].score.total_mb);
    for (;;) {
        int32_t least = strongest.count == STRONGEST_SETTLED
                            ? strongest.totals[STRONGEST_SETTLED - 1]
                            : INT32_MIN;
        Candidate *next = NULL;
        for (size_t i = 0; i < candidates->count; i++) {
            Candidate *candidate = &candidates->items[i];
            if (candidate->pending && candidate->at_most_mb >= least &&
                (next == NULL || candidate->at_most_mb > next->at_most_mb))
                next = candidate;
        }
        if (next == NULL)
            return;
        settle(contest, next);
        note_total(&strongest, next->score.total_mb);
    }
}

static int64_t twin_set(const HazardStore *store, const Hazard *hazard)
{
    for (const Hazard *twin = hazard; twin != NULL;) {
        hazard = twin;
        int64_t next = twin->merged_into != 0 ? twin->merged_into : twin->provisional_of;
        twin = next != 0 ? hazard_store_get(store, next) : NULL;
    }
    return hazard->id;
}

/* Whether the candidate can be what is aimed at, as far as it is settled. */
static bool reaches(LinkageAim aim, const Candidate *candidate)
{
    return !candidate->pending && linkage_may_join(candidate) &&
           candidate->score.total_mb >= aim.least_mb;
}

static Contest contest_of(const Model *model, Evidence *marked, Arena *scratch)
{
    uint32_t *table = ARENA_ARRAY(scratch, uint32_t, GRAM_TABLE_SLOTS);
    text_similarity_mark(marked->grams, marked->gram_count, table);
    marked->gram_table = table;
    return (Contest){model, marked, scorer_text_most_mb(model)};
}

/* The candidate aimed at, scored as far as it takes; NULL: it is none, or cannot be reached. */
static const Candidate *
score_aim(const Contest *contest, LinkageAim aim, const Candidates *candidates)
{
    for (size_t i = 0; i < candidates->count; i++) {
        Candidate *candidate = &candidates->items[i];
        if (candidate->hazard->id != aim.hazard_id)
            continue;
        candidate->facts = candidates_facts(candidates, candidate, contest->report);
        score_candidate(contest, candidate, (Need){.least_mb = aim.least_mb});
        return reaches(aim, candidate) ? candidate : NULL;
    }
    return NULL;
}

/* Of what is aimed at: another one is better, and it has no event that would be the report's instead. */
static bool is_beaten(const Contest *contest, const Candidate *aimed, const Candidate *by)
{
    return aimed != NULL && !contest->report->category->burst && !by->pending &&
           linkage_may_join(by) && by->score.total_mb > aimed->score.total_mb;
}

/* What may be joined is settled, whatever it reaches: rivals take off. */
static void settle_rivals(const Contest *contest, Candidates *candidates)
{
    for (size_t i = 0; i < candidates->count; i++)
        if (candidates->items[i].pending && linkage_may_join(&candidates->items[i]))
            settle(contest, &candidates->items[i]);
}

bool linkage_score_reaching(const Model *model,
                            const HazardStore *store,
                            const Evidence *report,
                            LinkageAim aim,
                            Candidates *candidates,
                            Arena *scratch)
{
    Evidence marked = *report;
    const Contest contest = contest_of(model, &marked, scratch);
    const Candidate *aimed = NULL;
    bool reached = aim.hazard_id == 0 && aim.least_mb == INT32_MIN;
    if (aim.hazard_id != 0 && (aimed = score_aim(&contest, aim, candidates)) == NULL)
        return false;
    for (size_t i = 0; i < candidates->count; i++) {
        Candidate *candidate = &candidates->items[i];
        candidate->facts = candidates_facts(candidates, candidate, report);
        candidate->twin_set = twin_set(store, candidate->hazard);
        if (candidate != aimed)
            score_candidate(&contest, candidate, (Need){.least_mb = aim.least_mb});
        if (is_beaten(&contest, aimed, candidate))
            return false;
        reached = reached || reaches(aim, candidate);
    }
    if (!reached)
        return false;
    settle_rivals(&contest, candidates);
    settle_strongest(&contest, candidates);
    return true;
}

void linkage_score(const Model *model,
                   const HazardStore *store,
                   const Evidence *report,
                   Candidates *candidates,
                   Arena *scratch)
{
    const LinkageAim all = {.least_mb = INT32_MIN};
    linkage_score_reaching(model, store, report, all, candidates, scratch);
}

/* Others only take off: what is crowded weighs less. A number that is quoted is taken for enough. */
bool linkage_hazard_may_reach(const Model *model,
                              const HazardStore *store,
                              const Evidence *report,
                              LinkageAim aim,
                              Arena *scratch)
{
    ArenaMark mark = arena_mark(scratch);
    const Contest contest = {model, report, scorer_text_most_mb(model)};
    const Candidates alone = {.crowd = candidates_least_crowd(model, store, report, scratch)};
    Candidate candidate = {.hazard = hazard_store_get(store, aim.hazard_id),
                           .proposed_by = 1u << BLOCK_RECORD};
    candidate.facts = candidates_facts(&alone, &candidate, report);
    score_candidate(&contest, &candidate, (Need){.least_mb = aim.least_mb});
    arena_rewind(scratch, mark);
    return candidate.facts.quoted || reaches(aim, &candidate);
}
