/*
 * The top of a mapping file: source, topics, time, point, region, kinds, personal.
 */
#include "adapters/mapping_file_parts.h"

#include <string.h>

static int line_of(const config_setting_t *root, const char *key)
{
    const config_setting_t *setting = config_setting_get_member(root, key);
    return setting != NULL ? reader_line(setting) : 0;
}

bool load_place(const config_setting_t *at, int place[2])
{
    bool good = config_setting_length(at) == 2;
    for (int i = 0; good && i < 2; i++) {
        const config_setting_t *element = config_setting_get_elem(at, (unsigned)i);
        place[i] = config_setting_get_int(element);
        good = config_setting_type(element) == CONFIG_TYPE_INT && place[i] >= i && place[i] <= 100;
    }
    return good;
}

/* `at` of the record number. */
static bool load_check_place(MappingReader *reader, const config_setting_t *group, int place[2])
{
    const config_setting_t *at = reader_list(reader, group, "at");
    if (at != NULL && load_place(at, place))
        return true;
    READER_FINDING(reader, FINDING_BAD_VALUE, at != NULL ? reader_line(at) : reader_line(group),
                   "\"time.check\" needs \"at\": [from, length], two integers");
    return false;
}

static void load_check(MappingLoad *load, const config_setting_t *time)
{
    MappingReader *reader = &load->reader;
    const config_setting_t *group = reader_group(reader, time, "check");
    if (group == NULL)
        return;
    MappingTimeCheck *check = &load->mapping->time_check;
    check->line = reader_line(group);
    reader_check_section(reader, group, "time.check", LANGUAGE_TIME_CHECK);
    Text digits_of = reader_text(reader, group, "digits_of");
    if (config_setting_get_member(group, "digits_of") == NULL)
        READER_FINDING(reader, FINDING_MISSING_KEY, check->line,
                       "\"time.check\" needs \"digits_of\"");
    bool good = !text_is_absent(digits_of) && reader_pointer_of(reader, line_of(group, "digits_of"),
                                                                digits_of, &check->digits_of);
    int place[2] = {0, 0};
    good = load_check_place(reader, group, place) && good;
    check->from = place[0];
    check->length = place[1];
    Text pattern = reader_text(reader, group, "format");
    const TimeFormat *format = NULL;
    Error error = {0};
    if (config_setting_get_member(group, "format") == NULL)
        READER_FINDING(reader, FINDING_MISSING_KEY, check->line, "\"time.check\" needs \"format\"");
    else if (!text_is_absent(pattern) &&
             !time_format_compile(reader->arena, pattern, &format, &error))
        READER_FINDING(reader, FINDING_BAD_TIME_FORMAT, line_of(group, "format"), "%s", error.text);
    else if (format != NULL && time_format_lacks_half_day(format))
        READER_FINDING(reader, FINDING_BAD_TIME_FORMAT, line_of(group, "format"),
                       "time format \"%.*s\" has h or K without \"a\": the number must tell the "
                       "hour of the whole day",
                       TEXT_ARGS(pattern));
    else if (good && !text_is_absent(pattern))
        check->format = format;
}

const TimeFormat **
load_formats(MappingLoad *load, TextList patterns, int line, bool checked, size_t *count)
{
    MappingReader *reader = &load->reader;
    const TimeFormat **formats = ARENA_ARRAY(reader->arena, const TimeFormat *, patterns.count);
    *count = 0;
    for (size_t i = 0; i < patterns.count; i++) {
        Error error = {0};
        const TimeFormat *format;
        if (!time_format_compile(reader->arena, patterns.items[i], &format, &error))
            READER_FINDING(reader, FINDING_BAD_TIME_FORMAT, line, "%s", error.text);
        else if (time_format_lacks_half_day(format) && !checked)
            READER_FINDING(reader, FINDING_BAD_TIME_FORMAT, line,
                           "time format \"%.*s\" has h or K without \"a\": nothing tells morning "
                           "from afternoon, unless \"time.check\" does",
                           TEXT_ARGS(patterns.items[i]));
        else
            formats[(*count)++] = format;
    }
    return formats;
}

