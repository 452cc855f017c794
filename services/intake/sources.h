#ifndef ONECASE_INTAKE_SOURCES_H
#define ONECASE_INTAKE_SOURCES_H

#include "settings.h"

#include "domain/mapping.h"

/*
 * Everything that decides how a record is read: mappings, regions and the key. Loaded and checked as a whole, then
 * immutable; a reload makes a new one.
 */
typedef struct Sources Sources;

/* NULL when there is a fault; all faults are "file:line: message" on `arena`. Owned by the caller: sources_free. */
Sources *sources_load(const IntakeSettings *settings, Arena *arena, TextList *faults);
void sources_free(Sources *sources); /* NULL is fine */

const MappingContext *sources_context(const Sources *sources);

/* Names of all topics, with the prefix, as C strings that live as long as the sources. */
const char *const *sources_topics(const Sources *sources, size_t *count);
bool sources_same_topics(const Sources *a, const Sources *b);

/* The mapping of a topic (with the prefix). NULL: none. */
const Mapping *sources_mapping(const Sources *sources, Text topic);

#endif
