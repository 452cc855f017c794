#ifndef ONECASE_SERVICES_ONECASE_CHECK_TESTS_H
#define ONECASE_SERVICES_ONECASE_CHECK_TESTS_H

#include "domain/mapping_coverage.h"
#include "domain/mapping_trial.h"

/* The tests of mapping files: pairs NAME.in, NAME.out of the folder `tests` names. */
typedef struct CheckTest {
    Text name;    /* path of NAME.in */
    bool passed;  /* output and expectation are equal */
    bool missing; /* there is no NAME.out */
    bool blessed; /* they were not, and the output was written */
    Text problem; /* why it could not be run; absent: it was run */
    JsonDifference *differences;
    size_t difference_count;
} CheckTest;

/* One mapping file with tests: its share of CheckTests.items, in order, and what their inputs tell. */
typedef struct CheckFile {
    Text file;
    size_t tests;
    size_t passed;
    size_t written; /* by --bless; they passed neither */
    CoverageFigures figures;
} CheckFile;

typedef struct CheckTests {
    Arena *arena; /* the caller's: everything lives there */
    bool bless;   /* write outputs that differ */
    CheckTest *items;
    size_t count;
    size_t capacity;
    size_t failed;
    CheckFile *files;
    size_t file_count;
} CheckTests;

/*
 * Runs the tests of one mapping, sorted by name, and adds what came out; what their inputs tell about the mapping goes
 * to `findings`. A folder without tests is a failure.
 */
void check_tests_run(CheckTests *tests,
                     const Mapping *mapping,
                     const RegionTable *regions,
                     MappingFindings *findings);

#endif
