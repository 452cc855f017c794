/*
 * Questions to a ledger. Names hang on a trie; doors are found by what an address is made of, not by how it is written; assets
 * by kind and number; counts of things by their family and the site they lie in.
 */
#include "domain/ledger.h"

#include "base/unicode.h"

#include "domain/datetime.h"
#include "domain/ledger_parts.h"

enum { CHINA_MINUTES = 480 };

static uint64_t mix(uint64_t hash, Text part)
{
    return (hash ^ text_hash(part)) * UINT64_C(0x9E3779B97F4A7C15) + 1;
}

uint64_t ledger_asset_key(AssetKind kind, Text id)
{
    return mix((uint64_t)kind + 1, id);
}

uint64_t ledger_sites_key(AssetKind kind, Text family, Text site, Text building)
{
    return mix(mix(mix((uint64_t)kind + 0x100, family), site), building);
}

static uint64_t door_key(char kind, Text site, Text number, Text within)
{
    return mix(mix(mix((uint64_t)(unsigned char)kind, site), number), within);
}

size_t ledger_door_keys(const Address *address, uint64_t keys[LEDGER_DOOR_KEYS_MAX])
{
    size_t count = 0;
    bool one = address->buildings.count == 1;
    Text building = one ? address->buildings.items[0] : TEXT_ABSENT;
    if (!text_is_empty(address->cross_road) || !text_is_empty(address->relation) ||
        address->buildings.count > 1)
        return 0;
    if (!text_is_empty(address->estate) && one) {
        if (!text_is_empty(address->unit))
            keys[count++] = door_key('u', address->estate, building, address->unit);
        keys[count++] = door_key('b', address->estate, building, TEXT_ABSENT);
    }
    if (!text_is_empty(address->road) && !text_is_empty(address->lane_no) && one)
        keys[count++] = door_key('l', address->road, address->lane_no, building);
    else if (!text_is_empty(address->road) && !text_is_empty(address->road_no) && !one)
        keys[count++] = door_key('r', address->road, address->road_no, address->lane_no);
    return count;
}

const LedgerRegion *ledger_region(const Ledger *ledger, Text region)
{
    if (ledger == NULL)
        return NULL;
    for (const LedgerRegion *at = ledger->regions; at != NULL; at = at->next)
        if (text_equal(at->name, region))
            return at;
    return NULL;
}

const LedgerPlace *ledger_place_at(const LedgerRegion *region,
                                   const uint32_t *codepoints,
                                   size_t count,
                                   size_t *length)
{
    if (region == NULL)
        return NULL;
    size_t index = ledger_names_longest(region->trie, codepoints, count, length);
    return index == SIZE_MAX ? NULL : &region->merged[index];
}

size_t ledger_name_index(const LedgerRegion *region, Text name)
{
    uint32_t codepoints[LEDGER_NAME_MAX];
    size_t count = 0;
    size_t length;
    Text rest = name;
    while (count < LEDGER_NAME_MAX && unicode_next(&rest, &codepoints[count]))
        count++;
    if (rest.size > 0 || count == 0)
        return SIZE_MAX;
    size_t index = ledger_names_longest(region->trie, codepoints, count, &length);
    return index != SIZE_MAX && length == count ? index : SIZE_MAX;
}

const LedgerPlace *ledger_place(const LedgerRegion *region, Text name)
{
    if (region == NULL)
        return NULL;
    size_t index = ledger_name_index(region, name);
    return index == SIZE_MAX ? NULL : &region->merged[index];
}

static bool lies_in(const LedgerPlace *place, const Address *address)
{
    bool sited = !text_is_empty(address->estate) || !text_is_empty(address->road);
    return !sited || text_is_empty(place->parent) || text_equal(place->parent, address->estate) ||
           text_equal(place->parent, address->road) ||
           text_equal(place->parent, address->cross_road);
}

const LedgerPlace *ledger_poi(const LedgerRegion *region, Text name, const Address *address)
{
    const LedgerPlace *found = NULL;
    size_t index = region != NULL ? ledger_name_index(region, name) : SIZE_MAX;
    if (index == SIZE_MAX)
        return NULL;
    for (size_t i = region->first_place[index]; i < region->first_place[index + 1]; i++) {
        const LedgerPlace *place = &region->places[i];
        if (place->kind != LEDGER_POI || !lies_in(place, address))
            continue;
        if (found != NULL)
            return NULL;
        found = place;
    }
    return found;
}

