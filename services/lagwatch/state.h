#ifndef ONECASE_LAGWATCH_STATE_H
#define ONECASE_LAGWATCH_STATE_H

#include "base/text.h"

#include "domain/lag_board.h"

/*
 * The file in which the watcher keeps what it remembers, replaced as a whole: whoever reads it finds one look or the one before, never
 * half of one. What goes wrong with it is said in the log and changes nothing else.
 */
typedef struct State {
    const char *path; /* "": there is none */
    bool failing;     /* the last write failed, which was said */
} State;

/* False with a fault on `arena`: its folder is not there or may not be written. */
bool state_check(const char *path, Arena *arena, TextList *faults);

/* Into the board; a file that is not there, or cannot be understood, leaves it empty. */
void state_read(const State *state, LagBoard *board, int64_t at_ms, Arena *arena);
void state_write(State *state, const LagBoard *board, Arena *arena);

#endif
