/*
 * Numbers behind a road: 128号, 128-2号, 128号附3号, 甲12号, 396弄, 128号院; behind a lane or an estate a number is a house of it
 * (396弄5号), behind a market a stall.
 */
#include "domain/address_scan.h"

typedef struct Door {
    Text value;
    CounterKind counter;
    size_t end;
    bool plain; /* written in digits */
} Door;

static bool is_stem(uint32_t codepoint)
{
    return codepoint == U'甲' || codepoint == U'乙' || codepoint == U'丙' || codepoint == U'丁';
}

static bool is_sub_sign(uint32_t codepoint)
{
    return codepoint == '-' || codepoint == U'之' || codepoint == U'附' || codepoint == U'副' ||
           codepoint == U'增';
}

/* 128-130: two doors of one house, said by the first. */
static bool is_range(const AddressNumber *first, const AddressNumber *second)
{
    int32_t more = second->value - first->value;
    return first->value > 0 && more > 0 && more <= 40 && more % 2 == 0;
}

/* -2, 之3, 附3号 at `at`. The index behind it, or `at`. */
static size_t read_sub(AddressScan *scan, size_t at, const AddressNumber *number, Text *value)
{
    AddressNumber sub;
    size_t length;
    uint32_t sign = address_scan_at(scan, at);
    if (!is_sub_sign(sign) || !address_scan_read(scan, at + 1, &sub) || sub.letter)
        return at;
    CounterKind counter = address_scan_counter(scan, sub.end, &length);
    bool closed = at > 0 && scan->codepoints[at - 1] == U'号';
    if (counter != COUNTER_NONE && counter != COUNTER_DOOR && closed)
        return at; /* 128号-3幢 */
    if (sign != '-' || closed || !is_range(number, &sub))
        *value = text_format(scan->arena, "%.*s-%.*s", TEXT_ARGS(*value),
                             TEXT_ARGS(address_scan_number_text(scan, &sub)));
    return sub.end + (closed && counter == COUNTER_DOOR ? length : 0);
}

/* 12号甲: the stem stands behind, and is no 甲幢. */
static bool stem_behind(AddressScan *scan, size_t at)
{
    AddressNumber number;
    return is_stem(address_scan_at(scan, at)) && !address_scan_read(scan, at, &number);
}

/* 167|门前, 167|门口: no gate with a number. */
static bool is_before_gate(const AddressScan *scan, size_t at)
{
    uint32_t next = address_scan_at(scan, at + 1);
    return address_scan_at(scan, at) == U'门' && (next == U'前' || next == U'口' || next == U'外');
}

static bool read_door(AddressScan *scan, size_t at, Door *door)
{
    AddressNumber number;
    size_t length;
    bool behind_road = address_scan_follows(scan, PART_ROAD, at);
    bool numbered = behind_road || address_scan_follows(scan, PART_ESTATE, at);
    uint32_t stem = numbered && is_stem(address_scan_at(scan, at)) ? scan->codepoints[at] : 0;
    if (!address_scan_read(scan, stem != 0 ? at + 1 : at, &number) || number.pair)
        return false;
    door->value = address_scan_number_text(scan, &number);
    size_t sub = read_sub(scan, number.end, &number, &door->value);
    size_t end = sub;
    if (stem == 0 && is_stem(address_scan_at(scan, end)) && address_scan_at(scan, end + 1) == U'号')
        stem = scan->codepoints[end++]; /* 12甲号 */
    door->counter = address_scan_counter(scan, end, &length);
    door->plain = !number.chinese && number.value <= 9999;
    if (behind_road && is_before_gate(scan, end)) {
        door->counter = COUNTER_NONE;
        length = 0;
    }
    if (behind_road && (door->counter == COUNTER_THING || door->counter == COUNTER_WORKSHOP ||
                        door->counter == COUNTER_STALL)) {
        door->counter = COUNTER_DOOR;
        length = 1;
    }
    end += length;
    if (door->counter == COUNTER_DOOR && sub == number.end)
        end = read_sub(scan, end, &number, &door->value);
    if (door->counter == COUNTER_DOOR && stem == 0 && behind_road && stem_behind(scan, end))
        stem = scan->codepoints[end++];
    if (stem != 0)
        door->value =
            text_format(scan->arena, "%.*s%.*s", TEXT_ARGS(address_unfold(&stem, 1, scan->arena)),
                        TEXT_ARGS(door->value));
    door->end = end;
    return true;
}

