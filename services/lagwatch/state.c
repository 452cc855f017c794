/*
 * Written beside and renamed. Not forced to the disk: what a power cut leaves of it is either whole or not understood, and then the
 * watcher begins anew, which is less than a disk that turns every few seconds is worth.
 */
#include "state.h"

#include "watched.h"

#include "base/log.h"

#include "adapters/mapping_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEEP_MS = 86400000, FILE_MODE = 0640 };

static Text folder_of(Text path, Arena *arena)
{
    size_t slash = path.size;
    while (slash > 0 && path.data[slash - 1] != '/')
        slash--;
    if (slash == 0)
        return TEXT(".");
    return text_copy(arena, text_slice(path, 0, slash > 1 ? slash - 1 : 1));
}

bool state_check(const char *path, Arena *arena, TextList *faults)
{
    struct stat found;
    if (path[0] == '\0')
        return true;
    Text folder = folder_of(text_from(path), arena);
    if (access(folder.data, W_OK | X_OK) != 0)
        return watched_fault(arena, faults, "state_file: folder \"%s\": %s", folder.data,
                             strerror(errno));
    if (stat(path, &found) == 0 && !S_ISREG(found.st_mode))
        return watched_fault(arena, faults, "state_file: \"%s\" is no file", path);
    return true;
}

void state_read(const State *state, LagBoard *board, int64_t at_ms, Arena *arena)
{
    Text content;
    Error error = {0};
    if (state->path[0] == '\0' || (access(state->path, F_OK) != 0 && errno == ENOENT))
        return;
    if (!mapping_file_read(text_from(state->path), arena, &content, &error) ||
        !lag_board_read(board, content, at_ms, KEEP_MS, &error))
        log_event(LOG_WARN, "state_not_read", LOG_STRING("file", state->path),
                  LOG_STRING("at", error.pointer), LOG_STRING("reason", error.text));
}

static bool write_all(int file, Text text)
{
    while (text.size > 0) {
        ssize_t done = write(file, text.data, text.size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        text = text_slice(text, (size_t)done, text.size);
    }
    return true;
}

/* False with errno set; nothing is left beside the file then. */
static bool replace(const char *path, const char *beside, Text content)
{
    int file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
    if (file < 0)
        return false;
    bool good = write_all(file, content);
    int reason = errno;
    good = close(file) == 0 && good && rename(beside, path) == 0;
    if (!good) {
        reason = reason != 0 ? reason : errno;
        unlink(beside);
        errno = reason;
    }
    return good;
}

void state_write(State *state, const LagBoard *board, Arena *arena)
{
    if (state->path[0] == '\0')
        return;
    Text beside = text_format(arena, "%s.new", state->path);
    errno = 0;
    bool good = replace(state->path, beside.data, lag_board_write(board, arena));
    if (!good && !state->failing)
        log_event(LOG_WARN, "state_not_written", LOG_STRING("file", state->path),
                  LOG_STRING("reason", strerror(errno)));
    if (good && state->failing)
        log_event(LOG_INFO, "state_written_again", LOG_STRING("file", state->path));
    state->failing = !good;
}
