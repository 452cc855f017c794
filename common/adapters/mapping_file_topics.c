/*
 * `topic_pattern` is a regular expression of the C library, for the whole name of a topic. Two patterns can be compared
 * only as texts; a pattern and a topic by matching.
 */
#include "adapters/mapping_file_parts.h"

#include <regex.h>

/* Topics of onecase itself (deploy/topics.cfg), and one that may come. */
static const char *const OWN_TOPICS[] = {"onecase.report", "onecase.deadletter", "onecase.redrive",
                                         "onecase.case", "onecase.x"};

enum { REPEATS_MAX = 1000 };

/* Behind the bracket expression that begins at `at`; a ']' right at its start is one of its characters. */
static size_t behind_bracket(Text pattern, size_t at)
{
    size_t i = at + 1;
    if (i < pattern.size && pattern.data[i] == '^')
        i++;
    if (i < pattern.size && pattern.data[i] == ']')
        i++;
    while (i < pattern.size && pattern.data[i] != ']')
        i++;
    return i + 1;
}

/* The larger bound of "{n,m}" at `at`, at least 1. */
static int64_t larger_bound(Text pattern, size_t at)
{
    int64_t largest = 1;
    int64_t number = 0;
    for (size_t i = at + 1; i < pattern.size && pattern.data[i] != '}'; i++) {
        char c = pattern.data[i];
        number = c >= '0' && c <= '9' && number <= REPEATS_MAX ? number * 10 + (c - '0') : 0;
        largest = number > largest ? number : largest;
    }
    return largest;
}

/*
 * The C library copies what is repeated, so that "a++++++++" or "((a{99}){99}){99}" takes all the memory there is. A copy
 * for each repetition in another at most: bounds multiplied, "+" counts as 2.
 */
static bool repeats_too_much(Text pattern)
{
    int64_t copies = 1;
    for (size_t i = 0; i < pattern.size && copies <= REPEATS_MAX;) {
        char c = pattern.data[i];
        if (c == '+')
            copies *= 2;
        else if (c == '{')
            copies *= larger_bound(pattern, i);
        i = c == '[' ? behind_bracket(pattern, i) : i + (c == '\\' ? 2 : 1);
    }
    return copies > REPEATS_MAX;
}

static bool compile_pattern(Arena *arena, Text pattern, regex_t *expression)
{
    Text whole = text_format(arena, "^(%.*s)$", TEXT_ARGS(pattern));
    return regcomp(expression, whole.data, REG_EXTENDED | REG_NOSUB) == 0;
}

static bool matches(const regex_t *expression, const char *topic)
{
    return regexec(expression, topic, 0, NULL, 0) == 0;
}

void check_topic_pattern(MappingLoad *load)
{
    MappingReader *reader = &load->reader;
    Text pattern = load->mapping->topic_pattern;
    int line = load->mapping->topics_line;
    regex_t expression;
    if (text_is_absent(pattern))
        return;
    if (repeats_too_much(pattern)) {
        READER_FINDING(reader, FINDING_TOPIC_PATTERN, line,
                       "\"topic_pattern\" repeats too much: its bounds multiplied, \"+\" as 2, are "
                       "more than %d",
                       REPEATS_MAX);
        return;
    }
    if (pattern.size == 0 || !compile_pattern(reader->arena, pattern, &expression)) {
        READER_FINDING(reader, FINDING_TOPIC_PATTERN, line,
                       "\"topic_pattern\" must be a POSIX extended regular expression, found "
                       "\"%.*s\"",
                       TEXT_ARGS(pattern));
        return;
    }
    for (size_t i = 0; i < sizeof(OWN_TOPICS) / sizeof(OWN_TOPICS[0]); i++) {
        if (!matches(&expression, OWN_TOPICS[i]))
            continue;
        READER_FINDING(reader, FINDING_TOPIC_RESERVED, line,
                       "\"topic_pattern\" also matches \"%s\", a topic of onecase itself",
                       OWN_TOPICS[i]);
        break;
    }
    regfree(&expression);
}

/* The first topic of `topics` that the pattern of `patterns` matches, or absent. */
static Text topic_matched(const Mapping *patterns, const Mapping *topics, Arena *arena)
{
    regex_t expression;
    Text found = TEXT_ABSENT;
    if (text_is_absent(patterns->topic_pattern) || repeats_too_much(patterns->topic_pattern) ||
        !compile_pattern(arena, patterns->topic_pattern, &expression))
        return found;
    for (size_t i = 0; i < topics->topics.count && text_is_absent(found); i++)
        if (matches(&expression, text_string(arena, topics->topics.items[i])))
            found = topics->topics.items[i];
    regfree(&expression);
    return found;
}

static void check_pair(const Mapping *mapping, const Mapping *before, MappingFindings *findings)
{
    Text topic = topic_matched(before, mapping, findings->arena);
    if (!text_is_absent(topic))
        mapping_finding(findings, FINDING_SHARED_TOPIC, mapping->file, mapping->topics_line,
                        "topic \"%.*s\" is also matched by the topic_pattern of %.*s",
                        TEXT_ARGS(topic), TEXT_ARGS(before->file));
    topic = topic_matched(mapping, before, findings->arena);
    if (!text_is_absent(topic))
        mapping_finding(findings, FINDING_SHARED_TOPIC, mapping->file, mapping->topics_line,
                        "\"topic_pattern\" also matches topic \"%.*s\" of %.*s", TEXT_ARGS(topic),
                        TEXT_ARGS(before->file));
    if (!text_is_absent(mapping->topic_pattern) &&
        text_equal(mapping->topic_pattern, before->topic_pattern))
        mapping_finding(findings, FINDING_SHARED_TOPIC, mapping->file, mapping->topics_line,
                        "\"topic_pattern\" is also that of %.*s", TEXT_ARGS(before->file));
}

void check_topics_together(const Mapping *const *mappings, size_t count, MappingFindings *findings)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (mappings[i] != NULL && mappings[j] != NULL)
                check_pair(mappings[i], mappings[j], findings);
}
