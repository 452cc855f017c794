#ifndef ONECASE_SERVICES_ONECASE_LAG_WATCH_PARTS_H
#define ONECASE_SERVICES_ONECASE_LAG_WATCH_PARTS_H

#include "lag/lag_asker.h"
#include "lag/lag_terminal.h"
#include "lag/lag_view.h"

typedef enum WatchMode { WATCH_LIST, WATCH_DETAILS, WATCH_FILTER, WATCH_HELP } WatchMode;

enum { WATCH_FILTER_MAX = 64 };

/* What is on the screen: an answer, which row is chosen, and how far down the window stands. */
typedef struct LagWatch {
    const LagOptions *options;
    LagTerminal terminal;
    LagAsker *asker;
    bool colour;

    LagTaken last;     /* the last answer; what it lives on is NULL before the first */
    Error error;       /* why there was no newer one */
    int64_t failed_ms; /* since when */

    WatchMode mode;
    bool all;
    char filter[WATCH_FILTER_MAX + 1];
    size_t filter_size;

    Arena *arena; /* of the picture; emptied for each */
    size_t columns;
    size_t rows;
    LagView view;
    LagPage page;  /* what scrolls: the view's body, details, help */
    size_t top;    /* line of the page that is the first of the window */
    size_t window; /* lines that fit */
    int chosen;    /* item; LAG_NO_ITEM: none */
    LagItem item;  /* what it was about when it was chosen */
} LagWatch;

/* Makes the picture anew and shows it. */
void lag_watch_draw(LagWatch *watch);

/* False: the key ends it. */
bool lag_watch_key(LagWatch *watch, int key);

/* The row of the view that is about the same, LAG_NO_ITEM: it is gone. */
int lag_watch_find(const LagView *view, const LagItem *item);

#endif
