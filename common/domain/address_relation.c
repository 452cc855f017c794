/*
 * Words that say the place named is not the place meant: 对面, 东侧50米, 之间. And whose place it is: 业主 behind it.
 */
#include "domain/address_scan.h"

/* 50米, 约50米, 100余米, 1公里 at `at`. The index behind it, or `at`. */
static size_t read_metres(AddressScan *scan, size_t at, int32_t *metres)
{
    AddressNumber number;
    size_t length;
    size_t from = at;
    if (address_scan_at(scan, from) == U'大')
        from++;
    if (address_scan_at(scan, from) == U'约')
        from++;
    if (!address_scan_read(scan, from, &number) || number.value < 0 || number.letter)
        return at;
    size_t end = number.end;
    uint32_t about = address_scan_at(scan, end);
    if (about == U'余' || about == U'多' || about == U'来' || about == U'几')
        end++;
    CounterKind counter = address_scan_counter(scan, end, &length);
    if ((counter != COUNTER_METRE && counter != COUNTER_KILOMETRE) || number.value > 99999)
        return at;
    *metres = counter == COUNTER_METRE ? number.value : number.value * 1000;
    return end + length;
}

/* 前, 东: a relation when metres, the end or 的 follow, else the beginning of another word. */
static bool weak_holds(AddressScan *scan, size_t end)
{
    int32_t metres;
    uint32_t next = address_scan_at(scan, end);
    return next < 0x3400 ? next != '-' && !(next >= '0' && next <= '9' &&
                                            read_metres(scan, end, &metres) == end)
                         : next == U'的' || next == U'有' || read_metres(scan, end, &metres) > end;
}

/* 建设路与人民路之间: not their crossing. */
static void undo_junction(AddressPlace *place)
{
    place->address.road = place->first_road;
    place->address.cross_road = TEXT_ABSENT;
    place->anchor = true;
}

/* 锦绣花园与青松家园之间: both only tell where; the first is kept. The place that is beside. */
static AddressPlace *between_sites(AddressScan *scan, AddressPlace *place)
{
    if (scan->place_count < 2 || place->address.buildings.count > 0 ||
        text_is_empty(place->address.estate))
        return place;
    AddressPlace *before = place - 1;
    bool linked = !text_is_empty(before->address.estate) && place->from <= before->end + 1;
    if (!linked || address_scan_has(before, PART_RELATION))
        return place;
    before->end = place->end;
    scan->place_count--; /* the relation is the first one's */
    return before;
}

static bool is_corner(const Lexeme *lexeme)
{
    return lexeme->word[lexeme->length - 1] == U'角';
}

static bool is_between(const Lexeme *lexeme)
{
    return lexeme->word[1] == U'间';
}

size_t address_relation_take(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    AddressPlace *place = address_scan_place(scan);
    size_t end = at + lexeme->length;
    bool weak = lexeme->kind == LEXEME_RELATION_WEAK;
    bool beside =
        place != NULL &&
        (at == place->end || (at == place->end + 1 && scan->codepoints[place->end] == U'的'));
    bool inside = scan->last == PART_FLOOR || scan->last == PART_ROOM; /* 六楼西 */
    if (weak && (!beside || inside || !weak_holds(scan, end))) {
        size_t side = address_inside_side(scan, at);
        return side > at ? side : end;
    }
    bool floors = place != NULL && place->parts == 1u << PART_FLOOR; /* 五楼和六楼之间 */
    if (!beside || floors || scan->next_reporter) {
        scan->name_from = end;
        return end;
    }
    bool junction = !text_is_empty(place->address.cross_road) && scan->last == PART_ROAD;
    if (junction && is_corner(lexeme)) {
        address_scan_extend(scan, end);
        return end;
    }
    if (junction && is_between(lexeme))
        undo_junction(place);
    if (is_between(lexeme))
        place = between_sites(scan, place);
    int32_t metres = 0;
    size_t behind = read_metres(scan, end, &metres);
    if (!text_is_empty(place->address.relation)) {
        place->end = behind;
        scan->name_from = behind;
        if (place->address.relation_m == 0)
            place->address.relation_m = metres;
        return behind;
    }
    place = address_scan_part(scan, PART_RELATION, at, behind);
    if (place == NULL)
        return behind;
    place->address.relation = address_scan_text(scan, at, end);
    place->address.relation_m = metres;
    return behind;
}

void address_relation_owner(AddressScan *scan, size_t at)
{
    AddressPlace *place = address_scan_place(scan);
    if (place == NULL)
        return;
    if (place->if_owner && at <= place->end + 3)
        place->address.role = PLACE_REPORTER;
    place->if_owner = false;
}
