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
 * At most EVIDENCE_GRAMS_MAX: the heaviest, ties to the smaller hash. Of two grams whose hashes have the same upper half the
 * heavier one stands for both. *length: code points that are not 0.
 */
Gram *text_similarity_grams(const uint32_t *codepoints,
                            size_t count,
                            const Model *model,
                            Arena *arena,
                            size_t *gram_count,
                            size_t *length);

/* The sum of the squares of the weights, for Evidence.gram_norm. */
uint32_t text_similarity_norm(const Gram *grams, size_t count);

/* Fills Evidence.gram_table; `table` is GRAM_TABLE_SLOTS long, all 0. */
void text_similarity_mark(const Gram *grams, size_t count, uint32_t *table);

/* The cosine of the grams of both in thousandths, rounded down; 0 when either has none. Symmetric. */
int32_t text_similarity_permille(const Evidence *a, const Evidence *b);

#endif
