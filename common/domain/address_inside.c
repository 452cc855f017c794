/*
 * Numbers: what stands before them (a road, an estate) and behind them (号, 幢, 单元) says what they are.
 */
#include "domain/address_scan.h"

#include <stdlib.h>

typedef struct BuildingSet {
    Text items[ADDRESS_BUILDINGS_MAX];
    size_t count;
} BuildingSet;

static bool read_number(const AddressScan *scan, size_t at, AddressNumber *number)
{
    return address_number(scan->codepoints, scan->count, at, number);
}

static CounterKind read_counter(const AddressScan *scan, size_t at, size_t *length)
{
    return address_counter(scan->codepoints, scan->count, at, length);
}

static uint32_t at_or_zero(const AddressScan *scan, size_t at)
{
    return at < scan->count ? scan->codepoints[at] : 0;
}

static bool follows(const AddressScan *scan, PartKind kind, size_t at)
{
    return scan->last == kind && scan->last_end == at;
}

static Text number_text(const AddressScan *scan, const AddressNumber *number)
{
    return address_unfold(number->text, number->length, scan->arena);
}

static void add_building(BuildingSet *set, Text item)
{
    for (size_t i = 0; i < set->count; i++)
        if (text_equal(set->items[i], item))
            return;
    if (set->count < ADDRESS_BUILDINGS_MAX)
        set->items[set->count++] = item;
}

