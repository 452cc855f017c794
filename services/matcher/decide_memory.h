#ifndef ONECASE_SERVICES_MATCHER_DECIDE_MEMORY_H
#define ONECASE_SERVICES_MATCHER_DECIDE_MEMORY_H

#include "timer_queue.h"

#include "domain/hazard.h"

/*
 * What is held of the regions whose partitions are ours: their hazards, and an overlay of the batch in hand. Ascending by
 * region, so that whoever walks them does so in one order.
 */
typedef struct RegionMemory {
    struct RegionMemory *next; /* by region */
    Text region;               /* owned */
    int32_t partition;
    HazardStore *hazards;
    HazardStore *overlay; /* of the batch in hand; NULL: not touched */
    TimerQueue timers;    /* that the batch may have to fire: read at its start, or set by it */
    int64_t next_timer;   /* nothing stored is due before; INT64_MIN: not known yet */
    int64_t next_now;     /* ... when the batch in hand has committed */
} RegionMemory;

typedef struct RegionMemories {
    RegionMemory *first;
} RegionMemories;

/* The memory of a region, made in its place when it is new. */
RegionMemory *region_memory(RegionMemories *memories, Text region, int32_t partition);

/* The overlay of the batch in hand, made when the batch first touches the region. */
HazardStore *region_overlay(RegionMemory *memory);

/* What is held of the regions of these partitions is forgotten. */
void region_memories_release(RegionMemories *memories, const int32_t *partitions, size_t count);
void region_memories_clear(RegionMemories *memories); /* of all regions */

/* The batch has committed: overlays go into what is held; or it was dropped, and they go. */
void region_memories_merge(RegionMemories *memories);
void region_memories_drop(RegionMemories *memories);

#endif
