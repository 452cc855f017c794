/*
 * Left to right. `name_from` is where the name of the next part may start; an ending (路, 小区, 区 ...) closes the part
 * from there. An ending right behind another one belongs to the name (三元里|大道, 中关村|大街, 学府|路): then the earlier
 * part is taken back.
 *
 *   云湖市|东湖区|建设路|128号|锦绣花园|3幢|2单元
 *   admin  admin  road   no    estate   buildings unit
 */
#include "domain/address_scan.h"

#include <assert.h>

Text address_scan_text(const AddressScan *scan, size_t from, size_t end)
{
    return address_unfold(scan->codepoints + from, end - from, scan->arena);
}

static bool has(const AddressPlace *place, PartKind kind)
{
    return (place->parts & (1u << kind)) != 0;
}

static bool is_site(PartKind kind)
{
    return kind == PART_ROAD || kind == PART_ESTATE;
}

static bool starts_place(const AddressScan *scan, PartKind kind)
{
    if (scan->place_count == 0 || scan->next_role == PLACE_REPORTER || scan->next_if_owner)
        return true;
    const AddressPlace *place = &scan->places[scan->place_count - 1];
    if (kind == PART_POI || kind == PART_GATE || kind == PART_RELATION || kind == PART_FLOOR)
        return false;
    if (has(place, kind))
        return true;
    if (place->address.role == PLACE_REPORTER && scan->clause_ended)
        return true;
    return is_site(kind) &&
           (has(place, PART_BUILDINGS) || has(place, PART_UNIT) || has(place, PART_ROOM));
}

AddressPlace *address_scan_part(AddressScan *scan, PartKind kind, size_t from, size_t end)
{
    scan->last = kind;
    scan->last_from = from;
    scan->last_end = end;
    scan->name_from = end;
    if (starts_place(scan, kind)) {
        if (scan->place_count == ADDRESS_PLACES_MAX)
            return NULL;
        scan->places[scan->place_count++] =
            (AddressPlace){.address.role = scan->next_role, .if_owner = scan->next_if_owner};
        scan->next_role = PLACE_UNKNOWN;
        scan->next_if_owner = false;
    }
    AddressPlace *place = &scan->places[scan->place_count - 1];
    if ((is_site(kind) || kind == PART_BUILDINGS) && has(place, PART_RELATION)) {
        place->address.relation = TEXT_ABSENT; /* 建设路旁锦绣花园3幢: the finer place is meant */
        place->address.relation_m = 0;
        place->parts &= ~(1u << PART_RELATION);
    }
    if (is_site(kind))
        place->site_from = from;
    place->parts |= 1u << kind;
    place->end = end;
    scan->clause_ended = false;
    if (scan->span_count < ADDRESS_SPANS_MAX)
        scan->spans[scan->span_count++] = (AddressSpan){from, end};
    return place;
}

static void set_border(AddressScan *scan, PartKind kind, size_t from, size_t end)
{
    scan->last = kind;
    scan->last_from = from;
    scan->last_end = end;
    scan->name_from = end;
}

/* Forgets the last estate or landmark: its words turned out to be part of a road's name. */
static void take_back(AddressScan *scan)
{
    if (scan->last == PART_ADMIN || scan->last == PART_WORD || scan->place_count == 0)
        return;
    AddressPlace *place = &scan->places[scan->place_count - 1];
    if (place->end != scan->last_end) /* there was no room for it */
        return;
    if (scan->last == PART_ESTATE)
        place->address.estate = TEXT_ABSENT;
    else
        place->address.poi = TEXT_ABSENT;
    place->parts &= ~(1u << scan->last);
    if (scan->span_count > 0)
        scan->span_count--;
    if (place->parts == 0) {
        scan->next_role = place->address.role;
        scan->next_if_owner = place->if_owner;
        scan->place_count--;
    }
}

static bool is_numeral(uint32_t codepoint)
{
    return codepoint == U'一' || codepoint == U'二' || codepoint == U'三' || codepoint == U'四' ||
           codepoint == U'五' || codepoint == U'六' || codepoint == U'七' || codepoint == U'八' ||
           codepoint == U'九' || codepoint == U'十';
}

