/*
 * The mapping on trial is told all its findings, warnings too; of the one it is compared with mistakes alone matter.
 * They are not checked against each other: of course they share their source and topics.
 */
#include "map_trial.h"

#include "command.h"
#include "regions_beside.h"

#include "adapters/mapping_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static bool is_there(const char *path)
{
    if (access(path, R_OK) == 0)
        return true;
    fprintf(stderr, "onecase map: cannot read \"%s\": %s\n", path, strerror(errno));
    return false;
}

static const Mapping *load_against(MapTrial *trial, const MappingFileOptions *load)
{
    MappingFindings findings = {.arena = trial->arena};
    const Mapping *mapping =
        mapping_file_load(trial->options->against, load, trial->arena, &findings);
    for (size_t i = 0; i < findings.count; i++) {
        const MappingFinding *finding = &findings.items[i];
        if (!finding->warning && finding->rule == FINDING_RULES)
            mapping_finding_error(&trial->findings, finding->file, finding->line, "%.*s",
                                  TEXT_ARGS(finding->message));
        else if (!finding->warning)
            mapping_finding(&trial->findings, finding->rule, finding->file, finding->line, "%.*s",
                            TEXT_ARGS(finding->message));
    }
    return findings.errors == 0 ? mapping : NULL;
}

/* Of this run alone: a known key would let the numbers of real people be found by trying them all. */
static Text random_key(Arena *arena)
{
    enum { KEY_SIZE = 32 };
    char *bytes = arena_alloc(arena, KEY_SIZE);
    if (getrandom(bytes, KEY_SIZE, 0) != KEY_SIZE)
        abort();
    return (Text){bytes, KEY_SIZE};
}

bool map_trial_load(MapTrial *trial, int *status)
{
    const MapOptions *options = trial->options;
    trial->key = random_key(trial->arena);
    *status = EXIT_NOT_FOUND;
    if (!is_there(options->file) || (options->against != NULL && !is_there(options->against)) ||
        !regions_beside_load("map", options->regions, text_from(options->file), trial->arena,
                             &trial->regions))
        return false;
    const MappingFileOptions load = {.words_folder = options->words, .regions = trial->regions};
    trial->findings = (MappingFindings){.arena = trial->arena};
    trial->mapping = mapping_file_load(options->file, &load, trial->arena, &trial->findings);
    if (options->against != NULL)
        trial->against = load_against(trial, &load);
    mapping_finding_sort(&trial->findings);
    *status = EXIT_FOUND;
    return trial->findings.errors == 0;
}

MapResult map_trial_apply(const MapTrial *trial,
                          const Mapping *mapping,
                          const MappingInput *input,
                          bool traced,
                          Arena *arena)
{
    MapResult result = {0};
    const MappingContext context = {
        .regions = trial->regions, .key = {trial->key, 1}, .trace = traced ? &result.trace : NULL};
    mapping_apply(mapping, &context, input, arena, &result.records, &result.count);
    return result;
}
