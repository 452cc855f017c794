/*
 * One function a comparison, in the order of the waterfall: prior, place, asset, quoted, class, text, party, reporter,
 * gap, tempo. Each adds an item; the total is the sum of the items and nothing else. What one comparison must know of
 * another (an equal asset caps the place, a party needs the place) is worked out before, in Comparison.
 */
#include "domain/scorer.h"

#include "domain/model_data.h"
#include "domain/scorer_bits.h"
#include "domain/scorer_place.h"
#include "domain/text_similarity.h"

#include <string.h>

typedef enum AssetLevel {
    ASSET_LEVEL_NONE,
    ASSET_LEVEL_EQUAL,
    ASSET_LEVEL_EQUAL_TEXT,
    ASSET_LEVEL_NEAR,
    ASSET_LEVEL_DIFFERS,
    ASSET_LEVEL_DIFFERS_TEXT
} AssetLevel;

typedef enum ClassLevel {
    CLASS_UNKNOWN,
    CLASS_SAME_LEAF,
    CLASS_SAME_GROUP,
    CLASS_CONFUSABLE,
    CLASS_SAME_LETTER,
    CLASS_UNRELATED
} ClassLevel;

typedef struct Comparison {
    const Model *model;
    const ModelWeights *weights;
    const Evidence *report;
    const Evidence *member;
    const HazardFacts *facts;
    Arena *arena;
    Score *score;
    PlaceFinding place;
    AssetLevel asset;
    const Asset *report_asset;
    const Asset *member_asset;
    ClassLevel class_level;
    const ClassPair *pair;
    int32_t place_mb; /* what the place added in all */
} Comparison;

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static ScoreItem *
add_item(Comparison *comparison, const char *name, const char *level, int32_t weight_mb)
{
    Score *score = comparison->score;
    ScoreItem *item = &score->items[score->count++];
    *item = (ScoreItem){.comparison = name, .level = level, .weight_mb = weight_mb};
    score->total_mb += weight_mb;
    return item;
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

/* A whole number with a word behind it ("140米"), on the arena. */
static Text number_text(Arena *arena, int64_t number, const char *word)
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

static bool asset_is_equal(const Comparison *c)
{
    return c->asset == ASSET_LEVEL_EQUAL || c->asset == ASSET_LEVEL_EQUAL_TEXT;
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
    add_item(c, "prior", "prior", c->weights->prior);
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
    if (!asset_is_equal(c))
        return weight;
    if (contradicts && c->asset == ASSET_LEVEL_EQUAL) {
        add_flag(c->score, "asset_place_conflict");
        return 0;
    }
    return smaller(weight, c->weights->asset_place_max);
}

static void set_place_values(const Comparison *c, ScoreItem *item)
{
    item->report_value = c->report->place_text;
    item->hazard_value = c->member->place_text;
    if (c->place.by_point) {
        item->report_value = number_text(c->arena, c->place.distance_m, "米");
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
    if (asset_is_equal(c)) {
        c->place_mb = cap_by_asset(c, weight - crowd + coarser);
        set_place_values(c, add_item(c, "place", c->score->place_level, c->place_mb));
        return;
    }
    c->place_mb = weight - crowd + coarser;
    set_place_values(c, add_item(c, "place", c->score->place_level, weight));
    if (crowd != 0) {
        ScoreItem *item = add_item(c, "place", "crowded", -crowd);
        item->report_value = text_from(site_word(c));
        item->hazard_value = number_text(c->arena, c->facts->crowd_sites, "处");
    }
    if (coarser != 0) {
        ScoreItem *item =
            add_item(c, "place", coarser > 0 ? "coarser_agrees" : "coarser_conflicts", coarser);
        item->report_value = c->place.by_point ? c->report->place_text
                                               : number_text(c->arena, c->place.distance_m, "米");
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
    ScoreItem *item = add_item(c, "asset", NAMES[c->asset], weight);
    item->report_value = c->report_asset->id;
    item->hazard_value = c->member_asset->id;
}

static void add_quoted(Comparison *c)
{
    if (!c->facts->quoted)
        return;
    ScoreItem *item = add_item(c, "quoted", "resolves", c->weights->quoted);
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
        weight = w->same_leaf + smaller(a->rarity_mb, w->rarity_max);
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
    ScoreItem *item = add_item(c, "class", NAMES[c->class_level], weight);
    item->report_value = a->code;
    item->hazard_value = c->member->category->code;
}

static void add_text(Comparison *c)
{
    int32_t shortest =
        (int32_t)(c->report->text_length < c->member->text_length ? c->report->text_length
                                                                  : c->member->text_length);
    if (shortest < c->weights->text_short_max) {
        ScoreItem *item = add_item(c, "text", "short", 0);
        item->report_value = number_text(c->arena, (int64_t)c->report->text_length, "字");
        item->hazard_value = number_text(c->arena, (int64_t)c->member->text_length, "字");
        return;
    }
    int32_t permille = text_similarity_permille(c->report->grams, c->report->gram_count,
                                                c->member->grams, c->member->gram_count);
    size_t i = 0;
    while (i + 1 < c->model->text_count && permille < c->model->text[i].from_permille)
        i++;
    ScoreItem *item = add_item(c, "text", c->model->text[i].level, c->model->text[i].weight_mb);
    item->report_value = number_text(c->arena, permille, "‰");
}

static int32_t party_log2(const Comparison *c)
{
    int32_t hazards = c->facts->party_hazards;
    return hazards > 1 ? scorer_bits_log2((uint64_t)hazards) : 0;
}

static bool both(Text a, Text b)
{
    return !text_is_empty(a) && !text_is_empty(b);
}

/*
 * A party that is the place of the trouble (a shop) weighs like a place; the property company of a lift or an estate is
 * only responsible for it and proves little.
 */
static void add_party(Comparison *c)
{
    const ModelWeights *w = c->weights;
    const Evidence *a = c->report;
    const Evidence *b = c->member;
    bool is_place = a->category->scope == SCOPE_PARTY && b->category->scope == SCOPE_PARTY;
    bool codes = a->usc_valid && b->usc_valid;
    bool same_code = both(a->usc_code, b->usc_code) && text_equal(a->usc_code, b->usc_code);
    bool same_name = both(a->party_name, b->party_name) && text_equal(a->party_name, b->party_name);
    const char *level = "code_differs";
    int32_t weight = 0;
    if (same_code || same_name) {
        int32_t by_code = smaller(w->party_code_log2 - party_log2(c), w->party_code_max);
        int32_t by_name = w->party_name - party_log2(c);
        weight = same_code ? by_code : by_name;
        level = same_code ? "code_equal" : "name_equal";
        if (c->place.level == PLACE_X2)
            c->score->relation = "same_party";
        if (!is_place)
            weight = smaller(weight, w->party_outside_max);
        else if (c->place.level == PLACE_X2)
            weight = smaller(weight, w->party_elsewhere_max);
        else if (c->place_mb > 0) /* max(place, party) + 1,000, place is counted already */
            weight = (weight > c->place_mb ? weight - c->place_mb : 0) + w->party_and_place;
        if (asset_is_equal(c))
            weight = smaller(weight, w->party_outside_max);
    } else if (codes && (is_place || a->category->scope == SCOPE_POINT)) {
        weight = w->party_differs;
    } else {
        return;
    }
    ScoreItem *item = add_item(c, "party", level, weight);
    item->report_value = same_code || codes ? a->usc_code : a->party_name;
    item->hazard_value = same_code || codes ? b->usc_code : b->party_name;
}

/* Hashes are not shown. A phone many hazards share (staff) says nothing; a masked one half. */
static void add_reporter(Comparison *c)
{
    const ModelWeights *w = c->weights;
    const Evidence *a = c->report;
    const Evidence *b = c->member;
    if (!both(a->reporter, b->reporter) || !text_equal(a->reporter, b->reporter))
        return;
    int32_t weight = w->reporter_place;
    const char *level = "same_with_place";
    if (c->place.level == PLACE_X1 || c->place.level == PLACE_X2) {
        weight = 0;
        level = "same_elsewhere";
    } else if (c->place.level == PLACE_P0) {
        weight = w->reporter_home;
        level = "same_without_place";
    }
    if (a->reporter_staff || b->reporter_staff) {
        weight = 0;
        level = "same_staff";
    } else if (a->reporter_masked || b->reporter_masked) {
        weight /= 2;
    }
    add_item(c, "reporter", level, weight);
}

static bool is_burst(const Comparison *c)
{
    return c->report->category->burst || c->member->category->burst;
}

static Text gap_text(Arena *arena, int64_t seconds)
{
    if (seconds < 3600)
        return number_text(arena, seconds / 60, "分钟");
    if (seconds < 2 * 86400)
        return number_text(arena, seconds / 3600, "小时");
    return number_text(arena, seconds / 86400, "天");
}

static void add_gap(Comparison *c)
{
    const GapTable *table = is_burst(c) ? &c->model->burst : &c->model->slow;
    /* Rounded up, so that a microsecond above a bound is above it. */
    int64_t gap_us = c->facts->nearest_gap_us;
    int64_t seconds = gap_us / 1000000 + (gap_us % 1000000 != 0 ? 1 : 0);
    size_t i = 0;
    while (i + 1 < table->count && seconds > table->steps[i].within_s)
        i++;
    ScoreItem *item = add_item(c, "gap", table->steps[i].level, table->steps[i].weight_mb);
    item->report_value = gap_text(c->arena, seconds);
}

/* The report itself is one of those that came close together. */
static void add_tempo(Comparison *c)
{
    const ModelWeights *w = c->weights;
    int32_t members = c->facts->members_in_2h + 1;
    if (!is_burst(c) || members < w->tempo_few_members)
        return;
    bool many = members >= w->tempo_many_members;
    ScoreItem *item =
        add_item(c, "tempo", many ? "many" : "few", many ? w->tempo_many : w->tempo_few);
    item->report_value = number_text(c->arena, members, "件");
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
    add_text(&comparison);
    add_party(&comparison);
    add_reporter(&comparison);
    add_gap(&comparison);
    add_tempo(&comparison);
    add_place_vetoes(&comparison);
    judge(&comparison);
}

int32_t scorer_competition_mb(const int32_t *other_totals_mb, size_t count)
{
    return scorer_bits_log2_sum(other_totals_mb, count);
}
