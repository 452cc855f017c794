/*
 * fields.*: one target each, one group or a list of alternatives. Names of extracts and code tables are resolved here; whether the whole makes sense is
 * the lint's business.
 */
#include "adapters/mapping_file_parts.h"

#include <stdio.h>
#include <string.h>

enum { FIELDS_MAX = 100 };

static int line_of(const config_setting_t *group, const char *key)
{
    const config_setting_t *setting = config_setting_get_member(group, key);
    return reader_line(setting != NULL ? setting : group);
}

static void load_selection(MappingLoad *load, const config_setting_t *group, MappingField *field)
{
    static const struct {
        const char *key;
        MappingSelect select;
    } WAYS[] = {{"first", SELECT_FIRST},
                {"all", SELECT_ALL},
                {"concat", SELECT_CONCAT},
                {"value", SELECT_VALUE}};
    MappingReader *reader = &load->reader;
    size_t given = 0;
    for (size_t i = 0; i < sizeof(WAYS) / sizeof(WAYS[0]); i++) {
        if (config_setting_get_member(group, WAYS[i].key) == NULL)
            continue;
        given++;
        field->select = WAYS[i].select;
        if (field->select == SELECT_VALUE) {
            field->value = reader_text(reader, group, "value");
            continue;
        }
        field->pointers = reader_pointers(reader, group, WAYS[i].key, &field->pointer_count);
        if (reader_is_empty_list(group, WAYS[i].key))
            READER_FINDING(reader, FINDING_LIST_EMPTY, line_of(group, WAYS[i].key),
                           "field \"%s\": \"%s\" is empty", field->target->name, WAYS[i].key);
    }
    if (given != 1)
        READER_FINDING(reader, FINDING_SELECTION, field->line,
                       "field \"%s\" needs exactly one of first, all, concat, value",
                       field->target->name);
}

static void load_shape(MappingLoad *load, const config_setting_t *group, MappingField *field)
{
    MappingReader *reader = &load->reader;
    int pick = field->target->type == FIELD_LIST ? PICK_LIST : PICK_LAST;
    reader_word(reader, group, "pick", WORDS_PICK, &pick);
    field->pick = (MappingPick)pick;
    if (config_setting_get_member(group, "pick") != NULL && field->select != SELECT_ALL)
        READER_FINDING(reader, FINDING_MISPLACED_KEY, line_of(group, "pick"),
                       "\"pick\" belongs to \"all\" only");
    field->join = reader_text(reader, group, "join");
    if (!text_is_absent(field->join) && field->select != SELECT_CONCAT && field->pick != PICK_JOIN)
        READER_FINDING(reader, FINDING_MISPLACED_KEY, line_of(group, "join"),
                       "\"join\" belongs to \"concat\" and to pick = \"join\"");
    field->dedupe = reader_bool(reader, group, "dedupe");
    field->missing = reader_text(reader, group, "missing");
    if (!text_is_absent(field->missing) && field->select != SELECT_CONCAT)
        READER_FINDING(reader, FINDING_MISPLACED_KEY, line_of(group, "missing"),
                       "\"missing\" belongs to \"concat\" only");
    int max = MAPPING_TEXT_MAX;
    reader_integer(reader, group, "max", 1, 100000, &max);
    field->max = max;
}

static void load_clean(MappingLoad *load, const config_setting_t *group, MappingField *field)
{
    MappingReader *reader = &load->reader;
    TextList clean = reader_text_list(reader, group, "clean");
    for (size_t i = 0; i < clean.count; i++) {
        int step =
            reader_word_of(reader, line_of(group, "clean"), "clean", clean.items[i], WORDS_CLEAN);
        if (step > 0)
            field->clean |= (unsigned)step;
    }
    const config_setting_t *between = config_setting_get_member(group, "between");
    if (between == NULL)
        return;
    TextList marks = reader_text_list(reader, group, "between");
    if (marks.count != 2 || marks.items[0].size + marks.items[1].size == 0) {
        READER_FINDING(reader, FINDING_BAD_VALUE, reader_line(between),
                       "\"between\" must be [from, to]");
        return;
    }
    field->between_from = marks.items[0];
    field->between_to = marks.items[1];
}

