/*
 * A test that cannot be read is a failure like any other: nothing is skipped.
 */
#include "check_tests.h"

#include "adapters/mapping_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TESTS_MAX = 1000 };

static CheckTest *add_test(CheckTests *tests, Text name)
{
    if (tests->count == tests->capacity) {
        size_t capacity = tests->capacity == 0 ? 32 : tests->capacity * 2;
        tests->items = arena_grow(tests->arena, tests->items, tests->capacity * sizeof(CheckTest),
                                  capacity * sizeof(CheckTest));
        tests->capacity = capacity;
    }
    CheckTest *test = &tests->items[tests->count++];
    *test = (CheckTest){.name = name};
    return test;
}

static void fail(CheckTests *tests, CheckTest *test, Text problem)
{
    test->problem = problem;
    tests->failed++;
}

static int by_name(const void *a, const void *b)
{
    return text_compare(*(const Text *)a, *(const Text *)b);
}

/* The paths of NAME.in, without ".in", sorted. False when the folder cannot be read. */
static bool list_tests(Arena *arena, Text folder, TextList *paths)
{
    DIR *directory = opendir(text_string(arena, folder));
    if (directory == NULL)
        return false;
    *paths = (TextList){ARENA_ARRAY(arena, Text, TESTS_MAX), 0};
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL && paths->count < TESTS_MAX) {
        Text name = text_from(entry->d_name);
        if (!text_ends(name, TEXT(".in")))
            continue;
        paths->items[paths->count++] = text_format(arena, "%.*s/%.*s", TEXT_ARGS(folder),
                                                   TEXT_ARGS(text_slice(name, 0, name.size - 3)));
    }
    closedir(directory);
    if (paths->count > 1)
        qsort(paths->items, paths->count, sizeof(Text), by_name);
    return true;
}

static Text file_name(Text path)
{
    size_t from = path.size;
    while (from > 0 && path.data[from - 1] != '/')
        from--;
    return text_slice(path, from, SIZE_MAX);
}

static void bless(CheckTests *tests, CheckTest *test, Text path, Text output)
{
    FILE *file = fopen(text_string(tests->arena, path), "wb");
    bool written = file != NULL && fwrite(output.data, 1, output.size, file) == output.size;
    if (file != NULL)
        written = fclose(file) == 0 && written;
    if (written && test->missing)
        test->problem = TEXT_ABSENT;
    if (written)
        test->blessed = true;
    else
        fail(tests, test,
             text_format(tests->arena, "cannot write \"%.*s\": %s", TEXT_ARGS(path),
                         strerror(errno)));
}

/* The time stamp of the records: what NAME.at says, 0 when there is no such file. */
static bool read_time(Text path, Arena *arena, int64_t *timestamp_us, Error *error)
{
    Text at_path = text_format(arena, "%.*s.at", TEXT_ARGS(path));
    Text content;
    *timestamp_us = 0;
    if (access(text_string(arena, at_path), F_OK) != 0)
        return true;
    if (!mapping_file_read(at_path, arena, &content, error))
        return false;
    return mapping_trial_time(content, timestamp_us, error) ||
           error_prefix(error, "%.*s", TEXT_ARGS(at_path));
}

typedef struct TestRun {
    CheckTests *tests;
    const Mapping *mapping;
    const RegionTable *regions;
    MappingCoverage *coverage;
} TestRun;

/* Covered is what comes in, whatever becomes of it. */
static void cover(const TestRun *run, Text input)
{
    TextList records = mapping_trial_records(run->mapping, input, run->tests->arena);
    for (size_t i = 0; i < records.count; i++)
        mapping_coverage_add(run->coverage, records.items[i]);
}

/* Without NAME.out nothing is expected, so that --bless shows what it writes. */
static void compare(CheckTests *tests, CheckTest *test, Text output_path, Text output)
{
    Arena *arena = tests->arena;
    Error error = {0};
    Text expected = TEXT("[]");
    test->missing = access(text_string(arena, output_path), F_OK) != 0;
    bool compared = (test->missing || mapping_file_read(output_path, arena, &expected, &error)) &&
                    mapping_trial_compare(expected, output, arena, &test->differences,
                                          &test->difference_count, &error);
    test->passed = !test->missing && compared && test->difference_count == 0;
    if (test->missing)
        test->problem = text_format(arena, "has no %.*s yet; --bless writes it",
                                    TEXT_ARGS(file_name(output_path)));
    else if (!compared)
        test->problem = text_format(arena, "%.*s: %s", TEXT_ARGS(output_path), error.text);
}

static void run_test(const TestRun *run, Text path)
{
    CheckTests *tests = run->tests;
    Arena *arena = tests->arena;
    Text input_path = text_format(arena, "%.*s.in", TEXT_ARGS(path));
    Text output_path = text_format(arena, "%.*s.out", TEXT_ARGS(path));
    CheckTest *test = add_test(tests, input_path);
    Error error = {0};
    Text input;
    int64_t timestamp_us;
    if (!mapping_file_read(input_path, arena, &input, &error)) {
        fail(tests, test, text_copy(arena, text_from(error.text)));
        return;
    }
    cover(run, input);
    if (!read_time(path, arena, &timestamp_us, &error)) {
        fail(tests, test, text_copy(arena, text_from(error.text)));
        return;
    }
    Text output = mapping_trial_run(run->mapping, run->regions, input, timestamp_us, arena);
    compare(tests, test, output_path, output);
    if (test->passed)
        return;
    if (tests->bless)
        bless(tests, test, output_path, output);
    else
        tests->failed++;
}

static void run_folder(const TestRun *run, Text folder)
{
    CheckTests *tests = run->tests;
    TextList paths;
    if (!list_tests(tests->arena, folder, &paths))
        fail(tests, add_test(tests, folder),
             text_format(tests->arena, "cannot read the folder: %s", strerror(errno)));
    else if (paths.count == 0)
        fail(tests, add_test(tests, folder), TEXT("the folder holds no NAME.in"));
    else
        for (size_t i = 0; i < paths.count; i++)
            run_test(run, paths.items[i]);
}

void check_tests_run(CheckTests *tests,
                     const Mapping *mapping,
                     const RegionTable *regions,
                     MappingFindings *findings)
{
    Arena *arena = tests->arena;
    Text folder = mapping_file_tests(mapping, arena);
    if (text_is_absent(folder)) {
        mapping_finding(findings, FINDING_TESTS_MISSING, mapping_file_path(mapping), 0,
                        "no \"tests\": nothing guards this mapping");
        return;
    }
    const TestRun run = {tests, mapping, regions, mapping_coverage_new(mapping, regions, arena)};
    size_t before = tests->count;
    run_folder(&run, folder);
    mapping_coverage_lint(run.coverage, findings);

    CheckFile file = {.file = mapping_file_path(mapping),
                      .tests = tests->count - before,
                      .figures = mapping_coverage_figures(run.coverage)};
    for (size_t i = before; i < tests->count; i++) {
        file.passed += tests->items[i].passed;
        file.written += tests->items[i].blessed;
    }
    tests->files = arena_grow(arena, tests->files, tests->file_count * sizeof(CheckFile),
                              (tests->file_count + 1) * sizeof(CheckFile));
    tests->files[tests->file_count++] = file;
}
