#ifndef ONECASE_SERVICES_ONECASE_DOCTOR_PRINT_H
#define ONECASE_SERVICES_ONECASE_DOCTOR_PRINT_H

#include "doctor/doctor.h"

/* To stdout. */
void doctor_print_list(void);
void doctor_print(const Doctor *doctor); /* by its option --quiet findings alone */
void doctor_print_json(const Doctor *doctor);

#endif
