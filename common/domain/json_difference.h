#ifndef ONECASE_DOMAIN_JSON_DIFFERENCE_H
#define ONECASE_DOMAIN_JSON_DIFFERENCE_H

#include "base/json.h"

/* Where two JSON values differ, for tests that compare structures and not texts. */
typedef struct JsonDifference {
    Text pointer;  /* RFC 6901 */
    Text expected; /* JSON text; absent: nothing is expected here */
    Text found;    /* JSON text; absent: nothing is there */
} JsonDifference;

enum { JSON_DIFFERENCES_MAX = 100 };

/*
 * The differences in the order of `expected`, then what `found` has beyond it; at most JSON_DIFFERENCES_MAX, on the
 * arena. The order of members means nothing, that of elements does. Numbers are equal by value, those with a
 * fraction within 0.000001 (coordinates: 0.1 m).
 */
size_t json_difference(const JsValue *expected,
                       const JsValue *found,
                       Arena *arena,
                       JsonDifference **differences);

#endif
