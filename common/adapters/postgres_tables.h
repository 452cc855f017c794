#ifndef ONECASE_ADAPTERS_POSTGRES_TABLES_H
#define ONECASE_ADAPTERS_POSTGRES_TABLES_H

#include "adapters/postgres_rows.h"

/* Rows of several tables that are gathered and sent together, in the order of the tables. */
typedef struct PostgresTables PostgresTables;

PostgresTables *postgres_tables_new(const PostgresTable *tables, size_t count); /* outlive it */
void postgres_tables_free(PostgresTables *tables);                              /* NULL is fine */
void postgres_tables_clear(PostgresTables *tables);                             /* memory is kept */

/* A row of tables[table], see postgres_rows_add. */
MUST_CHECK bool
postgres_tables_add(PostgresTables *tables, size_t table, const void *row, Error *error);

/* Prepares every statement on this connection. */
MUST_CHECK bool postgres_tables_prepare(PostgresTables *tables, Postgres *pg, Error *error);
/* Adds the statements that have rows to the open pipeline. */
MUST_CHECK bool postgres_tables_send(PostgresTables *tables, Postgres *pg, Error *error);

#endif
