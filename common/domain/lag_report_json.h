#ifndef ONECASE_DOMAIN_LAG_REPORT_JSON_H
#define ONECASE_DOMAIN_LAG_REPORT_JSON_H

#include "base/json.h"

#include "domain/lag_verdict.h"

/* Members of the JSON of lag_report.c and lag_board_memory.c, one call each. What is LAG_UNKNOWN becomes null, and null becomes that. */
void lag_out_text(TextBuilder *out, const char *key, Text text);
void lag_out_int(TextBuilder *out, const char *key, int64_t value);
void lag_out_real(TextBuilder *out,
                  const char *key,
                  double value); /* three digits behind the point */
void lag_out_time(TextBuilder *out, const char *key, int64_t time_ms); /* ISO 8601 in UTC */
void lag_out_seconds(TextBuilder *out, const char *key, int64_t time_ms);
void lag_out_flag(TextBuilder *out, const char *key, bool value);
void lag_out_verdict(TextBuilder *out, LagVerdict verdict);

/* Where a reader stands: an object and its JSON pointer. The first member that is not as expected is told in *error, REJECT. */
typedef struct LagIn {
    const JsValue *object;
    Text pointer;
    Arena *arena;
    Error *error;
} LagIn;

/* `value` has to be an object. */
LagIn lag_in_object(const JsValue *value, Text pointer, Arena *arena, Error *error);
Text lag_in_text(const LagIn *in, const char *key); /* copied; "" for null */
int64_t lag_in_int(const LagIn *in, const char *key);
double lag_in_real(const LagIn *in, const char *key);
int64_t lag_in_time(const LagIn *in, const char *key);    /* ms since 1970 */
int64_t lag_in_seconds(const LagIn *in, const char *key); /* as ms */
bool lag_in_flag(const LagIn *in, const char *key);
LagVerdict lag_in_verdict(const LagIn *in);
/* Elements of an array, which has to be there. */
const JsValue *lag_in_array(const LagIn *in, const char *key, size_t *count);
LagIn lag_in_element(const LagIn *in, const char *key, const JsValue *array, size_t index);

#endif
