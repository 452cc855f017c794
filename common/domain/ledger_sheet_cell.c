/*
 * One row, cell by cell: each says by itself what it expects. A row with a mistake is left out of what concerns several rows,
 * unless only its point or its dates are wrong.
 */
#include "base/text_builder.h"
#include "base/unicode.h"

#include "domain/address_fold.h"
#include "domain/category.h"
#include "domain/datetime.h"
#include "domain/ledger_parts.h"
#include "domain/ledger_sheet_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { VALUE_MAX = 200, SITES_MAX = 100000, EXPECTED_MAX = 240, DEVICE_ID_MAX = 64 };

/* A row being read. */
typedef struct Reading {
    LedgerSheet *sheet;
    const CsvRow *csv;
    LedgerRow *row;
    bool usable; /* it can stand beside the others */
    bool kind_known;
} Reading;

static Text cell(const Reading *reading, SheetColumn column)
{
    size_t at = reading->sheet->at[column];
    return at < reading->csv->count ? text_trim(reading->csv->fields[at]) : TEXT_ABSENT;
}

static void expected(Reading *reading, SheetColumn column, const char *what)
{
    sheet_expected(reading->sheet, sheet_place(reading->row), column, what, cell(reading, column));
}

static void check_encoding(Reading *reading)
{
    for (size_t i = 0; i < SHEET_COLUMNS; i++) {
        if (!text_contains(cell(reading, (SheetColumn)i), TEXT("\xEF\xBF\xBD")))
            continue;
        expected(reading, (SheetColumn)i, "text in UTF-8 or GB18030");
        reading->usable = false;
    }
}

/* A text without tabs and line breaks, on the arena; absent when the cell is empty. */
static Text plain(Reading *reading, SheetColumn column, size_t max)
{
    Text text = cell(reading, column);
    if (text_is_empty(text))
        return TEXT_ABSENT;
    TextBuilder out = builder_new(reading->sheet->arena);
    uint32_t codepoint;
    size_t length = 0;
    for (Text rest = text; unicode_next(&rest, &codepoint); length++)
        builder_codepoint(&out, codepoint < 0x20 || codepoint == 0x7F ? ' ' : codepoint);
    if (length > max) {
        char what[EXPECTED_MAX];
        snprintf(what, sizeof what, "a text of at most %zu characters", max);
        expected(reading, column, what);
        reading->usable = false;
    }
    return builder_view(&out);
}

static Text folded(Reading *reading, Text text)
{
    if (text_is_empty(text))
        return TEXT_ABSENT;
    Folded fold = address_fold(text, reading->sheet->arena);
    return address_unfold(fold.codepoints, fold.count, reading->sheet->arena);
}

static void read_region(Reading *reading)
{
    const LedgerSheet *sheet = reading->sheet;
    Text text = cell(reading, SHEET_REGION);
    Text region = text_is_empty(text) ? sheet->region : text;
    if (!text_is_empty(region) && !region_known(sheet->regions, region))
        region = region_lookup(sheet->regions, region);
    if (text_is_empty(region)) {
        expected(reading, SHEET_REGION,
                 "a region of regions.cfg, or an area code of six digits that belongs to one,");
        reading->usable = false;
        return;
    }
    reading->row->region = text_copy(sheet->arena, region);
}

static void read_kind(Reading *reading)
{
    Text text = cell(reading, SHEET_KIND);
    AssetKind asset = ASSET_NONE;
    LedgerPlaceKind place = LEDGER_ESTATE;
    bool assets = reading->sheet->kind == LEDGER_ASSETS;
    bool good =
        assets ? ledger_asset_kind_from(text, &asset) : ledger_place_kind_from(text, &place);
    reading->row->kind = assets ? (int)asset : (int)place;
    reading->kind_known = good;
    if (good)
        return;
    reading->usable = false;
    expected(reading, SHEET_KIND,
             assets ? "plate, equipment, component or device (电梯识别码、特种设备、部件、设备)"
                    : "estate, road, door, poi or alias (小区、道路、门牌、地点、别名)");
}

/* ---- numbers of assets ---- */

static bool is_equipment(Text id)
{
    return text_is_digits(id) && (id.size == 18 || id.size == 20);
}

