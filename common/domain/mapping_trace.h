#ifndef ONECASE_DOMAIN_MAPPING_TRACE_H
#define ONECASE_DOMAIN_MAPPING_TRACE_H

#include "domain/mapping_flag.h"
#include "domain/report.h"

/*
 * Where each field of a canonical record came from: filled by mapping_apply when MappingContext.trace is set, read by
 * `onecase map`. Holds no values of the record, only places, steps and flags, so that it may be shown to anybody.
 *
 * Steps, in order, each once:
 *   without NUL, html, narrow, upper, trim, between, scrubbed, masked, cut to N   those that changed the value
 *   extract NAME; extract NAME: nothing found; joined; last of N; dedupe
 *   codes NAME exact ROW; codes NAME prefix ROW; codes NAME: no row, then "unknown: TEXT", "unknown: kept",
 *     "unclassified: J03" or "left out"; keywords LIST: PHRASE
 *   integer; decimal; flag; time FORMAT; swapped; GCJ-02 to WGS-84; credit code in its own letters
 *   mobile number, landline number, masked number, number of an organisation, no phone number; id within SOURCE;
 *     hashed with key N
 *   unreadable; default; 12 hours later by time.check; number of the item; by the reporter's number
 * and why there is no value: absent, not for this kind, when does not hold, dropped as personal, withheld as personal.
 * Phrases and rows are those of the mapping's files.
 */
enum { TRACE_STEPS_MAX = 16, TRACE_PLACES_MAX = 8 };

typedef struct TraceField {
    const ReportField *target;
    /* JSON Pointers of the values used, in order, items and elements by number, behind `unwrap` as in the mapping;
     * none: a constant, a default or words of the text */
    Text places[TRACE_PLACES_MAX];
    size_t place_count;
    size_t more_places; /* beyond TRACE_PLACES_MAX */
    Text steps[TRACE_STEPS_MAX];
    size_t step_count;                /* 0 of a field without a value: it was not come to */
    MappingFlag flags[MAPPING_FLAGS]; /* left while this field was made */
    size_t flag_count;
    bool stored; /* there is a value */
    int line;    /* of the field in the mapping file, of the alternative that gave the value */
} TraceField;

typedef struct TraceRecord {
    int kind_line;      /* of the `kinds` entry that fitted; 0: none did, or it was not come to */
    Text area_from;     /* where the area was found that the region goes by; absent: the default */
    TraceField *fields; /* one for each target of the mapping, in the order of the file */
    size_t field_count; /* 0: the record was dead before its fields, or ignored for want of items */
} TraceRecord;

struct MappingTrace {
    TraceRecord *records; /* one for each MappedRecord of the last mapping_apply, on its arena */
    size_t count;
};

#endif
