/* Tables and the words of screens. */
#include "print.h"

#include "base/unicode.h"

#include "domain/datetime.h"
#include "domain/report.h"

#include <stdio.h>
#include <string.h>

enum { ZONE_MINUTES = 480, GAP = 2 };

PrintTable print_table(Arena *arena, size_t columns)
{
    return (PrintTable){.arena = arena, .columns = columns};
}

void print_cell(PrintTable *table, Text cell)
{
    if (table->count == table->capacity) {
        size_t capacity = table->capacity == 0 ? 64 : table->capacity * 2;
        table->cells = arena_grow(table->arena, table->cells, table->capacity * sizeof(Text),
                                  capacity * sizeof(Text));
        table->capacity = capacity;
    }
    table->cells[table->count++] = cell;
}

void print_cell_int(PrintTable *table, int64_t value)
{
    print_cell(table, value == INTEGER_ABSENT
                          ? TEXT("")
                          : text_format(table->arena, "%lld", (long long)value));
}

void print_heading(PrintTable *table, const char *const *names)
{
    for (size_t i = 0; i < table->columns; i++) {
        table->right[i] = names[i][0] == '>';
        print_cell(table, text_from(names[i] + table->right[i]));
    }
}

static void print_padded(Text cell, size_t width, bool right, bool last)
{
    size_t own = unicode_width(cell);
    int padding = own < width ? (int)(width - own) : 0;
    if (right)
        printf("%*s%.*s", padding, "", TEXT_ARGS(cell));
    else
        printf("%.*s%*s", TEXT_ARGS(cell), last ? 0 : padding, "");
    printf("%*s", last ? 0 : GAP, "");
}

void print_out(const PrintTable *table)
{
    size_t widths[PRINT_COLUMNS_MAX] = {0};
    for (size_t i = 0; i < table->count; i++) {
        size_t width = unicode_width(table->cells[i]);
        if (width > widths[i % table->columns])
            widths[i % table->columns] = width;
    }
    for (size_t i = 0; i < table->count; i++) {
        size_t column = i % table->columns;
        bool last = column + 1 == table->columns;
        print_padded(table->cells[i], widths[column], table->right[column], last);
        if (last)
            putchar('\n');
    }
}

Text print_time(Arena *arena, int64_t time_us)
{
    if (time_us == TIME_ABSENT)
        return TEXT("");
    Datetime at = datetime_to_civil(time_us, ZONE_MINUTES);
    return text_format(arena, "%04d-%02d-%02d %02d:%02d", at.year, at.month, at.day, at.hour,
                       at.minute);
}

const char *print_level(int64_t level)
{
    static const char *const NAMES[] = {"-", "红", "橙", "黄", "蓝"};
    return level >= 1 && level <= 4 ? NAMES[level] : NAMES[0];
}

const char *print_status(int64_t status)
{
    static const struct {
        int64_t status;
        const char *name;
    } NAMES[] = {{10, "待受理"}, {20, "已受理"}, {30, "已派遣"},   {40, "处置中"}, {45, "挂起"},
                 {50, "待核查"}, {60, "已结案"}, {65, "复发重开"}, {90, "退回"},   {95, "作废"}};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (NAMES[i].status == status)
            return NAMES[i].name;
    return "-";
}

Text print_bits(Arena *arena, int64_t millibits)
{
    int64_t size = millibits < 0 ? -millibits : millibits;
    return text_format(arena, "%c%lld.%03lld", millibits < 0 ? '-' : '+', (long long)(size / 1000),
                       (long long)(size % 1000));
}
