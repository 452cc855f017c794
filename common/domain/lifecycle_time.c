/*
 * The due date of an open case is the earliest one that a department has set for a report that is still open, else that of the
 * model's limits from when the case was first known (or began anew). A closed case keeps the one it had.
 */
#include "domain/lifecycle_time.h"

#include "domain/datetime.h"
#include "domain/hazard_join.h"
#include "domain/lifecycle_derive.h"
#include "domain/time_limit.h"

#include <assert.h>

enum { RECHECK_PASS = 1, RECHECK_FAIL = 2, KNOWN_AFTER_DAYS = 30 };

uint32_t lifecycle_second(int64_t us)
{
    int64_t second = (us + LIFECYCLE_SECOND_US - 1) / LIFECYCLE_SECOND_US;
    if (second < 1)
        return 1;
    return second < TWIN_ASKED ? (uint32_t)second : TWIN_ASKED - 1;
}

int64_t lifecycle_second_us(uint32_t second)
{
    return second != 0 && second != TWIN_ASKED ? second * LIFECYCLE_SECOND_US : TIME_ABSENT;
}

int64_t lifecycle_timer_at(const HazardCase *of)
{
    int64_t timer = lifecycle_second_us(of->timer_second);
    int64_t twin = lifecycle_second_us(of->twin_second);
    if (timer == TIME_ABSENT || (twin != TIME_ABSENT && twin < timer))
        return twin;
    return timer;
}

/* ---- rules ---- */

Text lifecycle_due_rule(const Model *model, const HazardCase *of)
{
    size_t count = 0;
    const TimeLimit *rows = time_limits_rows(model_time_limits(model), &count);
    if (of->due_rule == DUE_DEPARTMENT)
        return TEXT("department");
    return of->due_rule >= 0 && (size_t)of->due_rule < count ? rows[of->due_rule].id : TEXT_ABSENT;
}

int16_t lifecycle_due_rule_of(const Model *model, Text rule)
{
    size_t count = 0;
    const TimeLimit *rows = time_limits_rows(model_time_limits(model), &count);
    if (text_is(rule, "department"))
        return DUE_DEPARTMENT;
    for (size_t i = 0; i < count; i++)
        if (text_equal(rows[i].id, rule))
            return (int16_t)i;
    return DUE_NONE;
}

Escalation lifecycle_level(const Model *model, const HazardCase *of)
{
    const EscalationRules *rules = model_escalation(model);
    Escalation level = of->escalation;
    int16_t raised = (int16_t)(level.level - rules->overdue_steps);
    if (raised < rules->overdue_worst)
        raised = (int16_t)rules->overdue_worst;
    if (of->overdue && level.level > 0 && raised < level.level) {
        level.level = raised;
        level.rule = "overdue";
        level.since = of->due_at;
    }
    return level;
}

/* ---- the limit ---- */

static bool is_of_case(const HazardMember *member, const HazardCase *of)
{
    return member->case_id == of->case_id;
}

/* When a department knew, where that is believable. */
static int64_t known_at(const HazardMember *member)
{
    int64_t late = member->known_at - member->event_at;
    return late >= 0 && late <= KNOWN_AFTER_DAYS * DATETIME_DAY_US ? member->known_at
                                                                   : member->event_at;
}

static int64_t start_of(const Hazard *hazard, const HazardCase *of)
{
    int64_t first = INT64_MAX;
    if (of->begun_second > 0)
        return lifecycle_second_us(of->begun_second);
    for (size_t i = 0; i < hazard->member_count; i++)
        if (is_of_case(&hazard->members[i], of) && known_at(&hazard->members[i]) < first)
            first = known_at(&hazard->members[i]);
    return first;
}

/* The earliest that a department set for a report of the case that is still open; 0: none. */
static int64_t department_due(const Hazard *hazard, const HazardCase *of)
{
    uint32_t first = 0;
    for (size_t i = 0; i < hazard->member_count; i++) {
        const HazardMember *member = &hazard->members[i];
        bool counts = is_of_case(member, of) && member->due_second > 0 &&
                      !lifecycle_final_status(member->status);
        if (counts && (first == 0 || member->due_second < first))
            first = member->due_second;
    }
    return first != 0 ? lifecycle_second_us(first) : 0;
}

static Text time_text(Lifecycle *lifecycle, int64_t us)
{
    char iso[DATETIME_ISO_SIZE];
    if (us <= 0)
        return TEXT_ABSENT;
    datetime_to_iso(us, iso);
    return text_copy(lifecycle->arena, text_from(iso));
}

