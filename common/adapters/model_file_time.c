/*
 * Office hours out of the model's file, moved days and time limits out of two CSV files beside it. Every mistake is noted with its
 * line, and what could be read goes on being checked.
 */
#include "base/csv.h"

#include "domain/category.h"
#include "domain/datetime.h"

#include "adapters/model_file_parts.h"

#include <string.h>

enum { CELLS_MAX = 9, ROWS_MAX = 5000, REGION_SIZE_MAX = 32, YEAR = 10000 };

typedef struct Sheet {
    ModelReader *reader;
    Text file; /* for findings */
    Text content;
    const char *const *columns;
    size_t column_count;
    CsvReader *csv;
    Text cells[CELLS_MAX]; /* of the row, in the order of the columns */
    int line;
} Sheet;

#define SHEET_ERROR(sheet, ...)                                                                    \
    mapping_finding_error((sheet)->reader->reader.findings, (sheet)->file, (sheet)->line,          \
                          __VA_ARGS__)

/* The file that time.KEY names, in the digest. */
static bool find_sheet(Sheet *sheet, const config_setting_t *group, const char *key)
{
    MappingReader *reader = &sheet->reader->reader;
    Text name = reader_text(reader, group, key);
    const char *why = NULL;
    if (text_is_empty(name)) {
        READER_ERROR(reader, reader_line(group), "file \"time.%s\" is missing", key);
        return false;
    }
    sheet->file =
        text_format(reader->arena, "%.*s%.*s", TEXT_ARGS(reader->folder), TEXT_ARGS(name));
    sheet->content = reader_file(reader->arena, sheet->file, &why);
    if (text_is_absent(sheet->content)) {
        READER_ERROR(reader, reader_line(group), "cannot read \"%.*s\": %s", TEXT_ARGS(sheet->file),
                     why);
        return false;
    }
    digest_update(sheet->reader->digest, name);
    digest_update(sheet->reader->digest, sheet->content);
    return true;
}

static bool take_row(Sheet *sheet)
{
    CsvRow row;
    Error error = {0};
    if (!csv_next(sheet->csv, &row, &error)) {
        sheet->line = (int)csv_error_line(sheet->csv);
        if (error.verdict != ERROR_NONE)
            SHEET_ERROR(sheet, "%s", error.text);
        return false;
    }
    sheet->line = (int)row.line;
    for (size_t i = 0; i < sheet->column_count; i++)
        sheet->cells[i] = i < row.count ? text_trim(row.fields[i]) : TEXT("");
    if (row.count > sheet->column_count)
        SHEET_ERROR(sheet, "%zu columns, expected %zu", row.count, sheet->column_count);
    return true;
}

/* The header must have all columns in their order. */
static bool open_sheet(Sheet *sheet, const config_setting_t *group, const char *key)
{
    if (!find_sheet(sheet, group, key))
        return false;
    sheet->csv = csv_open((CsvSpec){.comments = true});
    csv_feed(sheet->csv, sheet->content, true);
    if (!take_row(sheet)) {
        SHEET_ERROR(sheet, "the header is missing, expected \"%s\" and so on", sheet->columns[0]);
        return false;
    }
    for (size_t i = 0; i < sheet->column_count; i++)
        if (!text_is(sheet->cells[i], sheet->columns[i])) {
            SHEET_ERROR(sheet, "column %zu of the header must be \"%s\", found \"%.*s\"", i + 1,
                        sheet->columns[i], TEXT_ARGS(sheet->cells[i]));
            return false;
        }
    return true;
}

static size_t rows_at_most(const Sheet *sheet)
{
    size_t lines = 1;
    for (size_t i = 0; i < sheet->content.size; i++)
        lines += sheet->content.data[i] == '\n' || sheet->content.data[i] == '\r';
    return lines < ROWS_MAX ? lines : ROWS_MAX;
}

static bool take_row_of(Sheet *sheet, size_t count)
{
    if (!take_row(sheet))
        return false;
    if (count < ROWS_MAX)
        return true;
    SHEET_ERROR(sheet, "more than %d rows", (int)ROWS_MAX);
    return false;
}

