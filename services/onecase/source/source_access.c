/*
 * One line for each principal and topic. Kafka grants a name or a prefix of names, never a regular expression.
 */
#include "source_access.h"

#include <string.h>

static const char DEPARTMENT[] = "User:DEPARTMENT";
static const char INTAKE[] = "User:intake";

enum { LINES_FOR_A_TOPIC = 3 };

typedef struct Access {
    const SourceOptions *options;
    Arena *arena;
    TextList lines;
} Access;

static void grant(Access *access, const char *principal, const char *what)
{
    access->lines.items[access->lines.count++] = text_format(
        access->arena, "kafka-acls.sh --bootstrap-server %s --add --allow-principal %s %s",
        access->options->brokers, principal, what);
}

/* Names that may stand in a topic: what is one to the shell too. */
static bool is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
}

/*
 * What every name begins with that the pattern matches. A byte that may be left out (before ? * {) is none of it, nor
 * is anything when there are alternatives.
 */
static Text pattern_prefix(Text pattern, Arena *arena)
{
    TextBuilder prefix = builder_new(arena);
    if (text_find(pattern, TEXT("|"), 0) != SIZE_MAX)
        return TEXT("");
    for (size_t at = 0; at < pattern.size; at++) {
        char byte = pattern.data[at];
        if (byte == '\\' && at + 1 < pattern.size && pattern.data[at + 1] == '.')
            byte = pattern.data[++at];
        else if (!is_name_byte(byte))
            break;
        char next = at + 1 < pattern.size ? pattern.data[at + 1] : '\0';
        if (next == '?' || next == '*' || next == '{')
            break;
        builder_char(&prefix, byte);
        if (next == '+')
            break;
    }
    return builder_view(&prefix);
}

static void add_topic(Access *access, Text name)
{
    Arena *arena = access->arena;
    const char *prefix = access->options->prefix;
    grant(access, DEPARTMENT,
          text_format(arena, "--operation Write --operation Describe --topic %s%.*s", prefix,
                      TEXT_ARGS(name))
              .data);
    grant(access, INTAKE,
          text_format(arena, "--operation Read --operation Describe --topic %s%.*s", prefix,
                      TEXT_ARGS(name))
              .data);
    grant(access, INTAKE,
          text_format(arena, "--operation Read --operation Describe --topic %s%.*s.backfill",
                      prefix, TEXT_ARGS(name))
              .data);
}

/* A prefix that the topics of the hub or of Kafka itself share would let a department write into them. */
static void add_pattern(Access *access, Text pattern)
{
    Arena *arena = access->arena;
    Text prefix = pattern_prefix(pattern, arena);
    const char *resource = "--topic TOPIC";
    if (!text_starts(TEXT("onecase."), prefix) && !text_starts(TEXT("__"), prefix))
        resource = text_format(arena, "--topic %s%.*s --resource-pattern-type prefixed",
                               access->options->prefix, TEXT_ARGS(prefix))
                       .data;
    grant(access, DEPARTMENT,
          text_format(arena, "--operation Write --operation Describe %s", resource).data);
    grant(access, INTAKE,
          text_format(arena, "--operation Read --operation Describe %s", resource).data);
}

TextList source_access_lines(const SourceOptions *options, const Mapping *mapping, Arena *arena)
{
    TextList topics = mapping_topics(mapping);
    Text pattern = mapping_topic_pattern(mapping);
    Access access = {options, arena, {0}};
    access.lines.items = ARENA_ARRAY(arena, Text, (topics.count + 1) * LINES_FOR_A_TOPIC + 1);
    for (size_t i = 0; i < topics.count; i++)
        add_topic(&access, topics.items[i]);
    if (!text_is_absent(pattern))
        add_pattern(&access, pattern);
    grant(&access, INTAKE,
          text_format(arena, "--operation Read --group %s --group %s.resume", options->group,
                      options->group)
              .data);
    return access.lines;
}
