#ifndef ONECASE_SERVICES_MATCHER_DECIDE_EVENTS_H
#define ONECASE_SERVICES_MATCHER_DECIDE_EVENTS_H

#include "decide.h"

#include "adapters/decision_rows.h"

/*
 * What happened to cases becomes rows: each event one of case_events, chained, and - when it is to be told - one of the
 * outbox with the case as it stands now that the record is wholly decided. REJECT: a row does not fit.
 */
MUST_CHECK bool decide_events(CaseStore *store,
                              DecisionRows *rows,
                              const DecideContext *context,
                              const Lifecycle *lifecycle,
                              Error *error);

#endif
