#ifndef ONECASE_ADAPTERS_TIME_STORE_H
#define ONECASE_ADAPTERS_TIME_STORE_H

#include "domain/model.h"

#include "adapters/postgres.h"

/*
 * The model's working time and time limits in PostgreSQL (tables working_days, working_hours, time_limits), where analysts
 * count by them. Nothing that is decided is read from there.
 */

/*
 * Writes them unless those of this model version stand there, in one transaction: readers see the old ones or the new ones.
 * Of several who write at once the last one's stay. RETRY while PostgreSQL is away.
 */
MUST_CHECK bool time_store_publish(Postgres *pg, const Model *model, Error *error);

#endif
