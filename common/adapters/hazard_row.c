/*
 * A row is derived from members and evidence; what has none keeps what its row says of them.
 */
#include "adapters/hazard_row.h"

#include "domain/hazard_extent.h"
#include "domain/hazard_place.h"
#include "domain/lifecycle_derive.h"
#include "domain/lifecycle_time.h"
#include "domain/report.h"

#include <math.h>
#include <string.h>

#define HAZARD(member_, type_) ROWS_COLUMN(HazardRow, member_, #member_, type_)
const PostgresColumn HAZARD_ROW_COLUMNS[HAZARD_ROW_COLUMN_COUNT] = {
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
    HAZARD(extent_m, ROWS_INT4),
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
    HAZARD(bucket, ROWS_BOOL),
    HAZARD(model_version, ROWS_TEXT),
    HAZARD(version, ROWS_INT8),
};

const PostgresColumn HAZARD_ROW_EMPTIED[HAZARD_ROW_EMPTIED_COUNT] = {
    ROWS_KEY(HazardRow, region, "region", ROWS_TEXT),
    ROWS_KEY(HazardRow, hazard_id, "hazard_id", ROWS_INT8),
    HAZARD(open_case_id, ROWS_INT8),
    HAZARD(case_count, ROWS_INT4),
    HAZARD(report_count, ROWS_INT4),
    HAZARD(independent_count, ROWS_INT4),
    HAZARD(reporter_count, ROWS_INT4),
    HAZARD(source_count, ROWS_INT4),
    HAZARD(provisional_of, ROWS_INT8),
    HAZARD(merged_into, ROWS_INT8),
    {.name = "merged_at",
     .type = ROWS_TIME,
     .offset = offsetof(HazardRow, merged_at),
     .aside = true},
    HAZARD(version, ROWS_INT8),
};

#define CASE(member_, type_) ROWS_COLUMN(CaseRow, member_, #member_, type_)
const PostgresColumn CASE_ROW_COLUMNS[CASE_ROW_COLUMN_COUNT] = {
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
    CASE(level_by, ROWS_TEXT),
    CASE(status_by, ROWS_TEXT),
    CASE(begun_at, ROWS_TIME),
    CASE(due_at, ROWS_TIME),
    CASE(due_rule, ROWS_TEXT),
    CASE(due_by, ROWS_TEXT),
    CASE(overdue, ROWS_BOOL),
    CASE(effective, ROWS_BOOL),
    CASE(timer_at, ROWS_TIME),
    CASE(twin_at, ROWS_TIME),
    CASE(reopened_count, ROWS_INT4),
    CASE(report_count, ROWS_INT4),
    CASE(independent_count, ROWS_INT4),
    CASE(reporter_count, ROWS_INT4),
    CASE(source_count, ROWS_INT4),
    CASE(hazard_id, ROWS_INT8),
    CASE(recurrence_no, ROWS_INT4),
    CASE(version, ROWS_INT8),
    CASE(case_no, ROWS_TEXT),
    CASE(title, ROWS_TEXT),
};

const PostgresColumn CASE_ROW_EMPTIED[CASE_ROW_EMPTIED_COUNT] = {
    ROWS_KEY(CaseRow, region, "region", ROWS_TEXT),
    ROWS_KEY(CaseRow, case_id, "case_id", ROWS_INT8),
    CASE(status, ROWS_INT2),
    CASE(trapped, ROWS_INT4),
    CASE(injured, ROWS_INT4),
    CASE(dead, ROWS_INT4),
    CASE(closed_at, ROWS_TIME),
    CASE(close_kind, ROWS_TEXT),
    CASE(report_count, ROWS_INT4),
    CASE(independent_count, ROWS_INT4),
    CASE(reporter_count, ROWS_INT4),
    CASE(source_count, ROWS_INT4),
    CASE(hazard_id, ROWS_INT8),
    CASE(recurrence_no, ROWS_INT4),
    CASE(merged_into, ROWS_INT8),
    CASE(timer_at, ROWS_TIME),
    CASE(twin_at, ROWS_TIME),
    CASE(reopened_count, ROWS_INT4),
    CASE(version, ROWS_INT8),
};

