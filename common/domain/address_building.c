/*
 * Buildings are sets: 3幢, 3、5号楼, 3-5幢, A座和B座, 3号楼至5号楼. A range longer than ADDRESS_RANGE_MAX is the whole estate and
 * gives none. And what is written with dashes: 3-2-501, 3-501.
 */
#include "domain/address_scan.h"

#include <stdlib.h>

typedef struct BuildingSet {
    Text items[ADDRESS_BUILDINGS_MAX];
    size_t count;
    bool whole; /* a range too long to be meant house by house */
} BuildingSet;

static void add_building(BuildingSet *set, Text item)
{
    for (size_t i = 0; i < set->count; i++)
        if (text_equal(set->items[i], item))
            return;
    if (set->count < ADDRESS_BUILDINGS_MAX)
        set->items[set->count++] = item;
    else
        set->whole = true;
}

static bool is_range_of_letters(const AddressNumber *from, const AddressNumber *to)
{
    return from->letter && to->letter && from->length == 1 && to->length == 1 &&
           from->text[0] >= 'A' && to->text[0] <= 'Z' && from->text[0] < to->text[0];
}

static void add_range(const AddressScan *scan,
                      BuildingSet *set,
                      const AddressNumber *from,
                      const AddressNumber *to)
{
    if (is_range_of_letters(from, to)) {
        for (uint32_t letter = from->text[0]; letter <= to->text[0]; letter++)
            add_building(set, address_unfold(&letter, 1, scan->arena));
        return;
    }
    if (from->letter || to->letter || from->value < 0 || to->value <= from->value) {
        add_building(set, address_scan_number_text(scan, from));
        add_building(set, address_scan_number_text(scan, to));
        return;
    }
    if (to->value - from->value >= ADDRESS_RANGE_MAX) {
        set->whole = true;
        return;
    }
    for (int32_t value = from->value; value <= to->value; value++)
        add_building(set, text_format(scan->arena, "%d", (int)value));
}

static int by_text(const void *a, const void *b)
{
    return text_compare(*(const Text *)a, *(const Text *)b);
}

static void set_buildings(const AddressScan *scan, Address *address, BuildingSet *set)
{
    qsort(set->items, set->count, sizeof set->items[0], by_text);
    address->buildings.items = ARENA_ARRAY(scan->arena, Text, set->count);
    address->buildings.count = set->count;
    for (size_t i = 0; i < set->count; i++)
        address->buildings.items[i] = set->items[i];
}

static void take_buildings(AddressScan *scan, BuildingSet *set, size_t from, size_t end)
{
    if (set->whole) { /* 1-60幢: all of them */
        if (scan->last_end == from)
            address_scan_extend(scan, end);
        scan->name_from = end;
        return;
    }
    if (scan->last_end != from)
        address_estate_unnamed(scan, from);
    bool of_landmark = address_scan_follows(scan, PART_POI, from);
    AddressPlace *place = address_scan_part(scan, PART_BUILDINGS, from, end);
    if (place == NULL)
        return;
    set_buildings(scan, &place->address, set);
    if (of_landmark &&
        text_is_empty(place->address.estate)) { /* 青松医院3号楼: has houses of its own */
        place->address.estate = place->address.poi;
        place->parts |= 1u << PART_ESTATE;
    }
}

void address_building_add_name(AddressScan *scan, Text name, size_t from, size_t end)
{
    BuildingSet set = {.count = 0};
    add_building(&set, name);
    take_buildings(scan, &set, from, end);
}

static bool is_range_sign(uint32_t codepoint)
{
    return codepoint == '-' || codepoint == '~' || codepoint == U'至' || codepoint == U'到';
}

static bool is_list_sign(const AddressScan *scan, uint32_t codepoint)
{
    if (codepoint == ',')
        return !scan->free_text; /* in prose it ends a clause */
    return codepoint == U'、' || codepoint == U'和' || codepoint == U'与' || codepoint == U'及' ||
           codepoint == '/' || codepoint == U'跟' || codepoint == '.';
}

