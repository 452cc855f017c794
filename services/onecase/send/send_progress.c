/*
 * Rate and time left are those of the whole run so far: steadier than the last second's.
 */
#include "send_progress.h"

#include "send_tally.h"

#include "base/clock.h"

#include <stdio.h>
#include <unistd.h>

enum { TERMINAL_MS = 1000, LOG_MS = 10000, QUIET_MS = 5000 };

SendProgress send_progress_begin(int64_t first_bytes)
{
    bool terminal = isatty(STDERR_FILENO) == 1;
    int64_t now_ms = clock_monotonic_ms();
    return (SendProgress){.started_ms = now_ms,
                          .next_ms = now_ms + (terminal ? TERMINAL_MS : LOG_MS),
                          .terminal = terminal,
                          .first_bytes = first_bytes};
}

bool send_progress_due(const SendProgress *progress)
{
    return clock_monotonic_ms() >= progress->next_ms;
}

static void
add_bytes(TextBuilder *out, const SendProgress *progress, const SendProgressFacts *facts)
{
    int64_t spent_ms = clock_monotonic_ms() - progress->started_ms;
    builder_format(out, ", %.1f MB", (double)facts->bytes / 1e6);
    if (facts->size <= 0)
        return;
    builder_format(out, " of %.1f MB (%.0f %%)", (double)facts->size / 1e6,
                   100.0 * (double)facts->bytes / (double)facts->size);
    int64_t done = facts->bytes - progress->first_bytes;
    if (done > 0 && spent_ms > 0)
        builder_format(out, ", about %.0f s left",
                       (double)(facts->size - facts->bytes) / (double)done * (double)spent_ms /
                           1000.0);
}

void send_progress_show(SendProgress *progress, const char *what, const SendProgressFacts *facts)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t spent_ms = now_ms - progress->started_ms;
    Arena *arena = arena_new(1024);
    TextBuilder out = builder_new(arena);
    builder_format(&out, "%s %.*s records", what, TEXT_ARGS(send_number(arena, facts->records)));
    if (spent_ms > 0)
        builder_format(&out, ", %.*s a second",
                       TEXT_ARGS(send_number(arena, facts->records * 1000 / spent_ms)));
    add_bytes(&out, progress, facts);
    if (facts->quiet_ms >= QUIET_MS)
        builder_format(&out, "; waiting for Kafka, %lld s", (long long)(facts->quiet_ms / 1000));
    if (progress->terminal)
        fprintf(stderr, "\r\033[K%.*s", TEXT_ARGS(builder_view(&out)));
    else
        fprintf(stderr, "%.*s\n", TEXT_ARGS(builder_view(&out)));
    fflush(stderr);
    arena_free(arena);
    progress->shown = progress->terminal;
    progress->next_ms = now_ms + (progress->terminal ? TERMINAL_MS : LOG_MS);
}

void send_progress_end(SendProgress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
