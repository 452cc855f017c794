#ifndef ONECASE_BASE_MAP_H
#define ONECASE_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A hash map from a 64-bit key to a 64-bit value (a number or a pointer), on the heap: open
 * addressing with linear probing, grown at 70 % fill. Keys should be well mixed already (text_hash)
 * or are mixed here (ids). Iteration order is not defined: nothing that is stored may depend on it.
 */
typedef struct Map Map;

Map *map_new(void);
void map_free(Map *map); /* NULL is fine; values are the caller's */

bool map_get(const Map *map, uint64_t key, uint64_t *value); /* false: not there */
void map_put(Map *map, uint64_t key, uint64_t value);        /* adds or replaces */
void map_remove(Map *map, uint64_t key);
size_t map_count(const Map *map);
void map_clear(Map *map); /* empty, memory kept */

/* Walks all entries in no particular order: *cursor starts as 0; false at the end. No changes
 * meanwhile. */
bool map_each(const Map *map, size_t *cursor, uint64_t *key, uint64_t *value);

static inline void *map_pointer(const Map *map, uint64_t key)
{
    uint64_t value = 0;
    return map_get(map, key, &value) ? (void *)(uintptr_t)value : NULL;
}

static inline void map_put_pointer(Map *map, uint64_t key, void *pointer)
{
    map_put(map, key, (uint64_t)(uintptr_t)pointer);
}

#endif
