/*
 * One look: remember it, work the numbers out, then ask what holds, the worst first. Each verdict is one predicate and one sentence, in
 * a table that is the order of severity.
 *
 *   LagSample ──remember──► LagWindow ──measure──► LagJudgement ──lag_verdict_rules.c, worst first──► verdict, since, evidence
 */
#include "domain/lag_verdict_parts.h"

enum {
    LATE_MS = 30000,
    STALLED_MS = 20000,
    STOPPED_MS = 8000,
    AT_RISK_MS = 86400000,
    WINDOW_MS = 120000,
    REWOUND_MS = 600000
};

static const char *const NAMES[LAG_VERDICT_COUNT] = {
    "OK",      "CATCHING_UP", "SLOW",     "STALLED", "STOPPED",
    "REWOUND", "AT_RISK",     "REFUSING", "LOST",    "DATABASE_DOWN",
};

const char *lag_verdict_name(LagVerdict verdict)
{
    return NAMES[verdict];
}

bool lag_verdict_from(Text name, LagVerdict *verdict)
{
    for (int i = 0; i < LAG_VERDICT_COUNT; i++) {
        if (!text_is(name, NAMES[i]))
            continue;
        *verdict = (LagVerdict)i;
        return true;
    }
    return false;
}

LagRules lag_rules_default(void)
{
    return (LagRules){
        .late_ms = LATE_MS,
        .stalled_ms = STALLED_MS,
        .stopped_ms = STOPPED_MS,
        .at_risk_ms = AT_RISK_MS,
        .window_ms = WINDOW_MS,
        .rewound_ms = REWOUND_MS,
    };
}

void lag_window_init(LagWindow *window)
{
    *window = (LagWindow){.moved_ms = LAG_UNKNOWN,
                          .clear_ms = LAG_UNKNOWN,
                          .waiting_ms = LAG_UNKNOWN,
                          .unowned_ms = LAG_UNKNOWN,
                          .highest = LAG_UNKNOWN,
                          .rewound_ms = LAG_UNKNOWN,
                          .rewound_from = LAG_UNKNOWN,
                          .since_ms = LAG_UNKNOWN};
}

/* ---- remembering ---- */

static LagSample *sample_at(LagWindow *window, uint32_t index)
{
    return &window->samples[(window->first + index) % LAG_WINDOW_SAMPLES];
}

static LagSample *newest(LagWindow *window)
{
    return window->count > 0 ? sample_at(window, window->count - 1) : NULL;
}

/* Looks that follow each other closely share a place, so that the ring spans the whole window whatever the cycle. */
static void keep(LagWindow *window, const LagSample *sample, int64_t window_ms)
{
    int64_t spacing_ms = window_ms / (LAG_WINDOW_SAMPLES - 1);
    LagSample *last = newest(window);
    bool share = last != NULL && sample->at_ms <= last->at_ms;
    if (last != NULL && window->count > 1 &&
        last->at_ms - sample_at(window, window->count - 2)->at_ms < spacing_ms)
        share = true;
    if (share) {
        *last = *sample;
        return;
    }
    if (window->count == LAG_WINDOW_SAMPLES) {
        window->first = (window->first + 1) % LAG_WINDOW_SAMPLES;
        window->count--;
    }
    *sample_at(window, window->count++) = *sample;
}

