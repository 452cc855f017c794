/*
 * Neighbours are found by pairs and joined into sets by a small union-find over the burst candidates alone.
 */
#include "domain/linkage_burst.h"

#include "domain/linkage_relation.h"
#include "domain/model_data.h"

static const int64_t DAY_US = INT64_C(86400) * 1000000;

typedef struct Piece {
    Candidate *candidate;
    GeoPoint point;
    bool has_point;
    uint64_t estate; /* hash of its name without the phase; 0 none */
    size_t parent;   /* index of a piece of the same set, its own for the first of a set */
} Piece;

bool linkage_burst_akin(const Model *model, const HazardClass *a, const HazardClass *b)
{
    if (!a->burst || !b->burst)
        return false;
    if (a == b || text_equal(a->family, b->family))
        return true;
    const ClassPair *pair = model_pair(model, a, b);
    return pair != NULL && pair->joining == JOINING_ALLOWED;
}

static bool neighbours(const Piece *a, const Piece *b)
{
    const HazardClass *x = a->candidate->hazard->category;
    const HazardClass *y = b->candidate->hazard->category;
    int32_t radius = x->radius_m > y->radius_m ? x->radius_m : y->radius_m;
    if (a->estate != 0 && a->estate == b->estate)
        return true;
    return a->has_point && b->has_point && geo_distance_m(a->point, b->point) <= 2.0 * radius;
}

static size_t first_of(Piece *pieces, size_t at)
{
    while (pieces[at].parent != at) {
        pieces[at].parent = pieces[pieces[at].parent].parent;
        at = pieces[at].parent;
    }
    return at;
}

static void unite(Piece *pieces, size_t a, size_t b)
{
    a = first_of(pieces, a);
    b = first_of(pieces, b);
    if (a < b)
        pieces[b].parent = a;
    else
        pieces[a].parent = b;
}

static uint64_t estate_of(const Address *address)
{
    return text_is_empty(address->estate) ? 0 : text_hash(address_estate_base(address->estate));
}

static size_t
find_pieces(const Model *model, const Evidence *report, Candidates *candidates, Piece *pieces)
{
    size_t count = 0;
    for (size_t i = 0; i < candidates->count; i++) {
        Candidate *candidate = &candidates->items[i];
        if (!linkage_may_join(candidate) || candidate->facts.nearest_gap_us > DAY_US ||
            !linkage_burst_akin(model, report->category, candidate->hazard->category))
            continue;
        EvidenceView view;
        const Evidence *anchor = hazard_evidence(candidate->hazard, 0, &view);
        pieces[count] = (Piece){.candidate = candidate,
                                .point = anchor->point,
                                .has_point = anchor->has_point,
                                .estate = estate_of(&anchor->address),
                                .parent = count};
        count++;
    }
    return count;
}

void linkage_burst_sets(const Model *model, const Evidence *report, Candidates *candidates)
{
    Piece pieces[BLOCKING_CANDIDATES_MAX];
    size_t count = report->category->burst ? find_pieces(model, report, candidates, pieces) : 0;
    for (size_t i = 1; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (pieces[i].candidate->twin_set == pieces[j].candidate->twin_set ||
                neighbours(&pieces[i], &pieces[j]))
                unite(pieces, i, j);
    for (size_t i = 0; i < count; i++) {
        Candidate *first = pieces[first_of(pieces, i)].candidate;
        if (pieces[i].candidate->twin_set < first->twin_set)
            first->twin_set = pieces[i].candidate->twin_set;
    }
    for (size_t i = 0; i < count; i++)
        pieces[i].candidate->twin_set = pieces[first_of(pieces, i)].candidate->twin_set;
    for (size_t i = 0; i < count; i++)
        pieces[i].candidate->burst = true;
}

size_t linkage_burst_body(const Candidates *candidates, size_t best, int32_t least_mb)
{
    const Candidate *items = candidates->items;
    size_t body = best;
    for (size_t i = 0; i < candidates->count && items[best].burst; i++) {
        const Candidate *candidate = &items[i];
        if (candidate->burst && candidate->twin_set == items[best].twin_set &&
            linkage_may_join(candidate) && candidate->score.total_mb >= least_mb &&
            candidate->hazard->member_count > items[body].hazard->member_count)
            body = i;
    }
    return body;
}
