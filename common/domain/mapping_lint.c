/*
 * Each check is a function over the whole mapping; mapping_lint lists them.
 */
#include "domain/mapping_lint.h"

#include "domain/mapping_lint_parts.h"
#include "domain/mapping_source.h"
#include "domain/record.h"

#include <string.h>

static void
check_names(const Mapping *mapping, const RegionTable *regions, MappingFindings *findings)
{
    enum { SOURCE_SIZE_MAX = 32 };
    Text source = mapping->source;
    if (source.size > 0 && !text_is_name(source, SOURCE_SIZE_MAX))
        LINT(BAD_VALUE, mapping->source_line,
             "\"source\" must be 1 to 32 letters, digits, \"_\", \"-\" or \".\"");
    if (!text_is_absent(source) && source.size == 0)
        LINT(BAD_VALUE, mapping->source_line, "\"source\" is empty");
    if (regions != NULL && !text_is_absent(mapping->region_default) &&
        !region_known(regions, mapping->region_default))
        LINT(REGION_UNKNOWN, 0, "region.default \"%.*s\" is no region of regions.cfg",
             TEXT_ARGS(mapping->region_default));
}

static bool topic_is_legal(Text topic)
{
    bool dots = text_is(topic, ".") || text_is(topic, "..");
    return !dots && text_is_name(topic, RECORD_TOPIC_MAX);
}

static void check_topics(const Mapping *mapping, MappingFindings *findings)
{
    for (size_t i = 0; i < mapping->topics.count; i++) {
        Text topic = mapping->topics.items[i];
        if (!topic_is_legal(topic))
            LINT(BAD_VALUE, mapping->topics_line, "topic \"%.*s\" cannot be a topic of Kafka",
                 TEXT_ARGS(topic));
        else if (text_starts(topic, TEXT("onecase.")))
            LINT(TOPIC_RESERVED, mapping->topics_line,
                 "topic \"%.*s\" is a topic of onecase itself", TEXT_ARGS(topic));
        else if (text_ends(topic, TEXT(".backfill")))
            LINT(TOPIC_RESERVED, mapping->topics_line,
                 "topic \"%.*s\" is read for \"%.*s\" by itself, when history is sent",
                 TEXT_ARGS(topic), TEXT_ARGS(text_slice(topic, 0, topic.size - 9)));
        for (size_t j = 0; j < i; j++)
            if (text_equal(topic, mapping->topics.items[j]))
                LINT(SHARED_TOPIC, mapping->topics_line, "topic \"%.*s\" stands twice",
                     TEXT_ARGS(topic));
    }
}

static void check_noise(const Mapping *mapping, MappingFindings *findings)
{
    for (size_t i = 0; i < mapping->noise.count; i++)
        if (text_trim(mapping->noise.items[i]).size == 0) {
            LINT(BAD_VALUE, mapping->noise_line, "\"noise\" must not hold an empty text");
            return;
        }
}

static void check_each(const Mapping *mapping, MappingFindings *findings)
{
    if (!mapping->has_each)
        return;
    for (size_t i = 0; i < mapping->each.count; i++) {
        if (mapping->each.tokens[i].kind == TOKEN_MEMBER)
            continue;
        LINT(EACH_POINTER, mapping->each.line,
             "\"each\" must name one array, \"*\" and \"[key=value]\" cannot stand in it");
        return;
    }
    const MappingField *field = mapping_field_of(mapping, "record_no");
    if (field == NULL || (field->pointer_count == 0 && field->select != SELECT_VALUE))
        return;
    for (const MappingField *one = field; one != NULL; one = mapping_alternative(one))
        for (size_t i = 0; i < one->pointer_count; i++)
            if (mapping_source_in_item(mapping, &one->pointers[i]))
                return;
    LINT(RECORD_NO_SHARED, field->line,
         "field \"record_no\" reads nothing of the item (\"%.*s/*/...\"): all items would be one "
         "record",
         TEXT_ARGS(mapping->each.text));
}

typedef struct Widths {
    int32_t least;
    int32_t most;
} Widths;

/* How many characters a text of this time format has (domain/time_format.h). */
static Widths format_widths(Text pattern)
{
    Widths widths = {0, 0};
    bool quoted = false;
    if (text_is(pattern, "epoch"))
        return (Widths){1, 19};
    if (text_is(pattern, "epoch-days"))
        return (Widths){1, 7};
    for (size_t i = 0; i < pattern.size;) {
        char c = pattern.data[i];
        int32_t run = 1;
        while (!quoted && c != '\'' && i + (size_t)run < pattern.size &&
               pattern.data[i + (size_t)run] == c)
            run++;
        i += (size_t)run;
        if (c == '\'') {
            quoted = !quoted;
            continue;
        }
        bool clock = !quoted && strchr("MdHhKms", c) != NULL && run == 1;
        int32_t zone = !quoted && c == 'X' ? 5 : 0;
        int32_t half = !quoted && c == 'a' ? 1 : 0;
        widths.least += run + half;
        widths.most += run + half + zone + clock;
    }
    if (text_ends(pattern, TEXT("s")))
        widths.most += 7; /* a fraction may follow */
    return widths;
}

static void check_time_check(const Mapping *mapping, MappingFindings *findings)
{
    const MappingTimeCheck *check = &mapping->time_check;
    if (check->format == NULL)
        return;
    if (mapping_field_of(mapping, "reported_at") == NULL &&
        mapping_field_of(mapping, "recorded_at") == NULL)
        LINT(CHECK_IDLE, check->line,
             "\"time.check\" compares with \"reported_at\" or \"recorded_at\", and neither is "
             "mapped");
    Text pattern = time_format_pattern(check->format);
    Widths widths = format_widths(pattern);
    if (check->length >= widths.least && check->length <= widths.most)
        return;
    Text has = widths.most > widths.least
                   ? text_format(findings->arena, "%d to %d", (int)widths.least, (int)widths.most)
                   : text_format(findings->arena, "%d", (int)widths.least);
    LINT(BAD_VALUE, check->line,
         "\"time.check\": \"at\" takes %d characters, a time by \"%.*s\" has %.*s",
         (int)check->length, TEXT_ARGS(pattern), TEXT_ARGS(has));
}

void mapping_lint(const Mapping *mapping, const RegionTable *regions, MappingFindings *findings)
{
    check_names(mapping, regions, findings);
    check_topics(mapping, findings);
    check_noise(mapping, findings);
    check_each(mapping, findings);
    check_time_check(mapping, findings);
    lint_kinds(mapping, findings);
    lint_fields(mapping, findings);
    lint_tables(mapping, findings);
    lint_personal(mapping, findings);
    lint_unread(mapping, findings);
}

static void check_pair(const Mapping *mapping, const Mapping *before, MappingFindings *findings)
{
    if (text_equal(mapping->source, before->source))
        LINT(SHARED_SOURCE, mapping->source_line, "source \"%.*s\" is also that of %.*s",
             TEXT_ARGS(mapping->source), TEXT_ARGS(before->file));
    for (size_t i = 0; i < mapping->topics.count; i++)
        for (size_t j = 0; j < before->topics.count; j++)
            if (text_equal(mapping->topics.items[i], before->topics.items[j]))
                LINT(SHARED_TOPIC, mapping->topics_line, "topic \"%.*s\" is also read by %.*s",
                     TEXT_ARGS(mapping->topics.items[i]), TEXT_ARGS(before->file));
}

void mapping_lint_together(const Mapping *const *mappings, size_t count, MappingFindings *findings)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (mappings[i] != NULL && mappings[j] != NULL)
                check_pair(mappings[i], mappings[j], findings);
}
