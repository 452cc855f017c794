/*
 * What speaks for it, what speaks against it, who competes, and the sum held against the line that decided:
 *
 *   与HZ9901-000012是同一隐患：同在锦绣花园3幢2单元，类别相同，相隔9天；得分+6.3，达到归并线4.5
 *
 * Weights stand in the waterfall; the sentence only sorts the comparisons into for and against.
 */
#include "domain/linkage_sentence.h"

#include "base/text_builder.h"

#include "domain/linkage_sentence_parts.h"

#include <stdlib.h>
#include <string.h>

/* Comparisons that add less say nothing worth reading. */
enum { WORTH_MB = 300, ALIKE_MB = 3000 };

/* +20.9, -1.0, 0.0: bits with one place, halves away from zero. */
static void append_bits(TextBuilder *text, int32_t mb)
{
    int32_t tenths = (abs(mb) + 50) / 100;
    if (tenths != 0)
        builder_char(text, mb > 0 ? '+' : '-');
    builder_format(text, "%d.%d", (int)(tenths / 10), (int)(tenths % 10));
}

static bool is(const char *word, const char *other)
{
    return strcmp(word, other) == 0;
}

/* 距锚点230米: the point was held against an area of known extent. */
static bool is_from_anchor(Text value)
{
    return text_starts(value, TEXT("距锚点")) && text_ends(value, TEXT("米"));
}

/* 140米: the points were compared, not the addresses. */
static bool is_distance(Text value)
{
    bool plain = !text_is_empty(value) && value.data[0] >= '0' && value.data[0] <= '9';
    return (plain && text_ends(value, TEXT("米"))) || is_from_anchor(value);
}

/* What both name: the shorter of two texts for one place. */
static Text common_value(const ScoreItem *item)
{
    bool shorter =
        !text_is_empty(item->hazard_value) &&
        (text_is_empty(item->report_value) || item->hazard_value.size < item->report_value.size);
    return shorter ? item->hazard_value : item->report_value;
}

static void append_both(TextBuilder *text, const ScoreItem *item)
{
    if (text_is_empty(item->report_value) || text_is_empty(item->hazard_value))
        return;
    builder_format(text, "（%.*s与%.*s）", TEXT_ARGS(item->report_value),
                   TEXT_ARGS(item->hazard_value));
}

static void append_site(TextBuilder *text, const ScoreItem *item)
{
    const char *site = linkage_site_words(item->report_value);
    builder_string(text, site != NULL ? site : "该处");
    builder_format(text, "有%.*s同类隐患", TEXT_ARGS(item->hazard_value));
}

static void append_distance(TextBuilder *text, const ScoreItem *item)
{
    if (!is_from_anchor(item->report_value))
        builder_string(text, "相距");
    builder_text(text, item->report_value);
    if (is_from_anchor(item->report_value))
        builder_format(text, "（%.*s）", TEXT_ARGS(item->hazard_value));
}

static void append_place(TextBuilder *text, const ScoreItem *item)
{
    static const char *const MISSING[][2] = {{"P4", "，一方未说楼幢"}, {"P5", "，一方未说门牌"}};
    bool distance = is_distance(item->report_value);
    if (is(item->level, "crowded")) {
        append_site(text, item);
    } else if (is(item->level, "coarser_agrees")) {
        builder_string(text, distance ? "坐标也相符" : "地址也相符");
    } else if (is(item->level, "coarser_conflicts")) {
        builder_string(text, distance ? "坐标却不符" : "地址却不符");
    } else if (is(item->level, "P9")) {
        builder_string(text, "同在一个片区");
    } else if (is(item->level, "P0")) {
        builder_string(text, "地点无从比较");
    } else if (distance) {
        append_distance(text, item);
    } else if (is(item->level, "X1")) {
        builder_string(text, "同处而楼幢或门牌不同");
        append_both(text, item);
    } else if (is(item->level, "X2")) {
        builder_string(text, "地点不同");
        append_both(text, item);
    } else {
        builder_format(text, "同在%.*s", TEXT_ARGS(common_value(item)));
        for (size_t i = 0; i < sizeof MISSING / sizeof MISSING[0]; i++)
            if (is(item->level, MISSING[i][0]))
                builder_string(text, MISSING[i][1]);
    }
}

