#ifndef ONECASE_SERVICES_ONECASE_SOURCE_CHECK_H
#define ONECASE_SERVICES_ONECASE_SOURCE_CHECK_H

#include "source_options.h"

#include "domain/mapping.h"
#include "domain/mapping_finding.h"

/* A mapping file checked as it would stand among those that are there. */
typedef struct SourceSet {
    const RegionTable *regions;
    const char *words;      /* the folder of word lists */
    const char *target;     /* where the file belongs: SOURCES/NAME.cfg */
    bool in_folder;         /* it lies there already */
    const Mapping *mapping; /* of the file */
    const Mapping **others; /* of the folder, without one of the same file name */
    size_t other_count;
    MappingFindings warnings; /* of the file */
} SourceSet;

/*
 * Reads FILE and the folder of mappings and runs the tests of FILE. On the arena. False with every mistake said as
 * `onecase check` says them, and the exit code in *status.
 */
bool source_check(const SourceOptions *options, Arena *arena, SourceSet *set, int *status);

/* ../NAME beside the folder of mappings, unless `named` says otherwise. */
const char *
source_beside(const SourceOptions *options, const char *named, const char *name, Arena *arena);

#endif
