/*
 * Kinds: an entry must have a chance, and every record a number.
 */
#include "domain/mapping_lint_parts.h"

static bool same_conditions(const MappingKind *a, const MappingKind *b)
{
    if (a->when.count != b->when.count || a->unless != b->unless)
        return false;
    for (size_t i = 0; i < a->when.count; i++) {
        const MappingCondition *x = &a->when.items[i];
        const MappingCondition *y = &b->when.items[i];
        if (x->test != y->test || !text_equal(x->pointer.text, y->pointer.text) ||
            x->values.count != y->values.count)
            return false;
        for (size_t j = 0; j < x->values.count; j++)
            if (!text_equal(x->values.items[j], y->values.items[j]))
                return false;
    }
    return true;
}

static void check_kinds(const Mapping *mapping, MappingFindings *findings)
{
    for (size_t i = 1; i < mapping->kind_count; i++) {
        const MappingKind *kind = &mapping->kinds[i];
        for (size_t j = 0; j < i; j++) {
            const MappingKind *before = &mapping->kinds[j];
            bool always = before->when.count == 0 && before->unless == NULL;
            if (kind->kind == RECORD_KINDS || before->kind == RECORD_KINDS)
                continue;
            if (!always && !same_conditions(before, kind))
                continue;
            LINT(KIND_UNREACHABLE, kind->line, "this kind is never reached: the one in line %d %s",
                 before->line, always ? "always fits" : "has the same conditions");
            break;
        }
    }
}

static void check_record_no(const Mapping *mapping, MappingFindings *findings)
{
    const MappingField *field = mapping_field_of(mapping, "record_no");
    unsigned noted = 0;
    for (size_t i = 0; i < mapping->kind_count; i++) {
        const MappingKind *kind = &mapping->kinds[i];
        unsigned bit = 1u << kind->kind;
        bool covered = field != NULL && (field->kinds == 0 || (field->kinds & bit) != 0);
        if (kind->kind == RECORD_IGNORED || kind->kind == RECORD_KINDS || covered ||
            (noted & bit) != 0)
            continue;
        noted |= bit;
        LINT(RECORD_NO_MISSING, kind->line, "kind \"%s\" has no \"record_no\"",
             record_kind_name(kind->kind));
    }
}

void lint_kinds(const Mapping *mapping, MappingFindings *findings)
{
    check_kinds(mapping, findings);
    check_record_no(mapping, findings);
}
