/*
 * The picture: the view's head, a window onto what scrolls, a line of keys.
 *
 *     cluster   time   measured by            head
 *     STALLED   Kafka answers ...
 *
 *     GROUP, PARTITION   VERDICT ...          window; "> " before the chosen row
 *   > onecase-matcher    STALLED ...
 *     q quit  a all ...                       foot
 */
#include "lag/lag_units.h"
#include "lag/lag_watch_parts.h"

#include "base/clock.h"
#include "base/unicode.h"

enum { MARGIN = 2, FOOT = 1, WINDOW_LEAST = 3, US_PER_MS = 1000 };

static const char *const HELP[] = {
    "Keys",
    "",
    "up, down          another row",
    "page up, page down, home, end",
    "Enter             all that is known of the row; Enter or Esc: back",
    "a                 every partition, or only those in trouble",
    "/ or g            rows whose name holds what you write; Esc: all again",
    "Ctrl-L            draw anew",
    "q or Ctrl-C       quit",
    "",
    "LAG      messages that wait",
    "AGE      how old the next one of them is",
    "FOR      how long the verdict holds; > at least",
    "DONE IN  when nothing waits any more at these rates",
    "",
    "The worst comes first. docs/lag.md explains verdicts and columns.",
};

/* ---- the picture's parts ---- */

/* A row whose details are shown stays known when it is well again, or filtered out. */
static LagViewOptions view_options(const LagWatch *watch)
{
    const bool details = watch->mode == WATCH_DETAILS;
    const size_t width = watch->columns > MARGIN + 1 ? watch->columns - MARGIN : 1;
    return (LagViewOptions){.width = width,
                            .now_ms = clock_wall_us() / US_PER_MS,
                            .all = watch->all || details,
                            .filter = {watch->filter, details ? 0 : watch->filter_size}};
}

static LagPage help_page(const LagWatch *watch, size_t width)
{
    LagPage page = lag_page(width, watch->arena);
    for (size_t i = 0; i < sizeof(HELP) / sizeof(HELP[0]); i++) {
        lag_page_line(&page);
        lag_page_text(&page, i == 0 ? LAG_BOLD : LAG_PLAIN, text_from(HELP[i]));
    }
    return page;
}

/* Before there is an answer. */
static void draw_asking(LagWatch *watch, size_t width)
{
    watch->view =
        (LagView){.head = lag_page(width, watch->arena), .body = lag_page(width, watch->arena)};
    lag_page_line(&watch->view.head);
    lag_page_format(&watch->view.head, LAG_BOLD, "onecase lag");
    if (watch->error.verdict != ERROR_NONE)
        return;
    lag_page_line(&watch->view.body);
    lag_page_format(&watch->view.body, LAG_DIM, "asking %s ...",
                    watch->options->direct ? watch->options->brokers : watch->options->lagwatch);
}

static void add_notices(LagWatch *watch)
{
    LagPage *head = &watch->view.head;
    if (watch->error.verdict != ERROR_NONE) {
        const Text moment = lag_units_moment(watch->failed_ms, watch->arena);
        lag_page_wrapped(head, 0, LAG_BAD,
                         text_format(watch->arena, "no answer since %.*s: %s", TEXT_ARGS(moment),
                                     watch->error.text));
        lag_page_line(head);
    } else if (!text_is_empty(watch->last.answer.notice)) {
        lag_page_wrapped(head, 0, LAG_WARN, watch->last.answer.notice);
        lag_page_line(head);
    }
}

static bool same_row(const LagItem *a, const LagItem *b)
{
    if ((a->instance != NULL) != (b->instance != NULL) ||
        (a->source != NULL) != (b->source != NULL) ||
        (a->partition != NULL) != (b->partition != NULL))
        return false;
    if (a->instance != NULL)
        return text_equal(a->instance->service, b->instance->service) &&
               text_equal(a->instance->address, b->instance->address);
    if (a->source != NULL)
        return text_equal(a->source->source, b->source->source);
    if (a->group == NULL || b->group == NULL || !text_equal(a->group->group, b->group->group))
        return false;
    return a->partition == NULL || (a->partition->partition == b->partition->partition &&
                                    text_equal(a->partition->topic, b->partition->topic));
}

int lag_watch_find(const LagView *view, const LagItem *item)
{
    for (size_t i = 0; i < view->item_count; i++)
        if (same_row(&view->items[i], item))
            return (int)i;
    return LAG_NO_ITEM;
}

/* Where the row was, when what it was about is gone. */
static void choose(LagWatch *watch)
{
    const int count = (int)watch->view.item_count;
    const int found = lag_watch_find(&watch->view, &watch->item);
    if (found != LAG_NO_ITEM)
        watch->chosen = found;
    else if (watch->chosen >= count)
        watch->chosen = count - 1;
    else if (watch->chosen < 0 && count > 0)
        watch->chosen = 0;
    if (found == LAG_NO_ITEM && watch->mode == WATCH_DETAILS)
        watch->mode = WATCH_LIST;
    watch->item = watch->chosen >= 0 ? watch->view.items[watch->chosen] : (LagItem){0};
}

