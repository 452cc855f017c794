#ifndef ONECASE_ADAPTERS_LEDGER_STORE_H
#define ONECASE_ADAPTERS_LEDGER_STORE_H

#include "domain/ledger_sheet.h"
#include "domain/model.h"

#include "adapters/postgres.h"

/*
 * Snapshots of ledgers in PostgreSQL: tables ledgers, assets and places. A snapshot is written once, whole, and never changes;
 * its name is the digest of its rows.
 */
typedef struct LedgerSnapshot {
    Text snapshot; /* sha256:... */
    Text kind;     /* assets, places */
    Text file_name;
    int64_t rows;
    int64_t loaded_at;
    Text loaded_by;
} LedgerSnapshot;

typedef struct LedgerSnapshots {
    LedgerSnapshot *items; /* the latest first */
    size_t count;
} LedgerSnapshots;

/* All of them, on the arena. */
MUST_CHECK bool
ledger_store_list(Postgres *pg, Arena *arena, LedgerSnapshots *snapshots, Error *error);

/*
 * Writes the rows of a sheet without errors under their digest, in one transaction. `*there` says that the snapshot stood there
 * already, and then nothing is written.
 */
MUST_CHECK bool ledger_store_save(
    Postgres *pg, const LedgerSheet *sheet, const char *file_name, bool *there, Error *error);

/* The snapshot of that kind which the model's file names; absent: none. */
Text ledger_store_named(const Model *model, LedgerKind kind);

/*
 * Reads the snapshots that the model's file names into the model; nothing to do when it names none. FATAL when one is not
 * there, is of the other kind, or has not all its rows; then, and while PostgreSQL is away (RETRY), the model is as it was.
 */
MUST_CHECK bool ledger_store_load(Postgres *pg, Model *model, Error *error);

#endif
