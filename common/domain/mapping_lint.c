/*
 * Each check is a function over the whole mapping; mapping_lint lists them.
 */
#include "domain/mapping_lint.h"

#include "domain/category.h"

#include <string.h>

#define LINT_ERROR(line, ...) mapping_finding_error(findings, mapping->file, (line), __VA_ARGS__)
#define LINT_WARNING(line, ...)                                                                    \
    mapping_finding_warning(findings, mapping->file, (line), __VA_ARGS__)

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
    static const char *const STATES[] = {"10", "20", "30", "40", "45",
                                         "50", "60", "65", "90", "95"};
    static const struct {
        const char *target;
        const char *values[6];
    } LISTS[] = {{"level", {"1", "2", "3", "4"}},
                 {"urgency", {"1", "2", "3"}},
                 {"satisfaction", {"1", "2", "3", "4", "5"}},
                 {"finder_kind", {"citizen", "grid", "inspector", "sensor", "unit"}},
                 {"reporter_kind", {"citizen", "staff", "anonymous", "masked"}},
                 {"on_off", {"on", "off"}}};
    if (is_target(field, "category"))
        return category_find(value) != NULL;
    if (is_target(field, "status")) {
        for (size_t i = 0; i < sizeof(STATES) / sizeof(STATES[0]); i++)
            if (text_is(value, STATES[i]))
                return true;
        return false;
    }
    for (size_t i = 0; i < sizeof(LISTS) / sizeof(LISTS[0]); i++) {
        if (!is_target(field, LISTS[i].target))
            continue;
        for (size_t j = 0; j < 6 && LISTS[i].values[j] != NULL; j++)
            if (text_is(value, LISTS[i].values[j]))
                return true;
        return false;
    }
    int64_t unused;
    if (field->target->type == FIELD_INTEGER)
        return text_to_int64(value, &unused) && unused >= 0;
    if (field->target->type == FIELD_FLAG)
        return text_is(value, "true") || text_is(value, "false") || text_is(value, "1") ||
               text_is(value, "0");
    return true;
}

static const char *value_words(const MappingField *field)
{
    if (is_target(field, "category"))
        return "a leaf of the hazard tree such as A02";
    if (is_target(field, "status"))
        return "10, 20, 30, 40, 45, 50, 60, 65, 90 or 95";
    if (is_target(field, "level"))
        return "1, 2, 3 or 4";
    if (is_target(field, "urgency"))
        return "1, 2 or 3";
    if (is_target(field, "satisfaction"))
        return "1 to 5";
    if (is_target(field, "finder_kind"))
        return "citizen, grid, inspector, sensor or unit";
    if (is_target(field, "reporter_kind"))
        return "citizen, staff, anonymous or masked";
    if (is_target(field, "on_off"))
        return "on or off";
    return field->target->type == FIELD_FLAG ? "true or false" : "an integer from 0";
}

static void check_value(const Mapping *mapping,
                        const MappingField *field,
                        Text value,
                        const char *what,
                        MappingFindings *findings)
{
    if (!text_is_absent(value) && !value_fits(field, value))
        LINT_ERROR(field->line, "field \"%s\": %s \"%.*s\" is not %s", field->target->name, what,
                   TEXT_ARGS(value), value_words(field));
}

static void
check_table(const Mapping *mapping, const MappingField *field, MappingFindings *findings)
{
    const CodeTable *table = field->codes;
    for (size_t i = 0; i < table->count; i++)
        if (!value_fits(field, table->rows[i].to))
            mapping_finding_error(findings, table->file, table->rows[i].line,
                                  "codes \"%.*s\": \"%.*s\" means \"%.*s\", which is not %s",
                                  TEXT_ARGS(table->name), TEXT_ARGS(table->rows[i].from),
                                  TEXT_ARGS(table->rows[i].to), value_words(field));
    if (table->unknown == CODE_UNKNOWN_TEXT && !value_fits(field, table->unknown_text))
        LINT_ERROR(table->line, "codes \"%.*s\": unknown = \"%.*s\" is not %s",
                   TEXT_ARGS(table->name), TEXT_ARGS(table->unknown_text), value_words(field));
}

