/*
 * All copies are on the disk under hidden names before the first of them gets its own by a rename, and the mapping
 * itself is the last. Whatever ends the program on the way: intake finds the old mapping or the new one, whole.
 */
#include "source_place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char STAGE[] = ".onecase-add"; /* intake passes over names that begin with a dot */

/* Whatever the umask: intake reads them as a user of its own. They hold no secret. */
enum { FILE_MODE = 0644, FOLDER_MODE = 0755 };

static bool failed(Error *error, const char *what, const char *path)
{
    return error_set(error, ERROR_FATAL, "could not %s \"%s\": %s", what, path, strerror(errno));
}

static const char *stage_folder(const SourcePlace *place)
{
    return text_format(place->arena, "%s/%s", place->sources, STAGE).data;
}

static const char *stage_path(const SourcePlace *place, size_t index)
{
    return text_format(place->arena, "%s/%s/%zu", place->sources, STAGE, index).data;
}

static void clear_stage(const SourcePlace *place)
{
    const char *path = stage_folder(place);
    DIR *directory = opendir(path);
    const struct dirent *entry;
    if (directory == NULL)
        return;
    while ((entry = readdir(directory)) != NULL)
        if (entry->d_name[0] != '.')
            (void)unlinkat(dirfd(directory), entry->d_name, 0);
    closedir(directory);
    (void)rmdir(path);
}

bool source_place_open(SourcePlace *place, Error *error)
{
    place->folder = open(place->sources, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (place->folder < 0)
        return true; /* the check says why */
    if (flock(place->folder, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK
                   ? error_set(error, ERROR_RETRY,
                               "another `onecase source add` is at work in \"%s\"", place->sources)
                   : failed(error, "lock", place->sources);
    clear_stage(place);
    return true;
}

void source_place_close(SourcePlace *place)
{
    if (place->folder < 0)
        return;
    if (place->staged > 0)
        clear_stage(place);
    close(place->folder);
    place->folder = -1;
}

static bool write_all(int file, Text content)
{
    while (content.size > 0) {
        ssize_t written = write(file, content.data, content.size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        content = text_slice(content, (size_t)written, SIZE_MAX);
    }
    return fsync(file) == 0;
}

static bool write_copy(const char *path, Text content, Error *error)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    if (file < 0)
        return failed(error, "create", path);
    bool good =
        (fchmod(file, FILE_MODE) == 0 && write_all(file, content)) || failed(error, "write", path);
    close(file);
    return good;
}

static bool is_folder(const char *path)
{
    struct stat facts;
    int before = errno;
    bool folder = stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
    errno = before;
    return folder;
}

/* The folders on the way to the file. */
static bool make_folders(const SourcePlace *place, Text name, Error *error)
{
    for (size_t end = text_find(name, TEXT("/"), 0); end != SIZE_MAX;
         end = text_find(name, TEXT("/"), end + 1)) {
        const char *path =
            text_format(place->arena, "%s/%.*s", place->sources, (int)end, name.data).data;
        bool made = mkdir(path, FOLDER_MODE) == 0;
        if (made ? chmod(path, FOLDER_MODE) != 0 : !(errno == EEXIST && is_folder(path)))
            return failed(error, "create", path);
    }
    return true;
}

bool source_place_stage(SourcePlace *place, Error *error)
{
    if (place->files->to_copy == 0)
        return true;
    if (place->folder < 0)
        return error_set(error, ERROR_FATAL, "folder \"%s\" came while this ran; run it again",
                         place->sources);
    if (mkdir(stage_folder(place), FOLDER_MODE) != 0)
        return failed(error, "create", stage_folder(place));
    place->staged = 1;
    for (size_t i = 0; i < place->files->count; i++) {
        const SourceFile *file = &place->files->items[i];
        if (file->state == SOURCE_FILE_THERE)
            continue;
        if (!make_folders(place, file->name, error) ||
            !write_copy(stage_path(place, i), file->content, error))
            return false;
    }
    return true;
}

static bool sync_folder(const char *path, Error *error)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return failed(error, "open", path);
    bool good = fsync(folder) == 0 || failed(error, "write", path);
    close(folder);
    return good;
}

static bool put(const SourcePlace *place, size_t index, Error *error)
{
    Text name = place->files->items[index].name;
    Text target = text_format(place->arena, "%s/%.*s", place->sources, TEXT_ARGS(name));
    if (rename(stage_path(place, index), target.data) != 0)
        return failed(error, "put in place", target.data);
    const char *slash = strrchr(target.data, '/');
    Text folder = text_slice(target, 0, (size_t)(slash - target.data));
    return sync_folder(text_string(place->arena, folder), error);
}

bool source_place_commit(SourcePlace *place, Error *error)
{
    for (size_t i = 0; i < place->files->stale.count; i++) {
        Text path = text_format(place->arena, "%s/%.*s", place->sources,
                                TEXT_ARGS(place->files->stale.items[i]));
        if (unlink(path.data) != 0 && errno != ENOENT)
            return failed(error, "remove", path.data);
    }
    for (size_t i = place->files->count; i > 0; i--)
        if (place->files->items[i - 1].state != SOURCE_FILE_THERE && !put(place, i - 1, error))
            return false;
    return true;
}
