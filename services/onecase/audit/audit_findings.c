#include "audit/audit_findings.h"

#include "json_out.h"
#include "print.h"

#include <inttypes.h>
#include <stdio.h>

enum { FIRST_CAPACITY = 16, TOLD_MAX = 100 };

static const char *const NAMES[FINDING_KINDS] = {
    [FINDING_MISSING] = "missing", [FINDING_PASSED] = "passed over", [FINDING_DOUBLED] = "doubled",
    [FINDING_EXTRA] = "extra",     [FINDING_COUNTER] = "counter",    [FINDING_CHAIN] = "chain"};

static const char *const ADVICE[FINDING_KINDS] = {
    [FINDING_MISSING] =
        "missing      the records are still on onecase.report or in the department's topic: "
        "rebuild\n"
        "             the database from the log (onecase replay), or send them once more (onecase\n"
        "             send) where they never came to onecase.report",
    [FINDING_PASSED] =
        "passed over  release the dead letter again (onecase dlq redrive --again); a "
        "record on its\n"
        "             way home: rebuild the database from the log (onecase replay)",
    [FINDING_DOUBLED] =
        "doubled      find who wrote the second row; a rebuild (onecase replay) has one of each",
    [FINDING_EXTRA] =
        "extra        rows that no record of onecase.report gave: find who wrote them",
    [FINDING_COUNTER] =
        "counter      rows or account were changed by hand: the rows named beside it say which",
    [FINDING_CHAIN] =
        "chain        events were altered or deleted: compare onecase.case_events with the topic\n"
        "             onecase.case, or with a rebuild (onecase replay)"};

const char *finding_kind_name(FindingKind kind)
{
    return NAMES[kind];
}

void findings_add(Findings *findings, FindingKind kind, Text where, Text what)
{
    if (findings->count == findings->capacity) {
        size_t old = findings->capacity;
        findings->capacity = old == 0 ? FIRST_CAPACITY : old * 2;
        findings->items = arena_grow(findings->arena, findings->items, old * sizeof(Finding),
                                     findings->capacity * sizeof(Finding));
    }
    findings->items[findings->count++] = (Finding){kind, where, what};
}

Text findings_offsets(Arena *arena, Text topic, int32_t partition, int64_t first, int64_t last)
{
    if (first == last)
        return text_format(arena, "%.*s/%" PRId32 "/%" PRId64, TEXT_ARGS(topic), partition, first);
    return text_format(arena, "%.*s/%" PRId32 "/%" PRId64 "..%" PRId64, TEXT_ARGS(topic), partition,
                       first, last);
}

Text findings_origin(Arena *arena, const Origin *origin)
{
    return record_origin_text(arena, origin);
}

void findings_print(const Findings *findings)
{
    bool met[FINDING_KINDS] = {false};
    PrintTable table = print_table(findings->arena, 3);
    print_heading(&table, (const char *const[]){"where", "found", "what"});
    for (size_t i = 0; i < findings->count; i++) {
        const Finding *finding = &findings->items[i];
        met[finding->kind] = true;
        if (i >= TOLD_MAX)
            continue;
        print_cell(&table, finding->where);
        print_cell(&table, text_from(NAMES[finding->kind]));
        print_cell(&table, finding->what);
    }
    print_out(&table);
    if (findings->count > TOLD_MAX)
        printf("... and %zu more; --json has them all\n", findings->count - TOLD_MAX);
    printf("\nWhat to do:\n");
    for (size_t i = 0; i < FINDING_KINDS; i++)
        if (met[i])
            printf("  %s\n", ADVICE[i]);
}

void findings_json(const Findings *findings, TextBuilder *out)
{
    js_write_key(out, TEXT("findings"));
    builder_char(out, '[');
    for (size_t i = 0; i < findings->count; i++) {
        builder_format(out, i > 0 ? ",{" : "{");
        out_text(out, "kind", text_from(NAMES[findings->items[i].kind]));
        out_text(out, "where", findings->items[i].where);
        out_text(out, "what", findings->items[i].what);
        builder_char(out, '}');
    }
    builder_char(out, ']');
}