/* ---- the window ---- */

/* The lines that belong to a row: its own, and headings above the first and what is below the last. */
static void lines_of(const LagPage *page, int item, int last, size_t *from, size_t *to)
{
    *from = 0;
    *to = page->count;
    for (size_t i = page->count; i-- > 0;) {
        const int at = page->lines[i].item;
        if (at == item && item > 0)
            *from = i;
        if (at > item && item < last)
            *to = i;
    }
}

static void move_window(LagWatch *watch)
{
    const size_t count = watch->page.count;
    if (watch->mode != WATCH_DETAILS && watch->mode != WATCH_HELP && watch->chosen >= 0) {
        size_t from;
        size_t to;
        lines_of(&watch->page, watch->chosen, (int)watch->view.item_count - 1, &from, &to);
        if (to > watch->top + watch->window)
            watch->top = to - watch->window;
        if (from < watch->top)
            watch->top = from;
    }
    if (watch->top + watch->window > count)
        watch->top = count > watch->window ? count - watch->window : 0;
}

/* ---- onto the screen ---- */

/* From the top left; a terminal that can waits for the end of the picture before it shows it (mode 2026). */
static const char BEGIN[] = "\x1b[?2026h\x1b[H";
static const char FINISH[] = "\x1b[?2026l";

static void end_line(TextBuilder *out, bool last)
{
    builder_string(out, last ? "\x1b[K" : "\x1b[K\r\n");
}

static void draw_line(const LagWatch *watch, size_t index, TextBuilder *out)
{
    const LagLine *line = &watch->page.lines[index];
    bool list = watch->mode == WATCH_LIST || watch->mode == WATCH_FILTER;
    bool first = index == 0 || watch->page.lines[index - 1].item != line->item;
    bool chosen = list && line->item != LAG_NO_ITEM && line->item == watch->chosen && first;
    builder_string(out, chosen ? "> " : "  ");
    if (chosen)
        builder_string(out, "\x1b[7m");
    lag_page_draw(line, watch->colour && !chosen, out);
    if (chosen)
        builder_string(out, "\x1b[0m");
}

static void draw_foot(const LagWatch *watch, TextBuilder *out)
{
    LagPage page = lag_page(watch->columns > 1 ? watch->columns - 1 : 1, watch->arena);
    const Text filter = {watch->filter, watch->filter_size};
    size_t below = watch->page.count > watch->top + watch->window
                       ? watch->page.count - watch->top - watch->window
                       : 0;
    lag_page_line(&page);
    if (watch->mode == WATCH_FILTER)
        lag_page_format(&page, LAG_BOLD, "  only: %.*s_   Enter: done, Esc: all",
                        TEXT_ARGS(filter));
    else if (watch->mode == WATCH_LIST)
        lag_page_format(&page, LAG_DIM, "  q quit  a %s  / filter  Enter details  ? keys",
                        watch->all ? "trouble" : "all");
    else
        lag_page_format(&page, LAG_DIM, "  q quit  Enter back");
    if (watch->mode == WATCH_LIST && filter.size > 0)
        lag_page_format(&page, LAG_BOLD, "  only: %.*s", TEXT_ARGS(filter));
    if (below > 0)
        lag_page_format(&page, LAG_DIM, "  %zu lines below", below);
    lag_page_draw(&page.lines[0], watch->colour, out);
}

static void show(LagWatch *watch)
{
    const LagPage *head = &watch->view.head;
    TextBuilder out = builder_new(watch->arena);
    size_t room = watch->rows > FOOT ? watch->rows - FOOT : 0;
    size_t head_lines = head->count;
    if (head_lines + WINDOW_LEAST > room)
        head_lines = room > WINDOW_LEAST ? room - WINDOW_LEAST : 0;
    watch->window = room - head_lines;
    move_window(watch);
    builder_string(&out, BEGIN);
    for (size_t i = 0; i < head_lines; i++) {
        builder_string(&out, "  ");
        lag_page_draw(&head->lines[i], watch->colour, &out);
        end_line(&out, false);
    }
    for (size_t i = watch->top; i < watch->top + watch->window; i++) {
        if (i < watch->page.count)
            draw_line(watch, i, &out);
        end_line(&out, false);
    }
    draw_foot(watch, &out);
    end_line(&out, true);
    builder_string(&out, FINISH);
    lag_terminal_write(builder_view(&out));
}

void lag_watch_draw(LagWatch *watch)
{
    arena_reset(watch->arena);
    lag_terminal_size(&watch->columns, &watch->rows);
    const LagViewOptions options = view_options(watch);
    if (watch->last.arena == NULL)
        draw_asking(watch, options.width);
    else
        lag_view(&watch->last.answer.report, &options, watch->arena, &watch->view);
    add_notices(watch);
    choose(watch);
    watch->page = watch->view.body;
    if (watch->mode == WATCH_DETAILS)
        watch->page =
            lag_view_details(&watch->last.answer.report, &watch->item, &options, watch->arena);
    else if (watch->mode == WATCH_HELP)
        watch->page = help_page(watch, options.width);
    show(watch);
}
