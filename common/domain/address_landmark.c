/*
 * Landmarks by their ending (小学, 超市), or by the road, village or office they are called after; stations and their exits;
 * gates and facilities of an estate or landmark; buildings with a name (综合楼); places that the ledger knows.
 */
#include "domain/address_scan.h"
#include "domain/ledger.h"

static Text joined(AddressScan *scan, Text name, Text tail)
{
    return text_format(scan->arena, "%.*s%.*s", TEXT_ARGS(name), TEXT_ARGS(tail));
}

static bool is_letter(uint32_t codepoint)
{
    return codepoint >= 'A' && codepoint <= 'Z';
}

/* 口, 出口, 号出入口 ... at `at`: its length. */
static size_t exit_word(const AddressScan *scan, size_t at)
{
    size_t end = address_scan_at(scan, at) == U'号' ? at + 1 : at;
    uint32_t first = address_scan_at(scan, end);
    uint32_t second = address_scan_at(scan, end + 1);
    if (first == U'口')
        return end + 1 - at;
    if ((first == U'出' || first == U'入') && second == U'口')
        return end + 2 - at;
    if (first == U'出' && second == U'入' && address_scan_at(scan, end + 2) == U'口')
        return end + 3 - at;
    return 0;
}

/* C口, C1出口, 3号口 at `at`: as C口, C1口, 3号口. The index behind it, or `at`. */
static size_t read_exit(AddressScan *scan, size_t at, Text *name)
{
    AddressNumber number;
    size_t end = at;
    if (is_letter(address_scan_at(scan, end)))
        end++;
    bool letter = end > at;
    if (address_scan_read(scan, end, &number) && number.value >= 0 && !number.letter)
        end = number.end;
    size_t length = end > at ? exit_word(scan, end) : 0;
    if (length == 0 || (!letter && address_scan_at(scan, end) != U'号'))
        return at;
    *name = text_format(scan->arena, "%.*s%.*s%s", TEXT_ARGS(*name),
                        TEXT_ARGS(address_scan_text(scan, at, end)), letter ? "口" : "号口");
    return end + length;
}

/* 南|广场, 南|校区, 站, B区, C口 behind a landmark's name. The index behind them. */
static size_t read_tail(AddressScan *scan, size_t at, Text *name)
{
    size_t from = at;
    uint32_t first = address_scan_at(scan, at);
    uint32_t second = address_scan_at(scan, at + 1);
    uint32_t third = address_scan_at(scan, at + 2);
    bool side = first == U'东' || first == U'西' || first == U'南' || first == U'北' ||
                first == U'新' || first == U'老' || first == U'主' || first == U'中';
    if (side && ((second == U'广' && third == U'场') || (second == U'校' && third == U'区')))
        at += 3;
    else if (first == U'站' && second != U'前')
        at += 1;
    *name = joined(scan, *name, address_scan_text(scan, from, at));
    size_t end = read_exit(scan, at, name);
    AddressNumber number;
    size_t length;
    if (end == at && address_scan_read(scan, at, &number) &&
        address_scan_counter(scan, number.end, &length) == COUNTER_ZONE) {
        *name = text_format(scan->arena, "%.*s%.*s区", TEXT_ARGS(*name),
                            TEXT_ARGS(address_scan_number_text(scan, &number)));
        end = number.end + length;
    }
    return end;
}

/* What the landmark is called after when it has no name of its own: 建设路|小学, 青松镇|卫生院, 青松中学|食堂. */
static bool borrowed_name(AddressScan *scan, size_t at, Text *name, size_t *from)
{
    const AddressPlace *place = address_scan_place(scan);
    if (scan->name_from != at || scan->last_end != at)
        return false;
    if (scan->last == PART_ADMIN) {
        *from = scan->last_from;
        *name = address_scan_text(scan, *from, at);
        return at - *from <= ADDRESS_NAME_MAX;
    }
    if (place == NULL || place->end != at)
        return false;
    if (scan->last == PART_ROAD && text_is_empty(place->address.cross_road))
        *name = place->address.road;
    else if (scan->last == PART_ESTATE)
        *name = place->address.estate;
    else if (scan->last == PART_POI)
        *name = place->address.poi;
    else
        return false;
    return !text_is_empty(*name);
}

