#ifndef ONECASE_SERVICES_ONECASE_LAG_FEED_H
#define ONECASE_SERVICES_ONECASE_LAG_FEED_H

#include "lag/lag_options.h"

#include "domain/lag_board.h"

/*
 * Where reports come from: lagwatch, or, where nobody answers there or it is not wanted, Kafka and PostgreSQL asked from here. One
 * thread.
 */
typedef struct LagFeed LagFeed;

LagFeed *lag_feed_new(const LagOptions *options); /* the options outlive it */
void lag_feed_free(LagFeed *feed);                /* NULL is fine */

/* What came of asking. */
typedef struct LagAnswer {
    LagReport report;
    LagLook look; /* what was measured here, with observations; none when lagwatch answered */
    Text notice;  /* why it was not lagwatch's; "": it was, or nobody was to ask it */
} LagAnswer;

/*
 * A report, on the arena. REJECT: the mapping files cannot be used; RETRY: nobody could be asked, or, when the measurement was to be
 * exact, PostgreSQL does not answer; FATAL: a server refuses. Measured here, it looks once, or again after options.wait_ms; each
 * further call builds on what was seen before.
 */
MUST_CHECK bool lag_feed_ask(LagFeed *feed, Arena *arena, LagAnswer *answer, Error *error);

#endif
