/*
 * extract.* and codes.*: the tables fields refer to by name. Code rows come from the mapping file or from a CSV with
 * the header from,to,confidence,name.
 */
#include "base/text_builder.h"

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
        READER_ERROR(&load->reader, extract->line,
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
        READER_ERROR(&load->reader, extract->line,
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
        READER_ERROR(reader, extract->line, "\"extract.%.*s\" must be a group { ... }, found %s",
                     TEXT_ARGS(extract->name), reader_type(group));
        return;
    }
    char where[80];
    snprintf(where, sizeof(where), "extract.%.*s", TEXT_ARGS(text_slice(extract->name, 0, 60)));
    reader_check_keys(reader, group, where,
                      READER_KEYS("after", "within", "chars", "length", "starts", "check"));
    extract->after = reader_text_list(reader, group, "after");
    if (extract->after.count == 0)
        READER_ERROR(reader, extract->line, "extract \"%.*s\" needs \"after\"",
                     TEXT_ARGS(extract->name));
    int within = MAPPING_WITHIN;
    reader_integer(reader, group, "within", 0, 100, &within);
    extract->within = within;
    load_chars(load, group, extract);
    load_length(load, group, extract);
    extract->starts = reader_text_list(reader, group, "starts");
    static const ReaderWord CHECKS[] = {{"usc", 1}, {"none", 0}};
    int check = 0;
    reader_word(reader, group, "check", CHECKS, 2, &check);
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
        READER_ERROR(reader, line,
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
            READER_ERROR(reader, line,
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
            READER_ERROR(reader, line, "codes \"%.*s\": confidence must be 0..100",
                         TEXT_ARGS(table->name));
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

/* Cuts the next field off a CSV line; quotes may surround one and "" stands for a quote inside. */
static Text csv_field(Arena *arena, Text *line)
{
    if (!text_starts(*line, TEXT("\""))) {
        size_t comma = text_find(*line, TEXT(","), 0);
        size_t end = comma == SIZE_MAX ? line->size : comma;
        Text field = text_slice(*line, 0, end);
        *line = text_slice(*line, end + 1, SIZE_MAX);
        return text_copy(arena, text_trim(field));
    }
    TextBuilder out = builder_new(arena);
    size_t i = 1;
    for (; i < line->size; i++) {
        if (line->data[i] != '"')
            builder_char(&out, line->data[i]);
        else if (i + 1 < line->size && line->data[i + 1] == '"')
            builder_char(&out, line->data[i++]);
        else
            break;
    }
    size_t comma = text_find(*line, TEXT(","), i);
    *line = comma == SIZE_MAX ? TEXT("") : text_slice(*line, comma + 1, SIZE_MAX);
    return builder_view(&out);
}

static void load_csv_line(MappingLoad *load, Text line, int number, CodeTable *table)
{
    Arena *arena = load->reader.arena;
    CodeRow row = {.confidence = CODE_CONFIDENCE_DEFAULT, .line = number};
    row.from = csv_field(arena, &line);
    row.to = csv_field(arena, &line);
    Text confidence = csv_field(arena, &line);
    int64_t value = CODE_CONFIDENCE_DEFAULT;
    if (row.from.size == 0 || row.to.size == 0) {
        mapping_finding_error(load->reader.findings, table->file, number,
                              "a row must have \"from\" and \"to\"");
        return;
    }
    if (confidence.size > 0 && (!text_to_int64(confidence, &value) || value < 0 || value > 100)) {
        mapping_finding_error(load->reader.findings, table->file, number,
                              "confidence must be 0..100, found \"%.*s\"", TEXT_ARGS(confidence));
        return;
    }
    row.confidence = (int32_t)value;
    table->rows[table->count++] = row;
}

static size_t count_lines(Text content)
{
    size_t lines = 1;
    for (size_t i = 0; i < content.size; i++)
        lines += content.data[i] == '\n';
    return lines;
}

static void load_csv(MappingLoad *load, Text name, CodeTable *table)
{
    MappingReader *reader = &load->reader;
    table->file =
        text_format(reader->arena, "%.*s%.*s", TEXT_ARGS(reader->folder), TEXT_ARGS(name));
    Text content = load_file(load, table->file, table->line);
    if (text_is_absent(content))
        return;
    if (text_starts(content, TEXT("\xEF\xBB\xBF")))
        content = text_slice(content, 3, SIZE_MAX);
    table->rows = ARENA_ARRAY(reader->arena, CodeRow, count_lines(content));
    int number = 0;
    for (size_t from = 0; from < content.size;) {
        size_t end = text_find(content, TEXT("\n"), from);
        if (end == SIZE_MAX)
            end = content.size;
        Text line = text_trim(text_slice(content, from, end - from));
        from = end + 1;
        number++;
        if (number == 1) {
            if (!text_starts(line, TEXT("from,to")))
                mapping_finding_error(reader->findings, table->file, 1,
                                      "the header must be from,to,confidence,name");
        } else if (line.size > 0 && line.data[0] != '#') {
            load_csv_line(load, line, number, table);
        }
    }
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
        READER_ERROR(reader, table->line, "\"codes.%.*s\" must be a group { ... }, found %s",
                     TEXT_ARGS(table->name), reader_type(group));
        return;
    }
    char where[80];
    snprintf(where, sizeof(where), "codes.%.*s", TEXT_ARGS(text_slice(table->name, 0, 60)));
    reader_check_keys(reader, group, where,
                      READER_KEYS("system", "rows", "file", "match", "unknown", "keywords"));
    table->system = reader_text(reader, group, "system");
    static const ReaderWord MATCHES[] = {{"exact", 0}, {"prefix", 1}};
    int prefix = 0;
    reader_word(reader, group, "match", MATCHES, 2, &prefix);
    table->prefix = prefix == 1;
    load_unknown(load, group, table);
    Text keywords = reader_text(reader, group, "keywords");
    if (!text_is_absent(keywords) && !text_is(keywords, "none"))
        READER_ERROR(reader, reader_line(config_setting_get_member(group, "keywords")),
                     "\"keywords\" other than none is not supported yet");
    bool has_rows = config_setting_get_member(group, "rows") != NULL;
    bool has_file = config_setting_get_member(group, "file") != NULL;
    if (has_rows == has_file) {
        READER_ERROR(reader, table->line, "codes \"%.*s\" needs either \"rows\" or \"file\"",
                     TEXT_ARGS(table->name));
        return;
    }
    Text file = reader_text(reader, group, "file");
    if (has_rows)
        load_rows(load, group, table);
    else if (!text_is_absent(file))
        load_csv(load, file, table);
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
