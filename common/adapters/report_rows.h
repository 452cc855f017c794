#ifndef ONECASE_ADAPTERS_REPORT_ROWS_H
#define ONECASE_ADAPTERS_REPORT_ROWS_H

#include "domain/evidence.h"

#include "adapters/postgres.h"

/*
 * Reports read back from PostgreSQL as they were when they were decided (design.md, promise 7): the first revision keeps the
 * columns that evidence reads in reports.as_decided. Only state (status, level, people, which hazard) is today's. What
 * case_store_rows.c writes as EVIDENCE_COLUMNS is what is read here.
 */
typedef struct StoredEvidence {
    Text region;
    Text source;
    int64_t report_id;
    int64_t hazard_id; /* INTEGER_ABSENT: in none */
    int64_t case_id;
    int64_t received_at;
    int64_t event_at;
    int64_t status_at; /* TIME_ABSENT: no status */
    Independence independence;
    bool backfill; /* it came as history */
    Report report;
} StoredEvidence;

/*
 * The reports of a region that are in a hazard, in the order they joined (decision_id, column 0), from behind decision
 * `after` on: one page of them. The rows are the caller's (postgres_result_free); read each with report_rows_read.
 */
MUST_CHECK bool report_rows_page(
    Postgres *pg, Text region, int64_t after, Arena *arena, PostgresResult **rows, Error *error);

/* How a person names a report: SOURCE/RECORD_NO, or REGION:REPORT_ID. */
typedef struct ReportName {
    Text source_or_region;
    Text record_no;    /* absent: by id */
    int64_t report_id; /* INTEGER_ABSENT: by record number */
} ReportName;

/* False when the word is neither. */
bool report_name_read(Text word, ReportName *name);

/* The report of that name, in a hazard or not: one row, or none. The rows are the caller's. */
MUST_CHECK bool report_rows_find(
    Postgres *pg, const ReportName *name, Arena *arena, PostgresResult **rows, Error *error);

/*
 * Reports as they stand, revisions and all, and not as they were decided: those of which region, report_id and received_at are given.
 * The rows are the caller's.
 */
MUST_CHECK bool report_rows_standing(
    Postgres *pg, const StoredEvidence *asked, size_t count, PostgresResult **rows, Error *error);

/* Texts are views of the rows, lists lie on the arena. */
void report_rows_read(const PostgresResult *rows, int row, Arena *arena, StoredEvidence *stored);
/* From here on its texts lie on the arena too. */
void report_rows_keep(StoredEvidence *stored, Arena *arena);

const char *report_rows_independence_name(Independence independence); /* independent ... */

#endif
