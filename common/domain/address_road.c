/*
 * Roads: the name up to its ending, with lanes and numbered stretches that belong to it (学府路一巷, 人民南路四段); crossings of
 * two; stretches between two (由人民路至解放路), whose ends are no places; highways with their kilometres.
 *
 * In the name of a road numbers are Chinese, as on the sign: 经3路 is 经三路. Highways keep their digits.
 */
#include "base/text_builder.h"

#include "domain/address_scan.h"

static bool is_digit(uint32_t codepoint)
{
    return codepoint >= '0' && codepoint <= '9';
}

static size_t length_of(const char32_t *word)
{
    size_t length = 0;
    while (word[length] != 0)
        length++;
    return length;
}

static bool is_highway(const AddressScan *scan, size_t at)
{
    uint32_t kind = address_scan_at(scan, at);
    return (kind == U'国' || kind == U'省' || kind == U'县' || kind == U'乡') &&
           address_scan_at(scan, at + 1) == U'道';
}

static void append_numeral(TextBuilder *builder, uint32_t value)
{
    static const char32_t DIGITS[] = U"零一二三四五六七八九";
    if (value >= 20)
        builder_codepoint(builder, DIGITS[value / 10 % 10]);
    if (value >= 10)
        builder_codepoint(builder, U'十');
    if (value < 10 || value % 10 > 0)
        builder_codepoint(builder, DIGITS[value % 10]);
}

/* The words of a road's name, one or two digits as a numeral. */
static Text road_name(const AddressScan *scan, size_t from, size_t end)
{
    TextBuilder builder = builder_new(scan->arena);
    const uint32_t *c = scan->codepoints;
    for (size_t i = from; i < end;) {
        size_t digits = i;
        uint32_t value = 0;
        while (digits < end && is_digit(c[digits]) && digits - i < 3)
            value = value * 10 + (c[digits++] - '0');
        if (digits > i && digits - i <= 2 && !is_highway(scan, digits)) {
            append_numeral(&builder, value);
            i = digits;
        } else {
            builder_codepoint(&builder, c[i++]);
        }
    }
    return builder_view(&builder);
}

/* 一|支路, 3|巷, 四|段: the length of what may stand behind the number. */
static size_t tail_word(AddressScan *scan, size_t at)
{
    uint32_t first = address_scan_at(scan, at);
    uint32_t second = address_scan_at(scan, at + 1);
    AddressNumber number;
    if (first == U'巷' && second != U'口' && second != U'子')
        return 1;
    if ((first == U'支' || first == U'横' || first == U'纬') &&
        (second == U'路' || second == U'巷' || second == U'街'))
        return 2;
    if (first == U'段' && (!scan->free_text || address_scan_read(scan, at + 1, &number)))
        return 1;
    return 0;
}

/* 学府路|一巷: the lane belongs to the road's name. The index behind. */
static size_t road_tail(AddressScan *scan, size_t end)
{
    for (;;) {
        size_t at = end;
        if (address_scan_at(scan, at) == U'东' || address_scan_at(scan, at) == U'西' ||
            address_scan_at(scan, at) == U'南' || address_scan_at(scan, at) == U'北')
            at++; /* 幸福大街|北一巷 */
        size_t from = at;
        while (at < from + 3 && (is_digit(address_scan_at(scan, at)) ||
                                 address_numeral(address_scan_at(scan, at)) > 0))
            at++;
        size_t length = at > from ? tail_word(scan, at) : 0;
        if (length == 0)
            return end;
        end = at + length;
    }
}

/* Joins two roads to a junction, in the order of their bytes. One road named twice is no junction. */
static void join_roads(AddressPlace *place, Text road)
{
    Address *address = &place->address;
    int order = text_compare(address->road, road);
    if (order == 0)
        return;
    place->first_road = address->road;
    address->cross_road = order < 0 ? road : address->road;
    address->road = order < 0 ? address->road : road;
}

static bool is_connector(uint32_t codepoint)
{
    return codepoint == U'与' || codepoint == U'和' || codepoint == U'及' || codepoint == U'、' ||
           codepoint == '/' || codepoint == U'跟' || codepoint == U'×' || codepoint == '-' ||
           codepoint == U'同';
}

static bool is_stretch_sign(uint32_t codepoint)
{
    return codepoint == U'至' || codepoint == U'到' || codepoint == '-' || codepoint == '~';
}

