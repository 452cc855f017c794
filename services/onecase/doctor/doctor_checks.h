#ifndef ONECASE_SERVICES_ONECASE_DOCTOR_CHECKS_H
#define ONECASE_SERVICES_ONECASE_DOCTOR_CHECKS_H

#include "doctor/doctor.h"

/* The checks, in the order of the table; what each looks at stands there. */
bool doctor_check_settings(Doctor *doctor, Error *error);
bool doctor_check_brokers(Doctor *doctor, Error *error);
bool doctor_check_topics(Doctor *doctor, Error *error);
bool doctor_check_departments(Doctor *doctor, Error *error);
bool doctor_check_acls(Doctor *doctor, Error *error);
bool doctor_check_groups(Doctor *doctor, Error *error);
bool doctor_check_database(Doctor *doctor, Error *error);
bool doctor_check_schema(Doctor *doctor, Error *error);
bool doctor_check_roles(Doctor *doctor, Error *error);
bool doctor_check_offsets(Doctor *doctor, Error *error);
bool doctor_check_relay(Doctor *doctor, Error *error);
bool doctor_check_clocks(Doctor *doctor, Error *error);
bool doctor_check_disk(Doctor *doctor, Error *error);
bool doctor_check_mappings(Doctor *doctor, Error *error);
bool doctor_check_model(Doctor *doctor, Error *error);
bool doctor_check_keys(Doctor *doctor, Error *error);
bool doctor_check_programs(Doctor *doctor, Error *error);
bool doctor_check_letters(Doctor *doctor, Error *error);
bool doctor_check_reviews(Doctor *doctor, Error *error);
bool doctor_check_accounting(Doctor *doctor, Error *error);

#endif