/* 16 digits that begin with an area code of the row's region, where that is known. */
static bool is_component(const Reading *reading, Text id)
{
    Text region = reading->row->region;
    return text_is_digits(id) && id.size == 16 &&
           (text_is_empty(region) ||
            text_equal(region_lookup(reading->sheet->regions, id), region));
}

static bool is_device(Text id)
{
    for (size_t i = 0; i < id.size; i++)
        if ((unsigned char)id.data[i] <= 0x20)
            return false;
    return unicode_length(id) <= DEVICE_ID_MAX;
}

static void read_id(Reading *reading)
{
    LedgerRow *row = reading->row;
    Text id = folded(reading, cell(reading, SHEET_ID));
    const char *what = NULL;
    bool plate = text_is_digits(id) && (id.size == 5 || id.size == 6);
    if (row->kind == ASSET_PLATE && !plate)
        what = "the five or six digits of a lift's plate";
    else if (row->kind == ASSET_EQUIPMENT && !is_equipment(id))
        what = "the 18 digits of an equipment code, or the 20 of a registration,";
    else if (row->kind == ASSET_COMPONENT && !is_component(reading, id))
        what = "the 16 digits of a component, the first six an area code of the row's region,";
    else if (row->kind == ASSET_DEVICE && (id.size == 0 || !is_device(id)))
        what = "a number of at most 64 characters without blanks";
    if (what != NULL) {
        expected(reading, SHEET_ID, what);
        reading->usable = false;
    }
    row->name = id;
    row->key = id;
}

/* Whether the rules of addresses recognise an estate or a road. */
static bool names_site(Reading *reading, Text text)
{
    Arena *arena = reading->sheet->arena;
    Address address;
    ArenaMark mark = arena_mark(arena);
    address_parse(text, arena, &address);
    bool named = !text_is_empty(address.estate) || !text_is_empty(address.road);
    arena_rewind(arena, mark);
    return named;
}

static void read_asset(Reading *reading)
{
    LedgerRow *row = reading->row;
    LedgerSheet *sheet = reading->sheet;
    read_id(reading);
    row->category = plain(reading, SHEET_CATEGORY, VALUE_MAX);
    if (!text_is_empty(row->category) && category_find(row->category) == NULL)
        expected(reading, SHEET_CATEGORY, "a leaf of the hazard tree such as A02");
    row->use_unit = plain(reading, SHEET_USE_UNIT, VALUE_MAX);
    row->place = plain(reading, SHEET_PLACE, VALUE_MAX);
    if (!text_is_empty(row->place) && !names_site(reading, row->place))
        sheet_finding(sheet, sheet_place(row), true,
                      "column \"%.*s\": no estate and no road is recognised in \"%.*s\"; unless "
                      "the ledger of places has it by name, it completes no report's place",
                      TEXT_ARGS(sheet->names[SHEET_PLACE]), TEXT_ARGS(row->place));
}

/* ---- places ---- */

static void read_sites(Reading *reading)
{
    Text text = cell(reading, SHEET_SITES);
    int64_t sites = 0;
    if (text_is_empty(text))
        return;
    if (!text_to_int64(text, &sites) || sites < 1 || sites > SITES_MAX)
        expected(reading, SHEET_SITES, "a number of 1 to 100000");
    else
        reading->row->sites = (int32_t)sites;
}

/* Whether the name is that of a door by which a report can find it. */
static bool is_door(Reading *reading, Text parent, Text name)
{
    Arena *arena = reading->sheet->arena;
    uint64_t keys[LEDGER_DOOR_KEYS_MAX];
    Address address;
    bool whole = text_is_empty(parent) || text_starts(name, parent);
    Text number = whole ? text_slice(name, parent.size, name.size) : name;
    /* A site that no rule recognises is one by its row, so any does in its place. */
    bool any = !text_is_empty(parent) && !names_site(reading, parent);
    Text site = any ? TEXT("甲花园") : parent;
    ArenaMark mark = arena_mark(arena);
    address_parse(text_format(arena, "%.*s%.*s", TEXT_ARGS(site), TEXT_ARGS(number)), arena,
                  &address);
    size_t count = ledger_door_keys(&address, keys);
    arena_rewind(arena, mark);
    return count > 0;
}

