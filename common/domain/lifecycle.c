/*
 * A case is derived from its members: its interval, status and level are computed anew after every
 * change, and what differs from before becomes events. Only ids, numbers, recurrence and the count
 * of reopenings are history.
 */
#include "domain/lifecycle.h"

#include "domain/datetime.h"
#include "domain/lifecycle_derive.h"
#include "domain/lifecycle_time.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { STATUS_PENDING = 10, STATUS_CLOSED = 60, STATUS_REOPENED = 65, ZONE_MINUTES = 480 };

void lifecycle_add_event(Lifecycle *lifecycle, CaseEvent event)
{
    CaseEvents *events = &lifecycle->events;
    if (events->count == events->capacity) {
        size_t capacity = events->capacity == 0 ? 16 : events->capacity * 2;
        events->items =
            arena_grow(lifecycle->arena, events->items, events->capacity * sizeof(CaseEvent),
                       capacity * sizeof(CaseEvent));
        events->capacity = capacity;
    }
    events->items[events->count++] = event;
}

static Text number_text(Lifecycle *lifecycle, int64_t number)
{
    return text_format(lifecycle->arena, "%" PRId64, number);
}

Text lifecycle_hazard_no(Text region, int64_t hazard_id, Arena *arena)
{
    return text_format(arena, "HZ%.*s-%06" PRId64, TEXT_ARGS(region), hazard_id);
}

Text lifecycle_case_no(Text region, const HazardCase *of, Arena *arena)
{
    return text_format(arena, "AJ%.*s-%08d-%04d", TEXT_ARGS(text_slice(region, 0, 8)), of->day,
                       of->sequence);
}

void lifecycle_read_case_no(Text case_no, HazardCase *of)
{
    int32_t numbers[2] = {0, 0}; /* the two behind the last dashes */
    for (size_t i = 0; i < case_no.size; i++) {
        char c = case_no.data[i];
        if (c == '-') {
            numbers[0] = numbers[1];
            numbers[1] = 0;
        } else if (c >= '0' && c <= '9') {
            numbers[1] = numbers[1] % 100000000 * 10 + (c - '0');
        }
    }
    of->day = numbers[0];
    of->sequence = numbers[1];
}

Hazard *lifecycle_open_hazard(Lifecycle *lifecycle, int64_t provisional_of)
{
    Hazard *hazard = hazard_store_create(lifecycle->store, lifecycle->counters->next_hazard++);
    hazard->provisional_of = provisional_of;
    return hazard;
}

static void number_case(Lifecycle *lifecycle, HazardCase *opened)
{
    RegionCounters *counters = lifecycle->counters;
    int32_t day = datetime_day(lifecycle->now, ZONE_MINUTES);
    if (day != counters->case_day) {
        counters->case_day = day;
        counters->case_sequence = 0;
    }
    counters->case_sequence++;
    opened->case_id = counters->next_case++;
    opened->day = day;
    opened->sequence = counters->case_sequence;
}

int32_t lifecycle_episodes(const Hazard *hazard)
{
    int32_t count = 0;
    for (size_t i = 0; i < hazard->case_count; i++)
        count += hazard->cases[i].merged_into == 0;
    return count;
}

static HazardCase *open_case(Lifecycle *lifecycle, Hazard *hazard, const HazardMember *member)
{
    HazardCase *opened = hazard_add_case(hazard);
    number_case(lifecycle, opened);
    opened->recurrence_no = (int16_t)lifecycle_episodes(hazard);
    opened->due_rule = DUE_NONE;
    opened->effective = EFFECTIVE_NO;
    opened->opened_at = member->event_at;
    opened->status = member->status > 0 ? member->status : STATUS_PENDING;
    lifecycle_add_event(
        lifecycle,
        (CaseEvent){.kind = "opened",
                    .case_id = opened->case_id,
                    .hazard_id = hazard->id,
                    .report_id = member->report_id,
                    .event_at = member->event_at,
                    .reason = hazard->bucket                ? "bucket"
                              : hazard->provisional_of != 0 ? "provisional"
                              : opened->recurrence_no > 1   ? "recurrence"
                                                            : NULL,
                    .after = lifecycle_case_no(lifecycle->region, opened, lifecycle->arena)});
    return opened;
}

