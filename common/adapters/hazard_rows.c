/*
 * Rows are derived from memory when a batch ends. What loses its members within the batch has none then; what its rows
 * say of them is derived before, each time they may go, and the latest counts:
 *
 *   hazard_new/case_new or hazard_changed/case_changed (as kept)   then   hazard_emptied/case_emptied (where it went)
 *
 * so that a batch of one and a batch of many store the same.
 */
#include "adapters/hazard_rows.h"

#include "base/map.h"

#include "domain/report.h"

#include "adapters/hazard_row.h"
#include "adapters/postgres_tables.h"
#include "adapters/report_rows.h"

#include <stdlib.h>

/* A report that went from one hazard or case to another. */
typedef struct MovedRow {
    Text region;
    int64_t report_id;
    int64_t hazard_id;
    int64_t case_id;
    Text independence;
    int64_t decision_id; /* that moved it; absent: its place among the members is as it was */
} MovedRow;

#define MOVED(member_, type_) ROWS_COLUMN(MovedRow, member_, #member_, type_)
static const PostgresColumn MOVED_COLUMNS[] = {
    ROWS_KEY(MovedRow, region, "region", ROWS_TEXT),
    ROWS_KEY(MovedRow, report_id, "report_id", ROWS_INT8),
    MOVED(hazard_id, ROWS_INT8),
    MOVED(case_id, ROWS_INT8),
    MOVED(independence, ROWS_TEXT),
    MOVED(decision_id, ROWS_INT8),
};