/* A number, or a letter that a sign of a list follows (A、B座). */
static bool read_house(AddressScan *scan, size_t at, AddressNumber *number)
{
    size_t length;
    if (address_scan_read(scan, at, number))
        return !number->pair ||
               (address_scan_counter(scan, number->end, &length) == COUNTER_BUILDING &&
                address_inside_unit_follows(scan, number->end + length));
    uint32_t letter = address_scan_at(scan, at);
    if (letter < 'A' || letter > 'Z' || (at > 0 && scan->codepoints[at - 1] < 0x80))
        return false;
    *number = (AddressNumber){.text = {letter}, .length = 1, .value = -1, .letter = true};
    size_t end = at + 1;
    while (number->length < 4 && address_scan_at(scan, end) >= '0' &&
           address_scan_at(scan, end) <= '9')
        number->text[number->length++] = scan->codepoints[end++]; /* A1、A2栋 */
    number->end = end;
    uint32_t sign = address_scan_at(scan, end);
    uint32_t second = address_scan_at(scan, end + 1);
    return (is_list_sign(scan, sign) || is_range_sign(sign)) && second >= '0' && second <= 'Z';
}

/*
 * Whether the counter closes a building of a list; 号 does behind a lane or an estate, and is passed over anywhere but
 * behind a road.
 */
static bool is_house_counter(const AddressScan *scan, CounterKind counter, const AddressNumber *n)
{
    return counter == COUNTER_BUILDING || (counter == COUNTER_FLOOR && n->letter) ||
           (counter == COUNTER_WORKSHOP && scan->last != PART_ROAD);
}

static bool is_list_counter(const AddressScan *scan, CounterKind counter, const AddressNumber *n)
{
    return is_house_counter(scan, counter, n) ||
           (counter == COUNTER_DOOR && scan->last != PART_ROAD);
}

/*
 * One item of a list at `at`: NUM or NUM-NUM with or without a counter. The index behind it, or `at`; *closed tells
 * whether its last counter is a building's, which 号 is for those `numbered`.
 */
static size_t read_item(AddressScan *scan, size_t at, bool numbered, BuildingSet *set, bool *closed)
{
    AddressNumber first;
    AddressNumber second;
    size_t length;
    size_t second_length;
    if (!read_house(scan, at, &first) || first.value > 9999)
        return at;
    CounterKind counter = address_scan_counter(scan, first.end, &length);
    size_t next = first.end + (is_list_counter(scan, counter, &first) ? length : 0);
    *closed = is_house_counter(scan, counter, &first) || (counter == COUNTER_DOOR && numbered);
    if (is_range_sign(address_scan_at(scan, next)) && read_house(scan, next + 1, &second) &&
        second.value <= 9999) {
        counter = address_scan_counter(scan, second.end, &second_length);
        bool counted = is_list_counter(scan, counter, &second);
        if (counted || is_list_sign(scan, address_scan_at(scan, second.end))) {
            add_range(scan, set, &first, &second);
            *closed =
                is_house_counter(scan, counter, &second) || (counter == COUNTER_DOOR && numbered);
            return second.end + (counted ? second_length : 0);
        }
        if (!*closed) /* 7幢-2-301: unit and room follow */
            return at;
    }
    add_building(set, address_scan_number_text(scan, &first));
    return next;
}

/* 1号楼2号楼: the next item follows without a sign. But 5幢B座 is a part of 5幢. */
static bool item_follows(AddressScan *scan, size_t at)
{
    AddressNumber number;
    size_t length;
    return address_scan_read(scan, at, &number) && !number.letter &&
           address_scan_counter(scan, number.end, &length) == COUNTER_BUILDING;
}

/*
 * Items separated by 、 和 与, the last with a building's counter: 3幢, 3、5号楼, 3-5幢. What stands behind the last
 * building is no item.
 */
size_t address_building_take(AddressScan *scan, size_t at)
{
    BuildingSet set = {.count = 0};
    size_t from = at;
    size_t end = from;
    size_t buildings = 0;
    bool numbered = address_scan_follows(scan, PART_LANE, from) ||
                    address_scan_follows(scan, PART_ESTATE, from); /* 396弄3、5号 */
    if (address_inside_is_count(scan, at))
        return at;
    for (int items = 0; items < ADDRESS_BUILDINGS_MAX; items++) {
        bool closed = false;
        size_t next = read_item(scan, at, numbered, &set, &closed);
        if (next == at)
            break;
        if (closed) {
            end = next;
            buildings = set.count;
        }
        if (closed && item_follows(scan, next))
            at = next;
        else if (is_list_sign(scan, address_scan_at(scan, next)))
            at = next + 1;
        else
            break;
    }
    if (end == from)
        return from;
    set.count = buildings;
    take_buildings(scan, &set, from, end);
    return end;
}

static bool digits_only(const AddressNumber *number)
{
    return number->value >= 0 && !number->chinese && number->value < 10000 &&
           number->text[number->length - 1] <= '9';
}

