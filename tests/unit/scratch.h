#ifndef ONECASE_TESTS_SCRATCH_H
#define ONECASE_TESTS_SCRATCH_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * The template that mkdtemp and mkstemp want (six X at its end, which they fill in), in the folder for temporary files: $TMPDIR, else /tmp. False when it does not fit.
 */
static inline bool scratch_template(char *path, size_t size, const char *what)
{
    const char *folder = getenv("TMPDIR");
    int length = snprintf(path, size, "%s/onecase-%s-%s",
                          folder != NULL && folder[0] != '\0' ? folder : "/tmp", what,
                          "XX"
                          "XX"
                          "XX");
    return length > 0 && (size_t)length < size;
}

#endif
