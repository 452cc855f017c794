#ifndef ONECASE_SERVICES_ONECASE_WHEN_H
#define ONECASE_SERVICES_ONECASE_WHEN_H

#include "base/text.h"

/*
 * A moment as people give it: 30s, 15m, 1h or 7d before `now_us`, or a time with its zone (2026-02-01T08:30:00+08:00).
 * Microseconds since 1970; longer ago than that is 0. False when it is neither.
 */
bool when_read(Text word, int64_t now_us, int64_t *us);

#endif
