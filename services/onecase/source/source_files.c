/*
 * What belongs to a mapping: the file, what it includes, its code tables, its tests (NAME.in and what stands beside it
 * under the same name). All lie at paths relative to it, and go to the same paths below the folder of mappings.
 */
#include "source_files.h"

#include "command.h"

#include "base/digest.h"

#include "adapters/mapping_file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILES_FIRST = 32, SHORT_HEX = 12, NAMES_MAX = 4000 };

static const char *const TEST_SUFFIXES[] = {".in", ".out", ".at", ".row"};
enum { TEST_SUFFIX_COUNT = sizeof(TEST_SUFFIXES) / sizeof(TEST_SUFFIXES[0]) };

typedef struct Plan {
    const SourceOptions *options;
    const SourceSet *set;
    Arena *arena;
    SourceFiles *files;
    bool good;
} Plan;

/* ---- paths ---- */

/* The path below `folder` without "." and empty steps; absent when it lies elsewhere or climbs. */
static Text path_below(Text path, Text folder, Arena *arena)
{
    if (!text_starts(path, folder))
        return TEXT_ABSENT;
    TextBuilder out = builder_new(arena);
    for (size_t at = folder.size; at < path.size;) {
        size_t end = text_find(path, TEXT("/"), at);
        Text step = text_slice(path, at, (end == SIZE_MAX ? path.size : end) - at);
        at = end == SIZE_MAX ? path.size : end + 1;
        if (text_is(step, ".."))
            return TEXT_ABSENT;
        if (step.size == 0 || text_is(step, "."))
            continue;
        builder_string(&out, out.size > 0 ? "/" : "");
        builder_text(&out, step);
    }
    return builder_view(&out);
}

/* Of a mapping: everything before the file's own name. */
static Text folder_of(const Mapping *mapping)
{
    Text path = mapping_file_path(mapping);
    size_t end = path.size;
    while (end > 0 && path.data[end - 1] != '/')
        end--;
    return text_slice(path, 0, end);
}

static const char *target_of(const SourceOptions *options, Text name, Arena *arena)
{
    return text_format(arena, "%s/%.*s", options->sources, TEXT_ARGS(name)).data;
}

static Text read_quietly(const char *path, Arena *arena)
{
    Error ignored = {0};
    Text content;
    return mapping_file_read(text_from(path), arena, &content, &ignored) ? content : TEXT_ABSENT;
}

/* ---- plan ---- */

static void complain(Plan *plan, Text message)
{
    fprintf(stderr, "onecase source add: %.*s\n", TEXT_ARGS(message));
    plan->good = false;
}

static void add_file(Plan *plan, Text name, Text content)
{
    SourceFiles *files = plan->files;
    for (size_t i = 0; i < files->count; i++)
        if (text_equal(files->items[i].name, name))
            return;
    if (files->count == files->capacity) {
        size_t capacity = files->capacity == 0 ? FILES_FIRST : files->capacity * 2;
        files->items = arena_grow(plan->arena, files->items, files->capacity * sizeof(SourceFile),
                                  capacity * sizeof(SourceFile));
        files->capacity = capacity;
    }
    SourceFile *file = &files->items[files->count++];
    *file = (SourceFile){.name = name, .content = content};
    const char *target = target_of(plan->options, name, plan->arena);
    Text present = read_quietly(target, plan->arena);
    if (!text_is_absent(present))
        file->state = text_equal(present, content) ? SOURCE_FILE_THERE : SOURCE_FILE_DIFFERS;
    else if (access(target, F_OK) == 0)
        file->state = SOURCE_FILE_DIFFERS;
    files->to_copy += file->state != SOURCE_FILE_THERE;
    files->different += file->state == SOURCE_FILE_DIFFERS;
}

/* Intake reads every such file of the folder as a mapping, and refuses all when it is none. */
static bool reads_as_mapping(Plan *plan, Text name)
{
    if (plan->files->count == 0 || text_equal(plan->files->items[0].name, name) ||
        !text_ends(name, TEXT(".cfg")) || text_find(name, TEXT("/"), 0) != SIZE_MAX)
        return false;
    complain(plan,
             text_format(plan->arena,
                         "%s names \"%.*s\", which intake would read as a mapping of its own; "
                         "call it %.*s.inc",
                         plan->options->file, TEXT_ARGS(name), (int)(name.size - 4), name.data));
    return true;
}

