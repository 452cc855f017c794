/*
 * Days are counted from the civil calendar and back in closed form: a year starts in March here, so
 * that the leap day is its last, and 400 years are one era of 146,097 days. Everything else is
 * hours and minutes.
 */
#include "domain/datetime.h"

#include <stdio.h>

enum {
    DAYS_PER_ERA = 146097,
    YEARS_PER_ERA = 400,
    EPOCH_DAYS = 719468, /* from 0000-03-01 to 1970-01-01 */
    ZONE_MINUTES_MAX = 24 * 60 - 1
};

#define MINUTE_US (60 * DATETIME_SECOND_US)
#define FIRST_US INT64_C(-62135596800000000) /* 0001-01-01T00:00:00Z */
#define LAST_US INT64_C(253402300799999999)  /* 9999-12-31T23:59:59.999999Z */

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

static int64_t days_from_civil(int32_t year, int32_t month, int32_t day)
{
    int64_t march_year = (int64_t)year - (month <= 2 ? 1 : 0);
    int64_t era = floor_divide(march_year, YEARS_PER_ERA);
    int64_t year_of_era = march_year - era * YEARS_PER_ERA;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - EPOCH_DAYS;
}

static void civil_from_days(int64_t days, Datetime *civil)
{
    int64_t shifted = days + EPOCH_DAYS;
    int64_t era = floor_divide(shifted, DAYS_PER_ERA);
    int64_t day_of_era = shifted - era * DAYS_PER_ERA;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;
    int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
    civil->day = (int32_t)(day_of_year - (153 * march_month + 2) / 5 + 1);
    civil->month = (int32_t)month;
    civil->year = (int32_t)(year_of_era + era * YEARS_PER_ERA + (month <= 2 ? 1 : 0));
}

static int32_t days_in_month(int32_t year, int32_t month)
{
    static const int32_t DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : DAYS[month - 1];
}

static bool within(int32_t value, int32_t least, int32_t most)
{
    return value >= least && value <= most;
}

bool datetime_from_civil(const Datetime *civil, int32_t zone_minutes, int64_t *us)
{
    if (!within(civil->year, 1, 9999) || !within(civil->month, 1, 12) ||
        !within(civil->day, 1, days_in_month(civil->year, civil->month)) ||
        !within(civil->hour, 0, 23) || !within(civil->minute, 0, 59) ||
        !within(civil->second, 0, 59) || !within(civil->micros, 0, 999999) ||
        !within(zone_minutes, -ZONE_MINUTES_MAX, ZONE_MINUTES_MAX)) {
        return false;
    }
    int64_t days = days_from_civil(civil->year, civil->month, civil->day);
    int64_t seconds = civil->hour * 3600 + civil->minute * 60 + civil->second;
    *us = days * DATETIME_DAY_US + seconds * DATETIME_SECOND_US + civil->micros -
          zone_minutes * MINUTE_US;
    return true;
}

Datetime datetime_to_civil(int64_t us, int32_t zone_minutes)
{
    us = us < FIRST_US - DATETIME_DAY_US ? FIRST_US - DATETIME_DAY_US : us;
    us = us > LAST_US + DATETIME_DAY_US ? LAST_US + DATETIME_DAY_US : us;
    int64_t local = us + zone_minutes * MINUTE_US;
    local = local < FIRST_US ? FIRST_US : local > LAST_US ? LAST_US : local;
    int64_t days = floor_divide(local, DATETIME_DAY_US);
    int64_t rest = local - days * DATETIME_DAY_US;
    int32_t seconds = (int32_t)(rest / DATETIME_SECOND_US);
    Datetime civil = {.hour = seconds / 3600,
                      .minute = seconds / 60 % 60,
                      .second = seconds % 60,
                      .micros = (int32_t)(rest % DATETIME_SECOND_US)};
    civil_from_days(days, &civil);
    return civil;
}

void datetime_to_iso(int64_t us, char out[DATETIME_ISO_SIZE])
{
    Datetime civil = datetime_to_civil(us, 0);
    snprintf(out, DATETIME_ISO_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ",
             (unsigned)civil.year % 10000, (unsigned)civil.month % 100, (unsigned)civil.day % 100,
             (unsigned)civil.hour % 100, (unsigned)civil.minute % 100, (unsigned)civil.second % 100,
             (unsigned)civil.micros / 1000 % 1000);
}

/* Takes exactly `digits` digits off the front. */
static bool take_number(Text *rest, size_t digits, int32_t *value)
{
    Text number = text_slice(*rest, 0, digits);
    int64_t parsed;
    if (number.size != digits || !text_is_digits(number) || !text_to_int64(number, &parsed)) {
        return false;
    }
    *value = (int32_t)parsed;
    *rest = text_slice(*rest, digits, rest->size);
    return true;
}

static bool take_byte(Text *rest, char byte)
{
    if (rest->size == 0 || rest->data[0] != byte) {
        return false;
    }
    *rest = text_slice(*rest, 1, rest->size);
    return true;
}

/* '.' and 1 to 9 digits, or nothing. */
static bool take_fraction(Text *rest, int32_t *micros)
{
    *micros = 0;
    if (!take_byte(rest, '.')) {
        return true;
    }
    int32_t scale = 100000;
    size_t digits = 0;
    int32_t digit;
    while (digits < 9 && take_number(rest, 1, &digit)) {
        *micros += digit * scale;
        scale /= 10;
        digits++;
    }
    return digits > 0;
}

static bool take_zone(Text *rest, int32_t *minutes)
{
    *minutes = 0;
    if (take_byte(rest, 'Z')) {
        return true;
    }
    int32_t sign = take_byte(rest, '+') ? 1 : take_byte(rest, '-') ? -1 : 0;
    int32_t hour;
    int32_t minute;
    if (sign == 0 || !take_number(rest, 2, &hour) || !take_byte(rest, ':') ||
        !take_number(rest, 2, &minute) || hour > 23 || minute > 59) {
        return false;
    }
    *minutes = sign * (hour * 60 + minute);
    return true;
}

bool datetime_from_iso(Text text, int64_t *us)
{
    Datetime civil;
    int32_t zone;
    return take_number(&text, 4, &civil.year) && take_byte(&text, '-') &&
           take_number(&text, 2, &civil.month) && take_byte(&text, '-') &&
           take_number(&text, 2, &civil.day) && (take_byte(&text, 'T') || take_byte(&text, ' ')) &&
           take_number(&text, 2, &civil.hour) && take_byte(&text, ':') &&
           take_number(&text, 2, &civil.minute) && take_byte(&text, ':') &&
           take_number(&text, 2, &civil.second) && take_fraction(&text, &civil.micros) &&
           take_zone(&text, &zone) && text.size == 0 && datetime_from_civil(&civil, zone, us);
}

int32_t datetime_day(int64_t us, int32_t zone_minutes)
{
    Datetime civil = datetime_to_civil(us, zone_minutes);
    return civil.year * 10000 + civil.month * 100 + civil.day;
}
