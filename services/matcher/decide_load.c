/*
 * Region by region, in pages, each ordered by id, so that members are added in the order in which they were decided and
 * a large region does not stand in memory twice. A report that was revised since is read as it was when decided
 * (column as_decided); only its state is today's.
 */
#include "decide_load.h"

#include "base/text_builder.h"

#include "domain/escalation.h"
#include "domain/report.h"

#include <assert.h>
#include <string.h>

static const PostgresStatement REGIONS = {
    "load_regions", "select region, report_partition from onecase.region_counters"
                    " where report_partition = any($1::text::int4[]) order by region"};

#define LOAD_PAGE "2000"

/* $1: region, $2: the last id of the page before. */
static const PostgresStatement HAZARDS = {
    "load_hazards", "select hazard_id, provisional_of, merged_into, version from onecase.hazards"
                    " where region = $1 and hazard_id > $2 order by hazard_id limit " LOAD_PAGE};
enum { H_ID, H_PROVISIONAL, H_MERGED, H_VERSION };

static const PostgresStatement CASES = {
    "load_cases",
    "select case_id, hazard_id, case_no, recurrence_no, reopened_count, opened_at, closed_at,"
    "       status, version"
    "  from onecase.cases"
    " where region = $1 and case_id > $2 order by case_id limit " LOAD_PAGE};
enum { C_ID, C_HAZARD, C_NO, C_RECURRENCE, C_REOPENED, C_OPENED, C_CLOSED, C_STATUS, C_VERSION };

/* Columns of evidence that are younger than rows: one that was kept before them had none. */
#define NOT_YET "{\"noise\": null, \"reporter_before_hash\": null, \"reporter_before_key\": null}"

/* t: the row as it stands; d: as it was decided. */
static const PostgresStatement REPORTS = {
    "load_reports",
    "select t.report_id, t.hazard_id, t.case_id, t.event_at,"
    "       t.independence, t.status, t.status_at, t.level, t.trapped, t.injured, t.dead,"
    "       d.lon, d.lat, d.precision_class, d.category_confidence,"
    "       d.reported_at, d.recorded_at, t.source,"
    "       t.record_no, d.origin_record_no, d.origin_source, d.title, d.body,"
    "       d.address_text, d.place_name, d.area_code, d.street_code, d.community_code,"
    "       d.grid_code, d.category_code, d.source_category, d.category_system, d.channel,"
    "       d.finder_kind, d.party_name, d.usc_code, d.lift_plate, d.equipment_code,"
    "       d.component_code, d.device_id, d.uniform_address_id,"
    "       d.reporter_key || ':' || encode(d.reporter_hash, 'hex'),"
    "       d.reporter_before_key || ':' || encode(d.reporter_before_hash, 'hex'),"
    "       d.reporter_kind, d.result, d.quoted_nos, d.noise, d.flags"
    "  from (select report as row from onecase.reports report"
    "         where region = $1 and report_id > $2 and hazard_id is not null"
    "         order by report_id limit " LOAD_PAGE ") page"
    "  cross join lateral (select (page.row).*) t"
    "  cross join lateral (select (s.row).* from (select case when t.as_decided is null then "
    "page.row"
    "       else jsonb_populate_record(page.row, '" NOT_YET "'::jsonb || t.as_decided::jsonb) end"
    "       as row offset 0) s) d"
    " order by t.report_id"};
enum {
    R_ID,
    R_HAZARD,
    R_CASE,
    R_EVENT,
    R_INDEPENDENCE,
    R_STATUS,
    R_STATUS_AT,
    R_LEVEL,
    R_TRAPPED,
    R_INJURED,
    R_DEAD,
    R_LON,
    R_LAT,
    R_PRECISION,
    R_CONFIDENCE,
    R_REPORTED,
    R_RECORDED,
    R_SOURCE,
    R_TEXTS,
    R_QUOTED = R_TEXTS + 27,
    R_NOISE,
    R_FLAGS
};

static const char *const TEXT_FIELDS[R_QUOTED - R_TEXTS] = {
    "record_no",      "origin_no",  "origin_source",      "title",           "body",
    "address",        "place_name", "area_code",          "street_code",     "community_code",
    "grid_code",      "category",   "category_source",    "category_system", "channel",
    "finder_kind",    "party_name", "usc_code",           "lift_plate",      "equipment_code",
    "component_code", "device_id",  "uniform_address_id", "reporter",        "reporter_before",
    "reporter_kind",  "result"};

