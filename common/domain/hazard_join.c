/*
 * Both sides are taken out of the index, put together, and what survives is indexed anew: the index is always that of
 * the members, whatever happened to them.
 */
#include "domain/hazard_join.h"

#include "domain/hazard_extent.h"
#include "domain/hazard_keys.h"

#include <assert.h>

bool hazard_is_whole(const Hazard *hazard)
{
    return hazard->representative_count == hazard->member_count;
}

const Hazard *hazard_store_survivor(const HazardStore *store, int64_t id)
{
    const Hazard *hazard = hazard_store_get(store, id);
    while (hazard != NULL && hazard->merged_into != 0)
        hazard = hazard_store_get(store, hazard->merged_into);
    return hazard;
}

static void take_out(HazardStore *store, const Hazard *hazard, const HazardKeys *keys)
{
    for (size_t i = 0; i < hazard_keys_count(keys); i++)
        hazard_store_unindex(store, hazard_keys_at(keys, i), hazard->id);
}

static void put_in(HazardStore *store, const Hazard *hazard, const Model *model)
{
    HazardKeys *keys = hazard_keys_of(hazard, model);
    for (size_t i = 0; i < hazard_keys_count(keys); i++)
        hazard_store_index(store, hazard_keys_at(keys, i), hazard);
    hazard_keys_free(keys);
}

static void take_out_all(HazardStore *store, const Hazard *hazard, const Model *model)
{
    HazardKeys *keys = hazard_keys_of(hazard, model);
    take_out(store, hazard, keys);
    hazard_keys_free(keys);
}

/* The member and its evidence behind those that are there. */
static void
append(Hazard *hazard, const HazardMember *member, const Evidence *evidence, const Model *model)
{
    hazard_add_member(hazard, member);
    if (hazard->category == NULL || member->category->colour < hazard->category->colour)
        hazard->category = member->category;
    hazard_keep_evidence(hazard, evidence, model);
    hazard_extent_add(hazard, evidence);
}

static void append_members(Hazard *body, const Hazard *part, const Model *model)
{
    EvidenceView view;
    for (size_t i = 0; i < part->representative_count; i++) {
        const Evidence *evidence = hazard_evidence(part, i, &view);
        append(body, hazard_member(part, evidence->report_id), evidence, model);
    }
}

static void append_cases(Hazard *body, const Hazard *part)
{
    for (size_t i = 0; i < part->case_count; i++) {
        hazard_add_case(body);
        size_t at = body->case_count - 1;
        for (; at > 0 && body->cases[at - 1].case_id > part->cases[i].case_id; at--)
            body->cases[at] = body->cases[at - 1];
        body->cases[at] = part->cases[i];
    }
}

/* Only of an older one: a chain of twins leads to ever older hazards, and ends. */
static int64_t provisional_of(const HazardStore *store, const Hazard *body, int64_t survivor_id)
{
    const Hazard *twin = hazard_store_survivor(store, body->provisional_of);
    return twin != NULL && twin->id < survivor_id ? twin->id : 0;
}

/* What a hazard holds goes; its id and version stay. */
static void empty(Hazard *hazard)
{
    hazard_clear(hazard);
    *hazard = (Hazard){.id = hazard->id, .category = hazard->category, .version = hazard->version};
}

/* Each gets what the other holds, but id and version. */
static void exchange(Hazard *a, Hazard *b)
{
    Hazard held = *a;
    *a = *b;
    a->id = held.id;
    a->version = held.version;
    held.id = b->id;
    held.version = b->version;
    *b = held;
}

