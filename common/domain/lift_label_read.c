/*
 * Looked for wherever a lift is spoken of:
 *
 *   number, letter   N 号|# lift, # N lift, A [号|#] lift, N lift (see the header)
 *   purpose          消防|货|客|观光|担架|污物|无障碍 lift
 *   side             左|右|中间|东|西|南|北 [边|侧|面] one
 *   depth            靠|最 里|外 [边|面|侧] one
 *   size             大|小 one
 *   stops, zone      [停] 单|双|奇数|偶数 层 [停] one, 高区|低区 lift
 *   one              [的] lift | [的] 那|这 [一] 部|台 [lift]
 *
 * What a list names (1、2号梯, 客货梯) is several; what is denied (不是1号梯) is skipped.
 */
#include "domain/lift_label.h"

#include <uchar.h>

enum { NUMBER_LARGEST = 99, FIRST = 1, SECOND = 2, MIDDLE = 3 };

typedef struct Reader {
    LiftReading *reading;
    const Folded *text;
    const AddressScan *places;
    bool unit_known;
} Reader;

/* 0 before the beginning and behind the end. */
static uint32_t at(const Reader *reader, size_t i)
{
    return i < reader->text->count ? reader->text->codepoints[i] : 0;
}

static bool is_one_of(uint32_t codepoint, const char16_t *set)
{
    while (*set != 0 && *set != codepoint)
        set++;
    return *set != 0;
}

/* Length of the first word of the list that stands there; 0: none. */
static size_t word_at(const Reader *reader, size_t i, const char16_t *const *words)
{
    for (; *words != NULL; words++) {
        size_t length = 0;
        while ((*words)[length] != 0 && (*words)[length] == at(reader, i + length))
            length++;
        if ((*words)[length] == 0)
            return length;
    }
    return 0;
}

static bool is_digit(uint32_t codepoint)
{
    return codepoint >= '0' && codepoint <= '9';
}

static bool is_letter(uint32_t codepoint)
{
    return codepoint >= 'A' && codepoint <= 'Z';
}

static bool is_han(uint32_t codepoint)
{
    return codepoint >= 0x3400 && codepoint <= 0x9FFF;
}

static bool is_numeral(uint32_t codepoint)
{
    return is_one_of(codepoint, u"一二三四五六七八九十");
}

static bool is_join(uint32_t codepoint)
{
    return is_one_of(codepoint, u"、和与及跟或到至/~-");
}

typedef struct PurposeWord {
    const char16_t *word;
    uint8_t value;
} PurposeWord;

/* The longer one first. */
static const PurposeWord PURPOSES[] = {{u"消防专用", 1}, {u"消防", 1}, {u"货运", 2},  {u"载货", 2},
                                       {u"货", 2},       {u"客运", 3}, {u"载客", 3},  {u"乘客", 3},
                                       {u"客", 3},       {u"观光", 4}, {u"担架", 5},  {u"病床", 5},
                                       {u"医用", 5},     {u"污物", 6}, {u"无障碍", 7}};

/* The purpose that a word at `i` gives; *length 0: none. */
static uint8_t purpose_at(const Reader *reader, size_t i, size_t *length)
{
    for (size_t k = 0; k < sizeof PURPOSES / sizeof PURPOSES[0]; k++) {
        const char16_t *const word[] = {PURPOSES[k].word, NULL};
        *length = word_at(reader, i, word);
        if (*length > 0)
            return PURPOSES[k].value;
    }
    *length = 0;
    return 0;
}

/* 电梯, 梯, 轿厢; no 梯形, 梯队, and no 梯 of 2梯4户. */
static size_t plain_lift_at(const Reader *reader, size_t i)
{
    static const char16_t *const WORDS[] = {u"电梯",     u"直梯", u"升降梯", u"手扶电梯", u"手扶梯",
                                            u"自动扶梯", u"扶梯", u"轿厢",   u"梯",       NULL};
    size_t length = word_at(reader, i, WORDS);
    uint32_t next = at(reader, i + length);
    if (length == 1 && (is_one_of(next, u"形子次队田级度间") || is_digit(next) ||
                        is_numeral(next) || is_one_of(next, u"两多")))
        return 0;
    return length;
}

/* A word for a lift with its purpose, if it has one. */
static size_t lift_at(const Reader *reader, size_t i)
{
    size_t purpose;
    purpose_at(reader, i, &purpose);
    size_t lift = plain_lift_at(reader, i + purpose);
    return lift > 0 ? purpose + lift : 0;
}

