#ifndef ONECASE_ADAPTERS_REGION_FILE_H
#define ONECASE_ADAPTERS_REGION_FILE_H

#include "base/error.h"

#include "domain/region.h"

/*
 * deploy/regions.cfg: `prefixes = (("9901", "9901"), …)`, area code prefix and region; optionally
 * `boxes = (("9901", 112.3, 22.6, 113.5, 23.6), …)`, region, west, south, east and north in degrees of WGS-84: where its points
 * lie, for the check of ledgers. The table lives on the arena.
 * FATAL with "file:line: ..." for the first mistake.
 */
MUST_CHECK bool
region_file_load(const char *path, Arena *arena, const RegionTable **table, Error *error);

#endif
