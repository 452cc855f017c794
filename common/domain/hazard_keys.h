#ifndef ONECASE_DOMAIN_HAZARD_KEYS_H
#define ONECASE_DOMAIN_HAZARD_KEYS_H

#include "domain/hazard.h"

/*
 * The blocking keys under which a hazard is found, also those of members whose evidence is not kept any more, so that a
 * hazard can be taken out of the index and put back under another id.
 */

/* Adds the keys of a member's evidence, as one of a bucket or of another hazard; returns the block, which may have moved. NULL is an
 * empty one. */
HazardKeys *
hazard_keys_add(HazardKeys *keys, const Evidence *evidence, bool bucket, const Model *model);
HazardKeys *hazard_keys_copy(const HazardKeys *keys); /* NULL is fine */
void hazard_keys_free(HazardKeys *keys);              /* NULL is fine */

size_t hazard_keys_count(const HazardKeys *keys); /* NULL: 0 */
uint64_t hazard_keys_at(const HazardKeys *keys, size_t at);

/* All keys of a hazard: of the evidence that is kept and of what was given up. To be freed. */
HazardKeys *hazard_keys_of(const Hazard *hazard, const Model *model);

#endif
