/*
 * Memory of the matcher, one store per region.
 *
 *   base store    hazards by id, hazard of each report, blocking key -> ids
 *   overlay       the same three, only what a batch changed; reads look here first, then in the base
 *
 * Packed evidence is immutable and counted: every hazard or copy of one that keeps it holds a reference.
 */
#include "base/map.h"
#include "base/page_map.h"

#include "domain/blocking.h"
#include "domain/debounce.h"
#include "domain/hazard.h"
#include "domain/hazard_extent.h"
#include "domain/hazard_index.h"
#include "domain/hazard_keys.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct HazardStore {
    HazardStore *base;
    PageMap *hazards; /* id -> Hazard *; NULL in an overlay */
    PageMap *reports; /* report_id -> hazard id; NULL in an overlay */
    Map *own_hazards; /* the same of an overlay, which holds few; NULL in a base */
    Map *own_reports;
    HazardIndex *index; /* blocking key -> ids */
    Debounce *debounce;
    Map *
        sources; /* text_hash -> Text *, on the heap, of the base alone: names, whatever becomes of the overlay */
};

static void hazard_free(Hazard *hazard)
{
    if (hazard == NULL)
        return;
    hazard_clear(hazard);
    free(hazard);
}

static void *copied(const void *items, size_t size)
{
    if (size == 0)
        return NULL;
    void *copy = malloc(size);
    if (copy == NULL)
        abort();
    return memcpy(copy, items, size);
}

static Hazard *hazard_copy(const Hazard *hazard)
{
    Hazard *copy = copied(hazard, sizeof *hazard);
    copy->members = copied(hazard->members, hazard->member_count * sizeof(HazardMember));
    copy->member_capacity = hazard->member_count;
    if (hazard->times != NULL)
        copy->times = copied(hazard->times, hazard->member_count * sizeof(int64_t));
    copy->cases = copied(hazard->cases, hazard->case_count * sizeof(HazardCase));
    copy->evicted = hazard_keys_copy(hazard->evicted);
    copy->extent = hazard_extent_copy(hazard->extent);
    hazard_share_evidence(copy);
    return copy;
}

HazardStore *hazard_store_new(HazardStore *base)
{
    HazardStore *store = calloc(1, sizeof *store);
    if (store == NULL)
        abort();
    store->base = base;
    if (base == NULL) {
        store->hazards = page_map_new();
        store->reports = page_map_new();
        store->sources = map_new();
    } else {
        store->own_hazards = map_new();
        store->own_reports = map_new();
    }
    store->index = hazard_index_new();
    store->debounce = debounce_new(base != NULL ? base->debounce : NULL);
    return store;
}

static Hazard *own_hazard(const HazardStore *store, int64_t id)
{
    if (store->base == NULL)
        return (Hazard *)(uintptr_t)page_map_get(store->hazards, (uint64_t)id);
    return map_pointer(store->own_hazards, (uint64_t)id);
}

static void put_hazard(HazardStore *store, Hazard *hazard)
{
    if (store->base == NULL)
        page_map_put(store->hazards, (uint64_t)hazard->id, (uint64_t)(uintptr_t)hazard);
    else
        map_put_pointer(store->own_hazards, (uint64_t)hazard->id, hazard);
}

static bool next_hazard(const HazardStore *store, size_t *cursor, Hazard **hazard)
{
    uint64_t id;
    uint64_t value = 0;
    bool more = store->base == NULL ? page_map_each(store->hazards, cursor, &id, &value)
                                    : map_each(store->own_hazards, cursor, &id, &value);
    *hazard = (Hazard *)(uintptr_t)value;
    return more;
}

static void free_sources(Map *sources)
{
    uint64_t key;
    uint64_t value;
    for (size_t cursor = 0; sources != NULL && map_each(sources, &cursor, &key, &value);)
        free((Text *)(uintptr_t)value);
    map_free(sources);
}

static void free_shell(HazardStore *store)
{
    free_sources(store->sources);
    page_map_free(store->hazards);
    page_map_free(store->reports);
    map_free(store->own_hazards);
    map_free(store->own_reports);
    hazard_index_free(store->index);
    free(store);
}

