/*
 * Chinese numerals are read both ways: with 十 and 百 as values (一百二十八), without as digits (一二八).
 */
#include "domain/address_number.h"

#include "domain/address_lexicon.h"

enum { DIGITS_MAX = 6 };

static bool is_digit(uint32_t codepoint)
{
    return codepoint >= '0' && codepoint <= '9';
}

static bool is_letter(uint32_t codepoint)
{
    return codepoint >= 'A' && codepoint <= 'Z';
}

/* 0 to 9; 10 and 100 for 十 and 百; -1: no numeral. */
static int32_t numeral(uint32_t codepoint)
{
    static const char32_t NUMERALS[] = U"零一二三四五六七八九十百";
    if (codepoint == U'两')
        return 2;
    for (int32_t i = 0; NUMERALS[i] != 0; i++)
        if (NUMERALS[i] == codepoint)
            return i == 11 ? 100 : i;
    return -1;
}

static bool is_stem(uint32_t codepoint) /* 甲乙丙丁戊 */
{
    return codepoint == U'甲' || codepoint == U'乙' || codepoint == U'丙' || codepoint == U'丁' ||
           codepoint == U'戊';
}

static void set_value(AddressNumber *number, int32_t value)
{
    uint32_t reversed[ADDRESS_NUMBER_MAX];
    size_t count = 0;
    number->value = value;
    number->length = 0;
    do {
        reversed[count++] = (uint32_t)('0' + value % 10);
        value /= 10;
    } while (value > 0 && count < ADDRESS_NUMBER_MAX);
    while (count > 0)
        number->text[number->length++] = reversed[--count];
}

static bool read_numerals(const uint32_t *c, size_t count, size_t at, AddressNumber *number)
{
    int32_t total = 0;
    int32_t digit = 0;
    bool valued = false;
    size_t i = at;
    for (; i < count && i < at + DIGITS_MAX + 1 && numeral(c[i]) >= 0; i++) {
        int32_t n = numeral(c[i]);
        if (n >= 10) {
            total += (digit == 0 && total == 0 ? 1 : digit) * n;
            digit = 0;
            valued = true;
        } else {
            digit = valued ? n : digit * 10 + n;
        }
        if (total + digit > 999999)
            return false;
    }
    if (i == at)
        return false;
    set_value(number, total + digit);
    number->chinese = true;
    number->end = i;
    return true;
}

static bool read_digits(const uint32_t *c, size_t count, size_t at, AddressNumber *number)
{
    int32_t value = 0;
    size_t i = at;
    for (; i < count && is_digit(c[i]); i++) {
        if (i - at >= DIGITS_MAX)
            return false;
        value = value * 10 + (int32_t)(c[i] - '0');
    }
    set_value(number, value);
    size_t length;
    if (i < count && is_letter(c[i]) && number->length < ADDRESS_NUMBER_MAX &&
        address_counter(c, count, i + 1, &length) != COUNTER_NONE)
        number->text[number->length++] = c[i++];
    number->end = i;
    return true;
}

bool address_number(const uint32_t *codepoints, size_t count, size_t at, AddressNumber *number)
{
    *number = (AddressNumber){.value = -1};
    if (at >= count)
        return false;
    uint32_t first = codepoints[at];
    if (is_digit(first))
        return read_digits(codepoints, count, at, number);
    if (numeral(first) >= 0)
        return read_numerals(codepoints, count, at, number);
    if (!is_letter(first) && !is_stem(first))
        return false;
    size_t length;
    if (at > 0 && (is_letter(codepoints[at - 1]) || is_digit(codepoints[at - 1])))
        return false;
    size_t next = at + 1;
    if (is_letter(first) && next < count && is_digit(codepoints[next])) /* A3幢 */
        while (next < count && is_digit(codepoints[next]) && next - at < 4)
            next++;
    CounterKind kind = address_counter(codepoints, count, next, &length);
    if (kind != COUNTER_BUILDING && kind != COUNTER_UNIT && kind != COUNTER_ZONE)
        return false;
    for (size_t i = at; i < next; i++)
        number->text[number->length++] = codepoints[i];
    number->letter = true;
    number->end = next;
    return true;
}

/* What stands behind 号: a word that makes it something else than a door. */
static CounterKind after_door(const uint32_t *c, size_t count, size_t at, size_t *length)
{
    static const struct {
        const char32_t *word;
        size_t length;
        CounterKind kind;
    } WORDS[] = {
        {U"楼", 1, COUNTER_BUILDING}, {U"大院", 2, COUNTER_YARD},  {U"院", 1, COUNTER_YARD},
        {U"门前", 2, COUNTER_DOOR},   {U"门口", 2, COUNTER_DOOR},  {U"门面", 2, COUNTER_DOOR},
        {U"门店", 2, COUNTER_DOOR},   {U"门外", 2, COUNTER_DOOR},  {U"门内", 2, COUNTER_DOOR},
        {U"线", 1, COUNTER_OTHER},    {U"口", 1, COUNTER_OTHER},   {U"门", 1, COUNTER_OTHER},
        {U"机", 1, COUNTER_OTHER},    {U"桩", 1, COUNTER_OTHER},   {U"地块", 2, COUNTER_OTHER},
        {U"出口", 2, COUNTER_OTHER},  {U"入口", 2, COUNTER_OTHER}, {U"站台", 2, COUNTER_OTHER},
        {U"电梯", 2, COUNTER_THING},  {U"梯", 1, COUNTER_THING},   {U"扶梯", 2, COUNTER_THING},
        {U"泵", 1, COUNTER_THING},    {U"锅炉", 2, COUNTER_THING}, {U"厂房", 2, COUNTER_THING},
        {U"车间", 2, COUNTER_THING},  {U"仓库", 2, COUNTER_THING}};
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        size_t j = 0;
        while (j < WORDS[i].length && at + j < count && c[at + j] == WORDS[i].word[j])
            j++;
        if (j == WORDS[i].length) {
            *length = WORDS[i].kind == COUNTER_DOOR || WORDS[i].kind == COUNTER_THING ? 1 : 1 + j;
            return WORDS[i].kind;
        }
    }
    *length = 1;
    return COUNTER_DOOR;
}

CounterKind address_counter(const uint32_t *codepoints, size_t count, size_t at, size_t *length)
{
    *length = 0;
    if (at >= count)
        return COUNTER_NONE;
    uint32_t next = at + 1 < count ? codepoints[at + 1] : 0;
    *length = 1;
    switch (codepoints[at]) {
    case U'号':
        return after_door(codepoints, count, at + 1, length);
    case U'#':
    case U'幢':
    case U'栋':
    case U'座':
        *length = next == U'楼' ? 2 : 1;
        return COUNTER_BUILDING;
    case U'弄':
        return COUNTER_LANE;
    case U'单':
        *length = next == U'元' ? 2 : 0;
        return next == U'元' ? COUNTER_UNIT : COUNTER_NONE;
    case U'室':
        return COUNTER_ROOM;
    case U'房':
        *length = next == U'间' ? 2 : 1;
        return COUNTER_ROOM;
    case U'层':
    case U'楼':
        return COUNTER_FLOOR;
    case U'期':
        return COUNTER_PHASE;
    case U'区':
        return COUNTER_ZONE;
    case U'门':
        return COUNTER_GATE;
    case U'米':
        return COUNTER_METRE;
    case U'组':
        return COUNTER_OTHER;
    default:
        *length = 0;
        return COUNTER_NONE;
    }
}
