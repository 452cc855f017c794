/*
 * The check of GB 32100-2015 over the value of each character in its alphabet of 31.
 */
#include "domain/credit_code.h"

#include "base/text_builder.h"
#include "base/unicode.h"

#include <string.h>

static const char ALPHABET[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
enum { ALPHABET_SIZE = sizeof(ALPHABET) - 1 };

Text credit_code_normalise(Arena *arena, Text text)
{
    Text narrow = unicode_narrow(arena, text, NULL);
    TextBuilder out = builder_new(arena);
    for (size_t i = 0; i < narrow.size; i++) {
        char c = narrow.data[i];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '-')
            continue;
        builder_char(&out, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
    }
    return builder_view(&out);
}

static int value_of(char c)
{
    const char *at = c != '\0' ? strchr(ALPHABET, c) : NULL;
    return at != NULL ? (int)(at - ALPHABET) : -1;
}

bool credit_code_valid(Text code)
{
    if (code.size != CREDIT_CODE_SIZE)
        return false;
    int sum = 0;
    int weight = 1;
    for (size_t i = 0; i + 1 < CREDIT_CODE_SIZE; i++) {
        int value = value_of(code.data[i]);
        if (value < 0)
            return false;
        sum += value * weight;
        weight = weight * 3 % ALPHABET_SIZE;
    }
    return value_of(code.data[CREDIT_CODE_SIZE - 1]) ==
           (ALPHABET_SIZE - sum % ALPHABET_SIZE) % ALPHABET_SIZE;
}
