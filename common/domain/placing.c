/*
 * First the report itself: it is linked, opens a hazard, or is vague and waits in a bucket. Then, when a hazard gained by it,
 * the small ones beside that hazard, the hazard itself while it is small, and the buckets of where it stands.
 */
#include "domain/placing.h"

#include "domain/bucket.h"
#include "domain/hazard_join.h"
#include "domain/lifecycle_join.h"
#include "domain/linkage_rescore.h"
#include "domain/vague.h"

static void add_replaced(Placing *placing, Replaced replaced)
{
    if (placing->replaced_count == placing->replaced_capacity) {
        size_t capacity = placing->replaced_capacity == 0 ? 8 : placing->replaced_capacity * 2;
        placing->replaced =
            arena_grow(placing->lifecycle->arena, placing->replaced,
                       placing->replaced_capacity * sizeof(Replaced), capacity * sizeof(Replaced));
        placing->replaced_capacity = capacity;
    }
    placing->replaced[placing->replaced_count++] = replaced;
}

/* Reports that are decided anew, in the order they joined, because of one that was placed. */
typedef struct Anew {
    const char *reason;
    size_t count;
    const int64_t *report_ids;
    Decision *const *decisions;
} Anew;

static JoinCause cause_of(const Placing *placing, const HazardMember *member, const char *reason)
{
    return (JoinCause){.reason = reason,
                       .report_id = member->report_id,
                       .event_at = member->event_at,
                       .first_decision = placing->lifecycle->counters->next_decision};
}

static void note_anew(Placing *placing, const Anew *anew, size_t at)
{
    Lifecycle *lifecycle = placing->lifecycle;
    int64_t report_id = anew->report_ids[at];
    anew->decisions[at]->revised = report_id == placing->revised_id;
    const Hazard *hazard =
        hazard_store_get(lifecycle->store, hazard_store_of_report(lifecycle->store, report_id));
    add_replaced(placing, (Replaced){.report_id = report_id,
                                     .decision_id = lifecycle->counters->next_decision++,
                                     .hazard_id = hazard->id,
                                     .case_id = hazard_member(hazard, report_id)->case_id,
                                     .decision = anew->decisions[at]});
}

/* All reports of the part. */
static void join(Placing *placing,
                 const HazardMember *member,
                 int64_t body_id,
                 int64_t part_id,
                 const Anew *anew)
{
    JoinCause cause = cause_of(placing, member, anew->reason);
    lifecycle_join(placing->lifecycle, body_id, part_id, &cause);
    for (size_t i = 0; i < anew->count; i++)
        note_anew(placing, anew, i);
}

/* Some reports of a bucket. */
static void move(Placing *placing, const HazardMember *member, int64_t hazard_id, const Anew *anew)
{
    for (size_t i = 0; i < anew->count; i++) {
        JoinCause cause = cause_of(placing, member, anew->reason);
        lifecycle_move(placing->lifecycle, anew->report_ids[i], hazard_id, &cause);
        note_anew(placing, anew, i);
    }
}

void placing_rescore(Placing *placing, const HazardMember *cause, int64_t hazard_id)
{
    Lifecycle *lifecycle = placing->lifecycle;
    Rescored rescored;
    ArenaMark mark = arena_mark(lifecycle->arena);
    if (linkage_rescore(lifecycle, hazard_id, placing->scratch, &rescored))
        join(placing, cause, rescored.body_id, rescored.part_id,
             &(Anew){"rescored", rescored.count, rescored.report_ids, rescored.decisions});
    else
        arena_rewind(lifecycle->arena, mark);
}

static void rescore_around(Placing *placing, const HazardMember *cause, const Decision *decision)
{
    for (size_t i = 0; i < decision->neighbour_count; i++)
        placing_rescore(placing, cause, decision->neighbours[i]);
    if (decision->neighbour_count > 0)
        placing_rescore(placing, cause,
                        hazard_store_of_report(placing->lifecycle->store, cause->report_id));
}

void placing_request_review(Placing *placing, const Decision *decision, const HazardMember *member)
{
    if (decision->outcome == OUTCOME_REVIEW)
        lifecycle_request_review(placing->lifecycle, decision->hazard_id,
                                 decision->one_of ? "one_of" : "twin", member);
}

