#ifndef ONECASE_ADAPTERS_POSTGRES_INTERNAL_H
#define ONECASE_ADAPTERS_POSTGRES_INTERNAL_H

#include <libpq-fe.h>

/* A PostgresResult is a PGresult under another name, so that no header of ours shows libpq. */

/* Microseconds between PostgreSQL's epoch (2000-01-01) and ours (1970-01-01). */
#define POSTGRES_EPOCH_US INT64_C(946684800000000)

#endif
