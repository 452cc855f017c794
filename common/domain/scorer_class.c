/*
 * What kind of trouble: leaves of the hazard tree, and within one leaf its aspect (a cover that is gone, one that
 * rattles). A pair of leaves that stands in the model's table has a weight of its own; kin are the leaves that desks take
 * for each other; leaves of one letter that are neither (a lamp, a manhole) say nothing. A class that is not sure still
 * tells something: what may be a crack in a wall is hardly the charging under it.
 */
#include "domain/scorer_internal.h"

#include <string.h>

static bool is_known(const Comparison *c, const Evidence *evidence)
{
    return evidence->category != c->model->other &&
           evidence->category_confidence >= c->weights->class_confidence_min;
}

/* Of two of which one is not sure. */
static ClassLevel compare_unsure(const Comparison *c, const HazardClass *a, const HazardClass *b)
{
    const HazardClass *other = c->model->other;
    if (a == other || b == other)
        return CLASS_UNKNOWN;
    if (a == b)
        return CLASS_UNSURE_SAME;
    const ClassPair *pair = model_pair(c->model, a, b);
    if (pair != NULL) /* what blocks a way out is not the fire it leads to */
        return pair->joining == JOINING_NEVER ? CLASS_UNSURE_OTHER : CLASS_UNSURE_AKIN;
    return a->group == b->group || text_equal(a->kin, b->kin) ? CLASS_UNSURE_AKIN
                                                              : CLASS_UNSURE_OTHER;
}

bool scorer_class_is_unsure(const Comparison *c)
{
    return c->class_level <= CLASS_UNSURE_OTHER;
}

void scorer_compare_classes(Comparison *c)
{
    const HazardClass *a = c->report->category;
    const HazardClass *b = c->member->category;
    if (!is_known(c, c->report) || !is_known(c, c->member)) {
        c->class_level = compare_unsure(c, a, b);
        return;
    }
    if (a == b) {
        c->class_level = CLASS_SAME_LEAF;
        return;
    }
    c->pair = model_pair(c->model, a, b);
    if (c->pair != NULL && c->pair->joining != JOINING_APART)
        c->class_level = CLASS_CONFUSABLE;
    else if (text_equal(a->kin, b->kin))
        c->class_level = CLASS_SAME_GROUP;
    else
        c->class_level = a->group == b->group ? CLASS_SAME_LETTER : CLASS_UNRELATED;
}

/* Both name what is wrong with it. */
static void add_aspect(Comparison *c)
{
    uint32_t a = c->report->aspects;
    uint32_t b = c->member->aspects;
    if (c->class_level != CLASS_SAME_LEAF || a == 0 || b == 0)
        return;
    bool same = (a & b) != 0;
    ScoreItem *item = scorer_add_item(c, "aspect", same ? "same" : "other",
                                      same ? c->weights->same_aspect : c->weights->other_aspect);
    if (c->arena == NULL)
        return;
    item->report_value = model_aspects(c->model, a, c->arena);
    item->hazard_value = model_aspects(c->model, b, c->arena);
}

void scorer_add_class(Comparison *c)
{
    const ModelWeights *w = c->weights;
    const HazardClass *a = c->report->category;
    static const char *const NAMES[] = {"unknown",      "unsure_same", "unsure_akin",
                                        "unsure_other", "same_leaf",   "same_group",
                                        "confusable",   "same_letter", "unrelated"};
    int32_t weight = 0;
    switch (c->class_level) {
    case CLASS_UNKNOWN:
        weight = w->unknown_class;
        break;
    case CLASS_UNSURE_SAME:
        weight = w->unsure_same;
        break;
    case CLASS_UNSURE_AKIN:
        weight = w->unsure_akin;
        break;
    case CLASS_UNSURE_OTHER:
        weight = w->unsure_other;
        break;
    case CLASS_SAME_LEAF:
        weight = w->same_leaf + scorer_smaller(a->rarity_mb, w->rarity_max);
        break;
    case CLASS_SAME_GROUP:
        weight = w->same_group;
        break;
    case CLASS_CONFUSABLE:
        weight = c->place.same_building ? c->pair->same_building_mb : c->pair->weight_mb;
        if (c->pair->joining == JOINING_NEVER)
            scorer_add_veto(c->score, "relation");
        break;
    case CLASS_SAME_LETTER:
        weight = w->same_letter;
        break;
    case CLASS_UNRELATED:
        weight = w->unrelated;
        break;
    }
    bool akin = c->class_level == CLASS_SAME_LETTER && scorer_burst_runs(c);
    if (c->place.area && !akin &&
        (c->class_level == CLASS_UNRELATED || c->class_level == CLASS_SAME_LETTER))
        scorer_add_veto(c->score, "class");
    ScoreItem *item = scorer_add_item(c, "class", NAMES[c->class_level], weight);
    item->report_value = a->code;
    item->hazard_value = c->member->category->code;
    add_aspect(c);
}

static bool is_close(const PlaceFinding *place)
{
    return (place->level >= PLACE_P1 && place->level <= PLACE_P3) || place->level == PLACE_P6 ||
           place->level == PLACE_P7 || place->veto_unit;
}

static bool comes_first(const Comparison *c)
{
    bool report_is_cause = c->report->category == c->pair->a;
    int64_t cause = report_is_cause ? c->report->event_at : c->member->event_at;
    int64_t incident = report_is_cause ? c->member->event_at : c->report->event_at;
    return cause <= incident;
}

void scorer_note_relation(Comparison *c)
{
    Score *score = c->score;
    const ClassPair *pair = c->pair;
    bool apart = c->asset == ASSET_LEVEL_DIFFERS || c->lift == LIFT_DIFFERS || c->place.veto_unit;
    if (pair == NULL || pair->relation == NULL || !is_close(&c->place) ||
        (pair->joining == JOINING_APART && !apart))
        return;
    if (strcmp(pair->relation, "precursor") == 0) {
        if (!comes_first(c))
            return;
        score->report_comes_first = c->report->category == pair->a;
    } else if (c->facts->nearest_gap_us > (int64_t)c->weights->same_event_s * 1000000) {
        return;
    }
    score->relation = pair->relation;
}
