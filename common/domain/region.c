/* Prefixes sorted by their bytes; a code is looked up by its first six digits, then five, ... */
#include "domain/region.h"

#include <assert.h>
#include <string.h>

enum { CODE_DIGITS = 6, REGION_BYTES_MAX = 32 };

typedef struct Entry {
    Text prefix;
    Text region;
} Entry;

struct RegionTable {
    Arena *arena;
    Entry *entries;
    size_t count;
    TextList regions; /* distinct, in the order they came */
    GeoBox *boxes;    /* of these; all zero: none */
};

RegionTable *region_table_new(Arena *arena)
{
    RegionTable *table = ARENA_NEW(arena, RegionTable);
    table->arena = arena;
    return table;
}

/* Where `prefix` stands or would have to stand. */
static size_t position_of(const RegionTable *table, Text prefix)
{
    size_t low = 0;
    size_t high = table->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (text_compare(table->entries[middle].prefix, prefix) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool stands_at(const RegionTable *table, size_t position, Text prefix)
{
    return position < table->count && text_equal(table->entries[position].prefix, prefix);
}

static bool is_region_name(Text region)
{
    for (size_t i = 0; i < region.size; i++) {
        char byte = region.data[i];
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        if (!letter && !(byte >= '0' && byte <= '9') && byte != '_' && byte != '-') {
            return false;
        }
    }
    return region.size >= 1 && region.size <= REGION_BYTES_MAX;
}

/* The table's own copy of a region's name. */
static Text remember_region(RegionTable *table, Text region)
{
    TextList *list = &table->regions;
    for (size_t i = 0; i < list->count; i++) {
        if (text_equal(list->items[i], region)) {
            return list->items[i];
        }
    }
    list->items = arena_grow(table->arena, list->items, list->count * sizeof(Text),
                             (list->count + 1) * sizeof(Text));
    table->boxes = arena_grow(table->arena, table->boxes, list->count * sizeof(GeoBox),
                              (list->count + 1) * sizeof(GeoBox));
    list->items[list->count] = text_copy(table->arena, region);
    return list->items[list->count++];
}

bool region_table_add(RegionTable *table, Text prefix, Text region)
{
    if (!text_is_digits(prefix) || prefix.size > CODE_DIGITS || !is_region_name(region)) {
        return false;
    }
    size_t at = position_of(table, prefix);
    if (stands_at(table, at, prefix)) {
        return text_equal(table->entries[at].region, region);
    }
    Entry entry = {.prefix = text_copy(table->arena, prefix),
                   .region = remember_region(table, region)};
    table->entries = arena_grow(table->arena, table->entries, table->count * sizeof(Entry),
                                (table->count + 1) * sizeof(Entry));
    memmove(table->entries + at + 1, table->entries + at, (table->count - at) * sizeof(Entry));
    table->entries[at] = entry;
    table->count++;
    return true;
}

Text region_lookup(const RegionTable *table, Text area_code)
{
    Text code = text_slice(area_code, 0, CODE_DIGITS);
    if (code.size != CODE_DIGITS || !text_is_digits(code)) {
        return TEXT_ABSENT;
    }
    for (size_t size = CODE_DIGITS; size > 0; size--) {
        Text prefix = text_slice(code, 0, size);
        size_t at = position_of(table, prefix);
        if (stands_at(table, at, prefix)) {
            return table->entries[at].region;
        }
    }
    return TEXT_ABSENT;
}

bool region_known(const RegionTable *table, Text region)
{
    for (size_t i = 0; i < table->regions.count; i++) {
        if (text_equal(table->regions.items[i], region)) {
            return true;
        }
    }
    return false;
}

size_t region_count(const RegionTable *table)
{
    return table->regions.count;
}

static bool is_box(const GeoBox *box)
{
    return box->west < box->east && box->south < box->north;
}

bool region_table_box(RegionTable *table, Text region, const GeoBox *box)
{
    for (size_t i = 0; i < table->regions.count; i++) {
        if (!text_equal(table->regions.items[i], region))
            continue;
        if (is_box(&table->boxes[i]))
            return false;
        table->boxes[i] = *box;
        return is_box(box);
    }
    return false;
}

bool region_box(const RegionTable *table, Text region, GeoBox *box)
{
    for (size_t i = 0; i < table->regions.count; i++)
        if (text_equal(table->regions.items[i], region)) {
            *box = table->boxes[i];
            return is_box(box);
        }
    return false;
}

/* MurmurHash2 by Austin Appleby (public domain), with the seed of Kafka's Utils.murmur2. */
static uint32_t murmur2(Text key)
{
    const uint32_t multiplier = 0x5BD1E995u;
    const unsigned char *bytes = (const unsigned char *)key.data;
    size_t size = key.size;
    uint32_t hash = 0x9747B28Cu ^ (uint32_t)size;
    while (size >= 4) {
        uint32_t word = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                        (uint32_t)bytes[3] << 24;
        word *= multiplier;
        word ^= word >> 24;
        word *= multiplier;
        hash *= multiplier;
        hash ^= word;
        bytes += 4;
        size -= 4;
    }
    if (size > 0) {
        for (size_t i = size; i > 0; i--) {
            hash ^= (uint32_t)bytes[i - 1] << (8 * (i - 1));
        }
        hash *= multiplier;
    }
    hash ^= hash >> 13;
    hash *= multiplier;
    hash ^= hash >> 15;
    return hash;
}

int32_t region_partition(Text region, int32_t partitions)
{
    assert(partitions > 0);
    return (int32_t)(murmur2(region) & 0x7FFFFFFFu) % partitions;
}
