#ifndef ONECASE_TESTS_BENCH_DECIDE_TIMING_H
#define ONECASE_TESTS_BENCH_DECIDE_TIMING_H

#include <stdint.h>

/*
 * Where the time of placing_report goes, for decide_bench: the linker sends its calls past here (-Wl,--wrap). What one step calls
 * of another is its own. CPU time of the thread, for others work on the machine too.
 */
typedef enum DecideStep {
    STEP_DECIDE,  /* linkage_decide of the report itself */
    STEP_ATTACH,  /* lifecycle_attach */
    STEP_RESCORE, /* linkage_rescore of its neighbours and its hazard */
    STEP_BUCKETS, /* bucket_find, bucket_asked_by, bucket_claims */
    STEP_JOIN,    /* lifecycle_join, lifecycle_move */
    DECIDE_STEPS
} DecideStep;

int64_t decide_timing_now_ns(void);

/* Forgets what was taken so far. */
void decide_timing_reset(void);
/* Nanoseconds and calls of a step since then. */
int64_t decide_timing_ns(DecideStep step);
int64_t decide_timing_calls(DecideStep step);

#endif
