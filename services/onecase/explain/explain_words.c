/* Small tables of words, and the lines that list them. */
#include "explain/explain_words.h"

#include "domain/linkage_sentence.h"
#include "domain/veto.h"

#include <stdio.h>

typedef struct Word {
    const char *name;
    const char *words;
} Word;

#define FIND(words_, name_) find((words_), sizeof(words_) / sizeof((words_)[0]), (name_))

static Text find(const Word *words, size_t count, Text name)
{
    for (size_t i = 0; i < count; i++)
        if (text_is(name, words[i].name))
            return text_from(words[i].words);
    return name;
}

Text explain_outcome(Text outcome)
{
    static const Word WORDS[] = {
        {"link", "归并"},     {"review", "待复核"},  {"new", "新立"},
        {"bucket", "待定位"}, {"update", "更新"},    {"moved", "移动"},
        {"merged", "并入"},   {"follow_up", "跟进"}, {"inspection", "检查"}};
    return FIND(WORDS, outcome);
}

Text explain_key(Text key)
{
    static const Word WORDS[] = {{"record", "单号"},     {"asset", "设备编号"}, {"door", "门牌"},
                                 {"building", "楼幢"},   {"estate", "小区"},    {"road", "道路"},
                                 {"poi", "地标"},        {"tile", "坐标格"},    {"party", "单位"},
                                 {"reporter", "报告人"}, {"community", "社区"}};
    return FIND(WORDS, key);
}

Text explain_relation(Text kind)
{
    static const Word WORDS[] = {{"one_of", "其中之一"},          {"twin", "可能相同"},
                                 {"precursor", "前兆与事件"},     {"same_event", "同一事件"},
                                 {"same_party", "同一单位"},      {"possible", "或许相关"},
                                 {"contains", "待定位，或在其中"}};
    return FIND(WORDS, kind);
}

Text explain_reason(Text reason, Arena *arena)
{
    static const Word WORDS[] = {
        {"weaker", "得分较低"}, {"below", "得分不够"}, {"contradicted", "与其多数报告矛盾"}};
    Text prefix = TEXT("veto:");
    if (!text_starts(reason, prefix))
        return FIND(WORDS, reason);
    Text veto = text_slice(reason, prefix.size, reason.size);
    const char *words = linkage_veto_words(veto);
    if (text_is(veto, "relation"))
        return TEXT("因与果分开立案");
    return words != NULL ? text_format(arena, "%s不同", words) : reason;
}

const char *explain_refusal(Text refusal)
{
    if (text_is_empty(refusal))
        return "";
    return text_is(refusal, "veto") ? "；被否决，不可归并" : "；与其多数报告矛盾，不可归并";
}

Text explain_precision(char precision, Arena *arena)
{
    static const int METRES[] = {5, 30, 80, 500, 1500}; /* linkage.md 1 */
    if (precision < 'A' || precision > 'E')
        return TEXT("");
    return text_format(arena, "%c（%d米）", precision, METRES[precision - 'A']);
}

static bool has(TextList list, const char *name)
{
    for (size_t i = 0; i < list.count; i++)
        if (text_is(list.items[i], name))
            return true;
    return false;
}

void explain_print_vetoes(TextList tested, TextList fell)
{
    size_t said = 0;
    printf("否决 ");
    for (int kind = 0; kind < VETO_KINDS; kind++) {
        const char *name = veto_name((VetoKind)kind);
        if (!has(tested, name) && !has(fell, name))
            continue;
        printf("%s%s %s", said++ > 0 ? "；" : "", linkage_veto_words(text_from(name)),
               has(fell, name) ? "触发" : "通过");
    }
    if (said == 0)
        printf("无从检查");
    size_t silent = 0;
    for (int kind = 0; kind < VETO_PERSON; kind++) {
        const char *name = veto_name((VetoKind)kind);
        if (has(tested, name) || has(fell, name))
            continue;
        printf("%s%s", silent++ > 0 ? "、" : "（未涉及：", linkage_veto_words(text_from(name)));
    }
    printf("%s\n", silent > 0 ? "）" : "");
}

void explain_print_keys(TextList keys)
{
    for (size_t i = 0; i < keys.count; i++)
        printf("%s%.*s", i > 0 ? "、" : "", TEXT_ARGS(explain_key(keys.items[i])));
    if (keys.count == 0)
        putchar('-');
}

void explain_print_flags(TextList flags)
{
    for (size_t i = 0; i < flags.count; i++) {
        const char *words = linkage_flag_words(flags.items[i]);
        printf("%s%.*s", i > 0 ? "；" : "提示 ",
               TEXT_ARGS(words != NULL ? text_from(words) : flags.items[i]));
    }
    if (flags.count > 0)
        putchar('\n');
}
