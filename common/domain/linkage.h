#ifndef ONECASE_DOMAIN_LINKAGE_H
#define ONECASE_DOMAIN_LINKAGE_H

#include "domain/blocking.h"
#include "domain/hazard.h"
#include "domain/scorer.h"

/*
 * The decision about one report (linkage.md 1 and 2): candidates by blocking keys, each scored
 * against the representatives of its hazard, competition among them, then link, review or new.
 * Pure; nothing is changed.
 */
typedef enum Outcome { OUTCOME_NEW, OUTCOME_REVIEW, OUTCOME_LINK } Outcome;

enum { DECISION_REJECTED_MAX = 3 };

/* A candidate that was not taken, and why. */
typedef struct Rejected {
    int64_t hazard_id;
    int32_t total_mb;
    const char *reason; /* veto:building, contradicted, weaker, below: static strings */
} Rejected;

typedef struct Decision {
    Outcome outcome;
    int64_t hazard_id; /* link: joined; review: the twin it may be the same as; new: 0 */
    bool has_best;     /* a candidate that may be joined exists; then `best` explains */
    Score best;
    int32_t competition_mb; /* taken off the total */
    int32_t final_mb;       /* best.total_mb - competition_mb */
    int64_t runner_up_id;   /* 0 none */
    int32_t runner_up_mb;
    Rejected rejected[DECISION_REJECTED_MAX]; /* best first, the runner-up too */
    size_t rejected_count;
    int32_t candidates;   /* how many hazards were compared */
    uint32_t proposed_by; /* bit set of BlockingKind: what proposed the best candidate, or all when
                             there is none */
    int32_t generic_keys; /* keys that too many hazards share and that proposed nothing */
    Independence independence; /* of the report, given where it goes */
} Decision;

const char *linkage_outcome_name(Outcome outcome); /* link review new */

/* Texts of the decision live on `arena`; `scratch` is used and rewound. Never fails. */
void linkage_decide(const Model *model,
                    const HazardStore *store,
                    const Evidence *report,
                    Arena *scratch,
                    Arena *arena,
                    Decision *decision);

#endif