/* `at`, and what means nothing in this field alone. */
static void load_part(MappingLoad *load, const config_setting_t *group, MappingField *field)
{
    static const char *const KEYS[] = {"at", "empty"};
    MappingReader *reader = &load->reader;
    const config_setting_t *at = reader_list(reader, group, "at");
    int place[2] = {0, 0};
    if (at != NULL && !load_place(at, place))
        READER_FINDING(reader, FINDING_BAD_VALUE, reader_line(at),
                       "\"at\" must be [from, length], two integers");
    field->at_from = place[0];
    field->at_length = place[1];
    field->empty = reader_text_list(reader, group, "empty");
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++)
        if (field->select == SELECT_VALUE && config_setting_get_member(group, KEYS[i]) != NULL)
            READER_FINDING(reader, FINDING_MISPLACED_KEY, line_of(group, KEYS[i]),
                           "\"%s\" does not go with \"value\"", KEYS[i]);
}

static void load_references(MappingLoad *load, const config_setting_t *group, MappingField *field)
{
    MappingReader *reader = &load->reader;
    Mapping *mapping = load->mapping;
    const char *names[FIELDS_MAX];
    size_t count = 0;
    Text extract = reader_text(reader, group, "extract");
    for (size_t i = 0; i < mapping->extract_count && !text_is_absent(extract); i++) {
        if (count < FIELDS_MAX)
            names[count++] = mapping->extracts[i].name.data;
        if (text_equal(mapping->extracts[i].name, extract)) {
            field->extract = &mapping->extracts[i];
            mapping->extracts[i].used = true;
        }
    }
    if (!text_is_absent(extract) && field->extract == NULL) {
        const char *nearest = mapping_finding_nearest(extract, names, count);
        READER_FINDING(reader, FINDING_UNKNOWN_NAME, line_of(group, "extract"),
                       "no extract \"%.*s\"%s%s%s", TEXT_ARGS(extract),
                       nearest ? ", did you mean \"" : "", nearest ? nearest : "",
                       nearest ? "\"?" : "");
    }
    count = 0;
    Text codes = reader_text(reader, group, "codes");
    for (size_t i = 0; i < mapping->code_count && !text_is_absent(codes); i++) {
        if (count < FIELDS_MAX)
            names[count++] = mapping->codes[i].name.data;
        if (text_equal(mapping->codes[i].name, codes)) {
            field->codes = &mapping->codes[i];
            mapping->codes[i].used = true;
        }
    }
    if (!text_is_absent(codes) && field->codes == NULL) {
        const char *nearest = mapping_finding_nearest(codes, names, count);
        READER_FINDING(reader, FINDING_UNKNOWN_NAME, line_of(group, "codes"),
                       "no codes \"%.*s\"%s%s%s", TEXT_ARGS(codes),
                       nearest ? ", did you mean \"" : "", nearest ? nearest : "",
                       nearest ? "\"?" : "");
    }
}

/* What a text is read as when the file does not say; codes give texts. */
static int as_of_target(const MappingField *field)
{
    const ReportField *target = field->target;
    if (field->codes == NULL && strcmp(target->name, "reporter") == 0)
        return AS_PHONE;
    if (field->codes == NULL && strcmp(target->name, "usc_code") == 0)
        return AS_USC;
    switch (target->type) {
    case FIELD_INTEGER:
        return AS_INTEGER;
    case FIELD_TIME:
        return AS_TIME;
    case FIELD_POINT:
        return AS_POINT;
    case FIELD_FLAG:
        return AS_FLAG;
    case FIELD_TEXT:
    case FIELD_LIST:
        break;
    }
    return AS_TEXT;
}