/* 市|第一人民医院: of the city is not a part of the name. */
static size_t behind_city(const AddressScan *scan, size_t from)
{
    uint32_t next = address_scan_at(scan, from + 1);
    bool city = address_scan_at(scan, from) == U'市' || address_scan_at(scan, from) == U'区' ||
                address_scan_at(scan, from) == U'县';
    bool one = next == U'第' || next == U'人' || next == U'实' || next == U'妇' ||
               (next == U'中' && address_scan_at(scan, from + 2) != U'心');
    return city && one ? from + 1 : from;
}

static size_t take_poi(AddressScan *scan, size_t from, size_t end, Text name, bool attached)
{
    end = read_tail(scan, end, &name);
    if (address_scan_heading(scan, end)) {
        scan->last_word = LEXEME_NONE;
        address_scan_border(scan, PART_WORD, from, end);
        return end;
    }
    AddressPlace *place = address_scan_part(scan, PART_POI, from, end);
    if (place != NULL && (attached || text_is_empty(place->address.poi)))
        place->address.poi = name;
    return end;
}

/* 北山|区政府: a road is called after the 政府 alone. */
static bool is_admin_office(const Lexeme *lexeme)
{
    uint32_t first = lexeme->word[0];
    return lexeme->length >= 3 && lexeme->word[lexeme->length - 1] == U'府' &&
           (first == U'区' || first == U'县' || first == U'镇' || first == U'乡' || first == U'市');
}

size_t address_landmark_take(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    size_t end = at + lexeme->length;
    Text name;
    Text tail = address_scan_canonical(scan, lexeme);
    size_t borrowed = at;
    bool office = address_admin_is_office(tail);
    size_t group = office ? address_estate_of_office(scan, at, end) : at;
    if (group > at)
        return group;
    if (office && scan->last == PART_ROAD)
        address_admin_rename(scan, at); /* 长江路|社区居委会 */
    size_t from = scan->name_from;
    if (borrowed_name(scan, at, &name, &borrowed)) {
        if (text_starts(tail, TEXT("村委会")) && text_ends(name, TEXT("村")))
            tail = TEXT("委会");                 /* 李家村|村委会 */
        if (office && scan->last == PART_ESTATE) /* 工业园区管委会|创业路 */
            address_scan_place(scan)->village = true;
        end = take_poi(scan, borrowed, end, joined(scan, name, tail), true);
        if (borrowed < at)
            scan->last_own = at;
        return end;
    }
    if (address_scan_leans(scan, at) && at > from) { /* 青松广场|南|站 */
        const AddressPlace *place = address_scan_place(scan);
        if (scan->last == PART_POI && place != NULL && place->end == from)
            return take_poi(scan, from, end,
                            joined(scan, place->address.poi,
                                   joined(scan, address_scan_text(scan, from, at), tail)),
                            true);
    }
    from = behind_city(scan, from);
    if (at < from + 2 || at - from > address_scan_name_max(scan))
        return at;
    end = take_poi(scan, from, end, joined(scan, address_scan_text(scan, from, at), tail), false);
    if (is_admin_office(lexeme))
        scan->last_own = at + 1;
    return end;
}

size_t address_landmark_station(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    size_t end = at + lexeme->length;
    Text ignored = TEXT("");
    bool exit_follows = read_exit(scan, end, &ignored) > end;
    if (!exit_follows && !scan->metro)
        return at;
    scan->metro = false;
    return address_landmark_take(scan, at, lexeme);
}

/* The estate or landmark a gate or facility at `at` belongs to; absent: none. */
static Text owner_of(AddressScan *scan, size_t at)
{
    const AddressPlace *place = address_scan_place(scan);
    if (place == NULL || place->end != at || scan->last_end != at || scan->name_from != at)
        return TEXT_ABSENT;
    if (scan->last == PART_POI && !text_is_empty(place->address.poi))
        return place->address.poi;
    return place->address.estate;
}