static void
set_due(Lifecycle *lifecycle, const Hazard *hazard, HazardCase *of, int64_t due_at, int16_t rule)
{
    bool told = of->due_rule == DUE_DEPARTMENT || rule == DUE_DEPARTMENT;
    if (told && of->due_at != 0 && due_at != of->due_at)
        lifecycle_add_event(lifecycle, (CaseEvent){.kind = "changed",
                                                   .case_id = of->case_id,
                                                   .hazard_id = hazard->id,
                                                   .event_at = lifecycle->now,
                                                   .reason = "due",
                                                   .before = time_text(lifecycle, of->due_at),
                                                   .after = time_text(lifecycle, due_at)});
    of->due_at = due_at;
    of->due_rule = rule;
}

static void derive_due(Lifecycle *lifecycle, const Hazard *hazard, HazardCase *of)
{
    if (of->closed_at != TIME_ABSENT)
        return;
    int64_t told = department_due(hazard, of);
    const TimeLimitQuery query = {.category = hazard_case_category(hazard, of->case_id)->code,
                                  .level = of->escalation.level,
                                  .region = lifecycle->region,
                                  .start_us = start_of(hazard, of)};
    TimeLimitDue due;
    if (told != 0)
        set_due(lifecycle, hazard, of, told, DUE_DEPARTMENT);
    else if (time_limit_due(model_time_limits(lifecycle->model), &query, &due))
        set_due(lifecycle, hazard, of, due.due_at_us, (int16_t)due.row);
    else
        set_due(lifecycle, hazard, of, 0, DUE_NONE);
}

/* ---- overdue ---- */

static void
add_level_event(Lifecycle *lifecycle, const Hazard *hazard, const HazardCase *of, int16_t before)
{
    Escalation now = lifecycle_level(lifecycle->model, of);
    if (now.level != before)
        lifecycle_add_event(lifecycle,
                            (CaseEvent){.kind = "escalated",
                                        .case_id = of->case_id,
                                        .hazard_id = hazard->id,
                                        .report_id = of->overdue ? 0 : now.report_id,
                                        .event_at = now.since,
                                        .reason = now.rule,
                                        .before = text_format(lifecycle->arena, "%d", before),
                                        .after = text_format(lifecycle->arena, "%d", now.level)});
}

static void set_overdue(Lifecycle *lifecycle, const Hazard *hazard, HazardCase *of, bool overdue)
{
    int16_t before = lifecycle_level(lifecycle->model, of).level;
    of->overdue = overdue;
    if (overdue)
        lifecycle_add_event(
            lifecycle,
            (CaseEvent){.kind = "overdue",
                        .case_id = of->case_id,
                        .hazard_id = hazard->id,
                        .event_at = of->due_at,
                        .reason = of->due_rule == DUE_DEPARTMENT ? "department" : "limit",
                        .after = time_text(lifecycle, of->due_at)});
    add_level_event(lifecycle, hazard, of, before);
}

/* More time was given, or the closing, told late, was in time. */
static bool was_in_time(const Lifecycle *lifecycle, const HazardCase *of)
{
    int64_t until = of->closed_at != TIME_ABSENT ? of->closed_at : lifecycle->now;
    return of->due_at == 0 || until <= of->due_at;
}

/* ---- whether the closing held ---- */

static void
set_effective(Lifecycle *lifecycle, const Hazard *hazard, HazardCase *of, CaseEvent event)
{
    of->effective = EFFECTIVE_YES;
    event.kind = "effective";
    event.case_id = of->case_id;
    event.hazard_id = hazard->id;
    event.after = TEXT("1");
    lifecycle_add_event(lifecycle, event);
}

static const HazardMember *rechecked(const Hazard *hazard, const HazardCase *of, int8_t result)
{
    for (size_t i = 0; i < hazard->member_count; i++)
        if (is_of_case(&hazard->members[i], of) && hazard->members[i].recheck == result)
            return &hazard->members[i];
    return NULL;
}

static void hold(Lifecycle *lifecycle, const Hazard *hazard, HazardCase *of, int64_t report_id)
{
    set_effective(
        lifecycle, hazard, of,
        (CaseEvent){.report_id = report_id, .event_at = of->closed_at, .reason = "rechecked"});
}

/* A recheck that passed before the closing was of this closing, unless the case had been closed before. */
static void derive_effective(Lifecycle *lifecycle, const Hazard *hazard, HazardCase *of)
{
    const HazardMember *passed = rechecked(hazard, of, RECHECK_PASS);
    if (of->closed_at != TIME_ABSENT && of->effective == EFFECTIVE_UNKNOWN &&
        of->begun_second == 0 && passed != NULL && rechecked(hazard, of, RECHECK_FAIL) == NULL)
        hold(lifecycle, hazard, of, passed->report_id);
}

void lifecycle_recheck(
    Lifecycle *lifecycle, const Hazard *hazard, HazardCase *of, int64_t report_id, int8_t result)
{
    if (result == RECHECK_FAIL)
        of->effective = EFFECTIVE_NO;
    else if (result == RECHECK_PASS && of->closed_at != TIME_ABSENT &&
             of->effective != EFFECTIVE_YES)
        hold(lifecycle, hazard, of, report_id);
}

