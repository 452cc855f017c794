/*
 * Every key gives its hazards; a small table on the arena knows which were met already. Proposals are gathered small (an
 * id and who proposed it), and only those that are kept become candidates with room for a score.
 *
 * A key that too many hazards share is generic. It proposes but its latest hazards, so that a report that says nothing
 * else still meets what happened last; how many such keys there were is told.
 *
 * Memory is fetched ahead: with 200,000 hazards nothing of one lies in the cache.
 */
#include "domain/candidates.h"

#include "domain/hazard_extent.h"
#include "domain/model_data.h"
#include "domain/record_tie.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum {
    COUNTED_HAZARDS = 200,
    GENERIC_PARTNERS = 16,
    GENERIC_LATEST = 16,
    GENERIC_LATEST_ALONE = 64,
    LATEST_ELSEWHERE = 8
};

static const int64_t TWO_HOURS_US = INT64_C(7200) * 1000000;
static const int64_t THIRTY_DAYS_US = INT64_C(2592000) * 1000000;

typedef struct Proposal {
    const Hazard *hazard;
    uint32_t proposed_by;
    uint32_t id;
} Proposal;

/* What one key found. */
typedef struct Found {
    BlockingKey key;
    bool generic;
    int32_t sites; /* hazards that are no provisional ones */
    HazardIds ids;
} Found;

typedef struct Search {
    const HazardStore *store;
    int64_t except; /* this hazard is not there */
    Arena *arena;
    Found founds[BLOCKING_KEYS_MAX];
    size_t found_count;
    Proposal *items;
    size_t count;
    uint16_t *slots; /* open table from the id: index + 1 */
    size_t slot_bits;
} Search;

/*
 * Keys that name one thing, and those that name a neighbourhood. Where 48 of a family stand at an estate or road, crowding
 * takes more than five bits: only a burst can still be joined by that alone, and then to one of the latest. Another family
 * weighs less from the start.
 */
static size_t generic_from(BlockingKey key)
{
    const uint32_t things = 1u << BLOCK_RECORD | 1u << BLOCK_ASSET | 1u << BLOCK_PARTY |
                            1u << BLOCK_DOOR | 1u << BLOCK_BUILDING;
    if ((things & 1u << key.kind) != 0)
        return COUNTED_HAZARDS;
    return key.partner ? GENERIC_PARTNERS : CANDIDATES_GENERIC_NEIGHBOURS;
}

static void leave_out(Found *found, int64_t id, Arena *arena)
{
    uint32_t *kept = ARENA_ARRAY(arena, uint32_t, found->ids.count);
    size_t count = 0;
    for (size_t i = 0; i < found->ids.count; i++)
        if (hazard_index_id(found->ids.items[i]) != id)
            kept[count++] = found->ids.items[i];
    found->ids = (HazardIds){.items = kept, .count = count};
}

static void look_up(Search *search, BlockingKey key)
{
    size_t generic = generic_from(key);
    Found *found = &search->founds[search->found_count++];
    found->key = key;
    bool more = hazard_store_find(search->store, key.hash, key.counted ? COUNTED_HAZARDS : generic,
                                  search->arena, &found->ids);
    if (search->except != 0)
        leave_out(found, search->except, search->arena);
    found->generic = more || found->ids.count > generic;
    found->sites = more ? COUNTED_HAZARDS : 0;
    for (size_t i = 0; i < found->ids.count && key.counted && !more; i++)
        found->sites += !hazard_index_provisional(found->ids.items[i]);
}

/* Kinds that say where or what: when one of them finds something and is not generic, the generic ones need add little. */
static bool says_where(BlockingKind kind)
{
    return kind != BLOCK_RECORD && kind != BLOCK_REPORTER && kind != BLOCK_COMMUNITY;
}

static void keep_latest(Found *found, size_t latest)
{
    if (found->ids.count <= latest)
        return;
    found->ids.items += found->ids.count - latest;
    found->ids.count = latest;
}

