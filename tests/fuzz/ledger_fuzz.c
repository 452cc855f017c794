/*
 * A CSV file as a ledger: whatever it holds, every finding says something, what has no mistake has a digest, and becomes a ledger
 * in which every name and number of it is found.
 */
#include "fuzz.h"

#include "base/unicode.h"

#include "domain/address_fold.h"
#include "domain/datetime.h"
#include "domain/ledger_sheet.h"

#include "adapters/model_file.h"

/* Read once, from the project's folder, which tests are run in. */
static const Model *shipped(void)
{
    static Model *model;
    Error error = {0};
    if (model == NULL)
        require(model_file_load("deploy/model/onecase.cfg", &model, &error));
    return model;
}

static LedgerSheet *read_sheet(Text content, Arena *arena)
{
    RegionTable *regions = region_table_new(arena);
    CsvReader *csv = csv_open((CsvSpec){.comments = true});
    LedgerKind kind = LEDGER_PLACES;
    Error error = {0};
    CsvRow row;
    require(region_table_add(regions, TEXT("9901"), TEXT("9901")));
    csv_feed(csv, content, true);
    LedgerSheet *sheet = NULL;
    if (csv_next(csv, &row, &error)) {
        ledger_sheet_kind_of(&row, &kind);
        sheet = ledger_sheet_new(arena, kind, regions, TEXT("9901"));
        ledger_sheet_file(sheet, "fuzz.csv");
        if (ledger_sheet_header(sheet, &row))
            while (csv_next(csv, &row, &error))
                ledger_sheet_row(sheet, &row);
        ledger_sheet_finish(sheet);
    }
    csv_close(csv);
    return sheet;
}

static void add_row(Ledger *ledger, LedgerKind kind, const LedgerRow *row)
{
    if (kind == LEDGER_ASSETS)
        ledger_add_asset(ledger, row->region,
                         &(LedgerAsset){.kind = (AssetKind)row->kind,
                                        .id = row->name,
                                        .category = row->category,
                                        .place = row->place,
                                        .valid_from = row->valid_from,
                                        .valid_to = row->valid_to});
    else
        ledger_add_place(ledger, row->region,
                         &(LedgerPlace){.kind = (LedgerPlaceKind)row->kind,
                                        .name = row->name,
                                        .canonical = row->canonical,
                                        .parent = row->parent,
                                        .sites = row->sites,
                                        .has_point = row->has_point,
                                        .point = row->point,
                                        .precision = row->precision});
}

/* Noon of the first day on which the row holds, or of a day before its last. */
static int64_t day_of(const LedgerRow *row)
{
    int32_t day = row->valid_from != 0 ? row->valid_from : row->valid_to != 0 ? 19000101 : 20260101;
    Datetime civil = {.year = day / 10000, .month = day / 100 % 100, .day = day % 100, .hour = 12};
    int64_t us = 0;
    require(datetime_from_civil(&civil, 480, &us));
    return us;
}

static void check_found(const Ledger *ledger, LedgerKind kind, const LedgerRow *row, Arena *arena)
{
    const LedgerRegion *region = ledger_region(ledger, row->region);
    size_t length = 0;
    require(region != NULL);
    if (kind == LEDGER_ASSETS) {
        bool held = row->valid_from != 0 || row->valid_to != 19000101;
        require(!held ||
                ledger_asset(region, (AssetKind)row->kind, row->name, day_of(row)) != NULL);
    } else if (row->kind != LEDGER_DOOR) {
        Folded name = address_fold(row->name, arena);
        const LedgerPlace *place = ledger_place_at(region, name.codepoints, name.count, &length);
        require(name.count > LEDGER_NAME_MAX || (place != NULL && length == name.count));
    }
}

static void check_ledger(const LedgerSheet *sheet, Arena *arena)
{
    LedgerKind kind = ledger_sheet_kind(sheet);
    size_t count;
    const LedgerRow *rows = ledger_sheet_rows(sheet, &count);
    Ledger *ledger = ledger_new();
    for (size_t i = 0; i < count; i++)
        add_row(ledger, kind, &rows[i]);
    ledger_finish(ledger, shipped());
    for (size_t i = 0; i < count; i++)
        check_found(ledger, kind, &rows[i], arena);
    ledger_free(ledger);
    require(text_equal(ledger_sheet_digest(sheet), ledger_sheet_digest(sheet)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *arena = arena_new(4096);
    bool repaired;
    Text content = unicode_repair(arena, (Text){(const char *)data, size}, &repaired);
    LedgerSheet *sheet = read_sheet(content, arena);
    if (sheet != NULL) {
        size_t count;
        const LedgerFinding *findings = ledger_sheet_findings(sheet, &count);
        for (size_t i = 0; i < count; i++)
            require(findings[i].text.size > 0 && findings[i].line > 0);
        if (ledger_sheet_errors(sheet) == 0)
            check_ledger(sheet, arena);
    }
    arena_free(arena);
    return 0;
}
