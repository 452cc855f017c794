/*
 * A format is a row of steps; parsing takes them one by one off the front of the text. No locale, no clock and no
 * time zone table: a feed has one offset from UTC.
 */
#include "domain/time_format.h"

#include "domain/datetime.h"

#include <string.h>

typedef enum StepKind {
    STEP_LITERAL,
    STEP_YEAR,
    STEP_MONTH,
    STEP_MONTH_NAME,
    STEP_DAY,
    STEP_HOUR,
    STEP_HOUR_12,
    STEP_MINUTE,
    STEP_SECOND,
    STEP_FRACTION,
    STEP_HALF_DAY,
    STEP_ZONE,
    STEP_EPOCH,
    STEP_EPOCH_DAYS
} StepKind;

typedef struct Step {
    StepKind kind;
    char literal;
    uint8_t least; /* digits */
    uint8_t most;
} Step;

enum { STEPS_MAX = 40 };

struct TimeFormat {
    Text pattern;
    size_t count;
    Step steps[STEPS_MAX];
};

static const struct {
    char letter;
    StepKind kind;
} LETTERS[] = {
    {'y', STEP_YEAR},     {'M', STEP_MONTH},    {'d', STEP_DAY},    {'H', STEP_HOUR},
    {'h', STEP_HOUR_12},  {'K', STEP_HOUR_12},  {'m', STEP_MINUTE}, {'s', STEP_SECOND},
    {'S', STEP_FRACTION}, {'a', STEP_HALF_DAY}, {'X', STEP_ZONE},
};