/* Whether the name between the last part and an ending at `at` is none of its own: empty, 南, 一. */
static bool leans_on_last(const AddressScan *scan, size_t at)
{
    const uint32_t *c = scan->codepoints;
    size_t from = scan->name_from;
    if (from != scan->last_end)
        return false;
    bool ending = scan->last == PART_ESTATE || scan->last == PART_POI || scan->last == PART_GATE;
    if (at == from) {
        if (scan->last == PART_WORD) {
            uint32_t tail = c[from - 1];
            return tail != U'路' && tail != U'道' && tail != U'街' && tail != U'巷' &&
                   tail != U'里' && tail != U'区';
        }
        return ending || scan->last == PART_ADMIN;
    }
    if (at != from + 1)
        return false;
    bool village = scan->last == PART_ADMIN && c[from - 1] == U'村';
    if (address_scan_direction(c[from]))
        return ending || village;
    return is_numeral(c[from]) && (ending || scan->last == PART_ADMIN);
}

/* Joins two roads to a junction, in the order of their bytes. One road named twice is no junction. */
static void join_roads(Address *address, Text road)
{
    int order = text_compare(address->road, road);
    if (order == 0)
        return;
    if (order < 0) {
        address->cross_road = road;
        return;
    }
    address->cross_road = address->road;
    address->road = road;
}

static bool is_connector(uint32_t codepoint)
{
    return codepoint == U'与' || codepoint == U'和' || codepoint == U'及' || codepoint == U'、' ||
           codepoint == U'/' || codepoint == U'跟' || codepoint == U'×' || codepoint == U'-';
}

static bool junction_follows(const AddressScan *scan, size_t at)
{
    const Lexeme *lexeme = address_lexeme(scan->codepoints + at, scan->count - at);
    if (lexeme != NULL)
        return lexeme->kind == LEXEME_JUNCTION;
    return at < scan->count && (scan->codepoints[at] == U'口' || scan->codepoints[at] == U'交');
}

/* 学府路|一巷: the lane belongs to the road's name. */
static size_t road_tail(const AddressScan *scan, size_t end)
{
    size_t at = end;
    while (at < scan->count && (is_numeral(scan->codepoints[at]) ||
                                (scan->codepoints[at] >= '0' && scan->codepoints[at] <= '9')))
        at++;
    if (at > end && at < scan->count && scan->codepoints[at] == U'巷')
        return at + 1;
    return end;
}

static void take_road(AddressScan *scan, size_t from, size_t end, bool at_junction)
{
    size_t tail = road_tail(scan, end);
    AddressPlace *place = scan->place_count > 0 ? &scan->places[scan->place_count - 1] : NULL;
    bool second = place != NULL && scan->last == PART_ROAD && place->end == scan->last_end &&
                  !has(place, PART_ROAD_NO) && text_is_empty(place->address.cross_road);
    if (second) {
        size_t name = from;
        uint32_t first = scan->codepoints[from];
        bool linked = from == place->end && end - from >= 4 && is_connector(first);
        if (linked)
            name++;
        bool closed = at_junction || junction_follows(scan, tail);
        if (closed || (linked && first != U'、' && first != U'-')) {
            join_roads(&place->address, address_scan_text(scan, name, tail));
            place->end = tail;
            scan->last_end = tail;
            scan->name_from = tail;
            if (scan->span_count < ADDRESS_SPANS_MAX)
                scan->spans[scan->span_count++] = (AddressSpan){from, tail};
            return;
        }
        from = name;
    }
    place = address_scan_part(scan, PART_ROAD, from, tail);
    if (place != NULL)
        place->address.road = address_scan_text(scan, from, tail);
}

