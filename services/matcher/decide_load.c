/*
 * Three queries, each ordered by region and id, so that members are added in the order in which they were decided.
 * A report that was revised since is read as it was when decided (column as_decided); only its state is today's.
 */
#include "decide_load.h"

#include "base/text_builder.h"

#include "domain/escalation.h"
#include "domain/report.h"

#include <assert.h>
#include <string.h>

#define REGIONS_OF_PARTITIONS                                                                      \
    " join onecase.region_counters p on p.region = t.region"                                       \
    " where p.report_partition = any($1::text::int4[])"

static const PostgresStatement HAZARDS = {
    "load_hazards",
    "select t.region, p.report_partition, t.hazard_id, t.provisional_of, t.merged_into, t.version"
    "  from onecase.hazards t" REGIONS_OF_PARTITIONS " order by t.region, t.hazard_id"};
enum { H_REGION, H_PARTITION, H_ID, H_PROVISIONAL, H_MERGED, H_VERSION };

static const PostgresStatement CASES = {
    "load_cases",
    "select t.region, p.report_partition, t.case_id, t.hazard_id, t.case_no, t.recurrence_no,"
    "       t.reopened_count, t.opened_at, t.closed_at, t.status, t.version"
    "  from onecase.cases t" REGIONS_OF_PARTITIONS " order by t.region, t.case_id"};
enum {
    C_REGION,
    C_PARTITION,
    C_ID,
    C_HAZARD,
    C_NO,
    C_RECURRENCE,
    C_REOPENED,
    C_OPENED,
    C_CLOSED,
    C_STATUS,
    C_VERSION
};

/* t: the row as it stands; d: as it was decided. */
static const PostgresStatement REPORTS = {
    "load_reports",
    "select t.region, p.report_partition, t.report_id, t.hazard_id, t.case_id, t.received_at,"
    "       t.independence, t.status, t.status_at, t.level, t.trapped, t.injured, t.dead,"
    "       d.lon, d.lat, d.precision_class, d.category_confidence,"
    "       d.occurred_at, d.found_at, d.reported_at, d.recorded_at,"
    "       t.source, t.record_no, d.origin_record_no, d.origin_source, d.title, d.body,"
    "       d.address_text, d.place_name, d.area_code, d.street_code, d.community_code,"
    "       d.grid_code, d.category_code, d.source_category, d.category_system, d.channel,"
    "       d.finder_kind, d.party_name, d.usc_code, d.lift_plate, d.equipment_code,"
    "       d.component_code, d.device_id, d.uniform_address_id,"
    "       d.reporter_key || ':' || encode(d.reporter_hash, 'hex'), d.reporter_kind, d.result,"
    "       d.quoted_nos, d.flags"
    "  from onecase.reports t"
    "  join onecase.region_counters p on p.region = t.region"
    "  cross join lateral (select (s.r).* from (select case when t.as_decided is null then t"
    "       else json_populate_record(t, t.as_decided::json) end as r offset 0) s) d"
    " where p.report_partition = any($1::text::int4[]) and t.hazard_id is not null"
    " order by t.region, t.report_id"};
enum {
    R_REGION,
    R_PARTITION,
    R_ID,
    R_HAZARD,
    R_CASE,
    R_RECEIVED,
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
    R_OCCURRED,
    R_FOUND,
    R_REPORTED,
    R_RECORDED,
    R_SOURCE,
    R_TEXTS,
    R_QUOTED = R_TEXTS + 26,
    R_FLAGS
};

