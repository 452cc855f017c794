/*
 * A cell is a stack of lines. Lines break behind a space, comma or slash when one stands in the second half of the
 * line, otherwise between any two characters, as Chinese does.
 */
#include "map_table.h"

#include "base/text_builder.h"
#include "base/unicode.h"

#include <stdio.h>
#include <string.h>

enum { GAP = 2, COLUMN_MIN = 8, LINES_WHOLE = 1 << 20 };

typedef struct Lines {
    Text *items;
    size_t count;
} Lines;

MapTable map_table(Arena *arena, size_t columns, size_t indent)
{
    return (MapTable){.arena = arena, .columns = columns, .indent = indent};
}

/* C0, DEL and C1 would be obeyed by a terminal, the marks of direction would turn a line round. */
static bool steers(uint32_t codepoint)
{
    return (codepoint < 0x20 && codepoint != '\n') || (codepoint >= 0x7f && codepoint <= 0x9f) ||
           (codepoint >= 0x202a && codepoint <= 0x202e) ||
           (codepoint >= 0x2066 && codepoint <= 0x2069) || codepoint == 0x200e ||
           codepoint == 0x200f || codepoint == 0x2028 || codepoint == 0x2029;
}

Text map_table_harmless(Arena *arena, Text text)
{
    TextBuilder out = builder_new(arena);
    uint32_t codepoint;
    for (Text rest = text; unicode_next(&rest, &codepoint);)
        builder_codepoint(&out, steers(codepoint) ? UNICODE_REPLACEMENT : codepoint);
    return builder_view(&out);
}

void map_table_cell(MapTable *table, Text cell)
{
    if (table->count == table->capacity) {
        size_t capacity = table->capacity == 0 ? 64 : table->capacity * 2;
        table->cells = arena_grow(table->arena, table->cells, table->capacity * sizeof(Text),
                                  capacity * sizeof(Text));
        table->capacity = capacity;
    }
    table->cells[table->count++] = map_table_harmless(table->arena, cell);
}

/* The first line of *rest that fits into `width` columns, which goes from its front. */
static Text take_line(Text *rest, size_t width)
{
    Text left = *rest;
    size_t columns = 0;
    size_t break_at = 0; /* bytes of a line that ends behind a mark */
    uint32_t codepoint;
    while (left.size > 0) {
        Text before = left;
        unicode_next(&left, &codepoint);
        size_t at = (size_t)(before.data - rest->data);
        size_t bytes = before.size - left.size;
        columns += unicode_width((Text){before.data, bytes});
        if (codepoint == '\n' || (columns > width && at > 0)) {
            size_t end = codepoint != '\n' && break_at > 0 ? break_at : at;
            size_t next = codepoint == '\n' ? at + 1 : end;
            Text line = text_slice(*rest, 0, end);
            *rest = text_slice(*rest, next, SIZE_MAX);
            return line;
        }
        if ((codepoint == ' ' || codepoint == ',' || codepoint == '/') && columns * 2 > width)
            break_at = at + bytes;
    }
    Text line = *rest;
    *rest = left;
    return line;
}

static Lines cut_lines(Arena *arena, Text text, size_t width, size_t max)
{
    Lines lines = {0};
    size_t capacity = 0;
    while (text.size > 0) {
        Text before = text;
        Text line = take_line(&text, width);
        if (lines.count + 1 == max && text.size > 0) {
            line = text_format(arena, "... %zu characters more", unicode_length(before));
            text = TEXT("");
        }
        if (lines.count == capacity) {
            size_t more = capacity == 0 ? 8 : capacity * 2;
            lines.items =
                arena_grow(arena, lines.items, capacity * sizeof(Text), more * sizeof(Text));
            capacity = more;
        }
        lines.items[lines.count++] = line;
    }
    return lines;
}

static size_t natural_width(Text cell)
{
    size_t widest = 0;
    while (cell.size > 0) {
        size_t width = unicode_width(take_line(&cell, SIZE_MAX));
        widest = width > widest ? width : widest;
    }
    return widest;
}

/* As wide as their widest cell; when that is too much together, the widest columns give way, the last one first. */
static void choose_widths(const MapTable *table, size_t *widths)
{
    size_t room = MAP_TABLE_WIDTH - table->indent - GAP * (table->columns - 1);
    size_t natural[MAP_TABLE_COLUMNS_MAX] = {0};
    for (size_t i = 0; i < table->count; i++) {
        size_t width = natural_width(table->cells[i]);
        if (width > natural[i % table->columns])
            natural[i % table->columns] = width;
    }
    size_t used = 0;
    for (size_t cap = room; cap >= COLUMN_MIN; cap--) {
        used = 0;
        for (size_t i = 0; i < table->columns; i++) {
            size_t most = i + 1 < table->columns ? cap : cap * 5 / 6;
            widths[i] = natural[i] < most ? natural[i] : most;
            used += widths[i];
        }
        if (used <= room)
            break;
    }
    for (size_t i = 0; used < room && i < table->columns; i++) {
        size_t more = natural[i] - widths[i] < room - used ? natural[i] - widths[i] : room - used;
        widths[i] += more;
        used += more;
    }
}

static void print_row(const MapTable *table, const Text *cells, const size_t *widths)
{
    Lines lines[MAP_TABLE_COLUMNS_MAX];
    size_t height = 1;
    for (size_t i = 0; i < table->columns; i++) {
        lines[i] = cut_lines(table->arena, cells[i], widths[i], MAP_TABLE_LINES_MAX);
        height = lines[i].count > height ? lines[i].count : height;
    }
    for (size_t line = 0; line < height; line++) {
        size_t blank = table->indent; /* columns before the next cell, written when there is one */
        for (size_t i = 0; i < table->columns; i++) {
            Text part = line < lines[i].count ? text_trim(lines[i].items[line]) : TEXT("");
            if (part.size > 0) {
                printf("%*s%.*s", (int)blank, "", TEXT_ARGS(part));
                blank = 0;
            }
            size_t width = unicode_width(part);
            blank += (width < widths[i] ? widths[i] - width : 0) + GAP;
        }
        putchar('\n');
    }
}

void map_table_print(const MapTable *table)
{
    size_t widths[MAP_TABLE_COLUMNS_MAX] = {0};
    choose_widths(table, widths);
    for (size_t i = 0; i + table->columns <= table->count; i += table->columns)
        print_row(table, &table->cells[i], widths);
}

TextList map_table_lines(Arena *arena, Text text, size_t width)
{
    Lines lines = cut_lines(arena, map_table_harmless(arena, text), width, LINES_WHOLE);
    return (TextList){lines.items, lines.count};
}

void map_table_wrapped(Arena *arena, Text text, size_t indent)
{
    TextList lines = map_table_lines(arena, text, MAP_TABLE_WIDTH - indent);
    for (size_t i = 0; i < lines.count; i++)
        printf("%*s%.*s\n", (int)indent, "", TEXT_ARGS(text_trim(lines.items[i])));
}
