/*
 * Proposals are gathered small (an id and who proposed it), and only those that are kept become candidates with room
 * for a score.
 */
#include "domain/candidates.h"

#include "base/map.h"

#include <assert.h>
#include <stdlib.h>

enum { GENERIC_HAZARDS = 200 };

static const int64_t TWO_HOURS_US = INT64_C(7200) * 1000000;

typedef struct Proposal {
    const Hazard *hazard;
    uint32_t proposed_by;
    int32_t shared_keys;
} Proposal;

typedef struct Proposals {
    Arena *arena;
    Proposal *items;
    size_t count;
    size_t capacity;
    Map *seen; /* hazard id -> index */
} Proposals;

static int by_id(const void *a, const void *b)
{
    const Proposal *x = a;
    const Proposal *y = b;
    return (x->hazard->id > y->hazard->id) - (x->hazard->id < y->hazard->id);
}

static int by_shared_keys(const void *a, const void *b)
{
    const Proposal *x = a;
    const Proposal *y = b;
    if (x->shared_keys != y->shared_keys)
        return x->shared_keys > y->shared_keys ? -1 : 1;
    return by_id(a, b);
}

static Proposal *add_proposal(Proposals *proposals, const Hazard *hazard)
{
    enum { FIRST = 32 };
    if (proposals->count == proposals->capacity) {
        size_t capacity = proposals->capacity == 0 ? FIRST : proposals->capacity * 2;
        proposals->items =
            arena_grow(proposals->arena, proposals->items, proposals->capacity * sizeof(Proposal),
                       capacity * sizeof(Proposal));
        proposals->capacity = capacity;
    }
    map_put(proposals->seen, (uint64_t)hazard->id, proposals->count);
    Proposal *added = &proposals->items[proposals->count++];
    *added = (Proposal){.hazard = hazard};
    return added;
}

static void propose(const HazardStore *store, Proposals *proposals, int64_t id, BlockingKind kind)
{
    uint64_t at = 0;
    bool known = map_get(proposals->seen, (uint64_t)id, &at);
    assert(!known || proposals->items != NULL);
    const Hazard *hazard = known ? proposals->items[at].hazard : hazard_store_get(store, id);
    if (hazard->merged_into != 0)
        return;
    Proposal *proposal = known ? &proposals->items[at] : add_proposal(proposals, hazard);
    proposal->proposed_by |= 1u << kind;
    proposal->shared_keys++;
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
    Crowd crowd = {.party = 1};
    for (size_t i = 0; i < count; i++) {
        bool party = keys[i].kind == BLOCK_PARTY;
        int32_t *most = keys[i].kind == BLOCK_BUILDING ? &crowd.sites.building
                        : keys[i].kind == BLOCK_DOOR   ? &crowd.sites.door
                        : keys[i].kind == BLOCK_ESTATE ? &crowd.sites.estate
                        : keys[i].kind == BLOCK_ROAD   ? &crowd.sites.road
                        : party                        ? &crowd.party
                                                       : NULL;
        if (most == NULL)
            continue;
        int32_t sites = count_sites(store, keys[i].hash, party ? TEXT_ABSENT : family);
        *most = sites > *most ? sites : *most;
    }
    return crowd;
}

Candidates
candidates_find(const Model *model, const HazardStore *store, const Evidence *report, Arena *arena)
{
    BlockingKey keys[BLOCKING_KEYS_MAX];
    int64_t ids[GENERIC_HAZARDS];
    Proposals proposals = {.arena = arena, .seen = map_new()};
    Candidates candidates = {.crowd = count_crowd(model, store, report)};
    size_t key_count = blocking_query_keys(report, model, keys);
    for (size_t i = 0; i < key_count; i++) {
        size_t found = hazard_store_lookup(store, keys[i].hash, ids, GENERIC_HAZARDS);
        if (found > GENERIC_HAZARDS) {
            candidates.generic_keys++;
            continue;
        }
        for (size_t j = 0; j < found; j++)
            propose(store, &proposals, ids[j], keys[i].kind);
    }
    map_free(proposals.seen);
    candidates.count = proposals.count;
    if (proposals.count > BLOCKING_CANDIDATES_MAX) {
        qsort(proposals.items, proposals.count, sizeof(Proposal), by_shared_keys);
        candidates.count = BLOCKING_CANDIDATES_MAX;
    }
    if (candidates.count > 0)
        qsort(proposals.items, candidates.count, sizeof(Proposal), by_id);
    candidates.items = ARENA_ARRAY(arena, Candidate, candidates.count);
    for (size_t i = 0; i < candidates.count; i++)
        candidates.items[i] = (Candidate){.hazard = proposals.items[i].hazard,
                                          .proposed_by = proposals.items[i].proposed_by};
    return candidates;
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
    EvidenceView view;
    for (size_t i = 0; i < candidate->hazard->representative_count; i++) {
        const Evidence *member = hazard_evidence(candidate->hazard, i, &view);
        if (names_record(report, member->record_no) || names_record(member, report->record_no))
            return true;
    }
    return !all_kept && (report->quoted_nos.count > 0 || !text_is_empty(report->origin_no));
}

HazardFacts
candidates_facts(const Candidates *candidates, const Candidate *candidate, const Evidence *report)
{
    const Hazard *hazard = candidate->hazard;
    return (HazardFacts){.hazard_id = hazard->id,
                         .nearest_gap_us = hazard_nearest_gap(hazard, report->event_at),
                         .members_in_2h =
                             hazard_members_near(hazard, report->event_at, TWO_HOURS_US),
                         .crowd = candidates->crowd.sites,
                         .party_hazards = candidates->crowd.party,
                         .quoted = quotes_hazard(report, candidate),
                         .worst_class = hazard->category};
}
