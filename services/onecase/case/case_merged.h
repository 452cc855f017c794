#ifndef ONECASE_SERVICES_ONECASE_CASE_MERGED_H
#define ONECASE_SERVICES_ONECASE_CASE_MERGED_H

#include "case/case.h"

#include "base/text_builder.h"

/* Where the number of a case or hazard leads to: what it was merged into by and by, or itself. */
typedef struct CaseNumber {
    Text number;       /* absent: there is no such case or hazard */
    int64_t merged_at; /* stream time; TIME_ABSENT: it goes on itself */
} CaseNumber;

/* Of command->id; on the arena of the command. */
MUST_CHECK bool case_number_find(const CaseCommand *command, CaseNumber *found, Error *error);
/* AJ9901-20261126-0064 was merged: a line for people, nothing when it goes on itself. */
void case_number_print(const CaseCommand *command, const CaseNumber *found);

/* What a case took in: cases, and hazards that its hazard took in, in order of time. The rows are the caller's. */
MUST_CHECK bool case_merged_read(
    const CaseCommand *command, Text region, int64_t case_id, PostgresResult **rows, Error *error);
void case_merged_print(const PostgresResult *rows, Arena *arena); /* a line, or nothing */
void case_merged_write(const PostgresResult *rows,
                       TextBuilder *out,
                       Arena *arena); /* member "merged" */

#endif
