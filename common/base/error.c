/* One failure at a time, the first one stays; what does not fit is cut between two code points. */
#include "base/error.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Removes a UTF-8 sequence that the end of `text` cuts in two. */
static void drop_partial_sequence(char *text)
{
    size_t size = strlen(text);
    size_t start = size;
    while (start > 0 && size - start < 4) {
        unsigned char byte = (unsigned char)text[--start];
        if ((byte & 0xC0) != 0x80) {
            size_t wanted = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
            if (start + wanted > size) {
                text[start] = '\0';
            }
            return;
        }
    }
}

__attribute__((format(printf, 3, 0))) static void
print_into(char *out, size_t size, const char *format, va_list arguments)
{
    int needed = vsnprintf(out, size, format, arguments);
    if (needed < 0) {
        out[0] = '\0';
    } else if ((size_t)needed >= size) {
        drop_partial_sequence(out);
    }
}

static void copy_into(char *out, size_t size, const char *text)
{
    size_t length = text != NULL ? strlen(text) : 0;
    if (length < size) {
        memcpy(out, text != NULL ? text : "", length + 1);
        return;
    }
    memcpy(out, text, size - 1);
    out[size - 1] = '\0';
    drop_partial_sequence(out);
}

bool error_set(Error *error, ErrorVerdict verdict, const char *format, ...)
{
    assert(verdict != ERROR_NONE);
    if (error->verdict == ERROR_NONE) {
        va_list arguments;
        va_start(arguments, format);
        print_into(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
        error->verdict = verdict;
    }
    return false;
}

bool error_set_at(Error *error,
                  ErrorVerdict verdict,
                  const char *rule,
                  const char *pointer,
                  const char *format,
                  ...)
{
    assert(verdict != ERROR_NONE);
    if (error->verdict == ERROR_NONE) {
        va_list arguments;
        va_start(arguments, format);
        print_into(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
        copy_into(error->rule, sizeof error->rule, rule);
        copy_into(error->pointer, sizeof error->pointer, pointer);
        error->verdict = verdict;
    }
    return false;
}

bool error_prefix(Error *error, const char *format, ...)
{
    if (error->verdict != ERROR_NONE) {
        char prefix[sizeof error->text];
        va_list arguments;
        va_start(arguments, format);
        print_into(prefix, sizeof prefix, format, arguments);
        va_end(arguments);
        char text[sizeof prefix + sizeof error->text + 2];
        snprintf(text, sizeof text, "%s: %s", prefix, error->text);
        copy_into(error->text, sizeof error->text, text);
    }
    return false;
}

void error_clear(Error *error)
{
    *error = (Error){0};
}
