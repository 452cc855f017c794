#ifndef ONECASE_DOMAIN_MAPPING_FINDING_H
#define ONECASE_DOMAIN_MAPPING_FINDING_H

#include "base/text.h"

/* What is wrong with mapping files: collected, so that one run tells all. */
typedef struct MappingFinding {
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

void mapping_finding_error(MappingFindings *findings, Text file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void mapping_finding_warning(MappingFindings *findings,
                             Text file,
                             int line,
                             const char *format,
                             ...) __attribute__((format(printf, 4, 5)));

/* By file and line, in the order of the files; findings of one line stay in order. */
void mapping_finding_sort(MappingFindings *findings);

/* "hotline.cfg:12: message", "warning: " before the message of a warning. */
Text mapping_finding_text(Arena *arena, const MappingFinding *finding);

/* The one of `known` that `text` is most likely meant to be, or NULL when none is near. */
const char *mapping_finding_nearest(Text text, const char *const *known, size_t count);

#endif
