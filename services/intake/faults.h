#ifndef ONECASE_INTAKE_FAULTS_H
#define ONECASE_INTAKE_FAULTS_H

#include "base/text.h"

/* All that is wrong with settings and the files they name: one run says everything. */
typedef struct Faults {
    Arena *arena;
    TextList *list;
} Faults;

/* Always returns false. */
bool faults_add(Faults *faults, Text message);
bool faults_format(Faults *faults, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
