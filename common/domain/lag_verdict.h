#ifndef ONECASE_DOMAIN_LAG_VERDICT_H
#define ONECASE_DOMAIN_LAG_VERDICT_H

#include "base/arena.h"
#include "base/text.h"

/*
 * What is to be said of one partition of one consumer: the worst of what holds, since when, by which numbers, and what to do. Rules
 * after Burrow's (github.com/linkedin/Burrow, "Consumer Lag Evaluation Rules"), with what made them false alarms mended: the end is
 * compared first, so that an idle partition is OK however old its last commit; a partition nobody owns is STOPPED also when
 * nothing waits; a transaction's marker at the end is no lag.
 *
 * In order of severity, the worst last.
 */
typedef enum LagVerdict {
    LAG_OK,
    LAG_CATCHING_UP, /* late, and the backlog shrinks */
    LAG_SLOW,        /* late, and it does not */
    LAG_STALLED,     /* records wait, and whoever has it makes no progress; or its process hangs */
    LAG_STOPPED,     /* nobody has it */
    LAG_REWOUND,     /* it reads anew what it had read */
    LAG_AT_RISK,     /* retention takes what waits before it is read */
    LAG_REFUSING,    /* PostgreSQL refused record after record, it stands still on purpose */
    LAG_LOST,        /* offsets that it has not read are gone */
    LAG_DATABASE_DOWN, /* it needs PostgreSQL, and PostgreSQL does not answer */
    LAG_VERDICT_COUNT
} LagVerdict;

const char *lag_verdict_name(LagVerdict verdict); /* "CATCHING_UP" */
bool lag_verdict_from(Text name, LagVerdict *verdict);

enum { LAG_UNKNOWN = -1 }; /* of counts, times and rates */

/* Who has a partition. */
typedef enum LagOwnership {
    LAG_OWNER_UNKNOWN, /* could not be asked */
    LAG_OWNED,
    LAG_NOT_OWNED
} LagOwnership;

/* What the program says itself of a partition (consumer_offsets.state; notes of intake). */
typedef enum LagState {
    LAG_RUNNING,
    LAG_STATE_WAITING,
    LAG_STATE_REFUSING,
    LAG_STATE_LOST
} LagState;

/* The process behind it, as its health page was met. */
typedef enum LagProcess {
    LAG_PROCESS_UNKNOWN, /* not asked, or it has never answered */
    LAG_PROCESS_WELL,
    LAG_PROCESS_HANGS, /* its port takes connections, and nothing answers; or it says itself that it makes no progress */
    LAG_PROCESS_GONE /* nobody listens there any more */
} LagProcess;

/* One look at one partition. Times are ms since 1970. */
typedef struct LagSample {
    int64_t at_ms;
    int64_t committed; /* next offset to be read; LAG_UNKNOWN: nothing read yet */
    int64_t low;       /* first offset there is */
    int64_t
        end; /* behind the last record; markers of transactions are left out when nothing else waits */
    int64_t
        head_ms; /* time stamp of the record that is read next; LAG_UNKNOWN: none waits, or not known */
    int64_t progress_ms; /* when it last moved as its own bookkeeping says; LAG_UNKNOWN */
} LagSample;

/* What holds now beside the numbers. */
typedef struct LagCircumstances {
    LagOwnership ownership;
    LagProcess process;
    LagState state;
    int64_t state_since_ms; /* LAG_UNKNOWN */
    Text state_reason;      /* absent: none */
    bool
        gives_way; /* it waits for others on purpose, as history does: not moving is no stall then */
    bool needs_database;
    int64_t database_down_since_ms; /* LAG_UNKNOWN: it answers */
    int64_t retention_ms;           /* of the topic; LAG_UNKNOWN: keeps for ever, or not known */
} LagCircumstances;

typedef struct LagRules {
    int64_t late_ms;    /* head older than this: no longer OK [30,000] */
    int64_t stalled_ms; /* records wait and nothing moves for this long [20,000] */
    int64_t stopped_ms; /* nobody has it for this long; a rebalance is shorter [8,000] */
    int64_t
        at_risk_ms; /* retention takes the next record within this [86,400,000, at most half of the topic's retention] */
    int64_t window_ms;  /* how far back rates look [120,000] */
    int64_t rewound_ms; /* how long a rewind is told after it is read again [600,000] */
} LagRules;

LagRules lag_rules_default(void);

/* Samples of one partition, the oldest fall out; what was judged last. {0} is empty. */
enum { LAG_WINDOW_SAMPLES = 24 };
typedef struct LagWindow {
    LagSample samples[LAG_WINDOW_SAMPLES]; /* a ring */
    uint32_t first;
    uint32_t count;
    int64_t moved_ms; /* the last look at which it had moved; LAG_UNKNOWN: never seen to */
    int64_t
        clear_ms; /* the last look at which it had moved or nothing waited: a stall counts from there */
    int64_t
        waiting_ms; /* since when something has waited at every look; LAG_UNKNOWN: nothing does */
    int64_t unowned_ms;   /* since when nobody has it; LAG_UNKNOWN: somebody has */
    int64_t highest;      /* committed offset seen; below it is a rewind */
    int64_t rewound_ms;   /* when it was set back; LAG_UNKNOWN: it was not */
    int64_t rewound_from; /* offset */
    LagVerdict verdict;
    int64_t since_ms; /* of the verdict; LAG_UNKNOWN: not judged yet */
} LagWindow;

void lag_window_init(LagWindow *window);

typedef struct LagJudgement {
    LagVerdict verdict;
    int64_t since_ms;
    int64_t messages; /* that wait; LAG_UNKNOWN */
    int64_t
        late_ms; /* age of the next record to be read; 0 when none waits; never negative; LAG_UNKNOWN */
    double in_per_s; /* over the window; LAG_UNKNOWN: too short */
    double out_per_s;
    double catch_up_s; /* at these rates; 0: nothing to do; LAG_UNKNOWN: never, or not known */
    int64_t
        retention_left_ms; /* until the next record is taken; LAG_UNKNOWN: keeps for ever, or none waits */
    int64_t progress_ms; /* when it last moved; LAG_UNKNOWN */
    Text evidence;       /* numbers, one English sentence */
    Text also;           /* a lesser verdict that holds as well, with its evidence; "" */
} LagJudgement;

/*
 * Adds a look and judges. Pure: the same window, sample, circumstances and rules give the same judgement. Texts live on the arena.
 * A sample that is not younger than the last one replaces it.
 */
void lag_judge(LagWindow *window,
               const LagSample *sample,
               const LagCircumstances *circumstances,
               const LagRules *rules,
               Arena *arena,
               LagJudgement *judgement);

#endif
