/* The words of it. */
#include "domain/quarantine.h"

void quarantine_fault(int64_t tries, Error *fault)
{
    error_set_at(fault, ERROR_REJECT, "crash", "",
                 "the process ended %lld times while it had this record alone in hand",
                 (long long)tries);
}
