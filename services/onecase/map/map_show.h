#ifndef ONECASE_SERVICES_ONECASE_MAP_SHOW_H
#define ONECASE_SERVICES_ONECASE_MAP_SHOW_H

#include "map_trial.h"

#include "base/text_builder.h"

/* One canonical record of one record of a file: what `onecase map FILE` shows of it. */
typedef struct MapShown {
    size_t number; /* of the record in the file, from 1 */
    size_t item;   /* of `items` in it, from 0 */
    size_t items;
    const MappedRecord *record;
    const TraceRecord *trace;
} MapShown;

/* For people: a table on stdout. */
void map_show_print(const MapShown *shown, Arena *arena);

/* For machines: {"record", "item", "result", "kinds_line", "area_from", "fields"}; "result" is as in NAME.out. */
void map_show_write(const MapShown *shown, TextBuilder *out);

#endif
