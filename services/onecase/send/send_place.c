/*
 * Written beside and renamed, so that a crash leaves the old one or the new one. It is not forced to the disk: an older
 * one only has some records sent twice.
 */
#include "send_place.h"

#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PLACE_BYTES_MAX = 65536 };

void send_place_add(SendPlace *place, const uint8_t record[SHA256_SIZE])
{
    uint8_t both[2 * SHA256_SIZE];
    memcpy(both, place->chain, SHA256_SIZE);
    memcpy(both + SHA256_SIZE, record, SHA256_SIZE);
    digest_sha256((Text){(const char *)both, sizeof(both)}, place->chain);
    place->records++;
}

bool send_place_same(const SendPlace *a, const SendPlace *b)
{
    return a->records == b->records && memcmp(a->chain, b->chain, SHA256_SIZE) == 0;
}

static bool member_is(const JsValue *root, Text key, const char *value)
{
    return text_is(js_text(js_member(root, key)), value);
}

static bool member_int(const JsValue *root, Text key, int64_t *value)
{
    return text_to_int64(js_scalar_text(js_member(root, key)), value) && *value >= 0;
}

bool send_place_read(const SendPlaceFile *file, Arena *arena, SendPlace *place)
{
    FILE *stream = file->path != NULL ? fopen(file->path, "re") : NULL;
    if (stream == NULL)
        return false;
    char *bytes = arena_alloc(arena, PLACE_BYTES_MAX);
    size_t size = fread(bytes, 1, PLACE_BYTES_MAX, stream);
    fclose(stream);
    JsDocument *document = NULL;
    Error ignored = {0};
    if (!js_parse((Text){bytes, size}, &document, &ignored))
        return false;
    const JsValue *root = js_root(document);
    bool good =
        member_is(root, TEXT("topic"), file->topic) &&
        member_is(root, TEXT("brokers"), file->brokers) &&
        member_int(root, TEXT("records"), &place->records) &&
        member_int(root, TEXT("bytes"), &place->bytes) &&
        digest_from_hex(js_text(js_member(root, TEXT("sha256"))), place->chain, SHA256_SIZE);
    js_close(document);
    return good && place->records > 0;
}

static bool cannot_write(const SendPlaceFile *file, Error *error)
{
    return error_set(error, ERROR_REJECT, "cannot write \"%s\": %s", file->path, strerror(errno));
}

static Text place_json(const SendPlaceFile *file, const SendPlace *place, Arena *arena)
{
    char hex[SHA256_HEX_SIZE + 1];
    digest_hex(place->chain, SHA256_SIZE, hex);
    TextBuilder out = builder_new(arena);
    builder_char(&out, '{');
    js_write_key(&out, TEXT("topic"));
    js_write_text(&out, text_from(file->topic));
    js_write_key(&out, TEXT("brokers"));
    js_write_text(&out, text_from(file->brokers));
    js_write_key(&out, TEXT("records"));
    builder_int(&out, place->records);
    js_write_key(&out, TEXT("bytes"));
    builder_int(&out, place->bytes);
    js_write_key(&out, TEXT("sha256"));
    js_write_text(&out, text_from(hex));
    builder_string(&out, "}\n");
    return builder_view(&out);
}

/* Anew: a link that somebody put there, where others may write, is not followed. */
static FILE *create(const char *path)
{
    unlink(path);
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    return descriptor < 0 ? NULL : fdopen(descriptor, "w");
}

static bool
write_whole(const SendPlaceFile *file, const SendPlace *place, Arena *arena, Error *error)
{
    Text beside = text_format(arena, "%s.new", file->path);
    FILE *stream = create(beside.data);
    if (stream == NULL)
        return cannot_write(file, error);
    Text json = place_json(file, place, arena);
    bool written = fwrite(json.data, 1, json.size, stream) == json.size;
    written = fclose(stream) == 0 && written;
    if (written && rename(beside.data, file->path) == 0)
        return true;
    cannot_write(file, error);
    unlink(beside.data);
    return false;
}

bool send_place_write(const SendPlaceFile *file, const SendPlace *place, Error *error)
{
    if (file->path == NULL)
        return true;
    Arena *arena = arena_new(1024);
    bool good = write_whole(file, place, arena, error);
    arena_free(arena);
    return good;
}

void send_place_remove(const SendPlaceFile *file)
{
    if (file->path != NULL)
        unlink(file->path);
}
