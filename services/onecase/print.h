#ifndef ONECASE_SERVICES_ONECASE_PRINT_H
#define ONECASE_SERVICES_ONECASE_PRINT_H

#include "base/text.h"
#include "base/text_builder.h"

/*
 * Tables for people: cells are gathered, then printed with columns as wide as their widest cell. Han characters take
 * two columns of a terminal.
 */
enum { PRINT_COLUMNS_MAX = 16 };

typedef struct PrintTable {
    Arena *arena;
    size_t columns;
    bool right[PRINT_COLUMNS_MAX]; /* numbers stand at the right */
    Text *cells;                   /* row by row; the first row is the heading */
    size_t count;
    size_t capacity;
} PrintTable;

PrintTable print_table(Arena *arena, size_t columns);
void print_cell(PrintTable *table, Text cell);
void print_cell_int(PrintTable *table, int64_t value);
/* The heading, as C strings, one for each column; a name that starts with '>' makes its column right-aligned. */
void print_heading(PrintTable *table, const char *const *names);
void print_out(const PrintTable *table); /* to stdout */

/* 2026-11-22 16:05 at +08:00; "" when absent. */
Text print_time(Arena *arena, int64_t time_us);
/* 红 橙 黄 蓝 */
const char *print_level(int64_t level);
/* 待受理 ... */
const char *print_status(int64_t status);
/* +20.9: millibits as bits with one digit, or three when exact is asked for */
Text print_bits(Arena *arena, int64_t millibits);

#endif
