/*
 * Each check is a function over the whole mapping; mapping_lint lists them.
 */
#include "domain/mapping_lint.h"

#include "domain/mapping_lint_parts.h"

#include <string.h>

static void
check_names(const Mapping *mapping, const RegionTable *regions, MappingFindings *findings)
{
    Text source = mapping->source;
    for (size_t i = 0; i < source.size; i++) {
        char c = source.data[i];
        bool good = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                    c == '_' || c == '-' || c == '.';
        if (!good || source.size > 32) {
            LINT(BAD_VALUE, mapping->source_line,
                 "\"source\" must be 1 to 32 letters, digits, \"_\", \"-\" or \".\"");
            break;
        }
    }
    if (!text_is_absent(source) && source.size == 0)
        LINT(BAD_VALUE, mapping->source_line, "\"source\" is empty");
    if (regions != NULL && !text_is_absent(mapping->region_default) &&
        !region_known(regions, mapping->region_default))
        LINT(REGION_UNKNOWN, 0, "region.default \"%.*s\" is no region of regions.cfg",
             TEXT_ARGS(mapping->region_default));
}

void mapping_lint(const Mapping *mapping, const RegionTable *regions, MappingFindings *findings)
{
    check_names(mapping, regions, findings);
    lint_kinds(mapping, findings);
    lint_fields(mapping, findings);
    lint_tables(mapping, findings);
    lint_personal(mapping, findings);
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
