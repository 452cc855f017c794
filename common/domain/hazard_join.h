#ifndef ONECASE_DOMAIN_HAZARD_JOIN_H
#define ONECASE_DOMAIN_HAZARD_JOIN_H

#include "domain/hazard.h"

/*
 * Hazards that turn out to be one, and members that turn out to belong elsewhere (linkage.md 2). Which evidence stands for a hazard is a
 * function of its members in the order they joined; a part is added behind the body, member by member, so that memory
 * rebuilt in that order (reports.decision_id: a member that moved has its latest decision's) equals memory that grew.
 */

/* Whether the evidence of all members is kept: only such a hazard can be the part of a join. */
bool hazard_is_whole(const Hazard *hazard);

/*
 * Makes one of two hazards, which are not merged yet; `part_id` is whole. The smaller id survives with all members, evidence and
 * cases (in order of case_id, as they are); the other stays as a shell without any, merged_into the survivor. The
 * survivor is provisional when the body was, of an older hazard than itself. Returns the survivor; pointers got before are stale.
 */
Hazard *hazard_store_join(HazardStore *store, int64_t body_id, int64_t part_id, const Model *model);

/* What a report says now that it was revised. */
typedef struct RetoldReport {
    const Evidence *evidence; /* its independence is the member's from now on */
    int64_t known_at;         /* see HazardMember */
} RetoldReport;

/*
 * Takes a member with its evidence out of a bucket and adds it to another hazard, which must not be merged; cases are the
 * caller's business, and a bucket that is left empty. `retold`: it is added with what it says now; NULL: with what it said.
 * Returns the member where it is now, with its old case_id, until the next change.
 */
HazardMember *hazard_store_move(HazardStore *store,
                                int64_t report_id,
                                int64_t to_id,
                                const RetoldReport *retold,
                                const Model *model);

/*
 * The only member of a hazard that is no bucket says something else: evidence, index, class and who told it are those of a hazard
 * that it has just opened. Returns the hazard; its case is the caller's business.
 */
Hazard *hazard_store_retell(HazardStore *store, const RetoldReport *retold, const Model *model);

/* A hazard that all members have left ends: its cases go to the other one, and it is merged into that. */
void hazard_store_end(HazardStore *store, int64_t empty_id, int64_t into_id);

/* The hazard that goes on for an id: itself, or what it was merged into, by and by; NULL: there is no such. */
const Hazard *hazard_store_survivor(const HazardStore *store, int64_t id);

#endif