static bool letter_step(char letter, size_t run, Step *step)
{
    for (size_t i = 0; i < sizeof(LETTERS) / sizeof(LETTERS[0]); i++) {
        if (LETTERS[i].letter != letter)
            continue;
        *step = (Step){.kind = LETTERS[i].kind, .least = (uint8_t)run, .most = (uint8_t)run};
        if (letter == 'y')
            return run == 4 || run == 2;
        if (letter == 'S')
            return run <= 6;
        if (letter == 'a' || letter == 'X')
            return run == 1;
        if (letter == 'M' && run == 3) {
            step->kind = STEP_MONTH_NAME;
            return true;
        }
        if (run == 1)
            step->most = 2;
        return run <= 2;
    }
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool add_step(TimeFormat *format, Step step)
{
    if (format->count == STEPS_MAX)
        return false;
    format->steps[format->count++] = step;
    return true;
}

/* 'text': literal until the next quote. Returns the position behind it, or 0. */
static size_t compile_quoted(TimeFormat *format, Text pattern, size_t at)
{
    for (size_t i = at + 1; i < pattern.size; i++) {
        if (pattern.data[i] == '\'')
            return i + 1;
        if (!add_step(format, (Step){.kind = STEP_LITERAL, .literal = pattern.data[i]}))
            return 0;
    }
    return 0;
}

static bool compile_steps(TimeFormat *format, Text pattern)
{
    for (size_t i = 0; i < pattern.size;) {
        char c = pattern.data[i];
        Step step = {.kind = STEP_LITERAL, .literal = c};
        size_t run = 1;
        if (c == '\'') {
            i = compile_quoted(format, pattern, i);
            if (i == 0)
                return false;
            continue;
        }
        if (is_letter(c) && c != 'T') {
            while (i + run < pattern.size && pattern.data[i + run] == c)
                run++;
            if (!letter_step(c, run, &step))
                return false;
        }
        if (!add_step(format, step))
            return false;
        i += run;
    }
    return true;
}

static bool has_step(const TimeFormat *format, StepKind kind)
{
    for (size_t i = 0; i < format->count; i++)
        if (format->steps[i].kind == kind)
            return true;
    return false;
}

/* What is wrong with the steps together, or NULL. */
static const char *fault_of(const TimeFormat *format)
{
    bool month = has_step(format, STEP_MONTH) || has_step(format, STEP_MONTH_NAME);
    bool twelve = has_step(format, STEP_HOUR_12);
    bool day_long = has_step(format, STEP_HOUR);
    if (!has_step(format, STEP_YEAR) || !month || !has_step(format, STEP_DAY))
        return "lacks year, month or day";
    if (twelve && day_long)
        return "has H beside h or K";
    if (has_step(format, STEP_HALF_DAY) && !twelve)
        return day_long ? "has \"a\" without h or K: H already counts to 23"
                        : "has \"a\" without h or K";
    return NULL;
}

bool time_format_compile(Arena *arena, Text pattern, const TimeFormat **format, Error *error)
{
    TimeFormat *made = ARENA_NEW(arena, TimeFormat);
    made->pattern = text_copy(arena, pattern);
    *format = made;
    if (text_is(pattern, "epoch") || text_is(pattern, "epoch-days")) {
        made->steps[made->count++] =
            (Step){.kind = text_is(pattern, "epoch") ? STEP_EPOCH : STEP_EPOCH_DAYS};
        return true;
    }
    if (!compile_steps(made, pattern))
        return error_set(error, ERROR_REJECT,
                         "\"%.*s\" is no time format: letters are yyyy yy M d H m s MMM K h a S X, "
                         "other letters stand in '...'",
                         TEXT_ARGS(pattern));
    const char *fault = fault_of(made);
    return fault == NULL ||
           error_set(error, ERROR_REJECT, "time format \"%.*s\" %s", TEXT_ARGS(pattern), fault);
}

bool time_format_lacks_half_day(const TimeFormat *format)
{
    return has_step(format, STEP_HOUR_12) && !has_step(format, STEP_HALF_DAY);
}

Text time_format_pattern(const TimeFormat *format)
{
    return format->pattern;
}

/*
 * A word for a part of the day and the hours it may stand before, as clocks count to 12 and to 24; 12 itself apart.
 * Hours of the first range are moved by 12 where the word means the afternoon.
 */
typedef enum Twelve { TWELVE_NEVER, TWELVE_MIDNIGHT, TWELVE_NOON, TWELVE_NEXT_DAY } Twelve;

typedef struct HalfDay {
    const char *word;
    int8_t least; /* hours that are moved */
    int8_t most;
    int8_t kept_least; /* hours that stand as they are */
    int8_t kept_most;
    Twelve twelve; /* what 12 o'clock is */
} HalfDay;

enum { NONE = -1 };

static const HalfDay HALF_DAYS[] = {
    {"am", NONE, NONE, 0, 11, TWELVE_MIDNIGHT},   {"pm", 0, 11, NONE, NONE, TWELVE_NOON},
    {"上午", NONE, NONE, 0, 11, TWELVE_MIDNIGHT}, {"下午", 0, 11, 13, 23, TWELVE_NOON},
    {"凌晨", NONE, NONE, 0, 11, TWELVE_MIDNIGHT}, {"早上", NONE, NONE, 0, 11, TWELVE_NEVER},
    {"清晨", NONE, NONE, 0, 11, TWELVE_NEVER},    {"中午", 0, 2, 11, 14, TWELVE_NOON},
    {"傍晚", 1, 11, 13, 23, TWELVE_NEVER},        {"晚上", 5, 11, 17, 23, TWELVE_NEXT_DAY},
};

typedef struct Parts {
    int64_t year, month, day, hour, minute, second, micros;
    int32_t zone_minutes;
    const HalfDay *half_day; /* NULL: none was read */
    bool twelve;             /* the hour is that of h or K */
} Parts;

static bool take_digits(Text *rest, size_t least, size_t most, int64_t *value)
{
    size_t count = 0;
    *value = 0;
    while (count < most && count < rest->size && rest->data[count] >= '0' &&
           rest->data[count] <= '9')
        *value = *value * 10 + (rest->data[count++] - '0');
    if (count < least)
        return false;
    *rest = text_slice(*rest, count, SIZE_MAX);
    return true;
}

static bool take_fraction(Text *rest, size_t least, size_t most, int64_t *micros)
{
    Text before = *rest;
    int64_t value;
    if (!take_digits(rest, least, most, &value))
        return false;
    for (size_t taken = before.size - rest->size; taken < 6; taken++)
        value *= 10;
    *micros = value;
    return true;
}

static bool take_month_name(Text *rest, int64_t *month)
{
    static const char NAMES[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    char lower[3];
    if (rest->size < sizeof(lower))
        return false;
    for (size_t i = 0; i < sizeof(lower); i++)
        lower[i] = (char)(rest->data[i] | 0x20);
    for (size_t i = 0; i < 12; i++) {
        if (memcmp(lower, NAMES + i * 3, sizeof(lower)) == 0) {
            *month = (int64_t)i + 1;
            *rest = text_slice(*rest, sizeof(lower), SIZE_MAX);
            return true;
        }
    }
    return false;
}

static bool take_half_day(Text *rest, Parts *parts)
{
    for (size_t i = 0; i < sizeof(HALF_DAYS) / sizeof(HALF_DAYS[0]); i++) {
        Text word = text_from(HALF_DAYS[i].word);
        if (rest->size < word.size)
            continue;
        bool ascii = word.size == 2;
        bool same =
            ascii ? (rest->data[0] | 0x20) == word.data[0] && (rest->data[1] | 0x20) == word.data[1]
                  : text_starts(*rest, word);
        if (!same)
            continue;
        parts->half_day = &HALF_DAYS[i];
        *rest = text_slice(*rest, word.size, SIZE_MAX);
        return true;
    }
    return false;
}

static bool take_zone(Text *rest, int32_t *zone_minutes)
{
    if (text_starts(*rest, TEXT("Z"))) {
        *zone_minutes = 0;
        *rest = text_slice(*rest, 1, SIZE_MAX);
        return true;
    }
    size_t size = rest->size >= 6 && rest->data[3] == ':' ? 6 : 5;
    if (rest->size < size || !time_format_zone(text_slice(*rest, 0, size), zone_minutes))
        return false;
    *rest = text_slice(*rest, size, SIZE_MAX);
    return true;
}

static bool take_epoch(Text text, int64_t *time_us)
{
    int64_t value;
    if (!text_is_digits(text) || !text_to_int64(text, &value))
        return false;
    if (value < INT64_C(100000000000))
        *time_us = value * 1000000;
    else if (value < INT64_C(100000000000000))
        *time_us = value * 1000;
    else if (value < INT64_C(100000000000000000))
        *time_us = value;
    else
        *time_us = value / 1000;
    return true;
}

/* The day begins when it begins in that zone, as that of yyyy-MM-dd does. */
static bool take_epoch_days(Text text, int32_t zone_minutes, int64_t *time_us)
{
    const int64_t last_day = 2932896; /* 9999-12-31 */
    int64_t value;
    if (!text_is_digits(text) || text.size > 7 || !text_to_int64(text, &value) || value > last_day)
        return false;
    *time_us = value * DATETIME_DAY_US - zone_minutes * 60 * DATETIME_SECOND_US;
    return true;
}

static bool take_step(const Step *step, Text *rest, Parts *parts)
{
    switch (step->kind) {
    case STEP_LITERAL:
        if (rest->size == 0 || rest->data[0] != step->literal)
            return false;
        *rest = text_slice(*rest, 1, SIZE_MAX);
        return true;
    case STEP_YEAR:
        if (!take_digits(rest, step->least, step->most, &parts->year))
            return false;
        parts->year += step->most == 2 ? 2000 : 0;
        return true;
    case STEP_MONTH:
        return take_digits(rest, step->least, step->most, &parts->month);
    case STEP_MONTH_NAME:
        return take_month_name(rest, &parts->month);
    case STEP_DAY:
        return take_digits(rest, step->least, step->most, &parts->day);
    case STEP_HOUR:
    case STEP_HOUR_12:
        parts->twelve = step->kind == STEP_HOUR_12;
        return take_digits(rest, step->least, step->most, &parts->hour);
    case STEP_MINUTE:
        return take_digits(rest, step->least, step->most, &parts->minute);
    case STEP_SECOND:
        return take_digits(rest, step->least, step->most, &parts->second);
    case STEP_FRACTION:
        return take_fraction(rest, step->least, step->most, &parts->micros);
    case STEP_HALF_DAY:
        return take_half_day(rest, parts);
    case STEP_ZONE:
        return take_zone(rest, &parts->zone_minutes);
    case STEP_EPOCH:
    case STEP_EPOCH_DAYS:
        break;
    }
    return false;
}

/* The hour as clocks count to 24; *days becomes 1 where it belongs to the next day. False: no such hour. */
static bool half_day_hour(Parts *parts, int64_t *days)
{
    const HalfDay *half = parts->half_day;
    int64_t hour = parts->hour;
    *days = 0;
    if (half == NULL)
        return !parts->twelve || hour <= 12;
    if (hour == 12) {
        parts->hour = half->twelve == TWELVE_NOON ? 12 : 0;
        *days = half->twelve == TWELVE_NEXT_DAY;
        return half->twelve != TWELVE_NEVER;
    }
    if (hour >= half->least && hour <= half->most)
        parts->hour = hour + 12;
    else if (hour < half->kept_least || hour > half->kept_most)
        return false;
    return true;
}

bool time_format_parse(const TimeFormat *format, Text text, int32_t zone_minutes, int64_t *time_us)
{
    if (format->steps[0].kind == STEP_EPOCH)
        return take_epoch(text, time_us);
    if (format->steps[0].kind == STEP_EPOCH_DAYS)
        return take_epoch_days(text, zone_minutes, time_us);
    Parts parts = {.zone_minutes = zone_minutes};
    Text rest = text;
    for (size_t i = 0; i < format->count; i++)
        if (!take_step(&format->steps[i], &rest, &parts))
            return false;
    if (rest.size > 1 && rest.data[0] == '.' &&
        format->steps[format->count - 1].kind == STEP_SECOND) {
        rest = text_slice(rest, 1, SIZE_MAX);
        if (!take_fraction(&rest, 1, 6, &parts.micros))
            return false;
        while (rest.size > 0 && rest.data[0] >= '0' && rest.data[0] <= '9')
            rest = text_slice(rest, 1, SIZE_MAX);
    }
    int64_t days;
    if (rest.size != 0 || !half_day_hour(&parts, &days))
        return false;
    Datetime civil = {.year = (int32_t)parts.year,
                      .month = (int32_t)parts.month,
                      .day = (int32_t)parts.day,
                      .hour = (int32_t)parts.hour,
                      .minute = (int32_t)parts.minute,
                      .second = (int32_t)parts.second,
                      .micros = (int32_t)parts.micros};
    if (!datetime_from_civil(&civil, parts.zone_minutes, time_us))
        return false;
    *time_us += days * DATETIME_DAY_US;
    return true;
}

/* Microseconds of the unit that a step tells; INT64_MAX: it tells none. */
static int64_t step_unit_us(const Step *step)
{
    switch (step->kind) {
    case STEP_DAY:
    case STEP_EPOCH_DAYS:
        return DATETIME_DAY_US;
    case STEP_HOUR:
    case STEP_HOUR_12:
        return 3600 * DATETIME_SECOND_US;
    case STEP_MINUTE:
        return 60 * DATETIME_SECOND_US;
    case STEP_SECOND:
    case STEP_EPOCH:
        return DATETIME_SECOND_US;
    case STEP_FRACTION: {
        int64_t unit = DATETIME_SECOND_US;
        for (uint8_t digit = 0; digit < step->most; digit++)
            unit /= 10;
        return unit;
    }
    case STEP_LITERAL:
    case STEP_YEAR:
    case STEP_MONTH:
    case STEP_MONTH_NAME:
    case STEP_HALF_DAY:
    case STEP_ZONE:
        break;
    }
    return INT64_MAX;
}

bool time_format_has_hours(const TimeFormat *format)
{
    return has_step(format, STEP_HOUR) || has_step(format, STEP_HOUR_12) ||
           has_step(format, STEP_EPOCH);
}

bool time_format_has_minutes(const TimeFormat *format)
{
    return has_step(format, STEP_MINUTE) || has_step(format, STEP_EPOCH);
}

int64_t time_format_cut(const TimeFormat *format, int64_t time_us, int32_t zone_minutes)
{
    int64_t unit = DATETIME_DAY_US;
    for (size_t i = 0; i < format->count; i++) {
        int64_t step = step_unit_us(&format->steps[i]);
        unit = step < unit ? step : unit;
    }
    int64_t local = time_us + zone_minutes * 60 * DATETIME_SECOND_US;
    int64_t over = local % unit;
    return time_us - (over < 0 ? over + unit : over);
}

bool time_format_zone(Text text, int32_t *zone_minutes)
{
    bool colon = text.size == 6 && text.data[3] == ':';
    if (!colon && text.size != 5)
        return false;
    if (text.data[0] != '+' && text.data[0] != '-')
        return false;
    int64_t hours;
    int64_t minutes;
    Text hour_text = text_slice(text, 1, 2);
    Text minute_text = text_slice(text, colon ? 4 : 3, 2);
    if (!text_is_digits(hour_text) || !text_is_digits(minute_text) ||
        !text_to_int64(hour_text, &hours) || !text_to_int64(minute_text, &minutes))
        return false;
    if (minutes > 59 || hours * 60 + minutes > 14 * 60)
        return false;
    int32_t offset = (int32_t)(hours * 60 + minutes);
    *zone_minutes = text.data[0] == '-' ? -offset : offset;
    return true;
}
