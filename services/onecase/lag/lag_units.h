#ifndef ONECASE_SERVICES_ONECASE_LAG_UNITS_H
#define ONECASE_SERVICES_ONECASE_LAG_UNITS_H

#include "base/text.h"

/*
 * Figures as people read them, on the arena: at most LAG_UNITS_WIDTH columns each in their short form, for tables; the long form, for
 * sentences, has spaces between numbers and units. What is not known (negative) is "?".
 */
enum { LAG_UNITS_WIDTH = 6 };

typedef enum LagUnitsForm { LAG_UNITS_SHORT, LAG_UNITS_LONG } LagUnitsForm;

/* 840, 9999, 12.3k, 4.5M; long: 12.3 k */
Text lag_units_count(int64_t count, LagUnitsForm form, Arena *arena);
/* 0, 0.03, 4.2, 840, 12.3k */
Text lag_units_rate(double per_second, LagUnitsForm form, Arena *arena);
/* 0s, 4.2s, 42s, 3m05s, 4h02m, 12d04h, 400d; long: 3 min 05 s */
Text lag_units_duration(int64_t ms, LagUnitsForm form, Arena *arena);
Text lag_units_seconds(double seconds, LagUnitsForm form, Arena *arena);
/* 2026-11-26 20:15:03 at +08:00; "?" when it is not known. */
Text lag_units_moment(int64_t ms, Arena *arena);

#endif
