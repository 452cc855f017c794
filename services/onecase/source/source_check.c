/*
 * The whole check of a mapping that is to come: together with the others, as intake will read them, with the word lists
 * and regions of their folder, wherever the file lies now. Warnings of the others are their owners' business; their
 * mistakes are not, since intake reads all files or none.
 */
#include "source_check.h"

#include "check/check_print.h"
#include "check/check_tests.h"
#include "command.h"

#include "adapters/mapping_file.h"
#include "adapters/region_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(int code, int *status)
{
    *status = code;
    return false;
}

const char *
source_beside(const SourceOptions *options, const char *named, const char *name, Arena *arena)
{
    return named != NULL ? named : text_format(arena, "%s/../%s", options->sources, name).data;
}

static Text file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return text_from(slash != NULL ? slash + 1 : path);
}

static const char *folder_of(const char *path, Arena *arena)
{
    Text whole = text_from(path);
    Text name = file_name(path);
    Text folder = text_slice(whole, 0, whole.size - name.size);
    return folder.size > 0 ? text_string(arena, folder) : ".";
}

static bool same_folder(const char *one, const char *other)
{
    struct stat a;
    struct stat b;
    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

/* The file is one that intake would read. */
static bool check_name(const SourceOptions *options, Arena *arena, SourceSet *set, int *status)
{
    struct stat facts;
    Text name = file_name(options->file);
    if (stat(options->file, &facts) != 0 || access(options->file, R_OK) != 0) {
        fprintf(stderr, "onecase source add: cannot read \"%s\": %s\n", options->file,
                strerror(errno));
        return fail(EXIT_NOT_FOUND, status);
    }
    if (!S_ISREG(facts.st_mode)) {
        fprintf(stderr, "onecase source add: cannot read \"%s\": it is no file\n", options->file);
        return fail(EXIT_NOT_FOUND, status);
    }
    if (!text_ends(name, TEXT(".cfg")) || text_starts(name, TEXT("."))) {
        fprintf(stderr,
                "onecase source add: intake reads files whose names end in .cfg and do not begin "
                "with a dot, not \"%.*s\"\n",
                TEXT_ARGS(name));
        return fail(EXIT_FOUND, status);
    }
    set->in_folder = same_folder(folder_of(options->file, arena), options->sources);
    set->target = text_format(arena, "%s/%.*s", options->sources, TEXT_ARGS(name)).data;
    return true;
}

/* Those of the folder but the one of this name, and the file itself last: what two share is then said of it. */
static bool list_files(
    const SourceOptions *options, Arena *arena, const SourceSet *set, TextList *paths, int *status)
{
    Error error = {0};
    TextList all;
    if (!mapping_file_list(options->sources, arena, &all, &error)) {
        fprintf(stderr,
                "onecase source add: %s; --sources FOLDER says where the mapping files are\n",
                error.text);
        return fail(EXIT_NOT_FOUND, status);
    }
    *paths = (TextList){ARENA_ARRAY(arena, Text, all.count + 1), 0};
    for (size_t i = 0; i < all.count; i++)
        if (!text_is(all.items[i], set->target))
            paths->items[paths->count++] = all.items[i];
    paths->items[paths->count++] = text_from(set->in_folder ? set->target : options->file);
    return true;
}

/* Everything but warnings of other files. */
static MappingFindings findings_to_say(const MappingFindings *all, Text file)
{
    MappingFindings said = {.arena = all->arena,
                            .items = ARENA_ARRAY(all->arena, MappingFinding, all->count),
                            .errors = all->errors};
    for (size_t i = 0; i < all->count; i++)
        if (!all->items[i].warning || text_equal(all->items[i].file, file))
            said.items[said.count++] = all->items[i];
    return said;
}

static bool judge(const SourceOptions *options,
                  SourceSet *set,
                  MappingFindings *findings,
                  const CheckTests *tests,
                  int *status)
{
    Arena *arena = findings->arena;
    mapping_finding_sort(findings);
    Text file = text_from(set->in_folder ? set->target : options->file);
    MappingFindings said = findings_to_say(findings, file);
    bool good = said.errors == 0 && tests->failed == 0;
    if (options->json && !good) {
        check_print_json(&said, tests, arena);
    } else if (!options->json) {
        check_print_findings(&said, arena);
        check_print_tests(tests);
    }
    fflush(stdout);
    if (!good) {
        fprintf(stderr, "onecase source add: nothing was changed\n");
        return fail(EXIT_FOUND, status);
    }
    set->warnings = said;
    return true;
}

bool source_check(const SourceOptions *options, Arena *arena, SourceSet *set, int *status)
{
    Error error = {0};
    TextList paths;
    if (!check_name(options, arena, set, status) ||
        !list_files(options, arena, set, &paths, status))
        return false;
    const char *regions = source_beside(options, options->regions, "regions.cfg", arena);
    set->words = source_beside(options, options->words, "model/words", arena);
    if (!region_file_load(regions, arena, &set->regions, &error)) {
        fprintf(stderr, "onecase source add: %s%s\n", error.text,
                options->regions == NULL ? "; --regions FILE names the regions" : "");
        return fail(EXIT_NOT_FOUND, status);
    }
    const MappingFileOptions load = {.words_folder = set->words, .regions = set->regions};
    MappingFindings findings = {.arena = arena};
    CheckTests tests = {.arena = arena};
    set->others = ARENA_ARRAY(arena, const Mapping *, paths.count);
    set->other_count = paths.count - 1;
    bool clean = mapping_file_load_all(paths, &load, arena, set->others, &findings);
    set->mapping = set->others[set->other_count];
    if (set->mapping != NULL)
        check_tests_run(&tests, set->mapping, set->regions, &findings);
    return judge(options, set, &findings, &tests, status) && clean;
}
