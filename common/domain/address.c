/*
 * From scanned places to one address: an address field gives its first place, free text the first that is not the
 * reporter's own; what it lacks comes from the others when they do not contradict it.
 */
#include "domain/address.h"

#include "base/text_builder.h"

#include "domain/address_scan.h"

bool address_is_empty(const Address *address)
{
    return text_is_empty(address->road) && text_is_empty(address->estate) &&
           address->buildings.count == 0 && text_is_empty(address->unit) &&
           text_is_empty(address->floor) && text_is_empty(address->room) &&
           text_is_empty(address->poi);
}

static void take_if_empty(Text *base, Text other)
{
    if (text_is_empty(*base))
        *base = other;
}

static bool contradicts(Text a, Text b)
{
    return !text_is_empty(a) && !text_is_empty(b) && !text_equal(a, b);
}

static bool same_buildings(const TextList *a, const TextList *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!text_equal(a->items[i], b->items[i]))
            return false;
    return true;
}

void address_complete(Address *base, const Address *other)
{
    bool empty = address_is_empty(base);
    if (contradicts(base->road, other->road) || contradicts(base->estate, other->estate) ||
        contradicts(base->road_no, other->road_no) || contradicts(base->lane_no, other->lane_no))
        return;
    if (base->buildings.count > 0 && other->buildings.count > 0 &&
        !same_buildings(&base->buildings, &other->buildings)) {
        if (!text_is_empty(base->road) || !text_is_empty(base->estate))
            return; /* another building is spoken of: only its estate may help */
        take_if_empty(&base->road, other->road);
        take_if_empty(&base->road_no, other->road_no);
        take_if_empty(&base->lane_no, other->lane_no);
        take_if_empty(&base->estate, other->estate);
        return;
    }
    bool relation = text_is_empty(base->relation) && base->buildings.count == 0 &&
                    text_is_empty(base->road_no) && text_is_empty(base->cross_road);
    bool finer = other->buildings.count > 0 || !text_is_empty(other->road_no);
    take_if_empty(&base->road, other->road);
    take_if_empty(&base->road_no, other->road_no);
    take_if_empty(&base->lane_no, other->lane_no);
    take_if_empty(&base->cross_road, other->cross_road);
    take_if_empty(&base->estate, other->estate);
    if (base->buildings.count == 0)
        base->buildings = other->buildings;
    if (!contradicts(base->unit, other->unit)) {
        take_if_empty(&base->unit, other->unit);
        take_if_empty(&base->floor, other->floor);
        take_if_empty(&base->room, other->room);
    }
    take_if_empty(&base->poi, other->poi);
    base->floor_or_building = (base->floor_or_building || other->floor_or_building) &&
                              base->buildings.count == 0 && text_is_empty(base->unit) &&
                              text_is_empty(base->road_no);
    if (relation && (empty || finer)) {
        base->relation = other->relation;
        base->relation_m = other->relation_m;
    }
    if (empty)
        base->role = other->role;
}

/* A yard (128号院) has buildings of its own: it is an estate named by its door. */
static void name_yard(AddressPlace *place, Arena *arena)
{
    Address *address = &place->address;
    if (place->yard && text_is_empty(address->estate))
        address->estate = text_format(arena, "%.*s%.*s号院", TEXT_ARGS(address->road),
                                      TEXT_ARGS(address->road_no));
}

static void name_yards(AddressScan *scan)
{
    for (size_t i = 0; i < scan->place_count; i++)
        name_yard(&scan->places[i], scan->arena);
}

/* A floor alone names no place when another does. */
static bool names_place(const AddressPlace *place)
{
    Address address = place->address;
    address.floor = TEXT_ABSENT;
    return !address_is_empty(&address) || !text_is_empty(place->open_gate);
}

/* 文化路 of "文化路步行街18号": a road that only leads to where the next one is. */
static bool is_bare_road(const AddressPlace *place)
{
    return place->parts == 1u << PART_ROAD && text_is_empty(place->address.cross_road);
}

static bool is_pinned(const AddressPlace *place)
{
    const Address *address = &place->address;
    bool site = !text_is_empty(address->road) || !text_is_empty(address->estate);
    return !text_is_empty(address->road_no) || !text_is_empty(address->lane_no) ||
           (site && address->buildings.count > 0);
}

/* The first place that is meant, else one by which others are found, else the reporter's, else a floor. */
static const AddressPlace *choose(const AddressScan *scan)
{
    const AddressPlace *best = NULL;
    int best_rank = 0;
    for (size_t i = 0; i < scan->place_count; i++) {
        const AddressPlace *place = &scan->places[i];
        bool reporter = place->address.role == PLACE_REPORTER;
        int rank = address_is_empty(&place->address) && !names_place(place) ? 0
                   : !names_place(place)                                    ? 1
                   : reporter                                               ? 2
                   : place->anchor                                          ? 3
                                                                            : 4;
        bool finer = rank == 4 && best_rank == 4 && is_bare_road(best) && is_pinned(place);
        if (!place->aside && (rank > best_rank || finer)) {
            best = place;
            best_rank = rank;
        }
    }
    return best;
}

static void take_site(Address *parsed, const Address *other)
{
    parsed->road = other->road;
    parsed->road_no = other->road_no;
    parsed->lane_no = other->lane_no;
    parsed->estate = other->estate;
}

