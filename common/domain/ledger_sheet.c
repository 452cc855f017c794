/*
 * The table of columns, the header, and what all parts of the check share. Whoever hands over a ledger sees the names of his
 * own header in every finding.
 */
#include "domain/ledger_sheet.h"

#include "base/text_builder.h"
#include "base/unicode.h"

#include "domain/ledger_sheet_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 40 /* characters of a value in a finding */, TEXT_MAX = 600 };

static const LedgerColumn COLUMNS[SHEET_COLUMNS] = {
    [SHEET_REGION] = {"region", "区域", "region, or the six-digit area code", true, true},
    [SHEET_KIND] = {"kind", "种类",
                    "assets: plate, equipment, component, device; places: estate, road, door, poi, "
                    "alias",
                    true, true},
    [SHEET_ID] = {"id", "编号", "number of the asset", true, false},
    [SHEET_NAME] = {"name", "名称", "name of the place, as people write it", false, true},
    [SHEET_CATEGORY] = {"category", "类别", "leaf of the hazards expected of it: A02, E01", true,
                        false},
    [SHEET_USE_UNIT] = {"use_unit", "使用单位", "unit that uses it", true, false},
    [SHEET_PLACE] = {"place", "地址", "where it is: 锦绣花园3幢2单元", true, false},
    [SHEET_CANONICAL] = {"canonical", "规范名", "of an alias: the name it stands for", false, true},
    [SHEET_PARENT] = {"parent", "所属", "estate or road it belongs to, which has a row too", false,
                      true},
    [SHEET_LON] = {"lon", "经度", "longitude, degrees", true, true},
    [SHEET_LAT] = {"lat", "纬度", "latitude, degrees", true, true},
    [SHEET_DATUM] = {"datum", "坐标系", "WGS-84 (default), GCJ-02, BD-09, CGCS2000", true, true},
    [SHEET_PRECISION] = {"precision", "精度",
                         "A 5 m, B 30, C 80, D 500, E 1500; default A, of a poi C, of estate and "
                         "road D",
                         true, true},
    [SHEET_SITES] = {"sites", "数量", "things of a kind one expects there: lifts of an estate",
                     false, true},
    [SHEET_VALID_FROM] = {"valid_from", "启用日期", "first day", true, true},
    [SHEET_VALID_TO] = {"valid_to", "停用日期", "first day on which it holds no more", true, true},
    [SHEET_SOURCE] = {"source", "来源", "where the row comes from", true, true},
};

const LedgerColumn *ledger_sheet_columns(size_t *count)
{
    *count = SHEET_COLUMNS;
    return COLUMNS;
}

/* ---- names of kinds ---- */

typedef struct KindName {
    const char *name;
    const char *name_zh;
    int value;
} KindName;

static const KindName ASSET_KINDS[] = {
    {"plate", "电梯识别码", ASSET_PLATE},
    {"equipment", "特种设备", ASSET_EQUIPMENT},
    {"component", "部件", ASSET_COMPONENT},
    {"device", "设备", ASSET_DEVICE},
};
static const KindName PLACE_KINDS[] = {
    {"estate", "小区", LEDGER_ESTATE}, {"road", "道路", LEDGER_ROAD},
    {"door", "门牌", LEDGER_DOOR},     {"poi", "地点", LEDGER_POI},
    {"alias", "别名", LEDGER_ALIAS},
};
enum {
    ASSET_KIND_COUNT = sizeof ASSET_KINDS / sizeof ASSET_KINDS[0],
    PLACE_KIND_COUNT = sizeof PLACE_KINDS / sizeof PLACE_KINDS[0]
};

static const char *name_of(const KindName *kinds, size_t count, int value)
{
    size_t i = 0;
    while (i + 1 < count && kinds[i].value != value)
        i++;
    return kinds[i].name;
}

static bool kind_from(const KindName *kinds, size_t count, Text name, int *value)
{
    for (size_t i = 0; i < count; i++) {
        if (!text_is(name, kinds[i].name) && !text_is(name, kinds[i].name_zh))
            continue;
        *value = kinds[i].value;
        return true;
    }
    return false;
}

const char *ledger_kind_name(LedgerKind kind)
{
    return kind == LEDGER_ASSETS ? "assets" : "places";
}

const char *ledger_asset_kind_name(AssetKind kind)
{
    return name_of(ASSET_KINDS, ASSET_KIND_COUNT, (int)kind);
}

const char *ledger_place_kind_name(LedgerPlaceKind kind)
{
    return name_of(PLACE_KINDS, PLACE_KIND_COUNT, (int)kind);
}

