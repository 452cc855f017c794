/*
 * The comparisons beside place, asset, class and reporter: wording, party, gap and tempo.
 */
#include "domain/datetime.h"
#include "domain/scorer_bits.h"
#include "domain/scorer_internal.h"
#include "domain/text_similarity.h"

#include <string.h>

static bool is_short(const Model *model, const Evidence *a, const Evidence *b)
{
    size_t shortest = a->text_length < b->text_length ? a->text_length : b->text_length;
    return (int64_t)shortest < model->weights.text_short_max;
}

static const TextStep *text_step(const Model *model, int32_t permille)
{
    size_t i = 0;
    while (i + 1 < model->text_count && permille < model->text[i].from_permille)
        i++;
    return &model->text[i];
}

int32_t scorer_text_mb(const Model *model, const Evidence *report, const Evidence *member)
{
    if (is_short(model, report, member))
        return 0;
    return text_step(model, text_similarity_permille(report, member))->weight_mb;
}

int32_t scorer_text_most_mb(const Model *model)
{
    int32_t most = 0;
    for (size_t i = 0; i < model->text_count; i++)
        most = model->text[i].weight_mb > most ? model->text[i].weight_mb : most;
    return most;
}

void scorer_add_text(Comparison *c)
{
    if (is_short(c->model, c->report, c->member)) {
        ScoreItem *item = scorer_add_item(c, "text", "short", 0);
        item->report_value = scorer_number_text(c->arena, (int64_t)c->report->text_length, "字");
        item->hazard_value = scorer_number_text(c->arena, (int64_t)c->member->text_length, "字");
        return;
    }
    int32_t permille = text_similarity_permille(c->report, c->member);
    const TextStep *step = text_step(c->model, permille);
    ScoreItem *item = scorer_add_item(c, "text", step->level, step->weight_mb);
    item->detail = scorer_number_text(c->arena, permille, "‰");
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

/* 康记堂大药房秀水苑店 and 康记堂大药房石榴路店, but not 康记堂大药房: two branches, whatever office both have. */
static bool is_other_name(Text a, Text b)
{
    return both(a, b) && !text_contains(a, b) && !text_contains(b, a);
}

/*
 * A party that is the place of the trouble (a shop) weighs like a place; the property company of a lift or an estate is
 * only responsible for it and proves little.
 */
void scorer_add_party(Comparison *c)
{
    const ModelWeights *w = c->weights;
    const Evidence *a = c->report;
    const Evidence *b = c->member;
    bool is_place = a->category->scope == SCOPE_PARTY && b->category->scope == SCOPE_PARTY;
    bool codes = a->usc_valid && b->usc_valid;
    bool same_code = both(a->usc_code, b->usc_code) && text_equal(a->usc_code, b->usc_code);
    bool same_name = both(a->party_name, b->party_name) && text_equal(a->party_name, b->party_name);
    bool branches = is_place && is_other_name(a->party_name, b->party_name);
    const char *level = "code_differs";
    int32_t weight = 0;
    if (branches) {
        weight = w->party_differs;
        level = "name_differs";
        if (same_code)
            c->score->relation = "same_party";
    } else if (same_code || same_name) {
        int32_t by_code = scorer_smaller(w->party_code_log2 - party_log2(c), w->party_code_max);
        int32_t by_name = w->party_name - party_log2(c);
        weight = same_code ? by_code : by_name;
        level = same_code ? "code_equal" : "name_equal";
        if (is_place && c->place.level == PLACE_X2)
            c->score->relation = "same_party";
        if (!is_place)
            weight = scorer_smaller(weight, w->party_outside_max);
        else if (c->place.level == PLACE_X2)
            weight = scorer_smaller(weight, w->party_elsewhere_max);
        else if (c->place_mb > 0) /* max(place, party) + 1,000, place is counted already */
            weight = (weight > c->place_mb ? weight - c->place_mb : 0) + w->party_and_place;
        if (scorer_asset_is_equal(c))
            weight = scorer_smaller(weight, w->party_outside_max);
    } else if (codes && (is_place || a->category->scope == SCOPE_POINT)) {
        weight = w->party_differs;
    } else {
        return;
    }
    ScoreItem *item = scorer_add_item(c, "party", level, weight);
    bool by_code = !branches && (same_code || codes);
    item->report_value = by_code ? a->usc_code : a->party_name;
    item->hazard_value = by_code ? b->usc_code : b->party_name;
}

bool scorer_burst_runs(const Comparison *c)
{
    return (c->report->category->burst || c->member->category->burst) &&
           c->facts->members_in_2h + 1 >= c->weights->tempo_few_members;
}

/*
 * Minutes count for what may be one burst. What is of an unknown class, or of a leaf of the same letter, may be told of a burst that
 * already runs: of three or more within two hours.
 */
static bool is_burst(const Comparison *c)
{
    bool report = c->report->category->burst;
    bool member = c->member->category->burst;
    bool alike = c->class_level == CLASS_SAME_LEAF || c->class_level == CLASS_CONFUSABLE;
    if ((scorer_class_is_unsure(c) || c->class_level == CLASS_SAME_LETTER) && scorer_burst_runs(c))
        return true;
    return (alike && (report || member)) ||
           (c->class_level == CLASS_SAME_GROUP && report && member);
}

static Text gap_text(Arena *arena, int64_t seconds)
{
    if (seconds < 3600)
        return scorer_number_text(arena, seconds / 60, "分钟");
    if (seconds < 2 * 86400)
        return scorer_number_text(arena, seconds / 3600, "小时");
    return scorer_number_text(arena, seconds / 86400, "天");
}

static const GapStep *step_of(const GapTable *table, int64_t seconds)
{
    size_t i = 0;
    while (i + 1 < table->count && seconds > table->steps[i].within_s)
        i++;
    return &table->steps[i];
}

/*
 * A burst is over after days, a thing with a number is the same for years: a detector's next alarm is the same hazard
 * (linkage.md 2), so that an equal asset takes what the slow classes get where that is more.
 */
void scorer_add_gap(Comparison *c)
{
    /* Rounded up, so that a microsecond above a bound is above it. */
    int64_t gap_us = c->facts->nearest_gap_us;
    int64_t seconds = gap_us / 1000000 + (gap_us % 1000000 != 0 ? 1 : 0);
    const GapStep *slow = step_of(&c->model->slow, seconds);
    const GapStep *step = is_burst(c) ? step_of(&c->model->burst, seconds) : slow;
    if (c->asset == ASSET_LEVEL_EQUAL && slow->weight_mb > step->weight_mb)
        step = slow;
    ScoreItem *item = scorer_add_item(c, "gap", step->level, step->weight_mb);
    item->detail = gap_text(c->arena, seconds);
}

static char *put_digits(char *at, int number, size_t digits)
{
    for (size_t i = digits; i > 0; i--, number /= 10)
        at[i - 1] = (char)('0' + number % 10);
    return at + digits;
}

/* 2026-11-22 20:24 in Beijing. */
static Text time_text(Arena *arena, int64_t time_us)
{
    enum { ZONE_MINUTES = 480, SIZE = sizeof "2026-11-22 20:24" - 1 };
    Datetime at = datetime_to_civil(time_us, ZONE_MINUTES);
    char *text = arena_alloc(arena, SIZE + 1);
    const int numbers[] = {at.year, at.month, at.day, at.hour, at.minute};
    static const char SEPARATORS[] = "-- :";
    char *to = text;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        to = put_digits(to, numbers[i], i == 0 ? 4 : 2);
        if (i + 1 < sizeof numbers / sizeof numbers[0])
            *to++ = SEPARATORS[i];
    }
    return (Text){text, SIZE};
}

