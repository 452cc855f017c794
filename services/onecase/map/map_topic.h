#ifndef ONECASE_SERVICES_ONECASE_MAP_TOPIC_H
#define ONECASE_SERVICES_ONECASE_MAP_TOPIC_H

#include "map_tally.h"
#include "map_trial.h"

/* How a reading ended. */
typedef struct MapReading {
    const char *from; /* the topic, with its prefix */
    int64_t left;     /* offsets not read */
    bool stopped;
} MapReading;

/*
 * Real traffic through the mappings into the tally: from options->since_us to the end of the topic as it is now. Commits
 * nothing and joins no group. REJECT: no such topic; RETRY and FATAL as Kafka has it.
 */
MUST_CHECK bool
map_topic_read(const MapTrial *trial, MapTally *tally, MapReading *reading, Error *error);

/* One record through the mappings into the tally; `scratch` is emptied before. */
void map_topic_try(
    const MapTrial *trial, Text place, const MappingInput *input, Arena *scratch, MapTally *tally);

#endif
