#ifndef ONECASE_ADAPTERS_SOURCE_ROUTE_H
#define ONECASE_ADAPTERS_SOURCE_ROUTE_H

#include "domain/mapping.h"

/*
 * By which mapping the records of a topic are read. `topic` is its whole name, with `prefix`; TOPIC.backfill belongs where TOPIC does.
 * No pattern takes onecase.* or Kafka's own topics (__*).
 */

/* Whether records of this topic are records of the mapping. */
bool source_route_reads(const Mapping *mapping, Text prefix, Text topic);

/*
 * The one mapping that reads it: one that names it is stronger than any pattern. NULL: none, or patterns of two fit and intake reads
 * it by neither.
 */
const Mapping *
source_route_find(const Mapping *const *mappings, size_t count, Text prefix, Text topic);

#endif
