/*
 * A pid file may be old: its number is only trusted when a program called intake runs under it and, where the file says
 * when it was started and in which boot (as those of deploy/local do: "PID STARTTIME BOOTID"), when that is the one.
 */
#include "source_reload.h"

#include "command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE_SIZE = 512, WORD_SIZE = 64, START_FIELD = 22 };

static const char PROGRAM[] = "intake";

typedef struct PidFile {
    long long pid;
    unsigned long long started; /* clock ticks since boot; 0: not said */
    char boot[WORD_SIZE];       /* "": not said */
} PidFile;

static bool read_line(const char *path, char line[LINE_SIZE])
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return false;
    bool good = fgets(line, LINE_SIZE, file) != NULL;
    if (!good)
        errno = ENODATA;
    fclose(file);
    line[strcspn(line, "\n")] = '\0';
    return good;
}

/* A number and what follows it; -1: there is none. */
static long long take_number(char **at)
{
    char *end;
    errno = 0;
    long long number = strtoll(*at, &end, 10);
    bool good = end != *at && errno == 0 && (*end == '\0' || *end == ' ');
    *at = end;
    return good ? number : -1;
}

/* False with errno set. */
static bool read_pid_file(const char *path, PidFile *pid)
{
    char line[LINE_SIZE] = "";
    char *at = line;
    *pid = (PidFile){0};
    if (!read_line(path, line))
        return false;
    pid->pid = take_number(&at);
    if (pid->pid <= 1) {
        errno = EINVAL;
        return false;
    }
    long long started = take_number(&at);
    if (started > 0) {
        pid->started = (unsigned long long)started;
        at += strspn(at, " ");
        snprintf(pid->boot, sizeof(pid->boot), "%.*s", (int)strcspn(at, " "), at);
    }
    return true;
}

/* Name and start of a process; the name, in brackets, may hold anything. False when it is gone. */
static bool look_at(long long pid, char name[WORD_SIZE], unsigned long long *started)
{
    char path[WORD_SIZE];
    char line[LINE_SIZE] = "";
    snprintf(path, sizeof(path), "/proc/%lld/stat", pid);
    if (!read_line(path, line))
        return false;
    char *open = strchr(line, '(');
    char *close = strrchr(line, ')');
    if (open == NULL || close == NULL || close[1] == '\0' || close[2] == 'Z')
        return false;
    *close = '\0';
    snprintf(name, WORD_SIZE, "%s", open + 1);
    char *word = close + 2; /* field 3 */
    for (int field = 3; field < START_FIELD && word != NULL; field++) {
        word = strchr(word, ' ');
        word = word != NULL ? word + 1 : NULL;
    }
    *started = word != NULL ? strtoull(word, NULL, 10) : 0;
    return true;
}

/* Why the pid file names no running intake; NULL: it does. */
static const char *why_not(const PidFile *pid, Arena *arena)
{
    char boot[LINE_SIZE] = "";
    char name[WORD_SIZE];
    unsigned long long started;
    if (pid->boot[0] != '\0' && read_line("/proc/sys/kernel/random/boot_id", boot) &&
        strcmp(boot, pid->boot) != 0)
        return "it was written before this machine was last started";
    if (!look_at(pid->pid, name, &started) || (pid->started != 0 && pid->started != started))
        return text_format(arena, "process %lld has ended", pid->pid).data;
    if (strcmp(name, PROGRAM) != 0)
        return text_format(arena, "process %lld is %s", pid->pid, name).data;
    return NULL;
}

/* What to run by hand: the quickstart's intake when it runs, else the unit of deploy/systemd. */
static const char *by_hand(Arena *arena)
{
    const char *data = getenv("ONECASE_DATA");
    Text path = data != NULL && data[0] != '\0'
                    ? text_format(arena, "%s/run/intake.pid", data)
                    : text_format(arena, "/var/tmp/onecase-%ld/run/intake.pid", (long)getuid());
    PidFile pid;
    if (read_pid_file(path.data, &pid) && why_not(&pid, arena) == NULL)
        return text_format(arena, "kill -HUP %lld", pid.pid).data;
    return "systemctl reload onecase-intake";
}

static bool find_process(const char *path, Arena *arena, SourceReload *reload, int *status)
{
    PidFile pid;
    *status = EXIT_NOT_FOUND;
    if (!read_pid_file(path, &pid)) {
        fprintf(stderr, "onecase source add: %s \"%s\": %s\n",
                errno == EINVAL ? "no process id begins" : "cannot read", path,
                errno == EINVAL ? "expected \"PID\"" : strerror(errno));
        return false;
    }
    const char *reason = why_not(&pid, arena);
    if (reason == NULL && kill((pid_t)pid.pid, 0) != 0)
        reason =
            text_format(arena, "process %lld cannot be signalled: %s", pid.pid, strerror(errno))
                .data;
    if (reason != NULL) {
        fprintf(
            stderr,
            "onecase source add: no intake to reload by \"%s\": %s; start intake, or --no-reload\n",
            path, reason);
        return false;
    }
    *reload = (SourceReload){.how = SOURCE_RELOAD_SIGNAL, .pid = pid.pid};
    return true;
}

bool source_reload_find(const SourceOptions *options,
                        Arena *arena,
                        SourceReload *reload,
                        int *status)
{
    if (options->pid_file != NULL)
        return find_process(options->pid_file, arena, reload, status);
    if (options->command != NULL)
        *reload = (SourceReload){.how = SOURCE_RELOAD_COMMAND, .command = options->command};
    else
        *reload = (SourceReload){.how = SOURCE_RELOAD_NONE, .command = by_hand(arena)};
    return true;
}

/* Its output belongs to people, not to what --json prints. */
static bool run_command(const char *command)
{
    fflush(NULL);
    pid_t child = fork();
    if (child < 0) {
        fprintf(stderr, "onecase source add: could not run \"%s\": %s\n", command, strerror(errno));
        return false;
    }
    if (child == 0) {
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    int ended;
    while (waitpid(child, &ended, 0) < 0)
        if (errno != EINTR)
            return false;
    if (WIFEXITED(ended) && WEXITSTATUS(ended) == 0)
        return true;
    fprintf(stderr, "onecase source add: \"%s\" ended with %d\n", command,
            WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended));
    return false;
}

bool source_reload_do(const SourceReload *reload)
{
    switch (reload->how) {
    case SOURCE_RELOAD_SIGNAL:
        if (kill((pid_t)reload->pid, SIGHUP) == 0)
            return true;
        fprintf(stderr, "onecase source add: could not signal process %lld: %s\n",
                (long long)reload->pid, strerror(errno));
        return false;
    case SOURCE_RELOAD_COMMAND:
        return run_command(reload->command);
    case SOURCE_RELOAD_NONE:
        break;
    }
    return true;
}
