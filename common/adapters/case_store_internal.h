#ifndef ONECASE_ADAPTERS_CASE_STORE_INTERNAL_H
#define ONECASE_ADAPTERS_CASE_STORE_INTERNAL_H

#include "adapters/case_store.h"

/* Inside of case_store. */

struct CaseStore {
    CaseStoreSpec spec;
    CaseStoreMore more;
    PostgresSettings settings;
    Postgres *pg;
    uint64_t ready; /* the session on which every statement is prepared */
    PostgresRows *tables[CASE_STORE_TABLES];
    PostgresRows *moves;
    PostgresRows *claims;
    PostgresRows *numbers;
    PostgresRows *records;
    PostgresRows *origins;
    PostgresRows *ticked; /* partitions, as in `numbers` */
};

/* Row sets that are only arrays of parameters. */
#define CASE_STORE_ARRAYS(columns_)                                                                \
    {                                                                                              \
        .form = ROWS_ARRAYS, .columns = (columns_),                                                \
        .count = sizeof(columns_) / sizeof((columns_)[0])                                          \
    }

extern const PostgresTable CASE_STORE_RECORDS; /* of KnownRecord */
extern const PostgresTable CASE_STORE_ORIGINS; /* of KnownOrigin */

/* Tables of case_store_accounting.c; NULL: it is another one. */
const PostgresTable *case_store_accounting_table(CaseStoreTable table);

/* Rows of onecase.commands, see case_store_table. */
extern const PostgresTable CASE_STORE_COMMANDS;
extern const PostgresTable CASE_STORE_COMMANDS_APPLIED;

/* Statements of case_store_identify, to be prepared. */
enum { CASE_STORE_LOOKUPS = 5 };
const PostgresStatement *case_store_lookup(size_t index);

#endif
