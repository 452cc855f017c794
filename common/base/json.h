#ifndef ONECASE_BASE_JSON_H
#define ONECASE_BASE_JSON_H

#include "base/error.h"
#include "base/text.h"
#include "base/text_builder.h"

/*
 * The only door to the JSON library. Names start with js_ because json_ belongs to jansson.
 *
 * Numbers keep their digits: js_scalar_text gives a number as it was written (a 20-digit record number stays
 * whole). Reading accepts \u0000 in texts, but not in member names; duplicate keys: last wins; depth at most
 * JS_DEPTH_MAX, at most JS_VALUES_MAX values, an object counting as four, which bounds the memory: some 45 MB whatever the
 * text.
 */
typedef struct JsDocument JsDocument; /* owns the tree; js_close */
typedef struct JsValue JsValue;       /* a node inside a document; lives as long as the document */

typedef enum JsType { JS_NULL, JS_FALSE, JS_TRUE, JS_NUMBER, JS_TEXT, JS_ARRAY, JS_OBJECT } JsType;

enum { JS_DEPTH_MAX = 64, JS_VALUES_MAX = 500000 };

/*
 * Parses one JSON value with nothing but white space around it. REJECT, rule "syntax", with line and column (in
 * characters, from 1) of the last byte of the guilty token; the text never quotes the input.
 */
MUST_CHECK bool js_parse(Text text, JsDocument **document, Error *error);

/* What js_parse_repair read and put right, summed over its calls with one struct; {0} to start with. */
typedef struct JsRepairs {
    size_t values;     /* together at most JS_VALUES_MAX */
    bool surrogates;   /* an escaped half of a surrogate pair became U+FFFD */
    bool keys_dropped; /* an object held one name twice: the last one counts */
} JsRepairs;

/* Like js_parse, and reads lone surrogates ("\ud800"), which no UTF-8 can hold. For texts of strangers. */
MUST_CHECK bool js_parse_repair(Text text, JsRepairs *repairs, JsDocument **document, Error *error);

void js_close(JsDocument *document); /* NULL is fine */
const JsValue *js_root(const JsDocument *document);

/*
 * Puts the root of another document in the place of a member or element that is there; it belongs to the tree from then
 * on, and what stood there is gone.
 */
void js_replace_member(const JsValue *object, Text key, JsDocument *document);
void js_replace_element(const JsValue *array, size_t index, JsDocument *document);

/* All readers take NULL for "not there" and answer JS_NULL, absent or 0. */
JsType js_type(const JsValue *value);
const JsValue *js_member(const JsValue *object, Text key); /* NULL: no object or no such member */
const JsValue *js_element(const JsValue *array,
                          size_t index); /* NULL: no array or beyond its end */
size_t js_count(const JsValue *value);   /* elements or members; 0 for scalars */
/* Walks an object's members in the order written: *cursor starts as 0; false at the end. */
bool js_each(const JsValue *object, size_t *cursor, Text *key, const JsValue **value);
Text js_text(const JsValue *value); /* of a JS_TEXT, else absent */
/* A scalar as text: text as it is, numbers as written, true, false; null, arrays and objects: absent. */
Text js_scalar_text(const JsValue *value);
/* The value as compact JSON text on the arena. */
Text js_dump(const JsValue *value, Arena *arena);

/* RFC 6901: the value at `pointer` ("" is the root), or NULL. '~1' and '~0' are decoded. */
const JsValue *js_pointer(const JsValue *root, Text pointer);
/* Appends "/token" with '~' and '/' escaped. */
void js_pointer_append(TextBuilder *pointer, Text token);

/* Writing: appends to a builder; the caller puts commas and braces (js_key adds the comma when one is needed). */
void js_write_text(TextBuilder *out,
                   Text text); /* quoted and escaped; broken bytes become U+FFFD */
void js_write_key(TextBuilder *out,
                  Text key); /* `"key":`, with a comma before it unless it is first */
void js_write_double(TextBuilder *out, double value); /* shortest digits that read back equal */

#endif
