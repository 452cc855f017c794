#ifndef ONECASE_BASE_JSON_SPLIT_H
#define ONECASE_BASE_JSON_SPLIT_H

#include "base/error.h"
#include "base/text.h"

/*
 * Cuts a file of JSON into records without parsing it and without holding it: the elements of a top-level array, or
 * objects one after another over any number of lines, or several of both. Only brackets and quotes are looked at, so
 * an element that is no good JSON inside comes out whole, for its reader to judge. White space and commas between
 * records are skipped, however many.
 *
 * The caller owns a window over the file and lets it grow:
 *
 *   JsSplit split = js_split_new(false);
 *   while (js_split_next(&split, window, last, &piece, &error))
 *       { use piece.bytes; window = window without its first piece.used bytes; }
 *   false: an error, or `split.done` when `last` was given, else: read on behind the same window and call again
 */
typedef struct JsSplit {
    bool gb18030; /* the second byte of a character may look like a backslash or a bracket */
    bool done;    /* the end was reached and all is well */
    int64_t line; /* of the next byte, from 1; after an error: the guilty one */

    /* Private. */
    bool started;
    bool in_array;
    bool in_value;
    bool in_text;
    bool escaped;
    bool trail;
    int64_t depth;
    int64_t value_line;
    size_t value_from; /* in the window */
    size_t scanned;    /* bytes of the window that were looked at */
} JsSplit;

typedef struct JsPiece {
    Text bytes;   /* a view of the window */
    int64_t line; /* where it begins */
    size_t used;  /* bytes of the window up to its end */
} JsPiece;

JsSplit js_split_new(bool gb18030);

/*
 * The next record. REJECT, rule "json", when what stands there begins no record, a line break stands inside a text
 * (the one mistake after which nothing could be cut rightly: a quote is missing), or the file ends inside a record or
 * an array. The text names no line: split->line does.
 */
MUST_CHECK bool js_split_next(JsSplit *split, Text window, bool last, JsPiece *piece, Error *error);

/* Bytes at the front of the window that no record needs: may be dropped after an answer of false. */
size_t js_split_droppable(const JsSplit *split);
void js_split_drop(JsSplit *split, size_t size); /* the caller dropped so many */

#endif
