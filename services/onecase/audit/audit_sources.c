/*
 * Runs are looked up by halving; holes likewise, they are sorted as they are found.
 */
#include "audit/audit_sources.h"

enum { FIRST_CAPACITY = 16 };

#define MIX UINT64_C(0x9E3779B97F4A7C15)

const char *audit_counter_name(AuditCounter counter)
{
    static const char *const NAMES[AUDIT_COUNTERS] = {
        [COUNTER_REPORTS] = "reports",        [COUNTER_INSPECTIONS] = "inspections",
        [COUNTER_UPDATES] = "updates",        [COUNTER_ASSIGNMENTS] = "assignments",
        [COUNTER_IGNORED] = "ignored",        [COUNTER_DEAD] = "dead",
        [COUNTER_SKIPPED] = "skipped",        [COUNTER_RELEASED] = "released",
        [COUNTER_FORWARDED] = "forwarded",    [COUNTER_ARRIVED] = "arrived",
        [COUNTER_EXTRA_ITEMS] = "extra_items"};
    return NAMES[counter];
}

AuditSources *audit_sources_new(Arena *arena)
{
    AuditSources *sources = ARENA_NEW(arena, AuditSources);
    *sources = (AuditSources){.arena = arena, .by_name = map_new(), .trips = map_new()};
    return sources;
}

void audit_sources_free(AuditSources *sources)
{
    if (sources == NULL)
        return;
    map_free(sources->by_name);
    map_free(sources->trips);
}

static void *grow(Arena *arena, void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    size_t old = *capacity;
    *capacity = old == 0 ? FIRST_CAPACITY : old * 2;
    return arena_grow(arena, items, old * size, *capacity * size);
}

/* ---- source partitions ---- */

static uint64_t source_hash(Text topic, int32_t partition)
{
    return text_hash(topic) * MIX + (uint64_t)partition;
}

AuditSource *audit_source_find(const AuditSources *sources, Text topic, int32_t partition)
{
    AuditSource *at = map_pointer(sources->by_name, source_hash(topic, partition));
    while (at != NULL && !(at->partition == partition && text_equal(at->topic, topic)))
        at = at->next_alike;
    return at;
}

AuditSource *audit_source(AuditSources *sources, Text topic, int32_t partition)
{
    AuditSource *source = audit_source_find(sources, topic, partition);
    if (source != NULL)
        return source;
    uint64_t hash = source_hash(topic, partition);
    source = ARENA_NEW(sources->arena, AuditSource);
    *source = (AuditSource){.topic = text_copy(sources->arena, topic),
                            .partition = partition,
                            .first = -1,
                            .last = -1,
                            .log_last = -1,
                            .next_alike = map_pointer(sources->by_name, hash)};
    map_put_pointer(sources->by_name, hash, source);
    sources->items = grow(sources->arena, sources->items, sources->count, &sources->capacity,
                          sizeof(AuditSource *));
    sources->items[sources->count++] = source;
    return source;
}

/* ---- offsets ---- */

void audit_source_add(AuditSources *sources, AuditSource *source, int64_t offset, int32_t items)
{
    AuditRun *last = source->run_count > 0 ? &source->runs[source->run_count - 1] : NULL;
    if (last != NULL && last->last + 1 == offset && last->items == items) {
        last->last = offset;
        return;
    }
    source->runs = grow(sources->arena, source->runs, source->run_count, &source->run_capacity,
                        sizeof(AuditRun));
    source->runs[source->run_count++] = (AuditRun){offset, offset, items};
}

void audit_source_hole(AuditSources *sources, AuditSource *source, AuditHole hole)
{
    source->holes = grow(sources->arena, source->holes, source->hole_count, &source->hole_capacity,
                         sizeof(AuditHole));
    source->holes[source->hole_count++] = hole;
}

bool audit_source_knows(const AuditSource *source, int64_t offset, int32_t item)
{
    size_t low = 0;
    size_t high = source->run_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (source->runs[middle].last < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < source->run_count && source->runs[low].first <= offset &&
           item < source->runs[low].items;
}

AuditHole *audit_source_hole_at(const AuditSource *source, int64_t offset, int32_t item)
{
    size_t low = 0;
    size_t high = source->hole_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (source->holes[middle].last < offset)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < source->hole_count && source->holes[low].first <= offset; low++)
        if (source->holes[low].item == AUDIT_WHOLE || source->holes[low].item == item)
            return &source->holes[low];
    return NULL;
}

/* ---- trips ---- */

static uint64_t trip_hash(const AuditTrip *trip)
{
    uint64_t hash = text_hash(trip->origin.topic) + text_hash(trip->region);
    hash = hash * MIX + (uint64_t)trip->origin.partition;
    hash = hash * MIX + (uint64_t)trip->origin.offset;
    hash = hash * MIX + (uint64_t)trip->origin.item;
    hash = hash * MIX + (uint64_t)trip->attempt;
    return hash * MIX + (text_is_absent(trip->region) ? 0 : 1);
}

void audit_trip_note(AuditSources *sources, const AuditTrip *trip)
{
    map_put(sources->trips, trip_hash(trip), 1);
}

bool audit_trip_known(const AuditSources *sources, const AuditTrip *trip)
{
    uint64_t value = 0;
    return map_get(sources->trips, trip_hash(trip), &value);
}
