#ifndef ONECASE_SERVICES_ONECASE_CASE_SAID_H
#define ONECASE_SERVICES_ONECASE_CASE_SAID_H

#include "case/case.h"

#include "base/text_builder.h"

/* What departments said of a case: columns that they set, whom it was given to, what they replied. */
typedef struct CaseSaid {
    PostgresResult *columns;
    PostgresResult *assignments;
    PostgresResult *replies;
} CaseSaid;

/* The rows are the caller's: case_said_free, whatever the answer. */
MUST_CHECK bool case_said_read(
    const CaseCommand *command, Text region, int64_t case_id, CaseSaid *said, Error *error);
void case_said_free(CaseSaid *said);

void case_said_print(const CaseSaid *said, Arena *arena); /* nothing when nothing was said */
/* Members of the case, and "assignments" and "replies". */
void case_said_write(const CaseSaid *said, TextBuilder *out, Arena *arena);

#endif
