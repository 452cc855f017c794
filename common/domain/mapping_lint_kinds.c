/*
 * Kinds: an entry must have a chance, and every record a number. Whether one condition holds wherever another does is
 * judged from their tests and texts; what cannot be told counts as different.
 */
#include "domain/mapping_lint_parts.h"

static bool has(const TextList *list, Text text)
{
    for (size_t i = 0; i < list->count; i++)
        if (text_equal(list->items[i], text))
            return true;
    return false;
}

static bool share_text(const TextList *a, const TextList *b)
{
    for (size_t i = 0; i < a->count; i++)
        if (has(b, a->items[i]))
            return true;
    return false;
}

typedef bool Fits(Text text, Text with);

/* Whether each text of `a` fits with some text of `b`. */
static bool all_fit(const TextList *a, const TextList *b, Fits *fits)
{
    for (size_t i = 0; i < a->count; i++) {
        bool found = false;
        for (size_t j = 0; j < b->count && !found; j++)
            found = fits(a->items[i], b->items[j]);
        if (!found)
            return false;
    }
    return true;
}

/* At most one value stands at the pointer. */
static bool is_single(const MappingPointer *pointer)
{
    for (size_t i = 0; i < pointer->count; i++)
        if (pointer->tokens[i].kind != TOKEN_MEMBER)
            return false;
    return true;
}

static bool means_nothing(const Mapping *mapping, const TextList *values)
{
    for (size_t i = 0; i < values->count; i++)
        if (text_trim(values->items[i]).size == 0 ||
            has(&mapping->empty, text_trim(values->items[i])))
            return true;
    return false;
}

/* Whether `b` holds wherever `a` does. */
static bool implies(const Mapping *mapping, const MappingCondition *a, const MappingCondition *b)
{
    if (!text_equal(a->pointer.text, b->pointer.text))
        return false;
    switch (b->test) {
    case TEST_IN:
        return a->test == TEST_IN && all_fit(&a->values, &b->values, text_equal);
    case TEST_NOT_IN:
        if (a->test == TEST_NOT_IN)
            return all_fit(&b->values, &a->values, text_equal);
        return a->test == TEST_IN && is_single(&a->pointer) && !share_text(&a->values, &b->values);
    case TEST_CONTAINS:
        return (a->test == TEST_IN || a->test == TEST_CONTAINS || a->test == TEST_STARTS) &&
               all_fit(&a->values, &b->values, text_contains);
    case TEST_STARTS:
        return (a->test == TEST_IN || a->test == TEST_STARTS) &&
               all_fit(&a->values, &b->values, text_starts);
    case TEST_PRESENT:
        return a->test == TEST_PRESENT ||
               (a->test == TEST_IN && !means_nothing(mapping, &a->values));
    case TEST_ABSENT:
        return a->test == TEST_ABSENT;
    }
    return false;
}

/* Whether every record that fits `kind` fits `before`. */
static bool is_shadowed(const Mapping *mapping, const MappingKind *before, const MappingKind *kind)
{
    if (before->when.partial || (before->unless != NULL && before->unless != kind->unless))
        return false;
    for (size_t i = 0; i < before->when.count; i++) {
        bool implied = false;
        for (size_t j = 0; j < kind->when.count && !implied; j++)
            implied = implies(mapping, &kind->when.items[j], &before->when.items[i]);
        if (!implied)
            return false;
    }
    return true;
}

/* Whether no record can fit both conditions. */
static bool contradict(const MappingCondition *a, const MappingCondition *b)
{
    if (!text_equal(a->pointer.text, b->pointer.text))
        return false;
    if (a->test == TEST_PRESENT)
        return b->test == TEST_ABSENT;
    if (a->test != TEST_IN)
        return false;
    if (b->test == TEST_NOT_IN)
        return all_fit(&a->values, &b->values, text_equal);
    return b->test == TEST_IN && is_single(&a->pointer) && !share_text(&a->values, &b->values);
}

static bool contradicts_itself(const MappingKind *kind)
{
    for (size_t i = 0; i < kind->when.count; i++)
        for (size_t j = 0; j < kind->when.count; j++)
            if (contradict(&kind->when.items[i], &kind->when.items[j]))
                return true;
    return false;
}

