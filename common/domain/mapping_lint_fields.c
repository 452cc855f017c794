/*
 * Whether each field's conversion, constants and codes fit its target.
 */
#include "base/text_builder.h"

#include "domain/category.h"
#include "domain/mapping_language.h"
#include "domain/mapping_lint_parts.h"

#include <string.h>

static bool is_target(const MappingField *field, const char *name)
{
    return strcmp(field->target->name, name) == 0;
}

static const char *as_name(MappingAs as)
{
    static const char *const NAMES[] = {"text",  "integer", "decimal", "time",
                                        "point", "phone",   "usc",     "flag"};
    return NAMES[as];
}

static const char *type_name(FieldType type)
{
    static const char *const NAMES[] = {"text", "list", "integer", "time", "point", "flag"};
    return NAMES[type];
}

static bool as_fits(const MappingField *field)
{
    switch (field->target->type) {
    case FIELD_TEXT:
        return field->as == AS_TEXT || field->as == AS_USC || field->as == AS_PHONE;
    case FIELD_LIST:
        return field->as == AS_TEXT;
    case FIELD_INTEGER:
        return field->as == AS_INTEGER || field->as == AS_DECIMAL;
    case FIELD_TIME:
        return field->as == AS_TIME;
    case FIELD_POINT:
        return field->as == AS_POINT;
    case FIELD_FLAG:
        return field->as == AS_FLAG;
    }
    return false;
}

/* What a target may hold where its values are a closed list. */
static bool value_fits(const MappingField *field, Text value)
{
    size_t count;
    const LanguageWord *values = language_values(field->target->name, &count);
    if (is_target(field, "category"))
        return category_find(value) != NULL;
    for (size_t i = 0; i < count; i++)
        if (text_is(value, values[i].word))
            return true;
    if (values != NULL)
        return false;
    int64_t unused;
    if (field->target->type == FIELD_INTEGER)
        return text_to_int64(value, &unused) && unused >= 0;
    if (field->target->type == FIELD_FLAG)
        return text_is(value, "true") || text_is(value, "false") || text_is(value, "1") ||
               text_is(value, "0");
    return true;
}

/* "1, 2 or 3" */
static Text value_words(const MappingField *field, Arena *arena)
{
    size_t count;
    const LanguageWord *values = language_values(field->target->name, &count);
    if (is_target(field, "category"))
        return TEXT("a leaf of the hazard tree such as A02");
    if (is_target(field, "satisfaction"))
        return TEXT("1 to 5");
    if (values == NULL)
        return field->target->type == FIELD_FLAG ? TEXT("true or false")
                                                 : TEXT("an integer from 0");
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < count; i++)
        builder_format(&out, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", values[i].word);
    return builder_view(&out);
}

static void check_value(const Mapping *mapping,
                        const MappingField *field,
                        Text value,
                        const char *what,
                        MappingFindings *findings)
{
    if (!text_is_absent(value) && !value_fits(field, value))
        LINT(VALUE_UNKNOWN, field->line, "field \"%s\": %s \"%.*s\" is not %.*s",
             field->target->name, what, TEXT_ARGS(value),
             TEXT_ARGS(value_words(field, findings->arena)));
}

static void
check_table(const Mapping *mapping, const MappingField *field, MappingFindings *findings)
{
    const CodeTable *table = field->codes;
    for (size_t i = 0; i < table->count; i++)
        if (!value_fits(field, table->rows[i].to))
            mapping_finding(findings, FINDING_CODE_UNKNOWN_CLASS, table->file, table->rows[i].line,
                            "codes \"%.*s\": \"%.*s\" means \"%.*s\", which is not %.*s",
                            TEXT_ARGS(table->name), TEXT_ARGS(table->rows[i].from),
                            TEXT_ARGS(table->rows[i].to),
                            TEXT_ARGS(value_words(field, findings->arena)));
    if (table->unknown == CODE_UNKNOWN_TEXT && !value_fits(field, table->unknown_text))
        LINT(VALUE_UNKNOWN, table->line, "codes \"%.*s\": unknown = \"%.*s\" is not %.*s",
             TEXT_ARGS(table->name), TEXT_ARGS(table->unknown_text),
             TEXT_ARGS(value_words(field, findings->arena)));
}

