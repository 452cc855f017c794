#ifndef ONECASE_DOMAIN_MAPPING_SPEC_H
#define ONECASE_DOMAIN_MAPPING_SPEC_H

#include "base/encoding.h"

#include "domain/code_table.h"
#include "domain/geo.h"
#include "domain/keyword_list.h"
#include "domain/mapping.h"
#include "domain/mapping_pointer.h"
#include "domain/time_format.h"
#include "domain/word_list.h"

/*
 * What a mapping file says, compiled: adapters/mapping_file.c fills it, mapping_lint.c judges it, mapping.c runs it.
 * Plain values on one arena; everything that can be prepared once is prepared here, so that no record pays for it.
 * Members named `line` are lines of the mapping file.
 */
typedef enum MappingTest {
    TEST_IN,
    TEST_NOT_IN,
    TEST_CONTAINS,
    TEST_STARTS,
    TEST_PRESENT,
    TEST_ABSENT
} MappingTest;

typedef struct MappingCondition {
    MappingPointer pointer;
    MappingTest test;
    TextList values;
} MappingCondition;

typedef struct MappingConditions { /* all must hold; none: holds */
    MappingCondition *items;
    size_t count;
    bool partial; /* some could not be read, and a finding says so */
} MappingConditions;

typedef struct MappingKind {
    RecordKind kind; /* RECORD_KINDS: it could not be read, and a finding says so */
    Text reason;     /* of ignore */
    MappingConditions when;
    const WordList
        *unless; /* NULL: none; the kind does not fit when a word of it stands in title or body */
    int line;
} MappingKind;

typedef enum MappingSelect { SELECT_FIRST, SELECT_ALL, SELECT_CONCAT, SELECT_VALUE } MappingSelect;
typedef enum MappingPick { PICK_LAST, PICK_LIST, PICK_JOIN } MappingPick;
typedef enum MappingPersonal {
    PERSONAL_NONE, /* nothing is said */
    PERSONAL_HASH,
    PERSONAL_MASK,
    PERSONAL_DROP,
    PERSONAL_NO_PERSON /* "none": named like a person's, and none's */
} MappingPersonal;

typedef enum MappingAs {
    AS_TEXT,
    AS_INTEGER,
    AS_DECIMAL,
    AS_TIME,
    AS_POINT,
    AS_PHONE,
    AS_USC,
    AS_FLAG
} MappingAs;

enum { /* MappingField.clean, applied in this order; NUL before all of them, mapping_select.c */
       CLEAN_HTML = 1,
       CLEAN_NARROW = 2,
       CLEAN_UPPER = 4,
       CLEAN_TRIM = 8,
       CLEAN_NUL = 16
};

typedef struct MappingExtract {
    Text name;
    TextList after;
    int32_t within;
    bool chars[128];
    int32_t length_min;
    int32_t length_max;
    TextList starts;
    bool check_usc;
    bool used;
    int line;
} MappingExtract;

/*
 * A group of `fields`. A target with alternatives has several, one behind the other in Mapping.fields, tried in that
 * order: the first that yields a value wins.
 */
typedef struct MappingField {
    const ReportField *target;
    int32_t alternative; /* from 0 */
    bool more;           /* the next one is an alternative of the same target */
    MappingSelect select;
    MappingPointer *pointers;
    size_t pointer_count;
    Text value;
    MappingPick pick;
    Text join;
    bool dedupe;
    Text
        missing; /* of concat: what stands for a pointer that gives nothing; absent: nothing does */
    unsigned clean;
    Text between_from; /* absent: the whole text */
    Text between_to;
    const MappingExtract *extract;
    int32_t at_from;   /* characters, from 0 */
    int32_t at_length; /* 0: the whole text */
    TextList empty;    /* beside Mapping.empty */
    MappingAs as;
    const TimeFormat **formats; /* instead of Mapping.time_formats */
    size_t format_count;        /* 0: those */
    const CodeTable *codes;
    Text default_text;
    bool required;
    unsigned kinds; /* bits 1 << RecordKind; 0: all */
    MappingConditions when;
    int32_t max; /* code points */
    char precision;
    bool own_datum; /* otherwise that of the section `point` */
    GeoDatum datum;
    bool own_order;
    bool lat_first;
    MappingPersonal personal;
    Text source; /* of origin_no */
    int line;
} MappingField;

typedef struct MappingPersonalRule {
    MappingPointer pointer;
    MappingPersonal what;
} MappingPersonalRule;

/* Of two rules that cover one value, in it or around it: drop counts, else the longer pointer, else the first one. */
static inline bool mapping_personal_beats(const MappingPersonalRule *rule,
                                          const MappingPersonalRule *than)
{
    if (than == NULL)
        return true;
    if ((rule->what == PERSONAL_DROP) != (than->what == PERSONAL_DROP))
        return rule->what == PERSONAL_DROP;
    return rule->pointer.count > than->pointer.count;
}

/* `time.check`: the time hidden in the record number. */
typedef struct MappingTimeCheck {
    MappingPointer digits_of;
    int32_t from; /* characters, from 0 */
    int32_t length;
    const TimeFormat *format; /* NULL: no check */
    int line;
} MappingTimeCheck;

enum { MAPPING_TEXT_MAX = 500, MAPPING_WITHIN = 4, MAPPING_PERSONAL_MAX = 64 };

struct Mapping {
    Text name;    /* file name without .cfg */
    Text file;    /* as given, for findings */
    Text version; /* name@digest */
    Text source;
    int source_line;
    TextList topics;
    Text topic_pattern; /* absent: `topics` */
    int topics_line;    /* of either */
    Encoding encoding;
    bool tombstones_ignored; /* otherwise they are dead */
    MappingPointer *unwrap;
    size_t unwrap_count;
    bool has_each;
    MappingPointer each;
    TextList empty;
    TextList noise;
    int noise_line;
    MappingPointer *extra;
    size_t extra_count;
    MappingPointer *unread; /* known, and left out on purpose */
    size_t unread_count;
    Text tests;        /* folder, relative to the mapping file; absent: none */
    TextList includes; /* paths of what @include brings in, ready to open */
    bool has_time;     /* a section `time`, right or wrong */
    int32_t zone_minutes;
    const TimeFormat **time_formats;
    size_t time_format_count;
    MappingTimeCheck time_check;
    bool has_point;
    GeoDatum datum;
    bool lat_first;
    GeoBox box; /* WGS-84 */
    MappingPointer *region;
    size_t region_count;
    Text region_default;
    bool region_required;
    MappingKind *kinds;
    size_t kind_count;
    MappingField *fields;
    size_t field_count;
    MappingExtract *extracts;
    size_t extract_count;
    CodeTable *codes;
    size_t code_count;
    MappingPersonalRule *personal;
    size_t personal_count;
};

/* The field of a target, the first one of several alternatives, or NULL. */
const MappingField *mapping_field_of(const Mapping *mapping, const char *target);

/* The alternative after this one, or NULL. */
static inline const MappingField *mapping_alternative(const MappingField *field)
{
    return field->more ? field + 1 : NULL;
}

#endif
