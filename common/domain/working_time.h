#ifndef ONECASE_DOMAIN_WORKING_TIME_H
#define ONECASE_DOMAIN_WORKING_TIME_H

#include "base/text.h"

/*
 * Time as offices count it, at +08:00 (China has no daylight saving). A calendar knows which days are worked: Monday to Friday,
 * but for the days that the State Council moves (holidays on weekdays, working weekends), and the hours of such a day.
 * Immutable once made, on an arena.
 *
 *   working_hour 工作时      hours while offices are open
 *   urgent_hour  紧急工作时  hours while emergency services are on duty, every day of the year (most cities: around the clock)
 *   working_day  工作日      the day of the start is not counted, whatever its hour; due when offices close on the n-th working
 *                            day after it (Civil Code articles 201 and 203; hotlines: 次日起算)
 *   natural_day  自然日      the same with every day of the calendar; due at 24:00 of the n-th day
 *   natural_hour, minute     by the clock
 *
 * Hours that a calendar counts start to run when the next interval opens, and end within an interval or at its end, never at the
 * opening of the next one: four hours from 17:00 on a day that closes at 18:00 and opens at 08:30 are due at 11:30.
 */
typedef enum WorkingUnit {
    WORKING_UNIT_WORKING_HOUR,
    WORKING_UNIT_URGENT_HOUR,
    WORKING_UNIT_WORKING_DAY,
    WORKING_UNIT_NATURAL_DAY,
    WORKING_UNIT_NATURAL_HOUR,
    WORKING_UNIT_MINUTE
} WorkingUnit;

enum {
    WORKING_UNITS = WORKING_UNIT_MINUTE + 1,
    WORKING_INTERVALS_MAX = 6,
    WORKING_ZONE_MINUTES = 8 * 60,
    WORKING_AMOUNT_MAX = 10000
};

const char *working_unit_name(WorkingUnit unit);    /* working_hour */
const char *working_unit_name_zh(WorkingUnit unit); /* 工作时 */
bool working_unit_from(Text name, WorkingUnit *unit);

/* Minutes of the day, from included, to not: 510..720 is 08:30 to 12:00. */
typedef struct WorkingInterval {
    int32_t from_min; /* 0..1439 */
    int32_t to_min;   /* above from_min, at most 1440 */
} WorkingInterval;

/* Ascending, apart; at least one. */
typedef struct WorkingHours {
    WorkingInterval intervals[WORKING_INTERVALS_MAX];
    size_t count;
} WorkingHours;

/* A day on which it is not as on other days of that weekday. */
typedef struct MovedDay {
    int32_t date; /* yyyymmdd */
    bool working;
    Text name; /* 国庆节 */
} MovedDay;

typedef struct WorkingCalendar WorkingCalendar;

/* "08:30-12:00"; false when it is no interval within one day. */
bool working_interval_from(Text text, WorkingInterval *interval);

/*
 * A calendar of these hours and days. The days ascend, each is one of the calendar; the years from the first to the last of them
 * are those it knows. Copies what it needs.
 */
WorkingCalendar *working_calendar_new(Arena *arena,
                                      const WorkingHours *office,
                                      const WorkingHours *urgent,
                                      const MovedDay *moved,
                                      size_t count);

const WorkingHours *working_calendar_office(const WorkingCalendar *calendar);
const WorkingHours *working_calendar_urgent(const WorkingCalendar *calendar);

/*
 * When `amount` (1..WORKING_AMOUNT_MAX) of the unit, begun at `start_us`, are over. `*guessed` (may be NULL) says whether days
 * outside the known years were counted, as Monday to Friday, because nobody has announced them; false for units that do
 * not ask for working days. Instants are microseconds since 1970 UTC, within the years 1 to 9999.
 */
int64_t working_time_add(const WorkingCalendar *calendar,
                         WorkingUnit unit,
                         int64_t start_us,
                         int32_t amount,
                         bool *guessed);

/*
 * What of the unit lies between two instants: for hours and minutes the microseconds that counted, for days how many ran out
 * (those n for which working_time_add(from, n) <= to). Of `to` before `from` the same with a minus.
 */
int64_t working_time_between(const WorkingCalendar *calendar,
                             WorkingUnit unit,
                             int64_t from_us,
                             int64_t to_us);

#endif
