/* Crashes and hangs on demand. The environment is read at each call: tests alone have it, and they are patient. */
#include "base/test_hook.h"

#include <stdlib.h>
#include <unistd.h>

/* Whether `variable` is STAGE:TEXT with this stage and a text that the bytes hold. */
static bool is_wanted(const char *variable, const char *stage, Text bytes)
{
    Text wanted = text_from(getenv(variable));
    size_t colon = text_find(wanted, TEXT(":"), 0);
    return colon != SIZE_MAX && text_is(text_slice(wanted, 0, colon), stage) &&
           text_contains(bytes, text_slice(wanted, colon + 1, wanted.size));
}

void test_hook_crash(const char *stage, Text bytes)
{
    if (is_wanted("ONECASE_TEST_CRASH", stage, bytes))
        abort();
    while (is_wanted("ONECASE_TEST_HANG", stage, bytes))
        pause();
}
