/*
 * The top of a mapping file: source, topics, time, point, region, kinds, personal.
 */
#include "adapters/mapping_file_parts.h"

#include <string.h>

static void load_time(MappingLoad *load, const config_setting_t *root)
{
    MappingReader *reader = &load->reader;
    Mapping *mapping = load->mapping;
    mapping->zone_minutes = 8 * 60;
    const config_setting_t *group = reader_group(reader, root, "time");
    if (group == NULL)
        return;
    reader_check_keys(reader, group, "time", READER_KEYS("zone", "formats", "check"));
    if (config_setting_get_member(group, "check") != NULL)
        READER_ERROR(reader, reader_line(config_setting_get_member(group, "check")),
                     "\"time.check\" is not supported yet");
    Text zone = reader_text(reader, group, "zone");
    if (!text_is_absent(zone) && !time_format_zone(zone, &mapping->zone_minutes))
        READER_ERROR(reader, reader_line(config_setting_get_member(group, "zone")),
                     "\"zone\" must be an offset such as +08:00, found \"%.*s\"", TEXT_ARGS(zone));
    TextList formats = reader_text_list(reader, group, "formats");
    if (formats.count == 0) {
        READER_ERROR(reader, reader_line(group), "\"time\" needs \"formats\"");
        return;
    }
    int line = reader_line(config_setting_get_member(group, "formats"));
    mapping->time_formats = ARENA_ARRAY(reader->arena, const TimeFormat *, formats.count);
    for (size_t i = 0; i < formats.count; i++) {
        Error error = {0};
        const TimeFormat *format;
        if (time_format_compile(reader->arena, formats.items[i], &format, &error))
            mapping->time_formats[mapping->time_format_count++] = format;
        else
            READER_ERROR(reader, line, "%s", error.text);
    }
}

static bool box_number(const config_setting_t *element, double *number)
{
    int type = config_setting_type(element);
    if (type == CONFIG_TYPE_FLOAT)
        *number = config_setting_get_float(element);
    else if (type == CONFIG_TYPE_INT)
        *number = config_setting_get_int(element);
    else
        return false;
    return true;
}

static void load_box(MappingLoad *load, const config_setting_t *point)
{
    const config_setting_t *box = reader_list(&load->reader, point, "box");
    if (box == NULL)
        return;
    double sides[4];
    bool good = config_setting_length(box) == 4;
    for (int i = 0; good && i < 4; i++)
        good = box_number(config_setting_get_elem(box, (unsigned)i), &sides[i]);
    if (!good || sides[0] >= sides[2] || sides[1] >= sides[3]) {
        READER_ERROR(&load->reader, reader_line(box),
                     "\"box\" must be [west, south, east, north] in degrees");
        return;
    }
    load->mapping->box = (GeoBox){sides[0], sides[1], sides[2], sides[3]};
}

static void load_point(MappingLoad *load, const config_setting_t *root)
{
    MappingReader *reader = &load->reader;
    const config_setting_t *group = reader_group(reader, root, "point");
    if (group == NULL)
        return;
    reader_check_keys(reader, group, "point", READER_KEYS("system", "order", "box"));
    load->mapping->has_point = true;
    Text system = reader_text(reader, group, "system");
    if (text_is_absent(system)) {
        if (config_setting_get_member(group, "system") == NULL)
            READER_ERROR(reader, reader_line(group), "\"point\" needs \"system\"");
    } else if (!geo_datum_from(system, &load->mapping->datum)) {
        READER_ERROR(reader, reader_line(config_setting_get_member(group, "system")),
                     "\"system\" must be WGS-84, GCJ-02, BD-09 or CGCS2000, found \"%.*s\"",
                     TEXT_ARGS(system));
    }
    static const ReaderWord ORDERS[] = {{"lon,lat", 0}, {"lat,lon", 1}, {"x,y", 0}};
    int lat_first = 0;
    reader_word(reader, group, "order", ORDERS, 3, &lat_first);
    load->mapping->lat_first = lat_first == 1;
    load_box(load, group);
}

