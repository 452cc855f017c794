#ifndef ONECASE_SERVICES_ONECASE_SOURCE_JSON_H
#define ONECASE_SERVICES_ONECASE_SOURCE_JSON_H

#include "source_print.h"

/* All of it as one JSON object on stdout; nothing without --json. */
void source_json_print(const SourceRun *run);

#endif