/* A road's ending at `at`, `suffix` code points of it belong to the name. False: it is none. */
static bool try_road(AddressScan *scan, size_t at, size_t suffix, const Lexeme *lexeme)
{
    size_t from = scan->name_from;
    bool at_junction = lexeme->kind == LEXEME_JUNCTION;
    if (leans_on_last(scan, at)) {
        if (at_junction && scan->last != PART_ADMIN) /* 锦绣花园路口 */
            return false;
        from = scan->last_from;
        take_back(scan);
    } else {
        size_t least = lexeme->kind == LEXEME_ROAD_WEAK ? 2 : 1;
        if (at < from + least || at - from > ADDRESS_NAME_MAX)
            return false;
    }
    if (lexeme->kind == LEXEME_ROAD_WEAK && scan->free_text) {
        AddressNumber number;
        if (!address_number(scan->codepoints, scan->count, at + 1, &number) &&
            !junction_follows(scan, at + 1))
            return false;
    }
    take_road(scan, from, at + suffix, at_junction);
    return true;
}

/* A landmark by its ending, or the gate (or the school ...) of the estate or landmark before it. */
static bool try_poi(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    size_t from = scan->name_from;
    size_t end = at + lexeme->length;
    AddressPlace *place = scan->place_count > 0 ? &scan->places[scan->place_count - 1] : NULL;
    bool attached = place != NULL && at == place->end && at == scan->last_end &&
                    (scan->last == PART_ESTATE || scan->last == PART_POI);
    if (attached)
        from = scan->last_from;
    else if (lexeme->kind == LEXEME_GATE || at < from + 2 || at - from > ADDRESS_NAME_MAX)
        return false;
    AddressNumber number;
    size_t length;
    if (end < scan->count && scan->codepoints[end] == U'站') /* 青松广场|站 */
        end++;
    if (address_number(scan->codepoints, scan->count, end, &number) && !number.chinese &&
        address_counter(scan->codepoints, scan->count, number.end, &length) == COUNTER_OTHER)
        end = number.end + length; /* 人民广场站|3号口 */
    place = address_scan_part(scan, lexeme->kind == LEXEME_GATE ? PART_GATE : PART_POI, from, end);
    if (place == NULL)
        return true;
    if (attached || text_is_empty(place->address.poi))
        place->address.poi = address_scan_text(scan, from, end);
    return true;
}

static void take_relation(AddressScan *scan, size_t at, size_t end)
{
    if (scan->place_count == 0)
        return;
    AddressPlace *place = &scan->places[scan->place_count - 1];
    bool beside =
        at == place->end || (at == place->end + 1 && scan->codepoints[place->end] == U'的');
    if (!beside || scan->next_role == PLACE_REPORTER)
        return;
    AddressNumber number;
    size_t length;
    size_t from = at;
    if (end < scan->count && scan->codepoints[end] == U'约')
        at = end + 1;
    else
        at = end;
    int32_t metres = 0;
    if (address_number(scan->codepoints, scan->count, at, &number) &&
        address_counter(scan->codepoints, scan->count, number.end, &length) == COUNTER_METRE) {
        metres = number.value;
        at = number.end + length;
    } else {
        at = end;
    }
    if (!text_is_empty(place->address.relation)) {
        place->end = at;
        scan->name_from = at;
        return;
    }
    address_scan_part(scan, PART_RELATION, from, at);
    place->address.relation = address_scan_text(scan, from, end);
    place->address.relation_m = metres;
}

static void take_owner(AddressScan *scan, size_t at)
{
    if (scan->place_count == 0)
        return;
    AddressPlace *place = &scan->places[scan->place_count - 1];
    if (place->if_owner && at <= place->end + 3)
        place->address.role = PLACE_REPORTER;
    place->if_owner = false;
}

static bool admin_holds(const AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    bool whole = lexeme->length >= 3; /* 高新区, a name by itself */
    if ((at == scan->name_from && !whole) || at - scan->name_from > ADDRESS_NAME_MAX)
        return false;
    size_t end = at + lexeme->length;
    uint32_t next = end < scan->count ? scan->codepoints[end] : 0;
    switch (scan->codepoints[at]) {
    case U'市': /* 市场, 市政 and the like are no cities */
        return next != U'场' && next != U'政' && next != U'民' && next != U'容';
    case U'村':
        return next != U'民' && next != U'委' && next != U'口' && next != U'里';
    case U'镇':
    case U'乡':
        return next != U'村' && next != U'亲' && next != U'江';
    default:
        return true;
    }
}

