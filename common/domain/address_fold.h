#ifndef ONECASE_DOMAIN_ADDRESS_FOLD_H
#define ONECASE_DOMAIN_ADDRESS_FOLD_H

#include "base/text.h"

/*
 * Text as an array of code points, folded for comparison: NFKC, upper case, traditional forms of address words as
 * simplified (號樓 -> 号楼), dashes as '-', white space gone. Where white space or a line end stood between two letters or
 * digits a '\n' stays, so that numbers never grow together.
 */
typedef struct Folded {
    uint32_t *codepoints; /* on the arena; followed by a 0 */
    size_t count;
} Folded;

Folded address_fold(Text text, Arena *arena);

/* A stretch of folded code points as UTF-8 on the arena. */
Text address_unfold(const uint32_t *codepoints, size_t count, Arena *arena);

#endif
