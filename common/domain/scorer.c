/*
 * One function a comparison, in the order of the waterfall: prior, place, asset, quoted, class, text, party, reporter,
 * gap, tempo. Each adds an item; the total is the sum of the items and nothing else. What one comparison must know of
 * another (an equal asset caps the place, a party needs the place) is worked out before, in Comparison.
 */
#include "domain/scorer.h"

#include "domain/scorer_bits.h"
#include "domain/scorer_internal.h"

#include <string.h>

int32_t scorer_smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

ScoreItem *
scorer_add_item(Comparison *comparison, const char *name, const char *level, int32_t weight_mb)
{
    Score *score = comparison->score;
    ScoreItem *item = &score->items[score->count++];
    *item = (ScoreItem){.comparison = name, .level = level, .weight_mb = weight_mb};
    score->total_mb += weight_mb;
    return item;
}

Text scorer_number_text(Arena *arena, int64_t number, const char *word)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? 0 : (uint64_t)number;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    size_t count = sizeof digits - at;
    size_t tail = strlen(word);
    char *text = arena_alloc(arena, count + tail + 1);
    memcpy(text, digits + at, count);
    memcpy(text + count, word, tail);
    return (Text){text, count + tail};
}

bool scorer_asset_is_equal(const Comparison *c)
{
    return c->asset == ASSET_LEVEL_EQUAL || c->asset == ASSET_LEVEL_EQUAL_TEXT;
}

static void add_veto(Score *score, const char *name)
{
    if (score->veto_count < SCORE_VETOES_MAX)
        score->vetoes[score->veto_count++] = name;
}

static void add_flag(Score *score, const char *name)
{
    if (score->flag_count < SCORE_FLAGS_MAX)
        score->flags[score->flag_count++] = name;
}

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

/* Ids of one kind only are compared; an equal one outranks one that differs. */
static void compare_assets(Comparison *c)
{
    for (size_t i = 0; i < c->report->asset_count; i++) {
        const Asset *a = &c->report->assets[i];
        for (size_t j = 0; j < c->member->asset_count; j++) {
            const Asset *b = &c->member->assets[j];
            if (a->kind != b->kind)
                continue;
            bool structured = a->structured && b->structured;
            AssetLevel level = structured ? ASSET_LEVEL_DIFFERS : ASSET_LEVEL_DIFFERS_TEXT;
            if (text_equal(a->id, b->id))
                level = structured ? ASSET_LEVEL_EQUAL : ASSET_LEVEL_EQUAL_TEXT;
            else if (c->place.same_building && nearly_equal(a->id, b->id))
                level = ASSET_LEVEL_NEAR;
            if (c->asset != ASSET_LEVEL_NONE && level >= c->asset)
                continue;
            c->asset = level;
            c->report_asset = a;
            c->member_asset = b;
        }
    }
}

static void compare_classes(Comparison *c)
{
    const HazardClass *a = c->report->category;
    const HazardClass *b = c->member->category;
    int32_t least = c->weights->class_confidence_min;
    if (a == c->model->other || b == c->model->other || c->report->category_confidence < least ||
        c->member->category_confidence < least) {
        c->class_level = CLASS_UNKNOWN;
        return;
    }
    if (a == b) {
        c->class_level = CLASS_SAME_LEAF;
        return;
    }
    c->pair = model_pair(c->model, a, b);
    if (c->pair != NULL)
        c->class_level = CLASS_CONFUSABLE;
    else if (text_equal(a->kin, b->kin))
        c->class_level = CLASS_SAME_GROUP;
    else
        c->class_level = a->group == b->group ? CLASS_SAME_LETTER : CLASS_UNRELATED;
}

static void add_prior(Comparison *c)
{
    scorer_add_item(c, "prior", "prior", c->weights->prior);
}

