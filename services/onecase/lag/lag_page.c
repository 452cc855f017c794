#include "lag/lag_page.h"

#include "base/unicode.h"

#include <stdarg.h>
#include <stdio.h>

enum { LINES_FIRST = 64, SPANS_FIRST = 8, FORMAT_MAX = 512 };

LagPage lag_page(size_t width, Arena *arena)
{
    return (LagPage){.arena = arena, .width = width, .item = LAG_NO_ITEM};
}

void lag_page_line(LagPage *page)
{
    if (page->count == page->capacity) {
        size_t capacity = page->capacity == 0 ? LINES_FIRST : page->capacity * 2;
        page->lines = arena_grow(page->arena, page->lines, page->capacity * sizeof(LagLine),
                                 capacity * sizeof(LagLine));
        page->capacity = capacity;
    }
    page->lines[page->count++] = (LagLine){.item = page->item};
}

/* ---- texts ---- */

/* C0, DEL, C1, line and paragraph separators, marks and overrides of the direction of writing, invisible joiners. */
static bool disturbs(uint32_t codepoint)
{
    return codepoint < 0x20 || (codepoint >= 0x7F && codepoint < 0xA0) || codepoint == 0x61C ||
           (codepoint >= 0x200B && codepoint <= 0x200F) ||
           (codepoint >= 0x2028 && codepoint <= 0x202E) ||
           (codepoint >= 0x2060 && codepoint <= 0x206F) || codepoint == 0xFEFF;
}

Text lag_page_clean(Text text, Arena *arena)
{
    TextBuilder out = builder_new(arena);
    uint32_t codepoint;
    while (unicode_next(&text, &codepoint))
        builder_codepoint(
            &out, disturbs(codepoint) || codepoint == UNICODE_REPLACEMENT ? '?' : codepoint);
    return builder_view(&out);
}

/* The longest front part in at most `width` columns. */
static Text front(Text text, size_t width)
{
    Text rest = text;
    size_t size = 0;
    size_t taken = 0;
    uint32_t codepoint;
    while (unicode_next(&rest, &codepoint)) {
        const size_t end = text.size - rest.size;
        taken += unicode_width(text_slice(text, size, end - size));
        if (taken > width)
            break;
        size = end;
    }
    return (Text){text.data, size};
}

/* The longest back part in at most `width` columns. */
static Text back(Text text, size_t width)
{
    size_t left = unicode_width(text);
    uint32_t codepoint;
    for (Text rest = text; left > width && unicode_next(&rest, &codepoint); text = rest)
        left -= unicode_width(text_slice(text, 0, text.size - rest.size));
    return text;
}

Text lag_page_shortened(Text text, size_t width, Arena *arena)
{
    enum { DOTS = 2 };
    if (unicode_width(text) <= width)
        return text;
    if (width <= DOTS)
        return front(text, width);
    size_t left = (width - DOTS) / 2;
    const Text head = front(text, left);
    const Text tail = back(text, width - DOTS - unicode_width(head));
    return text_format(arena, "%.*s..%.*s", TEXT_ARGS(head), TEXT_ARGS(tail));
}

/* ---- lines ---- */

static void put(LagPage *page, LagStyle style, Text clean)
{
    LagLine *line = &page->lines[page->count - 1];
    const Text text = front(clean, page->width - line->width);
    if (text.size == 0)
        return;
    if (line->count == line->capacity) {
        size_t capacity = line->capacity == 0 ? SPANS_FIRST : line->capacity * 2;
        line->spans = arena_grow(page->arena, line->spans, line->capacity * sizeof(LagSpan),
                                 capacity * sizeof(LagSpan));
        line->capacity = capacity;
    }
    line->spans[line->count++] = (LagSpan){style, text};
    line->width += unicode_width(text);
}

void lag_page_text(LagPage *page, LagStyle style, Text text)
{
    put(page, style, lag_page_clean(text, page->arena));
}

void lag_page_format(LagPage *page, LagStyle style, const char *format, ...)
{
    char text[FORMAT_MAX];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof(text), format, values);
    va_end(values);
    lag_page_text(page, style, text_from(text));
}

void lag_page_pad(LagPage *page, size_t column)
{
    const LagLine *line = &page->lines[page->count - 1];
    if (line->width < column)
        put(page, LAG_PLAIN, text_format(page->arena, "%*s", (int)(column - line->width), ""));
}

/* What of `rest` goes into one line of `room` columns: broken at the last space, else anywhere. */
static Text next_part(Text rest, size_t room)
{
    Text part = front(rest, room);
    if (part.size < rest.size && rest.data[part.size] != ' ') {
        size_t end = part.size;
        while (end > 0 && part.data[end - 1] != ' ')
            end--;
        part.size = end > 0 ? end : part.size;
    }
    return part.size > 0 ? part : unicode_prefix(rest, 1); /* one wider than the room */
}

void lag_page_labelled(LagPage *page, Text label, size_t indent, LagStyle style, Text text)
{
    enum { ROOM_LEAST = 10 }; /* a screen narrower than that cuts lines off */
    Text rest = lag_page_clean(text, page->arena);
    size_t room = page->width > indent + ROOM_LEAST ? page->width - indent : ROOM_LEAST;
    for (bool first = true; rest.size > 0; first = false) {
        const Text part = next_part(rest, room);
        lag_page_line(page);
        if (first)
            lag_page_text(page, LAG_DIM, label);
        lag_page_pad(page, indent);
        put(page, style, text_trim(part));
        rest = text_slice(rest, part.size, rest.size);
        while (rest.size > 0 && rest.data[0] == ' ')
            rest = text_slice(rest, 1, rest.size);
    }
}

void lag_page_wrapped(LagPage *page, size_t indent, LagStyle style, Text text)
{
    lag_page_labelled(page, TEXT(""), indent, style, text);
}

/* ---- out ---- */

void lag_page_draw(const LagLine *line, bool colour, TextBuilder *out)
{
    static const char *const SGR[] = {"", "\x1b[2m", "\x1b[1m", "\x1b[33m", "\x1b[1;31m"};
    for (size_t i = 0; i < line->count; i++) {
        const LagSpan *span = &line->spans[i];
        bool styled = colour && span->style != LAG_PLAIN;
        if (styled)
            builder_string(out, SGR[span->style]);
        builder_text(out, span->text);
        if (styled)
            builder_string(out, "\x1b[0m");
    }
}

void lag_page_print(const LagPage *page, bool colour)
{
    for (size_t i = 0; i < page->count; i++) {
        TextBuilder out = builder_new(page->arena);
        lag_page_draw(&page->lines[i], colour, &out);
        Text text = builder_view(&out);
        while (text.size > 0 && text.data[text.size - 1] == ' ')
            text.size--;
        printf("%.*s\n", TEXT_ARGS(text));
    }
}