/* The case that covers the time, else the next one after it, else NULL. Cases may have been opened
 * in any order. */
static HazardCase *covering_case(Hazard *hazard, int64_t event_at)
{
    HazardCase *next = NULL;
    for (size_t i = 0; i < hazard->case_count; i++) {
        HazardCase *candidate = &hazard->cases[i];
        if (candidate->merged_into != 0)
            continue;
        bool ended = candidate->closed_at != TIME_ABSENT && event_at > candidate->closed_at;
        if (!ended && candidate->opened_at <= event_at)
            return candidate;
        if (candidate->opened_at > event_at &&
            (next == NULL || candidate->opened_at < next->opened_at))
            next = candidate;
    }
    return next;
}

static HazardCase *last_closed_case(Hazard *hazard)
{
    HazardCase *last = NULL;
    for (size_t i = 0; i < hazard->case_count; i++)
        if (hazard->cases[i].merged_into == 0 &&
            (last == NULL || hazard->cases[i].closed_at > last->closed_at))
            last = &hazard->cases[i];
    return last;
}

static void
reopen_case(Lifecycle *lifecycle, Hazard *hazard, HazardCase *reopened, const HazardMember *member)
{
    reopened->reopened_count++;
    reopened->closed_at = TIME_ABSENT;
    lifecycle_add_event(lifecycle, (CaseEvent){.kind = "reopened",
                                               .case_id = reopened->case_id,
                                               .hazard_id = hazard->id,
                                               .report_id = member->report_id,
                                               .event_at = member->event_at,
                                               .reason = "repeat_in_window",
                                               .before = number_text(lifecycle, reopened->status),
                                               .after = number_text(lifecycle, STATUS_REOPENED)});
    reopened->status = STATUS_REOPENED;
    lifecycle_begin_anew(reopened, member->event_at);
}

HazardCase *lifecycle_choose_case(Lifecycle *lifecycle, Hazard *hazard, const HazardMember *member)
{
    HazardCase *chosen = covering_case(hazard, member->event_at);
    if (chosen != NULL)
        return chosen;
    chosen = last_closed_case(hazard);
    if (chosen != NULL && member->event_at - chosen->closed_at <=
                              hazard->category->recurrence_days * DATETIME_DAY_US) {
        reopen_case(lifecycle, hazard, chosen, member);
        return chosen;
    }
    return open_case(lifecycle, hazard, member);
}

bool lifecycle_final_status(int16_t status)
{
    return status >= STATUS_CLOSED && status != STATUS_REOPENED;
}

/*
 * An urge or a call that says "as before" has a number of its own and no course: the report it follows leads. One that came
 * after a closing is why the case is open again.
 */
static bool leads(const HazardMember *member, const HazardCase *of)
{
    int64_t begun = lifecycle_second_us(of->begun_second);
    return member->independence != FOLLOW_UP ||
           (begun != TIME_ABSENT && member->event_at > begun - LIFECYCLE_SECOND_US);
}

/* How far reports have got: the slowest status that is not final, INT16_MAX none; when the last of the others became final. */
typedef struct Course {
    int16_t slowest;
    int64_t last;
    bool any;
} Course;

static void follow(Course *course, const HazardMember *member)
{
    int16_t own = member->status > 0 ? member->status : STATUS_PENDING;
    course->any = true;
    if (!lifecycle_final_status(own))
        course->slowest = own < course->slowest ? own : course->slowest;
    else if (member->status_at > course->last)
        course->last = member->status_at;
}

