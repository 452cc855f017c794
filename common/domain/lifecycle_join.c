/*
 * The store puts members and cases together; here the cases are made to fit: what overlaps is one case, and everything that
 * a case derives is derived anew.
 */
#include "domain/lifecycle_join.h"

#include "domain/datetime.h"
#include "domain/lifecycle_derive.h"
#include "domain/lifecycle_time.h"

#include <stdlib.h>

enum { STATUS_REOPENED = 65, STATUS_VOID = 95 };

/* Where the reports of two hazards were before they became one. */
typedef struct Before {
    int64_t hazard_id;
    HazardMember *members; /* on the arena */
    size_t member_count;
    int64_t *joined;   /* report ids of the part in the order they joined */
    int64_t *case_ids; /* of the part */
    size_t case_count;
} Before;

static Before snapshot(Lifecycle *lifecycle, const Hazard *hazard)
{
    Arena *arena = lifecycle->arena;
    Before before = {.hazard_id = hazard->id,
                     .members = ARENA_ARRAY(arena, HazardMember, hazard->member_count),
                     .member_count = hazard->member_count,
                     .joined = ARENA_ARRAY(arena, int64_t, hazard->representative_count),
                     .case_ids = ARENA_ARRAY(arena, int64_t, hazard->case_count),
                     .case_count = hazard->case_count};
    for (size_t i = 0; i < hazard->member_count; i++)
        before.members[i] = hazard->members[i];
    for (size_t i = 0; i < hazard->representative_count; i++)
        before.joined[i] = evidence_packed_report_id(hazard_representative(hazard, i));
    for (size_t i = 0; i < hazard->case_count; i++)
        before.case_ids[i] = hazard->cases[i].case_id;
    return before;
}

static void note_move(Lifecycle *lifecycle, int64_t report_id, int64_t decision_id)
{
    ReportMoves *moves = &lifecycle->moves;
    if (moves->count == moves->capacity) {
        size_t capacity = moves->capacity == 0 ? 16 : moves->capacity * 2;
        moves->items =
            arena_grow(lifecycle->arena, moves->items, moves->capacity * sizeof(ReportMove),
                       capacity * sizeof(ReportMove));
        moves->capacity = capacity;
    }
    moves->items[moves->count++] = (ReportMove){report_id, decision_id};
}

static void tell(const Lifecycle *lifecycle, int64_t hazard_id)
{
    if (lifecycle->leaving != NULL)
        lifecycle->leaving(lifecycle->watcher, lifecycle, hazard_id);
}

static bool is_of(const Before *part, int64_t case_id)
{
    for (size_t i = 0; i < part->case_count; i++)
        if (part->case_ids[i] == case_id)
            return true;
    return false;
}

static int64_t end_of(const HazardCase *of)
{
    return of->closed_at != TIME_ABSENT ? of->closed_at : INT64_MAX;
}

/* Time between two cases; 0 when they overlap. */
static int64_t gap_between(const HazardCase *a, const HazardCase *b)
{
    if (a->opened_at > end_of(b))
        return a->opened_at - end_of(b);
    return b->opened_at > end_of(a) ? b->opened_at - end_of(a) : 0;
}

/* The nearest case of the body that is no other episode; NULL: there is none. */
static HazardCase *same_episode(Hazard *hazard, const HazardCase *of, const Before *part)
{
    HazardCase *nearest = NULL;
    int64_t least = hazard->category->recurrence_days * DATETIME_DAY_US;
    for (size_t i = 0; i < hazard->case_count; i++) {
        HazardCase *other = &hazard->cases[i];
        if (other->merged_into != 0 || is_of(part, other->case_id))
            continue;
        int64_t gap = gap_between(of, other);
        if (gap < least || (gap == least && nearest == NULL)) {
            nearest = other;
            least = gap;
        }
    }
    return nearest;
}

