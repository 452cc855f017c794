#ifndef ONECASE_DOMAIN_CREDIT_CODE_H
#define ONECASE_DOMAIN_CREDIT_CODE_H

#include "base/text.h"

/*
 * Unified social credit codes (统一社会信用代码, GB 32100-2015): 18 characters of 0-9 and A-Z without I O S V Z, the last
 * one a check character: weights 3^i mod 31, check value (31 - sum mod 31) mod 31.
 */
enum { CREDIT_CODE_SIZE = 18 };

/* Narrow, upper case, without white space and hyphens; on the arena. May still be wrong. */
Text credit_code_normalise(Arena *arena, Text text);

/* Whether a normalised code has the right size, characters and check character. */
bool credit_code_valid(Text code);

#endif