void hazard_store_free(HazardStore *store)
{
    if (store == NULL)
        return;
    Hazard *hazard;
    for (size_t cursor = 0; next_hazard(store, &cursor, &hazard);)
        hazard_free(hazard);
    debounce_free(store->debounce);
    free_shell(store);
}

void hazard_store_merge(HazardStore *overlay)
{
    HazardStore *base = overlay->base;
    Hazard *hazard;
    uint64_t key;
    uint64_t value;
    assert(base != NULL);
    for (size_t cursor = 0; next_hazard(overlay, &cursor, &hazard);) {
        hazard_free(own_hazard(base, hazard->id));
        put_hazard(base, hazard);
    }
    for (size_t cursor = 0; map_each(overlay->own_reports, &cursor, &key, &value);) {
        if (base->base == NULL)
            page_map_put(base->reports, key, value);
        else
            map_put(base->own_reports, key, value);
    }
    hazard_index_merge(base->index, overlay->index, base->base != NULL);
    debounce_merge(overlay->debounce, base->debounce);
    free_shell(overlay);
}

static const HazardStore *root_of(const HazardStore *store)
{
    while (store->base != NULL)
        store = store->base;
    return store;
}

Text hazard_store_source(const HazardStore *store, uint64_t hash)
{
    const Text *name = map_pointer(root_of(store)->sources, hash);
    return name != NULL ? *name : TEXT_ABSENT;
}

static void note_source(const HazardStore *store, Text name)
{
    Map *sources = root_of(store)->sources;
    uint64_t hash = text_hash(name);
    if (text_is_absent(name) || map_pointer(sources, hash) != NULL)
        return;
    Text *kept = malloc(sizeof *kept + name.size);
    if (kept == NULL)
        abort();
    *kept = (Text){(char *)(kept + 1), name.size};
    memcpy(kept + 1, name.data, name.size);
    map_put_pointer(sources, hash, kept);
}

Debounce *hazard_store_debounce(const HazardStore *store)
{
    return store->debounce;
}

const HazardStore *hazard_store_base(const HazardStore *overlay)
{
    return overlay->base;
}

const Hazard *hazard_store_get(const HazardStore *store, int64_t id)
{
    for (; store != NULL; store = store->base) {
        const Hazard *hazard = own_hazard(store, id);
        if (hazard != NULL)
            return hazard;
    }
    return NULL;
}

Hazard *hazard_store_edit(HazardStore *store, int64_t id)
{
    Hazard *own = own_hazard(store, id);
    if (own != NULL)
        return own;
    const Hazard *hazard = hazard_store_get(store, id);
    assert(hazard != NULL);
    own = hazard_copy(hazard);
    put_hazard(store, own);
    return own;
}

Hazard *hazard_store_create(HazardStore *store, int64_t id)
{
    assert(hazard_store_get(store, id) == NULL);
    Hazard *hazard = calloc(1, sizeof *hazard);
    if (hazard == NULL)
        abort();
    hazard->id = id;
    put_hazard(store, hazard);
    return hazard;
}

int64_t hazard_store_of_report(const HazardStore *store, int64_t report_id)
{
    uint64_t id = 0;
    for (; store->base != NULL; store = store->base)
        if (map_get(store->own_reports, (uint64_t)report_id, &id))
            return (int64_t)id;
    return (int64_t)page_map_get(store->reports, (uint64_t)report_id);
}

static uint32_t last_of(const HazardIds *ids, size_t count)
{
    return count > 0 ? ids->items[count - 1] : 0;
}

/* The latest `max` of two lists that are not gone, on the arena; whether there are more. */
static bool merge_entries(
    const HazardIds *own, const HazardIds *base, size_t max, Arena *arena, HazardIds *found)
{
    uint32_t *entries = ARENA_ARRAY(arena, uint32_t, max);
    size_t i = own->count;
    size_t j = base->count;
    size_t at = max; /* filled from the end */
    bool more = false;
    while ((i > 0 || j > 0) && !more) {
        uint32_t x = last_of(own, i);
        uint32_t y = last_of(base, j);
        bool from_own =
            hazard_index_id(x) >= hazard_index_id(y); /* the overlay's is the later word */
        uint32_t entry = from_own ? x : y;
        i -= from_own;
        j -= hazard_index_id(y) == hazard_index_id(entry);
        if (hazard_index_gone(entry))
            continue;
        more = at == 0;
        if (!more)
            entries[--at] = entry;
    }
    *found = (HazardIds){.items = entries + at, .count = max - at};
    return more;
}

