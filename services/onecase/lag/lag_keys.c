#include "lag/lag_keys.h"

#include "base/unicode.h"

enum { ESCAPE = 0x1B, DELETE = 0x7F, CTRL_H = 0x08, CTRL_L = 0x0C };

/* The key whose bytes are the first `size` ones. */
static int took(Text *bytes, size_t size, int key)
{
    *bytes = text_slice(*bytes, size, bytes->size);
    return key;
}

static int of_letter(char letter)
{
    switch (letter) {
    case 'A':
        return KEY_UP;
    case 'B':
        return KEY_DOWN;
    case 'C':
        return KEY_RIGHT;
    case 'D':
        return KEY_LEFT;
    case 'H':
        return KEY_HOME;
    case 'F':
        return KEY_END;
    default:
        return KEY_OTHER;
    }
}

static int of_number(Text number)
{
    static const struct {
        const char *number;
        int key;
    } KEYS[] = {{"1", KEY_HOME}, {"7", KEY_HOME},    {"4", KEY_END},
                {"8", KEY_END},  {"5", KEY_PAGE_UP}, {"6", KEY_PAGE_DOWN}};
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++)
        if (text_is(number, KEYS[i].number))
            return KEYS[i].key;
    return KEY_OTHER;
}

/* ESC [ parameters letter, and ESC O letter. */
static int next_sequence(Text *bytes, bool all)
{
    const char *data = bytes->data;
    if (bytes->size == 1 || (data[1] != '[' && data[1] != 'O'))
        return bytes->size == 1 && !all ? KEY_NONE : took(bytes, 1, KEY_ESCAPE);
    size_t end = 2;
    while (end < bytes->size && (data[end] < 0x40 || data[end] > 0x7E))
        end++;
    if (end == bytes->size)
        return all || end >= KEY_BYTES_MAX ? took(bytes, end, KEY_OTHER) : KEY_NONE;
    if (data[end] == '~')
        return took(bytes, end + 1, of_number(text_slice(*bytes, 2, end - 2)));
    return took(bytes, end + 1, of_letter(data[end]));
}

/* Whether the bytes are the beginning of a character and no more. */
static bool is_begun(Text bytes)
{
    const unsigned char lead = (unsigned char)bytes.data[0];
    size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1;
    if (bytes.size >= wanted || lead > 0xF4)
        return false;
    for (size_t i = 1; i < bytes.size; i++)
        if (((unsigned char)bytes.data[i] & 0xC0) != 0x80)
            return false;
    return true;
}

int lag_keys_next(Text *bytes, bool all)
{
    uint32_t codepoint = 0;
    if (bytes->size == 0)
        return KEY_NONE;
    const unsigned char byte = (unsigned char)bytes->data[0];
    if (byte == ESCAPE)
        return next_sequence(bytes, all);
    if (byte == '\r' || byte == '\n')
        return took(bytes, 1, KEY_ENTER);
    if (byte == DELETE || byte == CTRL_H)
        return took(bytes, 1, KEY_BACKSPACE);
    if (byte == CTRL_L)
        return took(bytes, 1, KEY_REDRAW);
    if (byte < ' ')
        return took(bytes, 1, KEY_OTHER);
    if (is_begun(*bytes) && !all)
        return KEY_NONE;
    unicode_next(bytes, &codepoint);
    return codepoint == UNICODE_REPLACEMENT ? KEY_OTHER : (int)codepoint;
}
