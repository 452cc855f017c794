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

#endif
