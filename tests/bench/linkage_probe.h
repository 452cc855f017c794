#ifndef ONECASE_TESTS_BENCH_LINKAGE_PROBE_H
#define ONECASE_TESTS_BENCH_LINKAGE_PROBE_H

#include "domain/candidates.h"
#include "domain/hazard.h"

#include <stdio.h>

/* A report as the matcher decided on it, and what the city knows of it. */
typedef struct ProbeReport {
    Text region;
    int64_t hazard_id;      /* where the matcher put it */
    int64_t provisional_of; /* of that hazard; 0 none */
    int64_t truth;          /* true hazard */
    Evidence *evidence;     /* NULL once a hazard store owns it */
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

#endif
