#include "lag/lag_grid.h"

#include "base/unicode.h"

enum { GAP = 2, FIRST_LEAST = 18, ROWS_FIRST = 32, NOTE_INDENT = 4 };

LagGrid lag_grid(const LagColumn *columns, size_t column_count, Arena *arena)
{
    return (LagGrid){.arena = arena, .columns = columns, .column_count = column_count};
}

LagRow *lag_grid_row(LagGrid *grid, int item)
{
    if (grid->count == grid->capacity) {
        size_t capacity = grid->capacity == 0 ? ROWS_FIRST : grid->capacity * 2;
        grid->rows = arena_grow(grid->arena, grid->rows, grid->capacity * sizeof(LagRow),
                                capacity * sizeof(LagRow));
        grid->capacity = capacity;
    }
    LagRow *row = &grid->rows[grid->count++];
    *row = (LagRow){.item = item};
    return row;
}

typedef struct Widths {
    size_t columns[LAG_GRID_COLUMNS_MAX]; /* 0: left out */
} Widths;

static size_t total_of(const LagGrid *grid, const Widths *widths)
{
    size_t total = widths->columns[0];
    for (size_t i = 1; i < grid->column_count; i++)
        total += widths->columns[i] > 0 ? widths->columns[i] + GAP : 0;
    return total;
}

static size_t next_to_drop(const LagGrid *grid, const Widths *widths)
{
    size_t found = 0;
    for (size_t i = 1; i < grid->column_count; i++)
        if (widths->columns[i] > 0 && grid->columns[i].drop > grid->columns[found].drop)
            found = i;
    return found;
}

/* Nothing of it is known, or there is nothing to know. */
static bool is_void(const LagGrid *grid, size_t column)
{
    for (size_t i = 0; i < grid->count; i++) {
        const Text cell = grid->rows[i].cells[column];
        if (!text_is_empty(cell) && !text_is(cell, "?") && !text_is(cell, "-"))
            return false;
    }
    return true;
}

static Widths measure(const LagGrid *grid, size_t room)
{
    Widths widths = {{0}};
    for (size_t i = 0; i < grid->column_count; i++) {
        widths.columns[i] = unicode_width(text_from(grid->columns[i].heading));
        for (size_t k = 0; k < grid->count; k++) {
            size_t width = unicode_width(grid->rows[k].cells[i]);
            widths.columns[i] = width > widths.columns[i] ? width : widths.columns[i];
        }
    }
    size_t wanted = widths.columns[0];
    size_t least = wanted < FIRST_LEAST ? wanted : FIRST_LEAST;
    widths.columns[0] = least;
    for (size_t i = 1; i < grid->column_count; i++)
        if (grid->columns[i].drop > 0 && is_void(grid, i))
            widths.columns[i] = 0;
    for (size_t drop; total_of(grid, &widths) > room && (drop = next_to_drop(grid, &widths)) > 0;)
        widths.columns[drop] = 0;
    size_t used = total_of(grid, &widths) - least;
    size_t left = room > used ? room - used : 1;
    widths.columns[0] = wanted < left ? wanted : left;
    return widths;
}

static void draw_row(const LagGrid *grid, const Widths *widths, const LagRow *row, LagPage *page)
{
    size_t column = 0; /* of the screen */
    lag_page_line(page);
    for (size_t i = 0; i < grid->column_count; i++) {
        size_t width = widths->columns[i];
        if (width == 0)
            continue;
        const Text cell = lag_page_shortened(row->cells[i], width, page->arena);
        if (grid->columns[i].right)
            lag_page_pad(page, column + width - unicode_width(cell));
        else
            lag_page_pad(page, column);
        lag_page_text(page, row->styles[i], cell);
        column += width + GAP;
    }
}

static void draw_note(const LagNote *note, LagPage *page)
{
    if (!text_is_empty(note->sentence))
        lag_page_wrapped(page, NOTE_INDENT, LAG_BOLD, note->sentence);
    if (!text_is_empty(note->evidence))
        lag_page_wrapped(page, NOTE_INDENT, LAG_PLAIN, note->evidence);
    if (!text_is_empty(note->step))
        lag_page_wrapped(page, NOTE_INDENT, LAG_PLAIN,
                         text_format(page->arena, "do `%.*s`", TEXT_ARGS(note->step)));
}

void lag_grid_draw(const LagGrid *grid, LagPage *page)
{
    if (grid->count == 0)
        return;
    /* Once clean, a text is as wide as it is shown. */
    for (size_t i = 0; i < grid->count; i++)
        for (size_t k = 0; k < grid->column_count; k++)
            grid->rows[i].cells[k] = lag_page_clean(grid->rows[i].cells[k], page->arena);
    const Widths widths = measure(grid, page->width);
    LagRow heading = {.item = LAG_NO_ITEM};
    for (size_t i = 0; i < grid->column_count; i++) {
        heading.cells[i] = text_from(grid->columns[i].heading);
        heading.styles[i] = LAG_DIM;
    }
    draw_row(grid, &widths, &heading, page);
    for (size_t i = 0; i < grid->count; i++) {
        page->item = grid->rows[i].item;
        draw_row(grid, &widths, &grid->rows[i], page);
        draw_note(&grid->rows[i].note, page);
        page->item = LAG_NO_ITEM;
    }
}
