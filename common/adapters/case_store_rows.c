/*
 * Which member of which struct goes into which column. The statements are generated from these tables
 * (postgres_rows.h), so a column stands here and in migrations/, and nowhere else.
 */
#include "adapters/case_store_rows.h"

#include "adapters/case_store_internal.h"

#include <stddef.h>

/* ---- columns ---- */

#define COLUMN_COUNT(columns) (sizeof(columns) / sizeof((columns)[0]))

/* The origin of a row in its usual columns. */
#define ORIGIN_COLUMNS(struct_, COLUMN)                                                            \
    COLUMN(struct_, origin.topic, "topic", ROWS_TEXT),                                             \
        COLUMN(struct_, origin.partition, "partition", ROWS_INT4_32),                              \
        COLUMN(struct_, origin.offset, "kafka_offset", ROWS_INT8)

#define PLACE_COLUMNS(struct_, COLUMN)                                                             \
    COLUMN(struct_, place.partition, "report_partition", ROWS_INT4_32),                            \
        COLUMN(struct_, place.offset, "report_offset", ROWS_INT8)

/* What an update may replace; in both forms of the table. */
#define REPLACEABLE_COLUMNS(struct_)                                                               \
    ROWS_COLUMN(struct_, report.revision, "revision", ROWS_INT8),                                  \
        ROWS_COLUMN(struct_, report.origin_source, "origin_source", ROWS_TEXT),                    \
        ROWS_COLUMN(struct_, report.origin_no, "origin_record_no", ROWS_TEXT),                     \
        ROWS_COLUMN(struct_, report.found_at, "found_at", ROWS_TIME),                              \
        ROWS_COLUMN(struct_, report.occurred_at, "occurred_at", ROWS_TIME),                        \
        ROWS_COLUMN(struct_, report.reported_at, "reported_at", ROWS_TIME),                        \
        ROWS_COLUMN(struct_, report.recorded_at, "recorded_at", ROWS_TIME),                        \
        ROWS_COLUMN(struct_, report.channel, "channel", ROWS_TEXT),                                \
        ROWS_COLUMN(struct_, report.finder_kind, "finder_kind", ROWS_TEXT),                        \
        ROWS_COLUMN(struct_, report.finder_post, "finder_post", ROWS_TEXT),                        \
        ROWS_COLUMN(struct_, report.category_source, "source_category", ROWS_TEXT),                \
        ROWS_COLUMN(struct_, report.category_system, "category_system", ROWS_TEXT),                \
        ROWS_COLUMN(struct_, report.category, "category_code", ROWS_TEXT),                         \
        ROWS_COLUMN(struct_, report.category_confidence, "category_confidence", ROWS_INT2),        \
        ROWS_COLUMN(struct_, report.title, "title", ROWS_TEXT),                                    \
        ROWS_COLUMN(struct_, report.body, "body", ROWS_TEXT),                                      \
        ROWS_COLUMN(struct_, report.address, "address_text", ROWS_TEXT),                           \
        ROWS_COLUMN(struct_, report.place_name, "place_name", ROWS_TEXT),                          \
        ROWS_COLUMN(struct_, report.area_code, "area_code", ROWS_TEXT),                            \
        ROWS_COLUMN(struct_, lon, "lon", ROWS_FLOAT8),                                             \
        ROWS_COLUMN(struct_, lat, "lat", ROWS_FLOAT8),                                             \
        ROWS_COLUMN(struct_, coordinate_system, "coordinate_system", ROWS_TEXT),                   \
        ROWS_COLUMN(struct_, precision, "precision_class", ROWS_TEXT),                             \
        ROWS_COLUMN(struct_, report.lift_plate, "lift_plate", ROWS_TEXT),                          \
        ROWS_COLUMN(struct_, report.equipment_code, "equipment_code", ROWS_TEXT),                  \
        ROWS_COLUMN(struct_, report.component_code, "component_code", ROWS_TEXT),                  \
        ROWS_COLUMN(struct_, report.device_id, "device_id", ROWS_TEXT),                            \
        ROWS_COLUMN(struct_, report.usc_code, "usc_code", ROWS_TEXT),                              \
        ROWS_COLUMN(struct_, report.party_name, "party_name", ROWS_TEXT),                          \
        ROWS_COLUMN(struct_, reporter_hash, "reporter_hash", ROWS_BYTES),                          \
        ROWS_COLUMN(struct_, reporter_key, "reporter_key", ROWS_INT2),                             \
        ROWS_COLUMN(struct_, report.reporter_kind, "reporter_kind", ROWS_TEXT),                    \
        ROWS_COLUMN(struct_, report.status_source, "source_status", ROWS_TEXT),                    \
        ROWS_COLUMN(struct_, report.status, "status", ROWS_INT2),                                  \
        ROWS_COLUMN(struct_, status_at, "status_at", ROWS_TIME),                                   \
        ROWS_COLUMN(struct_, report.verified, "verified", ROWS_BOOL),                              \
        ROWS_COLUMN(struct_, report.due_at, "due_at", ROWS_TIME),                                  \
        ROWS_COLUMN(struct_, report.street_code, "street_code", ROWS_TEXT),                        \
        ROWS_COLUMN(struct_, report.community_code, "community_code", ROWS_TEXT),                  \
        ROWS_COLUMN(struct_, report.grid_code, "grid_code", ROWS_TEXT),                            \
        ROWS_COLUMN(struct_, report.level, "level", ROWS_INT2),                                    \
        ROWS_COLUMN(struct_, report.urgency, "urgency", ROWS_INT2),                                \
        ROWS_COLUMN(struct_, report.trapped, "trapped", ROWS_INT4),                                \
        ROWS_COLUMN(struct_, report.injured, "injured", ROWS_INT4),                                \
        ROWS_COLUMN(struct_, report.dead, "dead", ROWS_INT4),                                      \
        ROWS_COLUMN(struct_, report.quoted_nos, "quoted_nos", ROWS_TEXTS),                         \
        ROWS_COLUMN(struct_, report.uniform_address_id, "uniform_address_id", ROWS_TEXT),          \
        ROWS_COLUMN(struct_, report.result, "result", ROWS_TEXT),                                  \
        ROWS_COLUMN(struct_, report.lead_org, "lead_org", ROWS_TEXT),                              \
        ROWS_COLUMN(struct_, report.assist_orgs, "assist_orgs", ROWS_TEXTS),                       \
        ROWS_COLUMN(struct_, report.measures, "measures", ROWS_TEXT),                              \
        ROWS_COLUMN(struct_, report.satisfaction, "satisfaction", ROWS_INT2),                      \
        ROWS_COLUMN(struct_, report.reply, "reply", ROWS_TEXT),                                    \
        ROWS_COLUMN(struct_, report.return_reason, "return_reason", ROWS_TEXT),                    \
        ROWS_COLUMN(struct_, report.recheck_result, "recheck_result", ROWS_TEXT),                  \
        ROWS_COLUMN(struct_, rechecked_at, "rechecked_at", ROWS_TIME),                             \
        ROWS_COLUMN(struct_, recheck_failed_at, "recheck_failed_at", ROWS_TIME),                   \
        ROWS_COLUMN(struct_, report.tracker_post, "tracker_post", ROWS_TEXT),                      \
        ROWS_COLUMN(struct_, urged, "urged", ROWS_INT4),                                           \
        ROWS_COLUMN(struct_, flags, "flags", ROWS_TEXTS),                                          \
        ROWS_COLUMN(struct_, mapping, "mapping_digest", ROWS_TEXT),                                \
        ROWS_COLUMN(struct_, payload, "payload", ROWS_TEXT)

