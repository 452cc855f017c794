/* Buckets lie under keys of their own (blocking.h); those of one place and family by id, the open one among the latest. */
#include "domain/bucket.h"

#include "domain/datetime.h"
#include "domain/linkage_burst.h"
#include "domain/linkage_rescore.h"
#include "domain/model_data.h"

#include <string.h>

/* Of one key the latest are looked at: those before are closed, full or of days long past. */
enum { LATEST = 4, LATEST_BURSTS = 64 };

static bool is_open(const Hazard *hazard)
{
    for (size_t i = 0; i < hazard->case_count; i++)
        if (hazard->cases[i].merged_into == 0 && hazard->cases[i].closed_at == TIME_ABSENT)
            return true;
    return false;
}

static bool is_live(const Hazard *hazard)
{
    return hazard->bucket && hazard->merged_into == 0 && is_open(hazard);
}

/* Where a bucket is of: what its first report says. */
static uint64_t place_key(const Evidence *evidence)
{
    BlockingKey keys[BLOCKING_KEYS_MAX];
    blocking_bucket_keys(evidence, keys);
    return keys[0].hash;
}

static bool takes(const Hazard *bucket, Text family)
{
    return is_live(bucket) && bucket->member_count < HAZARD_BUCKET_MAX &&
           text_equal(bucket->category->family, family);
}

/* The latest bucket under a key that takes the report, told within `within_us`; `place` 0: wherever it is of. */
static int64_t latest_under(const HazardStore *store,
                            uint64_t key,
                            uint64_t place,
                            int64_t within_us,
                            const Evidence *report,
                            Arena *scratch)
{
    HazardIds found;
    int64_t id = 0;
    hazard_store_find(store, key, LATEST, scratch, &found);
    for (size_t i = 0; i < found.count; i++) {
        EvidenceView view;
        const Hazard *hazard = hazard_store_get(store, hazard_index_id(found.items[i]));
        if (takes(hazard, report->category->family) &&
            hazard_nearest_gap(hazard, report->event_at) <= within_us &&
            (place == 0 || place_key(hazard_evidence(hazard, 0, &view)) == place))
            id = hazard->id;
    }
    return id;
}

int64_t
bucket_find(const Model *model, const HazardStore *store, const Evidence *report, Arena *scratch)
{
    const int64_t within_us = (int64_t)model->weights.bucket_s * 1000000;
    BlockingKey keys[BLOCKING_KEYS_MAX];
    ArenaMark mark = arena_mark(scratch);
    uint64_t place = place_key(report);
    size_t count = blocking_bucket_query_keys(report, keys);
    int64_t id = 0;
    for (size_t i = 0; i < count && id == 0; i++)
        if (keys[i].kind == BLOCK_RECORD)
            id = latest_under(store, keys[i].hash, 0, INT64_MAX, report, scratch);
    if (id == 0)
        id = latest_under(store, place, place, within_us, report, scratch);
    arena_rewind(scratch, mark);
    return id;
}

/* In its place, once; the largest go when there are too many. */
static size_t put(int64_t *ids, size_t count, int64_t id)
{
    size_t at = count;
    while (at > 0 && ids[at - 1] > id)
        at--;
    if ((at > 0 && ids[at - 1] == id) || at == BUCKETS_ASKED_MAX)
        return count;
    size_t last = count < BUCKETS_ASKED_MAX ? count : BUCKETS_ASKED_MAX - 1;
    for (size_t i = last; i > at; i--)
        ids[i] = ids[i - 1];
    ids[at] = id;
    return last + 1;
}

size_t bucket_asked_by(const HazardStore *store,
                       const Evidence *report,
                       Arena *scratch,
                       int64_t ids[BUCKETS_ASKED_MAX])
{
    BlockingKey keys[BLOCKING_KEYS_MAX];
    size_t key_count = blocking_bucket_query_keys(report, keys);
    size_t count = 0;
    ArenaMark mark = arena_mark(scratch);
    for (size_t k = 0; k < key_count; k++) {
        HazardIds found;
        hazard_store_find(store, keys[k].hash, LATEST, scratch, &found);
        for (size_t i = 0; i < found.count; i++) {
            int64_t id = hazard_index_id(found.items[i]);
            if (is_live(hazard_store_get(store, id)))
                count = put(ids, count, id);
        }
    }
    arena_rewind(scratch, mark);
    return count;
}

/* What a report of a bucket must reach to be of interest: to be claimed, or to be nearer than those before. */
static int32_t wanted_mb(const Model *model, int32_t least_mb, const BucketClaims *claims)
{
    int32_t enough_mb = linkage_rescore_least_mb(model);
    if (claims->best_mb >= least_mb)
        least_mb = claims->best_mb + 1;
    return least_mb < enough_mb ? least_mb : enough_mb;
}

static bool decide(const Lifecycle *lifecycle,
                   const Evidence *member,
                   LinkageAim aim,
                   Arena *scratch,
                   Decision *decision)
{
    const LinkageAmong all = {.model = lifecycle->model, .store = lifecycle->store};
    return linkage_hazard_may_reach(all.model, all.store, member, aim, scratch) &&
           linkage_decide_reaching(&all, aim, member, scratch, lifecycle->arena, decision);
}

