/*
 * Mapping files, regions and the secret keys, loaded together: a reload either has all of them or changes nothing.
 */
#include "sources.h"

#include "keys.h"

#include "adapters/mapping_file.h"
#include "adapters/region_file.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK = 65536, TOPICS_MAX = 1000, REASON_SIZE = 128 };

static const char BACKFILL_SUFFIX[] = ".backfill";
static const char REDRIVE_TOPIC[] = "onecase.redrive";

typedef struct Route {
    Text topic;
    const Mapping *mapping;
} Route;

typedef struct Pattern {
    regex_t expression; /* for a whole name behind the prefix */
    const Mapping *mapping;
} Pattern;

struct Sources {
    Arena *arena;
    MappingContext context;
    Text prefix;
    Text redrive; /* with the prefix */
    Text default_region;
    const Mapping **mappings;
    size_t mapping_count;
    Route *routes;
    const char **topics;
    size_t route_count;
    Pattern *patterns;
    size_t pattern_count;
};

/* What no pattern may take: our own topics would be read in a circle, history would be read as live. */
static bool is_reserved(Text name)
{
    return text_starts(name, TEXT("onecase.")) || text_ends(name, TEXT(BACKFILL_SUFFIX));
}

static bool add_routes(Faults *faults, Sources *sources, const Mapping *mapping)
{
    TextList topics = mapping_topics(mapping);
    for (size_t i = 0; i < topics.count; i++) {
        if (sources->route_count == TOPICS_MAX)
            return faults_add(faults, TEXT("sources: more than 1000 topics"));
        Text name = text_format(sources->arena, "%.*s%.*s", TEXT_ARGS(sources->prefix),
                                TEXT_ARGS(topics.items[i]));
        sources->topics[sources->route_count] = name.data;
        sources->routes[sources->route_count++] = (Route){name, mapping};
    }
    return true;
}

static bool add_pattern(Faults *faults, Sources *sources, const Mapping *mapping)
{
    Text pattern = mapping_topic_pattern(mapping);
    if (text_is_absent(pattern))
        return true;
    Text whole = text_format(sources->arena, "^(%.*s)$", TEXT_ARGS(pattern));
    Pattern *made = &sources->patterns[sources->pattern_count];
    int code = regcomp(&made->expression, whole.data, REG_EXTENDED | REG_NOSUB);
    if (code != 0) {
        char reason[REASON_SIZE];
        regerror(code, &made->expression, reason, sizeof(reason));
        return faults_format(faults, "sources: topic_pattern of mapping %.*s: %s",
                             TEXT_ARGS(mapping_name(mapping)), reason);
    }
    made->mapping = mapping;
    sources->pattern_count++;
    return true;
}

static bool load_mappings(Faults *faults, Sources *sources, const IntakeSettings *settings)
{
    TextList paths;
    Error error = {0};
    if (!mapping_file_list(settings->sources, sources->arena, &paths, &error))
        return faults_format(faults, "sources: %s", error.text);
    if (paths.count == 0)
        return faults_format(faults, "sources: %s: no mapping file (*.cfg) is there",
                             settings->sources);
    const MappingFileOptions options = {.words_folder = settings->words,
                                        .regions = sources->context.regions};
    const Mapping **mappings = ARENA_ARRAY(sources->arena, const Mapping *, paths.count);
    MappingFindings findings = {.arena = sources->arena};
    bool good = mapping_file_load_all(paths, &options, sources->arena, mappings, &findings);
    for (size_t i = 0; i < findings.count; i++)
        if (!findings.items[i].warning)
            faults_add(faults, mapping_finding_text(faults->arena, &findings.items[i]));
    if (!good)
        return false;
    sources->routes = ARENA_ARRAY(sources->arena, Route, TOPICS_MAX);
    sources->topics = ARENA_ARRAY(sources->arena, const char *, TOPICS_MAX);
    sources->patterns = ARENA_ARRAY(sources->arena, Pattern, paths.count);
    sources->mappings = mappings;
    sources->mapping_count = paths.count;
    sources->default_region = mapping_default_region(mappings[0]);
    for (size_t i = 0; i < paths.count; i++) {
        bool routes = add_routes(faults, sources, mappings[i]);
        bool pattern = add_pattern(faults, sources, mappings[i]);
        good = good && routes && pattern;
    }
    return good;
}

