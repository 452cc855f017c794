/*
 * The places of a scan. A part goes to the last place, or begins a new one: when the place has such a part already, when a
 * site follows a house, when another's place ended with its clause, when the place was named only to find the next.
 */
#include "domain/address_scan.h"

AddressPlace *address_scan_place(AddressScan *scan)
{
    return scan->place_count > 0 ? &scan->places[scan->place_count - 1] : NULL;
}

bool address_scan_has(const AddressPlace *place, PartKind kind)
{
    return (place->parts & (1u << kind)) != 0;
}

bool address_scan_follows(const AddressScan *scan, PartKind kind, size_t at)
{
    return scan->last == kind && scan->last_end == at;
}

size_t address_scan_name_max(const AddressScan *scan)
{
    return scan->free_text ? ADDRESS_TEXT_NAME_MAX : ADDRESS_NAME_MAX;
}

bool address_scan_heading(const AddressScan *scan, size_t end)
{
    return address_scan_at(scan, end) == U'方' && address_scan_at(scan, end + 1) == U'向';
}

static bool is_site(PartKind kind)
{
    return kind == PART_ROAD || kind == PART_ESTATE;
}

/* 建设路128号对面的锦绣花园: the next place is meant, this one only tells where. A road alone is where both lie. */
static bool is_anchor_for(const AddressPlace *place, PartKind kind)
{
    if (!address_scan_has(place, PART_RELATION))
        return false;
    const Address *address = &place->address;
    bool only_road = text_is_empty(address->road_no) && text_is_empty(address->estate) &&
                     text_is_empty(address->poi) && text_is_empty(address->cross_road);
    if (is_site(kind))
        return !only_road;
    return kind == PART_BUILDINGS && text_is_empty(address->estate) && !only_road;
}

static bool starts_place(AddressScan *scan, PartKind kind)
{
    AddressPlace *place = address_scan_place(scan);
    if (place == NULL || scan->next_reporter || scan->next_if_owner || scan->next_aside)
        return true;
    if (kind == PART_POI || kind == PART_GATE || kind == PART_RELATION || kind == PART_FLOOR)
        return scan->clause_ended && (place->address.role == PLACE_REPORTER || place->aside);
    if (kind == PART_ESTATE && place->village)
        return false;
    if (address_scan_has(place, kind) || is_anchor_for(place, kind))
        return true;
    if ((place->address.role == PLACE_REPORTER || place->aside) && scan->clause_ended)
        return true;
    return is_site(kind) &&
           (address_scan_has(place, PART_BUILDINGS) || address_scan_has(place, PART_UNIT) ||
            address_scan_has(place, PART_ROOM));
}

static void new_place(AddressScan *scan, PartKind kind)
{
    AddressPlace *before = address_scan_place(scan);
    AddressPlace *place = &scan->places[scan->place_count++];
    *place = (AddressPlace){.address.role = scan->next_reporter ? PLACE_REPORTER : PLACE_UNKNOWN,
                            .if_owner = scan->next_if_owner,
                            .aside = scan->next_aside};
    scan->next_reporter = false;
    scan->next_if_owner = false;
    scan->next_aside = false;
    if (before == NULL || !is_anchor_for(before, kind))
        return;
    before->anchor = true;
    if (kind == PART_ESTATE && text_is_empty(before->address.cross_road)) {
        place->address.road = before->address.road;
        place->parts |= before->parts & (1u << PART_ROAD);
    }
}

void address_scan_skip(AddressScan *scan, size_t from, size_t end)
{
    if (scan->span_count < ADDRESS_SPANS_MAX)
        scan->spans[scan->span_count++] = (AddressSpan){from, end};
}

void address_scan_border(AddressScan *scan, PartKind kind, size_t from, size_t end)
{
    scan->last = kind;
    scan->last_from = from;
    scan->last_own = from;
    scan->last_end = end;
    scan->name_from = end;
}