/* 处|, 处的, but 处理. */
static bool ends_word(uint32_t next)
{
    return next < 0x4E00 || next == U'的' || next == U'有' || next == U'路' || next == U'井';
}

static bool relation_follows(AddressScan *scan, size_t at)
{
    const Lexeme *lexeme = address_scan_lexeme(scan, at);
    return lexeme != NULL && lexeme->kind == LEXEME_RELATION;
}

/* 建设路128, 建设路128旁, 建设路128处: no counter, and what follows counts nothing. */
static bool is_bare(AddressScan *scan, const Door *door)
{
    uint32_t next = address_scan_at(scan, door->end);
    if (door->counter != COUNTER_NONE || !door->plain)
        return false;
    bool place = next == U'处' && ends_word(address_scan_at(scan, door->end + 1));
    return place || relation_follows(scan, door->end) ||
           (!scan->free_text && next != '+' && next < 0x4E00);
}

static size_t take_behind_road(AddressScan *scan, size_t at, const Door *door)
{
    bool lane = door->counter == COUNTER_LANE;
    AddressPlace *place = address_scan_part(scan, lane ? PART_LANE : PART_ROAD_NO, at, door->end);
    if (place == NULL)
        return door->end;
    if (lane)
        place->address.lane_no = door->value;
    else
        place->address.road_no = door->value;
    place->yard = door->counter == COUNTER_YARD;
    return door->end;
}

static bool is_market(const AddressPlace *place)
{
    return place != NULL && (text_contains(place->address.poi, TEXT("市场")) ||
                             text_contains(place->address.poi, TEXT("商城")));
}

/* Whether a number that nothing but 号 counts is a house: of a lane, an estate, a yard, or all that the field says. */
static bool is_house(AddressScan *scan, size_t at, const Door *door)
{
    enum { HOUSE_MAX = 99 };
    int64_t value;
    if (address_scan_follows(scan, PART_LANE, at) || address_scan_follows(scan, PART_ESTATE, at) ||
        address_inside_unit_follows(scan, door->end))
        return true;
    bool small = text_to_int64(door->value, &value) && value <= HOUSE_MAX;
    if (address_scan_follows(scan, PART_ROAD_NO, at)) /* 525号|4号, but 9号甲|1号 */
        return small && scan->codepoints[at - 1] == U'号';
    bool ends = door->end >= scan->count || relation_follows(scan, door->end);
    return !scan->free_text && at == 0 && small && ends;
}

size_t address_door_take(AddressScan *scan, size_t at)
{
    Door door = {.counter = COUNTER_NONE};
    if (!read_door(scan, at, &door))
        return at;
    if (address_scan_follows(scan, PART_ROAD, at) &&
        (door.counter == COUNTER_DOOR || door.counter == COUNTER_YARD ||
         door.counter == COUNTER_LANE || is_bare(scan, &door)))
        return take_behind_road(scan, at, &door);
    if (door.counter != COUNTER_DOOR)
        return at;
    bool in_market =
        address_scan_follows(scan, PART_POI, at) || address_scan_follows(scan, PART_FLOOR, at);
    if (in_market && is_market(address_scan_place(scan))) {
        AddressPlace *place = address_scan_part(scan, PART_ROOM, at, door.end);
        if (place != NULL)
            place->address.room = door.value;
        return door.end;
    }
    if (!is_house(scan, at, &door))
        return at;
    address_building_add_name(scan, door.value, at, door.end);
    return door.end;
}
