/* Mapping files and names of groups out of the settings: loaded as a whole or not at all. */
#include "watched.h"

#include "base/text_builder.h"

#include "adapters/mapping_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

enum { ARENA_BLOCK = 65536, STAMP_BLOCK = 4096, GROUPS_MAX = 100, GROUP_NAME_MAX = 255 };

bool watched_fault(Arena *arena, TextList *faults, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    faults->items = arena_grow(arena, faults->items, faults->count * sizeof(Text),
                               (faults->count + 1) * sizeof(Text));
    faults->items[faults->count++] = text_copy(arena, text_from(text));
    return false;
}

bool watched_word(Text words, size_t *at, Text *word)
{
    while (*at < words.size && words.data[*at] == ' ')
        (*at)++;
    size_t from = *at;
    while (*at < words.size && words.data[*at] != ' ')
        (*at)++;
    *word = text_slice(words, from, *at - from);
    return word->size > 0;
}

uint64_t watched_stamp(const LagwatchSettings *settings)
{
    Arena *arena = arena_new(STAMP_BLOCK);
    TextList paths;
    Error error = {0};
    struct stat found;
    uint64_t stamp = 0;
    if (mapping_file_list(settings->sources, arena, &paths, &error)) {
        TextBuilder out = builder_new(arena);
        for (size_t i = 0; i < paths.count; i++)
            if (stat(text_string(arena, paths.items[i]), &found) == 0)
                builder_format(&out, "%.*s %" PRIdMAX " %" PRIdMAX ".%ld\n",
                               TEXT_ARGS(paths.items[i]), (intmax_t)found.st_size,
                               (intmax_t)found.st_mtim.tv_sec, found.st_mtim.tv_nsec);
        stamp = text_hash(builder_view(&out));
    }
    arena_free(arena);
    return stamp;
}

static bool
load_mappings(Watched *watched, const LagwatchSettings *settings, Arena *arena, TextList *faults)
{
    TextList paths;
    Error error = {0};
    if (!mapping_file_list(settings->sources, watched->arena, &paths, &error))
        return watched_fault(arena, faults, "sources: %s", error.text);
    if (paths.count == 0)
        return watched_fault(arena, faults, "sources: %s: no mapping file (*.cfg) is there",
                             settings->sources);
    const MappingFileOptions options = {0};
    const Mapping **mappings = ARENA_ARRAY(watched->arena, const Mapping *, paths.count);
    MappingFindings findings = {.arena = watched->arena};
    bool good = mapping_file_load_all(paths, &options, watched->arena, mappings, &findings);
    for (size_t i = 0; i < findings.count; i++) {
        Text text = mapping_finding_text(watched->arena, &findings.items[i]);
        if (!findings.items[i].warning)
            watched_fault(arena, faults, "%.*s", TEXT_ARGS(text));
    }
    watched->mappings = mappings;
    watched->mapping_count = paths.count;
    return good;
}

/* One more group is told twice when it is one of our own or stands there twice. */
static bool is_known(const Watched *watched, const LagwatchSettings *settings, Text name)
{
    if (text_is(name, settings->intake_group) || text_is(name, settings->matcher_group))
        return true;
    for (size_t i = 0; i < watched->group_count; i++)
        if (text_is(name, watched->groups[i]))
            return true;
    return false;
}

static bool
load_groups(Watched *watched, const LagwatchSettings *settings, Arena *arena, TextList *faults)
{
    const char **groups = ARENA_ARRAY(watched->arena, const char *, GROUPS_MAX);
    Text word;
    bool good = true;
    watched->groups = groups;
    for (size_t at = 0; watched_word(text_from(settings->groups), &at, &word);) {
        if (watched->group_count == GROUPS_MAX)
            return watched_fault(arena, faults, "groups: more than %d names", GROUPS_MAX);
        if (word.size > GROUP_NAME_MAX)
            good = watched_fault(arena, faults, "groups: a name of %zu bytes, expected at most %d",
                                 word.size, GROUP_NAME_MAX);
        else if (is_known(watched, settings, word))
            good = watched_fault(arena, faults, "groups: \"%.*s\" is watched already",
                                 TEXT_ARGS(word));
        else
            groups[watched->group_count++] = text_string(watched->arena, word);
    }
    if (text_is(text_from(settings->intake_group), settings->matcher_group))
        good =
            watched_fault(arena, faults, "matcher_group: \"%s\" is intake's, expected another name",
                          settings->matcher_group);
    return good;
}

Watched *watched_load(const LagwatchSettings *settings, Arena *arena, TextList *faults)
{
    Arena *own = arena_new(ARENA_BLOCK);
    Watched *watched = ARENA_NEW(own, Watched);
    watched->arena = own;
    watched->stamp = watched_stamp(settings);
    /* Both are tried, so that one run names every fault. */
    bool mappings = load_mappings(watched, settings, arena, faults);
    bool groups = load_groups(watched, settings, arena, faults);
    if (mappings && groups)
        return watched;
    watched_free(watched);
    return NULL;
}

void watched_free(Watched *watched)
{
    if (watched != NULL)
        arena_free(watched->arena);
}
