/*
 * Timers are columns of their cases (domain/lifecycle_time.h). What a batch may have to fire is read at its start, when its
 * last record's stream time is known; what it sets itself joins them. So they fire before the first record that is not
 * earlier, wherever batches begin and end, in the transaction that writes what follows.
 */
#include "decide_parts.h"

#include "domain/hazard_join.h"
#include "domain/lifecycle_time.h"

#include "adapters/postgres_rows.h"

#include <stdio.h>

/* $1: region, $2: until when. The last row, without a case, is when the next one behind is due. */
const PostgresStatement DECIDE_TIMERS = {
    "decide_timers", "(select least(timer_at, twin_at), hazard_id, case_id from onecase.cases"
                     "  where region = $1 and (timer_at is not null or twin_at is not null)"
                     "    and least(timer_at, twin_at) <= $2)"
                     " union all "
                     "(select least(timer_at, twin_at), null, null from onecase.cases"
                     "  where region = $1 and (timer_at is not null or twin_at is not null)"
                     "    and least(timer_at, twin_at) > $2"
                     "  order by least(timer_at, twin_at) limit 1)"};

/* A hazard that memory does not know was made by another matcher: the batch would be fenced, so it is not begun. */
static bool take_timer(RegionMemory *memory, CaseTimer timer, Error *error)
{
    if (hazard_store_get(memory->hazards, timer.hazard_id) != NULL) {
        timer_queue_add(&memory->timers, &timer);
        return true;
    }
    error_set(error, ERROR_RETRY, "another matcher writes region %.*s: hazard %lld is new to us",
              TEXT_ARGS(memory->region), (long long)timer.hazard_id);
    snprintf(error->state, sizeof(error->state), "OC001");
    return false;
}

static bool read_timers(Decider *decider, RegionMemory *memory, int64_t until, Error *error)
{
    POSTGRES_RESULT_AUTO *rows = NULL;
    ArenaMark mark = arena_mark(decider->scratch);
    const PostgresParam params[] = {postgres_param_text(memory->region),
                                    postgres_param_time(decider->scratch, until)};
    bool well =
        postgres_call(case_store_postgres(decider->store), &DECIDE_TIMERS, params, 2, &rows, error);
    arena_rewind(decider->scratch, mark);
    if (!well)
        return false;
    memory->next_now = INT64_MAX;
    for (int i = 0; i < postgres_rows(rows) && well; i++) {
        int64_t at = postgres_time(rows, i, 0);
        if (postgres_is_null(rows, i, 2))
            memory->next_now = at;
        else
            well = take_timer(
                memory, (CaseTimer){at, postgres_int(rows, i, 1), postgres_int(rows, i, 2)}, error);
    }
    return well;
}

bool decide_expect(Decider *decider, int32_t partition, int64_t until, Error *error)
{
    for (RegionMemory *memory = decider->regions.first; memory != NULL; memory = memory->next)
        if (memory->partition == partition && memory->next_now <= until &&
            !read_timers(decider, memory, until, error))
            return false;
    return true;
}

static bool is_due(const RegionMemory *memory, int64_t now)
{
    const CaseTimer *first = timer_queue_first(&memory->timers);
    return first != NULL && first->at <= now;
}

bool decide_is_due(const Decider *decider, int32_t partition, int64_t now, Text *region)
{
    for (const RegionMemory *memory = decider->regions.first; memory != NULL; memory = memory->next)
        if (memory->partition == partition && is_due(memory, now)) {
            *region = memory->region;
            return true;
        }
    return false;
}

/* History alone is nobody's news. */
static bool is_history(const Lifecycle *lifecycle, const CaseTimer *timer)
{
    const Hazard *hazard = hazard_store_survivor(lifecycle->store, timer->hazard_id);
    for (size_t i = 0; i < hazard->member_count; i++)
        if (hazard->members[i].case_id == timer->case_id && !hazard->members[i].backfill)
            return false;
    return true;
}

/* The hazard is asked once more whether it is the one it may be. */
static bool rescore(Decider *decider, const DecideContext *context, int64_t hazard_id, Error *error)
{
    Lifecycle lifecycle = decide_lifecycle(decider, context);
    Placing placing = {.lifecycle = &lifecycle, .scratch = decider->scratch};
    const HazardMember cause = hazard_store_get(lifecycle.store, hazard_id)->members[0];
    placing_rescore(&placing, &cause, hazard_id);
    return decide_placed(decider, context, &placing, NULL, &(DecisionPlace){0}, error);
}

static bool fire(Decider *decider, const DecideContext *context, CaseTimer timer, Error *error)
{
    Lifecycle lifecycle = decide_lifecycle(decider, context);
    DecideContext own = *context;
    int64_t rescore_id = 0;
    own.announce = !is_history(&lifecycle, &timer);
    if (!lifecycle_fire(&lifecycle, &timer, &rescore_id))
        return true;
    return decide_told(decider, &own, &lifecycle, error) &&
           (rescore_id == 0 || rescore(decider, &own, rescore_id, error));
}

bool decide_fire(Decider *decider, const DecideContext *context, Error *error)
{
    RegionMemory *memory = region_memory(&decider->regions, context->region, context->partition);
    while (is_due(memory, context->now))
        if (!fire(decider, context, timer_queue_take(&memory->timers), error))
            return false;
    return true;
}
