/*
 * Mapping files, regions and the secret key, loaded together: a reload either has all of them or changes nothing.
 */
#include "sources.h"

#include "base/digest.h"

#include "adapters/mapping_file.h"
#include "adapters/region_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ARENA_BLOCK = 65536, KEY_BYTES_MIN = 32, KEY_BYTES_MAX = 512, TOPICS_MAX = 1000 };

typedef struct Route {
    Text topic;
    const Mapping *mapping;
} Route;

struct Sources {
    Arena *arena;
    MappingContext context;
    Route *routes;
    const char **topics;
    size_t route_count;
};

typedef struct Faults {
    Arena *arena; /* of the caller */
    TextList *list;
} Faults;

static bool fault(Faults *faults, Text message)
{
    size_t bytes = faults->list->count * sizeof(Text);
    faults->list->items =
        arena_grow(faults->arena, faults->list->items, bytes, bytes + sizeof(Text));
    faults->list->items[faults->list->count++] = text_copy(faults->arena, message);
    return false;
}

static bool fault_about(Faults *faults, const char *what, const char *path, const char *message)
{
    return fault(faults, text_format(faults->arena, "%s: %s: %s", what, path, message));
}

static bool check_mode(Faults *faults, const char *path, FILE *file)
{
    struct stat facts;
    if (fstat(fileno(file), &facts) != 0)
        return fault_about(faults, "key_file", path, strerror(errno));
    if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return fault(faults, text_format(faults->arena,
                                         "key_file: %s is open to others than its owner; run "
                                         "`chmod 600 %s`",
                                         path, path));
    return true;
}

static bool read_key(Faults *faults, const IntakeSettings *settings, Arena *arena, Text *key)
{
    const char *path = settings->key_file;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return fault_about(faults, "key_file", path, strerror(errno));
    char hex[2 * KEY_BYTES_MAX + 2];
    size_t size = fread(hex, 1, sizeof(hex), file);
    bool good = check_mode(faults, path, file);
    fclose(file);
    if (!good)
        return false;
    Text digits = text_trim((Text){hex, size});
    size_t bytes = digits.size / 2;
    uint8_t *secret = arena_alloc(arena, KEY_BYTES_MAX);
    good =
        bytes >= KEY_BYTES_MIN && bytes <= KEY_BYTES_MAX && digest_from_hex(digits, secret, bytes);
    explicit_bzero(hex, sizeof(hex));
    if (!good)
        return fault_about(faults, "key_file", path,
                           "64 to 1024 hex digits are expected, for instance of "
                           "`openssl rand -hex 32`");
    *key = (Text){(const char *)secret, bytes};
    return true;
}

static bool add_routes(Faults *faults, Sources *sources, const Mapping *mapping, const char *prefix)
{
    TextList topics = mapping_topics(mapping);
    for (size_t i = 0; i < topics.count; i++) {
        if (sources->route_count == TOPICS_MAX)
            return fault(faults, TEXT("sources: more than 1000 topics"));
        Text name = text_format(sources->arena, "%s%.*s", prefix, TEXT_ARGS(topics.items[i]));
        sources->topics[sources->route_count] = name.data;
        sources->routes[sources->route_count++] = (Route){name, mapping};
    }
    return true;
}

static bool load_mappings(Faults *faults, Sources *sources, const IntakeSettings *settings)
{
    TextList paths;
    Error error = {0};
    if (!mapping_file_list(settings->sources, sources->arena, &paths, &error))
        return fault(faults, text_format(faults->arena, "sources: %s", error.text));
    if (paths.count == 0)
        return fault_about(faults, "sources", settings->sources,
                           "no mapping file (*.cfg) is there");
    const MappingFileOptions options = {.words_folder = settings->words,
                                        .regions = sources->context.regions};
    const Mapping **mappings = ARENA_ARRAY(sources->arena, const Mapping *, paths.count);
    MappingFindings findings = {.arena = sources->arena};
    bool good = mapping_file_load_all(paths, &options, sources->arena, mappings, &findings);
    for (size_t i = 0; i < findings.count; i++)
        if (!findings.items[i].warning)
            fault(faults, mapping_finding_text(faults->arena, &findings.items[i]));
    sources->routes = ARENA_ARRAY(sources->arena, Route, TOPICS_MAX);
    sources->topics = ARENA_ARRAY(sources->arena, const char *, TOPICS_MAX);
    for (size_t i = 0; good && i < paths.count; i++)
        good = add_routes(faults, sources, mappings[i], settings->topic_prefix);
    return good;
}

Sources *sources_load(const IntakeSettings *settings, Arena *arena, TextList *faults)
{
    Arena *own = arena_new(ARENA_BLOCK);
    Sources *sources = ARENA_NEW(own, Sources);
    sources->arena = own;
    sources->context.key.number = (int32_t)settings->key_no;
    Faults found = {.arena = arena, .list = faults};
    /* All three are tried, so that one run names every fault. */
    bool key = read_key(&found, settings, own, &sources->context.key.secret);
    Error error = {0};
    bool regions = region_file_load(settings->regions, own, &sources->context.regions, &error) ||
                   fault(&found, text_from(error.text));
    bool mappings = load_mappings(&found, sources, settings);
    if (key && regions && mappings)
        return sources;
    sources_free(sources);
    return NULL;
}

void sources_free(Sources *sources)
{
    if (sources == NULL)
        return;
    Text secret = sources->context.key.secret;
    if (secret.data != NULL)
        explicit_bzero((char *)(uintptr_t)secret.data, secret.size);
    arena_free(sources->arena);
}

const MappingContext *sources_context(const Sources *sources)
{
    return &sources->context;
}

const char *const *sources_topics(const Sources *sources, size_t *count)
{
    *count = sources->route_count;
    return sources->topics;
}

bool sources_same_topics(const Sources *a, const Sources *b)
{
    for (size_t i = 0; i < a->route_count; i++)
        if (sources_mapping(b, a->routes[i].topic) == NULL)
            return false;
    return a->route_count == b->route_count;
}

const Mapping *sources_mapping(const Sources *sources, Text topic)
{
    for (size_t i = 0; i < sources->route_count; i++)
        if (text_equal(sources->routes[i].topic, topic))
            return sources->routes[i].mapping;
    return NULL;
}
