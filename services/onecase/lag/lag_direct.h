#ifndef ONECASE_SERVICES_ONECASE_LAG_DIRECT_H
#define ONECASE_SERVICES_ONECASE_LAG_DIRECT_H

#include "lag/lag_options.h"

#include "domain/lag_board.h"

/* Kafka and PostgreSQL looked at from here, with a memory of earlier looks. One thread. */
typedef struct LagDirect LagDirect;

/*
 * REJECT when the mapping files, which name the departments' topics, cannot be used. When the measurement is to be exact, PostgreSQL
 * has to be there (RETRY) and fit (FATAL). The options outlive it.
 */
MUST_CHECK bool lag_direct_open(const LagOptions *options, LagDirect **direct, Error *error);
void lag_direct_close(LagDirect *direct); /* NULL is fine */

/* One look, and the report that it makes with those before, on the arena. RETRY when Kafka has never answered. */
MUST_CHECK bool
lag_direct_look(LagDirect *direct, Arena *arena, LagLook *look, LagReport *report, Error *error);

#endif