/* The index behind the words of a crossing at `at`; `at`: there are none. */
static size_t junction_end(AddressScan *scan, size_t at)
{
    const Lexeme *lexeme = address_scan_lexeme(scan, at);
    if (lexeme != NULL && (lexeme->kind == LEXEME_JUNCTION || lexeme->kind == LEXEME_RAMP))
        return at + lexeme->length;
    uint32_t next = address_scan_at(scan, at + 1);
    if (address_scan_at(scan, at) == U'口' && next != U'腔' && next != U'碑')
        return at + 1;
    if (address_scan_at(scan, at) == U'交' && (next == U'叉' || next == U'汇' || next == U'界'))
        return at + 2;
    return at;
}

/* Takes the words of a crossing behind the road just taken; a ramp of one road is a landmark. */
static void close_junction(AddressScan *scan, bool ramp)
{
    for (;;) {
        const Lexeme *lexeme = address_scan_lexeme(scan, scan->last_end);
        size_t end = junction_end(scan, scan->last_end);
        if (end == scan->last_end || (!ramp && lexeme != NULL && lexeme->kind == LEXEME_RAMP))
            return;
        address_scan_extend(scan, end);
    }
}

/* Whether the road may be the second one of a crossing with the last part. */
static bool is_second(AddressScan *scan, bool closed)
{
    const AddressPlace *place = address_scan_place(scan);
    if (place == NULL || !address_scan_has(place, PART_ROAD) || place->end != scan->last_end ||
        address_scan_has(place, PART_ROAD_NO) || !text_is_empty(place->address.cross_road)) {
        bool alone = place != NULL && place->parts == 1u << PART_ROAD;
        return closed && alone && scan->free_text && !scan->clause_ended &&
               text_is_empty(place->address.cross_road);
    }
    return scan->last == PART_ROAD;
}

static void skip_stretch(AddressScan *scan, size_t from, size_t end)
{
    address_scan_skip(scan, from, end);
    scan->name_from = end;
}

/* The ends of a stretch of the road before: 建设路(人民路至解放路段). True: it was one. */
static bool is_stretch_end(AddressScan *scan, size_t from, size_t end)
{
    if (scan->segment && from > 0 &&
        (is_stretch_sign(scan->codepoints[from]) || is_stretch_sign(scan->codepoints[from - 1]))) {
        scan->segment = false;
        skip_stretch(scan, from, end);
        return true;
    }
    AddressPlace *place = address_scan_place(scan);
    bool behind_road = place != NULL && address_scan_has(place, PART_ROAD) && !scan->clause_ended;
    if (!behind_road || !is_stretch_sign(address_scan_at(scan, end)))
        return false;
    scan->segment = true;
    skip_stretch(scan, from, end);
    return true;
}

void address_road_add(AddressScan *scan, Text name, size_t from, size_t end, bool closed)
{
    AddressPlace *place = address_scan_place(scan);
    closed = closed || scan->turn || junction_end(scan, end) > end;
    scan->turn = false;
    if (is_second(scan, closed)) {
        uint32_t first = scan->codepoints[from];
        bool linked = from == place->end && end - from >= 4 && is_connector(first);
        bool crossing = !scan->free_text && first != U'、' && first != U'-'; /* 建设路与人民路 */
        bool later = address_scan_at(scan, end) == U'的' && junction_end(scan, end + 1) > end + 1;
        if (closed || (linked && (crossing || later))) {
            join_roads(place, name);
            address_scan_skip(scan, from, end);
            address_scan_border(scan, PART_ROAD, from, end);
            place->end = end;
            close_junction(scan, true);
            return;
        }
    }
    place = address_scan_part(scan, PART_ROAD, from, end);
    if (place != NULL)
        place->address.road = name;
    if (closed)
        close_junction(scan, false);
}

/* Where the name of the second of two roads starts: behind the word that links them. */
static size_t behind_connector(const AddressScan *scan, size_t from, size_t end)
{
    bool behind_road = scan->last == PART_ROAD && scan->last_end == from;
    return behind_road && end - from >= 4 && is_connector(scan->codepoints[from]) ? from + 1 : from;
}

/* 建设路|辅路, 建设路|中段: nothing new. */
static size_t take_road_part(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    size_t end = at + lexeme->length;
    if (address_scan_follows(scan, PART_ROAD, at)) {
        address_scan_extend(scan, end);
        return end;
    }
    scan->last_word = LEXEME_NONE;
    address_scan_border(scan, PART_WORD, at, end);
    return end;
}