static void add_range(const AddressScan *scan,
                      BuildingSet *set,
                      const AddressNumber *from,
                      const AddressNumber *to)
{
    bool plain = from->value >= 0 && to->value > from->value &&
                 to->value - from->value < ADDRESS_BUILDINGS_MAX && !from->letter && !to->letter;
    if (!plain) {
        add_building(set, number_text(scan, from));
        add_building(set, number_text(scan, to));
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
    AddressPlace *place = address_scan_part(scan, PART_BUILDINGS, from, end);
    if (place != NULL)
        set_buildings(scan, &place->address, set);
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
           codepoint == '/';
}

/* Whether the counter is one a building of a list may have; 号 only where no road's number stands. */
static bool list_counter(const AddressScan *scan, CounterKind counter, size_t list_from)
{
    return counter == COUNTER_BUILDING ||
           (counter == COUNTER_DOOR && !follows(scan, PART_ROAD, list_from));
}

/*
 * One item of a list at `at`: NUM or NUM-NUM with or without a counter. The index behind it, or `at`; *closed tells
 * whether its last counter is a building's.
 */
static size_t
read_item(const AddressScan *scan, size_t at, size_t list_from, BuildingSet *set, bool *closed)
{
    AddressNumber first;
    AddressNumber second;
    size_t length;
    size_t second_length;
    if (!read_number(scan, at, &first) || first.value > 9999)
        return at;
    CounterKind counter = read_counter(scan, first.end, &length);
    size_t next = first.end + (list_counter(scan, counter, list_from) ? length : 0);
    *closed = counter == COUNTER_BUILDING;
    if (is_range_sign(at_or_zero(scan, next)) && read_number(scan, next + 1, &second) &&
        second.value <= 9999) {
        counter = read_counter(scan, second.end, &second_length);
        bool counted = list_counter(scan, counter, list_from);
        if (counted || is_list_sign(scan, at_or_zero(scan, second.end))) {
            add_range(scan, set, &first, &second);
            *closed = counter == COUNTER_BUILDING;
            return second.end + (counted ? second_length : 0);
        }
        if (!*closed) /* 7幢-2-301: unit and room follow */
            return at;
    }
    add_building(set, number_text(scan, &first));
    return next;
}

/* 1号楼2号楼: the next item follows without a sign. */
static bool item_follows(const AddressScan *scan, size_t at)
{
    AddressNumber number;
    size_t length;
    return read_number(scan, at, &number) &&
           read_counter(scan, number.end, &length) == COUNTER_BUILDING;
}

/*
 * Items separated by 、 和 与, the last with a building's counter: 3幢, 3、5号楼, 3-5幢. What stands behind the last
 * building is no item. The index behind it, or `at`.
 */
static size_t try_buildings(AddressScan *scan, size_t at)
{
    BuildingSet set = {.count = 0};
    size_t from = at;
    size_t end = from;
    size_t buildings = 0;
    for (int items = 0; items < ADDRESS_BUILDINGS_MAX; items++) {
        bool closed = false;
        size_t next = read_item(scan, at, from, &set, &closed);
        if (next == at)
            break;
        if (closed) {
            end = next;
            buildings = set.count;
        }
        if (closed && item_follows(scan, next))
            at = next;
        else if (is_list_sign(scan, at_or_zero(scan, next)))
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

/* 3-2-501, and 3-501 behind an estate or a house number. The index behind it, or `at`. */
static size_t try_dashes(AddressScan *scan, size_t at)
{
    AddressNumber first;
    AddressNumber second;
    AddressNumber third;
    size_t length;
    if (!read_number(scan, at, &first) || !digits_only(&first) || first.value > 999 ||
        at_or_zero(scan, first.end) != '-' || !read_number(scan, first.end + 1, &second) ||
        !digits_only(&second))
        return at;
    bool triple = at_or_zero(scan, second.end) == '-' &&
                  read_number(scan, second.end + 1, &third) && digits_only(&third) &&
                  third.value >= 100 && second.value < 100;
    bool pair = !triple && second.value >= 100 && second.length >= 3 &&
                read_counter(scan, second.end, &length) != COUNTER_BUILDING &&
                read_counter(scan, second.end, &length) != COUNTER_DOOR &&
                at_or_zero(scan, second.end) != '-' &&
                (follows(scan, PART_ESTATE, at) || follows(scan, PART_ROAD_NO, at) ||
                 follows(scan, PART_LANE, at));
    if (!triple && !pair)
        return at;
    BuildingSet set = {.count = 0};
    add_building(&set, number_text(scan, &first));
    take_buildings(scan, &set, at, first.end);
    if (triple) {
        AddressPlace *place = address_scan_part(scan, PART_UNIT, first.end + 1, second.end);
        if (place != NULL)
            place->address.unit = number_text(scan, &second);
    }
    const AddressNumber *room = triple ? &third : &second;
    size_t end = room->end;
    if (read_counter(scan, end, &length) == COUNTER_ROOM)
        end += length;
    AddressPlace *place = address_scan_part(scan, PART_ROOM, room->end - room->length, end);
    if (place != NULL)
        place->address.room = number_text(scan, room);
    return end;
}

/* -2-301 or -301 behind a building. The index behind it, or `at`. */
static size_t try_tail(AddressScan *scan, size_t at)
{
    AddressNumber first;
    AddressNumber second;
    if (at_or_zero(scan, at) != '-' || !follows(scan, PART_BUILDINGS, at) ||
        !read_number(scan, at + 1, &first) || !digits_only(&first))
        return at;
    bool two = at_or_zero(scan, first.end) == '-' && read_number(scan, first.end + 1, &second) &&
               digits_only(&second) && second.value >= 100;
    const AddressNumber *room = two ? &second : &first;
    if (!two && first.value < 100)
        return at;
    AddressPlace *place = NULL;
    if (two) {
        place = address_scan_part(scan, PART_UNIT, at, first.end);
        if (place != NULL)
            place->address.unit = number_text(scan, &first);
    }
    size_t length;
    size_t end = room->end;
    if (read_counter(scan, end, &length) == COUNTER_ROOM)
        end += length;
    place = address_scan_part(scan, PART_ROOM, room->end - room->length, end);
    if (place != NULL)
        place->address.room = number_text(scan, room);
    return end;
}

/* 128号, 128-2号, 128弄 behind a road; 5号 behind a lane or an estate. The index behind it, or `at`. */
static size_t try_door(AddressScan *scan, size_t at)
{
    AddressNumber number;
    AddressNumber second = {.length = 0};
    size_t length;
    uint32_t stem = at_or_zero(scan, at);
    bool with_stem = (stem == U'甲' || stem == U'乙') && follows(scan, PART_ROAD, at); /* 甲12号 */
    if (!read_number(scan, with_stem ? at + 1 : at, &number))
        return at;
    size_t end = number.end;
    if (at_or_zero(scan, end) == '-' && read_number(scan, end + 1, &second))
        end = second.end;
    CounterKind counter = read_counter(scan, end, &length);
    if (counter == COUNTER_THING && follows(scan, PART_ROAD, at))
        counter = COUNTER_DOOR;
    Text value = number_text(scan, &number);
    if (second.length > 0)
        value = text_format(scan->arena, "%.*s-%.*s", TEXT_ARGS(value),
                            TEXT_ARGS(number_text(scan, &second)));
    if (with_stem)
        value = text_format(scan->arena, "%s%.*s", stem == U'甲' ? "甲" : "乙", TEXT_ARGS(value));
    bool bare = counter == COUNTER_NONE && follows(scan, PART_ROAD, at) && !number.chinese &&
                number.value <= 9999 && !scan->free_text && at_or_zero(scan, end) != '+' &&
                (at_or_zero(scan, end) < 0x4E00);
    if (follows(scan, PART_ROAD, at) &&
        (counter == COUNTER_DOOR || counter == COUNTER_YARD || counter == COUNTER_LANE || bare)) {
        bool lane = counter == COUNTER_LANE;
        end += length;
        AddressPlace *place = address_scan_part(scan, lane ? PART_LANE : PART_ROAD_NO, at, end);
        if (place == NULL)
            return end;
        if (lane)
            place->address.lane_no = value;
        else
            place->address.road_no = value;
        place->yard = counter == COUNTER_YARD;
        return end;
    }
    if (counter != COUNTER_DOOR || second.length > 0)
        return at;
    end += length;
    AddressNumber next;
    size_t next_length;
    bool unit_follows =
        read_number(scan, end, &next) && read_counter(scan, next.end, &next_length) == COUNTER_UNIT;
    if (!follows(scan, PART_LANE, at) && !follows(scan, PART_ESTATE, at) && !unit_follows)
        return at;
    BuildingSet set = {.count = 0};
    add_building(&set, value);
    take_buildings(scan, &set, at, end);
    return end;
}

static Text floor_text(const AddressScan *scan, const AddressNumber *number, size_t at)
{
    bool below =
        (at > 0 && (scan->codepoints[at - 1] == U'负' || scan->codepoints[at - 1] == 'B')) ||
        (at > 1 && scan->codepoints[at - 1] == U'下' && scan->codepoints[at - 2] == U'地');
    Text value = number_text(scan, number);
    return below ? text_format(scan->arena, "-%.*s", TEXT_ARGS(value)) : value;
}

/* A floor, or a building when a unit follows (3楼2单元). */
static size_t take_floor(AddressScan *scan, const AddressNumber *number, size_t at, size_t end)
{
    AddressNumber next;
    size_t length;
    if (read_number(scan, end, &next) && read_counter(scan, next.end, &length) == COUNTER_UNIT &&
        !follows(scan, PART_BUILDINGS, at)) {
        BuildingSet set = {.count = 0};
        add_building(&set, number_text(scan, number));
        take_buildings(scan, &set, at, end);
        return end;
    }
    AddressPlace *place = address_scan_part(scan, PART_FLOOR, at, end);
    if (place != NULL && text_is_empty(place->address.floor))
        place->address.floor = floor_text(scan, number, at);
    return end;
}

/* 2单元, 7层, 701室, 2门, and 701 alone behind a building or unit. The index behind it, or `at`. */
static size_t try_inside(AddressScan *scan, size_t at)
{
    AddressNumber number;
    size_t length;
    if (!read_number(scan, at, &number))
        return at;
    size_t end = number.end;
    CounterKind counter = read_counter(scan, end, &length);
    bool inside = follows(scan, PART_BUILDINGS, at) || follows(scan, PART_UNIT, at) ||
                  follows(scan, PART_FLOOR, at);
    AddressPlace *place = NULL;
    if (counter == COUNTER_UNIT || (counter == COUNTER_GATE && follows(scan, PART_BUILDINGS, at))) {
        end += length;
        place = address_scan_part(scan, PART_UNIT, at, end);
        if (place != NULL)
            place->address.unit = number_text(scan, &number);
        return end;
    }
    if (counter == COUNTER_FLOOR)
        return take_floor(scan, &number, at, end + length);
    if (counter == COUNTER_DOOR && inside && number.value >= 100) { /* 3幢501号 */
        counter = COUNTER_ROOM;
        if (at_or_zero(scan, end + 1) == U'房')
            length++;
    }
    bool bare = counter == COUNTER_NONE && inside && digits_only(&number) && number.value >= 100 &&
                (at_or_zero(scan, end) < 0x80 || !scan->free_text ||
                 at_or_zero(scan, end) == U'。' || at_or_zero(scan, end) == U'的');
    if (counter != COUNTER_ROOM && !bare)
        return at;
    end += length;
    place = address_scan_part(scan, PART_ROOM, at, end);
    if (place != NULL)
        place->address.room = number_text(scan, &number);
    return end;
}

/* 东50米 behind a place. */
static size_t try_metres(AddressScan *scan, size_t at)
{
    AddressNumber number;
    size_t length;
    if (at == 0 || scan->place_count == 0 || !read_number(scan, at, &number) ||
        read_counter(scan, number.end, &length) != COUNTER_METRE)
        return at;
    AddressPlace *place = &scan->places[scan->place_count - 1];
    uint32_t before = scan->codepoints[at - 1];
    bool direction = before == U'东' || before == U'西' || before == U'南' || before == U'北';
    if (!direction || at - 1 != place->end || !text_is_empty(place->address.relation))
        return at;
    size_t end = number.end + length;
    address_scan_part(scan, PART_RELATION, at - 1, end);
    place->address.relation = address_scan_text(scan, at - 1, at);
    place->address.relation_m = number.value;
    return end;
}

static bool is_digit(uint32_t codepoint)
{
    return codepoint >= '0' && codepoint <= '9';
}

/* 104国道: the number is the road's name. */
static bool is_highway(const AddressScan *scan, size_t end)
{
    uint32_t kind = at_or_zero(scan, end);
    return (kind == U'国' || kind == U'省' || kind == U'县') && at_or_zero(scan, end + 1) == U'道';
}

size_t address_scan_number(AddressScan *scan, size_t at)
{
    static size_t (*const TRIES[])(AddressScan *, size_t) = {try_metres,    try_tail, try_dashes,
                                                             try_buildings, try_door, try_inside};
    for (size_t i = 0; i < sizeof TRIES / sizeof TRIES[0]; i++) {
        size_t end = TRIES[i](scan, at);
        if (end > at)
            return end;
    }
    size_t end = at;
    while (end < scan->count && is_digit(scan->codepoints[end]))
        end++;
    if (end == at)
        return at;
    if (is_highway(scan, end)) {
        AddressPlace *place = address_scan_part(scan, PART_ROAD, at, end + 2);
        if (place != NULL)
            place->address.road = address_scan_text(scan, at, end + 2);
        return end + 2;
    }
    size_t length;
    CounterKind counter = read_counter(scan, end, &length);
    if (counter == COUNTER_OTHER || counter == COUNTER_THING || counter == COUNTER_DOOR ||
        counter == COUNTER_METRE)
        end += length;
    scan->name_from = end;
    return end;
}
