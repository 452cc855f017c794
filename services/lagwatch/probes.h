#ifndef ONECASE_LAGWATCH_PROBES_H
#define ONECASE_LAGWATCH_PROBES_H

#include "base/text.h"

#include "domain/lag_board.h"

/*
 * The processes that the setting `services` names, asked at /healthz. Nobody listens: gone. No answer, or one that says it makes no
 * progress: hangs (the board asks to see that twice). No way there must be met twice in a row, so that one lost packet stops nobody;
 * until then the process is what it was. Whoever answers otherwise than our programs do is not known.
 */
typedef struct Probes Probes;

/* NULL when there is a fault; all are added to `faults`, on `arena`. */
Probes *probes_new(const char *services, Arena *arena, TextList *faults);
void probes_free(Probes *probes); /* NULL is fine */

/* Asks all at once, each for at most `limit_ms`. The answers live on the arena. */
LagProcessSeen *probes_ask(Probes *probes, int limit_ms, Arena *arena, size_t *count);

#endif