static size_t take_room(AddressScan *scan, const AddressNumber *room)
{
    size_t length;
    size_t end = room->end;
    CounterKind counter = address_scan_counter(scan, end, &length);
    if (counter == COUNTER_ROOM || counter == COUNTER_DOOR)
        end += length;
    AddressPlace *place = address_scan_part(scan, PART_ROOM, room->end - room->length, end);
    if (place != NULL)
        place->address.room = address_scan_number_text(scan, room);
    return end;
}

typedef struct Dashed {
    AddressNumber building;
    AddressNumber second; /* a unit, or the room */
    AddressNumber room;
    bool unit;   /* the second is the unit */
    bool triple; /* building-unit-room */
} Dashed;

bool address_building_number_ends(AddressScan *scan, size_t at)
{
    uint32_t next = address_scan_at(scan, at);
    AddressNumber number;
    if (is_list_sign(scan, next) || is_range_sign(next) || next == U'、' || next == ',' ||
        next == '.')
        return !address_scan_read(scan, at + 1, &number);
    if (next < 0x3400 || next == U'的')
        return next != '+' && next != '%' && next != ':' && !(next >= 'A' && next <= 'Z');
    uint32_t second = address_scan_at(scan, at + 1);
    if (next == U'楼' || next == U'家') /* 2-3楼, 2-3家 */
        return second == U'道' || second == U'梯';
    const Lexeme *lexeme = address_scan_lexeme(scan, at);
    return (next == U'电' && second == U'梯') || next == U'漏' || next == U'停' || next == U'堵' ||
           (lexeme != NULL && (lexeme->kind == LEXEME_RELATION || lexeme->kind == LEXEME_FACILITY ||
                               lexeme->kind == LEXEME_OWNER || lexeme->kind == LEXEME_LEAD ||
                               lexeme->kind == LEXEME_NONE));
}

static bool read_dashed(AddressScan *scan, size_t at, Dashed *dashed)
{
    size_t length;
    const AddressNumber *second = &dashed->second;
    *dashed = (Dashed){.triple = false};
    if (!address_scan_read(scan, at, &dashed->building) || !digits_only(&dashed->building) ||
        dashed->building.value > 999 || address_scan_at(scan, dashed->building.end) != '-' ||
        !address_scan_read(scan, dashed->building.end + 1, &dashed->second) || !digits_only(second))
        return false;
    dashed->triple = address_scan_at(scan, second->end) == '-' &&
                     address_scan_read(scan, second->end + 1, &dashed->room) &&
                     digits_only(&dashed->room) && dashed->room.value >= 100 && second->value < 100;
    dashed->unit = dashed->triple || second->value < 100;
    if (dashed->triple)
        return true;
    CounterKind counter = address_scan_counter(scan, second->end, &length);
    if (dashed->unit) /* 2-3 */
        return second->length == 1 && dashed->building.length <= 2 && second->value > 0 &&
               (address_building_number_ends(scan, second->end) ||
                (counter == COUNTER_UNIT && dashed->building.value >= second->value)); /* 6-1单元 */
    return second->length >= 3 && counter != COUNTER_BUILDING && counter != COUNTER_DOOR &&
           address_scan_at(scan, second->end) != '-';
}

bool address_building_is_dashed(AddressScan *scan, size_t at)
{
    Dashed dashed;
    return read_dashed(scan, at, &dashed);
}

/* 3-2-501; 3-501 behind an estate or a house number; 3-2 behind an estate. */
size_t address_building_dashes(AddressScan *scan, size_t at)
{
    Dashed dashed;
    bool in_estate = address_scan_follows(scan, PART_ESTATE, at);
    bool in_door =
        address_scan_follows(scan, PART_ROAD_NO, at) || address_scan_follows(scan, PART_LANE, at);
    if (!read_dashed(scan, at, &dashed) || address_scan_follows(scan, PART_BUILDINGS, at) ||
        (!dashed.triple && !in_estate && (!in_door || dashed.unit)))
        return at;
    BuildingSet set = {.count = 0};
    add_building(&set, address_scan_number_text(scan, &dashed.building));
    take_buildings(scan, &set, at, dashed.building.end);
    if (!dashed.unit)
        return take_room(scan, &dashed.second);
    AddressPlace *place =
        address_scan_part(scan, PART_UNIT, dashed.building.end + 1, dashed.second.end);
    if (place != NULL)
        place->address.unit = address_scan_number_text(scan, &dashed.second);
    if (dashed.triple)
        return take_room(scan, &dashed.room);
    size_t length;
    bool counted = address_scan_counter(scan, dashed.second.end, &length) == COUNTER_UNIT;
    address_scan_extend(scan, dashed.second.end + (counted ? length : 0));
    return scan->last_end;
}
