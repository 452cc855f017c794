#ifndef ONECASE_DOMAIN_LEDGER_NAMES_H
#define ONECASE_DOMAIN_LEDGER_NAMES_H

#include "base/text.h"

/*
 * Names, looked for from a position in folded text: the longest one that starts there. Used by ledger*.c.
 */
typedef struct LedgerNames LedgerNames;

/* `names` are well-formed UTF-8, each once, in ascending order (text_compare), and outlive the table; on the arena. */
LedgerNames *ledger_names_new(const Text *names, size_t count, Arena *arena);

/* Index of the longest name at codepoints[0], its length in code points; SIZE_MAX: none. */
size_t ledger_names_longest(const LedgerNames *names,
                            const uint32_t *codepoints,
                            size_t count,
                            size_t *length);

#endif