/* 街道路口: the 道 belongs to the next word. */
static bool is_street_of_roads(const AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    return lexeme->length == 2 && scan->codepoints[at] == U'街' &&
           scan->codepoints[at + 1] == U'道' && at + 2 < scan->count &&
           scan->codepoints[at + 2] == U'路';
}

/* The index behind the word; the part it ended is noted. */
static size_t take_word(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    size_t end = at + lexeme->length;
    switch (lexeme->kind) {
    case LEXEME_ROAD:
    case LEXEME_ROAD_WEAK:
        return try_road(scan, at, lexeme->length, lexeme) ? scan->name_from : end;
    case LEXEME_ROAD_NOUN:
        return try_road(scan, at, 1, lexeme) ? scan->name_from : end;
    case LEXEME_JUNCTION:
        if (scan->codepoints[at] == U'路' && scan->name_from < at && try_road(scan, at, 1, lexeme))
            return scan->name_from;
        set_border(scan, scan->last, scan->last_from, end);
        return end;
    case LEXEME_ESTATE:
    case LEXEME_ESTATE_WEAK:
        return address_scan_estate(scan, at, lexeme) ? scan->name_from : end;
    case LEXEME_POI:
    case LEXEME_GATE:
        return try_poi(scan, at, lexeme) ? scan->name_from : end;
    case LEXEME_ADMIN:
        if (is_street_of_roads(scan, at, lexeme)) {
            try_road(scan, at, 1, lexeme);
            return at + 1;
        }
        if (address_scan_settlement(scan, at, lexeme) > at)
            return scan->name_from;
        if (admin_holds(scan, at, lexeme))
            set_border(scan, PART_ADMIN, scan->name_from, end);
        return end;
    case LEXEME_RELATION:
        take_relation(scan, at, end);
        scan->name_from = scan->name_from > end ? scan->name_from : end;
        return scan->name_from;
    case LEXEME_ROLE:
        scan->next_role = PLACE_REPORTER;
        break;
    case LEXEME_ROLE_IF:
        scan->next_if_owner = true;
        break;
    case LEXEME_OWNER:
        take_owner(scan, at);
        break;
    case LEXEME_LEAD:
    case LEXEME_NONE:
        break;
    }
    set_border(scan, PART_WORD, at, end);
    return end;
}

static bool is_punctuation(uint32_t codepoint)
{
    return codepoint < 0x3400 && codepoint != U'、' && codepoint != '/' && codepoint != '-' &&
           codepoint != U'×';
}

static bool ends_clause(uint32_t codepoint)
{
    return codepoint == ',' || codepoint == ';' || codepoint == '!' || codepoint == '?' ||
           codepoint == '.' || codepoint == U'。' || codepoint == '\n';
}

static bool may_be_number(uint32_t codepoint)
{
    return codepoint < 0x80 || is_numeral(codepoint) || codepoint == U'百' || codepoint == U'两' ||
           codepoint == U'零' || codepoint == U'甲' || codepoint == U'乙' || codepoint == U'丙' ||
           codepoint == U'丁' || codepoint == U'戊';
}

void address_scan(AddressScan *scan, Folded text, bool free_text, Arena *arena)
{
    *scan = (AddressScan){.codepoints = text.codepoints,
                          .count = text.count,
                          .arena = arena,
                          .free_text = free_text,
                          .last_end = SIZE_MAX};
    for (size_t at = 0; at < text.count;) {
        uint32_t codepoint = text.codepoints[at];
        if (may_be_number(codepoint)) {
            size_t end = address_scan_number(scan, at);
            if (end > at) {
                at = end;
                continue;
            }
        }
        const Lexeme *lexeme = address_lexeme(text.codepoints + at, text.count - at);
        if (lexeme != NULL) {
            size_t end = take_word(scan, at, lexeme);
            assert(end > at);
            at = end > at ? end : at + 1; /* a mistake here must not stop the service */
            continue;
        }
        if (is_punctuation(codepoint)) {
            scan->name_from = at + 1;
            scan->clause_ended = scan->clause_ended || ends_clause(codepoint);
        }
        at++;
    }
}
