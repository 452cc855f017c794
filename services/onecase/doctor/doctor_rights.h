#ifndef ONECASE_SERVICES_ONECASE_DOCTOR_RIGHTS_H
#define ONECASE_SERVICES_ONECASE_DOCTOR_RIGHTS_H

#include "base/text.h"

/*
 * Who may do what, as data: the roles of PostgreSQL (of the migrations: a test keeps them equal) and the programs' entries in Kafka's
 * access control list. Lists are words with blanks between.
 */
typedef struct DoctorRight {
    const char *role;
    const char *privileges; /* select insert update delete, execute, usage */
    const char
        *objects; /* tables and views of the schemas onecase and analysis; functions; schemas */
    const char *columns; /* NULL: the whole table */
} DoctorRight;

extern const DoctorRight DOCTOR_RIGHTS[];
extern const size_t DOCTOR_RIGHT_COUNT;

typedef enum DoctorSubject {
    DOCTOR_ON_REPORT,      /* onecase.report */
    DOCTOR_ON_LETTERS,     /* onecase.deadletter */
    DOCTOR_ON_REDRIVE,     /* onecase.redrive */
    DOCTOR_ON_CASES,       /* onecase.case */
    DOCTOR_ON_DEPARTMENTS, /* every topic of a mapping */
    DOCTOR_ON_INTAKES,     /* intake's group */
    DOCTOR_ON_ANSWERS,     /* intake's second group, its name with .resume */
    DOCTOR_ON_MATCHERS     /* the matcher's group */
} DoctorSubject;

typedef struct DoctorNeed {
    const char *program;
    DoctorSubject subject;
    const char *operation;
} DoctorNeed;

extern const DoctorNeed DOCTOR_NEEDS[];
extern const size_t DOCTOR_NEED_COUNT;

/* The next word of the list, cut from its front; false at its end. */
bool doctor_rights_word(Text *list, Text *word);

/* Both tables on stdout. */
void doctor_rights_print(void);

#endif
