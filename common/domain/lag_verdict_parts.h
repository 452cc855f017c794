#ifndef ONECASE_DOMAIN_LAG_VERDICT_PARTS_H
#define ONECASE_DOMAIN_LAG_VERDICT_PARTS_H

#include "domain/lag_verdict.h"

/* The inside of lag_verdict*.c: the numbers are worked out in lag_verdict.c, what holds of them is told in lag_verdict_rules.c. */
enum {
    LAG_RATE_MIN_MS = 500, /* looks closer than that say nothing of a rate */
    MS_PER_SECOND = 1000
};

/* All that a rule may look at. */
typedef struct LagCase {
    LagWindow *window;
    const LagSample *now;
    const LagCircumstances *is;
    const LagRules *rules;
    const LagJudgement *numbers;
    Arena *arena;
} LagCase;

typedef struct LagFinding {
    int64_t since_ms; /* LAG_UNKNOWN: since this look */
    Text evidence;
} LagFinding;

/* Whether this may be said of it; LAG_OK always may. The finding is filled in either case. */
bool lag_verdict_holds(LagVerdict verdict, const LagCase *asked, LagFinding *finding);

/* How many wait; LAG_UNKNOWN. */
int64_t lag_sample_waiting(const LagSample *sample);
/* The oldest look within the window. */
const LagSample *lag_window_oldest(LagWindow *window, int64_t at_ms, int64_t window_ms);

#endif
