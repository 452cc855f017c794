#ifndef ONECASE_ADAPTERS_HAZARD_ROWS_H
#define ONECASE_ADAPTERS_HAZARD_ROWS_H

#include "domain/lifecycle.h"

#include "adapters/postgres_rows.h"

/*
 * Hazards and cases as rows of their tables: gathered once, at the end of a batch, from what an overlay changed, and
 * sent in the batch's write pipeline.
 */
typedef struct HazardRows HazardRows;

HazardRows *hazard_rows_new(void);
void hazard_rows_free(HazardRows *rows);
void hazard_rows_clear(HazardRows *rows);

MUST_CHECK bool hazard_rows_prepare(HazardRows *rows, Postgres *pg, Error *error);
MUST_CHECK bool hazard_rows_send(HazardRows *rows, Postgres *pg, Error *error);

/* A title for a case opened in this batch, kept for hazard_rows_changes. The text outlives the batch. */
void hazard_rows_title(HazardRows *rows, int64_t case_id, Text region, Text title);

/* Every hazard the overlay changed, with its cases: new ones as inserts, others as updates. */
MUST_CHECK bool hazard_rows_changes(HazardRows *rows,
                                    Text region,
                                    const HazardStore *overlay,
                                    const Model *model,
                                    Arena *arena,
                                    Error *error);

#endif
