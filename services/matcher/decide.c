/*
 * One hazard store a region, grouped by partition. A batch works on overlays:
 *
 *   evidence -> linkage_decide -> join a hazard or open one -> lifecycle_attach -> rows
 *
 * decide_save turns what the overlays changed into rows of hazards and cases; decide_committed merges the overlays,
 * decide_dropped forgets them.
 */
#include "decide.h"

#include "decide_events.h"
#include "decide_load.h"
#include "decide_parts.h"
#include "metrics.h"

#include "base/clock.h"
#include "base/log.h"

#include "domain/debounce.h"
#include "domain/revising.h"
#include "domain/time_limit.h"

#include "adapters/decision_rows.h"
#include "adapters/hazard_rows.h"
#include "adapters/ledger_store.h"
#include "adapters/model_file.h"
#include "adapters/report_rows.h"
#include "adapters/time_store.h"

#include <stdlib.h>
#include <string.h>

enum { WORKING_DAYS_AHEAD = 20 };

static bool prepare_rows(void *context, Postgres *pg, Error *error)
{
    Decider *decider = context;
    return hazard_rows_prepare(decider->hazard_rows, pg, error) &&
           decision_rows_prepare(decider->decision_rows, pg, error) &&
           postgres_prepare(pg, &DECIDE_TIMERS, error);
}

static bool send_rows(void *context, Postgres *pg, Error *error)
{
    Decider *decider = context;
    return decision_rows_send(decider->decision_rows, pg, error) &&
           hazard_rows_send(decider->hazard_rows, pg, error);
}

/* Nobody has announced the holidays of the days that limits reach into now: said, since Monday to Friday are counted. */
static void look_ahead(const Model *model)
{
    const TimeLimits *limits = model_time_limits(model);
    bool guessed = false;
    if (limits != NULL)
        working_time_add(time_limits_calendar(limits), WORKING_UNIT_WORKING_DAY, clock_wall_us(),
                         WORKING_DAYS_AHEAD, &guessed);
    if (guessed)
        log_event(LOG_WARN, "holidays_unknown",
                  LOG_STRING("reason", "the model's working_days.csv ends within weeks; from there "
                                       "on Monday to Friday are counted as working days"));
}

bool decide_open(const DeciderSpec *spec, Decider **decider, Error *error)
{
    Model *model = NULL;
    if (!model_file_load(spec->model, &model, error))
        return false;
    if (!ledger_store_load(case_store_postgres(spec->store), model, error) ||
        !time_store_publish(case_store_postgres(spec->store), model, error)) {
        model_free(model);
        return false;
    }
    look_ahead(model);
    Decider *made = calloc(1, sizeof *made);
    if (made == NULL)
        abort();
    made->store = spec->store;
    made->model = model;
    made->hazard_rows = hazard_rows_new();
    made->decision_rows = decision_rows_new();
    made->scratch = arena_new(65536);
    case_store_extend(spec->store, &(CaseStoreMore){made, prepare_rows, send_rows});
    *decider = made;
    return true;
}

void decide_close(Decider *decider)
{
    if (decider == NULL)
        return;
    region_memories_clear(&decider->regions);
    hazard_rows_free(decider->hazard_rows);
    decision_rows_free(decider->decision_rows);
    model_free(decider->model);
    arena_free(decider->scratch);
    free(decider);
}

static HazardStore *store_of(void *context, Text region, int32_t partition)
{
    Decider *decider = context;
    return region_memory(&decider->regions, region, partition)->hazards;
}

void decide_release(Decider *decider, const int32_t *partitions, size_t count)
{
    region_memories_release(&decider->regions, partitions, count);
}

bool decide_claim(Decider *decider, const int32_t *partitions, size_t count, Error *error)
{
    decide_release(decider, partitions, count);
    DecideMemory memory = {.model = decider->model, .store_of = store_of, .context = decider};
    return decide_load(case_store_postgres(decider->store), partitions, count, &memory, error);
}

Lifecycle decide_lifecycle(Decider *decider, const DecideContext *context)
{
    RegionMemory *memory = region_memory(&decider->regions, context->region, context->partition);
    return (Lifecycle){.model = decider->model,
                       .store = region_overlay(memory),
                       .counters = context->counters,
                       .region = memory->region,
                       .now = context->now,
                       .arena = context->arena,
                       .leaving = hazard_rows_keep,
                       .watcher = decider->hazard_rows};
}

