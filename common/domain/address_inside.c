/*
 * Inside a building: units, floors, rooms, stalls. A number may also only count things (3栋楼, 三层楼房): then it is no place.
 */
#include "domain/address_scan.h"

static bool digits_only(const AddressNumber *number)
{
    return number->value >= 0 && !number->chinese && number->value < 10000 &&
           number->text[number->length - 1] <= '9';
}

static bool is_one_of(uint32_t codepoint, const char32_t *set)
{
    for (size_t i = 0; set[i] != 0; i++)
        if (set[i] == codepoint)
            return true;
    return false;
}

bool address_inside_unit_follows(AddressScan *scan, size_t at)
{
    AddressNumber number;
    size_t length;
    return address_scan_read(scan, at, &number) &&
           address_scan_counter(scan, number.end, &length) == COUNTER_UNIT;
}

bool address_inside_is_count(AddressScan *scan, size_t at)
{
    AddressNumber number;
    size_t length;
    if (!address_scan_read(scan, at, &number))
        return false;
    CounterKind counter = address_scan_counter(scan, number.end, &length);
    bool house = counter == COUNTER_BUILDING && address_scan_at(scan, number.end) != U'号' &&
                 address_scan_at(scan, number.end) != '#';
    if (!house && counter != COUNTER_STOREY)
        return false;
    uint32_t before = at > 0 ? scan->codepoints[at - 1] : 0;
    bool in_building = house && address_inside_unit_follows(scan, number.end + length);
    if ((number.pair && !in_building) || is_one_of(before, U"有共约近这那每几整总达多"))
        return true; /* but 枫丹居两幢一单元 */
    uint32_t next = address_scan_at(scan, number.end + length);
    uint32_t second = address_scan_at(scan, number.end + length + 1);
    if (counter == COUNTER_STOREY)
        return (next == U'楼' && !is_one_of(second, U"道梯上下顶")) || next == U'高' ||
               next == U'建' || (next == U'的' && (second == U'楼' || second == U'房'));
    bool one = number.chinese && number.value == 1;
    bool building_word = length == 2 || is_one_of(next, U"楼房居住建老新高旧");
    return one && (building_word || (scan->last_end != at && scan->free_text && !in_building));
}

static size_t take_room(AddressScan *scan, size_t from, size_t end, Text room)
{
    AddressPlace *place = address_scan_part(scan, PART_ROOM, from, end);
    if (place != NULL)
        place->address.room = room;
    return end;
}

static size_t behind_room_counter(const AddressScan *scan, size_t end)
{
    size_t length;
    CounterKind counter = address_scan_counter(scan, end, &length);
    return counter == COUNTER_ROOM ? end + length : end;
}

static size_t take_unit(AddressScan *scan, size_t from, size_t end, Text unit)
{
    if (from > 0 && scan->last_end != from && scan->codepoints[from - 1] == U'楼')
        address_estate_unnamed(scan, from); /* 青年楼|2单元 */
    AddressPlace *place = address_scan_part(scan, PART_UNIT, from, end);
    if (place != NULL)
        place->address.unit = unit;
    return end;
}

/* 2-301, 12-3 and -2-301, -301, -1楼 behind a building. */
size_t address_inside_tail(AddressScan *scan, size_t at)
{
    AddressNumber first;
    AddressNumber second;
    size_t length;
    bool dash = address_scan_at(scan, at) == '-';
    if (!address_scan_follows(scan, PART_BUILDINGS, at) ||
        !address_scan_read(scan, at + dash, &first) || !digits_only(&first))
        return at;
    CounterKind counter = address_scan_counter(scan, first.end, &length);
    if (dash && (counter == COUNTER_FLOOR || counter == COUNTER_STOREY)) {
        AddressPlace *place = address_scan_part(scan, PART_FLOOR, at, first.end + length);
        if (place != NULL)
            place->address.floor = text_format(scan->arena, "-%d", (int)first.value);
        return first.end + length;
    }
    bool two = address_scan_at(scan, first.end) == '-' &&
               address_scan_read(scan, first.end + 1, &second) && digits_only(&second);
    if (!two) {
        if (!dash || first.value < 100)
            return at;
        return take_room(scan, at, behind_room_counter(scan, first.end),
                         address_scan_number_text(scan, &first));
    }
    size_t end = behind_room_counter(scan, second.end);
    counter = address_scan_counter(scan, second.end, &length);
    if (counter != COUNTER_NONE && counter != COUNTER_ROOM)
        return at;
    if (second.value >= 100) {
        take_unit(scan, at, first.end, address_scan_number_text(scan, &first));
        return take_room(scan, first.end + 1, end, address_scan_number_text(scan, &second));
    }
    return take_room(scan, at, end, address_scan_text(scan, at + dash, second.end));
}

