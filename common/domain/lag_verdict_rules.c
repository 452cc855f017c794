/*
 * What may be said of a partition: one predicate and one sentence for each verdict. Whether a worse one holds too is not their business.
 */
#include "domain/lag_verdict_parts.h"

#include <inttypes.h>

enum {
    SHRINK_PARTS = 50, /* a backlog shrinks when a fiftieth of it has gone over the window */
    AT_ONCE_PARTS = 10 /* of the patience with what is late */
};

/* "42 s", "3 min 5 s", "2 h 10 min", "5 d 3 h" */
static Text spell(const LagCase *asked, int64_t ms)
{
    int64_t s = ms / MS_PER_SECOND;
    if (s < 10)
        return text_format(asked->arena, "%" PRId64 ".%" PRId64 " s", s, ms % MS_PER_SECOND / 100);
    if (s < 60)
        return text_format(asked->arena, "%" PRId64 " s", s);
    if (s < 3600)
        return text_format(asked->arena, "%" PRId64 " min %" PRId64 " s", s / 60, s % 60);
    if (s < 86400)
        return text_format(asked->arena, "%" PRId64 " h %" PRId64 " min", s / 3600, s % 3600 / 60);
    return text_format(asked->arena, "%" PRId64 " d %" PRId64 " h", s / 86400, s % 86400 / 3600);
}

/* "120 records wait, the next one is 42 s old" */
static Text spell_waiting(const LagCase *asked)
{
    const LagJudgement *numbers = asked->numbers;
    if (numbers->messages == LAG_UNKNOWN)
        return TEXT("how many records wait is not known");
    if (numbers->messages == 0)
        return TEXT("nothing waits");
    Text count = text_format(asked->arena, "%" PRId64 " %s", numbers->messages,
                             numbers->messages == 1 ? "record waits" : "records wait");
    if (numbers->late_ms == LAG_UNKNOWN)
        return count;
    return text_format(asked->arena, "%.*s, the next one is %.*s old", TEXT_ARGS(count),
                       TEXT_ARGS(spell(asked, numbers->late_ms)));
}

static Text spell_rates(const LagCase *asked)
{
    const LagJudgement *numbers = asked->numbers;
    if (numbers->in_per_s < 0 || numbers->out_per_s < 0)
        return TEXT("how fast is not known yet");
    return text_format(asked->arena, "%.1f/s come in, %.1f/s are read", numbers->in_per_s,
                       numbers->out_per_s);
}

static bool is_database_down(const LagCase *asked, LagFinding *finding)
{
    if (!asked->is->needs_database || asked->is->database_down_since_ms == LAG_UNKNOWN)
        return false;
    finding->since_ms = asked->is->database_down_since_ms;
    finding->evidence = text_format(asked->arena, "PostgreSQL does not answer; %.*s",
                                    TEXT_ARGS(spell_waiting(asked)));
    return true;
}

static bool is_lost(const LagCase *asked, LagFinding *finding)
{
    const LagSample *now = asked->now;
    if (asked->is->state == LAG_STATE_LOST) {
        finding->since_ms = asked->is->state_since_ms;
        finding->evidence = text_copy(asked->arena, asked->is->state_reason);
        return true;
    }
    if (now->committed == LAG_UNKNOWN || now->low == LAG_UNKNOWN || now->end == LAG_UNKNOWN)
        return false;
    if (now->committed < now->low)
        finding->evidence = text_format(asked->arena,
                                        "%" PRId64 " offsets, %" PRId64 " to %" PRId64
                                        ", were taken by retention unread",
                                        now->low - now->committed, now->committed, now->low - 1);
    else if (now->committed > now->end)
        finding->evidence =
            text_format(asked->arena,
                        "it would read offset %" PRId64 " next, and the topic ends at %" PRId64
                        ": made anew, or cut",
                        now->committed, now->end);
    return now->committed < now->low || now->committed > now->end;
}

static bool is_refusing(const LagCase *asked, LagFinding *finding)
{
    finding->since_ms = asked->is->state_since_ms;
    finding->evidence = text_copy(asked->arena, asked->is->state_reason);
    return asked->is->state == LAG_STATE_REFUSING;
}

