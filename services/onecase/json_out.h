#ifndef ONECASE_SERVICES_ONECASE_JSON_OUT_H
#define ONECASE_SERVICES_ONECASE_JSON_OUT_H

#include "base/json.h"

/* Members of a JSON object, one call each: absent values become null. Times are ISO-8601 UTC. */
void out_text(TextBuilder *out, const char *key, Text text);
void out_int(TextBuilder *out, const char *key, int64_t value);
void out_time(TextBuilder *out, const char *key, int64_t time_us);

#endif
