/*
 * Slots in one array of a power of two; a slot is free, used or a grave. Linear probing from the
 * mixed key; graves are dropped when the table grows.
 */
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

typedef enum SlotState { SLOT_FREE, SLOT_USED, SLOT_GRAVE } SlotState;

typedef struct Slot {
    uint64_t key;
    uint64_t value;
    SlotState state;
} Slot;

struct Map {
    Slot *slots;
    size_t capacity; /* a power of two */
    size_t used;
    size_t graves;
};

enum { FIRST_CAPACITY = 16 };

static uint64_t mix(uint64_t key)
{
    key ^= key >> 33;
    key *= 0xff51afd7ed558ccdULL; /* the finaliser of MurmurHash3 */
    key ^= key >> 33;
    key *= 0xc4ceb9fe1a85ec53ULL;
    return key ^ (key >> 33);
}

static Slot *allocate(size_t capacity)
{
    Slot *slots = calloc(capacity, sizeof *slots);
    if (slots == NULL)
        abort();
    return slots;
}

Map *map_new(void)
{
    Map *map = calloc(1, sizeof *map);
    if (map == NULL)
        abort();
    map->capacity = FIRST_CAPACITY;
    map->slots = allocate(map->capacity);
    return map;
}

void map_free(Map *map)
{
    if (map == NULL)
        return;
    free(map->slots);
    free(map);
}

/* The slot that holds `key`, or NULL. */
static Slot *find(const Map *map, uint64_t key)
{
    size_t mask = map->capacity - 1;
    for (size_t i = mix(key) & mask;; i = (i + 1) & mask) {
        Slot *slot = &map->slots[i];
        if (slot->state == SLOT_FREE)
            return NULL;
        if (slot->state == SLOT_USED && slot->key == key)
            return slot;
    }
}

static void insert(Map *map, uint64_t key, uint64_t value)
{
    size_t mask = map->capacity - 1;
    size_t i = mix(key) & mask;
    while (map->slots[i].state == SLOT_USED)
        i = (i + 1) & mask;
    if (map->slots[i].state == SLOT_GRAVE)
        map->graves--;
    map->slots[i] = (Slot){key, value, SLOT_USED};
    map->used++;
}

static void grow(Map *map)
{
    Slot *old = map->slots;
    size_t old_capacity = map->capacity;
    if (map->used * 2 >= map->capacity)
        map->capacity *= 2;
    map->slots = allocate(map->capacity);
    map->used = map->graves = 0;
    for (size_t i = 0; i < old_capacity; i++)
        if (old[i].state == SLOT_USED)
            insert(map, old[i].key, old[i].value);
    free(old);
}

bool map_get(const Map *map, uint64_t key, uint64_t *value)
{
    const Slot *slot = find(map, key);
    if (slot == NULL)
        return false;
    *value = slot->value;
    return true;
}

void map_put(Map *map, uint64_t key, uint64_t value)
{
    Slot *slot = find(map, key);
    if (slot != NULL) {
        slot->value = value;
        return;
    }
    if ((map->used + map->graves + 1) * 10 > map->capacity * 7)
        grow(map);
    insert(map, key, value);
}

void map_remove(Map *map, uint64_t key)
{
    Slot *slot = find(map, key);
    if (slot == NULL)
        return;
    slot->state = SLOT_GRAVE;
    map->used--;
    map->graves++;
}

size_t map_count(const Map *map)
{
    return map->used;
}

void map_clear(Map *map)
{
    memset(map->slots, 0, map->capacity * sizeof *map->slots);
    map->used = map->graves = 0;
}

bool map_each(const Map *map, size_t *cursor, uint64_t *key, uint64_t *value)
{
    while (*cursor < map->capacity) {
        const Slot *slot = &map->slots[(*cursor)++];
        if (slot->state == SLOT_USED) {
            *key = slot->key;
            *value = slot->value;
            return true;
        }
    }
    return false;
}