static void
check_conversion(const Mapping *mapping, const MappingField *field, MappingFindings *findings)
{
    const char *name = field->target->name;
    if (!as_fits(field))
        LINT(AS_UNFIT, field->line, "field \"%s\": as = \"%s\" does not fit a target of type %s",
             name, as_name(field->as), type_name(field->target->type));
    if (field->as == AS_TIME && !mapping->has_time && field->formats == NULL)
        LINT(SECTION_MISSING, field->line,
             "field \"%s\" is a time, and the file has no \"time\" with formats", name);
    if (field->as == AS_POINT && !mapping->has_point && !field->own_datum)
        LINT(SECTION_MISSING, field->line,
             "field \"%s\" is a point without \"system\", and the file has no \"point\"", name);
    if (field->codes != NULL && (field->as == AS_TIME || field->as == AS_POINT ||
                                 field->as == AS_PHONE || field->as == AS_USC))
        LINT(AS_UNFIT, field->line, "field \"%s\": codes cannot give a %s", name,
             as_name(field->as));
    if (is_target(field, "reporter") && field->personal != PERSONAL_HASH &&
        field->personal != PERSONAL_DROP)
        LINT(PERSONAL_CONFLICT, field->line, "field \"reporter\" needs personal = \"hash\"");
    if (field->as == AS_PHONE && !is_target(field, "reporter"))
        LINT(MISPLACED_KEY, field->line,
             "field \"%s\": as = \"phone\" belongs to \"reporter\" only", name);
    if (is_target(field, "origin_no") && text_is_empty(field->source))
        LINT(MISSING_KEY, field->line, "field \"origin_no\" needs \"source\"");
    if (!is_target(field, "origin_no") && !text_is_absent(field->source))
        LINT(MISPLACED_KEY, field->line, "\"source\" belongs to field \"origin_no\" only");
}

/* A constant that is always there leaves nothing to those after it. */
static void
check_reached(const Mapping *mapping, const MappingField *field, MappingFindings *findings)
{
    const MappingField *next = mapping_alternative(field);
    bool always = field->select == SELECT_VALUE && field->codes == NULL && field->kinds == 0 &&
                  field->when.count == 0 && !field->when.partial;
    if (always && next != NULL)
        LINT(ALTERNATIVE_UNREACHABLE, next->line,
             "this alternative of field \"%s\" is never reached: the one in line %d always gives a "
             "value",
             field->target->name, field->line);
}

void lint_fields(const Mapping *mapping, MappingFindings *findings)
{
    for (size_t i = 0; i < mapping->field_count; i++) {
        const MappingField *field = &mapping->fields[i];
        check_conversion(mapping, field, findings);
        check_reached(mapping, field, findings);
        check_value(mapping, field, field->default_text, "default", findings);
        if (field->select == SELECT_VALUE && field->codes == NULL)
            check_value(mapping, field, field->value, "value", findings);
        if (field->codes != NULL)
            check_table(mapping, field, findings);
    }
}

static bool is_of_category(const Mapping *mapping, const CodeTable *table)
{
    const MappingField *field = mapping_field_of(mapping, "category");
    while (field != NULL && field->codes != table)
        field = mapping_alternative(field);
    return field != NULL;
}

void lint_tables(const Mapping *mapping, MappingFindings *findings)
{
    for (size_t i = 0; i < mapping->code_count; i++) {
        const CodeTable *table = &mapping->codes[i];
        for (size_t j = 0; j < table->count; j++) {
            const CodeRow *first = code_table_exact(table, table->rows[j].from);
            if (first != &table->rows[j])
                mapping_finding(findings, FINDING_CODE_TWICE, table->file, table->rows[j].line,
                                "codes \"%.*s\": \"%.*s\" stands twice, first in line %d",
                                TEXT_ARGS(table->name), TEXT_ARGS(first->from), first->line);
        }
        if (table->keywords != NULL && !is_of_category(mapping, table))
            LINT(KEYWORDS_UNUSED, table->keywords_line,
                 "codes \"%.*s\": \"keywords\" needs a field \"category\" that uses the table",
                 TEXT_ARGS(table->name));
        if (!table->used)
            LINT(UNUSED, table->line, "codes \"%.*s\" is used by no field", TEXT_ARGS(table->name));
    }
    for (size_t i = 0; i < mapping->extract_count; i++)
        if (!mapping->extracts[i].used)
            LINT(UNUSED, mapping->extracts[i].line, "extract \"%.*s\" is used by no field",
                 TEXT_ARGS(mapping->extracts[i].name));
}
