#ifndef ONECASE_SERVICES_MATCHER_DECIDE_LOAD_H
#define ONECASE_SERVICES_MATCHER_DECIDE_LOAD_H

#include "domain/hazard.h"

#include "adapters/postgres.h"

/*
 * Rebuilds the memory of partitions from PostgreSQL: hazards, their cases, and every member with its evidence as it
 * was when it was decided. What comes out equals what grew report by report.
 */

typedef struct DecideMemory {
    const Model *model;
    HazardStore *(*store_of)(void *context,
                             Text region,
                             int32_t partition); /* made when it is new */
    void *context;
} DecideMemory;

MUST_CHECK bool decide_load(Postgres *pg,
                            const int32_t *partitions,
                            size_t count,
                            const DecideMemory *memory,
                            Error *error);

/* What a report says as a member; case_id is 0. `status_at`: when its status was set, TIME_ABSENT unknown. */
/* Of a recheck: 1 passed, 2 failed, 0 for anything else. */
int8_t decide_recheck(Text result);

HazardMember decide_member(const Report *report,
                           const Evidence *evidence,
                           int64_t status_at,
                           Independence independence);

#endif
