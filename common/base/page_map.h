#ifndef ONECASE_BASE_PAGE_MAP_H
#define ONECASE_BASE_PAGE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A map from ids that were given out one after the other to a 64-bit value other than 0 (a number or a pointer), on the
 * heap: pages of 256 values, so that an id costs little more than its value. Ids far apart are allowed and cost a page
 * each.
 */
typedef struct PageMap PageMap;

PageMap *page_map_new(void);
void page_map_free(PageMap *map); /* NULL is fine; values are the caller's */

uint64_t page_map_get(const PageMap *map, uint64_t id);       /* 0: not there */
void page_map_put(PageMap *map, uint64_t id, uint64_t value); /* adds or replaces; value is not 0 */
void page_map_prefetch(const PageMap *map, uint64_t id);      /* into the cache; changes nothing */
size_t page_map_count(const PageMap *map);

/* Walks all entries in no particular order: *cursor starts as 0; false at the end. No changes meanwhile. */
bool page_map_each(const PageMap *map, size_t *cursor, uint64_t *id, uint64_t *value);

#endif
