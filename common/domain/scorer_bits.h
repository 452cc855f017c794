#ifndef ONECASE_DOMAIN_SCORER_BITS_H
#define ONECASE_DOMAIN_SCORER_BITS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Powers and logarithms of two in millibits, in integers, so that every build gives the same. Off by at most one
 * millibit from real arithmetic.
 */

/* log2(value) * 1000, rounded to nearest; value at least 1. */
int32_t scorer_bits_log2(uint64_t value);

/* log2(1 + sum of 2^(totals[i] / 1000)) * 1000, rounded to nearest. At most 65,536 totals. */
int32_t scorer_bits_log2_sum(const int32_t *totals_mb, size_t count);

#endif
