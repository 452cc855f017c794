/*
 * Numbers that name a thing: an asset's, and the record that a report quotes. Ids of one kind only are compared; an equal
 * one outranks one that differs, and one of a field of its own outranks one read out of free text.
 */
#include "domain/scorer_internal.h"

#include <string.h>

/* One digit off, or two neighbours exchanged. */
static bool nearly_equal(Text a, Text b)
{
    if (a.size != b.size)
        return false;
    size_t differing = 0;
    size_t first = 0;
    for (size_t i = 0; i < a.size; i++)
        if (a.data[i] != b.data[i] && differing++ == 0)
            first = i;
    if (differing == 1)
        return true;
    return differing == 2 && a.data[first] == b.data[first + 1] &&
           a.data[first + 1] == b.data[first];
}

static AssetLevel compare_ids(const Asset *a, const Asset *b, bool same_building)
{
    if (text_equal(a->id, b->id))
        return a->structured && b->structured ? ASSET_LEVEL_EQUAL : ASSET_LEVEL_EQUAL_TEXT;
    if (same_building && nearly_equal(a->id, b->id))
        return ASSET_LEVEL_NEAR;
    bool sure = (a->structured || a->valid) && (b->structured || b->valid);
    return sure ? ASSET_LEVEL_DIFFERS : ASSET_LEVEL_DIFFERS_TEXT;
}

/*
 * Which of a building's lifts, where no number of both says it: as the member calls it, or else the other members of its
 * hazard. A number read out of text that is equal may still be of another lift than the words, but adds nothing to them.
 */
static void compare_lifts(Comparison *c)
{
    LiftLabel report = c->report->lift_label;
    if (report == 0 || (c->asset != ASSET_LEVEL_NONE && c->asset != ASSET_LEVEL_EQUAL_TEXT))
        return;
    c->member_lift = c->member->lift_label;
    c->lift = lift_label_compare(report, c->member_lift, &c->lift_kind);
    if (c->lift == LIFT_UNKNOWN && c->report->category->group == c->member->category->group) {
        c->member_lift = c->facts->lift_label;
        c->lift = lift_label_compare(report, c->member_lift, &c->lift_kind);
    }
    if (c->lift == LIFT_EQUAL && c->asset != ASSET_LEVEL_NONE)
        c->lift = LIFT_UNKNOWN;
}

/* The member names nothing of the kind, but others of its hazard do. */
static void compare_with_others(Comparison *c)
{
    const Asset *theirs = &c->facts->other_asset;
    for (size_t i = 0; c->asset == ASSET_LEVEL_NONE && i < c->report->asset_count; i++) {
        if (theirs->kind == ASSET_NONE || theirs->kind != c->report->assets[i].kind)
            continue;
        c->asset = ASSET_LEVEL_DIFFERS_TEXT;
        c->report_asset = &c->report->assets[i];
        c->member_asset = theirs;
    }
}

void scorer_compare_assets(Comparison *c)
{
    for (size_t i = 0; i < c->report->asset_count; i++) {
        const Asset *a = &c->report->assets[i];
        for (size_t j = 0; j < c->member->asset_count; j++) {
            const Asset *b = &c->member->assets[j];
            if (a->kind != b->kind)
                continue;
            AssetLevel level = compare_ids(a, b, c->place.same_building);
            if (c->asset != ASSET_LEVEL_NONE && level >= c->asset)
                continue;
            c->asset = level;
            c->report_asset = a;
            c->member_asset = b;
        }
    }
    compare_with_others(c);
    compare_lifts(c);
}

bool scorer_asset_is_equal(const Comparison *c)
{
    return c->asset == ASSET_LEVEL_EQUAL || c->asset == ASSET_LEVEL_EQUAL_TEXT;
}

