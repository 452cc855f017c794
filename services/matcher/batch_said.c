/*
 * What departments say of a report after it was told: whom they gave it to and who gave it back, urges, rechecks.
 *
 * An assignment has an order of its own, that of its number: a sub-order's message that is older than the sheet's last one is
 * still the latest of the sub-order. The sheet follows it only while it is worked on (domain/assignment.h).
 */
#include "batch_parts.h"

#include <assert.h>
#include <inttypes.h>

enum { DISPATCHED = 30, CHECKING = 50, CLOSED = 60, REOPENED = 65, RETURNED = 90 };

static bool is_claim(int64_t status)
{
    return status == CHECKING || status == CLOSED;
}

static bool is_dispatched(int64_t status)
{
    return status >= DISPATCHED && status <= REOPENED;
}

/* A false alarm ends at 90 too, and nobody gave it back. */
static bool is_returned(const Report *report)
{
    return report->status == RETURNED && report->verified != 0;
}

static void note(Saying *saying, const char *kind, const char *reason, Text after)
{
    assert(saying->note_count < SAYING_NOTES);
    saying->notes[saying->note_count++] = (CaseEvent){.kind = kind,
                                                      .event_at = saying->at,
                                                      .reason = reason,
                                                      .after = after,
                                                      .actor = saying->source};
}

static Text number(const Batch *batch, int64_t value)
{
    return text_format(batch->arena, "%" PRId64, value);
}

/* ---- a new report ---- */

void batch_said_first(StoredReport *row, ReportArrival arrival)
{
    Report *report = &row->report;
    if (report->urge == 1 && report->urged == INTEGER_ABSENT)
        report->urged = 1;
    if (report->status != INTEGER_ABSENT)
        stored_report_reach(row, report->status, row->status_at);
    row->dispatches = is_dispatched(report->status);
    row->returns = is_returned(report);
    if (text_is_absent(report->recheck_result))
        return;
    row->rechecked_at = report_status_time(report, arrival, row->event_at);
    if (text_is(report->recheck_result, "fail"))
        row->recheck_failed_at = row->rechecked_at;
}

StoredSaid batch_said_of(const StoredReport *row)
{
    const Report *report = &row->report;
    return (StoredSaid){.urged = report->urged != INTEGER_ABSENT ? report->urged : 0,
                        .dispatches = row->dispatches,
                        .returns = row->returns,
                        .satisfaction = report->satisfaction,
                        .lead_org = report->lead_org,
                        .recheck_result = report->recheck_result,
                        .rechecked_at = row->rechecked_at,
                        .recorded_at = report->recorded_at,
                        .reported_at = report->reported_at,
                        .event_at = row->event_at,
                        .measures = stored_said_digest(report->measures),
                        .reply = stored_said_digest(report->reply)};
}

/* ---- assignments ---- */

BatchAssignment *batch_assignments(Batch *batch, const KnownRecord *known)
{
    BatchAssignment *first = NULL;
    for (size_t i = known->assignment_count; i > 0; i--) {
        BatchAssignment *made = ARENA_NEW(batch->arena, BatchAssignment);
        made->row = known->assignments[i - 1];
        made->next = first;
        first = made;
    }
    return first;
}

/* A record about one assignment number, and the rows that it touches. */
typedef struct Hearing {
    Batch *batch;
    BatchReport *state;
    const StoredRevision *row;
    const Report *change;
    Text number;
    Saying *saying;
    const Assignment *lead;  /* the first touched one in the lead */
    const Assignment *first; /* the first touched one */
    bool lead_returned;
} Hearing;

static BatchAssignment *add_assignment(const Hearing *hearing, int64_t n)
{
    BatchAssignment **end = &hearing->state->assignments;
    while (*end != NULL)
        end = &(*end)->next;
    BatchAssignment *made = ARENA_NEW(hearing->batch->arena, BatchAssignment);
    made->row = (StoredAssignment){.region = hearing->state->region,
                                   .report_id = hearing->state->report_id,
                                   .assignment_no = hearing->number,
                                   .n = n,
                                   .source = hearing->row->source,
                                   .record_no = hearing->row->record_no,
                                   .revision = INTEGER_ABSENT,
                                   .changed_at = TIME_ABSENT};
    assignment_init(&made->row.of);
    *end = made;
    return made;
}

