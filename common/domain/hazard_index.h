#ifndef ONECASE_DOMAIN_HAZARD_INDEX_H
#define ONECASE_DOMAIN_HAZARD_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Blocking key -> the hazards that are found under it, ascending by id. Most keys have one hazard: one or two lie in the
 * slot itself. An entry is the id and whether the hazard is provisional: such a one is no site of its own, and counting
 * sites must not touch every hazard. The index of an overlay also has entries that say that a hazard is gone from a key.
 * Used by hazard_store.c. Ids are at most 2^29 - 1.
 */
typedef struct HazardIndex HazardIndex;

enum { HAZARD_INDEX_PROVISIONAL = 1, HAZARD_INDEX_GONE = 2, HAZARD_INDEX_FLAG_BITS = 2 };

static inline uint32_t hazard_index_entry(int64_t id, bool provisional)
{
    return (uint32_t)id << HAZARD_INDEX_FLAG_BITS | (provisional ? HAZARD_INDEX_PROVISIONAL : 0u);
}

static inline uint32_t hazard_index_gone_entry(int64_t id)
{
    return (uint32_t)id << HAZARD_INDEX_FLAG_BITS | HAZARD_INDEX_GONE;
}

static inline int64_t hazard_index_id(uint32_t entry)
{
    return entry >> HAZARD_INDEX_FLAG_BITS;
}

static inline bool hazard_index_provisional(uint32_t entry)
{
    return (entry & HAZARD_INDEX_PROVISIONAL) != 0;
}

static inline bool hazard_index_gone(uint32_t entry)
{
    return (entry & HAZARD_INDEX_GONE) != 0;
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
/* Takes the entry of an id away; nothing when there is none. */
void hazard_index_remove(HazardIndex *index, uint64_t key, int64_t id);
/* Adds what `added` has; where it says that a hazard is gone, it is removed, or said so once more when `overlay`. */
void hazard_index_merge(HazardIndex *index, const HazardIndex *added, bool overlay);

/* Has the processor fetch the slot of a key, and when that has come, the entries. Changes nothing. */
void hazard_index_prefetch(const HazardIndex *index, uint64_t key);
void hazard_index_prefetch_entries(const HazardIndex *index, uint64_t key);

/* How many keys have more than `more_than` entries; walks over all slots. */
size_t hazard_index_shared(const HazardIndex *index, size_t more_than);

/* Bytes on the heap, without the allocator's own. */
size_t hazard_index_size(const HazardIndex *index);

#endif
