#ifndef ONECASE_SERVICES_ONECASE_LAG_SAY_H
#define ONECASE_SERVICES_ONECASE_LAG_SAY_H

#include "domain/lag_report.h"

/*
 * One line for scripts and monitoring systems: "VERDICT since WHEN: evidence; do: step", and the exit code that goes with it. Pure.
 *
 *   0 OK    10 CATCHING_UP  11 SLOW  12 STALLED  13 STOPPED  14 REWOUND  15 AT_RISK  16 REFUSING  17 LOST  18 DATABASE_DOWN
 *   69 UNKNOWN: Kafka does not answer, or the report is too old to tell what is
 */
typedef struct LagSaid {
    Text line; /* on the arena; absent: no such group or program */
    int exit_code;
} LagSaid;

/* `name`: a group or a program, NULL for the whole hub. */
LagSaid lag_say(const LagReport *report, const char *name, int64_t now_ms, Arena *arena);

/* Names that lag_say knows, "a, b, c", on the arena. */
Text lag_say_names(const LagReport *report, Arena *arena);

#endif