static void note_nearest(const Decision *decision, int64_t hazard_id, BucketClaims *claims)
{
    if (decision->has_best && decision->best.hazard_id == hazard_id &&
        decision->final_mb > claims->best_mb)
        claims->best_mb = decision->final_mb;
}

void bucket_claims(const Lifecycle *lifecycle,
                   int64_t bucket_id,
                   LinkageAim aim,
                   Arena *scratch,
                   BucketClaims *claims)
{
    const Model *model = lifecycle->model;
    Arena *arena = lifecycle->arena;
    const Hazard *bucket = hazard_store_get(lifecycle->store, bucket_id);
    const int32_t least_mb = aim.least_mb;
    *claims = (BucketClaims){.best_mb = INT32_MIN};
    for (size_t i = 0; i < bucket->representative_count; i++) {
        EvidenceView view;
        ArenaMark mark = arena_mark(arena);
        const Evidence *member =
            linkage_rescore_as_report(model, bucket, i, lifecycle->region, arena, &view);
        Decision *decision = ARENA_NEW(arena, Decision);
        aim.least_mb = wanted_mb(model, least_mb, claims);
        bool may = decide(lifecycle, member, aim, scratch, decision);
        if (!may || !linkage_rescore_suffices(model, decision) ||
            decision->hazard_id != aim.hazard_id) {
            if (may)
                note_nearest(decision, aim.hazard_id, claims);
            arena_rewind(arena, mark);
            continue;
        }
        decision->outcome = OUTCOME_MOVED;
        decision->from_id = bucket_id;
        decision->threshold_mb = linkage_rescore_least_mb(model);
        claims->report_ids[claims->count] = member->report_id;
        claims->decisions[claims->count++] = decision;
    }
}

static const char CONTAINS[] = "contains";

static void relate(Decision *decision, const Relation *relation)
{
    for (size_t i = 0; i < decision->relation_count; i++)
        if (decision->relations[i].hazard_id == relation->hazard_id)
            return;
    if (decision->relation_count < DECISION_RELATIONS_MAX)
        decision->relations[decision->relation_count++] = *relation;
}

void bucket_relate_report(Decision *decision)
{
    static const char *const MAYBE[] = {"one_of", "twin", "possible"};
    for (size_t i = 0; i < decision->relation_count; i++) {
        Relation *relation = &decision->relations[i];
        for (size_t k = 0; k < sizeof MAYBE / sizeof MAYBE[0]; k++)
            if (strcmp(relation->kind, MAYBE[k]) == 0) {
                relation->kind = CONTAINS;
                relation->report_comes_first = true;
                break;
            }
    }
}

void bucket_relate_hazard(const Model *model,
                          Decision *decision,
                          int64_t bucket_id,
                          int32_t best_mb)
{
    if (best_mb >= model_possible_mb(model))
        relate(decision,
               &(Relation){.kind = CONTAINS, .hazard_id = bucket_id, .score_mb = best_mb});
}

/* The burst with the most members within a day of the report, the oldest of equals; NULL: none has enough for one. */
static const Hazard *
hottest_burst(const Model *model, const HazardStore *store, const Evidence *report, Arena *scratch)
{
    BlockingKey keys[BLOCKING_KEYS_MAX];
    const Hazard *hottest = NULL;
    int32_t most = model->weights.tempo_few_members - 1;
    size_t count = blocking_burst_keys(report, model, keys);
    for (size_t k = 0; k < count; k++) {
        HazardIds found;
        hazard_store_find(store, keys[k].hash, LATEST_BURSTS, scratch, &found);
        for (size_t i = 0; i < found.count; i++) {
            const Hazard *hazard = hazard_store_get(store, hazard_index_id(found.items[i]));
            int32_t members =
                hazard_near(hazard, report->event_at, DATETIME_DAY_US, DATETIME_DAY_US).members;
            bool older = hottest == NULL || hazard->id < hottest->id;
            if (!linkage_burst_akin(model, report->category, hazard->category) || members < most ||
                (members == most && !older))
                continue;
            most = members;
            hottest = hazard;
        }
    }
    return hottest;
}

void bucket_relate_burst(const Lifecycle *lifecycle,
                         const Evidence *report,
                         Arena *scratch,
                         Decision *decision)
{
    ArenaMark mark = arena_mark(scratch);
    const Model *model = lifecycle->model;
    const Hazard *hottest = hottest_burst(model, lifecycle->store, report, scratch);
    if (hottest != NULL) {
        Candidate candidate = {.hazard = hottest};
        Candidates candidates = {.items = &candidate, .count = 1};
        linkage_score(model, lifecycle->store, report, &candidates, scratch);
        relate(decision, &(Relation){.kind = CONTAINS,
                                     .hazard_id = hottest->id,
                                     .score_mb = candidate.score.total_mb,
                                     .report_comes_first = true});
    }
    arena_rewind(scratch, mark);
}