/* [的] lift, [的] 那部 [lift]: one is meant. */
static bool is_one(const Reader *reader, size_t i)
{
    static const char16_t *const THAT[] = {u"那一部", u"那一台", u"那部", u"那台", u"这一部",
                                           u"这一台", u"这部",   u"这台", NULL};
    static const char16_t *const ONE[] = {u"那一个", u"那个", u"这个", u"一部", u"一台",
                                          u"那座",   u"部",   u"台",   NULL};
    if (at(reader, i) == U'的')
        i++;
    if (lift_at(reader, i) > 0 || word_at(reader, i, THAT) > 0)
        return true;
    size_t one = word_at(reader, i, ONE);
    if (one == 0)
        return false;
    i += one;
    if (at(reader, i) == U'的')
        i++;
    return lift_at(reader, i) > 0;
}

/* 不是1号梯, 并非左边那部: that one is not meant. */
static bool is_denied(const Reader *reader, size_t from)
{
    return from >= 2 && ((at(reader, from - 2) == U'不' && at(reader, from - 1) == U'是') ||
                         (at(reader, from - 2) == U'并' && at(reader, from - 1) == U'非') ||
                         (at(reader, from - 2) == U'而' && at(reader, from - 1) == U'非'));
}

static void add(Reader *reader, LiftKind kind, unsigned value, size_t from)
{
    LiftReading *reading = reader->reading;
    if (is_denied(reader, from))
        return;
    if (reading->values[kind] != 0 && reading->values[kind] != value)
        reading->several[kind] = true;
    reading->values[kind] = (uint8_t)value;
}

static void add_several(Reader *reader, LiftKind kind, unsigned value)
{
    reader->reading->values[kind] = (uint8_t)value;
    reader->reading->several[kind] = true;
}

/* 十二 -> 12; *length 0: no numeral up to 99 stands there. */
static unsigned han_number(const Reader *reader, size_t i, size_t *length)
{
    static const char16_t DIGITS[] = u"一二三四五六七八九";
    unsigned tens = 0;
    unsigned ones = 0;
    size_t from = i;
    for (; is_numeral(at(reader, i)) && i <= from + 3; i++) {
        if (at(reader, i) == U'十') {
            tens = ones == 0 ? 1 : ones;
            ones = 0;
            continue;
        }
        for (unsigned k = 0; k < 9; k++)
            if (DIGITS[k] == at(reader, i))
                ones = k + 1;
    }
    *length = i - from <= 3 ? i - from : 0;
    return tens * 10 + ones;
}

static unsigned number_at(const Reader *reader, size_t i, size_t *length)
{
    unsigned number = 0;
    size_t from = i;
    if (!is_digit(at(reader, i)))
        return han_number(reader, i, length);
    for (; is_digit(at(reader, i)) && i < from + 3; i++)
        number = number * 10 + (at(reader, i) - '0');
    *length = i - from;
    return number;
}

static bool in_places(const Reader *reader, size_t i)
{
    for (size_t k = 0; k < reader->places->span_count; k++)
        if (reader->places->spans[k].from <= i && i < reader->places->spans[k].to)
            return true;
    return false;
}

/* 1、2号梯: the number before is one of a list. */
static bool is_listed(const Reader *reader, size_t from)
{
    if (from < 2 || !is_join(at(reader, from - 1)))
        return false;
    uint32_t before = at(reader, from - 2);
    return is_digit(before) || is_letter(before) || is_numeral(before) ||
           is_one_of(before, u"号#梯");
}

/* What stands before a number or letter is part of it: 12345, B1, 3-1, 二十. */
static bool goes_on(const Reader *reader, size_t from)
{
    uint32_t before = from > 0 ? at(reader, from - 1) : 0;
    return is_digit(before) || is_letter(before) || before == '.' || is_numeral(before) ||
           (before == '-' && !is_listed(reader, from));
}

static void add_named(Reader *reader, LiftKind kind, unsigned value, size_t from)
{
    if (is_listed(reader, from))
        add_several(reader, kind, value);
    else
        add(reader, kind, value, from);
}

