#ifndef ONECASE_ADAPTERS_SCHEMA_VERSION_H
#define ONECASE_ADAPTERS_SCHEMA_VERSION_H

#include "adapters/postgres.h"

/*
 * Whether program and database fit. A version is a number of changes in migrations/sqitch.plan. The program was built with
 * a plan, so it needs them all; the database says how many it has and which program is the oldest that it still serves
 * (migrations expand first and contract later, so a database that is ahead serves the program of yesterday).
 *
 * For PostgresSettings.greet, so that it is asked on each new connection. FATAL with what to do: too old, `sqitch deploy`;
 * too new, upgrade the program.
 */
MUST_CHECK bool schema_version_check(Postgres *pg, Error *error);

#endif
