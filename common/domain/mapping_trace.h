#ifndef ONECASE_DOMAIN_MAPPING_TRACE_H
#define ONECASE_DOMAIN_MAPPING_TRACE_H

#include "domain/mapping_flag.h"
#include "domain/report.h"

/*
 * Where each field of a canonical record came from: filled by mapping_apply when MappingContext.trace is set, read by
 * `onecase map`. Holds no values, only places, steps and flags, so that it may be shown to anybody.
 */
enum { TRACE_STEPS_MAX = 16, TRACE_PLACES_MAX = 8 };

typedef struct TraceField {
    const ReportField *target;
    Text places
        [TRACE_PLACES_MAX]; /* JSON Pointers of the values used, in order, items by number; none: a constant */
    size_t place_count;
    size_t more_places; /* beyond TRACE_PLACES_MAX */
    Text steps
        [TRACE_STEPS_MAX]; /* what changed the value, in order: "html", "narrow", "between", "extract plate",
                                    "codes category prefix 0402", "keywords shared", "default", "GCJ-02 to WGS-84",
                                    "hashed with key 1", "scrubbed", "cut to 200", ... */
    size_t step_count;
    MappingFlag flags[MAPPING_FLAGS]; /* left while this field was made */
    size_t flag_count;
    bool
        stored; /* false: nothing came of it, the steps say why ("absent", "not for this kind", "unreadable") */
    int line; /* of the field in the mapping file */
} TraceField;

typedef struct TraceRecord {
    int kind_line;      /* of the `kinds` entry that fitted; 0: none did */
    Text area_from;     /* pointer the region was looked up by; absent: the default */
    TraceField *fields; /* of the mapping's fields, in the order of the file */
    size_t field_count;
} TraceRecord;

struct MappingTrace {
    TraceRecord *records; /* one for each MappedRecord of the last mapping_apply, on its arena */
    size_t count;
};

#endif
