#ifndef ONECASE_ADAPTERS_CASE_STORE_ROWS_H
#define ONECASE_ADAPTERS_CASE_STORE_ROWS_H

#include "domain/assignment.h"
#include "domain/lifecycle.h"
#include "domain/record.h"
#include "domain/report.h"

#include "adapters/postgres_rows.h"

/*
 * One struct for a row of each table the matcher writes; meanings and units are the comments of the columns in the
 * database. Absent: Text {NULL, 0}, list items NULL, integer and time INT64_MIN, flag -1, double NaN; all are nulls.
 * Every struct starts with its init function where zero is not "absent".
 */

/* Where a record stands in onecase.report. */
typedef struct ReportPlace {
    int32_t partition;
    int64_t offset;
} ReportPlace;

/* onecase.reports. `report` is the canonical report; what is derived from it is filled by stored_report_finish. */
typedef struct StoredReport {
    Report report;
    Text region;
    int64_t report_id;
    Text source;
    Text kind; /* report, inspection */
    Text independence;
    int64_t status_at; /* of report.status, see report_status_time; absent when there is none */
    int64_t hazard_id;
    int64_t case_id;
    int64_t decision_id;
    int64_t received_at;
    int64_t event_at;
    Text place_role;
    Text relation;
    Text road;
    Text road_no;
    Text estate;
    TextList buildings;
    Text unit;
    Text floor;
    Text poi;
    Text grams; /* bytes */
    Text mapping;
    Origin origin;
    ReportPlace place;
    /* derived */
    TextList time_flags;
    TextList flags;
    double lon;
    double lat;
    Text coordinate_system;
    Text precision;
    Text reporter_hash; /* bytes */
    int64_t reporter_key;
    Text reporter_before_hash; /* bytes */
    int64_t reporter_before_key;
    int64_t repeats; /* of a change: how many more, or absent */
    /* How far it got: see stored_report_reach. */
    int64_t accepted_at;
    int64_t dispatched_at;
    int64_t responded_at;
    int64_t rectified_at;
    int64_t rechecked_at; /* of report.recheck_result */
    int64_t recheck_failed_at;
    int64_t dispatches; /* of a change: how many more, or absent */
    int64_t returns;    /* likewise */
    int64_t urged;
    Text payload;    /* extra as a JSON object */
    int8_t wavered;  /* see stored_report_waver */
    int8_t backfill; /* oc-backfill of the record that brought it */
} StoredReport;

void stored_report_init(StoredReport *row);
/*
 * Fills the derived members out of `report`; texts on the arena. `complete`: the row is new, so counts are 0 rather
 * than absent. Times are flagged by the report's flags whose name starts with "time_".
 */
void stored_report_finish(StoredReport *row, bool complete, Arena *arena);

/* Whether it says anything from which columns of its case are derived (onecase.derive_cases). */
bool stored_report_derives(const StoredReport *row);

/* Its status is, or was within this batch, `status` at that time: the earliest time of each stage counts. */
void stored_report_reach(StoredReport *row, int64_t status, int64_t at);

/* What was gathered before `row` joins it: counts, how far the report got, and times that `row` does not say anew. */
void stored_report_gather(StoredReport *row, const StoredReport *earlier);

/*
 * Before `change` replaces fields of a row that gathers the revisions of one batch: notes whether it takes back or
 * changes again anything that decisions look at. Then the row is kept as it was decided, whatever it ends as.
 */
void stored_report_waver(StoredReport *row, Report *change);

/* Whether a change says more than how things go: something by which place, thing or class of the report are read. */
bool stored_report_may_retell(const Report *change);
/* ... and says anything that decisions look at otherwise than the report that stands. */
bool stored_report_retold(Report *stands, Report *change);

/* onecase.report_revisions */
typedef struct StoredRevision {
    Text region;
    int64_t report_id;
    Text source;
    Text record_no;
    Text kind; /* report, update, assignment, inspection */
    Origin origin;
    ReportPlace place;
    int64_t revision;
    int64_t changed_at;
    int64_t received_at;
    bool backfill; /* of the record; no column */
    int8_t applied;
    int64_t status_before;
    int64_t status_after;
    Text changes; /* the canonical JSON as it came */
    Text mapping;
} StoredRevision;

/* onecase.assignments */
typedef struct StoredAssignment {
    Assignment of;
    Text region;
    int64_t report_id;
    Text assignment_no;
    int64_t n; /* under that number, from 0 */
    Text source;
    Text record_no;
    int64_t revision;
    int64_t changed_at;
    int64_t received_at; /* of what stands, and its origin */
    Origin last;
    Text role; /* derived by stored_assignment_finish */
} StoredAssignment;

void stored_assignment_finish(StoredAssignment *row);

/* What departments have said of a report so far, as far as news must be told from what stands. */
typedef struct StoredSaid {
    int64_t urged;
    int64_t dispatches;
    int64_t returns;
    int64_t satisfaction; /* INTEGER_ABSENT: none */
    Text lead_org;
    Text recheck_result;
    int64_t rechecked_at;
    int64_t recorded_at;
    int64_t reported_at;
    int64_t event_at;
    uint64_t measures; /* stored_said_digest; 0: none */
    uint64_t reply;
} StoredSaid;

/* The first 8 bytes of SHA-256, 0 for an absent text. */
uint64_t stored_said_digest(Text text);

/* onecase.record_index */
typedef struct StoredIdentity {
    Text source;
    Text record_no;
    Text region;
    int64_t report_id;
    int64_t received_at;
    Origin first;
    Origin last; /* of what stands in reports */
    int64_t revision;
    int64_t changed_at;
} StoredIdentity;