/* The row of that organisation under the number, or the one of which nobody has said whose it is; else a new one. */
static BatchAssignment *find_assignment(const Hearing *hearing, Text org)
{
    BatchAssignment *unnamed = NULL;
    int64_t n = 0;
    for (BatchAssignment *at = hearing->state->assignments; at != NULL; at = at->next) {
        if (!text_equal(at->row.assignment_no, hearing->number))
            continue;
        if (text_equal(at->row.of.org, org))
            return at;
        if (text_is_absent(at->row.of.org))
            unnamed = at;
        n++;
    }
    return unnamed != NULL ? unnamed : add_assignment(hearing, n);
}

static void touch(Hearing *hearing, BatchAssignment *touched)
{
    StoredAssignment *row = &touched->row;
    const StoredRevision *said = hearing->row;
    ReportArrival arrival = {said->received_at, said->backfill};
    const StoredIdentity stands = {
        .revision = row->revision, .changed_at = row->changed_at, .last = row->last};
    bool first = row->of.status == INTEGER_ABSENT;
    int64_t at = hearing->saying->at;
    touched->changed = true;
    if (!first && !batch_is_newer(&stands, hearing->change, arrival, &said->origin)) {
        assignment_apply_late(&row->of, hearing->change, at);
        return;
    }
    AssignmentNews news = assignment_apply(&row->of, hearing->change, at);
    int64_t changed_at = report_changed_time(hearing->change, arrival);
    row->revision = said->revision != INTEGER_ABSENT ? said->revision : row->revision;
    row->changed_at = changed_at != TIME_ABSENT ? changed_at : row->changed_at;
    row->received_at = said->received_at;
    row->last = said->origin;
    hearing->saying->assigned = true;
    hearing->saying->news.dispatched |= news.dispatched && !row->of.assists;
    hearing->saying->news.returned |= news.returned;
    hearing->lead_returned |= news.returned && !row->of.assists;
    if (hearing->first == NULL)
        hearing->first = &row->of;
    if (hearing->lead == NULL && !row->of.assists)
        hearing->lead = &row->of;
}

static void touch_named(Hearing *hearing, Text org, bool assists)
{
    BatchAssignment *named = find_assignment(hearing, org);
    named->row.of.org = org;
    named->row.of.assists = assists;
    touch(hearing, named);
}

/* A record that names no organisation is about all that have the number. */
static void touch_all(Hearing *hearing)
{
    bool found = false;
    for (BatchAssignment *at = hearing->state->assignments; at != NULL; at = at->next) {
        if (!text_equal(at->row.assignment_no, hearing->number))
            continue;
        touch(hearing, at);
        found = true;
    }
    if (!found)
        touch(hearing, add_assignment(hearing, 0));
}

static int64_t leads_assigned(const BatchReport *state)
{
    int64_t count = 0;
    for (const BatchAssignment *at = state->assignments; at != NULL; at = at->next)
        count += at->row.of.assists ? 0 : at->row.of.dispatches;
    return count;
}

static void hear_assignment(Hearing *hearing, Report *change)
{
    int64_t told = assignment_status_told(change);
    if (!text_is_absent(change->lead_org))
        touch_named(hearing, change->lead_org, false);
    for (size_t i = 0; i < change->assist_orgs.count; i++)
        touch_named(hearing, change->assist_orgs.items[i], true);
    if (text_is_absent(change->lead_org) && change->assist_orgs.count == 0)
        touch_all(hearing);
    if (hearing->saying->news.dispatched)
        hearing->saying->leads = leads_assigned(hearing->state);
    const Assignment *means = hearing->lead != NULL ? hearing->lead : hearing->first;
    change->status = INTEGER_ABSENT;
    if (told != INTEGER_ABSENT && means != NULL)
        change->status =
            assignment_report_status(means, hearing->lead_returned, hearing->state->status);
    if (change->status != told)
        change->status_source = TEXT_ABSENT;
}

static void add_more(int64_t *gathered, int64_t *total, int64_t more)
{
    *gathered = more + (*gathered != INTEGER_ABSENT ? *gathered : 0);
    *total += more;
}

