/*
 * Memory must be what PostgreSQL says when it is read anew: either the evidence of the row as it stands is taken over whole
 * (the report is alone, or leaves its bucket), or what was decided on stays.
 */
#include "domain/revising.h"

#include "domain/bucket.h"
#include "domain/hazard_join.h"
#include "domain/lifecycle_derive.h"
#include "domain/lifecycle_join.h"
#include "domain/lifecycle_time.h"
#include "domain/linkage_relation.h"
#include "domain/vague.h"

static bool same_place(const Evidence *a, const Evidence *b)
{
    return text_equal(a->place_text, b->place_text) &&
           text_equal(a->address.relation, b->address.relation) &&
           a->address.role == b->address.role &&
           a->address.floor_or_building == b->address.floor_or_building &&
           text_equal(a->community_code, b->community_code) &&
           text_equal(a->grid_code, b->grid_code);
}

static bool same_point(const Evidence *a, const Evidence *b)
{
    if (!a->has_point || !b->has_point)
        return a->has_point == b->has_point;
    return a->precision == b->precision && a->point_derived == b->point_derived &&
           !(a->point.lon < b->point.lon) && !(a->point.lon > b->point.lon) &&
           !(a->point.lat < b->point.lat) && !(a->point.lat > b->point.lat);
}

static bool same_things(const Evidence *a, const Evidence *b)
{
    bool same = a->asset_count == b->asset_count && a->lift_label == b->lift_label &&
                text_equal(a->usc_code, b->usc_code) && text_equal(a->party_name, b->party_name);
    for (size_t i = 0; same && i < a->asset_count; i++)
        same = a->assets[i].kind == b->assets[i].kind &&
               a->assets[i].structured == b->assets[i].structured &&
               text_equal(a->assets[i].id, b->assets[i].id);
    return same;
}

bool revising_differs(const Evidence *before, const Evidence *after)
{
    return before->category != after->category || !same_place(before, after) ||
           !same_point(before, after) || !same_things(before, after);
}

static bool is_of_device(const Evidence *evidence)
{
    for (size_t i = 0; i < evidence->asset_count; i++)
        if (evidence->assets[i].kind == ASSET_DEVICE && evidence->assets[i].structured)
            return true;
    return false;
}

static const Hazard *hazard_of(const Placing *placing, int64_t report_id)
{
    const HazardStore *store = placing->lifecycle->store;
    return hazard_store_get(store, hazard_store_of_report(store, report_id));
}

/* ---- in a bucket ---- */

static void move_out(Placing *placing,
                     const Evidence *evidence,
                     int64_t known_at,
                     int64_t to_id,
                     const Decision *decision)
{
    const RetoldReport retold = {evidence, known_at};
    const JoinCause cause = {.reason = "revised",
                             .report_id = evidence->report_id,
                             .event_at = evidence->event_at,
                             .first_decision = placing->decision_id,
                             .retold = &retold};
    lifecycle_move(placing->lifecycle, evidence->report_id, to_id, &cause);
    placing_request_review(
        placing, decision,
        hazard_member(hazard_of(placing, evidence->report_id), evidence->report_id));
}

static bool leave_bucket(Placing *placing, Evidence *evidence, int64_t known_at, Decision *decision)
{
    Lifecycle *lifecycle = placing->lifecycle;
    int64_t buckets[BUCKETS_ASKED_MAX];
    ArenaMark mark = arena_mark(lifecycle->arena);
    linkage_decide(lifecycle->model, lifecycle->store, evidence, placing->scratch, lifecycle->arena,
                   decision);
    bool linked = decision->outcome == OUTCOME_LINK;
    if (!linked && vague_of(evidence, lifecycle->model) != VAGUE_NOT) {
        arena_rewind(lifecycle->arena, mark);
        return false;
    }
    decision->from_id = hazard_of(placing, evidence->report_id)->id;
    decision->revised = true;
    evidence->independence = decision->independence;
    placing->decision_id = lifecycle->counters->next_decision++;
    placing->hazard_id = linked ? decision->hazard_id
                                : lifecycle_open_hazard(lifecycle, linkage_twin_of(decision))->id;
    size_t asked = bucket_asked_by(lifecycle->store, evidence, placing->scratch, buckets);
    move_out(placing, evidence, known_at, placing->hazard_id, decision);
    HazardMember member =
        *hazard_member(hazard_of(placing, evidence->report_id), evidence->report_id);
    placing->case_id = member.case_id;
    placing_ask_others(placing, &member, buckets, asked, decision);
    if (linked)
        decision->outcome = OUTCOME_MOVED;
    return true;
}

/* ---- alone in its hazard ---- */