/* What the section `point` says, for this field alone. */
static void load_system(MappingLoad *load, const config_setting_t *group, MappingField *field)
{
    static const char *const KEYS[] = {"precision", "system", "order"};
    MappingReader *reader = &load->reader;
    int datum = GEO_WGS84;
    int lat_first = 0;
    reader_word(reader, group, "system", WORDS_SYSTEM, &datum);
    reader_word(reader, group, "order", WORDS_ORDER, &lat_first);
    field->own_datum = config_setting_get_member(group, "system") != NULL;
    field->datum = (GeoDatum)datum;
    field->own_order = config_setting_get_member(group, "order") != NULL;
    field->lat_first = lat_first == 1;
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++)
        if (config_setting_get_member(group, KEYS[i]) != NULL && field->target->type != FIELD_POINT)
            READER_FINDING(reader, FINDING_MISPLACED_KEY, line_of(group, KEYS[i]),
                           "\"%s\" belongs to field \"point\" only", KEYS[i]);
}

/* How this field writes times, where it differs from the rest of the feed. */
static void load_own_formats(MappingLoad *load, const config_setting_t *group, MappingField *field)
{
    MappingReader *reader = &load->reader;
    TextList patterns = reader_text_list(reader, group, "formats");
    if (config_setting_get_member(group, "formats") == NULL)
        return;
    int line = line_of(group, "formats");
    if (reader_is_empty_list(group, "formats"))
        READER_FINDING(reader, FINDING_LIST_EMPTY, line, "field \"%s\": \"formats\" is empty",
                       field->target->name);
    if (field->target->type != FIELD_TIME)
        READER_FINDING(reader, FINDING_MISPLACED_KEY, line,
                       "\"formats\" belongs to fields that are times");
    field->formats = load_formats(load, patterns, line, load->mapping->time_check.format != NULL,
                                  &field->format_count);
}

static void load_meaning(MappingLoad *load, const config_setting_t *group, MappingField *field)
{
    MappingReader *reader = &load->reader;
    int as = as_of_target(field);
    reader_word(reader, group, "as", WORDS_AS, &as);
    field->as = (MappingAs)as;
    int precision = 'D';
    reader_word(reader, group, "precision", WORDS_PRECISION, &precision);
    field->precision = (char)precision;
    load_system(load, group, field);
    load_own_formats(load, group, field);
    Text personal = reader_text(reader, group, "personal");
    if (!text_is_absent(personal))
        field->personal =
            (MappingPersonal)load_personal_word(load, line_of(group, "personal"), personal);
    field->source = reader_text(reader, group, "source");
}

static void load_presence(MappingLoad *load, const config_setting_t *group, MappingField *field)
{
    MappingReader *reader = &load->reader;
    field->default_text = reader_text(reader, group, "default");
    field->required = reader_bool(reader, group, "required") ||
                      strcmp(field->target->name, "record_no") == 0; /* half of the identity */
    field->when = load_conditions(load, group);
    TextList kinds = reader_text_list(reader, group, "kinds");
    size_t count;
    const LanguageWord *words = language_words(WORDS_KIND, &count);
    for (size_t i = 0; i < kinds.count; i++) {
        int kind = reader_word_among(reader, line_of(group, "kinds"), "kinds", kinds.items[i],
                                     words, count - 1); /* all but ignore */
        if (kind >= 0)
            field->kinds |= 1u << kind;
    }
}

static const ReportField *find_target(MappingLoad *load, const config_setting_t *group)
{
    const char *name = config_setting_name(group);
    const ReportField *target = report_field(text_from(name));
    if (target != NULL && target->mappable)
        return target;
    const char *names[FIELDS_MAX];
    size_t count;
    size_t known = 0;
    const ReportField *fields = report_fields(&count);
    for (size_t i = 0; i < count && known < FIELDS_MAX; i++)
        if (fields[i].mappable)
            names[known++] = fields[i].name;
    const char *nearest = mapping_finding_nearest(text_from(name), names, known);
    if (target != NULL)
        READER_FINDING(&load->reader, FINDING_TARGET_NOT_MAPPABLE, reader_line(group),
                       "target \"%s\" is set by onecase itself and cannot be mapped", name);
    else if (nearest != NULL)
        READER_FINDING(&load->reader, FINDING_UNKNOWN_TARGET, reader_line(group),
                       "unknown target \"%s\", did you mean \"%s\"?", name, nearest);
    else
        READER_FINDING(&load->reader, FINDING_UNKNOWN_TARGET, reader_line(group),
                       "unknown target \"%s\"", name);
    return NULL;
}

