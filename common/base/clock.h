#ifndef ONECASE_BASE_CLOCK_H
#define ONECASE_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_monotonic_ms(void); /* for time-outs and intervals */
int64_t clock_monotonic_us(void); /* ... that are short */
int64_t clock_wall_us(
    void); /* microseconds since 1970 UTC; for logs and lag alone, never for a stored value */

#endif
