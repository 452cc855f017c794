/*
 * extract.* and codes.*: the tables fields refer to by name. Code rows come from the mapping file or from a CSV
 * (mapping_file_csv.c).
 */
#include "adapters/mapping_file_parts.h"

#include <stdio.h>

static void load_chars(MappingLoad *load, const config_setting_t *group, MappingExtract *extract)
{
    Text chars = reader_text(&load->reader, group, "chars");
    bool good = chars.size > 0;
    for (size_t i = 0; good && i < chars.size; i++) {
        unsigned char low = (unsigned char)chars.data[i];
        unsigned char high = low;
        if (i + 2 < chars.size && chars.data[i + 1] == '-') {
            high = (unsigned char)chars.data[i + 2];
            i += 2;
        }
        good = low <= high && high < 128;
        for (unsigned c = low; good && c <= high; c++)
            extract->chars[c] = true;
    }
    if (!good)
        READER_FINDING(
            &load->reader, FINDING_BAD_VALUE, extract->line,
            "extract \"%.*s\" needs \"chars\": ASCII characters and ranges such as A-Z0-9",
            TEXT_ARGS(extract->name));
}

static void load_length(MappingLoad *load, const config_setting_t *group, MappingExtract *extract)
{
    const config_setting_t *length = reader_list(&load->reader, group, "length");
    bool good = length != NULL && config_setting_length(length) == 2;
    for (int i = 0; good && i < 2; i++)
        good = config_setting_type(config_setting_get_elem(length, (unsigned)i)) == CONFIG_TYPE_INT;
    if (good) {
        extract->length_min = config_setting_get_int_elem(length, 0);
        extract->length_max = config_setting_get_int_elem(length, 1);
        good = extract->length_min >= 1 && extract->length_min <= extract->length_max &&
               extract->length_max <= 200;
    }
    if (!good)
        READER_FINDING(&load->reader, FINDING_BAD_VALUE, extract->line,
                       "extract \"%.*s\" needs \"length\": [least, most] within 1..200",
                       TEXT_ARGS(extract->name));
}

static void load_extract(MappingLoad *load, const config_setting_t *group, MappingExtract *extract)
{
    MappingReader *reader = &load->reader;
    extract->name = text_copy(reader->arena, text_from(config_setting_name(group)));
    extract->line = reader_line(group);
    extract->within = MAPPING_WITHIN;
    if (!config_setting_is_group(group)) {
        READER_FINDING(reader, FINDING_WRONG_TYPE, extract->line,
                       "\"extract.%.*s\" must be a group { ... }, found %s",
                       TEXT_ARGS(extract->name), reader_type(group));
        return;
    }
    char where[80];
    snprintf(where, sizeof(where), "extract.%.*s", TEXT_ARGS(text_slice(extract->name, 0, 60)));
    reader_check_section(reader, group, where, LANGUAGE_EXTRACT);
    extract->after = reader_text_list(reader, group, "after");
    if (extract->after.count == 0)
        READER_FINDING(reader, FINDING_MISSING_KEY, extract->line,
                       "extract \"%.*s\" needs \"after\"", TEXT_ARGS(extract->name));
    int within = MAPPING_WITHIN;
    reader_integer(reader, group, "within", 0, 100, &within);
    extract->within = within;
    load_chars(load, group, extract);
    load_length(load, group, extract);
    extract->starts = reader_text_list(reader, group, "starts");
    int check = 0;
    reader_word(reader, group, "check", WORDS_CHECK, &check);
    extract->check_usc = check == 1;
}

void load_extracts(MappingLoad *load, const config_setting_t *root)
{
    const config_setting_t *group = reader_group(&load->reader, root, "extract");
    if (group == NULL)
        return;
    int length = config_setting_length(group);
    load->mapping->extracts = ARENA_ARRAY(load->reader.arena, MappingExtract, length);
    load->mapping->extract_count = (size_t)length;
    for (int i = 0; i < length; i++)
        load_extract(load, config_setting_get_elem(group, (unsigned)i),
                     &load->mapping->extracts[i]);
}

