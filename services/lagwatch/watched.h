#ifndef ONECASE_LAGWATCH_WATCHED_H
#define ONECASE_LAGWATCH_WATCHED_H

#include "settings.h"

#include "base/error.h"
#include "base/text.h"

#include "domain/mapping.h"

/* What the settings say is to be watched, taken apart. Everything lives on its own arena. */
typedef struct Watched {
    Arena *arena;
    const Mapping *const *mappings;
    size_t mapping_count;
    const char *const *groups; /* beside those of our programs */
    size_t group_count;
    uint64_t stamp; /* of the mapping files as they were loaded */
} Watched;

/* NULL when there is a fault; all of them are added, "setting: message" or "file:line: message", on `arena`. */
Watched *watched_load(const LagwatchSettings *settings, Arena *arena, TextList *faults);
void watched_free(Watched *watched); /* NULL is fine */

/* Changes when a mapping file comes, goes or is written: names, sizes and times of all of them. 0: they cannot be read. */
uint64_t watched_stamp(const LagwatchSettings *settings);

/* Adds a fault. Always returns false. */
bool watched_fault(Arena *arena, TextList *faults, const char *format, ...) PRINTF_LIKE(3, 4);

/* The next word of a text of words with blanks between them; *at starts as 0. False at the end. */
bool watched_word(Text words, size_t *at, Text *word);

#endif