/* log2(sites / typical sites), never less than 0: few live hazards do not prove few sites. */
static int32_t crowding(const Comparison *c)
{
    const TypicalSites *typical = model_typical(c->model, c->report->category);
    int32_t usual = typical->estate;
    if (c->place.level == PLACE_P2)
        usual = typical->building;
    else if (c->place.level == PLACE_P5)
        usual = typical->road;
    if (!c->place.crowded || c->facts->crowd_sites <= usual)
        return 0;
    return scorer_bits_log2((uint64_t)c->facts->crowd_sites) - scorer_bits_log2((uint64_t)usual);
}

static const char *site_word(const Comparison *c)
{
    return c->place.level == PLACE_P2 ? "building" : c->place.level == PLACE_P5 ? "road" : "estate";
}

/* An equal asset says where it is: the place adds little, and an asset of a field outranks it. */
static int32_t cap_by_asset(Comparison *c, int32_t weight)
{
    bool contradicts = c->place.level == PLACE_X1 || c->place.level == PLACE_X2;
    if (!scorer_asset_is_equal(c))
        return weight;
    if (contradicts && c->asset == ASSET_LEVEL_EQUAL) {
        add_flag(c->score, "asset_place_conflict");
        return 0;
    }
    return scorer_smaller(weight, c->weights->asset_place_max);
}

static void set_place_values(const Comparison *c, ScoreItem *item)
{
    item->report_value = c->report->place_text;
    item->hazard_value = c->member->place_text;
    if (c->place.by_point) {
        item->report_value = scorer_number_text(c->arena, c->place.distance_m, "米");
        item->hazard_value = (Text){&c->member->precision, 1};
    } else if (c->place.level == PLACE_P9 && text_is_empty(c->report->place_text)) {
        item->report_value = c->report->community_code;
        item->hazard_value = c->member->community_code;
    }
}

static void add_place(Comparison *c)
{
    const ModelWeights *w = c->weights;
    PlaceLevel level = c->place.level;
    int32_t weight = level == PLACE_P8 && c->place.area ? w->place_p8_area : w->place[level];
    int32_t crowd = crowding(c);
    int32_t coarser = c->place.coarser == COARSER_AGREES      ? w->coarser_agrees
                      : c->place.coarser == COARSER_CONFLICTS ? w->coarser_conflicts
                                                              : 0;
    c->score->place_level = model_place_name(level);
    if (c->place.coarser == COARSER_CONFLICTS)
        add_flag(c->score, "address_point_conflict");
    if (scorer_asset_is_equal(c)) {
        c->place_mb = cap_by_asset(c, weight - crowd + coarser);
        set_place_values(c, scorer_add_item(c, "place", c->score->place_level, c->place_mb));
        return;
    }
    c->place_mb = weight - crowd + coarser;
    set_place_values(c, scorer_add_item(c, "place", c->score->place_level, weight));
    if (crowd != 0) {
        ScoreItem *item = scorer_add_item(c, "place", "crowded", -crowd);
        item->report_value = text_from(site_word(c));
        item->hazard_value = scorer_number_text(c->arena, c->facts->crowd_sites, "处");
    }
    if (coarser != 0) {
        ScoreItem *item = scorer_add_item(
            c, "place", coarser > 0 ? "coarser_agrees" : "coarser_conflicts", coarser);
        item->report_value = c->place.by_point
                                 ? c->report->place_text
                                 : scorer_number_text(c->arena, c->place.distance_m, "米");
        item->hazard_value = c->place.by_point ? c->member->place_text : TEXT_ABSENT;
    }
}

static void add_asset(Comparison *c)
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
        add_flag(c->score, "asset_near");
        c->score->review_only = true;
        break;
    case ASSET_LEVEL_DIFFERS: /* many devices see one fire, but never one lift is two */
        if (!c->place.area)
            add_veto(c->score, "asset");
        break;
    case ASSET_LEVEL_DIFFERS_TEXT:
        weight = c->place.area ? 0 : w->asset_differs_text;
        break;
    }
    ScoreItem *item = scorer_add_item(c, "asset", NAMES[c->asset], weight);
    item->report_value = c->report_asset->id;
    item->hazard_value = c->member_asset->id;
}

