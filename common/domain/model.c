/*
 * Look-ups in the immutable model. Classes and pairs are sorted and searched by halves; phrases hang on the hash of
 * their first two code points, the longest first; idf weights lie in an open table.
 */
#include "domain/model.h"

#include "base/text_builder.h"

#include "domain/ledger.h"
#include "domain/model_data.h"
#include "domain/text_similarity.h"

#include <stdlib.h>
#include <string.h>

Model *model_new(void)
{
    Arena *arena = arena_new(64 * 1024);
    Model *model = ARENA_NEW(arena, Model);
    model->arena = arena;
    return model;
}

void model_free(Model *model)
{
    if (model == NULL)
        return;
    ledger_free(model->ledger);
    arena_free(model->arena);
}

Text model_version(const Model *model)
{
    return model->version;
}

const HazardClass *model_class(const Model *model, Text code)
{
    size_t low = 0;
    size_t high = model->class_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = text_compare(code, model->classes[middle].code);
        if (order == 0)
            return &model->classes[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return model->other;
}

Text model_aspects(const Model *model, uint32_t aspects, Arena *arena)
{
    TextBuilder builder = builder_new(arena);
    for (size_t i = 0; i < model->aspect_count; i++) {
        if ((aspects & (1u << i)) == 0)
            continue;
        if (builder.size > 0)
            builder_string(&builder, "、");
        builder_text(&builder, model->aspects[i]);
    }
    return builder_view(&builder);
}

const EscalationRules *model_escalation(const Model *model)
{
    return &model->escalation;
}

const TimeLimits *model_time_limits(const Model *model)
{
    return model->time_limits;
}

const MovedDay *model_moved_days(const Model *model, size_t *count)
{
    *count = model->moved_day_count;
    return model->moved_days;
}

int32_t model_link_mb(const Model *model)
{
    return model->weights.link;
}

int32_t model_review_mb(const Model *model)
{
    return model->weights.review;
}

int32_t model_possible_mb(const Model *model)
{
    return model->weights.possible;
}

const ClassPair *model_pair(const Model *model, const HazardClass *a, const HazardClass *b)
{
    for (size_t i = 0; i < model->pair_count; i++) {
        const ClassPair *pair = &model->pairs[i];
        if ((pair->a == a && pair->b == b) || (pair->a == b && pair->b == a))
            return pair;
    }
    return NULL;
}

const TypicalSites *model_typical(const Model *model, const HazardClass *category)
{
    size_t i = 0;
    while (i + 1 < model->typical_count && !text_equal(model->typical[i].family, category->family))
        i++;
    return &model->typical[i];
}

const char *model_place_name(PlaceLevel level)
{
    static const char *const NAMES[PLACE_LEVELS] = {"P0", "P1", "P2", "P3", "P4", "P5",
                                                    "P6", "P7", "P8", "P9", "X1", "X2"};
    return NAMES[level];
}

static uint32_t slot_find(const HashSlot *slots, size_t count, uint32_t hash)
{
    if (count == 0)
        return 0;
    size_t mask = count - 1;
    for (size_t i = hash & mask; slots[i].value != 0; i = (i + 1) & mask)
        if (slots[i].hash == hash)
            return slots[i].value;
    return 0;
}

/* Adds or replaces. */
static void slot_put(HashSlot *slots, size_t count, uint32_t hash, uint32_t value)
{
    size_t mask = count - 1;
    size_t i = hash & mask;
    while (slots[i].value != 0 && slots[i].hash != hash)
        i = (i + 1) & mask;
    slots[i] = (HashSlot){hash, value};
}

static size_t slots_for(size_t count)
{
    size_t slots = 16;
    while (slots < count * 2)
        slots *= 2;
    return slots;
}

/* Index + 1 of the longest phrase that starts with the first two code points; 0: none. */
static uint32_t phrases_at(const Model *model, const uint32_t *codepoints, size_t count)
{
    if (count < 2)
        return 0;
    return slot_find(model->phrase_starts, model->phrase_slots,
                     text_similarity_gram(codepoints[0], codepoints[1]));
}

static bool stands_there(const Phrase *phrase, const uint32_t *codepoints, size_t count)
{
    return phrase->length <= count &&
           memcmp(phrase->codepoints, codepoints, phrase->length * sizeof *codepoints) == 0;
}

const Phrase *model_phrase(const Model *model, const uint32_t *codepoints, size_t count)
{
    uint32_t at = phrases_at(model, codepoints, count);
    for (; at != 0; at = model->phrases[at - 1].next)
        if (model->phrases[at - 1].kind <= PHRASE_RECORD &&
            stands_there(&model->phrases[at - 1], codepoints, count))
            return &model->phrases[at - 1];
    return NULL;
}

size_t
model_phrase_of(const Model *model, PhraseKind kind, const uint32_t *codepoints, size_t count)
{
    uint32_t at = phrases_at(model, codepoints, count);
    for (; at != 0; at = model->phrases[at - 1].next) {
        const Phrase *phrase = &model->phrases[at - 1];
        if (phrase->kind == kind && stands_there(phrase, codepoints, count))
            return phrase->length;
    }
    return 0;
}

uint32_t model_idf(const Model *model, uint32_t gram_hash)
{
    uint32_t weight = slot_find(model->idf, model->idf_slots, gram_hash);
    return weight != 0 ? weight : model->idf_max;
}

static int by_code(const void *a, const void *b)
{
    return text_compare(((const HazardClass *)a)->code, ((const HazardClass *)b)->code);
}

/* Shortest first: a chain is built by putting each phrase before those that stand there. */
static int by_length(const void *a, const void *b)
{
    const Phrase *x = a;
    const Phrase *y = b;
    if (x->length != y->length)
        return x->length < y->length ? -1 : 1;
    return memcmp(x->codepoints, y->codepoints, x->length * sizeof *x->codepoints);
}

void model_sort_classes(Model *model)
{
    if (model->class_count > 0)
        qsort(model->classes, model->class_count, sizeof *model->classes, by_code);
    model->other = NULL;
    model->other = model_class(model, TEXT("J03"));
}

static bool shares_grid(const Model *model, const HazardClass *a, const HazardClass *b)
{
    return text_equal(a->family, b->family) || text_equal(a->kin, b->kin) ||
           model_pair(model, a, b) != NULL;
}

/* What two points of a class may lie apart and still be joined: R + e + extent, in whole fifties. */
static int32_t class_reach(const Model *model, const HazardClass *category)
{
    int32_t radius = category->radius_m > category->first_radius_m ? category->radius_m
                                                                   : category->first_radius_m;
    int32_t error = model->weights.precision_m[2] * 3 / 2; /* of two C points: * sqrt(2) */
    int32_t cap = category->scope == SCOPE_AREA ? category->cap_m : 0;
    return (radius + error + cap + 49) / 50 * 50;
}

/* A class that no other family may be joined or related to needs no grid for that. */
static void forget_far_tiles(Model *model)
{
    for (size_t i = 0; i < model->class_count; i++) {
        HazardClass *a = &model->classes[i];
        bool alone = true;
        for (size_t j = 0; j < model->class_count && alone; j++)
            for (size_t k = 0; k < model->class_count && alone; k++)
                alone = !text_equal(model->classes[j].family, a->family) ||
                        text_equal(model->classes[k].family, a->family) ||
                        !shares_grid(model, &model->classes[j], &model->classes[k]);
        if (alone)
            a->tile_far_m = 0;
    }
}

/* The larger cell of two classes becomes the cell of both; whether one was smaller. */
static bool widen(int32_t *a, int32_t b)
{
    if (*a >= b)
        return false;
    *a = b;
    return true;
}

void model_group_tiles(Model *model)
{
    size_t count = model->class_count;
    HazardClass *classes = model->classes;
    for (size_t i = 0; i < count; i++) {
        classes[i].tile_m = classes[i].tile_far_m = class_reach(model, &classes[i]);
        classes[i].area_family = classes[i].scope == SCOPE_AREA;
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < count; i++)
            for (size_t j = 0; j < count; j++) {
                HazardClass *a = &classes[i];
                const HazardClass *b = &classes[j];
                if (shares_grid(model, a, b))
                    changed = widen(&a->tile_far_m, b->tile_far_m) || changed;
                if (!text_equal(a->family, b->family))
                    continue;
                changed = widen(&a->tile_m, b->tile_m) || changed;
                changed = changed || (b->area_family && !a->area_family);
                a->area_family = a->area_family || b->area_family;
            }
    }
    forget_far_tiles(model);
}

void model_finish(Model *model,
                  const uint32_t *idf_hashes,
                  const uint32_t *idf_weights,
                  size_t idf_count)
{
    if (model->phrase_count > 0)
        qsort(model->phrases, model->phrase_count, sizeof *model->phrases, by_length);
    model->phrase_slots = slots_for(model->phrase_count);
    model->phrase_starts = ARENA_ARRAY(model->arena, HashSlot, model->phrase_slots);
    for (size_t i = 0; i < model->phrase_count; i++) {
        Phrase *phrase = &model->phrases[i];
        uint32_t hash = text_similarity_gram(phrase->codepoints[0], phrase->codepoints[1]);
        phrase->next = slot_find(model->phrase_starts, model->phrase_slots, hash);
        slot_put(model->phrase_starts, model->phrase_slots, hash, (uint32_t)i + 1);
    }
    model->idf_slots = slots_for(idf_count);
    model->idf = ARENA_ARRAY(model->arena, HashSlot, model->idf_slots);
    for (size_t i = 0; i < idf_count; i++)
        slot_put(model->idf, model->idf_slots, idf_hashes[i], idf_weights[i]);
}
