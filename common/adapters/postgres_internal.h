#ifndef ONECASE_ADAPTERS_POSTGRES_INTERNAL_H
#define ONECASE_ADAPTERS_POSTGRES_INTERNAL_H

#include "adapters/postgres.h"

#include <libpq-fe.h>

/* A PostgresResult is a PGresult under another name, so that no header of ours shows libpq. */

/* Microseconds between PostgreSQL's epoch (2000-01-01) and ours (1970-01-01). */
#define POSTGRES_EPOCH_US INT64_C(946684800000000)

enum { POSTGRES_PREPARED_MAX = 128 };

struct Postgres {
    PostgresSettings settings;
    PGconn *connection;
    uint64_t session;
    const PostgresStatement *prepared[POSTGRES_PREPARED_MAX]; /* on this connection */
    size_t prepared_count;
    size_t queued; /* statements of the open pipeline */
    bool piping;
};

/* Ends the connection, and says that it is lost. Always returns false. */
bool postgres_lost(Postgres *pg, Error *error);

#endif
