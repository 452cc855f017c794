/*
 * A text read as an address field and as free text: the same each time, and the promises of the scan hold. Spans ascend and lie
 * in the text, buildings are a sorted set, the pair of a crossing is in order, every view is valid UTF-8 of the arena, the
 * standard form of what is read is stable, and the steps taken grow no faster than the text.
 */
#include "fuzz.h"

#include "base/unicode.h"

#include "domain/address_scan.h"

enum { STEPS_PER_CODEPOINT = 60, STEPS_AT_LEAST = 600 };

static void check_text(Text text)
{
    require(text.size == 0 || text.data != NULL);
    require(unicode_valid(text));
}

static void check_address(const Address *address, Arena *arena)
{
    const Text texts[] = {address->road,   address->road_no, address->lane_no, address->cross_road,
                          address->estate, address->unit,    address->floor,   address->room,
                          address->poi,    address->relation};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_text(texts[i]);
    require(address->buildings.count <= ADDRESS_BUILDINGS_MAX);
    for (size_t i = 0; i < address->buildings.count; i++) {
        check_text(address->buildings.items[i]);
        require(address->buildings.items[i].size > 0);
        require(i == 0 ||
                text_compare(address->buildings.items[i - 1], address->buildings.items[i]) < 0);
    }
    if (address->cross_road.size > 0)
        require(text_compare(address->road, address->cross_road) < 0);
    require(address->relation_m >= 0);
    require(address->relation_m == 0 || address->relation.size > 0);
    if (address->floor_or_building)
        require(address->floor.size > 0 && address->buildings.count == 0);
    Text standard = address_standard(address, arena);
    check_text(standard);
    Address same = *address;
    address_complete(&same, address);
    require(text_equal(address_standard(&same, arena), standard));
}

static void check_scan(const AddressScan *scan)
{
    require(scan->place_count <= ADDRESS_PLACES_MAX);
    require(scan->span_count <= ADDRESS_SPANS_MAX);
    for (size_t i = 0; i < scan->span_count; i++) {
        require(scan->spans[i].from < scan->spans[i].to && scan->spans[i].to <= scan->count);
        require(i == 0 || scan->spans[i - 1].to <= scan->spans[i].from);
    }
    require(scan->steps <= STEPS_AT_LEAST + STEPS_PER_CODEPOINT * scan->count);
}

static void check_mode(Text text, bool free_text, Arena *arena)
{
    AddressScan scan;
    Address address;
    Address again;
    address_scan(&scan, address_fold(text, arena), free_text, NULL, arena);
    check_scan(&scan);
    address_of_scan(&scan, &address);
    check_address(&address, arena);
    if (free_text)
        require(address_find(text, arena, &again) != address_is_empty(&again));
    else
        address_parse(text, arena, &again);
    require(text_equal(address_standard(&again, arena), address_standard(&address, arena)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *arena = arena_new(4096);
    bool repaired;
    Text text = unicode_repair(arena, (Text){(const char *)data, size}, &repaired);
    check_mode(text, false, arena);
    check_mode(text, true, arena);
    arena_free(arena);
    return 0;
}
