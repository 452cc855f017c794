#ifndef ONECASE_SERVICES_ONECASE_LEDGER_LEDGER_OPTIONS_H
#define ONECASE_SERVICES_ONECASE_LEDGER_LEDGER_OPTIONS_H

#include "ledger_read.h"

#include "domain/model.h"

/* Words of `ledger check` and `ledger load`. */
typedef struct LedgerOptions {
    const char *regions;
    const char *region; /* of rows that name none; NULL: they must */
    const char *model;
    bool json;
    char **paths;
    size_t path_count;
} LedgerOptions;

/* The snapshots a model file names. */
typedef struct LedgerInUse {
    bool known;    /* the file could be read */
    Text names[2]; /* by LedgerKind; absent: none */
} LedgerInUse;

LedgerInUse ledger_in_use(const char *model, Arena *arena);

#endif
