/*
 * What a SQLSTATE means for us: the table of design.md 8, as prefixes.
 */
#include "adapters/postgres.h"

#include <string.h>

static bool starts(const char *state, const char *class)
{
    return strncmp(state, class, strlen(class)) == 0;
}

bool postgres_is_outage(const char *state)
{
    static const char *const OUTAGES[] = {"08", "53", "57", "58", "25006", "25P03", "23503"};
    for (size_t i = 0; i < sizeof(OUTAGES) / sizeof(OUTAGES[0]); i++)
        if (starts(state, OUTAGES[i]))
            return true;
    return false;
}

ErrorVerdict postgres_verdict(const char *state)
{
    static const char *const AGAIN[] = {"OC001", "40", "55P03", "0A000", "26000"};
    static const char *const RECORD[] = {"22", "23", "54000"};
    if (postgres_is_outage(state))
        return ERROR_RETRY;
    for (size_t i = 0; i < sizeof(AGAIN) / sizeof(AGAIN[0]); i++)
        if (starts(state, AGAIN[i]))
            return ERROR_RETRY;
    for (size_t i = 0; i < sizeof(RECORD) / sizeof(RECORD[0]); i++)
        if (starts(state, RECORD[i]))
            return ERROR_REJECT;
    return ERROR_FATAL;
}
