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
    int64_t case_id;    /* revising_report alone */
    int64_t revised_id; /* a report that stands and was revised (revising.h); 0: a new one */
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

/* Of a report that was placed otherwise than by placing_report: what a decision leaves to a person is noted. */
void placing_request_review(Placing *placing, const Decision *decision, const HazardMember *member);

/* Whether a small hazard belongs to another one now; then it is joined, by cause of `member`. */
void placing_rescore(Placing *placing, const HazardMember *member, int64_t hazard_id);

/* Asks the neighbours that the decision names and the buckets of where the report stands (bucket_asked_by, before it got there). */
void placing_ask_others(Placing *placing,
                        const HazardMember *member,
                        const int64_t *buckets,
                        size_t bucket_count,
                        Decision *decision);

#endif
