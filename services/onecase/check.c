/*
 * onecase check: every mistake of the mapping files in one run, then their tests. Lines in the manner of compilers,
 * so that editors can jump to them; the same as one JSON object with --json.
 */
#include "check_tests.h"
#include "command.h"

#include "base/json.h"

#include "adapters/mapping_file.h"
#include "adapters/region_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 200, ARENA_BLOCK = 256 * 1024 };

typedef struct CheckOptions {
    bool json;
    bool tests;
    bool bless;
    const char *regions;
    const char *words;
    Text paths[FILES_MAX];
    size_t path_count;
} CheckOptions;

static const char USAGE[] =
    "usage: onecase check [--json] [--no-tests] [--bless] [--regions FILE] [--words FOLDER] "
    "FILE|FOLDER...\n"
    "\n"
    "Finds every mistake in mapping files, and runs the tests they name. A FOLDER means all its "
    "*.cfg files:\n"
    "  onecase check deploy/sources\n"
    "\n"
    "  --json           one JSON object instead of lines\n"
    "  --no-tests       do not run the tests of `tests`\n"
    "  --bless          show how outputs differ from NAME.out, then write them there\n"
    "  --regions FILE   regions.cfg; by default ../regions.cfg beside the folder of the first "
    "FILE\n"
    "  --words FOLDER   word lists; by default ../model/words beside the folder of each FILE\n"
    "\n"
    "A test is a pair in the folder `tests`: NAME.in holds a record as the department sends it, or "
    "several,\n"
    "one a line; NAME.out the records it becomes, as a JSON array of\n"
    "  {\"kind\": \"report\", \"region\": \"9901\", \"report\": {...}}  or  {\"kind\": \"dead\", "
    "..., \"note\": {...}}\n"
    "Reporters are hashed with the key \"onecase test key\", number 1:\n"
    "  printf 19900000001 | openssl dgst -sha256 -hmac 'onecase test key'   (the first 32 digits)\n"
    "Numbers with a fraction are equal within 0.000001.\n"
    "\n"
    "exit: 0 all well, 1 mistakes or differences, 3 no regions file, or no file at all, "
    "64 wrong words\n";

/* What a mapping file may say, the fields out of the table the engine reads. */
static void print_language(void)
{
    static const char *const TYPES[] = {"text", "list", "integer", "time", "point", "flag"};
    fputs("\n"
          "Keys of a mapping file (the shipped ones in deploy/sources show each at work):\n"
          "  format source topics encoding empty tests extra personal\n"
          "  time { zone formats }  point { system order box }  region { first default required }\n"
          "  kinds ( { kind reason when unless } )\n"
          "  extract { NAME { after within chars length starts check } }\n"
          "  codes { NAME { system rows file match unknown } }\n"
          "  fields { FIELD { first all concat value pick join dedupe clean between extract as "
          "codes\n"
          "                   default required kinds when max precision personal source } }\n"
          "\n"
          "Fields it may fill:\n",
          stdout);
    size_t count;
    const ReportField *fields = report_fields(&count);
    for (size_t i = 0; i < count; i++)
        if (fields[i].mappable)
            printf("  %-20s %-8s %s / %s\n", fields[i].name, TYPES[fields[i].type],
                   fields[i].help_zh, fields[i].help);
}

static bool take_value(int argc, char **argv, int *i, const char **value)
{
    if (*i + 1 >= argc) {
        fprintf(stderr, "onecase check: %s needs a value\n", argv[*i]);
        return false;
    }
    *value = argv[++*i];
    return true;
}

static bool read_arguments(int argc, char **argv, CheckOptions *options)
{
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (strcmp(word, "--json") == 0) {
            options->json = true;
        } else if (strcmp(word, "--no-tests") == 0) {
            options->tests = false;
        } else if (strcmp(word, "--bless") == 0) {
            options->bless = true;
        } else if (strcmp(word, "--regions") == 0) {
            if (!take_value(argc, argv, &i, &options->regions))
                return false;
        } else if (strcmp(word, "--words") == 0) {
            if (!take_value(argc, argv, &i, &options->words))
                return false;
        } else if (word[0] == '-' && word[1] != '\0') {
            fprintf(stderr, "onecase check: no option \"%s\"; `onecase check --help` lists them\n",
                    word);
            return false;
        } else if (options->path_count == FILES_MAX) {
            fprintf(stderr, "onecase check: more than %d files\n", FILES_MAX);
            return false;
        } else {
            options->paths[options->path_count++] = text_from(word);
        }
    }
    if (options->path_count == 0)
        fputs(USAGE, stderr);
    return options->path_count > 0;
}

