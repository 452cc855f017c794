#ifndef ONECASE_DOMAIN_REGION_H
#define ONECASE_DOMAIN_REGION_H

#include "base/arena.h"
#include "base/text.h"

#include "domain/geo.h"

/*
 * Six-digit area code -> region, the unit of order and consistency. Longest prefix wins. Filled
 * from deploy/regions.cfg by adapters/region_file.h; immutable then.
 */
typedef struct RegionTable RegionTable;

RegionTable *region_table_new(Arena *arena); /* lives on the arena */
/* False when the prefix stands there already with another region, is not 1..6 digits, or region is
 * not 1..32 of [A-Za-z0-9_-]. */
bool region_table_add(RegionTable *table, Text prefix, Text region);
/* The region of an area code (six digits; longer street, community and grid codes are cut), or
 * absent. */
Text region_lookup(const RegionTable *table, Text area_code);
bool region_known(const RegionTable *table, Text region);
size_t region_count(const RegionTable *table); /* distinct regions */

/* Where a region's points lie, WGS-84. False when a row of the region is missing, or stands there already. */
bool region_table_box(RegionTable *table, Text region, const GeoBox *box);
/* False: no box is known. */
bool region_box(const RegionTable *table, Text region, GeoBox *box);

/*
 * Partition of a key under Kafka's default partitioner: murmur2 (seed 0x9747b28c), positive,
 * modulo. Equal to librdkafka's murmur2_random for a key that is present.
 */
int32_t region_partition(Text region, int32_t partitions);

#endif