/* A door whose number is not recognised can only be found by its very words, which nobody looks for. */
static void check_door(Reading *reading)
{
    LedgerRow *row = reading->row;
    LedgerSheet *sheet = reading->sheet;
    if (is_door(reading, row->parent, row->name))
        return;
    sheet_finding(sheet, sheet_place(row), true,
                  "column \"%.*s\": no number of a road and no building of an estate is recognised "
                  "in \"%.*s\", so no report finds this door",
                  TEXT_ARGS(sheet->names[SHEET_NAME]), TEXT_ARGS(row->name));
}

static void read_place(Reading *reading)
{
    LedgerRow *row = reading->row;
    row->name = plain(reading, SHEET_NAME, LEDGER_NAME_MAX);
    row->key = folded(reading, row->name);
    if (unicode_length(row->key) < 2) {
        expected(reading, SHEET_NAME, "a name of two characters or more");
        reading->usable = false;
    }
    row->canonical = plain(reading, SHEET_CANONICAL, LEDGER_NAME_MAX);
    row->parent = plain(reading, SHEET_PARENT, LEDGER_NAME_MAX);
    bool same = text_equal(folded(reading, row->canonical), row->key);
    if (row->kind == LEDGER_ALIAS && text_is_empty(row->canonical))
        expected(reading, SHEET_CANONICAL, "the name that the alias stands for");
    else if (row->kind == LEDGER_ALIAS && same)
        expected(reading, SHEET_CANONICAL, "another name than the alias itself");
    else if (row->kind != LEDGER_ALIAS && !text_is_empty(row->canonical) && !same)
        expected(reading, SHEET_CANONICAL,
                 "nothing (another name is a row of its own, of kind alias)");
    if (row->kind != LEDGER_ALIAS)
        row->canonical = row->name;
    read_sites(reading);
    if (reading->usable && row->kind == LEDGER_DOOR)
        check_door(reading);
}

/* ---- points ---- */

static bool read_degrees(Reading *reading, SheetColumn column, const char *what, double *degrees)
{
    if (text_to_double(cell(reading, column), degrees))
        return true;
    expected(reading, column, what);
    return false;
}

static bool within(double value, double low, double high)
{
    return value >= low && value <= high;
}

/* Whether both lie in China; says what is wrong otherwise. */
static bool check_degrees(Reading *reading, double lon, double lat)
{
    bool exchanged = within(lon, 3, 54) && within(lat, 73, 136);
    char what[EXPECTED_MAX];
    if (within(lon, 73, 136) && within(lat, 3, 54))
        return true;
    SheetColumn column = within(lon, 73, 136) ? SHEET_LAT : SHEET_LON;
    snprintf(what, sizeof what, "a %s%s",
             column == SHEET_LON ? "longitude of 73 to 136" : "latitude of 3 to 54",
             exchanged ? " (longitude and latitude are exchanged)" : "");
    expected(reading, column, what);
    return false;
}

static double six_decimals(double degrees)
{
    return round(degrees * 1e6) / 1e6;
}

static void check_box(Reading *reading, GeoPoint point)
{
    GeoBox box;
    char what[EXPECTED_MAX];
    if (!region_box(reading->sheet->regions, reading->row->region, &box) ||
        geo_plausible(point, &box))
        return;
    bool lon = point.lon < box.west || point.lon > box.east;
    snprintf(what, sizeof what, "a %s of %g to %g, in the box of region %.*s,",
             lon ? "longitude" : "latitude", lon ? box.west : box.south, lon ? box.east : box.north,
             TEXT_ARGS(reading->row->region));
    expected(reading, lon ? SHEET_LON : SHEET_LAT, what);
}

static void read_precision(Reading *reading)
{
    LedgerRow *row = reading->row;
    Text text = cell(reading, SHEET_PRECISION);
    bool places = reading->sheet->kind == LEDGER_PLACES;
    bool coarse = row->kind == LEDGER_ESTATE || row->kind == LEDGER_ROAD;
    row->precision = places && coarse ? 'D' : places && row->kind == LEDGER_POI ? 'C' : 'A';
    if (text_is_empty(text))
        return;
    if (text.size != 1 || text.data[0] < 'A' || text.data[0] > 'E')
        expected(reading, SHEET_PRECISION, "one of A, B, C, D and E");
    else
        row->precision = text.data[0];
}