static bool is_folder(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

/* The files meant by the words given: a folder means all its *.cfg, sorted by name. */
static bool list_files(const CheckOptions *options, Arena *arena, TextList *files, Error *error)
{
    *files = (TextList){ARENA_ARRAY(arena, Text, FILES_MAX), 0};
    for (size_t i = 0; i < options->path_count; i++) {
        Text path = options->paths[i];
        TextList found = {&path, 1};
        if (is_folder(text_string(arena, path))) {
            while (path.size > 1 && text_ends(path, TEXT("/")))
                path.size--;
            if (!mapping_file_list(text_string(arena, path), arena, &found, error))
                return false;
            if (found.count == 0)
                return error_set(error, ERROR_FATAL,
                                 "folder \"%.*s\" holds no mapping file (*.cfg)", TEXT_ARGS(path));
        }
        if (files->count + found.count > FILES_MAX)
            return error_set(error, ERROR_FATAL, "more than %d files", FILES_MAX);
        memcpy(files->items + files->count, found.items, sizeof(Text) * found.count);
        files->count += found.count;
    }
    return true;
}

/* regions.cfg lies beside the folder of the first mapping unless named. */
static Text regions_path(const CheckOptions *options, Text path, Arena *arena)
{
    if (options->regions != NULL)
        return text_from(options->regions);
    size_t end = path.size;
    while (end > 0 && path.data[end - 1] != '/')
        end--;
    return text_format(arena, "%.*s../regions.cfg", TEXT_ARGS(text_slice(path, 0, end)));
}

static void print_findings(const MappingFindings *findings, Arena *arena)
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

static void write_findings(const MappingFindings *findings, TextBuilder *out)
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

static void print_json(const MappingFindings *findings, const CheckTests *tests, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    builder_char(&out, '{');
    write_findings(findings, &out);
    write_tests(tests, &out);
    builder_char(&out, '}');
    printf("%.*s\n", TEXT_ARGS(builder_view(&out)));
}

static void print_tests(const CheckTests *tests)
{
    size_t passed = 0;
    for (size_t i = 0; i < tests->count; i++) {
        const CheckTest *test = &tests->items[i];
        passed += test->passed;
        if (test->passed)
            continue;
        printf("%.*s: %s\n", TEXT_ARGS(test->name), test->blessed ? "blessed" : "differs");
        if (!text_is_absent(test->problem))
            printf("  %.*s\n", TEXT_ARGS(test->problem));
        for (size_t j = 0; j < test->difference_count; j++) {
            const JsonDifference *difference = &test->differences[j];
            Text expected = difference->expected;
            Text found = difference->found;
            printf("  %.*s\n    expected %.*s\n    found    %.*s\n", TEXT_ARGS(difference->pointer),
                   TEXT_ARGS(text_is_absent(expected) ? TEXT("nothing") : expected),
                   TEXT_ARGS(text_is_absent(found) ? TEXT("nothing") : found));
        }
    }
    if (tests->count > 0)
        printf("%zu of %zu tests passed\n", passed, tests->count);
}

static int check(const CheckOptions *options, Arena *arena)
{
    Error error = {0};
    const RegionTable *regions;
    TextList paths;
    if (!list_files(options, arena, &paths, &error)) {
        fprintf(stderr, "onecase check: %s\n", error.text);
        return EXIT_NOT_FOUND;
    }
    Text path = regions_path(options, paths.items[0], arena);
    if (!region_file_load(text_string(arena, path), arena, &regions, &error)) {
        bool guessed = options->regions == NULL;
        Text first = paths.items[0];
        if (guessed && access(text_string(arena, first), R_OK) != 0)
            fprintf(stderr, "onecase check: cannot read \"%.*s\": %s\n", TEXT_ARGS(first),
                    strerror(errno));
        else
            fprintf(stderr, "onecase check: %s%s\n", error.text,
                    guessed ? "; --regions FILE names the regions" : "");
        return EXIT_NOT_FOUND;
    }
    const Mapping **mappings = ARENA_ARRAY(arena, const Mapping *, paths.count);
    MappingFindings findings = {.arena = arena};
    MappingFileOptions load = {.words_folder = options->words, .regions = regions};
    bool clean = mapping_file_load_all(paths, &load, arena, mappings, &findings);
    CheckTests tests = {.arena = arena, .bless = options->bless};
    for (size_t i = 0; i < paths.count && options->tests; i++)
        if (mappings[i] != NULL)
            check_tests_run(&tests, mappings[i], regions);
    if (options->json) {
        print_json(&findings, &tests, arena);
    } else {
        print_findings(&findings, arena);
        print_tests(&tests);
    }
    return clean && tests.failed == 0 ? EXIT_OK : EXIT_FOUND;
}

int command_check(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(USAGE, stdout);
            print_language();
            return EXIT_OK;
        }
    }
    CheckOptions options = {.tests = true};
    if (!read_arguments(argc, argv, &options))
        return EXIT_USAGE;
    Arena *arena = arena_new(ARENA_BLOCK);
    int code = check(&options, arena);
    arena_free(arena);
    return code;
}
