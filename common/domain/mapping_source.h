#ifndef ONECASE_DOMAIN_MAPPING_SOURCE_H
#define ONECASE_DOMAIN_MAPPING_SOURCE_H

#include "base/json.h"

#include "domain/mapping_spec.h"

/*
 * The first steps of a record's way, before any field is read: decode, unwrap, each. Used by mapping.c for every
 * record and by the lint, which wants to know which pointers occur in the test inputs and which values nobody reads.
 */
typedef struct MappingSource {
    JsDocument *document;
    const JsValue *root;
    const JsValue **items; /* of `each`; without it one, the root */
    size_t item_count;     /* 0: an empty array, or no_list */
    /* Why an item is dead by itself, NULL where it can be mapped; one for each item. NULL: all can be. */
    const Error **faults;
    const Error *
        no_list; /* why there are no items: nothing stands at `each` that could hold them; NULL: there are */
    unsigned flags; /* bits 1 << MappingFlag: encoding_repaired, key_repeated, nul_removed */
    size_t *work;   /* what may still be read outside the items; NULL without `each` */
} MappingSource;

/*
 * REJECT with rule and pointer when the record is dead as a whole. mapping_source_close in either case.
 * A message without its array of items is no fault yet: `no_list` says what it will be.
 * Text of `unwrap` in an item that is no JSON is that item's fault, elsewhere the record's.
 */
MUST_CHECK bool mapping_source_open(
    const Mapping *mapping, Text bytes, Arena *arena, MappingSource *source, Error *error);
void mapping_source_close(MappingSource *source);

/* Whether the pointer stands for the item in hand: it begins with `each` and "*". Always false without `each`. */
bool mapping_source_in_item(const Mapping *mapping, const MappingPointer *pointer);

/* Like mapping_pointer_find, with the item in hand where the pointer stands for it; nothing when there are no items. */
size_t mapping_source_find(const Mapping *mapping,
                           const MappingSource *source,
                           size_t item,
                           const MappingPointer *pointer,
                           const JsValue **found,
                           size_t max);

/* The pointer as written, with the number of the item where it stands for it: "/items/3/id". */
Text mapping_source_place(const Mapping *mapping,
                          const MappingPointer *pointer,
                          size_t item,
                          Arena *arena);

/* The item itself: "/items/3"; "" without `each`. */
Text mapping_source_item_place(const Mapping *mapping, size_t item, Arena *arena);

/*
 * A value outside the items is read once for each of them, so a large one would cost thousands of times its size.
 * Searching and reading there is paid out of one allowance a message; when it is used up nothing is found there any
 * more, and the items that asked are dead.
 */
void mapping_source_spend(const MappingSource *source, size_t bytes);
bool mapping_source_spent(const MappingSource *source);

#endif
