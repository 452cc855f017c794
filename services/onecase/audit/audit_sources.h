#ifndef ONECASE_SERVICES_ONECASE_AUDIT_SOURCES_H
#define ONECASE_SERVICES_ONECASE_AUDIT_SOURCES_H

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"

#include "domain/record.h"

/*
 * What an audit knows of the source partitions. Offsets with rows are kept as runs of neighbours with equally many items, so a
 * million records of one item each are one run; what rows leave out is kept as holes.
 */

/* What rows tell, in the numbers by which audit_rows.c asks for them. */
typedef enum AuditRowKind {
    AUDIT_REPORT,
    AUDIT_INSPECTION,
    AUDIT_UPDATE,
    AUDIT_ASSIGNMENT,
    AUDIT_IGNORED,
    AUDIT_DEAD,
    AUDIT_RELEASED,
    AUDIT_ARRIVED,    /* sent on to its home and taken there */
    AUDIT_ON_ITS_WAY, /* sent on and not arrived yet */
    AUDIT_SKIPPED,    /* a run of offsets */
    AUDIT_LOST,       /* likewise */
    AUDIT_ROW_KINDS
} AuditRowKind;

/* The counters of accounts that rows can be held against. */
typedef enum AuditCounter {
    COUNTER_REPORTS,
    COUNTER_INSPECTIONS,
    COUNTER_UPDATES,
    COUNTER_ASSIGNMENTS,
    COUNTER_IGNORED,
    COUNTER_DEAD,
    COUNTER_SKIPPED,
    COUNTER_RELEASED,
    COUNTER_FORWARDED,
    COUNTER_ARRIVED,
    COUNTER_EXTRA_ITEMS,
    AUDIT_COUNTERS
} AuditCounter;

const char *audit_counter_name(AuditCounter counter); /* the column of onecase.accounts */

/* Each offset from first to last has rows of items 0 .. items - 1. */
typedef struct AuditRun {
    int64_t first;
    int64_t last;
    int32_t items;
} AuditRun;

/* Offsets without any row, or one item of an offset. */
typedef struct AuditHole {
    int64_t first;
    int64_t last;
    int32_t item; /* AUDIT_WHOLE: the offsets whole */
    bool on_log;  /* the first of them that was seen on onecase.report lies there: */
    int32_t report_partition;
    int64_t report_offset;
} AuditHole;

enum { AUDIT_WHOLE = -1 };

typedef struct AuditSource {
    Text topic;
    int32_t partition;
    bool has_account;
    int64_t first; /* of the account; -1: no offset of its own */
    int64_t last;
    int64_t account[AUDIT_COUNTERS];
    int64_t rows[AUDIT_COUNTERS];
    int64_t records;  /* origins that have rows */
    int64_t log_last; /* largest offset seen on onecase.report; -1: none */
    AuditRun *runs;
    size_t run_count;
    size_t run_capacity;
    AuditHole *holes;
    size_t hole_count;
    size_t hole_capacity;
    struct AuditSource *next_alike; /* of the same hash */
} AuditSource;

/* The same record again under another attempt, or in another region, is another trip. */
typedef struct AuditTrip {
    Origin origin;
    int32_t attempt;
    Text region; /* where it arrived; absent: it came back after a release */
} AuditTrip;

typedef struct AuditSources {
    Arena *arena;
    AuditSource **items; /* in the order in which they were met */
    size_t count;
    size_t capacity;
    Map *by_name;
    Map *trips; /* hashes of those that have rows */
} AuditSources;

AuditSources *audit_sources_new(Arena *arena);
void audit_sources_free(AuditSources *sources); /* NULL is fine */

/* NULL: not met yet. */
AuditSource *audit_source_find(const AuditSources *sources, Text topic, int32_t partition);
/* Made when it is new; the topic is copied. */
AuditSource *audit_source(AuditSources *sources, Text topic, int32_t partition);

/* Offsets come in order, each once. */
void audit_source_add(AuditSources *sources, AuditSource *source, int64_t offset, int32_t items);
void audit_source_hole(AuditSources *sources, AuditSource *source, AuditHole hole);

bool audit_source_knows(const AuditSource *source, int64_t offset, int32_t item);
/* A hole that covers it, by order of offsets; NULL: none. */
AuditHole *audit_source_hole_at(const AuditSource *source, int64_t offset, int32_t item);

void audit_trip_note(AuditSources *sources, const AuditTrip *trip);
bool audit_trip_known(const AuditSources *sources, const AuditTrip *trip);

#endif