/* A file that the mapping names. One that would lie outside the folder is no harm if it does so already. */
static void add_part(Plan *plan, Text path)
{
    Text folder = folder_of(plan->set->mapping);
    Text content;
    Error error = {0};
    if (!mapping_file_read(path, plan->arena, &content, &error)) {
        complain(plan, text_from(error.text));
        return;
    }
    Text name = path_below(path, folder, plan->arena);
    if (!text_is_absent(name)) {
        if (!reads_as_mapping(plan, name))
            add_file(plan, name, content);
        return;
    }
    Text raw = text_slice(path, folder.size, SIZE_MAX);
    const char *target = target_of(plan->options, raw, plan->arena);
    if (!text_equal(read_quietly(target, plan->arena), content))
        complain(plan, text_format(plan->arena,
                                   "%s names \"%.*s\", which would lie outside %s; put it beside "
                                   "the mapping file",
                                   plan->options->file, TEXT_ARGS(raw), plan->options->sources));
}

static int by_name(const void *a, const void *b)
{
    return text_compare(*(const Text *)a, *(const Text *)b);
}

/* NAME of every NAME.in, sorted; none when there is no such folder. */
static TextList list_tests(const char *folder, Arena *arena)
{
    TextList names = {ARENA_ARRAY(arena, Text, NAMES_MAX), 0};
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL && names.count < NAMES_MAX) {
        Text name = text_from(entry->d_name);
        if (text_ends(name, TEXT(".in")))
            names.items[names.count++] = text_copy(arena, text_slice(name, 0, name.size - 3));
    }
    if (directory != NULL)
        closedir(directory);
    if (names.count > 1)
        qsort(names.items, names.count, sizeof(Text), by_name);
    return names;
}

static void add_tests(Plan *plan)
{
    Arena *arena = plan->arena;
    Text folder = mapping_file_tests(plan->set->mapping, arena);
    if (text_is_absent(folder))
        return;
    TextList names = list_tests(text_string(arena, folder), arena);
    for (size_t i = 0; i < names.count; i++) {
        for (size_t k = 0; k < TEST_SUFFIX_COUNT; k++) {
            Text path = text_format(arena, "%.*s/%.*s%s", TEXT_ARGS(folder),
                                    TEXT_ARGS(names.items[i]), TEST_SUFFIXES[k]);
            if (access(path.data, F_OK) == 0)
                add_part(plan, path);
        }
    }
}

static bool is_planned(const SourceFiles *files, Text name)
{
    for (size_t i = 0; i < files->count; i++)
        if (text_equal(files->items[i].name, name))
            return true;
    return false;
}

static bool is_test(Text name)
{
    bool test = false;
    for (size_t k = 0; k < TEST_SUFFIX_COUNT; k++)
        test = test || text_ends(name, text_from(TEST_SUFFIXES[k]));
    return test;
}

/* The mapping has its tests in the very folder where the file lies. */
static bool tests_lie_with(const Mapping *mapping, Text name, Arena *arena)
{
    Text tests = mapping_file_tests(mapping, arena);
    if (text_is_absent(tests) || !is_test(name))
        return false;
    Text below = path_below(tests, folder_of(mapping), arena);
    if (text_is_absent(below) || !text_starts(name, below))
        return false;
    Text rest = text_slice(name, below.size, SIZE_MAX);
    if (below.size > 0 && !text_starts(rest, TEXT("/")))
        return false;
    return text_find(rest, TEXT("/"), below.size > 0) == SIZE_MAX;
}

/* Another mapping of the folder that names the file, or has its tests there; NULL: none. */
static const Mapping *other_owner(const Plan *plan, Text name)
{
    for (size_t i = 0; i < plan->set->other_count; i++) {
        const Mapping *other = plan->set->others[i];
        Text folder = folder_of(other);
        TextList parts = mapping_file_parts(other, plan->arena);
        for (size_t k = 0; k < parts.count; k++)
            if (text_equal(path_below(parts.items[k], folder, plan->arena), name))
                return other;
        if (tests_lie_with(other, name, plan->arena))
            return other;
    }
    return NULL;
}

