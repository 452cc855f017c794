#ifndef ONECASE_DOMAIN_PLACE_MARK_H
#define ONECASE_DOMAIN_PLACE_MARK_H

#include "domain/place_note.h"

/*
 * What is remembered of a source partition when its topic is deleted: Kafka forgets with a topic all that was committed of
 * it, and one of the same name would be read from its beginning as if it were the old one. So intake leaves a mark
 * elsewhere, with its group GROUP.resume, beside an offset 0 of a partition of onecase.report:
 *
 *   TOPIC/PARTITION=OFFSET@PRINT@LIFE;...
 *
 * OFFSET and PRINT as in place_note.h, of a record done some minutes ago at most; all topics that share a partition of
 * onecase.report stand in one text.
 */
enum { PLACE_MARKS_MAX = 4000 }; /* bytes of such a text; the brokers' limit is 4096 */

/* The partition of onecase.report at which a topic is remembered. */
int32_t place_mark_slot(Text topic, int32_t report_partitions);

/* Fills last_offset, last_print and life. False: nothing is remembered. */
bool place_mark_find(Text marks, Text topic, int32_t partition, PlaceNote *note);

/* The text with this entry in front, on the arena; what does not fit any more is left out at its end. */
Text place_mark_put(Text marks, Text topic, int32_t partition, const PlaceNote *note, Arena *arena);

#endif
