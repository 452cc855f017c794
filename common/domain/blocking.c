/*
 * A key is the hash of its kind and one or two texts. Index and query share all kinds; the query also looks at the
 * neighbouring tiles and at the families that may be confused with the report's own.
 */
#include "domain/blocking.h"

#include "domain/model_data.h"
#include "domain/scorer_place.h"

#include <math.h>

enum { FAMILIES_MAX = 8 };

/* Metres of one degree of latitude, and of longitude at 55 N, the northern end of the country: tiles are
 * cut in degrees, so that neighbours are neighbours everywhere; further south they are wider. */
static const double DEGREE_LAT_M = 111195.0;
static const double DEGREE_LON_M = 63779.0;

typedef struct Keys {
    BlockingKey *items;
    size_t count;
} Keys;

typedef struct Families {
    const HazardClass *items[FAMILIES_MAX];
    size_t count;
} Families;

const char *blocking_kind_name(BlockingKind kind)
{
    static const char *const NAMES[BLOCK_KINDS] = {"record", "asset",   "door", "building",
                                                   "estate", "road",    "poi",  "tile",
                                                   "party",  "reporter"};
    return kind < BLOCK_KINDS ? NAMES[kind] : "unknown";
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    uint64_t mixed = hash ^ (value + UINT64_C(0x9E3779B97F4A7C15) + (hash << 6) + (hash >> 2));
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ (mixed >> 31);
}

static void add_hash(Keys *keys, BlockingKind kind, uint64_t hash)
{
    hash = mix(hash, (uint64_t)kind + 1);
    for (size_t i = 0; i < keys->count; i++)
        if (keys->items[i].hash == hash)
            return;
    if (keys->count < BLOCKING_KEYS_MAX)
        keys->items[keys->count++] = (BlockingKey){kind, hash};
}

static void add_texts(Keys *keys, BlockingKind kind, Text first, Text second)
{
    if (!text_is_empty(first) && !text_is_empty(second))
        add_hash(keys, kind, mix(text_hash(first), text_hash(second)));
}

static void add_text(Keys *keys, BlockingKind kind, Text text)
{
    if (!text_is_empty(text))
        add_hash(keys, kind, text_hash(text));
}

static void add_family(Families *families, const HazardClass *category)
{
    for (size_t i = 0; i < families->count; i++)
        if (text_equal(families->items[i]->family, category->family))
            return;
    if (families->count < FAMILIES_MAX)
        families->items[families->count++] = category;
}

/* The report's own family; for a query also those of its kin and of the pairs it stands in. */
static Families families_of(const Evidence *evidence, const Model *model, bool query)
{
    Families families = {.count = 0};
    const HazardClass *own = evidence->category;
    add_family(&families, own);
    if (!query)
        return families;
    for (size_t i = 0; i < model->class_count; i++)
        if (text_equal(model->classes[i].kin, own->kin))
            add_family(&families, &model->classes[i]);
    for (size_t i = 0; i < model->pair_count; i++) {
        const ClassPair *pair = &model->pairs[i];
        if (text_equal(pair->a->family, own->family))
            add_family(&families, pair->b);
        else if (text_equal(pair->b->family, own->family))
            add_family(&families, pair->a);
    }
    return families;
}

static void add_records(Keys *keys, const Evidence *evidence, bool query)
{
    add_text(keys, BLOCK_RECORD, evidence->record_no);
    add_text(keys, BLOCK_RECORD, evidence->origin_no);
    /* A number quoted before its record came is kept apart: that record asks who has quoted it. */
    if (query && !text_is_empty(evidence->record_no))
        add_hash(keys, BLOCK_RECORD, mix(text_hash(evidence->record_no), 5));
    for (size_t i = 0; i < evidence->quoted_nos.count; i++) {
        uint64_t hash = text_hash(evidence->quoted_nos.items[i]);
        add_hash(keys, BLOCK_RECORD, query ? hash : mix(hash, 5));
    }
}

static void add_assets(Keys *keys, const Evidence *evidence)
{
    for (size_t i = 0; i < evidence->asset_count; i++)
        add_hash(keys, BLOCK_ASSET,
                 mix(text_hash(evidence->assets[i].id), (uint64_t)evidence->assets[i].kind));
}