/* The sheet may have said that it was dispatched, and its assignment says so too: that is once. */
static void count_assignment(Batch *batch, BatchReport *state, const Report *change, Saying *saying)
{
    if (!saying->news.dispatched && !saying->news.returned)
        return;
    StoredReport *report = batch_row_to_change(batch, state);
    if (saying->news.dispatched && saying->leads > state->said.dispatches) {
        add_more(&report->dispatches, &state->said.dispatches,
                 saying->leads - state->said.dispatches);
        note(saying, "assigned", NULL, number(batch, state->said.dispatches));
    }
    if (saying->news.returned) {
        add_more(&report->returns, &state->said.returns, 1);
        note(saying, "returned", assignment_return_reason(change->return_reason), TEXT_ABSENT);
    }
}

/* ---- rechecks ---- */

/* Who comes again to what was inspected rechecks it: a later visit, and not the same one told again. */
static void hear_visit(const StoredSaid *said, ReportArrival arrival, Report *change)
{
    int64_t looked_at = said->recorded_at != TIME_ABSENT   ? said->recorded_at
                        : said->reported_at != TIME_ABSENT ? said->reported_at
                                                           : said->event_at;
    int64_t at = report_status_time(change, arrival, TIME_ABSENT);
    bool later = at != TIME_ABSENT && at > looked_at && at > said->rechecked_at;
    if (later && text_is_absent(change->recheck_result) && !text_is_absent(change->result))
        change->recheck_result =
            text_is(change->result, "no_problem") ? TEXT("pass") : TEXT("fail");
}

static bool told_again(const StoredIdentity *stands, const Report *change, ReportArrival arrival)
{
    int64_t changed_at = report_changed_time(change, arrival);
    bool timed = stands->changed_at != TIME_ABSENT && changed_at != TIME_ABSENT;
    if (stands->revision != INTEGER_ABSENT && change->revision != INTEGER_ABSENT)
        return stands->revision == change->revision && (!timed || stands->changed_at == changed_at);
    return timed && stands->changed_at == changed_at;
}

static bool is_result(Text result)
{
    return text_is(result, "pass") || text_is(result, "fail") || text_is(result, "not_checked");
}

void batch_hear(Batch *batch,
                const Identity *identity,
                const StoredRevision *row,
                Report *change,
                Saying *saying)
{
    ReportArrival arrival = {row->received_at, row->backfill};
    BatchReport *state = identity->report;
    *saying = (Saying){.at = report_status_time(change, arrival, row->received_at),
                       .again = told_again(&identity->known->identity, change, arrival),
                       .source = row->source,
                       .record_no = row->record_no};
    if (!is_result(change->recheck_result) || (text_is(change->recheck_result, "not_checked") &&
                                               !text_is_absent(state->said.recheck_result)))
        change->recheck_result = TEXT_ABSENT; /* that nobody could look changes nothing */
    if (identity->known->repeat)
        return; /* what it says is the course of one alarm of many */
    if (text_is(row->kind, record_kind_name(RECORD_ASSIGNMENT))) {
        Hearing hearing = {.batch = batch,
                           .state = state,
                           .row = row,
                           .change = change,
                           .number = text_is_absent(change->assignment_no) ? row->record_no
                                                                           : change->assignment_no,
                           .saying = saying};
        hear_assignment(&hearing, change);
        count_assignment(batch, state, change, saying);
    } else if (text_is(row->kind, record_kind_name(RECORD_INSPECTION))) {
        hear_visit(&state->said, arrival, change);
    }
    if (text_is(change->recheck_result, "fail") && change->status == INTEGER_ABSENT &&
        is_claim(state->status))
        change->status = REOPENED;
}

/* ---- what counts ---- */

