/*
 * Everything `onecase check` writes. Findings are lines that editors can jump to.
 */
#include "check_print.h"

#include "base/json.h"

#include "domain/mapping_flag.h"
#include "domain/report.h"

#include <stdio.h>

enum { ARENA_BLOCK = 256 * 1024 };

static const char USAGE[] =
    "usage: onecase check [--json] [--no-tests] [--bless] [--regions FILE] [--words FOLDER] "
    "FILE|FOLDER...\n"
    "       onecase check --help [en|zh] | --reference en|zh | --rules | --flags | --fields\n"
    "\n"
    "Finds every mistake in mapping files, and runs the tests they name. A FOLDER means all its "
    "*.cfg files:\n"
    "  onecase check deploy/sources\n"
    "\n"
    "  --json           one JSON object instead of lines\n"
    "  --no-tests       do not run the tests of `tests`, nor judge the file by their inputs\n"
    "  --bless          show how outputs differ from NAME.out, then write them there\n"
    "  --regions FILE   regions.cfg; by default ../regions.cfg beside the folder of the first "
    "FILE\n"
    "  --words FOLDER   word and keyword lists; by default ../model/words beside the folder of "
    "each FILE\n"
    "  --help zh        this help in Chinese\n"
    "  --reference en   the reference below and nothing else, as in docs/mapping-language.md\n"
    "  --rules, --flags, --fields   the names of all findings, flags and fields, one a line\n"
    "\n"
    "exit: 0 all well (warnings are), 1 mistakes or differences, 3 no regions file, or no file at "
    "all, 64 wrong words\n"
    "\n";

static const char USAGE_ZH[] =
    "用法: onecase check [--json] [--no-tests] [--bless] [--regions 文件] [--words 文件夹] "
    "文件|文件夹...\n"
    "      onecase check --help [en|zh] | --reference en|zh | --rules | --flags | --fields\n"
    "\n"
    "找出映射文件中的全部错误，并运行其测试。文件夹表示其中所有 *.cfg 文件：\n"
    "  onecase check deploy/sources\n"
    "\n"
    "  --json           输出一个 JSON 对象\n"
    "  --no-tests       不运行 `tests` 中的测试，也不据其输入检查映射文件\n"
    "  --bless          先列出与 NAME.out 的不同，再把结果写入\n"
    "  --regions 文件   regions.cfg；默认为第一个文件所在文件夹旁的 ../regions.cfg\n"
    "  --words 文件夹   词表和关键词表；默认为各文件所在文件夹旁的 ../model/words\n"
    "  --help en        英文帮助\n"
    "  --reference zh   只打印下面的语言说明，与 docs/mapping-language.zh-CN.md 相同\n"
    "  --rules、--flags、--fields   全部检查规则、标记、字段的名称，一行一个\n"
    "\n"
    "退出码: 0 无错误（可有警告），1 有错误或测试不符，3 没有区域文件或没有任何文件，64 用法不对\n"
    "\n";

const char *check_print_usage(void)
{
    return USAGE;
}

void check_print_reference(LanguageTongue tongue)
{
    Arena *arena = arena_new(ARENA_BLOCK);
    TextBuilder page = builder_new(arena);
    language_write(tongue, &page);
    fwrite(page.data, 1, page.size, stdout);
    arena_free(arena);
}

void check_print_help(LanguageTongue tongue)
{
    fputs(tongue == TONGUE_CHINESE ? USAGE_ZH : USAGE, stdout);
    check_print_reference(tongue);
}

void check_print_findings(const MappingFindings *findings, Arena *arena)
{
    for (size_t i = 0; i < findings->count; i++) {
        Text line = mapping_finding_text(arena, &findings->items[i]);
        fprintf(stderr, "%.*s\n", TEXT_ARGS(line));
    }
}

static void write_text_member(TextBuilder *out, const char *name, Text text)
{
    js_write_key(out, text_from(name));
    if (text_is_absent(text))
        builder_string(out, "null");
    else
        js_write_text(out, text);
}

void check_print_write_findings(const MappingFindings *findings, TextBuilder *out)
{
    js_write_key(out, TEXT("findings"));
    builder_char(out, '[');
    for (size_t i = 0; i < findings->count; i++) {
        const MappingFinding *finding = &findings->items[i];
        builder_string(out, i > 0 ? ",{" : "{");
        write_text_member(out, "file", finding->file);
        js_write_key(out, TEXT("line"));
        builder_int(out, finding->line);
        write_text_member(out, "severity", finding->warning ? TEXT("warning") : TEXT("error"));
        write_text_member(out, "rule",
                          finding->rule == FINDING_RULES
                              ? TEXT_ABSENT
                              : text_from(mapping_finding_rule(finding->rule)->name));
        write_text_member(out, "message", finding->message);
        builder_char(out, '}');
    }
    builder_char(out, ']');
}

