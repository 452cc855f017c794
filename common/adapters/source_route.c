/* Names of topics against what mapping files say; patterns are expressions for the whole name behind the prefix. */
#include "adapters/source_route.h"

#include "domain/record_loss.h"

#include <regex.h>
#include <stdio.h>

static const char HISTORY[] = ".backfill";

/* The name of the live topic behind the prefix; absent: the prefix is another. */
static Text live_name(Text prefix, Text topic)
{
    topic = record_topic_of(topic); /* accounts know a topic that was made anew as another one */
    if (!text_starts(topic, prefix))
        return TEXT_ABSENT;
    Text name = text_slice(topic, prefix.size, SIZE_MAX);
    if (text_ends(name, text_from(HISTORY)))
        name.size -= sizeof(HISTORY) - 1;
    return name;
}

static bool is_named(const Mapping *mapping, Text name)
{
    TextList topics = mapping_topics(mapping);
    for (size_t i = 0; i < topics.count; i++)
        if (text_equal(topics.items[i], name))
            return true;
    return false;
}

static bool fits_pattern(const Mapping *mapping, Text name)
{
    enum { NAME_BYTES = 250, PATTERN_BYTES = 1024 }; /* Kafka's limit is 249 */
    char whole[PATTERN_BYTES];
    char topic[NAME_BYTES];
    regex_t expression;
    Text pattern = mapping_topic_pattern(mapping);
    if (text_is_absent(pattern) || name.size >= sizeof(topic) || pattern.size + 5 > sizeof(whole) ||
        text_starts(name, TEXT("onecase.")) || text_starts(name, TEXT("__")))
        return false;
    snprintf(topic, sizeof(topic), "%.*s", TEXT_ARGS(name));
    snprintf(whole, sizeof(whole), "^(%.*s)$", TEXT_ARGS(pattern));
    if (regcomp(&expression, whole, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    bool fits = regexec(&expression, topic, 0, NULL, 0) == 0;
    regfree(&expression);
    return fits;
}

bool source_route_reads(const Mapping *mapping, Text prefix, Text topic)
{
    Text name = live_name(prefix, topic);
    return !text_is_absent(name) && (is_named(mapping, name) || fits_pattern(mapping, name));
}

const Mapping *
source_route_find(const Mapping *const *mappings, size_t count, Text prefix, Text topic)
{
    Text name = live_name(prefix, topic);
    const Mapping *found = NULL;
    if (text_is_absent(name))
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (is_named(mappings[i], name))
            return mappings[i];
    for (size_t i = 0; i < count; i++) {
        if (!fits_pattern(mappings[i], name))
            continue;
        if (found != NULL)
            return NULL;
        found = mappings[i];
    }
    return found;
}
