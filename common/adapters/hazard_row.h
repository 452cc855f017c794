#ifndef ONECASE_ADAPTERS_HAZARD_ROW_H
#define ONECASE_ADAPTERS_HAZARD_ROW_H

#include "domain/lifecycle.h"

#include "adapters/postgres_rows.h"

/* A hazard and a case as a row of their tables, derived whole from what memory holds of them. */
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
    int64_t extent_m;
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
    int8_t bucket;
    int64_t merged_into;
    int64_t merged_at; /* stream time */
    Text model_version;
    int64_t version;
} HazardRow;

typedef struct CaseRow {
    Text region;
    int64_t case_id;
    int64_t status;
    int64_t level;
    Text level_reason;
    Text level_by; /* department, machine */
    Text status_by;
    Text category_code;
    int64_t trapped;
    int64_t injured;
    int64_t dead;
    int64_t first_occurred_at;
    int64_t first_known_at;
    Text first_known_source;
    int64_t opened_at;
    int64_t closed_at;
    int64_t begun_at; /* began anew */
    int64_t due_at;
    Text due_rule;
    Text due_by;
    int8_t overdue;
    int8_t effective;
    int64_t timer_at;
    int64_t twin_at;
    int64_t reopened_count;
    int64_t report_count;
    int64_t independent_count;
    int64_t reporter_count;
    int64_t source_count;
    int64_t hazard_id;
    int64_t recurrence_no;
    Text close_kind;
    int64_t merged_into;
    int64_t version;
    Text case_no; /* from here on: written once */
    Text title;
} CaseRow;

/* All columns of a row that has members. */
extern const PostgresColumn HAZARD_ROW_COLUMNS[];
extern const PostgresColumn CASE_ROW_COLUMNS[];
/* Of what has no members any more: what they said stays as it stands. */
extern const PostgresColumn HAZARD_ROW_EMPTIED[];
extern const PostgresColumn CASE_ROW_EMPTIED[];
enum {
    HAZARD_ROW_COLUMN_COUNT = 36,
    CASE_ROW_COLUMN_COUNT = 34,
    CASE_ROW_CHANGING_COUNT = CASE_ROW_COLUMN_COUNT - 2,
    HAZARD_ROW_EMPTIED_COUNT = 12,
    CASE_ROW_EMPTIED_COUNT = 19
};
/* merged_at is written once. */
#define HAZARD_ROW_EMPTIED_ALSO "merged_at = coalesce(v.merged_at, t.merged_at)"

/* Texts are static, on the arena, or views of the hazard's evidence. merged_at is absent. */
void hazard_row_fill(
    HazardRow *row, Text region, const Hazard *hazard, const Model *model, Arena *arena);
/* Where the rows of cases are filled in. */
typedef struct CaseRowContext {
    const HazardStore *store; /* where the hazard is; knows its sources by name */
    const Model *model;
    Text region;
    Arena *arena;
} CaseRowContext;

/* title is absent. */
void case_row_fill(CaseRow *row,
                   const CaseRowContext *context,
                   const Hazard *hazard,
                   const HazardCase *of);

/* A copy of a row on the arena, texts and all; `size` is that of its struct. */
void *
row_copy(const void *row, size_t size, const PostgresColumn *columns, size_t count, Arena *arena);

#endif
