#ifndef ONECASE_DOMAIN_DATETIME_H
#define ONECASE_DOMAIN_DATETIME_H

#include "base/text.h"

/*
 * Times as microseconds since 1970-01-01 UTC, in the proleptic Gregorian calendar, years 1 to 9999; no leap
 * seconds, no clock, no zone tables (China has one zone and no daylight saving: offsets in minutes are enough).
 * Day numbers by H. Hinnant, "chrono-compatible low-level date algorithms" (days_from_civil, civil_from_days).
 */
#define DATETIME_SECOND_US INT64_C(1000000)
#define DATETIME_DAY_US (INT64_C(86400) * DATETIME_SECOND_US)

enum { DATETIME_ISO_SIZE = 32 };

/* A date and a time of day as people write them, in some zone. */
typedef struct Datetime {
    int32_t year;   /* 1..9999 */
    int32_t month;  /* 1..12 */
    int32_t day;    /* 1..31 */
    int32_t hour;   /* 0..23 */
    int32_t minute; /* 0..59 */
    int32_t second; /* 0..59 */
    int32_t micros; /* 0..999999 */
} Datetime;

/* The moment at which a clock `zone_minutes` ahead of UTC shows `civil`; false when a part is out of range or the day does not exist. */
bool datetime_from_civil(const Datetime *civil, int32_t zone_minutes, int64_t *us);

/* What that clock shows at `us`. Moments outside the years 1..9999 are clamped to their first or last one. */
Datetime datetime_to_civil(int64_t us, int32_t zone_minutes);

/* 2026-02-01T00:30:00.000Z; fractions of a millisecond are cut. */
void datetime_to_iso(int64_t us, char out[DATETIME_ISO_SIZE]);

/*
 * YYYY-MM-DD, 'T' or a space, hh:mm:ss, optionally '.' and 1 to 9 digits (beyond microseconds they are cut), then
 * 'Z' or ±hh:mm. A zone is required; 24:00 and leap seconds are refused.
 */
bool datetime_from_iso(Text text, int64_t *us);

/* The calendar day in that zone as the number yyyymmdd. */
int32_t datetime_day(int64_t us, int32_t zone_minutes);

#endif