/* The slowest lead report that is not final decides; all final: closed at the last of their times. */
static void
derive_status(const Hazard *hazard, const HazardCase *of, int16_t *status, int64_t *closed_at)
{
    Course lead = {INT16_MAX, TIME_ABSENT, false};
    Course rest = lead;
    for (size_t i = 0; i < hazard->member_count; i++)
        if (hazard->members[i].case_id == of->case_id)
            follow(leads(&hazard->members[i], of) ? &lead : &rest, &hazard->members[i]);
    const Course *course = lead.any ? &lead : &rest;
    bool all_final = course->slowest == INT16_MAX;
    *closed_at = all_final ? course->last : TIME_ABSENT;
    *status = all_final ? STATUS_CLOSED : course->slowest;
    if (course->slowest == STATUS_PENDING && of->reopened_count > 0)
        *status = STATUS_REOPENED;
}

void lifecycle_derive_closing(Lifecycle *lifecycle,
                              const Hazard *hazard,
                              HazardCase *of,
                              const HazardMember *cause,
                              bool may_open)
{
    int16_t status;
    int64_t closed_at;
    derive_status(hazard, of, &status, &closed_at);
    if (of->closed_at != TIME_ABSENT && closed_at == TIME_ABSENT && !may_open)
        return;
    if (status == of->status && closed_at == of->closed_at)
        return;
    bool closes = closed_at != TIME_ABSENT && of->closed_at == TIME_ABSENT;
    int64_t changed_at = cause->status_at != TIME_ABSENT ? cause->status_at : cause->event_at;
    lifecycle_add_event(lifecycle,
                        (CaseEvent){.kind = closes ? "closed" : "status_changed",
                                    .case_id = of->case_id,
                                    .hazard_id = hazard->id,
                                    .report_id = cause->report_id,
                                    .event_at = closed_at != TIME_ABSENT ? closed_at : changed_at,
                                    .before = number_text(lifecycle, of->status),
                                    .after = number_text(lifecycle, status)});
    if (closes)
        of->effective = EFFECTIVE_UNKNOWN;
    else if (of->closed_at != TIME_ABSENT && closed_at == TIME_ABSENT)
        lifecycle_begin_anew(of, changed_at);
    of->status = status;
    of->closed_at = closed_at;
}

void lifecycle_derive_level(Lifecycle *lifecycle, const Hazard *hazard, HazardCase *of)
{
    Escalation before = lifecycle_level(lifecycle->model, of);
    of->escalation =
        escalation_judge(model_escalation(lifecycle->model), hazard, of->case_id, lifecycle->arena);
    Escalation now = lifecycle_level(lifecycle->model, of);
    bool changed = now.level != before.level || now.since != before.since;
    bool by_rule = !text_is(text_from(now.rule), "colour");
    if (changed && (by_rule || before.level != 0))
        lifecycle_add_event(lifecycle,
                            (CaseEvent){.kind = "escalated",
                                        .case_id = of->case_id,
                                        .hazard_id = hazard->id,
                                        .report_id = now.report_id,
                                        .event_at = now.since,
                                        .reason = now.rule,
                                        .before = before.level != 0
                                                      ? number_text(lifecycle, before.level)
                                                      : TEXT_ABSENT,
                                        .after = number_text(lifecycle, now.level)});
}

void lifecycle_attach(Lifecycle *lifecycle,
                      Hazard *hazard,
                      HazardMember *member,
                      Evidence *evidence)
{
    bool joined = hazard->member_count > 0;
    if (hazard->category == NULL)
        hazard->category = member->category;
    HazardCase *chosen = lifecycle_choose_case(lifecycle, hazard, member);
    if (member->event_at < chosen->opened_at)
        chosen->opened_at = member->event_at;
    member->case_id = chosen->case_id;
    hazard_store_add(lifecycle->store, hazard, member, evidence, lifecycle->model);
    if (joined)
        lifecycle_add_event(lifecycle, (CaseEvent){.kind = "report_linked",
                                                   .case_id = chosen->case_id,
                                                   .hazard_id = hazard->id,
                                                   .report_id = member->report_id,
                                                   .event_at = member->event_at});
    if (!escalation_stands(&chosen->escalation, member))
        lifecycle_derive_level(lifecycle, hazard, chosen);
    lifecycle_derive_closing(lifecycle, hazard, chosen, member, false);
    lifecycle_derive_time(lifecycle, hazard, chosen);
    hazard->version++;
    chosen->version++;
}