#define ASIDE(struct_, member_, name_, type_)                                                      \
    {                                                                                              \
        .name = (name_), .type = (type_), .offset = offsetof(struct_, member_), .aside = true      \
    }

/* What goes with another column: see WITH_OTHERS and report_replace. */
#define GOING_COLUMNS(COLUMN)                                                                      \
    COLUMN(StoredReport, time_flags, "time_flags", ROWS_TEXTS),                                    \
        COLUMN(StoredReport, report.noise, "noise", ROWS_TEXTS),                                   \
        COLUMN(StoredReport, reporter_before_hash, "reporter_before_hash", ROWS_BYTES),            \
        COLUMN(StoredReport, reporter_before_key, "reporter_before_key", ROWS_INT2)

/* Gathered over the life of a report: see GATHERED_AFTER. */
#define GATHERED_COLUMNS(COLUMN)                                                                   \
    COLUMN(StoredReport, repeats, "repeats", ROWS_INT4),                                           \
        COLUMN(StoredReport, dispatches, "dispatch_count", ROWS_INT4),                             \
        COLUMN(StoredReport, returns, "return_count", ROWS_INT4),                                  \
        COLUMN(StoredReport, accepted_at, "accepted_at", ROWS_TIME),                               \
        COLUMN(StoredReport, dispatched_at, "dispatched_at", ROWS_TIME),                           \
        COLUMN(StoredReport, responded_at, "responded_at", ROWS_TIME),                             \
        COLUMN(StoredReport, rectified_at, "rectified_at", ROWS_TIME)