static bool is_tower(Text estate)
{
    static const char *const ENDINGS[] = {"大厦", "大楼", "写字楼", "家属楼", "商住楼"};
    for (size_t i = 0; i < sizeof ENDINGS / sizeof ENDINGS[0]; i++)
        if (text_ends(estate, text_from(ENDINGS[i])))
            return true;
    return false;
}

/* 3楼301: the room tells that 3 is the floor. */
static bool room_tells_floor(const Address *address)
{
    return address->room.size > address->floor.size && text_starts(address->room, address->floor);
}

/* 锦绣花园3楼: many call building 3 so. */
static bool may_be_building(const Address *address)
{
    return text_is_digits(address->floor) && address->buildings.count == 0 &&
           text_is_empty(address->road_no) && text_is_empty(address->unit) &&
           text_is_empty(address->poi) && !is_tower(address->estate) && !room_tells_floor(address);
}

void address_of_scan(AddressScan *scan, Address *parsed)
{
    name_yards(scan);
    *parsed = (Address){.role = PLACE_UNKNOWN};
    const AddressPlace *chosen = choose(scan);
    if (chosen == NULL)
        return;
    *parsed = chosen->address;
    Text gate = chosen->open_gate;
    bool storey = chosen->storey;
    bool reporter_only = parsed->role == PLACE_REPORTER;
    if (scan->free_text && !reporter_only)
        parsed->role = PLACE_HAZARD;
    for (size_t i = 0; i < scan->place_count; i++) {
        const AddressPlace *place = &scan->places[i];
        const Address *other = &place->address;
        bool site_only = (other->role == PLACE_REPORTER && !reporter_only) || place->aside;
        bool homeless = text_is_empty(parsed->road) && text_is_empty(parsed->estate);
        if (place == chosen || (place->anchor && !chosen->anchor))
            continue;
        storey = storey || (text_is_empty(parsed->floor) && place->storey);
        if (!site_only)
            address_complete(parsed, other);
        else if (homeless && text_is_empty(parsed->poi))
            take_site(parsed, other); /* 我住锦绣花园3幢，5幢电梯坏了 */
    }
    if (!text_is_empty(gate) && !text_is_empty(parsed->estate) && text_is_empty(parsed->poi))
        parsed->poi =
            text_format(scan->arena, "%.*s%.*s", TEXT_ARGS(parsed->estate), TEXT_ARGS(gate));
    parsed->floor_or_building = !storey && may_be_building(parsed);
    if (address_is_empty(parsed))
        *parsed = (Address){.role = PLACE_UNKNOWN};
}

void address_parse(Text address, Arena *arena, Address *parsed)
{
    address_parse_known(address, NULL, arena, parsed);
}

void address_parse_known(Text address, const LedgerRegion *ledger, Arena *arena, Address *parsed)
{
    AddressScan scan;
    address_scan(&scan, address_fold(address, arena), false, ledger, arena);
    address_of_scan(&scan, parsed);
}

bool address_find(Text text, Arena *arena, Address *parsed)
{
    AddressScan scan;
    address_scan(&scan, address_fold(text, arena), true, NULL, arena);
    address_of_scan(&scan, parsed);
    return !address_is_empty(parsed);
}

static void append_counted(TextBuilder *builder, Text number, const char *counter)
{
    if (text_is_empty(number))
        return;
    builder_text(builder, number);
    builder_string(builder, counter);
}

static void append_road(TextBuilder *builder, const Address *address)
{
    builder_text(builder, address->road);
    if (!text_is_empty(address->cross_road)) {
        builder_string(builder, "与");
        builder_text(builder, address->cross_road);
        builder_string(builder, "路口");
    }
    append_counted(builder, address->lane_no, "弄");
    append_counted(builder, address->road_no, "号");
}

/* 3、5幢, 综合楼. */
static void append_buildings(TextBuilder *builder, const TextList *buildings)
{
    for (size_t i = 0; i < buildings->count; i++) {
        builder_string(builder, i == 0 ? "" : "、");
        builder_text(builder, buildings->items[i]);
    }
    Text written = builder_view(builder);
    if (buildings->count > 0 && !text_ends(written, TEXT("楼")) && !text_ends(written, TEXT("部")))
        builder_string(builder, "幢");
}

/* A landmark of the estate or road goes without their name when it stands already. */
static void append_poi(TextBuilder *builder, const Address *address)
{
    Text poi = address->poi;
    bool of_estate = !text_is_empty(address->estate) && text_starts(poi, address->estate);
    bool of_road = !of_estate && !text_is_empty(address->road) && text_starts(poi, address->road);
    size_t known = of_estate ? address->estate.size : of_road ? address->road.size : 0;
    builder_text(builder, text_slice(poi, known, poi.size - known));
}

Text address_standard(const Address *address, Arena *arena)
{
    TextBuilder builder = builder_new(arena);
    if (!text_is_empty(address->road))
        append_road(&builder, address);
    if (!text_is_empty(address->estate) && text_starts(address->estate, builder_view(&builder)))
        builder_truncate(&builder, 0); /* a yard's name holds road and number */
    builder_text(&builder, address->estate);
    append_buildings(&builder, &address->buildings);
    append_counted(&builder, address->unit, "单元");
    append_counted(&builder, address->floor, address->floor_or_building ? "楼" : "层");
    append_counted(&builder, address->room, "室");
    append_poi(&builder, address);
    builder_text(&builder, address->relation);
    if (address->relation_m > 0)
        builder_format(&builder, "%d米", (int)address->relation_m);
    return builder_view(&builder);
}
