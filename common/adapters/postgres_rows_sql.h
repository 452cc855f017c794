#ifndef ONECASE_ADAPTERS_POSTGRES_ROWS_SQL_H
#define ONECASE_ADAPTERS_POSTGRES_ROWS_SQL_H

#include "adapters/postgres_rows.h"

/* Inside of postgres_rows. */

/* Whether the column is among the statement's parameters: for DELETE the keys alone. */
bool postgres_table_sends(const PostgresTable *table, size_t column);

/* The statement of the table's form, on the heap; empty for ROWS_ARRAYS. */
char *postgres_table_sql(const PostgresTable *table);

#endif
