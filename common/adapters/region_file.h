#ifndef ONECASE_ADAPTERS_REGION_FILE_H
#define ONECASE_ADAPTERS_REGION_FILE_H

#include "base/error.h"

#include "domain/region.h"

/*
 * deploy/regions.cfg: `prefixes = (("9901", "9901"), …)`, area code prefix and region. The table lives on the arena.
 * FATAL with "file:line: ..." for the first mistake.
 */
MUST_CHECK bool
region_file_load(const char *path, Arena *arena, const RegionTable **table, Error *error);

#endif
