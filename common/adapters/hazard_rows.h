#ifndef ONECASE_ADAPTERS_HAZARD_ROWS_H
#define ONECASE_ADAPTERS_HAZARD_ROWS_H

#include "domain/lifecycle.h"

#include "adapters/postgres_rows.h"

/*
 * Hazards and cases as rows of their tables, and reports that moved: gathered once, at the end of a batch, from what an
 * overlay changed, and sent in the batch's write pipeline, behind the reports and relations of the batch.
 */
typedef struct HazardRows HazardRows;

HazardRows *hazard_rows_new(void);
void hazard_rows_free(HazardRows *rows);
void hazard_rows_clear(HazardRows *rows);

MUST_CHECK bool hazard_rows_prepare(HazardRows *rows, Postgres *pg, Error *error);
MUST_CHECK bool hazard_rows_send(HazardRows *rows, Postgres *pg, Error *error);

/* A title for a case opened in this batch, kept for hazard_rows_changes. The text outlives the batch. */
void hazard_rows_title(HazardRows *rows, int64_t case_id, Text region, Text title);

/*
 * Something was said of a report from which columns of its case are derived: onecase.derive_cases does so behind all rows, for
 * the case in which the report is when the batch ends. Cases that may lose reports, and those that get them, are derived anew too.
 * The region outlives the batch.
 */
void hazard_rows_said(HazardRows *rows, Text region, int64_t report_id);

/* What stands of a hazard and of its cases, should they have no members in the end: LifecycleLeaving of these rows. */
void hazard_rows_keep(void *rows, const Lifecycle *lifecycle, int64_t hazard_id);

/* Notes lifecycle->moves, once for each record; where the reports are is read from the overlay by hazard_rows_changes. */
void hazard_rows_moves(HazardRows *rows, const Lifecycle *lifecycle);

/*
 * Every hazard the overlay changed, with its cases: new ones as inserts, others as updates, those that ended with where
 * they went; the reports that moved.
 */
MUST_CHECK bool hazard_rows_changes(HazardRows *rows,
                                    Text region,
                                    const HazardStore *overlay,
                                    const Model *model,
                                    Arena *arena,
                                    Error *error);

#endif
