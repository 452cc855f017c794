#ifndef ONECASE_SERVICES_ONECASE_MAP_SUMMARY_H
#define ONECASE_SERVICES_ONECASE_MAP_SUMMARY_H

#include "map_tally.h"
#include "map_trial.h"

/* What `onecase map` says of many records together. */
typedef struct MapSummary {
    const MapTrial *trial;
    const MapTally *tally; /* sorted */
    const char *from;      /* the topic with its prefix, or the name of the file */
    bool topic;            /* it is a topic, read since options->since */
    int64_t left;          /* offsets that were not read: --limit, or stopped; 0: read to its end */
    int64_t spent_ms;
} MapSummary;

void map_summary_print(const MapSummary *summary, Arena *arena);
/* Members of a JSON object that is open. */
void map_summary_write(const MapSummary *summary, TextBuilder *out);

#endif
