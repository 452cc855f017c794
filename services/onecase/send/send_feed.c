/*
 * Every mapping file of the folder is read, one by one: a mistake in another department's file is no reason not to
 * send this one's records.
 */
#include "send_feed.h"

#include "command.h"

#include "domain/mapping_spec.h"

#include "adapters/mapping_file.h"
#include "adapters/region_file.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

enum { SOURCES_MAX = 1000, HINTS_MAX = 10 };

typedef struct Search {
    const SendOptions *options;
    Arena *arena;
    const char *known[SOURCES_MAX]; /* sources that are there */
    size_t known_count;
    MappingFindings findings; /* of files that cannot be read */
} Search;

static bool fail(int code, int *status)
{
    *status = code;
    return false;
}

static const Mapping *find_mapping(Search *search, TextList paths, const RegionTable *regions)
{
    const MappingFileOptions load = {.words_folder = search->options->words, .regions = regions};
    for (size_t i = 0; i < paths.count; i++) {
        MappingFindings found = {.arena = search->arena};
        const char *path = text_string(search->arena, paths.items[i]);
        const Mapping *mapping = mapping_file_load(path, &load, search->arena, &found);
        if (mapping == NULL) {
            for (size_t k = 0; k < found.count; k++)
                if (!found.items[k].warning)
                    mapping_finding_error(&search->findings, found.items[k].file,
                                          found.items[k].line, "%.*s",
                                          TEXT_ARGS(found.items[k].message));
            continue;
        }
        if (text_is(mapping_source(mapping), search->options->source))
            return mapping;
        if (search->known_count < SOURCES_MAX)
            search->known[search->known_count++] =
                text_string(search->arena, mapping_source(mapping));
    }
    return NULL;
}

static void say_not_found(const Search *search)
{
    const SendOptions *options = search->options;
    for (size_t i = 0; i < search->findings.count && i < HINTS_MAX; i++) {
        Text line = mapping_finding_text(search->arena, &search->findings.items[i]);
        fprintf(stderr, "%.*s\n", TEXT_ARGS(line));
    }
    const char *near =
        mapping_finding_nearest(text_from(options->source), search->known, search->known_count);
    fprintf(stderr, "onecase send: no mapping file in \"%s\" has source \"%s\"", options->sources,
            options->source);
    if (near != NULL)
        fprintf(stderr, "; did you mean \"%s\"?", near);
    for (size_t i = 0; near == NULL && i < search->known_count; i++)
        fprintf(stderr, "%s%s", i == 0 ? "; there are " : ", ", search->known[i]);
    fprintf(stderr, "%s\n",
            search->findings.count > 0
                ? "; files with mistakes were passed over: `onecase check` names them all"
                : "");
}

static Text regions_path(const SendOptions *options, Arena *arena)
{
    if (options->regions != NULL)
        return text_from(options->regions);
    return text_format(arena, "%s/../regions.cfg", options->sources);
}

static bool fits_pattern(Text pattern, const char *topic, Arena *arena)
{
    regex_t compiled;
    Text whole = text_format(arena, "^(%.*s)$", TEXT_ARGS(pattern));
    if (regcomp(&compiled, whole.data, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    bool fits = regexec(&compiled, topic, 0, NULL, 0) == 0;
    regfree(&compiled);
    return fits;
}

/* The topic's name without the prefix, or NULL with everything said. */
static const char *choose_topic(const SendOptions *options, const Mapping *mapping, Arena *arena)
{
    TextList topics = mapping_topics(mapping);
    Text pattern = mapping_topic_pattern(mapping);
    const char *wanted = options->topic;
    if (wanted == NULL && topics.count == 1 && text_is_absent(pattern))
        return text_string(arena, topics.items[0]);
    bool fits = wanted != NULL && !text_is_absent(pattern) && fits_pattern(pattern, wanted, arena);
    for (size_t i = 0; wanted != NULL && i < topics.count; i++)
        fits = fits || text_is(topics.items[i], wanted);
    if (fits)
        return wanted;
    if (wanted != NULL)
        fprintf(stderr, "onecase send: feed %s does not read topic \"%s\"; it reads",
                options->source, wanted);
    else
        fprintf(stderr,
                "onecase send: feed %s reads several topics; --topic says which:", options->source);
    for (size_t i = 0; i < topics.count; i++)
        fprintf(stderr, "%s %.*s", i > 0 ? "," : "", TEXT_ARGS(topics.items[i]));
    if (!text_is_absent(pattern))
        fprintf(stderr, " those whose whole name fits %.*s", TEXT_ARGS(pattern));
    fputc('\n', stderr);
    return NULL;
}

bool send_feed_find(const SendOptions *options, Arena *arena, SendFeed *feed, int *status)
{
    Error error = {0};
    TextList paths;
    if (!mapping_file_list(options->sources, arena, &paths, &error) ||
        !region_file_load(text_string(arena, regions_path(options, arena)), arena, &feed->regions,
                          &error)) {
        fprintf(stderr, "onecase send: %s; --sources FOLDER says where the mapping files are\n",
                error.text);
        return fail(EXIT_NOT_FOUND, status);
    }
    Search search = {.options = options, .arena = arena, .findings = {.arena = arena}};
    feed->mapping = find_mapping(&search, paths, feed->regions);
    if (feed->mapping == NULL) {
        say_not_found(&search);
        return fail(EXIT_NOT_FOUND, status);
    }
    const char *topic = choose_topic(options, feed->mapping, arena);
    if (topic == NULL)
        return fail(EXIT_USAGE, status);
    feed->encoding = feed->mapping->encoding;
    feed->live = text_format(arena, "%s%s", options->prefix, topic).data;
    feed->topic =
        options->backfill ? text_format(arena, "%s.backfill", feed->live).data : feed->live;
    return true;
}
