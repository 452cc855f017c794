/*
 * Names of estates: endings that are sure (花园) and endings that need a building, a gate or the end behind them (城), phases
 * and yards (二期, 东区, 5号院), names without any ending right before a building, and villages, which stand for an estate
 * until something finer follows.
 */
#include "domain/address_scan.h"

/* Whether a weak ending (城, 里) may end a name here: what follows is a building, a gate, the end. */
static bool weak_ending_holds(AddressScan *scan, size_t name_length, size_t end)
{
    if (end >= scan->count)
        return !scan->free_text;
    AddressNumber number;
    size_t length;
    if (address_scan_read(scan, end, &number)) {
        CounterKind counter = address_scan_counter(scan, number.end, &length);
        return (counter != COUNTER_NONE && counter != COUNTER_METRE) ||
               address_building_is_dashed(scan, end);
    }
    const Lexeme *lexeme = address_scan_lexeme(scan, end);
    if (lexeme != NULL)
        return lexeme->kind == LEXEME_GATE || lexeme->kind == LEXEME_ESTATE ||
               lexeme->kind == LEXEME_BUILDING ||
               (!scan->free_text && lexeme->kind == LEXEME_FACILITY) ||
               (lexeme->kind == LEXEME_RELATION &&
                (!scan->free_text || (name_length >= 2 && name_length <= 4)));
    return !scan->free_text && scan->codepoints[end] < 0x4E00;
}

static bool is_zone_word(uint32_t codepoint)
{
    return codepoint == U'东' || codepoint == U'西' || codepoint == U'南' || codepoint == U'北' ||
           codepoint == U'中' || codepoint == U'新' || codepoint == U'老';
}

static void append_phase(AddressScan *scan, Text *name, Text number, CounterKind counter)
{
    const char *unit = counter == COUNTER_PHASE  ? "期"
                       : counter == COUNTER_ZONE ? "区"
                       : counter == COUNTER_YARD ? "号院"
                                                 : "组";
    *name = text_format(scan->arena, "%.*s%.*s%s", TEXT_ARGS(*name), TEXT_ARGS(number), unit);
}

/* One phase at `at`; the index behind it, or `at`. *counter says what it is. */
static size_t read_phase(AddressScan *scan, size_t at, Text *name, CounterKind *counter)
{
    AddressNumber number;
    size_t length;
    size_t from = address_scan_at(scan, at) == U'第' ? at + 1 : at;
    if (address_scan_read(scan, from, &number)) {
        *counter = address_scan_counter(scan, number.end, &length);
        if (*counter != COUNTER_PHASE && *counter != COUNTER_ZONE && *counter != COUNTER_YARD)
            return at;
        append_phase(scan, name, address_scan_number_text(scan, &number), *counter);
        return number.end + length;
    }
    if (is_zone_word(address_scan_at(scan, at)) && address_scan_at(scan, at + 1) == U'区') {
        *counter = COUNTER_ZONE;
        append_phase(scan, name, address_scan_text(scan, at, at + 1), COUNTER_ZONE);
        return at + 2;
    }
    return at;
}

size_t address_estate_phases(AddressScan *scan, size_t at, Text *name)
{
    Text bare = *name;
    CounterKind last = COUNTER_NONE;
    for (int phases = 0; phases < 3; phases++) {
        CounterKind counter = COUNTER_NONE;
        bool bracket = address_scan_at(scan, at) == '('; /* 锦绣花园(南区) */
        size_t end = read_phase(scan, at + bracket, name, &counter);
        if (end == at + bracket)
            return at;
        if (counter == last) /* 二期三期: both, so none */
            *name = bare;
        last = counter;
        at = end + (bracket && address_scan_at(scan, end) == ')');
    }
    return at;
}