static void load_time(MappingLoad *load, const config_setting_t *root)
{
    MappingReader *reader = &load->reader;
    Mapping *mapping = load->mapping;
    mapping->zone_minutes = 8 * 60;
    mapping->has_time = config_setting_get_member(root, "time") != NULL;
    const config_setting_t *group = reader_group(reader, root, "time");
    if (group == NULL)
        return;
    reader_check_section(reader, group, "time", LANGUAGE_TIME);
    load_check(load, group);
    Text zone = reader_text(reader, group, "zone");
    if (!text_is_absent(zone) && !time_format_zone(zone, &mapping->zone_minutes))
        READER_FINDING(
            reader, FINDING_BAD_VALUE, reader_line(config_setting_get_member(group, "zone")),
            "\"zone\" must be an offset such as +08:00, found \"%.*s\"", TEXT_ARGS(zone));
    TextList formats = reader_text_list(reader, group, "formats");
    if (config_setting_get_member(group, "formats") == NULL ||
        reader_is_empty_list(group, "formats"))
        READER_FINDING(reader, FINDING_MISSING_KEY, reader_line(group),
                       "\"time\" needs \"formats\"");
    if (formats.count == 0)
        return;
    int line = reader_line(config_setting_get_member(group, "formats"));
    mapping->time_formats =
        load_formats(load, formats, line, config_setting_get_member(group, "check") != NULL,
                     &mapping->time_format_count);
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
        READER_FINDING(&load->reader, FINDING_BAD_VALUE, reader_line(box),
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
    reader_check_section(reader, group, "point", LANGUAGE_POINT);
    load->mapping->has_point = true;
    if (config_setting_get_member(group, "system") == NULL)
        READER_FINDING(reader, FINDING_MISSING_KEY, reader_line(group),
                       "\"point\" needs \"system\"");
    int datum = GEO_WGS84;
    reader_word(reader, group, "system", WORDS_SYSTEM, &datum);
    load->mapping->datum = (GeoDatum)datum;
    int lat_first = 0;
    reader_word(reader, group, "order", WORDS_ORDER, &lat_first);
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
            READER_FINDING(reader, FINDING_MISSING_KEY, 0, "\"region\" is missing");
        return;
    }
    reader_check_section(reader, group, "region", LANGUAGE_REGION);
    mapping->region = reader_pointers(reader, group, "first", &mapping->region_count);
    mapping->region_default = reader_text(reader, group, "default");
    mapping->region_required = reader_bool(reader, group, "required");
    if (mapping->region_required && config_setting_get_member(group, "first") == NULL)
        READER_FINDING(reader, FINDING_MISPLACED_KEY, line_of(group, "required"),
                       "\"required\" needs \"first\" in region: no record would have an area");
    if (config_setting_get_member(group, "default") == NULL)
        READER_FINDING(reader, FINDING_MISSING_KEY, reader_line(group),
                       "\"region\" needs \"default\"");
}

int load_personal_word(MappingLoad *load, int line, Text text)
{
    int word = reader_word_of(&load->reader, line, "personal", text, WORDS_PERSONAL);
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
        READER_FINDING(reader, FINDING_BAD_VALUE, reader_line(list),
                       "\"personal\" holds more than %d pointers", MAPPING_PERSONAL_MAX);
    for (int i = 0; i < length; i++) {
        const config_setting_t *row = config_setting_get_elem(list, (unsigned)i);
        bool pair = config_setting_is_list(row) && config_setting_length(row) == 2;
        const char *pointer = pair ? config_setting_get_string_elem(row, 0) : NULL;
        const char *what = pair ? config_setting_get_string_elem(row, 1) : NULL;
        if (pointer == NULL || what == NULL) {
            READER_FINDING(reader, FINDING_WRONG_TYPE, reader_line(row),
                           "\"personal\" must hold pairs such as (\"/name\", \"drop\")");
            continue;
        }
        MappingPersonalRule *rule = &mapping->personal[mapping->personal_count];
        rule->what = (MappingPersonal)load_personal_word(load, reader_line(row), text_from(what));
        if (reader_pointer_of(reader, reader_line(row), text_from(pointer), &rule->pointer))
            mapping->personal_count++;
    }
}