static const PostgresColumn REPORTS[] = {
    ROWS_COLUMN(StoredReport, region, "region", ROWS_TEXT),
    ROWS_COLUMN(StoredReport, report_id, "report_id", ROWS_INT8),
    ROWS_COLUMN(StoredReport, received_at, "received_at", ROWS_TIME),
    ROWS_COLUMN(StoredReport, source, "source", ROWS_TEXT),
    ROWS_COLUMN(StoredReport, report.record_no, "record_no", ROWS_TEXT),
    ROWS_COLUMN(StoredReport, kind, "kind", ROWS_TEXT),
    ROWS_COLUMN(StoredReport, independence, "independence", ROWS_TEXT),
    ROWS_COLUMN(StoredReport, hazard_id, "hazard_id", ROWS_INT8),
    ROWS_COLUMN(StoredReport, case_id, "case_id", ROWS_INT8),
    ROWS_COLUMN(StoredReport, decision_id, "decision_id", ROWS_INT8),
    ROWS_COLUMN(StoredReport, event_at, "event_at", ROWS_TIME),
    ROWS_COLUMN(StoredReport, place_role, "place_role", ROWS_TEXT),
    ROWS_COLUMN(StoredReport, relation, "relation", ROWS_TEXT),
    ROWS_COLUMN(StoredReport, road, "road", ROWS_TEXT),
    ROWS_COLUMN(StoredReport, road_no, "road_no", ROWS_TEXT),
    ROWS_COLUMN(StoredReport, estate, "estate", ROWS_TEXT),
    ROWS_COLUMN(StoredReport, buildings, "buildings", ROWS_TEXTS),
    ROWS_COLUMN(StoredReport, unit, "unit", ROWS_TEXT),
    ROWS_COLUMN(StoredReport, floor, "floor", ROWS_TEXT),
    ROWS_COLUMN(StoredReport, poi, "poi", ROWS_TEXT),
    ROWS_COLUMN(StoredReport, grams, "grams", ROWS_BYTES),
    ROWS_COLUMN(StoredReport, backfill, "backfill", ROWS_BOOL),
    ORIGIN_COLUMNS(StoredReport, ROWS_COLUMN),
    ROWS_COLUMN(StoredReport, origin.item, "item", ROWS_INT4_32),
    ROWS_COLUMN(StoredReport, report.part_no, "part_no", ROWS_INT2), /* as the origin: it stays */
    PLACE_COLUMNS(StoredReport, ROWS_COLUMN),
    REPLACEABLE_COLUMNS(StoredReport),
    GATHERED_COLUMNS(ROWS_COLUMN),
    GOING_COLUMNS(ROWS_COLUMN),
};

static const PostgresColumn REPORTS_MERGE[] = {
    ROWS_KEY(StoredReport, region, "region", ROWS_TEXT),
    ROWS_KEY(StoredReport, report_id, "report_id", ROWS_INT8),
    ROWS_KEY(StoredReport, received_at, "received_at", ROWS_TIME),
    ASIDE(StoredReport, wavered, "wavered", ROWS_BOOL),
    REPLACEABLE_COLUMNS(StoredReport),
    GATHERED_COLUMNS(ASIDE),
    GOING_COLUMNS(ASIDE),
};