/* "2026-10-01" -> 20261001; false when there is no such day. */
static bool read_date(Text text, int32_t *date)
{
    Datetime civil = {.hour = 0};
    int64_t parts[3];
    int64_t us;
    if (text.size != 10 || text.data[4] != '-' || text.data[7] != '-' ||
        !text_is_digits(text_slice(text, 0, 4)) || !text_is_digits(text_slice(text, 5, 2)) ||
        !text_is_digits(text_slice(text, 8, 2)) ||
        !text_to_int64(text_slice(text, 0, 4), &parts[0]) ||
        !text_to_int64(text_slice(text, 5, 2), &parts[1]) ||
        !text_to_int64(text_slice(text, 8, 2), &parts[2]))
        return false;
    civil.year = (int32_t)parts[0];
    civil.month = (int32_t)parts[1];
    civil.day = (int32_t)parts[2];
    *date = civil.year * YEAR + civil.month * 100 + civil.day;
    return datetime_from_civil(&civil, 0, &us);
}

static void
read_hours(ModelReader *reader, const config_setting_t *group, const char *key, WorkingHours *hours)
{
    TextList list = reader_text_list(&reader->reader, group, key);
    if (list.count < 1 || list.count > WORKING_INTERVALS_MAX) {
        READER_ERROR(&reader->reader, reader_line(group),
                     "\"time.%s\" must be a list of 1 to %d intervals such as \"08:30-12:00\"", key,
                     (int)WORKING_INTERVALS_MAX);
        return;
    }
    for (size_t i = 0; i < list.count; i++) {
        WorkingInterval *interval = &hours->intervals[i];
        if (!working_interval_from(list.items[i], interval))
            READER_ERROR(&reader->reader, reader_line(group),
                         "\"time.%s\": \"%.*s\" is no interval of a day such as \"08:30-12:00\"",
                         key, TEXT_ARGS(list.items[i]));
        else if (i > 0 && interval->from_min <= hours->intervals[i - 1].to_min)
            READER_ERROR(&reader->reader, reader_line(group),
                         "\"time.%s\": \"%.*s\" must begin after the interval before it has ended",
                         key, TEXT_ARGS(list.items[i]));
    }
    hours->count = list.count;
}

static bool read_moved_day(const Sheet *sheet, MovedDay *moved)
{
    *moved = (MovedDay){.working = text_is(sheet->cells[1], "workday"),
                        .name = text_copy(sheet->reader->model->arena, sheet->cells[2])};
    bool fits = read_date(sheet->cells[0], &moved->date);
    if (!fits)
        SHEET_ERROR(sheet, "date must be a day such as 2026-10-01, found \"%.*s\"",
                    TEXT_ARGS(sheet->cells[0]));
    if (!moved->working && !text_is(sheet->cells[1], "holiday")) {
        SHEET_ERROR(sheet, "kind must be \"holiday\" or \"workday\", found \"%.*s\"",
                    TEXT_ARGS(sheet->cells[1]));
        return false;
    }
    return fits;
}

/* The row stands behind the last one, in the same year or the next. */
static bool follows(const Sheet *sheet, const MovedDay *last, const MovedDay *moved)
{
    if (moved->date <= last->date)
        SHEET_ERROR(sheet, "days must ascend, found %.*s behind one that is not before it",
                    TEXT_ARGS(sheet->cells[0]));
    else if (moved->date / YEAR > last->date / YEAR + 1)
        SHEET_ERROR(sheet, "the days of %d are missing", (int)(last->date / YEAR + 1));
    else
        return true;
    return false;
}