/* Generic keys keep their latest hazards alone, and so do those that only show what else is there. */
static void cut_latest(Search *search)
{
    bool alone = true;
    for (size_t i = 0; i < search->found_count; i++)
        alone = alone && (search->founds[i].generic || search->founds[i].ids.count == 0 ||
                          !says_where(search->founds[i].key.kind));
    for (size_t i = 0; i < search->found_count; i++) {
        Found *found = &search->founds[i];
        if (found->key.latest_only)
            keep_latest(found, LATEST_ELSEWHERE);
        else if (found->generic)
            keep_latest(found, alone ? GENERIC_LATEST_ALONE : GENERIC_LATEST);
    }
}

static void make_table(Search *search)
{
    size_t total = 1;
    for (size_t i = 0; i < search->found_count; i++)
        total += search->founds[i].ids.count;
    search->slot_bits = 4;
    while ((size_t)1 << search->slot_bits < total * 2)
        search->slot_bits++;
    search->slots = ARENA_ARRAY(search->arena, uint16_t, (size_t)1 << search->slot_bits);
    search->items = ARENA_ARRAY(search->arena, Proposal, total);
}

/* The proposal of an id, NULL when it was not made. */
static Proposal *find_proposal(Search *search, uint32_t id, size_t *slot)
{
    size_t mask = ((size_t)1 << search->slot_bits) - 1;
    *slot = (size_t)((uint64_t)id * UINT64_C(0x9E3779B97F4A7C15) >> (64 - search->slot_bits));
    while (search->slots[*slot] != 0) {
        Proposal *proposal = &search->items[search->slots[*slot] - 1];
        if (proposal->id == id)
            return proposal;
        *slot = (*slot + 1) & mask;
    }
    return NULL;
}

static void propose(Search *search, uint32_t id, BlockingKind kind)
{
    size_t slot;
    Proposal *proposal = find_proposal(search, id, &slot);
    if (proposal == NULL) {
        proposal = &search->items[search->count++];
        *proposal = (Proposal){.id = id};
        hazard_store_prefetch_hazard(search->store, id);
        search->slots[slot] = (uint16_t)search->count;
    }
    proposal->proposed_by |= 1u << kind;
}

static void find_hazards(Search *search)
{
    for (size_t i = 0; i < search->count; i++) {
        const Hazard *hazard = hazard_store_get(search->store, search->items[i].id);
        search->items[i].hazard = hazard;
        __builtin_prefetch(hazard);
        __builtin_prefetch((const char *)hazard + sizeof(Hazard) - 1);
    }
}

/*
 * A provisional hazard is no site of its own: it may be the same as one that is counted. `family` is absent when the key
 * names it, or asks for none.
 */
static int32_t count_sites(Search *search, const Found *found, Text family)
{
    int32_t sites = 0;
    if (text_is_absent(family) || found->generic)
        return found->sites;
    for (size_t i = 0; i < found->ids.count; i++) {
        int64_t id = hazard_index_id(found->ids.items[i]);
        size_t slot;
        const Proposal *proposal = find_proposal(search, (uint32_t)id, &slot);
        const Hazard *hazard =
            proposal != NULL ? proposal->hazard : hazard_store_get(search->store, id);
        sites += hazard->merged_into == 0 && hazard->provisional_of == 0 &&
                 text_equal(hazard->category->family, family);
    }
    return sites;
}

/* By the keys of the report's own family. */
static Crowd count_crowd(Search *search, Text family)
{
    Crowd crowd = {.party = 1};
    for (size_t i = 0; i < search->found_count; i++) {
        const Found *found = &search->founds[i];
        BlockingKind kind = found->key.kind;
        bool any_family = kind == BLOCK_BUILDING || kind == BLOCK_DOOR;
        int32_t *most = kind == BLOCK_BUILDING ? &crowd.sites.building
                        : kind == BLOCK_DOOR   ? &crowd.sites.door
                        : kind == BLOCK_ESTATE ? &crowd.sites.estate
                        : kind == BLOCK_ROAD   ? &crowd.sites.road
                        : kind == BLOCK_PARTY  ? &crowd.party
                                               : NULL;
        if (most == NULL || !found->key.counted)
            continue;
        int32_t sites = count_sites(search, found, any_family ? family : TEXT_ABSENT);
        *most = sites > *most ? sites : *most;
    }
    return crowd;
}

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static int32_t largest_radius(const HazardClass *category)
{
    int32_t radius = category->radius_m > category->first_radius_m ? category->radius_m
                                                                   : category->first_radius_m;
    bool spaced = category->spacing_m > 0 && radius > category->spacing_m / 2;
    return spaced ? category->spacing_m / 2 : radius;
}