/* What evidence says of a place is written outright: what is not said any more goes. */
static const PostgresColumn REPORTS_REVISED[] = {
    ROWS_KEY(StoredReport, region, "region", ROWS_TEXT),
    ROWS_KEY(StoredReport, report_id, "report_id", ROWS_INT8),
    ROWS_KEY(StoredReport, received_at, "received_at", ROWS_TIME),
    ASIDE(StoredReport, place_role, "place_role", ROWS_TEXT),
    ASIDE(StoredReport, relation, "relation", ROWS_TEXT),
    ASIDE(StoredReport, road, "road", ROWS_TEXT),
    ASIDE(StoredReport, road_no, "road_no", ROWS_TEXT),
    ASIDE(StoredReport, estate, "estate", ROWS_TEXT),
    ASIDE(StoredReport, buildings, "buildings", ROWS_TEXTS),
    ASIDE(StoredReport, unit, "unit", ROWS_TEXT),
    ASIDE(StoredReport, floor, "floor", ROWS_TEXT),
    ASIDE(StoredReport, poi, "poi", ROWS_TEXT),
    ASIDE(StoredReport, grams, "grams", ROWS_BYTES),
    REPLACEABLE_COLUMNS(StoredReport),
    GATHERED_COLUMNS(ASIDE),
    GOING_COLUMNS(ASIDE),
};

static const PostgresColumn REVISIONS[] = {
    ROWS_COLUMN(StoredRevision, region, "region", ROWS_TEXT),
    ROWS_COLUMN(StoredRevision, report_id, "report_id", ROWS_INT8),
    ROWS_COLUMN(StoredRevision, source, "source", ROWS_TEXT),
    ROWS_COLUMN(StoredRevision, record_no, "record_no", ROWS_TEXT),
    ROWS_COLUMN(StoredRevision, kind, "kind", ROWS_TEXT),
    ORIGIN_COLUMNS(StoredRevision, ROWS_COLUMN),
    ROWS_COLUMN(StoredRevision, origin.item, "item", ROWS_INT4_32),
    PLACE_COLUMNS(StoredRevision, ROWS_COLUMN),
    ROWS_COLUMN(StoredRevision, revision, "revision", ROWS_INT8),
    ROWS_COLUMN(StoredRevision, changed_at, "changed_at", ROWS_TIME),
    ROWS_COLUMN(StoredRevision, received_at, "received_at", ROWS_TIME),
    ROWS_COLUMN(StoredRevision, applied, "applied", ROWS_BOOL),
    ROWS_COLUMN(StoredRevision, status_before, "status_before", ROWS_INT2),
    ROWS_COLUMN(StoredRevision, status_after, "status_after", ROWS_INT2),
    ROWS_COLUMN(StoredRevision, changes, "changes", ROWS_TEXT),
    ROWS_COLUMN(StoredRevision, mapping, "mapping_digest", ROWS_TEXT),
};

