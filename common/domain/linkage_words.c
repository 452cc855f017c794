/* What comparisons, levels, vetoes and flags are called in Chinese. */
#include "domain/linkage_sentence.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

typedef struct Word {
    const char *name;
    const char *words;
} Word;

static const char *find(const Word *words, size_t count, Text name)
{
    for (size_t i = 0; i < count; i++)
        if (text_is(name, words[i].name))
            return words[i].words;
    return NULL;
}

const char *linkage_comparison_words(Text comparison)
{
    static const Word WORDS[] = {{"prior", "先验"},      {"place", "地点"}, {"asset", "设备编号"},
                                 {"quoted", "引用单号"}, {"class", "类别"}, {"aspect", "现象"},
                                 {"text", "文字"},       {"party", "单位"}, {"reporter", "报告人"},
                                 {"gap", "时间"},        {"tempo", "频次"}};
    return find(WORDS, COUNT_OF(WORDS), comparison);
}

const char *linkage_veto_words(Text veto)
{
    static const Word WORDS[] = {{"asset", "设备编号"},  {"building", "楼幢或门牌"},
                                 {"unit", "单元或房号"}, {"relation", "因与果"},
                                 {"class", "类别"},      {"person", "人工判定"}};
    return find(WORDS, COUNT_OF(WORDS), veto);
}

const char *linkage_flag_words(Text flag)
{
    static const Word WORDS[] = {{"address_point_conflict", "地址与坐标矛盾"},
                                 {"asset_place_conflict", "设备相同而地点不同"},
                                 {"asset_near", "设备编号仅差一位"},
                                 {"quoted_unrelated", "引用了单号，所说却像另一件事"}};
    return find(WORDS, COUNT_OF(WORDS), flag);
}

static const struct {
    const char *comparison;
    const char *level;
    const char *words;
} LEVELS[] = {{"place", "P1", "同一单元或房号"},
              {"place", "P2", "同一楼幢或门牌"},
              {"place", "P3", "同一地标或路口"},
              {"place", "P4", "同一小区，楼幢不全"},
              {"place", "P5", "同一道路，门牌不全"},
              {"place", "P6", "坐标重合"},
              {"place", "P7", "坐标相近"},
              {"place", "P8", "坐标略远"},
              {"place", "P9", "同一片区"},
              {"place", "X1", "同处而楼幢或门牌不同"},
              {"place", "X2", "地点不同"},
              {"place", "P0", "无从比较"},
              {"place", "crowded", "同类隐患多"},
              {"place", "coarser_agrees", "另一依据相符"},
              {"place", "coarser_conflicts", "另一依据矛盾"},
              {"asset", "equal", "相同"},
              {"asset", "equal_from_text", "文中编号相同"},
              {"asset", "near", "仅差一位"},
              {"asset", "differs", "不同"},
              {"asset", "differs_from_text", "文中编号不同"},
              {"asset", "label_equal", "所说是同一部电梯"},
              {"asset", "label_differs", "所说不是同一部电梯"},
              {"quoted", "resolves", "引用了对方单号"},
              {"quoted", "copied", "同一单的转办件"},
              {"class", "same_leaf", "相同"},
              {"class", "same_group", "同组"},
              {"class", "confusable", "易混"},
              {"class", "same_letter", "同大类"},
              {"class", "unknown", "不明"},
              {"class", "unsure_same", "可能相同"},
              {"class", "unsure_akin", "可能相近"},
              {"class", "unsure_other", "可能无关"},
              {"class", "unrelated", "无关"},
              {"aspect", "same", "相同"},
              {"aspect", "other", "不同"},
              {"party", "code_equal", "信用代码相同"},
              {"party", "name_equal", "名称相同"},
              {"party", "code_differs", "信用代码不同"},
              {"party", "name_differs", "名称不同"},
              {"reporter", "same_with_place", "同一人"},
              {"reporter", "same_other_class", "同一人，类别不同"},
              {"reporter", "same_again", "同一人不久前报过同类"},
              {"reporter", "same_recalled", "同一人，称即上次所报"},
              {"reporter", "same_without_place", "同一人，未说地点"},
              {"reporter", "same_other_matter", "同一人，称是另一件事"},
              {"reporter", "same_elsewhere", "同一人，地点不同"},
              {"reporter", "same_staff", "同一工作人员"},
              {"text", "short", "太短，不比"},
              {"text", "less", "相似更少"},
              {"tempo", "recurs", "屡次发生"},
              {"tempo", "recurs_often", "频繁发生"},
              {"tempo", NULL, "接连而来"}};

/* The code's own number in words: ge_0.50, le_7d, over_1y. */
static Text stepped(Text level, Arena *arena)
{
    static const Word UNITS[] = {{"min", "分钟"}, {"h", "小时"}, {"d", "天"}, {"y", "年"}};
    size_t from = text_find(level, TEXT("_"), 0);
    if (from == SIZE_MAX)
        return TEXT_ABSENT;
    Text head = text_slice(level, 0, from);
    Text number = text_slice(level, from + 1, level.size);
    if (text_is(head, "ge"))
        return text_format(arena, "相似 %.*s 以上", TEXT_ARGS(number));
    size_t digits = 0;
    while (digits < number.size && number.data[digits] >= '0' && number.data[digits] <= '9')
        digits++;
    const char *unit = find(UNITS, COUNT_OF(UNITS), text_slice(number, digits, number.size));
    if (unit == NULL)
        return TEXT_ABSENT;
    number.size = digits;
    if (text_is(head, "le"))
        return text_format(arena, "%.*s%s以内", TEXT_ARGS(number), unit);
    if (text_is(head, "over"))
        return text_format(arena, "%.*s%s以上", TEXT_ARGS(number), unit);
    return TEXT_ABSENT;
}

Text linkage_level_words(Text comparison, Text level, Arena *arena)
{
    for (size_t i = 0; i < COUNT_OF(LEVELS); i++)
        if (text_is(comparison, LEVELS[i].comparison) &&
            (LEVELS[i].level == NULL || text_is(level, LEVELS[i].level)))
            return text_from(LEVELS[i].words);
    if (text_is(comparison, "text") || text_is(comparison, "gap"))
        return stepped(level, arena);
    return TEXT_ABSENT;
}

const char *linkage_site_words(Text site)
{
    static const Word WORDS[] = {{"building", "该楼"},
                                 {"door", "该门牌"},
                                 {"estate", "该小区"},
                                 {"road", "该路"},
                                 {"none", "该处"}};
    return find(WORDS, COUNT_OF(WORDS), site);
}