static void add_lift(Comparison *c)
{
    if (c->lift == LIFT_UNKNOWN)
        return;
    bool equal = c->lift == LIFT_EQUAL;
    ScoreItem *item = scorer_add_item(c, "asset", equal ? "label_equal" : "label_differs",
                                      equal ? c->weights->label_equal : c->weights->label_differs);
    if (c->arena == NULL)
        return;
    item->report_value = lift_label_text(c->report->lift_label, c->lift_kind, c->arena);
    item->hazard_value = lift_label_text(c->member_lift, c->lift_kind, c->arena);
}

/* Of a thing with a number of its own, two numbers are two things, however they were read: no third report makes them one. */
static bool is_other_thing(const Comparison *c)
{
    return c->report->category->scope == SCOPE_ASSET && c->member->category->scope == SCOPE_ASSET &&
           !nearly_equal(c->report_asset->id, c->member_asset->id);
}

static void add_number(Comparison *c)
{
    const ModelWeights *w = c->weights;
    static const char *const NAMES[] = {"none", "equal",   "equal_from_text",
                                        "near", "differs", "differs_from_text"};
    int32_t weight = 0;
    switch (c->asset) {
    case ASSET_LEVEL_NONE:
        return;
    case ASSET_LEVEL_EQUAL:
        weight = w->asset_equal;
        break;
    case ASSET_LEVEL_EQUAL_TEXT:
        weight = w->asset_equal_text;
        break;
    case ASSET_LEVEL_NEAR:
        weight = w->asset_near;
        scorer_add_flag(c->score, "asset_near");
        c->score->review_only = true;
        break;
    case ASSET_LEVEL_DIFFERS: /* many devices see one fire, but never one lift is two */
        if (!c->place.area)
            scorer_add_veto(c->score, "asset");
        break;
    case ASSET_LEVEL_DIFFERS_TEXT:
        weight = c->place.area ? 0 : w->asset_differs_text;
        if (is_other_thing(c))
            scorer_add_veto(c->score, "asset");
        break;
    }
    ScoreItem *item = scorer_add_item(c, "asset", NAMES[c->asset], weight);
    item->report_value = c->report_asset->id;
    item->hazard_value = c->member_asset->id;
}

void scorer_add_asset(Comparison *c)
{
    add_number(c);
    add_lift(c);
}

/* The number by which one names the other. */
static Text quoted_number(const Comparison *c)
{
    const TextList *quoted = &c->report->quoted_nos;
    const TextList *by_member = &c->member->quoted_nos;
    if (c->facts->copied)
        return text_is_empty(c->report->origin_no) ? c->report->record_no : c->report->origin_no;
    for (size_t i = 0; i < quoted->count; i++)
        if (evidence_same_record(quoted->items[i], c->member->record_no))
            return quoted->items[i];
    for (size_t i = 0; i < by_member->count; i++)
        if (evidence_same_record(by_member->items[i], c->report->record_no))
            return c->report->record_no;
    /* of a member that is not kept for comparing */
    return quoted->count > 0 ? quoted->items[0] : c->report->record_no;
}

/*
 * Numbers stand in texts that speak of another matter in words nobody foresaw. Where the class is another, and nothing
 * says that it is the same spot, every second one did; so did those elsewhere of which the class is not known.
 */
static bool is_doubtful(const Comparison *c)
{
    PlaceLevel level = c->place.level;
    bool same_spot =
        (level >= PLACE_P1 && level <= PLACE_P3) || level == PLACE_P6 || level == PLACE_P7;
    return (c->class_level == CLASS_UNRELATED && !same_spot) ||
           (scorer_class_is_unsure(c) && level == PLACE_X2);
}

/* A copy's original stands in a field of its own: the same sheet, whatever another desk made of it. */
void scorer_add_quoted(Comparison *c)
{
    bool copied = c->facts->copied;
    if (!c->facts->quoted)
        return;
    ScoreItem *item = scorer_add_item(c, "quoted", copied ? "copied" : "resolves",
                                      copied ? c->weights->copied : c->weights->quoted);
    item->report_value = quoted_number(c);
    item->hazard_value = c->member->record_no;
    if (!copied && is_doubtful(c)) {
        scorer_add_flag(c->score, "quoted_unrelated");
        c->score->review_only = true;
    }
}
