#ifndef ONECASE_DOMAIN_LINKAGE_RELATION_H
#define ONECASE_DOMAIN_LINKAGE_RELATION_H

#include "domain/candidates.h"
#include "domain/linkage.h"

/*
 * What the hazard that a report opens has to do with those it was not joined to (linkage.md 1):
 *
 *   one_of      several fit equally well, and it is one of them
 *   twin        the review band: maybe the same
 *   precursor, same_event, same_party   by their classes or their party (Score.relation)
 *   possible    nothing keeps them apart and the score is at least `possible`
 *
 * One kind a hazard, the first of these; of one kind the strongest, at most DECISION_RELATIONS_MAX in all. A report that
 * joined a hazard notes none, for what its hazard is to others was noted when it was opened; but two grown hazards (more than
 * merge_members) that it would both have joined are twins: only a person makes one of them. `best` is an index or SIZE_MAX.
 * Used by linkage.c.
 */
void linkage_relate(const Model *model,
                    const Candidates *candidates,
                    size_t best,
                    Decision *decision);

/* In linkage.c. Whether nothing forbids joining: no veto, and no more of its members contradict than agree. */
bool linkage_may_join(const Candidate *candidate);

#endif
