/*
 * fork and exec with one pipe for both outputs. The end of the pipe is the end of the child.
 */
#include "replay/replay_child.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE_MAX_SIZE = 2048, STOP_MS = 60000, SLICE_MS = 200 };

struct ReplayChild {
    pid_t pid;
    int output; /* -1: it has ended */
    int status; /* of waitpid */
    void (*said)(void *context, Text line);
    void *context;
    char line[LINE_MAX_SIZE]; /* not ended yet */
    size_t size;
    char last[LINE_MAX_SIZE]; /* the last warning, or line at all */
    bool warned;
    int64_t dead_letters;
};

/* ---- its words ---- */

static void take_line(ReplayChild *child, Text line)
{
    bool rejected = text_contains(line, TEXT(" event=rejected "));
    bool warning = !text_contains(line, TEXT(" level=info ")) && !rejected;
    child->dead_letters += rejected ? 1 : 0;
    if (warning || !child->warned)
        snprintf(child->last, sizeof(child->last), "%.*s", TEXT_ARGS(line));
    child->warned = child->warned || warning;
    if (warning)
        child->said(child->context, line);
}

/* A line that does not fit is taken in pieces. */
static void take_bytes(ReplayChild *child, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != '\n')
            child->line[child->size++] = bytes[i];
        if (child->size > 0 && (bytes[i] == '\n' || child->size == sizeof(child->line))) {
            take_line(child, (Text){child->line, child->size});
            child->size = 0;
        }
    }
}

static void take_end(ReplayChild *child)
{
    take_bytes(child, "\n", 1);
    close(child->output);
    child->output = -1;
    while (waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR) {
    }
}

bool replay_child_listen(ReplayChild *child, int wait_ms)
{
    if (child->output < 0)
        return false;
    struct pollfd output = {.fd = child->output, .events = POLLIN};
    if (poll(&output, 1, wait_ms) <= 0)
        return true;
    char bytes[LINE_MAX_SIZE];
    ssize_t size = read(child->output, bytes, sizeof(bytes));
    if (size > 0)
        take_bytes(child, bytes, (size_t)size);
    else if (size == 0)
        take_end(child);
    return child->output >= 0;
}

/* ---- life ---- */

/* `before` is the mask to run with: until here no signal of ours was taken, or the parent's handler would have swallowed it. */
static _Noreturn void
become(const char *const *words, pid_t parent, int output, const sigset_t *before)
{
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    sigprocmask(SIG_SETMASK, before, NULL);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)
        _exit(127);
    execv(words[0], (char *const *)words);
    dprintf(STDERR_FILENO, "%s\n", strerror(errno));
    _exit(127);
}

/* program --set a=b --set c=d NULL; free */
static const char **words_of(const ReplayChildSpec *spec)
{
    const char **words = calloc(spec->setting_count * 2 + 2, sizeof(*words));
    if (words == NULL)
        abort();
    size_t count = 0;
    words[count++] = spec->program;
    for (size_t i = 0; i < spec->setting_count; i++) {
        words[count++] = "--set";
        words[count++] = spec->settings[i];
    }
    return words;
}

bool replay_child_start(const ReplayChildSpec *spec, ReplayChild **child, Error *error)
{
    int ends[2];
    if (access(spec->program, X_OK) != 0)
        return error_set(error, ERROR_FATAL, "cannot run the matcher \"%s\": %s", spec->program,
                         strerror(errno));
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set(error, ERROR_FATAL, "cannot make a pipe: %s", strerror(errno));
    const char **words = words_of(spec);
    pid_t parent = getpid();
    sigset_t stops;
    sigset_t before;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    fflush(NULL);
    sigprocmask(SIG_BLOCK, &stops, &before);
    pid_t pid = fork();
    if (pid == 0)
        become(words, parent, ends[1], &before);
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    free(words);
    if (pid < 0) {
        close(ends[0]);
        return error_set(error, ERROR_FATAL, "cannot start the matcher: %s", strerror(errno));
    }
    ReplayChild *made = calloc(1, sizeof(*made));
    if (made == NULL)
        abort();
    *made =
        (ReplayChild){.pid = pid, .output = ends[0], .said = spec->said, .context = spec->context};
    *child = made;
    return true;
}

void replay_child_free(ReplayChild *child)
{
    if (child == NULL)
        return;
    if (child->output >= 0) {
        kill(child->pid, SIGKILL);
        take_end(child);
    }
    free(child);
}

bool replay_child_stop(ReplayChild *child, Error *error)
{
    int64_t until_ms = clock_monotonic_ms() + STOP_MS;
    if (child->output >= 0)
        kill(child->pid, SIGTERM);
    while (replay_child_listen(child, SLICE_MS)) {
        if (clock_monotonic_ms() < until_ms)
            continue;
        kill(child->pid, SIGKILL);
        take_end(child);
    }
    bool clean = WIFEXITED(child->status) && WEXITSTATUS(child->status) == 0;
    bool early = WIFSIGNALED(child->status) && WTERMSIG(child->status) == SIGTERM;
    return clean || early || replay_child_failed(child, error);
}

bool replay_child_failed(const ReplayChild *child, Error *error)
{
    const char *words = child->last[0] != '\0' ? child->last : "it said nothing";
    const char *reason = strstr(words, "reason="); /* what stands before it is known here */
    if (reason != NULL)
        words = reason + strlen("reason=");
    if (WIFSIGNALED(child->status))
        return error_set(error, ERROR_FATAL, "the matcher was killed by signal %d (%s)",
                         WTERMSIG(child->status), strsignal(WTERMSIG(child->status)));
    return error_set(error, ERROR_FATAL, "the matcher ended with %d: %s",
                     WEXITSTATUS(child->status), words);
}

int64_t replay_child_dead_letters(const ReplayChild *child)
{
    return child->dead_letters;
}
