#ifndef ONECASE_DOMAIN_ASSIGNMENT_H
#define ONECASE_DOMAIN_ASSIGNMENT_H

#include "domain/report.h"

/*
 * A piece of work given to one organisation: assigned, signed, done, or given back with a reason and assigned anew. Times
 * are microseconds UTC, INT64_MIN for none; counts are 0 or more.
 */
typedef struct Assignment {
    Text org;     /* absent: not said yet */
    bool assists; /* not in the lead */
    Text post;    /* of the organisation, never a name */
    int64_t assigned_at;
    int64_t accepted_at;
    int64_t returned_at; /* last time */
    Text return_reason;  /* of that time */
    int64_t due_at;
    int64_t done_at;
    int64_t status; /* INTEGER_ABSENT: nothing was said of it yet */
    int64_t dispatches;
    int64_t returns;
} Assignment;

void assignment_init(Assignment *assignment); /* nothing said yet */

/* What a record made of it. */
typedef struct AssignmentNews {
    bool dispatched;
    bool returned;
} AssignmentNews;

/*
 * A record of it that is newer than what stands, `at` when its status was set. Without a status or a reason for returning it,
 * the first record assigns it and a later one leaves its status. Texts are views of `change`.
 */
AssignmentNews assignment_apply(Assignment *assignment, const Report *change, int64_t at);

/* An older record: what it says of the time of assigning counts when that is earlier. */
void assignment_apply_late(Assignment *assignment, const Report *change, int64_t at);

/* The status of the report as one of its assignments tells it; `stands`: before (INTEGER_ABSENT: none). INTEGER_ABSENT: as it stands. */
int64_t assignment_report_status(const Assignment *assignment, bool returned, int64_t stands);

/* The code of a reason for returning, static: one of the nine, "other" for what is none of them, NULL for none. */
const char *assignment_return_reason(Text reason);

/* The status of what a record says of its assignment, INTEGER_ABSENT: nothing. */
int64_t assignment_status_told(const Report *change);

#endif
