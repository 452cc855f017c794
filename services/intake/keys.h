#ifndef ONECASE_INTAKE_KEYS_H
#define ONECASE_INTAKE_KEYS_H

#include "faults.h"
#include "settings.h"

#include "domain/mapping.h"

/*
 * The secret keys of reporter hashes: the one in use and, during a rotation, the one before it, each with a number.
 *
 * All hosts must have the same key under one number, or one person would become two. Hosts share nothing but Kafka, so
 * each commit of intake carries a note of number and fingerprint (domain/key_note.h).
 */

/* Reads the key files of the settings into context->key and key_before. False with all faults. */
bool keys_load(const IntakeSettings *settings,
               Arena *arena,
               MappingContext *context,
               Faults *faults);
void keys_wipe(MappingContext *context); /* overwrites the secrets */

/* The note of these keys, on the arena. */
Text keys_note(const MappingContext *context, Arena *arena);

/* A number under which the note names another key than ours; 0: none. */
int32_t keys_conflict(const MappingContext *context, Text note);

#endif
