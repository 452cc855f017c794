/* A value for each kind, packed into so many bits; how labels are joined, compared and called. */
#include "domain/lift_label.h"

/* Bits of each kind, lowest first; together they fit 32. */
static const uint8_t WIDTHS[LIFT_KINDS] = {7, 5, 3, 2, 2, 2, 2, 2, 2, 2};

static unsigned shift_of(LiftKind kind)
{
    unsigned shift = 0;
    for (size_t i = 0; i < (size_t)kind; i++)
        shift += WIDTHS[i];
    return shift;
}

static unsigned value_of(LiftLabel label, LiftKind kind)
{
    return label >> shift_of(kind) & ((1u << WIDTHS[kind]) - 1);
}

void lift_label_join(LiftReading *reading, LiftLabel label)
{
    for (size_t i = 0; i < LIFT_KINDS; i++) {
        unsigned value = value_of(label, (LiftKind)i);
        if (value == 0)
            continue;
        if (reading->values[i] != 0 && reading->values[i] != value)
            reading->several[i] = true;
        reading->values[i] = (uint8_t)value;
    }
}

LiftLabel lift_label_of(const LiftReading *reading)
{
    LiftLabel label = 0;
    for (size_t i = 0; i < LIFT_KINDS; i++)
        if (!reading->several[i])
            label |= (LiftLabel)reading->values[i] << shift_of((LiftKind)i);
    return label;
}

LiftAgreement lift_label_compare(LiftLabel a, LiftLabel b, LiftKind *kind)
{
    if (a == 0 || b == 0)
        return LIFT_UNKNOWN;
    for (size_t i = 0; i < LIFT_KINDS; i++) {
        unsigned x = value_of(a, (LiftKind)i);
        unsigned y = value_of(b, (LiftKind)i);
        if (x == 0 || y == 0)
            continue;
        *kind = (LiftKind)i;
        return x == y ? LIFT_EQUAL : LIFT_DIFFERS;
    }
    return LIFT_UNKNOWN;
}

Text lift_label_text(LiftLabel label, LiftKind kind, Arena *arena)
{
    static const char *const NAMES[LIFT_KINDS][8] = {
        [LIFT_PURPOSE] = {"", "消防梯", "货梯", "客梯", "观光梯", "担架梯", "污物梯", "无障碍梯"},
        [LIFT_LEFT_RIGHT] = {"", "左侧梯", "右侧梯", "中间梯"},
        [LIFT_EAST_WEST] = {"", "东侧梯", "西侧梯"},
        [LIFT_NORTH_SOUTH] = {"", "南侧梯", "北侧梯"},
        [LIFT_DEPTH] = {"", "靠里梯", "靠外梯"},
        [LIFT_SIZE] = {"", "大梯", "小梯"},
        [LIFT_STOPS] = {"", "单层梯", "双层梯"},
        [LIFT_ZONE] = {"", "高区梯", "低区梯"}};
    unsigned value = value_of(label, kind);
    if (value == 0)
        return TEXT_ABSENT;
    if (kind == LIFT_NUMBER)
        return text_format(arena, "%u号梯", value);
    if (kind == LIFT_LETTER)
        return text_format(arena, "%c梯", (char)('A' + value - 1));
    return text_from(NAMES[kind][value]);
}
