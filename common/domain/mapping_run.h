#ifndef ONECASE_DOMAIN_MAPPING_RUN_H
#define ONECASE_DOMAIN_MAPPING_RUN_H

#include "base/json.h"

#include "domain/mapping_flag.h"
#include "domain/mapping_source.h"
#include "domain/mapping_spec.h"
#include "domain/mapping_trace.h"
#include "domain/phone.h"
#include "domain/scrub_known.h"

#include <string.h>

/*
 * One record (item) on its way through a mapping: shared by mapping.c (order of work), mapping_select.c (pointers to
 * texts), mapping_field.c, mapping_convert.c and mapping_code.c (texts to the report), mapping_time.c (its times against
 * each other), mapping_person.c (personal data) and mapping_trace.c (where values come from). Not for others.
 */
typedef struct PersonalValue {
    const JsValue *value;
    const MappingPersonalRule *rule;
} PersonalValue;

/* What became of a value. An unreadable one has left its flag. */
typedef enum MappingOutcome { OUTCOME_NOTHING, OUTCOME_STORED, OUTCOME_UNREADABLE } MappingOutcome;

typedef struct MappingRun {
    const Mapping *mapping;
    const MappingContext *context;
    const MappingInput *input;
    Arena *arena;   /* what the report is made of */
    Arena *scratch; /* steps on the way; emptied before each field */
    const MappingSource *source;
    size_t item;
    RecordKind kind;
    Report report;
    PersonalValue *personal; /* what `personal` points at in this record, and all below it */
    size_t personal_count;
    const ScrubKnown **shared; /* the message's, outside its items; NULL at first */
    ScrubKnown *known;         /* names and numbers in those and in values a field treats so */
    TextList texts;            /* of title and body, for word lists; made when first asked for */
    bool texts_made;
    bool masked;                  /* the reporter's number came masked */
    const MappingField *reporter; /* the alternative that gave the reporter; NULL: none did */
    TraceRecord *trace;           /* NULL: nobody asks */
    TraceField *traced; /* of the field in hand; NULL between fields, and when nobody asks */
    Text last_place;    /* of its places, also when there are too many to keep */
} MappingRun;

/* mapping_trace.c; only while somebody asks: the inline functions below say so before they call */

void mapping_trace_record(MappingRun *run, TraceRecord *trace); /* all fields, nothing known yet */
void mapping_trace_field(MappingRun *run, const MappingField *field);
void mapping_trace_target(MappingRun *run, const ReportField *target); /* NULL: between fields */
void mapping_trace_step(MappingRun *run, const char *format, ...) PRINTF_LIKE(2, 3);
void mapping_trace_flag(MappingRun *run, MappingFlag flag);
/* The field uses the match-th value that the pointer finds. */
void mapping_trace_place(MappingRun *run, const MappingPointer *pointer, size_t match);
void mapping_trace_last_place(MappingRun *run);
/* Where that value stands: "/items/3/photos/0". */
Text mapping_trace_where(const MappingRun *run, const MappingPointer *pointer, size_t match);
/* The steps of `clean` that change the text. */
void mapping_trace_clean(MappingRun *run, const MappingField *field, Text text);
void mapping_trace_row(MappingRun *run, const CodeTable *table, const CodeRow *row);
void mapping_trace_person(MappingRun *run, PhoneKind kind);
/* What came of the field in hand, out of `count` values. */
void mapping_trace_outcome(MappingRun *run, MappingOutcome outcome, size_t count);
/* What the engine itself says of a target when all fields stand. */
void mapping_trace_late(MappingRun *run, const char *target, const char *step);

/* A step that changed the value in hand. Costs a comparison when nobody asks. */
#define RUN_STEP(run, ...)                                                                         \
    do {                                                                                           \
        if ((run)->traced != NULL)                                                                 \
            mapping_trace_step((run), __VA_ARGS__);                                                \
    } while (0)

static inline void run_place(MappingRun *run, const MappingPointer *pointer, size_t match)
{
    if (run->traced != NULL)
        mapping_trace_place(run, pointer, match);
}

/* What was said of the field in hand so far is of no account: its value was not used. Flags stay. */
static inline void run_forget(MappingRun *run)
{
    if (run->traced == NULL)
        return;
    run->traced->step_count = 0;
    run->traced->place_count = 0;
    run->traced->more_places = 0;
}

/* Steps and flags belong to this target's field from now on; NULL: to none. */
static inline void run_target(MappingRun *run, const ReportField *target)
{
    if (run->trace != NULL)
        mapping_trace_target(run, target);
}