/* What is asked of a report to tell who lies elsewhere. */
typedef struct Surroundings {
    const Model *model;
    const Evidence *report;
    bool asked;          /* it has a sure point and a class of a place */
    double lat_m, lon_m; /* of a degree there */
} Surroundings;

static Surroundings surroundings_of(const Model *model, const Evidence *report)
{
    static const double DEGREE_M = 111195.0;
    static const double DEGREE = 0.017453292519943295;
    bool asked = report->has_point && !report->point_derived && report->precision <= 'C' &&
                 report->category->scope != SCOPE_AREA && report->category->radius_m > 0;
    return (Surroundings){model, report, asked, DEGREE_M,
                          asked ? DEGREE_M * cos(report->point.lat * DEGREE) : 0};
}

/*
 * Whether the two lie elsewhere by their points (X2), and nothing but a neighbourhood proposed it: sure points of A to C
 * outrank estate and road (linkage.md 1), a tile reaches further than the class. Area hazards have an extent, and those
 * with several members are asked one by one. Roughly, and never too soon: the scorer measures what stays.
 */
static bool is_far(const Surroundings *around, const Proposal *proposal)
{
    const uint32_t neighbourhood = 1u << BLOCK_TILE | 1u << BLOCK_ESTATE | 1u << BLOCK_ROAD;
    GeoPoint point;
    char precision;
    if (!around->asked || (proposal->proposed_by & ~neighbourhood) != 0 ||
        proposal->hazard->representative_count != 1)
        return false;
    const EvidencePacked *anchor = hazard_representative(proposal->hazard, 0);
    const HazardClass *a = around->report->category;
    const HazardClass *b = evidence_packed_category(anchor);
    if (!evidence_packed_point(anchor, &point, &precision) || precision > 'C' ||
        b->scope == SCOPE_AREA || b->radius_m == 0)
        return false;
    const int32_t *errors = around->model->weights.precision_m;
    double reach = larger(largest_radius(a), largest_radius(b)) +
                   errors[around->report->precision - 'A'] + errors[precision - 'A'];
    double east = (point.lon - around->report->point.lon) * around->lon_m;
    double north = (point.lat - around->report->point.lat) * around->lat_m;
    return east * east + north * north > 4.1 * reach * reach;
}

/*
 * Proposals of hazards that are part of another by now go, buckets, which are no thing, and those that lie elsewhere; what is
 * needed next is fetched.
 */
static void drop_idle(Search *search, const Model *model, const Evidence *report)
{
    const Surroundings around = surroundings_of(model, report);
    size_t count = 0;
    for (size_t i = 0; i < search->count; i++)
        hazard_prefetch(search->items[i].hazard);
    for (size_t i = 0; i < search->count; i++) {
        const Proposal *proposal = &search->items[i];
        if (proposal->hazard->merged_into != 0 || proposal->hazard->bucket ||
            is_far(&around, proposal))
            continue;
        hazard_prefetch_more(proposal->hazard);
        search->items[count++] = *proposal;
    }
    search->count = count;
}

/* What candidates are ranked by when there are too many: the nearest first. */
typedef struct Rank {
    int strong;         /* shared keys that name one thing: more is nearer */
    int level;          /* finest place they share: 0 door or building ... */
    int32_t distance_m; /* of the points, as large as can be when not both have one */
    int64_t gap_us;
    Proposal proposal;
} Rank;

static const uint32_t STRONG_KINDS = 1u << BLOCK_RECORD | 1u << BLOCK_ASSET | 1u << BLOCK_PARTY;