/* 省道305线: the same as 305省道. The index behind it, or `at`. */
static size_t take_reversed(AddressScan *scan, size_t at)
{
    AddressNumber number;
    if (scan->name_from != at || !is_highway(scan, at) ||
        !address_scan_read(scan, at + 2, &number) || number.value < 0 || number.letter)
        return at;
    size_t end = number.end + (address_scan_at(scan, number.end) == U'线');
    Text name = text_format(scan->arena, "%d%.*s", (int)number.value,
                            TEXT_ARGS(address_scan_text(scan, at, at + 2)));
    address_road_add(scan, name, at, end, false);
    return scan->name_from;
}

/* 路上|建设路, 路北|锦绣花园: of a road that is named elsewhere. */
static size_t take_nameless(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    size_t end = at + lexeme->length;
    if (address_maybe_in_road(scan, end))
        return end;
    scan->last_word = LEXEME_NONE;
    address_scan_border(scan, PART_WORD, at, end);
    return end;
}

bool address_road_is_pinned(AddressScan *scan, size_t at)
{
    AddressNumber number;
    size_t length;
    if (!address_scan_read(scan, at, &number))
        return junction_end(scan, at) > at;
    CounterKind counter = address_scan_counter(scan, number.end, &length);
    return counter == COUNTER_DOOR || counter == COUNTER_YARD || counter == COUNTER_LANE;
}

size_t address_road_take(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    if (lexeme->kind == LEXEME_ROAD_PART)
        return take_road_part(scan, at, lexeme);
    size_t reversed = take_reversed(scan, at);
    if (reversed > at)
        return reversed;
    if (lexeme->kind == LEXEME_ROAD_LAMP && (scan->free_text || at < scan->name_from + 2)) {
        scan->last_word = LEXEME_NONE;
        address_scan_border(scan, PART_WORD, at, at + lexeme->length);
        return at + lexeme->length;
    }
    size_t from = address_scan_name(scan, at);
    bool noun = lexeme->kind != LEXEME_ROAD && lexeme->kind != LEXEME_ROAD_WEAK;
    size_t suffix = noun ? 1 : lexeme->length;
    size_t kept = lexeme->canonical != NULL ? length_of(lexeme->canonical) : suffix;
    size_t end = road_tail(scan, at + suffix);
    bool leans = address_scan_leans(scan, at);
    if (leans && lexeme->kind == LEXEME_JUNCTION && scan->last != PART_ADMIN) /* 锦绣花园路口 */
        return at;
    if (leans && scan->last == PART_ADMIN && at == scan->last_end && end < scan->count &&
        !address_road_is_pinned(scan, end)) /* 北山区|路桥巷, 青松镇|路上 */
        return noun ? take_nameless(scan, at, lexeme) : at;
    if (leans) {
        from = scan->last_own;
        address_scan_take_back(scan);
    }
    size_t least = lexeme->kind == LEXEME_ROAD_WEAK ? 2 : 1;
    bool one = at == from + 1 && scan->codepoints[from] == U'一'; /* 一路上 */
    if (noun && lexeme->kind == LEXEME_ROAD_NOUN && at == scan->name_from && !leans)
        return take_nameless(scan, at, lexeme);
    if (at < from + least || at - from > address_scan_name_max(scan) || one)
        return at;
    if (lexeme->kind == LEXEME_ROAD_WEAK && scan->free_text) {
        AddressNumber number;
        if (!address_scan_read(scan, end, &number) && junction_end(scan, end) == end)
            return at;
    }
    bool closed = lexeme->kind == LEXEME_JUNCTION;
    if (address_scan_heading(scan, end) || (!closed && is_stretch_end(scan, from, end))) {
        scan->name_from = end;
        return end;
    }
    size_t name_from = behind_connector(scan, from, end);
    Text name = road_name(scan, name_from, end > at + suffix ? end : at + kept);
    address_road_add(scan, name, from, end, closed);
    return scan->name_from;
}

size_t address_road_turn(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    size_t end = at + lexeme->length;
    scan->turn = address_scan_follows(scan, PART_ROAD, at);
    if (scan->turn) {
        address_scan_extend(scan, end);
        return end;
    }
    scan->last_word = LEXEME_LEAD;
    address_scan_border(scan, PART_WORD, at, end);
    return end;
}