#define ASSIGNMENT(member_, name_, type_) ROWS_COLUMN(StoredAssignment, member_, name_, type_)
static const PostgresColumn ASSIGNMENTS[] = {
    ROWS_KEY(StoredAssignment, region, "region", ROWS_TEXT),
    ROWS_KEY(StoredAssignment, report_id, "report_id", ROWS_INT8),
    ROWS_KEY(StoredAssignment, assignment_no, "assignment_no", ROWS_TEXT),
    ROWS_KEY(StoredAssignment, n, "n", ROWS_INT2),
    ASSIGNMENT(source, "source", ROWS_TEXT),
    ASSIGNMENT(record_no, "record_no", ROWS_TEXT),
    ASSIGNMENT(of.org, "org_code", ROWS_TEXT),
    ASSIGNMENT(role, "role", ROWS_TEXT),
    ASSIGNMENT(of.post, "post", ROWS_TEXT),
    ASSIGNMENT(of.assigned_at, "assigned_at", ROWS_TIME),
    ASSIGNMENT(of.accepted_at, "accepted_at", ROWS_TIME),
    ASSIGNMENT(of.returned_at, "returned_at", ROWS_TIME),
    ASSIGNMENT(of.return_reason, "return_reason", ROWS_TEXT),
    ASSIGNMENT(of.due_at, "due_at", ROWS_TIME),
    ASSIGNMENT(of.done_at, "done_at", ROWS_TIME),
    ASSIGNMENT(of.status, "status", ROWS_INT2),
    ASSIGNMENT(of.dispatches, "dispatch_count", ROWS_INT4),
    ASSIGNMENT(of.returns, "return_count", ROWS_INT4),
    ASSIGNMENT(revision, "revision", ROWS_INT8),
    ASSIGNMENT(changed_at, "changed_at", ROWS_TIME),
    ASSIGNMENT(received_at, "received_at", ROWS_TIME),
    ASSIGNMENT(last.topic, "topic", ROWS_TEXT),
    ASSIGNMENT(last.partition, "partition", ROWS_INT4_32),
    ASSIGNMENT(last.offset, "kafka_offset", ROWS_INT8),
    ASSIGNMENT(last.item, "item", ROWS_INT4_32),
};

static const PostgresColumn RECORD_INDEX[] = {
    ROWS_COLUMN(StoredIdentity, source, "source", ROWS_TEXT),
    ROWS_COLUMN(StoredIdentity, record_no, "record_no", ROWS_TEXT),
    ROWS_COLUMN(StoredIdentity, region, "region", ROWS_TEXT),
    ROWS_COLUMN(StoredIdentity, report_id, "report_id", ROWS_INT8),
    ROWS_COLUMN(StoredIdentity, received_at, "received_at", ROWS_TIME),
    ROWS_COLUMN(StoredIdentity, first.topic, "first_topic", ROWS_TEXT),
    ROWS_COLUMN(StoredIdentity, first.partition, "first_partition", ROWS_INT4_32),
    ROWS_COLUMN(StoredIdentity, first.offset, "first_offset", ROWS_INT8),
    ROWS_COLUMN(StoredIdentity, first.item, "first_item", ROWS_INT4_32),
    ROWS_COLUMN(StoredIdentity, last.topic, "last_topic", ROWS_TEXT),
    ROWS_COLUMN(StoredIdentity, last.partition, "last_partition", ROWS_INT4_32),
    ROWS_COLUMN(StoredIdentity, last.offset, "last_offset", ROWS_INT8),
    ROWS_COLUMN(StoredIdentity, last.item, "last_item", ROWS_INT4_32),
    ROWS_COLUMN(StoredIdentity, revision, "revision", ROWS_INT8),
    ROWS_COLUMN(StoredIdentity, changed_at, "changed_at", ROWS_TIME),
};

static const PostgresColumn RECORD_INDEX_UPDATE[] = {
    ROWS_KEY(StoredIdentity, source, "source", ROWS_TEXT),
    ROWS_KEY(StoredIdentity, record_no, "record_no", ROWS_TEXT),
    ROWS_COLUMN(StoredIdentity, last.topic, "last_topic", ROWS_TEXT),
    ROWS_COLUMN(StoredIdentity, last.partition, "last_partition", ROWS_INT4_32),
    ROWS_COLUMN(StoredIdentity, last.offset, "last_offset", ROWS_INT8),
    ROWS_COLUMN(StoredIdentity, last.item, "last_item", ROWS_INT4_32),
    ROWS_COLUMN(StoredIdentity, revision, "revision", ROWS_INT8),
    ROWS_COLUMN(StoredIdentity, changed_at, "changed_at", ROWS_TIME),
};

