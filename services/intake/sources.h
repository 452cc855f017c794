#ifndef ONECASE_INTAKE_SOURCES_H
#define ONECASE_INTAKE_SOURCES_H

#include "settings.h"

#include "domain/mapping.h"

/*
 * Everything that decides how a record is read: mappings, regions and keys. Loaded and checked as a whole, then
 * immutable; a reload makes a new one.
 */
typedef struct Sources Sources;

/* What is read from a topic, if anything. */
typedef struct SourceRoute {
    const Mapping *mapping; /* NULL: the topic is not ours */
    bool backfill;          /* history: read as a guest of the live topic's mapping */
    bool redrive; /* onecase.redrive: each record names the topic by whose mapping it is read */
    const Mapping
        *rivals[2]; /* patterns of two mappings fit: nobody's until one gives way; else NULL */
} SourceRoute;

/* NULL when there is a fault; all faults are "file:line: message" on `arena`. Owned by the caller: sources_free. */
Sources *sources_load(const IntakeSettings *settings, Arena *arena, TextList *faults);
void sources_free(Sources *sources); /* NULL is fine; overwrites the keys */

const MappingContext *sources_context(const Sources *sources);

/* Of the first mapping file: for what belongs to none. */
Text sources_default_region(const Sources *sources);

/* All of them, which live as long as the sources. */
const Mapping *const *sources_mappings(const Sources *sources, size_t *count);

/* Topics that are named in mapping files, with the prefix, as C strings that live as long as the sources. */
const char *const *sources_topics(const Sources *sources, size_t *count);

/*
 * By the topic's whole name. onecase.redrive has a route without a mapping. A name in a mapping file is stronger than any pattern. T.backfill goes where T goes. A
 * pattern never takes onecase.*, *.backfill as a live topic, or Kafka's own topics (__*).
 */
SourceRoute sources_route(const Sources *sources, Text topic);

#endif
