#ifndef ONECASE_DOMAIN_MAPPING_COVERAGE_PARTS_H
#define ONECASE_DOMAIN_MAPPING_COVERAGE_PARTS_H

#include "domain/mapping_coverage.h"
#include "domain/mapping_source.h"

/* The parts of mapping_coverage.c; not for others. */

/*
 * A place in the inputs: a member of an object, or all elements of an array ("*"). Children in the order they were
 * first seen.
 *
 *   (root) ── body ── zone
 *          └─ list ── * ── id
 */
typedef struct CoveragePlace {
    Text name;
    bool each; /* the elements of an array */
    bool leaf; /* a value stood here */
    bool null; /* null did: a field too, unless an object or array stood here as well */
    bool read;
    struct CoveragePlace *parent;
    struct CoveragePlace *child;
    struct CoveragePlace *last;
    struct CoveragePlace *next;
    size_t children;
} CoveragePlace;

enum { COVERAGE_CHILDREN_MAX = 1000 }; /* of one place; more are not looked at */

/* Adds the places of a message, the items of `each` as elements even when one object stands for the array. */
void coverage_add_places(CoveragePlace *root,
                         const Mapping *mapping,
                         const MappingSource *source,
                         Arena *arena);

/* Marks what the mapping reads, or names as unread. */
void coverage_mark_read(CoveragePlace *root, const Mapping *mapping);

/* The place after this one, depth first; NULL at the end. */
CoveragePlace *coverage_next_place(CoveragePlace *place);

/* Whether the place is a field: a value, or null and never anything with places below it. */
static inline bool coverage_is_field(const CoveragePlace *place)
{
    return place->leaf || (place->null && place->child == NULL);
}

/* Tokens from the root to the place. */
size_t coverage_place_depth(const CoveragePlace *place);

/* Whether the first `count` tokens of the pointer lead to the place or to what it stands in, `count` deep. */
bool coverage_place_fits(const CoveragePlace *place, const MappingPointer *pointer, size_t count);

/* As a pointer of a mapping file: "/list/`*`/id". */
Text coverage_place_text(const CoveragePlace *place, Arena *arena);

/* The place that a pointer which never occurs is most likely meant for, one that nothing reads, as text; or absent. */
Text coverage_place_meant(CoveragePlace *root, const MappingPointer *pointer, Arena *arena);

/* mapping_coverage_personal.c: what `extra` would take in that is named like a person's and `personal` does not name. */
void coverage_lint_personal(const CoveragePlace *root,
                            const Mapping *mapping,
                            Arena *arena,
                            MappingFindings *findings);

#endif
