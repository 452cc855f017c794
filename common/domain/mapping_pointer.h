#ifndef ONECASE_DOMAIN_MAPPING_POINTER_H
#define ONECASE_DOMAIN_MAPPING_POINTER_H

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

/*
 * JSON Pointers of mapping files: RFC 6901 with three more tokens, `*` (each element of an array), `[key=value]`
 * (the elements of an array whose member `key` is `value`) and -1 (its last element). Compiled once when the file is read.
 */
typedef enum MappingTokenKind {
    TOKEN_MEMBER, /* a member by name, or an element by index */
    TOKEN_EACH,   /* `*` */
    TOKEN_WHERE   /* `[key=value]` */
} MappingTokenKind;

typedef struct MappingToken {
    MappingTokenKind kind;
    Text name;  /* '~0' and '~1' decoded */
    Text value; /* of TOKEN_WHERE */
    size_t
        index; /* of TOKEN_MEMBER when the name is an array index or MAPPING_LAST, else SIZE_MAX */
} MappingToken;

#define MAPPING_LAST (SIZE_MAX - 1) /* "-1": the last element */

typedef struct MappingTokens { /* a view */
    const MappingToken *items;
    size_t count;
} MappingTokens;

typedef struct MappingPointer {
    Text text; /* as written */
    MappingToken *tokens;
    size_t count;
    int line; /* in the mapping file */
} MappingPointer;

enum { MAPPING_MATCHES_MAX = 256 }; /* values one pointer may stand for in one record */

/* Compiles `text`; everything lives on the arena. REJECT when it is no pointer, with a text fit for a finding. */
MUST_CHECK bool
mapping_pointer_compile(Arena *arena, Text text, MappingPointer *pointer, Error *error);

/* The values at the pointer, at most `max` of them, in the order of the document. */
size_t mapping_pointer_find(const MappingPointer *pointer,
                            const JsValue *root,
                            const JsValue **found,
                            size_t max);

/*
 * The same for a row of tokens; *steps (may be NULL) grows by the values that were looked at, which is what a search
 * costs.
 */
size_t mapping_pointer_search(
    MappingTokens tokens, const JsValue *root, const JsValue **found, size_t max, size_t *steps);

/* The number of the element of an array that TOKEN_MEMBER stands for; SIZE_MAX: of none. */
size_t mapping_token_index(const MappingToken *token, const JsValue *array);

/* Whether `*` or `[key=value]` stands for this element of an array. */
bool mapping_token_fits(const MappingToken *token, const JsValue *element);

/* The last member name of the pointer ("" for the root), to guess what it holds. */
Text mapping_pointer_last_name(const MappingPointer *pointer);

/* Whether some value can be reached by both, or one lies below the other: compared token by token, `*` fits all,
 * [k=a] and [k=b] do not meet. */
bool mapping_pointer_overlaps(const MappingPointer *a, const MappingPointer *b);

#endif
