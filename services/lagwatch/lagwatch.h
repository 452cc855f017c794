#ifndef ONECASE_LAGWATCH_LAGWATCH_H
#define ONECASE_LAGWATCH_LAGWATCH_H

#include "base/error.h"
#include "base/text.h"

/*
 * The watcher as service.h wants it. Neither Kafka nor PostgreSQL needs to be there, at the start or later: what does not answer stands
 * in the report. One cycle: look, probe, judge, publish, remember.
 */
bool lagwatch_check(const void *settings, Arena *arena, TextList *faults);
bool lagwatch_open(const void *settings, void **state, Error *error);
bool lagwatch_step(void *state, Error *error);
/* Mapping files anew: topics of departments that have joined. */
bool lagwatch_reload(void *state, Error *error);
void lagwatch_close(void *state);

#endif