static void load_region(MappingLoad *load, const config_setting_t *root)
{
    MappingReader *reader = &load->reader;
    Mapping *mapping = load->mapping;
    const config_setting_t *group = reader_group(reader, root, "region");
    if (group == NULL) {
        if (config_setting_get_member(root, "region") == NULL)
            READER_ERROR(reader, 0, "\"region\" is missing");
        return;
    }
    reader_check_keys(reader, group, "region", READER_KEYS("first", "default", "required"));
    mapping->region = reader_pointers(reader, group, "first", &mapping->region_count);
    mapping->region_default = reader_text(reader, group, "default");
    mapping->region_required = reader_bool(reader, group, "required");
    if (config_setting_get_member(group, "default") == NULL)
        READER_ERROR(reader, reader_line(group), "\"region\" needs \"default\"");
}

static bool
load_condition(MappingLoad *load, const config_setting_t *row, MappingCondition *condition)
{
    static const ReaderWord TESTS[] = {
        {"in", TEST_IN},         {"not_in", TEST_NOT_IN},   {"contains", TEST_CONTAINS},
        {"starts", TEST_STARTS}, {"present", TEST_PRESENT}, {"absent", TEST_ABSENT}};
    MappingReader *reader = &load->reader;
    int line = reader_line(row);
    int length = config_setting_is_list(row) ? config_setting_length(row) : 0;
    const char *pointer = length >= 2 ? config_setting_get_string_elem(row, 0) : NULL;
    const char *test = length >= 2 ? config_setting_get_string_elem(row, 1) : NULL;
    if (pointer == NULL || test == NULL || length > 3) {
        READER_ERROR(
            reader, line,
            "a condition must be (pointer, test, [values]) such as (\"/a\", \"in\", [\"1\"])");
        return false;
    }
    int word = reader_word_of(reader, line, "test", text_from(test), TESTS, 6);
    if (word < 0 || !reader_pointer_of(reader, line, text_from(pointer), &condition->pointer))
        return false;
    condition->test = (MappingTest)word;
    bool wants_values = word != TEST_PRESENT && word != TEST_ABSENT;
    const config_setting_t *values = length == 3 ? config_setting_get_elem(row, 2) : NULL;
    bool is_list =
        values != NULL && (config_setting_is_array(values) || config_setting_is_list(values));
    if (wants_values && (!is_list || config_setting_length(values) == 0)) {
        READER_ERROR(reader, line, "test \"%s\" needs a list of text", test);
        return false;
    }
    if (!wants_values && values != NULL) {
        READER_ERROR(reader, line, "test \"%s\" takes no values", test);
        return false;
    }
    if (wants_values)
        condition->values = reader_texts_of(reader, values, "when");
    return true;
}

MappingConditions load_conditions(MappingLoad *load, const config_setting_t *group)
{
    MappingConditions conditions = {NULL, 0};
    const config_setting_t *list = reader_list(&load->reader, group, "when");
    if (list == NULL)
        return conditions;
    int length = config_setting_length(list);
    conditions.items = ARENA_ARRAY(load->reader.arena, MappingCondition, length);
    for (int i = 0; i < length; i++)
        if (load_condition(load, config_setting_get_elem(list, (unsigned)i),
                           &conditions.items[conditions.count]))
            conditions.count++;
    return conditions;
}

static const WordList *load_words(MappingLoad *load, Text name, int line)
{
    for (size_t i = 0; i < load->word_count; i++)
        if (text_equal(word_list_name(load->words[i]), name))
            return load->words[i];
    Text path = text_format(load->reader.arena, "%.*s%.*s.txt", TEXT_ARGS(load->words_folder),
                            TEXT_ARGS(name));
    Text content = load_file(load, path, line);
    if (text_is_absent(content))
        return NULL;
    const WordList *list = word_list_parse(load->reader.arena, name, content);
    if (word_list_count(list) == 0)
        READER_ERROR(&load->reader, line, "word list \"%.*s\" is empty", TEXT_ARGS(path));
    if (load->word_count < sizeof(load->words) / sizeof(load->words[0]))
        load->words[load->word_count++] = list;
    return list;
}