static void add_merged(Lifecycle *lifecycle,
                       const Hazard *hazard,
                       int64_t case_id,
                       const JoinCause *cause,
                       Text before,
                       Text after)
{
    lifecycle_add_event(lifecycle, (CaseEvent){.kind = "merged",
                                               .case_id = case_id,
                                               .hazard_id = hazard->id,
                                               .report_id = cause->report_id,
                                               .event_at = cause->event_at,
                                               .reason = cause->reason,
                                               .before = before,
                                               .after = after});
}

/* The earlier of two cases had been closed when the first report of the later one came: the repair did not hold. */
static void add_reopened(Lifecycle *lifecycle,
                         const Hazard *hazard,
                         int64_t case_id,
                         const HazardCase *earlier,
                         const HazardCase *later)
{
    const HazardMember *first = NULL;
    for (size_t i = 0; i < hazard->member_count; i++) {
        const HazardMember *member = &hazard->members[i];
        if (member->case_id == later->case_id &&
            (first == NULL || member->event_at < first->event_at))
            first = member;
    }
    lifecycle_add_event(lifecycle,
                        (CaseEvent){.kind = "reopened",
                                    .case_id = case_id,
                                    .hazard_id = hazard->id,
                                    .report_id = first != NULL ? first->report_id : 0,
                                    .event_at = later->opened_at,
                                    .reason = "repeat_in_window",
                                    .before = text_format(lifecycle->arena, "%d", earlier->status),
                                    .after = text_format(lifecycle->arena, "%d", STATUS_REOPENED)});
}

/* The case ends; its members are those of another one. */
static void make_void(HazardCase *gone, const HazardCase *into, const JoinCause *cause)
{
    gone->merged_into = into->case_id;
    gone->status = STATUS_VOID;
    gone->closed_at = cause->event_at;
    gone->escalation = (Escalation){0};
    gone->timer_second = gone->twin_second = 0;
    gone->version++;
}

/* What time has done to either is judged anew: lifecycle_derive_time. */
static void unify_times(HazardCase *kept, const HazardCase *gone)
{
    if (gone->begun_second > kept->begun_second)
        kept->begun_second = gone->begun_second;
    if (gone->closed_at != TIME_ABSENT && gone->closed_at == kept->closed_at) {
        kept->due_at = gone->due_at;
        kept->due_rule = gone->due_rule;
    }
    kept->overdue = kept->overdue || gone->overdue;
    kept->effective = kept->closed_at != TIME_ABSENT ? EFFECTIVE_UNKNOWN : EFFECTIVE_NO;
}

/* Makes one case of two of the hazard; returns it. */
static HazardCase *
unify(Lifecycle *lifecycle, Hazard *hazard, HazardCase *a, HazardCase *b, const JoinCause *cause)
{
    HazardCase *kept = a->case_id < b->case_id ? a : b;
    HazardCase *gone = kept == a ? b : a;
    bool again = gap_between(a, b) > 0;
    bool open = a->closed_at == TIME_ABSENT || b->closed_at == TIME_ABSENT;
    const HazardCase *earlier = a->opened_at < b->opened_at ? a : b;
    const HazardCase *later = earlier == a ? b : a;
    int64_t again_at = later->opened_at;
    if (again)
        add_reopened(lifecycle, hazard, kept->case_id, earlier, later);
    kept->opened_at = gone->opened_at < kept->opened_at ? gone->opened_at : kept->opened_at;
    kept->closed_at = open                                ? TIME_ABSENT
                      : gone->closed_at > kept->closed_at ? gone->closed_at
                                                          : kept->closed_at;
    kept->reopened_count = (int16_t)(kept->reopened_count + gone->reopened_count + (again ? 1 : 0));
    unify_times(kept, gone);
    if (again && open)
        lifecycle_begin_anew(kept, again_at);
    for (size_t i = 0; i < hazard->member_count; i++)
        if (hazard->members[i].case_id == gone->case_id)
            hazard->members[i].case_id = kept->case_id;
    make_void(gone, kept, cause);
    add_merged(lifecycle, hazard, kept->case_id, cause,
               lifecycle_case_no(lifecycle->region, gone, lifecycle->arena),
               lifecycle_case_no(lifecycle->region, kept, lifecycle->arena));
    return kept;
}