AddressPlace *address_scan_part(AddressScan *scan, PartKind kind, size_t from, size_t end)
{
    address_scan_border(scan, kind, from, end);
    if (starts_place(scan, kind)) {
        if (scan->place_count == ADDRESS_PLACES_MAX)
            return NULL;
        new_place(scan, kind);
    }
    AddressPlace *place = address_scan_place(scan);
    if ((is_site(kind) || kind == PART_BUILDINGS) && address_scan_has(place, PART_RELATION)) {
        place->address.relation = TEXT_ABSENT; /* 建设路旁锦绣花园3幢: the finer place is meant */
        place->address.relation_m = 0;
        place->parts &= ~(1u << PART_RELATION);
    }
    if (place->village && is_site(kind)) {
        place->address.estate = TEXT_ABSENT; /* 李家村建设路: the village is where the road lies */
        place->parts &= ~(1u << PART_ESTATE);
        place->village = false;
    }
    if (is_site(kind))
        address_admin_leave_office(scan, place, from);
    if (place->parts == 0)
        place->from = from;
    place->parts |= 1u << kind;
    place->end = end;
    scan->clause_ended = false;
    address_scan_skip(scan, from, end);
    return place;
}

void address_scan_extend(AddressScan *scan, size_t end)
{
    AddressPlace *place = address_scan_place(scan);
    if (place != NULL && place->end == scan->last_end)
        place->end = end;
    if (scan->span_count > 0 && scan->spans[scan->span_count - 1].to == scan->last_end)
        scan->spans[scan->span_count - 1].to = end;
    scan->last_end = end;
    scan->name_from = end;
}

void address_scan_take_back(AddressScan *scan)
{
    AddressPlace *place = address_scan_place(scan);
    if (scan->last == PART_ADMIN || scan->last == PART_WORD || place == NULL)
        return;
    if (place->end != scan->last_end) /* there was no room for it */
        return;
    if (scan->last == PART_ESTATE) {
        place->address.estate = TEXT_ABSENT;
        place->village = false;
    } else if (scan->last == PART_ROAD) {
        place->address.road = TEXT_ABSENT;
    } else {
        place->address.poi = TEXT_ABSENT;
    }
    place->parts &= ~(1u << scan->last);
    if (scan->span_count > 0)
        scan->span_count--;
    if (place->parts == 0) {
        scan->next_reporter = place->address.role == PLACE_REPORTER;
        scan->next_if_owner = place->if_owner;
        scan->next_aside = place->aside;
        scan->place_count--;
    }
}

static bool is_one_of(uint32_t codepoint, const char32_t *set)
{
    for (size_t i = 0; set[i] != 0; i++)
        if (set[i] == codepoint)
            return true;
    return false;
}

/* 锦绣花园与|青松家园, 来电人为|锦绣花园: short words before a name that leave enough of it. */
size_t address_scan_name(const AddressScan *scan, size_t at)
{
    size_t from = scan->name_from;
    bool behind_site =
        from == scan->last_end &&
        (scan->last == PART_ESTATE || scan->last == PART_POI || scan->last == PART_GATE);
    if (at < from + 3 || at - from > 2 * ADDRESS_NAME_MAX)
        return from;
    if (behind_site && is_one_of(scan->codepoints[from], U"与和及跟同、/"))
        return from + 1;
    for (size_t i = at - 2; scan->free_text && i > from; i--)
        if (is_one_of(scan->codepoints[i], U"于至走过去")) /* 停放于|金桂苑, 都要走|建设路 */
            return i + 1;
    if (scan->free_text &&
        is_one_of(scan->codepoints[from], U"为系将让对跟于即就便去至往到经走过要"))
        return from + 1;
    return from;
}

static bool is_direction(uint32_t codepoint)
{
    return codepoint == U'东' || codepoint == U'西' || codepoint == U'南' || codepoint == U'北' ||
           codepoint == U'中';
}

bool address_scan_leans(const AddressScan *scan, size_t at)
{
    size_t from = scan->name_from;
    if (from != scan->last_end)
        return false;
    bool ending = scan->last == PART_ESTATE || scan->last == PART_POI || scan->last == PART_GATE;
    if (at == from)
        return ending || scan->last == PART_ADMIN;
    if (at != from + 1)
        return false;
    uint32_t side = scan->codepoints[from];
    if (is_direction(side) ||
        (!scan->free_text && (side == U'前' || side == U'后'))) /* 医院|后街 */
        return ending;
    int32_t numeral = address_numeral(scan->codepoints[from]);
    return numeral > 0 && numeral <= 10 && (ending || scan->last == PART_ADMIN);
}
