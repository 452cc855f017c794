/*
 * Written as binary arrays in one pipeline, so that a ledger of any length is one transaction; read by COPY, line by line, so
 * that no second copy of it stands in memory.
 */
#include "adapters/ledger_store.h"

#include "domain/ledger.h"
#include "domain/model_data.h"

#include "adapters/postgres_rows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- list ---- */

static const PostgresStatement LIST = {
    "ledger_list", "select snapshot, kind, file_name, rows, loaded_at, loaded_by"
                   "  from onecase.ledgers order by loaded_at desc, snapshot"};

bool ledger_store_list(Postgres *pg, Arena *arena, LedgerSnapshots *snapshots, Error *error)
{
    POSTGRES_RESULT_AUTO *result = NULL;
    if (!postgres_call(pg, &LIST, NULL, 0, &result, error))
        return false;
    int rows = postgres_rows(result);
    *snapshots = (LedgerSnapshots){ARENA_ARRAY(arena, LedgerSnapshot, rows), (size_t)rows};
    for (int i = 0; i < rows; i++)
        snapshots->items[i] =
            (LedgerSnapshot){.snapshot = text_copy(arena, postgres_text(result, i, 0)),
                             .kind = text_copy(arena, postgres_text(result, i, 1)),
                             .file_name = text_copy(arena, postgres_text(result, i, 2)),
                             .rows = postgres_int(result, i, 3),
                             .loaded_at = postgres_time(result, i, 4),
                             .loaded_by = text_copy(arena, postgres_text(result, i, 5))};
    return true;
}

/* ---- save ---- */

typedef struct StoredRow {
    Text snapshot;
    Text region;
    Text kind;
    Text name;
    Text category;
    Text use_unit;
    Text place;
    Text canonical;
    Text parent;
    double lon;
    double lat;
    Text precision;
    int64_t sites;
    int64_t valid_from;
    int64_t valid_to;
    Text source;
} StoredRow;

#define ROW(member_, name_, type_) ROWS_COLUMN(StoredRow, member_, name_, type_)
static const PostgresColumn ASSET_COLUMNS[] = {
    ROW(snapshot, "snapshot", ROWS_TEXT),
    ROW(region, "region", ROWS_TEXT),
    ROW(kind, "kind", ROWS_TEXT),
    ROW(name, "id", ROWS_TEXT),
    ROW(category, "category", ROWS_TEXT),
    ROW(use_unit, "use_unit", ROWS_TEXT),
    ROW(place, "place", ROWS_TEXT),
    ROW(lon, "lon", ROWS_FLOAT8),
    ROW(lat, "lat", ROWS_FLOAT8),
    ROW(precision, "precision_class", ROWS_TEXT),
    ROW(valid_from, "valid_from", ROWS_DATE),
    ROW(valid_to, "valid_to", ROWS_DATE),
    ROW(source, "source", ROWS_TEXT),
};
static const PostgresColumn PLACE_COLUMNS[] = {
    ROW(snapshot, "snapshot", ROWS_TEXT),
    ROW(region, "region", ROWS_TEXT),
    ROW(kind, "kind", ROWS_TEXT),
    ROW(name, "name", ROWS_TEXT),
    ROW(canonical, "canonical", ROWS_TEXT),
    ROW(parent, "parent", ROWS_TEXT),
    ROW(lon, "lon", ROWS_FLOAT8),
    ROW(lat, "lat", ROWS_FLOAT8),
    ROW(precision, "precision_class", ROWS_TEXT),
    ROW(sites, "sites", ROWS_INT4),
    ROW(source, "source", ROWS_TEXT),
    ROW(valid_from, "valid_from", ROWS_DATE),
    ROW(valid_to, "valid_to", ROWS_DATE),
};
static const PostgresTable ASSETS = {.statement = "ledger_assets",
                                     .table = "onecase.assets",
                                     .form = ROWS_INSERT,
                                     .columns = ASSET_COLUMNS,
                                     .count = sizeof ASSET_COLUMNS / sizeof ASSET_COLUMNS[0]};