void lifecycle_request_review(Lifecycle *lifecycle,
                              int64_t other_id,
                              const char *reason,
                              const HazardMember *member)
{
    lifecycle_add_event(
        lifecycle,
        (CaseEvent){.kind = "review_requested",
                    .case_id = member->case_id,
                    .hazard_id = hazard_store_of_report(lifecycle->store, member->report_id),
                    .report_id = member->report_id,
                    .event_at = member->event_at,
                    .reason = reason,
                    .after = other_id != 0 ? number_text(lifecycle, other_id) : TEXT_ABSENT});
}

/* Whether a later episode has begun. */
static bool is_followed(const Hazard *hazard, const HazardCase *of)
{
    for (size_t i = 0; i < hazard->case_count; i++)
        if (hazard->cases[i].merged_into == 0 && hazard->cases[i].opened_at > of->opened_at)
            return true;
    return false;
}

static void replace_count(uint16_t *stands, int32_t told)
{
    if (told >= 0)
        *stands = hazard_people(told);
}

static Text people_text(Lifecycle *lifecycle, const HazardMember *member)
{
    return text_format(lifecycle->arena, "%u/%u/%u", member->trapped, member->injured,
                       member->dead);
}

/* More people, or fewer, are news also of a case that is red already. */
static void change_people(Lifecycle *lifecycle, HazardMember *member, const MemberChange *change)
{
    Text before = people_text(lifecycle, member);
    replace_count(&member->trapped, change->trapped);
    replace_count(&member->injured, change->injured);
    replace_count(&member->dead, change->dead);
    Text after = people_text(lifecycle, member);
    if (!text_equal(before, after))
        lifecycle_note(lifecycle, member->report_id,
                       (CaseEvent){.kind = "changed",
                                   .event_at = change->status_at != TIME_ABSENT ? change->status_at
                                                                                : member->event_at,
                                   .reason = "people",
                                   .before = before,
                                   .after = after});
}

bool lifecycle_update(Lifecycle *lifecycle, int64_t report_id, const MemberChange *change)
{
    int64_t hazard_id = hazard_store_of_report(lifecycle->store, report_id);
    if (hazard_id == 0)
        return false;
    Hazard *hazard = hazard_store_edit(lifecycle->store, hazard_id);
    HazardMember *member = hazard_member(hazard, report_id);
    assert(member != NULL);
    bool taken_back = lifecycle_final_status(member->status) && change->status > 0 &&
                      !lifecycle_final_status(change->status);
    if (change->status > 0 && change->status != member->status) {
        member->status = change->status;
        member->status_at = change->status_at;
    }
    if (change->level > 0)
        member->level = (int8_t)change->level;
    change_people(lifecycle, member, change);
    if (change->due_at > 0)
        member->due_second = lifecycle_second(change->due_at);
    member->recheck = change->recheck != 0 ? change->recheck : member->recheck;
    HazardCase *of = hazard_case(hazard, member->case_id);
    assert(of != NULL);
    lifecycle_derive_closing(lifecycle, hazard, of, member, taken_back && !is_followed(hazard, of));
    lifecycle_derive_level(lifecycle, hazard, of);
    lifecycle_recheck(lifecycle, hazard, of, report_id, change->recheck);
    lifecycle_derive_time(lifecycle, hazard, of);
    hazard->version++;
    of->version++;
    return true;
}

bool lifecycle_note(Lifecycle *lifecycle, int64_t report_id, CaseEvent event)
{
    event.hazard_id = hazard_store_of_report(lifecycle->store, report_id);
    if (event.hazard_id == 0)
        return false;
    const Hazard *hazard = hazard_store_get(lifecycle->store, event.hazard_id);
    event.case_id = hazard_member(hazard, report_id)->case_id;
    event.report_id = report_id;
    lifecycle_add_event(lifecycle, event);
    return true;
}
