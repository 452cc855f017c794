/*
 * Open addressing with linear probing; keys are hashes already, so the upper half of one, scaled to the capacity, is its
 * place, and the table grows by a half. A slot's value says by its two lowest bits what it is:
 *
 *   0   free when all is 0, else a pointer to a block of three or more entries
 *   1   one entry, from bit 2 on
 *   2   two entries of 31 bits each
 */
#include "domain/hazard_index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 16, TAG_ONE = 1, TAG_TWO = 2, TAG_MASK = 3, ENTRY_BITS = 31 };

static const uint64_t ENTRY_MAX = (UINT64_C(1) << ENTRY_BITS) - 1;

typedef struct IndexSlot {
    uint64_t key;
    uint64_t value;
} IndexSlot;

typedef struct IdBlock {
    uint32_t count;
    uint32_t capacity;
    uint32_t ids[];
} IdBlock;

struct HazardIndex {
    IndexSlot *slots;
    size_t capacity;
    size_t used;
    size_t block_bytes;
};

static IndexSlot *new_slots(size_t capacity)
{
    IndexSlot *slots = calloc(capacity, sizeof *slots);
    if (slots == NULL)
        abort();
    return slots;
}

HazardIndex *hazard_index_new(void)
{
    HazardIndex *index = calloc(1, sizeof *index);
    if (index == NULL)
        abort();
    index->capacity = FIRST_CAPACITY;
    index->slots = new_slots(index->capacity);
    return index;
}

static IdBlock *block_of(uint64_t value)
{
    return value != 0 && (value & TAG_MASK) == 0 ? (IdBlock *)(uintptr_t)value : NULL;
}

void hazard_index_free(HazardIndex *index)
{
    if (index == NULL)
        return;
    for (size_t i = 0; i < index->capacity; i++)
        free(block_of(index->slots[i].value));
    free(index->slots);
    free(index);
}

static size_t home_of(const HazardIndex *index, uint64_t key)
{
    return (size_t)((key >> 32) * index->capacity >> 32);
}

/* The slot of a key, or the free one it would get. */
static IndexSlot *find_slot(const HazardIndex *index, uint64_t key)
{
    size_t i = home_of(index, key);
    while (index->slots[i].value != 0 && index->slots[i].key != key)
        i = i + 1 < index->capacity ? i + 1 : 0;
    return &index->slots[i];
}

static void grow(HazardIndex *index)
{
    IndexSlot *old = index->slots;
    size_t old_capacity = index->capacity;
    index->capacity += index->capacity / 2;
    index->slots = new_slots(index->capacity);
    for (size_t i = 0; i < old_capacity; i++)
        if (old[i].value != 0)
            *find_slot(index, old[i].key) = old[i];
    free(old);
}

static void read_value(uint64_t value, HazardIds *ids)
{
    const IdBlock *block = block_of(value);
    ids->items = block != NULL ? block->ids : ids->room;
    ids->count = block != NULL ? block->count : value & TAG_MASK;
    if (block != NULL)
        return;
    ids->room[0] = (uint32_t)(value >> 2 & ENTRY_MAX);
    ids->room[1] = (uint32_t)(value >> (2 + ENTRY_BITS));
}

void hazard_index_find(const HazardIndex *index, uint64_t key, HazardIds *ids)
{
    read_value(find_slot(index, key)->value, ids);
}