static Text floor_text(const AddressScan *scan, const AddressNumber *number, size_t at)
{
    bool below =
        (at > 0 && (scan->codepoints[at - 1] == U'负' || scan->codepoints[at - 1] == 'B')) ||
        (at > 1 && scan->codepoints[at - 1] == U'下' && scan->codepoints[at - 2] == U'地');
    Text value = address_scan_number_text(scan, number);
    return below ? text_format(scan->arena, "-%.*s", TEXT_ARGS(value)) : value;
}

/* A floor, or a building when a unit follows (3楼2单元). */
static size_t
take_floor(AddressScan *scan, const AddressNumber *number, size_t at, size_t end, bool storey)
{
    if (!storey && address_inside_unit_follows(scan, end) &&
        !address_scan_follows(scan, PART_BUILDINGS, at)) {
        address_building_add_name(scan, address_scan_number_text(scan, number), at, end);
        return end;
    }
    AddressPlace *place = address_scan_part(scan, PART_FLOOR, at, end);
    if (place != NULL && text_is_empty(place->address.floor)) {
        place->address.floor = floor_text(scan, number, at);
        place->storey = storey;
    }
    return end;
}

size_t address_inside_floor(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    size_t end = at + lexeme->length;
    bool behind = scan->last_end == at && (scan->last == PART_BUILDINGS ||
                                           scan->last == PART_UNIT || scan->last == PART_ROAD_NO ||
                                           scan->last == PART_ESTATE || scan->last == PART_POI);
    if (!behind)
        return at;
    AddressPlace *place = address_scan_part(scan, PART_FLOOR, at, end);
    if (place != NULL && text_is_empty(place->address.floor)) {
        place->address.floor = address_scan_canonical(scan, lexeme);
        place->storey = true;
    }
    return end;
}

static bool is_list_sign(uint32_t codepoint)
{
    return is_one_of(codepoint, U"、和与及-~至到/,");
}

/* The index behind the last of several units (1、2单元) at `at`, or `at`. */
static size_t several_units(AddressScan *scan, size_t at)
{
    AddressNumber number;
    size_t length;
    size_t next = at;
    for (int units = 1; units <= 8 && address_scan_read(scan, next, &number); units++) {
        if (address_scan_counter(scan, number.end, &length) == COUNTER_UNIT)
            return units > 1 ? number.end + length : at;
        if (!is_list_sign(address_scan_at(scan, number.end)))
            return at;
        next = number.end + 1;
    }
    return at;
}

/* 2门, 2号门, 1梯: units behind a building; 2门301 also behind an estate or a door. */
static bool is_entrance(AddressScan *scan, size_t at, CounterKind counter, size_t end)
{
    AddressNumber room;
    if (counter != COUNTER_GATE && counter != COUNTER_GATE_NO && counter != COUNTER_STAIR)
        return false;
    if (address_scan_follows(scan, PART_BUILDINGS, at))
        return true;
    return counter == COUNTER_GATE &&
           (address_scan_follows(scan, PART_ESTATE, at) ||
            address_scan_follows(scan, PART_ROAD_NO, at)) &&
           address_scan_read(scan, end, &room) && digits_only(&room) && room.value >= 100;
}

/* 2单元, 2门, 1梯; 1、2单元 are none of them. */
static size_t take_units(AddressScan *scan, size_t at, const AddressNumber *number)
{
    size_t several = several_units(scan, at);
    if (several > at)
        return take_unit(scan, at, several, TEXT_ABSENT);
    size_t length;
    CounterKind counter = address_scan_counter(scan, number->end, &length);
    size_t end = number->end + length;
    if (number->pair || (counter != COUNTER_UNIT && !is_entrance(scan, at, counter, end)))
        return at;
    bool another = scan->last == PART_UNIT && at == scan->last_end + 1 &&
                   is_list_sign(scan->codepoints[at - 1]); /* 1单元和2单元 */
    if (!another)
        return take_unit(scan, at, end, address_scan_number_text(scan, number));
    address_scan_extend(scan, end);
    AddressPlace *place = address_scan_place(scan);
    if (place != NULL)
        place->address.unit = TEXT_ABSENT;
    return end;
}

