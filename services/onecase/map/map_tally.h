#ifndef ONECASE_SERVICES_ONECASE_MAP_TALLY_H
#define ONECASE_SERVICES_ONECASE_MAP_TALLY_H

#include "base/text_builder.h"

#include "domain/json_difference.h"
#include "domain/mapping.h"

/* What became of many records, and, of two mappings, what they make different. */
enum { MAP_NAMES_MAX = 200, MAP_DEAD_SHOWN = 10, MAP_CHANGES_SHOWN = 20 };

typedef struct MapCount {
    Text name;   /* a reason, a rule, a flag, a class or a pointer */
    Text detail; /* the pointer of a dead letter's rule; otherwise absent */
    int64_t count;
    int64_t last; /* the record that counted last */
} MapCount;

/* Most frequent first once sorted; names beyond MAP_NAMES_MAX are counted together as "others". */
typedef struct MapCounts {
    MapCount *items;
    size_t count;
} MapCounts;

/* Where a record lies, for people: "grid.event/0/1841" or "record 3". */
typedef struct MapPlace {
    Text record;
    size_t item;
    bool single; /* the record is the only item */
} MapPlace;

typedef struct MapDead {
    MapPlace place;
    Text rule;
    Text pointer;
    Text message;
} MapDead;

typedef struct MapChange {
    MapPlace place;
    JsonDifference *differences; /* expected: the old mapping's, found: the new one's */
    size_t count;
} MapChange;

typedef struct MapTally {
    Arena *arena; /* set before use; everything lives there */
    int64_t records;
    int64_t items;
    int64_t kinds[RECORD_KINDS];
    MapCounts ignored; /* by reason */
    MapCounts dead;    /* by rule and pointer, array indexes as `*` */
    MapCounts flags;
    MapCounts classes;
    MapDead deads[MAP_DEAD_SHOWN];
    size_t dead_count;
    int64_t differing;  /* records */
    MapCounts pointers; /* records that differ there */
    MapChange changes[MAP_CHANGES_SHOWN];
    size_t change_count;
} MapTally;

/* What one mapping made of a record. */
typedef struct MapSide {
    const MappedRecord *records;
    size_t count;
} MapSide;

/* Counts a record; `place` is copied when it is needed. */
void map_tally_add(MapTally *tally, Text place, MapSide side, Arena *scratch);

/* The same record by two mappings; call it behind map_tally_add. */
void map_tally_compare(MapTally *tally, Text place, MapSide before, MapSide after, Arena *scratch);

/* By count, then name. */
void map_tally_sort(MapTally *tally);

#endif
