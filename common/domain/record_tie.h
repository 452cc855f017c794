#ifndef ONECASE_DOMAIN_RECORD_TIE_H
#define ONECASE_DOMAIN_RECORD_TIE_H

#include "domain/hazard.h"

/* By which record number a report and a hazard are tied. */
typedef struct RecordTie {
    bool quoted; /* one quotes a number of the other, or they are copies */
    bool copied; /* they hold one sheet, handed on between departments (origin_no) */
} RecordTie;

/*
 * Of a hazard that a record number proposed. Of a member that is not kept for comparing no more is known than that: its
 * number is taken for one that the report quotes, or else for that of its original.
 */
RecordTie record_tie(const Evidence *report, const Hazard *hazard);

#endif