/* Which of a building's lifts is meant: no number of a thing. */
static bool is_lift_label(const ScoreItem *item)
{
    return is(item->level, "label_equal") || is(item->level, "label_differs");
}

static void append_asset(TextBuilder *text, const ScoreItem *item)
{
    if (is(item->level, "label_equal"))
        builder_format(text, "说的都是%.*s", TEXT_ARGS(item->report_value));
    else if (is(item->level, "label_differs")) {
        builder_string(text, "说的不是同一部电梯");
        append_both(text, item);
    } else if (is(item->level, "equal"))
        builder_format(text, "设备编号同为%.*s", TEXT_ARGS(item->report_value));
    else if (is(item->level, "equal_from_text"))
        builder_format(text, "文中设备编号同为%.*s", TEXT_ARGS(item->report_value));
    else {
        builder_string(text, is(item->level, "near") ? "设备编号仅差一位" : "设备编号不同");
        append_both(text, item);
    }
}

static void append_time(TextBuilder *text, const ScoreItem *item)
{
    if (text_starts(item->detail, TEXT("0分钟")))
        builder_string(text, "几乎同时");
    else
        builder_format(text, "相隔%.*s", TEXT_ARGS(item->detail));
}

static void append_wording(TextBuilder *text, const ScoreItem *item)
{
    builder_string(text, item->weight_mb >= ALIKE_MB ? "说法很像"
                         : item->weight_mb > 0       ? "说法相近"
                                                     : "说法不像");
}

static void append_reporter(TextBuilder *text, const ScoreItem *item)
{
    static const char *const EARLIER[] = {"same_without_place", "same_again"};
    if (is(item->level, "same_recalled")) {
        builder_string(text, "同一人称即上次所报");
        return;
    }
    for (size_t i = 0; i < sizeof EARLIER / sizeof EARLIER[0]; i++)
        if (is(item->level, EARLIER[i])) {
            builder_string(text, "同一人先前报过");
            return;
        }
    builder_string(text, "同一人所报");
}

/* One clause for a comparison; true when it said something. */
static bool append_clause(TextBuilder *text, const ScoreItem *item)
{
    size_t before = text->size;
    const char *name = item->comparison;
    if (is(name, "place")) {
        append_place(text, item);
    } else if (is(name, "asset")) {
        append_asset(text, item);
    } else if (is(name, "gap")) {
        append_time(text, item);
    } else if (is(name, "text")) {
        append_wording(text, item);
    } else if (is(name, "tempo")) {
        bool recurs = is(item->level, "recurs") || is(item->level, "recurs_often");
        builder_format(text, recurs ? "三十天内已有%.*s" : "两小时内已有%.*s",
                       TEXT_ARGS(item->report_value));
    } else if (is(name, "quoted")) {
        builder_string(text, is(item->level, "copied") ? "与它是同一单的转办件" : "引用了它的单号");
    } else if (is(name, "reporter")) {
        append_reporter(text, item);
    } else if (is(name, "class") || is(name, "party") || is(name, "aspect")) {
        Text words = linkage_level_words(text_from(name), text_from(item->level), text->arena);
        builder_string(text, linkage_comparison_words(text_from(name)));
        builder_text(text, words);
        if (is(item->level, "other"))
            append_both(text, item);
    }
    return text->size > before;
}

static bool is_place_apart(const ScoreItem *item)
{
    return is(item->comparison, "place") && (is(item->level, "X1") || is(item->level, "X2"));
}

/* A veto is the reason only where the score alone would not have been. */
static bool refused_by_veto(const Decision *decision)
{
    return decision->refusal != NULL && decision->best.veto_count > 0 &&
           decision->final_mb >= decision->best.review_mb;
}

