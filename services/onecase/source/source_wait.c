/*
 * Looks at the accounts ten times a second; only when they have grown is the record itself sought. Meanwhile it asks
 * Kafka whether intake has taken up new topics, which tells an intake that does not know of them from a department that
 * has sent nothing.
 */
#include "source_wait.h"

#include "send/send_stop.h"

#include "base/clock.h"

#include <time.h>

enum { LOOK_MS = 100, SEEK_AGAIN_MS = 1000, ASK_AGAIN_MS = 500, SCRATCH_BLOCK = 65536 };

typedef struct Waiting {
    const SourceWait *wait;
    SourceOutcome *outcome;
    Arena *scratch;
    SourceAccount before;
    int64_t seek_ms;
    int64_t ask_ms;
} Waiting;

static int64_t spent_ms(const Waiting *waiting)
{
    return clock_monotonic_ms() - waiting->wait->since_ms;
}

static void note_trouble(Waiting *waiting, const Error *error)
{
    waiting->outcome->trouble = *error;
}

static void ask_taken(Waiting *waiting)
{
    Error error = {0};
    SourceOutcome *outcome = waiting->outcome;
    if (outcome->taken || clock_monotonic_ms() < waiting->ask_ms)
        return;
    waiting->ask_ms = clock_monotonic_ms() + ASK_AGAIN_MS;
    if (!source_topics_taken(waiting->wait->topics, &outcome->taken, &error))
        note_trouble(waiting, &error);
    else if (outcome->taken)
        outcome->taken_ms = spent_ms(waiting);
}

/* Records that came since the mark. */
static bool count_new(Waiting *waiting, Error *error)
{
    const SourceWait *wait = waiting->wait;
    SourceAccounts accounts;
    arena_reset(waiting->scratch);
    if (!source_rows_accounts(wait->pg, waiting->scratch, &accounts, error))
        return false;
    SourceAccount now = source_rows_sum(&accounts, wait->topics->options, wait->mapping);
    waiting->outcome->counts = (SourceAccount){
        .reports = now.reports - waiting->before.reports,
        .updates = now.updates - waiting->before.updates,
        .ignored = now.ignored - waiting->before.ignored,
        .dead = now.dead - waiting->before.dead,
    };
    return true;
}

static bool seek(Waiting *waiting, Error *error)
{
    const SourceWait *wait = waiting->wait;
    SourceOutcome *outcome = waiting->outcome;
    waiting->seek_ms = clock_monotonic_ms() + SEEK_AGAIN_MS;
    if (!source_rows_first(wait->pg, wait->mark, mapping_version(wait->mapping), &outcome->record,
                           &outcome->found, error))
        return false;
    if (outcome->found || outcome->otherwise)
        return true;
    return source_rows_first(wait->pg, wait->mark, TEXT_ABSENT, &outcome->other,
                             &outcome->otherwise, error);
}

static void look(Waiting *waiting)
{
    Error error = {0};
    SourceOutcome *outcome = waiting->outcome;
    bool good = count_new(waiting, &error);
    if (good && source_rows_total(&outcome->counts) > 0 && clock_monotonic_ms() >= waiting->seek_ms)
        good = seek(waiting, &error);
    if (!good)
        note_trouble(waiting, &error);
    else
        error_clear(&outcome->trouble);
    if (outcome->found) {
        outcome->found_ms = spent_ms(waiting);
        outcome->taken = true; /* whatever Kafka said: a commit comes behind what is handed over */
    }
}

static void pause_ms(int64_t ms)
{
    struct timespec time = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000L};
    (void)nanosleep(&time, NULL);
}

void source_wait_run(const SourceWait *wait, SourceOutcome *outcome)
{
    Waiting waiting = {.wait = wait, .outcome = outcome, .scratch = arena_new(SCRATCH_BLOCK)};
    waiting.before =
        source_rows_sum(source_rows_marked(wait->mark), wait->topics->options, wait->mapping);
    outcome->waited = true;
    send_stop_watch();
    for (;;) {
        look(&waiting);
        if (outcome->found || spent_ms(&waiting) >= wait->limit_ms || send_stop_asked())
            break;
        ask_taken(&waiting);
        pause_ms(LOOK_MS);
    }
    arena_free(waiting.scratch);
}
