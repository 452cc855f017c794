/*
 * One struct and one column table for each database table; the structs are filled from the domain's and forgotten.
 * A hazard's row is derived whole from memory; of a case only the columns that change are updated.
 */
#include "adapters/hazard_rows.h"

#include "base/map.h"

#include "domain/report.h"

#include "adapters/postgres_tables.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct HazardRow {
    Text region;
    int64_t hazard_id;
    Text hazard_no;
    Text family;
    Text category_code;
    Text scope;
    Text asset_kind;
    Text asset_id;
    Text usc_code;
    Text party_name;
    Text address;
    Text road;
    Text road_no;
    Text estate;
    TextList buildings;
    Text unit;
    Text community_code;
    Text grid_code;
    double lon;
    double lat;
    Text precision_class;
    int64_t anchor_report_id;
    Text anchor_by;
    int64_t first_known_at;
    int64_t last_reported_at;
    int64_t open_case_id;
    int64_t case_count;
    int64_t report_count;
    int64_t independent_count;
    int64_t reporter_count;
    int64_t source_count;
    int64_t provisional_of;
    int64_t merged_into;
    Text model_version;
    int64_t version;
} HazardRow;

#define HAZARD(member_, type_) ROWS_COLUMN(HazardRow, member_, #member_, type_)
static const PostgresColumn HAZARD_COLUMNS[] = {
    ROWS_KEY(HazardRow, region, "region", ROWS_TEXT),
    ROWS_KEY(HazardRow, hazard_id, "hazard_id", ROWS_INT8),
    HAZARD(hazard_no, ROWS_TEXT),
    HAZARD(family, ROWS_TEXT),
    HAZARD(category_code, ROWS_TEXT),
    HAZARD(scope, ROWS_TEXT),
    HAZARD(asset_kind, ROWS_TEXT),
    HAZARD(asset_id, ROWS_TEXT),
    HAZARD(usc_code, ROWS_TEXT),
    HAZARD(party_name, ROWS_TEXT),
    HAZARD(address, ROWS_TEXT),
    HAZARD(road, ROWS_TEXT),
    HAZARD(road_no, ROWS_TEXT),
    HAZARD(estate, ROWS_TEXT),
    HAZARD(buildings, ROWS_TEXTS),
    HAZARD(unit, ROWS_TEXT),
    HAZARD(community_code, ROWS_TEXT),
    HAZARD(grid_code, ROWS_TEXT),
    HAZARD(lon, ROWS_FLOAT8),
    HAZARD(lat, ROWS_FLOAT8),
    HAZARD(precision_class, ROWS_TEXT),
    HAZARD(anchor_report_id, ROWS_INT8),
    HAZARD(anchor_by, ROWS_TEXT),
    HAZARD(first_known_at, ROWS_TIME),
    HAZARD(last_reported_at, ROWS_TIME),
    HAZARD(open_case_id, ROWS_INT8),
    HAZARD(case_count, ROWS_INT4),
    HAZARD(report_count, ROWS_INT4),
    HAZARD(independent_count, ROWS_INT4),
    HAZARD(reporter_count, ROWS_INT4),
    HAZARD(source_count, ROWS_INT4),
    HAZARD(provisional_of, ROWS_INT8),
    HAZARD(merged_into, ROWS_INT8),
    HAZARD(model_version, ROWS_TEXT),
    HAZARD(version, ROWS_INT8),
};

typedef struct CaseRow {
    Text region;
    int64_t case_id;
    int64_t status;
    int64_t level;
    Text level_reason;
    Text category_code;
    int64_t trapped;
    int64_t injured;
    int64_t dead;
    int64_t first_occurred_at;
    int64_t first_known_at;
    Text first_known_source;
    int64_t opened_at;
    int64_t closed_at;
    int64_t reopened_count;
    int64_t report_count;
    int64_t independent_count;
    int64_t reporter_count;
    int64_t source_count;
    int64_t version;
    Text case_no; /* from here on: written once */
    int64_t hazard_id;
    int64_t recurrence_no;
    Text title;
} CaseRow;

