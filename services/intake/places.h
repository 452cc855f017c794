#ifndef ONECASE_INTAKE_PLACES_H
#define ONECASE_INTAKE_PLACES_H

#include "sources.h"

#include "domain/place_note.h"

#include "adapters/kafka_client.h"

/*
 * The partitions that are ours, and how far each has come:
 *
 *   committed <= done <= expected
 *     |           |        offset after the last record mapped; what lies between it and the next record never came
 *     |           offset after the last record whose effects Kafka has acknowledged
 *     offset last committed
 */
typedef struct Place {
    char *topic;
    int32_t partition;
    int64_t expected;
    int64_t done;
    int64_t committed;
    const Mapping *mapping; /* NULL: its topic is not read any more */
    bool backfill;          /* history */
    bool redrive;           /* dead letters that were released; has no mapping of its own */
    PlaceNote note;         /* what the next commit says of it, beside the offset */
    int64_t wary_left;      /* records until crashes are forgotten; 0: there were none */
    int64_t careful_left;   /* records to be taken alone yet (intake_careful.c); 0: none */
    int64_t tried_offset;   /* noted since it is ours; -1: none */
    int64_t buried_offset;  /* its record becomes a dead letter unread; -1: none */
    bool held;              /* by a gap of its note: not read until somebody has it go on */
    int64_t life;    /* of the topic as it is read; its note follows with the first record done */
    char *name;      /* of the topic in origins in that life (record_topic_in_life) */
    char *told;      /* oc-lost of the first record behind a gap; NULL: there was none */
    int64_t told_at; /* the offset of that record; -1: it has not come yet */
    int64_t marked;  /* last_offset of its mark (place_mark.h); -1: none of this assignment */
    int64_t marked_ms;
    bool blocked; /* scratch of batch_note_done */
} Place;

typedef struct Places {
    Place *items;
    size_t count;
} Places;

/* It gives way to live records (backfill.h). */
bool places_is_guest(const Place *place);

/* New partitions, each starting at its offset, nothing noted; texts are copied. Replaces what was there. */
void places_set(Places *places, const KafkaPosition *positions, size_t count);
void places_clear(Places *places); /* frees */

/* Looks up each place's mapping; to be called whenever places or sources are new. */
void places_route(Places *places, const Sources *sources);

/* Origins name its topic so from now on. */
void places_name(Place *place, int64_t life);

/* NULL: not ours. */
Place *places_find(const Places *places, Text topic, int32_t partition);

/* Offsets between what was expected and `offset`; moves the expectation behind it. */
int64_t places_take(Place *place, int64_t offset);

bool places_dirty(const Places *places); /* done and not committed */

/* What is to be committed, on the arena; places_committed says that it was. */
KafkaPosition *places_to_commit(const Places *places, Arena *arena, size_t *count);
void places_committed(Places *places);

#endif
