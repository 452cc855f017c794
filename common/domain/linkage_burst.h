#ifndef ONECASE_DOMAIN_LINKAGE_BURST_H
#define ONECASE_DOMAIN_LINKAGE_BURST_H

#include "domain/candidates.h"

/*
 * Burst neighbours (linkage.md 2): hazards of one burst family, or of confusable ones, within 24 hours of the report and with anchors
 * within twice the radius of their class (or in one estate) are most likely pieces of one event. Among the candidates they become one
 * set with the smallest twin_set of theirs: they compete as one, and the report goes to the best of them. Call when scores and twin
 * sets are known; only candidates that may be joined count.
 */
void linkage_burst_sets(const Model *model, const Evidence *report, Candidates *candidates);

/*
 * Where a report of the set of `best` goes: of the candidates of that set with a total of at least `least_mb` the one with the most
 * members, of equals the oldest, so that the pieces of an event grow into one body instead of side by side. `best` itself when there
 * is no such, or its set is none of burst neighbours.
 */
size_t linkage_burst_body(const Candidates *candidates, size_t best, int32_t least_mb);

/* Whether both come in bursts and may be joined: one family, or a pair that may be confused. */
bool linkage_burst_akin(const Model *model, const HazardClass *a, const HazardClass *b);

#endif
