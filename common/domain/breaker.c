/*
 * A short list of (subject, cause, count). There are few of either; when the list is full, the smallest count makes room:
 * a streak that matters is long.
 */
#include "domain/breaker.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 64, NAME_MAX_BYTES = 120 };

typedef struct Row {
    char subject[NAME_MAX_BYTES]; /* cut to fit */
    char cause[NAME_MAX_BYTES];
    int64_t count; /* 0: free */
} Row;

struct Breaker {
    Row rows[ROWS_MAX];
};

Breaker *breaker_new(void)
{
    Breaker *breaker = calloc(1, sizeof(*breaker));
    if (breaker == NULL)
        abort();
    return breaker;
}

void breaker_free(Breaker *breaker)
{
    free(breaker);
}

void breaker_forget(Breaker *breaker)
{
    *breaker = (Breaker){0};
}

static Text cut(Text name)
{
    return name.size < NAME_MAX_BYTES ? name : (Text){name.data, NAME_MAX_BYTES - 1};
}

static bool is(const char *held, Text name)
{
    return text_equal(text_from(held), cut(name));
}

static void hold(char *into, Text name)
{
    Text kept = cut(name);
    if (kept.size > 0)
        memcpy(into, kept.data, kept.size);
    into[kept.size] = '\0';
}

static int64_t of_subject(const Breaker *breaker, Text subject)
{
    int64_t sum = 0;
    for (size_t i = 0; i < ROWS_MAX; i++)
        if (breaker->rows[i].count > 0 && is(breaker->rows[i].subject, subject))
            sum += breaker->rows[i].count;
    return sum;
}

static int64_t of_cause(const Breaker *breaker, Text cause)
{
    int64_t sum = 0;
    for (size_t i = 0; i < ROWS_MAX; i++)
        if (breaker->rows[i].count > 0 && is(breaker->rows[i].cause, cause))
            sum += breaker->rows[i].count;
    return sum;
}

bool breaker_fills_cause(const Breaker *breaker, Refusal refusal)
{
    return of_cause(breaker, refusal.cause) + 1 >= BREAKER_LIMIT;
}

bool breaker_would_fill(const Breaker *breaker, Refusal refusal)
{
    return breaker_fills_cause(breaker, refusal) ||
           of_subject(breaker, refusal.subject) + 1 >= BREAKER_LIMIT;
}

static Row *row_of(Breaker *breaker, Refusal refusal)
{
    Row *smallest = &breaker->rows[0];
    for (size_t i = 0; i < ROWS_MAX; i++) {
        Row *row = &breaker->rows[i];
        if (row->count > 0 && is(row->subject, refusal.subject) && is(row->cause, refusal.cause))
            return row;
        if (row->count < smallest->count)
            smallest = row;
    }
    hold(smallest->subject, refusal.subject);
    hold(smallest->cause, refusal.cause);
    smallest->count = 0;
    return smallest;
}

void breaker_refused(Breaker *breaker, Refusal refusal)
{
    row_of(breaker, refusal)->count++;
}

void breaker_fill(Breaker *breaker, Refusal refusal)
{
    Row *row = row_of(breaker, refusal);
    if (row->count < BREAKER_LIMIT)
        row->count = BREAKER_LIMIT;
}

void breaker_taken(Breaker *breaker, Text subject)
{
    for (size_t i = 0; i < ROWS_MAX; i++)
        if (breaker->rows[i].count > 0 && is(breaker->rows[i].subject, subject))
            breaker->rows[i].count = 0;
}

bool breaker_is_full(const Breaker *breaker)
{
    for (size_t i = 0; i < ROWS_MAX; i++) {
        const Row *row = &breaker->rows[i];
        if (row->count > 0 && (of_subject(breaker, text_from(row->subject)) >= BREAKER_LIMIT ||
                               of_cause(breaker, text_from(row->cause)) >= BREAKER_LIMIT))
            return true;
    }
    return false;
}
