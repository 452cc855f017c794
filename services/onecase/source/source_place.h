#ifndef ONECASE_SERVICES_ONECASE_SOURCE_PLACE_H
#define ONECASE_SERVICES_ONECASE_SOURCE_PLACE_H

#include "source_files.h"

#include "base/error.h"

/* Putting planned files into the folder of mappings; one program at a time. */
typedef struct SourcePlace {
    const char *sources;
    const SourceFiles *files;
    Arena *arena;
    int folder; /* open and locked; -1: not */
    size_t staged;
} SourcePlace;

/*
 * Takes the folder for this program, before it looks what is there, and clears what one that was killed left. RETRY when
 * another is at work. A folder that is not there is not taken.
 */
MUST_CHECK bool source_place_open(SourcePlace *place, Error *error);
/* Takes staged copies away and lets go of the folder. */
void source_place_close(SourcePlace *place);

/* Writes the copies to the disk, under hidden names, and makes the folders they go to. */
MUST_CHECK bool source_place_stage(SourcePlace *place, Error *error);
/* Gives them their own names, the mapping last, and takes the stale tests away. */
MUST_CHECK bool source_place_commit(SourcePlace *place, Error *error);

#endif
