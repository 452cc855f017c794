#ifndef ONECASE_DOMAIN_MAPPING_RUN_H
#define ONECASE_DOMAIN_MAPPING_RUN_H

#include "base/json.h"

#include "domain/mapping_flag.h"
#include "domain/mapping_spec.h"

/*
 * One record on its way through a mapping: shared by mapping.c (order of work), mapping_select.c (pointers to
 * texts), mapping_field.c (texts to the report) and mapping_person.c (personal data). Not for others.
 */
typedef struct PersonalValue {
    const JsValue *value;
    MappingPersonal what;
} PersonalValue;

typedef struct MappingRun {
    const Mapping *mapping;
    const MappingContext *context;
    Arena *arena;
    const JsValue *root;
    RecordKind kind;
    Report report;
    PersonalValue
        personal[MAPPING_PERSONAL_MAX]; /* the values `personal` points at in this record */
    size_t personal_count;
    TextList texts; /* of title and body, for word lists; made when first asked for */
    bool texts_made;
    bool masked; /* the reporter's number came masked */
} MappingRun;

static inline void run_flag(MappingRun *run, MappingFlag flag)
{
    report_add_flag(&run->report, run->arena, text_from(mapping_flag(flag)->name));
}

/* mapping_select.c */

/* Whether all conditions hold for this record. */
bool mapping_conditions_hold(const MappingRun *run, const MappingConditions *conditions);

/* The text without its NUL bytes; the flag says whether there were any. */
Text mapping_without_nul(MappingRun *run, Text text);

/* The scalar as text without NUL bytes, or absent when it is null, no scalar or one of `empty`. */
Text mapping_scalar(MappingRun *run, const JsValue *value);

/*
 * What the field's pointers give, cleaned, cut and extracted: at most MAPPING_MATCHES_MAX texts into `items`.
 * *pointer becomes the one that gave the last of them (the field's first when there is none).
 */
size_t mapping_select(MappingRun *run,
                      const MappingField *field,
                      Text *items,
                      const MappingPointer **pointer);

/* The texts title and body would be taken from, for `unless`. */
TextList mapping_hazard_texts(MappingRun *run);

/* mapping_field.c */

/* Fills the report's field. REJECT with rule "required" or "type" when it must be there and is not. */
MUST_CHECK bool mapping_field_apply(MappingRun *run, const MappingField *field, Error *error);

/* mapping_person.c */
void mapping_personal_collect(MappingRun *run);
/* What `personal` says of a value found at the pointer. */
MappingPersonal
mapping_personal_of(const MappingRun *run, const MappingPointer *pointer, const JsValue *value);
/* "<key number>:<32 hex digits>" of a normalised number or another id. */
Text mapping_person_hash(const MappingRun *run, Text id);
/* Sets reporter out of the selected text. */
void mapping_person_reporter(MappingRun *run, const MappingField *field, Text text);
/* reporter_kind: masked whatever is mapped, citizen or anonymous where nothing else is. Once all fields stand. */
void mapping_person_kind(MappingRun *run);
/* Fills report.extra. */
void mapping_person_extra(MappingRun *run);
/* Whether free text of this target is scrubbed. */
bool mapping_person_scrubs(const ReportField *target);

#endif
