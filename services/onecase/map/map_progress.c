/*
 * The rate is that of the whole reading so far: steadier than the last second's.
 */
#include "map_progress.h"

#include "send/send_tally.h"

#include "base/clock.h"

#include <stdio.h>
#include <unistd.h>

enum { TERMINAL_MS = 1000, LOG_MS = 10000 };

static int64_t interval_ms(const MapProgress *progress)
{
    return progress->terminal ? TERMINAL_MS : LOG_MS;
}

MapProgress map_progress_begin(void)
{
    MapProgress progress = {.started_ms = clock_monotonic_ms(),
                            .terminal = isatty(STDERR_FILENO) == 1};
    progress.next_ms = progress.started_ms + interval_ms(&progress);
    return progress;
}

void map_progress_tell(MapProgress *progress, int64_t records, int64_t passed, int64_t total)
{
    int64_t now_ms = clock_monotonic_ms();
    if (now_ms < progress->next_ms)
        return;
    int64_t spent_ms = now_ms - progress->started_ms;
    Arena *arena = arena_new(1024);
    Text line = text_format(arena, "read %.*s records (%.0f %%), %.*s a second",
                            TEXT_ARGS(send_number(arena, records)),
                            total > 0 ? 100.0 * (double)passed / (double)total : 100.0,
                            TEXT_ARGS(send_number(arena, records * 1000 / spent_ms)));
    if (progress->terminal)
        fprintf(stderr, "\r\033[K%.*s", TEXT_ARGS(line));
    else
        fprintf(stderr, "%.*s\n", TEXT_ARGS(line));
    fflush(stderr);
    arena_free(arena);
    progress->shown = progress->terminal;
    progress->next_ms = now_ms + interval_ms(progress);
}

void map_progress_end(MapProgress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