static const PostgresColumn PENDING[] = {
    PLACE_COLUMNS(StoredPending, ROWS_KEY),
    ROWS_COLUMN(StoredPending, region, "region", ROWS_TEXT),
    ROWS_COLUMN(StoredPending, source, "source", ROWS_TEXT),
    ROWS_COLUMN(StoredPending, record_no, "record_no", ROWS_TEXT),
    ROWS_COLUMN(StoredPending, kind, "kind", ROWS_TEXT),
    ORIGIN_COLUMNS(StoredPending, ROWS_COLUMN),
    ROWS_COLUMN(StoredPending, origin.item, "item", ROWS_INT4_32),
    ROWS_COLUMN(StoredPending, revision, "revision", ROWS_INT8),
    ROWS_COLUMN(StoredPending, received_at, "received_at", ROWS_TIME),
    ROWS_COLUMN(StoredPending, backfill, "backfill", ROWS_BOOL),
    ROWS_COLUMN(StoredPending, attempt, "attempt", ROWS_INT4_32),
    ROWS_COLUMN(StoredPending, mapping, "mapping_digest", ROWS_TEXT),
    ROWS_COLUMN(StoredPending, payload, "payload", ROWS_TEXT),
};

static const PostgresColumn GAPS[] = {
    ROWS_COLUMN(StoredGap, topic, "topic", ROWS_TEXT),
    ROWS_COLUMN(StoredGap, partition, "partition", ROWS_INT4_32),
    ROWS_COLUMN(StoredGap, first, "first_offset", ROWS_INT8),
    ROWS_COLUMN(StoredGap, last, "last_offset", ROWS_INT8),
    ROWS_COLUMN(StoredGap, epoch, "epoch", ROWS_INT8),
    ROWS_COLUMN(StoredGap, reason, "reason", ROWS_TEXT),
    ROWS_COLUMN(StoredGap, stream_time, "stream_time", ROWS_TIME),
    ROWS_COLUMN(StoredGap, place.partition, "report_partition", ROWS_INT4_32),
    ROWS_COLUMN(StoredGap, place.offset, "report_offset", ROWS_INT8),
    ROWS_COLUMN(StoredGap, resumed_by, "resumed_by", ROWS_TEXT),
    ROWS_COLUMN(StoredGap, resume_reason, "resume_reason", ROWS_TEXT),
};

static const PostgresColumn OUTBOX[] = {
    PLACE_COLUMNS(StoredOutbox, ROWS_COLUMN),
    ROWS_COLUMN(StoredOutbox, n, "n", ROWS_INT4_32),
    ROWS_COLUMN(StoredOutbox, kind, "kind", ROWS_TEXT),
    ROWS_COLUMN(StoredOutbox, region, "region", ROWS_TEXT),
    ROWS_COLUMN(StoredOutbox, case_id, "case_id", ROWS_INT8),
    ROWS_COLUMN(StoredOutbox, seq, "seq", ROWS_INT8),
    ROWS_COLUMN(StoredOutbox, subject, "subject", ROWS_TEXT),
    ROWS_COLUMN(StoredOutbox, event_at, "event_at", ROWS_TIME),
    ROWS_COLUMN(StoredOutbox, level, "level", ROWS_INT2),
    ROWS_COLUMN(StoredOutbox, headers, "headers", ROWS_TEXT),
    ROWS_COLUMN(StoredOutbox, payload, "payload", ROWS_TEXT),
    ROWS_COLUMN(StoredOutbox, stream_time, "stream_time", ROWS_TIME),
};

static const PostgresColumn COUNTERS[] = {
    ROWS_KEY(StoredCounters, region, "region", ROWS_TEXT),
    ROWS_COLUMN(StoredCounters, report_partition, "report_partition", ROWS_INT4_32),
    ROWS_COLUMN(StoredCounters, counters.next_hazard, "next_hazard", ROWS_INT8),
    ROWS_COLUMN(StoredCounters, counters.next_case, "next_case", ROWS_INT8),
    ROWS_COLUMN(StoredCounters, counters.next_report, "next_report", ROWS_INT8),
    ROWS_COLUMN(StoredCounters, counters.next_decision, "next_decision", ROWS_INT8),
    ROWS_COLUMN(StoredCounters, counters.next_event, "next_event", ROWS_INT8),
    ROWS_COLUMN(StoredCounters, case_date, "case_day", ROWS_DATE),
    ROWS_COLUMN(StoredCounters, counters.case_sequence, "case_seq", ROWS_INT4_32),
    ROWS_COLUMN(StoredCounters, counters.chain_hash, "chain_hash", ROWS_HASH),
};

