#include "lag/lag_units.h"

#include "domain/datetime.h"

#include <inttypes.h>

enum {
    ZONE_MINUTES = 480,
    SECOND_MS = 1000,
    MINUTE_S = 60,
    HOUR_S = 3600,
    DAY_S = 86400,
    PLAIN_MAX = 9999, /* counts up to here are written out */
    DAYS_WITH_HOURS = 100,
    DAYS_MOST = 99999 /* as many as a column takes */
};

static const char *gap(LagUnitsForm form)
{
    return form == LAG_UNITS_LONG ? " " : "";
}

/* Three digits and a unit: 12.3k, 123k, and no more than 999T. */
static Text scaled(double value, LagUnitsForm form, Arena *arena)
{
    static const double MOST = 999e12;
    static const char UNITS[] = {'k', 'M', 'G', 'T'};
    size_t unit = 0;
    value = value < MOST ? value : MOST;
    value /= 1000;
    while (value >= 999.5 && unit + 1 < sizeof(UNITS)) {
        value /= 1000;
        unit++;
    }
    return text_format(arena, value < 99.95 ? "%.1f%s%c" : "%.0f%s%c", value, gap(form),
                       UNITS[unit]);
}

Text lag_units_count(int64_t count, LagUnitsForm form, Arena *arena)
{
    if (count < 0)
        return TEXT("?");
    return count <= PLAIN_MAX ? text_format(arena, "%" PRId64, count)
                              : scaled((double)count, form, arena);
}

Text lag_units_rate(double per_second, LagUnitsForm form, Arena *arena)
{
    if (per_second < 0)
        return TEXT("?");
    if (per_second < 0.005)
        return TEXT("0");
    if (per_second >= PLAIN_MAX)
        return scaled(per_second, form, arena);
    int decimals = per_second < 0.995 ? 2 : per_second < 99.95 ? 1 : 0;
    return text_format(arena, "%.*f", decimals, per_second);
}

/* Two units next to each other, the smaller one with two digits. Minutes are "min" in sentences. */
static Text pair(int64_t seconds, int unit_s, LagUnitsForm form, Arena *arena)
{
    const bool spelled = form == LAG_UNITS_LONG;
    const char *minute = spelled ? "min" : "m";
    const char *unit = unit_s == DAY_S ? "d" : unit_s == HOUR_S ? "h" : minute;
    const char *smaller = unit_s == DAY_S ? "h" : unit_s == HOUR_S ? minute : "s";
    int smaller_s = unit_s == DAY_S ? HOUR_S : unit_s / MINUTE_S;
    return text_format(arena, "%" PRId64 "%s%s%s%02" PRId64 "%s%s", seconds / unit_s, gap(form),
                       unit, gap(form), seconds % unit_s / smaller_s, gap(form), smaller);
}

Text lag_units_duration(int64_t ms, LagUnitsForm form, Arena *arena)
{
    int64_t seconds = ms / SECOND_MS;
    if (ms < 0)
        return TEXT("?");
    if (ms == 0)
        return text_format(arena, "0%ss", gap(form));
    if (ms < 9950)
        return text_format(arena, "%.1f%ss", (double)ms / SECOND_MS, gap(form));
    if (seconds < MINUTE_S)
        return text_format(arena, "%" PRId64 "%ss", seconds, gap(form));
    if (seconds < HOUR_S)
        return pair(seconds, MINUTE_S, form, arena);
    if (seconds < DAY_S)
        return pair(seconds, HOUR_S, form, arena);
    if (seconds < (int64_t)DAYS_WITH_HOURS * DAY_S)
        return pair(seconds, DAY_S, form, arena);
    const int64_t days = seconds / DAY_S;
    return text_format(arena, "%" PRId64 "%sd", days < DAYS_MOST ? days : DAYS_MOST, gap(form));
}

Text lag_units_seconds(double seconds, LagUnitsForm form, Arena *arena)
{
    const double most = (double)DAY_S * DAYS_MOST;
    if (seconds < 0)
        return TEXT("?");
    return lag_units_duration((int64_t)((seconds < most ? seconds : most) * SECOND_MS), form,
                              arena);
}

Text lag_units_moment(int64_t ms, Arena *arena)
{
    if (ms < 0)
        return TEXT("?");
    Datetime at = datetime_to_civil(ms * 1000, ZONE_MINUTES);
    return text_format(arena, "%04d-%02d-%02d %02d:%02d:%02d", at.year, at.month, at.day, at.hour,
                       at.minute, at.second);
}