static const PostgresTable PLACES = {.statement = "ledger_places",
                                     .table = "onecase.places",
                                     .form = ROWS_INSERT,
                                     .columns = PLACE_COLUMNS,
                                     .count = sizeof PLACE_COLUMNS / sizeof PLACE_COLUMNS[0]};

static const PostgresStatement FIND = {
    "ledger_find", "select kind, rows from onecase.ledgers where snapshot = $1"};
static const PostgresStatement NAME = {
    "ledger_name",
    "insert into onecase.ledgers (snapshot, kind, file_name, rows) values ($1, $2, $3, $4)"};

/* yyyymmdd as days since 1970; by H. Hinnant, days_from_civil. */
static int64_t days_since_1970(int32_t day)
{
    if (day == 0)
        return INT64_MIN;
    int64_t year = day / 10000;
    int64_t month = day / 100 % 100;
    year -= month <= 2;
    int64_t era = year / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day % 100 - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static StoredRow stored_row(LedgerKind kind, const LedgerRow *row, Text snapshot)
{
    bool assets = kind == LEDGER_ASSETS;
    const char *name = assets ? ledger_asset_kind_name((AssetKind)row->kind)
                              : ledger_place_kind_name((LedgerPlaceKind)row->kind);
    return (StoredRow){.snapshot = snapshot,
                       .region = row->region,
                       .kind = text_from(name),
                       .name = row->name,
                       .category = row->category,
                       .use_unit = row->use_unit,
                       .place = row->place,
                       .canonical = row->canonical,
                       .parent = row->parent,
                       .lon = row->has_point ? row->point.lon : NAN,
                       .lat = row->has_point ? row->point.lat : NAN,
                       .precision = row->has_point ? (Text){&row->precision, 1} : TEXT_ABSENT,
                       .sites = row->sites > 0 ? row->sites : INT64_MIN,
                       .valid_from = days_since_1970(row->valid_from),
                       .valid_to = days_since_1970(row->valid_to),
                       .source = row->source};
}

/* All rows, in as many statements as one pipeline takes at most. */
static bool
send_rows(Postgres *pg, const LedgerSheet *sheet, Text snapshot, PostgresRows *rows, Error *error)
{
    enum { STATEMENTS = POSTGRES_PIPELINE_MAX - 4, ROWS_MIN = 1000 };
    LedgerKind kind = ledger_sheet_kind(sheet);
    size_t count;
    const LedgerRow *items = ledger_sheet_rows(sheet, &count);
    size_t piece = count / STATEMENTS + 1;
    piece = piece < ROWS_MIN ? ROWS_MIN : piece;
    for (size_t i = 0; i < count; i++) {
        StoredRow row = stored_row(kind, &items[i], snapshot);
        if (!postgres_rows_add(rows, &row, error))
            return false;
        if (postgres_rows_count(rows) < piece && i + 1 < count)
            continue;
        if (!postgres_rows_send(rows, pg, error))
            return false;
        postgres_rows_clear(rows);
    }
    return true;
}

static bool save_all(Postgres *pg,
                     const LedgerSheet *sheet,
                     const PostgresParam name[4],
                     PostgresRows *rows,
                     Error *error)
{
    PostgresOutcome outcome = POSTGRES_REFUSED;
    PostgresResult *results[POSTGRES_PIPELINE_MAX] = {NULL};
    Text snapshot = {name[0].data, name[0].size};
    bool saved = postgres_prepare(pg, &NAME, error) && postgres_rows_prepare(rows, pg, error) &&
                 postgres_pipeline_begin(pg, error) &&
                 postgres_pipeline_add(pg, &NAME, name, 4, error) &&
                 send_rows(pg, sheet, snapshot, rows, error) &&
                 postgres_pipeline_end(pg, results, &outcome, error);
    for (size_t i = 0; i < POSTGRES_PIPELINE_MAX; i++)
        postgres_result_free(results[i]);
    return saved;
}

bool ledger_store_save(
    Postgres *pg, const LedgerSheet *sheet, const char *file_name, bool *there, Error *error)
{
    Arena *arena = arena_new(4096);
    LedgerKind kind = ledger_sheet_kind(sheet);
    size_t count;
    ledger_sheet_rows(sheet, &count);
    const PostgresParam name[] = {postgres_param_text(ledger_sheet_digest(sheet)),
                                  postgres_param_text(text_from(ledger_kind_name(kind))),
                                  postgres_param_text(text_from(file_name)),
                                  postgres_param_int8(arena, (int64_t)count)};
    POSTGRES_RESULT_AUTO *found = NULL;
    bool saved = postgres_call(pg, &FIND, name, 1, &found, error);
    *there = saved && postgres_rows(found) > 0;
    if (saved && !*there) {
        PostgresRows *rows = postgres_rows_new(kind == LEDGER_ASSETS ? &ASSETS : &PLACES);
        saved = save_all(pg, sheet, name, rows, error);
        postgres_rows_free(rows);
    }
    arena_free(arena);
    return saved;
}

/* ---- load ---- */

enum { FIELDS_MAX = 12, SQL_MAX = 1024 };

/* A ledger being read. */
typedef struct Loading {
    Ledger *ledger;
    Arena *arena;
    size_t fields;
    int64_t rows;
    bool broken; /* a line was not what the statement selects */
    void (*add)(struct Loading *loading, const Text *fields);
} Loading;

static int32_t day_of(Text field)
{
    int64_t day = 0;
    return text_to_int64(field, &day) ? (int32_t)day : 0;
}

static bool take_point(const Text fields[3], GeoPoint *point, char *precision)
{
    *point = (GeoPoint){.datum = GEO_WGS84};
    *precision = fields[2].size == 1 ? fields[2].data[0] : 0;
    return text_to_double(fields[0], &point->lon) && text_to_double(fields[1], &point->lat) &&
           *precision != 0;
}

static void add_asset(Loading *loading, const Text *fields)
{
    LedgerAsset asset = {.id = fields[2],
                         .category = fields[3],
                         .place = fields[4],
                         .valid_from = day_of(fields[8]),
                         .valid_to = day_of(fields[9])};
    loading->broken = loading->broken || !ledger_asset_kind_from(fields[1], &asset.kind);
    asset.has_point = take_point(fields + 5, &asset.point, &asset.precision);
    ledger_add_asset(loading->ledger, fields[0], &asset);
}

static void add_place(Loading *loading, const Text *fields)
{
    int64_t sites = 0;
    LedgerPlace place = {.name = fields[2], .canonical = fields[3], .parent = fields[4]};
    loading->broken = loading->broken || !ledger_place_kind_from(fields[1], &place.kind);
    place.has_point = take_point(fields + 5, &place.point, &place.precision);
    if (text_to_int64(fields[8], &sites))
        place.sites = (int32_t)sites;
    ledger_add_place(loading->ledger, fields[0], &place);
}

/* A field of COPY's text format; only a backslash can be escaped in what the tables hold. */
static Text plain_field(Text field, Arena *arena)
{
    if (!text_contains(field, TEXT("\\")))
        return field;
    char *bytes = arena_alloc(arena, field.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < field.size; i++) {
        if (field.data[i] == '\\' && i + 1 < field.size)
            i++;
        bytes[size++] = field.data[i];
    }
    return (Text){bytes, size};
}

static void take_line(void *context, Text line)
{
    Loading *loading = context;
    Text fields[FIELDS_MAX];
    size_t count = 0;
    arena_reset(loading->arena);
    if (text_ends(line, TEXT("\n")))
        line.size--;
    for (size_t from = 0; count < FIELDS_MAX; count++) {
        size_t tab = text_find(line, TEXT("\t"), from);
        size_t end = tab == SIZE_MAX ? line.size : tab;
        fields[count] = plain_field(text_slice(line, from, end - from), loading->arena);
        from = end + 1;
        if (tab == SIZE_MAX) {
            count++;
            break;
        }
    }
    loading->rows++;
    if (count == loading->fields)
        loading->add(loading, fields);
    else
        loading->broken = true;
}

/* Whether the snapshot is there, of the right kind; its rows. */
static bool find_snapshot(Postgres *pg, Text snapshot, LedgerKind kind, int64_t *rows, Error *error)
{
    POSTGRES_RESULT_AUTO *found = NULL;
    PostgresParam param = postgres_param_text(snapshot);
    const char *name = ledger_kind_name(kind);
    if (!postgres_call(pg, &FIND, &param, 1, &found, error))
        return false;
    if (postgres_rows(found) == 0)
        return error_set(error, ERROR_FATAL,
                         "the model names the %s %.*s, which are not loaded; `onecase ledger load` "
                         "the file they come from, or take the line out of the model",
                         name, TEXT_ARGS(snapshot));
    if (!text_is(postgres_text(found, 0, 0), name))
        return error_set(
            error, ERROR_FATAL,
            "the model names %.*s as its %s, but these are %.*s; `onecase ledger list` "
            "shows which is which",
            TEXT_ARGS(snapshot), name, TEXT_ARGS(postgres_text(found, 0, 0)));
    *rows = postgres_int(found, 0, 1);
    return true;
}

static bool
load_snapshot(Postgres *pg, Text snapshot, LedgerKind kind, Ledger *ledger, Error *error)
{
    /* Only what matching reads; in the order of the fields of add_asset and add_place. */
    static const char *const SELECTS[] = {
        [LEDGER_ASSETS] =
            "select region, kind, id, coalesce(category, ''), coalesce(place, ''),"
            " coalesce(lon::text, ''), coalesce(lat::text, ''),"
            " coalesce(precision_class, ''), coalesce(to_char(valid_from, 'YYYYMMDD'), ''),"
            " coalesce(to_char(valid_to, 'YYYYMMDD'), '') from onecase.assets",
        [LEDGER_PLACES] = "select region, kind, name, canonical, coalesce(parent, ''),"
                          " coalesce(lon::text, ''), coalesce(lat::text, ''),"
                          " coalesce(precision_class, ''), coalesce(sites::text, '')"
                          " from onecase.places"};
    static const size_t FIELDS[] = {[LEDGER_ASSETS] = 10, [LEDGER_PLACES] = 9};
    char sql[SQL_MAX];
    int64_t rows = 0;
    if (text_is_empty(snapshot))
        return true;
    if (!find_snapshot(pg, snapshot, kind, &rows, error))
        return false;
    Loading loading = {.ledger = ledger,
                       .arena = arena_new(4096),
                       .fields = FIELDS[kind],
                       .add = kind == LEDGER_ASSETS ? add_asset : add_place};
    snprintf(sql, sizeof sql, "copy (%s where snapshot = '%.*s') to stdout", SELECTS[kind],
             TEXT_ARGS(snapshot));
    bool good = postgres_copy_out(pg, sql, take_line, &loading, error);
    arena_free(loading.arena);
    if (good && (loading.rows != rows || loading.broken))
        return error_set(error, ERROR_FATAL,
                         "snapshot %.*s has %lld rows that can be read, not the %lld it was loaded "
                         "with",
                         TEXT_ARGS(snapshot), (long long)loading.rows, (long long)rows);
    return good;
}

Text ledger_store_named(const Model *model, LedgerKind kind)
{
    return kind == LEDGER_ASSETS ? model->ledger_assets : model->ledger_places;
}

bool ledger_store_load(Postgres *pg, Model *model, Error *error)
{
    if (text_is_empty(model->ledger_assets) && text_is_empty(model->ledger_places))
        return true;
    Ledger *ledger = ledger_new();
    if (!load_snapshot(pg, model->ledger_places, LEDGER_PLACES, ledger, error) ||
        !load_snapshot(pg, model->ledger_assets, LEDGER_ASSETS, ledger, error)) {
        ledger_free(ledger);
        return false;
    }
    ledger_finish(ledger, model);
    ledger_free(model->ledger);
    model->ledger = ledger;
    return true;
}
