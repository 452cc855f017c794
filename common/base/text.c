/* Views of bytes: comparing, cutting, copying, numbers. All they know of UTF-8 is U+3000. */
#include "base/text.h"

#include <xxhash.h>

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EDIT_TEXT_MAX = 64, NUMBER_TEXT_MAX = 400 };

Text text_from(const char *string)
{
    return string == NULL ? TEXT_ABSENT : (Text){string, strlen(string)};
}

bool text_is_absent(Text text)
{
    return text.data == NULL;
}

bool text_is_empty(Text text)
{
    return text.size == 0;
}

bool text_equal(Text a, Text b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool text_is(Text text, const char *string)
{
    return text_equal(text, text_from(string));
}

int text_compare(Text a, Text b)
{
    size_t shared = a.size < b.size ? a.size : b.size;
    int order = shared == 0 ? 0 : memcmp(a.data, b.data, shared);
    if (order == 0 && a.size != b.size) {
        order = a.size < b.size ? -1 : 1;
    }
    return order;
}

uint64_t text_hash(Text text)
{
    return XXH3_64bits(text.data != NULL ? text.data : "", text.size);
}

bool text_starts(Text text, Text prefix)
{
    return prefix.size <= text.size && text_equal((Text){text.data, prefix.size}, prefix);
}

bool text_ends(Text text, Text suffix)
{
    return suffix.size <= text.size &&
           text_equal(text_slice(text, text.size - suffix.size, suffix.size), suffix);
}

size_t text_find(Text text, Text part, size_t from)
{
    if (from > text.size) {
        return SIZE_MAX;
    }
    if (part.size == 0) {
        return from;
    }
    if (part.size > text.size - from) {
        return SIZE_MAX;
    }
    const char *found = memmem(text.data + from, text.size - from, part.data, part.size);
    return found == NULL ? SIZE_MAX : (size_t)(found - text.data);
}

bool text_contains(Text text, Text part)
{
    return text_find(text, part, 0) != SIZE_MAX;
}

Text text_slice(Text text, size_t from, size_t size)
{
    if (text.data == NULL) {
        return text;
    }
    if (from > text.size) {
        from = text.size;
    }
    if (size > text.size - from) {
        size = text.size - from;
    }
    return (Text){text.data + from, size};
}

static bool is_ascii_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

Text text_trim(Text text)
{
    const Text wide_space = TEXT("\xE3\x80\x80");
    for (;;) {
        if (text.size > 0 && is_ascii_space(text.data[0])) {
            text = text_slice(text, 1, text.size - 1);
        } else if (text_starts(text, wide_space)) {
            text = text_slice(text, wide_space.size, text.size - wide_space.size);
        } else {
            break;
        }
    }
    for (;;) {
        if (text.size > 0 && is_ascii_space(text.data[text.size - 1])) {
            text.size--;
        } else if (text_ends(text, wide_space)) {
            text.size -= wide_space.size;
        } else {
            break;
        }
    }
    return text;
}

Text text_copy(Arena *arena, Text text)
{
    return text.data == NULL ? text : (Text){text_string(arena, text), text.size};
}

char *text_string(Arena *arena, Text text)
{
    char *string = arena_alloc(arena, text.size + 1);
    if (text.size > 0) {
        memcpy(string, text.data, text.size);
    }
    return string;
}

Text text_format(Arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int needed = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    size_t size = needed > 0 ? (size_t)needed : 0;
    char *data = arena_alloc(arena, size + 1);
    va_start(arguments, format);
    vsnprintf(data, size + 1, format, arguments);
    va_end(arguments);
    return (Text){data, size};
}

bool text_is_digits(Text text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
    }
    return text.size > 0;
}

static bool is_name_byte(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

bool text_is_name(Text text, size_t max)
{
    for (size_t i = 0; i < text.size; i++)
        if (!is_name_byte(text.data[i]))
            return false;
    return text.size > 0 && text.size <= max;
}

bool text_to_int64(Text text, int64_t *value)
{
    bool negative = text.size > 0 && text.data[0] == '-';
    if (negative || (text.size > 0 && text.data[0] == '+')) {
        text = text_slice(text, 1, text.size - 1);
    }
    if (!text_is_digits(text)) {
        return false;
    }
    int64_t sum = 0; /* built on the negative side, which reaches one further */
    for (size_t i = 0; i < text.size; i++) {
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_sub_overflow(sum, text.data[i] - '0', &sum)) {
            return false;
        }
    }
    if (!negative && sum == INT64_MIN) {
        return false;
    }
    *value = negative ? sum : -sum;
    return true;
}

static size_t skip_digits(Text text, size_t at)
{
    while (at < text.size && text.data[at] >= '0' && text.data[at] <= '9') {
        at++;
    }
    return at;
}

static size_t skip_sign(Text text, size_t at)
{
    return at < text.size && (text.data[at] == '-' || text.data[at] == '+') ? at + 1 : at;
}

/* [sign] digits [. digits] [e [sign] digits]; digits on one side of the point are enough. */
static bool is_decimal(Text text)
{
    size_t start = skip_sign(text, 0);
    size_t at = skip_digits(text, start);
    size_t digits = at - start;
    if (at < text.size && text.data[at] == '.') {
        start = at + 1;
        at = skip_digits(text, start);
        digits += at - start;
    }
    if (digits == 0) {
        return false;
    }
    if (at < text.size && (text.data[at] == 'e' || text.data[at] == 'E')) {
        start = skip_sign(text, at + 1);
        at = skip_digits(text, start);
        if (at == start) {
            return false;
        }
    }
    return at == text.size;
}

bool text_to_double(Text text, double *value)
{
    char string[NUMBER_TEXT_MAX + 1];
    if (text.size > NUMBER_TEXT_MAX || !is_decimal(text)) {
        return false;
    }
    memcpy(string, text.data, text.size);
    string[text.size] = '\0';
    locale_t plain =
        newlocale(LC_ALL_MASK, "C", (locale_t)0); /* a constant of glibc: cannot fail */
    double number = strtod_l(string, NULL, plain);
    freelocale(plain);
    if (!isfinite(number)) {
        return false;
    }
    *value = number;
    return true;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: three rows of the usual table are enough to see a transposition. */
size_t text_edit_distance(Text a, Text b)
{
    if (a.size > EDIT_TEXT_MAX || b.size > EDIT_TEXT_MAX) {
        return SIZE_MAX;
    }
    size_t rows[3][EDIT_TEXT_MAX + 1];
    for (size_t j = 0; j <= b.size; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a.size; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.size; j++) {
            size_t change = a.data[i - 1] == b.data[j - 1] ? 0 : 1;
            row[j] = least(least(above[j] + 1, row[j - 1] + 1), above[j - 1] + change);
            if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] &&
                a.data[i - 2] == b.data[j - 1]) {
                row[j] = least(row[j], rows[(i - 2) % 3][j - 2] + 1);
            }
        }
    }
    return rows[a.size % 3][b.size];
}