/* What the veto says already. */
static bool said_by_veto(const Decision *decision, const ScoreItem *item)
{
    const Score *score = &decision->best;
    for (size_t i = 0; i < score->veto_count && refused_by_veto(decision); i++)
        if ((is(score->vetoes[i], "asset") && is(item->comparison, "asset")) ||
            (is_place_apart(item) &&
             (is(score->vetoes[i], "building") || is(score->vetoes[i], "unit"))))
            return true;
    return false;
}

typedef enum Side { SIDE_NONE, SIDE_FOR, SIDE_AGAINST } Side;

/* Where an item is said; one that hardly moves the sum is left out, but for the time between the two. */
static Side side_of(const Decision *decision, const ScoreItem *item)
{
    const Score *score = &decision->best;
    if (is(item->comparison, "prior") || said_by_veto(decision, item))
        return SIDE_NONE;
    if (is(item->comparison, "place") && is(item->level, "P0"))
        return SIDE_AGAINST;
    if (is_place_apart(item) && !(score->agrees && item->weight_mb >= WORTH_MB))
        return SIDE_AGAINST; /* another building is near enough for an area, and only there */
    if (is(item->comparison, "gap"))
        return text_is_absent(item->detail) ? SIDE_NONE
               : item->weight_mb < 0        ? SIDE_AGAINST
                                            : SIDE_FOR;
    if (abs(item->weight_mb) < WORTH_MB)
        return SIDE_NONE;
    return item->weight_mb < 0 ? SIDE_AGAINST : SIDE_FOR;
}

/* The clauses of one side, with commas between; how many. */
static size_t append_clauses(LinkageSentence *sentence, Side side, const char *opening)
{
    const Score *score = &sentence->decision->best;
    size_t count = 0;
    for (size_t i = 0; i < score->count; i++) {
        TextBuilder clause = builder_new(sentence->arena);
        if (side_of(sentence->decision, &score->items[i]) != side ||
            !append_clause(&clause, &score->items[i]))
            continue;
        builder_string(&sentence->text, count++ == 0 ? opening : "，");
        builder_text(&sentence->text, builder_view(&clause));
    }
    return count;
}

static void append_reasons(LinkageSentence *sentence)
{
    size_t favourable = append_clauses(sentence, SIDE_FOR, "");
    append_clauses(sentence, SIDE_AGAINST, favourable > 0 ? "，但" : "");
}

/* ；HZ9901-000013等处也吻合，扣1.2 */
static void append_competition(LinkageSentence *sentence)
{
    const Decision *decision = sentence->decision;
    int32_t taken = decision->competition_mb + 50;
    if (decision->competition_mb < WORTH_MB || decision->rival_count == 0)
        return;
    builder_string(&sentence->text, "；");
    if (decision->one_of) {
        builder_string(&sentence->text, "几处都吻合");
    } else {
        builder_text(&sentence->text,
                     linkage_sentence_hazard(sentence, decision->rivals[0].hazard_id));
        builder_format(&sentence->text, "%s%s吻合", decision->rivals_in_all > 1 ? "等处" : "",
                       linkage_sentence_equal_rival(decision, 0) ? "同样" : "也");
    }
    builder_format(&sentence->text, "，扣%d.%d", (int)(taken / 1000), (int)(taken % 1000 / 100));
}

static void append_line(TextBuilder *text, const char *words, int32_t line_mb)
{
    builder_format(text, "%s%d.%d", words, (int)(line_mb / 1000), (int)(line_mb % 1000 / 100));
}

static void append_score(LinkageSentence *sentence)
{
    const Decision *decision = sentence->decision;
    const Score *best = &decision->best;
    TextBuilder *text = &sentence->text;
    builder_string(text, "；得分");
    append_bits(text, decision->final_mb);
    if (refused_by_veto(decision))
        return; /* the line is not what decided */
    if (decision->threshold_mb != 0) {
        append_line(text, decision->outcome == OUTCOME_MERGED ? "，达到合并线" : "，达到归并线",
                    decision->threshold_mb);
    } else if (decision->final_mb < best->review_mb) {
        append_line(text, "，不到复核线", best->review_mb);
    } else if (decision->final_mb < best->link_mb) {
        append_line(text, "，过了复核线", best->review_mb);
        append_line(text, "，不到归并线", best->link_mb);
    } else {
        append_line(text, "，达到归并线", best->link_mb);
    }
    for (size_t i = 0; i < best->flag_count && best->review_only; i++) {
        const char *words = linkage_flag_words(text_from(best->flags[i]));
        builder_format(text, "，%s，须由人定", words != NULL ? words : best->flags[i]);
    }
}

