/*
 * The sentence names the comparisons that moved the sum, then compares the sum with the threshold that decided:
 * 同一楼幢锦绣花园3幢2单元（+20.9），类别相同（+3.1），相隔9天（0.0）；合计+6.3 ≥ 4.5，归并
 */
#include "base/text_builder.h"

#include "domain/scorer.h"

#include <stdlib.h>
#include <string.h>

/* What a level is called; NAME and VALUE say whether the report's value follows. */
typedef struct LevelWords {
    const char *comparison;
    const char *level;
    const char *words;
    bool with_value;
} LevelWords;

static const LevelWords LEVELS[] = {{"place", "P1", "同一单元", true},
                                    {"place", "P2", "同一楼幢或门牌", true},
                                    {"place", "P3", "同一地标或路口", true},
                                    {"place", "P4", "同一小区", true},
                                    {"place", "P5", "同一道路", true},
                                    {"place", "P6", "坐标重合，相距", true},
                                    {"place", "P7", "坐标相近，相距", true},
                                    {"place", "P8", "坐标较近，相距", true},
                                    {"place", "P9", "同一社区或粗略位置", false},
                                    {"place", "X1", "同小区不同楼幢", true},
                                    {"place", "X2", "地点不同", true},
                                    {"place", "P0", "地点无法比较", false},
                                    {"place", "crowded", "该处同类隐患多", false},
                                    {"place", "coarser_agrees", "地址与坐标相符", false},
                                    {"place", "coarser_conflicts", "地址与坐标矛盾", false},
                                    {"asset", "equal", "设备编号相同", true},
                                    {"asset", "equal_from_text", "文中设备编号相同", true},
                                    {"asset", "near", "设备编号仅差一位", true},
                                    {"asset", "differs", "设备编号不同", true},
                                    {"asset", "differs_from_text", "文中设备编号不同", true},
                                    {"quoted", "resolves", "引用同一工单", true},
                                    {"class", "same_leaf", "类别相同", false},
                                    {"class", "same_group", "类别同组", false},
                                    {"class", "confusable", "类别易混", false},
                                    {"class", "same_letter", "类别同大类", false},
                                    {"class", "unknown", "类别不明", false},
                                    {"class", "unrelated", "类别无关", false},
                                    {"party", "code_equal", "信用代码相同", false},
                                    {"party", "name_equal", "单位名称相同", true},
                                    {"party", "code_differs", "信用代码不同", false},
                                    {"reporter", "same_with_place", "同一报告人", false},
                                    {"reporter", "same_without_place", "同一报告人", false},
                                    {"reporter", "same_elsewhere", "同一报告人、地点不同", false},
                                    {"reporter", "same_staff", "同一工作人员", false},
                                    {"gap", NULL, "相隔", true},
                                    {"tempo", NULL, "两小时内", true},
                                    {"text", "short", "文字过短", false},
                                    {"text", NULL, "文字相似度", true}};

static const LevelWords *words_of(const ScoreItem *item)
{
    for (size_t i = 0; i < sizeof LEVELS / sizeof LEVELS[0]; i++)
        if (strcmp(LEVELS[i].comparison, item->comparison) == 0 &&
            (LEVELS[i].level == NULL || strcmp(LEVELS[i].level, item->level) == 0))
            return &LEVELS[i];
    return NULL;
}

/* +20.9, -1.0, 0.0: bits with one place, halves away from zero. */
static void append_bits(TextBuilder *builder, int32_t mb)
{
    int32_t tenths = (abs(mb) + 50) / 100;
    if (tenths != 0)
        builder_char(builder, mb > 0 ? '+' : '-');
    builder_format(builder, "%d.%d", (int)(tenths / 10), (int)(tenths % 10));
}

static void append_item(TextBuilder *builder, const ScoreItem *item)
{
    const LevelWords *words = words_of(item);
    if (words == NULL)
        return;
    if (builder->size > 0)
        builder_string(builder, "，");
    builder_string(builder, words->words);
    if (words->with_value)
        builder_text(builder, text_is_absent(item->detail) ? item->report_value : item->detail);
    builder_string(builder, "（");
    append_bits(builder, item->weight_mb);
    builder_string(builder, "）");
}

static const char *veto_words(const char *veto)
{
    static const struct {
        const char *name;
        const char *words;
    } WORDS[] = {{"asset", "设备编号不同"}, {"building", "楼幢或门牌不同"},
                 {"unit", "单元不同"},      {"relation", "前兆与事件分立"},
                 {"class", "类别无关"},     {"person", "人工判定不同"}};
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        if (strcmp(WORDS[i].name, veto) == 0)
            return WORDS[i].words;
    return veto;
}

static const char *outcome_words(const char *outcome)
{
    static const char *const WORDS[][2] = {{"link", "归并"},
                                           {"review", "存疑，另立并送人工复核"},
                                           {"new", "新立"},
                                           {"bucket", "待定位"},
                                           {"update", "更新"}};
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        if (strcmp(WORDS[i][0], outcome) == 0)
            return WORDS[i][1];
    return outcome;
}

static void append_sum(TextBuilder *builder, const Score *score, int32_t competition_mb)
{
    int32_t final_mb = score->total_mb - competition_mb;
    int32_t threshold = final_mb >= score->link_mb ? score->link_mb : score->review_mb;
    if (competition_mb > 0) {
        builder_string(builder, "；另有相近隐患（");
        append_bits(builder, -competition_mb);
        builder_string(builder, "）");
    }
    builder_string(builder, "；合计");
    append_bits(builder, final_mb);
    builder_string(builder, final_mb >= threshold ? " ≥ " : " < ");
    builder_format(builder, "%d.%d", (int)(threshold / 1000), (int)(threshold % 1000 / 100));
}

Text scorer_sentence(const Score *score, int32_t competition_mb, const char *outcome, Arena *arena)
{
    TextBuilder builder = builder_new(arena);
    for (size_t i = 0; i < score->count; i++)
        if (score->items[i].weight_mb != 0 || strcmp(score->items[i].comparison, "gap") == 0)
            append_item(&builder, &score->items[i]);
    if (score->count == 0)
        builder_string(&builder, "没有相近的隐患");
    else
        append_sum(&builder, score, competition_mb);
    for (size_t i = 0; i < score->veto_count; i++) {
        builder_string(&builder, i == 0 ? "；不可归并：" : "、");
        builder_string(&builder, veto_words(score->vetoes[i]));
    }
    builder_string(&builder, "，");
    builder_string(&builder, outcome_words(outcome));
    return builder_view(&builder);
}
