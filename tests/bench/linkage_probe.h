#ifndef ONECASE_TESTS_BENCH_LINKAGE_PROBE_H
#define ONECASE_TESTS_BENCH_LINKAGE_PROBE_H

#include "domain/candidates.h"
#include "domain/hazard.h"
#include "domain/linkage.h"

#include <stdio.h>

/* A report as the matcher decided on it, and what the city knows of it. */
typedef struct ProbeReport {
    Text region;
    int64_t hazard_id;      /* where the matcher put it */
    int64_t provisional_of; /* of that hazard; 0 none */
    int64_t truth;          /* true hazard */
    Evidence *evidence;     /* NULL once a hazard store owns it */
    int64_t report_id;      /* from here on: of probe_decide */
    Outcome outcome;
    int32_t final_mb;
} ProbeReport;

typedef struct ProbeReports {
    const Model *model;
    ProbeReport *items; /* in the order of decision */
    size_t count, capacity;
    Arena *arena;   /* of the program */
    Arena *scratch; /* of one comparison */
} ProbeReports;

/*
 * Replays the order of decision: before a report is added to its hazard, asks blocking for candidates. A line each:
 * report (index), candidates, generic keys, earlier reports of the same true hazard, those of them whose hazard was
 * among the candidates, those that share a key with it. Then a line for each kind of key: "kind", its name, pairs that
 * share one, pairs that share only such ones. Takes the evidence of all reports. Returns the exit status.
 */
int probe_blocking(ProbeReports *reports);

/*
 * Decides about the reports anew, in their order, as the matcher would with batches of one. A line "moved", report id, hazard,
 * outcome, score for each report that was decided again because of another one; then a line each: report (index), hazard in
 * the end, first outcome, first score, the hazard it is provisional of, whether it is a bucket. Takes the evidence of all reports.
 */
int probe_decide(ProbeReports *reports);

#endif