static void load_kind(MappingLoad *load, const config_setting_t *group, MappingKind *kind)
{
    static const ReaderWord KINDS[] = {{"report", RECORD_REPORT},
                                       {"update", RECORD_UPDATE},
                                       {"assignment", RECORD_ASSIGNMENT},
                                       {"inspection", RECORD_INSPECTION},
                                       {"ignore", RECORD_IGNORED}};
    MappingReader *reader = &load->reader;
    kind->line = reader_line(group);
    kind->kind = RECORD_KINDS;
    if (!config_setting_is_group(group)) {
        READER_ERROR(reader, kind->line, "\"kinds\" must hold groups { ... }, found %s",
                     reader_type(group));
        return;
    }
    reader_check_keys(reader, group, "kinds", READER_KEYS("kind", "reason", "when", "unless"));
    int word = -1;
    reader_word(reader, group, "kind", KINDS, 5, &word);
    if (config_setting_get_member(group, "kind") == NULL)
        READER_ERROR(reader, kind->line, "a kind needs \"kind\"");
    if (word >= 0)
        kind->kind = (RecordKind)word;
    kind->reason = reader_text(reader, group, "reason");
    if (word == RECORD_IGNORED && text_is_empty(kind->reason))
        READER_ERROR(reader, kind->line, "kind \"ignore\" needs \"reason\"");
    if (word >= 0 && word != RECORD_IGNORED && !text_is_absent(kind->reason))
        READER_ERROR(reader, kind->line, "\"reason\" belongs to kind \"ignore\" only");
    kind->when = load_conditions(load, group);
    Text unless = reader_text(reader, group, "unless");
    if (!text_is_absent(unless))
        kind->unless = load_words(load, unless, kind->line);
}

static void load_kinds(MappingLoad *load, const config_setting_t *root)
{
    const config_setting_t *list = reader_list(&load->reader, root, "kinds");
    if (list == NULL || config_setting_length(list) == 0) {
        if (list != NULL || config_setting_get_member(root, "kinds") == NULL)
            READER_ERROR(&load->reader, list != NULL ? reader_line(list) : 0,
                         "\"kinds\" is missing or empty");
        return;
    }
    int length = config_setting_length(list);
    load->mapping->kinds = ARENA_ARRAY(load->reader.arena, MappingKind, length);
    load->mapping->kind_count = (size_t)length;
    for (int i = 0; i < length; i++)
        load_kind(load, config_setting_get_elem(list, (unsigned)i), &load->mapping->kinds[i]);
}

int load_personal_word(MappingLoad *load, int line, Text text)
{
    static const ReaderWord WORDS[] = {
        {"hash", PERSONAL_HASH}, {"mask", PERSONAL_MASK}, {"drop", PERSONAL_DROP}};
    int word = reader_word_of(&load->reader, line, "personal", text, WORDS, 3);
    return word < 0 ? PERSONAL_DROP : word;
}

