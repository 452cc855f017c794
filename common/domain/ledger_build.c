/*
 * Rows become a ledger in three steps: gathered as they come; put in order, names on the trie; then, with the names known,
 * canonical names as the address parser writes them, doors by their parts, assets by number and counted by site.
 */
#include "base/map.h"

#include "domain/address_fold.h"
#include "domain/ledger_parts.h"
#include "domain/model.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK = 256 * 1024, FIRST_ROOM = 64 };

Ledger *ledger_new(void)
{
    Arena *arena = arena_new(ARENA_BLOCK);
    Ledger *ledger = ARENA_NEW(arena, Ledger);
    ledger->arena = arena;
    ledger->draft = arena_new(ARENA_BLOCK);
    ledger->texts = map_new();
    return ledger;
}

/* The text on the ledger's arena, once for all rows that have it. */
static Text shared(Ledger *ledger, Text text)
{
    if (text_is_empty(text))
        return TEXT_ABSENT;
    uint64_t hash = text_hash(text);
    const Text *there = map_pointer(ledger->texts, hash);
    if (there != NULL && text_equal(*there, text))
        return *there;
    Text *made = ARENA_NEW(ledger->draft, Text);
    *made = text_copy(ledger->arena, text);
    if (there == NULL)
        map_put_pointer(ledger->texts, hash, made);
    return *made;
}

static Text folded(Ledger *ledger, Text text)
{
    ArenaMark mark = arena_mark(ledger->draft);
    Folded fold = address_fold(text, ledger->draft);
    Text plain = address_unfold(fold.codepoints, fold.count, ledger->draft);
    char *bytes = malloc(plain.size + 1);
    if (bytes == NULL)
        abort();
    memcpy(bytes, plain.data, plain.size);
    arena_rewind(ledger->draft, mark);
    Text made = shared(ledger, (Text){bytes, plain.size});
    free(bytes);
    return made;
}

static LedgerRegion *region_of(Ledger *ledger, Text name)
{
    LedgerRegion *region = ledger->regions;
    while (region != NULL && !text_equal(region->name, name))
        region = region->next;
    if (region != NULL)
        return region;
    region = ARENA_NEW(ledger->arena, LedgerRegion);
    region->name = text_copy(ledger->arena, name);
    region->doors = map_new();
    region->assets_by_id = map_new();
    region->sites = map_new();
    region->next = ledger->regions;
    ledger->regions = region;
    return region;
}

/* Room for one more of `size` bytes. */
static void *grown(Ledger *ledger, void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return items;
    size_t more = *room == 0 ? FIRST_ROOM : *room * 2;
    items = arena_grow(ledger->draft, items, *room * size, more * size);
    *room = more;
    return items;
}

static void push_place(Ledger *ledger, LedgerRegion *region, const LedgerPlace *place)
{
    if (place->kind == LEDGER_DOOR) {
        region->door_rows =
            grown(ledger, region->door_rows, region->door_count, &region->door_room, sizeof *place);
        region->door_rows[region->door_count++] = *place;
    } else {
        region->places =
            grown(ledger, region->places, region->place_count, &region->place_room, sizeof *place);
        region->places[region->place_count++] = *place;
    }
}

void ledger_add_place(Ledger *ledger, Text region, const LedgerPlace *place)
{
    LedgerPlace row = *place;
    row.name = folded(ledger, place->name);
    row.canonical = text_is_empty(place->canonical) ? row.name : folded(ledger, place->canonical);
    row.parent = folded(ledger, place->parent);
    if (!row.has_point)
        row.precision = 0;
    push_place(ledger, region_of(ledger, region), &row);
}

void ledger_add_asset(Ledger *ledger, Text region_name, const LedgerAsset *asset)
{
    LedgerRegion *region = region_of(ledger, region_name);
    region->assets = grown(ledger, region->assets, region->asset_count, &region->asset_room,
                           sizeof *region->assets);
    LedgerAsset *row = &region->assets[region->asset_count++];
    *row = *asset;
    row->id = folded(ledger, asset->id);
    row->category = shared(ledger, asset->category);
    row->place = shared(ledger, asset->place);
}

/* ---- order and names ---- */

static int by_name(const void *a, const void *b)
{
    const LedgerPlace *x = a;
    const LedgerPlace *y = b;
    int order = text_compare(x->name, y->name);
    if (order == 0)
        order = (int)x->kind - (int)y->kind;
    if (order == 0)
        order = text_compare(x->parent, y->parent);
    return order != 0 ? order : text_compare(x->canonical, y->canonical);
}

static int by_id(const void *a, const void *b)
{
    const LedgerAsset *x = a;
    const LedgerAsset *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    int order = text_compare(x->id, y->id);
    return order != 0 ? order : (x->valid_from > y->valid_from) - (x->valid_from < y->valid_from);
}