static void read_moved_days(ModelReader *reader, const config_setting_t *group)
{
    static const char *const COLUMNS[] = {"date", "kind", "name"};
    Sheet sheet = {.reader = reader, .columns = COLUMNS, .column_count = 3};
    Model *model = reader->model;
    if (open_sheet(&sheet, group, "working_days")) {
        model->moved_days = ARENA_ARRAY(model->arena, MovedDay, rows_at_most(&sheet));
        size_t count = 0;
        MovedDay moved;
        while (take_row_of(&sheet, count))
            if (read_moved_day(&sheet, &moved) &&
                (count == 0 || follows(&sheet, &model->moved_days[count - 1], &moved)))
                model->moved_days[count++] = moved;
        model->moved_day_count = count;
    }
    csv_close(sheet.csv);
}

/* "06-01..09-30"; empty: the whole year. */
static bool read_season(Text text, TimeLimit *row)
{
    int32_t from;
    int32_t to;
    char leap[2][16];
    if (text_is_empty(text))
        return true;
    if (text.size != 12 || !text_equal(text_slice(text, 5, 2), TEXT("..")))
        return false;
    for (size_t i = 0; i < 2; i++) { /* 2000 has a 29 February */
        memcpy(leap[i], "2000-", 5);
        memcpy(leap[i] + 5, text.data + i * 7, 5);
    }
    if (!read_date((Text){leap[0], 10}, &from) || !read_date((Text){leap[1], 10}, &to))
        return false;
    row->season_from = (int16_t)(from % YEAR);
    row->season_to = (int16_t)(to % YEAR);
    return true;
}

static bool category_fits(Text category)
{
    size_t leaves;
    const Category *all = category_all(&leaves);
    if (text_is(category, "*"))
        return true;
    for (size_t i = 0; i < leaves; i++)
        if (category.size == 1 ? all[i].code[0] == category.data[0]
                               : text_is(category, all[i].code))
            return true;
    return false;
}

static bool region_fits(Text region)
{
    for (size_t i = 0; i < region.size; i++) {
        char byte = region.data[i];
        if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", byte) ==
                NULL ||
            byte == '\0')
            return false;
    }
    return region.size <= REGION_SIZE_MAX;
}

/* What the row is for: category, level, season, region. */
static bool read_scope(const Sheet *sheet, TimeLimit *row)
{
    Arena *arena = sheet->reader->model->arena;
    int64_t level = 0;
    size_t errors = sheet->reader->reader.findings->errors;
    if (!category_fits(sheet->cells[1]))
        SHEET_ERROR(sheet, "category must be a leaf (A01), a group (A) or *, found \"%.*s\"",
                    TEXT_ARGS(sheet->cells[1]));
    if (!text_is(sheet->cells[2], "*") &&
        (!text_to_int64(sheet->cells[2], &level) || level < 1 || level > 4))
        SHEET_ERROR(sheet, "level must be 1 (red) to 4 (blue) or *, found \"%.*s\"",
                    TEXT_ARGS(sheet->cells[2]));
    if (!read_season(sheet->cells[3], row))
        SHEET_ERROR(sheet, "season must be MM-DD..MM-DD or empty, found \"%.*s\"",
                    TEXT_ARGS(sheet->cells[3]));
    if (!region_fits(sheet->cells[4]))
        SHEET_ERROR(sheet, "region must be one of deploy/regions.cfg or empty, found \"%.*s\"",
                    TEXT_ARGS(sheet->cells[4]));
    row->category = text_copy(arena, sheet->cells[1]);
    row->level = (int16_t)level;
    row->region = text_is_empty(sheet->cells[4]) ? TEXT_ABSENT : text_copy(arena, sheet->cells[4]);
    return errors == sheet->reader->reader.findings->errors;
}

static bool read_day_or_open(Text text, int32_t *date)
{
    *date = 0;
    return text_is_empty(text) || read_date(text, date);
}