bool decide_told(Decider *decider,
                 const DecideContext *context,
                 const Lifecycle *lifecycle,
                 Error *error)
{
    RegionMemory *memory = region_memory(&decider->regions, context->region, context->partition);
    for (size_t i = 0; i < lifecycle->armed.count; i++)
        timer_queue_add(&memory->timers, &lifecycle->armed.items[i]);
    return decide_events(decider->store, decider->decision_rows, context, lifecycle, error);
}

static TextList copied_list(Arena *arena, TextList list)
{
    TextList copy = {ARENA_ARRAY(arena, Text, list.count), list.count};
    for (size_t i = 0; i < list.count; i++)
        copy.items[i] = text_copy(arena, list.items[i]);
    return copy;
}

static Text copied(Arena *arena, Text text)
{
    return text_is_absent(text) ? text : text_copy(arena, text);
}

/* Hash (2 bytes, little-endian) and weight (1 byte) of each gram, for reports.grams. */
static Text gram_bytes(const Evidence *evidence, Arena *arena)
{
    enum { GRAM_SIZE = 3 };
    char *bytes = arena_alloc(arena, evidence->gram_count * GRAM_SIZE);
    for (size_t i = 0; i < evidence->gram_count; i++) {
        const Gram *gram = &evidence->grams[i];
        bytes[i * GRAM_SIZE] = (char)(gram->hash & 0xFF);
        bytes[i * GRAM_SIZE + 1] = (char)(gram->hash >> 8);
        bytes[i * GRAM_SIZE + 2] = (char)gram->weight;
    }
    return (Text){bytes, evidence->gram_count * GRAM_SIZE};
}

/* What the evidence found out, for the columns of the report. */
static void describe(StoredReport *row, const Evidence *evidence, Arena *arena)
{
    static const char *const ROLES[] = {
        [PLACE_UNKNOWN] = "unknown", [PLACE_HAZARD] = "hazard", [PLACE_REPORTER] = "reporter"};
    const Address *address = &evidence->address;
    row->place_role = text_from(ROLES[address->role]);
    row->relation = copied(arena, address->relation);
    row->road = copied(arena, address->road);
    row->road_no = copied(arena, address->road_no);
    row->estate = copied(arena, address->estate);
    row->unit = copied(arena, address->unit);
    row->floor = copied(arena, address->floor);
    row->poi = copied(arena, address->poi);
    if (address->buildings.count > 0)
        row->buildings = copied_list(arena, address->buildings);
    row->grams = gram_bytes(evidence, arena);
}

/* An opened case takes the title of the report that opened it. */
static void note_title(Decider *decider, const Lifecycle *lifecycle, Text title)
{
    for (size_t i = 0; i < lifecycle->events.count; i++)
        if (strcmp(lifecycle->events.items[i].kind, "opened") == 0)
            hazard_rows_title(decider->hazard_rows, lifecycle->events.items[i].case_id,
                              lifecycle->region, title);
}

static bool save_one(Decider *decider,
                     const DecideContext *context,
                     DecisionPlace place,
                     const Decision *decision,
                     Error *error)
{
    place.region = context->region;
    place.stream_time = context->now;
    decider->decided[decision->outcome]++;
    return decision_rows_add(decider->decision_rows, &place, decision, decider->model,
                             context->arena, error);
}

bool decide_placed(Decider *decider,
                   const DecideContext *context,
                   const Placing *placing,
                   const Decision *decision,
                   const DecisionPlace *own,
                   Error *error)
{
    if (own->decision_id != 0 && !save_one(decider, context, *own, decision, error))
        return false;
    for (size_t i = 0; i < placing->replaced_count; i++) {
        const Replaced *replaced = &placing->replaced[i];
        DecisionPlace place = {.decision_id = replaced->decision_id,
                               .report_id = replaced->report_id,
                               .hazard_id = replaced->hazard_id,
                               .case_id = replaced->case_id};
        if (!save_one(decider, context, place, replaced->decision, error))
            return false;
    }
    hazard_rows_moves(decider->hazard_rows, placing->lifecycle);
    return decide_told(decider, context, placing->lifecycle, error);
}

/* An inspection that found nothing is evidence of its own and no hazard. */
static bool found_nothing(const StoredReport *row)
{
    return text_is(row->kind, "inspection") && text_is(row->report.result, "no_problem");
}

static const HazardMember *member_of_report(const HazardStore *store, int64_t report_id)
{
    const Hazard *hazard = hazard_store_get(store, hazard_store_of_report(store, report_id));
    return hazard != NULL ? hazard_member(hazard, report_id) : NULL;
}