bool ledger_asset_kind_from(Text name, AssetKind *kind)
{
    int value;
    if (!kind_from(ASSET_KINDS, ASSET_KIND_COUNT, name, &value))
        return false;
    *kind = (AssetKind)value;
    return true;
}

bool ledger_place_kind_from(Text name, LedgerPlaceKind *kind)
{
    int value;
    if (!kind_from(PLACE_KINDS, PLACE_KIND_COUNT, name, &value))
        return false;
    *kind = (LedgerPlaceKind)value;
    return true;
}

/* ---- findings ---- */

static void *grown(Arena *arena, void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    size_t more = *capacity == 0 ? 64 : *capacity * 2;
    items = arena_grow(arena, items, *capacity * size, more * size);
    *capacity = more;
    return items;
}

SheetPlace sheet_here(const LedgerSheet *sheet, int64_t line)
{
    return (SheetPlace){(int32_t)sheet->file_count - 1, line};
}

SheetPlace sheet_place(const LedgerRow *row)
{
    return (SheetPlace){row->file, row->line};
}

void sheet_finding(LedgerSheet *sheet, SheetPlace place, bool warning, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    sheet->findings = grown(sheet->arena, sheet->findings, sheet->finding_count,
                            &sheet->finding_capacity, sizeof(LedgerFinding));
    sheet->findings[sheet->finding_count++] =
        (LedgerFinding){place.file, place.line, warning, text_copy(sheet->arena, text_from(text))};
    sheet->errors += !warning;
}

void sheet_expected(
    LedgerSheet *sheet, SheetPlace place, SheetColumn column, const char *expected, Text found)
{
    Text name = sheet->names[column];
    Text shown = unicode_prefix(found, SHOWN_MAX);
    if (shown.size == 0)
        sheet_finding(sheet, place, false, "column \"%.*s\": %s was expected, found nothing",
                      TEXT_ARGS(name), expected);
    else
        sheet_finding(sheet, place, false, "column \"%.*s\": %s was expected, found \"%.*s%s\"",
                      TEXT_ARGS(name), expected, TEXT_ARGS(shown),
                      shown.size < found.size ? "…" : "");
}

void ledger_sheet_mistake(LedgerSheet *sheet, int64_t line, const char *text)
{
    sheet_finding(sheet, sheet_here(sheet, line), false, "%s", text);
}

/* ---- header and rows ---- */

void sheet_forget_columns(LedgerSheet *sheet)
{
    for (size_t i = 0; i < SHEET_COLUMNS; i++) {
        sheet->at[i] = SIZE_MAX;
        sheet->names[i] = text_from(COLUMNS[i].name);
    }
}

LedgerSheet *
ledger_sheet_new(Arena *arena, LedgerKind kind, const RegionTable *regions, Text region)
{
    LedgerSheet *sheet = ARENA_NEW(arena, LedgerSheet);
    sheet->arena = arena;
    sheet->kind = kind;
    sheet->regions = regions;
    sheet->region = region;
    sheet_forget_columns(sheet);
    return sheet;
}

void ledger_sheet_file(LedgerSheet *sheet, const char *path)
{
    sheet->files = grown(sheet->arena, sheet->files, sheet->file_count, &sheet->file_capacity,
                         sizeof *sheet->files);
    sheet->files[sheet->file_count++] = path;
    sheet_forget_columns(sheet);
}

static size_t column_named(Text name)
{
    size_t i = 0;
    while (i < SHEET_COLUMNS && !text_is(name, COLUMNS[i].name) &&
           !text_is(name, COLUMNS[i].name_zh))
        i++;
    return i;
}

/* The column whose name it most likely was meant to be; NULL: none. */
static const char *column_like(Text name)
{
    enum { FAR = 3 };
    for (size_t i = 0; i < SHEET_COLUMNS; i++)
        if (name.size >= FAR && text_edit_distance(name, text_from(COLUMNS[i].name)) < FAR)
            return COLUMNS[i].name;
    return NULL;
}

static void take_column(LedgerSheet *sheet, const CsvRow *row, size_t field)
{
    Text name = text_trim(row->fields[field]);
    size_t column = column_named(name);
    if (column == SHEET_COLUMNS) {
        const char *meant = column_like(name);
        sheet_finding(
            sheet, sheet_here(sheet, row->line), true, "column \"%.*s\" is not read%s%s%s",
            TEXT_ARGS(unicode_prefix(name, SHOWN_MAX)), meant != NULL ? "; did you mean \"" : "",
            meant != NULL ? meant : "", meant != NULL ? "\"?" : "");
        return;
    }
    if (sheet->at[column] != SIZE_MAX)
        sheet_finding(sheet, sheet_here(sheet, row->line), false,
                      "column \"%.*s\" stands twice, in fields %zu and %zu", TEXT_ARGS(name),
                      sheet->at[column] + 1, field + 1);
    sheet->at[column] = field;
    sheet->names[column] = text_copy(sheet->arena, name);
}

