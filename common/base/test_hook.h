#ifndef ONECASE_BASE_TEST_HOOK_H
#define ONECASE_BASE_TEST_HOOK_H

#include "base/text.h"

/*
 * Ends or hangs the process where a test wants it to: a record that does so to whoever reads it cannot be made on purpose otherwise.
 * Built only with the CMake option ONECASE_TEST_HOOKS (preset dev); without it nothing of it is in a program.
 *
 * ONECASE_TEST_CRASH="STAGE:TEXT" in the environment: abort() when that stage takes bytes that hold TEXT.
 * ONECASE_TEST_HANG="STAGE:TEXT": for ever in their hands instead.
 */
#ifdef ONECASE_TEST_HOOKS
void test_hook_crash(const char *stage, Text bytes);
#else
static inline void test_hook_crash(const char *stage, Text bytes)
{
    (void)stage;
    (void)bytes;
}
#endif

#endif