/* Further endings: 锦绣花园|小区, 工业园区 said 工业园. `end` moves behind them. */
static Text estate_name(AddressScan *scan, size_t from, size_t *end, const Lexeme *lexeme)
{
    size_t name_end = *end;
    if (lexeme->canonical != NULL) /* the same, shorter */
        name_end--;
    for (;;) {
        const Lexeme *more = address_scan_lexeme(scan, *end);
        if (more == NULL || more->kind != LEXEME_ESTATE)
            break;
        *end += more->length;
        if (more->word[0] != U'小') /* 小区 behind another ending says nothing */
            name_end = *end;
    }
    return address_scan_text(scan, from, name_end);
}

/* 市纺织厂家属院: of the city is not a part of the name. */
static size_t behind_city(const AddressScan *scan, size_t from, size_t at)
{
    static const char32_t NAMES[] = U"府民中南北东西场心郊";
    uint32_t next = address_scan_at(scan, from + 1);
    if (address_scan_at(scan, from) != U'市' || at < from + 4)
        return from;
    for (size_t i = 0; NAMES[i] != 0; i++)
        if (NAMES[i] == next)
            return from;
    return from + 1;
}

/* 建设路|小区, 青松医院|家属院, 李家村|安置小区: an ending that takes its name from what it stands behind. */
static bool borrows_name(AddressScan *scan, size_t at)
{
    const AddressPlace *place = address_scan_place(scan);
    if (place == NULL || scan->last_end != at || place->end != at || scan->name_from != at)
        return false;
    uint32_t first = scan->codepoints[at];
    bool plain = first == U'小' || first == U'新' || first == U'公' || first == U'宿' ||
                 first == U'家' || first == U'安' || first == U'回';
    return (scan->last == PART_POI && place->parts == 1u << PART_POI) ||
           (scan->last == PART_ESTATE && place->village) || (scan->last == PART_ROAD && plain);
}

static size_t take_estate(AddressScan *scan, size_t from, size_t end, Text name)
{
    end = address_estate_phases(scan, end, &name);
    AddressPlace *place = address_scan_part(scan, PART_ESTATE, from, end);
    if (place != NULL)
        place->address.estate = name;
    return end;
}

/* 建设路|小区: the road stays the road. */
static size_t take_named_by_road(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    Text name =
        text_format(scan->arena, "%.*s%.*s", TEXT_ARGS(address_scan_place(scan)->address.road),
                    TEXT_ARGS(address_scan_canonical(scan, lexeme)));
    return take_estate(scan, at, at + lexeme->length, name);
}

/* 青松镇|工业园: a park without a name of its own is called after its town. */
static bool is_park_of_admin(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    if (lexeme->length < 3 || lexeme->word[2] != U'园')
        return false;
    const Lexeme *next = address_scan_lexeme(scan, at + lexeme->length);
    return lexeme->kind == LEXEME_ESTATE && scan->last == PART_ADMIN && scan->last_end == at &&
           (next == NULL || (next->kind != LEXEME_ESTATE && next->kind != LEXEME_ROAD));
}

/* 一品苑|北苑: a part of the estate before. The index behind it, or `at`. */
static size_t take_side(AddressScan *scan, size_t from, size_t at, const Lexeme *lexeme)
{
    AddressPlace *place = address_scan_place(scan);
    uint32_t ending = scan->codepoints[at];
    if (!address_scan_follows(scan, PART_ESTATE, from) || place == NULL || place->end != from ||
        place->village || at != from + 1 || lexeme->length != 1 ||
        !is_zone_word(scan->codepoints[from]) || (ending != U'苑' && ending != U'园'))
        return at;
    Text name = text_format(scan->arena, "%.*s%.*s", TEXT_ARGS(place->address.estate),
                            TEXT_ARGS(address_scan_text(scan, from, at + 1)));
    size_t end = address_estate_phases(scan, at + 1, &name);
    place->address.estate = name;
    address_scan_extend(scan, end);
    return end;
}

