#ifndef ONECASE_DOMAIN_PLACE_NOTE_H
#define ONECASE_DOMAIN_PLACE_NOTE_H

#include "base/arena.h"
#include "base/text.h"

/*
 * What a commit of intake says of its partition, behind the keys of services/intake/keys.h. It is all that intake knows of a
 * partition when it takes it over, beside the offset:
 *
 *   by=HOLDER;            16 hex digits of the process that has it and has not given it back
 *   crashes=N;            N processes had it and ended so, since a commit of progress or an orderly end
 *   trying=OFFSET;        the record that is tried alone (domain/quarantine.h)
 *   tries=N;              how often it was
 *   last=OFFSET@PRINT;    the last record done and 16 hex digits made of its time stamp, key and value
 *   lost=FIRST-LAST;      held: these offsets are gone, retention took them before they were read
 *   anew=FIRST;           held: the topic was made anew, what followed in the old one from FIRST on is gone
 *   life=N;               the topic was made anew N - 1 times, and was gone on with on purpose
 */
typedef enum PlaceGap { PLACE_NO_GAP, PLACE_LOST, PLACE_ANEW } PlaceGap;

typedef struct PlaceNote {
    uint64_t holder; /* 0: given back */
    int64_t crashes; /* 0: none */
    int64_t trying;  /* -1: none */
    int64_t tries;
    int64_t last_offset; /* -1: not known */
    uint64_t last_print;
    PlaceGap
        gap; /* not PLACE_NO_GAP: nothing is read until somebody has it go on (`onecase source resume`) */
    int64_t gap_first;
    int64_t gap_last; /* of PLACE_LOST */
    int64_t life;     /* 1 at first */
} PlaceNote;

PlaceNote place_note_none(void); /* of a partition of which nothing is known */

/* Entries that are not known, or malformed, are passed over. */
PlaceNote place_note_read(Text text);

/* On the arena; "" when there is nothing to say. */
Text place_note_write(const PlaceNote *note, Arena *arena);

/* The print of a record: time stamp in ms, key, value; an absent one is told from an empty one. */
uint64_t place_note_print(int64_t timestamp_ms, Text key, Text value);

/* What is gone, of a note with a gap, on the arena: "20 offsets, 10 to 29, are gone (retention)" */
Text place_note_gap(const PlaceNote *note, Arena *arena);

/* The keys that such a text begins with (keys_note). */
Text place_note_keys(Text text);

#endif
