#ifndef ONECASE_SERVICES_ONECASE_LAG_GRID_H
#define ONECASE_SERVICES_ONECASE_LAG_GRID_H

#include "lag/lag_page.h"

/*
 * A table on a page: columns as wide as their widest cell, the first one takes what is left and has its texts shortened. Where that is
 * too little, columns are left out. Below a row may stand what is to be said of it.
 */
enum { LAG_GRID_COLUMNS_MAX = 10 };

typedef struct LagColumn {
    const char *heading;
    bool right;
    int drop; /* 0: stays; where there is no room the highest number is left out first, and where it says nothing any */
} LagColumn;

/* What is said below a row; absent parts are left out. */
typedef struct LagNote {
    Text sentence; /* where, which verdict, since when */
    Text evidence;
    Text step; /* a command */
} LagNote;

typedef struct LagRow {
    Text cells[LAG_GRID_COLUMNS_MAX];
    LagStyle styles[LAG_GRID_COLUMNS_MAX];
    LagNote note;
    int item;
} LagRow;

typedef struct LagGrid {
    Arena *arena;
    const LagColumn *columns;
    size_t column_count;
    LagRow *rows;
    size_t count;
    size_t capacity;
} LagGrid;

LagGrid lag_grid(const LagColumn *columns, size_t column_count, Arena *arena);
/* An empty row; the pointer holds until the next call. */
LagRow *lag_grid_row(LagGrid *grid, int item);
/* Heading, rows and notes, onto the page. Nothing when there are no rows. */
void lag_grid_draw(const LagGrid *grid, LagPage *page);

#endif
