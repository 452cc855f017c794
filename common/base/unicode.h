#ifndef ONECASE_BASE_UNICODE_H
#define ONECASE_BASE_UNICODE_H

#include "base/text.h"

#define UNICODE_REPLACEMENT 0xFFFDu

/*
 * Takes the next code point off the front of *rest (which becomes shorter). Bytes that are no UTF-8 give
 * U+FFFD and take one byte. False when *rest is empty.
 */
bool unicode_next(Text *rest, uint32_t *codepoint);

size_t unicode_length(Text text); /* in code points */

/* The longest prefix of at most `max` code points; never splits one. */
Text unicode_prefix(Text text, size_t max);

bool unicode_valid(Text text); /* well-formed UTF-8 throughout */

/* Well-formed copy: each broken byte becomes U+FFFD. *repaired says whether there was one. */
Text unicode_repair(Arena *arena, Text text, bool *repaired);

/*
 * Full-width ASCII (U+FF01..FF5E) and U+3000 become narrow; nothing else changes. The text itself when there is none.
 * *changed may be NULL.
 */
Text unicode_narrow(Arena *arena, Text text, bool *changed);

/* Whether a full-width letter or digit stands in it. */
bool unicode_has_wide(Text text);

/* For comparison only: NFKC, lower case, white space and control characters removed (utf8proc). */
Text unicode_fold(Arena *arena, Text text);

/* Columns the text takes on a terminal: Han and full-width characters two, combining ones none (utf8proc). */
size_t unicode_width(Text text);

bool unicode_is_han(uint32_t codepoint); /* CJK ideographs of all blocks, also beyond the BMP */

#endif