/* The hazard has changed in place: its small neighbours, and the buckets of where it stands. */
static void ask_around(Placing *placing,
                       const Evidence *evidence,
                       const HazardMember *member,
                       size_t asked,
                       const int64_t *buckets)
{
    const Lifecycle *lifecycle = placing->lifecycle;
    const LinkageAmong others = {lifecycle->model, lifecycle->store,
                                 hazard_of(placing, evidence->report_id)->id};
    Decision around;
    linkage_decide_among(&others, evidence, placing->scratch, lifecycle->arena, &around);
    around.outcome = OUTCOME_LINK; /* it has its hazard: nothing is noted beside a bucket */
    placing_ask_others(placing, member, buckets, asked, &around);
}

/* Departments that have the case are to know. */
static void add_changed(Lifecycle *lifecycle,
                        const Hazard *hazard,
                        const HazardMember *member,
                        const HazardClass *before)
{
    bool other_class = hazard->category != before;
    lifecycle_add_event(lifecycle,
                        (CaseEvent){.kind = "changed",
                                    .case_id = member->case_id,
                                    .hazard_id = hazard->id,
                                    .report_id = member->report_id,
                                    .event_at = lifecycle->now,
                                    .reason = other_class ? "category" : "place",
                                    .before = other_class ? before->code : TEXT_ABSENT,
                                    .after = other_class ? hazard->category->code : TEXT_ABSENT});
}

static bool stand_alone(Placing *placing, Evidence *evidence, int64_t known_at)
{
    Lifecycle *lifecycle = placing->lifecycle;
    int64_t buckets[BUCKETS_ASKED_MAX];
    size_t asked = bucket_asked_by(lifecycle->store, evidence, placing->scratch, buckets);
    const HazardClass *before = hazard_of(placing, evidence->report_id)->category;
    evidence->independence = hazard_of(placing, evidence->report_id)->members[0].independence;
    const RetoldReport retold = {evidence, known_at};
    Hazard *hazard = hazard_store_retell(lifecycle->store, &retold, lifecycle->model);
    HazardMember member = hazard->members[0];
    HazardCase *of = hazard_case(hazard, member.case_id);
    add_changed(lifecycle, hazard, &member, before);
    lifecycle_derive_level(lifecycle, hazard, of);
    lifecycle_derive_time(lifecycle, hazard, of); /* the limit is its class's */
    hazard->version++;
    of->version++;
    placing_rescore(placing, &member, hazard->id);
    ask_around(placing, evidence, &member, asked, buckets);
    return true;
}

/* ---- one of several ---- */

/* Whether the other members, as far as they are kept for comparing, contradict or veto what it says now. */
static bool is_kept_apart(const Placing *placing, const Hazard *hazard, const Evidence *evidence)
{
    const Lifecycle *lifecycle = placing->lifecycle;
    EvidencePacked *kept[HAZARD_REPRESENTATIVES_MAX];
    Hazard others = *hazard;
    others.representative_count = 0;
    for (size_t i = 0; i < hazard->representative_count; i++) {
        const EvidencePacked *packed = hazard_representative(hazard, i);
        if (evidence_packed_report_id(packed) != evidence->report_id)
            kept[others.representative_count++] = (EvidencePacked *)(uintptr_t)packed;
    }
    if (others.representative_count == 1)
        others.kept.one = kept[0];
    else
        others.kept.many = kept;
    ArenaMark mark = arena_mark(placing->scratch);
    Candidate candidate = {.hazard = &others};
    Candidates alone = {.items = &candidate, .count = 1};
    linkage_score(lifecycle->model, lifecycle->store, evidence, &alone, placing->scratch);
    bool apart = !linkage_may_join(&candidate);
    arena_rewind(placing->scratch, mark);
    return apart;
}

static void ask_person(Placing *placing, const Hazard *hazard, const Evidence *evidence)
{
    Lifecycle *lifecycle = placing->lifecycle;
    if (!is_kept_apart(placing, hazard, evidence))
        return;
    const LinkageAmong elsewhere = {lifecycle->model, lifecycle->store, hazard->id};
    Decision decision;
    linkage_decide_among(&elsewhere, evidence, placing->scratch, lifecycle->arena, &decision);
    lifecycle_request_review(lifecycle, decision.hazard_id, "revised",
                             hazard_member(hazard, evidence->report_id));
}

bool revising_report(Placing *placing, Evidence *evidence, int64_t known_at, Decision *decision)
{
    const Hazard *hazard = hazard_of(placing, evidence->report_id);
    EvidenceView view;
    placing->decision_id = 0;
    placing->revised_id = evidence->report_id;
    if (!hazard->bucket && hazard->member_count > 1) {
        ask_person(placing, hazard, evidence);
        return false;
    }
    if (is_of_device(evidence) || is_of_device(hazard_evidence(hazard, 0, &view)))
        return false;
    return hazard->bucket ? leave_bucket(placing, evidence, known_at, decision)
                          : stand_alone(placing, evidence, known_at);
}
