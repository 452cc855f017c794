#ifndef ONECASE_DOMAIN_MAPPING_PERSON_NAME_H
#define ONECASE_DOMAIN_MAPPING_PERSON_NAME_H

#include "base/text.h"

/*
 * Whether a member of this name probably holds a person (name, tel, callerName, 姓名, 手机): `onecase check` then wants a word
 * in `personal`, and `extra` leaves it out where there is none.
 */
bool mapping_person_name(Text name);

#endif