/* What it grants: amount, unit, from when to when. */
static bool read_grant(const Sheet *sheet, TimeLimit *row)
{
    int64_t amount = 0;
    size_t errors = sheet->reader->reader.findings->errors;
    if (!text_to_int64(sheet->cells[5], &amount) || amount < 1 || amount > WORKING_AMOUNT_MAX)
        SHEET_ERROR(sheet, "amount must be 1 to %d, found \"%.*s\"", (int)WORKING_AMOUNT_MAX,
                    TEXT_ARGS(sheet->cells[5]));
    if (!working_unit_from(sheet->cells[6], &row->unit))
        SHEET_ERROR(sheet,
                    "unit must be working_hour, urgent_hour, working_day, natural_day, "
                    "natural_hour or minute, found \"%.*s\"",
                    TEXT_ARGS(sheet->cells[6]));
    for (int i = 0; i < 2; i++)
        if (!read_day_or_open(sheet->cells[7 + i], i == 0 ? &row->valid_from : &row->valid_to))
            SHEET_ERROR(sheet, "%s must be a day such as 2026-10-01 or empty, found \"%.*s\"",
                        sheet->columns[7 + i], TEXT_ARGS(sheet->cells[7 + i]));
    if (row->valid_to != 0 && row->valid_to < row->valid_from)
        SHEET_ERROR(sheet, "valid_to is before valid_from");
    row->amount = (int32_t)amount;
    return errors == sheet->reader->reader.findings->errors;
}

static bool is_alone(const Sheet *sheet, const TimeLimit *row, const TimeLimit *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(rows[i].id, row->id)) {
            SHEET_ERROR(sheet, "id \"%.*s\" stands on line %d already", TEXT_ARGS(row->id),
                        (int)rows[i].line);
            return false;
        }
    const TimeLimit *clash = time_limit_clash(row, rows, count);
    if (clash != NULL)
        SHEET_ERROR(sheet, "\"%.*s\" is exactly as specific as \"%.*s\" on line %d",
                    TEXT_ARGS(row->id), TEXT_ARGS(clash->id), (int)clash->line);
    return clash == NULL;
}

static bool read_limit(const Sheet *sheet, TimeLimit *row)
{
    *row = (TimeLimit){.id = text_copy(sheet->reader->model->arena, sheet->cells[0]),
                       .line = sheet->line};
    if (text_is_empty(row->id) || text_is(row->id, "department"))
        SHEET_ERROR(sheet,
                    "id must be there and not \"department\", which names what a department set");
    bool scope = read_scope(sheet, row);
    bool grant = read_grant(sheet, row);
    return scope && grant;
}

/* Rows on the scratch arena, as many as were right. */
static TimeLimit *read_limits(ModelReader *reader, const config_setting_t *group, size_t *count)
{
    static const char *const COLUMNS[] = {"id",     "category", "level",      "season",  "region",
                                          "amount", "unit",     "valid_from", "valid_to"};
    Sheet sheet = {.reader = reader, .columns = COLUMNS, .column_count = CELLS_MAX};
    TimeLimit *rows = NULL;
    *count = 0;
    if (open_sheet(&sheet, group, "limits")) {
        rows = ARENA_ARRAY(reader->reader.arena, TimeLimit, rows_at_most(&sheet));
        while (take_row_of(&sheet, *count))
            if (read_limit(&sheet, &rows[*count]) && is_alone(&sheet, &rows[*count], rows, *count))
                ++*count;
    }
    csv_close(sheet.csv);
    return rows;
}

void model_read_time(ModelReader *reader, const config_setting_t *root)
{
    const config_setting_t *group = reader_group(&reader->reader, root, "time");
    WorkingHours office = {.count = 0};
    WorkingHours urgent = {.count = 0};
    Model *model = reader->model;
    size_t count;
    if (group == NULL) {
        READER_ERROR(&reader->reader, 0, "group \"time\" is missing");
        return;
    }
    reader_check_keys(&reader->reader, group, "time",
                      READER_KEYS("office", "urgent", "working_days", "limits"));
    read_hours(reader, group, "office", &office);
    read_hours(reader, group, "urgent", &urgent);
    read_moved_days(reader, group);
    TimeLimit *rows = read_limits(reader, group, &count);
    if (reader->reader.findings->errors > 0)
        return;
    const WorkingCalendar *calendar = working_calendar_new(
        model->arena, &office, &urgent, model->moved_days, model->moved_day_count);
    model->time_limits = time_limits_new(model->arena, calendar, rows, count);
}
