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

uint32_t address_scan_at(const AddressScan *scan, size_t at)
{
    return at < scan->count ? scan->codepoints[at] : 0;
}

const Lexeme *address_scan_lexeme(AddressScan *scan, size_t at)
{
    scan->steps++;
    return at < scan->count ? address_lexeme(scan->codepoints + at, scan->count - at) : NULL;
}

bool address_scan_read(AddressScan *scan, size_t at, AddressNumber *number)
{
    scan->steps++;
    return address_number(scan->codepoints, scan->count, at, number);
}

/* 建设路128号|楼下, 128号|办公楼: behind a road the words of a house belong to what follows. */
CounterKind address_scan_counter(const AddressScan *scan, size_t at, size_t *length)
{
    CounterKind kind = address_counter(scan->codepoints, scan->count, at, length);
    if (kind == COUNTER_BUILDING && address_scan_at(scan, at) == U'号' && *length >= 2) {
        uint32_t next = address_scan_at(scan, at + 2);
        bool word = *length > 2 || address_scan_at(scan, at + 1) != U'楼'; /* 128号|办公楼 */
        if (scan->last == PART_ROAD && (word || next == U'上' || next == U'下' || next == U'前' ||
                                        next == U'道' || next == U'梯')) {
            bool yard = address_scan_at(scan, at + 1) == U'院'; /* 128号院|楼 */
            *length = yard ? 2 : 1;
            return yard ? COUNTER_YARD : COUNTER_DOOR;
        }
    }
    return kind;
}

Text address_scan_text(const AddressScan *scan, size_t from, size_t end)
{
    return address_unfold(scan->codepoints + from, end - from, scan->arena);
}

Text address_scan_number_text(const AddressScan *scan, const AddressNumber *number)
{
    return address_unfold(number->text, number->length, scan->arena);
}

Text address_scan_canonical(const AddressScan *scan, const Lexeme *lexeme)
{
    uint32_t codepoints[ADDRESS_NAME_MAX];
    const char32_t *word = lexeme->canonical != NULL ? lexeme->canonical : lexeme->word;
    size_t length = 0;
    while (length < ADDRESS_NAME_MAX && word[length] != 0) {
        codepoints[length] = word[length];
        length++;
    }
    return address_unfold(codepoints, length, scan->arena);
}

/* Only these part names in an address field, where others may stand in one (大有路). */
static bool parts_field(uint32_t codepoint)
{
    return codepoint == U'的' || codepoint == U'在' || codepoint == U'由' || codepoint == U'从' ||
           codepoint == U'某';
}

static size_t take_lead(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    size_t end = at + lexeme->length;
    uint32_t first = scan->codepoints[at];
    if (lexeme->length == 1 && !scan->free_text && !parts_field(first))
        return end;
    if (lexeme->length == 1 && address_maybe_is_name(scan, at)) /* 自由|路 */
        return end;
    scan->metro = scan->metro || first == U'地' || first == U'轨' || first == U'轻';
    scan->last_word = LEXEME_LEAD;
    address_scan_border(scan, PART_WORD, at, end);
    return end;
}

/* Words that say whose place follows, or that nothing does. */
static size_t take_word(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    scan->next_reporter = scan->next_reporter || lexeme->kind == LEXEME_ROLE;
    scan->next_if_owner = scan->next_if_owner || lexeme->kind == LEXEME_ROLE_IF;
    scan->next_aside = scan->next_aside || lexeme->kind == LEXEME_NOT;
    if (lexeme->kind == LEXEME_OWNER)
        address_relation_owner(scan, at);
    if (lexeme->kind == LEXEME_NONE && address_maybe_in_road(scan, at + lexeme->length))
        return at + lexeme->length; /* 河道|街12号 */
    scan->last_word = lexeme->kind;
    address_scan_border(scan, PART_WORD, at, at + lexeme->length);
    return at + lexeme->length;
}

static size_t take_inner(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    (void)scan;
    return at + lexeme->length;
}