static bool is_at_risk(const LagCase *asked, LagFinding *finding)
{
    const LagJudgement *numbers = asked->numbers;
    if (numbers->retention_left_ms == LAG_UNKNOWN)
        return false;
    int64_t limit_ms = asked->is->retention_ms / 2;
    if (asked->rules->at_risk_ms < limit_ms)
        limit_ms = asked->rules->at_risk_ms;
    bool soon = numbers->retention_left_ms < limit_ms;
    bool too_slow = numbers->late_ms > asked->rules->late_ms &&
                    numbers->catch_up_s * MS_PER_SECOND > (double)numbers->retention_left_ms;
    if (!soon && !too_slow)
        return false;
    finding->evidence =
        text_format(asked->arena, "retention takes the next record in %.*s; %.*s, %.*s",
                    TEXT_ARGS(spell(asked, numbers->retention_left_ms)),
                    TEXT_ARGS(spell_waiting(asked)), TEXT_ARGS(spell_rates(asked)));
    return true;
}

static bool is_rewound(const LagCase *asked, LagFinding *finding)
{
    const LagWindow *window = asked->window;
    if (window->rewound_ms == LAG_UNKNOWN)
        return false;
    bool anew = asked->now->committed < window->rewound_from;
    if (!anew && asked->now->at_ms - window->rewound_ms >= asked->rules->rewound_ms)
        return false;
    finding->since_ms = window->rewound_ms;
    finding->evidence =
        anew ? text_format(asked->arena,
                           "it had read up to offset %" PRId64 " and is at %" PRId64
                           ": somebody set it back, %" PRId64 " records are read again",
                           window->rewound_from, asked->now->committed,
                           window->rewound_from - asked->now->committed)
             : text_format(asked->arena,
                           "it was set back from offset %" PRId64 " and has read it all again",
                           window->rewound_from);
    return true;
}

static int64_t still_ms(const LagCase *asked)
{
    return asked->now->at_ms - asked->window->clear_ms;
}

static bool is_stuck(const LagCase *asked)
{
    return asked->numbers->messages > 0 && still_ms(asked) >= asked->rules->stalled_ms;
}

static bool is_stopped(const LagCase *asked, LagFinding *finding)
{
    const LagWindow *window = asked->window;
    bool gone = asked->is->process == LAG_PROCESS_GONE;
    if (asked->is->process == LAG_PROCESS_HANGS)
        return false;
    if (window->unowned_ms != LAG_UNKNOWN && asked->is->ownership != LAG_OWNED &&
        (gone || asked->now->at_ms - window->unowned_ms >= asked->rules->stopped_ms)) {
        finding->since_ms = window->unowned_ms;
        finding->evidence =
            text_format(asked->arena, "nobody reads it%s; %.*s",
                        gone ? ", its process is gone" : "", TEXT_ARGS(spell_waiting(asked)));
        return true;
    }
    finding->since_ms = window->clear_ms;
    finding->evidence =
        text_format(asked->arena, "its process is gone; %.*s", TEXT_ARGS(spell_waiting(asked)));
    return gone && is_stuck(asked);
}

/* A process that hangs is no proof while the partition moves: another one may have it. */
static bool is_hanging(const LagCase *asked)
{
    const LagWindow *window = asked->window;
    if (asked->is->process != LAG_PROCESS_HANGS)
        return false;
    return asked->is->ownership == LAG_NOT_OWNED || window->moved_ms == LAG_UNKNOWN ||
           asked->now->at_ms - window->moved_ms >= asked->rules->stopped_ms;
}

static bool is_stalled(const LagCase *asked, LagFinding *finding)
{
    if (asked->is->state == LAG_STATE_WAITING) {
        finding->since_ms = asked->is->state_since_ms;
        finding->evidence = text_copy(asked->arena, asked->is->state_reason);
        return true;
    }
    if (is_hanging(asked)) {
        finding->evidence =
            text_format(asked->arena, "its process is there and does not answer; %.*s",
                        TEXT_ARGS(spell_waiting(asked)));
        return true;
    }
    finding->since_ms = asked->window->clear_ms;
    finding->evidence =
        text_format(asked->arena, "no progress for %.*s; %.*s",
                    TEXT_ARGS(spell(asked, still_ms(asked))), TEXT_ARGS(spell_waiting(asked)));
    return asked->window->unowned_ms == LAG_UNKNOWN && is_stuck(asked);
}

