/*
 * Escape sequences that every terminal of the last thirty years knows (xterm's alternate screen, ECMA-48), written by hand: a table
 * drawn whole needs no library for screens.
 */
#include "lag/lag_terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
    COLUMNS_ELSEWHERE = 80,
    COLUMNS_LEAST = 20,
    COLUMNS_MOST = 1000,
    ROWS_ELSEWHERE = 24,
    ESCAPE_MS = 40
};

/* Another screen, no cursor, no line breaks at the margin; and back. */
static const char ENTER[] = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[2J";
static const char LEAVE[] = "\x1b[?2026l\x1b[?7h\x1b[?25h\x1b[0m\x1b[?1049l";

/* Handlers of signals have no other way to know what to give back; NULL: nothing is to be. */
static LagTerminal *volatile entered;

/* ---- outside of the full screen ---- */

size_t lag_terminal_columns(void)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    int64_t number = COLUMNS_ELSEWHERE;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        number = size.ws_col;
    else if (columns == NULL || !text_to_int64(text_from(columns), &number))
        number = COLUMNS_ELSEWHERE;
    if (number < COLUMNS_LEAST || number > COLUMNS_MOST)
        number = number < COLUMNS_LEAST ? COLUMNS_LEAST : COLUMNS_MOST;
    return (size_t)number;
}

/* Whether TERM names a terminal that takes escape sequences. */
static bool is_able(void)
{
    const char *kind = getenv("TERM");
    return kind != NULL && kind[0] != '\0' && strcmp(kind, "dumb") != 0;
}

bool lag_terminal_colour(void)
{
    const char *none = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && (none == NULL || none[0] == '\0') && is_able();
}

/* ---- entering and leaving ---- */

/* Async-signal-safe, like all that is called here. */
static void leave(void)
{
    const LagTerminal *terminal = entered;
    if (terminal == NULL)
        return;
    entered = NULL;
    ssize_t written = write(STDOUT_FILENO, LEAVE, sizeof(LEAVE) - 1);
    (void)written;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal->before);
}

static void enter(LagTerminal *terminal)
{
    struct termios raw = terminal->before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
    lag_terminal_write((Text){ENTER, sizeof(ENTER) - 1});
    entered = terminal;
}

/* A crash: the message about it must be readable. */
static void on_crash(int number)
{
    leave();
    signal(number, SIG_DFL);
    raise(number);
}

static sigset_t events(void)
{
    static const int NUMBERS[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(NUMBERS[0]); i++)
        sigaddset(&set, NUMBERS[i]);
    return set;
}

bool lag_terminal_open(LagTerminal *terminal, Error *error)
{
    static const int CRASHES[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    const sigset_t set = events();
    *terminal = (LagTerminal){.signals = -1};
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
        tcgetattr(STDIN_FILENO, &terminal->before) != 0)
        return error_set(error, ERROR_REJECT,
                         "--watch needs a terminal; without one there are --json and --verdict");
    if (!is_able())
        return error_set(error, ERROR_REJECT,
                         "--watch needs a terminal whose cursor can be moved; by TERM this one's "
                         "cannot");
    sigprocmask(SIG_BLOCK, &set, NULL);
    terminal->signals = signalfd(-1, &set, SFD_CLOEXEC);
    if (terminal->signals < 0)
        return error_set(error, ERROR_FATAL, "cannot wait for signals: %s", strerror(errno));
    for (size_t i = 0; i < sizeof(CRASHES) / sizeof(CRASHES[0]); i++)
        signal(CRASHES[i], on_crash);
    atexit(leave);
    enter(terminal);
    return true;
}

void lag_terminal_close(LagTerminal *terminal)
{
    leave();
    if (terminal->signals >= 0)
        close(terminal->signals);
    terminal->signals = -1;
}

void lag_terminal_size(size_t *columns, size_t *rows)
{
    struct winsize size = {0};
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    *columns = size.ws_col > 0 ? size.ws_col : COLUMNS_ELSEWHERE;
    *rows = size.ws_row > 0 ? size.ws_row : ROWS_ELSEWHERE;
}

void lag_terminal_write(Text bytes)
{
    while (bytes.size > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes.data, bytes.size);
        if (written < 0 && errno != EINTR && errno != EAGAIN)
            return; /* the terminal is gone, which the next read says */
        if (written > 0)
            bytes = text_slice(bytes, (size_t)written, bytes.size);
    }
}

/* ---- events ---- */

/* Ctrl-Z: the shell has the terminal until somebody says `fg`. */
static LagTerminalEvent suspend(LagTerminal *terminal)
{
    leave();
    kill(getpid(), SIGSTOP);
    enter(terminal);
    return (LagTerminalEvent){TERMINAL_RESIZED, 0};
}

static LagTerminalEvent take_signal(LagTerminal *terminal)
{
    struct signalfd_siginfo info = {0};
    if (read(terminal->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
        return (LagTerminalEvent){TERMINAL_NOTHING, 0};
    if (info.ssi_signo == SIGWINCH)
        return (LagTerminalEvent){TERMINAL_RESIZED, 0};
    if (info.ssi_signo == SIGTSTP)
        return suspend(terminal);
    return (LagTerminalEvent){TERMINAL_ENDED, (int)info.ssi_signo};
}

static int take_key(LagTerminal *terminal, bool all)
{
    Text bytes = {terminal->bytes, terminal->size};
    int key = lag_keys_next(&bytes, all);
    memmove(terminal->bytes, bytes.data, bytes.size);
    terminal->size = bytes.size;
    return key;
}

/* False: the terminal is gone. */
static bool read_keys(LagTerminal *terminal)
{
    ssize_t got = read(STDIN_FILENO, terminal->bytes + terminal->size,
                       sizeof(terminal->bytes) - terminal->size);
    if (got > 0)
        terminal->size += (size_t)got;
    return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
}

bool lag_terminal_has_key(const LagTerminal *terminal)
{
    struct pollfd polled = {STDIN_FILENO, POLLIN, 0};
    return terminal->size > 0 || poll(&polled, 1, 0) > 0;
}

LagTerminalEvent lag_terminal_wait(LagTerminal *terminal, int fd, int limit_ms)
{
    enum { KEYS, SIGNALS, OTHER, COUNT };
    int key = take_key(terminal, false);
    if (key != KEY_NONE)
        return (LagTerminalEvent){TERMINAL_KEY, key};
    struct pollfd polled[COUNT] = {
        {STDIN_FILENO, POLLIN, 0}, {terminal->signals, POLLIN, 0}, {fd, POLLIN, 0}};
    int ready = poll(polled, COUNT, terminal->size > 0 ? ESCAPE_MS : limit_ms);
    if (ready > 0 && polled[SIGNALS].revents != 0)
        return take_signal(terminal);
    if (ready > 0 && polled[KEYS].revents != 0) {
        if (!read_keys(terminal))
            return (LagTerminalEvent){TERMINAL_ENDED, 0};
        key = take_key(terminal, false);
    } else if (ready > 0 && polled[OTHER].revents != 0) {
        return (LagTerminalEvent){TERMINAL_FD, 0};
    } else if (terminal->size > 0) {
        key = take_key(terminal, true); /* nothing came behind it */
    }
    return key == KEY_NONE ? (LagTerminalEvent){TERMINAL_NOTHING, 0}
                           : (LagTerminalEvent){TERMINAL_KEY, key};
}