/* B1501 behind a building. */
static size_t take_letter_room(AddressScan *scan, size_t at)
{
    AddressNumber number;
    uint32_t letter = address_scan_at(scan, at);
    bool behind =
        address_scan_follows(scan, PART_BUILDINGS, at) || address_scan_follows(scan, PART_UNIT, at);
    if (!behind || letter < 'A' || letter > 'Z' || !address_scan_read(scan, at + 1, &number) ||
        !digits_only(&number) || number.value < 100)
        return at;
    return take_room(scan, at, behind_room_counter(scan, number.end),
                     address_scan_text(scan, at, number.end));
}

static bool is_tower(const AddressScan *scan, const AddressPlace *place)
{
    return !scan->free_text && place != NULL &&
           (text_ends(place->address.estate, TEXT("大厦")) ||
            text_ends(place->address.estate, TEXT("大楼")) ||
            text_ends(place->address.estate, TEXT("写字楼")));
}

/* 701室, 501号 of a building, 35号铺, and 701 alone behind a building, unit or tower. */
static size_t take_rooms(AddressScan *scan, size_t at, const AddressNumber *number)
{
    size_t length;
    size_t end = number->end;
    CounterKind counter = address_scan_counter(scan, end, &length);
    AddressPlace *place = address_scan_place(scan);
    bool inside = address_scan_follows(scan, PART_BUILDINGS, at) ||
                  address_scan_follows(scan, PART_UNIT, at) ||
                  address_scan_follows(scan, PART_FLOOR, at) ||
                  (address_scan_follows(scan, PART_ESTATE, at) && is_tower(scan, place));
    bool stall = counter == COUNTER_STALL && place != NULL && scan->last_end == at;
    bool numbered = counter == COUNTER_DOOR && inside && number->value >= 100; /* 3幢501号 */
    if (numbered && address_scan_at(scan, end + 1) == U'房')
        length++;
    uint32_t next = address_scan_at(scan, end);
    AddressNumber second;
    if (inside && is_list_sign(next) && address_scan_read(scan, end + 1, &second) &&
        address_scan_counter(scan, second.end, &length) == COUNTER_ROOM) { /* 201-203室 */
        address_scan_extend(scan, second.end + length);
        return second.end + length;
    }
    bool bare = counter == COUNTER_NONE && inside && digits_only(number) && number->value >= 100 &&
                (!scan->free_text || address_building_number_ends(scan, end));
    if (counter != COUNTER_ROOM && !stall && !numbered && !bare)
        return at;
    return take_room(scan, at, end + (bare ? 0 : length), address_scan_number_text(scan, number));
}

/* 3号门 behind an estate or landmark. */
static size_t take_gate(AddressScan *scan, size_t at, const AddressNumber *number)
{
    size_t length;
    AddressPlace *place = address_scan_place(scan);
    if (address_scan_counter(scan, number->end, &length) != COUNTER_GATE_NO || place == NULL ||
        scan->last_end != at || (scan->last != PART_ESTATE && scan->last != PART_POI))
        return at;
    size_t end = number->end + length;
    Text owner = scan->last == PART_POI ? place->address.poi : place->address.estate;
    place = address_scan_part(scan, PART_GATE, at, end);
    if (place != NULL)
        place->address.poi = text_format(scan->arena, "%.*s%.*s号门", TEXT_ARGS(owner),
                                         TEXT_ARGS(address_scan_number_text(scan, number)));
    return end;
}

size_t address_inside_take(AddressScan *scan, size_t at)
{
    AddressNumber number;
    size_t length;
    size_t end = take_letter_room(scan, at);
    if (end > at || !address_scan_read(scan, at, &number))
        return end;
    end = take_units(scan, at, &number);
    if (end == at)
        end = take_gate(scan, at, &number);
    if (end > at)
        return end;
    CounterKind counter = address_scan_counter(scan, number.end, &length);
    if (counter == COUNTER_FLOOR || counter == COUNTER_STOREY) {
        if (number.pair || address_inside_is_count(scan, at))
            return at;
        return take_floor(scan, &number, at, number.end + length, counter == COUNTER_STOREY);
    }
    if (counter == COUNTER_ZONE && address_scan_follows(scan, PART_FLOOR, at)) { /* 二楼C区 */
        address_scan_extend(scan, number.end + length);
        return number.end + length;
    }
    return take_rooms(scan, at, &number);
}

size_t address_inside_side(AddressScan *scan, size_t at)
{
    bool unit = address_scan_at(scan, at + 1) == U'单' && address_scan_at(scan, at + 2) == U'元';
    if (!unit || !address_scan_follows(scan, PART_BUILDINGS, at))
        return at;
    return take_unit(scan, at, at + 3, address_scan_text(scan, at, at + 1));
}
