#ifndef ONECASE_SERVICES_ONECASE_REGIONS_BESIDE_H
#define ONECASE_SERVICES_ONECASE_REGIONS_BESIDE_H

#include "domain/region.h"

/*
 * The regions of a command that is given mapping files: the file `named`, or with NULL ../regions.cfg beside the folder
 * of `mapping`, the first of them. On the arena. False when there are none, with everything said on stderr; EXIT_NOT_FOUND
 * fits then.
 */
bool regions_beside_load(const char *command,
                         const char *named,
                         Text mapping,
                         Arena *arena,
                         const RegionTable **regions);

#endif
