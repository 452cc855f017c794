#ifndef ONECASE_DOMAIN_HAZARD_INDEX_H
#define ONECASE_DOMAIN_HAZARD_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Blocking key -> the hazards that are found under it, ascending by id. Most keys have one hazard: one or two lie in the
 * slot itself. An entry is the id and whether the hazard was provisional when it was added: such a one is no site of its
 * own, and counting sites must not touch every hazard. Used by hazard_store.c. Ids are at most 2^30 - 1.
 */
typedef struct HazardIndex HazardIndex;

static inline uint32_t hazard_index_entry(int64_t id, bool provisional)
{
    return (uint32_t)id << 1 | (provisional ? 1u : 0u);
}

static inline int64_t hazard_index_id(uint32_t entry)
{
    return entry >> 1;
}

static inline bool hazard_index_provisional(uint32_t entry)
{
    return (entry & 1) != 0;
}

/* Entries under a key; they lie in the index, or in `room` when they are few, and live until the index changes. */
typedef struct HazardIds {
    const uint32_t *items;
    size_t count;
    uint32_t room[2];
} HazardIds;

HazardIndex *hazard_index_new(void);
void hazard_index_free(HazardIndex *index); /* NULL is fine */

/* In its place; an entry of the same id is replaced. */
void hazard_index_add(HazardIndex *index, uint64_t key, uint32_t entry);
void hazard_index_find(const HazardIndex *index, uint64_t key, HazardIds *ids);
void hazard_index_merge(HazardIndex *index, const HazardIndex *added);

/* Has the processor fetch the slot of a key, and when that has come, the entries. Changes nothing. */
void hazard_index_prefetch(const HazardIndex *index, uint64_t key);
void hazard_index_prefetch_entries(const HazardIndex *index, uint64_t key);

/* Bytes on the heap, without the allocator's own. */
size_t hazard_index_size(const HazardIndex *index);

#endif
