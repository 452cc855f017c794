/*
 * A lexer for two kinds of token only, strings and numbers; everything else is copied. It never
 * decides whether the text is JSON: whatever it does not understand it passes on unchanged.
 */
#include "base/json_scan.h"

#include <string.h>

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static size_t digits_end(Text text, size_t at)
{
    while (at < text.size && is_digit(text.data[at])) {
        at++;
    }
    return at;
}

/* Whether the byte could continue a number or a word: what stands before it is no whole token. */
static bool continues_token(char byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           byte == '.' || byte == '+' || byte == '-' || byte == '_';
}

/* End of the JSON number that starts at `at` (RFC 8259, section 6), or `at` when there is none. */
static size_t number_end(Text text, size_t at)
{
    size_t start = at;
    size_t digits = text.data[at] == '-' ? at + 1 : at;
    size_t end = digits_end(text, digits);
    if (end == digits || (end > digits + 1 && text.data[digits] == '0')) {
        return start;
    }
    if (end < text.size && text.data[end] == '.') {
        digits = end + 1;
        end = digits_end(text, digits);
        if (end == digits) {
            return start;
        }
    }
    if (end < text.size && (text.data[end] == 'e' || text.data[end] == 'E')) {
        digits = end + 1;
        if (digits < text.size && (text.data[digits] == '+' || text.data[digits] == '-')) {
            digits++;
        }
        end = digits_end(text, digits);
        if (end == digits) {
            return start;
        }
    }
    return end < text.size && continues_token(text.data[end]) ? start : end;
}

/* End of the string whose quote stands at `at`: behind its closing quote, or the end of the text.
 */
static size_t string_end(Text text, size_t at)
{
    at++;
    while (at < text.size) {
        size_t here = at++;
        if (text.data[here] == '\\') {
            at++;
        } else if (text.data[here] == '"') {
            return at;
        }
    }
    return text.size;
}

static bool colon_follows(Text text, size_t at)
{
    while (at < text.size && (text.data[at] == ' ' || text.data[at] == '\t' ||
                              text.data[at] == '\n' || text.data[at] == '\r')) {
        at++;
    }
    return at < text.size && text.data[at] == ':';
}

static bool starts_with_marker(Text string)
{
    Text inside = text_slice(string, 1, string.size);
    return text_starts(inside, TEXT("\x7F")) || text_starts(inside, TEXT("\\u007f")) ||
           text_starts(inside, TEXT("\\u007F"));
}

static size_t copy_string(Text text, size_t at, TextBuilder *out)
{
    size_t end = string_end(text, at);
    Text string = text_slice(text, at, end - at);
    if (starts_with_marker(string) && !colon_follows(text, end)) {
        builder_string(out, "\"" SCAN_TEXT_MARKER);
        string = text_slice(string, 1, string.size);
    }
    builder_text(out, string);
    return end;
}

static size_t copy_number(Text text, size_t at, TextBuilder *out)
{
    size_t end = number_end(text, at);
    if (end == at || colon_follows(text, end)) {
        end = at + 1;
        while (end < text.size && continues_token(text.data[end])) {
            end++;
        }
        builder_text(out, text_slice(text, at, end - at));
        return end;
    }
    builder_string(out, "\"" SCAN_NUMBER_MARKER);
    builder_text(out, text_slice(text, at, end - at));
    builder_char(out, '"');
    return end;
}

ScanResult scan_rewrite(Text text, size_t depth_max, size_t limit, TextBuilder *out)
{
    size_t depth = 0;
    size_t at = 0;
    while (at < text.size && out->size < limit) {
        char byte = text.data[at];
        if (byte == '"') {
            at = copy_string(text, at, out);
        } else if (byte == '-' || is_digit(byte)) {
            at = copy_number(text, at, out);
        } else {
            if (byte == '[' || byte == '{') {
                if (++depth > depth_max) {
                    return (ScanResult){.consumed = at, .too_deep = true};
                }
            } else if ((byte == ']' || byte == '}') && depth > 0) {
                depth--;
            }
            builder_char(out, byte == '\0' ? '\x01' : byte); /* jansson takes NUL for the end */
            at++;
        }
    }
    return (ScanResult){.consumed = at};
}
