#ifndef ONECASE_SERVICES_ONECASE_PAIR_H
#define ONECASE_SERVICES_ONECASE_PAIR_H

#include "explain/waterfall.h"

#include "domain/pair.h"

#include "adapters/report_rows.h"

/* One of the two reports, with all that is known of it. */
typedef struct PairReport {
    StoredEvidence stored;
    Evidence *evidence; /* of code and words, as the matcher has it */
    Evidence *by_code;  /* of the department's code alone */
    Evidence *by_words; /* of the text alone */
    Text hazard_no;     /* where it is now; absent: in none */
} PairReport;

/* Two reports compared. The later one stands for the report, the other for the only one of a hazard. */
typedef struct PairAnswer {
    Arena *arena;
    Text model_version;
    PairReport report;
    PairReport member;
    PairFinding finding;
    PairFinding reverse; /* the member compared with the report */
    Waterfall waterfall;
} PairAnswer;

void pair_print(const PairAnswer *answer);
void pair_write(const PairAnswer *answer); /* JSON, to stdout */

#endif
