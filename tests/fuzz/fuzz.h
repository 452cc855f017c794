#ifndef ONECASE_TESTS_FUZZ_H
#define ONECASE_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * What libFuzzer calls for each input, and corpus_main.c for each file of a corpus. A property that does not hold ends
 * the program through `require`.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data,
                           size_t size); /* NOLINT(readability-identifier-naming) */

#define require(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);          \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
