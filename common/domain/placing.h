#ifndef ONECASE_DOMAIN_PLACING_H
#define ONECASE_DOMAIN_PLACING_H

#include "domain/lifecycle.h"
#include "domain/linkage.h"

/*
 * A report finds its place: the decision, its hazard and case, and what follows from it for others (linkage.md 2). Everything
 * happens in the overlay of `lifecycle`; what is to be written is noted there and here.
 */

/* A report that was decided anew because of another one. */
typedef struct Replaced {
    int64_t report_id;
    int64_t decision_id;
    int64_t hazard_id;
    int64_t case_id;
    const Decision *decision; /* on the arena */
} Replaced;

typedef struct Placing {
    Lifecycle *lifecycle;
    Arena *scratch;      /* used and rewound */
    int64_t decision_id; /* of the report */
    int64_t hazard_id;
    Replaced *replaced; /* on the arena of lifecycle, in order of decision_id */
    size_t replaced_count;
    size_t replaced_capacity;
} Placing;

/*
 * Decides about a report and attaches it. `member` is complete but for case and independence, which are filled in (the case as
 * attached: later moves are in lifecycle->moves); the store owns the evidence from here on. `decision` is explained on the
 * arena of lifecycle.
 */
void placing_report(Placing *placing, Evidence *evidence, HazardMember *member, Decision *decision);

#endif
