#ifndef ONECASE_DOMAIN_CANDIDATES_H
#define ONECASE_DOMAIN_CANDIDATES_H

#include "domain/blocking.h"
#include "domain/hazard.h"
#include "domain/scorer.h"

/* The hazards a report is compared with, and what each adds to the comparison as a whole. Used by domain/linkage.c. */
typedef struct Candidate {
    const Hazard *hazard;
    uint32_t proposed_by;
    Score score;        /* of its best representative, with the vetoes of all; no items */
    int32_t at_most_mb; /* while it is only known that the total is no more */
    bool pending;       /* ... and the score is not settled; see linkage_score.c */
    int64_t twin_set;   /* smallest id of its twins: they compete as one */
    bool burst;         /* its set is of burst neighbours, see linkage_burst.h */
    bool leads_set;     /* the best of its twins that may be joined, of equals the oldest */
    int agreeing;
    int contradicting;
    HazardFacts facts;
} Candidate;

/* How many live hazards of the report's family, or of its party, stand where it points to. */
typedef struct Crowd {
    PlaceSites sites;
    int32_t party;
} Crowd;

/* A key of a place is generic when more hazards of a family share it. */
enum { CANDIDATES_GENERIC_NEIGHBOURS = 48 };

typedef struct Candidates {
    Candidate *items; /* in order of hazard id, at most BLOCKING_CANDIDATES_MAX */
    size_t count;
    int32_t generic_keys;   /* keys that too many hazards share: they propose but their latest */
    uint32_t generic_kinds; /* bit set of BlockingKind: of these */
    Crowd crowd;
} Candidates;

/*
 * Hazards that share a blocking key with the report; the nearest when there are too many: by shared keys that name one
 * thing, then the finest place shared, distance, time and id. The hazard `except` is as if it were not there; 0: none.
 */
Candidates candidates_find(const Model *model,
                           const HazardStore *store,
                           const Evidence *report,
                           int64_t except,
                           Arena *arena);

/* The crowd of candidates_find or less, much sooner known: without buildings, doors and parties. `scratch` is left grown. */
Crowd candidates_least_crowd(const Model *model,
                             const HazardStore *store,
                             const Evidence *report,
                             Arena *scratch);

HazardFacts
candidates_facts(const Candidates *candidates, const Candidate *candidate, const Evidence *report);

#endif