size_t address_estate_take(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    size_t from = address_scan_name(scan, at);
    size_t end = at + lexeme->length;
    size_t side = take_side(scan, from, at, lexeme);
    if (side > at)
        return side;
    if (at == from && lexeme->kind == LEXEME_ESTATE && borrows_name(scan, at)) {
        const Lexeme *next = address_scan_lexeme(scan, end);
        if (next != NULL && next->kind == LEXEME_ESTATE) /* 建设路|花园小区 */
            return at;
        if (scan->last == PART_ROAD)
            return take_named_by_road(scan, at, lexeme);
        bool office = scan->codepoints[scan->last_own] == U'政'; /* 青松镇政府|大院 */
        from = office ? scan->last_from : scan->last_own;
        address_scan_take_back(scan);
    }
    if (at == from && is_park_of_admin(scan, at, lexeme)) {
        from = scan->last_from;
        Text name = estate_name(scan, from, &end, lexeme);
        end = take_estate(scan, from, end, name);
        scan->last_own = at;
        return end;
    }
    if (at == from) {
        if (lexeme->word[0] == U'小') { /* 小区东门: of the estate we speak of */
            scan->last_word = LEXEME_ESTATE;
            address_scan_border(scan, PART_WORD, at, end);
        }
        return at;
    }
    if (at - from > address_scan_name_max(scan))
        return at;
    bool within = scan->free_text && scan->codepoints[at] == U'里' &&
                  scan->codepoints[at - 1] == U'院'; /* 家属院里 */
    if (lexeme->kind == LEXEME_ESTATE_WEAK &&
        (within || !weak_ending_holds(scan, at - from, end) || at - from > 6))
        return at;
    from = behind_city(scan, from, at);
    Text name = estate_name(scan, from, &end, lexeme);
    return take_estate(scan, from, end, name);
}

static void take_village(AddressScan *scan, size_t from, size_t end, Text name)
{
    AddressPlace *place = address_scan_part(scan, PART_ESTATE, from, end);
    if (place == NULL)
        return;
    place->address.estate = name;
    place->village = true;
}

/* 三组, 第三村民小组, 5社: always said 组. */
static size_t read_group(AddressScan *scan, size_t at, Text *name)
{
    AddressNumber number;
    size_t length;
    size_t from = address_scan_at(scan, at) == U'第' ? at + 1 : at;
    if (!address_scan_read(scan, from, &number) ||
        address_scan_counter(scan, number.end, &length) != COUNTER_GROUP)
        return at;
    append_phase(scan, name, address_scan_number_text(scan, &number), COUNTER_GROUP);
    return number.end + length;
}

static bool house_follows(AddressScan *scan, size_t at)
{
    AddressNumber number;
    size_t length;
    if (!address_scan_read(scan, at, &number))
        return false;
    CounterKind counter = address_scan_counter(scan, number.end, &length);
    return counter == COUNTER_BUILDING || counter == COUNTER_DOOR;
}

static bool is_no_village(const AddressScan *scan, size_t at)
{
    uint32_t next = address_scan_at(scan, at + 1);
    return next == U'民' || next == U'里' || next == U'道';
}

/* 青松社区12号楼, 和平里社区12号楼. */
static size_t take_community(AddressScan *scan, size_t at, size_t end)
{
    if (!house_follows(scan, end))
        return at;
    const Lexeme *ending = address_lexeme(scan->codepoints + at - 1, 1);
    bool short_name = ending != NULL && ending->kind == LEXEME_ESTATE_WEAK;
    size_t from = scan->name_from;
    AddressPlace *place = address_scan_part(scan, PART_ESTATE, from, end);
    if (place != NULL)
        place->address.estate = address_scan_text(scan, from, short_name ? at : end);
    return end;
}

size_t address_estate_village(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    size_t from = scan->name_from;
    size_t end = at + lexeme->length;
    if (at == from || at - from > address_scan_name_max(scan))
        return at;
    if (scan->codepoints[at] == U'社')
        return take_community(scan, at, end);
    if (scan->codepoints[at] != U'村' || is_no_village(scan, at))
        return at;
    Text name = address_scan_text(scan, from, end);
    size_t grouped = read_group(scan, end, &name);
    bool behind_town = scan->last == PART_ADMIN && scan->last_end == from;
    bool held = grouped > end || house_follows(scan, end) || !scan->free_text || behind_town;
    if (!held)
        return at;
    take_village(scan, from, grouped, name);
    return grouped;
}

