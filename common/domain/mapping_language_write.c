/*
 * The reference as Markdown. Chapters are prose (mapping_language_text.c) and tables made of the tables the programs
 * use: what is written here cannot be other than what is read.
 */
#include "domain/category.h"
#include "domain/mapping_finding.h"
#include "domain/mapping_flag.h"
#include "domain/mapping_language_parts.h"
#include "domain/report.h"

typedef struct Page {
    LanguageTongue tongue;
    TextBuilder *out;
} Page;

static const char *tongue(const Page *page, const char *english, const char *chinese)
{
    return page->tongue == TONGUE_CHINESE ? chinese : english;
}

static void write(const Page *page, const char *string)
{
    builder_string(page->out, string);
}

static void write_cell(const Page *page, const char *text)
{
    write(page, " ");
    for (; *text != '\0'; text++) {
        if (*text == '|')
            builder_char(page->out, '\\');
        builder_char(page->out, *text);
    }
    write(page, " |");
}

static void write_header(const Page *page, const char *english, const char *chinese)
{
    const char *names = tongue(page, english, chinese);
    builder_format(page->out, "\n| %s |\n|", names);
    write(page, "---|");
    for (; *names != '\0'; names++)
        if (*names == '|')
            write(page, "---|");
    write(page, "\n");
}

static void write_chapter(const Page *page, LanguageChapter chapter)
{
    const LanguageText *text = language_text(chapter);
    if (text->title != NULL)
        builder_format(page->out, "\n## %s\n", tongue(page, text->title, text->title_zh));
    builder_format(page->out, "\n%s", tongue(page, text->text, text->text_zh));
}

static const char *type_name(const Page *page, LanguageType type)
{
    static const char *const NAMES[LANGUAGE_TYPES][2] = {
        [TYPE_TEXT] = {"text", "文本"},
        [TYPE_TEXTS] = {"list of text", "文本列表"},
        [TYPE_POINTER] = {"pointer", "指针"},
        [TYPE_POINTERS] = {"list of pointers", "指针列表"},
        [TYPE_WORD] = {"word", "词"},
        [TYPE_WORDS] = {"list of words", "词列表"},
        [TYPE_INTEGER] = {"integer", "整数"},
        [TYPE_INTEGERS] = {"two integers", "两个整数"},
        [TYPE_DECIMALS] = {"four numbers", "四个数"},
        [TYPE_SWITCH] = {"true or false", "true 或 false"},
        [TYPE_GROUP] = {"group", "组"},
        [TYPE_GROUPS] = {"list of groups", "组列表"},
        [TYPE_TABLES] = {"group of groups", "由组构成的组"},
        [TYPE_ROWS] = {"list of lists", "由列表构成的列表"}};
    return NAMES[type][page->tongue];
}

static void write_default(const Page *page, const LanguageKey *key)
{
    static const char *const IN_CHINESE[][2] = {
        {"always", "总是"},
        {"all kinds", "所有种类"},
        {"anything", "不限"},
        {"China", "中国"},
        {"by the target", "按目标字段"},
        {"the whole text", "全文"},
        {"that of `point`", "同 `point` 一节"},
        {"the target stays absent", "目标字段为空"},
        {"\"last\", for lists \"list\"", "\"last\"，列表型为 \"list\""}};
    if (key->required) {
        write_cell(page, tongue(page, "**required**", "**必填**"));
        return;
    }
    const char *otherwise = key->otherwise != NULL ? key->otherwise : "";
    for (size_t i = 0; i < sizeof(IN_CHINESE) / sizeof(IN_CHINESE[0]); i++)
        if (page->tongue == TONGUE_CHINESE && text_is(text_from(otherwise), IN_CHINESE[i][0]))
            otherwise = IN_CHINESE[i][1];
    if (*otherwise == '\0') {
        write(page, " |");
        return;
    }
    write_cell(page, otherwise);
}

static void write_words(const Page *page, const char *name, const LanguageWord *words, size_t count)
{
    builder_format(page->out, "\n`%s`:\n", name);
    write_header(page, "Word | Meaning", "词 | 含义");
    for (size_t i = 0; i < count; i++) {
        builder_format(page->out, "| `%s` |", words[i].word);
        write_cell(page, tongue(page, words[i].help, words[i].help_zh));
        write(page, "\n");
    }
}

/* Words that stand with the keys of another section. */
static bool words_stand_elsewhere(LanguageSection section, LanguageWords words)
{
    return section == LANGUAGE_FIELD && (words == WORDS_SYSTEM || words == WORDS_ORDER);
}

/* The words of each key that has a list of its own, once a section. */
static void write_section_words(const Page *page,
                                LanguageSection section,
                                const LanguageKey *keys,
                                size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t word_count = 0;
        if (keys[i].words == LANGUAGE_WORDS || words_stand_elsewhere(section, keys[i].words) ||
            (keys[i].words == WORDS_KIND && keys[i].type == TYPE_WORDS))
            continue;
        const LanguageWord *words = language_words(keys[i].words, &word_count);
        write_words(page, keys[i].name, words, word_count);
    }
}