static void write_tests(const CheckTests *tests, TextBuilder *out)
{
    js_write_key(out, TEXT("tests"));
    builder_char(out, '[');
    for (size_t i = 0; i < tests->count; i++) {
        const CheckTest *test = &tests->items[i];
        builder_string(out, i > 0 ? ",{" : "{");
        write_text_member(out, "name", test->name);
        js_write_key(out, TEXT("passed"));
        builder_string(out, test->passed ? "true" : "false");
        write_text_member(out, "problem", test->problem);
        js_write_key(out, TEXT("differences"));
        builder_char(out, '[');
        for (size_t j = 0; j < test->difference_count; j++) {
            builder_string(out, j > 0 ? ",{" : "{");
            write_text_member(out, "pointer", test->differences[j].pointer);
            write_text_member(out, "expected", test->differences[j].expected);
            write_text_member(out, "found", test->differences[j].found);
            builder_char(out, '}');
        }
        builder_string(out, "]}");
    }
    builder_char(out, ']');
}

static void write_files(const CheckTests *tests, TextBuilder *out)
{
    js_write_key(out, TEXT("files"));
    builder_char(out, '[');
    for (size_t i = 0; i < tests->file_count; i++) {
        const CheckFile *file = &tests->files[i];
        builder_string(out, i > 0 ? ",{" : "{");
        write_text_member(out, "file", file->file);
        builder_format(out, ",\"tests\":%zu,\"passed\":%zu", file->tests, file->passed);
        builder_format(out, ",\"written\":%zu", file->written);
        builder_format(out, ",\"fields\":%zu,\"read\":%zu", file->figures.fields,
                       file->figures.read);
        builder_format(out, ",\"kinds\":%zu,\"reached\":%zu}", file->figures.kinds,
                       file->figures.reached);
    }
    builder_char(out, ']');
}

void check_print_json(const MappingFindings *findings, const CheckTests *tests, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    builder_char(&out, '{');
    check_print_write_findings(findings, &out);
    write_tests(tests, &out);
    write_files(tests, &out);
    builder_char(&out, '}');
    printf("%.*s\n", TEXT_ARGS(builder_view(&out)));
}

static void print_test(const CheckTest *test)
{
    if (test->passed)
        return;
    if (test->missing && !test->blessed) {
        printf("%.*s: %.*s\n", TEXT_ARGS(test->name), TEXT_ARGS(test->problem));
        return;
    }
    printf("%.*s: %s\n", TEXT_ARGS(test->name), test->blessed ? "blessed" : "differs");
    if (!text_is_absent(test->problem))
        printf("  %.*s\n", TEXT_ARGS(test->problem));
    for (size_t i = 0; i < test->difference_count; i++) {
        const JsonDifference *difference = &test->differences[i];
        Text expected = difference->expected;
        Text found = difference->found;
        printf("  %.*s\n    expected %.*s\n    found    %.*s\n", TEXT_ARGS(difference->pointer),
               TEXT_ARGS(text_is_absent(expected) ? TEXT("nothing") : expected),
               TEXT_ARGS(text_is_absent(found) ? TEXT("nothing") : found));
    }
}

enum { WRITTEN_SIZE = 40 };

/* ", 1 written", or nothing when nothing was. */
static const char *written_words(size_t written, char words[WRITTEN_SIZE])
{
    words[0] = '\0';
    if (written > 0)
        snprintf(words, WRITTEN_SIZE, ", %zu written", written);
    return words;
}

static void print_file(const CheckFile *file)
{
    const CoverageFigures *figures = &file->figures;
    char words[WRITTEN_SIZE];
    size_t percent =
        figures->fields > 0 ? (figures->read * 200 + figures->fields) / (figures->fields * 2) : 100;
    printf("%.*s: %zu of %zu tests passed%s, %zu of %zu fields of their inputs read (%zu %%)\n",
           TEXT_ARGS(file->file), file->passed, file->tests, written_words(file->written, words),
           figures->read, figures->fields, percent);
}

void check_print_tests(const CheckTests *tests)
{
    size_t passed = 0;
    size_t written = 0;
    size_t next = 0;
    for (size_t i = 0; i < tests->file_count; i++) {
        for (size_t j = 0; j < tests->files[i].tests; j++)
            print_test(&tests->items[next++]);
        print_file(&tests->files[i]);
        passed += tests->files[i].passed;
        written += tests->files[i].written;
    }
    char words[WRITTEN_SIZE];
    if (tests->file_count > 1)
        printf("%zu of %zu tests passed%s\n", passed, tests->count, written_words(written, words));
}

void check_print_rules(void)
{
    for (int i = 0; i < FINDING_RULES; i++)
        puts(mapping_finding_rule((FindingRule)i)->name);
}

void check_print_flags(void)
{
    for (int i = 0; i < MAPPING_FLAGS; i++)
        puts(mapping_flag((MappingFlag)i)->name);
}

void check_print_fields(void)
{
    size_t count;
    const ReportField *fields = report_fields(&count);
    for (size_t i = 0; i < count; i++)
        if (fields[i].mappable)
            puts(fields[i].name);
}
