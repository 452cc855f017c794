/*
 * Administrative names: what they end (区, 街道, 社区, 网格) is a border and not kept. A sub-district or community may be called after
 * a road or landmark (长江路|街道): then that is taken back. An office (居委会) is a landmark until the road or estate
 * follows that lies in its area.
 */
#include "domain/address_scan.h"

static bool is_one_of(uint32_t codepoint, const char32_t *set)
{
    for (size_t i = 0; set[i] != 0; i++)
        if (set[i] == codepoint)
            return true;
    return false;
}

static bool is_word(const Lexeme *lexeme, const char32_t *word)
{
    size_t i = 0;
    while (i < lexeme->length && word[i] != 0 && lexeme->word[i] == word[i])
        i++;
    return i == lexeme->length && word[i] == 0;
}

/* 街道, 社区, 网格 ...: never the beginning of a name, also where they have none themselves. */
static bool is_area(const Lexeme *lexeme)
{
    return lexeme->length >= 2 && is_one_of(lexeme->word[0], U"街社网片办");
}

static bool admin_holds(const AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    bool whole = lexeme->length >= 3; /* 高新区, a name by itself */
    if ((at == scan->name_from && !whole) || at - scan->name_from > ADDRESS_NAME_MAX)
        return false;
    uint32_t next = address_scan_at(scan, at + lexeme->length);
    switch (scan->codepoints[at]) {
    case U'市': /* 市场, 市政 and the like are no cities */
        return !is_one_of(next, U"场政民容");
    case U'村':
        return !is_one_of(next, U"民里");
    case U'镇':
    case U'乡':
        return !is_one_of(next, U"村亲江");
    default:
        return true;
    }
}

/* 和平街|办公楼, 解放街|道路口: the 街 ends a road, what stands behind it belongs to the next word. */
static bool is_street(const AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    uint32_t next = address_scan_at(scan, at + lexeme->length);
    if (is_word(lexeme, U"街办"))
        return next == U'公';
    uint32_t second = address_scan_at(scan, at + lexeme->length + 1);
    return is_word(lexeme, U"街道") && next == U'路' &&
           (second == 0 || is_one_of(second, U"口灯面上边旁侧段"));
}

static size_t take_street(AddressScan *scan, size_t at)
{
    static const Lexeme STREET = {U"街", 1, LEXEME_ROAD, NULL};
    if (!scan->free_text) {
        address_road_take(scan, at, &STREET);
        return at + 1;
    }
    scan->last_word = LEXEME_NONE; /* 街道路灯: the lamps of a street */
    address_scan_border(scan, PART_WORD, at, at + 3);
    return at + 3;
}

/* Whether the last part, which ends at `at`, is a road, estate or landmark that a word there may be called after. */
static bool follows_name(AddressScan *scan, size_t at)
{
    const AddressPlace *place = address_scan_place(scan);
    return place != NULL && place->end == at && scan->last_end == at && scan->name_from == at &&
           (scan->last == PART_ESTATE || scan->last == PART_POI ||
            (scan->last == PART_ROAD && text_is_empty(place->address.cross_road)));
}

void address_admin_rename(AddressScan *scan, size_t at)
{
    if (!follows_name(scan, at) || scan->last == PART_ESTATE)
        return;
    size_t from = scan->last_from;
    address_scan_take_back(scan);
    address_scan_border(scan, PART_NONE, from, from);
}

/* 长江路|街道, 锦绣花园|社区: the estate stays unless a finer name follows. The index behind, or `at`. */
static size_t take_called_after(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    size_t end = at + lexeme->length;
    uint32_t next = address_scan_at(scan, end);
    if (!follows_name(scan, at))
        return at;
    if (scan->free_text && scan->last == PART_ROAD && is_word(lexeme, U"街道") &&
        is_one_of(next, U"上两边旁中面")) {
        address_scan_extend(scan, end); /* 建设路|街道上: the street itself */
        return end;
    }
    size_t from = scan->last_from;
    if (scan->last == PART_ESTATE)
        address_scan_place(scan)->village = true;
    else if (lexeme->word[0] != U'片') /* 建设路片区: round the road */
        address_scan_take_back(scan);
    address_scan_border(scan, PART_ADMIN, from, end);
    return end;
}

size_t address_admin_take(AddressScan *scan, size_t at, const Lexeme *lexeme)
{
    size_t end = at + lexeme->length;
    if (is_street(scan, at, lexeme) && !address_scan_follows(scan, PART_ROAD, at))
        return take_street(scan, at);
    size_t taken = address_estate_village(scan, at, lexeme);
    if (taken > at)
        return taken;
    if (lexeme->length == 5 && !scan->free_text) { /* 青松街道办事处 */
        address_admin_rename(scan, at);
        taken = address_landmark_take(scan, at, lexeme);
        if (taken > at)
            return taken;
    }
    bool area = is_area(lexeme);
    if (area)
        taken = take_called_after(scan, at, lexeme);
    if (area && address_scan_at(scan, end) == U'内') /* 12号网格内 */
        end++;
    if (taken > at)
        return taken;
    if (admin_holds(scan, at, lexeme)) {
        address_scan_border(scan, PART_ADMIN, scan->name_from, end);
    } else if (area) {
        scan->last_word = LEXEME_LEAD;
        address_scan_border(scan, PART_WORD, at, end);
    }
    return end;
}

bool address_admin_is_office(Text name)
{
    static const char *const ENDINGS[] = {"居委会", "村委会", "管委会", "办事处"};
    for (size_t i = 0; i < sizeof ENDINGS / sizeof ENDINGS[0]; i++)
        if (text_ends(name, text_from(ENDINGS[i])))
            return true;
    return false;
}

void address_admin_leave_office(const AddressScan *scan, AddressPlace *place, size_t from)
{
    unsigned besides = place->parts & ~(1u << PART_ESTATE);
    if (besides != 1u << PART_POI || !address_admin_is_office(place->address.poi) ||
        (place->end != from && !scan->free_text))
        return;
    place->address.poi = TEXT_ABSENT;
    place->parts &= ~(1u << PART_POI);
}
