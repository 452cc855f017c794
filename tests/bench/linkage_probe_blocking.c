/*
 * One hazard store a region grows as the matcher's did, by the hazards the matcher chose; the question put to it before
 * each report is the matcher's own (candidates_find). Keys are kept per report, since a store keeps the evidence of a
 * few members only.
 */
#include "linkage_probe.h"

#include "base/map.h"

#include <stdlib.h>

typedef struct Keys {
    const BlockingKey *items;
    size_t count;
} Keys;

/* Reports of one true hazard so far, the newest first. */
typedef struct Partner {
    size_t report;
    struct Partner *earlier;
} Partner;

typedef struct Blocking {
    ProbeReports *reports;
    Map *stores;   /* hash of the region -> HazardStore */
    Map *partners; /* true hazard -> Partner */
    Keys *keys;    /* under which each report is found */
    int64_t shared[BLOCK_KINDS], alone[BLOCK_KINDS];
} Blocking;

static Keys keep(Arena *arena, const BlockingKey *keys, size_t count)
{
    BlockingKey *kept = ARENA_ARRAY(arena, BlockingKey, count);
    for (size_t i = 0; i < count; i++)
        kept[i] = keys[i];
    return (Keys){kept, count};
}

static HazardStore *store_of(Blocking *blocking, Text region)
{
    HazardStore *store = map_pointer(blocking->stores, text_hash(region));
    if (store == NULL) {
        store = hazard_store_new(NULL);
        map_put_pointer(blocking->stores, text_hash(region), store);
    }
    return store;
}

/* Bit set of the kinds of keys two reports share. */
static uint32_t kinds_shared(const BlockingKey *asked, size_t count, Keys found_under)
{
    uint32_t kinds = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < found_under.count; j++)
            if (asked[i].hash == found_under.items[j].hash)
                kinds |= 1u << asked[i].kind;
    return kinds;
}

static bool among(const Candidates *candidates, int64_t hazard_id)
{
    for (size_t i = 0; i < candidates->count; i++)
        if (candidates->items[i].hazard->id == hazard_id)
            return true;
    return false;
}

static void ask(Blocking *blocking, size_t index, HazardStore *store)
{
    const ProbeReport *report = &blocking->reports->items[index];
    Arena *scratch = blocking->reports->scratch;
    ArenaMark mark = arena_mark(scratch);
    Candidates candidates =
        candidates_find(blocking->reports->model, store, report->evidence, 0, scratch);
    BlockingKey *asked = ARENA_ARRAY(scratch, BlockingKey, BLOCKING_KEYS_MAX);
    size_t count = blocking_query_keys(report->evidence, blocking->reports->model, asked);
    int partners = 0;
    int reached = 0;
    int sharing = 0;
    for (const Partner *partner = map_pointer(blocking->partners, (uint64_t)report->truth);
         partner != NULL; partner = partner->earlier) {
        uint32_t kinds = kinds_shared(asked, count, blocking->keys[partner->report]);
        partners++;
        reached += among(&candidates, blocking->reports->items[partner->report].hazard_id);
        sharing += kinds != 0;
        for (int kind = 0; kind < BLOCK_KINDS; kind++) {
            blocking->shared[kind] += (kinds & (1u << kind)) != 0;
            blocking->alone[kind] += kinds == 1u << kind;
        }
    }
    printf("%zu\t%zu\t%d\t%d\t%d\t%d\n", index, candidates.count, (int)candidates.generic_keys,
           partners, reached, sharing);
    arena_rewind(scratch, mark);
}

static void add(Blocking *blocking, size_t index, HazardStore *store)
{
    ProbeReport *report = &blocking->reports->items[index];
    BlockingKey keys[BLOCKING_KEYS_MAX];
    size_t count = blocking_index_keys(report->evidence, blocking->reports->model, keys);
    blocking->keys[index] = keep(blocking->reports->arena, keys, count);
    Hazard *hazard;
    if (hazard_store_get(store, report->hazard_id) != NULL) {
        hazard = hazard_store_edit(store, report->hazard_id);
    } else {
        hazard = hazard_store_create(store, report->hazard_id);
        hazard->provisional_of = report->provisional_of;
    }
    HazardMember member = {.report_id = report->evidence->report_id,
                           .event_at = report->evidence->event_at,
                           .known_at = report->evidence->event_at,
                           .status_at = INT64_MIN,
                           .reporter = hazard_reporter(report->evidence),
                           .source = text_hash(report->evidence->source),
                           .category = report->evidence->category,
                           .independence = report->evidence->independence};
    hazard_store_add(store, hazard, &member, report->evidence, blocking->reports->model);
    report->evidence = NULL;
    Partner *partner = ARENA_NEW(blocking->reports->arena, Partner);
    *partner = (Partner){index, map_pointer(blocking->partners, (uint64_t)report->truth)};
    map_put_pointer(blocking->partners, (uint64_t)report->truth, partner);
}

int probe_blocking(ProbeReports *reports)
{
    Blocking blocking = {.reports = reports,
                         .stores = map_new(),
                         .partners = map_new(),
                         .keys = ARENA_ARRAY(reports->arena, Keys, reports->count)};
    for (size_t i = 0; i < reports->count; i++) {
        HazardStore *store = store_of(&blocking, reports->items[i].region);
        ask(&blocking, i, store);
        add(&blocking, i, store);
    }
    for (int kind = 0; kind < BLOCK_KINDS; kind++)
        printf("kind\t%s\t%lld\t%lld\n", blocking_kind_name((BlockingKind)kind),
               (long long)blocking.shared[kind], (long long)blocking.alone[kind]);
    uint64_t key;
    uint64_t store;
    for (size_t cursor = 0; map_each(blocking.stores, &cursor, &key, &store);)
        hazard_store_free((HazardStore *)(uintptr_t)store);
    map_free(blocking.stores);
    map_free(blocking.partners);
    return EXIT_SUCCESS;
}
