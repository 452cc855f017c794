#ifndef ONECASE_DOMAIN_LINKAGE_RESCORE_H
#define ONECASE_DOMAIN_LINKAGE_RESCORE_H

#include "domain/lifecycle.h"
#include "domain/linkage.h"

/*
 * Rescoring (linkage.md 2): when a hazard has learnt something (a member, a place), the small ones beside it are asked again, as if
 * their reports came only now. Pieces of one event that arrived before anybody could see that they are one become one.
 */
enum { RESCORE_MEMBERS_MAX = 8 };

/* A hazard that turned out to be part of another one. */
typedef struct Rescored {
    int64_t body_id;
    int64_t part_id;
    size_t count; /* members of the part, in the order they joined */
    int64_t report_ids[RESCORE_MEMBERS_MAX];
    Decision *decisions
        [RESCORE_MEMBERS_MAX]; /* on the arena, outcome merged; of who comes along without a word: has_best false */
} Rescored;

/*
 * Whether a hazard with at most merge_members members (thresholds of the model), whose evidence is all kept, belongs to another
 * one: without it there, at least one of its members would be linked to that at `link` + `merge` or more, and no other
 * member is kept apart from it or wants to go elsewhere. Changes nothing. What is found lies on the arena of
 * `lifecycle`; `scratch` is used and rewound.
 */
bool linkage_rescore(const Lifecycle *lifecycle,
                     int64_t part_id,
                     Arena *scratch,
                     Rescored *rescored);

/* What a representative said, as if it came now; lives as long as `view`, `arena` and the hazard as it stands. */
const Evidence *linkage_rescore_as_report(const Model *model,
                                          const Hazard *hazard,
                                          size_t at,
                                          Text region,
                                          Arena *arena,
                                          EvidenceView *view);

/* A link at `link` + `merge` or more: enough to undo what was decided before. */
bool linkage_rescore_suffices(const Model *model, const Decision *decision);
int32_t linkage_rescore_least_mb(const Model *model);

#endif
