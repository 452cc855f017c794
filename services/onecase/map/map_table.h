#ifndef ONECASE_SERVICES_ONECASE_MAP_TABLE_H
#define ONECASE_SERVICES_ONECASE_MAP_TABLE_H

#include "base/text.h"

/*
 * Tables whose cells are wrapped, so that a line never has more than MAP_TABLE_WIDTH columns of a terminal; Han and
 * full-width characters take two. Cells may be of strangers: what would steer a terminal is shown as U+FFFD.
 */
enum { MAP_TABLE_WIDTH = 100, MAP_TABLE_COLUMNS_MAX = 4, MAP_TABLE_LINES_MAX = 12 };

typedef struct MapTable {
    Arena *arena;
    size_t columns;
    size_t indent;
    Text *cells; /* row by row */
    size_t count;
    size_t capacity;
} MapTable;

/* The text with what would steer a terminal as U+FFFD. */
Text map_table_harmless(Arena *arena, Text text);

MapTable map_table(Arena *arena, size_t columns, size_t indent);
/* A line break in a cell begins a new line. A cell of more than MAP_TABLE_LINES_MAX lines is cut, and says so. */
void map_table_cell(MapTable *table, Text cell);
void map_table_print(const MapTable *table); /* to stdout */

/* The lines of a text of at most `width` columns each; views of a copy on the arena. */
TextList map_table_lines(Arena *arena, Text text, size_t width);

/* A text by itself, whole, every line after `indent` columns; to stdout. */
void map_table_wrapped(Arena *arena, Text text, size_t indent);

#endif
