#ifndef ONECASE_DOMAIN_TIME_FORMAT_H
#define ONECASE_DOMAIN_TIME_FORMAT_H

#include "base/error.h"
#include "base/text.h"

/*
 * The time formats of mapping files (`time.formats`, domain.md 6.3), compiled once.
 *
 *   yyyy        four digits          M d H m s   one or two digits     MM dd HH mm ss   two digits
 *   yy          two digits, 2000 to 2099
 *   MMM         English month Jan    K h         12-hour clock, with a
 *   a           AM PM 上午 下午 凌晨 早上 清晨 中午 傍晚 晚上, always with K or h
 *   S..SSSSSS   digits of a second   X           Z, +08:00 or +0800 (without it the zone of the mapping holds)
 *   'text'      the text itself; so are T, blanks and every character that is no letter
 *   epoch       the whole format: seconds below 10^11, milliseconds below 10^14, microseconds below 10^17, nanoseconds
 *               from there on (each bound is the year 5138 in the smaller number's unit)
 *   epoch-days  the whole format: days since 1970, at most 7 digits; the day begins at 0:00 of the mapping's zone
 *
 * The words of `a` follow usage: 12 is midnight behind AM, 上午 (as programs print it) and 凌晨, noon behind PM, 下午 and
 * 中午, and behind 晚上 the midnight that ends that day: 1 February 晚上12:20 is 0:20 of the 2nd. 中午 is 11 to 14 (中午1 is 13),
 * 傍晚 1 to 11 and 晚上 5 to 11 of the second half. Where somebody wrote a 24-hour clock (下午20:30, 晚上22:10) it stands. What
 * has no one meaning is no time: 晚上2:10, 早上12:00, 中午5:00.
 *
 * h or K without `a` reads 0 to 12 as it stands: only time.check can tell the half of the day then (see below).
 *
 * After the seconds at the end of a format a fraction (".0", ".123") may follow.
 */
typedef struct TimeFormat TimeFormat;

/* Compiles `pattern`; lives on the arena. REJECT when it is no format, with a text fit for a finding. */
MUST_CHECK bool
time_format_compile(Arena *arena, Text pattern, const TimeFormat **format, Error *error);

Text time_format_pattern(const TimeFormat *format);

/* A clock of 12 hours with nothing to tell the halves of the day: fit for a feed with time.check only. */
bool time_format_lacks_half_day(const TimeFormat *format);

/* It tells the minute, so it can be compared with a clock. */
bool time_format_has_hours(const TimeFormat *format);
bool time_format_has_minutes(const TimeFormat *format);

/*
 * The time in `text`, the whole of it, as microseconds since 1970 UTC; `zone_minutes` east of UTC. False when the
 * text does not fit or there is no such time.
 */
bool time_format_parse(const TimeFormat *format, Text text, int32_t zone_minutes, int64_t *time_us);

/* The time cut to the format's finest unit, as clocks of that zone show it: the day, hour, minute, second or fraction. */
int64_t time_format_cut(const TimeFormat *format, int64_t time_us, int32_t zone_minutes);

/* "+08:00" -> 480; false when it is no offset within -14:00..+14:00. */
bool time_format_zone(Text text, int32_t *zone_minutes);

#endif
