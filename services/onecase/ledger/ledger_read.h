#ifndef ONECASE_SERVICES_ONECASE_LEDGER_LEDGER_READ_H
#define ONECASE_SERVICES_ONECASE_LEDGER_LEDGER_READ_H

#include "base/error.h"

#include "domain/ledger_sheet.h"

/* The files of a command line; files of one kind are one ledger. */
typedef struct LedgerFiles {
    char *const *paths;
    size_t count;
    const RegionTable *regions;
    Text region;            /* of rows that name none; absent: they must */
    LedgerSheet *sheets[2]; /* by LedgerKind; filled here */
} LedgerFiles;

/*
 * Reads and checks the files; what is wrong with them stands in the sheets, on the arena. Progress of long ones is told on stderr.
 * False, REJECT, when one cannot be read at all.
 */
MUST_CHECK bool ledger_read(LedgerFiles *files, Arena *arena, Error *error);

#endif