static const char *const INDEPENDENCE_NAMES[] = {[INDEPENDENT] = "independent",
                                                 [SAME_REPORTER] = "same_reporter",
                                                 [TRANSFERRED] = "transferred",
                                                 [FOLLOW_UP] = "follow_up"};

const char *decide_independence_name(Independence independence)
{
    return INDEPENDENCE_NAMES[independence];
}

static Independence independence_from(Text name)
{
    for (size_t i = 0; i < sizeof INDEPENDENCE_NAMES / sizeof INDEPENDENCE_NAMES[0]; i++)
        if (text_is(name, INDEPENDENCE_NAMES[i]))
            return (Independence)i;
    return INDEPENDENT;
}

static int32_t count_or_zero(int64_t value)
{
    return value > 0 ? (int32_t)value : 0;
}

static int64_t first_time(int64_t a, int64_t b, int64_t c)
{
    if (a != TIME_ABSENT)
        return a;
    return b != TIME_ABSENT ? b : c;
}

HazardMember decide_member(const Report *report,
                           const Evidence *evidence,
                           int64_t status_at,
                           Independence independence)
{
    return (HazardMember){
        .report_id = evidence->report_id,
        .event_at = evidence->event_at,
        .known_at = first_time(report->reported_at, report->recorded_at, evidence->event_at),
        .status_at = status_at,
        .reporter = hazard_reporter(evidence),
        .source = text_hash(evidence->source),
        .category = evidence->category,
        .independence = independence,
        .status = report->status > 0 ? (int16_t)report->status : 0,
        .level = report->level > 0 ? (int16_t)report->level : 0,
        .trapped = count_or_zero(report->trapped),
        .injured = count_or_zero(report->injured),
        .dead = count_or_zero(report->dead)};
}

static int64_t id_or_zero(const PostgresResult *rows, int row, int column)
{
    return postgres_is_null(rows, row, column) ? 0 : postgres_int(rows, row, column);
}

/* A region being loaded. */
typedef struct Loader {
    Postgres *pg;
    const Model *model;
    Text region;
    HazardStore *store;
    Arena *arena;
} Loader;

static void load_hazard(const Loader *loader, const PostgresResult *rows, int i)
{
    Hazard *hazard = hazard_store_create(loader->store, postgres_int(rows, i, H_ID));
    hazard->provisional_of = id_or_zero(rows, i, H_PROVISIONAL);
    hazard->merged_into = id_or_zero(rows, i, H_MERGED);
    hazard->version = postgres_int(rows, i, H_VERSION);
}

static void load_case(const Loader *loader, const PostgresResult *rows, int i)
{
    Hazard *hazard = hazard_store_edit(loader->store, postgres_int(rows, i, C_HAZARD));
    HazardCase *loaded = hazard_add_case(hazard);
    Text number = postgres_text(rows, i, C_NO);
    assert(number.size < sizeof loaded->case_no);
    memcpy(loaded->case_no, number.data, number.size);
    loaded->case_id = postgres_int(rows, i, C_ID);
    loaded->recurrence_no = (int32_t)postgres_int(rows, i, C_RECURRENCE);
    loaded->reopened_count = (int32_t)postgres_int(rows, i, C_REOPENED);
    loaded->opened_at = postgres_time(rows, i, C_OPENED);
    loaded->closed_at = postgres_time(rows, i, C_CLOSED);
    loaded->status = (int16_t)postgres_int(rows, i, C_STATUS);
    loaded->version = postgres_int(rows, i, C_VERSION);
}

static void read_report(const PostgresResult *rows, int i, Arena *arena, Report *report)
{
    report_init(report);
    for (int column = R_TEXTS; column < R_QUOTED; column++) {
        const ReportField *field = report_field(text_from(TEXT_FIELDS[column - R_TEXTS]));
        *report_text(report, field) = postgres_text(rows, i, column);
    }
    report->quoted_nos = postgres_texts(rows, i, R_QUOTED, arena);
    report->noise = postgres_texts(rows, i, R_NOISE, arena);
    report->flags = postgres_texts(rows, i, R_FLAGS, arena);
    report->reported_at = postgres_time(rows, i, R_REPORTED);
    report->recorded_at = postgres_time(rows, i, R_RECORDED);
    report->category_confidence = postgres_int(rows, i, R_CONFIDENCE);
    report->status = postgres_int(rows, i, R_STATUS);
    report->level = postgres_int(rows, i, R_LEVEL);
    report->trapped = postgres_int(rows, i, R_TRAPPED);
    report->injured = postgres_int(rows, i, R_INJURED);
    report->dead = postgres_int(rows, i, R_DEAD);
    if (!postgres_is_null(rows, i, R_LON)) {
        report->point.wgs84 = (GeoPoint){.lon = postgres_double(rows, i, R_LON),
                                         .lat = postgres_double(rows, i, R_LAT),
                                         .datum = GEO_WGS84};
        report->point.precision = postgres_text(rows, i, R_PRECISION).data[0];
    }
}