static bool has(const LedgerSheet *sheet, SheetColumn column)
{
    return sheet->at[column] != SIZE_MAX;
}

static void check_columns(LedgerSheet *sheet, SheetPlace line)
{
    for (size_t i = 0; i < SHEET_COLUMNS; i++) {
        bool fits = sheet->kind == LEDGER_ASSETS ? COLUMNS[i].of_assets : COLUMNS[i].of_places;
        if (fits || sheet->at[i] == SIZE_MAX)
            continue;
        sheet_finding(sheet, line, true,
                      "column \"%.*s\" is none of a ledger of %s and is not read",
                      TEXT_ARGS(sheet->names[i]), ledger_kind_name(sheet->kind));
        sheet->at[i] = SIZE_MAX;
    }
    if (!has(sheet, SHEET_KIND))
        sheet_finding(sheet, line, false, "column \"kind\" (种类) is missing");
    if (!has(sheet, SHEET_REGION) && text_is_empty(sheet->region))
        sheet_finding(sheet, line, false,
                      "column \"region\" (区域) is missing, and no --region is given");
    if (has(sheet, SHEET_LON) != has(sheet, SHEET_LAT))
        sheet_finding(sheet, line, false, "column \"%s\" is missing beside \"%.*s\"",
                      COLUMNS[has(sheet, SHEET_LON) ? SHEET_LAT : SHEET_LON].name,
                      TEXT_ARGS(sheet->names[has(sheet, SHEET_LON) ? SHEET_LON : SHEET_LAT]));
}

bool ledger_sheet_kind_of(const CsvRow *header, LedgerKind *kind)
{
    bool assets = false;
    bool places = false;
    for (size_t i = 0; i < header->count; i++) {
        size_t column = column_named(text_trim(header->fields[i]));
        assets = assets || column == SHEET_ID;
        places = places || column == SHEET_NAME;
    }
    *kind = assets ? LEDGER_ASSETS : LEDGER_PLACES;
    return assets != places;
}

bool ledger_sheet_header(LedgerSheet *sheet, const CsvRow *row)
{
    LedgerKind kind;
    bool told = ledger_sheet_kind_of(row, &kind);
    sheet->width = row->count;
    for (size_t i = 0; i < row->count; i++)
        if (text_trim(row->fields[i]).size > 0)
            take_column(sheet, row, i);
    if (!told) {
        sheet_finding(
            sheet, sheet_here(sheet, row->line), false,
            "a header with \"id\" (编号, a ledger of assets) or with \"name\" (名称, one of "
            "places) was expected, found %s",
            has(sheet, SHEET_ID) ? "both" : "neither");
        return false;
    }
    size_t before = sheet->errors;
    check_columns(sheet, sheet_here(sheet, row->line));
    return sheet->errors == before;
}

static bool is_blank(const CsvRow *row)
{
    for (size_t i = 0; i < row->count; i++)
        if (text_trim(row->fields[i]).size > 0)
            return false;
    return true;
}

void ledger_sheet_row(LedgerSheet *sheet, const CsvRow *csv)
{
    LedgerRow row = {.file = (int32_t)sheet->file_count - 1, .line = csv->line};
    if (is_blank(csv))
        return;
    if (csv->count > sheet->width) {
        sheet_finding(
            sheet, sheet_here(sheet, csv->line), false,
            "%zu fields were expected, as the header has, found %zu; a separator inside a "
            "value needs quotes around it",
            sheet->width, csv->count);
        return;
    }
    if (!sheet_read_row(sheet, csv, &row))
        return;
    sheet->rows = grown(sheet->arena, sheet->rows, sheet->count, &sheet->capacity, sizeof row);
    sheet->rows[sheet->count++] = row;
}

LedgerKind ledger_sheet_kind(const LedgerSheet *sheet)
{
    return sheet->kind;
}

const LedgerRow *ledger_sheet_rows(const LedgerSheet *sheet, size_t *count)
{
    *count = sheet->count;
    return sheet->rows;
}

const LedgerFinding *ledger_sheet_findings(const LedgerSheet *sheet, size_t *count)
{
    *count = sheet->finding_count;
    return sheet->findings;
}

size_t ledger_sheet_errors(const LedgerSheet *sheet)
{
    return sheet->errors;
}

size_t ledger_sheet_files(const LedgerSheet *sheet)
{
    return sheet->file_count;
}

const char *ledger_sheet_path(const LedgerSheet *sheet, int32_t file)
{
    return sheet->files[file];
}
