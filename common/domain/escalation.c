/*
 * Walks the members in event-time order and keeps the worst level so far with the report that
 * brought it. Which order the reports arrived in does not matter, so a history fed in an hour is
 * judged as if it had come live.
 */
#include "domain/escalation.h"

#include "base/map.h"

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

/*
 * The witnesses among the members [first, at] in event-time order, counted while the window moves on. A witness is a
 * new reporter when none in the window before it shares a hash with it; when the last of those leaves, its heirs, who
 * had been counted with it, are new.
 */
typedef struct Window {
    bool counts; /* members witness each other */
    const HazardMember *const *members;
    size_t first;
    Map *last_with; /* hash of a reporter -> index + 1 of the last witness that has it */
    int32_t *heirs; /* of each member */
    Map *by_source; /* witnesses of each, 0 when they have left */
    int32_t reporters;
    int32_t sources;
} Window;

/* How many there are now. */
static int64_t tally(Map *map, uint64_t key, int64_t change)
{
    uint64_t count = 0;
    (void)map_get(map, key, &count);
    map_put(map, key, count + (uint64_t)change);
    return (int64_t)count + change;
}

/* Index + 1 of the last witness that has this hash, from now on the one at `at`; 0: none. */
static uint64_t succeed(Window *window, uint64_t hash, size_t at)
{
    uint64_t last = 0;
    if (hash == 0)
        return 0;
    (void)map_get(window->last_with, hash, &last);
    map_put(window->last_with, hash, at + 1);
    return last;
}

static void enter(Window *window, size_t at)
{
    const HazardMember *member = window->members[at];
    if (!window->counts || !witness(member))
        return;
    window->sources += tally(window->by_source, member->source, 1) == 1;
    uint64_t last = succeed(window, member->reporter.hash, at);
    uint64_t before = succeed(window, member->reporter.before, at);
    last = before > last ? before : last;
    if (last > window->first)
        window->heirs[last - 1]++;
    else
        window->reporters++;
}

static void leave(Window *window, size_t at)
{
    const HazardMember *member = window->members[at];
    if (!window->counts || !witness(member))
        return;
    window->sources -= tally(window->by_source, member->source, -1) == 0;
    window->reporters += window->heirs[at] - 1;
}

/* Lets the window end with member `at`, the one after the last. */
static void move_window(Window *window, size_t at, int32_t days)
{
    int64_t from = window->members[at]->event_at - days * DATETIME_DAY_US;
    enter(window, at);
    for (; window->members[window->first]->event_at < from; window->first++)
        leave(window, window->first);
}

static bool people_hurt(const HazardMember *member)
{
    return member->trapped > 0 || member->injured > 0 || member->dead > 0;
}

static int16_t counted(int32_t count)
{
    return count < INT16_MAX ? (int16_t)count : INT16_MAX;
}

/* The level that the window gives, which ends with `member`. */
static void judge_window(const EscalationRules *rules,
                         const Window *window,
                         const HazardMember *member,
                         int16_t base,
                         Escalation *found)
{
    found->reports = found->reporters = counted(window->reporters);
    found->sources = counted(window->sources);
    bool by_reports = found->reports >= rules->step_reports;
    bool by_sources =
        found->sources >= rules->step_sources && found->reporters >= rules->step_reporters;
    if (rules->red_when_people_hurt && people_hurt(member)) {
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

static Escalation judge_members(const EscalationRules *rules, Window *window, size_t count)
{
    Escalation best = {.level = BLUE + 1};
    int16_t base = BLUE;
    for (size_t i = 0; i < count && best.level > RED; i++) {
        const HazardMember *member = window->members[i];
        Escalation here = {.level = base, .rule = "colour"};
        if (member->category->colour < here.level)
            here.level = member->category->colour;
        if (member->level > 0 && member->level < here.level) {
            here.level = (uint8_t)member->level;
            here.rule = "department";
        }
        base = here.level;
        move_window(window, i, rules->window_days);
        judge_window(rules, window, member, base, &here);
        if (here.level >= best.level)
            continue;
        best = here;
        best.since = member->event_at;
        best.report_id = member->report_id;
    }
    return best;
}

/* Reports that say no place at all wait in one bucket, and may mean as many things. */
static bool speak_of_one(const Hazard *hazard)
{
    EvidenceView view;
    return !hazard->bucket || !text_is_empty(hazard_evidence(hazard, 0, &view)->address.estate);
}

Escalation
escalation_judge(const EscalationRules *rules, const Hazard *hazard, int64_t case_id, Arena *arena)
{
    ArenaMark mark = arena_mark(arena);
    const HazardMember **members = ARENA_ARRAY(arena, const HazardMember *, hazard->member_count);
    size_t count = 0;
    bool sorted = true; /* most reports come in the order in which things happened */
    for (size_t i = 0; i < hazard->member_count; i++) {
        if (hazard->members[i].case_id != case_id)
            continue;
        members[count++] = &hazard->members[i];
        sorted = sorted && (count < 2 || by_event(&members[count - 2], &members[count - 1]) < 0);
    }
    assert(count > 0);
    if (!sorted)
        qsort(members, count, sizeof(const HazardMember *), by_event);
    Window window = {.counts = speak_of_one(hazard),
                     .members = members,
                     .last_with = map_new(),
                     .heirs = ARENA_ARRAY(arena, int32_t, count),
                     .by_source = map_new()};
    Escalation judged = judge_members(rules, &window, count);
    map_free(window.last_with);
    map_free(window.by_source);
    arena_rewind(arena, mark);
    return judged;
}

bool escalation_stands(const Escalation *judged, const HazardMember *added)
{
    return judged->level == RED && added->event_at >= judged->since &&
           added->report_id > judged->report_id;
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
    if (text_is(rule, "overdue"))
        return TEXT("超期未办结");
    return text_is(rule, "department") ? TEXT("部门定级") : TEXT("类别默认等级");
}