/* An estate "锦绣花园二期" is 锦绣花园2期 in an Address: an entry for either. */
static void add_parsed_names(Ledger *ledger, LedgerRegion *region)
{
    size_t count = region->place_count;
    for (size_t i = 0; i < count; i++) {
        LedgerPlace row = region->places[i];
        Address parsed;
        ArenaMark mark = arena_mark(ledger->draft);
        if (row.kind != LEDGER_ESTATE && row.kind != LEDGER_ALIAS)
            continue;
        address_parse(row.name, ledger->draft, &parsed);
        bool other = text_is_empty(parsed.road) && !text_is_empty(parsed.estate) &&
                     parsed.buildings.count == 0 && !text_equal(parsed.estate, row.name);
        Text name = other ? text_copy(ledger->arena, parsed.estate) : TEXT_ABSENT;
        arena_rewind(ledger->draft, mark);
        if (!other)
            continue;
        if (row.kind == LEDGER_ESTATE)
            region->places[i].canonical = name;
        row.canonical = row.kind == LEDGER_ESTATE ? name : row.canonical;
        row.name = name;
        push_place(ledger, region, &row);
    }
}

static bool is_long(Text name)
{
    return name.size == 0 || name.size > (size_t)LEDGER_NAME_MAX * 3;
}

static void drop_long_names(LedgerRegion *region)
{
    size_t kept = 0;
    for (size_t i = 0; i < region->place_count; i++)
        if (!is_long(region->places[i].name))
            region->places[kept++] = region->places[i];
    region->place_count = kept;
}

/* From the growing arrays to their final place, in order. */
static void settle_rows(Ledger *ledger, LedgerRegion *region)
{
    LedgerPlace *places = ARENA_ARRAY(ledger->arena, LedgerPlace, region->place_count);
    LedgerPlace *doors = ARENA_ARRAY(ledger->arena, LedgerPlace, region->door_count);
    LedgerAsset *assets = ARENA_ARRAY(ledger->arena, LedgerAsset, region->asset_count);
    if (region->place_count > 0) {
        memcpy(places, region->places, region->place_count * sizeof *places);
        qsort(places, region->place_count, sizeof *places, by_name);
    }
    if (region->asset_count > 0) {
        memcpy(assets, region->assets, region->asset_count * sizeof *assets);
        qsort(assets, region->asset_count, sizeof *assets, by_id);
    }
    if (region->door_count > 0) {
        memcpy(doors, region->door_rows, region->door_count * sizeof *doors);
        qsort(doors, region->door_count, sizeof *doors, by_name);
    }
    region->places = places;
    region->door_rows = doors;
    region->assets = assets;
}

static void index_names(Ledger *ledger, LedgerRegion *region)
{
    size_t count = 0;
    for (size_t i = 0; i < region->place_count; i++)
        count += i == 0 || !text_equal(region->places[i].name, region->places[i - 1].name);
    region->names = ARENA_ARRAY(ledger->arena, Text, count);
    region->first_place = ARENA_ARRAY(ledger->arena, uint32_t, count + 1);
    region->merged = ARENA_ARRAY(ledger->arena, LedgerPlace, count);
    for (size_t i = 0; i < region->place_count; i++) {
        if (i > 0 && text_equal(region->places[i].name, region->places[i - 1].name))
            continue;
        region->names[region->name_count] = region->places[i].name;
        region->first_place[region->name_count] = (uint32_t)i;
        region->merged[region->name_count++] = region->places[i];
    }
    region->first_place[region->name_count] = (uint32_t)region->place_count;
    region->trie = ledger_names_new(region->names, region->name_count, ledger->arena);
}

/* ---- with the names known ---- */

/* The name as an Address has it: by its entry if it is one, else as it stands. */
static Text canonical_of(const LedgerRegion *region, Text name)
{
    size_t index = text_is_empty(name) ? SIZE_MAX : ledger_name_index(region, name);
    if (index == SIZE_MAX)
        return name;
    const LedgerPlace *place = &region->places[region->first_place[index]];
    if (place->kind != LEDGER_ALIAS)
        return place->canonical;
    index = ledger_name_index(region, place->canonical);
    return index == SIZE_MAX ? place->canonical
                             : region->places[region->first_place[index]].canonical;
}

static bool same_text_or_none(Text a, Text b)
{
    return a.size == b.size && text_equal(a, b);
}

