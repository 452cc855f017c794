#ifndef ONECASE_DOMAIN_BREAKER_H
#define ONECASE_DOMAIN_BREAKER_H

#include "base/text.h"

/*
 * Counts what PostgreSQL refuses of one partition, so that a database that refuses everything (a migration gone wrong) fills no
 * dead letters.
 *
 * A refusal belongs to a subject (a source and a kind of its records, "H12345 report") and has a cause (SQLSTATE and constraint,
 * or rule). One record taken of a subject forgets that subject's refusals, whatever their cause, and no others: a source
 * that is refused throughout is not excused by another one between whose records it stands, and updates that go through
 * do not excuse reports that do not. Only records that were written count as taken: nothing is learnt from what was known before
 * or is ignored.
 *
 * A subject is full when BREAKER_LIMIT of its refusals stand, a cause when BREAKER_LIMIT of all subjects together do.
 *
 *   subject \\ cause     23514 reports_level     22001
 *   H12345 report               70                 5      -> subject: 75
 *   GRID report                 29                        -> cause 23514: 99, the next one fills it
 *
 * In memory alone: whoever claims the partition begins anew, and so does the count.
 */
typedef struct Breaker Breaker;

enum { BREAKER_LIMIT = 100 };

/* What a refused record is and what refused it; texts are views. */
typedef struct Refusal {
    Text subject;
    Text cause;
} Refusal;

Breaker *breaker_new(void);
void breaker_free(Breaker *breaker); /* NULL is fine */
void breaker_forget(Breaker *breaker);

/* Whether this refusal, counted, would fill its subject or its cause. */
bool breaker_would_fill(const Breaker *breaker, Refusal refusal);
/* Whether its cause is the one that would (else it is the subject). */
bool breaker_fills_cause(const Breaker *breaker, Refusal refusal);
/* Counts it. */
void breaker_refused(Breaker *breaker, Refusal refusal);
/* Counts it as often as it takes: the partition was found refusing by whoever claimed it. */
void breaker_fill(Breaker *breaker, Refusal refusal);
/* A record of the subject was written. */
void breaker_taken(Breaker *breaker, Text subject);
/* Whether a subject or a cause is full. */
bool breaker_is_full(const Breaker *breaker);

#endif