static void add_quoted(Comparison *c)
{
    if (!c->facts->quoted)
        return;
    ScoreItem *item = scorer_add_item(c, "quoted", "resolves", c->weights->quoted);
    item->report_value =
        c->report->quoted_nos.count > 0 ? c->report->quoted_nos.items[0] : c->report->origin_no;
    item->hazard_value = c->member->record_no;
    if (c->class_level == CLASS_UNRELATED && c->place.level == PLACE_X2) {
        add_flag(c->score, "quoted_unrelated");
        c->score->review_only = true;
    }
}

static void add_class(Comparison *c)
{
    const ModelWeights *w = c->weights;
    const HazardClass *a = c->report->category;
    static const char *const NAMES[] = {"unknown",    "same_leaf",   "same_group",
                                        "confusable", "same_letter", "unrelated"};
    int32_t weight = 0;
    switch (c->class_level) {
    case CLASS_UNKNOWN:
        weight = w->unknown_class;
        break;
    case CLASS_SAME_LEAF:
        weight = w->same_leaf + scorer_smaller(a->rarity_mb, w->rarity_max);
        break;
    case CLASS_SAME_GROUP:
        weight = w->same_group;
        break;
    case CLASS_CONFUSABLE:
        weight = c->place.same_building ? c->pair->same_building_mb : c->pair->weight_mb;
        c->score->relation = c->pair->relation;
        if (c->pair->never)
            add_veto(c->score, "relation");
        break;
    case CLASS_SAME_LETTER:
        weight = w->same_letter;
        break;
    case CLASS_UNRELATED:
        weight = w->unrelated;
        break;
    }
    if (c->place.area && (c->class_level == CLASS_UNRELATED || c->class_level == CLASS_SAME_LETTER))
        add_veto(c->score, "class");
    ScoreItem *item = scorer_add_item(c, "class", NAMES[c->class_level], weight);
    item->report_value = a->code;
    item->hazard_value = c->member->category->code;
}

static void add_place_vetoes(Comparison *c)
{
    if (c->asset == ASSET_LEVEL_EQUAL || c->facts->quoted)
        return; /* wrong house numbers are common */
    if (c->place.veto_building)
        add_veto(c->score, "building");
    if (c->place.veto_unit)
        add_veto(c->score, "unit");
}

static void judge(Comparison *c)
{
    PlaceLevel level = c->place.level;
    bool unrelated = c->class_level == CLASS_UNRELATED;
    bool near = level >= PLACE_P1 && level <= PLACE_P7;
    bool strong = c->asset == ASSET_LEVEL_EQUAL || c->facts->quoted;
    bool away = level == PLACE_X2 || (level == PLACE_X1 && !c->place.area);
    c->score->agrees = (near || strong || (level == PLACE_X1 && c->place.area)) && !unrelated;
    c->score->contradicts = !strong && (away || unrelated);
}

void scorer_compare(const Model *model,
                    const Evidence *report,
                    const Evidence *member,
                    const HazardFacts *facts,
                    Arena *arena,
                    Score *score)
{
    Comparison comparison = {.model = model,
                             .weights = &model->weights,
                             .report = report,
                             .member = member,
                             .facts = facts,
                             .arena = arena,
                             .score = score};
    *score = (Score){.hazard_id = facts->hazard_id,
                     .member_id = member->report_id,
                     .link_mb = model->weights.link,
                     .review_mb = model->weights.review};
    comparison.place = scorer_place(model, report, member, facts);
    compare_assets(&comparison);
    compare_classes(&comparison);
    add_prior(&comparison);
    add_place(&comparison);
    add_asset(&comparison);
    add_quoted(&comparison);
    add_class(&comparison);
    scorer_add_text(&comparison);
    scorer_add_party(&comparison);
    scorer_add_reporter(&comparison);
    scorer_add_gap(&comparison);
    scorer_add_tempo(&comparison);
    add_place_vetoes(&comparison);
    judge(&comparison);
}

int32_t scorer_competition_mb(const int32_t *other_totals_mb, size_t count)
{
    return scorer_bits_log2_sum(other_totals_mb, count);
}
