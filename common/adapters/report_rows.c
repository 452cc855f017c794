/*
 * One list of columns over t, the row as it stands, and d, the row as it was decided; what differs is which rows.
 */
#include "adapters/report_rows.h"

#include "domain/report.h"

#include "adapters/postgres_rows.h"

#include <stddef.h>

/* Columns of evidence that are younger than rows: one that was kept before them had none. */
#define NOT_YET "{\"noise\": null, \"reporter_before_hash\": null, \"reporter_before_key\": null}"

/* `page_` selects reports as column "row"; `seen_` is the row whose columns of evidence are read. */
#define EVIDENCE_OF(page_, seen_)                                                                  \
    "select t.decision_id, t.report_id, t.region, t.hazard_id, t.case_id, t.event_at,"             \
    "       t.independence, t.status, t.status_at, t.level, t.trapped, t.injured, t.dead,"         \
    "       d.lon, d.lat, d.precision_class, d.category_confidence,"                               \
    "       d.reported_at, d.recorded_at, t.source,"                                               \
    "       t.record_no, d.origin_record_no, d.origin_source, d.title, d.body,"                    \
    "       d.address_text, d.place_name, d.area_code, d.street_code, d.community_code,"           \
    "       d.grid_code, d.category_code, d.source_category, d.category_system, d.channel,"        \
    "       d.finder_kind, d.party_name, d.usc_code, d.lift_plate, d.equipment_code,"              \
    "       d.component_code, d.device_id, d.uniform_address_id,"                                  \
    "       d.reporter_key || ':' || encode(d.reporter_hash, 'hex'),"                              \
    "       d.reporter_before_key || ':' || encode(d.reporter_before_hash, 'hex'),"                \
    "       d.reporter_kind, d.result, d.quoted_nos, d.noise, d.flags, t.received_at, t.due_at,"   \
    "       t.backfill, t.recheck_result"                                                          \
    "  from (" page_ ") page"                                                                      \
    "  cross join lateral (select (page.row).*) t"                                                 \
    "  cross join lateral (select (s.row).* from (select " seen_ " as row offset 0) s) d"          \
    " order by t.decision_id"

#define AS_DECIDED(page_)                                                                          \
    EVIDENCE_OF(page_, "case when t.as_decided is null then page.row"                              \
                       " else jsonb_populate_record("                                              \
                       "page.row, '" NOT_YET "'::jsonb || t.as_decided::jsonb) end")

/* $1: region, $2: the last decision of the page before. */
static const PostgresStatement PAGE = {
    "report_page", AS_DECIDED("select report as row from onecase.reports report"
                              " where region = $1 and decision_id > $2 and hazard_id is not null"
                              " order by decision_id limit 2000")};

/* $1: source or region, $2: record number, $3: report id; one of the last two is null. */
static const PostgresStatement NAMED = {
    "report_named",
    AS_DECIDED("select report as row from onecase.reports report"
               " where (region, report_id) = ("
               "    select i.region, i.report_id from onecase.record_index i"
               "     where i.source = $1 and i.record_no = $2"
               "    union all select $1, $3::int8 where $3::int8 is not null limit 1)")};

/* $1: regions, $2: report ids, $3: when they were received. */
static const PostgresStatement STANDING = {
    "report_standing",
    EVIDENCE_OF("select report as row from unnest($1::text[], $2::bigint[], $3::timestamptz[])"
                " as v(region, report_id, received_at)"
                " join onecase.reports report using (region, report_id, received_at)",
                "page.row")};

static const PostgresColumn ASKED_COLUMNS[] = {
    ROWS_COLUMN(StoredEvidence, region, "region", ROWS_TEXT),
    ROWS_COLUMN(StoredEvidence, report_id, "report_id", ROWS_INT8),
    ROWS_COLUMN(StoredEvidence, received_at, "received_at", ROWS_TIME),
};
static const PostgresTable ASKED = {.form = ROWS_ARRAYS,
                                    .columns = ASKED_COLUMNS,
                                    .count = sizeof ASKED_COLUMNS / sizeof ASKED_COLUMNS[0]};