static void load_personal(MappingLoad *load, const config_setting_t *root)
{
    MappingReader *reader = &load->reader;
    Mapping *mapping = load->mapping;
    const config_setting_t *list = reader_list(reader, root, "personal");
    if (list == NULL)
        return;
    int length = config_setting_length(list);
    mapping->personal = ARENA_ARRAY(reader->arena, MappingPersonalRule, length);
    if (length > MAPPING_PERSONAL_MAX)
        READER_ERROR(reader, reader_line(list), "\"personal\" holds more than %d pointers",
                     MAPPING_PERSONAL_MAX);
    for (int i = 0; i < length; i++) {
        const config_setting_t *row = config_setting_get_elem(list, (unsigned)i);
        bool pair = config_setting_is_list(row) && config_setting_length(row) == 2;
        const char *pointer = pair ? config_setting_get_string_elem(row, 0) : NULL;
        const char *what = pair ? config_setting_get_string_elem(row, 1) : NULL;
        if (pointer == NULL || what == NULL) {
            READER_ERROR(reader, reader_line(row),
                         "\"personal\" must hold pairs such as (\"/name\", \"drop\")");
            continue;
        }
        MappingPersonalRule *rule = &mapping->personal[mapping->personal_count];
        rule->what = (MappingPersonal)load_personal_word(load, reader_line(row), text_from(what));
        if (reader_pointer_of(reader, reader_line(row), text_from(pointer), &rule->pointer))
            mapping->personal_count++;
    }
}

static void refuse_later(MappingLoad *load, const config_setting_t *root)
{
    static const char *const LATER[] = {"unwrap", "each", "noise", "topic_pattern"};
    for (size_t i = 0; i < sizeof(LATER) / sizeof(LATER[0]); i++) {
        const config_setting_t *setting = config_setting_get_member(root, LATER[i]);
        if (setting != NULL)
            READER_ERROR(&load->reader, reader_line(setting), "\"%s\" is not supported yet",
                         LATER[i]);
    }
}

static int line_of(const config_setting_t *root, const char *key)
{
    const config_setting_t *setting = config_setting_get_member(root, key);
    return setting != NULL ? reader_line(setting) : 0;
}

static void load_source(MappingLoad *load, const config_setting_t *root)
{
    MappingReader *reader = &load->reader;
    Mapping *mapping = load->mapping;
    int format = 0;
    if (config_setting_get_member(root, "format") == NULL)
        READER_ERROR(reader, 0, "\"format\" is missing");
    else if (reader_integer(reader, root, "format", 1, 1000, &format) && format != 1)
        READER_ERROR(reader, line_of(root, "format"), "\"format\" must be 1, found %d", format);
    mapping->source = reader_text(reader, root, "source");
    mapping->source_line = line_of(root, "source");
    if (config_setting_get_member(root, "source") == NULL)
        READER_ERROR(reader, 0, "\"source\" is missing");
    mapping->topics = reader_text_list(reader, root, "topics");
    mapping->topics_line = line_of(root, "topics");
    if (config_setting_get_member(root, "topics") == NULL &&
        config_setting_get_member(root, "topic_pattern") == NULL)
        READER_ERROR(reader, 0, "\"topics\" is missing");
    static const ReaderWord ENCODINGS[] = {
        {"utf-8", ENCODING_UTF8}, {"gb18030", ENCODING_GB18030}, {"auto", ENCODING_AUTO}};
    int encoding = ENCODING_UTF8;
    reader_word(reader, root, "encoding", ENCODINGS, 3, &encoding);
    mapping->encoding = (Encoding)encoding;
}

void load_head(MappingLoad *load, const config_setting_t *root)
{
    MappingReader *reader = &load->reader;
    Mapping *mapping = load->mapping;
    reader_check_keys(reader, root, "a mapping file",
                      READER_KEYS("format", "source", "topics", "topic_pattern", "encoding",
                                  "unwrap", "each", "empty", "noise", "tests", "extra", "time",
                                  "point", "region", "kinds", "fields", "extract", "codes",
                                  "personal"));
    refuse_later(load, root);
    load_source(load, root);
    mapping->empty = reader_text_list(reader, root, "empty");
    mapping->tests = reader_text(reader, root, "tests");
    mapping->extra = reader_pointers(reader, root, "extra", &mapping->extra_count);
    load_time(load, root);
    load_point(load, root);
    load_region(load, root);
    load_kinds(load, root);
    load_personal(load, root);
}