static void load_alternative(MappingLoad *load,
                             const config_setting_t *group,
                             const ReportField *target,
                             int32_t alternative)
{
    char where[80];
    snprintf(where, sizeof(where), "fields.%s", target->name);
    reader_check_section(&load->reader, group, where, LANGUAGE_FIELD);
    MappingField *field = &load->mapping->fields[load->mapping->field_count++];
    field->target = target;
    field->alternative = alternative;
    field->line = reader_line(group);
    load_selection(load, group, field);
    load_shape(load, group, field);
    load_clean(load, group, field);
    load_references(load, group, field);
    load_part(load, group, field);
    load_meaning(load, group, field);
    load_presence(load, group, field);
}

/* What holds when no alternative gives a value stands with the last of them. */
static void check_last(MappingLoad *load, const config_setting_t *group, const ReportField *target)
{
    static const char *const KEYS[] = {"default", "required"};
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++)
        if (config_setting_get_member(group, KEYS[i]) != NULL)
            READER_FINDING(&load->reader, FINDING_MISPLACED_KEY, line_of(group, KEYS[i]),
                           "\"%s\" belongs to the last alternative of field \"%s\"", KEYS[i],
                           target->name);
}

static void
load_alternatives(MappingLoad *load, const config_setting_t *list, const ReportField *target)
{
    MappingReader *reader = &load->reader;
    Mapping *mapping = load->mapping;
    int length = config_setting_length(list);
    int32_t made = 0;
    if (length == 0)
        READER_FINDING(reader, FINDING_LIST_EMPTY, reader_line(list),
                       "field \"%s\" is an empty list", target->name);
    for (int i = 0; i < length; i++) {
        const config_setting_t *group = config_setting_get_elem(list, (unsigned)i);
        if (!config_setting_is_group(group)) {
            READER_FINDING(reader, FINDING_WRONG_TYPE, reader_line(group),
                           "an alternative of field \"%s\" must be a group { ... }, found %s",
                           target->name, reader_type(group));
            continue;
        }
        if (made > 0)
            mapping->fields[mapping->field_count - 1].more = true;
        load_alternative(load, group, target, made++);
        if (i + 1 < length)
            check_last(load, group, target);
    }
}

static void load_field(MappingLoad *load, const config_setting_t *setting)
{
    const ReportField *target = find_target(load, setting);
    if (target == NULL)
        return;
    if (config_setting_is_group(setting))
        load_alternative(load, setting, target, 0);
    else if (config_setting_is_list(setting))
        load_alternatives(load, setting, target);
    else
        READER_FINDING(&load->reader, FINDING_WRONG_TYPE, reader_line(setting),
                       "field \"%s\" must be a group { ... } or a list of groups, found %s",
                       target->name, reader_type(setting));
}

/* Alternatives count one each. */
static size_t count_groups(const config_setting_t *fields)
{
    size_t count = 0;
    for (int i = 0; i < config_setting_length(fields); i++) {
        const config_setting_t *setting = config_setting_get_elem(fields, (unsigned)i);
        count += config_setting_is_list(setting) ? (size_t)config_setting_length(setting) : 1;
    }
    return count;
}

void load_fields(MappingLoad *load, const config_setting_t *root)
{
    MappingReader *reader = &load->reader;
    const config_setting_t *group = reader_group(reader, root, "fields");
    if (group == NULL) {
        if (config_setting_get_member(root, "fields") == NULL)
            READER_FINDING(reader, FINDING_MISSING_KEY, 0, "\"fields\" is missing");
        return;
    }
    load->mapping->fields = ARENA_ARRAY(reader->arena, MappingField, count_groups(group));
    for (int i = 0; i < config_setting_length(group); i++)
        load_field(load, config_setting_get_elem(group, (unsigned)i));
}
