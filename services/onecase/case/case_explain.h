#ifndef ONECASE_SERVICES_ONECASE_CASE_EXPLAIN_H
#define ONECASE_SERVICES_ONECASE_CASE_EXPLAIN_H

#include "case/case.h"
#include "explain/waterfall.h"

/* A stored decision about a report, read for printing. Lists lie on the arena, texts are views of the rows. */
typedef struct ExplainedDecision {
    const PostgresResult
        *rows;                 /* all decisions about the report in their order, columns as below */
    int at;                    /* this one; 0 brought it to its first hazard */
    PostgresResult *others;    /* hazards that were not taken, see the columns below */
    PostgresResult *relations; /* of the hazard it opened to older ones, see below */
    Arena *arena;
    bool compared;       /* there was a hazard to compare with */
    Waterfall waterfall; /* when compared */
} ExplainedDecision;

/* Columns of `rows`. */
enum {
    EXPLAIN_SOURCE,
    EXPLAIN_RECORD_NO,
    EXPLAIN_REGION,
    EXPLAIN_REPORT_ID,
    EXPLAIN_EVENT_AT,
    EXPLAIN_CATEGORY,
    EXPLAIN_CATEGORY_NAME,
    EXPLAIN_ADDRESS,
    EXPLAIN_HAZARD_NO,
    EXPLAIN_CASE_NO,
    EXPLAIN_OUTCOME,
    EXPLAIN_SENTENCE,
    EXPLAIN_SCORE,
    EXPLAIN_PRIOR,
    EXPLAIN_COMPETITION,
    EXPLAIN_LINK,
    EXPLAIN_REVIEW,
    EXPLAIN_COMPARISONS,
    EXPLAIN_LEVELS,
    EXPLAIN_WEIGHTS,
    EXPLAIN_OURS,
    EXPLAIN_THEIRS,
    EXPLAIN_COMPARED_NO,
    EXPLAIN_COMPARED_ADDRESS,
    EXPLAIN_COMPARED_REPORTS,
    EXPLAIN_MEMBER_SOURCE,
    EXPLAIN_MEMBER_NO,
    EXPLAIN_MEMBER_AT,
    EXPLAIN_REFUSAL,
    EXPLAIN_AGREEING,
    EXPLAIN_CONTRADICTING,
    EXPLAIN_RIVALS,
    EXPLAIN_RUNNER_UP,
    EXPLAIN_RUNNER_UP_MB,
    EXPLAIN_VETOES,
    EXPLAIN_VETOES_TESTED,
    EXPLAIN_FLAGS,
    EXPLAIN_KEYS,
    EXPLAIN_CANDIDATES,
    EXPLAIN_GENERIC_KEYS,
    EXPLAIN_MODEL,
    EXPLAIN_ACTOR,
    EXPLAIN_STREAM_TIME,
    EXPLAIN_DECISION_ID,
    EXPLAIN_FROM,       /* the hazard it was in; null for the first */
    EXPLAIN_NOW_HAZARD, /* where the report is today */
    EXPLAIN_NOW_CASE
};

/* Columns of `others`: those that competed, and then those that were not taken, the best first. */
enum {
    OTHER_IS_RIVAL,
    OTHER_HAZARD_NO,
    OTHER_MB,
    OTHER_REASON, /* null for one that competed */
    OTHER_CATEGORY,
    OTHER_ADDRESS,
    OTHER_ASSET
};

/* Columns of `relations`. */
enum { RELATION_KIND, RELATION_HAZARD_NO, RELATION_MB, RELATION_RESOLUTION, RELATION_NOW };

int case_explain_all(const CaseCommand *command); /* of a case or hazard number */

/* The decisions about a report, the first and those that moved it later, to stdout. */
void case_explain_print(const ExplainedDecision *decisions, size_t count);
void case_explain_write(const ExplainedDecision *decisions, size_t count); /* JSON */

#endif
