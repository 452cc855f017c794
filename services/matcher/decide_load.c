/*
 * Region by region, in pages, so that a large region does not stand in memory twice: hazards and cases by id, members in
 * the order in which they joined, which is that of the decisions that brought them where they are. A report that was revised since is read as it was when decided
 * (column as_decided); only its state is today's.
 */
#include "decide_load.h"

#include "base/text_builder.h"

#include "domain/debounce.h"
#include "domain/escalation.h"
#include "domain/lifecycle_time.h"
#include "domain/report.h"

#include "adapters/report_rows.h"
#include "adapters/service.h"

static const PostgresStatement REGIONS = {
    "load_regions", "select region, report_partition from onecase.region_counters"
                    " where report_partition = any($1::text::int4[]) order by region"};

#define LOAD_PAGE "2000"

/* $1: region, $2: the last id of the page before. */
static const PostgresStatement HAZARDS = {
    "load_hazards",
    "select hazard_id, provisional_of, merged_into, version, bucket and merged_into is null"
    "  from onecase.hazards"
    " where region = $1 and hazard_id > $2 order by hazard_id limit " LOAD_PAGE};
enum { H_ID, H_PROVISIONAL, H_MERGED, H_VERSION, H_BUCKET };

static const PostgresStatement CASES = {
    "load_cases",
    "select case_id, hazard_id, case_no, recurrence_no, reopened_count, opened_at, closed_at,"
    "       status, version, merged_into, begun_at, due_at, due_rule, overdue, effective,"
    "       timer_at, twin_at"
    "  from onecase.cases"
    " where region = $1 and case_id > $2 order by case_id limit " LOAD_PAGE};
enum {
    C_ID,
    C_HAZARD,
    C_NO,
    C_RECURRENCE,
    C_REOPENED,
    C_OPENED,
    C_CLOSED,
    C_STATUS,
    C_VERSION,
    C_MERGED,
    C_BEGUN,
    C_DUE,
    C_DUE_RULE,
    C_OVERDUE,
    C_EFFECTIVE,
    C_TIMER,
    C_TWIN
};

static int64_t first_time(int64_t a, int64_t b, int64_t c)
{
    if (a != TIME_ABSENT)
        return a;
    return b != TIME_ABSENT ? b : c;
}

int8_t decide_recheck(Text result)
{
    enum { PASSED = 1, FAILED = 2 };
    if (text_is(result, "pass"))
        return PASSED;
    return text_is(result, "fail") ? FAILED : 0;
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
        .level = report->level > 0 ? (int8_t)report->level : 0,
        .due_second = report->due_at != TIME_ABSENT ? lifecycle_second(report->due_at) : 0,
        .recheck = decide_recheck(report->recheck_result),
        .trapped = hazard_people(report->trapped),
        .injured = hazard_people(report->injured),
        .dead = hazard_people(report->dead)};
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
    hazard->bucket = postgres_int(rows, i, H_BUCKET) == 1;
}

static uint32_t second_or_zero(const PostgresResult *rows, int row, int column)
{
    return postgres_is_null(rows, row, column)
               ? 0
               : (uint32_t)(postgres_time(rows, row, column) / LIFECYCLE_SECOND_US);
}

/* What time has done to a case. A hazard that may be another one is asked once, and has no timer for it then. */
static void load_times(const Loader *loader,
                       const Hazard *hazard,
                       HazardCase *loaded,
                       const PostgresResult *rows,
                       int i)
{
    loaded->begun_second = second_or_zero(rows, i, C_BEGUN);
    loaded->due_at = postgres_is_null(rows, i, C_DUE) ? 0 : postgres_time(rows, i, C_DUE);
    loaded->due_rule = lifecycle_due_rule_of(loader->model, postgres_text(rows, i, C_DUE_RULE));
    loaded->overdue = postgres_int(rows, i, C_OVERDUE) == 1;
    loaded->effective = postgres_is_null(rows, i, C_EFFECTIVE)
                            ? EFFECTIVE_UNKNOWN
                            : (int8_t)postgres_int(rows, i, C_EFFECTIVE);
    loaded->timer_second = second_or_zero(rows, i, C_TIMER);
    loaded->twin_second = second_or_zero(rows, i, C_TWIN);
    if (loaded->twin_second == 0 && hazard->provisional_of != 0)
        loaded->twin_second = TWIN_ASKED;
}

