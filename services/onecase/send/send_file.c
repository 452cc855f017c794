/*
 * The window is one heap block; taken bytes are squeezed out when more are read. A file is read in large pieces, so that
 * the first of them says enough about its encoding; standard input as it comes.
 */
#include "send_file.h"

#include "base/unicode.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 20, FIRST_BYTES = 4 << 20, CHARACTER_BYTES = 4 };

struct SendFile {
    const char *path;
    int descriptor;
    bool regular;
    int64_t size;
    bool ended;
    char *data;
    size_t from; /* the window: from..to */
    size_t to;
    size_t capacity;
    int64_t offset;
    Encoding wanted;
    Encoding encoding;
    bool settled;
};

static bool cannot_read(const SendFile *file, Error *error)
{
    return error_set(error, ERROR_REJECT, "cannot read \"%s\": %s", file->path, strerror(errno));
}

static bool open_path(SendFile *file, bool lock, Error *error)
{
    struct stat facts;
    file->descriptor =
        strcmp(file->path, "-") == 0 ? STDIN_FILENO : open(file->path, O_RDONLY | O_CLOEXEC);
    if (file->descriptor < 0 || fstat(file->descriptor, &facts) != 0)
        return cannot_read(file, error);
    if (S_ISDIR(facts.st_mode))
        return error_set(error, ERROR_REJECT, "\"%s\" is a folder; one file at a time", file->path);
    file->regular = S_ISREG(facts.st_mode) && file->descriptor != STDIN_FILENO;
    file->size = S_ISREG(facts.st_mode) ? (int64_t)facts.st_size : -1;
    if (lock && file->regular && flock(file->descriptor, LOCK_EX | LOCK_NB) != 0 &&
        errno == EWOULDBLOCK)
        return error_set_at(error, ERROR_REJECT, "busy", NULL,
                            "\"%s\" is being sent by another `onecase send`", file->path);
    return true;
}

/* What is surely no text, with what to do about it. */
static bool check_kind(const SendFile *file, Error *error)
{
    static const struct {
        Text begins;
        const char *what;
    } KINDS[] = {
        {TEXT("\xFF\xFE"), "UTF-16 text; `iconv -f utf-16 -t utf-8` makes UTF-8 of it"},
        {TEXT("\xFE\xFF"), "UTF-16 text; `iconv -f utf-16 -t utf-8` makes UTF-8 of it"},
        {TEXT("PK\x03\x04"), "an archive or an Excel workbook; save the sheet as CSV (UTF-8)"},
        {TEXT("\xD0\xCF\x11\xE0"), "an old Excel workbook; save the sheet as CSV (UTF-8)"},
        {TEXT("\x1F\x8B"), "compressed; `zcat FILE | onecase send ... -` sends it"},
    };
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
        if (text_starts(send_file_window(file), KINDS[i].begins))
            return error_set_at(error, ERROR_REJECT, "kind", NULL, "\"%s\" is %s", file->path,
                                KINDS[i].what);
    return true;
}

bool send_file_open(const char *path, Encoding encoding, bool lock, SendFile **file, Error *error)
{
    SendFile *made = calloc(1, sizeof(*made));
    if (made == NULL)
        abort();
    made->path = path;
    made->wanted = encoding;
    made->encoding = encoding == ENCODING_AUTO ? ENCODING_UTF8 : encoding;
    made->settled = encoding != ENCODING_AUTO;
    if (open_path(made, lock, error) && send_file_fill(made, error) && check_kind(made, error)) {
        *file = made;
        return true;
    }
    send_file_close(made);
    return false;
}

void send_file_close(SendFile *file)
{
    if (file == NULL)
        return;
    if (file->descriptor > STDIN_FILENO)
        close(file->descriptor);
    free(file->data);
    free(file);
}

bool send_file_rewind(SendFile *file, Error *error)
{
    if (lseek(file->descriptor, 0, SEEK_SET) != 0)
        return cannot_read(file, error);
    file->from = 0;
    file->to = 0;
    file->offset = 0;
    file->ended = false;
    file->settled = file->wanted != ENCODING_AUTO;
    return send_file_fill(file, error);
}

