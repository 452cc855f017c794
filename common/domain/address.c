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
           text_is_empty(address->room) && text_is_empty(address->poi);
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

void address_of_scan(AddressScan *scan, Address *parsed)
{
    name_yards(scan);
    *parsed = (Address){.role = PLACE_UNKNOWN};
    const AddressPlace *chosen = NULL;
    for (size_t i = 0; i < scan->place_count && chosen == NULL; i++)
        if (scan->places[i].address.role != PLACE_REPORTER &&
            !address_is_empty(&scan->places[i].address))
            chosen = &scan->places[i];
    bool reporter_only = chosen == NULL;
    for (size_t i = 0; i < scan->place_count && chosen == NULL; i++)
        if (!address_is_empty(&scan->places[i].address))
            chosen = &scan->places[i];
    if (chosen == NULL)
        return;
    *parsed = chosen->address;
    if (scan->free_text && !reporter_only)
        parsed->role = PLACE_HAZARD;
    for (size_t i = 0; i < scan->place_count; i++) {
        const Address *other = &scan->places[i].address;
        if (&scan->places[i] == chosen)
            continue;
        if (other->role != PLACE_REPORTER || reporter_only) {
            address_complete(parsed, other);
        } else if (text_is_empty(parsed->road) && text_is_empty(parsed->estate)) {
            parsed->road = other->road; /* 我住锦绣花园3幢，5幢电梯坏了 */
            parsed->road_no = other->road_no;
            parsed->lane_no = other->lane_no;
            parsed->estate = other->estate;
        }
    }
}

void address_parse(Text address, Arena *arena, Address *parsed)
{
    AddressScan scan;
    address_scan(&scan, address_fold(address, arena), false, arena);
    address_of_scan(&scan, parsed);
}

bool address_find(Text text, Arena *arena, Address *parsed)
{
    AddressScan scan;
    address_scan(&scan, address_fold(text, arena), true, arena);
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

Text address_standard(const Address *address, Arena *arena)
{
    TextBuilder builder = builder_new(arena);
    if (!text_is_empty(address->road))
        append_road(&builder, address);
    if (!text_is_empty(address->estate) && !text_starts(address->estate, builder_view(&builder)))
        builder_text(&builder, address->estate);
    else if (!text_is_empty(address->estate)) {
        builder_truncate(&builder, 0); /* the yard's name holds road and number */
        builder_text(&builder, address->estate);
    }
    for (size_t i = 0; i < address->buildings.count; i++) {
        builder_string(&builder, i == 0 ? "" : "、");
        builder_text(&builder, address->buildings.items[i]);
    }
    if (address->buildings.count > 0)
        builder_string(&builder, "幢");
    append_counted(&builder, address->unit, "单元");
    append_counted(&builder, address->floor, "层");
    append_counted(&builder, address->room, "室");
    if (!text_is_empty(address->poi) && !text_ends(builder_view(&builder), address->poi)) {
        if (text_starts(address->poi, builder_view(&builder)))
            builder_truncate(&builder, 0);
        builder_text(&builder, address->poi);
    }
    builder_text(&builder, address->relation);
    if (address->relation_m > 0)
        builder_format(&builder, "%d米", (int)address->relation_m);
    return builder_view(&builder);
}
