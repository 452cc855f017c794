/* A row set for each table, handled as one. */
#include "adapters/postgres_tables.h"

#include <stdlib.h>

struct PostgresTables {
    size_t count;
    PostgresRows *rows[];
};

PostgresTables *postgres_tables_new(const PostgresTable *tables, size_t count)
{
    PostgresTables *made = calloc(1, sizeof *made + count * sizeof(PostgresRows *));
    if (made == NULL)
        abort();
    made->count = count;
    for (size_t i = 0; i < count; i++)
        made->rows[i] = postgres_rows_new(&tables[i]);
    return made;
}

void postgres_tables_free(PostgresTables *tables)
{
    if (tables == NULL)
        return;
    for (size_t i = 0; i < tables->count; i++)
        postgres_rows_free(tables->rows[i]);
    free(tables);
}

void postgres_tables_clear(PostgresTables *tables)
{
    for (size_t i = 0; i < tables->count; i++)
        postgres_rows_clear(tables->rows[i]);
}

bool postgres_tables_add(PostgresTables *tables, size_t table, const void *row, Error *error)
{
    return postgres_rows_add(tables->rows[table], row, error);
}

bool postgres_tables_prepare(PostgresTables *tables, Postgres *pg, Error *error)
{
    for (size_t i = 0; i < tables->count; i++)
        if (!postgres_rows_prepare(tables->rows[i], pg, error))
            return false;
    return true;
}

bool postgres_tables_send(PostgresTables *tables, Postgres *pg, Error *error)
{
    for (size_t i = 0; i < tables->count; i++)
        if (!postgres_rows_send(tables->rows[i], pg, error))
            return false;
    return true;
}