/* 20字（958‰） */
static Text with_detail(Arena *arena, Text value, Text detail)
{
    static const char OPEN[] = "（";
    static const char CLOSE[] = "）";
    size_t size = value.size + detail.size + sizeof OPEN - 1 + sizeof CLOSE - 1;
    char *text = arena_alloc(arena, size + 1);
    char *to = text;
    const Text parts[] = {value, {OPEN, sizeof OPEN - 1}, detail, {CLOSE, sizeof CLOSE - 1}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        memcpy(to, parts[i].data, parts[i].size);
        to += parts[i].size;
    }
    return (Text){text, size};
}

void scorer_show_values(
    Score *score, const Evidence *report, const Evidence *member, int64_t nearest_at, Arena *arena)
{
    for (size_t i = 0; i < score->count; i++) {
        ScoreItem *item = &score->items[i];
        if (text_is_absent(item->detail))
            continue;
        if (strcmp(item->comparison, "gap") == 0) {
            item->report_value = time_text(arena, report->event_at);
            item->hazard_value = with_detail(arena, time_text(arena, nearest_at), item->detail);
        } else if (strcmp(item->comparison, "text") == 0) {
            item->report_value = scorer_number_text(arena, (int64_t)report->text_length, "字");
            item->hazard_value = with_detail(
                arena, scorer_number_text(arena, (int64_t)member->text_length, "字"), item->detail);
        }
    }
}

static void add_tempo(Comparison *c, int32_t members, const char *level, int32_t weight_mb)
{
    ScoreItem *item = scorer_add_item(c, "tempo", level, weight_mb);
    item->report_value = scorer_number_text(c->arena, members, "件");
}

/* What is told of a running burst for its minute's sake gets no more for how fast that runs. */
static bool knows_class(const Comparison *c)
{
    return !scorer_class_is_unsure(c) && c->class_level != CLASS_SAME_LETTER;
}

static bool is_alike(const Comparison *c)
{
    return c->class_level == CLASS_SAME_LEAF || c->class_level == CLASS_SAME_GROUP ||
           c->class_level == CLASS_CONFUSABLE;
}

/* Of a burst the report itself is one of those that came close together. */
void scorer_add_tempo(Comparison *c)
{
    const ModelWeights *w = c->weights;
    int32_t burst = c->facts->members_in_2h + 1;
    int32_t before = c->facts->members_in_30d;
    if (is_burst(c) && knows_class(c) && burst >= w->tempo_few_members)
        add_tempo(c, burst, burst >= w->tempo_many_members ? "many" : "few",
                  burst >= w->tempo_many_members ? w->tempo_many : w->tempo_few);
    else if (!is_burst(c) && is_alike(c) && before >= w->recurs_few_members)
        add_tempo(c, before, before >= w->recurs_many_members ? "recurs_often" : "recurs",
                  before >= w->recurs_many_members ? w->recurs_many : w->recurs_few);
}