/* At the rate of the window what waits is read in no time: stamps are old then, and nobody is behind. */
static bool is_read_at_once(const LagCase *asked)
{
    const LagJudgement *numbers = asked->numbers;
    double patience_s = (double)asked->rules->late_ms / MS_PER_SECOND / AT_ONCE_PARTS;
    return numbers->out_per_s > 0 && (double)numbers->messages <= numbers->out_per_s * patience_s;
}

/* A record may come with a stamp that is old: it is late here only once it has waited here. */
static bool is_late(const LagCase *asked)
{
    int64_t late_ms = asked->rules->late_ms;
    return !asked->is->gives_way && asked->numbers->messages != 0 &&
           asked->numbers->late_ms > late_ms &&
           asked->now->at_ms - asked->window->waiting_ms > late_ms && !is_read_at_once(asked);
}

/* Whether there is less to do than at the beginning of the window; while there is but one look it is believed. */
static bool shrinks(const LagCase *asked)
{
    const LagSample *then =
        lag_window_oldest(asked->window, asked->now->at_ms, asked->rules->window_ms);
    int64_t before = lag_sample_waiting(then);
    if (before == LAG_UNKNOWN || asked->now->at_ms - then->at_ms < LAG_RATE_MIN_MS)
        return true;
    return asked->numbers->messages < before - before / SHRINK_PARTS;
}

static bool is_slow(const LagCase *asked, LagFinding *finding)
{
    int64_t waits_ms = asked->window->waiting_ms > asked->now->head_ms ? asked->window->waiting_ms
                                                                       : asked->now->head_ms;
    finding->since_ms = waits_ms + asked->rules->late_ms;
    finding->evidence = text_format(asked->arena, "%.*s and it gets no better: %.*s",
                                    TEXT_ARGS(spell_waiting(asked)), TEXT_ARGS(spell_rates(asked)));
    return is_late(asked) && !shrinks(asked);
}

static bool is_catching_up(const LagCase *asked, LagFinding *finding)
{
    finding->evidence = text_format(asked->arena, "%.*s; %.*s", TEXT_ARGS(spell_waiting(asked)),
                                    TEXT_ARGS(spell_rates(asked)));
    if (asked->numbers->catch_up_s > 0)
        finding->evidence = text_format(
            asked->arena, "%.*s, done in about %.*s", TEXT_ARGS(finding->evidence),
            TEXT_ARGS(spell(asked, (int64_t)(asked->numbers->catch_up_s * MS_PER_SECOND))));
    return is_late(asked);
}

static bool is_ok(const LagCase *asked, LagFinding *finding)
{
    if (asked->numbers->messages == 0)
        finding->evidence = spell_waiting(asked);
    else
        finding->evidence =
            text_format(asked->arena, "%s%.*s; %.*s",
                        asked->is->gives_way ? "it gives way to what is live; " : "",
                        TEXT_ARGS(spell_waiting(asked)), TEXT_ARGS(spell_rates(asked)));
    return true;
}

static bool (*const HOLDS[LAG_VERDICT_COUNT])(const LagCase *asked, LagFinding *finding) = {
    [LAG_OK] = is_ok,           [LAG_CATCHING_UP] = is_catching_up,
    [LAG_SLOW] = is_slow,       [LAG_STALLED] = is_stalled,
    [LAG_STOPPED] = is_stopped, [LAG_REWOUND] = is_rewound,
    [LAG_AT_RISK] = is_at_risk, [LAG_REFUSING] = is_refusing,
    [LAG_LOST] = is_lost,       [LAG_DATABASE_DOWN] = is_database_down,
};

bool lag_verdict_holds(LagVerdict verdict, const LagCase *asked, LagFinding *finding)
{
    *finding = (LagFinding){LAG_UNKNOWN, TEXT("")};
    return HOLDS[verdict](asked, finding);
}
