#ifndef ONECASE_BASE_TEXT_H
#define ONECASE_BASE_TEXT_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A view of UTF-8 bytes that somebody else owns; not NUL-terminated. {NULL, 0} means absent; an empty text has
 * a pointer and size 0. Passed by value.
 */
typedef struct Text {
    const char *data;
    size_t size;
} Text;

typedef struct TextList {
    Text *items;
    size_t count;
} TextList;

#define TEXT(literal) ((Text){(literal), sizeof(literal) - 1})
#define TEXT_ABSENT ((Text){NULL, 0})
#define TEXT_ARGS(text) (int)(text).size, ((text).data != NULL ? (text).data : "") /* for "%.*s" */

Text text_from(const char *string);          /* view of a C string; NULL gives absent */
bool text_is_absent(Text text);              /* {NULL, 0} */
bool text_is_empty(Text text);               /* absent or no bytes */
bool text_equal(Text a, Text b);             /* bytewise; absent equals empty */
bool text_is(Text text, const char *string); /* equal to a C string */
int text_compare(Text a, Text b);            /* bytewise, like strcmp, for sorting */
uint64_t text_hash(Text text);               /* XXH3, 64 bits, the same on every machine */
bool text_starts(Text text, Text prefix);
bool text_ends(Text text, Text suffix);
/* Byte position of the first `part` at or after `from`, or SIZE_MAX. An empty part is found at `from`. */
size_t text_find(Text text, Text part, size_t from);
bool text_contains(Text text, Text part);
Text text_slice(Text text, size_t from, size_t size); /* clipped to the text */
Text text_trim(Text text);                  /* no white space (ASCII and U+3000) at the ends */
Text text_copy(Arena *arena, Text text);    /* bytes copied and NUL-terminated behind the view */
char *text_string(Arena *arena, Text text); /* a C string; embedded NULs stay */
Text text_format(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whole text as a number, optional sign, no spaces; false when it is anything else or out of range. */
bool text_to_int64(Text text, int64_t *value);
bool text_to_double(Text text,
                    double *value);       /* decimal notation, finite, '.' whatever the locale */
bool text_is_digits(Text text);           /* one or more ASCII digits, nothing else */
bool text_is_name(Text text, size_t max); /* 1 to `max` ASCII letters, digits, '_', '-', '.' */

/* Levenshtein distance in bytes with transposition counted as one (for hints); at most 64 bytes each, else SIZE_MAX. */
size_t text_edit_distance(Text a, Text b);

#endif
