/*
 * The end of an estate's name: phases, zones, sides, yards, groups of a village (2期, 东区, A区, 北苑, 5号院, 3组), as many as there are. Two
 * names with the same beginning are parts of one estate; they are other parts when both have one of a kind and these differ.
 */
#include "domain/address.h"

#include <string.h>

enum { PHASES_MAX = 4 };

typedef struct Phase {
    Text unit;   /* 期 */
    Text number; /* 2 */
} Phase;

static bool is_alphanumeric(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z');
}

static bool ends_road(Text text)
{
    return text_ends(text, TEXT("路")) || text_ends(text, TEXT("街")) ||
           text_ends(text, TEXT("巷")) || text_ends(text, TEXT("道"));
}

/* 一品苑|北苑, but 锦绣|东苑. */
static bool is_estate(Text base)
{
    return text_ends(base, TEXT("苑")) || text_ends(base, TEXT("园")) ||
           text_ends(base, TEXT("城")) || text_ends(base, TEXT("府"));
}

/* Takes the last phase off the name; false: there is none. */
static bool take_phase(Text *name, Phase *phase)
{
    enum { ZONE = 1, SIDE_ONLY = 4 }; /* of UNITS */
    static const char *const UNITS[] = {"期", "区", "号院", "组", "苑", "园"};
    static const char *const SIDES[] = {"东", "西", "南", "北", "中", "新", "老"};
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        Text unit = text_from(UNITS[i]);
        if (!text_ends(*name, unit))
            continue;
        Text rest = text_slice(*name, 0, name->size - unit.size);
        size_t from = rest.size;
        bool sided = i == ZONE || i >= SIDE_ONLY;
        while (i < SIDE_ONLY && from > 0 && is_alphanumeric(rest.data[from - 1]))
            from--;
        for (size_t j = 0; sided && from == rest.size && j < sizeof SIDES / sizeof SIDES[0]; j++)
            if (text_ends(rest, text_from(SIDES[j]))) {
                from -= text_from(SIDES[j]).size;
                break;
            }
        Text base = text_slice(rest, 0, from);
        if (from == rest.size || from == 0 || ends_road(base)) /* 建设路128号院 */
            return false;
        if (i >= SIDE_ONLY && !is_estate(base))
            return false;
        *phase = (Phase){unit, text_slice(rest, from, rest.size - from)};
        *name = base;
        return true;
    }
    return false;
}

Text address_estate_base(Text estate)
{
    Phase phase;
    while (take_phase(&estate, &phase))
        continue;
    return estate;
}

static size_t take_phases(Text *name, Phase *phases)
{
    size_t count = 0;
    while (count < PHASES_MAX && take_phase(name, &phases[count]))
        count++;
    return count;
}

/* Bytes that both names begin with, whatever is taken off their ends: those of the shorter first character. */
static size_t first_size(Text a, Text b)
{
    enum { HAN = 3, HAN_LEAD = 0xE0 };
    bool han = (unsigned char)a.data[0] >= HAN_LEAD && (unsigned char)b.data[0] >= HAN_LEAD;
    return han && a.size >= HAN && b.size >= HAN ? HAN : 1;
}

bool address_estate_same(Text a, Text b, bool *other_part)
{
    Phase of_a[PHASES_MAX];
    Phase of_b[PHASES_MAX];
    *other_part = false;
    /* Most names that differ do so from the start, which no phase takes away. */
    if (text_equal(a, b) || a.size == 0 || b.size == 0 ||
        memcmp(a.data, b.data, first_size(a, b)) != 0)
        return text_equal(a, b);
    size_t count_a = take_phases(&a, of_a);
    size_t count_b = take_phases(&b, of_b);
    for (size_t i = 0; i < count_a; i++)
        for (size_t j = 0; j < count_b; j++)
            if (text_equal(of_a[i].unit, of_b[j].unit) &&
                !text_equal(of_a[i].number, of_b[j].number))
                *other_part = true;
    return text_equal(a, b);
}