#define TABLE_ROW(statement_, table_, form_, columns_)                                             \
    {                                                                                              \
        .statement = (statement_), .table = (table_), .form = (form_), .columns = (columns_),      \
        .count = COLUMN_COUNT(columns_)                                                            \
    }

/*
 * The columns of what a decision looks at (EVIDENCE_FIELDS, and flags). LIST: sent as the text of an array. OTHER: goes
 * with another column, see WITH_OTHERS.
 */
#define EVIDENCE_COLUMNS(ONE, LIST, OTHER)                                                         \
    ONE("title")                                                                                   \
    ONE("body")                                                                                    \
    ONE("address_text")                                                                            \
    ONE("place_name")                                                                              \
    ONE("lon")                                                                                     \
    ONE("lat")                                                                                     \
    ONE("precision_class")                                                                         \
    ONE("category_code")                                                                           \
    ONE("category_confidence")                                                                     \
    ONE("lift_plate")                                                                              \
    ONE("equipment_code")                                                                          \
    ONE("component_code")                                                                          \
    ONE("device_id")                                                                               \
    ONE("usc_code")                                                                                \
    ONE("party_name")                                                                              \
    ONE("community_code")                                                                          \
    ONE("grid_code")                                                                               \
    ONE("reporter_hash")                                                                           \
    ONE("reporter_key")                                                                            \
    ONE("reporter_kind")                                                                           \
    ONE("finder_kind")                                                                             \
    ONE("occurred_at")                                                                             \
    ONE("found_at")                                                                                \
    ONE("reported_at")                                                                             \
    ONE("recorded_at")                                                                             \
    ONE("origin_record_no")                                                                        \
    ONE("origin_source")                                                                           \
    LIST("quoted_nos")                                                                             \
    LIST("flags")                                                                                  \
    OTHER("noise", NOISE_AFTER)                                                                    \
    OTHER("reporter_before_hash", BEFORE_AFTER("reporter_before_hash"))                            \
    OTHER("reporter_before_key", BEFORE_AFTER("reporter_before_key"))

/* A new title or body takes the noise found in the old one with it, a new reporter the hash under the key before. */
#define NOISE_AFTER                                                                                \
    "case when v.title is null and v.body is null then coalesce(v.noise::text[], t.noise)"         \
    " else v.noise::text[] end"
#define BEFORE_AFTER(column_)                                                                      \
    "case when v.reporter_hash is null then coalesce(v." column_ ", t." column_ ")"                \
    " else v." column_ " end"
#define TIME_FLAGS_AFTER "case when v.flags is null then t.time_flags else v.time_flags::text[] end"
/* Of a change: how many more; how far the report got counts from the first time. */
#define MORE(column_) column_ " = t." column_ " + coalesce(v." column_ ", 0), "
#define EARLIEST(column_) column_ " = least(t." column_ ", v." column_ "), "
#define GATHERED_AFTER                                                                             \
    MORE("repeats")                                                                                \
    MORE("dispatch_count")                                                                         \
    MORE("return_count")                                                                           \
    EARLIEST("accepted_at")                                                                        \
    EARLIEST("dispatched_at") EARLIEST("responded_at") EARLIEST("rectified_at")
#define WITH_OTHERS                                                                                \
    "time_flags = " TIME_FLAGS_AFTER ", noise = " NOISE_AFTER                                      \
    ", reporter_before_hash = " BEFORE_AFTER(                                                      \
        "reporter_before_hash") ", reporter_before_key = " BEFORE_AFTER("reporter_before_key") "," \
                                                                                               " "

/*
 * The first revision that changes what a decision looked at keeps these columns as they were, for rebuilding memory;
 * revisions of status and replies leave them alone. A batch may go there and back again (v.wavered): one by one its
 * revisions would have kept them, so it does too.
 */