bool decide_repeats(Decider *decider,
                    const DecideContext *context,
                    const StoredReport *row,
                    RepeatedReport *of)
{
    if (text_is_absent(row->report.device_id) || found_nothing(row))
        return false;
    RegionMemory *memory = region_memory(&decider->regions, context->region, context->partition);
    const HazardStore *store = region_overlay(memory);
    EvidenceOrigin origin = {row->source, memory->region, row->report_id, row->event_at};
    Evidence *evidence = evidence_new(&row->report, &origin, decider->model, decider->scratch);
    const DebounceOpener *opener = debounce_opener(hazard_store_debounce(store), evidence);
    const HazardMember *first = opener != NULL ? member_of_report(store, opener->report_id) : NULL;
    HazardMember alarm = decide_member(&row->report, evidence, row->status_at, INDEPENDENT);
    evidence_free(evidence);
    if (first == NULL || !debounce_holds(first, &alarm))
        return false;
    *of = (RepeatedReport){.report_id = opener->report_id,
                           .received_at = opener->received_at,
                           .status = first->status > 0 ? first->status : INTEGER_ABSENT,
                           .status_at = first->status_at};
    return true;
}

static bool keep_larger(int64_t *kept, int64_t told, int32_t stands)
{
    *kept = told > stands ? told : INTEGER_ABSENT;
    return told > stands;
}

bool decide_worse(Decider *decider, const DecideContext *context, int64_t report_id, Report *change)
{
    RegionMemory *memory = region_memory(&decider->regions, context->region, context->partition);
    const HazardMember *stands = member_of_report(region_overlay(memory), report_id);
    Report worse;
    report_init(&worse);
    worse.revision = change->revision;
    worse.changed_at = change->changed_at;
    bool found = stands != NULL && change->level > 0 &&
                 (stands->level == 0 || change->level < stands->level);
    if (found)
        worse.level = change->level;
    if (stands != NULL) {
        found = keep_larger(&worse.trapped, change->trapped, stands->trapped) || found;
        found = keep_larger(&worse.injured, change->injured, stands->injured) || found;
        found = keep_larger(&worse.dead, change->dead, stands->dead) || found;
    }
    *change = worse;
    return found;
}

bool decide_report(Decider *decider, const DecideContext *context, StoredReport *row, Error *error)
{
    if (found_nothing(row)) {
        row->independence = TEXT("independent");
        return true;
    }
    Lifecycle lifecycle = decide_lifecycle(decider, context);
    EvidenceOrigin origin = {row->source, context->region, row->report_id, row->event_at};
    Evidence *evidence = evidence_new(&row->report, &origin, decider->model, decider->scratch);
    HazardMember member = decide_member(&row->report, evidence, row->status_at, INDEPENDENT);
    member.backfill = row->backfill == 1;
    describe(row, evidence, context->arena);

    debounce_note(hazard_store_debounce(lifecycle.store), evidence, row->received_at);
    Decision decision;
    Placing placing = {.lifecycle = &lifecycle, .scratch = decider->scratch};
    placing_report(&placing, evidence, &member, &decision);
    row->independence = text_from(report_rows_independence_name(decision.independence));
    row->decision_id = placing.decision_id;
    row->hazard_id = placing.hazard_id;
    row->case_id = member.case_id;
    note_title(decider, &lifecycle, row->report.title);
    if (stored_report_derives(row))
        hazard_rows_said(decider->hazard_rows, lifecycle.region, row->report_id);
    const DecisionPlace own = {.decision_id = row->decision_id,
                               .report_id = row->report_id,
                               .hazard_id = row->hazard_id,
                               .case_id = row->case_id};
    return decide_placed(decider, context, &placing, &decision, &own, error);
}

static int32_t changed_count(int64_t value)
{
    return value >= 0 ? (int32_t)value : -1;
}

static MemberChange member_change(const Report *change, int64_t status_at)
{
    return (MemberChange){.status = change->status > 0 ? (int16_t)change->status : 0,
                          .status_at = status_at,
                          .level = change->level > 0 ? (int16_t)change->level : 0,
                          .trapped = changed_count(change->trapped),
                          .injured = changed_count(change->injured),
                          .dead = changed_count(change->dead),
                          .due_at = change->due_at != TIME_ABSENT ? change->due_at : 0,
                          .recheck = decide_recheck(change->recheck_result)};
}

/* Whether some department says of the report's case that it is done. */
static bool is_claimed(const Hazard *hazard, int64_t case_id)
{
    enum { CHECKING = 50, CLOSED = 60 };
    for (size_t i = 0; i < hazard->member_count; i++) {
        const HazardMember *member = &hazard->members[i];
        if (member->case_id == case_id && (member->status == CHECKING || member->status == CLOSED))
            return true;
    }
    return false;
}

