/*
 * Walks the members in event-time order and keeps the worst level so far with the report that
 * brought it. Which order the reports arrived in does not matter, so a history fed in an hour is
 * judged as if it had come live.
 */
#include "domain/escalation.h"

#include "domain/datetime.h"

#include <assert.h>
#include <stdlib.h>

enum { RED = 1, BLUE = 4 };

static int by_event(const void *a, const void *b)
{
    const HazardMember *x = *(const HazardMember *const *)a;
    const HazardMember *y = *(const HazardMember *const *)b;
    if (x->event_at != y->event_at)
        return x->event_at < y->event_at ? -1 : 1;
    return (x->report_id > y->report_id) - (x->report_id < y->report_id);
}

static bool witness(const HazardMember *member)
{
    return member->independence == INDEPENDENT || member->independence == SAME_REPORTER;
}

/* Is there an earlier witness of the window with the same reporter (or source)? */
static bool seen_before(const HazardMember *const *members, size_t first, size_t at, bool source)
{
    const HazardMember *member = members[at];
    if (!source && member->reporter == 0)
        return false;
    for (size_t i = first; i < at; i++)
        if (witness(members[i]) && (source ? members[i]->source == member->source
                                           : members[i]->reporter == member->reporter))
            return true;
    return false;
}

/* Counts the witnesses of the window that ends with member `at`. */
static void count_window(const EscalationRules *rules,
                         const HazardMember *const *members,
                         size_t at,
                         Escalation *found)
{
    int64_t from = members[at]->event_at - rules->window_days * DATETIME_DAY_US;
    size_t first = at;
    while (first > 0 && members[first - 1]->event_at >= from)
        first--;
    found->sources = found->reporters = 0;
    for (size_t i = first; i <= at; i++) {
        if (!witness(members[i]))
            continue;
        found->sources += !seen_before(members, first, i, true);
        found->reporters += !seen_before(members, first, i, false);
    }
    found->reports = found->reporters;
}

static bool people_hurt(const HazardMember *member)
{
    return member->trapped > 0 || member->injured > 0 || member->dead > 0;
}

/* The level the first members up to `at` give, without what came before. */
static void judge_at(const EscalationRules *rules,
                     const HazardMember *const *members,
                     size_t at,
                     int16_t base,
                     Escalation *found)
{
    bool by_reports;
    bool by_sources;
    count_window(rules, members, at, found);
    by_reports = found->reports >= rules->step_reports;
    by_sources = found->sources >= rules->step_sources && found->reporters >= rules->step_reporters;
    if (rules->red_when_people_hurt && people_hurt(members[at])) {
        found->level = RED;
        found->rule = "people";
    } else if (found->reports >= rules->red_reports) {
        found->level = RED;
        found->rule = "red_reports";
    } else if (by_reports || by_sources) {
        found->level = (int16_t)(base > RED ? base - 1 : RED);
        found->rule = by_reports ? "reports" : "sources";
    }
}

Escalation
escalation_judge(const EscalationRules *rules, const Hazard *hazard, int64_t case_id, Arena *arena)
{
    const HazardMember **members = ARENA_ARRAY(arena, const HazardMember *, hazard->member_count);
    size_t count = 0;
    for (size_t i = 0; i < hazard->member_count; i++)
        if (hazard->members[i].case_id == case_id)
            members[count++] = &hazard->members[i];
    assert(count > 0);
    qsort(members, count, sizeof(const HazardMember *), by_event);

    Escalation best = {.level = BLUE + 1};
    int16_t base = BLUE;
    for (size_t i = 0; i < count && best.level > RED; i++) {
        Escalation here = {.level = base, .rule = "colour"};
        if (members[i]->category->colour < here.level)
            here.level = members[i]->category->colour;
        if (members[i]->level > 0 && members[i]->level < here.level) {
            here.level = members[i]->level;
            here.rule = "department";
        }
        base = here.level;
        judge_at(rules, members, i, base, &here);
        if (here.level >= best.level)
            continue;
        best = here;
        best.since = members[i]->event_at;
        best.report_id = members[i]->report_id;
    }
    return best;
}

Text escalation_reason(const Escalation *escalation, Arena *arena)
{
    Text rule = text_from(escalation->rule);
    if (text_is(rule, "people"))
        return TEXT("有人被困或伤亡");
    if (text_is(rule, "red_reports") || text_is(rule, "reports"))
        return text_format(arena, "窗口内%d位独立报告人", escalation->reports);
    if (text_is(rule, "sources"))
        return text_format(arena, "%d个来源、%d位报告人相互印证", escalation->sources,
                           escalation->reporters);
    return text_is(rule, "department") ? TEXT("部门定级") : TEXT("类别默认等级");
}
