/*
 * Key files and what hosts let each other know about them. No secret is ever printed; a fingerprint stands in commits
 * alone.
 */
#include "keys.h"

#include "base/digest.h"

#include "domain/key_note.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { KEY_BYTES_MIN = 32, KEY_BYTES_MAX = 512 };

/* ---- files ---- */

/* systemd hands it over in a folder that the program alone enters; the group's bits may stand for the right that it has itself. */
static bool is_credential(const char *path)
{
    Text folder = text_from(getenv("CREDENTIALS_DIRECTORY"));
    return folder.size > 0 && text_starts(text_from(path), folder) && path[folder.size] == '/';
}

static bool check_mode(Faults *faults, const char *setting, const char *path, FILE *file)
{
    struct stat facts;
    if (fstat(fileno(file), &facts) != 0)
        return faults_format(faults, "%s: %s: %s", setting, path, strerror(errno));
    mode_t closed = is_credential(path) ? S_IRWXO : S_IRWXG | S_IRWXO;
    if ((facts.st_mode & closed) != 0)
        return faults_format(faults, "%s: %s is open to others than its owner; run `chmod 600 %s`",
                             setting, path, path);
    return true;
}

static bool
read_key(Faults *faults, const char *setting, const char *path, Arena *arena, Text *secret)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return faults_format(faults, "%s: %s: %s", setting, path, strerror(errno));
    char hex[2 * KEY_BYTES_MAX + 2];
    setvbuf(file, NULL, _IONBF, 0); /* no copy of the secret in a buffer of stdio's */
    size_t size = fread(hex, 1, sizeof(hex), file);
    bool good = check_mode(faults, setting, path, file);
    fclose(file);
    Text digits = text_trim((Text){hex, size});
    size_t bytes = digits.size / 2;
    uint8_t *key = arena_alloc(arena, KEY_BYTES_MAX);
    bool readable =
        bytes >= KEY_BYTES_MIN && bytes <= KEY_BYTES_MAX && digest_from_hex(digits, key, bytes);
    explicit_bzero(hex, sizeof(hex));
    if (good && !readable)
        return faults_format(faults,
                             "%s: %s: 64 to 1024 hex digits are expected, for instance of "
                             "`openssl rand -hex 32`",
                             setting, path);
    *secret = (Text){(const char *)key, readable ? bytes : 0};
    return good;
}

static bool
load_before(const IntakeSettings *settings, Arena *arena, MappingContext *context, Faults *faults)
{
    bool has_file = settings->before_key_file[0] != '\0';
    bool has_number = settings->before_key_no > 0;
    if (!has_file && !has_number)
        return true;
    if (!has_number)
        return faults_add(faults, TEXT("before_key_no: the number of the key in before_key_file is "
                                       "missing; give both or neither"));
    if (!has_file)
        return faults_add(faults, TEXT("before_key_file: the file of the key with before_key_no is "
                                       "missing; give both or neither"));
    if (settings->before_key_no == settings->key_no)
        return faults_format(faults,
                             "before_key_no = %lld is key_no too; a new key takes a new number",
                             (long long)settings->before_key_no);
    context->key_before.number = (int32_t)settings->before_key_no;
    return read_key(faults, "before_key_file", settings->before_key_file, arena,
                    &context->key_before.secret);
}

bool keys_load(const IntakeSettings *settings,
               Arena *arena,
               MappingContext *context,
               Faults *faults)
{
    context->key.number = (int32_t)settings->key_no;
    bool now = read_key(faults, "key_file", settings->key_file, arena, &context->key.secret);
    bool before = load_before(settings, arena, context, faults);
    if (!now || !before)
        return false;
    if (context->key_before.number > 0 &&
        text_equal(context->key.secret, context->key_before.secret))
        return faults_format(faults, "before_key_file: %s holds the key of key_file",
                             settings->before_key_file);
    return true;
}

static void wipe(MappingKey *key)
{
    if (key->secret.data != NULL)
        explicit_bzero((char *)(uintptr_t)key->secret.data, key->secret.size);
    *key = (MappingKey){0};
}

void keys_wipe(MappingContext *context)
{
    wipe(&context->key);
    wipe(&context->key_before);
}

/* ---- notes ---- */

Text keys_note(const MappingContext *context, Arena *arena)
{
    const KeyPrint now = key_note_print(context->key.number, context->key.secret);
    Text note = key_note_write(&now, arena);
    if (context->key_before.number == 0)
        return note;
    const KeyPrint before = key_note_print(context->key_before.number, context->key_before.secret);
    return text_format(arena, "%.*s%.*s", TEXT_ARGS(note),
                       TEXT_ARGS(key_note_write(&before, arena)));
}

static bool contradicts(const MappingKey *key, const KeyPrint *noted)
{
    return key->number != 0 && key->number == noted->number &&
           strcmp(noted->hex, key_note_print(key->number, key->secret).hex) != 0;
}

int32_t keys_conflict(const MappingContext *context, Text note)
{
    KeyPrint noted[KEY_NOTE_MAX];
    size_t count = key_note_read(note, noted);
    for (size_t i = 0; i < count; i++) {
        if (contradicts(&context->key, &noted[i]))
            return context->key.number;
        if (contradicts(&context->key_before, &noted[i]))
            return context->key_before.number;
    }
    return 0;
}
