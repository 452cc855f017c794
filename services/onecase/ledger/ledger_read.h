#ifndef ONECASE_SERVICES_ONECASE_LEDGER_LEDGER_READ_H
#define ONECASE_SERVICES_ONECASE_LEDGER_LEDGER_READ_H

#include "base/error.h"

#include "domain/ledger_sheet.h"

/* The files of a command line, by kind: files of one kind are one ledger. */
typedef struct LedgerFiles {
    LedgerSheet *sheets[2]; /* by LedgerKind */
} LedgerFiles;

/*
 * Reads and checks the files; what is wrong with them stands in the sheets. Progress of long ones is told on stderr. False, REJECT,
 * when one cannot be read at all.
 */
MUST_CHECK bool ledger_read(char *const *paths,
                            size_t count,
                            const RegionTable *regions,
                            Text region,
                            Arena *arena,
                            LedgerFiles *files,
                            Error *error);

#endif