static void load_report(const Loader *loader, const PostgresResult *rows, int i)
{
    Report report;
    read_report(rows, i, loader->arena, &report);
    Independence independence = independence_from(postgres_text(rows, i, R_INDEPENDENCE));
    EvidenceOrigin origin = {postgres_text(rows, i, R_SOURCE), loader->region,
                             postgres_int(rows, i, R_ID), postgres_time(rows, i, R_EVENT)};
    Evidence *evidence = evidence_new(&report, &origin, loader->model, loader->arena);
    evidence->independence = independence;
    HazardMember member =
        decide_member(&report, evidence, postgres_time(rows, i, R_STATUS_AT), independence);
    member.case_id = postgres_int(rows, i, R_CASE);
    Hazard *hazard = hazard_store_edit(loader->store, postgres_int(rows, i, R_HAZARD));
    hazard_store_add(loader->store, hazard, &member, evidence, loader->model);
}

/* The level of a case is no column of memory's: it follows from the members. */
static void judge_cases(const Loader *loader)
{
    int64_t *ids;
    size_t count = hazard_store_changed(loader->store, loader->arena, &ids);
    for (size_t i = 0; i < count; i++) {
        ArenaMark mark = arena_mark(loader->arena);
        Hazard *hazard = hazard_store_edit(loader->store, ids[i]);
        for (size_t c = 0; c < hazard->case_count; c++)
            hazard->cases[c].escalation = escalation_judge(model_escalation(loader->model), hazard,
                                                           hazard->cases[c].case_id, loader->arena);
        arena_rewind(loader->arena, mark);
    }
}

/* Every row of a statement that takes region and last id, page by page; column 0 is the id. */
static bool load_pages(const Loader *loader,
                       const PostgresStatement *statement,
                       void (*load)(const Loader *, const PostgresResult *, int),
                       Error *error)
{
    int64_t last = 0;
    for (int rows = 1; rows > 0;) {
        POSTGRES_RESULT_AUTO *page = NULL;
        arena_reset(loader->arena);
        const PostgresParam params[] = {postgres_param_text(loader->region),
                                        postgres_param_int8(loader->arena, last)};
        if (!postgres_call(loader->pg, statement, params, 2, &page, error))
            return false;
        rows = postgres_rows(page);
        for (int i = 0; i < rows; i++) {
            ArenaMark mark = arena_mark(loader->arena);
            load(loader, page, i);
            arena_rewind(loader->arena, mark);
        }
        if (rows > 0)
            last = postgres_int(page, rows - 1, 0);
    }
    return true;
}

static bool load_region(const Loader *loader, Error *error)
{
    if (!load_pages(loader, &HAZARDS, load_hazard, error) ||
        !load_pages(loader, &CASES, load_case, error) ||
        !load_pages(loader, &REPORTS, load_report, error))
        return false;
    judge_cases(loader);
    return true;
}

/* {0,3,7} */
static Text array_literal(const int32_t *partitions, size_t count, Arena *arena)
{
    TextBuilder literal = builder_new(arena);
    for (size_t i = 0; i < count; i++)
        builder_format(&literal, "%c%d", i == 0 ? '{' : ',', partitions[i]);
    builder_string(&literal, count == 0 ? "{}" : "}");
    return builder_view(&literal);
}

bool decide_load(
    Postgres *pg, const int32_t *partitions, size_t count, const DecideMemory *memory, Error *error)
{
    POSTGRES_RESULT_AUTO *regions = NULL;
    Arena *arena = arena_new(65536);
    PostgresParam param = postgres_param_text(array_literal(partitions, count, arena));
    bool good = postgres_call(pg, &REGIONS, &param, 1, &regions, error);
    for (int i = 0; good && i < postgres_rows(regions); i++) {
        Loader loader = {.pg = pg,
                         .model = memory->model,
                         .region = postgres_text(regions, i, 0),
                         .arena = arena};
        loader.store =
            memory->store_of(memory->context, loader.region, (int32_t)postgres_int(regions, i, 1));
        good = load_region(&loader, error);
    }
    arena_free(arena);
    return good;
}
