#ifndef ONECASE_DOMAIN_MAPPING_FINDING_H
#define ONECASE_DOMAIN_MAPPING_FINDING_H

#include "base/text.h"

/* What is wrong with mapping files: collected, so that one run tells all. Every finding is a case of one rule. */
typedef enum FindingRule {
    FINDING_SYNTAX,
    FINDING_FILE_UNREADABLE,
    FINDING_UNKNOWN_KEY,
    FINDING_MISSING_KEY,
    FINDING_MISPLACED_KEY,
    FINDING_WRONG_TYPE,
    FINDING_UNKNOWN_WORD,
    FINDING_BAD_VALUE,
    FINDING_BAD_POINTER,
    FINDING_BAD_CONDITION,
    FINDING_BAD_TIME_FORMAT,
    FINDING_UNKNOWN_NAME,
    FINDING_UNKNOWN_TARGET,
    FINDING_TARGET_NOT_MAPPABLE,
    FINDING_SELECTION,
    FINDING_ALTERNATIVE_UNREACHABLE,
    FINDING_AS_UNFIT,
    FINDING_SECTION_MISSING,
    FINDING_CHECK_IDLE,
    FINDING_VALUE_UNKNOWN,
    FINDING_INTEGER_IN_CODES,
    FINDING_CODE_ROW,
    FINDING_CODE_UNKNOWN_CLASS,
    FINDING_CODE_TWICE,
    FINDING_CSV,
    FINDING_LIST_EMPTY,
    FINDING_UNUSED,
    FINDING_KEYWORDS_UNUSED,
    FINDING_KIND_UNREACHABLE,
    FINDING_KIND_ABSENT,
    FINDING_RECORD_NO_MISSING,
    FINDING_RECORD_NO_SHARED,
    FINDING_EACH_POINTER,
    FINDING_REGION_UNKNOWN,
    FINDING_REGION_UNRESOLVED,
    FINDING_SHARED_SOURCE,
    FINDING_SHARED_TOPIC,
    FINDING_TOPIC_RESERVED,
    FINDING_TOPIC_PATTERN,
    FINDING_PERSONAL_UNMARKED,
    FINDING_PERSONAL_CONFLICT,
    FINDING_HASH_UNKEPT,
    FINDING_EXTRA_MANY,
    FINDING_UNREAD_READ,
    FINDING_POINTER_NEVER,
    FINDING_FIELD_UNREAD,
    FINDING_KIND_UNTESTED,
    FINDING_TESTS_MISSING,
    FINDING_RULES /* also: a finding of another file than a mapping's */
} FindingRule;

typedef struct FindingRuleHelp {
    const char *name;
    bool warning; /* the file can be used all the same */
    const char *help;
    const char *help_zh;
} FindingRuleHelp;

const FindingRuleHelp *mapping_finding_rule(FindingRule rule); /* not of FINDING_RULES */

typedef struct MappingFinding {
    FindingRule rule;
    Text file;
    int line; /* 0: the file as a whole */
    bool warning;
    Text message;
} MappingFinding;

typedef struct MappingFindings {
    Arena *arena; /* of the owner; set it before use */
    MappingFinding *items;
    size_t count;
    size_t capacity;
    size_t errors; /* those that are no warnings */
} MappingFindings;

/* Adds a finding, an error or a warning as its rule says. */
void mapping_finding(
    MappingFindings *findings, FindingRule rule, Text file, int line, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* An error in another file than a mapping's, without a rule. */
void mapping_finding_error(MappingFindings *findings, Text file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* By file and line, in the order of the files; findings of one line stay in order. */
void mapping_finding_sort(MappingFindings *findings);

/* "hotline.cfg:12: message", "warning: " before the message of a warning. */
Text mapping_finding_text(Arena *arena, const MappingFinding *finding);

/* The one of `known` that `text` is most likely meant to be, or NULL when none is near. */
const char *mapping_finding_nearest(Text text, const char *const *known, size_t count);

#endif