Sources *sources_load(const IntakeSettings *settings, Arena *arena, TextList *faults)
{
    Arena *own = arena_new(ARENA_BLOCK);
    Sources *sources = ARENA_NEW(own, Sources);
    sources->arena = own;
    sources->prefix = text_copy(own, text_from(settings->topic_prefix));
    sources->redrive = text_format(own, "%s%s", settings->topic_prefix, REDRIVE_TOPIC);
    Faults found = {.arena = arena, .list = faults};
    /* All three are tried, so that one run names every fault. */
    bool keys = keys_load(settings, own, &sources->context, &found);
    Error error = {0};
    bool regions = region_file_load(settings->regions, own, &sources->context.regions, &error) ||
                   faults_add(&found, text_from(error.text));
    bool mappings = load_mappings(&found, sources, settings);
    if (keys && regions && mappings)
        return sources;
    sources_free(sources);
    return NULL;
}

void sources_free(Sources *sources)
{
    if (sources == NULL)
        return;
    for (size_t i = 0; i < sources->pattern_count; i++)
        regfree(&sources->patterns[i].expression);
    keys_wipe(&sources->context);
    arena_free(sources->arena);
}

const MappingContext *sources_context(const Sources *sources)
{
    return &sources->context;
}

Text sources_default_region(const Sources *sources)
{
    return sources->default_region;
}

const Mapping *const *sources_mappings(const Sources *sources, size_t *count)
{
    *count = sources->mapping_count;
    return sources->mappings;
}

const char *const *sources_topics(const Sources *sources, size_t *count)
{
    *count = sources->route_count;
    return sources->topics;
}

/* `name` is without the prefix and a C string. */
static SourceRoute route_by_pattern(const Sources *sources, const char *name)
{
    SourceRoute route = {0};
    if (is_reserved(text_from(name)) || text_starts(text_from(name), TEXT("__")))
        return route;
    for (size_t i = 0; i < sources->pattern_count; i++) {
        if (regexec(&sources->patterns[i].expression, name, 0, NULL, 0) != 0)
            continue;
        const Mapping *mapping = sources->patterns[i].mapping;
        if (route.mapping != NULL)
            return (SourceRoute){.rivals = {route.mapping, mapping}};
        route.mapping = mapping;
    }
    return route;
}

static SourceRoute route_live(const Sources *sources, Text topic)
{
    for (size_t i = 0; i < sources->route_count; i++)
        if (text_equal(sources->routes[i].topic, topic))
            return (SourceRoute){.mapping = sources->routes[i].mapping};
    enum { NAME_MAX_BYTES = 249 }; /* Kafka's own limit */
    char name[NAME_MAX_BYTES + 1];
    Text bare = text_slice(topic, sources->prefix.size, topic.size);
    if (!text_starts(topic, sources->prefix) || bare.size == 0 || bare.size > NAME_MAX_BYTES)
        return (SourceRoute){0};
    memcpy(name, bare.data, bare.size);
    name[bare.size] = '\0';
    return route_by_pattern(sources, name);
}

SourceRoute sources_route(const Sources *sources, Text topic)
{
    if (text_equal(topic, sources->redrive))
        return (SourceRoute){.redrive = true};
    if (!text_ends(topic, TEXT(BACKFILL_SUFFIX)))
        return route_live(sources, topic);
    Text live = text_slice(topic, 0, topic.size - (sizeof(BACKFILL_SUFFIX) - 1));
    SourceRoute route = route_live(sources, live);
    route.backfill = route.mapping != NULL;
    return route;
}