Hazard *hazard_store_join(HazardStore *store, int64_t body_id, int64_t part_id, const Model *model)
{
    Hazard *body = hazard_store_edit(store, body_id);
    Hazard *part = hazard_store_edit(store, part_id);
    assert(body_id != part_id && body->merged_into == 0 && part->merged_into == 0);
    assert(hazard_is_whole(part));
    take_out_all(store, body, model);
    take_out_all(store, part, model);
    append_members(body, part, model);
    append_cases(body, part);
    empty(part);
    Hazard *survivor = body_id < part_id ? body : part;
    Hazard *shell = body_id < part_id ? part : body;
    int64_t twin = provisional_of(store, body, survivor->id);
    if (survivor == part)
        exchange(body, part);
    survivor->provisional_of = twin;
    shell->merged_into = survivor->id;
    for (size_t i = 0; i < survivor->member_count; i++)
        hazard_store_assign(store, survivor->members[i].report_id, survivor->id);
    put_in(store, survivor, model);
    return survivor;
}

void hazard_store_end(HazardStore *store, int64_t empty_id, int64_t into_id)
{
    Hazard *ended = hazard_store_edit(store, empty_id);
    assert(ended->member_count == 0 && ended->merged_into == 0);
    append_cases(hazard_store_edit(store, into_id), ended);
    empty(ended);
    ended->merged_into = into_id;
}

/* The place of a report's evidence among the kept. */
static size_t kept_at(const Hazard *hazard, int64_t report_id)
{
    size_t at = 0;
    while (evidence_packed_report_id(hazard_representative(hazard, at)) != report_id)
        at++;
    return at;
}

static void retell(HazardMember *member, const RetoldReport *retold)
{
    const Evidence *evidence = retold->evidence;
    member->reporter = hazard_reporter(evidence);
    member->category = evidence->category;
    member->independence = evidence->independence;
    member->known_at = retold->known_at;
}

/* The class of those that are left, as if the one that went had never been there. */
static void judge_category(Hazard *hazard)
{
    const HazardClass *worst = NULL;
    for (size_t i = 0; i < hazard->representative_count; i++) {
        const HazardClass *own = evidence_packed_category(hazard_representative(hazard, i));
        if (worst == NULL || own->colour < worst->colour)
            worst = own;
    }
    hazard->category = worst != NULL ? worst : hazard->category;
}

HazardMember *hazard_store_move(HazardStore *store,
                                int64_t report_id,
                                int64_t to_id,
                                const RetoldReport *retold,
                                const Model *model)
{
    Hazard *from = hazard_store_edit(store, hazard_store_of_report(store, report_id));
    Hazard *to = hazard_store_edit(store, to_id);
    assert(from->bucket && from != to && to->merged_into == 0);
    EvidenceView view;
    EvidencePacked *packed = hazard_release_evidence(from, kept_at(from, report_id));
    HazardMember member = *hazard_member(from, report_id);
    hazard_remove_member(from, report_id);
    judge_category(from);
    const Evidence *evidence = evidence_packed_view(packed, &view);
    HazardKeys *left = hazard_keys_add(NULL, evidence, true, model);
    if (retold != NULL) {
        evidence = retold->evidence;
        retell(&member, retold);
    }
    HazardKeys *keys = hazard_keys_add(NULL, evidence, to->bucket, model);
    take_out(store, from, left);
    put_in(store, from, model);
    append(to, &member, evidence, model);
    for (size_t i = 0; i < hazard_keys_count(keys); i++)
        hazard_store_index(store, hazard_keys_at(keys, i), to);
    hazard_keys_free(left);
    hazard_keys_free(keys);
    evidence_packed_drop(packed);
    hazard_store_assign(store, report_id, to_id);
    return hazard_member(to, report_id);
}

Hazard *hazard_store_retell(HazardStore *store, const RetoldReport *retold, const Model *model)
{
    int64_t report_id = retold->evidence->report_id;
    Hazard *hazard = hazard_store_edit(store, hazard_store_of_report(store, report_id));
    assert(!hazard->bucket && hazard->member_count == 1);
    take_out_all(store, hazard, model);
    hazard_replace_evidence(hazard, 0, retold->evidence);
    retell(&hazard->members[0], retold);
    hazard->category = hazard->members[0].category;
    put_in(store, hazard, model);
    return hazard;
}
