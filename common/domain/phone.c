/*
 * Two steps: collect digits and mask characters up to the end of the first number, then judge by length and
 * beginning. Labels before the number are skipped; '/', ',', ';' and any other character after it end it.
 */
#include "domain/phone.h"

#include "base/text_builder.h"
#include "base/unicode.h"

#include <string.h>

enum { NUMBER_MAX = 24 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_mobile(const char *digits, size_t size)
{
    return size == 11 && digits[0] == '1' && digits[1] >= '3';
}

static bool is_long_distance(const char *digits, size_t size)
{
    return size >= 10 && size <= 12 && digits[0] == '0' && digits[1] != '0';
}

static bool is_service(const char *digits, size_t size)
{
    if (size == 10)
        return memcmp(digits, "400", 3) == 0 || memcmp(digits, "800", 3) == 0;
    return size >= 3 && size <= 6;
}

typedef struct Collected {
    char bytes[NUMBER_MAX];
    size_t size;
    size_t digits;
    bool masked;
    bool too_long;
} Collected;

static bool is_separator(char c)
{
    return c == ' ' || c == '-' || c == '(' || c == ')' || c == '.' || c == '+';
}

static void collect(Text text, Collected *out)
{
    size_t i = 0;
    while (i < text.size && !is_digit(text.data[i]))
        i++;
    for (; i < text.size; i++) {
        char c = text.data[i];
        bool hidden = c == '*' || ((c == 'x' || c == 'X') && out->digits >= 3);
        if (is_separator(c)) {
            /* what follows a whole number with area code is an extension */
            if (c == '-' && is_long_distance(out->bytes, out->size))
                return;
            continue;
        }
        if (!is_digit(c) && !hidden)
            return;
        if (out->size == NUMBER_MAX) {
            out->too_long = true;
            return;
        }
        out->bytes[out->size++] = hidden ? '*' : c;
        out->masked = out->masked || hidden;
        out->digits += is_digit(c);
    }
}

/* Cuts 0086 or 86 where a whole number follows; a landline gets its 0 back. */
static void cut_country(Collected *number)
{
    size_t skip = 0;
    if (number->size > 4 && memcmp(number->bytes, "0086", 4) == 0)
        skip = 4;
    else if (number->size >= 12 && memcmp(number->bytes, "86", 2) == 0)
        skip = 2;
    if (skip == 0)
        return;
    size_t rest = number->size - skip;
    bool mobile = rest == 11 && number->bytes[skip] == '1';
    memmove(number->bytes, number->bytes + skip, rest);
    number->size = rest;
    number->digits -= skip;
    if (!mobile && rest < NUMBER_MAX && number->bytes[0] != '0') {
        memmove(number->bytes + 1, number->bytes, rest);
        number->bytes[0] = '0';
        number->size++;
        number->digits++;
    }
}

static PhoneKind judge(const Collected *number)
{
    if (number->too_long)
        return PHONE_UNREADABLE;
    if (number->masked)
        return number->digits >= 5 && number->size >= 7 && number->size <= 12 ? PHONE_MASKED
                                                                              : PHONE_UNREADABLE;
    if (is_mobile(number->bytes, number->size))
        return PHONE_MOBILE;
    if (is_long_distance(number->bytes, number->size))
        return PHONE_LANDLINE;
    if (is_service(number->bytes, number->size))
        return PHONE_SERVICE;
    if ((number->size == 7 || number->size == 8) && number->bytes[0] >= '2')
        return PHONE_LANDLINE;
    return PHONE_UNREADABLE;
}

PhoneKind phone_normalise(Arena *arena, Text text, Text *number)
{
    *number = TEXT_ABSENT;
    Text narrow = text_trim(unicode_narrow(arena, text, NULL));
    if (narrow.size == 0)
        return PHONE_ABSENT;
    Collected collected = {.size = 0};
    collect(narrow, &collected);
    cut_country(&collected);
    PhoneKind kind = judge(&collected);
    if (kind != PHONE_UNREADABLE)
        *number = text_copy(arena, (Text){collected.bytes, collected.size});
    return kind;
}

Text phone_mask(Arena *arena, Text number)
{
    bool mobile = is_mobile(number.data, number.size);
    size_t head = mobile ? 3 : 4;
    size_t tail = mobile ? 4 : 2;
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < number.size; i++)
        builder_char(&out, i < head || i + tail >= number.size ? number.data[i] : '*');
    return builder_view(&out);
}
