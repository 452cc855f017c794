/*
 * The course of an assignment:
 *
 *   30 assigned -> 20 signed -> 40 in hand -> 50, 60 done
 *        ^            |            |
 *        '-- 90 given back, with a reason
 *
 * A report goes with its assignments only as far as being worked on: that all is done, or that nobody's duty it is, says the
 * report itself.
 */
#include "domain/assignment.h"

#include "domain/mapping_language.h"

enum {
    PENDING = 10,
    ACCEPTED = 20,
    DISPATCHED = 30,
    IN_HAND = 40,
    SUSPENDED = 45,
    CHECKING = 50,
    CLOSED = 60,
    RETURNED = 90,
    VOID = 95
};

void assignment_init(Assignment *assignment)
{
    *assignment = (Assignment){.assigned_at = TIME_ABSENT,
                               .accepted_at = TIME_ABSENT,
                               .returned_at = TIME_ABSENT,
                               .due_at = TIME_ABSENT,
                               .done_at = TIME_ABSENT,
                               .status = INTEGER_ABSENT};
}

int64_t assignment_status_told(const Report *change)
{
    if (change->status > 0)
        return change->status;
    return !text_is_absent(change->return_reason) ? RETURNED : INTEGER_ABSENT;
}

const char *assignment_return_reason(Text reason)
{
    size_t count;
    const LanguageWord *reasons = language_values("return_reason", &count);
    if (text_is_absent(reason))
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (text_is(reason, reasons[i].word))
            return reasons[i].word;
    return "other";
}

static void dispatch(Assignment *assignment, int64_t at)
{
    assignment->dispatches++;
    assignment->assigned_at = at;
    assignment->accepted_at = TIME_ABSENT;
    assignment->done_at = TIME_ABSENT;
}

static void give_back(Assignment *assignment, const Report *change, int64_t at)
{
    assignment->returns++;
    assignment->returned_at = at;
    assignment->return_reason = change->return_reason;
}

static void note_times(Assignment *assignment, int64_t status, int64_t at)
{
    bool signed_for = status == ACCEPTED || (status >= IN_HAND && status <= CLOSED);
    bool done = status == CHECKING || status == CLOSED;
    if (signed_for && assignment->accepted_at == TIME_ABSENT)
        assignment->accepted_at = at;
    if (!done)
        assignment->done_at = TIME_ABSENT;
    else if (assignment->done_at == TIME_ABSENT)
        assignment->done_at = at;
}

AssignmentNews assignment_apply(Assignment *assignment, const Report *change, int64_t at)
{
    int64_t before = assignment->status;
    int64_t status = assignment_status_told(change);
    if (status == INTEGER_ABSENT)
        status = before != INTEGER_ABSENT ? before : DISPATCHED;
    AssignmentNews news = {
        .dispatched = before == INTEGER_ABSENT ||
                      (before == RETURNED && status != RETURNED && status != VOID),
        .returned = status == RETURNED && before != RETURNED,
    };
    if (news.dispatched)
        dispatch(assignment, at);
    if (news.returned)
        give_back(assignment, change, at);
    else if (status == RETURNED && !text_is_absent(change->return_reason))
        assignment->return_reason = change->return_reason;
    if (status != before)
        note_times(assignment, status, at);
    assignment->status = status;
    if (change->due_at != TIME_ABSENT)
        assignment->due_at = change->due_at;
    if (!text_is_absent(change->tracker_post))
        assignment->post = change->tracker_post;
    return news;
}

void assignment_apply_late(Assignment *assignment, const Report *change, int64_t at)
{
    int64_t status = assignment_status_told(change);
    bool assigns = status == INTEGER_ABSENT || status == PENDING || status == DISPATCHED;
    if (assigns && assignment->dispatches == 1 && at < assignment->assigned_at)
        assignment->assigned_at = at;
}

int64_t assignment_report_status(const Assignment *assignment, bool returned, int64_t stands)
{
    int64_t status = assignment->status;
    bool worked_on = stands >= DISPATCHED && stands <= SUSPENDED;
    if (returned)
        return worked_on && !assignment->assists ? ACCEPTED : INTEGER_ABSENT;
    if (status == IN_HAND || status == SUSPENDED || status == DISPATCHED)
        return status;
    bool waits = status == PENDING || status == ACCEPTED;
    return waits && !worked_on ? DISPATCHED : INTEGER_ABSENT;
}
