#include "domain/mapping_finding.h"

#include <stdarg.h>
#include <stdio.h>

/*
 * A list that grows on the owner's arena.
 */
enum { MESSAGE_SIZE = 512 };

static void add(MappingFindings *findings, MappingFinding finding, const char *message)
{
    finding.message = text_copy(findings->arena, text_from(message));
    finding.file = text_copy(findings->arena, finding.file);
    if (findings->count == findings->capacity) {
        size_t capacity = findings->capacity == 0 ? 16 : findings->capacity * 2;
        findings->items = arena_grow(findings->arena, findings->items,
                                     findings->capacity * sizeof(MappingFinding),
                                     capacity * sizeof(MappingFinding));
        findings->capacity = capacity;
    }
    findings->items[findings->count++] = finding;
    findings->errors += !finding.warning;
}

void mapping_finding(
    MappingFindings *findings, FindingRule rule, Text file, int line, const char *format, ...)
{
    char message[MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    bool warning = rule != FINDING_RULES && mapping_finding_rule(rule)->warning;
    add(findings, (MappingFinding){.rule = rule, .file = file, .line = line, .warning = warning},
        message);
}

void mapping_finding_error(MappingFindings *findings, Text file, int line, const char *format, ...)
{
    char message[MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    add(findings, (MappingFinding){.rule = FINDING_RULES, .file = file, .line = line}, message);
}

/* The place of a file is that of its first finding. */
static size_t file_rank(const MappingFindings *findings, Text file)
{
    for (size_t i = 0; i < findings->count; i++)
        if (text_equal(findings->items[i].file, file))
            return i;
    return findings->count;
}

void mapping_finding_sort(MappingFindings *findings)
{
    size_t *ranks = ARENA_ARRAY(findings->arena, size_t, findings->count + 1);
    for (size_t i = 0; i < findings->count; i++)
        ranks[i] = file_rank(findings, findings->items[i].file);
    /* insertion sort: stable, and the findings come nearly sorted */
    for (size_t i = 1; i < findings->count; i++) {
        MappingFinding finding = findings->items[i];
        size_t rank = ranks[i];
        size_t at = i;
        while (at > 0 && (ranks[at - 1] > rank ||
                          (ranks[at - 1] == rank && findings->items[at - 1].line > finding.line))) {
            findings->items[at] = findings->items[at - 1];
            ranks[at] = ranks[at - 1];
            at--;
        }
        findings->items[at] = finding;
        ranks[at] = rank;
    }
}

Text mapping_finding_text(Arena *arena, const MappingFinding *finding)
{
    const char *kind = finding->warning ? "warning: " : "";
    if (finding->line == 0)
        return text_format(arena, "%.*s: %s%.*s", TEXT_ARGS(finding->file), kind,
                           TEXT_ARGS(finding->message));
    return text_format(arena, "%.*s:%d: %s%.*s", TEXT_ARGS(finding->file), finding->line, kind,
                       TEXT_ARGS(finding->message));
}

const char *mapping_finding_nearest(Text text, const char *const *known, size_t count)
{
    const char *best = NULL;
    size_t best_distance = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        size_t distance = text_edit_distance(text, text_from(known[i]));
        if (distance < best_distance) {
            best_distance = distance;
            best = known[i];
        }
    }
    size_t limit = text.size / 3 > 2 ? text.size / 3 : 2;
    return best_distance <= limit && best_distance < text.size ? best : NULL;
}