size_t address_road_junction(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    size_t end = at + lexeme->length;
    if (scan->codepoints[at] == U'路' && scan->name_from < at) {
        static const Lexeme ROAD = {U"路", 1, LEXEME_JUNCTION, NULL};
        size_t taken = address_road_take(scan, at, &ROAD);
        if (taken > at)
            return taken;
    }
    AddressPlace *place = address_scan_place(scan);
    bool direct = place != NULL && place->end == at && scan->last_end == at;
    if (direct && scan->last == PART_ROAD) {
        address_scan_extend(scan, end);
    } else if (direct && (scan->last == PART_ESTATE || scan->last == PART_POI)) {
        return address_relation_take(scan, at, lexeme);
    } else {
        scan->last_word = LEXEME_NONE;
        address_scan_border(scan, PART_WORD, at, end);
    }
    return end;
}

static void set_poi(AddressScan *scan, AddressPlace *place, Text tail)
{
    if (text_is_empty(place->address.poi))
        place->address.poi =
            text_format(scan->arena, "%.*s%.*s", TEXT_ARGS(place->address.road), TEXT_ARGS(tail));
}

size_t address_road_ramp(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    size_t end = at + lexeme->length;
    AddressPlace *place = address_scan_place(scan);
    if (!address_scan_follows(scan, PART_ROAD, at) || place == NULL || place->end != at) {
        scan->last_word = LEXEME_NONE;
        address_scan_border(scan, PART_WORD, at, end);
        return end;
    }
    place = address_scan_part(scan, PART_POI, at, end);
    if (place != NULL)
        set_poi(scan, place, address_scan_canonical(scan, lexeme));
    return end;
}

/* 12+300 or 12公里300米 at `at`, as K12+300. The index behind it, or `at`. */
static size_t read_post(AddressScan *scan, size_t at, Text *post)
{
    AddressNumber number;
    AddressNumber metres;
    size_t length;
    bool marked = address_scan_at(scan, at) == 'K';
    size_t from = marked ? at + 1 : at;
    if (!address_scan_read(scan, from, &number) || number.value < 0 || number.letter)
        return at;
    size_t end = number.end;
    bool kilometres = address_scan_counter(scan, end, &length) == COUNTER_KILOMETRE;
    if (!marked && !kilometres)
        return at;
    end += kilometres ? length : 0;
    bool plus = address_scan_at(scan, end) == '+';
    bool more = address_scan_read(scan, end + plus, &metres) && metres.value >= 0;
    bool counted = more && address_scan_counter(scan, metres.end, &length) == COUNTER_METRE;
    more = more && metres.value < 1000 && (plus || counted);
    *post = text_format(scan->arena, "K%d", (int)number.value);
    if (more)
        *post = text_format(scan->arena, "K%d+%03d", (int)number.value, (int)metres.value);
    return more ? metres.end + (counted ? length : 0) : end;
}

/* K12+300 behind a road, 12公里处 behind a highway. */
static size_t take_post(AddressScan *scan, size_t at)
{
    AddressPlace *place = address_scan_place(scan);
    Text post;
    if (place == NULL || text_is_empty(place->address.road) || scan->clause_ended ||
        !text_is_empty(place->address.poi))
        return at;
    bool highway = text_ends(place->address.road, TEXT("高速")) ||
                   text_ends(place->address.road, TEXT("国道")) ||
                   text_ends(place->address.road, TEXT("省道")) ||
                   text_ends(place->address.road, TEXT("县道"));
    if (address_scan_at(scan, at) != 'K' && !highway)
        return at;
    size_t end = read_post(scan, at, &post);
    if (end == at)
        return at;
    place = address_scan_part(scan, PART_POI, at, end);
    if (place != NULL)
        set_poi(scan, place, post);
    return end;
}

size_t address_road_highway(AddressScan *scan, size_t at)
{
    size_t end = take_post(scan, at);
    if (end > at)
        return end;
    while (is_digit(address_scan_at(scan, end)) && end - at < 6)
        end++;
    if (end == at || !is_highway(scan, end))
        return at;
    Text name = address_scan_text(scan, at, end + 2);
    bool linked = at > 0 && is_connector(scan->codepoints[at - 1]) && scan->last_end + 1 == at;
    address_road_add(scan, name, linked ? at - 1 : at, end + 2, false);
    return scan->name_from;
}
