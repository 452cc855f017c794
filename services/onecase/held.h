#ifndef ONECASE_SERVICES_ONECASE_HELD_H
#define ONECASE_SERVICES_ONECASE_HELD_H

#include "domain/place_note.h"

#include "adapters/kafka_admin.h"

/* A partition of a department's topic that intake holds, as it noted beside its commits (domain/place_note.h). */
typedef struct Held {
    const char *topic;
    int32_t partition;
    PlaceNote note;
} Held;

typedef struct HeldList {
    Held *items;
    size_t count;
} HeldList;

typedef struct HeldTopics {
    const KafkaTopic *items;
    size_t count;
} HeldTopics;

/* Those among all partitions of these topics, in their order, on the arena. Asks once. */
MUST_CHECK bool held_find(KafkaAdmin *admin,
                          const char *group,
                          HeldTopics topics,
                          Arena *arena,
                          HeldList *held,
                          Error *error);

const char *held_why(const Held *held); /* lost, anew */

/* "20 offsets, 10 to 29, are gone (retention)" */
Text held_text(const Held *held, Arena *arena);

#endif