/* The place of the first id that is not smaller; most are added at the end. */
static size_t place_of(const HazardIds *ids, int64_t id)
{
    size_t low = 0;
    size_t high = ids->count;
    if (high > 0 && hazard_index_id(ids->items[high - 1]) < id)
        return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (hazard_index_id(ids->items[middle]) < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool has_id(const HazardIds *ids, size_t at, int64_t id)
{
    return at < ids->count && hazard_index_id(ids->items[at]) == id;
}

static uint64_t few(const uint32_t *ids, size_t count)
{
    uint64_t second = count == TAG_TWO ? (uint64_t)ids[1] << (2 + ENTRY_BITS) : 0;
    return second | (uint64_t)ids[0] << 2 | count;
}

/* A block with room for one more than `ids`, and `ids` in it. */
static IdBlock *roomy_block(HazardIndex *index, IdBlock *block, const HazardIds *ids)
{
    if (block != NULL && block->count < block->capacity)
        return block;
    size_t before = block != NULL ? sizeof *block + block->capacity * sizeof(uint32_t) : 0;
    size_t capacity = block != NULL ? block->capacity + block->capacity / 2 + 1 : 4;
    size_t size = sizeof *block + capacity * sizeof(uint32_t);
    IdBlock *bigger = realloc(block, size);
    if (bigger == NULL)
        abort();
    if (block == NULL)
        memcpy(bigger->ids, ids->items, ids->count * sizeof(uint32_t));
    bigger->count = (uint32_t)ids->count;
    bigger->capacity = (uint32_t)capacity;
    index->block_bytes += size - before;
    return bigger;
}

static void replace(IndexSlot *slot, HazardIds *ids, size_t at, uint32_t entry)
{
    IdBlock *block = block_of(slot->value);
    if (block != NULL) {
        block->ids[at] = entry;
        return;
    }
    ids->room[at] = entry;
    slot->value = few(ids->room, ids->count);
}

void hazard_index_add(HazardIndex *index, uint64_t key, uint32_t entry)
{
    assert(hazard_index_id(entry) != 0 && entry <= ENTRY_MAX);
    HazardIds ids;
    IndexSlot *slot = find_slot(index, key);
    if (slot->value == 0 && (index->used + 1) * 5 > index->capacity * 4) {
        grow(index);
        slot = find_slot(index, key);
    }
    read_value(slot->value, &ids);
    size_t at = place_of(&ids, hazard_index_id(entry));
    if (has_id(&ids, at, hazard_index_id(entry))) {
        replace(slot, &ids, at, entry);
        return;
    }
    if (ids.count < TAG_TWO) {
        index->used += ids.count == 0;
        ids.room[1] = ids.room[0];
        ids.room[at] = entry;
        *slot = (IndexSlot){key, few(ids.room, ids.count + 1)};
        return;
    }
    IdBlock *block = roomy_block(index, block_of(slot->value), &ids);
    memmove(&block->ids[at + 1], &block->ids[at], (block->count - at) * sizeof(uint32_t));
    block->ids[at] = entry;
    block->count++;
    slot->value = (uint64_t)(uintptr_t)block;
}

void hazard_index_prefetch(const HazardIndex *index, uint64_t key)
{
    __builtin_prefetch(&index->slots[home_of(index, key)]);
}

void hazard_index_prefetch_entries(const HazardIndex *index, uint64_t key)
{
    const IdBlock *block = block_of(find_slot(index, key)->value);
    if (block != NULL)
        __builtin_prefetch(block);
}

/* The slot is free: those behind it that would have liked it better move up, so that each is found from its place on. */
static void close_gap(HazardIndex *index, size_t gap)
{
    index->used--;
    for (size_t i = gap;;) {
        i = i + 1 < index->capacity ? i + 1 : 0;
        if (index->slots[i].value == 0)
            return;
        size_t home = home_of(index, index->slots[i].key);
        bool between = gap <= i ? home > gap && home <= i : home > gap || home <= i;
        if (between)
            continue;
        index->slots[gap] = index->slots[i];
        index->slots[i] = (IndexSlot){0, 0};
        gap = i;
    }
}

static void remove_from_block(HazardIndex *index, IndexSlot *slot, IdBlock *block, size_t at)
{
    memmove(&block->ids[at], &block->ids[at + 1], (block->count - at - 1) * sizeof(uint32_t));
    block->count--;
    if (block->count > TAG_TWO)
        return;
    slot->value = few(block->ids, block->count);
    index->block_bytes -= sizeof *block + block->capacity * sizeof(uint32_t);
    free(block);
}

void hazard_index_remove(HazardIndex *index, uint64_t key, int64_t id)
{
    HazardIds ids;
    IndexSlot *slot = find_slot(index, key);
    read_value(slot->value, &ids);
    size_t at = place_of(&ids, id);
    if (!has_id(&ids, at, id))
        return;
    IdBlock *block = block_of(slot->value);
    if (block != NULL) {
        remove_from_block(index, slot, block, at);
    } else if (ids.count == TAG_TWO) {
        ids.room[0] = ids.room[1 - at];
        slot->value = few(ids.room, 1);
    } else {
        *slot = (IndexSlot){0, 0};
        close_gap(index, (size_t)(slot - index->slots));
    }
}

void hazard_index_merge(HazardIndex *index, const HazardIndex *added, bool overlay)
{
    HazardIds ids;
    for (size_t i = 0; i < added->capacity; i++) {
        uint64_t key = added->slots[i].key;
        read_value(added->slots[i].value, &ids);
        for (size_t k = 0; k < ids.count; k++)
            if (hazard_index_gone(ids.items[k]) && !overlay)
                hazard_index_remove(index, key, hazard_index_id(ids.items[k]));
            else
                hazard_index_add(index, key, ids.items[k]);
    }
}

size_t hazard_index_shared(const HazardIndex *index, size_t more_than)
{
    size_t shared = 0;
    HazardIds ids;
    for (size_t i = 0; i < index->capacity; i++) {
        read_value(index->slots[i].value, &ids);
        shared += ids.count > more_than;
    }
    return shared;
}

size_t hazard_index_size(const HazardIndex *index)
{
    return sizeof *index + index->capacity * sizeof(IndexSlot) + index->block_bytes;
}
