#ifndef ONECASE_TESTS_BENCH_DECIDE_CITY_H
#define ONECASE_TESTS_BENCH_DECIDE_CITY_H

#include "base/arena.h"

#include "domain/report.h"

/*
 * An endless stream of reports of one made region, for decide_bench: how many stand at one place and how alike they
 * are is what matching pays for. 1.3 reports a hazard on the average; estates, roads and people by Zipf; every
 * thousandth new hazard is a storm of up to 60 reports within two hours. No labels: it measures speed, not accuracy.
 */
typedef struct DecideCity DecideCity;

/* A city in which `hazards` hazards come up in 120 days; the same seed gives the same stream. Owned by the caller. */
DecideCity *decide_city_new(size_t hazards, uint64_t seed);
void decide_city_free(DecideCity *city);

/* The next report, in order of time, and the name of its source; texts live on the arena. */
Report decide_city_next(DecideCity *city, Arena *arena, Text *source);

#endif
