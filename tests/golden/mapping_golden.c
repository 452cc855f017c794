/*
 * One golden case of the mapping language: a folder with mapping.cfg and either
 *   error    the findings, line by line, exactly as `onecase check` prints them, or
 *   in, out  records as the department sends them and the canonical records they become; `at`, where there is one, holds
 *            the Kafka time stamp of these records.
 * second.cfg, where there is one, is checked together with mapping.cfg. Word lists lie in words/ of the case; regions
 * are those of ../regions.cfg.
 */
#include "domain/mapping_trial.h"

#include "adapters/mapping_file.h"
#include "adapters/region_file.h"

#include <stdio.h>
#include <unistd.h>

enum { ARENA_BLOCK = 64 * 1024 };

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static Text findings_text(const MappingFindings *findings, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < findings->count; i++) {
        builder_text(&out, mapping_finding_text(arena, &findings->items[i]));
        builder_char(&out, '\n');
    }
    return builder_view(&out);
}

static bool check_findings(const MappingFindings *findings, Arena *arena, Error *error)
{
    Text found = findings_text(findings, arena);
    Text expected = TEXT("");
    if (exists("error") && !mapping_file_read(TEXT("error"), arena, &expected, error))
        return false;
    if (text_equal(expected, found))
        return true;
    printf("expected findings:\n%.*sfound:\n%.*s", TEXT_ARGS(expected), TEXT_ARGS(found));
    return error_set(error, ERROR_REJECT, "other findings than expected");
}

static bool
check_output(const Mapping *mapping, const RegionTable *regions, Arena *arena, Error *error)
{
    Text input;
    Text expected;
    Text at;
    int64_t timestamp_us = 0;
    JsonDifference *differences;
    size_t count;
    if (!mapping_file_read(TEXT("in"), arena, &input, error) ||
        !mapping_file_read(TEXT("out"), arena, &expected, error))
        return false;
    if (exists("at") && (!mapping_file_read(TEXT("at"), arena, &at, error) ||
                         !mapping_trial_time(at, &timestamp_us, error)))
        return false;
    Text output = mapping_trial_run(mapping, regions, input, timestamp_us, arena);
    if (!mapping_trial_compare(expected, output, arena, &differences, &count, error))
        return false;
    for (size_t i = 0; i < count; i++)
        printf("%.*s\n  expected %.*s\n  found    %.*s\n", TEXT_ARGS(differences[i].pointer),
               TEXT_ARGS(differences[i].expected), TEXT_ARGS(differences[i].found));
    return count == 0 || error_set(error, ERROR_REJECT, "the output differs in %zu places", count);
}

static bool run_case(Arena *arena, Error *error)
{
    const RegionTable *regions;
    if (!region_file_load("../regions.cfg", arena, &regions, error))
        return false;
    Text paths[] = {TEXT("mapping.cfg"), TEXT("second.cfg")};
    TextList list = {paths, exists("second.cfg") ? 2 : 1};
    const Mapping *mappings[2];
    MappingFindings findings = {.arena = arena};
    MappingFileOptions options = {.words_folder = "words", .regions = regions};
    bool clean = mapping_file_load_all(list, &options, arena, mappings, &findings);
    if (!check_findings(&findings, arena, error))
        return false;
    if (exists("in") != exists("out"))
        return error_set(error, ERROR_REJECT, "\"in\" and \"out\" belong together");
    if (!exists("in"))
        return !clean || error_set(error, ERROR_REJECT, "neither a mistake nor \"in\" and \"out\"");
    return check_output(mappings[0], regions, arena, error);
}

int main(int argc, char **argv)
{
    if (argc != 2 || chdir(argv[1]) != 0) {
        fputs("usage: mapping_golden FOLDER\n", stderr);
        return 64;
    }
    Arena *arena = arena_new(ARENA_BLOCK);
    Error error = {0};
    bool passed = run_case(arena, &error);
    if (!passed)
        printf("%s: %s\n", argv[1], error.text);
    arena_free(arena);
    return passed ? 0 : 1;
}