#define STOOD(column_) ", t." column_
#define OTHER_STOOD(column_, after_) ", t." column_
#define STANDS(column_) ", coalesce(v." column_ ", t." column_ ")"
#define STANDS_LIST(column_) ", coalesce(v." column_ "::text[], t." column_ ")"
#define OTHER_STANDS(column_, after_) ", " after_
#define KEPT(column_) ", '" column_ "', t." column_
#define OTHER_KEPT(column_, after_) ", '" column_ "', t." column_
/* clang-format off */
#define KEEP_AS_DECIDED                                                                            \
    "as_decided = case when t.as_decided is null and (v.wavered or"                                \
    " row(0" EVIDENCE_COLUMNS(STOOD, STOOD, OTHER_STOOD) ") is distinct from"                      \
    " row(0" EVIDENCE_COLUMNS(STANDS, STANDS_LIST, OTHER_STANDS) "))"                              \
    " then jsonb_build_object('report_id', t.report_id"                                            \
    EVIDENCE_COLUMNS(KEPT, KEPT, OTHER_KEPT) ")::text else t.as_decided end"
/* clang-format on */

/* The report was decided anew as it stands (domain/revising.h). */
#define DECIDED_AS_IT_STANDS                                                                       \
    "place_role = v.place_role, relation = v.relation, road = v.road, road_no = v.road_no,"        \
    " estate = v.estate, buildings = v.buildings::text[], unit = v.unit, floor = v.floor,"         \
    " poi = v.poi, grams = v.grams, as_decided = null"

static const PostgresTable TABLES[CASE_STORE_TABLES] = {
    [TABLE_RECORD_INDEX] =
        TABLE_ROW("record_index", "onecase.record_index", ROWS_INSERT, RECORD_INDEX),
    [TABLE_RECORD_INDEX_UPDATE] =
        TABLE_ROW("record_index_update", "onecase.record_index", ROWS_UPDATE, RECORD_INDEX_UPDATE),
    [TABLE_REPORTS] = TABLE_ROW("reports", "onecase.reports", ROWS_INSERT, REPORTS),
    [TABLE_REPORTS_MERGE] = {.statement = "reports_merge",
                             .table = "onecase.reports",
                             .form = ROWS_MERGE,
                             .columns = REPORTS_MERGE,
                             .count = COLUMN_COUNT(REPORTS_MERGE),
                             .also = GATHERED_AFTER WITH_OTHERS KEEP_AS_DECIDED},
    [TABLE_REPORTS_REVISED] = {.statement = "reports_revised",
                               .table = "onecase.reports",
                               .form = ROWS_MERGE,
                               .columns = REPORTS_REVISED,
                               .count = COLUMN_COUNT(REPORTS_REVISED),
                               .also = GATHERED_AFTER WITH_OTHERS DECIDED_AS_IT_STANDS},
    [TABLE_REVISIONS] = TABLE_ROW("revisions", "onecase.report_revisions", ROWS_INSERT, REVISIONS),
    [TABLE_ASSIGNMENTS] = TABLE_ROW("assignments", "onecase.assignments", ROWS_UPSERT, ASSIGNMENTS),
    [TABLE_PENDING] = TABLE_ROW("pending", "onecase.pending_updates", ROWS_INSERT, PENDING),
    [TABLE_PENDING_DELETE] =
        TABLE_ROW("pending_delete", "onecase.pending_updates", ROWS_DELETE, PENDING),
    [TABLE_GAPS] = TABLE_ROW("gaps", "onecase.gaps", ROWS_NOTE, GAPS),
    [TABLE_OUTBOX] = TABLE_ROW("outbox", "onecase.outbox", ROWS_INSERT, OUTBOX),
    [TABLE_COUNTERS] = TABLE_ROW("counters", "onecase.region_counters", ROWS_UPSERT, COUNTERS),
};

const PostgresTable *case_store_table(CaseStoreTable table)
{
    if (table == TABLE_COMMANDS)
        return &CASE_STORE_COMMANDS;
    if (table == TABLE_COMMANDS_APPLIED)
        return &CASE_STORE_COMMANDS_APPLIED;
    const PostgresTable *accounting = case_store_accounting_table(table);
    return accounting != NULL ? accounting : &TABLES[table];
}
