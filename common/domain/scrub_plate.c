/*
 * Plates of vehicles: the character of a province, a letter, five letters and digits, six of electric cars; perhaps a dot
 * between. They point to a person as a telephone number does. Equipment has numbers of the same form: the certificate of a
 * lift reads 梯11粤A00001, and what stands behind 电梯 or 设备 or another word for numbers is no plate.
 */
#include "domain/scrub_parts.h"

enum { TAIL = 5, TAIL_ELECTRIC = 6, DIGITS_LEAST = 3, LINKS_MOST = 10 };

static const char16_t PROVINCES[] =
    u"京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
static const char16_t ENDS[] = u"挂学警港澳领";
static const char16_t LINKS[] = u":(是为编号代码识别注册登记使用证标志牌照";
static const char16_t CERTIFICATES[] =
    u"锅容瓶梯起索游车管"; /* of special equipment, two digits behind */

static bool among(const char16_t *table, uint32_t c)
{
    for (; *table != 0; table++)
        if (*table == c)
            return true;
    return false;
}

/* Number of a thing, by what stands before it. `before` is the cell before the province. */
static bool is_thing(const uint32_t *before, ScrubWordKind word)
{
    if (scrub_number_digit(before[0]) && scrub_number_digit(before[-1]) &&
        among(CERTIFICATES, before[-2]))
        return true;
    bool plate = false;
    size_t links = 0;
    for (; links < LINKS_MOST && *before != 0 && among(LINKS, *before); links++, before--)
        plate = plate || *before == u'牌';
    if (*before == u'梯' || (before[-1] == u'设' && *before == u'备'))
        return true;
    return word == SCRUB_WORD_RECORD && links > 0 && !plate;
}

bool scrub_plate_begins(uint32_t c)
{
    return among(PROVINCES, c);
}

size_t scrub_plate(const uint32_t *s, const uint32_t *before, ScrubWordKind word)
{
    if (!among(PROVINCES, s[0]) || !scrub_number_letter(s[1]))
        return 0;
    size_t from =
        s[2] == 0xB7 || s[2] == 0x2022 || s[2] == '-' || s[2] == '.' || s[2] == ' ' ? 3 : 2;
    size_t digits = 0;
    size_t stars = 0;
    size_t size = 0;
    for (; size <= TAIL_ELECTRIC; size++) {
        uint32_t c = s[from + size];
        if (!scrub_number_alnum(c) && c != '*')
            break;
        digits += scrub_number_digit(c);
        stars += c == '*';
    }
    bool ended = size == TAIL - 1 && among(ENDS, s[from + size]);
    bool electric = size == TAIL_ELECTRIC && digits < size;
    if ((size != TAIL && !ended && !electric) || digits + stars + ended < DIGITS_LEAST ||
        is_thing(before, word))
        return 0;
    return from + size + ended;
}
