#include "lag/lag_watch.h"

#include "command.h"
#include "lag/lag_watch_parts.h"

#include "base/clock.h"
#include "base/unicode.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK = 65536, REDRAW_MS = 1000, US_PER_MS = 1000, EXIT_SIGNAL = 128 };

/* ---- keys ---- */

static void choose_row(LagWatch *watch, int item)
{
    const int count = (int)watch->view.item_count;
    if (count == 0)
        return;
    watch->chosen = item < 0 ? 0 : item >= count ? count - 1 : item;
    watch->item = watch->view.items[watch->chosen];
}

/* The row at a line of the page, or the nearest above it. */
static int row_at(const LagWatch *watch, size_t line)
{
    if (line >= watch->page.count)
        return (int)watch->view.item_count - 1;
    while (line > 0 && watch->page.lines[line].item == LAG_NO_ITEM)
        line--;
    const int item = watch->page.lines[line].item;
    return item == LAG_NO_ITEM ? 0 : item;
}

static size_t line_of(const LagWatch *watch, int item)
{
    for (size_t i = 0; i < watch->page.count; i++)
        if (watch->page.lines[i].item == item)
            return i;
    return 0;
}

static void move_in_list(LagWatch *watch, int key)
{
    const size_t at = line_of(watch, watch->chosen);
    if (key == KEY_UP)
        choose_row(watch, watch->chosen - 1);
    else if (key == KEY_DOWN)
        choose_row(watch, watch->chosen + 1);
    else if (key == KEY_PAGE_UP)
        choose_row(watch, row_at(watch, at > watch->window ? at - watch->window : 0));
    else if (key == KEY_PAGE_DOWN)
        choose_row(watch, row_at(watch, at + watch->window));
    else if (key == KEY_HOME)
        choose_row(watch, 0);
    else if (key == KEY_END)
        choose_row(watch, (int)watch->view.item_count - 1);
}

/* The picture sees to it that the window does not go beyond the end. */
static void move_on_page(LagWatch *watch, int key)
{
    const size_t top = watch->top;
    if (key == KEY_UP)
        watch->top = top > 0 ? top - 1 : 0;
    else if (key == KEY_DOWN)
        watch->top = top + 1;
    else if (key == KEY_PAGE_UP)
        watch->top = top > watch->window ? top - watch->window : 0;
    else if (key == KEY_PAGE_DOWN)
        watch->top = top + watch->window;
    else if (key == KEY_HOME)
        watch->top = 0;
    else if (key == KEY_END)
        watch->top = watch->page.count;
}

static void to_mode(LagWatch *watch, WatchMode mode)
{
    watch->mode = mode;
    watch->top = 0;
}

/* Of the rows that the filter lets through now, the first is chosen. */
static void change_filter(LagWatch *watch, size_t size)
{
    watch->filter_size = size;
    watch->chosen = 0;
    watch->item = (LagItem){0};
    watch->top = 0;
}

static void write_filter(LagWatch *watch, int key)
{
    size_t size = watch->filter_size;
    if (key == KEY_ENTER) {
        to_mode(watch, WATCH_LIST);
    } else if (key == KEY_ESCAPE) {
        change_filter(watch, 0);
        to_mode(watch, WATCH_LIST);
    } else if (key == KEY_BACKSPACE) {
        while (size > 0 && (watch->filter[--size] & 0xC0) == 0x80)
            ;
        change_filter(watch, size);
    } else if (key < KEY_ENTER) {
        TextBuilder character = builder_new(watch->arena);
        builder_codepoint(&character, (uint32_t)key);
        const Text bytes = builder_view(&character);
        if (size + bytes.size > WATCH_FILTER_MAX)
            return;
        memcpy(watch->filter + size, bytes.data, bytes.size);
        change_filter(watch, size + bytes.size);
    } else {
        move_in_list(watch, key);
    }
}

static void act_on_list(LagWatch *watch, int key)
{
    if (key == 'a')
        watch->all = !watch->all;
    else if (key == '/' || key == 'g')
        to_mode(watch, WATCH_FILTER);
    else if (key == '?' || key == 'h')
        to_mode(watch, WATCH_HELP);
    else if (key == KEY_ENTER && watch->chosen >= 0)
        to_mode(watch, WATCH_DETAILS);
    else if (key == KEY_ESCAPE)
        change_filter(watch, 0);
    else
        move_in_list(watch, key);
}

bool lag_watch_key(LagWatch *watch, int key)
{
    if (watch->mode == WATCH_FILTER) {
        write_filter(watch, key);
        return true;
    }
    if (key == 'q' || key == 'Q')
        return false;
    if (watch->mode == WATCH_LIST)
        act_on_list(watch, key);
    else if (key == KEY_ENTER || key == KEY_ESCAPE || key == KEY_BACKSPACE || key == KEY_LEFT)
        to_mode(watch, WATCH_LIST);
    else
        move_on_page(watch, key);
    return true;
}

/* ---- answers ---- */

static void take_answer(LagWatch *watch)
{
    LagTaken taken;
    if (!lag_asker_take(watch->asker, &taken))
        return;
    if (!taken.answered) {
        if (watch->error.verdict == ERROR_NONE)
            watch->failed_ms = clock_wall_us() / US_PER_MS;
        watch->error = taken.error;
        lag_asker_drop(&taken);
        return;
    }
    LagTaken old = watch->last;
    watch->last = taken;
    watch->error = (Error){0};
    lag_watch_draw(watch); /* finds the chosen row again, so the old report is needed until then */
    lag_asker_drop(&old);
}

/* ---- the loop ---- */

static bool is_movement(const LagTerminalEvent *event)
{
    return event->kind == TERMINAL_KEY && event->value >= KEY_UP && event->value <= KEY_END;
}

/* The exit code. A key that is held down is followed as it comes, and drawn when there is time. */
static int run(LagWatch *watch)
{
    bool draw = true;
    for (;;) {
        if (draw)
            lag_watch_draw(watch);
        const LagTerminalEvent event =
            lag_terminal_wait(&watch->terminal, lag_asker_fd(watch->asker), REDRAW_MS);
        if (event.kind == TERMINAL_ENDED)
            return event.value == SIGINT ? EXIT_OK
                                         : EXIT_SIGNAL + (event.value > 0 ? event.value : SIGHUP);
        if (event.kind == TERMINAL_KEY && !lag_watch_key(watch, event.value))
            return EXIT_OK;
        if (event.kind == TERMINAL_FD)
            take_answer(watch);
        draw = !is_movement(&event) || !lag_terminal_has_key(&watch->terminal);
    }
}

bool lag_watch(const LagOptions *options, int *status, Error *error)
{
    LagWatch watch = {.options = options,
                      .all = options->all,
                      .colour = lag_terminal_colour(),
                      .chosen = LAG_NO_ITEM,
                      .arena = NULL};
    if (!lag_terminal_open(&watch.terminal, error))
        return false;
    watch.arena = arena_new(ARENA_BLOCK);
    bool started = lag_asker_start(options, &watch.asker, error);
    if (started)
        *status = run(&watch);
    lag_terminal_close(&watch.terminal);
    if (started && !lag_asker_stop(watch.asker))
        _Exit(*status); /* nobody wants to wait for a server that does not answer */
    lag_asker_drop(&watch.last);
    arena_free(watch.arena);
    return started;
}