const LedgerPlace *ledger_door(const LedgerRegion *region, const Address *address)
{
    uint64_t keys[LEDGER_DOOR_KEYS_MAX];
    size_t count = region != NULL ? ledger_door_keys(address, keys) : 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t at;
        if (map_get(region->doors, keys[i], &at))
            return at == LEDGER_SEVERAL ? NULL : &region->door_rows[at - 1];
    }
    return NULL;
}

const LedgerAsset *ledger_asset(const LedgerRegion *region, AssetKind kind, Text id, int64_t at_us)
{
    uint64_t first;
    if (region == NULL || !map_get(region->assets_by_id, ledger_asset_key(kind, id), &first))
        return NULL;
    int32_t day = datetime_day(at_us, CHINA_MINUTES);
    for (size_t i = (size_t)first - 1; i < region->asset_count; i++) {
        const LedgerAsset *asset = &region->assets[i];
        if (asset->kind != kind || !text_equal(asset->id, id))
            break;
        if (asset->valid_from <= day && (asset->valid_to == 0 || day < asset->valid_to))
            return asset;
    }
    return NULL;
}

int32_t ledger_sites(const LedgerRegion *region, Text family, Text site, Text building)
{
    int32_t most = 0;
    if (region == NULL || text_is_empty(site))
        return 0;
    for (AssetKind kind = ASSET_PLATE; kind <= ASSET_DEVICE; kind++) {
        uint64_t count = 0;
        if (map_get(region->sites, ledger_sites_key(kind, family, site, building), &count) &&
            (int32_t)count > most)
            most = (int32_t)count;
    }
    const LedgerPlace *place = text_is_empty(building) ? ledger_place(region, site) : NULL;
    return place != NULL && place->sites > most ? place->sites : most;
}

/* The alias of a site as the address names it; NULL: it names none. */
static const LedgerPlace *alias_of(const LedgerRegion *region, const Address *address, Arena *arena)
{
    Text number = !text_is_empty(address->lane_no) ? address->lane_no : address->road_no;
    Text site = address->estate;
    if (text_is_empty(site) && !text_is_empty(address->road) && !text_is_empty(number))
        site = text_format(arena, "%.*s%.*s%s", TEXT_ARGS(address->road), TEXT_ARGS(number),
                           text_is_empty(address->lane_no) ? "号" : "弄");
    const LedgerPlace *place = text_is_empty(site) ? NULL : ledger_place(region, site);
    return place != NULL && place->kind == LEDGER_ALIAS ? place : NULL;
}

void ledger_resolve(const LedgerRegion *region, Address *address, Arena *arena)
{
    const LedgerPlace *alias = region != NULL ? alias_of(region, address, arena) : NULL;
    if (alias == NULL)
        return;
    const LedgerPlace *meant = ledger_place(region, alias->canonical);
    Address site;
    if (meant != NULL && meant->kind == LEDGER_ESTATE) {
        address->estate = alias->canonical;
        return;
    }
    address_parse_known(alias->canonical, region, arena, &site);
    if (!text_is_empty(site.estate))
        address->estate = site.estate;
    if (text_is_empty(site.road) || !text_is_empty(address->road))
        return;
    address->road = site.road;
    address->lane_no = site.lane_no;
    address->road_no = site.road_no;
}

void ledger_free(Ledger *ledger)
{
    if (ledger == NULL)
        return;
    for (LedgerRegion *region = ledger->regions; region != NULL; region = region->next) {
        map_free(region->doors);
        map_free(region->assets_by_id);
        map_free(region->sites);
    }
    map_free(ledger->texts);
    arena_free(ledger->draft);
    arena_free(ledger->arena);
}

size_t ledger_bytes(const Ledger *ledger)
{
    enum { MAP_SLOT_BYTES = 48 }; /* a slot of 24 bytes, half of them filled */
    size_t bytes = arena_used(ledger->arena);
    for (const LedgerRegion *region = ledger->regions; region != NULL; region = region->next)
        bytes += MAP_SLOT_BYTES * (map_count(region->doors) + map_count(region->assets_by_id) +
                                   map_count(region->sites));
    return bytes;
}
