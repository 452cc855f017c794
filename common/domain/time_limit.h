#ifndef ONECASE_DOMAIN_TIME_LIMIT_H
#define ONECASE_DOMAIN_TIME_LIMIT_H

#include "domain/working_time.h"

/*
 * Within what time a hazard is to be dealt with: rows of deploy/model/time_limits.csv, part of the model. Of the rows that apply the
 * most specific one holds, judged in this order:
 *
 *   1. category: a leaf (A01) before a group (A) before all (*)
 *   2. level:    one (1 red to 4 blue) before all
 *   3. season:   one before the whole year
 *   4. region:   one before all
 *
 * so that a rule for red beats a region's rule for all levels, and a flood season's rule a region's rule for the whole year. Two rows
 * that could both hold for one query and are equally specific are a mistake of the file (time_limit_clash).
 */
typedef enum TimeLimitCategory {
    TIME_LIMIT_ALL,
    TIME_LIMIT_GROUP,
    TIME_LIMIT_LEAF
} TimeLimitCategory;

typedef struct TimeLimit {
    Text id;             /* unique in the file; what a case shows as its rule */
    Text category;       /* A01, A, * */
    int16_t level;       /* 1 to 4; 0: all */
    int16_t season_from; /* month * 100 + day; 0: the whole year */
    int16_t season_to;   /* included; below season_from: it runs over the end of the year */
    Text region;         /* absent: all */
    int32_t amount;      /* 1..WORKING_AMOUNT_MAX */
    WorkingUnit unit;
    int32_t valid_from; /* yyyymmdd, by the day of the start; 0: open */
    int32_t valid_to;   /* included; 0: open */
    int32_t line;       /* of the file */
} TimeLimit;

typedef struct TimeLimitQuery {
    Text category; /* leaf */
    int16_t level; /* 1 to 4 */
    Text region;
    int64_t start_us; /* from when on the time runs */
} TimeLimitQuery;

typedef struct TimeLimitDue {
    int64_t due_at_us;
    Text rule;  /* id of the row, as long as the limits live */
    size_t row; /* its place in time_limits_rows */
    int32_t amount;
    WorkingUnit unit;
    bool guessed; /* holidays of those days are not known: see working_time_add */
} TimeLimitDue;

/* Immutable, on the arena it was made on. */
typedef struct TimeLimits TimeLimits;

/*
 * Copies the rows but not their texts; calendar and texts live as long as the limits.
 */
TimeLimits *
time_limits_new(Arena *arena, const WorkingCalendar *calendar, const TimeLimit *rows, size_t count);

/*
 * A row that could hold where `row` does and is just as specific, among `count` others; NULL: none. Rows whose seasons or
 * validity do not meet do not clash.
 */
const TimeLimit *time_limit_clash(const TimeLimit *row, const TimeLimit *others, size_t count);

TimeLimitCategory time_limit_category(Text category);

/* When a hazard is due; false: no limit applies. NULL limits are none. */
bool time_limit_due(const TimeLimits *limits, const TimeLimitQuery *query, TimeLimitDue *due);

const WorkingCalendar *time_limits_calendar(const TimeLimits *limits);
/* All rows, none of NULL, the most specific of a category first. */
const TimeLimit *time_limits_rows(const TimeLimits *limits, size_t *count);

#endif