/* A hazard that was merged into another one, for its relations. */
static const PostgresColumn ENDED_COLUMNS[] = {
    ROWS_COLUMN(HazardRow, region, "region", ROWS_TEXT),
    ROWS_COLUMN(HazardRow, hazard_id, "hazard_id", ROWS_INT8),
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* In the order they are sent. */
enum {
    HAZARD_NEW,
    HAZARD_CHANGED,
    HAZARD_EMPTIED,
    CASE_NEW,
    CASE_CHANGED,
    CASE_EMPTIED,
    REPORT_MOVED,
    SETS
};
static const PostgresTable TABLES[SETS] = {
    [HAZARD_NEW] = {"hazard_new", "onecase.hazards", ROWS_INSERT, HAZARD_ROW_COLUMNS,
                    HAZARD_ROW_COLUMN_COUNT, NULL},
    [HAZARD_CHANGED] = {"hazard_changed", "onecase.hazards", ROWS_UPDATE, HAZARD_ROW_COLUMNS,
                        HAZARD_ROW_COLUMN_COUNT, NULL},
    [HAZARD_EMPTIED] = {"hazard_emptied", "onecase.hazards", ROWS_UPDATE, HAZARD_ROW_EMPTIED,
                        HAZARD_ROW_EMPTIED_COUNT, HAZARD_ROW_EMPTIED_ALSO},
    [CASE_NEW] = {"case_new", "onecase.cases", ROWS_INSERT, CASE_ROW_COLUMNS, CASE_ROW_COLUMN_COUNT,
                  NULL},
    [CASE_CHANGED] = {"case_changed", "onecase.cases", ROWS_UPDATE, CASE_ROW_COLUMNS,
                      CASE_ROW_CHANGING_COUNT, NULL},
    [CASE_EMPTIED] = {"case_emptied", "onecase.cases", ROWS_UPDATE, CASE_ROW_EMPTIED,
                      CASE_ROW_EMPTIED_COUNT, NULL},
    [REPORT_MOVED] = {"report_moved", "onecase.reports", ROWS_MERGE, MOVED_COLUMNS,
                      COUNT_OF(MOVED_COLUMNS), NULL},
};
static const PostgresTable ENDED = {
    .form = ROWS_ARRAYS, .columns = ENDED_COLUMNS, .count = COUNT_OF(ENDED_COLUMNS)};

/* A case to be derived from what its reports say. */
typedef struct DerivedRow {
    Text region;
    int64_t case_id;
} DerivedRow;

static const PostgresColumn DERIVED_COLUMNS[] = {
    ROWS_COLUMN(DerivedRow, region, "region", ROWS_TEXT),
    ROWS_COLUMN(DerivedRow, case_id, "case_id", ROWS_INT8),
};
static const PostgresTable DERIVED = {
    .form = ROWS_ARRAYS, .columns = DERIVED_COLUMNS, .count = COUNT_OF(DERIVED_COLUMNS)};
static const PostgresStatement DERIVE = {"derive_cases", "select onecase.derive_cases($1, $2)"};
static const PostgresStatement RESOLVE = {"resolve_relations",
                                          "select onecase.resolve_relations($1, $2)"};

/* What stood of a hazard before its members could go. */
typedef struct KeptHazard {
    HazardRow row;
    int64_t at; /* stream time */
} KeptHazard;

/* A report of which something was said. */
typedef struct SaidRow {
    Text region;
    int64_t report_id;
    struct SaidRow *next;
} SaidRow;

struct HazardRows {
    PostgresTables *tables;
    PostgresRows *ended;
    PostgresRows *derived;
    /* By region and id, on `arena`. */
    Map *titles;  /* Text: of cases opened in this batch */
    Map *hazards; /* KeptHazard */
    Map *cases;   /* CaseRow */
    Map *moved;   /* MovedRow, which `moves` holds */
    Map *said;    /* SaidRow, which `said_first` leads to */
    struct SaidRow *said_first;
    Map *derive; /* DerivedRow, once for each case that `derived` has */
    MovedRow **moves;
    size_t move_count;
    size_t move_capacity;
    Arena *arena;
};

HazardRows *hazard_rows_new(void)
{
    HazardRows *rows = calloc(1, sizeof *rows);
    if (rows == NULL)
        abort();
    rows->tables = postgres_tables_new(TABLES, SETS);
    rows->ended = postgres_rows_new(&ENDED);
    rows->derived = postgres_rows_new(&DERIVED);
    rows->titles = map_new();
    rows->hazards = map_new();
    rows->cases = map_new();
    rows->moved = map_new();
    rows->said = map_new();
    rows->derive = map_new();
    rows->arena = arena_new(16384);
    return rows;
}

void hazard_rows_free(HazardRows *rows)
{
    if (rows == NULL)
        return;
    postgres_tables_free(rows->tables);
    postgres_rows_free(rows->ended);
    postgres_rows_free(rows->derived);
    map_free(rows->titles);
    map_free(rows->hazards);
    map_free(rows->cases);
    map_free(rows->moved);
    map_free(rows->said);
    map_free(rows->derive);
    arena_free(rows->arena);
    free(rows);
}

void hazard_rows_clear(HazardRows *rows)
{
    postgres_tables_clear(rows->tables);
    postgres_rows_clear(rows->ended);
    postgres_rows_clear(rows->derived);
    map_clear(rows->titles);
    map_clear(rows->hazards);
    map_clear(rows->cases);
    map_clear(rows->moved);
    map_clear(rows->said);
    map_clear(rows->derive);
    rows->said_first = NULL;
    rows->moves = NULL;
    rows->move_count = 0;
    rows->move_capacity = 0;
    arena_reset(rows->arena);
}

bool hazard_rows_prepare(HazardRows *rows, Postgres *pg, Error *error)
{
    return postgres_tables_prepare(rows->tables, pg, error) &&
           postgres_prepare(pg, &RESOLVE, error) && postgres_prepare(pg, &DERIVE, error);
}

/* A function over the arrays of two columns; nothing when there are no rows. */
static bool
send_call(PostgresRows *rows, const PostgresStatement *function, Postgres *pg, Error *error)
{
    if (postgres_rows_count(rows) == 0)
        return true;
    const PostgresParam params[] = {postgres_rows_param(rows, 0), postgres_rows_param(rows, 1)};
    return postgres_pipeline_add(pg, function, params, COUNT_OF(params), error);
}

bool hazard_rows_send(HazardRows *rows, Postgres *pg, Error *error)
{
    return postgres_tables_send(rows->tables, pg, error) &&
           send_call(rows->ended, &RESOLVE, pg, error) &&
           send_call(rows->derived, &DERIVE, pg, error);
}

static uint64_t key_of(Text region, int64_t id)
{
    return text_hash(region) ^ ((uint64_t)id * 0x9e3779b97f4a7c15ULL);
}

void hazard_rows_title(HazardRows *rows, int64_t case_id, Text region, Text title)
{
    Text *kept = ARENA_NEW(rows->arena, Text);
    *kept = title;
    map_put_pointer(rows->titles, key_of(region, case_id), kept);
}

/* ---- what was said of reports ---- */

void hazard_rows_said(HazardRows *rows, Text region, int64_t report_id)
{
    uint64_t key = key_of(region, report_id);
    if (map_pointer(rows->said, key) != NULL)
        return;
    SaidRow *row = ARENA_NEW(rows->arena, SaidRow);
    *row = (SaidRow){.region = region, .report_id = report_id, .next = rows->said_first};
    rows->said_first = row;
    map_put_pointer(rows->said, key, row);
}

static void derive(HazardRows *rows, Text region, int64_t case_id)
{
    uint64_t key = key_of(region, case_id);
    if (map_pointer(rows->derive, key) != NULL)
        return;
    DerivedRow *row = ARENA_NEW(rows->arena, DerivedRow);
    *row = (DerivedRow){.region = region, .case_id = case_id};
    map_put_pointer(rows->derive, key, row);
    Error none = {0};
    if (!postgres_rows_add(rows->derived, row, &none))
        abort(); /* a name and a number always fit */
}

/* ---- what may lose its members ---- */

static void
keep_case(HazardRows *rows, const Lifecycle *lifecycle, const Hazard *hazard, const HazardCase *of)
{
    const CaseRowContext context = {lifecycle->store, lifecycle->model, lifecycle->region,
                                    rows->arena};
    CaseRow row;
    case_row_fill(&row, &context, hazard, of);
    if (row.report_count > 0)
        map_put_pointer(
            rows->cases, key_of(lifecycle->region, of->case_id),
            row_copy(&row, sizeof row, CASE_ROW_COLUMNS, CASE_ROW_COLUMN_COUNT, rows->arena));
}

void hazard_rows_keep(void *watcher, const Lifecycle *lifecycle, int64_t hazard_id)
{
    HazardRows *rows = watcher;
    const Hazard *hazard = hazard_store_get(lifecycle->store, hazard_id);
    KeptHazard kept = {.at = lifecycle->now};
    hazard_row_fill(&kept.row, lifecycle->region, hazard, lifecycle->model, rows->arena);
    map_put_pointer(
        rows->hazards, key_of(lifecycle->region, hazard_id),
        row_copy(&kept, sizeof kept, HAZARD_ROW_COLUMNS, HAZARD_ROW_COLUMN_COUNT, rows->arena));
    for (size_t i = 0; i < hazard->case_count; i++) {
        keep_case(rows, lifecycle, hazard, &hazard->cases[i]);
        derive(rows, lifecycle->region, hazard->cases[i].case_id);
    }
}

static void note_move(HazardRows *rows, Text region, const ReportMove *move)
{
    uint64_t key = key_of(region, move->report_id);
    MovedRow *row = map_pointer(rows->moved, key);
    if (row == NULL) {
        if (rows->move_count == rows->move_capacity) {
            size_t capacity = rows->move_capacity == 0 ? 32 : rows->move_capacity * 2;
            rows->moves =
                arena_grow(rows->arena, rows->moves, rows->move_capacity * sizeof(MovedRow *),
                           capacity * sizeof(MovedRow *));
            rows->move_capacity = capacity;
        }
        row = ARENA_NEW(rows->arena, MovedRow);
        *row = (MovedRow){
            .region = region, .report_id = move->report_id, .decision_id = INTEGER_ABSENT};
        rows->moves[rows->move_count++] = row;
        map_put_pointer(rows->moved, key, row);
    }
    if (move->decision_id != 0)
        row->decision_id = move->decision_id;
}

void hazard_rows_moves(HazardRows *rows, const Lifecycle *lifecycle)
{
    for (size_t i = 0; i < lifecycle->moves.count; i++)
        note_move(rows, lifecycle->region, &lifecycle->moves.items[i]);
}

/* ---- the batch ends ---- */

/* What a batch changed in a region. */
typedef struct Changes {
    HazardRows *rows;
    Text region;
    const HazardStore *overlay;
    const Model *model;
    Map *cases_before; /* HazardCase by id, as they were: a case may have another hazard now */
    Arena *arena;
} Changes;

static void read_cases_before(const Changes *changes, const Hazard *before)
{
    for (size_t i = 0; before != NULL && i < before->case_count; i++)
        map_put_pointer(changes->cases_before, (uint64_t)before->cases[i].case_id,
                        &before->cases[i]);
}

static Text title_of(const Changes *changes, int64_t case_id)
{
    const Text *title = map_pointer(changes->rows->titles, key_of(changes->region, case_id));
    return title != NULL ? *title : TEXT_ABSENT;
}

static bool add_row(const Changes *changes, size_t set, const void *row, Error *error)
{
    return postgres_tables_add(changes->rows->tables, set, row, error);
}

/* A case without members: its row as it was, when that is news, and where it went. */
static bool
add_emptied_case(const Changes *changes, const HazardCase *old, const CaseRow *row, Error *error)
{
    CaseRow *kept = map_pointer(changes->rows->cases, key_of(changes->region, row->case_id));
    if (kept != NULL && (old == NULL || old->version != kept->version)) {
        kept->title = title_of(changes, row->case_id);
        if (!add_row(changes, old == NULL ? CASE_NEW : CASE_CHANGED, kept, error))
            return false;
    }
    return add_row(changes, CASE_EMPTIED, row, error);
}

/* Cases of the hazard that the batch opened or changed. */
static bool add_cases(const Changes *changes, const Hazard *hazard, Error *error)
{
    const CaseRowContext context = {changes->overlay, changes->model, changes->region,
                                    changes->arena};
    for (size_t i = 0; i < hazard->case_count; i++) {
        const HazardCase *of = &hazard->cases[i];
        const HazardCase *old = map_pointer(changes->cases_before, (uint64_t)of->case_id);
        if (old != NULL && old->version == of->version)
            continue;
        CaseRow row;
        case_row_fill(&row, &context, hazard, of);
        row.title = title_of(changes, of->case_id);
        if (row.report_count == 0
                ? !add_emptied_case(changes, old, &row, error)
                : !add_row(changes, old == NULL ? CASE_NEW : CASE_CHANGED, &row, error))
            return false;
    }
    return true;
}

/* A hazard without members: its row as it was, when that is news, and where it went. */
static bool
add_emptied_hazard(const Changes *changes, const Hazard *before, HazardRow *row, Error *error)
{
    const KeptHazard *kept =
        map_pointer(changes->rows->hazards, key_of(changes->region, row->hazard_id));
    if (kept != NULL) {
        row->merged_at = kept->at;
        if ((before == NULL || before->version != kept->row.version) &&
            !add_row(changes, before == NULL ? HAZARD_NEW : HAZARD_CHANGED, &kept->row, error))
            return false;
    }
    return add_row(changes, HAZARD_EMPTIED, row, error) &&
           postgres_rows_add(changes->rows->ended, row, error);
}

static bool add_hazard(const Changes *changes, int64_t hazard_id, Error *error)
{
    const Hazard *hazard = hazard_store_get(changes->overlay, hazard_id);
    const Hazard *before = hazard_store_get(hazard_store_base(changes->overlay), hazard_id);
    HazardRow row;
    hazard_row_fill(&row, changes->region, hazard, changes->model, changes->arena);
    if (hazard->member_count == 0)
        return add_emptied_hazard(changes, before, &row, error);
    return add_row(changes, before == NULL ? HAZARD_NEW : HAZARD_CHANGED, &row, error) &&
           add_cases(changes, hazard, error);
}

/* Where the moved reports are in the end. */
static bool add_moves(const Changes *changes, Error *error)
{
    const HazardRows *rows = changes->rows;
    for (size_t i = 0; i < rows->move_count; i++) {
        MovedRow *row = rows->moves[i];
        if (!text_equal(row->region, changes->region))
            continue;
        row->hazard_id = hazard_store_of_report(changes->overlay, row->report_id);
        const HazardMember *member =
            hazard_member(hazard_store_get(changes->overlay, row->hazard_id), row->report_id);
        row->case_id = member->case_id;
        derive(changes->rows, row->region, row->case_id);
        row->independence = text_from(report_rows_independence_name(member->independence));
        if (!add_row(changes, REPORT_MOVED, row, error))
            return false;
    }
    return true;
}

/* The cases in which the reports are in the end. */
static void derive_said(const Changes *changes)
{
    for (const SaidRow *row = changes->rows->said_first; row != NULL; row = row->next) {
        int64_t hazard_id = hazard_store_of_report(changes->overlay, row->report_id);
        if (!text_equal(row->region, changes->region) || hazard_id == 0)
            continue;
        const Hazard *hazard = hazard_store_get(changes->overlay, hazard_id);
        derive(changes->rows, row->region, hazard_member(hazard, row->report_id)->case_id);
    }
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
    Changes changes = {.rows = rows,
                       .region = region,
                       .overlay = overlay,
                       .model = model,
                       .cases_before = map_new(),
                       .arena = arena};
    bool well = true;
    for (size_t i = 0; i < count; i++)
        read_cases_before(&changes, hazard_store_get(hazard_store_base(overlay), ids[i]));
    for (size_t i = 0; well && i < count; i++)
        well = add_hazard(&changes, ids[i], error);
    map_free(changes.cases_before);
    derive_said(&changes);
    return well && add_moves(&changes, error);
}