#define CASE(member_, type_) ROWS_COLUMN(CaseRow, member_, #member_, type_)
static const PostgresColumn CASE_COLUMNS[] = {
    ROWS_KEY(CaseRow, region, "region", ROWS_TEXT),
    ROWS_KEY(CaseRow, case_id, "case_id", ROWS_INT8),
    CASE(status, ROWS_INT2),
    CASE(level, ROWS_INT2),
    CASE(level_reason, ROWS_TEXT),
    CASE(category_code, ROWS_TEXT),
    CASE(trapped, ROWS_INT4),
    CASE(injured, ROWS_INT4),
    CASE(dead, ROWS_INT4),
    CASE(first_occurred_at, ROWS_TIME),
    CASE(first_known_at, ROWS_TIME),
    CASE(first_known_source, ROWS_TEXT),
    CASE(opened_at, ROWS_TIME),
    CASE(closed_at, ROWS_TIME),
    CASE(reopened_count, ROWS_INT4),
    CASE(report_count, ROWS_INT4),
    CASE(independent_count, ROWS_INT4),
    CASE(reporter_count, ROWS_INT4),
    CASE(source_count, ROWS_INT4),
    CASE(version, ROWS_INT8),
    CASE(case_no, ROWS_TEXT),
    CASE(hazard_id, ROWS_INT8),
    CASE(recurrence_no, ROWS_INT4),
    CASE(title, ROWS_TEXT),
};
enum {
    CASE_COLUMN_COUNT = sizeof CASE_COLUMNS / sizeof CASE_COLUMNS[0],
    CASE_CHANGING_COUNT = CASE_COLUMN_COUNT - 4
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* In the order they are sent. */
enum { HAZARD_NEW, HAZARD_CHANGED, CASE_NEW, CASE_CHANGED, SETS };
static const PostgresTable TABLES[SETS] = {
    [HAZARD_NEW] = {"hazard_new", "onecase.hazards", ROWS_INSERT, HAZARD_COLUMNS,
                    COUNT_OF(HAZARD_COLUMNS), NULL},
    [HAZARD_CHANGED] = {"hazard_changed", "onecase.hazards", ROWS_UPDATE, HAZARD_COLUMNS,
                        COUNT_OF(HAZARD_COLUMNS), NULL},
    [CASE_NEW] = {"case_new", "onecase.cases", ROWS_INSERT, CASE_COLUMNS, CASE_COLUMN_COUNT, NULL},
    [CASE_CHANGED] = {"case_changed", "onecase.cases", ROWS_UPDATE, CASE_COLUMNS,
                      CASE_CHANGING_COUNT, NULL},
};

static const Text MACHINE = {"auto", 4};

struct HazardRows {
    PostgresTables *tables;
    Map *titles; /* of cases opened in this batch: key of region and case -> Text * on `arena` */
    Arena *arena;
};

HazardRows *hazard_rows_new(void)
{
    HazardRows *rows = calloc(1, sizeof *rows);
    if (rows == NULL)
        abort();
    rows->tables = postgres_tables_new(TABLES, SETS);
    rows->titles = map_new();
    rows->arena = arena_new(16384);
    return rows;
}

void hazard_rows_free(HazardRows *rows)
{
    if (rows == NULL)
        return;
    postgres_tables_free(rows->tables);
    map_free(rows->titles);
    arena_free(rows->arena);
    free(rows);
}

void hazard_rows_clear(HazardRows *rows)
{
    postgres_tables_clear(rows->tables);
    map_clear(rows->titles);
    arena_reset(rows->arena);
}

bool hazard_rows_prepare(HazardRows *rows, Postgres *pg, Error *error)
{
    return postgres_tables_prepare(rows->tables, pg, error);
}

bool hazard_rows_send(HazardRows *rows, Postgres *pg, Error *error)
{
    return postgres_tables_send(rows->tables, pg, error);
}

static int64_t id_or_null(int64_t id)
{
    return id != 0 ? id : INTEGER_ABSENT;
}

static uint64_t title_key(Text region, int64_t case_id)
{
    return text_hash(region) ^ ((uint64_t)case_id * 0x9e3779b97f4a7c15ULL);
}

void hazard_rows_title(HazardRows *rows, int64_t case_id, Text region, Text title)
{
    Text *kept = ARENA_NEW(rows->arena, Text);
    *kept = title;
    map_put_pointer(rows->titles, title_key(region, case_id), kept);
}

static const char *scope_name(Scope scope)
{
    static const char *const NAMES[] = {
        [SCOPE_ASSET] = "asset", [SCOPE_UNIT] = "unit",   [SCOPE_BUILDING] = "building",
        [SCOPE_POINT] = "point", [SCOPE_PARTY] = "party", [SCOPE_ESTATE] = "estate",
        [SCOPE_AREA] = "area"};
    return NAMES[scope];
}

static const char *asset_kind_name(AssetKind kind)
{
    static const char *const NAMES[] = {[ASSET_NONE] = NULL,
                                        [ASSET_PLATE] = "lift",
                                        [ASSET_EQUIPMENT] = "equipment",
                                        [ASSET_COMPONENT] = "component",
                                        [ASSET_DEVICE] = "device"};
    return NAMES[kind];
}

static int address_detail(const Address *address)
{
    return (!text_is_empty(address->unit) ? 8 : 0) + (address->buildings.count > 0 ? 4 : 0) +
           (!text_is_empty(address->road_no) ? 2 : 0) +
           (!text_is_empty(address->estate) || !text_is_empty(address->road) ? 1 : 0);
}

/* Views of a hazard's representatives. */
typedef struct Kept {
    EvidenceView views[HAZARD_REPRESENTATIVES_MAX];
    const Evidence *items[HAZARD_REPRESENTATIVES_MAX];
    size_t count;
} Kept;

static void read_kept(const Hazard *hazard, Kept *kept)
{
    kept->count = hazard->representative_count;
    for (size_t i = 0; i < kept->count; i++)
        kept->items[i] = hazard_evidence(hazard, i, &kept->views[i]);
}

static void fill_asset(HazardRow *row, const Kept *kept)
{
    const Asset *chosen = NULL;
    for (size_t i = 0; i < kept->count; i++) {
        const Evidence *evidence = kept->items[i];
        for (size_t j = 0; j < evidence->asset_count; j++)
            if (chosen == NULL || (evidence->assets[j].structured && !chosen->structured))
                chosen = &evidence->assets[j];
    }
    if (chosen == NULL)
        return;
    row->asset_kind = text_from(asset_kind_name(chosen->kind));
    row->asset_id = chosen->id;
}

static TextList copied_list(TextList list, Arena *arena)
{
    TextList copy = {ARENA_ARRAY(arena, Text, list.count), list.count};
    for (size_t i = 0; i < list.count; i++)
        copy.items[i] = list.items[i];
    return copy;
}

static void fill_place(HazardRow *row, const Kept *kept, Arena *arena)
{
    static const char PRECISIONS[] = "ABCDEZ";
    const Evidence *best = kept->items[0];
    const Evidence *point = NULL;
    for (size_t i = 0; i < kept->count; i++) {
        const Evidence *evidence = kept->items[i];
        if (address_detail(&evidence->address) > address_detail(&best->address))
            best = evidence;
        if (evidence->has_point && (point == NULL || evidence->precision < point->precision))
            point = evidence;
        if (text_is_absent(row->community_code))
            row->community_code = evidence->community_code;
        if (text_is_absent(row->grid_code))
            row->grid_code = evidence->grid_code;
        if (text_is_absent(row->usc_code))
            row->usc_code = evidence->usc_code;
        if (text_is_absent(row->party_name))
            row->party_name = evidence->party_name;
    }
    const Address *address = &best->address;
    row->address = address_is_empty(address) ? TEXT_ABSENT : address_standard(address, arena);
    row->road = address->road;
    row->road_no = address->road_no;
    row->estate = address->estate;
    row->buildings = copied_list(address->buildings, arena);
    row->unit = address->unit;
    row->lon = point != NULL ? point->point.lon : (double)NAN;
    row->lat = point != NULL ? point->point.lat : (double)NAN;
    const char *precision = strchr(PRECISIONS, point != NULL ? point->precision : 'Z');
    row->precision_class = (Text){precision != NULL ? precision : "Z", 1};
}

static int64_t open_case_id(const Hazard *hazard)
{
    for (size_t i = hazard->case_count; i > 0; i--)
        if (hazard->cases[i - 1].closed_at == TIME_ABSENT)
            return hazard->cases[i - 1].case_id;
    return INTEGER_ABSENT;
}

static void
fill_hazard(HazardRow *row, Text region, const Hazard *hazard, const Model *model, Arena *arena)
{
    HazardCounts counts = hazard_count(hazard, 0);
    Kept kept;
    read_kept(hazard, &kept);
    *row = (HazardRow){.region = region,
                       .hazard_id = hazard->id,
                       .hazard_no = lifecycle_hazard_no(region, hazard->id, arena),
                       .family = hazard->category->family,
                       .category_code = hazard->category->code,
                       .scope = text_from(scope_name(hazard->category->scope)),
                       .anchor_report_id = kept.items[0]->report_id,
                       .anchor_by = MACHINE,
                       .first_known_at = counts.first_event_at,
                       .last_reported_at = counts.last_event_at,
                       .open_case_id = open_case_id(hazard),
                       .case_count = (int64_t)hazard->case_count,
                       .report_count = counts.reports,
                       .independent_count = counts.independent,
                       .reporter_count = counts.reporters,
                       .source_count = counts.sources,
                       .provisional_of = id_or_null(hazard->provisional_of),
                       .merged_into = id_or_null(hazard->merged_into),
                       .model_version = model_version(model),
                       .version = hazard->version};
    fill_asset(row, &kept);
    fill_place(row, &kept, arena);
}

static Text source_name(const Hazard *hazard, uint64_t source)
{
    EvidenceView view;
    for (size_t i = 0; i < hazard->representative_count; i++) {
        Text name = hazard_evidence(hazard, i, &view)->source;
        if (text_hash(name) == source)
            return name;
    }
    return TEXT_ABSENT;
}

static const HazardClass *case_category(const Hazard *hazard, int64_t case_id)
{
    const HazardClass *worst = NULL;
    for (size_t i = 0; i < hazard->member_count; i++) {
        const HazardMember *member = &hazard->members[i];
        if (member->case_id == case_id &&
            (worst == NULL || member->category->colour < worst->colour))
            worst = member->category;
    }
    return worst;
}

static void
fill_case(CaseRow *row, Text region, const Hazard *hazard, const HazardCase *of, Arena *arena)
{
    HazardCounts counts = hazard_count(hazard, of->case_id);
    *row = (CaseRow){.region = region,
                     .case_id = of->case_id,
                     .status = of->status,
                     .level = of->escalation.level,
                     .level_reason = escalation_reason(&of->escalation, arena),
                     .category_code = case_category(hazard, of->case_id)->code,
                     .trapped = counts.trapped,
                     .injured = counts.injured,
                     .dead = counts.dead,
                     .first_occurred_at = counts.first_event_at,
                     .first_known_at = counts.first_known_at,
                     .first_known_source = source_name(hazard, counts.first_known_source),
                     .opened_at = of->opened_at,
                     .closed_at = of->closed_at,
                     .reopened_count = of->reopened_count,
                     .report_count = counts.reports,
                     .independent_count = counts.independent,
                     .reporter_count = counts.reporters,
                     .source_count = counts.sources,
                     .version = of->version,
                     .case_no = lifecycle_case_no(region, of, arena),
                     .hazard_id = hazard->id,
                     .recurrence_no = of->recurrence_no};
}

/* Cases of the hazard that the batch opened or changed. */
static bool add_cases(HazardRows *rows,
                      Text region,
                      const Hazard *before,
                      const Hazard *hazard,
                      Arena *arena,
                      Error *error)
{
    for (size_t i = 0; i < hazard->case_count; i++) {
        const HazardCase *of = &hazard->cases[i];
        const HazardCase *old = before != NULL ? hazard_case(before, of->case_id) : NULL;
        if (old != NULL && old->version == of->version)
            continue;
        CaseRow row;
        fill_case(&row, region, hazard, of, arena);
        const Text *title = map_pointer(rows->titles, title_key(region, of->case_id));
        row.title = title != NULL ? *title : TEXT_ABSENT;
        if (!postgres_tables_add(rows->tables, old == NULL ? CASE_NEW : CASE_CHANGED, &row, error))
            return false;
    }
    return true;
}

bool hazard_rows_changes(HazardRows *rows,
                         Text region,
                         const HazardStore *overlay,
                         const Model *model,
                         Arena *arena,
                         Error *error)
{
    int64_t *ids;
    size_t count = hazard_store_changed(overlay, arena, &ids);
    for (size_t i = 0; i < count; i++) {
        const Hazard *hazard = hazard_store_get(overlay, ids[i]);
        const Hazard *before = hazard_store_get(hazard_store_base(overlay), ids[i]);
        HazardRow row;
        fill_hazard(&row, region, hazard, model, arena);
        if (!postgres_tables_add(rows->tables, before == NULL ? HAZARD_NEW : HAZARD_CHANGED, &row,
                                 error) ||
            !add_cases(rows, region, before, hazard, arena, error))
            return false;
    }
    return true;
}
