#ifndef ONECASE_INTAKE_INTAKE_H
#define ONECASE_INTAKE_INTAKE_H

#include "base/error.h"
#include "base/text.h"

/* The functions of a ServiceSpec (adapters/service.h); `settings` is an IntakeSettings, `state` an Intake. */
bool intake_check(const void *settings, Arena *arena, TextList *faults);
bool intake_open(const void *settings, void **state, Error *error);
bool intake_step(void *state, Error *error);
void intake_idle(void *state, int wait_ms);
bool intake_reload(void *state, Error *error);
bool intake_drain(void *state, Error *error);
void intake_close(void *state);

#endif