static int place_level(uint32_t proposed_by)
{
    static const BlockingKind FINEST_FIRST[] = {BLOCK_BUILDING, BLOCK_DOOR,   BLOCK_POI,
                                                BLOCK_TILE,     BLOCK_ESTATE, BLOCK_ROAD};
    enum { LEVELS = sizeof FINEST_FIRST / sizeof FINEST_FIRST[0] };
    int level = 0;
    while (level < (int)LEVELS && (proposed_by & 1u << FINEST_FIRST[level]) == 0)
        level++;
    return level > 0 ? level : 1; /* a building is as fine as a door */
}

static Rank rank_of(const Evidence *report, const Proposal *proposal)
{
    EvidenceView view;
    const Evidence *anchor = hazard_evidence(proposal->hazard, 0, &view);
    Rank rank = {.strong = __builtin_popcount(proposal->proposed_by & STRONG_KINDS),
                 .level = place_level(proposal->proposed_by),
                 .distance_m = INT32_MAX,
                 .gap_us = hazard_nearest_gap(proposal->hazard, report->event_at),
                 .proposal = *proposal};
    if (report->has_point && anchor->has_point)
        rank.distance_m = (int32_t)lround(fmin(geo_distance_m(report->point, anchor->point), 1e7));
    return rank;
}

static int by_rank(const void *a, const void *b)
{
    const Rank *x = a;
    const Rank *y = b;
    if (x->strong != y->strong)
        return x->strong > y->strong ? -1 : 1;
    if (x->level != y->level)
        return x->level < y->level ? -1 : 1;
    if (x->distance_m != y->distance_m)
        return x->distance_m < y->distance_m ? -1 : 1;
    if (x->gap_us != y->gap_us)
        return x->gap_us < y->gap_us ? -1 : 1;
    return (x->proposal.id > y->proposal.id) - (x->proposal.id < y->proposal.id);
}

static void keep_nearest(Search *search, const Evidence *report)
{
    if (search->count <= BLOCKING_CANDIDATES_MAX)
        return;
    Rank *ranks = ARENA_ARRAY(search->arena, Rank, search->count);
    for (size_t i = 0; i < search->count; i++)
        ranks[i] = rank_of(report, &search->items[i]);
    qsort(ranks, search->count, sizeof(Rank), by_rank);
    search->count = BLOCKING_CANDIDATES_MAX;
    for (size_t i = 0; i < search->count; i++)
        search->items[i] = ranks[i].proposal;
}

/* Few and half in order: cheaper than qsort. */
static void sort_by_id(Proposal *items, size_t count)
{
    static const size_t GAPS[] = {57, 23, 10, 4, 1};
    for (size_t g = 0; g < sizeof GAPS / sizeof GAPS[0]; g++)
        for (size_t i = GAPS[g]; i < count; i++) {
            Proposal moving = items[i];
            size_t at = i;
            for (; at >= GAPS[g] && items[at - GAPS[g]].id > moving.id; at -= GAPS[g])
                items[at] = items[at - GAPS[g]];
            items[at] = moving;
        }
}

/* The rest is zero already. */
static void add_candidate(Candidate *candidate, const Proposal *proposal)
{
    candidate->hazard = proposal->hazard;
    candidate->proposed_by = proposal->proposed_by;
}

