#ifndef ONECASE_DOMAIN_MAPPING_COVERAGE_H
#define ONECASE_DOMAIN_MAPPING_COVERAGE_H

#include "domain/mapping.h"
#include "domain/mapping_finding.h"

/*
 * What the test inputs of a mapping tell about it: which of its pointers occur, which fields of the inputs nothing
 * reads, which kinds are reached and where they are located. Lives on the arena.
 *
 * A field is a value of the inputs that is neither object nor array, counted once for all elements of an array and
 * all inputs; null only where nothing stands below it in any input. It is read when a pointer of the mapping names it, or when `extra`, `personal`, `unread` or a point takes
 * in what it stands in: accounted for, one way or the other.
 */
typedef struct MappingCoverage MappingCoverage;

typedef struct CoverageFigures {
    size_t fields;
    size_t read;
    size_t kinds; /* entries of `kinds` */
    size_t reached;
} CoverageFigures;

MappingCoverage *
mapping_coverage_new(const Mapping *mapping, const RegionTable *regions, Arena *arena);

/* Adds one record as the department sends it. */
void mapping_coverage_add(MappingCoverage *coverage, Text bytes);

CoverageFigures mapping_coverage_figures(const MappingCoverage *coverage);

/* What is worth saying, once all inputs are in. Nothing without inputs. */
void mapping_coverage_lint(const MappingCoverage *coverage, MappingFindings *findings);

#endif
