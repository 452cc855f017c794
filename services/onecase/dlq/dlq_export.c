/*
 * onecase dlq export: one JSON object a line, bytes in base64. The file is made new, for its owner alone, and goes again when
 * it could not be written whole.
 */
#include "dlq_access.h"
#include "dlq_print.h"
#include "json_out.h"

#include "base/unicode.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SCRATCH_BLOCK = 65536 };

typedef struct Export {
    const Dlq *dlq;
    const DlqLetters *letters;
    FILE *file;
    Arena *scratch;
    size_t written;
} Export;

static void write_base64(TextBuilder *out, Text bytes)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    builder_char(out, '"');
    for (size_t i = 0; i < bytes.size; i += 3) {
        uint32_t group = 0;
        size_t count = bytes.size - i < 3 ? bytes.size - i : 3;
        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (k < count ? (unsigned char)bytes.data[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            builder_char(out, k <= count ? DIGITS[group >> (18 - 6 * k) & 63] : '=');
    }
    builder_char(out, '"');
}

/* "key" as text, "key_base64" when it is none. */
static void write_bytes(TextBuilder *out, const char *name, Text bytes)
{
    char key[80];
    if (text_is_absent(bytes) ||
        (unicode_valid(bytes) && memchr(bytes.data, '\0', bytes.size) == NULL)) {
        out_text(out, name, bytes);
        return;
    }
    snprintf(key, sizeof(key), "%s_base64", name);
    js_write_key(out, text_from(key));
    write_base64(out, bytes);
}

static void write_headers(TextBuilder *out, const VaultLetter *held)
{
    const struct {
        const RecordHeader *items;
        size_t count;
    } parts[] = {{held->original, held->original_count}, {held->own, held->own_count}};
    const char *comma = "";
    js_write_key(out, TEXT("headers"));
    builder_char(out, '[');
    for (size_t part = 0; part < 2; part++)
        for (size_t i = 0; i < parts[part].count; i++) {
            builder_string(out, comma);
            builder_char(out, '{');
            write_bytes(out, "name", parts[part].items[i].name);
            write_bytes(out, "value", parts[part].items[i].value);
            builder_char(out, '}');
            comma = ",";
        }
    builder_char(out, ']');
}

static bool write_letter(void *context, size_t index, const VaultLetter *held, Error *error)
{
    Export *export = context;
    arena_reset(export->scratch);
    TextBuilder out = builder_new(export->scratch);
    builder_char(&out, '{');
    dlq_letters_write(&export->letters->items[index], &out);
    write_bytes(&out, "key", held->key);
    write_headers(&out, held);
    js_write_key(&out, TEXT("value_base64"));
    if (text_is_absent(held->value))
        builder_string(&out, "null");
    else
        write_base64(&out, held->value);
    builder_string(&out, "}\n");
    Text line = builder_view(&out);
    if (fwrite(line.data, 1, line.size, export->file) != line.size)
        return error_set(error, ERROR_FATAL, "could not write \"%s\": %s",
                         export->dlq->options->out, strerror(errno));
    export->written++;
    return true;
}

static bool write_all(Export *export, Error *error)
{
    const Dlq *dlq = export->dlq;
    const VaultSpec vault = {dlq->options->brokers, dlq_topic(dlq, "onecase.deadletter")};
    VaultWanted *wanted = dlq_letters_wanted(dlq, export->letters);
    export->scratch = arena_new(SCRATCH_BLOCK);
    bool good = vault_find(&vault, wanted, export->letters->count, dlq->arena, error) &&
                vault_each(&vault, wanted, export->letters->count, write_letter, export, error);
    arena_free(export->scratch);
    if (good && (fflush(export->file) != 0 || fsync(fileno(export->file)) != 0))
        good = error_set(error, ERROR_FATAL, "could not write \"%s\": %s", dlq->options->out,
                         strerror(errno));
    return good;
}

static FILE *create(const char *path)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "wb") : NULL;
    if (file == NULL)
        fprintf(stderr, "onecase dlq: could not create \"%s\": %s\n", path, strerror(errno));
    return file;
}

static int run(const Dlq *dlq, const DlqLetters *letters)
{
    Error error = {0};
    int status;
    bool all = dlq_letters_all_there(dlq, letters);
    if (letters->count == 0) {
        fputs("onecase dlq: no such dead letter\n", stderr);
        return EXIT_NOT_FOUND;
    }
    /* The file comes first: who cannot write it has seen nothing that would have to be logged. */
    Export export = {.dlq = dlq, .letters = letters, .file = create(dlq->options->out)};
    if (export.file == NULL)
        return EXIT_SOFTWARE;
    bool granted = dlq_access_granted(dlq, "dlq.export", letters, &status);
    bool good = granted && write_all(&export, &error);
    if (fclose(export.file) != 0 && good)
        good = error_set(&error, ERROR_FATAL, "could not write \"%s\": %s", dlq->options->out,
                         strerror(errno));
    if (!good) {
        (void)unlink(dlq->options->out);
        return granted ? dlq_failed(dlq, &error) : status;
    }
    printf("%zu of %zu written to %s\n", export.written, letters->count, dlq->options->out);
    if (export.written < letters->count)
        printf("%zu are not in the vault: it keeps bytes %d days, and none of a record too large "
               "for it\n",
               letters->count - export.written, DLQ_KEEP_DAYS);
    if (letters->total > letters->count)
        printf("there are more than %d; --since takes up where this ends\n", DLQ_LETTERS_MAX);
    return all ? EXIT_OK : EXIT_NOT_FOUND;
}

int dlq_export(const Dlq *dlq)
{
    DlqLetters letters;
    Error error = {0};
    if (!dlq_letters_read(dlq, "", &letters, &error))
        return dlq_failed(dlq, &error);
    int status = run(dlq, &letters);
    dlq_letters_free(&letters);
    return status;
}