/* 小区|东门: of the estate that is named elsewhere. */
static size_t take_open_gate(AddressScan *scan, size_t at, size_t end, Text gate)
{
    bool behind_word = scan->last == PART_WORD && scan->last_end == at &&
                       (scan->last_word == LEXEME_ESTATE || scan->last_word == LEXEME_NONE) &&
                       at >= 2 && scan->codepoints[at - 1] == U'区';
    if (!behind_word)
        return at;
    AddressPlace *place = address_scan_part(scan, PART_GATE, at, end);
    if (place != NULL && text_is_empty(place->open_gate))
        place->open_gate = gate;
    return end;
}

static void add_gate(AddressScan *scan, size_t at, size_t end, Text name)
{
    AddressPlace *place = address_scan_part(scan, PART_GATE, at, end);
    if (place != NULL)
        place->address.poi = name;
}

size_t address_landmark_gate(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    size_t end = at + lexeme->length;
    Text gate = address_scan_canonical(scan, lexeme);
    Text owner = owner_of(scan, at);
    if (text_is_empty(owner))
        return take_open_gate(scan, at, end, gate);
    if (address_scan_at(scan, end) == U'口' && lexeme->word[0] != U'大')
        end++; /* 东门口 */
    add_gate(scan, at, end, joined(scan, owner, gate));
    return end;
}

size_t address_landmark_facility(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    size_t end = at + lexeme->length;
    Text facility = address_scan_canonical(scan, lexeme);
    Text owner = owner_of(scan, at);
    if (!text_is_empty(owner)) {
        add_gate(scan, at, end, joined(scan, owner, facility));
        return end;
    }
    if (lexeme->length >= 3)
        return address_landmark_take(scan, at, lexeme);
    return at;
}

size_t address_landmark_building(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    const AddressPlace *place = address_scan_place(scan);
    size_t end = at + lexeme->length;
    bool behind = place != NULL && place->end == at && scan->last_end == at &&
                  (scan->last == PART_ESTATE || scan->last == PART_POI ||
                   scan->last == PART_ROAD_NO || scan->last == PART_LANE);
    if (!behind)
        return at;
    address_building_add_name(scan, address_scan_canonical(scan, lexeme), at, end);
    return end;
}

/* Part of a longer name: 新|锦绣花园, 锦绣花园|路. */
static bool is_part_of_name(AddressScan *scan, size_t at, size_t end, LedgerPlaceKind kind)
{
    static const char32_t BEFORE[] = U"东西南北中新老大小";
    if (at > scan->name_from)
        for (size_t i = 0; BEFORE[i] != 0; i++)
            if (BEFORE[i] == scan->codepoints[at - 1])
                return true;
    const Lexeme *next = address_scan_lexeme(scan, end);
    return next != NULL && kind != LEDGER_ROAD && next->kind == LEXEME_ROAD;
}

static bool has_digit(const AddressScan *scan, size_t from, size_t end)
{
    for (size_t i = from; i < end; i++)
        if (scan->codepoints[i] >= '0' && scan->codepoints[i] <= '9')
            return true;
    return false;
}

size_t address_landmark_known(AddressScan *scan, size_t at)
{
    size_t length = 0;
    scan->steps++;
    const LedgerPlace *known =
        ledger_place_at(scan->ledger, scan->codepoints + at, scan->count - at, &length);
    size_t end = at + length;
    if (known == NULL || length < 2 || known->kind == LEDGER_DOOR ||
        is_part_of_name(scan, at, end, known->kind))
        return at;
    Text name = text_is_empty(known->canonical) ? known->name : known->canonical;
    if (known->kind == LEDGER_ROAD) {
        address_road_add(scan, name, at, end, false);
        return scan->name_from;
    }
    if (known->kind == LEDGER_POI)
        return take_poi(scan, at, end, name, false);
    if (has_digit(scan, at, end)) /* 甲路396弄: read by the grammar, resolved by the ledger */
        return at;
    const Lexeme *more = address_scan_lexeme(scan, end);
    if (more != NULL && more->kind == LEXEME_ESTATE && more->word[0] == U'小')
        end += more->length;
    end = address_estate_phases(scan, end, &name);
    AddressPlace *place = address_scan_part(scan, PART_ESTATE, at, end);
    if (place != NULL)
        place->address.estate = name;
    return end;
}
