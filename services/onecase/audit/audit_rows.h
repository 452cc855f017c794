#ifndef ONECASE_SERVICES_ONECASE_AUDIT_ROWS_H
#define ONECASE_SERVICES_ONECASE_AUDIT_ROWS_H

#include "audit/audit_findings.h"
#include "audit/audit_sources.h"

#include "adapters/postgres.h"

/*
 * Reads accounts and every row that tells where an origin went, in the transaction that is open, and finds what is missing (as
 * holes of the sources), doubled and extra. Rows come one after the other by source partition and offset, so memory does not
 * grow with them.
 */
typedef struct AuditRows {
    Postgres *pg;
    AuditSources *sources;
    Findings *findings;
    Text topic;    /* only this one; absent: all */
    int64_t since; /* nothing is found below this offset */
} AuditRows;

/* RETRY: PostgreSQL does not answer. FATAL: the schema is another one, or told to stop (rule "stopped"). */
MUST_CHECK bool audit_rows(const AuditRows *audit, Error *error);

/* Holds the counters of the accounts against the rows; not where only some rows were looked at (since > 0). */
void audit_rows_counters(const AuditRows *audit);

#endif
