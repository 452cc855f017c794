/* Members of JSON objects, for --json. */
#include "json_out.h"

#include "domain/datetime.h"
#include "domain/report.h"

void out_text(TextBuilder *out, const char *key, Text text)
{
    js_write_key(out, text_from(key));
    if (text_is_absent(text))
        builder_string(out, "null");
    else
        js_write_text(out, text);
}

void out_int(TextBuilder *out, const char *key, int64_t value)
{
    js_write_key(out, text_from(key));
    if (value == INTEGER_ABSENT)
        builder_string(out, "null");
    else
        builder_int(out, value);
}

void out_time(TextBuilder *out, const char *key, int64_t time_us)
{
    char iso[DATETIME_ISO_SIZE];
    if (time_us == TIME_ABSENT) {
        out_text(out, key, TEXT_ABSENT);
        return;
    }
    datetime_to_iso(time_us, iso);
    out_text(out, key, text_from(iso));
}

void out_flag(TextBuilder *out, const char *key, int64_t value)
{
    js_write_key(out, text_from(key));
    if (value == INTEGER_ABSENT)
        builder_string(out, "null");
    else
        builder_string(out, value == 1 ? "true" : "false");
}

void out_texts(TextBuilder *out, const char *key, TextList list)
{
    js_write_key(out, text_from(key));
    builder_char(out, '[');
    for (size_t i = 0; i < list.count; i++) {
        if (i > 0)
            builder_char(out, ',');
        js_write_text(out, list.items[i]);
    }
    builder_char(out, ']');
}

void out_columns(TextBuilder *out,
                 const PostgresResult *rows,
                 int row,
                 const OutColumn *columns,
                 size_t count,
                 Arena *arena)
{
    for (size_t i = 0; i < count; i++) {
        const OutColumn *column = &columns[i];
        switch (column->as) {
        case OUT_TEXT:
            out_text(out, column->key, postgres_text(rows, row, column->column));
            break;
        case OUT_INT:
            out_int(out, column->key, postgres_int(rows, row, column->column));
            break;
        case OUT_TIME:
            out_time(out, column->key, postgres_time(rows, row, column->column));
            break;
        case OUT_TEXTS:
            out_texts(out, column->key, postgres_texts(rows, row, column->column, arena));
            break;
        case OUT_FLAG:
            out_flag(out, column->key, postgres_int(rows, row, column->column));
            break;
        }
    }
}

void out_rows(TextBuilder *out,
              const char *key,
              const PostgresResult *rows,
              const OutColumn *columns,
              size_t count,
              Arena *arena)
{
    js_write_key(out, text_from(key));
    builder_char(out, '[');
    for (int i = 0; i < postgres_rows(rows); i++) {
        builder_string(out, i > 0 ? ",{" : "{");
        out_columns(out, rows, i, columns, count, arena);
        builder_char(out, '}');
    }
    builder_char(out, ']');
}
