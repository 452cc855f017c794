#ifndef ONECASE_DOMAIN_MAPPING_PERSON_PARTS_H
#define ONECASE_DOMAIN_MAPPING_PERSON_PARTS_H

#include "domain/mapping_run.h"

/* The parts of mapping_person.c; not for others. */

/* One step of the way to a value: the name of a member, or absent and the index of an element. */
typedef struct PersonPlace {
    Text name;
    size_t index;
} PersonPlace;

/* The way to what the pointer names; at most JS_DEPTH_MAX steps. */
size_t mapping_person_place(const MappingPointer *pointer, PersonPlace *place);

/* What `personal` says of `value`, which stands at this place. */
MappingPersonal mapping_person_at(const MappingRun *run,
                                  const JsValue *value,
                                  const PersonPlace *place,
                                  size_t count);

/* Whether a rule of `personal` covers this place, or one of whatever kind names it or one below it. */
bool mapping_person_spoken_of(const Mapping *mapping, const PersonPlace *place, size_t count);

/* Another id than a telephone number means something within its own system only. */
Text mapping_person_own_id(const MappingRun *run, Text id);

#endif
