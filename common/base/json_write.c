/* Writing JSON straight into a builder: the writers know their structure, so no tree is built. */
#include "base/json.h"
#include "base/unicode.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void write_escaped(TextBuilder *out, unsigned char byte)
{
    switch (byte) {
    case '"':
        builder_string(out, "\\\"");
        break;
    case '\\':
        builder_string(out, "\\\\");
        break;
    case '\n':
        builder_string(out, "\\n");
        break;
    case '\r':
        builder_string(out, "\\r");
        break;
    case '\t':
        builder_string(out, "\\t");
        break;
    default:
        builder_format(out, "\\u%04x", (unsigned)byte);
        break;
    }
}

static bool is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0x7F;
}

void js_write_text(TextBuilder *out, Text text)
{
    if (!unicode_valid(text)) {
        bool repaired;
        text = unicode_repair(out->arena, text, &repaired);
    }
    builder_char(out, '"');
    size_t from = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (!is_plain(byte)) {
            builder_text(out, text_slice(text, from, i - from));
            write_escaped(out, byte);
            from = i + 1;
        }
    }
    builder_text(out, text_slice(text, from, text.size));
    builder_char(out, '"');
}

void js_write_key(TextBuilder *out, Text key)
{
    if (out->size > 0 && out->data[out->size - 1] != '{') {
        builder_char(out, ',');
    }
    js_write_text(out, key);
    builder_char(out, ':');
}

void js_write_double(TextBuilder *out, double value)
{
    if (!isfinite(value)) {
        builder_string(out, "null");
        return;
    }
    char digits[40];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
        char *mark = digits + strcspn(digits, ",.");
        if (*mark != '\0') {
            *mark = '.'; /* whatever the locale wrote */
        }
        double back;
        if (text_to_double(text_from(digits), &back) && back == value) {
            break;
        }
    }
    builder_string(out, digits);
}
