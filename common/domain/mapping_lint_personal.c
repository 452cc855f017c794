/*
 * Persons: what is named like one must be marked, and what is marked must be treated so.
 */
#include "domain/mapping_lint_parts.h"
#include "domain/mapping_person_name.h"
#include "domain/mapping_source.h"

#define WAYS_OUT ": hash, mask, drop, or none where it names no person"

/* The rule that covers the value, or NULL; "none" speaks of the very value alone. */
static const MappingPersonalRule *rule_of(const Mapping *mapping, const MappingPointer *pointer)
{
    const MappingPersonalRule *best = NULL;
    for (size_t i = 0; i < mapping->personal_count; i++) {
        const MappingPersonalRule *rule = &mapping->personal[i];
        if (rule->pointer.count <= pointer->count &&
            mapping_pointer_overlaps(&rule->pointer, pointer) && mapping_personal_beats(rule, best))
            best = rule;
    }
    bool around = best != NULL && best->pointer.count < pointer->count;
    return around && best->what == PERSONAL_NO_PERSON ? NULL : best;
}

static void check_personal_pointer(const Mapping *mapping,
                                   const MappingField *field,
                                   const MappingPointer *pointer,
                                   MappingFindings *findings)
{
    const MappingPersonalRule *rule = rule_of(mapping, pointer);
    const char *name = field->target->name;
    if (rule == NULL && field->personal == PERSONAL_NONE) {
        if (mapping_person_name(mapping_pointer_last_name(pointer)))
            LINT(PERSONAL_UNMARKED, field->line,
                 "field \"%s\": \"%.*s\" looks like personal data and has no \"personal\"" WAYS_OUT,
                 name, TEXT_ARGS(pointer->text));
        return;
    }
    bool nobody = field->personal == PERSONAL_NO_PERSON || field->personal == PERSONAL_NONE;
    if (rule == NULL || rule->what == field->personal ||
        (rule->what == PERSONAL_NO_PERSON && nobody))
        return;
    if (rule->what == PERSONAL_NO_PERSON)
        LINT(PERSONAL_CONFLICT, field->line,
             "field \"%s\" reads \"%.*s\", which is no person's (line %d), and treats it as one's",
             name, TEXT_ARGS(pointer->text), rule->pointer.line);
    else if (rule->what == PERSONAL_DROP)
        LINT(PERSONAL_CONFLICT, field->line,
             "field \"%s\" reads \"%.*s\", which \"personal\" in line %d drops", name,
             TEXT_ARGS(pointer->text), rule->pointer.line);
    else
        LINT(PERSONAL_CONFLICT, field->line,
             "field \"%s\" reads \"%.*s\", which is personal (line %d), without treating it so",
             name, TEXT_ARGS(pointer->text), rule->pointer.line);
}

/* The `*` of the item in hand names one value. */
static bool names_one_value(const Mapping *mapping, const MappingPointer *pointer)
{
    size_t from = mapping_source_in_item(mapping, pointer) ? mapping->each.count + 1 : 0;
    for (size_t i = from; i < pointer->count; i++)
        if (pointer->tokens[i].kind != TOKEN_MEMBER)
            return false;
    return true;
}

static void check_extra(const Mapping *mapping, MappingFindings *findings)
{
    for (size_t i = 0; i < mapping->extra_count; i++) {
        const MappingPointer *pointer = &mapping->extra[i];
        const MappingPersonalRule *rule = rule_of(mapping, pointer);
        if (!names_one_value(mapping, pointer))
            LINT(EXTRA_MANY, pointer->line, "extra: \"%.*s\" must name one value",
                 TEXT_ARGS(pointer->text));
        if (rule == NULL && mapping_person_name(mapping_pointer_last_name(pointer)))
            LINT(PERSONAL_UNMARKED, pointer->line,
                 "extra: \"%.*s\" looks like personal data and has no \"personal\"" WAYS_OUT,
                 TEXT_ARGS(pointer->text));
        if (rule != NULL && rule->what == PERSONAL_DROP)
            LINT(PERSONAL_CONFLICT, pointer->line,
                 "extra: \"%.*s\" is dropped by \"personal\" in line %d", TEXT_ARGS(pointer->text),
                 rule->pointer.line);
    }
}

/* Whether a field reads the value or something in it, or `extra` takes it in. */
static bool is_kept(const Mapping *mapping, const MappingPointer *pointer)
{
    for (size_t i = 0; i < mapping->field_count; i++)
        for (size_t j = 0; j < mapping->fields[i].pointer_count; j++)
            if (mapping->fields[i].pointers[j].count >= pointer->count &&
                mapping_pointer_overlaps(&mapping->fields[i].pointers[j], pointer))
                return true;
    for (size_t i = 0; i < mapping->extra_count; i++)
        if (mapping_pointer_overlaps(&mapping->extra[i], pointer))
            return true;
    return false;
}

static void check_hashes(const Mapping *mapping, MappingFindings *findings)
{
    for (size_t i = 0; i < mapping->personal_count; i++) {
        const MappingPersonalRule *rule = &mapping->personal[i];
        if (rule->what == PERSONAL_HASH && !is_kept(mapping, &rule->pointer))
            LINT(HASH_UNKEPT, rule->pointer.line,
                 "personal: \"%.*s\" is hashed, and neither a field nor \"extra\" keeps it; write "
                 "\"drop\"",
                 TEXT_ARGS(rule->pointer.text));
    }
}

void lint_personal(const Mapping *mapping, MappingFindings *findings)
{
    for (size_t i = 0; i < mapping->field_count; i++)
        for (size_t j = 0; j < mapping->fields[i].pointer_count; j++)
            check_personal_pointer(mapping, &mapping->fields[i], &mapping->fields[i].pointers[j],
                                   findings);
    check_extra(mapping, findings);
    check_hashes(mapping, findings);
}
