/*
 * Counting is subtracting. Every day that is worked has the same hours, so what has run up to an instant is
 *
 *     worked days before its day * time of such a day + what of this day has passed
 *
 * and adding is the way back: which worked day holds the sum, and where in its intervals. Worked days are numbered, 0 being the
 * first in the known years: two tables (day -> number, number -> day) hold those years, and beyond them Monday to Friday
 * has a closed form. A duty of every day is the same with all days worked.
 *
 *     ... before the first year | known: tables of days and of worked days | after the last year ...
 *          weekdays, below 0    |  0 .. worked-1                           |  weekdays, from worked on
 */
#include "domain/working_time.h"

#include "domain/datetime.h"

#include <assert.h>
#include <string.h>

#define MINUTE_US (60 * DATETIME_SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define ZONE_US (WORKING_ZONE_MINUTES * MINUTE_US)

enum { WEEK = 7, WORKWEEK = 5, MONDAY = -3 /* day 0 is a Thursday */ };

struct WorkingCalendar {
    WorkingHours office, urgent;
    int64_t office_us, urgent_us; /* of one day */
    int64_t first;                /* day number of the first of January of the first known year */
    int64_t days;                 /* in the known years */
    int32_t *worked_before;       /* [days + 1]: worked days from `first` up to before a day */
    int64_t *worked_day;          /* [worked]: the day of a number */
    int64_t worked;
};

static const struct {
    const char *name, *name_zh;
} UNITS[WORKING_UNITS] = {
    {"working_hour", "工作时"}, {"urgent_hour", "紧急工作时"}, {"working_day", "工作日"},
    {"natural_day", "自然日"},  {"natural_hour", "小时"},      {"minute", "分钟"},
};

const char *working_unit_name(WorkingUnit unit)
{
    return UNITS[unit].name;
}

const char *working_unit_name_zh(WorkingUnit unit)
{
    return UNITS[unit].name_zh;
}

bool working_unit_from(Text name, WorkingUnit *unit)
{
    for (int i = 0; i < WORKING_UNITS; i++)
        if (text_is(name, UNITS[i].name)) {
            *unit = (WorkingUnit)i;
            return true;
        }
    return false;
}

/* "08:30" -> 510; 24:00 is the end of the day. */
static bool read_minute(Text text, int32_t *minute)
{
    int64_t hour;
    int64_t rest;
    Text hours = text_slice(text, 0, 2);
    Text minutes = text_slice(text, 3, 2);
    if (text.size != 5 || text.data[2] != ':' || !text_is_digits(hours) ||
        !text_is_digits(minutes) || !text_to_int64(hours, &hour) || !text_to_int64(minutes, &rest))
        return false;
    *minute = (int32_t)(hour * 60 + rest);
    return rest < 60 && *minute <= 24 * 60;
}