static void note_said(Lifecycle *lifecycle, const DecideUpdate *update)
{
    int64_t hazard_id = hazard_store_of_report(lifecycle->store, update->report_id);
    const Hazard *hazard = hazard_store_get(lifecycle->store, hazard_id);
    int64_t case_id = hazard_member(hazard, update->report_id)->case_id;
    for (size_t i = 0; i < update->note_count; i++) {
        CaseEvent note = update->notes[i];
        if (strcmp(note.kind, "rechecked") == 0 && text_is(note.after, "fail") &&
            is_claimed(hazard, case_id))
            note.reason = "sham";
        (void)lifecycle_note(lifecycle, update->report_id, note);
    }
}

bool decide_update(Decider *decider,
                   const DecideContext *context,
                   const DecideUpdate *update,
                   Error *error)
{
    Lifecycle lifecycle = decide_lifecycle(decider, context);
    lifecycle.told = (ReportTold){update->report_id, update->record_no};
    if (hazard_store_of_report(lifecycle.store, update->report_id) == 0)
        return true;
    if (update->derives)
        hazard_rows_said(decider->hazard_rows, lifecycle.region, update->report_id);
    note_said(&lifecycle, update);
    if (update->change != NULL) {
        MemberChange change = member_change(update->change, update->status_at);
        (void)lifecycle_update(&lifecycle, update->report_id, &change);
    }
    return decide_told(decider, context, &lifecycle, error);
}

static Evidence *evidence_now(const Decider *decider,
                              const DecideContext *context,
                              const DecideRevised *revised,
                              const Report *report,
                              int64_t report_id)
{
    EvidenceOrigin origin = {revised->source, context->region, report_id, revised->event_at};
    return evidence_new(report, &origin, decider->model, decider->scratch);
}

/* The report is in a hazard and says something else; `evidence` is what. */
static bool revise(Decider *decider,
                   const DecideContext *context,
                   const DecideRevised *revised,
                   Evidence *evidence,
                   bool *taken,
                   Error *error)
{
    Lifecycle lifecycle = decide_lifecycle(decider, context);
    Placing placing = {.lifecycle = &lifecycle, .scratch = decider->scratch};
    Decision decision = {0};
    HazardMember told = decide_member(revised->now, evidence, TIME_ABSENT, INDEPENDENT);
    *taken = revising_report(&placing, evidence, told.known_at, &decision);
    note_title(decider, &lifecycle, revised->now->title);
    DecisionPlace own = {.decision_id = placing.decision_id,
                         .report_id = evidence->report_id,
                         .hazard_id = placing.hazard_id,
                         .case_id = placing.case_id};
    return decide_placed(decider, context, &placing, &decision, &own, error);
}

bool decide_revised(Decider *decider,
                    const DecideContext *context,
                    const DecideRevised *revised,
                    StoredReport *row,
                    bool *taken,
                    Error *error)
{
    RegionMemory *memory = region_memory(&decider->regions, context->region, context->partition);
    *taken = false;
    if (hazard_store_of_report(region_overlay(memory), row->report_id) == 0)
        return true;
    Evidence *before = evidence_now(decider, context, revised, revised->before, row->report_id);
    Evidence *now = evidence_now(decider, context, revised, revised->now, row->report_id);
    bool well =
        !revising_differs(before, now) || revise(decider, context, revised, now, taken, error);
    if (*taken)
        describe(row, now, context->arena);
    evidence_free(before);
    evidence_free(now);
    return well;
}

bool decide_save(Decider *decider, Arena *arena, Error *error)
{
    for (RegionMemory *memory = decider->regions.first; memory != NULL; memory = memory->next)
        if (memory->overlay != NULL &&
            !hazard_rows_changes(decider->hazard_rows, memory->region, memory->overlay,
                                 decider->model, arena, error))
            return false;
    return true;
}

static void clear_rows(Decider *decider)
{
    hazard_rows_clear(decider->hazard_rows);
    decision_rows_clear(decider->decision_rows);
    memset(decider->decided, 0, sizeof(decider->decided));
}

void decide_committed(Decider *decider)
{
    region_memories_merge(&decider->regions);
    metrics_decided(decider->decided);
    clear_rows(decider);
}

void decide_dropped(Decider *decider)
{
    region_memories_drop(&decider->regions);
    clear_rows(decider);
}

void decide_survey(const Decider *decider, HazardSurvey *survey)
{
    *survey = (HazardSurvey){0};
    for (const RegionMemory *memory = decider->regions.first; memory != NULL; memory = memory->next)
        hazard_survey_add(survey, memory->hazards);
}