static const Text MACHINE = {"auto", 4};
static const Text DEPARTMENT = {"department",
                                10}; /* who set a value: person, department, machine */
static const Text RULE = {"machine", 7};

static int64_t id_or_null(int64_t id)
{
    return id != 0 ? id : INTEGER_ABSENT;
}

static const char *scope_name(Scope scope)
{
    static const char *const NAMES[] = {
        [SCOPE_ASSET] = "asset", [SCOPE_UNIT] = "unit",   [SCOPE_BUILDING] = "building",
        [SCOPE_POINT] = "point", [SCOPE_PARTY] = "party", [SCOPE_ESTATE] = "estate",
        [SCOPE_AREA] = "area"};
    return NAMES[scope];
}

static TextList list_copy(TextList list, Arena *arena)
{
    TextList copy = {ARENA_ARRAY(arena, Text, list.count), list.count};
    for (size_t i = 0; i < list.count; i++)
        copy.items[i] = text_copy(arena, list.items[i]);
    return copy;
}

static void fill_place(HazardRow *row, const HazardPlace *place, Arena *arena)
{
    static const char PRECISIONS[] = "ABCDEZ";
    const Address *address = place->address;
    const Evidence *point = place->point;
    row->asset_kind =
        place->asset != NULL ? text_from(asset_kind_name(place->asset->kind)) : TEXT_ABSENT;
    row->asset_id = place->asset != NULL ? place->asset->id : TEXT_ABSENT;
    row->usc_code = place->usc_code;
    row->party_name = place->party_name;
    row->community_code = place->community_code;
    row->grid_code = place->grid_code;
    row->address = address_is_empty(address) ? TEXT_ABSENT : address_standard(address, arena);
    row->road = address->road;
    row->road_no = address->road_no;
    row->estate = address->estate;
    row->buildings = list_copy(address->buildings, arena);
    row->unit = address->unit;
    row->lon = point != NULL ? point->point.lon : (double)NAN;
    row->lat = point != NULL ? point->point.lat : (double)NAN;
    const char *precision = strchr(PRECISIONS, point != NULL ? point->precision : 'Z');
    row->precision_class = (Text){precision != NULL ? precision : "Z", 1};
}

static int64_t extent_or_null(const Hazard *hazard)
{
    int32_t extent_m = hazard_extent_m(hazard);
    return extent_m >= 0 ? extent_m : INTEGER_ABSENT;
}

static int64_t open_case_id(const Hazard *hazard)
{
    for (size_t i = hazard->case_count; i > 0; i--)
        if (hazard->cases[i - 1].closed_at == TIME_ABSENT)
            return hazard->cases[i - 1].case_id;
    return INTEGER_ABSENT;
}

/* What a hazard has whatever became of its members. */
static void fill_state(HazardRow *row, Text region, const Hazard *hazard)
{
    HazardCounts counts = hazard_count(hazard, 0);
    *row = (HazardRow){.region = region,
                       .hazard_id = hazard->id,
                       .open_case_id = open_case_id(hazard),
                       .case_count = lifecycle_episodes(hazard),
                       .report_count = counts.reports,
                       .independent_count = counts.independent,
                       .reporter_count = counts.reporters,
                       .source_count = counts.sources,
                       .provisional_of = id_or_null(hazard->provisional_of),
                       .bucket = hazard->bucket,
                       .merged_into = id_or_null(hazard->merged_into),
                       .merged_at = TIME_ABSENT,
                       .version = hazard->version};
}

void hazard_row_fill(
    HazardRow *row, Text region, const Hazard *hazard, const Model *model, Arena *arena)
{
    fill_state(row, region, hazard);
    if (hazard->member_count == 0)
        return;
    HazardCounts counts = hazard_count(hazard, 0);
    HazardKept kept;
    hazard_kept_read(hazard, &kept);
    row->hazard_no = lifecycle_hazard_no(region, hazard->id, arena);
    row->family = hazard->category->family;
    row->category_code = hazard->category->code;
    row->scope = text_from(scope_name(hazard->category->scope));
    row->anchor_report_id = kept.items[0]->report_id;
    row->anchor_by = MACHINE;
    row->extent_m = extent_or_null(hazard);
    row->first_known_at = counts.first_event_at;
    row->last_reported_at = counts.last_event_at;
    row->model_version = model_version(model);
    const HazardPlace place = hazard_place(&kept);
    fill_place(row, &place, arena);
}

