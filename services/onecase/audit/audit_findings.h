#ifndef ONECASE_SERVICES_ONECASE_AUDIT_FINDINGS_H
#define ONECASE_SERVICES_ONECASE_AUDIT_FINDINGS_H

#include "base/arena.h"
#include "base/text.h"

#include "domain/record.h"

/* What an audit has found, in the order in which it was found; and how it is told. */
typedef enum FindingKind {
    FINDING_MISSING, /* no row tells where it went */
    FINDING_PASSED,  /* came back or home on onecase.report, and the matcher passed it over */
    FINDING_DOUBLED, /* more rows than one record can leave */
    FINDING_EXTRA,   /* rows of offsets that no account has */
    FINDING_COUNTER, /* an account says another number than its rows */
    FINDING_CHAIN,   /* the events of a region are not those that were written */
    FINDING_KINDS
} FindingKind;

typedef struct Finding {
    FindingKind kind;
    Text where; /* hotline.workorder/1/120..125 */
    Text what;
} Finding;

typedef struct Findings {
    Arena *arena;
    Finding *items;
    size_t count;
    size_t capacity;
} Findings;

const char *finding_kind_name(FindingKind kind); /* missing */

/* Both texts live as long as the findings. */
void findings_add(Findings *findings, FindingKind kind, Text where, Text what);

/* topic/partition/first..last, topic/partition/offset#item; item below 0: none. */
Text findings_offsets(Arena *arena, Text topic, int32_t partition, int64_t first, int64_t last);
Text findings_origin(Arena *arena, const Origin *origin);

/* A table of the first of them, and what to do about each kind. */
void findings_print(const Findings *findings);
/* "findings":[{...}] as a member of the object in hand. */
void findings_json(const Findings *findings, TextBuilder *out);

#endif
