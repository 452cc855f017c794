#ifndef ONECASE_SERVICES_ONECASE_MAP_TRIAL_H
#define ONECASE_SERVICES_ONECASE_MAP_TRIAL_H

#include "map_options.h"

#include "domain/mapping.h"
#include "domain/mapping_finding.h"
#include "domain/mapping_trace.h"

/* What `onecase map` has in hand: one mapping, perhaps the one it is compared with. Everything lives on `arena`. */
typedef struct MapTrial {
    const MapOptions *options;
    Arena *arena;
    const RegionTable *regions;
    Text key; /* for reporters; of this run alone */
    const Mapping *mapping;
    const Mapping *against;   /* NULL: compared with nothing */
    MappingFindings findings; /* about both files: mistakes of either, warnings of the first */
} MapTrial;

/*
 * Loads what the options name. False with the exit code in *status when records cannot be mapped: mistakes of a
 * mapping file stand in findings then (EXIT_FOUND), everything else has been said on stderr.
 */
bool map_trial_load(MapTrial *trial, int *status);

/* What came of one record. */
typedef struct MapResult {
    MappedRecord *records;
    size_t count;
    MappingTrace trace; /* empty unless asked for */
} MapResult;

/* One record through a mapping, reporters hashed with the key of this run. */
MapResult map_trial_apply(const MapTrial *trial,
                          const Mapping *mapping,
                          const MappingInput *input,
                          bool traced,
                          Arena *arena);

#endif