/* onecase.pending_updates */
typedef struct StoredPending {
    ReportPlace place;
    Text region;
    Text source;
    Text record_no;
    Text kind;
    Origin origin;
    int64_t revision;
    int64_t received_at;
    int8_t backfill; /* oc-backfill of the record */
    int32_t attempt; /* oc-attempt of it */
    Text mapping;
    Text payload; /* the canonical JSON */
} StoredPending;

/* onecase.ignored_records */
typedef struct StoredIgnored {
    Origin origin;
    Text region;
    Text source;
    Text record_no;
    Text reason;
    Text mapping;
    int64_t received_at;
} StoredIgnored;

/* onecase.dead_letters */
typedef struct StoredDead {
    Origin origin;
    Text region;
    Text source;
    Text stage;
    Text pointer;
    Text rule;
    Text message;
    Text mapping;
    Text sha256; /* 32 bytes */
    int32_t attempt;
    int32_t first_attempt; /* that failed */
    int64_t received_at;
    ReportPlace place;
    Text state; /* open, released, resolved, parked */
} StoredDead;

/* onecase.commands */
typedef struct StoredCommand {
    Text id;
    int64_t seq;
    ReportPlace place;
    Text region;
    Text kind;
    Text args; /* JSON */
    int64_t expect_version;
    Text actor;
    int64_t submitted_at;
    Text state;  /* done, refused */
    Text result; /* JSON of what was done, or why it was refused */
    int64_t applied_at;
} StoredCommand;

/* onecase.accounts */
typedef struct StoredAccount {
    Text topic;
    int32_t partition;
    int32_t report_partition;
    int64_t first_offset;
    int64_t last_offset;
    int32_t last_item;
    int64_t skipped;
    int64_t extra_items;
    int64_t reports;
    int64_t updates;
    int64_t ignored;
    int64_t dead;
    int64_t redelivered;
    int64_t forwarded;   /* sent on to the region where they are at home */
    int64_t arrived;     /* come from other regions; each is counted as what it is besides */
    int64_t inspections; /* among the reports */
    int64_t assignments; /* among the updates */
    int64_t released;    /* came back after a release; each is counted where it went besides */
    int64_t last_at;     /* stream time of the last record accounted for; INT64_MIN: none */
} StoredAccount;

/* onecase.forwarded_records */
typedef struct StoredForwarded {
    Origin origin;
    Text region; /* where it arrived */
    Text came_to;
    ReportPlace place;
    int64_t received_at;
    int32_t attempt;
} StoredForwarded;

/* onecase.released_records */
typedef struct StoredReleased {
    Origin origin;
    int32_t attempt; /* from 2 */
    ReportPlace place;
    int64_t received_at;
} StoredReleased;

/* onecase.skipped_offsets */
typedef struct StoredSkipped {
    Text topic;
    int32_t partition;
    int64_t first_offset;
    int64_t last_offset;
    ReportPlace place; /* of the record that told it */
    int64_t received_at;
} StoredSkipped;

/* onecase.region_counters */
typedef struct StoredCounters {
    Text region;
    int32_t report_partition;
    RegionCounters counters;
    int64_t
        case_date; /* derived by stored_counters_finish: days since 1970; INT64_MIN: no case yet */
} StoredCounters;

/* A region's first row: every counter at 1, no case yet, a chain of zeros. */
void stored_counters_init(StoredCounters *row, Text region, int32_t report_partition);
void stored_counters_finish(StoredCounters *row);

/* onecase.outbox */
typedef struct StoredOutbox {
    ReportPlace place;
    int32_t n;   /* within the record, from 0 */
    Text kind;   /* case.opened ..., forward */
    Text region; /* whose key it goes out under */
    int64_t case_id;
    int64_t seq;  /* of case_events */
    Text subject; /* the case's number */
    int64_t event_at;
    int64_t level;
    Text headers; /* of a forward: JSON object */
    Text payload; /* JSON: data of the event; of a forward the record's value */
    int64_t stream_time;
} StoredOutbox;

/* onecase.gaps, of a department's topic: told by a record (domain/record_loss.h) */
typedef struct StoredGap {
    Text topic;
    int32_t partition;
    int64_t first;
    int64_t last; /* absent: not known */
    int64_t epoch;
    Text reason;
    int64_t stream_time;
    ReportPlace place; /* of the record */
    Text resumed_by;
    Text resume_reason;
} StoredGap;

/* The tables in the order in which they are written. */
typedef enum CaseStoreTable {
    TABLE_RECORD_INDEX,
    TABLE_RECORD_INDEX_UPDATE,
    TABLE_REPORTS,
    TABLE_REPORTS_REVISED, /* up to the last time that it was decided anew; then what changed after */
    TABLE_REPORTS_MERGE,
    TABLE_REVISIONS,
    TABLE_ASSIGNMENTS,
    TABLE_PENDING,
    TABLE_PENDING_DELETE,
    TABLE_IGNORED,
    TABLE_DEAD,
    TABLE_DEAD_EARLIER, /* a first attempt that is met behind a later one */
    TABLE_DEAD_RESOLVED,
    TABLE_DEAD_STATE,
    TABLE_FORWARDED,
    TABLE_RELEASED,
    TABLE_SKIPPED,
    TABLE_COMMANDS,         /* one that was not submitted here: a rebuild */
    TABLE_COMMANDS_APPLIED, /* one that stands: what became of it */
    TABLE_GAPS,
    TABLE_OUTBOX,
    TABLE_ACCOUNTS,
    TABLE_COUNTERS,
    CASE_STORE_TABLES
} CaseStoreTable;

const PostgresTable *case_store_table(CaseStoreTable table);

#endif
