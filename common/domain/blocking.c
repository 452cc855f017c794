/*
 * A key is the hash of its kind and one or two texts. Index and query share all kinds; the query also looks at the
 * neighbouring tiles and at the families that may be confused with the report's own.
 *
 * Two reports that name different buildings of an estate, or numbers of a road, are never joined but in area scope. So
 * what stands at an estate or road lies under two keys: one for all, and one for what kinds of numbers it gives. A report
 * with a number asks for all only to tell of the latest, and for those that cannot contradict it.
 */
#include "domain/blocking.h"

#include "domain/model_data.h"
#include "domain/scorer_place.h"

#include <math.h>

enum { FAMILIES_MAX = 12, TILE_ANY_M = 200, TILE_COARSE_M = 2000 };

/*
 * What is known of no family: a report whose class is not known may be joined to any, and any to it. Every member lies
 * under the first, too; those whose class is not known under the second.
 */
static const HazardClass ANY_FAMILY = {.family = {"*", 1}};
static const HazardClass UNKNOWN_FAMILY = {.family = {"?", 1}};

static const int64_t DAY_US = INT64_C(86400) * 1000000;

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
    static const char *const NAMES[BLOCK_KINDS] = {
        "record", "asset", "door",      "building", "estate", "road", "poi",
        "tile",   "party", "community", "reporter", "bucket", "burst"};
    return kind < BLOCK_KINDS ? NAMES[kind] : "unknown";
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    uint64_t mixed = hash ^ (value + UINT64_C(0x9E3779B97F4A7C15) + (hash << 6) + (hash >> 2));
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ (mixed >> 31);
}

/* A key that is not there yet. */
static void append(Keys *keys, BlockingKind kind, uint64_t hash)
{
    if (keys->count < BLOCKING_KEYS_MAX)
        keys->items[keys->count++] =
            (BlockingKey){.kind = kind, .hash = mix(hash, (uint64_t)kind + 1)};
}

/* The keys from `first` on say how many there are. */
static void count_by(Keys *keys, size_t first)
{
    for (size_t i = first; i < keys->count; i++)
        keys->items[i].counted = true;
}

/* The keys from `first` on are of other families. */
static void mark_partners(Keys *keys, size_t first)
{
    for (size_t i = first; i < keys->count; i++)
        keys->items[i].partner = true;
}

