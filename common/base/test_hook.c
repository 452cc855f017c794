/* Crashes on demand. The environment is read at each call: tests alone have it, and they are patient. */
#include "base/test_hook.h"

#include <stdlib.h>

void test_hook_crash(const char *stage, Text bytes)
{
    Text wanted = text_from(getenv("ONECASE_TEST_CRASH"));
    size_t colon = text_find(wanted, TEXT(":"), 0);
    if (colon == SIZE_MAX || !text_is(text_slice(wanted, 0, colon), stage))
        return;
    if (text_contains(bytes, text_slice(wanted, colon + 1, wanted.size)))
        abort();
}
