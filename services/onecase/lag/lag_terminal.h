#ifndef ONECASE_SERVICES_ONECASE_LAG_TERMINAL_H
#define ONECASE_SERVICES_ONECASE_LAG_TERMINAL_H

#include "lag/lag_keys.h"

#include "base/error.h"
#include "base/text.h"

#include <termios.h>

/* Columns for a table on stdout: the terminal's, else $COLUMNS, else 80. */
size_t lag_terminal_columns(void);
/* Whether colours may be used on stdout: a terminal that knows them, and no NO_COLOR (no-color.org). */
bool lag_terminal_colour(void);

/*
 * The whole screen of the terminal at stdin and stdout, keys as they come, and signals as events. Whichever way the program ends, but
 * by SIGKILL, the terminal is given back as it was.
 */
typedef struct LagTerminal {
    struct termios before;
    int signals; /* signalfd */
    char bytes[KEY_BYTES_MAX * 2];
    size_t size;
} LagTerminal;

enum { TERMINAL_KEY, TERMINAL_RESIZED, TERMINAL_ENDED, TERMINAL_FD, TERMINAL_NOTHING };

typedef struct LagTerminalEvent {
    int kind;
    int value; /* key; signal that ended it, 0: the terminal is gone */
} LagTerminalEvent;

/* REJECT when stdin and stdout are no terminal, or TERM is dumb or missing. Call before any thread is made: they inherit which signals wait. */
MUST_CHECK bool lag_terminal_open(LagTerminal *terminal, Error *error);
void lag_terminal_close(LagTerminal *terminal);

void lag_terminal_size(size_t *columns, size_t *rows);
void lag_terminal_write(Text bytes);

/* Whether another key has come already. */
bool lag_terminal_has_key(const LagTerminal *terminal);

/* The next thing that happens: a key, another size, an end, something to read from `fd`, or nothing for `limit_ms`. */
LagTerminalEvent lag_terminal_wait(LagTerminal *terminal, int fd, int limit_ms);

#endif
