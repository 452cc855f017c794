#ifndef ONECASE_DOMAIN_PAIR_H
#define ONECASE_DOMAIN_PAIR_H

#include "domain/linkage.h"

/*
 * Two reports compared on the spot, as if the second were all that a hazard holds and the first had just come: the same
 * scoring, vetoes and lines as a decision, without competitors. What a live hazard knows beyond one report (crowding, tempo,
 * extent, other representatives) is not there.
 */
typedef struct PairSide {
    const Report *report;
    EvidenceOrigin origin;
    Independence independence;
} PairSide;

typedef struct PairFinding {
    Decision decision;
    uint32_t shared_keys; /* bit set of BlockingKind; 0: blocking would not have compared them */
} PairFinding;

/* Texts of the finding live on `arena`. Never fails. */
void pair_compare(const Model *model,
                  const PairSide *report,
                  const PairSide *member,
                  Arena *arena,
                  PairFinding *finding);

#endif
