#ifndef ONECASE_SERVICES_ONECASE_LAG_PAGE_H
#define ONECASE_SERVICES_ONECASE_LAG_PAGE_H

#include "base/text_builder.h"

/*
 * Lines of a screen: spans of text, each with a style, on an arena. Whatever is put in takes part as one line: control characters, and
 * those that change the direction of writing, become '?', so that no name from elsewhere can move the cursor. Widths are columns of a
 * terminal (Han characters take two).
 */
typedef enum LagStyle {
    LAG_PLAIN,
    LAG_DIM,
    LAG_BOLD,
    LAG_WARN, /* yellow */
    LAG_BAD   /* red, bold */
} LagStyle;

typedef struct LagSpan {
    LagStyle style;
    Text text;
} LagSpan;

typedef struct LagLine {
    LagSpan *spans;
    size_t count;
    size_t capacity;
    size_t width;
    int item; /* which row of the view it belongs to; LAG_NO_ITEM: none */
} LagLine;

enum { LAG_NO_ITEM = -1 };

typedef struct LagPage {
    Arena *arena;
    size_t width; /* of the screen */
    LagLine *lines;
    size_t count;
    size_t capacity;
    int item; /* given to lines that begin now */
} LagPage;

LagPage lag_page(size_t width, Arena *arena);
void lag_page_line(LagPage *page); /* begins a line */
/* Puts text behind what stands in the last line; what does not fit on the screen is cut off. */
void lag_page_text(LagPage *page, LagStyle style, Text text);
void lag_page_format(LagPage *page, LagStyle style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void lag_page_pad(LagPage *page, size_t column); /* spaces up to that column */
/* Lines of words behind an indent, broken at spaces where there are some. */
void lag_page_wrapped(LagPage *page, size_t indent, LagStyle style, Text text);
/* The same with a label, dim, in the first line's indent. */
void lag_page_labelled(LagPage *page, Text label, size_t indent, LagStyle style, Text text);

/* The text without what would disturb a line. */
Text lag_page_clean(Text text, Arena *arena);
/* The text in at most `width` columns: its middle gives way to "..". */
Text lag_page_shortened(Text text, size_t width, Arena *arena);

/* One line with its styles as a terminal takes them (SGR), or bare. No line end. */
void lag_page_draw(const LagLine *line, bool colour, TextBuilder *out);
/* All lines on stdout. */
void lag_page_print(const LagPage *page, bool colour);

#endif