static void count_status(Batch *batch,
                         const StoredRevision *row,
                         const Report *change,
                         Saying *saying,
                         BatchReport *state)
{
    StoredReport *report = batch_row_to_change(batch, state);
    StoredSaid *said = &state->said;
    if (row->status_after == row->status_before ||
        text_is(row->kind, record_kind_name(RECORD_ASSIGNMENT)))
        return;
    if (row->status_after == DISPATCHED) {
        add_more(&report->dispatches, &said->dispatches, 1);
        note(saying, "assigned", NULL, number(batch, said->dispatches));
    }
    if (is_returned(change)) {
        add_more(&report->returns, &said->returns, 1);
        note(saying, "returned", assignment_return_reason(change->return_reason), TEXT_ABSENT);
    }
}

static void count_urges(const Batch *batch, const StoredSaid *said, Report *change, Saying *saying)
{
    if (change->urge == 1 && change->urged == INTEGER_ABSENT && !saying->again)
        change->urged = said->urged + 1;
    if (change->urged != INTEGER_ABSENT && change->urged > said->urged)
        note(saying, "urged", NULL, number(batch, change->urged));
}

/* A recheck that says what is known counts anew only when the rectification was claimed anew since. */
static void hear_recheck(const BatchReport *state,
                         const StoredRevision *row,
                         Report *change,
                         Saying *saying,
                         StoredReport *report)
{
    const StoredSaid *said = &state->said;
    if (text_is_absent(change->recheck_result))
        return;
    bool claimed_since = is_claim(row->status_before) && state->status_at != TIME_ABSENT &&
                         state->status_at > said->rechecked_at;
    if (text_equal(change->recheck_result, said->recheck_result) && !claimed_since) {
        change->recheck_result = TEXT_ABSENT; /* it stands, and says nothing of a closing since */
        return;
    }
    report->rechecked_at = saying->at;
    if (text_is(change->recheck_result, "fail"))
        report->recheck_failed_at = saying->at;
    note(saying, "rechecked", NULL, change->recheck_result);
}

static bool is_another(Text told, uint64_t stands)
{
    return !text_is_absent(told) && stored_said_digest(told) != stands;
}

/* What it says is free text or a name: the event says which, and the row what. */
static void
note_changes(const Batch *batch, const StoredSaid *said, const Report *change, Saying *saying)
{
    if (!text_is_absent(change->lead_org) && !text_equal(change->lead_org, said->lead_org))
        note(saying, "changed", "lead_org", TEXT_ABSENT);
    if (is_another(change->measures, said->measures))
        note(saying, "changed", "measures", TEXT_ABSENT);
    if (is_another(change->reply, said->reply))
        note(saying, "changed", "reply", TEXT_ABSENT);
    if (change->satisfaction != INTEGER_ABSENT && change->satisfaction != said->satisfaction)
        note(saying, "changed", "satisfaction", number(batch, change->satisfaction));
}

static void keep_number(int64_t *kept, int64_t told)
{
    if (told != TIME_ABSENT)
        *kept = told;
}

static void keep_text(Text *kept, Text told)
{
    if (!text_is_absent(told))
        *kept = told;
}

static void keep_digest(uint64_t *kept, Text told)
{
    if (!text_is_absent(told))
        *kept = stored_said_digest(told);
}

/* What stands from now on. */
static void keep_said(StoredSaid *said, const Report *change, const StoredReport *report)
{
    keep_number(&said->urged, change->urged);
    keep_number(&said->satisfaction, change->satisfaction);
    keep_number(&said->rechecked_at, report->rechecked_at);
    keep_number(&said->recorded_at, change->recorded_at);
    keep_number(&said->reported_at, change->reported_at);
    keep_text(&said->lead_org, change->lead_org);
    keep_text(&said->recheck_result, change->recheck_result);
    keep_digest(&said->measures, change->measures);
    keep_digest(&said->reply, change->reply);
}

void batch_said(Batch *batch,
                const Identity *identity,
                const StoredRevision *row,
                Report *change,
                Saying *saying,
                StoredReport *report)
{
    BatchReport *state = identity->report;
    if (row->status_after != row->status_before)
        stored_report_reach(report, row->status_after, saying->at);
    if (identity->known->repeat) {
        change->recheck_result = TEXT_ABSENT;
    } else {
        count_status(batch, row, change, saying, state);
        count_urges(batch, &state->said, change, saying);
        hear_recheck(state, row, change, saying, report);
        note_changes(batch, &state->said, change, saying);
    }
    keep_said(&state->said, change, report);
}