bool hazard_store_find(
    const HazardStore *store, uint64_t key, size_t max, Arena *arena, HazardIds *found)
{
    HazardIds own;
    HazardIds base;
    hazard_index_find(store->index, key, found);
    if (store->base != NULL && found->count == 0) {
        hazard_index_find(store->base->index, key, found);
    } else if (store->base != NULL) {
        hazard_index_find(store->index, key, &own);
        hazard_index_find(store->base->index, key, &base);
        return merge_entries(&own, &base, max, arena, found);
    }
    if (found->count <= max)
        return false;
    found->items += found->count - max;
    found->count = max;
    return true;
}

void hazard_store_prefetch(const HazardStore *store, uint64_t key)
{
    for (; store != NULL; store = store->base)
        hazard_index_prefetch(store->index, key);
}

void hazard_store_prefetch_entries(const HazardStore *store, uint64_t key)
{
    for (; store != NULL; store = store->base)
        hazard_index_prefetch_entries(store->index, key);
}

void hazard_store_prefetch_hazard(const HazardStore *store, int64_t id)
{
    page_map_prefetch(root_of(store)->hazards, (uint64_t)id);
}

void hazard_store_index(HazardStore *store, uint64_t key, const Hazard *hazard)
{
    hazard_index_add(store->index, key,
                     hazard_index_entry(hazard->id, hazard->provisional_of != 0));
}

void hazard_store_unindex(HazardStore *store, uint64_t key, int64_t id)
{
    if (store->base != NULL)
        hazard_index_add(store->index, key, hazard_index_gone_entry(id));
    else
        hazard_index_remove(store->index, key, id);
}

void hazard_store_assign(HazardStore *store, int64_t report_id, int64_t hazard_id)
{
    if (store->base == NULL)
        page_map_put(store->reports, (uint64_t)report_id, (uint64_t)hazard_id);
    else
        map_put(store->own_reports, (uint64_t)report_id, (uint64_t)hazard_id);
}

void hazard_store_add(HazardStore *store,
                      Hazard *hazard,
                      const HazardMember *member,
                      Evidence *evidence,
                      const Model *model)
{
    BlockingKey keys[BLOCKING_KEYS_MAX];
    size_t count = hazard->bucket ? blocking_bucket_keys(evidence, keys)
                                  : blocking_index_keys(evidence, model, keys);
    for (size_t i = 0; i < count; i++)
        hazard_store_index(store, keys[i].hash, hazard);
    hazard_store_assign(store, member->report_id, hazard->id);
    note_source(store, evidence->source);
    hazard_add_member(hazard, member);
    if (hazard->category == NULL || member->category->colour < hazard->category->colour)
        hazard->category = member->category;
    hazard_keep_evidence(hazard, evidence, model);
    hazard_extent_add(hazard, evidence);
    evidence_free(evidence);
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

size_t hazard_store_changed(const HazardStore *store, Arena *arena, int64_t **ids)
{
    size_t count = 0;
    Hazard *hazard;
    *ids = ARENA_ARRAY(arena, int64_t, hazard_store_count(store));
    for (size_t cursor = 0; next_hazard(store, &cursor, &hazard);)
        (*ids)[count++] = hazard->id;
    qsort(*ids, count, sizeof(int64_t), compare_ids);
    return count;
}

size_t hazard_store_count(const HazardStore *store)
{
    return store->base == NULL ? page_map_count(store->hazards) : map_count(store->own_hazards);
}

bool hazard_store_each(const HazardStore *store, size_t *cursor, const Hazard **hazard)
{
    Hazard *found = NULL;
    bool more = next_hazard(store, cursor, &found);
    *hazard = found;
    return more;
}

size_t hazard_store_shared_keys(const HazardStore *store, size_t more_than)
{
    return hazard_index_shared(store->index, more_than);
}