static void write_section(const Page *page, LanguageSection section)
{
    const LanguageHead *head = language_head(section);
    size_t count;
    const LanguageKey *keys = language_keys(section, &count);
    if (section == LANGUAGE_TOP)
        builder_format(page->out, "\n### %s\n\n", tongue(page, "Top of the file", "文件顶层"));
    else
        builder_format(page->out, "\n### `%s`\n\n", head->title);
    write(page, tongue(page, head->help, head->help_zh));
    builder_format(page->out, "\n```\n%s```\n", head->example);
    write_header(page, "Key | Type | Default | Meaning", "键 | 类型 | 默认值 | 含义");
    for (size_t i = 0; i < count; i++) {
        builder_format(page->out, "| `%s` |", keys[i].name);
        write_cell(page, type_name(page, keys[i].type));
        write_default(page, &keys[i]);
        write(page, " ");
        write(page, tongue(page, keys[i].help, keys[i].help_zh));
        if (keys[i].example != NULL)
            builder_format(page->out, "<br>`%s`", keys[i].example);
        write(page, " |\n");
    }
    write_section_words(page, section, keys, count);
    if (section == LANGUAGE_KIND) {
        size_t tests;
        const LanguageWord *words = language_words(WORDS_TEST, &tests);
        write_words(page, "when", words, tests);
    }
}

static void write_targets(const Page *page)
{
    static const char *const TYPES[][2] = {{"text", "文本"}, {"list", "列表"},  {"integer", "整数"},
                                           {"time", "时间"}, {"point", "坐标"}, {"flag", "真假"}};
    size_t count;
    const ReportField *fields = report_fields(&count);
    write_header(page, "Field | Type | Meaning", "字段 | 类型 | 含义");
    for (size_t i = 0; i < count; i++) {
        if (!fields[i].mappable)
            continue;
        builder_format(page->out, "| `%s` |", fields[i].name);
        write_cell(page, TYPES[fields[i].type][page->tongue]);
        write_cell(page, tongue(page, fields[i].help, fields[i].help_zh));
        write(page, "\n");
    }
    for (size_t i = 0; i < count; i++) {
        size_t value_count;
        const LanguageWord *values = language_values(fields[i].name, &value_count);
        if (values != NULL)
            write_words(page, fields[i].name, values, value_count);
    }
}

static void write_classes(const Page *page)
{
    size_t count;
    const Category *classes = category_all(&count);
    write_header(page, "Class | 中文 | English", "类别 | 中文 | English");
    for (size_t i = 0; i < count; i++)
        builder_format(page->out, "| `%s` | %s | %s |\n", classes[i].code, classes[i].name_zh,
                       classes[i].name_en);
}

static void write_flags(const Page *page)
{
    write_header(page, "Flag | Meaning", "标记 | 含义");
    for (int i = 0; i < MAPPING_FLAGS; i++) {
        const MappingFlagHelp *flag = mapping_flag((MappingFlag)i);
        builder_format(page->out, "| `%s` |", flag->name);
        write_cell(page, tongue(page, flag->help, flag->help_zh));
        write(page, "\n");
    }
}

static void write_rules(const Page *page)
{
    size_t count;
    const LanguageRule *rules = language_rules(&count);
    write_header(page, "Stage | Rule | Why", "阶段 | 规则 | 原因");
    for (size_t i = 0; i < count; i++) {
        builder_format(page->out, "| %s | `%s` |", rules[i].stage, rules[i].rule);
        write_cell(page, tongue(page, rules[i].help, rules[i].help_zh));
        write(page, "\n");
    }
}

static void write_findings(const Page *page)
{
    write_header(page, "Rule | | Meaning", "规则 | | 含义");
    for (int i = 0; i < FINDING_RULES; i++) {
        const FindingRuleHelp *rule = mapping_finding_rule((FindingRule)i);
        builder_format(page->out, "| `%s` |", rule->name);
        write_cell(page,
                   rule->warning ? tongue(page, "warning", "警告") : tongue(page, "error", "错误"));
        write_cell(page, tongue(page, rule->help, rule->help_zh));
        write(page, "\n");
    }
}

void language_write(LanguageTongue in, TextBuilder *out)
{
    const Page page = {.tongue = in, .out = out};
    builder_string(out, tongue(&page, "# The mapping language\n", "# 映射语言\n"));
    write_chapter(&page, CHAPTER_INTRODUCTION);
    write_chapter(&page, CHAPTER_FILE);
    write_chapter(&page, CHAPTER_ORDER);
    write_chapter(&page, CHAPTER_POINTERS);
    write_chapter(&page, CHAPTER_SECTIONS);
    for (int i = 0; i < LANGUAGE_SECTIONS; i++)
        write_section(&page, (LanguageSection)i);
    write_chapter(&page, CHAPTER_ALTERNATIVES);
    write_chapter(&page, CHAPTER_ITEMS);
    write_chapter(&page, CHAPTER_TIMES);
    write_chapter(&page, CHAPTER_PERSONAL);
    write_chapter(&page, CHAPTER_TARGETS);
    write_targets(&page);
    write_chapter(&page, CHAPTER_CLASSES);
    write_classes(&page);
    write_chapter(&page, CHAPTER_LIFE);
    write_chapter(&page, CHAPTER_FLAGS);
    write_flags(&page);
    write_chapter(&page, CHAPTER_RULES);
    write_rules(&page);
    write_chapter(&page, CHAPTER_TESTS);
    write_chapter(&page, CHAPTER_FINDINGS);
    write_findings(&page);
}
