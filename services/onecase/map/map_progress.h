#ifndef ONECASE_SERVICES_ONECASE_MAP_PROGRESS_H
#define ONECASE_SERVICES_ONECASE_MAP_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* One line on stderr about a long reading: every second on a terminal, over the last one; else every ten. */
typedef struct MapProgress {
    int64_t started_ms;
    int64_t next_ms;
    bool terminal;
    bool shown; /* a line stands on the terminal that the next one overwrites */
} MapProgress;

MapProgress map_progress_begin(void);
/* Writes when it is time: records so far, and how far that is of what there was to read. */
void map_progress_tell(MapProgress *progress, int64_t records, int64_t passed, int64_t total);
void map_progress_end(MapProgress *progress); /* clears the line on a terminal */

#endif
