/*
 * Words of prose that end a name when one stands before them: 和|顺路, 甘|井里, 南|山村 against 马路, 水里, 山村. They do where a
 * number of a door or house follows; in an address field also at its end; in free text a road's also when one
 * character of a name stands alone before it (反映|金水路).
 */
#include "domain/address_scan.h"

enum { NAME_MAX_BEFORE = 4 };

static bool is_common(uint32_t codepoint)
{
    static const char32_t COMMON[] =
        U"大小条的这那整全老旧门口车村街河过上下走横挡占修主本各我他她该某段都后前边个座家排间近远";
    for (size_t i = 0; COMMON[i] != 0; i++)
        if (COMMON[i] == codepoint)
            return true;
    return false;
}

/* 本|山村: no name of a village. */
static bool is_of_speaker(uint32_t codepoint)
{
    static const char32_t WORDS[] = U"本各我他她全这那该整某的";
    for (size_t i = 0; WORDS[i] != 0; i++)
        if (WORDS[i] == codepoint)
            return true;
    return false;
}

static bool is_part(PartKind kind)
{
    return kind != PART_NONE && kind != PART_ADMIN && kind != PART_WORD;
}

/* Nothing but a border or a relation stands at `at`. */
static bool ends_name(AddressScan *scan, size_t at)
{
    if (address_scan_at(scan, at) < 0x3400)
        return true;
    const Lexeme *next = address_scan_lexeme(scan, at);
    return next != NULL && (next->kind == LEXEME_RELATION || next->kind == LEXEME_RELATION_WEAK ||
                            next->kind == LEXEME_ROAD_PART);
}

static bool road_holds(AddressScan *scan, size_t at, size_t end)
{
    if (address_road_is_pinned(scan, end))
        return true;
    bool one = at == scan->name_from + 1;
    if (one && is_common(scan->codepoints[at - 1]))
        return false;
    bool behind_part = is_part(scan->last) && scan->last_end == scan->name_from;
    uint32_t next = address_scan_at(scan, end);
    if (next == U'子') /* 小巷子 */
        return false;
    if (scan->free_text)
        return one && !behind_part && next != U'灯';
    return ends_name(scan, end) || next == U'与' || next == U'和';
}

static size_t take_road(AddressScan *scan, size_t at)
{
    static const Lexeme ROAD = {U"路", 1, LEXEME_ROAD, NULL};
    static const Lexeme STREET = {U"街", 1, LEXEME_ROAD, NULL};
    static const Lexeme LANE = {U"巷", 1, LEXEME_ROAD, NULL};
    uint32_t ending = scan->codepoints[at];
    return address_road_take(scan, at, ending == U'街' ? &STREET : ending == U'巷' ? &LANE : &ROAD);
}

/* The index behind the name that ends with the word at `at`, or the index of its ending: it ends none. */
static size_t take_name(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    static const Lexeme VILLAGE = {U"村", 1, LEXEME_ADMIN, NULL};
    static const Lexeme LANES = {U"里", 1, LEXEME_ESTATE_WEAK, NULL};
    static const Lexeme QUARTER = {U"坊", 1, LEXEME_ESTATE_WEAK, NULL};
    size_t ending = at + lexeme->length - 1;
    if (at == scan->name_from || at - scan->name_from > NAME_MAX_BEFORE)
        return ending;
    switch (scan->codepoints[ending]) {
    case U'村':
        if (is_of_speaker(scan->codepoints[at - 1]))
            return ending;
        return address_estate_village(scan, ending, &VILLAGE);
    case U'里':
        return address_estate_take(scan, ending, &LANES);
    case U'坊':
        return address_estate_take(scan, ending, &QUARTER);
    default:
        return road_holds(scan, at, ending + 1) ? take_road(scan, ending) : ending;
    }
}

size_t address_maybe_take(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    size_t end = at + lexeme->length;
    size_t taken = take_name(scan, at, lexeme);
    if (taken >= end)
        return taken;
    if (address_maybe_in_road(scan, end))
        return end;
    scan->last_word = LEXEME_NONE;
    address_scan_border(scan, PART_WORD, at, end);
    return end;
}

bool address_maybe_in_road(AddressScan *scan, size_t at)
{
    const Lexeme *next = address_scan_lexeme(scan, at);
    if (next == NULL || next->kind != LEXEME_ROAD)
        return false;
    size_t end = at + next->length;
    return address_road_is_pinned(scan, end) || (!scan->free_text && end >= scan->count);
}

/* 自由|路, 大有|路, 求是|路: two characters that are a name before a road. */
static bool is_name_pair(uint32_t first, uint32_t second)
{
    static const char32_t PAIRS[] = U"自由大有富有求是理想梦想";
    for (size_t i = 0; PAIRS[i] != 0; i += 2)
        if (PAIRS[i] == first && PAIRS[i + 1] == second)
            return true;
    return false;
}

static bool is_province(uint32_t first, uint32_t second)
{
    static const char32_t PAIRS[] = U"河南河北湖南湖北江西海南";
    for (size_t i = 0; PAIRS[i] != 0; i += 2)
        if (PAIRS[i] == first && PAIRS[i + 1] == second)
            return true;
    return false;
}

static bool is_shore(uint32_t codepoint)
{
    return codepoint == U'江' || codepoint == U'河' || codepoint == U'湖' || codepoint == U'海' ||
           codepoint == U'溪' || codepoint == U'港';
}

static bool is_side(uint32_t codepoint)
{
    return codepoint == U'东' || codepoint == U'西' || codepoint == U'南' || codepoint == U'北';
}

static bool road_ends_at(AddressScan *scan, size_t at)
{
    const Lexeme *lexeme = address_scan_lexeme(scan, at);
    return lexeme != NULL &&
           (lexeme->kind == LEXEME_ROAD || lexeme->kind == LEXEME_ROAD_NOUN ||
            lexeme->kind == LEXEME_JUNCTION) &&
           (lexeme->word[0] == U'路' || lexeme->word[0] == U'街' || lexeme->word[0] == U'大' ||
            lexeme->word[0] == U'巷');
}

bool address_maybe_is_name(AddressScan *scan, size_t at)
{
    uint32_t word = scan->codepoints[at];
    if (at > scan->name_from && is_name_pair(scan->codepoints[at - 1], word))
        return road_ends_at(scan, at + 1);
    uint32_t shore = address_scan_at(scan, at + 1);
    uint32_t side = address_scan_at(scan, at + 2);
    if (word != U'沿' || !is_shore(shore))
        return false; /* 沿江|路, 沿江|东路, but 沿|河南路 */
    return road_ends_at(scan, at + 2) ||
           (is_side(side) && !is_province(shore, side) && road_ends_at(scan, at + 3));
}