static void add_hash(Keys *keys, BlockingKind kind, uint64_t hash)
{
    uint64_t mixed = mix(hash, (uint64_t)kind + 1);
    for (size_t i = 0; i < keys->count; i++)
        if (keys->items[i].hash == mixed)
            return;
    append(keys, kind, hash);
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

static bool is_unknown(const Evidence *evidence, const Model *model)
{
    return evidence->category == model->other ||
           evidence->category_confidence < model->weights.class_confidence_min;
}

/* Those of its kin and of the pairs it stands in. */
static void add_partners(Families *families, const HazardClass *own, const Model *model)
{
    for (size_t i = 0; i < model->class_count; i++)
        if (text_equal(model->classes[i].kin, own->kin))
            add_family(families, &model->classes[i]);
    for (size_t i = 0; i < model->pair_count; i++) {
        const ClassPair *pair = &model->pairs[i];
        if (text_equal(pair->a->family, own->family))
            add_family(families, pair->b);
        else if (text_equal(pair->b->family, own->family))
            add_family(families, pair->a);
    }
}

/* The report's own family first. */
static Families families_of(const Evidence *evidence, const Model *model, bool query)
{
    Families families = {.count = 0};
    bool unknown = is_unknown(evidence, model);
    add_family(&families, evidence->category);
    if (query || unknown)
        add_family(&families, &UNKNOWN_FAMILY);
    if (!query || unknown)
        add_family(&families, &ANY_FAMILY);
    if (query)
        add_partners(&families, evidence->category, model);
    return families;
}

static bool is_pseudo(const HazardClass *category)
{
    return category == &ANY_FAMILY || category == &UNKNOWN_FAMILY;
}

/* People who quote a number write its letters small or large (evidence_same_record). */
static uint64_t record_hash(Text number)
{
    enum { RECORD_MAX = 64 };
    char capitals[RECORD_MAX];
    if (number.size > RECORD_MAX)
        return text_hash(number);
    for (size_t i = 0; i < number.size; i++) {
        char c = number.data[i];
        capitals[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    return text_hash((Text){capitals, number.size});
}

static void add_record(Keys *keys, Text number)
{
    if (!text_is_empty(number))
        add_hash(keys, BLOCK_RECORD, record_hash(number));
}

static void add_records(Keys *keys, const Evidence *evidence, bool query)
{
    add_record(keys, evidence->record_no);
    add_record(keys, evidence->origin_no);
    /* A number quoted before its record came is kept apart: that record asks who has quoted it. */
    if (query && !text_is_empty(evidence->record_no))
        add_hash(keys, BLOCK_RECORD, mix(record_hash(evidence->record_no), 5));
    for (size_t i = 0; i < evidence->quoted_nos.count; i++) {
        uint64_t hash = record_hash(evidence->quoted_nos.items[i]);
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
        add_hash(keys, BLOCK_POI,
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

/* Which numbers an address gives; those of one kind contradict each other when they differ. */
enum { NUMBER_OF_ROAD = 1, NUMBER_OF_LANE = 2, NUMBERS = 4, OF_NUMBERS = 16 };

/* Stands beside what is named: no number contradicts. */
static bool stands_beside(const Address *address)
{
    return !text_is_empty(address->relation);
}

static unsigned road_numbers(const Address *address)
{
    if (stands_beside(address))
        return 0;
    return (text_is_empty(address->road_no) ? 0u : NUMBER_OF_ROAD) |
           (text_is_empty(address->lane_no) ? 0u : NUMBER_OF_LANE);
}

static unsigned estate_numbers(const Address *address)
{
    return stands_beside(address) || address->buildings.count == 0 ? 0 : NUMBER_OF_ROAD;
}

/* A site (estate, road) as a report names it. */
typedef struct Site {
    BlockingKind kind;
    Text name;
    unsigned numbers; /* given there */
} Site;

static void add_index_site(Keys *keys, const Site *site, const HazardClass *category)
{
    uint64_t hash = mix(text_hash(site->name), text_hash(category->family));
    add_hash(keys, site->kind, hash);
    if (!category->area_family)
        add_hash(keys, site->kind, mix(hash, OF_NUMBERS + site->numbers));
}

/* `own`: the report's own family. Of others that stand at another number there is nothing to tell. */
static void add_query_site(Keys *keys, const Site *site, const HazardClass *category, bool own)
{
    uint64_t hash = mix(text_hash(site->name), text_hash(category->family));
    bool apart = !category->area_family && site->numbers != 0;
    size_t first = keys->count;
    if (own || !apart)
        add_hash(keys, site->kind, hash);
    if (own)
        count_by(keys, first);
    if (apart && keys->count > first)
        keys->items[first].latest_only = true;
    for (unsigned numbers = 0; numbers < NUMBERS && apart; numbers++)
        if ((numbers & site->numbers) == 0)
            add_hash(keys, site->kind, mix(hash, OF_NUMBERS + numbers));
}

static void
add_sites(Keys *keys, const Evidence *evidence, const HazardClass *category, bool query, bool own)
{
    const Address *address = &evidence->address;
    /* An area hazard is contradicted by nobody's number; among those of no family each speaks for itself. */
    bool area = evidence->category->area_family && (query || is_pseudo(category));
    unsigned on_road = area ? 0 : road_numbers(address);
    const Site sites[] = {{BLOCK_ESTATE, scorer_place_estate_base(address->estate),
                           area ? 0 : estate_numbers(address)},
                          {BLOCK_ROAD, address->road, on_road},
                          {BLOCK_ROAD, address->cross_road, on_road}};
    for (size_t i = 0; i < sizeof sites / sizeof sites[0]; i++) {
        if (text_is_empty(sites[i].name))
            continue;
        if (query)
            add_query_site(keys, &sites[i], category, own);
        else
            add_index_site(keys, &sites[i], category);
    }
}

static void add_families(Keys *keys, const Evidence *evidence, const Families *families, bool query)
{
    for (size_t i = 0; i < families->count; i++) {
        const HazardClass *category = families->items[i];
        size_t first = keys->count;
        add_sites(keys, evidence, category, query, i == 0);
        if (i > 0)
            mark_partners(keys, first);
        if (evidence->reporter_staff || is_pseudo(category))
            continue;
        add_texts(keys, BLOCK_REPORTER, evidence->reporter, category->family);
        add_texts(keys, BLOCK_REPORTER, evidence->reporter_before, category->family);
    }
}

/* Nothing but community and time joins the calls about a burst that name no place. */
static void add_communities(Keys *keys, const Evidence *evidence, const Families *families)
{
    for (size_t i = 0; i < families->count; i++) {
        if (!families->items[i]->burst)
            continue;
        add_texts(keys, BLOCK_COMMUNITY, evidence->community_code, families->items[i]->family);
        add_texts(keys, BLOCK_COMMUNITY, evidence->grid_code, families->items[i]->family);
    }
}

static void add_parties(Keys *keys, const Evidence *evidence, const Model *model)
{
    if (evidence->category->scope != SCOPE_PARTY && evidence->category != model->other)
        return;
    add_text(keys, BLOCK_PARTY, evidence->usc_code);
    add_text(keys, BLOCK_PARTY, evidence->party_name);
}

static void add_grid(Keys *keys, GeoPoint point, Text family, int32_t cell_m, int64_t reach)
{
    int64_t x = (int64_t)floor(point.lon * DEGREE_LON_M / cell_m);
    int64_t y = (int64_t)floor(point.lat * DEGREE_LAT_M / cell_m);
    uint64_t hash = mix(text_hash(family), (uint64_t)cell_m);
    for (int64_t dx = -reach; dx <= reach; dx++)
        for (int64_t dy = -reach; dy <= reach; dy++)
            append(keys, BLOCK_TILE, mix(mix(hash, (uint64_t)(x + dx)), (uint64_t)(y + dy)));
}

/*
 * The family in its own grid; other families in the one they share; those of no known class in a small one; and what comes
 * in bursts in a large one, for points known by street or base station only.
 */
static void add_tiles(Keys *keys, const Evidence *evidence, const Families *families, bool query)
{
    const HazardClass *own = evidence->category;
    int64_t reach = query ? 1 : 0;
    if (!evidence->has_point || own->radius_m == 0)
        return;
    add_grid(keys, evidence->point, own->family, own->tile_m, reach);
    for (size_t i = 0; i < families->count; i++) {
        const HazardClass *category = families->items[i];
        size_t first = keys->count;
        if (is_pseudo(category))
            add_grid(keys, evidence->point, category->family, TILE_ANY_M, reach);
        else if (own->tile_far_m > 0 && query == (i > 0))
            add_grid(keys, evidence->point, category->family, own->tile_far_m, reach);
        if (i > 0)
            mark_partners(keys, first);
    }
    if (own->burst)
        add_grid(keys, evidence->point, own->family, TILE_COARSE_M, reach);
}

static void add_day(Keys *keys, const HazardClass *category, int64_t event_at, int64_t days_before)
{
    int64_t day = event_at / DAY_US - (event_at % DAY_US < 0) - days_before;
    add_hash(keys, BLOCK_BURST, mix(text_hash(category->family), (uint64_t)day));
}

static size_t
make_keys(const Evidence *evidence, const Model *model, bool query, BlockingKey *items)
{
    Keys keys = {items, 0};
    Families families = families_of(evidence, model, query);
    add_assets(&keys, evidence);
    size_t doors = keys.count;
    add_doors(&keys, &evidence->address);
    count_by(&keys, doors);
    add_text(&keys, BLOCK_POI, evidence->address.poi);
    add_families(&keys, evidence, &families, query);
    add_communities(&keys, evidence, &families);
    size_t things = keys.count;
    add_parties(&keys, evidence, model);
    add_buildings(&keys, evidence, query);
    count_by(&keys, things);
    add_records(&keys, evidence, query);
    add_tiles(&keys, evidence, &families, query);
    if (!query && evidence->category->burst)
        add_day(&keys, evidence->category, evidence->event_at, 0);
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

/* `place` is empty for the region as a whole. */
static void add_bucket(Keys *keys, Text place, const HazardClass *category)
{
    add_hash(keys, BLOCK_BUCKET, mix(text_hash(place), text_hash(category->family)));
}

size_t blocking_bucket_keys(const Evidence *evidence, BlockingKey *keys)
{
    Keys found = {keys, 0};
    Text estate = scorer_place_estate_base(evidence->address.estate);
    add_bucket(&found, text_is_empty(estate) ? evidence->community_code : estate,
               evidence->category);
    add_records(&found, evidence, false);
    return found.count;
}

size_t blocking_bucket_query_keys(const Evidence *evidence, BlockingKey *keys)
{
    Keys found = {keys, 0};
    const Text places[] = {scorer_place_estate_base(evidence->address.estate),
                           evidence->community_code};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (!text_is_empty(places[i]))
            add_bucket(&found, places[i], evidence->category);
    add_records(&found, evidence, true);
    return found.count;
}

size_t blocking_burst_keys(const Evidence *evidence, const Model *model, BlockingKey *keys)
{
    Keys found = {keys, 0};
    Families families = families_of(evidence, model, true);
    for (size_t i = 0; i < families.count && evidence->category->burst; i++)
        for (int64_t days_before = 0; families.items[i]->burst && days_before < 2; days_before++)
            add_day(&found, families.items[i], evidence->event_at, days_before);
    return found.count;
}