static void
check_conversion(const Mapping *mapping, const MappingField *field, MappingFindings *findings)
{
    const char *name = field->target->name;
    if (!as_fits(field))
        LINT_ERROR(field->line, "field \"%s\": as = \"%s\" does not fit a target of type %s", name,
                   as_name(field->as), type_name(field->target->type));
    if (field->as == AS_TIME && mapping->time_format_count == 0)
        LINT_ERROR(field->line, "field \"%s\" is a time, and the file has no \"time\" with formats",
                   name);
    if (field->as == AS_POINT && !mapping->has_point)
        LINT_ERROR(field->line, "field \"%s\" is a point, and the file has no \"point\"", name);
    if (field->codes != NULL && (field->as == AS_TIME || field->as == AS_POINT ||
                                 field->as == AS_PHONE || field->as == AS_USC))
        LINT_ERROR(field->line, "field \"%s\": codes cannot give a %s", name, as_name(field->as));
    if (is_target(field, "reporter") && field->personal != PERSONAL_HASH &&
        field->personal != PERSONAL_DROP)
        LINT_ERROR(field->line, "field \"reporter\" needs personal = \"hash\"");
    if (field->as == AS_PHONE && !is_target(field, "reporter"))
        LINT_ERROR(field->line, "field \"%s\": as = \"phone\" belongs to \"reporter\" only", name);
    if (is_target(field, "origin_no") && text_is_empty(field->source))
        LINT_ERROR(field->line, "field \"origin_no\" needs \"source\"");
    if (!is_target(field, "origin_no") && !text_is_absent(field->source))
        LINT_ERROR(field->line, "\"source\" belongs to field \"origin_no\" only");
}

static void check_fields(const Mapping *mapping, MappingFindings *findings)
{
    for (size_t i = 0; i < mapping->field_count; i++) {
        const MappingField *field = &mapping->fields[i];
        check_conversion(mapping, field, findings);
        check_value(mapping, field, field->default_text, "default", findings);
        if (field->select == SELECT_VALUE && field->codes == NULL)
            check_value(mapping, field, field->value, "value", findings);
        if (field->codes != NULL)
            check_table(mapping, field, findings);
    }
}

static void check_tables(const Mapping *mapping, MappingFindings *findings)
{
    for (size_t i = 0; i < mapping->code_count; i++) {
        const CodeTable *table = &mapping->codes[i];
        for (size_t j = 0; j < table->count; j++) {
            const CodeRow *first = code_table_exact(table, table->rows[j].from);
            if (first != &table->rows[j])
                mapping_finding_error(findings, table->file, table->rows[j].line,
                                      "codes \"%.*s\": \"%.*s\" stands twice, first in line %d",
                                      TEXT_ARGS(table->name), TEXT_ARGS(first->from), first->line);
        }
        if (!table->used)
            LINT_WARNING(table->line, "codes \"%.*s\" is used by no field", TEXT_ARGS(table->name));
    }
    for (size_t i = 0; i < mapping->extract_count; i++)
        if (!mapping->extracts[i].used)
            LINT_WARNING(mapping->extracts[i].line, "extract \"%.*s\" is used by no field",
                         TEXT_ARGS(mapping->extracts[i].name));
}

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
            LINT_ERROR(kind->line, "this kind is never reached: the one in line %d %s",
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
        LINT_ERROR(kind->line, "kind \"%s\" has no \"record_no\"", record_kind_name(kind->kind));
    }
}

/* Words in names of members that hold persons; `whole` ones count only as the whole name. */
static bool name_is_personal(Text name)
{
    static const char *const WHOLE[] = {"name", "tel",   "phone", "xm",      "sjh",    "lxdh",
                                        "bjdh", "bjrxm", "sfzh",  "linkman", "contact"};
    static const char *const PARTS[] = {
        "phone",      "mobile",       "idcard",      "callername",   "contactname", "contacttel",
        "callertel",  "providername", "providertel", "reportername", "reportertel", "username",
        "personname", "realname",     "rqstperson",  "rqstnumber",   "linknumber",  "linkman",
        "patrolname", "patroltel",    "姓名",        "电话",         "手机",        "身份证"};
    char lower[64];
    size_t size = name.size < sizeof(lower) ? name.size : sizeof(lower);
    for (size_t i = 0; i < size; i++)
        lower[i] =
            name.data[i] >= 'A' && name.data[i] <= 'Z' ? (char)(name.data[i] | 0x20) : name.data[i];
    Text folded = {lower, size};
    for (size_t i = 0; i < sizeof(WHOLE) / sizeof(WHOLE[0]); i++)
        if (text_is(folded, WHOLE[i]))
            return true;
    for (size_t i = 0; i < sizeof(PARTS) / sizeof(PARTS[0]); i++)
        if (text_contains(folded, text_from(PARTS[i])))
            return true;
    return text_ends(name, TEXT("Tel")) || text_ends(folded, TEXT("_tel"));
}

static const MappingPersonalRule *rule_of(const Mapping *mapping, const MappingPointer *pointer)
{
    for (size_t i = 0; i < mapping->personal_count; i++)
        if (mapping->personal[i].pointer.count == pointer->count &&
            mapping_pointer_overlaps(&mapping->personal[i].pointer, pointer))
            return &mapping->personal[i];
    return NULL;
}