/* The index behind the number, or `i`. */
static size_t read_number(Reader *reader, size_t i)
{
    size_t length;
    unsigned number = number_at(reader, i, &length);
    size_t end = i + length;
    if (length == 0 || goes_on(reader, i))
        return i;
    if (number == 0 || number > NUMBER_LARGEST || is_digit(at(reader, end)))
        return end;
    bool hash = i > 0 && at(reader, i - 1) == '#';
    size_t mark = is_one_of(at(reader, end), u"号#") ? 1 : 0;
    if (mark > 0 || hash) {
        bool machine = at(reader, end + mark) == U'机' && at(reader, end + mark + 1) != U'房';
        if (lift_at(reader, end + mark) > 0 || (mark > 0 && machine))
            add_named(reader, LIFT_NUMBER, number, i);
    } else if (is_digit(at(reader, i)) && reader->unit_known && !in_places(reader, i) &&
               lift_at(reader, end) > 0) {
        add_named(reader, LIFT_NUMBER, number, i);
    }
    return end;
}

static void read_letter(Reader *reader, size_t i)
{
    uint32_t letter = at(reader, i);
    if (!is_letter(letter) || goes_on(reader, i))
        return;
    size_t mark = is_one_of(at(reader, i + 1), u"号#") ? 1 : 0;
    if (lift_at(reader, i + 1 + mark) > 0)
        add_named(reader, LIFT_LETTER, letter - 'A' + 1, i);
}

/* The index behind the word, or `i`. */
static size_t read_purpose(Reader *reader, size_t i)
{
    size_t length;
    uint8_t value = purpose_at(reader, i, &length);
    if (length == 0 || plain_lift_at(reader, i + length) == 0)
        return i;
    uint32_t before = i > 0 ? at(reader, i - 1) : 0;
    if (is_one_of(before, u"客货防兼/、和与及跟")) /* 客货梯, 消防兼货梯 */
        add_several(reader, LIFT_PURPOSE, value);
    else if (!is_one_of(before, u"顾旅乘游送拉")) /* 顾客电梯 */
        add(reader, LIFT_PURPOSE, value, i);
    return i + length;
}

/* A word of its own, not the end of another: 广东, 噪音大的. */
static bool is_free(const Reader *reader, size_t i)
{
    uint32_t before = i > 0 ? at(reader, i - 1) : 0;
    return !is_han(before) || is_one_of(before, u"幢楼元座栋号门的是那这坐乘区旁边里内苑园庭坊府厦"
                                                u"和与及跟靠最在把");
}

typedef struct Side {
    char16_t word;
    LiftKind kind;
    uint8_t value;
} Side;

static const Side SIDES[] = {{u'左', LIFT_LEFT_RIGHT, FIRST},  {u'右', LIFT_LEFT_RIGHT, SECOND},
                             {u'东', LIFT_EAST_WEST, FIRST},   {u'西', LIFT_EAST_WEST, SECOND},
                             {u'南', LIFT_NORTH_SOUTH, FIRST}, {u'北', LIFT_NORTH_SOUTH, SECOND}};
enum { SIDE_COUNT = sizeof SIDES / sizeof SIDES[0] };

static const Side *side_of(uint32_t codepoint)
{
    for (size_t i = 0; i < SIDE_COUNT; i++)
        if (SIDES[i].word == codepoint)
            return &SIDES[i];
    return NULL;
}

/* 左边和右边的电梯: the side before is one of a list. */
static bool is_side_listed(const Reader *reader, size_t from)
{
    return from >= 2 && is_join(at(reader, from - 1)) &&
           (is_one_of(at(reader, from - 2), u"边侧面") || side_of(at(reader, from - 2)) != NULL);
}

static void add_side(Reader *reader, const Side *side, size_t from)
{
    if (is_side_listed(reader, from))
        add_several(reader, side->kind, side->value);
    else
        add(reader, side->kind, side->value, from);
}

static void read_side(Reader *reader, size_t i)
{
    static const char16_t *const SUFFIXES[] = {u"手边", u"手侧", u"边", u"侧",
                                               u"面",   u"首",   u"手", NULL};
    const Side *side = side_of(at(reader, i));
    if (side == NULL)
        return;
    const Side *before = i > 0 ? side_of(at(reader, i - 1)) : NULL;
    size_t suffix = word_at(reader, i + 1, SUFFIXES);
    bool hand = side->kind == LIFT_LEFT_RIGHT;
    bool bare = at(reader, i + 1) == U'梯' || (hand && is_one(reader, i + 1));
    if (suffix > 0 ? !is_one(reader, i + 1 + suffix) : !(bare && is_free(reader, i)))
        return;
    add_side(reader, side, i);
    if (before != NULL && suffix > 0 && before->kind != side->kind) /* 东南侧 */
        add_side(reader, before, i - 1);
}