size_t address_estate_of_office(AddressScan *scan, size_t at, size_t end)
{
    const AddressPlace *place = address_scan_place(scan);
    size_t from = scan->name_from;
    bool named = at >= from + 1 && at - from <= ADDRESS_NAME_MAX;
    bool doubled = at == from && place != NULL && place->village && place->end == at;
    if (scan->codepoints[at] != U'村' || (!named && !doubled))
        return at;
    Text name = doubled ? place->address.estate : address_scan_text(scan, from, at + 1);
    size_t grouped = read_group(scan, end, &name);
    if (grouped == end)
        return at;
    take_village(scan, from, grouped, name);
    return grouped;
}

size_t address_estate_hamlet(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    const AddressPlace *place = address_scan_place(scan);
    size_t from = scan->name_from;
    size_t end = at + lexeme->length;
    bool in_village = place != NULL && place->village && scan->last == PART_ESTATE &&
                      scan->last_end == from && place->end == from;
    if (!in_village || at == from || at - from > 4)
        return at;
    if (address_numeral(scan->codepoints[from]) > 0 && at == from + 1) { /* 桃花村三屯 */
        address_scan_extend(scan, end);
        return end;
    }
    Text name = address_scan_text(scan, from, end);
    size_t grouped = read_group(scan, end, &name);
    if (grouped == end && !house_follows(scan, end) && scan->free_text)
        return at;
    take_village(scan, from, grouped, name);
    return grouped;
}

static bool is_one_of(uint32_t codepoint, const char32_t *set)
{
    for (size_t i = 0; set[i] != 0; i++)
        if (set[i] == codepoint)
            return true;
    return false;
}

/* 滨江一号, 专家楼, 兴业: these end a name, though prose is full of them. */
static bool may_be_last(const AddressScan *scan, size_t from, size_t at)
{
    uint32_t codepoint = scan->codepoints[at];
    return codepoint == U'号' || (codepoint == U'楼' && at >= from + 2) ||
           (codepoint == U'业' && scan->codepoints[at - 1] != U'物');
}

/*
 * Characters that no name of an estate has: what stands before the building is prose. In an address field fewer tell so (和平,
 * 水电, 专家楼), and some only at the end.
 */
static bool is_prose(const AddressScan *scan, size_t from, size_t end)
{
    static const char32_t ALWAYS[] = U"我你他她它们的了着吗呢吧啊在是有与及或请被把就说讲看听来去"
                                     U"到又都也还这那哪些个号楼梯单户栋幢层业";
    static const char32_t IN_TEXT[] = U"过和上下内外处晚早昨分点报修停坏火警漏电气没不";
    static const char32_t LAST[] = U"内外上下家处";
    for (size_t i = from; i < end; i++) {
        uint32_t codepoint = scan->codepoints[i];
        bool last = i + 1 == end;
        if (codepoint < 0x4E00 || (scan->free_text && is_one_of(codepoint, IN_TEXT)) ||
            (last && is_one_of(codepoint, LAST)) ||
            (is_one_of(codepoint, ALWAYS) && (!last || !may_be_last(scan, from, i))))
            return true;
    }
    return false;
}

void address_estate_unnamed(AddressScan *scan, size_t at)
{
    size_t from = scan->name_from;
    if (at < from + 2 || at - from > 6 || is_prose(scan, from, at))
        return;
    bool behind_place =
        scan->last_end == from &&
        (scan->last == PART_ADMIN || scan->last == PART_ROAD_NO || scan->last == PART_LANE);
    if (scan->free_text && !behind_place)
        return;
    AddressPlace *place = address_scan_part(scan, PART_ESTATE, from, at);
    if (place != NULL)
        place->address.estate = address_scan_text(scan, from, at);
}