static void read_point(Reading *reading)
{
    LedgerRow *row = reading->row;
    GeoPoint point = {.datum = GEO_WGS84};
    Text datum = cell(reading, SHEET_DATUM);
    if (text_is_empty(cell(reading, SHEET_LON)) && text_is_empty(cell(reading, SHEET_LAT)))
        return;
    bool good = text_is_empty(datum) || geo_datum_from(datum, &point.datum);
    if (!good)
        expected(reading, SHEET_DATUM, "WGS-84, GCJ-02, BD-09 or CGCS2000");
    bool lon = read_degrees(reading, SHEET_LON, "a longitude in degrees", &point.lon);
    bool lat = read_degrees(reading, SHEET_LAT, "a latitude in degrees", &point.lat);
    read_precision(reading);
    if (!good || !lon || !lat || !check_degrees(reading, point.lon, point.lat))
        return;
    row->point = geo_to_wgs84(point);
    row->point.lon = six_decimals(row->point.lon);
    row->point.lat = six_decimals(row->point.lat);
    row->has_point = true;
    if (reading->usable)
        check_box(reading, row->point);
}

/* ---- dates ---- */

/* Takes a number of at most four digits and the break behind it off the front of *rest. */
static bool take_number(Text *rest, int32_t *number)
{
    static const char *const BREAKS[] = {"-", "/", ".", "年", "月", "日"};
    size_t digits = 0;
    *number = 0;
    while (digits < rest->size && rest->data[digits] >= '0' && rest->data[digits] <= '9' &&
           digits < 5)
        *number = *number * 10 + (rest->data[digits++] - '0');
    *rest = text_slice(*rest, digits, rest->size - digits);
    for (size_t i = 0; i < sizeof BREAKS / sizeof BREAKS[0]; i++) {
        Text mark = text_from(BREAKS[i]);
        if (!text_starts(*rest, mark))
            continue;
        *rest = text_slice(*rest, mark.size, rest->size - mark.size);
        break;
    }
    return digits >= 1 && digits <= 4;
}

/* 2024-05-01, 2024/5/1, 20240501, 2024年5月1日, perhaps with a time of day behind. */
static bool read_day(Text text, int32_t *day)
{
    enum { CHINA_MINUTES = 480, FIRST_YEAR = 1900, DATE_DIGITS = 8 };
    Datetime civil = {0};
    int64_t number;
    int64_t us;
    if (text_is_digits(text) && text.size == DATE_DIGITS && text_to_int64(text, &number))
        civil = (Datetime){.year = (int32_t)(number / 10000),
                           .month = (int32_t)(number / 100 % 100),
                           .day = (int32_t)(number % 100)};
    else if (!take_number(&text, &civil.year) || !take_number(&text, &civil.month) ||
             !take_number(&text, &civil.day))
        return false;
    if (civil.year < FIRST_YEAR || !datetime_from_civil(&civil, CHINA_MINUTES, &us))
        return false;
    *day = civil.year * 10000 + civil.month * 100 + civil.day;
    return true;
}

static void read_date(Reading *reading, SheetColumn column, int32_t *day)
{
    Text text = cell(reading, column);
    if (!text_is_empty(text) && !read_day(text, day))
        expected(reading, column, "a day such as 2024-05-01");
}

static void read_dates(Reading *reading)
{
    LedgerRow *row = reading->row;
    read_date(reading, SHEET_VALID_FROM, &row->valid_from);
    read_date(reading, SHEET_VALID_TO, &row->valid_to);
    if (row->valid_to != 0 && row->valid_from >= row->valid_to)
        expected(reading, SHEET_VALID_TO, "a day after the first one");
}

bool sheet_read_row(LedgerSheet *sheet, const CsvRow *csv, LedgerRow *row)
{
    Reading reading = {.sheet = sheet, .csv = csv, .row = row, .usable = true};
    check_encoding(&reading);
    if (!reading.usable)
        return false;
    read_region(&reading);
    read_kind(&reading);
    if (reading.kind_known && sheet->kind == LEDGER_ASSETS)
        read_asset(&reading);
    else if (reading.kind_known)
        read_place(&reading);
    read_point(&reading);
    read_dates(&reading);
    row->source = plain(&reading, SHEET_SOURCE, VALUE_MAX);
    bool no_point =
        text_is_empty(cell(&reading, SHEET_LON)) && text_is_empty(cell(&reading, SHEET_LAT));
    if (reading.usable && sheet->kind == LEDGER_ASSETS && no_point && text_is_empty(row->place))
        sheet_finding(sheet, sheet_place(row), true,
                      "neither place nor point: the row says only that the "
                      "number exists");
    return reading.usable;
}