/* The index behind the word; the part it ended is noted. */
static size_t take_lexeme(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    static size_t (*const TAKES[])(AddressScan *, size_t, const Lexeme *) = {
        [LEXEME_ROAD] = address_road_take,
        [LEXEME_ROAD_WEAK] = address_road_take,
        [LEXEME_ROAD_NOUN] = address_road_take,
        [LEXEME_ROAD_LAMP] = address_road_take,
        [LEXEME_ROAD_PART] = address_road_take,
        [LEXEME_JUNCTION] = address_road_junction,
        [LEXEME_RAMP] = address_road_ramp,
        [LEXEME_TURN] = address_road_turn,
        [LEXEME_ESTATE] = address_estate_take,
        [LEXEME_ESTATE_WEAK] = address_estate_take,
        [LEXEME_ADMIN] = address_admin_take,
        [LEXEME_HAMLET] = address_estate_hamlet,
        [LEXEME_INNER] = take_inner,
        [LEXEME_POI] = address_landmark_take,
        [LEXEME_STATION] = address_landmark_station,
        [LEXEME_GATE] = address_landmark_gate,
        [LEXEME_FACILITY] = address_landmark_facility,
        [LEXEME_BUILDING] = address_landmark_building,
        [LEXEME_FLOOR] = address_inside_floor,
        [LEXEME_RELATION] = address_relation_take,
        [LEXEME_RELATION_WEAK] = address_relation_take,
        [LEXEME_ROLE] = take_word,
        [LEXEME_ROLE_IF] = take_word,
        [LEXEME_OWNER] = take_word,
        [LEXEME_NOT] = take_word,
        [LEXEME_LEAD] = take_lead,
        [LEXEME_MAYBE] = address_maybe_take,
        [LEXEME_NONE] = take_word,
    };
    size_t taken = TAKES[lexeme->kind](scan, at, lexeme);
    return taken > at ? taken : at + lexeme->length;
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
    return codepoint < 0x80 || address_numeral(codepoint) >= 0 || codepoint == U'甲' ||
           codepoint == U'乙' || codepoint == U'丙' || codepoint == U'丁' || codepoint == U'戊';
}

/* 第, 门牌号, a closing bracket ...: between a part and what belongs to it. Its length. */
static size_t filler(AddressScan *scan, size_t at)
{
    static const struct {
        const char32_t *word;
        size_t length;
    } WORDS[] = {{U"第", 1},   {U"门牌号", 3}, {U"门牌", 2}, {U"自编", 2}, {U"沿街", 2}, {U"内", 1},
                 {U"院内", 2}, {U")", 1},      {U"]", 1},    {U"】", 1},   {U"〕", 1}};
    AddressNumber number;
    size_t length;
    if (scan->codepoints[at] == U'第' &&
        (!address_scan_read(scan, at + 1, &number) ||
         address_scan_counter(scan, number.end, &length) == COUNTER_NONE)) /* 第一小学 */
        return 0;
    size_t longest = 0;
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        size_t j = 0;
        while (j < WORDS[i].length && address_scan_at(scan, at + j) == WORDS[i].word[j])
            j++;
        if (j == WORDS[i].length && j > longest)
            longest = j;
    }
    return longest;
}

static bool is_part(PartKind kind)
{
    return kind != PART_NONE && kind != PART_ADMIN && kind != PART_WORD;
}

static size_t take_number(AddressScan *scan, size_t at)
{
    static size_t (*const TRIES[])(AddressScan *, size_t) = {
        address_inside_tail,   address_building_dashes, address_road_highway,
        address_building_take, address_door_take,       address_inside_take};
    for (size_t i = 0; i < sizeof TRIES / sizeof TRIES[0]; i++) {
        size_t end = TRIES[i](scan, at);
        if (end > at)
            return end;
    }
    size_t end = at;
    while (address_scan_at(scan, end) >= '0' && address_scan_at(scan, end) <= '9')
        end++;
    if (end == at)
        return at;
    uint32_t next = address_scan_at(scan, end);
    bool in_name = end - at <= 2 && at > scan->name_from && (next == U'路' || next == U'街');
    if (in_name) /* 经3路 */
        return end;
    size_t length;
    CounterKind counter = address_scan_counter(scan, end, &length);
    if (counter != COUNTER_NONE && counter != COUNTER_FLOOR && counter != COUNTER_GATE)
        end += length;
    scan->name_from = end;
    return end;
}

/* Takes one thing at `at`; the index behind it. */
static size_t step(AddressScan *scan, size_t at)
{
    uint32_t codepoint = scan->codepoints[at];
    if (at == scan->last_end && is_part(scan->last)) {
        size_t length = filler(scan, at);
        if (length > 0) {
            address_scan_extend(scan, at + length);
            return at + length;
        }
    }
    size_t end = scan->ledger != NULL ? address_landmark_known(scan, at) : at;
    if (end == at && may_be_number(codepoint))
        end = take_number(scan, at);
    if (end > at)
        return end;
    const Lexeme *lexeme = address_scan_lexeme(scan, at);
    if (lexeme != NULL) {
        end = take_lexeme(scan, at, lexeme);
        assert(end > at);
        return end > at ? end : at + 1; /* a mistake here must not stop the service */
    }
    if (is_punctuation(codepoint)) {
        scan->name_from = at + 1;
        scan->clause_ended = scan->clause_ended || ends_clause(codepoint);
        scan->segment = scan->segment && codepoint != ')' && !ends_clause(codepoint);
        scan->metro = false;
        scan->turn = false;
    }
    return at + 1;
}

void address_scan(
    AddressScan *scan, Folded text, bool free_text, const LedgerRegion *ledger, Arena *arena)
{
    *scan = (AddressScan){.codepoints = text.codepoints,
                          .count = text.count,
                          .arena = arena,
                          .ledger = ledger,
                          .free_text = free_text,
                          .last_end = SIZE_MAX};
    for (size_t at = 0; at < text.count;)
        at = step(scan, at);
}