/* Of the values found the last one alone is used. */
static inline void run_last_place(MappingRun *run)
{
    if (run->traced != NULL)
        mapping_trace_last_place(run);
}

static inline void run_flag(MappingRun *run, MappingFlag flag)
{
    report_add_flag(&run->report, run->arena, text_from(mapping_flag(flag)->name));
    if (run->traced != NULL)
        mapping_trace_flag(run, flag);
}

static inline size_t
run_find(const MappingRun *run, const MappingPointer *pointer, const JsValue **found, size_t max)
{
    return mapping_source_find(run->mapping, run->source, run->item, pointer, found, max);
}

/* mapping_select.c */

/* Whether all conditions hold for this record. */
bool mapping_conditions_hold(const MappingRun *run, const MappingConditions *conditions);

/* Blank or one of `empty`. */
bool mapping_means_nothing(const Mapping *mapping, Text text);

/* The text without NUL bytes and other control characters; flags say whether there were any. */
Text mapping_printable(MappingRun *run, Text text);

/* The scalar as printable text, or absent when it is null, no scalar or one of `empty`. */
Text mapping_scalar(MappingRun *run, const JsValue *value);

/* Where a selection has got to; all zero at first. */
typedef struct MappingPlace {
    const MappingPointer
        *pointer;        /* that gave the last text; the field's first when there is none */
    size_t next_pointer; /* where `first` goes on when what it found cannot be read */
    size_t next_match;
} MappingPlace;

/* What the field's pointers give, cleaned, cut and extracted: at most MAPPING_MATCHES_MAX texts into `items`. */
size_t mapping_select(MappingRun *run, const MappingField *field, Text *items, MappingPlace *place);

/* The texts title and body would be taken from, for `unless`. */
TextList mapping_hazard_texts(MappingRun *run);

/* mapping_field.c */

/*
 * Fills the report's field from the first of its alternatives, `field` and those after it, that yields a value. REJECT
 * with rule "required" or "type" when it must be there and is not.
 */
MUST_CHECK bool mapping_field_apply(MappingRun *run, const MappingField *field, Error *error);

static inline bool mapping_field_is(const MappingField *field, const char *target)
{
    return strcmp(field->target->name, target) == 0;
}

/* mapping_convert.c */

/* The text as the target's type (`as`) into the report; not for lists. */
MappingOutcome mapping_convert(MappingRun *run, const MappingField *field, Text text);

/* Hashed or masked, scrubbed, cut to `max`, copied: what may stand in the report. */
Text mapping_finished_text(MappingRun *run, const MappingField *field, Text text);

/* mapping_code.c */

/* The text as a code of the field's table. */
MappingOutcome mapping_code_store(MappingRun *run, const MappingField *field, Text text);

/* A leaf of the hazard tree with its confidence; any other code leaves a flag and nothing else. */
MappingOutcome
mapping_code_category(MappingRun *run, const MappingField *field, Text leaf, int64_t confidence);

/* The class of a report or inspection for whose code no alternative has a row: "to be classified". */
MappingOutcome mapping_code_unclassified(MappingRun *run, const MappingField *field);

/* Whether words of title and body may tell the class: a target with such an alternative comes after all others. */
bool mapping_code_has_words(const MappingField *field);

/* What the words say where the code said little or nothing (`outcome`). */
MappingOutcome
mapping_code_words(MappingRun *run, const MappingField *field, MappingOutcome outcome);

/* mapping_time.c */

/* `time.check`: reported_at against the time in the record number. Once all fields stand. */
void mapping_time_check(MappingRun *run);
/* Times that cannot be, by the record's own Kafka time stamp. */
void mapping_time_judge(MappingRun *run);

/* mapping_person.c */
void mapping_personal_collect(MappingRun *run);
/* What `personal` says of a value found at the pointer. */
MappingPersonal
mapping_personal_of(const MappingRun *run, const MappingPointer *pointer, const JsValue *value);
/* "<key number>:<32 hex digits>" of a normalised number or another id; absent without a key. */
Text mapping_person_hash(const MappingRun *run, const MappingKey *key, Text id);
/* Sets reporter and reporter_before out of the selected text. */
MappingOutcome mapping_person_reporter(MappingRun *run, const MappingField *field, Text text);
/* reporter_kind: masked whatever is mapped, citizen or anonymous where nothing else is. Once all fields stand. */
void mapping_person_kind(MappingRun *run);
/* mapping_person_extra.c: fills report.extra. */
void mapping_person_extra(MappingRun *run);
/* Whether free text of this target is scrubbed. */
Text mapping_person_scrub(MappingRun *run, const MappingField *field, Text text);

#endif