/* A person whom the others know is no new witness. */
static void judge_witness(HazardMember *member, const HazardMember *others, size_t count)
{
    for (size_t i = 0; i < count && member->independence == INDEPENDENT; i++)
        if (others[i].report_id != member->report_id &&
            hazard_reporter_same(member->reporter, others[i].reporter))
            member->independence = SAME_REPORTER;
}

static void judge_witnesses(Hazard *hazard, const Before *part, const Before *body)
{
    for (size_t i = 0; i < part->member_count; i++)
        judge_witness(hazard_member(hazard, part->members[i].report_id), body->members,
                      body->member_count);
}

static int by_opening(const void *a, const void *b)
{
    const HazardCase *x = *(HazardCase *const *)a;
    const HazardCase *y = *(HazardCase *const *)b;
    if (x->opened_at != y->opened_at)
        return x->opened_at < y->opened_at ? -1 : 1;
    return (x->case_id > y->case_id) - (x->case_id < y->case_id);
}

static void number_episodes(Lifecycle *lifecycle, Hazard *hazard)
{
    HazardCase **cases = ARENA_ARRAY(lifecycle->arena, HazardCase *, hazard->case_count);
    size_t count = 0;
    for (size_t i = 0; i < hazard->case_count; i++)
        if (hazard->cases[i].merged_into == 0)
            cases[count++] = &hazard->cases[i];
    qsort(cases, count, sizeof(HazardCase *), by_opening);
    for (size_t i = 0; i < count; i++) {
        cases[i]->version += cases[i]->recurrence_no != (int32_t)i + 1;
        cases[i]->recurrence_no = (int16_t)(i + 1);
    }
}

/* Cases of the body have another hazard now. */
static void count_change(Hazard *survivor, const Before *body)
{
    for (size_t i = 0; i < body->case_count && survivor->id != body->hazard_id; i++)
        hazard_case(survivor, body->case_ids[i])->version++;
}

static void join_cases(Lifecycle *lifecycle,
                       Hazard *hazard,
                       const Before *part,
                       const Before *body,
                       const JoinCause *cause)
{
    const HazardMember *member = hazard_member(hazard, cause->report_id);
    if (member == NULL)
        member = hazard_member(hazard, part->joined[0]);
    for (size_t i = 0; i < part->case_count; i++) {
        HazardCase *own = hazard_case(hazard, part->case_ids[i]);
        HazardCase *other = own->merged_into == 0 ? same_episode(hazard, own, part) : NULL;
        own->version++;
        if (own->merged_into != 0)
            continue;
        if (other == NULL) {
            add_merged(lifecycle, hazard, own->case_id, cause,
                       lifecycle_hazard_no(lifecycle->region, part->hazard_id, lifecycle->arena),
                       lifecycle_hazard_no(lifecycle->region, body->hazard_id, lifecycle->arena));
            continue;
        }
        HazardCase *kept = unify(lifecycle, hazard, own, other, cause);
        lifecycle_derive_closing(lifecycle, hazard, kept, member, true);
        lifecycle_derive_level(lifecycle, hazard, kept);
        lifecycle_derive_time(lifecycle, hazard, kept);
        kept->version++;
    }
    number_episodes(lifecycle, hazard);
}

/* Who was asked once as another hazard's twin is not asked again (see HazardCase.twin_second). */
static void settle_twins(Hazard *hazard)
{
    for (size_t i = 0; i < hazard->case_count && hazard->provisional_of != 0; i++)
        if (hazard->cases[i].twin_second == TWIN_NEVER)
            hazard->cases[i].twin_second = TWIN_ASKED;
}

static void
note_moves(Lifecycle *lifecycle, const Hazard *hazard, const Before *side, int64_t first_decision)
{
    for (size_t i = 0; i < side->member_count; i++) {
        const HazardMember *was = &side->members[i];
        const HazardMember *is = hazard_member(hazard, was->report_id);
        if (first_decision == 0 && (side->hazard_id != hazard->id || was->case_id != is->case_id))
            note_move(lifecycle, was->report_id, 0);
    }
    for (size_t i = 0; i < side->member_count && first_decision != 0; i++)
        note_move(lifecycle, side->joined[i], first_decision + (int64_t)i);
}

