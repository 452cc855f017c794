/*
 * Pages of the first ids are found in an array, those far away in a hash map.
 */
#include "base/page_map.h"

#include "base/map.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_VALUES = 256 };

static const uint64_t NEAR_PAGES_MAX = UINT64_C(1) << 20;

typedef struct Page {
    uint64_t number;
    uint64_t values[PAGE_VALUES];
} Page;

struct PageMap {
    Page **near; /* by number, NULL: no such page */
    size_t near_capacity;
    Map *far; /* page number -> Page *, of the others */
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
    map->far = map_new();
    return map;
}

void page_map_free(PageMap *map)
{
    if (map == NULL)
        return;
    for (size_t i = 0; i < map->page_count; i++)
        free(map->pages[i]);
    free(map->pages);
    free(map->near);
    map_free(map->far);
    free(map);
}

static Page *find_page(const PageMap *map, uint64_t number)
{
    if (number < map->near_capacity)
        return map->near[number];
    return number < NEAR_PAGES_MAX ? NULL : map_pointer(map->far, number);
}

uint64_t page_map_get(const PageMap *map, uint64_t id)
{
    const Page *page = find_page(map, id / PAGE_VALUES);
    return page != NULL ? page->values[id % PAGE_VALUES] : 0;
}

/* Makes the page known by its number. */
static void place_page(PageMap *map, Page *page)
{
    if (page->number >= NEAR_PAGES_MAX) {
        map_put_pointer(map->far, page->number, page);
        return;
    }
    if (page->number >= map->near_capacity) {
        size_t capacity = map->near_capacity == 0 ? 16 : map->near_capacity * 2;
        while (capacity <= page->number)
            capacity *= 2;
        map->near = realloc(map->near, capacity * sizeof(Page *));
        if (map->near == NULL)
            abort();
        memset(map->near + map->near_capacity, 0, (capacity - map->near_capacity) * sizeof(Page *));
        map->near_capacity = capacity;
    }
    map->near[page->number] = page;
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
    place_page(map, page);
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

void page_map_prefetch(const PageMap *map, uint64_t id)
{
    const Page *page = find_page(map, id / PAGE_VALUES);
    if (page != NULL)
        __builtin_prefetch(&page->values[id % PAGE_VALUES]);
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
