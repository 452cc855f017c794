#ifndef ONECASE_SERVICES_ONECASE_AUDIT_LOG_H
#define ONECASE_SERVICES_ONECASE_AUDIT_LOG_H

#include "audit/audit_findings.h"
#include "audit/audit_sources.h"

#include "adapters/postgres.h"

/*
 * Reads onecase.report from its first record on and holds each against the rows: what lies before the matcher's offset must have
 * left some; what lies behind it waits, and is not missing.
 */
typedef struct AuditPlace {
    AuditSource *source;
    int64_t offset;
    int32_t item;
    int32_t report_partition;
    int64_t report_offset;
} AuditPlace;

typedef struct AuditPlaces {
    AuditPlace *items;
    size_t count;
    size_t capacity;
} AuditPlaces;

typedef struct AuditLog {
    Postgres *pg; /* in the transaction in which the rows were read */
    const char *brokers;
    AuditSources *sources;
    Findings *findings;
    Text topic;          /* of the source; absent: all */
    int64_t since;       /* of the source's offsets */
    int64_t read;        /* out: records of onecase.report */
    int64_t behind;      /* out: of them not reached by the matcher yet */
    AuditPlaces waiting; /* out: those that lie in holes */
} AuditLog;

/* REJECT: no such topic. RETRY: nobody answers. FATAL: refused, no report topic, or told to stop (rule "stopped"). */
MUST_CHECK bool audit_log(AuditLog *log, Error *error);

/* Names what the holes of the sources leave. `log` NULL: it was not read, so what waits is not told from what is missing. */
void audit_log_name_holes(const AuditSources *sources, const AuditLog *log, Findings *findings);

#endif