static void settle_names(LedgerRegion *region)
{
    for (size_t i = 0; i < region->place_count; i++) {
        LedgerPlace *place = &region->places[i];
        place->parent = canonical_of(region, place->parent);
        if (place->kind == LEDGER_ALIAS)
            place->canonical = canonical_of(region, place->canonical);
    }
    for (size_t i = 0; i < region->name_count; i++) {
        LedgerPlace *one = &region->merged[i];
        *one = region->places[region->first_place[i]];
        for (uint32_t p = region->first_place[i] + 1; p < region->first_place[i + 1]; p++) {
            const LedgerPlace *other = &region->places[p];
            if (!same_text_or_none(one->parent, other->parent))
                one->parent = TEXT_ABSENT;
            one->has_point = false;
            one->precision = 0;
            one->sites = one->sites > other->sites ? one->sites : other->sites;
        }
    }
}

static void put_door(LedgerRegion *region, uint64_t key, size_t index)
{
    uint64_t there;
    if (map_get(region->doors, key, &there))
        map_put(region->doors, key, LEDGER_SEVERAL);
    else
        map_put(region->doors, key, index + 1);
}

static void index_doors(Ledger *ledger, LedgerRegion *region)
{
    for (size_t i = 0; i < region->door_count; i++) {
        LedgerPlace *door = &region->door_rows[i];
        uint64_t keys[LEDGER_DOOR_KEYS_MAX];
        door->parent = canonical_of(region, door->parent);
        ArenaMark mark = arena_mark(ledger->draft);
        Text whole = door->name;
        Address address;
        if (!text_is_empty(door->parent) && !text_starts(whole, door->parent))
            whole = text_format(ledger->draft, "%.*s%.*s", TEXT_ARGS(door->parent),
                                TEXT_ARGS(door->name));
        address_parse_known(whole, region, ledger->draft, &address);
        ledger_resolve(region, &address, ledger->draft);
        size_t count = ledger_door_keys(&address, keys);
        if (!text_is_empty(address.unit) && count > 1)
            count = 1; /* a unit's door is not its building's */
        for (size_t k = 0; k < count; k++)
            put_door(region, keys[k], i);
        arena_rewind(ledger->draft, mark);
    }
}

static Text family_of(const Model *model, const LedgerAsset *asset)
{
    bool lift = asset->kind == ASSET_PLATE || asset->kind == ASSET_EQUIPMENT;
    if (!text_is_empty(asset->category))
        return model_class(model, asset->category)->family;
    return lift ? model_class(model, TEXT("A02"))->family : TEXT_ABSENT;
}

static void
count_site(LedgerRegion *region, const LedgerAsset *asset, Text family, Text site, Text building)
{
    uint64_t key = ledger_sites_key(asset->kind, family, site, building);
    uint64_t count = 0;
    if (text_is_empty(site))
        return;
    map_get(region->sites, key, &count);
    map_put(region->sites, key, count + 1);
}

static void
count_sites(Ledger *ledger, LedgerRegion *region, const LedgerAsset *asset, const Model *model)
{
    Text family = family_of(model, asset);
    Address address;
    if (text_is_empty(family) || text_is_empty(asset->place) || asset->valid_to != 0)
        return;
    address_parse_known(asset->place, region, ledger->draft, &address);
    ledger_resolve(region, &address, ledger->draft);
    count_site(region, asset, family, address.estate, TEXT_ABSENT);
    count_site(region, asset, family, address.road, TEXT_ABSENT);
    for (size_t i = 0; i < address.buildings.count; i++)
        count_site(region, asset, family, address.estate, address.buildings.items[i]);
    Text number = text_is_empty(address.lane_no) ? address.road_no : address.lane_no;
    if (!text_is_empty(number))
        count_site(region, asset, family, address.road, number);
}

static void index_assets(Ledger *ledger, LedgerRegion *region, const Model *model)
{
    for (size_t i = 0; i < region->asset_count; i++) {
        const LedgerAsset *asset = &region->assets[i];
        uint64_t key = ledger_asset_key(asset->kind, asset->id);
        uint64_t first;
        ArenaMark mark = arena_mark(ledger->draft);
        if (!map_get(region->assets_by_id, key, &first))
            map_put(region->assets_by_id, key, i + 1);
        count_sites(ledger, region, asset, model);
        arena_rewind(ledger->draft, mark);
    }
}

void ledger_finish(Ledger *ledger, const Model *model)
{
    for (LedgerRegion *region = ledger->regions; region != NULL; region = region->next) {
        drop_long_names(region);
        add_parsed_names(ledger, region);
        settle_rows(ledger, region);
        index_names(ledger, region);
        settle_names(region);
        index_doors(ledger, region);
        index_assets(ledger, region, model);
    }
    map_free(ledger->texts);
    arena_free(ledger->draft);
    ledger->texts = NULL;
    ledger->draft = NULL;
}
