#ifndef ONECASE_ADAPTERS_DECISION_ROWS_H
#define ONECASE_ADAPTERS_DECISION_ROWS_H

#include "domain/lifecycle.h"
#include "domain/linkage.h"

#include "adapters/postgres_rows.h"

/* Decisions, relations and case events as rows: gathered report by report, sent in the batch's write pipeline. */
typedef struct DecisionRows DecisionRows;

DecisionRows *decision_rows_new(void);
void decision_rows_free(DecisionRows *rows);
void decision_rows_clear(DecisionRows *rows);

MUST_CHECK bool decision_rows_prepare(DecisionRows *rows, Postgres *pg, Error *error);
MUST_CHECK bool decision_rows_send(DecisionRows *rows, Postgres *pg, Error *error);

/* A decision about a report, after it was carried out: where it went stands in `hazard_id` and `case_id`. */
typedef struct DecisionPlace {
    Text region;
    int64_t decision_id;
    int64_t report_id;
    int64_t hazard_id;
    int64_t case_id;
    int64_t stream_time;
} DecisionPlace;

MUST_CHECK bool decision_rows_add(DecisionRows *rows,
                                  const DecisionPlace *place,
                                  const Decision *decision,
                                  const Model *model,
                                  Arena *arena,
                                  Error *error);

/*
 * Events of one report or update, in order; numbers them from counters->next_event on and chains them by hash
 * (migrations: onecase.event_hash has the formula). known_at = stream time.
 */
MUST_CHECK bool decision_rows_events(DecisionRows *rows,
                                     Text region,
                                     const CaseEvents *events,
                                     int64_t known_at,
                                     RegionCounters *counters,
                                     Error *error);

#endif
