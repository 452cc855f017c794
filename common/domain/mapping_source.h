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
    size_t item_count;     /* 0: an empty array */
    unsigned flags;        /* bits 1 << MappingFlag: encoding_repaired, nul_removed, ... */
} MappingSource;

/* REJECT with rule and pointer when the record is dead as a whole. mapping_source_close in either case. */
MUST_CHECK bool mapping_source_open(
    const Mapping *mapping, Text bytes, Arena *arena, MappingSource *source, Error *error);
void mapping_source_close(MappingSource *source);

/* Whether the pointer stands for the item in hand: it begins with `each` and "*". Always false without `each`. */
bool mapping_source_in_item(const Mapping *mapping, const MappingPointer *pointer);

/* Like mapping_pointer_find, with the item in hand where the pointer stands for it. */
size_t mapping_source_find(const Mapping *mapping,
                           const MappingSource *source,
                           size_t item,
                           const MappingPointer *pointer,
                           const JsValue **found,
                           size_t max);

#endif