/* How many wait. Below the first offset there is nothing to read any more, so that is no lag. */
int64_t lag_sample_waiting(const LagSample *sample)
{
    if (sample->end == LAG_UNKNOWN || sample->low == LAG_UNKNOWN)
        return LAG_UNKNOWN;
    int64_t from = sample->committed > sample->low ? sample->committed : sample->low;
    return sample->end > from ? sample->end - from : 0;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Since when nothing has moved while something waited, at the first look: as far as others' books tell. */
static int64_t first_clear(const LagSample *sample)
{
    if (sample->progress_ms == LAG_UNKNOWN || sample->head_ms == LAG_UNKNOWN)
        return sample->at_ms;
    int64_t since_ms = later(sample->progress_ms, sample->head_ms);
    return since_ms < sample->at_ms ? since_ms : sample->at_ms;
}

/* Nothing waited at the last look, which may be long ago: what waits now does so since its own time stamp, as far as that can be. */
static int64_t began_to_wait(const LagSample *last, const LagSample *now)
{
    int64_t since_ms = now->head_ms == LAG_UNKNOWN ? now->at_ms : later(now->head_ms, last->at_ms);
    return since_ms < now->at_ms ? since_ms : now->at_ms;
}

static void note_waiting(LagWindow *window, const LagSample *sample)
{
    const LagSample *last = newest(window);
    if (lag_sample_waiting(sample) == 0)
        window->waiting_ms = LAG_UNKNOWN;
    else if (last != NULL && lag_sample_waiting(last) == 0)
        window->waiting_ms = began_to_wait(last, sample);
    else if (window->waiting_ms == LAG_UNKNOWN) /* as long as its time stamp says */
        window->waiting_ms = sample->head_ms;
}

static void note_movement(LagWindow *window, const LagSample *sample)
{
    const LagSample *last = newest(window);
    if (last != NULL && lag_sample_waiting(last) == 0)
        window->clear_ms = began_to_wait(last, sample);
    if (last != NULL && sample->committed != last->committed &&
        (sample->committed > last->committed || last->committed == LAG_UNKNOWN))
        window->moved_ms = window->clear_ms = sample->at_ms;
    if (lag_sample_waiting(sample) == 0)
        window->clear_ms = sample->at_ms;
    if (window->clear_ms == LAG_UNKNOWN)
        window->clear_ms = first_clear(sample);
}

/* Kafka's copy may be behind PostgreSQL, and behind lost offsets it goes on elsewhere: neither is a rewind. */
static void note_rewind(LagWindow *window, const LagSample *sample, bool copy)
{
    if (copy || sample->committed == LAG_UNKNOWN)
        return;
    if (window->verdict == LAG_LOST || window->highest == LAG_UNKNOWN) {
        window->highest = sample->committed;
        window->rewound_ms = LAG_UNKNOWN;
        return;
    }
    const LagSample *last = newest(window);
    if (last != NULL && sample->committed < last->committed) {
        window->rewound_ms = sample->at_ms;
        window->rewound_from = later(window->highest, last->committed);
        window->clear_ms = sample->at_ms;
        window->waiting_ms = sample->head_ms; /* these have been there all the time */
        window->count = 0;                    /* rates and trend begin anew */
    }
    window->highest = later(window->highest, sample->committed);
}

/* Whoever takes it over has the whole patience before it. */
static void note_owner(LagWindow *window, const LagSample *sample, LagOwnership ownership)
{
    if (ownership == LAG_OWNED && window->unowned_ms != LAG_UNKNOWN)
        window->clear_ms = sample->at_ms;
    if (ownership == LAG_OWNED)
        window->unowned_ms = LAG_UNKNOWN;
    else if (ownership == LAG_NOT_OWNED && window->unowned_ms == LAG_UNKNOWN)
        window->unowned_ms = sample->at_ms;
}

/* ---- measuring ---- */

/* The oldest look within the window. */
const LagSample *lag_window_oldest(LagWindow *window, int64_t at_ms, int64_t window_ms)
{
    for (uint32_t i = 0; i < window->count; i++)
        if (at_ms - sample_at(window, i)->at_ms <= window_ms)
            return sample_at(window, i);
    return newest(window);
}

static double rate(int64_t before, int64_t now, int64_t took_ms)
{
    if (before == LAG_UNKNOWN || now == LAG_UNKNOWN || took_ms < LAG_RATE_MIN_MS || now < before)
        return LAG_UNKNOWN;
    return (double)(now - before) * MS_PER_SECOND / (double)took_ms;
}

static double catch_up(const LagJudgement *judgement)
{
    if (judgement->messages == 0)
        return 0;
    if (judgement->messages == LAG_UNKNOWN || judgement->in_per_s < 0 ||
        judgement->out_per_s <= judgement->in_per_s)
        return LAG_UNKNOWN;
    return (double)judgement->messages / (judgement->out_per_s - judgement->in_per_s);
}

static int64_t reading_from(const LagSample *sample)
{
    return sample->committed == LAG_UNKNOWN ? sample->low : sample->committed;
}

static void measure(LagWindow *window,
                    const LagSample *now,
                    const LagCircumstances *circumstances,
                    const LagRules *rules,
                    LagJudgement *judgement)
{
    const LagSample *then = lag_window_oldest(window, now->at_ms, rules->window_ms);
    int64_t took_ms = now->at_ms - then->at_ms;
    judgement->messages = lag_sample_waiting(now);
    judgement->late_ms = LAG_UNKNOWN;
    if (judgement->messages == 0)
        judgement->late_ms = 0;
    else if (now->head_ms != LAG_UNKNOWN)
        judgement->late_ms = later(0, now->at_ms - now->head_ms);
    judgement->in_per_s = rate(then->end, now->end, took_ms);
    judgement->out_per_s = rate(reading_from(then), reading_from(now), took_ms);
    judgement->catch_up_s = catch_up(judgement);
    judgement->retention_left_ms = LAG_UNKNOWN;
    if (judgement->messages != 0 && now->head_ms != LAG_UNKNOWN &&
        circumstances->retention_ms != LAG_UNKNOWN)
        judgement->retention_left_ms =
            later(0, now->head_ms + circumstances->retention_ms - now->at_ms);
    judgement->progress_ms = later(window->moved_ms, now->progress_ms);
}

/* The worst that holds of those below `limit`. */
static LagVerdict worst_below(int limit, const LagCase *asked, LagFinding *finding)
{
    int verdict = limit - 1;
    while (!lag_verdict_holds((LagVerdict)verdict, asked, finding))
        verdict--;
    return (LagVerdict)verdict;
}

static void conclude(const LagCase *asked, LagJudgement *judgement)
{
    LagFinding finding;
    LagFinding other;
    LagWindow *window = asked->window;
    LagVerdict verdict = worst_below(LAG_VERDICT_COUNT, asked, &finding);
    LagVerdict lesser = verdict > LAG_OK ? worst_below((int)verdict, asked, &other) : LAG_OK;
    if (window->since_ms == LAG_UNKNOWN || window->verdict != verdict) {
        window->verdict = verdict;
        window->since_ms = finding.since_ms != LAG_UNKNOWN ? finding.since_ms : asked->now->at_ms;
    }
    judgement->verdict = verdict;
    judgement->since_ms = window->since_ms;
    judgement->evidence = text_is_absent(finding.evidence) ? TEXT("") : finding.evidence;
    judgement->also = lesser > LAG_OK
                          ? text_format(asked->arena, "%s: %.*s", lag_verdict_name(lesser),
                                        TEXT_ARGS(other.evidence))
                          : TEXT("");
}

void lag_judge(LagWindow *window,
               const LagSample *sample,
               const LagCircumstances *circumstances,
               const LagRules *rules,
               Arena *arena,
               LagJudgement *judgement)
{
    bool copy =
        circumstances->needs_database && circumstances->database_down_since_ms != LAG_UNKNOWN;
    note_waiting(window, sample);
    note_movement(window, sample);
    if (circumstances->gives_way)
        window->clear_ms = sample->at_ms;
    note_rewind(window, sample, copy);
    note_owner(window, sample, circumstances->ownership);
    keep(window, sample, rules->window_ms);
    measure(window, sample, circumstances, rules, judgement);
    const LagCase asked = {window, sample, circumstances, rules, judgement, arena};
    conclude(&asked, judgement);
}