/* Whether every record fits one of the two: (p, present) and (p, absent), (p, in) and (p, not_in). */
static bool complete(const MappingKind *a, const MappingKind *b)
{
    if (a->when.count != 1 || b->when.count != 1 || a->when.partial || b->when.partial ||
        a->unless != NULL || b->unless != NULL)
        return false;
    const MappingCondition *x = &a->when.items[0];
    const MappingCondition *y = &b->when.items[0];
    if (!text_equal(x->pointer.text, y->pointer.text))
        return false;
    if (x->test == TEST_PRESENT)
        return y->test == TEST_ABSENT;
    return x->test == TEST_IN && y->test == TEST_NOT_IN &&
           all_fit(&y->values, &x->values, text_equal);
}

static bool always_fits(const MappingKind *kind)
{
    return kind->when.count == 0 && !kind->when.partial && kind->unless == NULL;
}

static bool same_conditions(const Mapping *mapping, const MappingKind *a, const MappingKind *b)
{
    return a->when.count == b->when.count && !b->when.partial && is_shadowed(mapping, a, b) &&
           is_shadowed(mapping, b, a);
}

/* Two entries before this one of which one always fits. */
static void
note_complete_pair(const Mapping *mapping, const MappingKind *kind, MappingFindings *findings)
{
    for (const MappingKind *a = mapping->kinds; a < kind; a++) {
        for (const MappingKind *b = mapping->kinds; b < kind; b++) {
            if (a->kind == RECORD_KINDS || b->kind == RECORD_KINDS || !complete(a, b))
                continue;
            LINT(KIND_UNREACHABLE, kind->line,
                 "this kind is never reached: one of those in lines %d and %d always fits",
                 a < b ? a->line : b->line, a < b ? b->line : a->line);
            return;
        }
    }
}

static void check_kind(const Mapping *mapping, const MappingKind *kind, MappingFindings *findings)
{
    if (kind->kind == RECORD_KINDS)
        return;
    if (contradicts_itself(kind)) {
        LINT(KIND_UNREACHABLE, kind->line,
             "this kind is never reached: its conditions contradict each other");
        return;
    }
    for (const MappingKind *before = mapping->kinds; before < kind; before++) {
        if (before->kind == RECORD_KINDS || !is_shadowed(mapping, before, kind))
            continue;
        LINT(KIND_UNREACHABLE, kind->line, "this kind is never reached: the one in line %d %s",
             before->line,
             always_fits(before)                      ? "always fits"
             : same_conditions(mapping, before, kind) ? "has the same conditions"
                                                      : "fits whenever it does");
        return;
    }
    note_complete_pair(mapping, kind, findings);
}

static void check_record_no(const Mapping *mapping, MappingFindings *findings)
{
    const MappingField *field = mapping_field_of(mapping, "record_no");
    unsigned filled = 0;
    unsigned noted = 0;
    for (; field != NULL; field = mapping_alternative(field))
        filled |= field->kinds != 0 ? field->kinds : ~0u;
    for (size_t i = 0; i < mapping->kind_count; i++) {
        const MappingKind *kind = &mapping->kinds[i];
        unsigned bit = 1u << kind->kind;
        if (kind->kind == RECORD_IGNORED || kind->kind == RECORD_KINDS || (filled & bit) != 0 ||
            (noted & bit) != 0)
            continue;
        noted |= bit;
        LINT(RECORD_NO_MISSING, kind->line, "kind \"%s\" has no \"record_no\"",
             record_kind_name(kind->kind));
    }
}

/* A field for a kind of record the feed does not have is a typing mistake. */
static void check_field_kinds(const Mapping *mapping, MappingFindings *findings)
{
    unsigned kinds = 0;
    for (size_t i = 0; i < mapping->kind_count; i++) {
        if (mapping->kinds[i].kind == RECORD_KINDS)
            return;
        kinds |= 1u << mapping->kinds[i].kind;
    }
    for (size_t i = 0; i < mapping->field_count; i++)
        for (int kind = 0; kind < RECORD_KINDS; kind++)
            if ((mapping->fields[i].kinds & ~kinds & (1u << kind)) != 0)
                LINT(KIND_ABSENT, mapping->fields[i].line,
                     "field \"%s\": no kind of the feed is \"%s\"", mapping->fields[i].target->name,
                     record_kind_name((RecordKind)kind));
}

void lint_kinds(const Mapping *mapping, MappingFindings *findings)
{
    for (size_t i = 0; i < mapping->kind_count; i++)
        check_kind(mapping, &mapping->kinds[i], findings);
    check_record_no(mapping, findings);
    check_field_kinds(mapping, findings);
}