static void load_case(const Loader *loader, const PostgresResult *rows, int i)
{
    Hazard *hazard = hazard_store_edit(loader->store, postgres_int(rows, i, C_HAZARD));
    HazardCase *loaded = hazard_add_case(hazard);
    lifecycle_read_case_no(postgres_text(rows, i, C_NO), loaded);
    loaded->case_id = postgres_int(rows, i, C_ID);
    loaded->recurrence_no = (int16_t)postgres_int(rows, i, C_RECURRENCE);
    loaded->reopened_count = (int16_t)postgres_int(rows, i, C_REOPENED);
    loaded->opened_at = postgres_time(rows, i, C_OPENED);
    loaded->closed_at = postgres_time(rows, i, C_CLOSED);
    loaded->status = (int16_t)postgres_int(rows, i, C_STATUS);
    loaded->version = postgres_int(rows, i, C_VERSION);
    loaded->merged_into = id_or_zero(rows, i, C_MERGED);
    load_times(loader, hazard, loaded, rows, i);
}

static void load_report(const Loader *loader, const PostgresResult *rows, int i)
{
    StoredEvidence stored;
    report_rows_read(rows, i, loader->arena, &stored);
    EvidenceOrigin origin = {stored.source, loader->region, stored.report_id, stored.event_at};
    Evidence *evidence = evidence_new(&stored.report, &origin, loader->model, loader->arena);
    evidence->independence = stored.independence;
    HazardMember member =
        decide_member(&stored.report, evidence, stored.status_at, stored.independence);
    member.case_id = stored.case_id;
    member.backfill = stored.backfill;
    debounce_note(hazard_store_debounce(loader->store), evidence, stored.received_at);
    Hazard *hazard = hazard_store_edit(loader->store, stored.hazard_id);
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
            if (hazard->cases[c].merged_into == 0)
                hazard->cases[c].escalation =
                    escalation_judge(model_escalation(loader->model), hazard,
                                     hazard->cases[c].case_id, loader->arena);
        arena_rewind(loader->arena, mark);
        service_progress();
    }
}

/* A statement that takes region and last id. */
static bool call_page(const Loader *loader,
                      const PostgresStatement *statement,
                      int64_t after,
                      PostgresResult **page,
                      Error *error)
{
    const PostgresParam params[] = {postgres_param_text(loader->region),
                                    postgres_param_int8(loader->arena, after)};
    return postgres_call(loader->pg, statement, params, 2, page, error);
}

static bool
page_of_hazards(const Loader *loader, int64_t after, PostgresResult **page, Error *error)
{
    return call_page(loader, &HAZARDS, after, page, error);
}

static bool page_of_cases(const Loader *loader, int64_t after, PostgresResult **page, Error *error)
{
    return call_page(loader, &CASES, after, page, error);
}

static bool
page_of_reports(const Loader *loader, int64_t after, PostgresResult **page, Error *error)
{
    return report_rows_page(loader->pg, loader->region, after, loader->arena, page, error);
}

/* Every row, page by page; column 0 is the id. */
static bool load_pages(const Loader *loader,
                       bool (*next)(const Loader *, int64_t, PostgresResult **, Error *),
                       void (*load)(const Loader *, const PostgresResult *, int),
                       Error *error)
{
    int64_t last = 0;
    for (int rows = 1; rows > 0;) {
        POSTGRES_RESULT_AUTO *page = NULL;
        arena_reset(loader->arena);
        if (!next(loader, last, &page, error))
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
    if (!load_pages(loader, page_of_hazards, load_hazard, error) ||
        !load_pages(loader, page_of_cases, load_case, error) ||
        !load_pages(loader, page_of_reports, load_report, error))
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

static bool load_regions(
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

/*
 * All pages are of one moment: who claims the partitions after us may write meanwhile, and a report of a hazard that was
 * not there a page ago fits nowhere. Between two pages the server may wait longer than in other transactions: evidence of a page
 * and the judging of a large region take as long as they take, and a reader holds up nobody.
 */
bool decide_load(
    Postgres *pg, const int32_t *partitions, size_t count, const DecideMemory *memory, Error *error)
{
    static const PostgresStatement BEGIN = {
        "load_begin", "begin transaction isolation level repeatable read read only"};
    static const PostgresStatement PATIENCE = {
        "load_patience", "set local idle_in_transaction_session_timeout = '5min'"};
    static const PostgresStatement END = {"load_end", "rollback"};
    Error ending = {0};
    bool good = postgres_call(pg, &BEGIN, NULL, 0, NULL, error) &&
                postgres_call(pg, &PATIENCE, NULL, 0, NULL, error);
    good = good && load_regions(pg, partitions, count, memory, error);
    if (postgres_connected(pg) && !postgres_call(pg, &END, NULL, 0, NULL, &ending) && good)
        *error = ending;
    return good && ending.verdict == ERROR_NONE;
}
