/*
 * onecase check: every mistake of the mapping files in one run, then their tests. Lines in the manner of compilers,
 * so that editors can jump to them; the same as one JSON object with --json.
 */
#include "check_print.h"
#include "check_tests.h"
#include "command.h"
#include "regions_beside.h"

#include "adapters/mapping_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
        fputs(check_print_usage(), stderr);
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

static int check(const CheckOptions *options, Arena *arena)
{
    Error error = {0};
    const RegionTable *regions;
    TextList paths;
    if (!list_files(options, arena, &paths, &error)) {
        fprintf(stderr, "onecase check: %s\n", error.text);
        return EXIT_NOT_FOUND;
    }
    if (!regions_beside_load("check", options->regions, paths.items[0], arena, &regions))
        return EXIT_NOT_FOUND;
    const Mapping **mappings = ARENA_ARRAY(arena, const Mapping *, paths.count);
    MappingFindings findings = {.arena = arena};
    MappingFileOptions load = {.words_folder = options->words, .regions = regions};
    bool clean = mapping_file_load_all(paths, &load, arena, mappings, &findings);
    CheckTests tests = {.arena = arena, .bless = options->bless};
    for (size_t i = 0; i < paths.count && options->tests; i++)
        if (mappings[i] != NULL)
            check_tests_run(&tests, mappings[i], regions, &findings);
    mapping_finding_sort(&findings);
    if (options->json) {
        check_print_json(&findings, &tests, arena);
    } else {
        check_print_findings(&findings, arena);
        check_print_tests(&tests);
    }
    return clean && findings.errors == 0 && tests.failed == 0 ? EXIT_OK : EXIT_FOUND;
}

/* The tongue of the user's locale, by the names POSIX gives them. */
static LanguageTongue tongue_of_locale(void)
{
    static const char *const NAMES[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        const char *value = getenv(NAMES[i]);
        if (value != NULL && *value != '\0')
            return text_starts(text_from(value), TEXT("zh")) ? TONGUE_CHINESE : TONGUE_ENGLISH;
    }
    return TONGUE_ENGLISH;
}

static bool read_tongue(const char *word, LanguageTongue *tongue)
{
    *tongue = word != NULL && strcmp(word, "zh") == 0 ? TONGUE_CHINESE : TONGUE_ENGLISH;
    return word != NULL && (strcmp(word, "zh") == 0 || strcmp(word, "en") == 0);
}

/* What is printed without looking at a file; false when it is none of that. */
static bool print_asked(int argc, char **argv, int *code)
{
    LanguageTongue tongue;
    *code = EXIT_OK;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            if (!read_tongue(i + 1 < argc ? argv[i + 1] : NULL, &tongue))
                tongue = tongue_of_locale();
            check_print_help(tongue);
            return true;
        }
    }
    if (argc == 2 && strcmp(argv[1], "--rules") == 0)
        check_print_rules();
    else if (argc == 2 && strcmp(argv[1], "--flags") == 0)
        check_print_flags();
    else if (argc == 2 && strcmp(argv[1], "--fields") == 0)
        check_print_fields();
    else if (argc >= 2 && strcmp(argv[1], "--reference") == 0 && argc <= 3 &&
             read_tongue(argv[2], &tongue))
        check_print_reference(tongue);
    else if (argc >= 2 && strcmp(argv[1], "--reference") == 0)
        *code = command_usage_error("check", "--reference takes one of en and zh", NULL);
    else
        return false;
    return true;
}

int command_check(int argc, char **argv)
{
    int code;
    if (print_asked(argc, argv, &code))
        return code;
    CheckOptions options = {.tests = true};
    if (!read_arguments(argc, argv, &options))
        return EXIT_USAGE;
    Arena *arena = arena_new(ARENA_BLOCK);
    code = check(&options, arena);
    arena_free(arena);
    return code;
}
