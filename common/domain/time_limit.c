/*
 * Rows lie sorted by category and then the most specific first, so that a query looks at three short runs (its leaf, its group,
 * all) and takes the first row that applies.
 */
#include "domain/time_limit.h"

#include "domain/datetime.h"

#include <stdlib.h>
#include <string.h>

struct TimeLimits {
    const WorkingCalendar *calendar;
    TimeLimit *rows;
    size_t count;
};

TimeLimitCategory time_limit_category(Text category)
{
    if (text_is(category, "*"))
        return TIME_LIMIT_ALL;
    return category.size == 1 ? TIME_LIMIT_GROUP : TIME_LIMIT_LEAF;
}

/* Level before season before region; larger is more specific. */
static int specificity(const TimeLimit *row)
{
    return (row->level != 0 ? 4 : 0) + (row->season_from != 0 ? 2 : 0) +
           (text_is_empty(row->region) ? 0 : 1);
}

static int by_specificity(const void *a, const void *b)
{
    const TimeLimit *x = a;
    const TimeLimit *y = b;
    int order = text_compare(x->category, y->category);
    if (order != 0)
        return order;
    order = specificity(y) - specificity(x);
    return order != 0 ? order : text_compare(x->id, y->id);
}

TimeLimits *
time_limits_new(Arena *arena, const WorkingCalendar *calendar, const TimeLimit *rows, size_t count)
{
    TimeLimits *limits = ARENA_NEW(arena, TimeLimits);
    *limits = (TimeLimits){calendar, ARENA_ARRAY(arena, TimeLimit, count), count};
    if (count == 0)
        return limits;
    memcpy(limits->rows, rows, count * sizeof *rows);
    qsort(limits->rows, count, sizeof *rows, by_specificity);
    return limits;
}

static bool in_season(const TimeLimit *row, int32_t month_day)
{
    if (row->season_from <= row->season_to)
        return row->season_from <= month_day && month_day <= row->season_to;
    return month_day >= row->season_from || month_day <= row->season_to;
}

/* Two spans meet when one of them holds the beginning of the other. */
static bool seasons_meet(const TimeLimit *a, const TimeLimit *b)
{
    if (a->season_from == 0 || b->season_from == 0)
        return true;
    return in_season(a, b->season_from) || in_season(b, a->season_from);
}

static bool validity_meets(const TimeLimit *a, const TimeLimit *b)
{
    return (a->valid_to == 0 || b->valid_from <= a->valid_to) &&
           (b->valid_to == 0 || a->valid_from <= b->valid_to);
}

const TimeLimit *time_limit_clash(const TimeLimit *row, const TimeLimit *others, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(row->category, others[i].category) && row->level == others[i].level &&
            text_equal(row->region, others[i].region) &&
            specificity(row) == specificity(&others[i]) && seasons_meet(row, &others[i]) &&
            validity_meets(row, &others[i]))
            return &others[i];
    return NULL;
}

static bool applies(const TimeLimit *row, const TimeLimitQuery *query, int32_t date)
{
    return (row->level == 0 || row->level == query->level) &&
           (row->season_from == 0 || in_season(row, date % 10000)) &&
           (text_is_empty(row->region) || text_equal(row->region, query->region)) &&
           row->valid_from <= date && (row->valid_to == 0 || date <= row->valid_to);
}

static size_t first_of(const TimeLimits *limits, Text category)
{
    size_t low = 0;
    size_t high = limits->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (text_compare(limits->rows[middle].category, category) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const TimeLimit *
find(const TimeLimits *limits, Text category, const TimeLimitQuery *query, int32_t date)
{
    for (size_t i = first_of(limits, category);
         i < limits->count && text_equal(limits->rows[i].category, category); i++)
        if (applies(&limits->rows[i], query, date))
            return &limits->rows[i];
    return NULL;
}

bool time_limit_due(const TimeLimits *limits, const TimeLimitQuery *query, TimeLimitDue *due)
{
    if (limits == NULL)
        return false;
    int32_t date = datetime_day(query->start_us, WORKING_ZONE_MINUTES);
    const TimeLimit *row = find(limits, query->category, query, date);
    if (row == NULL)
        row = find(limits, text_slice(query->category, 0, 1), query, date);
    if (row == NULL)
        row = find(limits, TEXT("*"), query, date);
    if (row == NULL)
        return false;
    *due = (TimeLimitDue){.rule = row->id,
                          .row = (size_t)(row - limits->rows),
                          .amount = row->amount,
                          .unit = row->unit};
    due->due_at_us =
        working_time_add(limits->calendar, row->unit, query->start_us, row->amount, &due->guessed);
    return true;
}

const WorkingCalendar *time_limits_calendar(const TimeLimits *limits)
{
    return limits->calendar;
}

const TimeLimit *time_limits_rows(const TimeLimits *limits, size_t *count)
{
    *count = limits != NULL ? limits->count : 0;
    return limits != NULL ? limits->rows : NULL;
}