/* A hazard that claims all of a bucket is what the bucket was about; else each report goes for itself. */
static void carry_out(Placing *placing,
                      const HazardMember *member,
                      int64_t bucket_id,
                      const BucketClaims *claims)
{
    const HazardStore *store = placing->lifecycle->store;
    int64_t hazard_id = hazard_store_of_report(store, member->report_id);
    Anew anew = {"located", claims->count, claims->report_ids, claims->decisions};
    if (claims->count == hazard_store_get(store, bucket_id)->member_count)
        join(placing, member, hazard_id, bucket_id, &anew);
    else
        move(placing, member, hazard_id, &anew);
}

/* Asks the reports of a bucket as long as some are claimed: with each that it gets the hazard is known better. */
static void
locate(Placing *placing, const HazardMember *member, int64_t bucket_id, Decision *decision)
{
    Lifecycle *lifecycle = placing->lifecycle;
    BucketClaims claims = {.count = 1};
    int32_t least_mb = linkage_rescore_least_mb(lifecycle->model);
    if (decision->outcome != OUTCOME_LINK && model_possible_mb(lifecycle->model) < least_mb)
        least_mb = model_possible_mb(lifecycle->model); /* for it may be related then */
    while (claims.count > 0 && hazard_store_get(lifecycle->store, bucket_id)->bucket) {
        int64_t hazard_id = hazard_store_of_report(lifecycle->store, member->report_id);
        bucket_claims(lifecycle, bucket_id, (LinkageAim){hazard_id, least_mb}, placing->scratch,
                      &claims);
        if (claims.count > 0)
            carry_out(placing, member, bucket_id, &claims);
        else if (decision->outcome != OUTCOME_LINK)
            bucket_relate_hazard(lifecycle->model, decision, bucket_id, claims.best_mb);
    }
}

void placing_ask_others(Placing *placing,
                        const HazardMember *member,
                        const int64_t *buckets,
                        size_t bucket_count,
                        Decision *decision)
{
    rescore_around(placing, member, decision);
    for (size_t i = 0; i < bucket_count; i++)
        locate(placing, member, buckets[i], decision);
}

/* Where a report goes that is linked to nothing; a bucket is noted in the decision. */
static Hazard *open_for(Placing *placing, const Evidence *evidence, Decision *decision)
{
    Lifecycle *lifecycle = placing->lifecycle;
    Vagueness vagueness = vague_of(evidence, lifecycle->model);
    if (vagueness == VAGUE_NOT)
        return lifecycle_open_hazard(lifecycle, linkage_twin_of(decision));
    int64_t bucket_id = bucket_find(lifecycle->model, lifecycle->store, evidence, placing->scratch);
    Hazard *bucket = bucket_id != 0 ? hazard_store_edit(lifecycle->store, bucket_id)
                                    : lifecycle_open_hazard(lifecycle, 0);
    bucket->bucket = true;
    decision->bucket_id = bucket->id;
    if (decision->outcome == OUTCOME_NEW)
        decision->outcome = OUTCOME_BUCKET;
    bucket_relate_report(decision);
    if (vagueness == VAGUE_NOWHERE)
        bucket_relate_burst(lifecycle, evidence, placing->scratch, decision);
    return bucket;
}

void placing_report(Placing *placing, Evidence *evidence, HazardMember *member, Decision *decision)
{
    Lifecycle *lifecycle = placing->lifecycle;
    int64_t buckets[BUCKETS_ASKED_MAX];
    linkage_decide(lifecycle->model, lifecycle->store, evidence, placing->scratch, lifecycle->arena,
                   decision);
    evidence->independence = member->independence = decision->independence;
    placing->decision_id = lifecycle->counters->next_decision++;
    Hazard *hazard = decision->outcome == OUTCOME_LINK
                         ? hazard_store_edit(lifecycle->store, decision->hazard_id)
                         : open_for(placing, evidence, decision);
    size_t asked =
        hazard->bucket ? 0 : bucket_asked_by(lifecycle->store, evidence, placing->scratch, buckets);
    placing->hazard_id = hazard->id;
    lifecycle_attach(lifecycle, hazard, member, evidence);
    placing_request_review(placing, decision, member);
    placing_ask_others(placing, member, buckets, asked, decision);
}