/* Tests that lie at the place and are none of the new mapping: it would fail them. */
static void find_stale(Plan *plan)
{
    Arena *arena = plan->arena;
    SourceFiles *files = plan->files;
    Text folder = mapping_file_tests(plan->set->mapping, arena);
    Text below = text_is_absent(folder) ? TEXT_ABSENT
                                        : path_below(folder, folder_of(plan->set->mapping), arena);
    if (text_is_absent(below))
        return;
    TextList names = list_tests(target_of(plan->options, below, arena), arena);
    files->stale.items = ARENA_ARRAY(arena, Text, names.count * TEST_SUFFIX_COUNT);
    for (size_t i = 0; i < names.count; i++) {
        Text input =
            text_format(arena, "%.*s/%.*s.in", TEXT_ARGS(below), TEXT_ARGS(names.items[i]));
        if (is_planned(files, path_below(input, TEXT(""), arena)))
            continue;
        for (size_t k = 0; k < TEST_SUFFIX_COUNT; k++) {
            Text name = text_format(arena, "%.*s/%.*s%s", TEXT_ARGS(below),
                                    TEXT_ARGS(names.items[i]), TEST_SUFFIXES[k]);
            if (access(target_of(plan->options, name, arena), F_OK) == 0 &&
                other_owner(plan, name) == NULL)
                files->stale.items[files->stale.count++] = name;
        }
    }
}

static Text short_digest(Text content, Arena *arena)
{
    uint8_t digest[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE + 1];
    digest_sha256(content, digest);
    digest_hex(digest, sizeof(digest), hex);
    return text_format(arena, "%.*s", SHORT_HEX, hex);
}

/* The version of the mapping that is there; with mistakes it has none. */
static Text version_before(const Plan *plan)
{
    MappingFindings ignored = {.arena = plan->arena};
    const MappingFileOptions load = {.words_folder = plan->set->words,
                                     .regions = plan->set->regions};
    const Mapping *before = mapping_file_load(plan->set->target, &load, plan->arena, &ignored);
    return before != NULL ? mapping_version(before) : TEXT("a file with mistakes");
}

static void judge_difference(Plan *plan, const SourceFile *file)
{
    Arena *arena = plan->arena;
    const char *target = target_of(plan->options, file->name, arena);
    const Mapping *other = other_owner(plan, file->name);
    if (other != NULL) {
        complain(plan, text_format(arena,
                                   "%s is there, differs, and belongs to %.*s too; give yours "
                                   "another name",
                                   target, TEXT_ARGS(mapping_file_path(other))));
        return;
    }
    if (plan->options->replace)
        return;
    bool mapping = file == &plan->files->items[0];
    Text there = mapping ? plan->files->before : short_digest(read_quietly(target, arena), arena);
    Text ours = mapping ? mapping_version(plan->set->mapping) : short_digest(file->content, arena);
    complain(plan, text_format(arena,
                               "%s is there already and differs: %.*s is there, %.*s would come; "
                               "--replace puts it in its place",
                               target, TEXT_ARGS(there), TEXT_ARGS(ours)));
}

bool source_files_plan(const SourceOptions *options,
                       const SourceSet *set,
                       Arena *arena,
                       SourceFiles *files,
                       int *status)
{
    Plan plan = {options, set, arena, files, true};
    *files = (SourceFiles){0};
    if (set->in_folder)
        return true;
    add_part(&plan, mapping_file_path(set->mapping));
    TextList parts = mapping_file_parts(set->mapping, arena);
    for (size_t i = 0; i < parts.count; i++)
        add_part(&plan, parts.items[i]);
    add_tests(&plan);
    if (files->count > 0 && files->items[0].state == SOURCE_FILE_DIFFERS)
        files->before = version_before(&plan);
    for (size_t i = 0; i < files->count; i++)
        if (files->items[i].state == SOURCE_FILE_DIFFERS)
            judge_difference(&plan, &files->items[i]);
    if (plan.good && files->different > 0)
        find_stale(&plan);
    if (!plan.good) {
        fprintf(stderr, "onecase source add: nothing was changed\n");
        *status = EXIT_FOUND;
    }
    return plan.good;
}