/* "from", "to", [confidence] of one row of `rows`. */
static void load_row(MappingLoad *load, const config_setting_t *row, CodeTable *table)
{
    MappingReader *reader = &load->reader;
    int line = reader_line(row);
    int length = config_setting_is_list(row) ? config_setting_length(row) : 0;
    if (length != 2 && length != 3) {
        READER_FINDING(reader, FINDING_CODE_ROW, line,
                       "a row of codes \"%.*s\" must be (\"from\", \"to\") or "
                       "(\"from\", \"to\", confidence)",
                       TEXT_ARGS(table->name));
        return;
    }
    CodeRow *made = &table->rows[table->count];
    *made = (CodeRow){.confidence = CODE_CONFIDENCE_DEFAULT, .line = line};
    for (int i = 0; i < 2; i++) {
        const config_setting_t *element = config_setting_get_elem(row, (unsigned)i);
        const char *text = config_setting_get_string(element);
        if (text == NULL) {
            READER_FINDING(
                reader, FINDING_INTEGER_IN_CODES, line,
                "codes \"%.*s\": %s where text is meant, write it in quotes (0101 is read "
                "as 101)",
                TEXT_ARGS(table->name), reader_type(element));
            return;
        }
        *(i == 0 ? &made->from : &made->to) = text_copy(reader->arena, text_from(text));
    }
    if (length == 3) {
        const config_setting_t *element = config_setting_get_elem(row, 2);
        int confidence = config_setting_get_int(element);
        if (config_setting_type(element) != CONFIG_TYPE_INT || confidence < 0 || confidence > 100) {
            READER_FINDING(reader, FINDING_CODE_ROW, line,
                           "codes \"%.*s\": confidence must be 0..100", TEXT_ARGS(table->name));
            return;
        }
        made->confidence = confidence;
    }
    table->count++;
}

static void load_rows(MappingLoad *load, const config_setting_t *group, CodeTable *table)
{
    const config_setting_t *rows = reader_list(&load->reader, group, "rows");
    if (rows == NULL)
        return;
    int length = config_setting_length(rows);
    table->rows = ARENA_ARRAY(load->reader.arena, CodeRow, length);
    for (int i = 0; i < length; i++)
        load_row(load, config_setting_get_elem(rows, (unsigned)i), table);
}

static void load_unknown(MappingLoad *load, const config_setting_t *group, CodeTable *table)
{
    Text unknown = reader_text(&load->reader, group, "unknown");
    if (text_is_absent(unknown))
        return;
    table->unknown = text_is(unknown, "keep") ? CODE_UNKNOWN_KEEP : CODE_UNKNOWN_TEXT;
    table->unknown_text = unknown;
}

static void load_table(MappingLoad *load, const config_setting_t *group, CodeTable *table)
{
    MappingReader *reader = &load->reader;
    table->name = text_copy(reader->arena, text_from(config_setting_name(group)));
    table->line = reader_line(group);
    table->file = reader->file;
    if (!config_setting_is_group(group)) {
        READER_FINDING(reader, FINDING_WRONG_TYPE, table->line,
                       "\"codes.%.*s\" must be a group { ... }, found %s", TEXT_ARGS(table->name),
                       reader_type(group));
        return;
    }
    char where[80];
    snprintf(where, sizeof(where), "codes.%.*s", TEXT_ARGS(text_slice(table->name, 0, 60)));
    reader_check_section(reader, group, where, LANGUAGE_CODES);
    table->system = reader_text(reader, group, "system");
    int prefix = 0;
    reader_word(reader, group, "match", WORDS_MATCH, &prefix);
    table->prefix = prefix == 1;
    load_unknown(load, group, table);
    Text keywords = reader_text(reader, group, "keywords");
    if (!text_is_absent(keywords) && !text_is(keywords, "none")) {
        table->keywords_line = reader_line(config_setting_get_member(group, "keywords"));
        table->keywords = load_keywords(load, keywords, table->keywords_line);
    }
    bool has_rows = config_setting_get_member(group, "rows") != NULL;
    bool has_file = config_setting_get_member(group, "file") != NULL;
    if (has_rows == has_file) {
        READER_FINDING(reader, FINDING_SELECTION, table->line,
                       "codes \"%.*s\" needs either \"rows\" or \"file\"", TEXT_ARGS(table->name));
        return;
    }
    Text file = reader_text(reader, group, "file");
    if (has_rows)
        load_rows(load, group, table);
    else if (!text_is_absent(file))
        load_code_csv(load, file, table);
}

void load_codes(MappingLoad *load, const config_setting_t *root)
{
    const config_setting_t *group = reader_group(&load->reader, root, "codes");
    if (group == NULL)
        return;
    int length = config_setting_length(group);
    load->mapping->codes = ARENA_ARRAY(load->reader.arena, CodeTable, length);
    load->mapping->code_count = (size_t)length;
    for (int i = 0; i < length; i++) {
        CodeTable *table = &load->mapping->codes[i];
        load_table(load, config_setting_get_elem(group, (unsigned)i), table);
        code_table_index(table, load->reader.arena);
    }
}
