/*
 * A list of some tens of topics, so a walk is as good as a table. We choose from the cluster's list ourselves instead
 * of subscribing to a pattern: what is not ours is then never assigned to us, and one expression decides both what is
 * read and by which mapping.
 */
#include "topics.h"

#include "base/log.h"

enum { ARENA_BLOCK = 4096 };

void topics_init(Topics *topics)
{
    *topics = (Topics){.arena = arena_new(ARENA_BLOCK), .missing = SIZE_MAX};
}

void topics_done(Topics *topics)
{
    arena_free(topics->arena);
    *topics = (Topics){0};
}

static Topic *find(const Topics *topics, Text name)
{
    for (size_t i = 0; i < topics->count; i++)
        if (text_is(name, topics->items[i].name))
            return &topics->items[i];
    return NULL;
}

static void add(Topics *topics, Topic topic)
{
    if (topics->count == topics->capacity) {
        size_t old = topics->capacity;
        topics->capacity = old == 0 ? 16 : old * 2;
        topics->items = arena_grow(topics->arena, topics->items, old * sizeof(Topic),
                                   topics->capacity * sizeof(Topic));
    }
    topics->items[topics->count] = topic;
    topics->items[topics->count++].name = text_string(topics->arena, text_from(topic.name));
}

static bool is_read(SourceRoute route)
{
    return route.mapping != NULL || route.redrive;
}

void topics_follow(Topics *topics, const Sources *sources, bool *gone, bool *came)
{
    Topics before = *topics;
    topics_init(topics);
    *gone = false;
    *came = false;
    size_t named;
    const char *const *names = sources_topics(sources, &named);
    for (size_t i = 0; i < named; i++) {
        const Topic *known = find(&before, text_from(names[i]));
        add(topics, (Topic){names[i], known != NULL ? known->partitions : 0, true});
        *came = *came || known == NULL;
    }
    for (size_t i = 0; i < before.count; i++) {
        const Topic *topic = &before.items[i];
        if (find(topics, text_from(topic->name)) != NULL)
            continue;
        if (is_read(sources_route(sources, text_from(topic->name))))
            add(topics, (Topic){topic->name, topic->partitions, false});
        else
            *gone = true;
    }
    topics_done(&before);
}

static void refuse(Topics *topics, Text name, const SourceRoute *route)
{
    for (size_t i = 0; i < topics->refused.count; i++)
        if (text_equal(topics->refused.items[i], name))
            return;
    size_t bytes = topics->refused.count * sizeof(Text);
    topics->refused.items =
        arena_grow(topics->arena, topics->refused.items, bytes, bytes + sizeof(Text));
    topics->refused.items[topics->refused.count++] = text_copy(topics->arena, name);
    log_event(LOG_ERROR, "topic_refused", LOG_TEXT("topic", name),
              LOG_TEXT("mapping", mapping_name(route->rivals[0])),
              LOG_TEXT("other_mapping", mapping_name(route->rivals[1])),
              LOG_STRING("reason",
                         "the patterns of two mappings fit; it is not read until one of them is "
                         "made narrower or a mapping names the topic"));
}

/* Said once for each change. */
static void say_missing(Topics *topics)
{
    size_t missing = 0;
    for (size_t i = 0; i < topics->count; i++)
        missing += topics->items[i].named && topics->items[i].partitions == 0;
    if (missing == topics->missing)
        return;
    for (size_t i = 0; i < topics->count; i++)
        if (topics->items[i].named && topics->items[i].partitions == 0)
            log_state(LOG_WARN, "topic_missing", LOG_STRING("topic", topics->items[i].name),
                      LOG_STRING("reason", "it does not exist; waiting for it"));
    if (missing == 0)
        log_state(LOG_INFO, "topics_present", LOG_INT("missing", 0));
    topics->missing = missing;
}

bool topics_look(Topics *topics, const Sources *sources, const KafkaTopic *there, size_t count)
{
    bool came = false;
    for (size_t i = 0; i < topics->count; i++)
        topics->items[i].partitions = 0; /* of one that was deleted they stay none */
    for (size_t i = 0; i < count; i++) {
        Text name = text_from(there[i].name);
        Topic *known = find(topics, name);
        if (known != NULL) {
            known->partitions = there[i].partitions;
            continue;
        }
        SourceRoute route = sources_route(sources, name);
        if (route.rivals[0] != NULL)
            refuse(topics, name, &route);
        if (!is_read(route))
            continue;
        add(topics, (Topic){there[i].name, there[i].partitions, false});
        came = true;
        if (route.redrive)
            continue;
        log_state(LOG_INFO, "topic_found", LOG_TEXT("topic", name),
                  LOG_TEXT("mapping", mapping_name(route.mapping)),
                  LOG_STRING("backfill", route.backfill ? "true" : "false"));
    }
    say_missing(topics);
    return came;
}

const char **topics_names(const Topics *topics, Arena *arena)
{
    const char **names = ARENA_ARRAY(arena, const char *, topics->count);
    for (size_t i = 0; i < topics->count; i++)
        names[i] = topics->items[i].name;
    return names;
}

KafkaCommit *topics_partitions(const Topics *topics, Arena *arena, size_t *count)
{
    size_t total = 0;
    for (size_t i = 0; i < topics->count; i++)
        total += (size_t)topics->items[i].partitions;
    KafkaCommit *partitions = ARENA_ARRAY(arena, KafkaCommit, total);
    *count = 0;
    for (size_t i = 0; i < topics->count; i++)
        for (int32_t p = 0; p < topics->items[i].partitions; p++)
            partitions[(*count)++] = (KafkaCommit){.topic = topics->items[i].name, .partition = p};
    return partitions;
}
