/*
 * Rate and time left are those of the whole run so far: steadier than the last second's.
 */
#include "replay/replay_progress.h"

#include "send/send_tally.h"

#include "base/clock.h"
#include "base/text_builder.h"

#include <stdio.h>
#include <unistd.h>

enum { TERMINAL_MS = 1000, LOG_MS = 10000, BLOCK = 1024 };

ReplayProgress replay_progress_begin(int64_t total, int64_t first)
{
    bool terminal = isatty(STDERR_FILENO) == 1;
    int64_t now_ms = clock_monotonic_ms();
    return (ReplayProgress){.total = total,
                            .first = first,
                            .started_ms = now_ms,
                            .next_ms = now_ms + (terminal ? TERMINAL_MS : LOG_MS),
                            .terminal = terminal};
}

double replay_progress_seconds(const ReplayProgress *progress)
{
    return (double)(clock_monotonic_ms() - progress->started_ms) / 1000.0;
}

static void write_line(const ReplayProgress *progress, int64_t records, TextBuilder *out)
{
    double spent_s = replay_progress_seconds(progress);
    int64_t done = records - progress->first;
    double rate = spent_s > 0 ? (double)done / spent_s : 0;
    builder_format(out, "replayed %.*s of ", TEXT_ARGS(send_number(out->arena, records)));
    builder_text(out, send_number(out->arena, progress->total));
    builder_format(out, " records (%.0f %%), %.*s a second",
                   progress->total > 0 ? 100.0 * (double)records / (double)progress->total : 100.0,
                   TEXT_ARGS(send_number(out->arena, (int64_t)rate)));
    if (rate > 0)
        builder_format(out, ", about %.0f s left", (double)(progress->total - records) / rate);
}

void replay_progress_show(ReplayProgress *progress, int64_t records, const char *away)
{
    int64_t now_ms = clock_monotonic_ms();
    if (now_ms < progress->next_ms)
        return;
    Arena *arena = arena_new(BLOCK);
    TextBuilder out = builder_new(arena);
    write_line(progress, records, &out);
    if (away != NULL)
        builder_format(&out, "; waiting: %s", away);
    fprintf(stderr, "%s%.*s%s", progress->terminal ? "\r\033[K" : "", TEXT_ARGS(builder_view(&out)),
            progress->terminal ? "" : "\n");
    fflush(stderr);
    arena_free(arena);
    progress->shown = progress->terminal;
    progress->next_ms = now_ms + (progress->terminal ? TERMINAL_MS : LOG_MS);
}

void replay_progress_say(ReplayProgress *progress, Text line)
{
    replay_progress_end(progress);
    fprintf(stderr, "%.*s\n", TEXT_ARGS(line));
}

void replay_progress_end(ReplayProgress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
