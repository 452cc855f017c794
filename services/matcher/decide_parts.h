#ifndef ONECASE_SERVICES_MATCHER_DECIDE_PARTS_H
#define ONECASE_SERVICES_MATCHER_DECIDE_PARTS_H

#include "decide.h"
#include "decide_memory.h"

#include "domain/placing.h"

#include "adapters/decision_rows.h"
#include "adapters/hazard_rows.h"

/* Shared by decide*.c only. */

struct Decider {
    CaseStore *store;
    Model *model;
    RegionMemories regions;
    HazardRows *hazard_rows;
    DecisionRows *decision_rows;
    Arena *scratch;
    int64_t decided[DECIDE_OUTCOMES]; /* decisions of the batch in hand, for the count */
};

/* The region of the context, in the overlay of the batch. */
Lifecycle decide_lifecycle(Decider *decider, const DecideContext *context);

/* What happened to cases becomes rows, and what was armed waits for its time. REJECT: a row does not fit. */
MUST_CHECK bool decide_told(Decider *decider,
                            const DecideContext *context,
                            const Lifecycle *lifecycle,
                            Error *error);

/*
 * Decisions that followed from a record or from time, reports that moved, and decide_told. The decision about the report
 * itself is `decision` at `own` (decision_id 0: there is none).
 */
MUST_CHECK bool decide_placed(Decider *decider,
                              const DecideContext *context,
                              const Placing *placing,
                              const Decision *decision,
                              const DecisionPlace *own,
                              Error *error);

extern const PostgresStatement DECIDE_TIMERS; /* to be prepared */

#endif