bool working_interval_from(Text text, WorkingInterval *interval)
{
    return text.size == 11 && text.data[5] == '-' &&
           read_minute(text_slice(text, 0, 5), &interval->from_min) &&
           read_minute(text_slice(text, 6, 5), &interval->to_min) &&
           interval->from_min < interval->to_min;
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

static int64_t day_of(int64_t us)
{
    return floor_divide(us + ZONE_US, DATETIME_DAY_US);
}

static int64_t day_start(int64_t day)
{
    return day * DATETIME_DAY_US - ZONE_US;
}

static int64_t day_of_date(int32_t year, int32_t month, int32_t day)
{
    int64_t us = 0;
    bool there = datetime_from_civil(&(Datetime){.year = year, .month = month, .day = day},
                                     WORKING_ZONE_MINUTES, &us);
    assert(there);
    (void)there;
    return day_of(us);
}

/* Days from Monday to Friday before `day`, counted from the Monday before day 0. */
static int64_t weekdays_before(int64_t day)
{
    int64_t since = day - MONDAY;
    int64_t weeks = floor_divide(since, WEEK);
    int64_t rest = since - weeks * WEEK;
    return weeks * WORKWEEK + (rest < WORKWEEK ? rest : WORKWEEK);
}

/* Its inverse: the day of a number. */
static int64_t weekday_at(int64_t number)
{
    int64_t weeks = floor_divide(number, WORKWEEK);
    return weeks * WEEK + (number - weeks * WORKWEEK) + MONDAY;
}

static int64_t worked_before(const WorkingCalendar *calendar, int64_t day)
{
    int64_t end = calendar->first + calendar->days;
    if (day < calendar->first)
        return weekdays_before(day) - weekdays_before(calendar->first);
    if (day <= end)
        return calendar->worked_before[day - calendar->first];
    return calendar->worked + weekdays_before(day) - weekdays_before(end);
}

static int64_t worked_day(const WorkingCalendar *calendar, int64_t number)
{
    if (number < 0)
        return weekday_at(number + weekdays_before(calendar->first));
    if (number < calendar->worked)
        return calendar->worked_day[number];
    return weekday_at(number - calendar->worked +
                      weekdays_before(calendar->first + calendar->days));
}

static bool is_known(const WorkingCalendar *calendar, int64_t day)
{
    return day >= calendar->first && day < calendar->first + calendar->days;
}

static int64_t time_of(const WorkingHours *hours)
{
    int64_t sum = 0;
    for (size_t i = 0; i < hours->count; i++)
        sum += (hours->intervals[i].to_min - hours->intervals[i].from_min) * MINUTE_US;
    return sum;
}

/* What of the hours has passed at that time of the day. */
static int64_t passed(const WorkingHours *hours, int64_t time_us)
{
    int64_t sum = 0;
    for (size_t i = 0; i < hours->count; i++) {
        int64_t from = hours->intervals[i].from_min * MINUTE_US;
        int64_t to = hours->intervals[i].to_min * MINUTE_US;
        if (time_us > from)
            sum += (time_us < to ? time_us : to) - from;
    }
    return sum;
}

/* Its inverse: the time of the day at which so much of the hours (above 0, at most all) has passed. */
static int64_t reached(const WorkingHours *hours, int64_t wanted_us)
{
    size_t i = 0;
    for (; i + 1 < hours->count; i++) {
        int64_t size = (hours->intervals[i].to_min - hours->intervals[i].from_min) * MINUTE_US;
        if (wanted_us <= size)
            break;
        wanted_us -= size;
    }
    return hours->intervals[i].from_min * MINUTE_US + wanted_us;
}

static int64_t closing(const WorkingHours *hours)
{
    return hours->intervals[hours->count - 1].to_min * MINUTE_US;
}

static int64_t office_before(const WorkingCalendar *calendar, int64_t us)
{
    int64_t day = day_of(us);
    int64_t before = worked_before(calendar, day);
    int64_t today = worked_before(calendar, day + 1) - before;
    return before * calendar->office_us + today * passed(&calendar->office, us - day_start(day));
}

static int64_t urgent_before(const WorkingCalendar *calendar, int64_t us)
{
    int64_t day = day_of(us);
    return day * calendar->urgent_us + passed(&calendar->urgent, us - day_start(day));
}

static int64_t add_office(const WorkingCalendar *calendar, int64_t start_us, int64_t time_us)
{
    int64_t sum = office_before(calendar, start_us) + time_us;
    int64_t number = floor_divide(sum - 1, calendar->office_us);
    int64_t day = worked_day(calendar, number);
    return day_start(day) + reached(&calendar->office, sum - number * calendar->office_us);
}

static int64_t add_urgent(const WorkingCalendar *calendar, int64_t start_us, int64_t time_us)
{
    int64_t sum = urgent_before(calendar, start_us) + time_us;
    int64_t day = floor_divide(sum - 1, calendar->urgent_us);
    return day_start(day) + reached(&calendar->urgent, sum - day * calendar->urgent_us);
}

static int64_t add_working_days(const WorkingCalendar *calendar, int64_t start_us, int32_t amount)
{
    int64_t after = worked_before(calendar, day_of(start_us) + 1);
    return day_start(worked_day(calendar, after + amount - 1)) + closing(&calendar->office);
}

int64_t working_time_add(const WorkingCalendar *calendar,
                         WorkingUnit unit,
                         int64_t start_us,
                         int32_t amount,
                         bool *guessed)
{
    int64_t due = 0;
    assert(amount >= 1 && amount <= WORKING_AMOUNT_MAX);
    switch (unit) {
    case WORKING_UNIT_WORKING_HOUR:
        due = add_office(calendar, start_us, amount * HOUR_US);
        break;
    case WORKING_UNIT_URGENT_HOUR:
        due = add_urgent(calendar, start_us, amount * HOUR_US);
        break;
    case WORKING_UNIT_WORKING_DAY:
        due = add_working_days(calendar, start_us, amount);
        break;
    case WORKING_UNIT_NATURAL_DAY:
        due = day_start(day_of(start_us) + amount + 1);
        break;
    case WORKING_UNIT_NATURAL_HOUR:
        due = start_us + amount * HOUR_US;
        break;
    case WORKING_UNIT_MINUTE:
        due = start_us + amount * MINUTE_US;
        break;
    }
    if (guessed != NULL)
        *guessed = (unit == WORKING_UNIT_WORKING_HOUR || unit == WORKING_UNIT_WORKING_DAY) &&
                   !(is_known(calendar, day_of(start_us)) && is_known(calendar, day_of(due - 1)));
    return due;
}

/* Working days whose offices have closed at `us`. */
static int64_t days_closed(const WorkingCalendar *calendar, int64_t us)
{
    int64_t day = day_of(us);
    bool closed = us - day_start(day) >= closing(&calendar->office);
    return worked_before(calendar, closed ? day + 1 : day);
}

static int64_t days_over(int64_t of_all, int64_t of_start)
{
    return of_all > of_start ? of_all - of_start : 0;
}

int64_t working_time_between(const WorkingCalendar *calendar,
                             WorkingUnit unit,
                             int64_t from_us,
                             int64_t to_us)
{
    if (to_us < from_us)
        return -working_time_between(calendar, unit, to_us, from_us);
    switch (unit) {
    case WORKING_UNIT_WORKING_HOUR:
        return office_before(calendar, to_us) - office_before(calendar, from_us);
    case WORKING_UNIT_URGENT_HOUR:
        return urgent_before(calendar, to_us) - urgent_before(calendar, from_us);
    case WORKING_UNIT_WORKING_DAY:
        return days_over(days_closed(calendar, to_us),
                         worked_before(calendar, day_of(from_us) + 1));
    case WORKING_UNIT_NATURAL_DAY:
        return days_over(day_of(to_us), day_of(from_us) + 1);
    case WORKING_UNIT_NATURAL_HOUR:
    case WORKING_UNIT_MINUTE:
        break;
    }
    return to_us - from_us;
}

static bool is_weekday(int64_t day)
{
    return weekdays_before(day + 1) > weekdays_before(day);
}

static void number_days(WorkingCalendar *calendar, const MovedDay *moved, size_t count)
{
    size_t next = 0;
    for (int64_t i = 0; i < calendar->days; i++) {
        int64_t day = calendar->first + i;
        bool working = is_weekday(day);
        if (next < count &&
            day == day_of_date(moved[next].date / 10000, moved[next].date / 100 % 100,
                               moved[next].date % 100))
            working = moved[next++].working;
        calendar->worked_before[i] = (int32_t)calendar->worked;
        if (working)
            calendar->worked_day[calendar->worked++] = day;
    }
    calendar->worked_before[calendar->days] = (int32_t)calendar->worked;
    assert(next == count);
}

WorkingCalendar *working_calendar_new(Arena *arena,
                                      const WorkingHours *office,
                                      const WorkingHours *urgent,
                                      const MovedDay *moved,
                                      size_t count)
{
    WorkingCalendar *calendar = ARENA_NEW(arena, WorkingCalendar);
    assert(office->count > 0 && urgent->count > 0);
    calendar->office = *office;
    calendar->urgent = *urgent;
    calendar->office_us = time_of(office);
    calendar->urgent_us = time_of(urgent);
    if (count > 0) {
        calendar->first = day_of_date(moved[0].date / 10000, 1, 1);
        calendar->days = day_of_date(moved[count - 1].date / 10000, 12, 31) + 1 - calendar->first;
    }
    calendar->worked_before = ARENA_ARRAY(arena, int32_t, calendar->days + 1);
    calendar->worked_day = ARENA_ARRAY(arena, int64_t, calendar->days);
    number_days(calendar, moved, count);
    return calendar;
}

const WorkingHours *working_calendar_office(const WorkingCalendar *calendar)
{
    return &calendar->office;
}

const WorkingHours *working_calendar_urgent(const WorkingCalendar *calendar)
{
    return &calendar->urgent;
}