static void read_middle(Reader *reader, size_t i)
{
    static const char16_t *const WORDS[] = {u"正中间", u"最中间", u"中间", u"当中", NULL};
    size_t length = word_at(reader, i, WORDS);
    if (length > 0 && is_one(reader, i + length))
        add(reader, LIFT_LEFT_RIGHT, MIDDLE, i);
}

static void read_depth(Reader *reader, size_t i)
{
    static const char16_t *const SUFFIXES[] = {u"边", u"侧", u"面", NULL};
    uint32_t depth = at(reader, i + 1);
    if ((at(reader, i) != U'靠' && at(reader, i) != U'最') || (depth != U'里' && depth != U'外'))
        return;
    if (is_one(reader, i + 2 + word_at(reader, i + 2, SUFFIXES)))
        add(reader, LIFT_DEPTH, depth == U'里' ? FIRST : SECOND, i);
}

static void read_size(Reader *reader, size_t i)
{
    static const char16_t *const RATHER[] = {u"一点", u"一些", u"点", u"些", NULL};
    uint32_t size = at(reader, i);
    if ((size != U'大' && size != U'小') || !is_free(reader, i))
        return;
    if (is_one(reader, i + 1 + word_at(reader, i + 1, RATHER)))
        add(reader, LIFT_SIZE, size == U'大' ? FIRST : SECOND, i);
}

static void read_stops(Reader *reader, size_t i)
{
    static const char16_t *const ODD[] = {u"单数楼层", u"奇数楼层", u"单号楼层",
                                          u"单数层",   u"奇数层",   u"单号层",
                                          u"单楼层",   u"单层",     NULL};
    static const char16_t *const EVEN[] = {u"双数楼层", u"偶数楼层", u"双号楼层",
                                           u"双数层",   u"偶数层",   u"双号层",
                                           u"双楼层",   u"双层",     NULL};
    static const char16_t *const STOPS[] = {u"停靠", u"专用", u"运行", u"停", u"用", NULL};
    size_t odd = word_at(reader, i, ODD);
    size_t even = word_at(reader, i, EVEN);
    if (odd + even == 0)
        return;
    size_t end = i + odd + even;
    if (!is_one(reader, end + word_at(reader, end, STOPS)))
        return;
    if (i > 0 && (is_join(at(reader, i - 1)) || at(reader, i - 1) == U'单'))
        add_several(reader, LIFT_STOPS, odd > 0 ? FIRST : SECOND);
    else
        add(reader, LIFT_STOPS, odd > 0 ? FIRST : SECOND, i);
}

static void read_zone(Reader *reader, size_t i)
{
    static const char16_t *const HIGH[] = {u"高层区", u"高区", NULL};
    static const char16_t *const LOW[] = {u"低层区", u"低区", NULL};
    size_t high = word_at(reader, i, HIGH);
    size_t low = word_at(reader, i, LOW);
    if (high + low > 0 && is_one(reader, i + high + low))
        add(reader, LIFT_ZONE, high > 0 ? FIRST : SECOND, i);
}

/* With what a label begins: nothing else need be looked at. */
static bool may_begin(uint32_t codepoint)
{
    return is_digit(codepoint) || is_letter(codepoint) || is_numeral(codepoint) ||
           is_one_of(codepoint, u"左右东西南北中正当靠最大小单双奇偶高低消货载客乘观担病医污无");
}

void lift_label_read(LiftReading *reading,
                     const Folded *text,
                     const AddressScan *places,
                     bool unit_known)
{
    Reader reader = {reading, text, places, unit_known};
    for (size_t i = 0; i < text->count;) {
        if (!may_begin(text->codepoints[i])) {
            i++;
            continue;
        }
        size_t next = read_number(&reader, i);
        if (next == i)
            next = read_purpose(&reader, i);
        if (next > i) {
            i = next;
            continue;
        }
        read_letter(&reader, i);
        read_side(&reader, i);
        read_middle(&reader, i);
        read_depth(&reader, i);
        read_size(&reader, i);
        read_stops(&reader, i);
        read_zone(&reader, i);
        i++;
    }
}
