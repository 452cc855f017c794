#ifndef ONECASE_DOMAIN_REPORT_H
#define ONECASE_DOMAIN_REPORT_H

#include "base/error.h"
#include "base/text.h"
#include "base/text_builder.h"

#include "domain/geo.h"

/*
 * The canonical report: what every department's record becomes. One struct, one table of its fields
 * (report_fields); the mapping language, the JSON of onecase.report, the matcher and the documentation all read
 * that table. Meanings, scales and units: table onecase.reports.
 *
 * Absent: text {NULL, 0}; integer and time INT64_MIN; flag -1; point with precision 0.
 */
#define INTEGER_ABSENT INT64_MIN
#define TIME_ABSENT INT64_MIN
#define FLAG_ABSENT (-1)

typedef enum FieldType {
    FIELD_TEXT,
    FIELD_LIST,    /* list of text */
    FIELD_INTEGER, /* int64 */
    FIELD_TIME,    /* int64, microseconds since 1970 UTC; JSON: 2026-02-01T00:30:00.000Z */
    FIELD_POINT, /* ReportPoint; JSON: [lon, lat] WGS-84 with point_system and point_precision beside it */
    FIELD_FLAG /* int8: 1, 0 or absent; JSON: true, false */
} FieldType;

typedef struct ReportPoint {
    GeoPoint wgs84;
    GeoDatum given; /* the system the department used */
    char precision; /* 'A'..'E'; 0: no point */
} ReportPoint;

typedef struct ReportExtra {
    Text pointer;
    Text value; /* JSON text */
} ReportExtra;

typedef struct Report {
    Text record_no;
    int64_t part_no;
    Text assignment_no;
    int64_t revision;
    Text origin_no;
    Text origin_source; /* set with origin_no from the mapping's `source` key */
    TextList quoted_nos;
    int64_t occurred_at;
    int64_t found_at;
    int64_t reported_at;
    int64_t recorded_at;
    int64_t changed_at;
    Text title;
    Text body;
    Text address;
    Text place_name;
    Text area_code; /* the six digits the region was looked up by */
    Text street_code;
    Text community_code;
    Text grid_code;
    ReportPoint point;
    Text category;               /* leaf of the hazard tree, e.g. A02 */
    Text category_source;        /* the department's own code */
    Text category_system;        /* its code system */
    int64_t category_confidence; /* 0 to 100 */
    int64_t level;               /* 1 red to 4 blue */
    int64_t urgency;             /* 1 to 3 */
    int64_t status;              /* 10 to 95 */
    Text status_source;          /* the department's own state */
    Text channel;
    Text finder_kind; /* citizen grid inspector sensor unit */
    Text finder_post;
    Text lead_org;
    TextList assist_orgs;
    int64_t due_at;
    int64_t urged;
    int8_t urge; /* the record urges: one more */
    int8_t verified;
    Text result;
    Text measures;
    Text reply;          /* the latest */
    Text return_reason;  /* missing_elements ... other */
    Text recheck_result; /* pass fail not_checked */
    Text tracker_post;
    int64_t satisfaction;
    Text party_name;
    Text usc_code;
    Text lift_plate;
    Text equipment_code;
    Text component_code;
    Text device_id;
    Text uniform_address_id;
    Text on_off;
    int8_t test_flag;
    int64_t trapped;
    int64_t injured;
    int64_t dead;
    Text reporter; /* "<key number>:<32 hex digits>", never anything else */
    Text
        reporter_before; /* the same person under the key of the time before a rotation, or absent */
    Text reporter_kind;  /* citizen staff anonymous masked */
    TextList noise; /* set phrases of the feed found in title and body, ignored in comparison */
    TextList flags; /* repairs made on the way; sorted, no doubles */
    ReportExtra *extra;
    size_t extra_count;
} Report;

typedef struct ReportField {
    const char *name; /* in the mapping file and in JSON */
    FieldType type;
    size_t offset; /* in Report */
    bool
        mappable; /* may stand under `fields` of a mapping; the others are set by the engine beside one that may */
    const char *help; /* one line, English */
    const char *help_zh;
} ReportField;

/* The table; *count entries, in the order of the struct. flags and extra are not in it. */
const ReportField *report_fields(size_t *count);
const ReportField *report_field(Text name); /* NULL: no such field */

void report_init(Report *report); /* everything absent */

Text *report_text(Report *report, const ReportField *field);       /* of a FIELD_TEXT */
int64_t *report_integer(Report *report, const ReportField *field); /* FIELD_INTEGER or FIELD_TIME */
TextList *report_list(Report *report, const ReportField *field);
int8_t *report_flag(Report *report, const ReportField *field);
bool report_has(const Report *report, const ReportField *field);

/* Adds a flag (a view of a static or arena string) in its sorted place, once. */
void report_add_flag(Report *report, Arena *arena, Text flag);
bool report_has_flag(const Report *report, Text flag);

/* One JSON object: present fields in table order, then "flags" and "extra" when there are any. */
void report_write(const Report *report, TextBuilder *out);

/*
 * The inverse; everything lives on the arena. REJECT with rule "type" and the pointer when a field has another
 * type than the table's, rule "syntax" when it is no JSON object; unknown members are ignored (newer writers).
 */
MUST_CHECK bool report_read(Text json, Arena *arena, Report *report, Error *error);

/* When a record came to be known: what its times are judged against. */
typedef struct ReportArrival {
    int64_t at;    /* stream time, microseconds */
    bool backfill; /* history (oc-backfill): being old is not suspicious */
} ReportArrival;

/*
 * The event time used for decisions: the first of occurred_at, found_at, reported_at, recorded_at that is present and
 * believable: not more than 10 minutes after the arrival, nor, unless it is history, more than 400 days before it; else
 * the arrival. *suspect (may be NULL) is set when a time was passed over.  (domain.md 6.3; design.md 7)
 */
int64_t report_event_time(const Report *report, ReportArrival arrival, bool *suspect);

/* changed_at when it is believable as above, else absent: one from 2099 would make every later change an older one. */
int64_t report_changed_time(const Report *report, ReportArrival arrival);

/*
 * When the source set the status: the first of changed_at, recorded_at, reported_at that is present and believable as
 * above, else `otherwise`. A case closed in the far future would swallow every report until then.
 */
int64_t report_status_time(const Report *report, ReportArrival arrival, int64_t otherwise);

/*
 * A newer revision: what `change` brings replaces what stands, what it does not bring stays. Two fields go with another
 * one: a new reporter takes the hash under the key before with it, a new title or body the noise found in the old one.
 * Texts and lists are views of the change.
 */
void report_replace(Report *report, Report *change);

#endif
