#ifndef ONECASE_DOMAIN_TEXT_SIMILARITY_H
#define ONECASE_DOMAIN_TEXT_SIMILARITY_H

#include "domain/evidence.h"

/*
 * Likeness of two texts: cosine of TF-IDF weights of character 1- and 2-grams (linkage.md 1). Integers all the way,
 * so that every build gives the same.
 */

/* The hash of a 2-gram; of a 1-gram when `second` is 0. */
uint32_t text_similarity_gram(uint32_t first, uint32_t second);

/*
 * The grams of folded code points, sorted by hash, on the arena; code point 0 separates (no gram reaches over it).
 * At most EVIDENCE_GRAMS_MAX: the heaviest, ties to the smaller hash. *length: code points that are not 0.
 */
Gram *text_similarity_grams(const uint32_t *codepoints,
                            size_t count,
                            const Model *model,
                            Arena *arena,
                            size_t *gram_count,
                            size_t *length);

/* The cosine in thousandths, rounded down; 0 when either has no grams. */
int32_t text_similarity_permille(const Gram *a, size_t a_count, const Gram *b, size_t b_count);

#endif