static void check_personal_pointer(const Mapping *mapping,
                                   const MappingField *field,
                                   const MappingPointer *pointer,
                                   MappingFindings *findings)
{
    const MappingPersonalRule *rule = rule_of(mapping, pointer);
    const char *name = field->target->name;
    if (rule == NULL && field->personal == PERSONAL_NONE) {
        if (name_is_personal(mapping_pointer_last_name(pointer)))
            LINT_ERROR(field->line,
                       "field \"%s\": \"%.*s\" looks like personal data and has no \"personal\"",
                       name, TEXT_ARGS(pointer->text));
        return;
    }
    if (rule == NULL || rule->what == field->personal)
        return;
    if (rule->what == PERSONAL_DROP)
        LINT_ERROR(field->line, "field \"%s\" reads \"%.*s\", which \"personal\" in line %d drops",
                   name, TEXT_ARGS(pointer->text), rule->pointer.line);
    else
        LINT_ERROR(
            field->line,
            "field \"%s\" reads \"%.*s\", which is personal (line %d), without treating it so",
            name, TEXT_ARGS(pointer->text), rule->pointer.line);
}

static void check_personal(const Mapping *mapping, MappingFindings *findings)
{
    for (size_t i = 0; i < mapping->field_count; i++)
        for (size_t j = 0; j < mapping->fields[i].pointer_count; j++)
            check_personal_pointer(mapping, &mapping->fields[i], &mapping->fields[i].pointers[j],
                                   findings);
    for (size_t i = 0; i < mapping->extra_count; i++) {
        for (size_t j = 0; j < mapping->extra[i].count; j++)
            if (mapping->extra[i].tokens[j].kind != TOKEN_MEMBER)
                LINT_ERROR(mapping->extra[i].line, "extra: \"%.*s\" must name one value",
                           TEXT_ARGS(mapping->extra[i].text));
        const MappingPersonalRule *rule = rule_of(mapping, &mapping->extra[i]);
        if (rule == NULL && name_is_personal(mapping_pointer_last_name(&mapping->extra[i])))
            LINT_ERROR(mapping->extra[i].line,
                       "extra: \"%.*s\" looks like personal data and has no \"personal\"",
                       TEXT_ARGS(mapping->extra[i].text));
        if (rule != NULL && rule->what == PERSONAL_DROP)
            LINT_ERROR(mapping->extra[i].line,
                       "extra: \"%.*s\" is dropped by \"personal\" in line %d",
                       TEXT_ARGS(mapping->extra[i].text), rule->pointer.line);
    }
}

static void
check_names(const Mapping *mapping, const RegionTable *regions, MappingFindings *findings)
{
    Text source = mapping->source;
    for (size_t i = 0; i < source.size; i++) {
        char c = source.data[i];
        bool good = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                    c == '_' || c == '-' || c == '.';
        if (!good || source.size > 32) {
            LINT_ERROR(mapping->source_line,
                       "\"source\" must be 1 to 32 letters, digits, \"_\", \"-\" or \".\"");
            break;
        }
    }
    if (!text_is_absent(source) && source.size == 0)
        LINT_ERROR(mapping->source_line, "\"source\" is empty");
    if (regions != NULL && !text_is_absent(mapping->region_default) &&
        !region_known(regions, mapping->region_default))
        LINT_ERROR(0, "region.default \"%.*s\" is no region of regions.cfg",
                   TEXT_ARGS(mapping->region_default));
}

void mapping_lint(const Mapping *mapping, const RegionTable *regions, MappingFindings *findings)
{
    check_names(mapping, regions, findings);
    check_kinds(mapping, findings);
    check_record_no(mapping, findings);
    check_fields(mapping, findings);
    check_tables(mapping, findings);
    check_personal(mapping, findings);
}

static void check_pair(const Mapping *mapping, const Mapping *before, MappingFindings *findings)
{
    if (text_equal(mapping->source, before->source))
        LINT_ERROR(mapping->source_line, "source \"%.*s\" is also that of %.*s",
                   TEXT_ARGS(mapping->source), TEXT_ARGS(before->file));
    for (size_t i = 0; i < mapping->topics.count; i++)
        for (size_t j = 0; j < before->topics.count; j++)
            if (text_equal(mapping->topics.items[i], before->topics.items[j]))
                LINT_ERROR(mapping->topics_line, "topic \"%.*s\" is also read by %.*s",
                           TEXT_ARGS(mapping->topics.items[i]), TEXT_ARGS(before->file));
}

void mapping_lint_together(const Mapping *const *mappings, size_t count, MappingFindings *findings)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (mappings[i] != NULL && mappings[j] != NULL)
                check_pair(mappings[i], mappings[j], findings);
}