static bool copy_all(SendFile *file, FILE *spool, Error *error)
{
    for (;;) {
        Text window = send_file_window(file);
        if (fwrite(window.data, 1, window.size, spool) != window.size)
            return error_set(error, ERROR_FATAL, "cannot write a temporary file: %s",
                             strerror(errno));
        send_file_take(file, window.size);
        if (file->ended)
            return true;
        if (!send_file_fill(file, error))
            return false;
    }
}

bool send_file_spool(SendFile *file, Error *error)
{
    FILE *spool = tmpfile();
    if (spool == NULL)
        return error_set(error, ERROR_FATAL, "cannot make a temporary file: %s", strerror(errno));
    int copy = -1;
    bool good = copy_all(file, spool, error);
    if (good && (fflush(spool) != 0 || (copy = fcntl(fileno(spool), F_DUPFD_CLOEXEC, 3)) < 0))
        good = error_set(error, ERROR_FATAL, "cannot write a temporary file: %s", strerror(errno));
    fclose(spool);
    if (!good)
        return false;
    file->descriptor = copy;
    file->size = file->offset;
    return send_file_rewind(file, error);
}

/* Sequences of UTF-8 against bytes that are none, in bytes from the first that is not ASCII. */
static bool is_utf8(Text bytes, bool whole)
{
    size_t good = 0;
    size_t bad = 0;
    while (bytes.size > 0) {
        size_t before = bytes.size;
        uint32_t codepoint;
        unicode_next(&bytes, &codepoint);
        if (before - bytes.size > 1)
            good++;
        else if (codepoint == UNICODE_REPLACEMENT && (whole || before >= CHARACTER_BYTES))
            bad++; /* else: perhaps the beginning of a character that is not read yet */
    }
    return good >= bad;
}

static void settle(SendFile *file)
{
    Text bytes = send_file_window(file);
    size_t ascii = 0;
    while (ascii < bytes.size && (unsigned char)bytes.data[ascii] < 0x80)
        ascii++;
    bytes = text_slice(bytes, ascii, SIZE_MAX);
    if (bytes.size == 0 || (bytes.size < CHARACTER_BYTES && !file->ended))
        return;
    file->encoding = is_utf8(bytes, file->ended) ? ENCODING_UTF8 : ENCODING_GB18030;
    file->settled = true;
}

static void make_room(SendFile *file, size_t size)
{
    if (file->from > 0 && file->capacity - file->to < size) {
        memmove(file->data, file->data + file->from, file->to - file->from);
        file->to -= file->from;
        file->from = 0;
    }
    if (file->capacity - file->to >= size)
        return;
    size_t capacity = 2 * file->capacity > file->to + size ? 2 * file->capacity : file->to + size;
    file->data = realloc(file->data, capacity);
    if (file->data == NULL)
        abort();
    file->capacity = capacity;
}

bool send_file_fill(SendFile *file, Error *error)
{
    if (file->ended)
        return true;
    size_t goal = !file->settled && file->regular ? FIRST_BYTES : READ_BYTES;
    make_room(file, goal);
    size_t before = file->to;
    for (;;) {
        ssize_t size = read(file->descriptor, file->data + file->to, goal - (file->to - before));
        if (size < 0 && errno == EINTR)
            return error_set_at(error, ERROR_REJECT, "stopped", NULL, "told to stop");
        if (size < 0)
            return cannot_read(file, error);
        file->to += (size_t)size;
        file->ended = size == 0;
        if (file->ended || !file->regular || file->to - before == goal)
            break;
    }
    if (!file->settled)
        settle(file);
    return true;
}

bool send_file_ended(const SendFile *file)
{
    return file->ended;
}

Text send_file_window(const SendFile *file)
{
    return file->data == NULL ? TEXT("") : (Text){file->data + file->from, file->to - file->from};
}

void send_file_take(SendFile *file, size_t size)
{
    file->from += size;
    file->offset += (int64_t)size;
}

int64_t send_file_offset(const SendFile *file)
{
    return file->offset;
}

int64_t send_file_size(const SendFile *file)
{
    return file->size;
}

bool send_file_is_regular(const SendFile *file)
{
    return file->regular;
}

Encoding send_file_encoding(const SendFile *file)
{
    return file->encoding;
}
