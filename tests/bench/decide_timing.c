/* One pair of functions for each call of placing.c that is timed; only the outermost counts. */
#include "decide_timing.h"

#include "domain/bucket.h"
#include "domain/lifecycle_join.h"
#include "domain/linkage_rescore.h"

#include <string.h>
#include <time.h>

static struct {
    int64_t ns[DECIDE_STEPS];
    int64_t calls[DECIDE_STEPS];
    int depth;
    int64_t start;
} timing;

int64_t decide_timing_now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void decide_timing_reset(void)
{
    memset(&timing, 0, sizeof timing);
}

int64_t decide_timing_ns(DecideStep step)
{
    return timing.ns[step];
}

int64_t decide_timing_calls(DecideStep step)
{
    return timing.calls[step];
}

static void begin(void)
{
    if (timing.depth++ == 0)
        timing.start = decide_timing_now_ns();
}

static void end(DecideStep step)
{
    if (--timing.depth > 0)
        return;
    timing.ns[step] += decide_timing_now_ns() - timing.start;
    timing.calls[step]++;
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
__typeof__(linkage_decide) __real_linkage_decide, __wrap_linkage_decide;
__typeof__(lifecycle_attach) __real_lifecycle_attach, __wrap_lifecycle_attach;
__typeof__(linkage_rescore) __real_linkage_rescore, __wrap_linkage_rescore;
__typeof__(bucket_find) __real_bucket_find, __wrap_bucket_find;
__typeof__(bucket_asked_by) __real_bucket_asked_by, __wrap_bucket_asked_by;
__typeof__(bucket_claims) __real_bucket_claims, __wrap_bucket_claims;
__typeof__(lifecycle_join) __real_lifecycle_join, __wrap_lifecycle_join;
__typeof__(lifecycle_move) __real_lifecycle_move, __wrap_lifecycle_move;

void __wrap_linkage_decide(const Model *model,
                           const HazardStore *store,
                           const Evidence *report,
                           Arena *scratch,
                           Arena *arena,
                           Decision *decision)
{
    begin();
    __real_linkage_decide(model, store, report, scratch, arena, decision);
    end(STEP_DECIDE);
}

void __wrap_lifecycle_attach(Lifecycle *lifecycle,
                             Hazard *hazard,
                             HazardMember *member,
                             Evidence *evidence)
{
    begin();
    __real_lifecycle_attach(lifecycle, hazard, member, evidence);
    end(STEP_ATTACH);
}

bool __wrap_linkage_rescore(const Lifecycle *lifecycle,
                            int64_t part_id,
                            Arena *scratch,
                            Rescored *rescored)
{
    begin();
    bool joins = __real_linkage_rescore(lifecycle, part_id, scratch, rescored);
    end(STEP_RESCORE);
    return joins;
}

int64_t __wrap_bucket_find(const Model *model,
                           const HazardStore *store,
                           const Evidence *report,
                           Arena *scratch)
{
    begin();
    int64_t id = __real_bucket_find(model, store, report, scratch);
    end(STEP_BUCKETS);
    return id;
}

size_t __wrap_bucket_asked_by(const HazardStore *store,
                              const Evidence *report,
                              Arena *scratch,
                              int64_t *ids)
{
    begin();
    size_t count = __real_bucket_asked_by(store, report, scratch, ids);
    end(STEP_BUCKETS);
    return count;
}

void __wrap_bucket_claims(const Lifecycle *lifecycle,
                          int64_t bucket_id,
                          LinkageAim aim,
                          Arena *scratch,
                          BucketClaims *claims)
{
    begin();
    __real_bucket_claims(lifecycle, bucket_id, aim, scratch, claims);
    end(STEP_BUCKETS);
}

Hazard *__wrap_lifecycle_join(Lifecycle *lifecycle,
                              int64_t body_id,
                              int64_t part_id,
                              const JoinCause *cause)
{
    begin();
    Hazard *survivor = __real_lifecycle_join(lifecycle, body_id, part_id, cause);
    end(STEP_JOIN);
    return survivor;
}

void __wrap_lifecycle_move(Lifecycle *lifecycle,
                           int64_t report_id,
                           int64_t to_id,
                           const JoinCause *cause)
{
    begin();
    __real_lifecycle_move(lifecycle, report_id, to_id, cause);
    end(STEP_JOIN);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
