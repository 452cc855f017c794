/*
 * The CSV files of a mapping: code tables (from,to,confidence,name) and keyword lists (phrase,class,confidence).
 * Lines that begin with '#' are comments, the first other line is the header. A mistake names the CSV's own line.
 */
#include "base/csv.h"

#include "domain/category.h"

#include "adapters/mapping_file_parts.h"

typedef struct CsvFile {
    MappingFindings *findings;
    Text file;
    Text content;
    CsvReader *reader;
    const char *header;
    int least; /* columns of the header that must be there */
    int confidence_least;
} CsvFile;

static void note(const CsvFile *csv, int64_t line, const char *message)
{
    mapping_finding(csv->findings, FINDING_CSV, csv->file, (int)line, "%s", message);
}

static Text cell(const CsvRow *row, size_t column)
{
    return column < row->count ? text_trim(row->fields[column]) : TEXT("");
}

/* The columns of the header by name, as far as they are there. */
static bool header_fits(const CsvFile *csv, const CsvRow *row)
{
    Text names = text_from(csv->header);
    size_t column = 0;
    for (size_t from = 0; from < names.size && column < row->count; column++) {
        size_t comma = text_find(names, TEXT(","), from);
        size_t end = comma == SIZE_MAX ? names.size : comma;
        if (!text_equal(cell(row, column), text_slice(names, from, end - from)))
            return false;
        from = end + 1;
    }
    return column >= (size_t)csv->least;
}

static bool open_csv(CsvFile *csv)
{
    CsvRow row;
    Error error = {0};
    csv->reader = csv_open((CsvSpec){.comments = true});
    csv_feed(csv->reader, csv->content, true);
    if (!csv_next(csv->reader, &row, &error)) {
        if (error.verdict != ERROR_NONE)
            note(csv, csv_error_line(csv->reader), error.text);
        else
            mapping_finding(csv->findings, FINDING_CSV, csv->file, 1, "the header must be %s",
                            csv->header);
        return false;
    }
    if (header_fits(csv, &row))
        return true;
    mapping_finding(csv->findings, FINDING_CSV, csv->file, (int)row.line, "the header must be %s",
                    csv->header);
    return true;
}

static bool next_row(CsvFile *csv, CsvRow *row)
{
    Error error = {0};
    if (csv_next(csv->reader, row, &error))
        return true;
    if (error.verdict != ERROR_NONE)
        note(csv, csv_error_line(csv->reader), error.text);
    return false;
}

static bool
read_confidence(const CsvFile *csv, const CsvRow *row, size_t column, int32_t *confidence)
{
    Text text = cell(row, column);
    int64_t value = *confidence;
    if (text.size > 0 &&
        (!text_to_int64(text, &value) || value < csv->confidence_least || value > 100)) {
        mapping_finding(csv->findings, FINDING_CODE_ROW, csv->file, (int)row->line,
                        "confidence must be %d..100, found \"%.*s\"", csv->confidence_least,
                        TEXT_ARGS(text));
        return false;
    }
    *confidence = (int32_t)value;
    return true;
}

static size_t count_lines(Text content)
{
    size_t lines = 1;
    for (size_t i = 0; i < content.size; i++)
        lines += content.data[i] == '\n' || content.data[i] == '\r';
    return lines;
}

static void load_code_row(const CsvFile *csv, const CsvRow *row, Arena *arena, CodeTable *table)
{
    CodeRow made = {.confidence = CODE_CONFIDENCE_DEFAULT, .line = (int)row->line};
    if (cell(row, 0).size == 0 || cell(row, 1).size == 0) {
        note(csv, row->line, "a row must have \"from\" and \"to\"");
        return;
    }
    if (!read_confidence(csv, row, 2, &made.confidence))
        return;
    made.from = text_copy(arena, cell(row, 0));
    made.to = text_copy(arena, cell(row, 1));
    table->rows[table->count++] = made;
}

void load_code_csv(MappingLoad *load, Text name, CodeTable *table)
{
    Arena *arena = load->reader.arena;
    table->file = text_format(arena, "%.*s%.*s", TEXT_ARGS(load->reader.folder), TEXT_ARGS(name));
    CsvFile csv = {.findings = load->reader.findings,
                   .file = table->file,
                   .content = load_file(load, table->file, table->line),
                   .header = "from,to,confidence,name",
                   .least = 2};
    if (text_is_absent(csv.content))
        return;
    table->rows = ARENA_ARRAY(arena, CodeRow, count_lines(csv.content));
    CsvRow row;
    if (open_csv(&csv))
        while (next_row(&csv, &row))
            load_code_row(&csv, &row, arena, table);
    csv_close(csv.reader);
}

static void load_keyword_row(const CsvFile *csv, const CsvRow *row, Arena *arena, Keyword *made)
{
    *made = (Keyword){.line = (int)row->line};
    if (cell(row, 0).size == 0 || cell(row, 1).size == 0) {
        note(csv, row->line, "a row must have \"phrase\" and \"class\"");
        return;
    }
    if (cell(row, 2).size == 0) {
        note(csv, row->line, "a row must have a confidence");
        return;
    }
    if (!read_confidence(csv, row, 2, &made->confidence))
        return;
    made->category = text_copy(arena, cell(row, 1));
    if (category_find(made->category) == NULL)
        mapping_finding(csv->findings, FINDING_CODE_UNKNOWN_CLASS, csv->file, (int)row->line,
                        "\"%.*s\" means \"%.*s\", which is not a leaf of the hazard tree such as "
                        "A02",
                        TEXT_ARGS(cell(row, 0)), TEXT_ARGS(made->category));
    made->phrase = text_copy(arena, cell(row, 0));
}

static const KeywordList *read_keywords(MappingLoad *load, Text name, CsvFile *csv)
{
    Arena *arena = load->reader.arena;
    Keyword *keywords = ARENA_ARRAY(arena, Keyword, count_lines(csv->content));
    size_t count = 0;
    CsvRow row;
    if (open_csv(csv)) {
        while (next_row(csv, &row)) {
            load_keyword_row(csv, &row, arena, &keywords[count]);
            count += !text_is_absent(keywords[count].phrase);
        }
        if (count == 0)
            mapping_finding(csv->findings, FINDING_LIST_EMPTY, csv->file, 0,
                            "the keyword list is empty");
    }
    csv_close(csv->reader);
    return keyword_list_new(arena, name, keywords, count);
}

const KeywordList *load_keywords(MappingLoad *load, Text name, int line)
{
    Arena *arena = load->reader.arena;
    for (size_t i = 0; i < load->keyword_count; i++)
        if (text_equal(keyword_list_name(load->keywords[i]), name))
            return load->keywords[i];
    Text file = text_is(name, "shared") ? TEXT("keywords") : name;
    CsvFile csv = {
        .findings = load->reader.findings,
        .file = text_format(arena, "%.*s%.*s.csv", TEXT_ARGS(load->words_folder), TEXT_ARGS(file)),
        .header = "phrase,class,confidence",
        .least = 3,
        .confidence_least = 1};
    csv.content = load_file(load, csv.file, line);
    if (text_is_absent(csv.content))
        return NULL;
    const KeywordList *list = read_keywords(load, name, &csv);
    if (load->keyword_count < sizeof(load->keywords) / sizeof(load->keywords[0]))
        load->keywords[load->keyword_count++] = list;
    return list;
}
