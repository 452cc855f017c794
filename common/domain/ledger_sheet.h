#ifndef ONECASE_DOMAIN_LEDGER_SHEET_H
#define ONECASE_DOMAIN_LEDGER_SHEET_H

#include "base/csv.h"

#include "domain/ledger.h"
#include "domain/region.h"

/*
 * A ledger as a department hands it over, row by row out of one CSV file or several, checked whole: every mistake is found, none
 * stops the reading. The columns stand in a table (ledger_sheet_columns), each with an English and a Chinese name; a column
 * `id` makes a file one of assets, `name` one of places.
 *
 *   LedgerSheet *sheet = ledger_sheet_new(arena, LEDGER_PLACES, regions, region);
 *   for each file
 *       ledger_sheet_file(sheet, path);
 *       if (ledger_sheet_header(sheet, &row))
 *           while (...) ledger_sheet_row(sheet, &row);
 *   ledger_sheet_finish(sheet);
 */
typedef enum LedgerKind { LEDGER_ASSETS, LEDGER_PLACES } LedgerKind;

typedef struct LedgerRow {
    int32_t file; /* as ledger_sheet_file counted them, from 0 */
    int64_t line;
    Text region;
    int kind;       /* AssetKind or LedgerPlaceKind */
    Text name;      /* number of an asset (folded), name of a place */
    Text key;       /* the name folded, by which rows find each other */
    Text category;  /* assets: leaf, absent: none */
    Text use_unit;  /* assets */
    Text place;     /* assets: address */
    Text canonical; /* places: of an alias what it stands for, else the name */
    Text parent;    /* places */
    int32_t sites;  /* places; 0: not said */
    bool has_point;
    GeoPoint point; /* WGS-84, to six decimals */
    char precision;
    int32_t valid_from; /* yyyymmdd; 0: open */
    int32_t valid_to;
    Text source;
} LedgerRow;

typedef struct LedgerFinding {
    int32_t file;
    int64_t line; /* 0: of the file as a whole */
    bool warning;
    Text text; /* column "lon": what was expected, what was found */
} LedgerFinding;

typedef struct LedgerSheet LedgerSheet;

/* On the arena, as all it holds. `region` is that of rows that name none; absent: each row must. */
LedgerSheet *
ledger_sheet_new(Arena *arena, LedgerKind kind, const RegionTable *regions, Text region);
/* What a file with this header is; false: neither, as ledger_sheet_header of any sheet will say. */
bool ledger_sheet_kind_of(const CsvRow *header, LedgerKind *kind);
/* What follows is of this file, whose path outlives the sheet. */
void ledger_sheet_file(LedgerSheet *sheet, const char *path);
/* False: the rows cannot be read; findings say why. */
bool ledger_sheet_header(LedgerSheet *sheet, const CsvRow *row);
void ledger_sheet_row(LedgerSheet *sheet, const CsvRow *row);
/* After the last file, what concerns several rows: duplicates, parents, aliases. Puts the findings in order. */
void ledger_sheet_finish(LedgerSheet *sheet);

/* A mistake of the file that the caller found: a broken quote, an empty file. */
void ledger_sheet_mistake(LedgerSheet *sheet, int64_t line, const char *text);

LedgerKind ledger_sheet_kind(const LedgerSheet *sheet);
const LedgerRow *ledger_sheet_rows(const LedgerSheet *sheet, size_t *count);
const LedgerFinding *ledger_sheet_findings(const LedgerSheet *sheet, size_t *count);
size_t ledger_sheet_errors(const LedgerSheet *sheet);
size_t ledger_sheet_files(const LedgerSheet *sheet);
const char *ledger_sheet_path(const LedgerSheet *sheet, int32_t file);

/* "sha256:" and 64 hex digits of the rows in canonical form: their order, the files they stand in, encoding and order of columns
 * do not matter. Of a sheet without errors. */
Text ledger_sheet_digest(const LedgerSheet *sheet);

const char *ledger_kind_name(LedgerKind kind);            /* assets, places */
const char *ledger_asset_kind_name(AssetKind kind);       /* plate ... */
const char *ledger_place_kind_name(LedgerPlaceKind kind); /* estate ... */
bool ledger_asset_kind_from(Text name, AssetKind *kind);
bool ledger_place_kind_from(Text name, LedgerPlaceKind *kind);

/* For --help and the docs: names of the columns of a kind, and what they hold. */
typedef struct LedgerColumn {
    const char *name;
    const char *name_zh;
    const char *holds;
    bool of_assets, of_places;
} LedgerColumn;
const LedgerColumn *ledger_sheet_columns(size_t *count);

#endif
