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

int32_t address_numeral(uint32_t codepoint)
{
    static const char32_t NUMERALS[] = U"零一二三四五六七八九十百";
    static const char32_t CAPITALS[] = U"零壹贰叁肆伍陆柒捌玖拾";
    if (codepoint == U'两')
        return 2;
    for (int32_t i = 1; CAPITALS[i] != 0; i++)
        if (CAPITALS[i] == codepoint)
            return i;
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
    for (; i < count && i < at + DIGITS_MAX + 1 && address_numeral(c[i]) >= 0; i++) {
        int32_t n = address_numeral(c[i]);
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
    number->pair = c[at] == U'两';
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
    if (address_numeral(first) >= 0)
        return read_numerals(codepoints, count, at, number);
    if (!is_letter(first) && !is_stem(first))
        return false;
    size_t length;
    if (at > 0 && (is_letter(codepoints[at - 1]) || is_digit(codepoints[at - 1])))
        return false;
    size_t next = at + 1;
    if (next < count && is_digit(codepoints[next])) /* A3幢, 乙6号楼 */
        while (next < count && is_digit(codepoints[next]) && next - at < 4)
            next++;
    CounterKind kind = address_counter(codepoints, count, next, &length);
    bool tower = kind == COUNTER_FLOOR && is_letter(first) && next == at + 1; /* A楼 */
    bool door = kind == COUNTER_GATE && next == at + 1;                       /* 甲门 */
    if (kind != COUNTER_BUILDING && kind != COUNTER_UNIT && kind != COUNTER_ZONE && !tower && !door)
        return false;
    for (size_t i = at; i < next; i++)
        number->text[number->length++] = codepoints[i];
    number->letter = true;
    number->end = next;
    return true;
}

typedef struct CounterWord {
    const char32_t *word;
    size_t length;
    CounterKind kind;
} CounterWord;

static const CounterWord *
find_word(const CounterWord *words, size_t size, const uint32_t *c, size_t count)
{
    const CounterWord *longest = NULL;
    for (size_t i = 0; i < size; i++) {
        size_t j = 0;
        while (j < words[i].length && j < count && c[j] == words[i].word[j])
            j++;
        if (j == words[i].length && (longest == NULL || j > longest->length))
            longest = &words[i];
    }
    return longest;
}

/* 楼上, 楼道: not the end of a building's name. */
static bool is_house_part(uint32_t codepoint)
{
    return codepoint == U'上' || codepoint == U'下' || codepoint == U'顶' || codepoint == U'前' ||
           codepoint == U'后' || codepoint == U'道' || codepoint == U'梯';
}

/* What stands behind 号: a word that makes it something else than a door. */
static CounterKind after_door(const uint32_t *c, size_t count, size_t *length)
{
    static const CounterWord WORDS[] = {
        {U"住宅楼", 3, COUNTER_BUILDING}, {U"公寓楼", 3, COUNTER_BUILDING},
        {U"居民楼", 3, COUNTER_BUILDING}, {U"宿舍楼", 3, COUNTER_BUILDING},
        {U"家属楼", 3, COUNTER_BUILDING}, {U"教学楼", 3, COUNTER_BUILDING},
        {U"实验楼", 3, COUNTER_BUILDING}, {U"办公楼", 3, COUNTER_BUILDING},
        {U"商住楼", 3, COUNTER_BUILDING}, {U"商业楼", 3, COUNTER_BUILDING},
        {U"安置楼", 3, COUNTER_BUILDING}, {U"楼栋", 2, COUNTER_BUILDING},
        {U"别墅", 2, COUNTER_BUILDING},   {U"网格", 2, COUNTER_THING},
        {U"楼", 1, COUNTER_BUILDING},     {U"大院", 2, COUNTER_YARD},
        {U"院楼", 2, COUNTER_BUILDING},   {U"院", 1, COUNTER_YARD},
        {U"门前", 2, COUNTER_DOOR},       {U"门口", 2, COUNTER_DOOR},
        {U"门面", 2, COUNTER_DOOR},       {U"门店", 2, COUNTER_DOOR},
        {U"门外", 2, COUNTER_DOOR},       {U"门内", 2, COUNTER_DOOR},
        {U"门市", 2, COUNTER_DOOR},       {U"线", 1, COUNTER_OTHER},
        {U"口", 1, COUNTER_OTHER},        {U"门", 1, COUNTER_GATE_NO},
        {U"大门", 2, COUNTER_GATE_NO},    {U"机", 1, COUNTER_OTHER},
        {U"桩", 1, COUNTER_OTHER},        {U"地块", 2, COUNTER_OTHER},
        {U"出口", 2, COUNTER_OTHER},      {U"入口", 2, COUNTER_OTHER},
        {U"站台", 2, COUNTER_OTHER},      {U"灯杆", 2, COUNTER_OTHER},
        {U"路灯杆", 3, COUNTER_OTHER},    {U"杆", 1, COUNTER_OTHER},
        {U"电线杆", 3, COUNTER_OTHER},    {U"变压器", 3, COUNTER_OTHER},
        {U"配电箱", 3, COUNTER_OTHER},    {U"充电桩", 3, COUNTER_OTHER},
        {U"库", 1, COUNTER_OTHER},        {U"车位", 2, COUNTER_OTHER},
        {U"停车位", 3, COUNTER_OTHER},    {U"工地", 2, COUNTER_OTHER},
        {U"标段", 2, COUNTER_OTHER},      {U"摊位", 2, COUNTER_STALL},
        {U"摊", 1, COUNTER_STALL},        {U"铺", 1, COUNTER_STALL},
        {U"铺位", 2, COUNTER_STALL},      {U"商铺", 2, COUNTER_STALL},
        {U"店铺", 2, COUNTER_STALL},      {U"档", 1, COUNTER_STALL},
        {U"档口", 2, COUNTER_STALL},      {U"柜台", 2, COUNTER_STALL},
        {U"门面房", 3, COUNTER_STALL},    {U"电梯", 2, COUNTER_THING},
        {U"梯", 1, COUNTER_THING},        {U"扶梯", 2, COUNTER_THING},
        {U"泵", 1, COUNTER_THING},        {U"锅炉", 2, COUNTER_THING},
        {U"车间", 2, COUNTER_THING},      {U"仓库", 2, COUNTER_THING},
        {U"厂房", 2, COUNTER_WORKSHOP},   {U"标准厂房", 4, COUNTER_WORKSHOP}};
    const CounterWord *found = find_word(WORDS, sizeof WORDS / sizeof WORDS[0], c, count);
    *length = 1;
    if (found == NULL)
        return COUNTER_DOOR;
    if (found->kind != COUNTER_DOOR && found->kind != COUNTER_THING)
        *length += found->length;
    if (c[0] == U'院' && found->kind == COUNTER_BUILDING && count > 2 && is_house_part(c[2])) {
        *length = 2; /* 3号院|楼下 */
        return COUNTER_YARD;
    }
    return found->kind;
}

CounterKind address_counter(const uint32_t *codepoints, size_t count, size_t at, size_t *length)
{
    static const CounterWord WORDS[] = {
        {U"#", 1, COUNTER_BUILDING},     {U"#楼", 2, COUNTER_BUILDING},
        {U"幢", 1, COUNTER_BUILDING},    {U"幢楼", 2, COUNTER_BUILDING},
        {U"栋", 1, COUNTER_BUILDING},    {U"栋楼", 2, COUNTER_BUILDING},
        {U"座", 1, COUNTER_BUILDING},    {U"座楼", 2, COUNTER_BUILDING},
        {U"弄", 1, COUNTER_LANE},        {U"单元", 2, COUNTER_UNIT},
        {U"楼栋", 2, COUNTER_BUILDING},  {U"门洞", 2, COUNTER_GATE},
        {U"门栋", 2, COUNTER_GATE},      {U"单元门洞", 4, COUNTER_UNIT},
        {U"单元门栋", 4, COUNTER_UNIT},  {U"梯", 1, COUNTER_STAIR},
        {U"室", 1, COUNTER_ROOM},        {U"房", 1, COUNTER_ROOM},
        {U"房间", 2, COUNTER_ROOM},      {U"层", 1, COUNTER_STOREY},
        {U"楼层", 2, COUNTER_STOREY},    {U"楼", 1, COUNTER_FLOOR},
        {U"期", 1, COUNTER_PHASE},       {U"区", 1, COUNTER_ZONE},
        {U"组团", 2, COUNTER_ZONE},      {U"门", 1, COUNTER_GATE},
        {U"米", 1, COUNTER_METRE},       {U"M", 1, COUNTER_METRE},
        {U"公里", 2, COUNTER_KILOMETRE}, {U"千米", 2, COUNTER_KILOMETRE},
        {U"KM", 2, COUNTER_KILOMETRE},   {U"组", 1, COUNTER_GROUP},
        {U"小组", 2, COUNTER_GROUP},     {U"村民小组", 4, COUNTER_GROUP},
        {U"社", 1, COUNTER_GROUP},       {U"队", 1, COUNTER_GROUP},
        {U"生产队", 3, COUNTER_GROUP},   {U"社区", 2, COUNTER_NONE}};
    *length = 0;
    if (at >= count)
        return COUNTER_NONE;
    if (codepoints[at] == U'号')
        return after_door(codepoints + at + 1, count - at - 1, length);
    const CounterWord *found =
        find_word(WORDS, sizeof WORDS / sizeof WORDS[0], codepoints + at, count - at);
    if (found == NULL || found->kind == COUNTER_NONE)
        return COUNTER_NONE;
    *length = found->length;
    uint32_t next = at + found->length < count ? codepoints[at + found->length] : 0;
    if (found->kind == COUNTER_BUILDING && found->length == 2 && is_house_part(next))
        *length = 1; /* 3幢|楼下 */
    return found->kind;
}
