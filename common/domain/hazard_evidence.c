/*
 * Up to eight members stand for all of a hazard in comparisons. One is the common case and needs no list.
 */
#include "domain/hazard.h"
#include "domain/hazard_keys.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Texts as short say nothing in a comparison (model: text.short_max). */
enum { SHORT_TEXT = 12 };

static EvidencePacked **kept_list(const Hazard *hazard, EvidencePacked **one)
{
    if (hazard->representative_count > 1)
        return hazard->kept.many;
    *one = hazard->kept.one;
    return one;
}

const EvidencePacked *hazard_representative(const Hazard *hazard, size_t at)
{
    assert(at < hazard->representative_count);
    return hazard->representative_count > 1 ? hazard->kept.many[at] : hazard->kept.one;
}

const Evidence *hazard_evidence(const Hazard *hazard, size_t at, EvidenceView *view)
{
    return evidence_packed_view(hazard_representative(hazard, at), view);
}

void hazard_drop_evidence(Hazard *hazard)
{
    EvidencePacked *one;
    EvidencePacked **kept = kept_list(hazard, &one);
    for (size_t i = 0; i < hazard->representative_count; i++)
        evidence_packed_drop(kept[i]);
    if (hazard->representative_count > 1)
        free(hazard->kept.many);
    hazard->representative_count = 0;
}

void hazard_share_evidence(Hazard *hazard)
{
    size_t count = hazard->representative_count;
    if (count == 1) {
        evidence_packed_keep(hazard->kept.one);
    } else if (count > 1) {
        EvidencePacked **many = malloc(count * sizeof(EvidencePacked *));
        if (many == NULL)
            abort();
        for (size_t i = 0; i < count; i++)
            many[i] = evidence_packed_keep(hazard->kept.many[i]);
        hazard->kept.many = many;
    }
}

/* What of a representative decides whether it stays. */
typedef struct Worth {
    uint64_t source;
    int place; /* how precisely it says where: 0 not at all */
    int said;  /* in how many ways it may agree */
    bool is_short;
} Worth;

static int place_worth(const Evidence *evidence)
{
    const Address *address = &evidence->address;
    int point = evidence->has_point && !evidence->point_derived ? 'F' - evidence->precision : 0;
    if (!text_is_empty(address->relation))
        return point;
    if (!text_is_empty(address->unit) || !text_is_empty(address->room))
        return point + 30;
    if (address->buildings.count > 0 || !text_is_empty(address->road_no) ||
        !text_is_empty(address->lane_no))
        return point + 20;
    return point + (address_is_empty(address) ? 0 : 10);
}

static Worth worth_of(const Evidence *evidence)
{
    int place = place_worth(evidence);
    return (Worth){.source = text_hash(evidence->source),
                   .place = place,
                   .said = (evidence->asset_count > 0 ? 64 : 0) + place,
                   .is_short = evidence->text_length < SHORT_TEXT};
}

/* `new` is the last of the nine. */
static bool is_protected(const Worth *worths, size_t count, size_t at)
{
    bool only = true;
    bool finest = true;
    for (size_t i = 0; i < count; i++) {
        only = only && (i == at || worths[i].source != worths[at].source);
        /* Of equals the oldest. */
        finest = finest && (i == at || worths[i].place < worths[at].place ||
                            (worths[i].place == worths[at].place && i > at));
    }
    return only || finest;
}

static bool goes_before(const Worth *a, const Worth *b)
{
    if (a->is_short != b->is_short)
        return a->is_short;
    return a->said < b->said;
}

/* Which of the old ones goes; never the anchor. */
static size_t choose_out(const Worth *worths, size_t count)
{
    size_t out = 0;
    bool out_protected = true;
    for (size_t i = 1; i + 1 < count; i++) {
        bool protected = is_protected(worths, count, i);
        if (out == 0 || (out_protected && !protected) ||
            (out_protected == protected && goes_before(&worths[i], &worths[out]))) {
            out = i;
            out_protected = protected;
        }
    }
    return out;
}

static void make_room(Hazard *hazard, const Evidence *evidence, const Model *model)
{
    Worth worths[HAZARD_REPRESENTATIVES_MAX + 1];
    EvidenceView view;
    for (size_t i = 0; i < HAZARD_REPRESENTATIVES_MAX; i++)
        worths[i] = worth_of(hazard_evidence(hazard, i, &view));
    worths[HAZARD_REPRESENTATIVES_MAX] = worth_of(evidence);
    size_t out = choose_out(worths, HAZARD_REPRESENTATIVES_MAX + 1);
    EvidencePacked **kept = hazard->kept.many;
    hazard->evicted =
        hazard_keys_add(hazard->evicted, hazard_evidence(hazard, out, &view), false, model);
    evidence_packed_drop(kept[out]);
    memmove(&kept[out], &kept[out + 1],
            (HAZARD_REPRESENTATIVES_MAX - 1 - out) * sizeof(EvidencePacked *));
    hazard->representative_count--;
}

static EvidencePacked *packed_for(const Hazard *hazard, size_t at, const Evidence *evidence)
{
    bool anchor = at == 0 && !hazard->bucket;
    return evidence_packed_new(evidence, anchor ? HAZARD_ANCHOR_GRAMS : HAZARD_OTHER_GRAMS);
}

void hazard_keep_evidence(Hazard *hazard, const Evidence *evidence, const Model *model)
{
    size_t count = hazard->representative_count;
    EvidencePacked *packed = packed_for(hazard, count, evidence);
    if (count == 0) {
        hazard->kept.one = packed;
        hazard->representative_count = 1;
        return;
    }
    assert(!hazard->bucket || count < HAZARD_BUCKET_MAX);
    if (count == HAZARD_REPRESENTATIVES_MAX && !hazard->bucket) {
        make_room(hazard, evidence, model);
        hazard->kept.many[hazard->representative_count++] = packed;
        return;
    }
    EvidencePacked *first = hazard->kept.one;
    EvidencePacked **many =
        realloc(count > 1 ? hazard->kept.many : NULL, (count + 1) * sizeof(EvidencePacked *));
    if (many == NULL)
        abort();
    if (count == 1)
        many[0] = first;
    many[count] = packed;
    hazard->kept.many = many;
    hazard->representative_count++;
}

void hazard_replace_evidence(Hazard *hazard, size_t at, const Evidence *evidence)
{
    EvidencePacked **kept =
        hazard->representative_count > 1 ? &hazard->kept.many[at] : &hazard->kept.one;
    assert(at < hazard->representative_count);
    evidence_packed_drop(*kept);
    *kept = packed_for(hazard, at, evidence);
}

EvidencePacked *hazard_release_evidence(Hazard *hazard, size_t at)
{
    size_t count = hazard->representative_count;
    assert(hazard->bucket && at < count);
    EvidencePacked *released = (EvidencePacked *)(uintptr_t)hazard_representative(hazard, at);
    if (count > 1) {
        EvidencePacked **many = hazard->kept.many;
        memmove(&many[at], &many[at + 1], (count - 1 - at) * sizeof(EvidencePacked *));
        if (count == 2) {
            hazard->kept.one = many[0];
            free(many);
        }
    }
    hazard->representative_count--;
    return released;
}
