/*
 * `unread` says that a value is left out on purpose. What the mapping reads after all is not, and what holds a person
 * belongs under `personal`.
 */
#include "domain/mapping_lint_parts.h"
#include "domain/mapping_person_name.h"

#include <string.h>

/* One goes into what the other takes in whole. */
static bool takes_in(const MappingPointer *whole, const MappingPointer *pointer)
{
    return whole->count <= pointer->count && mapping_pointer_overlaps(whole, pointer);
}

static bool any_of(const MappingPointer *pointers, size_t count, const MappingPointer *unread)
{
    for (size_t i = 0; i < count; i++)
        if (takes_in(unread, &pointers[i]))
            return true;
    return false;
}

static bool any_condition(const MappingConditions *conditions, const MappingPointer *unread)
{
    for (size_t i = 0; i < conditions->count; i++)
        if (takes_in(unread, &conditions->items[i].pointer))
            return true;
    return false;
}

/* The field that reads the value or something in it, or NULL. */
static const MappingField *reading_field(const Mapping *mapping, const MappingPointer *unread)
{
    for (size_t i = 0; i < mapping->field_count; i++) {
        const MappingField *field = &mapping->fields[i];
        if (any_of(field->pointers, field->pointer_count, unread) ||
            any_condition(&field->when, unread))
            return field;
    }
    return NULL;
}

/* What else reads it, or NULL. */
static const char *other_reader(const Mapping *mapping, const MappingPointer *unread)
{
    if (any_of(mapping->unwrap, mapping->unwrap_count, unread))
        return "unwrap";
    if (mapping->has_each && takes_in(unread, &mapping->each))
        return "each";
    if (any_of(mapping->region, mapping->region_count, unread))
        return "region";
    for (size_t i = 0; i < mapping->kind_count; i++)
        if (any_condition(&mapping->kinds[i].when, unread))
            return "kinds";
    if (mapping->time_check.format != NULL && takes_in(unread, &mapping->time_check.digits_of))
        return "time.check";
    for (size_t i = 0; i < mapping->extra_count; i++)
        if (takes_in(&mapping->extra[i], unread) || takes_in(unread, &mapping->extra[i]))
            return "extra";
    for (size_t i = 0; i < mapping->personal_count; i++)
        if (mapping->personal[i].what != PERSONAL_NO_PERSON &&
            (takes_in(&mapping->personal[i].pointer, unread) ||
             takes_in(unread, &mapping->personal[i].pointer)))
            return "personal";
    return NULL;
}

/* Named like a person's, and `personal` does not say that it is none's. */
static bool looks_personal(const Mapping *mapping, const MappingPointer *unread)
{
    for (size_t i = 0; i < mapping->personal_count; i++)
        if (mapping->personal[i].what == PERSONAL_NO_PERSON &&
            takes_in(&mapping->personal[i].pointer, unread))
            return false;
    return mapping_person_name(mapping_pointer_last_name(unread));
}

void lint_unread(const Mapping *mapping, MappingFindings *findings)
{
    for (size_t i = 0; i < mapping->unread_count; i++) {
        const MappingPointer *pointer = &mapping->unread[i];
        const MappingField *field = reading_field(mapping, pointer);
        const char *other = other_reader(mapping, pointer);
        if (field != NULL)
            LINT(UNREAD_READ, pointer->line, "unread: \"%.*s\" is read by field \"%s\"",
                 TEXT_ARGS(pointer->text), field->target->name);
        else if (other != NULL)
            LINT(UNREAD_READ, pointer->line, "unread: \"%.*s\" is read by \"%s\"",
                 TEXT_ARGS(pointer->text), other);
        else if (looks_personal(mapping, pointer))
            LINT(PERSONAL_UNMARKED, pointer->line,
                 "unread: \"%.*s\" looks like personal data: write \"drop\" for it in "
                 "\"personal\"",
                 TEXT_ARGS(pointer->text));
    }
}