static void add_doors(Keys *keys, const Address *address)
{
    if (!text_is_empty(address->road_no) && !text_is_empty(address->road))
        add_hash(keys, BLOCK_DOOR,
                 mix(mix(text_hash(address->road), text_hash(address->road_no)), 1));
    if (!text_is_empty(address->lane_no) && !text_is_empty(address->road))
        add_hash(keys, BLOCK_DOOR,
                 mix(mix(text_hash(address->road), text_hash(address->lane_no)), 2));
    if (!text_is_empty(address->cross_road))
        add_hash(keys, BLOCK_ROAD,
                 mix(mix(text_hash(address->road), text_hash(address->cross_road)), 3));
}

/*
 * Estate and building. A building named without its site is found by the community: such a report asks for every one of
 * that number there, a report with a site only for those without.
 */
static void add_buildings(Keys *keys, const Evidence *evidence, bool query)
{
    const Address *address = &evidence->address;
    Text estate = scorer_place_estate_base(address->estate);
    Text community = evidence->community_code;
    bool sited = !text_is_empty(address->estate) || !text_is_empty(address->road);
    for (size_t i = 0; i < address->buildings.count && i < 8; i++) {
        Text building = address->buildings.items[i];
        add_texts(keys, BLOCK_BUILDING, estate, building);
        if (text_is_empty(community))
            continue;
        uint64_t hash = mix(text_hash(community), text_hash(building));
        if (!query || !sited)
            add_hash(keys, BLOCK_BUILDING, mix(hash, 1));
        if (query == sited)
            add_hash(keys, BLOCK_BUILDING, mix(hash, 2));
    }
}

static void add_families(Keys *keys, const Evidence *evidence, const Families *families)
{
    const Address *address = &evidence->address;
    Text estate = scorer_place_estate_base(address->estate);
    for (size_t i = 0; i < families->count; i++) {
        Text family = families->items[i]->family;
        add_texts(keys, BLOCK_ESTATE, estate, family);
        add_texts(keys, BLOCK_ROAD, address->road, family);
        add_texts(keys, BLOCK_ROAD, address->cross_road, family);
        if (evidence->reporter_staff)
            continue;
        add_texts(keys, BLOCK_REPORTER, evidence->reporter, family);
        add_texts(keys, BLOCK_REPORTER, evidence->reporter_before, family);
    }
}

static void add_parties(Keys *keys, const Evidence *evidence, const Model *model)
{
    if (evidence->category->scope != SCOPE_PARTY && evidence->category != model->other)
        return;
    add_text(keys, BLOCK_PARTY, evidence->usc_code);
    add_text(keys, BLOCK_PARTY, evidence->party_name);
}

static void add_tiles(Keys *keys, const Evidence *evidence, int64_t reach)
{
    const HazardClass *category = evidence->category;
    if (!evidence->has_point || category->radius_m == 0)
        return;
    int64_t x = (int64_t)floor(evidence->point.lon * DEGREE_LON_M / category->tile_m);
    int64_t y = (int64_t)floor(evidence->point.lat * DEGREE_LAT_M / category->tile_m);
    uint64_t group = text_hash(category->tile_group);
    for (int64_t dx = -reach; dx <= reach; dx++)
        for (int64_t dy = -reach; dy <= reach; dy++)
            add_hash(keys, BLOCK_TILE, mix(mix(group, (uint64_t)(x + dx)), (uint64_t)(y + dy)));
}

static size_t
make_keys(const Evidence *evidence, const Model *model, bool query, BlockingKey *items)
{
    Keys keys = {items, 0};
    Families families = families_of(evidence, model, query);
    add_records(&keys, evidence, query);
    add_assets(&keys, evidence);
    add_doors(&keys, &evidence->address);
    add_text(&keys, BLOCK_POI, evidence->address.poi);
    add_tiles(&keys, evidence, query ? 1 : 0);
    add_buildings(&keys, evidence, query);
    add_parties(&keys, evidence, model);
    add_families(&keys, evidence, &families);
    return keys.count;
}

size_t blocking_index_keys(const Evidence *evidence, const Model *model, BlockingKey *keys)
{
    return make_keys(evidence, model, false, keys);
}

size_t blocking_query_keys(const Evidence *evidence, const Model *model, BlockingKey *keys)
{
    return make_keys(evidence, model, true, keys);
}
