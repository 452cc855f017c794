#ifndef ONECASE_BASE_JSON_SCAN_H
#define ONECASE_BASE_JSON_SCAN_H

#include "base/text_builder.h"

/*
 * Private to json.c. jansson refuses integers beyond 64 bits and forgets how a decimal was written, so
 * each number token of the text is handed to it as a string with a marker, DEL and 'n':
 *   12.50  ->  "\x7Fn12.50"
 * A string value that starts with DEL by itself gets DEL and 't' before it, so the two can never be
 * confused; keys stay as they are. A token that is not a JSON number is left for jansson to refuse.
 * A NUL byte outside strings becomes U+0001, which jansson refuses: it would take the NUL for the end
 * of the text and never look behind it.
 */
enum { SCAN_MARKER_SIZE = 2, SCAN_OBJECT_VALUES = 4 /* what one costs in jansson's memory */ };
#define SCAN_NUMBER_MARKER "\x7Fn"
#define SCAN_TEXT_MARKER "\x7Ft"

typedef struct ScanRules {
    size_t depth_max;
    size_t values_max;
    bool repair; /* an escaped half of a surrogate pair becomes \ufffd, which takes as many bytes */
} ScanRules;

typedef struct ScanResult {
    size_t consumed; /* bytes of the text that were read */
    size_t values;   /* at least as many as it holds, an object counting as SCAN_OBJECT_VALUES */
    size_t keys;     /* names of members */
    bool too_deep;   /* stopped at the bracket that passes depth_max */
    bool too_many;   /* stopped at the value that passes values_max */
    bool repaired;
} ScanResult;

/*
 * Appends the rewritten text to `out` and stops once `out` holds at least `limit` bytes (SIZE_MAX:
 * read it all): so a position in the output can be traced back to the input.
 */
ScanResult scan_rewrite(Text text, const ScanRules *rules, size_t limit, TextBuilder *out);

#endif