Hazard *
lifecycle_join(Lifecycle *lifecycle, int64_t body_id, int64_t part_id, const JoinCause *cause)
{
    tell(lifecycle, body_id);
    tell(lifecycle, part_id);
    Before body = snapshot(lifecycle, hazard_store_get(lifecycle->store, body_id));
    Before part = snapshot(lifecycle, hazard_store_get(lifecycle->store, part_id));
    Hazard *survivor = hazard_store_join(lifecycle->store, body_id, part_id, lifecycle->model);
    judge_witnesses(survivor, &part, &body);
    count_change(survivor, &body);
    join_cases(lifecycle, survivor, &part, &body, cause);
    settle_twins(survivor);
    note_moves(lifecycle, survivor, &body, 0);
    note_moves(lifecycle, survivor, &part, cause->first_decision);
    int64_t shell_id = survivor->id == body_id ? part_id : body_id;
    hazard_store_edit(lifecycle->store, shell_id)->version++;
    survivor->version++;
    return survivor;
}

static void leave_case(Lifecycle *lifecycle, Hazard *bucket, int64_t case_id)
{
    HazardCase *left = hazard_case(bucket, case_id);
    left->version++;
    bucket->version++;
    for (size_t i = 0; i < bucket->member_count; i++)
        if (bucket->members[i].case_id == case_id) {
            lifecycle_derive_closing(lifecycle, bucket, left, &bucket->members[i], false);
            lifecycle_derive_level(lifecycle, bucket, left);
            lifecycle_derive_time(lifecycle, bucket, left);
            return;
        }
}

/* The bucket is empty: its cases end with it. */
static void end_bucket(
    Lifecycle *lifecycle, Hazard *bucket, Hazard *to, int64_t case_id, const JoinCause *cause)
{
    const HazardCase *into = hazard_case(to, case_id);
    for (size_t i = 0; i < bucket->case_count; i++) {
        make_void(&bucket->cases[i], into, cause);
        add_merged(lifecycle, to, case_id, cause,
                   lifecycle_case_no(lifecycle->region, &bucket->cases[i], lifecycle->arena),
                   lifecycle_case_no(lifecycle->region, into, lifecycle->arena));
    }
    hazard_store_end(lifecycle->store, bucket->id, to->id);
}

void lifecycle_move(Lifecycle *lifecycle, int64_t report_id, int64_t to_id, const JoinCause *cause)
{
    HazardStore *store = lifecycle->store;
    int64_t from_id = hazard_store_of_report(store, report_id);
    tell(lifecycle, from_id);
    HazardMember *member =
        hazard_store_move(store, report_id, to_id, cause->retold, lifecycle->model);
    Hazard *to = hazard_store_edit(store, to_id);
    Hazard *from = hazard_store_edit(store, from_id);
    int64_t old_case = member->case_id;
    judge_witness(member, to->members, to->member_count);
    HazardCase *chosen = lifecycle_choose_case(lifecycle, to, member);
    if (member->event_at < chosen->opened_at)
        chosen->opened_at = member->event_at;
    member->case_id = chosen->case_id;
    chosen->version++;
    to->version++;
    if (to->member_count > 1)
        lifecycle_add_event(lifecycle, (CaseEvent){.kind = "report_linked",
                                                   .case_id = chosen->case_id,
                                                   .hazard_id = to_id,
                                                   .report_id = report_id,
                                                   .event_at = member->event_at,
                                                   .reason = cause->reason});
    lifecycle_derive_level(lifecycle, to, chosen);
    lifecycle_derive_closing(lifecycle, to, chosen, member, false);
    lifecycle_derive_time(lifecycle, to, chosen);
    note_move(lifecycle, report_id, cause->first_decision);
    leave_case(lifecycle, from, old_case);
    if (from->member_count == 0)
        end_bucket(lifecycle, from, to, chosen->case_id, cause);
}
