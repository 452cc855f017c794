#ifndef ONECASE_DOMAIN_HAZARD_INDEX_H
#define ONECASE_DOMAIN_HAZARD_INDEX_H

#include <stddef.h>
#include <stdint.h>

/*
 * Blocking key -> ids of the hazards that are found under it, ascending. Most keys have one hazard: one or two ids lie in
 * the slot itself, a third of a word's keys cost no more. Used by hazard_store.c. Ids are at most 2^31 - 1.
 */
typedef struct HazardIndex HazardIndex;

/* Ids under a key; they lie in the index, or in `room` when they are few, and live until the index changes. */
typedef struct HazardIds {
    const uint32_t *items;
    size_t count;
    uint32_t room[2];
} HazardIds;

HazardIndex *hazard_index_new(void);
void hazard_index_free(HazardIndex *index); /* NULL is fine */

void hazard_index_add(HazardIndex *index, uint64_t key, int64_t id); /* once, in its place */
void hazard_index_find(const HazardIndex *index, uint64_t key, HazardIds *ids);
void hazard_index_merge(HazardIndex *index, const HazardIndex *added);

size_t
hazard_index_size(const HazardIndex *index); /* bytes on the heap, without the allocator's own */

#endif