/* Columns R_TEXTS ... in order. */
static const char *const TEXT_FIELDS[R_QUOTED - R_TEXTS] = {
    "record_no",      "origin_no",  "origin_source",      "title",           "body",
    "address",        "place_name", "area_code",          "street_code",     "community_code",
    "grid_code",      "category",   "category_source",    "category_system", "channel",
    "finder_kind",    "party_name", "usc_code",           "lift_plate",      "equipment_code",
    "component_code", "device_id",  "uniform_address_id", "reporter",        "reporter_kind",
    "result"};

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
    bool reporter = !text_is_empty(evidence->reporter);
    return (HazardMember){
        .report_id = evidence->report_id,
        .event_at = evidence->event_at,
        .known_at = first_time(report->reported_at, report->recorded_at, evidence->event_at),
        .status_at = status_at,
        .reporter = reporter ? text_hash(evidence->reporter) : 0,
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

static HazardStore *
store_of_row(const PostgresResult *rows, int row, DecideLoadStore *store_of, void *context)
{
    return store_of(context, postgres_text(rows, row, H_REGION),
                    (int32_t)postgres_int(rows, row, H_PARTITION));
}

static void load_hazard(const PostgresResult *rows, int i, HazardStore *store)
{
    Hazard *hazard = hazard_store_create(store, postgres_int(rows, i, H_ID));
    hazard->provisional_of = id_or_zero(rows, i, H_PROVISIONAL);
    hazard->merged_into = id_or_zero(rows, i, H_MERGED);
    hazard->version = postgres_int(rows, i, H_VERSION);
}

static void load_case(const PostgresResult *rows, int i, HazardStore *store)
{
    Hazard *hazard = hazard_store_edit(store, postgres_int(rows, i, C_HAZARD));
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
    report->flags = postgres_texts(rows, i, R_FLAGS, arena);
    report->occurred_at = postgres_time(rows, i, R_OCCURRED);
    report->found_at = postgres_time(rows, i, R_FOUND);
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

static void
load_report(const PostgresResult *rows, int i, HazardStore *store, const Model *model, Arena *arena)
{
    Report report;
    read_report(rows, i, arena, &report);
    Independence independence = independence_from(postgres_text(rows, i, R_INDEPENDENCE));
    Evidence *evidence =
        evidence_new(&report, postgres_text(rows, i, R_SOURCE), postgres_int(rows, i, R_ID),
                     postgres_time(rows, i, R_RECEIVED), model, arena);
    evidence->independence = independence;
    HazardMember member =
        decide_member(&report, evidence, postgres_time(rows, i, R_STATUS_AT), independence);
    member.case_id = postgres_int(rows, i, R_CASE);
    Hazard *hazard = hazard_store_edit(store, postgres_int(rows, i, R_HAZARD));
    hazard_store_add(store, hazard, &member, evidence, model);
    arena_reset(arena);
}

static void
judge_cases(const PostgresResult *rows, int i, HazardStore *store, const Model *model, Arena *arena)
{
    Hazard *hazard = hazard_store_edit(store, postgres_int(rows, i, H_ID));
    for (size_t c = 0; c < hazard->case_count; c++)
        hazard->cases[c].escalation =
            escalation_judge(model_escalation(model), hazard, hazard->cases[c].case_id, arena);
    arena_reset(arena);
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

bool decide_load(Postgres *pg,
                 const int32_t *partitions,
                 size_t count,
                 const Model *model,
                 DecideLoadStore *store_of,
                 void *context,
                 Error *error)
{
    POSTGRES_RESULT_AUTO *hazards = NULL;
    POSTGRES_RESULT_AUTO *cases = NULL;
    POSTGRES_RESULT_AUTO *reports = NULL;
    Arena *arena = arena_new(65536);
    PostgresParam param = postgres_param_text(array_literal(partitions, count, arena));
    bool read = postgres_call(pg, &HAZARDS, &param, 1, &hazards, error) &&
                postgres_call(pg, &CASES, &param, 1, &cases, error) &&
                postgres_call(pg, &REPORTS, &param, 1, &reports, error);
    for (int i = 0; read && i < postgres_rows(hazards); i++)
        load_hazard(hazards, i, store_of_row(hazards, i, store_of, context));
    for (int i = 0; read && i < postgres_rows(cases); i++)
        load_case(cases, i, store_of_row(cases, i, store_of, context));
    arena_reset(arena);
    for (int i = 0; read && i < postgres_rows(reports); i++)
        load_report(reports, i, store_of_row(reports, i, store_of, context), model, arena);
    for (int i = 0; read && i < postgres_rows(hazards); i++)
        judge_cases(hazards, i, store_of_row(hazards, i, store_of, context), model, arena);
    arena_free(arena);
    return read;
}