static void load_topics(MappingLoad *load, const config_setting_t *root)
{
    MappingReader *reader = &load->reader;
    Mapping *mapping = load->mapping;
    bool has_list = config_setting_get_member(root, "topics") != NULL;
    bool has_pattern = config_setting_get_member(root, "topic_pattern") != NULL;
    mapping->topics = reader_text_list(reader, root, "topics");
    mapping->topic_pattern = reader_text(reader, root, "topic_pattern");
    mapping->topics_line = line_of(root, has_pattern ? "topic_pattern" : "topics");
    if (!has_list && !has_pattern)
        READER_FINDING(reader, FINDING_MISSING_KEY, 0, "\"topics\" is missing");
    if (reader_is_empty_list(root, "topics"))
        READER_FINDING(reader, FINDING_LIST_EMPTY, mapping->topics_line, "\"topics\" is empty");
    if (has_list && has_pattern)
        READER_FINDING(reader, FINDING_MISPLACED_KEY, mapping->topics_line,
                       "either \"topics\" or \"topic_pattern\", not both");
    else
        check_topic_pattern(load);
}

/* What shapes the message before any field is read. */
static void load_message(MappingLoad *load, const config_setting_t *root)
{
    MappingReader *reader = &load->reader;
    Mapping *mapping = load->mapping;
    mapping->unwrap = reader_pointers(reader, root, "unwrap", &mapping->unwrap_count);
    Text each = reader_text(reader, root, "each");
    mapping->has_each = !text_is_absent(each) &&
                        reader_pointer_of(reader, line_of(root, "each"), each, &mapping->each);
    mapping->empty = reader_text_list(reader, root, "empty");
    mapping->noise = reader_text_list(reader, root, "noise");
    mapping->noise_line = line_of(root, "noise");
    mapping->extra = reader_pointers(reader, root, "extra", &mapping->extra_count);
    mapping->unread = reader_pointers(reader, root, "unread", &mapping->unread_count);
}

static void load_source(MappingLoad *load, const config_setting_t *root)
{
    MappingReader *reader = &load->reader;
    Mapping *mapping = load->mapping;
    int format = 0;
    if (config_setting_get_member(root, "format") == NULL)
        READER_FINDING(reader, FINDING_MISSING_KEY, 0, "\"format\" is missing");
    else if (reader_integer(reader, root, "format", 1, 1000, &format) && format != 1)
        READER_FINDING(reader, FINDING_BAD_VALUE, line_of(root, "format"),
                       "\"format\" must be 1, found %d", format);
    mapping->source = reader_text(reader, root, "source");
    mapping->source_line = line_of(root, "source");
    if (config_setting_get_member(root, "source") == NULL)
        READER_FINDING(reader, FINDING_MISSING_KEY, 0, "\"source\" is missing");
    int encoding = ENCODING_UTF8;
    reader_word(reader, root, "encoding", WORDS_ENCODING, &encoding);
    mapping->encoding = (Encoding)encoding;
    int ignored = 0;
    reader_word(reader, root, "tombstones", WORDS_TOMBSTONE, &ignored);
    mapping->tombstones_ignored = ignored == 1;
}

void load_head(MappingLoad *load, const config_setting_t *root)
{
    MappingReader *reader = &load->reader;
    Mapping *mapping = load->mapping;
    reader_check_section(reader, root, "a mapping file", LANGUAGE_TOP);
    load_source(load, root);
    load_topics(load, root);
    load_message(load, root);
    mapping->tests = reader_text(reader, root, "tests");
    load_time(load, root);
    load_point(load, root);
    load_region(load, root);
    load_kinds(load, root);
    load_personal(load, root);
}