static int64_t window_end(const Hazard *hazard, const HazardCase *of)
{
    return of->closed_at + hazard->category->recurrence_days * DATETIME_DAY_US;
}

/* ---- timers ---- */

/* What the case waits for; TIME_ABSENT: for nothing. */
static int64_t awaited(const Hazard *hazard, const HazardCase *of)
{
    if (of->closed_at == TIME_ABSENT)
        return of->due_at != 0 && !of->overdue ? of->due_at : TIME_ABSENT;
    return of->effective == EFFECTIVE_UNKNOWN ? window_end(hazard, of) : TIME_ABSENT;
}

static uint32_t timer_for(const Lifecycle *lifecycle, int64_t wanted, uint32_t stands)
{
    if (wanted == TIME_ABSENT)
        return 0;
    if (wanted > lifecycle->now)
        return lifecycle_second(wanted);
    uint32_t soon = lifecycle_second(lifecycle->now) + CASE_TIMER_GRACE_S;
    return stands > 0 && stands < soon ? stands : soon;
}

static uint32_t twin_timer(const Lifecycle *lifecycle, const Hazard *hazard, const HazardCase *of)
{
    if (hazard->provisional_of == 0)
        return TWIN_NEVER;
    if (of->closed_at != TIME_ABSENT)
        return TWIN_ASKED;
    return of->twin_second != TWIN_NEVER ? of->twin_second
                                         : lifecycle_second(lifecycle->now) + CASE_TWIN_S;
}

static void note_armed(Lifecycle *lifecycle, CaseTimer timer)
{
    CaseTimers *armed = &lifecycle->armed;
    if (armed->count == armed->capacity) {
        size_t capacity = armed->capacity == 0 ? 8 : armed->capacity * 2;
        armed->items =
            arena_grow(lifecycle->arena, armed->items, armed->capacity * sizeof(CaseTimer),
                       capacity * sizeof(CaseTimer));
        armed->capacity = capacity;
    }
    armed->items[armed->count++] = timer;
}

static void arm(Lifecycle *lifecycle, const Hazard *hazard, HazardCase *of)
{
    int64_t before = lifecycle_timer_at(of);
    of->timer_second = timer_for(lifecycle, awaited(hazard, of), of->timer_second);
    of->twin_second = twin_timer(lifecycle, hazard, of);
    int64_t at = lifecycle_timer_at(of);
    if (at != TIME_ABSENT && at != before)
        note_armed(lifecycle, (CaseTimer){at, hazard->id, of->case_id});
}

void lifecycle_derive_time(Lifecycle *lifecycle, const Hazard *hazard, HazardCase *of)
{
    derive_effective(lifecycle, hazard, of);
    derive_due(lifecycle, hazard, of);
    if (of->overdue && was_in_time(lifecycle, of))
        set_overdue(lifecycle, hazard, of, false);
    arm(lifecycle, hazard, of);
}

void lifecycle_begin_anew(HazardCase *of, int64_t at)
{
    of->begun_second = lifecycle_second(at);
    of->overdue = false;
    of->due_at = 0;
    of->due_rule = DUE_NONE;
    of->effective = EFFECTIVE_NO;
}

/* The case where it is now: its hazard may be part of another one since. */
static Hazard *hazard_of(Lifecycle *lifecycle, const CaseTimer *due, HazardCase **of)
{
    const Hazard *hazard = hazard_store_survivor(lifecycle->store, due->hazard_id);
    assert(hazard != NULL);
    Hazard *own = hazard_store_edit(lifecycle->store, hazard->id);
    *of = hazard_case(own, due->case_id);
    return own;
}

static void fire_timer(Lifecycle *lifecycle, const Hazard *hazard, HazardCase *of)
{
    int64_t wanted = awaited(hazard, of);
    of->timer_second = 0;
    if (wanted == TIME_ABSENT || wanted > lifecycle->now)
        return;
    if (of->closed_at == TIME_ABSENT)
        set_overdue(lifecycle, hazard, of, true);
    else
        set_effective(lifecycle, hazard, of,
                      (CaseEvent){.event_at = wanted, .reason = "no_repeat"});
}

bool lifecycle_fire(Lifecycle *lifecycle, const CaseTimer *due, int64_t *rescore_id)
{
    HazardCase *of = NULL;
    *rescore_id = 0;
    Hazard *hazard = hazard_of(lifecycle, due, &of);
    if (of == NULL || of->merged_into != 0 || lifecycle_timer_at(of) != due->at)
        return false;
    if (lifecycle_second_us(of->timer_second) == due->at)
        fire_timer(lifecycle, hazard, of);
    if (lifecycle_second_us(of->twin_second) == due->at) {
        of->twin_second = TWIN_ASKED;
        *rescore_id = hazard->provisional_of != 0 ? hazard->id : 0;
    }
    arm(lifecycle, hazard, of);
    hazard->version++;
    of->version++;
    return true;
}