static Text status_setter(const Hazard *hazard, int64_t case_id)
{
    for (size_t i = 0; i < hazard->member_count; i++)
        if (hazard->members[i].case_id == case_id && hazard->members[i].status > 0)
            return DEPARTMENT;
    return RULE;
}

static Text due_setter(const HazardCase *of)
{
    if (of->due_at == 0)
        return TEXT_ABSENT;
    return of->due_rule == DUE_DEPARTMENT ? DEPARTMENT : RULE;
}

/* What time has done to the case. */
static void fill_time(CaseRow *row, const CaseRowContext *context, const HazardCase *of)
{
    row->begun_at = lifecycle_second_us(of->begun_second);
    row->due_at = of->due_at != 0 ? of->due_at : TIME_ABSENT;
    row->due_rule = lifecycle_due_rule(context->model, of);
    row->due_by = due_setter(of);
    row->overdue = of->overdue;
    row->effective = of->effective;
    row->timer_at = lifecycle_second_us(of->timer_second);
    row->twin_at = lifecycle_second_us(of->twin_second);
}

/* What its reports say. */
static void fill_members(CaseRow *row,
                         const CaseRowContext *context,
                         const Hazard *hazard,
                         const HazardCase *of,
                         const HazardCounts *counts)
{
    Escalation level = lifecycle_level(context->model, of);
    bool told = text_is(text_from(level.rule), "department");
    row->level = level.level;
    row->level_reason = escalation_reason(&level, context->arena);
    row->level_by = told ? DEPARTMENT : RULE;
    row->status_by = status_setter(hazard, of->case_id);
    row->category_code = hazard_case_category(hazard, of->case_id)->code;
    row->first_occurred_at = counts->first_event_at;
    row->first_known_at = counts->first_known_at;
    row->first_known_source = hazard_store_source(context->store, counts->first_known_source);
    row->case_no = lifecycle_case_no(context->region, of, context->arena);
}

void case_row_fill(CaseRow *row,
                   const CaseRowContext *context,
                   const Hazard *hazard,
                   const HazardCase *of)
{
    HazardCounts counts = hazard_count(hazard, of->case_id);
    *row = (CaseRow){.region = context->region,
                     .case_id = of->case_id,
                     .status = of->status,
                     .trapped = counts.trapped,
                     .injured = counts.injured,
                     .dead = counts.dead,
                     .opened_at = of->opened_at,
                     .closed_at = of->closed_at,
                     .close_kind = of->merged_into != 0 ? TEXT("merged") : TEXT_ABSENT,
                     .reopened_count = of->reopened_count,
                     .report_count = counts.reports,
                     .independent_count = counts.independent,
                     .reporter_count = counts.reporters,
                     .source_count = counts.sources,
                     .hazard_id = hazard->id,
                     .recurrence_no = of->recurrence_no,
                     .merged_into = id_or_null(of->merged_into),
                     .version = of->version};
    fill_time(row, context, of);
    if (counts.reports > 0)
        fill_members(row, context, hazard, of, &counts);
}

void *
row_copy(const void *row, size_t size, const PostgresColumn *columns, size_t count, Arena *arena)
{
    char *copy = arena_alloc(arena, size);
    memcpy(copy, row, size);
    for (size_t i = 0; i < count; i++) {
        void *member = copy + columns[i].offset;
        if (columns[i].type == ROWS_TEXT && !text_is_absent(*(Text *)member))
            *(Text *)member = text_copy(arena, *(Text *)member);
        else if (columns[i].type == ROWS_TEXTS)
            *(TextList *)member = list_copy(*(TextList *)member, arena);
    }
    return copy;
}
