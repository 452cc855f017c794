/*
 * Memory of the matcher, one store per region.
 *
 *   base store    hazards by id, hazard of each report, blocking key -> ids
 *   overlay       the same three, only what a batch changed; reads look here first, then in the
 * base
 *
 * Evidence is immutable and counted: every hazard or copy of one that keeps it holds a reference.
 */
#include "domain/hazard.h"

#include "base/map.h"

#include "domain/blocking.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct IdList {
    int64_t *ids; /* ascending */
    size_t count;
    size_t capacity;
} IdList;

struct HazardStore {
    HazardStore *base;
    Map *hazards; /* id -> Hazard * */
    Map *reports; /* report_id -> hazard id */
    Map *index;   /* blocking key -> IdList * */
};

static void *grown(void *array, size_t *capacity, size_t count, size_t item_size)
{
    if (count < *capacity)
        return array;
    *capacity = *capacity == 0 ? 4 : *capacity * 2;
    void *bigger = realloc(array, *capacity * item_size);
    if (bigger == NULL)
        abort();
    return bigger;
}

static void release(Representative *representative)
{
    if (--representative->references > 0)
        return;
    evidence_free(representative->evidence);
    free(representative);
}

/* The place of the first id that is not smaller. */
static size_t id_list_place(const IdList *list, int64_t id)
{
    size_t low = 0;
    size_t high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void id_list_add(IdList *list, int64_t id)
{
    size_t at = id_list_place(list, id);
    if (at < list->count && list->ids[at] == id)
        return;
    list->ids = grown(list->ids, &list->capacity, list->count, sizeof(int64_t));
    memmove(&list->ids[at + 1], &list->ids[at], (list->count - at) * sizeof(int64_t));
    list->ids[at] = id;
    list->count++;
}

static void id_list_free(IdList *list)
{
    if (list == NULL)
        return;
    free(list->ids);
    free(list);
}

static void hazard_free(Hazard *hazard)
{
    if (hazard == NULL)
        return;
    for (size_t i = 0; i < hazard->representative_count; i++)
        release(hazard->representatives[i]);
    free(hazard->members);
    free(hazard->cases);
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
    copy->cases = copied(hazard->cases, hazard->case_count * sizeof(HazardCase));
    for (size_t i = 0; i < copy->representative_count; i++)
        copy->representatives[i]->references++;
    return copy;
}

HazardStore *hazard_store_new(HazardStore *base)
{
    HazardStore *store = calloc(1, sizeof *store);
    if (store == NULL)
        abort();
    store->base = base;
    store->hazards = map_new();
    store->reports = map_new();
    store->index = map_new();
    return store;
}

static void free_shell(HazardStore *store)
{
    map_free(store->hazards);
    map_free(store->reports);
    map_free(store->index);
    free(store);
}

void hazard_store_free(HazardStore *store)
{
    if (store == NULL)
        return;
    uint64_t key;
    uint64_t value;
    for (size_t cursor = 0; map_each(store->hazards, &cursor, &key, &value);)
        hazard_free((Hazard *)(uintptr_t)value);
    for (size_t cursor = 0; map_each(store->index, &cursor, &key, &value);)
        id_list_free((IdList *)(uintptr_t)value);
    free_shell(store);
}

static void merge_index(HazardStore *base, uint64_t key, IdList *added)
{
    IdList *list = map_pointer(base->index, key);
    if (list == NULL) {
        map_put_pointer(base->index, key, added);
        return;
    }
    for (size_t i = 0; i < added->count; i++)
        id_list_add(list, added->ids[i]);
    id_list_free(added);
}

void hazard_store_merge(HazardStore *overlay)
{
    HazardStore *base = overlay->base;
    uint64_t key;
    uint64_t value;
    assert(base != NULL);
    for (size_t cursor = 0; map_each(overlay->hazards, &cursor, &key, &value);) {
        hazard_free(map_pointer(base->hazards, key));
        map_put(base->hazards, key, value);
    }
    for (size_t cursor = 0; map_each(overlay->reports, &cursor, &key, &value);)
        map_put(base->reports, key, value);
    for (size_t cursor = 0; map_each(overlay->index, &cursor, &key, &value);)
        merge_index(base, key, (IdList *)(uintptr_t)value);
    free_shell(overlay);
}

const HazardStore *hazard_store_base(const HazardStore *overlay)
{
    return overlay->base;
}

const Hazard *hazard_store_get(const HazardStore *store, int64_t id)
{
    for (; store != NULL; store = store->base) {
        const Hazard *hazard = map_pointer(store->hazards, (uint64_t)id);
        if (hazard != NULL)
            return hazard;
    }
    return NULL;
}

Hazard *hazard_store_edit(HazardStore *store, int64_t id)
{
    Hazard *own = map_pointer(store->hazards, (uint64_t)id);
    if (own != NULL)
        return own;
    const Hazard *hazard = hazard_store_get(store, id);
    assert(hazard != NULL);
    own = hazard_copy(hazard);
    map_put_pointer(store->hazards, (uint64_t)id, own);
    return own;
}

Hazard *hazard_store_create(HazardStore *store, int64_t id)
{
    assert(hazard_store_get(store, id) == NULL);
    Hazard *hazard = calloc(1, sizeof *hazard);
    if (hazard == NULL)
        abort();
    hazard->id = id;
    map_put_pointer(store->hazards, (uint64_t)id, hazard);
    return hazard;
}

int64_t hazard_store_of_report(const HazardStore *store, int64_t report_id)
{
    uint64_t id = 0;
    for (; store != NULL; store = store->base)
        if (map_get(store->reports, (uint64_t)report_id, &id))
            return (int64_t)id;
    return 0;
}

static void index_key(HazardStore *store, uint64_t key, int64_t id)
{
    IdList *list = map_pointer(store->index, key);
    if (list == NULL) {
        list = calloc(1, sizeof *list);
        if (list == NULL)
            abort();
        map_put_pointer(store->index, key, list);
    }
    id_list_add(list, id);
}

size_t hazard_store_lookup(const HazardStore *store, uint64_t key, int64_t *ids, size_t max)
{
    const IdList *own = map_pointer(store->index, key);
    const IdList *base = store->base != NULL ? map_pointer(store->base->index, key) : NULL;
    size_t own_count = own != NULL ? own->count : 0;
    size_t base_count = base != NULL ? base->count : 0;
    size_t i = 0;
    size_t j = 0;
    size_t total = 0;
    while ((i < own_count || j < base_count) && total <= max) {
        bool from_own = j == base_count || (i < own_count && own->ids[i] <= base->ids[j]);
        int64_t id = from_own ? own->ids[i] : base->ids[j];
        i += i < own_count && own->ids[i] == id;
        j += j < base_count && base->ids[j] == id;
        if (total < max)
            ids[total] = id;
        total++;
    }
    return total;
}

/*
 * Which representative a full set gives up for a new one: never the anchor, never the only one of
 * its source; of the rest the one that says least (no asset, short text, coarse point), the oldest
 * of equals.
 */
static int informativeness(const Evidence *evidence)
{
    int point = evidence->has_point ? 'F' - evidence->precision : 0;
    int address = address_is_empty(&evidence->address) ? 0 : 4;
    return (evidence->asset_count > 0 ? 16 : 0) + address + point +
           (evidence->text_length >= 12 ? 2 : 0);
}

static bool only_of_its_source(const Hazard *hazard, size_t at)
{
    for (size_t i = 0; i < hazard->representative_count; i++)
        if (i != at && text_equal(hazard->representatives[i]->evidence->source,
                                  hazard->representatives[at]->evidence->source))
            return false;
    return true;
}

static size_t least_informative(const Hazard *hazard)
{
    size_t least = 0;
    for (size_t i = 1; i < hazard->representative_count; i++) {
        if (only_of_its_source(hazard, i))
            continue;
        if (least == 0 || informativeness(hazard->representatives[i]->evidence) <
                              informativeness(hazard->representatives[least]->evidence))
            least = i;
    }
    return least != 0 ? least : hazard->representative_count - 1;
}

static void add_representative(Hazard *hazard, Evidence *evidence)
{
    Representative *representative = malloc(sizeof *representative);
    if (representative == NULL)
        abort();
    *representative = (Representative){.evidence = evidence, .references = 1};
    if (hazard->representative_count == HAZARD_REPRESENTATIVES_MAX) {
        size_t out = least_informative(hazard);
        release(hazard->representatives[out]);
        memmove(&hazard->representatives[out], &hazard->representatives[out + 1],
                (hazard->representative_count - out - 1) * sizeof(Representative *));
        hazard->representative_count--;
    }
    hazard->representatives[hazard->representative_count++] = representative;
}

void hazard_store_add(HazardStore *store,
                      Hazard *hazard,
                      const HazardMember *member,
                      Evidence *evidence,
                      const Model *model)
{
    BlockingKey keys[BLOCKING_KEYS_MAX];
    size_t count = blocking_index_keys(evidence, model, keys);
    for (size_t i = 0; i < count; i++)
        index_key(store, keys[i].hash, hazard->id);
    map_put(store->reports, (uint64_t)member->report_id, (uint64_t)hazard->id);
    hazard->members = grown(hazard->members, &hazard->member_capacity, hazard->member_count,
                            sizeof(HazardMember));
    hazard->members[hazard->member_count++] = *member;
    if (hazard->category == NULL || member->category->colour < hazard->category->colour)
        hazard->category = member->category;
    add_representative(hazard, evidence);
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
    uint64_t key;
    uint64_t value;
    *ids = ARENA_ARRAY(arena, int64_t, map_count(store->hazards));
    for (size_t cursor = 0; map_each(store->hazards, &cursor, &key, &value);)
        (*ids)[count++] = (int64_t)key;
    qsort(*ids, count, sizeof(int64_t), compare_ids);
    return count;
}

size_t hazard_store_count(const HazardStore *store)
{
    return map_count(store->hazards);
}

HazardMember *hazard_member(const Hazard *hazard, int64_t report_id)
{
    size_t low = 0;
    size_t high = hazard->member_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (hazard->members[middle].report_id < report_id)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < hazard->member_count && hazard->members[low].report_id == report_id;
    return found ? &hazard->members[low] : NULL;
}

HazardCase *hazard_case(const Hazard *hazard, int64_t case_id)
{
    for (size_t i = 0; i < hazard->case_count; i++)
        if (hazard->cases[i].case_id == case_id)
            return &hazard->cases[i];
    return NULL;
}

HazardCase *hazard_add_case(Hazard *hazard)
{
    HazardCase *cases = realloc(hazard->cases, (hazard->case_count + 1) * sizeof(HazardCase));
    if (cases == NULL)
        abort();
    hazard->cases = cases;
    HazardCase *added = &cases[hazard->case_count++];
    *added = (HazardCase){.closed_at = TIME_ABSENT};
    return added;
}

static int32_t largest(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static void count_member(HazardCounts *counts, const HazardMember *member)
{
    bool first = counts->reports == 0;
    counts->reports++;
    counts->independent += member->independence == INDEPENDENT;
    counts->trapped = largest(counts->trapped, member->trapped);
    counts->injured = largest(counts->injured, member->injured);
    counts->dead = largest(counts->dead, member->dead);
    if (first || member->event_at < counts->first_event_at)
        counts->first_event_at = member->event_at;
    if (first || member->event_at > counts->last_event_at)
        counts->last_event_at = member->event_at;
    if (first || member->known_at < counts->first_known_at) {
        counts->first_known_at = member->known_at;
        counts->first_known_source = member->source;
    }
}

static uint64_t hash_or_none(Text reporter)
{
    return text_is_empty(reporter) ? 0 : text_hash(reporter);
}

HazardReporter hazard_reporter(const Evidence *evidence)
{
    HazardReporter reporter = {hash_or_none(evidence->reporter),
                               hash_or_none(evidence->reporter_before)};
    if (reporter.before == reporter.hash)
        reporter.before = 0;
    return reporter;
}

bool hazard_reporter_known(HazardReporter reporter)
{
    return reporter.hash != 0 || reporter.before != 0;
}

bool hazard_reporter_same(HazardReporter a, HazardReporter b)
{
    return (a.hash != 0 && (a.hash == b.hash || a.hash == b.before)) ||
           (a.before != 0 && (a.before == b.hash || a.before == b.before));
}

/* Whether the hash was met before; from now on it was. 0 never is. */
static bool meet(Map *seen, uint64_t hash)
{
    uint64_t known = 0;
    if (hash == 0 || map_get(seen, hash, &known))
        return hash != 0;
    map_put(seen, hash, 1);
    return false;
}

HazardCounts hazard_count(const Hazard *hazard, int64_t case_id)
{
    HazardCounts counts = {0};
    Map *seen = map_new();
    for (size_t i = 0; i < hazard->member_count; i++) {
        const HazardMember *member = &hazard->members[i];
        if (case_id != 0 && member->case_id != case_id)
            continue;
        count_member(&counts, member);
        bool met = meet(seen, member->reporter.hash);
        bool met_before = meet(seen, member->reporter.before);
        counts.reporters += !met && !met_before;
        counts.sources += !meet(seen, member->source);
    }
    map_free(seen);
    return counts;
}

static int64_t distance(int64_t a, int64_t b)
{
    return a < b ? b - a : a - b;
}

int64_t hazard_nearest_event(const Hazard *hazard, int64_t event_at)
{
    int64_t nearest = hazard->members[0].event_at;
    for (size_t i = 1; i < hazard->member_count; i++) {
        int64_t at = hazard->members[i].event_at;
        int64_t nearer = distance(nearest, event_at) - distance(at, event_at);
        if (nearer > 0 || (nearer == 0 && at < nearest))
            nearest = at;
    }
    return nearest;
}

int64_t hazard_nearest_gap(const Hazard *hazard, int64_t event_at)
{
    if (hazard->member_count == 0)
        return INT64_MAX;
    return distance(hazard_nearest_event(hazard, event_at), event_at);
}

int32_t hazard_members_near(const Hazard *hazard, int64_t event_at, int64_t within_us)
{
    int32_t count = 0;
    for (size_t i = 0; i < hazard->member_count; i++) {
        count += distance(hazard->members[i].event_at, event_at) <= within_us;
    }
    return count;
}
