#ifndef ONECASE_DOMAIN_CATEGORY_H
#define ONECASE_DOMAIN_CATEGORY_H

#include "base/text.h"

/* The hazard tree's leaves by name: domain.md 7.1 and D06. Their parameters (radius, scope, ...)
 * stand in the model. */
typedef struct Category {
    const char *code; /* A02 */
    const char *name_zh;
    const char *name_en;
} Category;

const Category *category_find(Text code); /* NULL: no such leaf */
const Category *category_all(size_t *count);

#endif
