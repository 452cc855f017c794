#ifndef ONECASE_DOMAIN_LIFECYCLE_JOIN_H
#define ONECASE_DOMAIN_LIFECYCLE_JOIN_H

#include "domain/hazard_join.h"
#include "domain/lifecycle.h"

/* Why hazards are joined or a report is moved: by which report, which need not be a member of either. */
typedef struct JoinCause {
    const char *reason; /* of the event: rescored, located, revised; static */
    int64_t report_id;  /* the report that made it clear */
    int64_t event_at;   /* its event time */
    int64_t
        first_decision; /* of the decisions that move the members, one each with consecutive ids, in order of joining */
    const RetoldReport *
        retold; /* lifecycle_move: what the report says now; NULL: what it said, as in lifecycle_join */
} JoinCause;

/*
 * Makes one of two hazards, see hazard_store_join, and of their cases:
 * - cases that overlap in time, or follow one another within the recurrence window ("repair did not hold"), become one, the smaller
 *   id survives and the other one is void, merged_into it;
 * - others stay episodes of their own, numbered anew in order of time.
 * Status, level and counts are derived anew; a member of the part whose reporter the body knows is no witness. Events: merged
 * (before and after are case numbers, or hazard numbers when an episode stays), reopened, and what follows from the members.
 * Moved reports are noted in lifecycle->moves. Returns the survivor.
 */
Hazard *
lifecycle_join(Lifecycle *lifecycle, int64_t body_id, int64_t part_id, const JoinCause *cause);

/*
 * Moves a report out of a bucket (hazard_store_move) into a case of another hazard, which may be one just opened, as if it had come now; the bucket's case
 * is derived anew, and void with the bucket merged into `to_id` when it was the last.
 */
void lifecycle_move(Lifecycle *lifecycle, int64_t report_id, int64_t to_id, const JoinCause *cause);

#endif
