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
    score->total_mb += weight_mb;
    if (score->items == NULL)
        return comparison->unseen;
    ScoreItem *item = &score->items[score->count++];
    *item = (ScoreItem){.comparison = name, .level = level, .weight_mb = weight_mb};
    return item;
}

Text scorer_number_text(Arena *arena, int64_t number, const char *word)
{
    char digits[24];
    size_t at = sizeof digits;
    if (arena == NULL)
        return TEXT_ABSENT;
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

void scorer_add_veto(Score *score, const char *name)
{
    for (size_t i = 0; i < score->veto_count; i++)
        if (strcmp(score->vetoes[i], name) == 0)
            return;
    if (score->veto_count < SCORE_VETOES_MAX)
        score->vetoes[score->veto_count++] = name;
}

void scorer_add_flag(Score *score, const char *name)
{
    if (score->flag_count < SCORE_FLAGS_MAX)
        score->flags[score->flag_count++] = name;
}

static void add_prior(Comparison *c)
{
    scorer_add_item(c, "prior", "prior", c->weights->prior);
}

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* Live hazards of the family there or assets in the ledger there, whichever are more. */
static int32_t sites_at(PlaceSite site, const PlaceSites *live, const PlaceSites *ledger)
{
    switch (site) {
    case SITE_BUILDING:
        return larger(live->building, ledger->building);
    case SITE_DOOR:
        return larger(live->door, ledger->door);
    case SITE_ESTATE: /* a lane is an estate without a name: what stands at its number */
        return larger(larger(live->estate, ledger->estate), larger(live->door, ledger->door));
    case SITE_ROAD:
        return larger(live->road, ledger->road);
    case SITE_NONE:
        break;
    }
    return 0;
}

static int32_t usual_at(PlaceSite site, const TypicalSites *typical)
{
    if (site == SITE_ROAD)
        return typical->road;
    return site == SITE_ESTATE ? typical->estate : typical->building;
}

/* log2(sites / typical sites), never less than 0: few live hazards do not prove few sites. */
static int32_t crowding(Comparison *c)
{
    int32_t usual = usual_at(c->place.site, model_typical(c->model, c->report->category));
    c->sites = sites_at(c->place.site, &c->facts->crowd, &c->report->ledger_sites);
    if (c->sites <= usual)
        return 0;
    return scorer_bits_log2((uint64_t)c->sites) - scorer_bits_log2((uint64_t)usual);
}

static const char *site_word(PlaceSite site)
{
    static const char *const WORDS[] = {"none", "building", "door", "estate", "road"};
    return WORDS[site];
}

/* An equal asset says where it is: the place adds little, and an asset of a field outranks it. */
static int32_t cap_by_asset(Comparison *c, int32_t weight)
{
    bool contradicts = c->place.level == PLACE_X1 || c->place.level == PLACE_X2;
    if (!scorer_asset_is_equal(c))
        return weight;
    if (contradicts && c->asset == ASSET_LEVEL_EQUAL) {
        scorer_add_flag(c->score, "asset_place_conflict");
        return 0;
    }
    return scorer_smaller(weight, c->weights->asset_place_max);
}

/* 距锚点230米 | 范围180米 */
static void set_anchor_values(const Comparison *c, ScoreItem *item)
{
    if (c->arena == NULL)
        return;
    item->report_value = text_format(c->arena, "距锚点%d米", (int)c->place.distance_m);
    item->hazard_value = text_format(c->arena, "范围%d米", (int)c->facts->extent_m);
}

static void set_place_values(const Comparison *c, ScoreItem *item)
{
    item->report_value = c->report->place_text;
    item->hazard_value = c->member->place_text;
    if (c->place.by_point && c->place.by_anchor) {
        set_anchor_values(c, item);
    } else if (c->place.by_point) {
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
                      : c->place.coarser != COARSER_CONFLICTS ? 0
                      : c->place.by_point                     ? w->coarser_conflicts
                                                              : w->point_conflicts;
    c->score->place_level = model_place_name(level);
    if (c->place.coarser == COARSER_CONFLICTS)
        scorer_add_flag(c->score, "address_point_conflict");
    if (scorer_asset_is_equal(c)) {
        c->place_mb = cap_by_asset(c, weight - crowd + coarser);
        set_place_values(c, scorer_add_item(c, "place", c->score->place_level, c->place_mb));
        return;
    }
    c->place_mb = weight - crowd + coarser;
    set_place_values(c, scorer_add_item(c, "place", c->score->place_level, weight));
    if (crowd != 0) {
        ScoreItem *item = scorer_add_item(c, "place", "crowded", -crowd);
        item->report_value = text_from(site_word(c->place.site));
        item->hazard_value = scorer_number_text(c->arena, c->sites, "处");
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

static void add_place_vetoes(Comparison *c)
{
    if (c->asset == ASSET_LEVEL_EQUAL || c->facts->quoted)
        return; /* wrong house numbers are common */
    if (c->place.veto_building)
        scorer_add_veto(c->score, "building");
    if (c->place.veto_unit)
        scorer_add_veto(c->score, "unit");
}

static void judge(Comparison *c)
{
    PlaceLevel level = c->place.level;
    bool unrelated = c->class_level == CLASS_UNRELATED;
    bool near = level >= PLACE_P1 && level <= PLACE_P7;
    bool strong = c->asset == ASSET_LEVEL_EQUAL || c->facts->quoted || scorer_is_recalled(c);
    /* An event that reaches several estates is told from each by its own name: names alone contradict nothing there. */
    bool names_alone = c->place.area && c->place.distance_m < 0;
    /* Beside another building: near or not, nobody knows. */
    bool other = level == PLACE_X1 && (c->place.veto_building || c->place.veto_unit);
    bool away = (level == PLACE_X2 && !names_alone) || other;
    c->score->asset_equal = c->asset == ASSET_LEVEL_EQUAL;
    c->score->agrees = (near || strong || (level == PLACE_X1 && c->place.area)) && !unrelated;
    c->score->contradicts = !strong && (away || unrelated);
}

/* One sheet is one hazard, whatever two desks made of it. */
static void allow_all(Score *score)
{
    score->veto_count = 0;
    score->review_only = false;
    score->relation = NULL;
}

/* The lists behind the counts are left as they are: most of the time nobody asks for them. */
static void begin_score(const Model *model,
                        const Evidence *member,
                        const HazardFacts *facts,
                        Arena *arena,
                        Score *score)
{
    score->hazard_id = facts->hazard_id;
    score->member_id = member->report_id;
    score->items = arena != NULL ? ARENA_ARRAY(arena, ScoreItem, SCORE_ITEMS_MAX) : NULL;
    score->count = score->veto_count = score->flag_count = 0;
    score->total_mb = 0;
    score->review_only = score->report_comes_first = false;
    score->relation = NULL;
    score->link_mb = model->weights.link;
    score->review_mb = model->weights.review;
}

void scorer_compare(const Model *model,
                    const Evidence *report,
                    const Evidence *member,
                    const HazardFacts *facts,
                    Arena *arena,
                    Score *score)
{
    ScoreItem unseen;
    Comparison comparison = {.unseen = &unseen,
                             .model = model,
                             .weights = &model->weights,
                             .report = report,
                             .member = member,
                             .facts = facts,
                             .arena = arena,
                             .score = score};
    begin_score(model, member, facts, arena, score);
    comparison.place = scorer_place(model, report, member, facts);
    scorer_compare_assets(&comparison);
    scorer_compare_classes(&comparison);
    add_prior(&comparison);
    add_place(&comparison);
    scorer_add_asset(&comparison);
    scorer_add_quoted(&comparison);
    scorer_add_class(&comparison);
    if (arena != NULL)
        scorer_add_text(&comparison);
    scorer_add_party(&comparison);
    scorer_add_reporter(&comparison);
    scorer_add_gap(&comparison);
    scorer_add_tempo(&comparison);
    add_place_vetoes(&comparison);
    scorer_note_relation(&comparison);
    judge(&comparison);
    if (facts->copied)
        allow_all(score);
}

int32_t scorer_competition_mb(const int32_t *other_totals_mb, size_t count)
{
    return scorer_bits_log2_sum(other_totals_mb, count);
}
