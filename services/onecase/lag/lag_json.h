#ifndef ONECASE_SERVICES_ONECASE_LAG_JSON_H
#define ONECASE_SERVICES_ONECASE_LAG_JSON_H

#include "lag/lag_feed.h"

/*
 * The report as JSON (lag_report_write) with what intake and matcher have to do yet, added up, and their partitions in one list, as
 * scripts have it since before there were verdicts: messages, seconds, intake, matcher, partitions. On the arena.
 */
Text lag_json(const LagAnswer *answer, Arena *arena);

#endif