enum {
    R_DECISION,
    R_ID,
    R_REGION,
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
    R_FLAGS,
    R_RECEIVED,
    R_DUE,
    R_BACKFILL,
    R_RECHECK
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

const char *report_rows_independence_name(Independence independence)
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

bool report_rows_page(
    Postgres *pg, Text region, int64_t after, Arena *arena, PostgresResult **rows, Error *error)
{
    const PostgresParam params[] = {postgres_param_text(region), postgres_param_int8(arena, after)};
    return postgres_call(pg, &PAGE, params, 2, rows, error);
}

bool report_name_read(Text word, ReportName *name)
{
    size_t slash = text_find(word, TEXT("/"), 0);
    size_t colon = text_find(word, TEXT(":"), 0);
    *name = (ReportName){.record_no = TEXT_ABSENT, .report_id = INTEGER_ABSENT};
    if (slash != SIZE_MAX) {
        name->source_or_region = text_slice(word, 0, slash);
        name->record_no = text_slice(word, slash + 1, word.size);
        return true;
    }
    if (colon == SIZE_MAX)
        return false;
    name->source_or_region = text_slice(word, 0, colon);
    return text_to_int64(text_slice(word, colon + 1, word.size), &name->report_id);
}

bool report_rows_find(
    Postgres *pg, const ReportName *name, Arena *arena, PostgresResult **rows, Error *error)
{
    const PostgresParam params[] = {
        postgres_param_text(name->source_or_region), postgres_param_text(name->record_no),
        name->report_id == INTEGER_ABSENT ? (PostgresParam){.type = POSTGRES_INT8}
                                          : postgres_param_int8(arena, name->report_id)};
    return postgres_call(pg, &NAMED, params, 3, rows, error);
}

bool report_rows_standing(
    Postgres *pg, const StoredEvidence *asked, size_t count, PostgresResult **rows, Error *error)
{
    PostgresRows *keys = postgres_rows_new(&ASKED);
    bool well = true;
    for (size_t i = 0; well && i < count; i++)
        well = postgres_rows_add(keys, &asked[i], error);
    if (well) {
        const PostgresParam params[] = {postgres_rows_param(keys, 0), postgres_rows_param(keys, 1),
                                        postgres_rows_param(keys, 2)};
        well = postgres_call(pg, &STANDING, params, 3, rows, error);
    }
    postgres_rows_free(keys);
    return well;
}

static void read_report(const PostgresResult *rows, int row, Arena *arena, Report *report)
{
    report_init(report);
    for (int column = R_TEXTS; column < R_QUOTED; column++) {
        const ReportField *field = report_field(text_from(TEXT_FIELDS[column - R_TEXTS]));
        *report_text(report, field) = postgres_text(rows, row, column);
    }
    report->quoted_nos = postgres_texts(rows, row, R_QUOTED, arena);
    report->noise = postgres_texts(rows, row, R_NOISE, arena);
    report->flags = postgres_texts(rows, row, R_FLAGS, arena);
    report->reported_at = postgres_time(rows, row, R_REPORTED);
    report->recorded_at = postgres_time(rows, row, R_RECORDED);
    report->category_confidence = postgres_int(rows, row, R_CONFIDENCE);
    report->status = postgres_int(rows, row, R_STATUS);
    report->level = postgres_int(rows, row, R_LEVEL);
    report->trapped = postgres_int(rows, row, R_TRAPPED);
    report->injured = postgres_int(rows, row, R_INJURED);
    report->dead = postgres_int(rows, row, R_DEAD);
    report->due_at = postgres_time(rows, row, R_DUE);
    report->recheck_result = postgres_text(rows, row, R_RECHECK);
    if (!postgres_is_null(rows, row, R_LON)) {
        report->point.wgs84 = (GeoPoint){.lon = postgres_double(rows, row, R_LON),
                                         .lat = postgres_double(rows, row, R_LAT),
                                         .datum = GEO_WGS84};
        report->point.precision = postgres_text(rows, row, R_PRECISION).data[0];
    }
}

void report_rows_read(const PostgresResult *rows, int row, Arena *arena, StoredEvidence *stored)
{
    *stored = (StoredEvidence){.region = postgres_text(rows, row, R_REGION),
                               .source = postgres_text(rows, row, R_SOURCE),
                               .report_id = postgres_int(rows, row, R_ID),
                               .hazard_id = postgres_int(rows, row, R_HAZARD),
                               .case_id = postgres_int(rows, row, R_CASE),
                               .received_at = postgres_time(rows, row, R_RECEIVED),
                               .event_at = postgres_time(rows, row, R_EVENT),
                               .status_at = postgres_time(rows, row, R_STATUS_AT),
                               .backfill = postgres_int(rows, row, R_BACKFILL) == 1,
                               .independence =
                                   independence_from(postgres_text(rows, row, R_INDEPENDENCE))};
    read_report(rows, row, arena, &stored->report);
}

static void keep_list(TextList *list, Arena *arena)
{
    for (size_t i = 0; i < list->count; i++)
        list->items[i] = text_copy(arena, list->items[i]);
}

void report_rows_keep(StoredEvidence *stored, Arena *arena)
{
    Report *report = &stored->report;
    stored->region = text_copy(arena, stored->region);
    stored->source = text_copy(arena, stored->source);
    for (int column = R_TEXTS; column < R_QUOTED; column++) {
        Text *text = report_text(report, report_field(text_from(TEXT_FIELDS[column - R_TEXTS])));
        if (!text_is_absent(*text))
            *text = text_copy(arena, *text);
    }
    if (!text_is_absent(report->recheck_result))
        report->recheck_result = text_copy(arena, report->recheck_result);
    keep_list(&report->quoted_nos, arena);
    keep_list(&report->noise, arena);
    keep_list(&report->flags, arena);
}
