#ifndef ONECASE_DOMAIN_LEDGER_SHEET_PARTS_H
#define ONECASE_DOMAIN_LEDGER_SHEET_PARTS_H

#include "domain/ledger_sheet.h"

/* Shared by ledger_sheet*.c only. */
typedef enum SheetColumn {
    SHEET_REGION,
    SHEET_KIND,
    SHEET_ID,
    SHEET_NAME,
    SHEET_CATEGORY,
    SHEET_USE_UNIT,
    SHEET_PLACE,
    SHEET_CANONICAL,
    SHEET_PARENT,
    SHEET_LON,
    SHEET_LAT,
    SHEET_DATUM,
    SHEET_PRECISION,
    SHEET_SITES,
    SHEET_VALID_FROM,
    SHEET_VALID_TO,
    SHEET_SOURCE,
    SHEET_COLUMNS
} SheetColumn;

struct LedgerSheet {
    Arena *arena;
    const RegionTable *regions;
    Text region;
    LedgerKind kind;
    const char **files;
    size_t file_count;
    size_t file_capacity;
    size_t width;              /* fields of the header */
    size_t at[SHEET_COLUMNS];  /* index of a column's field; SIZE_MAX: not there */
    Text names[SHEET_COLUMNS]; /* as the file's header has them */
    LedgerRow *rows;
    size_t count;
    size_t capacity;
    LedgerFinding *findings;
    size_t finding_count;
    size_t finding_capacity;
    size_t errors;
};

/* Where a finding is. */
typedef struct SheetPlace {
    int32_t file;
    int64_t line;
} SheetPlace;

SheetPlace sheet_here(const LedgerSheet *sheet, int64_t line); /* in the file being read */
SheetPlace sheet_place(const LedgerRow *row);
void sheet_finding(LedgerSheet *sheet, SheetPlace place, bool warning, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* column "lon": EXPECTED was expected, found "39.1" (or nothing). */
void sheet_expected(
    LedgerSheet *sheet, SheetPlace place, SheetColumn column, const char *expected, Text found);

/* No column is there, each is called by its English name. */
void sheet_forget_columns(LedgerSheet *sheet);
/* Reads the cells of a row; false when it cannot be used. */
bool sheet_read_row(LedgerSheet *sheet, const CsvRow *csv, LedgerRow *row);

#endif