/* building -> 楼幢或门牌不同, with what the two said when the comparison shows it. */
static void append_veto(TextBuilder *text, const char *veto, const Score *score)
{
    const char *words = linkage_veto_words(text_from(veto));
    const char *shown = is(veto, "asset") ? "asset" : "place";
    builder_string(text, words != NULL ? words : veto);
    builder_string(text, is(veto, "relation") ? "须分开立案" : "不同");
    for (size_t i = 0; score != NULL && i < score->count; i++)
        if (is(score->items[i].comparison, shown) && !is_distance(score->items[i].report_value) &&
            !is_lift_label(&score->items[i]) && !is(veto, "class") && !is(veto, "relation") &&
            !is(veto, "person")) {
            append_both(text, &score->items[i]);
            return;
        }
}

/* A veto keeps the strongest away: ，但楼幢或门牌不同（3幢与13幢），不可归并 */
static void append_refusal(LinkageSentence *sentence)
{
    const Decision *decision = sentence->decision;
    TextBuilder *text = &sentence->text;
    if (!refused_by_veto(decision))
        return;
    builder_string(text, "，但");
    for (size_t i = 0; i < decision->best.veto_count; i++) {
        builder_string(text, i > 0 ? "、" : "");
        append_veto(text, decision->best.vetoes[i], &decision->best);
    }
    builder_string(text, "，不可归并");
}

/* ；与其3份报告矛盾、只与1份相符，不可归并: only worth saying when the score alone would have done. */
static void append_contradiction(LinkageSentence *sentence)
{
    const Decision *decision = sentence->decision;
    if (decision->refusal == NULL || decision->best.veto_count > 0 ||
        decision->final_mb < decision->best.review_mb)
        return;
    builder_format(&sentence->text, "，但与其%d份报告矛盾", decision->contradicting);
    if (decision->agreeing > 0)
        builder_format(&sentence->text, "、只与%d份相符", decision->agreeing);
    builder_string(&sentence->text, "，不可归并");
}

/* A hazard that scores as high as a link and that a veto keeps away. */
static void append_kept_away(LinkageSentence *sentence)
{
    const Decision *decision = sentence->decision;
    static const char PREFIX[] = "veto:";
    for (size_t i = 0; i < decision->rejected_count; i++) {
        const Rejected *rejected = &decision->rejected[i];
        if (rejected->hazard_id == decision->best.hazard_id ||
            rejected->total_mb < decision->best.link_mb ||
            strncmp(rejected->reason, PREFIX, sizeof PREFIX - 1) != 0)
            continue;
        Text name = linkage_sentence_hazard(sentence, rejected->hazard_id);
        builder_format(&sentence->text, "；%.*s得分", TEXT_ARGS(name));
        append_bits(&sentence->text, rejected->total_mb);
        builder_string(&sentence->text, "，但");
        append_veto(&sentence->text, rejected->reason + sizeof PREFIX - 1, NULL);
        builder_string(&sentence->text, "，不可归并");
        return;
    }
}

Text linkage_sentence(const Decision *decision, Text region, Arena *arena)
{
    LinkageSentence sentence = {decision, region, arena, builder_new(arena)};
    linkage_sentence_open(&sentence);
    if (decision->best.count == 0)
        return builder_view(&sentence.text);
    append_reasons(&sentence);
    append_competition(&sentence);
    append_score(&sentence);
    append_refusal(&sentence);
    append_contradiction(&sentence);
    append_kept_away(&sentence);
    return builder_view(&sentence.text);
}