Candidates candidates_find(const Model *model,
                           const HazardStore *store,
                           const Evidence *report,
                           int64_t except,
                           Arena *arena)
{
    BlockingKey keys[BLOCKING_KEYS_MAX];
    Search *search = ARENA_NEW(arena, Search);
    Candidates candidates = {.count = 0};
    search->store = store;
    search->except = except;
    search->arena = arena;
    size_t key_count = blocking_query_keys(report, model, keys);
    for (size_t i = 0; i < key_count; i++)
        hazard_store_prefetch(store, keys[i].hash);
    for (size_t i = 0; i < key_count; i++)
        hazard_store_prefetch_entries(store, keys[i].hash);
    for (size_t i = 0; i < key_count; i++)
        look_up(search, keys[i]);
    cut_latest(search);
    make_table(search);
    for (size_t i = 0; i < key_count; i++) {
        const Found *found = &search->founds[i];
        if (found->generic)
            candidates.generic_kinds |= 1u << found->key.kind;
        candidates.generic_keys += found->generic;
        for (size_t j = 0; j < found->ids.count; j++)
            propose(search, (uint32_t)hazard_index_id(found->ids.items[j]), found->key.kind);
    }
    find_hazards(search);
    candidates.crowd = count_crowd(search, report->category->family);
    drop_idle(search, model, report);
    keep_nearest(search, report);
    sort_by_id(search->items, search->count);
    candidates.count = search->count;
    candidates.items = ARENA_ARRAY(arena, Candidate, candidates.count);
    for (size_t i = 0; i < candidates.count; i++)
        add_candidate(&candidates.items[i], &search->items[i]);
    return candidates;
}

Crowd candidates_least_crowd(const Model *model,
                             const HazardStore *store,
                             const Evidence *report,
                             Arena *scratch)
{
    BlockingKey keys[BLOCKING_KEYS_MAX];
    Search *search = ARENA_NEW(scratch, Search);
    search->store = store;
    search->arena = scratch;
    size_t key_count = blocking_query_keys(report, model, keys);
    for (size_t i = 0; i < key_count; i++)
        if (keys[i].counted && (keys[i].kind == BLOCK_ESTATE || keys[i].kind == BLOCK_ROAD))
            look_up(search, keys[i]);
    return count_crowd(search, report->category->family);
}

/* A member that names no lift is of the lift that the others name. */
static LiftLabel lift_label(const Hazard *hazard, const Evidence *report)
{
    LiftReading reading = {0};
    for (size_t i = 0; report->lift_label != 0 && i < hazard->representative_count; i++)
        lift_label_join(&reading, evidence_packed_lift_label(hazard_representative(hazard, i)));
    return lift_label_of(&reading);
}

/* A number of the hazard's by which the report's is another one: a member that names none is of the thing that the others name. */
static Asset other_asset(const Hazard *hazard, const Evidence *report)
{
    Asset other = {.kind = ASSET_NONE};
    EvidenceView view;
    if (report->asset_count == 0 || report->category->scope != SCOPE_ASSET)
        return other;
    for (size_t i = 0; i < hazard->representative_count; i++) {
        const Evidence *member = hazard_evidence(hazard, i, &view);
        for (size_t j = 0; j < member->asset_count; j++) {
            const Asset *theirs = &member->assets[j];
            for (size_t k = 0; k < report->asset_count; k++) {
                if (theirs->kind != report->assets[k].kind)
                    continue;
                if (text_equal(theirs->id, report->assets[k].id))
                    return (Asset){.kind = ASSET_NONE};
                if (other.kind == ASSET_NONE)
                    other = *theirs;
            }
        }
    }
    return other;
}

HazardFacts
candidates_facts(const Candidates *candidates, const Candidate *candidate, const Evidence *report)
{
    const Hazard *hazard = candidate->hazard;
    HazardNear near = hazard_near(hazard, report->event_at, TWO_HOURS_US, THIRTY_DAYS_US);
    RecordTie tie = {false, false};
    if ((candidate->proposed_by & (1u << BLOCK_RECORD)) != 0)
        tie = record_tie(report, hazard);
    HazardFacts facts = {.hazard_id = hazard->id,
                         .nearest_gap_us = near.gap_us,
                         .members_in_2h = near.members,
                         .members_in_30d = near.farther,
                         .crowd = candidates->crowd.sites,
                         .party_hazards = candidates->crowd.party,
                         .quoted = tie.quoted,
                         .copied = tie.copied,
                         .worst_class = hazard->category,
                         .lift_label = lift_label(hazard, report),
                         .other_asset = other_asset(hazard, report)};
    if (hazard_extent_anchor(hazard, &facts.anchor, &facts.anchor_precision))
        facts.extent_m = hazard_extent_m(hazard);
    return facts;
}
