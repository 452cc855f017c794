/*
 * Pages are found by their number in a hash map, which stays small enough for the cache.
 */
#include "base/page_map.h"

#include "base/map.h"

#include <assert.h>
#include <stdlib.h>

enum { PAGE_VALUES = 256 };

typedef struct Page {
    uint64_t number;
    uint64_t values[PAGE_VALUES];
} Page;

struct PageMap {
    Map *numbers; /* page number -> index + 1 */
    Page **pages;
    size_t page_count;
    size_t page_capacity;
    size_t count;
};

PageMap *page_map_new(void)
{
    PageMap *map = calloc(1, sizeof *map);
    if (map == NULL)
        abort();
    map->numbers = map_new();
    return map;
}

void page_map_free(PageMap *map)
{
    if (map == NULL)
        return;
    for (size_t i = 0; i < map->page_count; i++)
        free(map->pages[i]);
    free(map->pages);
    map_free(map->numbers);
    free(map);
}

static Page *find_page(const PageMap *map, uint64_t number)
{
    uint64_t index = 0;
    return map_get(map->numbers, number, &index) ? map->pages[index - 1] : NULL;
}

uint64_t page_map_get(const PageMap *map, uint64_t id)
{
    const Page *page = find_page(map, id / PAGE_VALUES);
    return page != NULL ? page->values[id % PAGE_VALUES] : 0;
}

static Page *add_page(PageMap *map, uint64_t number)
{
    if (map->page_count == map->page_capacity) {
        map->page_capacity = map->page_capacity == 0 ? 16 : map->page_capacity * 2;
        map->pages = realloc(map->pages, map->page_capacity * sizeof(Page *));
    }
    Page *page = calloc(1, sizeof *page);
    if (page == NULL || map->pages == NULL)
        abort();
    page->number = number;
    map->pages[map->page_count++] = page;
    map_put(map->numbers, number, map->page_count);
    return page;
}

void page_map_put(PageMap *map, uint64_t id, uint64_t value)
{
    assert(value != 0);
    Page *page = find_page(map, id / PAGE_VALUES);
    if (page == NULL)
        page = add_page(map, id / PAGE_VALUES);
    uint64_t *at = &page->values[id % PAGE_VALUES];
    map->count += *at == 0;
    *at = value;
}

size_t page_map_count(const PageMap *map)
{
    return map->count;
}

bool page_map_each(const PageMap *map, size_t *cursor, uint64_t *id, uint64_t *value)
{
    for (; *cursor < map->page_count * PAGE_VALUES; (*cursor)++) {
        const Page *page = map->pages[*cursor / PAGE_VALUES];
        uint64_t found = page->values[*cursor % PAGE_VALUES];
        if (found == 0)
            continue;
        *id = page->number * PAGE_VALUES + (*cursor)++ % PAGE_VALUES;
        *value = found;
        return true;
    }
    return false;
}
