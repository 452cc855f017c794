#ifndef ONECASE_DOMAIN_PLACE_ANSWER_H
#define ONECASE_DOMAIN_PLACE_ANSWER_H

#include "domain/place_note.h"

/*
 * How a partition that intake holds goes on: `onecase source resume` commits the offset to go on from for the group
 * GROUP.resume, since nobody but intake can commit for intake's own, with a note beside it:
 *
 *   lost=FIRST-LAST;by=NAME;why=TEXT           retention took these; go on behind them
 *   anew=FIRST;by=NAME;why=TEXT                the topic was made anew; it is another one, read it from that offset
 *   anew=FIRST;same;by=NAME;why=TEXT           it holds the old records again (restored); go on where it was
 *
 * It holds for the very gap that it names and for no later one. `why` comes last and may hold anything.
 */
typedef struct PlaceAnswer {
    PlaceGap gap;
    int64_t gap_first;
    int64_t gap_last; /* of PLACE_LOST */
    bool same;        /* of PLACE_ANEW */
    Text by;          /* who, as `user@host`; no ';' */
    Text why;
} PlaceAnswer;

enum { PLACE_ANSWER_BY_MAX = 128, PLACE_ANSWER_WHY_MAX = 500 }; /* bytes */

/* Views of the text; malformed: gap is PLACE_NO_GAP. */
PlaceAnswer place_answer_read(Text text);
Text place_answer_write(const PlaceAnswer *answer, Arena *arena);

/* Whether it answers what the note says. */
bool place_answer_fits(const PlaceAnswer *answer, const PlaceNote *note);

#endif
